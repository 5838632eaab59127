"""What a server of the AT Protocol refuses of a record, checked by hand and to the byte.  Pure.  May import: core.text.

Stricter than the real ones in one place: these take a facet that reaches past the text, and clients drop it.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from bot.core.text import graphemes

TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
DID = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]")
CID = re.compile(r"b[a-z2-7]{20,100}")
URI = re.compile(r"\w+:(?://)?[^\s/]\S*")
AT_URI = re.compile(r"at://[^\s/]+/[a-z][A-Za-z0-9.-]+/[\w.:~-]{1,512}")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,20})?(?:Z|[+-]\d\d:\d\d)")

_FIELDS = {"$type", "text", "createdAt", "langs", "facets", "embed", "reply"}
_FEATURES = {"link": ("uri", URI), "mention": ("did", DID), "tag": ("tag", re.compile(r"[^\s#].{0,639}"))}


def objection(collection: str, rkey: str, record: Any) -> str:  # noqa: ANN401 -- whatever was sent
    """What is wrong with a record, as real servers say it; empty where nothing is."""
    if not isinstance(record, dict) or record.get("$type") != collection:
        return (
            f"Invalid $type: expected {collection}, got {record.get('$type') if isinstance(record, dict) else record}"
        )
    if collection != "app.bsky.feed.post":
        return ""
    if not TID.fullmatch(rkey):
        return "Invalid TID string"
    if unknown := set(record) - _FIELDS:
        return f"we never send {sorted(unknown)}"
    text, created = record.get("text"), record.get("createdAt")
    if not isinstance(text, str) or not isinstance(created, str) or not MOMENT.fullmatch(created):
        return "Invalid app.bsky.feed.post record: text and createdAt must be a string and a datetime"
    try:
        datetime.fromisoformat(created)
    except ValueError:
        return "Invalid app.bsky.feed.post record: createdAt must be a valid datetime"
    if len(text.encode("utf-8", "replace")) > 3000:
        return "string too big (maximum 3000) at $.record.text"
    if graphemes(text) > 300:
        return "grapheme too big (maximum 300) at $.record.text"
    return _langs(record.get("langs", [])) or _facets(record.get("facets", []), text) or _rest(record)


def _langs(langs: Any) -> str:  # noqa: ANN401 -- whatever was sent
    if not isinstance(langs, list) or len(langs) > 3:
        return "array too big (maximum 3) at $.record.langs"
    good = all(isinstance(one, str) and LANGUAGE.fullmatch(one) for one in langs)
    return "" if good else "Record/langs must be well-formed BCP 47 language tags"


def _facets(facets: Any, text: str) -> str:  # noqa: ANN401 -- whatever was sent
    if not isinstance(facets, list):
        return "Record/facets must be an array"
    raw, last = text.encode("utf-8", "replace"), 0
    for facet in facets:
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        if not (isinstance(start, int) and isinstance(end, int) and last <= start < end <= len(raw)):
            return f"a facet {start}-{end} overlaps, is out of order or reaches past the text"
        try:
            said = raw[start:end].decode()
        except UnicodeDecodeError:
            return f"a facet {start}-{end} splits a character"
        (feature,) = facet["features"]
        kind = str(feature["$type"]).removeprefix("app.bsky.richtext.facet#")
        name, pattern = _FEATURES.get(kind, ("", URI))
        if (
            set(feature) != {"$type", name}
            or not isinstance(feature[name], str)
            or not pattern.fullmatch(feature[name])
        ):
            return f"a facet of the kind {kind!r} is not well-formed"
        if said != {"link": feature.get("uri"), "tag": f"#{feature.get('tag')}"}.get(kind, said):
            return f"a facet of {said!r} leads elsewhere"
        last = end
    return ""


def _rest(record: dict[str, Any]) -> str:
    reply, embed = record.get("reply"), record.get("embed")
    if reply is not None:
        for which in ("root", "parent"):
            one = reply.get(which) if isinstance(reply, dict) else None
            if not isinstance(one, dict) or set(one) != {"uri", "cid"}:
                return f"Record/reply/{which} must be a strong reference"
            if not AT_URI.fullmatch(str(one["uri"])) or not CID.fullmatch(str(one["cid"])):
                return f"Record/reply/{which} must be a uri and a cid"
    if embed is not None:
        card = embed.get("external") if isinstance(embed, dict) else None
        if embed.get("$type") != "app.bsky.embed.external" or not isinstance(card, dict):
            return "Record/embed must be an external embed"
        if set(card) != {"uri", "title", "description"} or not all(isinstance(one, str) for one in card.values()):
            return "Record/embed/external must have uri, title and description"
        if not URI.fullmatch(card["uri"]):
            return "Record/embed/external/uri must be a uri"
    return ""
