"""The worker as its callers see it, with real child processes that misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import platform
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.errors import FeedUnreadable, PageError, WorkerError
from bot.worker import JOBS, Bounds, Worker, landlock
from bot.worker.pool import Turns
from bot.worker.process import Child, environment

ODD = {
    name: f"odd_jobs:{name}"
    for name in (
        *("echo", "sleep", "spin", "hunger", "fatten", "end", "chatter", "fail", "surrogates", "large", "not_json"),
        *("surroundings", "escape", "forge", "borrow"),
    )
}
Hire = Callable[..., Worker]

only_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a limit that only Linux keeps")


@pytest.fixture
async def hire() -> AsyncIterator[Hire]:
    """Makes workers that know the odd jobs, and closes them."""
    hired: list[Worker] = []

    def make(*, processes: int = 1, **bounds: float) -> Worker:
        given = Bounds(**bounds)  # type: ignore[arg-type]
        hired.append(Worker(processes=processes, jobs=ODD, bounds=given))
        return hired[-1]

    yield make
    for worker in hired:
        await worker.close()


async def started(worker: Worker) -> asyncio.Task[dict[str, object]]:
    """Begin a job that never ends, and come back once the child does it."""
    await worker.run("echo", b"")
    task = asyncio.create_task(worker.run("sleep", b""))
    for _ in range(3):  # as many turns of the loop as writing the request takes
        await asyncio.sleep(0)
    return task


# --------------------------------------------------------------------------- what it does


async def test_a_job_gets_its_content_and_arguments(hire: Hire) -> None:
    """Bytes and JSON arguments reach the job in another process, and its answer comes back."""
    answer = await hire().run("echo", b"hello \xff", url="https://example.com/ä", charset=None)
    assert answer["text"] == "hello \ufffd"
    assert answer["args"] == {"url": "https://example.com/ä", "charset": None}
    assert answer["pid"] != os.getpid()


async def test_nothing_is_started_before_the_first_job(hire: Hire) -> None:
    """Making a worker costs nothing: the bot's own start doesn't wait for it."""
    worker = hire(processes=2)
    assert worker.pids == ()
    await worker.run("echo", b"")
    assert len(worker.pids) == 1


async def test_warming_starts_every_child(hire: Hire) -> None:
    """After `warm` all children live, and the first job finds one that knows it."""
    worker = hire(processes=2)
    await worker.warm()
    before = worker.pids
    assert len(set(before)) == 2
    assert (await worker.run("echo", b""))["pid"] in before


async def test_the_bots_own_jobs_can_be_imported() -> None:
    """Every job of the closed list exists under the name that the list gives."""
    worker = Worker(jobs=JOBS)
    try:
        await worker.warm()
    finally:
        await worker.close()


async def test_an_unknown_job_is_a_mistake_of_ours(hire: Hire) -> None:
    """The list of jobs is closed: what isn't on it never reaches a child."""
    with pytest.raises(ValueError, match="knows no job 'rm'"):
        await hire().run("rm", b"")


async def test_a_job_that_cant_be_imported_is_refused() -> None:
    """A list that names a missing function is told as what it is, and the child lives on."""
    worker = Worker(jobs={"gone": "odd_jobs:gone", "away": "no_such_module:x", "echo": "odd_jobs:echo"})
    try:
        for job in ("gone", "away"):
            with pytest.raises(WorkerError, match=f"refused: the job '{job}' can't be loaded"):
                await worker.run(job, b"")
        assert (await worker.run("echo", b"x"))["length"] == 1
    finally:
        await worker.close()


async def test_large_contents_and_results_cross_whole(hire: Hire) -> None:
    """Ten megabytes in, fifteen out: pipes far smaller than that don't lock up."""
    worker = hire()
    assert (await worker.run("echo", b"x" * 10_000_000))["length"] == 10_000_000
    assert len((await worker.run("large", b"", size=15 << 20))["text"]) == 15 << 20


async def test_a_thousand_quick_jobs_take_two_children(hire: Hire) -> None:
    """After 500 jobs a fresh child takes over, without a job being lost."""
    worker = hire()
    pids = [(await worker.run("echo", b"%d" % n))["pid"] for n in range(1_000)]
    assert [len({*pids[:500]}), len({*pids[500:]}), len({*pids})] == [1, 1, 2]


async def test_jobs_at_once_get_their_own_answers(hire: Hire) -> None:
    """Many callers share two children, and nobody gets another's answer."""
    worker = hire(processes=2)
    answers = await asyncio.gather(*(worker.run("echo", b"%d" % n, n=n) for n in range(60)))
    assert [answer["args"]["n"] for answer in answers] == list(range(60))
    assert len({answer["pid"] for answer in answers}) == 2


# --------------------------------------------------------------------------- what jobs say


@pytest.mark.parametrize(("kind", "error"), [("feed", FeedUnreadable), ("page", PageError)])
async def test_an_explained_failure_comes_back_as_itself(hire: Hire, kind: str, error: type[Exception]) -> None:
    """What a job explains is raised here as the same class, with its sentence, and costs no child."""
    worker = hire()
    with pytest.raises(error, match=r"^An HTML page, not a feed\.$"):
        await worker.run("fail", b"", kind=kind, say="An HTML page, not a feed.")
    pids = worker.pids
    assert (await worker.run("echo", b""))["pid"] in pids


async def test_any_other_failure_is_refused_with_its_name(hire: Hire) -> None:
    """A parser's stumble names what it stumbled over, shortly, and the child lives on."""
    worker = hire()
    with pytest.raises(WorkerError, match=r"^refused: ValueError: x{1,1000}$"):
        await worker.run("fail", b"", kind="value", say="x" * 5_000)
    assert (await worker.run("echo", b"ok"))["text"] == "ok"


async def test_text_that_cant_be_encoded_is_mended(hire: Hire) -> None:
    """Lone surrogates of a document cost it a character, not its entries."""
    assert await hire().run("surrogates", b"") == {"text": "a?b", "nested": [{"?": "?"}]}


async def test_a_result_that_is_no_json_is_refused(hire: Hire) -> None:
    """A job's own mistake is a WorkerError, and no broken pipe."""
    with pytest.raises(WorkerError, match="refused: TypeError"):
        await hire().run("not_json", b"")


async def test_a_result_over_the_cap_is_refused(hire: Hire) -> None:
    """A small document that becomes a huge result never enters the bot's memory."""
    worker = hire()
    with pytest.raises(WorkerError, match="refused: the result has 16,777,227 bytes, 16,777,216 are allowed"):
        await worker.run("large", b"", size=16 << 20)
    assert (await worker.run("echo", b"ok"))["text"] == "ok"


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("no json", b"{}"),
        ("{}", b"{}"),
        ('{"resident": "much"}', b"{}"),
        ('{"resident": [1]}', b"{}"),
        ('{"resident": 1}', b"no json"),
        ('{"resident": 1}', b"[1]"),
        ('{"resident": 1}', b"[" * 100_000),
    ],
)
async def test_an_answer_that_was_forged_is_refused(hire: Hire, header: str, body: bytes) -> None:
    """Whatever stands where the answer should, its document alone is refused, and nobody else hears from that child."""
    worker = hire()
    with pytest.raises(WorkerError, match="refused: the worker answered with nonsense"):
        await worker.run("forge", body, header=header)
    assert worker.pids == ()
    assert (await worker.run("echo", b"ok"))["text"] == "ok"


async def test_printing_doesnt_disturb_the_answers(hire: Hire) -> None:
    """Megabytes of a library's chatter go nowhere, and reading the standard input finds nothing."""
    worker = hire()
    assert await worker.run("chatter", b"") == {"heard": ""}
    assert (await worker.run("echo", b"ok"))["text"] == "ok"


# --------------------------------------------------------------------------- slow, hungry, dead


async def test_a_hanging_job_is_killed_in_time(hire: Hire) -> None:
    """A job that waits for ever is too slow, its child is gone, and the next job finds a fresh one."""
    worker = hire(seconds=0.3)
    first = (await worker.run("echo", b""))["pid"]
    with pytest.raises(WorkerError, match=r"^too slow: no result after 0\.3 s$"):
        await worker.run("sleep", b"")
    assert (await worker.run("echo", b""))["pid"] != first


async def test_a_computing_job_is_ended_by_the_kernel(hire: Hire) -> None:
    """Endless computing ends by its own limit, even if the parent's clock never rang."""
    worker = hire(seconds=30, cpu_seconds=1)
    with pytest.raises(WorkerError, match=r"^too slow: more than 1 s of computing$"):
        await worker.run("spin", b"")
    assert (await worker.run("echo", b"ok"))["text"] == "ok"


async def test_the_computing_limit_is_renewed_for_each_job(hire: Hire) -> None:
    """A child that has computed for long in its life still has all the time for its next job."""
    worker = hire(seconds=30, cpu_seconds=1)
    pids = {(await worker.run("chatter", b"")) and worker.pids for _ in range(5)}
    assert len(pids) == 1


@only_linux
async def test_a_memory_bomb_is_out_of_memory(hire: Hire) -> None:
    """A job that wants 8 GB is told no, and its child, with its memory in pieces, is replaced."""
    worker = hire()
    first = (await worker.run("echo", b""))["pid"]
    with pytest.raises(WorkerError, match=r"^out of memory: "):
        await worker.run("hunger", b"")
    assert (await worker.run("echo", b""))["pid"] != first


async def test_a_child_that_stays_large_is_replaced(hire: Hire) -> None:
    """Memory that a library never gives back goes with its child, after the answer."""
    worker = hire(resident=100 << 20)
    first = (await worker.run("fatten", b"", size=1))["pid"]
    assert (await worker.run("fatten", b"", size=120 << 20))["pid"] == first
    assert (await worker.run("echo", b""))["pid"] != first


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ({"signal": "SIGKILL"}, "died: the worker ended by SIGKILL, saying: these are my last words"),
        ({"signal": "SIGSEGV"}, "died: the worker ended by SIGSEGV, saying: these are my last words"),
        ({"signal": "SIGXCPU"}, "too slow: more than 5 s of computing"),
        ({"signal": "SIGALRM"}, "too slow: no result after 6 s"),
        ({"code": 3}, "died: the worker ended by exit code 3, saying: these are my last words"),
        ({"code": 0}, "died: the worker ended by exit code 0, saying: these are my last words"),
    ],
)
async def test_a_death_is_named(hire: Hire, end: dict[str, object], said: str) -> None:
    """However a child ends in the middle of a job, its caller is told how, and the next job is done."""
    worker = hire()
    with pytest.raises(WorkerError) as caught:
        await worker.run("end", b"", **end)
    assert str(caught.value) == said
    assert (await worker.run("echo", b"ok"))["text"] == "ok"


async def test_kill_minus_nine_from_outside(hire: Hire) -> None:
    """A child that somebody kills while it works costs its one job, and nothing else."""
    worker = hire()
    task = await started(worker)
    os.kill(worker.pids[0], signal.SIGKILL)
    with pytest.raises(WorkerError, match="died: the worker ended by SIGKILL"):
        await task
    assert (await worker.run("echo", b"ok"))["text"] == "ok"


async def test_a_child_that_died_while_idle_is_replaced(hire: Hire) -> None:
    """Between two jobs a child may die unnoticed: at most the next job pays for it, never the one after."""
    worker = hire()
    await worker.run("echo", b"")
    os.kill(worker.pids[0], signal.SIGKILL)
    with contextlib.suppress(WorkerError):
        await worker.run("echo", b"")
    assert (await worker.run("echo", b"ok"))["text"] == "ok"


async def test_polite_signals_dont_end_a_child(hire: Hire) -> None:
    """Ctrl-C and SIGTERM reach the whole group; the child stays until the parent has drained."""
    worker = hire()
    await worker.run("echo", b"")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(worker.pids[0], number)
    pids = worker.pids
    assert (await worker.run("echo", b""))["pid"] in pids


# --------------------------------------------------------------------------- cancelled, closed, in turn


async def test_a_cancelled_job_leaves_no_answer_behind(hire: Hire) -> None:
    """After a cancelled call the next caller gets its own answer, from a fresh child."""
    worker = hire()
    task = await started(worker)
    before = worker.pids
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    answer = await worker.run("echo", b"mine")
    assert answer["text"] == "mine"
    assert answer["pid"] not in before


async def test_a_cancelled_start_leaves_nothing_behind(hire: Hire) -> None:
    """A caller that goes while its child is still starting takes it along."""
    worker = hire()
    for turns in (1, 2, 5, 20):
        task = asyncio.create_task(worker.run("echo", b""))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert (await worker.run("echo", b"ok"))["text"] == "ok"


async def test_a_cancelled_waiter_gives_its_turn_away(hire: Hire) -> None:
    """Callers who wait may go, before or just as their turn comes; the others are served."""
    worker = hire()
    callers = [asyncio.create_task(worker.run("echo", b"%d" % n)) for n in range(6)]
    await asyncio.sleep(0)
    callers[1].cancel()
    callers[4].cancel()
    answers = await asyncio.gather(*callers, return_exceptions=True)
    assert [isinstance(answer, asyncio.CancelledError) for answer in answers] == [
        False,
        True,
        False,
        False,
        True,
        False,
    ]
    assert (await worker.run("echo", b"ok"))["text"] == "ok"


async def test_closing_ends_children_jobs_and_queue(hire: Hire) -> None:
    """`close` leaves no child; who works, who waits and who comes later is told so."""
    worker = hire()
    working = await started(worker)
    pid = worker.pids[0]
    waiting = asyncio.create_task(worker.run("echo", b""))
    await asyncio.sleep(0)
    await worker.close()
    for task in (working, waiting, asyncio.create_task(worker.run("echo", b""))):
        with pytest.raises(WorkerError):
            await task
    assert worker.pids == ()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)  # gone and reaped: not even a zombie answers


async def test_closing_twice_and_unused_is_fine(hire: Hire) -> None:
    """A worker that never worked, or is closed already, closes without a word."""
    worker = hire()
    await worker.close()
    await worker.close()


def test_nothing_is_left_open_when_the_loop_ends() -> None:
    """A loop that ends after `close` finds no open pipe, task or process: ResourceWarnings are errors here."""

    async def life() -> int:
        worker = Worker(jobs=ODD, processes=2)
        answers = await asyncio.gather(*(worker.run("echo", b"") for _ in range(4)))
        with pytest.raises(WorkerError):
            await worker.run("end", b"", code=1)
        await worker.close()
        return len(answers)

    assert asyncio.run(life()) == 4
    gc.collect()


def lockable() -> bool:
    """Whether this system has the kernel's lock for us."""
    return sys.platform.startswith("linux") and platform.machine() in ("x86_64", "aarch64")


def children(count: int) -> tuple[Child, ...]:
    """Children that were never started."""
    return tuple(Child(ODD, Bounds()) for _ in range(count))


async def test_lanes_take_turns() -> None:
    """A hundred feeds that came first don't keep a page waiting: kinds of jobs are served in rotation."""
    turns = Turns(children(1))
    child = await turns.take("parse")
    served: list[str] = []

    async def caller(lane: str, name: str) -> None:
        mine = await turns.take(lane)
        served.append(name)
        turns.give_back(mine)

    tasks = [asyncio.create_task(caller("parse", f"feed {n}")) for n in range(4)]
    tasks += [asyncio.create_task(caller("extract", f"page {n}")) for n in range(2)]
    await asyncio.sleep(0)
    turns.give_back(child)
    await asyncio.gather(*tasks)
    assert served == ["feed 0", "page 0", "feed 1", "page 1", "feed 2", "feed 3"]


async def test_the_warm_child_is_taken_first() -> None:
    """While one child is enough, the others aren't even started."""
    first, second = children(2)
    turns = Turns((first, second))
    for _ in range(3):
        child = await turns.take("parse")
        assert child is first
        turns.give_back(child)


# --------------------------------------------------------------------------- what a child sees, and can't do


async def test_a_child_sees_no_secret(hire: Hire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens in the bot's environment stay there; a child knows where programs are, and no more."""
    monkeypatch.setenv("MASTODON_TOKEN", "canary")
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere")
    seen = await hire().run("surroundings", b"")
    assert "canary" not in str(seen)
    assert set(seen["environment"]) <= {*environment(), "LC_CTYPE"}
    assert seen["environment"]["TZ"] == "UTC"
    assert seen["isolated"] == 1


async def test_a_child_is_nice(hire: Hire) -> None:
    """Documents wait for the event loop, not the other way round."""
    assert (await hire().run("surroundings", b""))["nice"] >= min(os.nice(0) + 5, 19)


async def test_the_sandbox_has_no_way_out(hire: Hire, tmp_path: Path) -> None:
    """No network, no program, no fork, no file and no signal, whatever a document talks its parser into."""
    secret = tmp_path / "secret"
    secret.write_text("canary")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        escaped = await hire().run(
            "escape", b"", port=listening.getsockname()[1], path=str(tmp_path / "large"), secret=str(secret)
        )
    # The ways in C are closed by the kernel, which does so on Linux on common processors; those to files since 5.13, to
    # other processes since 6.12.
    open_ways = [] if lockable() else ["socket_in_c", "fork_in_c"]
    open_ways += [] if landlock.version() else ["read", "list", "delete", "parent"]
    open_ways += [] if landlock.version() >= 6 else ["signal"]
    assert set(escaped["open"]) <= set(open_ways)
    assert secret.exists() or "delete" in open_ways
    assert not (tmp_path / "large").exists() or (tmp_path / "large").stat().st_size <= Bounds().file_size


async def test_a_job_that_comes_late_finds_its_code(hire: Hire) -> None:
    """What is imported when files are out of reach already is code, and that stays in reach."""
    worker = hire()
    await worker.run("echo", b"")
    assert (await worker.run("borrow", b""))["found"] == "colorsys"
