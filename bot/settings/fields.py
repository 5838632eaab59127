"""The small languages inside the owner's files: spans, times, rates, names; each read into its value.

May import: model, words, cronsim.
Every reader takes what TOML gave and returns the value, or raises Unfit whose message continues the sentence that
begins with the key: `every` + ` "3 hours" is not a span; did you mean "3h"?`.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from itertools import islice, pairwise
from pathlib import Path
from unicodedata import category
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from bot.model import Rate
from bot.settings.words import Unfit, did_you_mean, listed, meant, shown

STYLES = ("takeaway", "quote", "question", "title", "digest")
# The same as in core's `compose`, which settings don't load: it would bring the whole condenser along.
TEMPLATE_NAMES = ("title", "summary", "link", "credit", "author", "site", "feed", "hashtags")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}  # seconds
LONGEST_SPAN = timedelta(days=3660)  # ten years: beyond it a span is a slip of the pen, and dates overflow

_SPAN = re.compile(r"([0-9]{1,9})([smhdw])")
_LOOSE_SPAN = re.compile(r"([0-9]{1,9})\s*(?!mo|ms)([smhdw])[a-z]*", re.IGNORECASE)
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_LOOSE_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?\s*([ap])\.?m\.?|([0-9]{1,2})[.h]([0-9]{2})?", re.IGNORECASE)
_RATE = re.compile(r"([0-9]{1,6})/([0-9]{0,6})([smhdw])")
_LOOSE_RATE = re.compile(r"([0-9]{1,6})\s*(?:/|per)\s*(s|m|h|d|w)[a-z]*", re.IGNORECASE)
_NAME = re.compile(r"[^\W_](?:[\w.-]{0,38}\w)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_HASHTAG = re.compile(r"#?\w*[^\W\d_]\w*")


def text_of(value: object, example: str) -> str:
    """The value as text; anything else is a mistake that shows an example."""
    if not isinstance(value, str):
        raise Unfit(f"must be text like {shown(example)}, not {shown(value)}")
    return value


def span(value: object) -> timedelta:
    """`90s`, `15m`, `2h`, `7d` or `1w`."""
    if isinstance(value, int) and not isinstance(value, bool):
        raise Unfit(f"{value} has no unit{did_you_mean(f'{value}s')}")
    text = text_of(value, "2h")
    if not (found := _SPAN.fullmatch(text)):
        loose = _LOOSE_SPAN.fullmatch(text.strip())
        hint = (
            did_you_mean(loose[1] + loose[2].lower())
            if loose
            else '; a span is written like "90s", "15m", "2h", "7d" or "1w"'
        )
        raise Unfit(f"{shown(text)} is not a span{hint}")
    seconds = int(found[1]) * UNITS[found[2]]
    if seconds > LONGEST_SPAN.total_seconds():
        raise Unfit(f"{shown(text)} is longer than ten years")
    return timedelta(seconds=seconds)


def some_span(value: object) -> timedelta:
    """A span of at least a second."""
    length = span(value)
    if not length:
        raise Unfit(f'{shown(value)} is no time at all; the shortest is "1s"')
    return length


def clock(value: object) -> time:
    """A local time of day, `09:00`; TOML's own local times are taken too."""
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0, tzinfo=None)
    text = text_of(value, "09:00")
    if (found := _CLOCK.fullmatch(text)) and int(found[1]) < 24 and int(found[2]) < 60:
        return time(int(found[1]), int(found[2]))
    hint = '; a time is written like "09:00" or "17:30"'
    if loose := _LOOSE_CLOCK.fullmatch(text.strip()):
        hour, minute = int(loose[1] or loose[4]), int(loose[2] or loose[5] or 0)
        hour = hour % 12 + 12 * (loose[3].lower() == "p") if loose[3] else hour
        if hour < 24 and minute < 60:
            hint = did_you_mean(f"{hour:02}:{minute:02}")
    raise Unfit(f"{shown(text)} is not a time of day{hint}")


def window(value: object) -> tuple[time, time]:
    """`22:00-07:00`: from, to; may wrap midnight."""
    text = text_of(value, "22:00-07:00")
    start, dash, end = text.replace("–", "-").partition("-")
    if not dash:
        raise Unfit(f'{shown(text)} is not a window; it is written like "22:00-07:00"')
    first, last = clock(start.strip()), clock(end.strip())
    if first == last:
        raise Unfit(f"{shown(text)} begins and ends at the same minute")
    return first, last


def rate(value: object) -> Rate | None:
    """`6/h`, `20/d` or `3/15m`; false lifts the cap."""
    if value is False:
        return None
    text = text_of(value, "6/h")
    if not (found := _RATE.fullmatch(text)):
        loose = _LOOSE_RATE.fullmatch(text.strip())
        hint = (
            did_you_mean(f"{loose[1]}/{loose[2].lower()}")
            if loose
            else '; a cap is written like "6/h", or false for none'
        )
        raise Unfit(f"{shown(text)} is not a cap{hint}")
    count, per = int(found[1]), int(found[2] or 1) * UNITS[found[3]]
    if not count or not per:
        raise Unfit(f"{shown(text)} would allow nothing at all; false lifts the cap")
    return Rate(count=count, per=timedelta(seconds=per))


def thread_cap(value: object) -> int | None:
    """Replies in one thread; false lifts the cap."""
    if value is False:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise Unfit(f"must be a number from 1, or false for no cap, not {shown(value)}")
    return value


def cron(value: object) -> str:
    """Five fields, local time: minute, hour, day, month, weekday; must come round some day."""
    text = " ".join(text_of(value, "0 9 * * mon-fri").split())
    if len(text) > 200 or text.count(" ") != 4:
        raise Unfit(f'{shown(text)} is not a cron expression: it takes five fields, like "0 9 * * mon-fri"')
    try:
        next(CronSim(text, datetime(2026, 1, 1)))  # noqa: DTZ001 -- any wall time will do
    except CronSimError as error:
        raise Unfit(f"{shown(text)} is not a cron expression: {str(error).lower()}") from None
    except StopIteration:
        raise Unfit(f"{shown(text)} never comes round") from None
    return text


def cron_gap(expression: str) -> timedelta:
    """The least time between two of the next fifty times of a cron expression."""
    coming = CronSim(expression, datetime(2026, 1, 1))  # noqa: DTZ001 -- any wall time will do
    moments = list(islice(coming, 50))
    return min((b - a for a, b in pairwise(moments)), default=LONGEST_SPAN)


def zone(value: object) -> ZoneInfo:
    """A time zone by its name in the tz database."""
    text = text_of(value, "Europe/London")
    try:
        return ZoneInfo(text)
    except (OSError, ValueError, KeyError):  # folders, paths, unknown names: each its own exception
        raise Unfit(f"{shown(text)} is unknown{_zone_meant(text)}") from None


def _zone_meant(text: str) -> str:
    """The zone of a city, or one that is spelt nearly so; never one that is near by its letters alone, as EST is to CEST."""
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    city = "/" + "_".join(text.split()).casefold()
    if place := next((place for place in places if place.casefold().endswith(city)), None):
        return did_you_mean(place)
    near = meant(text, places) if "/" in text else ""
    return near or '; a zone is named after a place, like "Europe/London", or "UTC"'


def name(value: object) -> str:
    """A short word that commands and messages use: letters, digits, `.`, `-`, `_`, at most 40."""
    text = text_of(value, "fediverse")
    if not _NAME.fullmatch(text):
        plain = re.sub(r"[^\w.-]+", "-", text.strip().lstrip("@#")).strip("._-")[:40]
        hint = did_you_mean(plain) if _NAME.fullmatch(plain) else ""
        raise Unfit(f"{shown(text)} is not a name: letters, digits, “.”, “-” and “_” only, at most 40{hint}")
    return text


def line_of_text(value: object) -> str:
    """One line of text with something in it."""
    text = text_of(value, "…").strip()
    if not text:
        raise Unfit("is empty")
    if any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c in "\u2028\u2029\ufeff" for c in text):
        raise Unfit("must be one line without control characters")
    return text


def file_path(value: object) -> str:
    """The path of a file; `~` is the home folder of whoever runs the bot."""
    text = line_of_text(value)
    try:
        return str(Path(text).expanduser())
    except RuntimeError:
        raise Unfit(f"{shown(text)} begins with a home folder that is unknown here; write the whole path") from None


def wanted_word(value: object) -> str:
    """A word or phrase that a text is searched for."""
    text = line_of_text(value)
    if not any(sign.isalnum() for sign in text):
        raise Unfit(f"{shown(text)} has no letter or digit, so nothing has it")
    return text


def passage(value: object) -> str:
    """Text of one or several lines with something in it."""
    text = text_of(value, "…").strip()
    for part in text.splitlines() or [""]:
        if part.strip() or not text:
            line_of_text(part.replace("\t", " "))
    return text


def no_space(value: object) -> str:
    """Text without any white space: an identifier of some platform."""
    text = line_of_text(value)
    if len(text.split()) != 1:
        raise Unfit(f"{shown(text)} must have no spaces in it")
    return text


def interest(value: object) -> str:
    """A word or phrase worth sharing; with `-` before it, one that is not."""
    text = line_of_text(value)
    if not text.lstrip("-").strip() or text.startswith("--"):
        raise Unfit(f'{shown(text)} names nothing; "-giveaway" mutes, "giveaway" wishes for')
    return "-" + text[1:].strip() if text.startswith("-") else text


def language(value: object) -> str:
    """A language code: `en`, `pt-BR`."""
    text = text_of(value, "en")
    if not _LANGUAGE.fullmatch(text):
        names = {"english": "en", "german": "de", "french": "fr", "spanish": "es", "italian": "it", "portuguese": "pt"}
        guess = names.get(text.casefold()) or text.lower().replace("_", "-")
        hint = did_you_mean(guess) if _LANGUAGE.fullmatch(guess) and guess != text and len(guess) < 9 else ""
        raise Unfit(f'{shown(text)} is not a language code like "en"{hint}')
    return text


def hashtag(value: object) -> str:
    """A hashtag without its `#`."""
    text = text_of(value, "synths")
    bare = "".join(char for char in text if not category(char).startswith("M"))  # the vowels of many scripts are marks
    if not _HASHTAG.fullmatch(bare):
        joined = re.sub(r"\W+", "", bare)
        hint = did_you_mean(joined) if _HASHTAG.fullmatch(joined) else ""
        raise Unfit(f"{shown(text)} can't be a hashtag: letters, digits and “_” only, one letter at least{hint}")
    return text.removeprefix("#")


def style(value: object) -> str:
    """A named style, or a template with placeholders in braces."""
    text = passage(value)
    if "{" in text or "}" in text:
        names = re.findall(r"\{([^{}]*)\}", text)
        unknown = [name for name in names if name not in TEMPLATE_NAMES]
        if unknown:
            hint = meant(unknown[0], TEMPLATE_NAMES) or f"; there are {listed(TEMPLATE_NAMES, 'and')}"
            raise Unfit(f"has a placeholder {shown(unknown[0])}, which is unknown{hint}")
        if text.count("{") != len(names) or text.count("}") != len(names):
            raise Unfit('has a brace that stands alone; a placeholder is written "{title}"')
        return text
    if text not in STYLES:
        hint = meant(text, STYLES) or f"; there are {listed(STYLES, 'and')}, and templates"
        raise Unfit(f"{shown(text)} is unknown{hint}")
    return text


def feed_style(value: object) -> str:
    """A style that a single article can be told in."""
    if (text := style(value)) == "digest":
        raise Unfit('"digest" tells several articles together: it is a style for an account')
    return text


def backfill(value: object) -> int | None:
    """How many old entries may be shared; `all` is None."""
    if value == "all":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Unfit(f'must be a number from 0, or "all", not {shown(value)}')
    return value


def span_text(span: timedelta) -> str:
    """A span as the files write it, in the largest unit that holds it whole: `120s` is `2m`."""
    seconds = round(span.total_seconds())
    unit = next((u for u in ("w", "d", "h", "m") if seconds and seconds % UNITS[u] == 0), "s")
    return f"{seconds // UNITS[unit]}{unit}"


def rate_text(rate: Rate) -> str:
    """A cap as the files write it: `6/h`."""
    per = span_text(rate.per)
    return f"{rate.count}/{per.removeprefix('1') if per[:-1] == '1' else per}"
