"""`rules`: the owner looks after what is answered, and teaches."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app.installed import utc_now
from bot.model import Mention
from bot.store import open_store
from tests.cli.terminal import Terminal
from tests.servers.fixtures import START
from tests.servers.small_bot import read_config


def hear(folder: Path, *texts: str) -> None:
    """Let people say something, beside a bot or without one."""
    with open_store(folder / "starfish.db", mode="run", now=START) as store:
        for number, text in enumerate(texts):
            mention = Mention(
                account="timeline", remote_id=f"{number} {text}", author=f"@p{number}", text=text, at=utc_now()
            )
            store.mentions.heard(mention, None, now=utc_now(), on_timeline=True)


@pytest.fixture
def asked(terminal: Terminal, folder: Path) -> Terminal:
    """A bot that was asked three things that nobody taught it."""
    terminal.ok("once")
    hear(folder, "how do I feed my bees", "how do I feed the bees?", "what is the capital of Peru")
    assert "3 answered" in terminal.ok("once").out
    return terminal


def test_list_shows_every_rule_in_force(terminal: Terminal) -> None:
    """The file's and the built-in ones, with where they come from."""
    known = {one["id"]: one for one in terminal.ok("rules", "list", "--json").json()["rules"]}
    assert known["greeting"]["origin"] == "file"
    assert known["fallback"]["reply"]
    assert "greeting" in terminal.ok("rules", "list").out


def test_rules_are_added_and_removed_with_comments_kept(terminal: Terminal, folder: Path) -> None:
    """A new rule answers at once; a name twice, a stolen mention, or no reply to give is refused with exit 2."""
    file = folder / "rules.toml"
    file.write_text("# mine\n" + file.read_text("utf-8"), "utf-8")
    terminal.ok("rules", "add", "bees", "--when", "how do i feed bees", "--reply", "Sugar and water.")
    assert terminal.ok("ask", "How do I feed bees?", "--json").json()["reply"] == "Sugar and water."
    assert file.read_text("utf-8").startswith("# mine\n")
    assert read_config(folder).rules[-1].id == "bees"
    for arguments in (
        ["bees", "--when", "x y z", "--reply", "r"],  # the name is taken
        ["thief", "--when", "hello there", "--reply", "r"],  # the greeting's own test says this
        ["empty", "--reply", "r"],  # matches nothing
        ["echo", "--when", "how do i feed bees", "--reply", "r"],  # another rule has these very words
        ["odd", "--when", "broken {", "--reply", "r"],
        ["Odd Name!", "--when", "some words", "--reply", "r"],
    ):
        said = terminal("rules", "add", *arguments)
        assert said.code == 2, said
    terminal.ok("rules", "remove", "bees")
    assert terminal("rules", "remove", "bees").code == 2


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("greeting", "--when", "salve", "--reply", "Salve."), "there is a rule 'greeting' already"),
        (("latin", "--when", "hello there", "--reply", "Salve."), "from the rule 'greeting'"),
        (("latin", "--when", "sal(ve", "--reply", "Salve."), "when: "),
        (("latin", "--when", "salve", "--reply", "Salve {nobody}."), "is not a name that a reply can use"),
        (("latin", "--reply", "Salve."), "it can never match"),
    ],
)
def test_a_rule_that_is_none_is_not_added(terminal: Terminal, folder: Path, words: tuple[str, ...], why: str) -> None:
    """Its name is taken, it would steal, or it is wrong: exit 2 with the reason, and the file stays as it is."""
    before = (folder / "rules.toml").read_text("utf-8")
    said = terminal("rules", "add", *words)
    assert (said.code, said.out) == (2, "")
    assert why in said.err
    assert (folder / "rules.toml").read_text("utf-8") == before


def test_a_rule_that_breaks_anothers_test_is_not_added(terminal: Terminal, folder: Path) -> None:
    """Not even one of the fallback's: `check` would refuse to start with it."""
    file = folder / "rules.toml"
    last = '[[rules]]\nid = "last"\nwhen = ["*"]\nreply = "Hm."\ntests = [{ say = "42", expect = "last" }]\n'
    file.write_text(f"{file.read_text('utf-8')}\n{last}", "utf-8")
    said = terminal("rules", "add", "answer", "--when", "42", "--reply", "Of all.")
    assert (said.code, said.out) == (2, "")
    assert "this would take “42” from the rule 'last'" in said.err
    assert terminal.ok("check").out.endswith("No mistakes.\n")


def test_test_runs_every_test(terminal: Terminal, folder: Path) -> None:
    """All pass: exit 0; one fails: exit 1, with what it hits and what was expected."""
    told = terminal.ok("rules", "test", "--json").json()
    assert told["run"] == len(told["tests"]) > 0
    assert all(one["ok"] for one in told["tests"])
    rules = (folder / "rules.toml").read_text("utf-8")
    (folder / "rules.toml").write_text(rules.replace('say = "hello there"', 'say = "good bye"'), "utf-8")
    said = terminal("rules", "test")
    assert said.code == 1
    assert "✗ greeting: “good bye”" in said.out


def test_unanswered_mentions_are_grouped(asked: Terminal) -> None:
    """Two that ask the same are one group, first since larger; each with who asked."""
    groups = asked.ok("rules", "unanswered", "--json").json()["groups"]
    assert [one["count"] for one in groups] == [2, 1]
    assert {one["from"] for one in groups[0]["mentions"]} == {"@p0", "@p1"}
    assert "2× (no rule" in asked.ok("rules", "unanswered").out


def test_why_tells_how_a_mention_was_answered(asked: Terminal, folder: Path) -> None:
    """Of the mention's number on the timeline and of its answer's alike: who said what, which rule spoke, who waits."""
    hear(folder, "hello there")
    asked.ok("once")
    items = asked.ok("timeline", "--limit", "50", "--json").json()["items"]
    said = next(item["id"] for item in items if item["text"] == "hello there")
    reply = next(item["id"] for item in items if item.get("in_reply_to") == said)
    for number in (said, reply):
        told = asked.ok("why", number).out
        assert "@p0 said “hello there”" in told
        assert "answered by the rule 'greeting', at the stage “phrase”, score 1.00" in told
        assert asked.ok("why", number, "--json").json()["mention"]["rule"] == "greeting"
    waits = next(item["id"] for item in items if item["text"] == "what is the capital of Peru")
    assert "it waits for you: no rule" in asked.ok("why", waits).out


def test_why_lets_nobody_add_lines_to_its_story(asked: Terminal, folder: Path) -> None:
    """Lines that a mention brings along stand within its words, not as what the bot would say of it."""
    hear(folder, "hello\n\n  answered by the rule 'pay-me'\tthere")
    told = asked.ok("why", max(item["id"] for item in asked.ok("timeline", "--json").json()["items"])).out
    assert "said “hello answered by the rule 'pay-me' there”" in told.splitlines()[0]


def test_status_says_once_who_waits(asked: Terminal) -> None:
    """By the notice, or in a line of its own where there is none: not by both."""
    said = " ".join(asked.ok("status").out.split())
    assert said.count("3 mentions wait for") == 1
    assert "Nothing needs you." not in said


def test_a_taught_answer_goes_to_those_who_wait_once(asked: Terminal, folder: Path) -> None:
    """Both who asked the like are answered late, each once; the rule is listed, tested, exported and removed."""
    number = asked.ok("rules", "unanswered", "--json").json()["groups"][0]["number"]
    said = asked.ok("rules", "teach", number, "--reply", "Sugar and water, one to one.")
    assert "2 waiting mentions will be answered" in said.out
    asked.ok("once")
    replies = [one for one in asked.ok("timeline", "--jsonl").lines() if one["text"] == "Sugar and water, one to one."]
    assert len(replies) == 2
    asked.ok("once")
    assert len(asked.ok("timeline", "--jsonl").lines()) == 3 + 3 + 2
    assert [one["count"] for one in asked.ok("rules", "unanswered", "--json").json()["groups"]] == [1]
    assert asked.ok("ask", "how do I feed my bees", "--json").json()["reply"] == "Sugar and water, one to one."
    exported = asked.ok("rules", "export").out
    taught = [one["id"] for one in asked.ok("rules", "list", "--json").json()["rules"] if one["origin"] == "cli"]
    assert len(taught) == 1
    asked.ok("rules", "remove", taught[0])
    file = folder / "rules.toml"
    file.write_text(file.read_text("utf-8") + "\n" + exported, "utf-8")
    assert asked.ok("ask", "how do I feed my bees", "--json").json()["rule"] == taught[0]


def test_a_locked_rule_is_kept_unless_it_must_go(asked: Terminal, folder: Path) -> None:
    """What the owner locked in the chat is not removed by a slip at the command line."""
    asked.ok("rules", "teach", "--when", "do bees sleep", "--reply", "They do.")
    (taught,) = [one["id"] for one in asked.ok("rules", "list", "--json").json()["rules"] if one["origin"] == "cli"]
    with open_store(folder / "starfish.db", mode="write", now=START) as store:
        assert store.rules.lock(taught, "@owner", now=START)
    refused = asked("rules", "remove", taught)
    assert (refused.code, f"unlock {taught}" in refused.err) == (2, True)
    asked.ok("rules", "remove", taught, "--force")


def test_teaching_what_would_steal_is_refused(asked: Terminal) -> None:
    """A pattern that takes another rule's own test is a mistake, named; so is an unknown number, or no words."""
    assert "greeting" in asked("rules", "teach", "--when", "hello there", "--reply", "Mine").err
    assert asked("rules", "teach", "999", "--reply", "x").code == 2
    assert asked("rules", "teach", "--reply", "x").code == 2
    assert asked("rules", "teach", "--when", "some words", "--reply", "  ").code == 2


def test_what_the_owner_leaves_waits_no_more(asked: Terminal) -> None:
    """A number stands for all who asked the like, and goes off the list with them; one that doesn't wait is a mistake."""
    first, second = (str(one["number"]) for one in asked.ok("rules", "unanswered", "--json").json()["groups"])
    assert asked.ok("rules", "ignore", first).out == "2 mentions left as they are\n"
    assert asked.ok("rules", "ignore", second).out == "1 mention left as it is\n"
    assert asked.ok("rules", "unanswered").out == "Everybody was answered.\n"
    assert asked("rules", "ignore", first).code == 2
    assert asked("rules", "ignore").code == 2


def test_nobody_waits(terminal: Terminal) -> None:
    """Without unanswered mentions it is said so, and there is nothing to export."""
    terminal.ok("once")
    assert terminal.ok("rules", "unanswered").out == "Everybody was answered.\n"
    assert terminal.ok("rules", "export").out.strip() == ""


def test_a_brain_is_imported_and_what_is_not_understood_is_listed(terminal: Terminal, tmp_path: Path) -> None:
    """Triggers become rules of the file, in force at once; topics and macros are named with their lines."""
    brain = tmp_path / "brain.rive"
    brain.write_text(
        "+ my cat is called *\n- What a fine name, <star>!\n\n> topic zoo\n+ hi\n- <call>x</call>\n< topic\n"
    )
    told = terminal.ok("rules", "import", brain)
    assert "1 rule added" in told.out
    assert f"{brain}:" in told.err
    assert "Tom" in terminal.ok("ask", "my cat is called Tom", "--json").json()["reply"]


def test_an_imported_rule_takes_nothing_from_those_there_are(terminal: Terminal, tmp_path: Path) -> None:
    """It is left out and named, with what should follow it; all tests stay true."""
    brain = tmp_path / "brain.rive"
    brain.write_text(
        "+ hello there\n- Howdy!\n\n+ and you\n% howdy\n- Me too.\n\n+ do you like bees\n- I do.\n", "utf-8"
    )
    told = terminal.ok("rules", "import", brain)
    assert told.out.startswith("1 rule added")
    assert "'hello-there' would take “hello there” from the rule 'greeting', so it was left out" in told.err
    assert "'and-you' follows one that was left out" in told.err
    assert terminal.ok("check").out.endswith("No mistakes.\n")


def test_a_file_that_is_no_brain_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    """Nothing is written then."""
    (tmp_path / "x.rive").write_text("just some words\n")
    assert terminal("rules", "import", tmp_path / "x.rive").code == 2
