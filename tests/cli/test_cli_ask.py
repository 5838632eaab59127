from __future__ import annotations

import json
import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cli.lines import object_of
from tests.cli.terminal import Terminal

KEYS = {"text", "reply", "rule", "stage", "score", "nearest"}


def test_ask_shows_the_answer_and_its_rule(terminal: Terminal) -> None:
    """A person reads the reply, the rule, the stage and the score."""
    said = terminal.ok("ask", "hello there", "--from", "@ann")
    assert said.out.startswith("Hello ann, nice to meet you.")
    assert "by the rule 'greeting'" in said.out


def test_ask_json_has_the_designed_shape(terminal: Terminal) -> None:
    """One object with exactly the keys of the contract; `nearest` is there although a phrase answered."""
    answer = terminal.ok("ask", "hello there", "--json").json()
    assert set(answer) == KEYS
    assert (answer["rule"], answer["stage"], answer["score"]) == ("greeting", "phrase", 1.0)
    assert set(answer["nearest"]) == {"rule", "score"}
    assert 0 <= answer["nearest"]["score"] <= 1


def test_nearest_is_null_without_like_rules(terminal: Terminal, folder: Path) -> None:
    """With no rule that has examples there is nothing to be near to."""
    (folder / "rules.toml").write_text('[[rules]]\nid = "a"\nwhen = "hello"\nreply = "Hi"\n', "utf-8")
    assert terminal.ok("ask", "something else", "--json").json()["nearest"] is None


def test_nearest_is_told_where_nothing_answers(terminal: Terminal) -> None:
    """Where there are `like` rules the nearest is always named: also for words that look like a topic, and are unknown."""
    for text in ("what is the capital of Mongolia", "quantum gravity", "x", "", "..."):
        nearest = terminal.ok("ask", text, "--json").json()["nearest"]
        assert set(nearest) == {"rule", "score"}, text
        assert 0 <= nearest["score"] <= 1


def test_a_likely_question_is_answered_by_likeness(terminal: Terminal) -> None:
    """Other words than the example's find its rule, or ask back, with a score between 0 and 1."""
    answer = terminal.ok("ask", "when do you post", "--json").json()
    assert answer["rule"] == answer["nearest"]["rule"] == "hours"
    assert 0 < answer["score"] <= 1


def test_ask_names_the_time_of_the_next_post(terminal: Terminal, folder: Path) -> None:
    """As the running bot does, where the account has a schedule."""
    (folder / "rules.toml").write_text('[[rules]]\nid = "a"\nwhen = "next"\nreply = "At {next.at}."\n', "utf-8")
    account = '[[accounts]]\nname = "timeline"\nplatform = "local"\n'
    for post, told in (
        ("", r"At when there is something good\."),
        ('post = { at = ["09:00"] }', r"At .*\b09:00\b.*\."),
    ):
        (folder / "starfish.toml").write_text(f"{account}{post}\n", "utf-8")
        assert re.fullmatch(told, terminal.ok("ask", "next", "--json").json()["reply"])


def test_ask_needs_no_database_and_makes_none(terminal: Terminal, folder: Path) -> None:
    """Nothing is stored, also when the answer acts."""
    before = sorted(path.name for path in folder.iterdir())
    for text in ("hello", "follow reverb", "remind me tomorrow", "stop", "what on earth?"):
        terminal.ok("ask", text)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_ask_stores_nothing_where_there_is_a_database(terminal: Terminal) -> None:
    """Beside a real memory, a rehearsal leaves no mention, no follow, no opt-out and no answer."""
    terminal.ok("once")
    before = terminal.ok("status", "--json").json()["counts"]
    for text in ("hello", "follow reverb", "remind me tomorrow", "stop", "pause 2h", "zzz"):
        terminal.ok("ask", text, "--from", "@ann")
        terminal.ok("ask", text, "--owner")
    status = terminal.ok("status", "--json").json()
    assert status["counts"] == before
    assert status["accounts"][0]["paused"] is None


def test_one_line_out_for_each_line_in(terminal: Terminal) -> None:
    """In order, also for broken, empty and wordless lines; a line that can't be answered has an `error`."""
    lines = [
        '{"text": "hello", "from": "@bo"}',
        "not json",
        '{"text": ""}',
        '{"text": "🐙 !!! …"}',
        '{"text": 5}',
        "[1]",
        "",
        '{"text": "\\ud800 hello"}',
        "[" * 50_000,
        '{"text": "latest on reverb", "more": {"a": [1]}}',
    ]
    said = terminal.ok("ask", "--jsonl", stdin="\n".join(lines) + "\n")
    answers = said.lines()
    assert len(answers) == len(lines)
    assert all(set(answer) - {"error"} == KEYS for answer in answers)
    assert [place for place, answer in enumerate(answers) if "error" in answer] == [1, 4, 5, 6, 8]
    assert answers[0]["reply"] == "Hello bo, nice to meet you."
    assert [answers[place]["score"] for place in (2, 3)] == [0.0, 0.0]
    assert answers[2]["text"] == ""
    assert answers[9]["reply"] == "Nothing about reverb yet."


def test_bytes_that_are_no_text_end_nothing(terminal: Terminal) -> None:
    """A line in another encoding is answered or named, and the next one is answered."""
    said = terminal.ok(
        "ask", "--jsonl", stdin=b'\xff\xfe{"text": "x"}\n\xef\xbb\xbf{"text": "hello"}\n{"text": "caf\xe9"}\n'
    )
    answers = said.lines()
    assert "error" in answers[0]
    assert answers[1]["rule"] == "greeting"
    assert answers[2]["text"] == "caf\N{REPLACEMENT CHARACTER}"


def test_a_megabyte_is_answered(terminal: Terminal) -> None:
    """A text of 1 MB gets an answer like any other."""
    said = terminal.ok("ask", "--jsonl", stdin=json.dumps({"text": "reverb " * 150_000}) + "\n")
    assert said.lines()[0]["reply"]


def test_a_text_and_lines_exclude_each_other(terminal: Terminal) -> None:
    """Both, or neither, is a mistake of usage."""
    assert terminal("ask", "hello", "--jsonl").code == 2
    assert terminal("ask").code == 2


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.binary())
def test_any_bytes_are_an_object_or_a_sentence(line: bytes) -> None:
    """Whatever a line holds, it never raises, and what it gives can be written as UTF-8."""
    given_ = object_of(line)
    texts = [given_] if isinstance(given_, str) else [one for one in given_.values() if isinstance(one, str)]
    for text in texts:
        text.encode("utf-8")
