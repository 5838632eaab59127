"""Web addresses: as they may come in, as they are compared, as they are posted.  Pure; may import: the standard library.

Three readings of one address, never to be mixed up: `safe_link` is the door (what may become a link at all),
`canonical` is a key that is compared and never shown, `without_trackers` is what people get to see and click.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, parse_qs, unquote, urljoin, urlsplit, urlunsplit

LONGEST = 2_000  # characters; browsers and servers give up a little above

# Names that only tell who sent the reader.  Gathered from the published query-stripping lists of Firefox, Brave,
# AdGuard and Neat URL, as miniflux combines them, and from the links of 199 real feeds.
_TRACKER_NAMES = """
    _bhlid _branch_match_id _branch_referrer _hsenc _hsmi _openstat __hsfp __hssc __hstc __readwiselocation
    at_campaign at_creation at_format at_link at_medium at_ptr_name at_recipient_id
    campaign_content campaign_id campaign_medium campaign_name campaign_source campaign_term cmpid dclid
    fb_action_ids fb_action_types fb_comment_id fb_ref fb_source fbclid gad_source gbraid gclid gclsrc
    hmb_campaign hmb_medium hmb_source hsctatracking igsh igshid itm_campaign itm_medium itm_source li_fat_id
    mc_cid mc_eid mc_tc mkt_tok msclkid ns_campaign ns_fee ns_linkname ns_mchannel ns_source oly_anon_id oly_enc_id
    pk_campaign pk_content pk_cpn pk_keyword pk_kwd pk_medium pk_source rb_clickid ref_src ref_url referrersource
    sc_campaign sc_channel sc_cid sc_content sc_country sc_geo sc_outcome sc_publisher srsltid traffic_source ttclid
    twclid vero_conv vero_id wbraid wickedid wprss wt_mc wt_zmc xtor yclid ysclid
"""
_TRACKERS = frozenset(_TRACKER_NAMES.split())
_TRACKER_PREFIXES = ("utm_", "mtm_", "hsa_", "stm_")
# Names that mean something on many sites, unless their value says that it was a feed.
_BY_VALUE = frozenset(("ref", "source", "src", "from", "via", "feature", "cmp", "campaign", "partner", "mod", "medium"))
_FEED_VALUE = re.compile(
    r"(?:full_?|partner_?)?(?:rss|atom|feed|feedburner|newsfeed)(?:[-_.0-9].*|s|feed)?\Z", re.IGNORECASE
)

# Hosts that are other names of one host.
_ALIASES = {
    "twitter.com": "x.com",
    "old.reddit.com": "reddit.com",
    "np.reddit.com": "reddit.com",
    "new.reddit.com": "reddit.com",
}
_DROPPED_LABELS = frozenset(("www", "m", "mobile", "amp"))

_ORDINARY = re.compile(r"https?://[a-z0-9][a-z0-9\-]*(?:\.[a-z0-9\-]+)+(?:/[\w\-.~!$&'()*+,;=:@/%?#]*)?\Z", re.ASCII)
_BAD = re.compile(r"[\x00-\x1f\x7f\\]")
# Characters that would end, hide or reorder a link in a text: encoded, so that the address stays the same.
_UNSAFE = re.compile(
    '[\\s"<>`{}|^\x80-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff]+'
)
_NOT_ASCII = re.compile("[^\x00-\x7f]+")
_PERCENT = re.compile("%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PLAIN_PATH = re.compile(
    r"(?:/[\w\-~@:+,=]+(?:\.[\w\-~@:+,=]+)*)+\Z", re.ASCII
)  # nothing to resolve, decode or collapse
# An address that needs no more than its host folded: nine of ten.
_PLAIN = re.compile(r"https?://([a-z0-9\-]+(?:\.[a-z0-9\-]+)+)((?:/[\w\-~@:+,=]+(?:\.[\w\-~@:+,=]+)*)*)/?\Z", re.ASCII)
_AMP_HOST = ".cdn.ampproject.org"
_SPECIAL = ("www.google.", "google.", "youtu.be")  # whose addresses hold others
_AMP_TAIL = re.compile(r"(?:/amp|/amp\.html?|\.amp|\.amp\.html?|/index\.html?)\Z", re.IGNORECASE)
_SLUG = re.compile(r"[-_.0-9%]")  # what the last part of an article's address mostly has, and a name mostly not
_AMP_CDN = re.compile(r"/(?:[a-z]/)?(s/)?(.+)\Z", re.DOTALL)


def safe_link(url: str, base: str = "") -> str:
    """Make `url` absolute against `base`; "" unless it is a link that may be fetched and posted.

    Only http and https, with a host, without credentials, control characters or backslashes, and at most 2,000
    characters.  What could break out of a text (spaces, brackets, invisible and bidi characters) is percent-encoded.
    """
    url = url.strip()
    if len(url) <= LONGEST and _ORDINARY.match(url):
        return url
    if not url or len(url) > LONGEST or _BAD.search(url):
        return ""
    try:
        if not url.startswith(("http://", "https://")):
            url = urljoin(base, url)
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:  # an unclosed bracket, a port that is none
        return ""
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or _UNSAFE.search(parts.netloc):
        return ""
    url = _UNSAFE.sub(_encoded, url)
    return url if len(url) <= LONGEST else ""


def without_trackers(url: str) -> str:
    """What is posted: the same address, byte for byte, without the parts that only tell who sent the reader."""
    parts = _split(url)
    if parts is None:
        return url
    inner = _redirect_target(parts)
    if inner:
        return without_trackers(inner)
    if not parts.query and not parts.fragment:
        return url
    fragment = "" if _is_tracker(*parts.fragment.partition("=")[::2]) else parts.fragment
    query = "&".join(pair for pair in parts.query.split("&") if not _is_tracker(*pair.partition("=")[::2]))
    if query == parts.query and fragment == parts.fragment:
        return url
    return urlunsplit(parts._replace(query=query, fragment=fragment))


@lru_cache(maxsize=4_096)
def canonical(url: str) -> str:
    """The key under which two addresses of one page are equal; never shown, never fetched.  "" if it is no link.

    Gone are: trackers, scheme, credentials, default ports, `www.`, `m.`, `mobile.` and `amp.` hosts, AMP wrappers and
    endings, `index.html`, dot segments, doubled and final slashes, fragments (but `#!` is an address of its own);
    parameters are sorted.  Idempotent.  Keys of entries without a guid hang on it: change it, and they come back.
    """
    plain = _PLAIN.match(url)
    if (
        plain is not None
        and not plain[1].startswith(_SPECIAL)
        and not plain[1].endswith(_AMP_HOST)
        and _AMP_TAIL.search(plain[2]) is None
    ):
        return f"https://{_folded_host(plain[1])}{plain[2]}"
    for _ in range(8):  # each turn takes one wrapper off; more than eight inside each other are no article's address
        parts = _split(url)
        if parts is None:
            return ""
        inner = _redirect_target(parts) or _amp_target(parts)
        if not inner:
            break
        url = inner
    else:
        return ""
    host, path, query = _host(parts), _path(parts.path), parts.query
    if host == "youtu.be" and path.count("/") == 1:
        host, path, query = "youtube.com", "/watch", "v=" + path[1:]
    if query:
        query = _query(host, path, query)
    text = f"https://{host}{path}{query}"
    return f"{text}#{parts.fragment}" if parts.fragment.startswith("!") else text


def is_front_page(url: str) -> bool:
    """Whether a canonical address is a site's front page, which names no article."""
    return url.count("/") <= 2 and "?" not in url and "#" not in url


def host_of(url: str) -> str:
    """The host of an address, folded as `canonical` folds it, without a port; "" if there is none."""
    parts = _split(url)
    return _folded_host(parts.hostname or "") if parts is not None else ""


# --------------------------------------------------------------------------- parts


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        _ = parts.port
    except ValueError:
        return None
    return parts


def _host(parts: SplitResult) -> str:
    host, port = _folded_host(parts.hostname or ""), parts.port
    if ":" in host:
        host = f"[{host}]"
    return host if port in (None, 80, 443) else f"{host}:{port}"


@lru_cache(maxsize=4_096)
def _folded_host(host: str) -> str:
    host = host.rstrip(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            host = _NOT_ASCII.sub(_encoded, host).lower()
    labels = host.split(".")
    # A label is dropped only before a name of two labels: "m.co" and "www.com" are names themselves.
    last = len(labels) - 2
    host = ".".join(label for at, label in enumerate(labels) if label not in _DROPPED_LABELS or at >= last)
    return _ALIASES.get(host, host)


def _path(path: str) -> str:
    if _PLAIN_PATH.match(path) and _AMP_TAIL.search(path) is None:
        return path
    segments: list[str] = []
    for segment in _percent(path).split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    while segments:
        whole = "/" + "/".join(segments)
        cut = _AMP_TAIL.sub("", whole)
        is_index = whole[len(cut) :].lower().startswith("/index")
        if cut == whole or not (is_index or _SLUG.search(cut.rpartition("/")[2])):
            return whole
        segments = [segment for segment in cut.split("/") if segment]
    return ""


def _query(host: str, path: str, query: str) -> str:
    pairs = {_percent(pair) for pair in query.split("&") if pair}
    kept = sorted(pair for pair in pairs if not _is_noise(pair))
    if host == "youtube.com" and path == "/watch":
        kept = [pair for pair in kept if pair.startswith("v=")]
    return "?" + "&".join(kept) if kept else ""


def _percent(text: str) -> str:
    """One spelling of percent-encoding: unreserved characters plain, all others encoded in upper case."""
    if not text.isascii():
        text = _NOT_ASCII.sub(_encoded, text)
    before = ""
    while "%" in text and text != before:  # "%%32E" becomes "%2E", and only then a dot
        before, text = text, _PERCENT.sub(_percent_of, text)
    return text


def _percent_of(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace"))


def _is_tracker(name: str, value: str) -> bool:
    name = name.lower()
    if name in _TRACKERS or name.startswith(_TRACKER_PREFIXES):
        return True
    return name in _BY_VALUE and _FEED_VALUE.match(value) is not None


def _is_noise(pair: str) -> bool:
    name, _, value = pair.partition("=")
    if name.lower() in ("amp", "outputtype") and value.lower() in ("", "1", "true", "amp"):
        return True
    return _is_tracker(name, value)


def _redirect_target(parts: SplitResult) -> str:
    """The address inside a `google.com/url?…url=` redirection, as feeds of Google Alerts carry it; else ""."""
    if parts.path != "/url" or not (parts.hostname or "").startswith("www.google."):
        return ""
    wanted = parse_qs(parts.query)
    return safe_link((wanted.get("url") or wanted.get("q") or [""])[0])


def _amp_target(parts: SplitResult) -> str:
    """The address inside an AMP viewer or cache; else ""."""
    host = parts.hostname or ""
    if host.startswith(("www.google.", "google.")) and parts.path.startswith("/amp/"):
        rest = parts.path[len("/amp") :]
    elif host.endswith(_AMP_HOST):
        rest = parts.path
    else:
        return ""
    match = _AMP_CDN.match(rest)
    if match is None:
        return ""
    target = ("https://" if match[1] else "http://") + unquote(match[2])
    return safe_link(target + ("?" + parts.query if parts.query else ""))
