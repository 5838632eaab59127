from __future__ import annotations

from datetime import datetime
from functools import partial

from bot.model import Match, Mention, Post, Receipt, State
from bot.store import Store
from tests.store.given import DAY, HOUR, MATCH, NOW, SENT, later, mention, plan, post, reply, states

NO_RULE = Match(rule="fallback", stage="fallback", score=0.0, nearest=("thanks", 0.42))


def test_a_mention_and_its_cursor_are_stored_together(store: Store) -> None:
    """Whole, once, with a number of ours; the cursor is how far the platform was read."""
    told = mention(thread="t1", in_reply_to="p1", about=7, bot=True, visibility="unlisted", context={"cid": "x"})
    assert store.mentions.heard(told, "cursor 5", now=later(1)) == (1, True, None)
    assert store.mentions.cursor("fedi") == "cursor 5"
    assert store.mentions.cursor("local") is None
    stored = store.mentions.get(1)
    assert stored is not None
    assert store.mentions.by_remote("fedi", "r1") == stored
    assert (stored.author, stored.name, stored.text, stored.at) == (told.author, "Ann", "hello", NOW)
    assert (stored.thread, stored.in_reply_to, stored.about, stored.bot) == ("t1", "p1", 7, True)
    assert (stored.visibility, stored.context, stored.owner) == ("unlisted", {"cid": "x"}, False)
    assert store.mentions.get(2) is store.mentions.by_remote("local", "r1") is None


def test_a_redelivered_or_edited_mention_is_the_first_one(store: Store) -> None:
    """The same id again, in any order and with other words, gives the old number and stays as it was heard."""
    first = store.mentions.heard(mention("a"), "1", now=NOW)
    store.mentions.heard(mention("b"), "2", now=NOW)
    again = store.mentions.heard(mention("a", text="something else"), "3", now=later(1))
    assert again == (first[0], False, None)
    stored = store.mentions.get(first[0])
    assert stored is not None
    assert stored.text == "hello"
    assert store.mentions.cursor("fedi") == "3"
    assert [each.remote_id for each in store.mentions.pending(10)] == ["a", "b"]


def test_without_a_cursor_the_old_one_stays(store: Store) -> None:
    """A platform that has none, or a mention from elsewhere, doesn't forget where we were."""
    store.mentions.heard(mention("a"), "5", now=NOW)
    store.mentions.heard(mention("b"), None, now=NOW)
    assert store.mentions.cursor("fedi") == "5"


def test_a_mention_is_about_the_accounts_own_post_that_it_answers(store: Store) -> None:
    """Not about another account's that has the same id there, and not about a reply of ours."""
    number = plan(store)
    store.outbox.claim("fedi", now=NOW)
    store.outbox.settle_sent(number, SENT, now=NOW)
    _, answer = reply(store)
    store.outbox.claim("fedi", now=NOW)
    store.outbox.settle_sent(answer, Receipt(remote_id="2000"), now=NOW)

    def about(account: str, answered: str | None) -> int | None:
        said, _, _ = store.mentions.heard(mention(f"to {answered}", account, in_reply_to=answered), None, now=NOW)
        stored = store.mentions.get(said)
        assert stored is not None
        return stored.about

    assert about("fedi", SENT.remote_id) == number
    assert [about("other", SENT.remote_id), about("fedi", "2000"), about("fedi", "else"), about("fedi", None)] == [
        None
    ] * 4


def test_local_mentions_stand_on_the_timeline(store: Store) -> None:
    """At once, and a redelivered one keeps its place."""
    number, new, place = store.mentions.heard(mention("r1", "local"), None, now=NOW, on_timeline=True)
    assert (number, new, place) == (1, True, 1)
    assert store.mentions.heard(mention("r1", "local"), None, now=NOW, on_timeline=True) == (1, False, 1)
    assert store.timeline.id_of_mention(1) == 1


def test_answered_and_its_delivery_are_one_step(store: Store) -> None:
    """The mention is done, with the whole trace of its match, and the reply is planned; again changes nothing."""
    number, outbox = reply(store)
    assert store.mentions.pending(10) == []
    again = store.mentions.answered(number, post(dedupe_key=f"reply:{number}", text="Other words"), MATCH, now=later(1))
    assert again == outbox
    row = store.outbox.row(outbox)
    assert row is not None
    assert (row.post.text, row.state, row.kind, row.mention) == ("Hello, r1", State.PLANNED, "reply", number)
    outcome = store.mentions.outcome(number)
    assert outcome is not None
    assert (outcome.state, outcome.match, outcome.answered_at, outcome.reason) == ("answered", MATCH, NOW, "")
    assert store.mentions.outcome(99) is None


def test_an_answer_may_be_silence(store: Store) -> None:
    """A mention can be dealt with without a reply; an unheard-of one can't."""
    number, _, _ = store.mentions.heard(mention(), None, now=NOW)
    assert store.mentions.answered(number, None, MATCH, now=NOW, details={"action": "opt_out"}) is None
    outcome = store.mentions.outcome(number)
    assert outcome is not None
    assert (outcome.state, outcome.details) == ("answered", {"action": "opt_out"})
    assert store.mentions.answered(99, post(), MATCH, now=NOW) is None


def test_what_no_rule_knew_waits_for_the_owner(store: Store) -> None:
    """It is answered honestly and stands on the list, oldest first, with the rule that came nearest."""
    number, _, _ = store.mentions.heard(mention(), None, now=NOW)
    outbox = store.mentions.answered(number, post(dedupe_key="reply:1"), NO_RULE, unanswered="no rule", now=NOW)
    assert outbox is not None
    late, _, _ = store.mentions.heard(mention("r2"), None, now=NOW)
    store.mentions.answered(late, None, Match(rule="", stage="fallback"), unanswered="late", now=NOW)
    (first, second) = store.mentions.unanswered()
    assert (first.mention.id, first.reason, first.rule, first.score) == (number, "no rule", "thanks", 0.42)
    assert (second.mention.id, second.reason, second.rule, second.score) == (late, "late", None, 0.0)
    assert len(store.mentions.unanswered(limit=1)) == 1


def test_a_late_answer_ends_the_waiting_once(store: Store) -> None:
    """Whoever waits is answered late, as a delivery of its own; who doesn't wait any more isn't answered twice."""
    number, _, _ = store.mentions.heard(mention(), None, now=NOW)
    store.mentions.answered(number, post(dedupe_key="reply:1"), NO_RULE, unanswered="no rule", now=NOW)
    late = post(dedupe_key="late:1", text="Now I know")
    outbox = store.mentions.answered_late(number, late, MATCH, now=later(9))
    assert outbox is not None
    assert store.mentions.answered_late(number, late, MATCH, now=later(9)) is None
    assert store.mentions.unanswered() == []
    assert len(states(store)) == 2
    outcome = store.mentions.outcome(number)
    assert outcome is not None
    assert (outcome.state, outcome.answered_at, outcome.match) == ("answered", later(9), MATCH)


def test_a_late_answer_may_come_by_the_usual_door(store: Store) -> None:
    """`answered` without a reason to wait does the same for one that waits, and gives the new delivery."""
    number, _, _ = store.mentions.heard(mention(), None, now=NOW)
    first = store.mentions.answered(number, post(dedupe_key="reply:1"), NO_RULE, unanswered="no rule", now=NOW)
    again = store.mentions.answered(number, post(dedupe_key="reply:1"), NO_RULE, unanswered="no rule", now=NOW)
    second = store.mentions.answered(number, post(dedupe_key="late:1"), MATCH, now=later(1))
    assert first == again
    assert second not in (None, first)
    assert store.mentions.unanswered() == []


def test_skipped_and_withdrawn_mentions_are_not_answered(store: Store) -> None:
    """Left alone on purpose, or taken back by their author: both keep the reason, and the latter loses its words."""
    one, _, _ = store.mentions.heard(mention("a"), None, now=NOW)
    two, _, place = store.mentions.heard(mention("b", "local"), None, now=NOW, on_timeline=True)
    assert store.mentions.skipped(one, "it is our own", now=NOW)
    assert not store.mentions.skipped(one, "it is our own", now=NOW)
    assert store.mentions.withdrawn(two, "deleted", now=NOW)
    assert not store.mentions.withdrawn(two, "deleted", now=NOW)
    assert store.mentions.pending(10) == []
    assert place is not None
    assert store.timeline.item(place) is None
    stored = store.mentions.get(two)
    assert stored is not None
    assert stored.text == ""
    assert store.mentions.answered(one, post(), MATCH, now=NOW) is None


def test_hostile_words_are_heard_clean(store: Store) -> None:
    """Surrogates, NUL and megabytes in every field end as clean, clipped text."""
    evil = "\ud800\x00" + "x" * 200_000
    number, new, _ = store.mentions.heard(
        mention(evil, author=evil, name=evil, text=evil, thread=evil, context={evil: evil}), evil, now=NOW
    )
    assert new
    stored = store.mentions.get(number)
    assert stored is not None
    assert len(stored.text) == 100_000
    assert stored.text.startswith("\ufffd\ufffdx")
    assert store.mentions.heard(mention(evil), None, now=NOW)[:2] == (number, False)


# --------------------------------------------------------------------------- the past


def test_replies_are_counted_by_person_account_and_thread(store: Store) -> None:
    """Each count since its time, of its account, and only what was really answered."""
    reply(store, "a", thread="t", at=NOW)
    reply(store, "b", author="@bo@example.social", thread="t", at=later(10))
    store.mentions.heard(mention("c"), None, now=later(11))
    assert _counts(store, mention(thread="t")) == (1, 2, 2)
    assert _counts(store, mention(thread="t"), since=later(5)) == (0, 1, 2)
    assert _counts(store, mention(thread="")) == (1, 2, 0)
    assert _counts(store, mention("r1", "local", thread="t")) == (0, 0, 0)


def _counts(store: Store, asking: Mention, since: datetime = NOW) -> tuple[int, int, int]:
    """The replies to the author, of the account and in the thread of a mention."""
    past = store.mentions.tally(asking, person_since=since, account_since=since, bot_since=since, now=later(11))
    return past.person, past.account, past.thread


def test_the_last_answer_of_a_rule(store: Store) -> None:
    """When rules last answered a person, for those that ever did."""
    reply(store, "a")
    reply(store, "b", at=later(10))
    ann = "@ann@example.social"
    assert store.mentions.last_answers("fedi", ann, ["greeting", "thanks"]) == {"greeting": later(10)}
    assert store.mentions.last_answers("fedi", "@bo", ["greeting"]) == {}


def test_the_rule_before_is_found_by_the_answer_itself(store: Store) -> None:
    """A mention that replies to an answer of ours follows that answer's rule."""
    _, outbox = reply(store, "a", thread="t")
    other = Match(rule="thanks", stage="phrase")
    number, _, _ = store.mentions.heard(mention("b", thread="t"), None, now=later(1))
    store.mentions.answered(number, None, other, now=later(1))
    assert store.mentions.last_rule(mention("c", about=outbox), now=later(2)) == "greeting"
    assert store.mentions.last_rule(mention("c", thread="t"), now=later(2)) == "thanks"
    assert store.mentions.last_rule(mention("c", thread="another"), now=later(2)) is None


def test_where_there_are_no_threads_a_talk_lasts_an_hour(store: Store) -> None:
    """The last answer to the same person counts, for an hour, and never another person's."""
    reply(store, "a")
    assert store.mentions.last_rule(mention("b"), now=later(59)) == "greeting"
    assert store.mentions.last_rule(mention("b"), now=later(60)) is None
    assert store.mentions.last_rule(mention("b", author="@bo"), now=later(1)) is None


def test_the_first_time_is_the_first_mention(store: Store) -> None:
    """True while somebody has spoken at most once."""
    assert store.mentions.first_time("fedi", "@ann@example.social")
    store.mentions.heard(mention("a"), None, now=NOW)
    assert store.mentions.first_time("fedi", "@ann@example.social")
    store.mentions.heard(mention("b"), None, now=NOW)
    assert not store.mentions.first_time("fedi", "@ann@example.social")


def test_the_guards_ask_once(store: Store) -> None:
    """One snapshot holds all that the guards want to know."""
    reply(store, "a", thread="t", bot=True)
    ann = mention("b", thread="t")
    tally = store.mentions.tally(ann, person_since=NOW, account_since=NOW, bot_since=NOW - DAY, now=later(1))
    assert (tally.person, tally.account, tally.thread, tally.bot_today) == (1, 1, 1, 1)
    assert (tally.opted_out, tally.blocked, tally.paused, tally.first_start) == (False, False, False, NOW)
    number, _, _ = store.mentions.heard(ann, None, now=NOW)
    capped = Match(rule="", stage="fallback")
    store.mentions.answered(number, None, capped, unanswered="capped", notice_until=later(60), now=NOW)
    store.mentions.opt_out(ann.author, None, now=NOW)
    store.mentions.block("example.social")
    after = store.mentions.tally(ann, person_since=later(1), account_since=later(1), bot_since=later(1), now=later(2))
    assert (after.person, after.account, after.bot_today) == (0, 0, 0)
    assert (after.opted_out, after.blocked, after.paused) == (True, True, True)
    assert not store.mentions.tally(ann, person_since=NOW, account_since=NOW, bot_since=NOW, now=NOW + HOUR).paused


def test_what_is_said_unasked_counts_for_no_cap(store: Store) -> None:
    """A reminder is no answer to anybody's mention; and who asks for the others' share is told it without their own."""
    number, _ = reply(store, "a", thread="t")
    reminder = Post(account="fedi", text="It is time.", dedupe_key="remind:1", reply_to_author="@ann@example.social")
    store.outbox.put(reminder, "reply", now=NOW)
    ask = partial(store.mentions.tally, person_since=NOW, account_since=NOW, bot_since=NOW, now=NOW)
    tally = ask(mention("b", thread="t"))
    assert (tally.person, tally.account, tally.thread, tally.bot_today) == (1, 1, 1, 1)
    apart = ask(mention("b", thread="t"), apart_from=[number])
    assert (apart.person, apart.account, apart.thread, apart.bot_today) == (1, 0, 0, 1)


def test_a_crowd_makes_no_question_slower(store: Store) -> None:
    """What is asked before each answer costs as much among a thousand others' talks as among none."""

    def steps() -> int:
        looks = 0

        def look() -> None:
            nonlocal looks
            looks += 1

        asked = mention("x", author="@ann@example.social")
        store.connection.raw.set_progress_handler(look, 10)  # every ten steps of SQLite's machine
        store.mentions.last_rule(asked, now=later(5))
        store.mentions.tally(asked, person_since=NOW, account_since=later(5), bot_since=NOW, now=later(5))
        store.mentions.last_answers("fedi", asked.author, ["greeting"])
        store.connection.raw.set_progress_handler(None, 0)
        return looks

    reply(store, "a", at=later(1))
    alone = steps()
    with store.connection.writing(durable=False):
        for number in range(1_000):
            reply(store, f"n{number}", author=f"@p{number}@example.social", at=later(2))
    assert steps() <= alone + 10


# --------------------------------------------------------------------------- people


def test_who_says_stop_is_heard_everywhere(store: Store) -> None:
    """On one account, or on all; coming back on an account takes the word for all back, too."""
    store.mentions.opt_out("@ann", "fedi", now=NOW)
    assert store.mentions.opted_out("fedi", "@ann")
    assert not store.mentions.opted_out("local", "@ann")
    store.mentions.opt_out("@ann", None, now=NOW)
    assert store.mentions.opted_out("local", "@ann")
    assert store.mentions.opt_in("@ann", "local")
    assert not store.mentions.opted_out("local", "@ann")
    assert store.mentions.opted_out("fedi", "@ann"), "what was said to fedi alone still holds there"
    assert store.mentions.opt_in("@ann", None)
    assert not store.mentions.opted_out("fedi", "@ann")
    assert not store.mentions.opt_in("@ann", None)


def test_a_block_covers_a_person_or_a_domain_and_what_is_below(store: Store) -> None:
    """Upper case and the @ in front don't matter; part of a name does; it can be taken back."""
    assert store.mentions.block("@Ann@Example.social")
    assert not store.mentions.block("ann@example.social")
    assert store.mentions.block("Spam.example")
    assert store.mentions.blocks() == ["ann@example.social", "spam.example"]
    blocked = {author: _tally_blocked(store, author) for author in ("@ann@example.social", "@bo@example.social")}
    assert blocked == {"@ann@example.social": True, "@bo@example.social": False}
    assert _tally_blocked(store, "@x@spam.example")
    assert _tally_blocked(store, "@x@a.b.spam.example")
    assert not _tally_blocked(store, "@x@notspam.example")
    assert not _tally_blocked(store, "@" + "a." * 5000 + "x")
    assert store.mentions.unblock("SPAM.example")
    assert not store.mentions.unblock("SPAM.example")


def test_a_domain_is_blocked_on_platforms_that_name_people_otherwise(store: Store) -> None:
    """Matrix names them @ann:example.org; Bluesky by a DID, and a handle beside it that is a domain."""
    store.mentions.block("spam.example")
    assert _tally_blocked(store, "@x:spam.example")
    assert _tally_blocked(store, "@x:matrix.spam.example:8448")
    assert not _tally_blocked(store, "@spam.example:fine.example")
    assert _tally_blocked(store, "did:plc:abc", handle="x.spam.example")
    assert not _tally_blocked(store, "did:plc:abc", handle="x.fine.example")
    store.mentions.block("@X.fine.example")
    assert _tally_blocked(store, "did:plc:abc", handle="x.fine.example")


def _tally_blocked(store: Store, author: str, **context: str) -> bool:
    return store.mentions.tally(
        mention(author=author, context=context), person_since=NOW, account_since=NOW, bot_since=NOW, now=NOW
    ).blocked


def test_a_pause_is_told_once_a_window(store: Store) -> None:
    """Within what was told its author counts as pausing; after it, and for others, not."""
    number, _, _ = store.mentions.heard(mention(), None, now=NOW)
    assert not _pausing(store, mention(), NOW)
    store.mentions.answered(number, post(), MATCH, unanswered="capped", notice_until=later(60), now=NOW)
    assert _pausing(store, mention(), later(30))
    assert not _pausing(store, mention(author="@bo@example.social"), later(30))
    assert not _pausing(store, mention(), later(60))


def _pausing(store: Store, asking: Mention, now: datetime) -> bool:
    return store.mentions.tally(asking, person_since=NOW, account_since=NOW, bot_since=NOW, now=now).paused


def test_a_deleted_mention_withdraws_what_is_not_sent_yet(store: Store) -> None:
    """Its answer isn't sent, its promises are forgotten; an answer that is out stays out."""
    one, planned = reply(store, "a")
    store.promises.follow(mention("a", id=one), "tape", now=NOW)
    store.promises.remind(mention("a", id=one), later(60), now=NOW)
    assert store.mentions.withdrawn(one, "deleted", now=later(1))
    assert states(store)[planned] == "withdrawn"
    assert store.promises.follows() == []
    assert store.promises.due_reminders(later(61)) == []
    two, out = reply(store, "b")
    store.outbox.claim("fedi", now=later(2))
    store.outbox.settle_sent(out, SENT, now=later(2))
    assert store.mentions.withdrawn(two, "deleted", now=later(3))
    assert states(store)[out] == "sent"


def test_a_planned_reply_to_somebody_who_said_stop_since_is_withdrawn(store: Store) -> None:
    """Asked right before sending, on both ways out; the answer to the word itself is still sent."""
    for account, out in (("fedi", store.outbox.claim), ("local", store.outbox.publish_in_store)):
        _, before = reply(store, f"before {account}", account)
        store.mentions.opt_out("@ann@example.social", account, now=later(1))
        _, word = reply(store, f"stop {account}", account, at=later(1))
        out(account, now=later(2))
        assert states(store)[before] == "withdrawn"
        row = store.outbox.row(before)
        assert row is not None
        assert row.reason == "they said stop"
        assert states(store)[word] in ("sending", "sent")


def test_what_waits_is_counted_until_it_is_left_or_answered(store: Store) -> None:
    """The count and the oldest; what the owner ignores waits no more."""
    assert store.mentions.waiting() == (0, None)
    numbers = []
    for name in "abc":
        number, _, _ = store.mentions.heard(mention(name), None, now=NOW)
        store.mentions.answered(number, None, Match(rule="fallback", stage="fallback"), unanswered="no rule", now=NOW)
        numbers.append(number)
    assert store.mentions.waiting() == (3, NOW)
    assert store.mentions.ignored(numbers[:2], now=later(1)) == 2
    assert store.mentions.ignored(numbers[:2], now=later(1)) == 0
    left = store.mentions.outcome(numbers[0])
    assert left is not None
    assert (left.state, left.reason) == ("skipped", "the owner left it")
    assert store.mentions.waiting() == (1, NOW)
    store.mentions.answered_late(numbers[2], post(dedupe_key="late:c"), MATCH, now=later(2))
    assert store.mentions.waiting() == (0, None)


def test_an_answer_counts_for_its_rule(store: Store) -> None:
    """In the transaction of the answer, once, whatever becomes of the mention then: the figure is how often a rule spoke."""
    reply(store, "a")
    number, _, _ = store.mentions.heard(mention("b"), None, now=NOW)
    for _ in range(2):
        store.mentions.answered(number, post(dedupe_key="reply:b"), NO_RULE, unanswered="no rule", now=later(1))
    passed, _, _ = store.mentions.heard(mention("c"), None, now=NOW)
    complaint = Match(rule="complaint", stage="phrase")
    store.mentions.answered(passed, post(dedupe_key="reply:c"), complaint, unanswered="passed on", now=later(2))
    used = store.rules.usage()
    assert {name: one.count for name, one in used.items()} == {MATCH.rule: 1, NO_RULE.rule: 1, "complaint": 1}
    assert used["complaint"].last_at == later(2)


def test_what_is_no_answer_of_a_rule_counts_for_none(store: Store) -> None:
    """Silence, a pause notice and "did you mean …?" are nobody's answers."""
    silent, _, _ = store.mentions.heard(mention("a"), None, now=NOW)
    store.mentions.answered(silent, None, MATCH, unanswered="late", now=NOW)
    capped, _, _ = store.mentions.heard(mention("b"), None, now=NOW)
    store.mentions.answered(capped, post(), Match(rule="", stage="fallback"), unanswered="capped", now=NOW)
    asked, _, _ = store.mentions.heard(mention("c"), None, now=NOW)
    store.mentions.answered(asked, post(dedupe_key="reply:c"), Match(rule="ask:faq", stage="ask"), now=NOW)
    assert store.rules.usage() == {}


def test_a_late_answer_counts_for_the_rule_that_gives_it(store: Store) -> None:
    """One that was taught spoke now; one that passed the mention on had spoken before, and the owner speaks this time."""
    number, _, _ = store.mentions.heard(mention("a"), None, now=NOW)
    store.mentions.answered(number, post(), NO_RULE, unanswered="no rule", now=NOW)
    store.mentions.answered_late(number, post(dedupe_key="late:a"), MATCH, now=later(1))
    passed, _, _ = store.mentions.heard(mention("b"), None, now=NOW)
    complaint = Match(rule="complaint", stage="phrase")
    store.mentions.answered(passed, post(dedupe_key="reply:b"), complaint, unanswered="passed on", now=NOW)
    store.mentions.answered_late(passed, post(dedupe_key="late:b"), complaint, now=later(2))
    counted = {name: one.count for name, one in store.rules.usage().items()}
    assert counted == {NO_RULE.rule: 1, MATCH.rule: 1, "complaint": 1}


def test_what_the_owner_was_asked_about_is_known(store: Store) -> None:
    """By the answer that named it, or by a notice that the bot sent of its own accord."""
    number, _, _ = store.mentions.heard(mention("a", thread="t"), None, now=NOW)
    store.mentions.answered(number, None, Match(rule="unanswered", stage="owner"), now=NOW, details={"waiting": "12"})
    assert store.mentions.asked_of(mention("b", thread="t"), now=later(1)) == 12
    assert store.mentions.asked_of(mention("b", thread="elsewhere"), now=later(1)) is None
    notice = store.outbox.put(post(dedupe_key="digest:34:2026-11-22"), "reply", now=NOW, mention=number)
    assert store.mentions.asked_of(mention("c", about=notice), now=later(1)) == 34


def test_what_was_said_to_somebody_is_known(store: Store) -> None:
    """The latest first, within a time, nobody else's, and not what was withdrawn."""
    reply(store, "a", at=NOW)
    reply(store, "b", at=later(1))
    reply(store, "c", at=later(2), author="@bo@example.social")
    number, _ = reply(store, "d", at=later(3))
    store.mentions.withdrawn(number, "taken back", now=later(4))
    assert store.mentions.said_to("fedi", "@ann@example.social", NOW) == ["Hello, b", "Hello, a"]
    assert store.mentions.said_to("fedi", "@ann@example.social", later(1)) == ["Hello, b"]
    assert store.mentions.said_to("fedi", "@ann@example.social", NOW, limit=1) == ["Hello, b"]
    assert store.mentions.said_to("local", "@ann@example.social", NOW) == []
