"""The only HTTP client: SSRF guard, caps, timeouts, per-host manners, and failures named by remedy.

May import: model, errors, ports.  The client comes when it is asked for: it brings aiohttp, and who only reads an answer
or an address (`net.replies`, `net.addresses`) needs no client.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.net.client import Client, Got

__all__ = ["Client", "Got"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 -- a module's own attributes, which are typed above
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from bot.net import client

    return getattr(client, name)
