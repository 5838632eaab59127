"""Spans and times as people write them in a chat: “2h”, “in two days”, “tomorrow at 9”, “next monday”, “24 December”.

Also “in 2 Stunden”, “demain à 9h”, “mañana a las 9” …: in the languages in which the shipped rules take a reminder.
Pure; may import: words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.words import fold

MORNING = time(9)
"""The hour of a day that somebody names without one."""

LONGEST = timedelta(days=366)
"""A promise for later than this is more likely a mistake."""

_READ = 200  # characters: who names a time in a chat has named it by then


def _each(words: str, value: float) -> Mapping[str, float]:
    return dict.fromkeys(words.split(), value)


_NUMBERS: Mapping[str, float] = {
    **_each("zero null", 0),
    **_each("a an one ein eine einen einem einer un une uno una um uma een", 1),
    **_each("two zwei deux dos due dois duas twee couple", 2),
    **_each("three drei trois tres tre drie few", 3),
    **_each("four vier quatre cuatro quattro quatro", 4),
    **_each("five fünf funf cinq cinco cinque vijf", 5),
    **_each("six sechs seis sei zes", 6),
    **_each("seven sieben sept siete sette sete zeven", 7),
    **_each("eight acht huit ocho otto oito", 8),
    **_each("nine neun neuf nueve nove negen", 9),
    **_each("ten zehn dix diez dieci dez tien", 10),
    **_each("eleven elf", 11),
    **_each("twelve zwolf douze doce dodici doze twaalf", 12),
    **_each("half halbe halben", 0.5),
    **_each("quarter quarters", 0.25),
}
_UNITS: Mapping[str, timedelta] = {
    **dict.fromkeys("s sec second seconds sekunden segundos secondes".split(), timedelta(seconds=1)),  # noqa: SIM905 -- words to read
    **dict.fromkeys("m min mins minute minutes minuten minuto minutos minuti minuut".split(), timedelta(minutes=1)),  # noqa: SIM905
    **dict.fromkeys(
        "h hr hrs hour hours stunde stunden heure heures hora horas ora ore uur".split(),  # noqa: SIM905
        timedelta(hours=1),
    ),
    **dict.fromkeys("d day days tag tage tagen jour jours dia dias giorno giorni dag dagen".split(), timedelta(days=1)),  # noqa: SIM905
    **dict.fromkeys(
        "w week weeks woche wochen semaine semaines semana semanas settimana settimane weken".split(),  # noqa: SIM905
        timedelta(weeks=1),
    ),
    **dict.fromkeys("fortnight fortnights".split(), timedelta(weeks=2)),  # noqa: SIM905
    **dict.fromkeys(
        "month months monat monate monaten mois mes meses mese mesi maand maanden".split(),  # noqa: SIM905
        timedelta(days=30),
    ),
    **dict.fromkeys("year years jahr jahre jahren ans ano anos anno anni jaar".split(), timedelta(days=365)),  # noqa: SIM905
}
_DAYS = (
    "monday|montag|lundi|lunes|lunedi|segunda(?:-feira)?|maandag",
    "tuesday|dienstag|mardi|martes|martedi|terca(?:-feira)?|dinsdag",
    "wednesday|mittwoch|mercredi|miercoles|mercoledi|quarta(?:-feira)?|woensdag",
    "thursday|donnerstag|jeudi|jueves|giovedi|quinta(?:-feira)?|donderdag",
    "friday|freitag|vendredi|viernes|venerdi|sexta(?:-feira)?|vrijdag",
    "saturday|samstag|samedi|sabado|sabato|zaterdag",
    "sunday|sonntag|dimanche|domingo|domenica|zondag",
)
_TODAY = r"today|tonight|heute|aujourd'?hui|hoy|oggi|hoje|vandaag|this (?:morning|afternoon|evening)"
_TOMORROW = r"tomorrow|tmrw|tmr|morgen|demain|manana|domani|amanha"
_DAY_AFTER = r"day after tomorrow|ubermorgen|apres-? ?demain|pasado manana|dopodomani|depois de amanha|overmorgen"
_NEXT_WEEK = r"next week|nachste woche|la semaine prochaine|la semana que viene|la settimana prossima|semana que vem|volgende week"
_MONTHS = (
    "jan|january|januar|janvier|enero|gennaio|janeiro|januari",
    "feb|february|februar|fevrier|febrero|febbraio|fevereiro|februari",
    "mar|march|marz|mars|marzo|marco|maart",
    "apr|april|avril|abril|aprile",
    "may|mai|mayo|maggio|maio|mei",
    "jun|june|juni|juin|junio|giugno|junho",
    "jul|july|juli|juillet|julio|luglio|julho",
    "aug|august|aout|agosto|augustus",
    "sep|sept|september|septembre|septiembre|settembre|setembro",
    "oct|okt|october|oktober|octobre|octubre|ottobre|outubro",
    "nov|november|novembre|noviembre|novembro",
    "dec|dez|december|dezember|decembre|diciembre|dicembre|dezembro",
)
_MONTH = "|".join(_MONTHS)
_DATE = re.compile(
    r"\b(?:(?:(?P<year>20\d\d)-(?P<number>[01]?\d)-(?P<of>[0-3]?\d)"
    rf"|(?P<before>[0-3]?\d)(?:st|nd|rd|th)?\.?\s+(?:of\s+|de\s+)?(?P<month>{_MONTH})"
    rf"|(?P<name>{_MONTH})\.?\s+(?:the\s+)?(?P<after>[0-3]?\d)(?:st|nd|rd|th)?)\b(?![:.]\d)(?:,?\s+(?P<in>20\d\d)\b)?"
    r"|(?<!at )(?<!um )(?P<dotted>[0-3]?\d)\.\s?(?P<dots>[01]?\d)\.(?:\s?(?P<then>20\d\d)\b)?(?!\d))"
)
_UNREAD = re.compile(
    r"\b(?:on|am|le|el|il|op|em)\s+\d{1,2}/\d{1,2}\b|\b\d{1,2}/\d{1,2}/\d{2}|\bon\s+the\s+\d{1,2}(?:st|nd|rd|th)\b"
)
"""A date that says May to some and June to others, or no month at all."""

_WORD = re.compile(r"[0-9]+(?:[.,:/][0-9]+)*|½|[a-z]+")
_AMOUNT = re.compile(r"[0-9]{1,5}(?:[.,][0-9]{1,2})?")
_AT = r"at|um|las|alle|as|om"
_SPOKEN = "|".join(word for word, value in _NUMBERS.items() if value >= 2 and word not in ("couple", "few"))
_HOURS_AND_MINUTES = re.compile(r"(\d)h(\d\d)\b")
_SPOKEN_HOUR = re.compile(rf"\b({_AT})\s+({_SPOKEN})\b")
_CLOCK = re.compile(
    rf"\b(?P<at>(?:{_AT})\s+|a\s+(?=\d+\s?h(?:\d\d)?\b))?(?P<hour>\d{{1,2}})(?:[:.h](?P<minute>\d{{2}}))?"
    r"(?:\s?(?P<half>am|pm|o'clock|uhr|uur|h))?(?![\w:])"
)
_PARTS = {
    "morning": time(9),
    "midnight": time(0),
    "noon": time(12),
    "midday": time(12),
    "afternoon": time(15),
    "evening": time(19),
    "abend": time(19),
    "tonight": time(21),
    "night": time(21),
}
_AGAIN = re.compile(
    r"\b(?:every|each|daily|weekly|monthly|jeden|jede|jedes|chaque|tous les|cada|todos los|ogni|elke)\b"
)
_ZONES: Mapping[str, str] = {
    **dict.fromkeys("utc gmt z".split(), "UTC"),  # noqa: SIM905 -- words to read
    **dict.fromkeys("cet cest berlin paris madrid rome".split(), "Europe/Berlin"),  # noqa: SIM905
    **dict.fromkeys("bst london".split(), "Europe/London"),  # noqa: SIM905
    **dict.fromkeys("est edt et eastern new-york".split(), "America/New_York"),  # noqa: SIM905
    **dict.fromkeys("cst cdt central chicago".split(), "America/Chicago"),  # noqa: SIM905
    **dict.fromkeys("mst mdt denver".split(), "America/Denver"),  # noqa: SIM905
    **dict.fromkeys("pst pdt pacific los-angeles".split(), "America/Los_Angeles"),  # noqa: SIM905
    **dict.fromkeys("jst tokyo".split(), "Asia/Tokyo"),  # noqa: SIM905
    **dict.fromkeys("ist delhi kolkata".split(), "Asia/Kolkata"),  # noqa: SIM905
    **dict.fromkeys("aest aedt sydney".split(), "Australia/Sydney"),  # noqa: SIM905
}
_ZONE = re.compile(
    r"(?<=\s)(utc|gmt|cet|cest|bst|est|edt|cst|cdt|mst|mdt|pst|pdt|jst|ist|aest|aedt|(?<=\d )et|(?<=m )et"
    r"|(?:berlin|paris|madrid|rome|london|eastern|central|new york|chicago|denver|pacific|los angeles|tokyo|delhi|kolkata|sydney)"
    r"(?=\s+time))(?:\s+time)?\b"
)


_COUNT = rf"(?:{_AMOUNT.pattern}½?|½|(?:{'|'.join(_NUMBERS)})(?:\s+(?:{'|'.join(_NUMBERS)}|of|and))*)"
_UNIT = rf"(?:{'|'.join(_UNITS)})"
_PART = r"(?:\s+(?:morning|afternoon|evening|night|noon))?"
_SAID = (
    rf"\b(?:in|after|dans|en|tra|fra|em|over)\s+{_COUNT}\s*{_UNIT}(?:\s+(?:and\s+)?{_COUNT}\s*{_UNIT})*(?:\d\d)?(?:\s+and a half)?\b",
    rf"\b(?:on\s+|am\s+)?(?:the\s+)?{_DATE.pattern.replace('(?P<', '(?P<said_')}",
    rf"\b(?:the\s+)?(?:{_DAY_AFTER})\b|\b(?:{_TOMORROW}|{_TODAY}|{_NEXT_WEEK})\b{_PART}",
    rf"\b(?:on\s+|am\s+|op\s+)?(?:next\s+|this\s+|coming\s+)?(?:{'|'.join(_DAYS)})\b{_PART}",
    r"\b(?:on\s+|at\s+)?(?:the\s+|this\s+|next\s+)?weekend\b|\b(?:in\s+the|this|at)\s+(?:morning|afternoon|evening|noon|midday|night)\b",
    (
        rf"\b(?:a\s+las|a|{_AT})\s+(?:{_SPOKEN}|\d{{1,2}}(?:[:.h]\d{{2}})?)(?:\s?(?:am|pm|o'clock|uhr|uur|h)\b|(?!\w))"
        r"|\b\d{1,2}(?:[:.]\d{2}(?:\s?(?:am|pm|uhr|uur|h)\b|(?!\w))|\s?(?:am|pm|o'clock|uhr|uur)\b)"
    ),
)
"""Times as they stand within other words, one after the other taken out."""
_TIMES = tuple(re.compile(pattern) for pattern in _SAID)
_FROM_NOW = _TIMES[0]


def span_of(text: str) -> timedelta | None:
    """Read a span: “2h”, “30 minutes”, “half an hour”, “a couple of days”; None where there is none."""
    said = _plain(text).replace(" and a half", " ½")
    total, count, last = timedelta(0), None, timedelta(0)
    for word in _WORD.findall(_HOURS_AND_MINUTES.sub(r"\1h \2m", said)):
        if word[0].isdigit():
            count = float(word.replace(",", ".")) if _AMOUNT.fullmatch(word) else None
        elif word == "½" and count is None and last:
            total += last / 2  # "an hour and a half"
        elif word == "½":
            count = (count or 0) + 0.5
        elif per := _UNITS.get(word):
            total += per * (count or 0)
            count, last = None, per
        elif word in _NUMBERS:
            count = _counted(count, _NUMBERS[word])
        elif word != "of":
            count = None
    return total if timedelta(0) < total <= LONGEST else None


def _counted(count: float | None, value: float) -> float:
    """“Half an hour”: the article adds nothing to a number; “three quarters”: a part is taken so many times."""
    if count is None:
        return value
    return count if value == 1 else count * value if value < 1 else value


def moment_of(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Read a time to come, in UTC: a span from now, a day's name, a date, “tomorrow”, each with or without an hour.

    An hour is one of `zone`, unless a zone stands beside it ("9 am EST").  None where there is none, where it is past,
    and where it is to come again and again ("every day"): one promise is one time.
    """
    said = _plain(text)
    if _AGAIN.search(said):
        return None
    if named := _ZONE.search(said):
        zone = ZoneInfo(_ZONES[named[1].replace(" ", "-")])
        said = f"{said[: named.start()]} {said[named.end() :]}"
    local = now.astimezone(zone)
    day = _day(said, local)
    if day is None and (_DATE.search(said) or _UNREAD.search(said)):
        return None  # a day that is in no calendar, or that could be several
    hour, clocks, ahead = _hour(said), _clocks(said), _FROM_NOW.search(said)
    at_hour = any(one["at"] and int(one["hour"]) < 24 for one in clocks)
    span = span_of(said if day is None and not at_hour else ahead[0] if ahead else "")
    if span is not None:
        days, rest = divmod(span, timedelta(days=1))  # days keep the hour on the wall, hours are hours
        if rest or not at_hour:
            start = _to_come(local.replace(tzinfo=None) + timedelta(days=days), zone, now) if days else now
            return start + rest if start and start + rest <= now + LONGEST else None
        day = local.date() + timedelta(days=days)  # "in 2 days at 9"
    if hour is None and (day is None or any(one["minute"] or one["half"] for one in clocks)):
        return None  # no time, or one that no clock shows ("tomorrow at 9:60"): nothing is guessed
    wall = datetime.combine(day or local.date(), hour or MORNING)
    at = _to_come(wall, zone, now)
    if at is None and day is None:
        at = _to_come(wall + timedelta(days=1), zone, now)
    return at if at and at <= now + LONGEST else None


def names_hour(text: str) -> bool:
    """Whether a time names its hour, or only its day."""
    return _hour(_plain(text)) is not None


def without_time(text: str) -> str:
    """What somebody says besides the time, as written: "to call mum" of "next week to call mum"."""
    plain = _letters(text)
    for pattern in (*_TIMES, _ZONE) if any(pattern.search(plain) for pattern in _TIMES) else ():
        for found in reversed(list(pattern.finditer(plain))):
            text = f"{text[: found.start()]}{text[found.end() :]}"
        plain = _letters(text)
    return " ".join(text.split())


def _plain(text: str) -> str:
    return _SPOKEN_HOUR.sub(lambda found: f"{found[1]} {_NUMBERS[found[2]]}", _letters(text[:_READ]))


def _letters(text: str) -> str:
    """Lower case without accents, letter for letter, so that places stay what they are."""
    return "".join(low if len(low := fold(letter.lower())) == 1 else letter for letter in text)


def _to_come(wall: datetime, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The next instant of a wall time, of two where it comes twice; an hour later where it doesn't exist."""
    both = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return next((at for at in both if at > now), None)


def _day(said: str, local: datetime) -> date | None:
    if found := _DATE.search(said):
        return _date(found, local.date())
    for words, days in ((_DAY_AFTER, 2), (_TOMORROW, 1), (_NEXT_WEEK, 7)):
        if re.search(rf"\b(?:{words})\b", said):
            return local.date() + timedelta(days=days)
    if "weekend" in said or "wochenende" in said:
        return local.date() + timedelta(days=(5 - local.weekday()) % 7 or 7)
    for number, names in enumerate(_DAYS):
        if re.search(rf"\b(?:{names})\b", said):
            return local.date() + timedelta(days=(number - local.weekday()) % 7 or 7)
    return local.date() if re.search(rf"\b(?:{_TODAY})\b", said) else None


def _date(found: re.Match[str], today: date) -> date | None:
    """The next day of that date; None for one that is in no calendar."""
    name = found["month"] or found["name"]
    month = (
        next(at for at, names in enumerate(_MONTHS, 1) if name in names.split("|"))
        if name
        else int(found["number"] or found["dots"])
    )
    day = int(found["of"] or found["before"] or found["after"] or found["dotted"])
    said = found["year"] or found["in"] or found["then"]
    for year in [int(said)] if said else [today.year, today.year + 1]:
        try:
            named = date(year, month, day)
        except ValueError:
            continue
        if named >= today or said:
            return named
    return None


def _clocks(said: str) -> list[re.Match[str]]:
    """What may be an hour: a number with an "at", with minutes, or with its half of the day."""
    found = _CLOCK.finditer(_DATE.sub(" ", said))
    return [one for one in found if one["at"] or one["minute"] or one["half"]]


def _hour(said: str) -> time | None:
    """The first hour that there is on a clock ("at 45 Main Street" names none), else that of a part of the day."""
    late = re.search(r"\b(?:afternoon|evening|tonight|abend)\b", said)
    for found in _clocks(said):
        hours, minutes, half = int(found["hour"]), int(found["minute"] or 0), found["half"]
        if half == "am" and hours == 12:
            hours = 0
        elif hours < 12 and (half == "pm" or (half is None and late)):
            hours += 12  # "tomorrow evening at 8"
        if hours < 24 and minutes < 60:
            return time(hours, minutes)
    return next((at for name, at in _PARTS.items() if re.search(rf"\b{name}\b", said)), None)
