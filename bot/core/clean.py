"""Foreign text made harmless: nothing invisible, nothing that pings, tags or links.  Pure; may import: core.links, regex.

Everything here is linear in the length of the text, and total: no string makes it raise.
"""

from __future__ import annotations

import re
import unicodedata

import regex

from bot.core.links import links_in

WORD_JOINER = "\u2060"
"""Invisible and without width: put into `Amazon.com`, no platform makes a link of it."""

_MARKS = 4
"""As many combining marks a base may carry; living scripts need no more."""

# Controls without tab and newline; bidi and zero-width characters; soft hyphen; surrogates, private use,
# non-characters; the object-replacement character.  Joiners, variation selectors and tags are judged by place.
_NEVER = (
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffc\ufdd0-\ufdef"
    r"\p{Cs}\p{Co}\p{Noncharacter_Code_Point}]"
)
# A flag of England, Scotland or Wales is spelt in tags; any other tag hides something.
_TAGS = (
    r"(?<!\U0001F3F4[\U000E0061-\U000E007A]{0,6})[\U000E0000-\U000E007F]|[\U000E0000-\U000E0060\U000E007B-\U000E007E]"
)
# Joiners shape words of Arabic and Indic scripts, and join emoji; anywhere else they hide something.
_JOINERS = r"(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\u20e3\u0600-\u0dff\u1000-\u109f\u1780-\u17ff])[\u200c\u200d]"
_SELECTORS = r"[\ufe00-\ufe0d\U000E0100-\U000E01EF]|(?<![\p{Emoji}\u200d])[\ufe0e\ufe0f]"
_HIDDEN = regex.compile(f"{_NEVER}|{_TAGS}|{_JOINERS}|{_SELECTORS}")
# What is hidden although Unicode calls it printable.
_ODD = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# The letters and signs of most western text: none is hidden, none combines with another, none is a break.
_WESTERN = re.compile("[ -~\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]*")
_HIDDEN_ASCII = regex.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_PILE = regex.compile(rf"(\p{{M}}{{{_MARKS}}})\p{{M}}++")
# UTF-8 that somebody read as Windows-1252: "Itâ€™s", "cafÃ©", "Â£5".  No language writes these pairs; "»" may follow "Ã".
_DOUBLED = re.compile("(?<!Â)Â++([¡-¬®-¿])")
_LETTERED = re.compile("Ã([¡-¬®-º¼-¿])")
_QUOTING = re.compile("â€([™˜œ“”¦¢]?)")
_MEANT = {
    "™": "’",
    "˜": "‘",
    "œ": "“",
    "“": "–",
    "”": "—",
    "¦": "…",
    "¢": "•",
    "": "”",
}  # the last one's end is a control
# As TeX writes quotation marks, and who has none on the keyboard; not the empty string of a program, nor inches.
_TYPED_TWICE = re.compile(
    r"(?<![\w'`])(?:``|'')(?=[^\s'`])([^'`“”\n]{1,200}(?:'(?=\w)[^'`“”\n]{1,200}){0,4})(?<!\s)''(?!['\w])"
)
_BREAKS = regex.compile(r" ?[\n\x0b\x0c\x85\u2028\u2029]\s*+")
_SPACES = regex.compile(r"\s++")
_BLANKS = regex.compile(r"[^\S\n\x0b\x0c\x85\u2028\u2029]++")

# "@" calls somebody wherever no ASCII word stands before it, as in an e-mail address, and on X behind "RT", too; a run
# of signs always does once one of them is taken away.  "#1" and "C#" are no hashtags.
_PINGS = regex.compile(
    r"(?<![@＠﹫#＃﹟])(?:[#＃﹟]++[@＠﹫][@＠﹫#＃﹟]*+|[@＠﹫][@＠﹫#＃﹟]++|(?<![A-Za-z0-9_])[@＠﹫]|(?<=(?<![A-Za-z0-9_])[Rr][Tt])[@＠﹫])(?=\w)"
    r"|(?<![\w&#＃﹟])[#＃﹟]++(?=[\w\p{M}]*[^\W\d_])"
)
# Addresses of other schemes, or of none, of which Mastodon, Telegram and Matrix's clients make links, too; those without
# slashes are Mastodon's (config/initializers/twitter_regex.rb).
_OTHER_SCHEME = regex.compile(
    r"(?i)(?:(?<![A-Za-z0-9])[a-z][a-z0-9+.\-]{1,30}+:|(?<![A-Za-z0-9:/]))//(?=[@＠﹫#＃﹟/]{0,8}+\w)"
)
_OPAQUE = regex.compile(rf"(?i)(?:magnet|xmpp):(?=[^\s{WORD_JOINER}])")
_SCHEME = regex.compile(r"(?i)^https?://(?:[^/@\s]*@)?(?:www\.)?")


def clean(text: str, *, lines: bool = False) -> str:
    """Give foreign text as a person would type it: NFC, no hidden characters, at most 4 marks a base, spaces folded.

    `lines`: line breaks stay, one for any number of them; otherwise they are spaces too.  Emoji keep their joiners.
    What was read in the wrong encoding on its way here is put right, and ''words'' get quotation marks.
    """
    tidy = _tidied(text, lines=lines)
    return _TYPED_TWICE.sub(r"“\1”", tidy) if "''" in tidy else tidy


def _tidied(text: str, *, lines: bool) -> str:
    if text.isascii() and text.isprintable():
        return " ".join(text.split())  # nine of ten titles and names: nothing to clean but their spaces
    if _WESTERN.fullmatch(text):
        return " ".join(_reread(text).split())
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        text = str(_HIDDEN_ASCII.sub("", text))
    else:
        # The piles go first: normalising a long run of marks sorts them, which takes quadratic time.
        if _ODD.search(text) or not text.replace("\n", " ").replace("\t", " ").replace("\xa0", " ").isprintable():
            text = str(_HIDDEN.sub("", text))
        text = unicodedata.normalize("NFC", str(_PILE.sub(r"\1", text)))
        text = str(_PILE.sub(r"\1", text))
        text = unicodedata.normalize("NFC", _reread(text))
    if not lines:
        return str(_SPACES.sub(" ", text)).strip()
    # Blanks first: a run of them without a break would be tried anew at each of its places (measured: 45 s for 100,000).
    return str(_BREAKS.sub("\n", str(_BLANKS.sub(" ", text)))).strip()


def _reread(text: str) -> str:
    """Put right what was read in the wrong encoding, once; each step makes nothing that an earlier one would change."""
    if "Ã" not in text and "Â" not in text and "â€" not in text:
        return text
    text = _LETTERED.sub(lambda pair: chr(ord(pair[1]) + 0x40), _DOUBLED.sub(r"\1", text))
    return _QUOTING.sub(lambda quote: _MEANT[quote[1]], text)


def defused(text: str) -> str:
    """Take from foreign text what acts on a platform: it pings nobody, tags nothing and links nowhere.

    `@ann` becomes `ann`, `#music` becomes `music`, an address becomes the name of its site, and names of sites get an
    invisible joiner before each dot.  E-mail addresses, `C#` and `#1` stay as they are.
    """
    if ":" in text or "//" in text:
        text = str(_OPAQUE.sub(rf"\g<0>{WORD_JOINER}", _OTHER_SCHEME.sub("https://", text)))
    text = str(_PINGS.sub("", text))
    parts, last = [], 0
    for start, end in links_in(text):
        link = text[start:end]
        bare = str(_SCHEME.sub("", link))
        host = bare.split("/", 1)[0].split("?", 1)[0].split("#", 1)[0] if bare != link else link
        parts += [text[last:start], host.replace(".", WORD_JOINER + ".")]
        last = end
    return "".join(parts) + text[last:]
