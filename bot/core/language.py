"""Which language a text is in: its own word for it, else a vote of the commonest words.  Pure; may import: core.stopwords.

Enough to choose stop words, patterns and a platform's language tag; 8 languages by words, others by their script and
letters.
"""

from __future__ import annotations

import re
from collections import Counter

from bot.core.stopwords import STOP_WORDS

_LETTERS = re.compile(r"[^\W\d_]++")
# Not what belongs to an address: "com" is a word of Portuguese.  Words of one letter, too; the elided ones of French only
# where they are elided: the "s" of "London's" is none.
_WORDS = re.compile(r"(?<![^\W\d_])(?<![./@])[^\W\d_]{2,}+|(?<![\w'’])(?:[cdjlmnst](?=['’])|[^\W\d_cdjlmnst](?!\w))")
_TAG = re.compile(r"([a-z]{2,3})(?:[-_][A-Za-z0-9]+)*\Z", re.IGNORECASE)
_ENOUGH = 1_200  # characters: more change no vote

# Scripts that one language writes, or mostly one.
_SCRIPTS = {
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7af]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "lo": re.compile(r"[\u0e80-\u0eff]"),
    "bo": re.compile(r"[\u0f00-\u0fff]"),
    "hy": re.compile(r"[\u0530-\u058f]"),
    "ka": re.compile(r"[\u10a0-\u10ff]"),
    "am": re.compile(r"[\u1200-\u137f]"),
    "bn": re.compile(r"[\u0980-\u09ff]"),
    "pa": re.compile(r"[\u0a00-\u0a7f]"),
    "gu": re.compile(r"[\u0a80-\u0aff]"),
    "or": re.compile(r"[\u0b00-\u0b7f]"),
    "ta": re.compile(r"[\u0b80-\u0bff]"),
    "te": re.compile(r"[\u0c00-\u0c7f]"),
    "kn": re.compile(r"[\u0c80-\u0cff]"),
    "ml": re.compile(r"[\u0d00-\u0d7f]"),
    "si": re.compile(r"[\u0d80-\u0dff]"),
    "my": re.compile(r"[\u1000-\u109f]"),
    "km": re.compile(r"[\u1780-\u17ff]"),
}

# Letters that tell the languages of one script apart, in this order; what has none of them is the script's first.
_TELLING = {
    "ru": {"be": "ў", "mk": "ѓќѕ", "sr": "ђћјљњџ", "kk": "әғқңұһ", "uk": "іїєґ"},
    "ar": {"ur": "ٹڈڑںے", "fa": "پچژگی"},
}
_A_FEW = 0.005  # of the letters: one name of another language is less
_BULGARIAN = re.compile(r"[^ыэё]*\Z")  # its "ъ" is a vowel, and frequent; in Russian it is rare, and these are not

_ANY_SCRIPT = re.compile("|".join(script.pattern for script in _SCRIPTS.values()))

_VOTERS: dict[str, list[str]] = {}
for _language, _words in STOP_WORDS.items():
    for _word in _words:
        _VOTERS.setdefault(_word, []).append(_language)


def language_of(text: str, hint: str | None = None) -> str | None:
    """Tell a text's language as a two-letter code (three where there is none), or None if nothing speaks for any.

    `hint`: what the feed or page says of itself; believed unless the words plainly say otherwise (pages often don't
    translate their templates' tag).
    """
    stated = _stated(hint)
    sample = text[:_ENOUGH]
    script = _by_script(sample)
    if script:
        return stated if stated and stated not in STOP_WORDS else script
    voted, sure = _vote(sample)
    if stated and (stated == voted or not sure or voted is None):
        return stated
    return voted or stated


def _stated(hint: str | None) -> str | None:
    match = _TAG.match(hint.strip()) if hint else None
    code = match[1].lower() if match else None
    return None if code in (None, "und", "mul", "zxx", "xx") else code


def _by_script(sample: str) -> str | None:
    if sample.isascii() or not _ANY_SCRIPT.search(sample):
        return None
    letters = sum(map(len, _LETTERS.findall(sample)))
    for code, letter in _SCRIPTS.items():
        # A Japanese text is half kana; a text that quotes one word of another script is not of that script.
        if len(letter.findall(sample)) > (0.15 if code == "ja" else 0.5) * max(letters, 1):
            return _told_apart(code, sample.lower(), letters)
    return None


def _told_apart(code: str, sample: str, letters: int) -> str:
    for other, telling in _TELLING.get(code, {}).items():
        if sum(map(sample.count, telling)) > _A_FEW * letters:
            return other
    if code == "ru" and sample.count("ъ") > 1 and _BULGARIAN.match(sample):
        return "bg"
    return code


def _vote(sample: str) -> tuple[str | None, bool]:
    """Let every known word vote, less the more languages share it; sure only with a clear lead and enough words."""
    votes: Counter[str] = Counter()
    words = _WORDS.findall(sample.lower())
    for word, times in Counter(words).items():
        languages = _VOTERS.get(word, ())
        for language in languages:
            votes[language] += times * (6 // len(languages))
    if not votes:
        return None, False
    (best, most), *rest = votes.most_common(2)
    second = rest[0][1] if rest else 0
    if most <= second or most < 6:
        return None, False
    return best, len(words) >= 12 and most >= 0.1 * 6 * len(words) and most > 1.5 * second
