"""`python -m bot.prove.bot CONFIG`: the real program with the imagined platforms, one life after another.

May import: all but cli.

It imports everything once and then forks a life for each line on its input, `{"failpoint": "name:n"}`, so that a life
costs its own work and not a second of imports.  A life does what `starfish run` does, and knows nothing of the others.

    →  {"failpoint": ""}        begin a life
    ←  {"pid": 4711}            it began
    ←  {"ended": -9}            it ended: its exit code, or minus the signal

At the end of the input the living one is killed, so that nothing is left behind.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import select
import signal
import sys
import traceback
from pathlib import Path

from bot import failpoint
from bot.app.installed import options_of, platforms, utc_now
from bot.app.serve import serve_bot
from bot.core.rules import check_rule
from bot.errors import StarfishError
from bot.prove.platforms import IMAGINED
from bot.settings import Settings, load
from bot.store import open_store

FAILED = 1


def live(folder: Path) -> int:
    """Run the bot of a config folder until it is stopped; gives the exit code."""
    known = {**platforms(), **IMAGINED}
    options = options_of(known)

    def read() -> Settings:
        return load(folder, options, env=os.environ, check_rule=check_rule)

    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    try:
        settings = read()
        with open_store(settings.bot.database, mode="run", now=utc_now()) as store:
            asyncio.run(serve_bot(settings, store, known=known, load=read, say=lambda _: None))
    except StarfishError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    return 0


def begin(folder: Path, order: str) -> tuple[int, int]:
    """Fork one life; gives its process id, and a pipe that ends with it."""
    lifeline, held = os.pipe()  # not inherited by what the life executes
    pid = os.fork()
    if pid:
        os.close(held)
        return pid, lifeline
    code = FAILED
    try:
        os.close(lifeline)
        os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        failpoint.arm(order)
        code = live(folder)
    except BaseException:
        traceback.print_exc()  # into the log: a mistake of ours, which the proof is told as an exit code
        raise
    finally:
        sys.stderr.flush()
        os._exit(code)


def main(folder: Path) -> None:
    """Begin lives until the input ends."""
    living: tuple[int, int] | None = None
    while True:
        if living is None:
            line = sys.stdin.readline()
            if not line:
                return
            living = begin(folder, json.loads(line)["failpoint"])
            _say({"pid": living[0]})
        pid, lifeline = living
        ready, _, _ = select.select([lifeline, sys.stdin], [], [])
        if lifeline not in ready:
            os.kill(pid, signal.SIGKILL)  # the input ended: nobody watches any more
        os.close(lifeline)
        _, status = os.waitpid(pid, 0)
        living = None
        _say({"ended": os.waitstatus_to_exitcode(status)})


def _say(words: dict[str, int]) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
