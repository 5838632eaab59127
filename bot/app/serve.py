"""`starfish run`: the ground, the stories, the page, the signals and the reload, together.  May import: all but cli."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, suppress

from bot.app.build import Ground, Stories, ground, stories
from bot.app.installed import platforms
from bot.app.page import Page
from bot.app.pushing import Pushing
from bot.app.reload import watch
from bot.app.run import Bot
from bot.app.supervise import supervise
from bot.app.systemd import READY, STOPPING, give_signs_of_life, tell_systemd
from bot.errors import StoreError
from bot.ports import Platform
from bot.settings import Settings
from bot.store import Store
from bot.web import serve

log = logging.getLogger("starfish.run")


async def serve_bot(
    settings: Settings,
    store: Store,
    *,
    load: Callable[[], Settings],
    say: Callable[[str], object],
    ready: Callable[[str, Bot], object] | None = None,
    known: Mapping[str, Platform] | None = None,
    farewell: str = "Stopped; everything that waits is kept.",
) -> None:
    """Run the bot until SIGTERM or SIGINT, then drain; a second signal ends at once.

    `say` gets the lines for the owner; `ready` the page's address and the bot, once it serves; `known` are the
    platforms that there are, if others than those installed; `farewell` is the last line.
    """
    known = platforms() if known is None else known
    async with AsyncExitStack() as stack:
        on = await stack.enter_async_context(ground(settings, store))
        built = await stories(settings, on, known)
        bot = Bot(on, built)
        reload_now, reloaded = asyncio.Event(), asyncio.Event()
        _listen_to_signals(bot, reload_now)
        public = settings.web.public_url
        pushing = Pushing(on, lambda: bot.stories, public, bot.news) if public else None
        page = Page(on, lambda: bot.stories, reload_now.set, pushing)
        serving = await stack.enter_async_context(serve(await page.parts(), settings.web.host, settings.web.port))
        say(f"The page: {public or serving.url}")
        say(f"Log in as the owner, once: {serving.login_link(public)}")
        tell_systemd(READY)
        if ready:
            ready(serving.url, bot)
        helpers = [
            asyncio.create_task(_reload(settings, reload_now, bot, load, known, reloaded.set)),
            asyncio.create_task(supervise("the page's news", lambda: page.stay_current(reloaded), tell=bot.tell)),
        ]
        helpers.append(asyncio.create_task(give_signs_of_life(lambda: answers(on))))
        if pushing:
            helpers.append(asyncio.create_task(supervise("subscribing", pushing.live, tell=bot.tell)))
        try:
            await bot.live()
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
    say(farewell)


async def answers(on: Ground) -> None:
    """Come back once the loop and the database answer: where either hangs, systemd starts the bot anew.

    A database that says what is wrong with it answers, too: another start would not mend a full disk.
    """
    with suppress(StoreError):
        await on.db(on.store.owner.get, "last_call")


async def _reload(
    settings: Settings,
    asked: asyncio.Event,
    bot: Bot,
    load: Callable[[], Settings],
    known: Mapping[str, Platform],
    done: Callable[[], None],
) -> None:
    def take(built: Stories) -> None:
        bot.take(built)
        done()

    def work() -> Coroutine[None, None, None]:
        return watch(settings.folder, asked, bot.on, bot.stories, known, load=load, take=take)

    await supervise("reloading", work, tell=bot.tell)


def _listen_to_signals(bot: Bot, reload_now: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    this = asyncio.current_task()

    asked: list[float] = []

    def stop() -> None:
        asked.append(loop.time())
        # Some programs send a signal to the process and to its group: two within a second are one wish.
        if asked[-1] - asked[0] > 1.0:
            log.warning("stopping at once; what was being sent is looked for at the next start")
            if this:
                this.cancel()
        if not bot.stopping.is_set():
            tell_systemd(STOPPING)
        bot.stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, reload_now.set)
