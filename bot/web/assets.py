"""The files that the page needs: read once, addressed by their content, and nothing but them.

May import: the standard library and aiohttp.web.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
NAMES = ("app.css", "app.js", "starfish.svg")  # the allow-list: no path of a request ever reaches the file system
FOR_A_DAY = "public, max-age=86400"
FOR_EVER = "public, max-age=31536000, immutable"  # another content has another address


@dataclass(frozen=True, slots=True)
class Asset:
    """One file in memory."""

    path: str  # /static/app.0123456789ab.css
    content: bytes
    content_type: str


def load() -> dict[str, Asset]:
    """All assets by their plain name."""
    found = {}
    for name in NAMES:
        content = (_FOLDER / name).read_bytes()
        stem, suffix = name.rsplit(".", 1)
        address = f"/static/{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"
        found[name] = Asset(address, content, _TYPES[f".{suffix}"])
    return found


def add_routes(app: web.Application, assets: dict[str, Asset]) -> None:
    """Serve each asset at its address, and the starfish where browsers look for an icon."""
    for asset in assets.values():
        app.router.add_get(asset.path, _answering(asset, FOR_EVER))
    app.router.add_get("/favicon.ico", _answering(assets["starfish.svg"], FOR_A_DAY))


def _answering(asset: Asset, cache: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_: web.Request) -> web.Response:
        headers = {"Cache-Control": cache}
        return web.Response(body=asset.content, content_type=asset.content_type, charset="utf-8", headers=headers)

    return answer
