"""A person who is forgotten: nothing of theirs is left in the store or in its file, and nobody is answered twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.errors import StoreError
from bot.model import Match, Mention, Post, Receipt, State
from bot.store import TAKEN_BACK, Store, sweep
from bot.store.opening import open_store
from tests.store.given import NOW, SENT, later, mention, plan, post, reply, rule, states

ANN = "@ann@example.social"
BOB = "@bob@example.social"
HERS = b"needle"
"""What stands in everything that Ann says and is called."""


def settled(store: Store, name: str, **more: Any) -> tuple[int, int]:
    """A mention whose answer is sent; gives both numbers."""
    number, answer = reply(store, name, **more)
    assert store.outbox.claim("fedi", now=NOW) is not None
    assert store.outbox.settle_sent(answer, SENT, now=NOW)
    return number, answer


def forget(store: Store, who: str = ANN, account: str | None = None) -> object:
    """Forget whoever is called so."""
    return store.forgetting.forget(store.forgetting.ids_of(who, account), account, now=later(60))


def asked(store: Store, key: str, author: str = ANN, /, **more: object) -> Mention:
    """Words that wait for an answer."""
    number, _, _ = store.mentions.heard(mention(key, author=author, **more), None, now=NOW)
    found = store.mentions.get(number)
    assert found is not None
    return found


def test_words_names_and_answers_go_and_others_stay(store: Store) -> None:
    """The mention's row is empty, the answer's too; another's are as they were."""
    number, answer = settled(store, "r1", text="I am needle", thread="t1", in_reply_to="p1", context={"to": "needle"})
    others, to_other = settled(store, "r2", author=BOB, text="and I am Bob")
    gone = store.forgetting.forget([ANN], None, now=later(60))
    assert (gone.mentions, gone.replies, gone.promises, gone.rules) == (1, 1, 0, ())
    left = store.mentions.outcome(number)
    assert left is not None
    assert left.mention == Mention(
        account="fedi", remote_id=left.mention.remote_id, author="", text="", at=NOW, id=number
    )
    assert (left.state, left.reason, left.match, dict(left.details)) == ("withdrawn", "forgotten", None, {})
    row = store.outbox.row(answer)
    assert row is not None
    assert (row.state, row.post.text, row.post.reply_to, row.post.reply_to_author, row.receipt) == (
        State.WITHDRAWN,
        "",
        None,
        None,
        None,
    )
    assert dict(row.post.reply_context) == {}
    theirs, said = store.mentions.get(others), store.outbox.row(to_other)
    assert theirs is not None
    assert said is not None
    assert (theirs.text, said.state, said.post.text) == ("and I am Bob", State.SENT, "Hello, r2")


def test_what_is_delivered_again_stays_answered_and_forgotten(store: Store) -> None:
    """By whatever key the platform knows it: it isn't new, nothing is answered, and a deletion of it changes nothing."""
    number, _ = settled(store, f"{ANN}\nkey")
    forget(store)
    again = store.mentions.heard(mention(f"{ANN}\nkey", text="hello again"), "cursor 9", now=later(61))
    assert again == (number, False, None)
    assert store.mentions.cursor("fedi") == "cursor 9"
    assert store.mentions.pending(9) == []
    found = store.mentions.by_remote("fedi", f"{ANN}\nkey")
    assert found is not None
    assert (found.id, found.text) == (number, "")
    assert not store.mentions.withdrawn(number, TAKEN_BACK, now=later(62))
    assert store.outbox.to_take_back("fedi", now=later(99)) == []


def test_who_speaks_again_is_a_stranger(store: Store) -> None:
    """New words are heard and answered; what was counted before counts no more."""
    settled(store, "r1")
    store.mentions.answered(
        asked(store, "r2").id,
        None,
        Match(rule="", stage="fallback"),
        unanswered="capped",
        notice_until=later(99),
        now=NOW,
    )
    forget(store)
    word = asked(store, "r3")
    assert [one.id for one in store.mentions.pending(9)] == [word.id]
    assert store.mentions.first_time("fedi", ANN)
    tally = store.mentions.tally(word, person_since=NOW, account_since=NOW, bot_since=NOW, now=later(61))
    assert (tally.person, tally.paused, tally.account) == (0, False, 1)
    assert store.mentions.said_to("fedi", ANN, NOW) == []


def test_stop_and_block_outlast_it(store: Store) -> None:
    """Or the bot would speak to them again; and whoever never said stop isn't kept."""
    settled(store, "r1")
    store.mentions.opt_out(ANN, "fedi", now=NOW)
    store.mentions.block(ANN)
    store.mentions.answered(
        asked(store, "r2", BOB).id,
        None,
        Match(rule="", stage="fallback"),
        unanswered="capped",
        notice_until=later(9),
        now=NOW,
    )
    gone = store.forgetting.forget([ANN, BOB], None, now=later(60))
    assert (gone.stopped, gone.blocked) == (True, True)
    assert store.mentions.opted_out("fedi", ANN)
    assert store.mentions.blocks() == [ANN[1:]]
    assert [tuple(row) for row in store.connection.raw.execute("SELECT person, pause_told_until FROM people")] == [
        (ANN, None)
    ]


def test_what_waits_is_neither_answered_nor_sent(store: Store) -> None:
    """New words, words that wait for the owner, and answers in whatever state of their way out."""
    new = asked(store, "new")
    waits = asked(store, "waits")
    store.mentions.answered(waits.id, None, Match(rule="", stage="fallback"), unanswered="no rule", now=NOW)
    _, planned = reply(store, "planned")
    _, sending = reply(store, "sending", "other")
    assert store.outbox.claim("other", now=NOW) is not None
    _, held = reply(store, "held", "third")
    assert store.outbox.claim("third", now=NOW) is not None
    store.outbox.settle_held(held, "nobody can tell", now=NOW, notice=f"third: {held} said to needle")
    _, refused = reply(store, "refused", "fourth")
    assert store.outbox.claim("fourth", now=NOW) is not None
    store.outbox.settle_refused(refused, "no", now=NOW, notice="no to needle")
    forget(store)
    assert states(store) == dict.fromkeys((planned, sending, held, refused), "withdrawn")
    assert store.owner.notices() == []
    assert store.mentions.pending(9) == []
    assert store.mentions.waiting() == (0, None)
    assert [store.outbox.claim(name, now=later(99)) for name in ("fedi", "other", "third", "fourth")] == [None] * 4
    # What was in the air comes back, and in vain: the answer that was just made, and the platform's receipt.
    late = Post(account="fedi", text="Hi needle", dedupe_key=f"reply:{new.id}", reply_to_author=ANN)
    assert store.mentions.answered(new.id, late, Match(rule="r", stage="phrase"), now=later(61)) is None
    assert not store.outbox.settle_sent(sending, SENT, now=later(61))
    assert not store.outbox.resend(refused, now=later(61))
    assert store.outbox.claim("fedi", now=later(99)) is None


def test_an_answer_that_is_being_taken_back_still_is(store: Store) -> None:
    """Its author deleted their words first: the platform's own number of the answer is kept until it is deleted there."""
    number, answer = settled(store, "r1")
    store.mentions.withdrawn(number, TAKEN_BACK, now=later(1))
    forget(store)
    (row,) = store.outbox.to_take_back("fedi", now=later(60))
    assert (row.id, row.receipt, row.post.text, row.post.reply_to_author) == (answer, SENT, "", None)


def test_promises_go(store: Store) -> None:
    """Follows, reminders, and what was said of a follow, whose name of its own names the person."""
    word, other = asked(store, "r1"), asked(store, "r2", BOB)
    for one in (word, other):
        assert store.promises.follow(one, "needle", now=NOW)
        assert store.promises.remind(one, later(30), now=NOW)
    (follow, _) = store.promises.follows()
    told = post(dedupe_key=f"follow:{ANN}:https://example.com/a", reply_to_author=ANN)
    number = store.promises.told(follow, told, now=NOW)
    gone = store.forgetting.forget([ANN], None, now=later(1))
    assert (gone.replies, gone.promises) == (1, 2)
    assert [one.person for one in store.promises.follows()] == [BOB]
    assert [one.mention for one in store.promises.due_reminders(later(30))] == [other.id]
    assert number is not None
    row = store.outbox.row(number)
    assert row is not None
    assert row.post.dedupe_key == f"forgotten:{number}"


def test_one_account_alone_can_forget(store: Store) -> None:
    """What the others know stays."""
    settled(store, "r1")
    there, _, _ = store.mentions.heard(mention("r2", "other"), None, now=NOW)
    gone = store.forgetting.forget(store.forgetting.ids_of(ANN, "fedi"), "fedi", now=later(1))
    assert gone.mentions == 1
    kept = store.mentions.get(there)
    assert kept is not None
    assert kept.author == ANN
    assert store.forgetting.ids_of(ANN, "fedi") == []
    assert store.forgetting.ids_of(ANN, None) == [ANN]


@pytest.mark.parametrize("spelt", [ANN, ANN[1:], ANN.upper(), f" {ANN} ", "ANN@Example.Social"])
def test_a_handle_is_found_however_it_is_spelt(store: Store, spelt: str) -> None:
    """With or without @, in any case; nobody else is."""
    for place, author in enumerate((ANN, "@Ann@example.social", BOB, "@ann@example.soc", "ann", "")):
        asked(store, f"r{place}", author)
    assert store.forgetting.ids_of(spelt, None) == ["@Ann@example.social", ANN]


def test_a_handle_beside_an_id_is_found_too(store: Store) -> None:
    """On Bluesky people are known by a DID; nobody knows theirs by heart, and old handles count."""
    asked(store, "r1", "did:plc:abc", context={"handle": "ann.example.net"})
    asked(store, "r2", "did:plc:abc", context={"handle": "ann.example.org"})
    assert store.forgetting.ids_of("@Ann.example.net", None) == store.forgetting.ids_of("ann.example.org", None)
    assert store.forgetting.ids_of("ann.example.org", None) == ["did:plc:abc"]
    assert [store.forgetting.ids_of(nobody, None) for nobody in ("", "@", " acct: ", "example.org")] == [[]] * 4


def test_a_name_leads_to_ids(store: Store) -> None:
    """To those of all who call themselves so, a few at most; a name alone forgets nobody."""
    asked(store, "r1", "4711", name="Ann")
    asked(store, "r2", "4712", name="ann")
    for number in range(9):
        asked(store, f"m{number}", str(number), name="Max")
    assert store.forgetting.ids_of("Ann", None) == []
    assert store.forgetting.namesakes(" ANN ") == ["4711", "4712"]
    assert len(store.forgetting.namesakes("max")) == 5


def test_the_timeline_shows_neither_words_nor_answer(store: Store) -> None:
    """What others said stays in its place, and the numbers go on growing."""
    number, _, _ = store.mentions.heard(mention("m1", "local", text="I am needle"), None, now=NOW, on_timeline=True)
    told = Post(account="local", text="Hi needle", dedupe_key=f"reply:{number}", reply_to_author=ANN)
    store.mentions.answered(number, told, Match(rule="r", stage="phrase"), now=NOW)
    store.outbox.publish_in_store("local", now=NOW)
    store.mentions.heard(mention("m2", "local", author=BOB, in_reply_to="2"), None, now=NOW, on_timeline=True)
    forget(store)
    assert [(item.id, item.author) for item in store.timeline.items(0, 9)] == [(3, BOB)]
    plan(store, "next", "local")
    store.outbox.publish_in_store("local", now=later(60))
    assert store.timeline.newest() == 4


def test_what_the_owner_was_shown_of_theirs_goes(store: Store) -> None:
    """The word that one of theirs waits, and lists of who does; what the owner was told of others stays."""
    waits, others = asked(store, "w1").id, asked(store, "w2", BOB).id
    owner = "@me@example.social"

    def told(name: str, text: str, *, key: str = "") -> int:
        order = asked(store, name, owner, owner=True)
        answer = Post(account="fedi", text=text, dedupe_key=key or f"reply:{order.id}", reply_to_author=owner)
        match = Match(rule="unanswered", stage="owner")
        number = store.mentions.answered(order.id, answer, match, details={"waiting": "1"}, now=NOW)
        assert number is not None
        store.outbox.claim("fedi", now=NOW)
        store.outbox.settle_sent(number, SENT, now=NOW)
        return number

    one = told("o1", f"{waits} waits for your answer: “needle”. Reply to this", key=f"digest:{waits}:2026-11-22")
    several = told("o2", f"{others}: “Bob”\n{waits} (2×): “needle”\nAnswer {others} by replying")
    other = told("o3", f"{others}: “Bob”\nAnswer {others} by replying, {waits}: is no line of its own")
    forget(store)
    texts = {row.id: row.post.text for row in store.outbox.rows()}
    assert (texts[one], texts[several]) == ("(forgotten)", "(forgotten)")
    assert texts[other].startswith(f"{others}: “Bob”")


def test_rules_of_their_words_stay_and_are_named(store: Store) -> None:
    """They answer everybody; but what is a rule no more leaves the history, also if it is removed later on."""
    word = asked(store, "r1")
    for name in ("taught-needle", "taught-needle-2"):
        store.rules.add(rule(name, when=("needle",), origin="chat"), f"@me, from mention {word.id}", now=NOW)
    store.rules.add(rule("mine", when=("needle work",)), "cli", now=NOW)
    store.rules.add(rule("other", when=("bob",)), f"cli, from mention {word.id}0", now=NOW)
    store.rules.remove("taught-needle-2", "cli", now=NOW)
    assert store.rules.history("taught-needle-2")
    gone = store.forgetting.forget([ANN], None, now=later(1))
    assert gone.rules == ("taught-needle",)
    before = store.rules.version()
    assert store.rules.history("taught-needle-2") == []
    assert len(store.rules.history("taught-needle")) == 1
    store.rules.remove("taught-needle", "cli", now=later(2))
    assert store.rules.history("taught-needle") == []
    assert store.rules.version() == before + 1
    store.rules.remove("mine", "cli", now=later(3))
    assert len(store.rules.history("mine")) == 2


def test_nobody_is_nobody(store: Store) -> None:
    """Without ids nothing changes."""
    settled(store, "r1")
    before = dump(store)
    assert store.forgetting.ids_of("@nobody", None) == []
    gone = store.forgetting.forget([], None, now=later(1))
    assert (gone.mentions, gone.replies, gone.promises, gone.stopped, gone.blocked) == (0, 0, 0, False, False)
    after = dump(store)
    assert [line for line in after.splitlines() if line not in before] == [
        line for line in after.splitlines() if "unswept" in line or "'commits'" in line
    ]


def test_no_byte_of_theirs_is_left(path: Path) -> None:
    """However its pages were parted, filled and moved since: not in the file, and not in its WAL."""
    with open_store(path, mode="run", now=NOW) as store:
        with store.connection.writing(durable=True):
            for place in range(300):
                text = "needle " * (place * 37 % 400)
                needle = mention(f"@needle\n{place}", author="@needle@x.org", name="needle", text=text, thread="needle")
                number, _, _ = store.mentions.heard(needle, None, now=NOW)
                told = Post(account="fedi", text=text, dedupe_key=f"reply:{number}", reply_to_author="@needle@x.org")
                match = Match(rule="r", stage="phrase", values={"topic": "needle"})
                store.mentions.answered(number, told, match, details={"of": "needle"}, now=NOW)
                reply(store, f"other{place}", author=BOB, text="hay " * (place * 91 % 500))
        forget(store, "@needle@x.org")
        assert [file.name for file in path.parent.iterdir() if HERS in file.read_bytes()] == [path.name + "-wal"]
        sweep(store.connection)
        assert [file.name for file in path.parent.iterdir() if HERS in file.read_bytes()] == []
        assert sum(row.post.text.startswith("Hello, other") for row in store.outbox.rows()) == 300


def unswept(store: Store) -> bool:
    """Whether traces may be left."""
    return store.connection.raw.execute("SELECT 1 FROM meta WHERE key = 'unswept'").fetchone() is not None


def test_the_next_start_sweeps_what_was_forgotten_beside_a_bot(path: Path) -> None:
    """Once; and a start that finds no room for it begins all the same, and leaves it to the next one."""
    with open_store(path, mode="run", now=NOW) as store:
        settled(store, "r1", text="needle")
        with open_store(path, mode="write", now=NOW) as beside:
            forget(beside)
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM mentions").fetchone()
        with closing(sqlite3.connect(path, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="locked"), open_store(path, mode="write", now=NOW, busy=0) as beside:
                sweep(beside.connection)
            writer.execute("ROLLBACK")
        with open_store(path, mode="write", now=NOW, busy=0) as beside:
            sweep(beside.connection)
            assert unswept(beside), "somebody reads, so the WAL could not be emptied"
    with open_store(path, mode="run", now=NOW) as store:
        assert not unswept(store)
        assert HERS not in path.read_bytes()


def test_every_table_is_gone_through(store: Store) -> None:
    """Whatever a person can leave anywhere, nothing with their name is found in any column of any table afterwards."""
    speaker = "@needle@x.org"
    for place in range(3):
        said = mention(
            f"{speaker}\n{place}",
            author=speaker,
            name="needle",
            text="needle",
            thread="needle",
            in_reply_to="needle",
            language="needle",
            visibility="needle",
            context={"needle": "needle"},
        )
        number, _, _ = store.mentions.heard(said, None, now=NOW, on_timeline=True)
        told = Post(
            account="fedi",
            text="needle",
            dedupe_key=f"follow:{speaker}:{place}",
            link="https://needle.example",
            title="needle",
            reply_to="needle",
            reply_to_author=speaker,
            reply_context={"needle": "needle"},
            language="needle",
            visibility="needle",
        )
        match = Match(rule="taught-needle", stage="phrase", values={"needle": "needle"})
        store.mentions.answered(
            number, told, match, details={"needle": "needle"}, notice_until=later(9), unanswered="no rule", now=NOW
        )
        asked = replace(said, id=number)
        assert store.promises.follow(asked, "needle", now=NOW)
        assert store.promises.remind(asked, later(9), now=NOW)
        store.rules.add(rule("taught-needle", when=("needle",)), f"me, from mention {number}", now=NOW)
    store.rules.remove("taught-needle", "me", now=NOW)
    assert store.outbox.claim("fedi", now=NOW) is not None
    receipt = Receipt(remote_id="needle", url="https://needle.example", note="needle")
    assert store.outbox.settle_sent(1, receipt, now=NOW)
    assert store.outbox.claim("fedi", now=NOW) is not None
    assert store.outbox.settle_refused(2, "needle", now=NOW, notice="needle")
    assert "needle" in dump(store)
    forget(store, speaker)
    assert [line for line in dump(store).splitlines() if "needle" in line] == []


def dump(store: Store) -> str:
    """All that stands in all tables, packed texts as they are kept."""
    return "\n".join(store.connection.raw.iterdump())
