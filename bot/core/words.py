"""What a mention says, as words that can be compared.  Pure; may import: regex.

Phrases, examples and mentions go through the same two steps: `clean` (what was said, without the envelope) and
`Words` (its words, compared without case).  They are matched exactly first, then in further views: without accents,
apostrophes and emoji, and without courtesies and the bot's name at the ends ("Please, café?" is then "cafe").
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property

import regex

LONGEST = 2_000
"""Characters of a mention that are looked at: enough for any question, little enough for any attack."""

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー々〆〇"
"""Scripts that are written without spaces: each of their letters counts as a word."""

_WORD = regex.compile(
    rf"""
      https?://[^\s<>"]+                                # a link is one word
    | @[\w][\w.@-]*                                     # so is a handle
    | [\p{{L}}\p{{M}}--[{_UNSPACED}]](?:\+\+|\#)(?!\w)  # c++, c#
    | (?<!\w)\.[nN][eE][tT](?!\w)                      # .net
    | \p{{N}}+(?:[.,:]\p{{N}}+)+                        # 12:30, 3.5
    | [{_UNSPACED}]\p{{M}}*
    | [\p{{L}}\p{{N}}\p{{M}}--[{_UNSPACED}]]+(?:'[\p{{L}}\p{{N}}\p{{M}}--[{_UNSPACED}]]+)*
    | [\p{{Extended_Pictographic}}\p{{Regional_Indicator}}]
    """,
    flags=regex.VERBOSE | regex.V1,
)
_ASCII_WORD = re.compile(
    r"https?://[^\s<>\"]+|@\w[\w.@-]*|[a-z](?:\+\+|#)(?!\w)|(?<!\w)\.net(?!\w)|[0-9]+(?:[.,:][0-9]+)+|[a-z0-9]+(?:'[a-z0-9]+)*",
    flags=re.ASCII | re.IGNORECASE,
)
"""The same for plain text, three times as fast."""

A_LINK = "https"
"""The word that stands for any link in a phrase: "see https" is said with whichever address."""
_SCHEMES = ("https://", "http://")

_EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}]")
_IS_UNSPACED = regex.compile(rf"[{_UNSPACED}]")
_ODD = re.compile(r"[^\t\n -~]|[<>&`]")  # what the fast path of `clean` can't leave as it is
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_APOSTROPHES = re.compile("[’‘ʼʹ`´＇]")
_DROPPED = regex.compile(r"[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{EMod}\uFE0E\uFE0F--[\n\t]]", flags=regex.V1)
_HANDLE = re.compile(r"<?@!?[\w][\w.@-]*>?[\s,:;!-]*")
_LAST_HANDLE = re.compile(r"@(\w[\w.@-]*)[\s.,!?]*\Z")
_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", flags=re.MULTILINE)

_FIRST = (
    "please pls also hey hi hello ok okay so well oh and but dear yo um hmm eh ah alright right sorry bot kindly bitte"
)
_LAST = "please pls thanks thx cheers bot mate friend buddy there again now then ok okay sir madam too lol haha bitte danke svp stp"
_COURTESIES_FIRST = frozenset(_FIRST.split())
_COURTESIES_LAST = frozenset(_LAST.split())
COURTESIES = _COURTESIES_FIRST | _COURTESIES_LAST
"""Words that are only polite where a message begins or ends with them."""

_COURTESIES_LAST_TWO = frozenset(
    {
        ("thank", "you"),
        ("a", "lot"),
        ("so", "much"),
        ("very", "much"),
        ("right", "now"),
        ("por", "favor"),
        ("per", "favore"),
    }
)
_PLEASES = frozenset(
    tuple(said.split())
    for said in (
        *("please", "pls", "plz", "thanks", "thx", "thank you", "many thanks", "bitte", "danke", "merci", "gracias"),
        *("por favor", "per favore", "s'il te plaît", "s'il vous plaît", "stp", "svp"),
    )
)


def clean(text: str, name: str = "") -> str:
    """Give what was said, at most 2,000 characters: without tags, quoted lines, leading handles and control characters.

    Handles at the start only say to whom it is addressed; one at the end goes if it is the bot's own (`name`).
    Letters keep their case and accents, compatibility forms (ｆｕｌｌ width) become plain ones.  Linear, never raises.
    """
    text = text[:LONGEST]
    if _ODD.search(text):
        if _TAG.search(text) or "&" in text:
            text = html.unescape(_TAG.sub(" ", text))
        text = unicodedata.normalize("NFKC", _APOSTROPHES.sub("'", text))[:LONGEST]
        text = _APOSTROPHES.sub("'", _DROPPED.sub("", text))
        if ">" in text:
            text = _QUOTED_LINE.sub("", text)
    text = text.strip()
    start = 0
    while handle := _HANDLE.match(text, start):
        start = handle.end()
    text = text[start:]
    if name and "@" in text and (last := _LAST_HANDLE.search(text[-200:])):
        own = last.group(1).casefold()
        if own == name.casefold() or own.startswith(name.casefold() + "@"):
            text = text[: -(len(last.group()))]
    return text.strip()


def split(text: str) -> list[str]:
    """Give the words of cleaned text, as written."""
    return _ASCII_WORD.findall(text) if text.isascii() else _WORD.findall(text)


def fold(word: str) -> str:
    """Give a case-folded word without accents and apostrophes: "café" and "cafe", "what's" and "whats" are the same."""
    if word.isascii():
        return word.replace("'", "")
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", plain).replace("'", "") or word


class Words:
    """The words of one cleaned text, in order: `exact` without case, `folded_all` without accents and apostrophes too.

    There are further views for comparing, and a way back to the letters as written.
    """

    def __init__(self, text: str, name: str = "") -> None:
        """Read cleaned text; `name` is the bot's own, a courtesy where it stands at an end."""
        self.text = text
        self.plain = text.isascii()
        self.exact: list[str] = (
            _ASCII_WORD.findall(text.lower()) if self.plain else [word.casefold() for word in _WORD.findall(text)]
        )
        if self.plain and "'" not in text:
            self.folded_all = self.exact
        else:
            self.folded_all = [fold(word) for word in self.exact]
        self.links = "://" in text
        self._name = name.casefold()

    def instead(self, folded: Sequence[str]) -> Words:
        """The same text read as other words, one in the place of each: what is captured stays as it was written."""
        other = Words("", self._name)
        other.text, other.plain, other.links = self.text, self.plain, self.links
        other.exact = other.folded_all = list(folded)
        return other

    @property
    def wordless(self) -> bool:
        """Whether it says nothing but signs: no word, no number, at most emoji."""
        return not self.exact or (not self.plain and all(_EMOJI.match(word) for word in self.exact))

    def views(self) -> Iterator[tuple[list[str], list[int] | None]]:
        """The folded words with their places, in the order to try: all, any link as `A_LINK`, then without courtesies at
        the start, at both ends, at the end.  Places None: all of them.  What says the same as an earlier one is left out.
        """
        words = bare = self.folded_all
        places = list(range(len(words)))
        if self.exact is not words and self.exact != words:
            yield words, None
        if not self.plain:
            places = [place for place in places if not _EMOJI.match(words[place])] or places
            bare = [words[place] for place in places]
        if self.links:
            yield [A_LINK if word.startswith(_SCHEMES) else word for word in words], None
        first, last = _courtesies_before(bare, self._name), _courtesies_after(bare, self._name)
        if not first and last == len(words):
            return
        core = first + _courtesies_after(bare[first:], self._name)
        seen = {(0, len(words))}
        for start, end in ((0, len(bare)), (first, len(bare)), (first, core), (0, last)):
            view = places[start:end]
            if view and (view[0], len(view)) not in seen:
                seen.add((view[0], len(view)))
                yield [words[place] for place in view], view

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        found = _ASCII_WORD.finditer(self.text) if self.plain else _WORD.finditer(self.text)
        return [match.span() for match in found]

    def written(self, start: int, end: int) -> str:
        """The words from place `start` to before `end`, as written, with what stands between them."""
        return self.text[self._spans[start][0] : self._spans[end - 1][1]] if start < end else ""

    def captured(self, start: int, end: int) -> str:
        """The same, without the "please" or "thanks" that the whole message ends with; one word always remains."""
        if end == len(self.exact):
            last = end
            while not self.plain and last > start and _EMOJI.match(self.exact[last - 1]):  # "thanks 👍" is thanks
                last -= 1
            for size in (3, 2, 1):
                if last - size > start and tuple(self.exact[last - size : last]) in _PLEASES:
                    end = last - size
                    break
        return self.written(start, end)

    @property
    def count(self) -> int:
        """How many words a person would count: two letters of an unspaced script are about one."""
        if self.plain:
            return len(self.exact)
        unspaced = sum(1 for word in self.exact if _IS_UNSPACED.match(word))
        return len(self.exact) - unspaced + (unspaced + 1) // 2


def _courtesies_before(words: Sequence[str], name: str) -> int:
    """Where the words after the courtesies at the start begin; one word always remains."""
    first = 0
    while first < len(words) - 1 and (words[first] in _COURTESIES_FIRST or words[first] == name):
        first += 1
    return first


def _courtesies_after(words: Sequence[str], name: str) -> int:
    """Where the words before the courtesies at the end stop; one word always remains."""
    last = len(words)
    while last > 1:
        word = words[last - 1]
        if word in _COURTESIES_LAST or word == name or word.startswith("@"):
            last -= 1
        elif last > 2 and (words[last - 2], word) in _COURTESIES_LAST_TWO:
            last -= 2
        else:
            break
    return last
