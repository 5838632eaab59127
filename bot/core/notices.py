"""What calls its readers somewhere instead of telling them something: vacancies, sales, bookings, hours.  Pure.

May import: nothing.  Who follows a bot for what is worth knowing can do nothing with last week's invitation.  Plain
lists of phrases in eight languages; a cheap look for one of their words comes first.
"""

from __future__ import annotations

import re

_QUOTED = re.compile(r"[\"“„«][^\"“”„«»]{0,400}[\"“”»]")

# What a notice asks for, and how things are offered.  People who are quoted may ask for anything.
_CALLING = re.compile(
    r"(?i)\byou(?:['’]re| are) (?:\w+ly |all |both )?invited\b|\b(?:enter|use) (?:the |my )?(?:(?:promo|coupon|discount|offer) )?code (?-i:[A-Z0-9]{3,})\b|"
    r"\b\d{1,2} ?(?:%|percent) off (?!(?:their|its|his|her|the|from|of|a|course|by|in)\b)|\b(?:get|buy|book|grab|reserve|order|pre-?order) (?:your (?:copy|seats?|tickets?|spot)|tickets)\b|"
    r"\brequest an invite\b|\bneeds? your help\b|\bjoin me (?:at|for|on|in|this|live)\b|\brsvp\b|\bregister by e-?mail|\b(?:hear|tell|know|share|leave|send|feedback|questions)\b[^.!?]{0,40}\bin the comments\b|\btickets? (?:voor|für|pour)\b|\bsubmit (?:it|yours?|your \w+) (?:today|now|by|here)\b|\bregistration (?:is|will be) (?:now |still )?open\b|\bto (?:register|rsvp|apply|enrol|enroll|book),? (?:please|visit|go to|call|e-?mail|click|contact|see)\b|"
    r"\bregister (?:now|here|today|online)\b|\bapply (?:now|today|online)\b|\byou can apply (?:for|to|by|until|between)\b|\b(?:call|phone|e-?mail|contact) (?:us\b(?!\w)|me\b(?!\w)|\(?\+?\d{3}|[\w.+-]{2,40}@)|"
    r"\btickets (?:are (?:on sale|available|priced)|cost|start at|(?:will )?go on sale|can be)\b|\b(?:free admission|admission is|doors open|where to buy)\b|"
    r"\bcan be (?:purchased|bought|ordered) (?:in|at|from|on|here|online|through)\b|\bplease (?:be|note|contact|visit|make sure|feel free|join|register|help|donate|check|see|e-?mail|call|let)\b|, please[.!]\Z|"
    r"\bwe(?:['’]re| are) (?:currently |now |actively |also )?(?:hiring|recruiting|looking for (?:an?|people|volunteers|someone|contributors|writers|help|talented|new)\b)|"
    r"\b(?:applicants|candidates) (?:must|should) (?:have|be|possess)\b|\bexperience (?:is |are )?(?:required|preferred|a must)\b|\bmeets (?:every|on the (?:first|second|third|fourth|last))\b|"
    r"\b\d\+? ?(?:bed|bedroom)s?\b[^.]{0,30}\b\d(?:\.\d)? ?bath|\byou can (?:now )?earn \d|"
    r"\b(?:jetzt (?:bewerben|buchen)|anmeldung(?:en)? (?:unter|bis|per)|bewerbungen? (?:bis|an)|karten (?:gibt es|kosten)|eintritt (?:frei|kostet)|der eintritt ist frei|einlass (?:ab|ist))\b|"
    r"\b(?:entrée (?:libre|gratuite)|inscriptions? (?:ouvertes?|obligatoires?|avant)|entrada (?:libre|gratuita|franca)|inscripciones abiertas|inscri[cç](?:iones|ões) (?:abiertas|abertas|hasta|até)|"
    r"ingresso (?:libero|gratuito)|iscrizioni aperte|toegang (?:is )?gratis|aanmelden (?:kan|via)|wstęp wolny|zapisy (?:do|na))\b"
)
_CALLING_WORDS = """
invited code need needs off get buy book grab reserve order preorder pre invite rsvp registration register apply enrol enroll rsvp call phone email mail contact
join submit comments ticket tickets admission doors where purchased bought ordered please hiring recruiting looking applicants candidates experience meets bed bedroom beds
bedrooms 1bedroom 2bedroom 3bedroom earn bewerben buchen anmeldung anmeldungen bewerbung bewerbungen karten eintritt einlass entrée inscription
inscriptions entrada inscripciones inscrições ingresso iscrizioni toegang aanmelden wstęp zapisy
"""
_CALLERS = frozenset(_CALLING_WORDS.split())
_WORD = re.compile(r"[^\W_]+")

# How to reach somebody.
_REACHED = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.\w|(?<!\d)(?:\(\d{3}\) ?\d{3}-\d{4}|\d{3}-\d{3}-\d{4}|0\d{2,4}[ /]\d{2,8}(?: \d{2,4}){1,4})(?!\d)"
)
# An hour that is still to come: "Thursdays, 7-9 p.m. at First Church".  What happened at an hour is news.
_HOUR = re.compile(
    r"(?i)\b\d{1,2}(?::\d\d)?\s?(?:[ap]\.?m\b|uhr\b)|\b\d{1,2}(?::\d\d)? ?[-–] ?\d{1,2}(?::\d\d)?\s?(?:[ap]\.?m\b|uhr\b)|"
    r"\b\d{1,2}:\d\d (?:C|E|M|P|W)(?:E?S|D)?T\b|\b\d{1,2}:\d\d (?:utc|gmt|bst)\b"
)
_TO_COME = re.compile(r"(?i)\b(?:is|are|be|being|['’]s|['’]re) (?:\w+ )?\w{3,}ed\b|\bscheduled\b|\bwird\b|\bwerden\b")
_HAPPENED = re.compile(
    r"(?i)\b(?:was|were|had|did|said|says|told|took|went|got|began|left|came|made|fell|rose|struck|hit|sent|saw|heard|\w{2,}ed|"
    r"war|waren|hatte|hatten|wurde|wurden|\w{3,}te|\w{3,}ten|ge\w{2,}(?:t|en))\b|['’]d\b"
)

# Titles of entries that are notices from beginning to end.
_NOTICE_TITLE = re.compile(
    r"(?i)\b(?:we(?:['’]re| are)|now) (?:hiring|recruiting)\b|\A(?:[\w.&-]+ ){0,3}(?:job|hiring|vacancy|internship)(?: opening)?\s?: |\A(?:jobs|vacancies|internships)\s?: |\bjob (?:opening|vacancy|posting)s?\b|"
    r"\b(?:stellenangebote?|wir suchen|offres? d['’]emploi|ofertas? de empleo|offerta di lavoro|vagas? de emprego|vacature|oferta pracy)\b|"
    r"\b\d{1,2} ?% off\b|\bsave (?:up to )?(?:\d{1,2} ?%|[$€£]\d)|\bregister now\b|\bregistration (?:is )?(?:now )?open\b|\btickets (?:are )?(?:now )?on sale\b|\blast chance to\b|"
    r"\A\W{0,3}(?:for sale|wts|wtb|wtt|wanted to buy|zu verkaufen|suche|biete|à vendre|se vende|vendo|te koop|sprzedam|kupię)\b\s?:|[$€£]\d{3,5} .{0,10}\b\d ?(?:bd|br|bed)|"
    r"\b(?:out of office|support groups?|save the date|calendar of events|calendar(?:,|:| for)? (?:the |this )?(?:week|month|(?-i:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\b)|"
    r"call for volunteers|veranstaltungskalender|classified ads?)\b|\A(?:community |weekly |events? )?calendar\b"
)


def calls(text: str) -> str:
    """Give the phrase with which a text calls its reader somewhere; empty if it does not.

    An address or a telephone number counts.  An hour with am, pm or Uhr counts, unless something is told to have happened.
    """
    bare = _QUOTED.sub(" ", text)
    if not _CALLERS.isdisjoint(_WORD.findall(bare.lower())) and (found := _CALLING.search(bare)):
        return found[0].strip()
    if reached := _REACHED.search(bare):
        return reached[0]
    hour = _HOUR.search(bare)
    return hour[0].strip() if hour and not _HAPPENED.search(_TO_COME.sub(" ", bare)) else ""


def is_notice(title: str) -> bool:
    """Tell whether a title announces a vacancy, a sale, a booking or a calendar, and no article."""
    return _NOTICE_TITLE.search(title) is not None
