"""The pages: Jinja2 templates, escaped by default, filled with plain values.

May import: model, and web's own modules.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from bot.web.assets import Asset
from bot.web.parts import WebParts
from bot.web.timeline import Piece, ago, ahead, domain, sayable
from bot.web.visitor import visitor

_FOLDER = Path(__file__).parent / "templates"


class Pages:
    """Fills templates."""

    def __init__(self, parts: WebParts, assets: dict[str, Asset]) -> None:
        self._parts = parts
        self._jinja = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.globals["asset"] = lambda name: assets[name].path
        self._jinja.filters["moment"] = lambda at: at.isoformat(timespec="seconds")
        self._jinja.filters["domain"] = domain
        self._jinja.filters["parted"] = lambda text: sayable((Piece(text),))
        self._jinja.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
        self._jinja.filters["clock"] = lambda at: f"{at.day} {at:%b %Y, %H:%M %Z}".strip()

    def fill(self, template: str, request: web.Request, **values: Any) -> str:  # noqa: ANN401 -- any template value
        """A template as text."""
        now, who = self._parts.now(), visitor(request)

        def ago_now(at: datetime) -> str:
            return ago(at, now)

        def ahead_now(at: datetime) -> str:
            return ahead(at, now)

        common = {
            "about": self._parts.about(),
            "owner": who.owner,
            "csrf": self._parts.login.csrf(who.session) if who.session else "",
            "here": request.path,
            "ago": ago_now,
            "ahead": ahead_now,
        }
        return self._jinja.get_template(template).render(common | values)

    def respond(
        self,
        request: web.Request,
        template: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **values: Any,  # noqa: ANN401 -- any template value
    ) -> web.Response:
        """A template as an answer."""
        text = self.fill(template, request, status=status, **values)
        return web.Response(status=status, text=text, content_type="text/html", charset="utf-8", headers=headers)


PAGES = web.AppKey("pages", Pages)
