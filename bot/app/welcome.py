"""On a new database a local account posts a few times right away, so that a newcomer sees posts.  May import: all but cli."""

from __future__ import annotations

from bot import deliver, share
from bot.app.build import Ground, Stories
from bot.model import Account, Slot

SLOTS = 3
"""Extra slots of an account's first minute (design, section 3)."""


async def is_new(account: Account, stories: Stories, on: Ground) -> bool:
    """Whether an account still waits for its first posts: it is local, was not welcomed, and never posted before."""
    if not stories.publishers[account.name].limits.in_store:
        return False
    if await on.db(on.store.owner.get, f"first:{account.name}"):
        return False
    begun = await on.db(on.store.outbox.handled, account.name, ["first:1"])
    if begun or await on.db(on.store.outbox.last_post_at, account.name) is None:
        return True
    await on.db(on.store.owner.put, f"first:{account.name}", "not needed: it had posted before")
    return False


async def first_posts(account: Account, stories: Stories, on: Ground) -> None:
    """Fill the first slots, quiet hours or not; where nothing was read yet, do nothing, to be asked again."""
    name = account.name
    for number in range(1, SLOTS + 1):
        now = on.now()
        slot = Slot(account=name, identity=f"first:{number}", at=now)
        if await on.db(on.store.outbox.handled, name, [slot.identity]):
            continue
        if not await share.choose(account, stories.sharing, now):
            return
        await share.fill(slot, stories.sharing, now)
        await deliver.deliver(name, stories.delivering)
    await on.db(on.store.owner.put, f"first:{name}", "done")
