"""Whether an account on X is well set up.  May import: model, errors, ports, this package."""

from __future__ import annotations

import re
from typing import Final

from bot.core.text import clean
from bot.errors import DeliveryError
from bot.model import Account
from bot.net.clocks import agreement
from bot.net.grants import Renewed
from bot.net.replies import words
from bot.platforms.x.money import CONSENT, costs
from bot.platforms.x.wire import Wire
from bot.ports import Tools

SCOPES: Final = ("tweet.read", "tweet.write", "users.read", "offline.access")
"""What an OAuth 2.0 login must allow: reading, posting and deleting, knowing who we are, renewing itself."""

_BOT = re.compile(r"\b(?:bot|automated|automatic)\b", re.IGNORECASE)

Finding = tuple[bool, str]


async def examined(account: Account, wire: Wire, tools: Tools) -> list[Finding]:
    """Look at money, login, rights, profile and clock."""
    money = [(True, sentence) for sentence in costs(account, tools.vault, tools.now()) if sentence != CONSENT]
    if not wire.consent:
        return [*money, (False, CONSENT)]
    try:
        me = await wire.me()
    except DeliveryError as error:
        return [*money, (False, error.told(account.name))]
    protected = me.get("protected") is True
    says_so = bool(_BOT.search(words(me.get("description"))[:1000]))
    return [
        (True, f"@{clean(words(me.get('username'))[:20])}: the login is good"),
        *_rights(wire),
        (not protected, "its posts are protected: nobody but its followers sees them" if protected else "it is public"),
        (
            says_so,
            "its profile says that it is a bot" if says_so else "its profile doesn't say that it is a bot, as X wants",
        ),
        (True, "X wants the label “Automated” too, and can't be asked about it: Settings, Your account, Automation"),
        agreement(wire.ahead),
        *money,
    ]


def _rights(wire: Wire) -> list[Finding]:
    """What the login may do, and for how long."""
    if not isinstance(wire.login, Renewed):
        may = "write" in wire.access or not wire.access
        return [
            (may, "the login may write, and doesn't expire" if may else "the login may only read: let it write too")
        ]
    session = wire.login.session()
    if session is None:
        return []
    scopes = session.scope.split()
    missing = [scope for scope in SCOPES if scopes and scope not in scopes]
    if missing:
        return [(False, f"the login lacks {', '.join(missing)}: let it in anew with starfish accounts renew")]
    until = session.until.strftime("%H:%M")
    if session.refresh is None:
        return [(False, f"the login can't renew itself, and ends at {until} UTC: let it in anew")]
    return [(True, f"the login has all its rights, is good until {until} UTC, and renews itself")]
