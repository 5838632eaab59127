"""Serves the demo's sites on loopback: three feeds, a dozen pages.  May import: aiohttp, demo.articles."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import format_datetime
from functools import partial
from html import escape

from aiohttp import web

from bot.demo.articles import SITES, Piece, Site

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title} – {site}</title>
<meta property="og:site_name" content="{site}"><meta name="author" content="{author}">
<style>body{{font:1.1rem/1.6 Georgia,serif;max-width:36rem;margin:4rem auto;padding:0 1rem}}</style></head>
<body><nav><a href="/{slug}/">{site}</a></nav><main><article><h1>{title}</h1><p>by {author}</p>{text}</article></main>
<footer>An article of the demonstration, served by this machine.</footer></body></html>
"""

FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>{title}</title><link>{base}</link><description>{about}</description><language>en</language>
{items}</channel></rss>
"""


@asynccontextmanager
async def sites(now: datetime) -> AsyncIterator[str]:
    """Serve the sites on a free port of loopback; gives their address, without a slash at its end."""
    app = web.Application()
    app.router.add_get("/{site}/feed.xml", partial(_feed, now=now))
    app.router.add_get("/{site}/{piece}", _page)
    app.router.add_get("/robots.txt", _robots)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        listener = web.TCPSite(runner, "127.0.0.1", 0)
        await listener.start()
        port = runner.addresses[0][1]
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def _feed(request: web.Request, now: datetime) -> web.Response:
    site = _site(request)
    base = f"{request.scheme}://{request.host}/{site.slug}"
    items = "".join(_item(site, piece, base, now) for piece in site.pieces)
    feed = FEED.format(title=escape(site.title), base=base, about=escape(site.about), items=items)
    return web.Response(text=feed, content_type="application/rss+xml", charset="utf-8")


def _item(site: Site, piece: Piece, base: str, now: datetime) -> str:
    link = f"{base}/{piece.slug}"
    tags = "".join(f"<category>{escape(tag)}</category>" for tag in piece.tags)
    body = _html(piece) if site.full_text else f"<p>{escape(piece.paragraphs[0])}</p>"
    return (
        f"<item><title>{escape(piece.title)}</title><link>{link}</link><guid>{link}</guid>{tags}"
        f"<dc:creator>{escape(piece.author)}</dc:creator><pubDate>{format_datetime(now - piece.age)}</pubDate>"
        f"<content:encoded><![CDATA[{body}]]></content:encoded></item>\n"
    )


async def _page(request: web.Request) -> web.Response:
    site = _site(request)
    piece = next((one for one in site.pieces if one.slug == request.match_info["piece"]), None)
    if piece is None:
        raise web.HTTPNotFound
    page = PAGE.format(
        title=escape(piece.title),
        site=escape(site.title),
        slug=site.slug,
        author=escape(piece.author),
        text=_html(piece),
    )
    return web.Response(text=page, content_type="text/html", charset="utf-8")


async def _robots(_request: web.Request) -> web.Response:
    return web.Response(text="User-agent: *\nAllow: /\n")


def _site(request: web.Request) -> Site:
    for site in SITES:
        if site.slug == request.match_info["site"]:
            return site
    raise web.HTTPNotFound


def _html(piece: Piece) -> str:
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in piece.paragraphs)
