"""The furniture of pages, known by its words: pointers elsewhere, credits, calls to subscribe.  Pure.

May import: the standard library.  Only short paragraphs are looked at, and mostly only their beginnings, so that an
article *about* newsletters keeps its text.
"""

from __future__ import annotations

import re

# A pointer to another article, followed by its title.
_POINTERS = """
read more|read also|read next|also read|see also|more on this|more like this|related(?: (?:articles?|stories|story|posts?|
content|coverage|links?|reading|topics?|news))?|recommended(?: (?:reading|stories|for you))?|you (?:may|might) also like|
don['’]t miss|watch(?: (?:now|live|more|this))?|listen(?: (?:now|to this article))?|trending(?: now)?|editor['’]?s['’]? picks?|
most (?:read|popular)|top stories|up next|further reading|keep reading|in case you missed it|
lesen sie (?:auch|mehr|hier)|lies auch|mehr (?:zum thema|dazu|lesen)|siehe auch|auch interessant|weiterlesen|weitere (?:artikel|themen)|
das könnte sie auch interessieren|zum thema|
lea (?:también|más|además)|lea|lee (?:también|más)|le puede interesar|te puede interesar|ver también|más información|vea también|
leia (?:também|mais)|veja (?:também|mais)|saiba mais|
lire aussi|à lire aussi|à lire|lire (?:plus|la suite|également)|voir aussi|sur le même sujet|
leggi (?:anche|di più)|potrebbe interessarti|approfondisci|lees (?:ook|meer|verder)|bekijk ook|
czytaj (?:też|także|więcej|również|dalej)|zobacz (?:też|także|również|więcej)|przeczytaj (?:też|także|również)|
läs (?:också|mer|även)|les også|læs også|
читайте также|читать далее|смотрите также|読む|関連記事|あわせて読みたい|相关阅读|相关文章|延伸阅读|관련 ?기사
"""
# Whole paragraphs that are nothing else.
_ALONE = """
advertisement|advertising|sponsored(?: content)?|ad|anzeige|werbung|publicité|publicidad|publicidade|pubblicità|advertentie|
reklama|реклама|広告|广告|share|share this(?: (?:article|story|post|page))?|share on .{1,40}|teilen|artikel teilen|partager|compartir|
condividi|udostępnij|print(?: this)?(?: (?:article|page))?|drucken|e-?mail(?: this)?|copy link|link copied!?|save|
comments?|leave a (?:comment|reply)|post a comment|view comments|show comments|\\d+ comments?|kommentare?|commentaires?|comentarios?|
tags?|tags:.{0,80}|filed under:? .{0,80}|categories: .{0,80}|posted in:? .{0,80}|topics: .{0,80}|
continue reading|read the full (?:story|article|post)(?: here)?|read it here|click here|back to top|skip to (?:main )?content|
dismiss|close|menu|skip ad|loading(?:\\.{3}|…)?|\\d+ ?min(?:ute)?s? read|reading time:? .{0,30}|updated?:? .{0,40}\\d{4}|published:? .{0,40}\\d{4}|
link\\]\\s*\\[(?:\\d+ )?comments?|(?:article|comments) url: .{1,280}|points: \\d+|comments: \\d+|
\\[?(?:…|\\.{3})\\]?|read more(?:\\.{3}|…| »| →|→| ›)?|continue reading .{1,120}(?:→|»|…|\\.{3})
"""
# Beginnings of a paragraph that credits a picture.
_CREDITS = """
(?:photo|photograph|image|picture|illustration|video|graphic|screenshot|cover|header image|featured image|foto|bild|imagen|
immagine|zdjęcie|fot\\.|photographie|crédits? photos?|bildquelle|image credits?|photo credits?|credits?|picture credits?)
(?: (?:credits?|courtesy(?: of)?|source|by|via|von|de|par|di))?\\s*[:/©|]
"""
# What a page asks of its reader; only where the paragraph is short.
_CALLS = """
(?:please )?(?:sign up|subscribe|register)(?: now| here| today)? (?:to|for|now|here|today|and)\\b.{0,200}?
(?:newsletter|inbox|e-?mail|updates|alerts|podcast|channel|digest|premium|offer|access|reading)|
(?:you can )?(?:also )?(?:follow|like|find|join|connect with) (?:us|me|him|her|them|our|[\\w ]{1,30}) on (?:twitter|x|facebook|instagram|
linkedin|mastodon|bluesky|youtube|telegram|whatsapp|tiktok|google|flipboard|social)|
(?:get|receive) .{0,80}(?:in your inbox|by e-?mail|newsletter|delivered)|
(?:want|love|enjoy|like) .{0,60}\\? (?:sign up|subscribe|follow|join|check out)|
download (?:the|our) .{0,40}\\bapp\\b|join (?:the|our) (?:newsletter|mailing list|community|discord|conversation)|
click here\\b.{0,120}|statistics: posted by .{1,120}|submitted by .{1,200}|
we want to hear (?:what you think|from you)|have (?:a|any) (?:tip|news tip|question|comment)s?\\b.{0,60}(?:e-?mail|contact|get in touch|write|send)|
this (?:article|story|post|piece) (?:was|is|has been|originally|first) (?:originally |first )?(?:published|appeared|updated|produced|republished)|
the post .{1,300} (?:appeared first|first appeared) on|copyright\\b|©|\\(c\\) \\d{4}|all rights reserved|
hosted (?:by|on) (?:acast|simplecast|ausha|buzzsprout|megaphone)\\b.{0,150}|learn more about your ad choices\\b.{0,120}|
(?:see|visit) [\\w.-]{3,40}/\\S{1,60} for (?:more|privacy|our) .{1,60}|to learn more about listener data .{0,120}|our (?:gdpr )?privacy policy .{0,120}|
support (?:us|me|the show|this (?:show|podcast)|our (?:show|podcast|work)|(?!for|of)[\\w' &]{1,60} on patreon)\\b.{0,200}|become a supporter of .{1,120}|
if you (?:like|liked|enjoy|enjoyed) (?:this|the|our) (?:episode|show|podcast|newsletter)\\b.{0,200}|thanks for (?:reading|listening)\\b.{0,200}|
this is a (?:public|free) (?:episode|preview)\\b.{0,200}|get full access to .{1,200}|(?:advertising|sponsorship) inquir(?:y|ies): .{1,120}|
abonnieren sie|melden sie sich .{0,60}newsletter|jetzt .{0,40}(?:abonnieren|newsletter|anmelden)|
suscríbe(?:te|se)|síguenos|inscreva-se|assine|siga-nos|abonnez-vous|inscrivez-vous|suivez-nous|iscriviti|seguici|
zapisz się .{0,60}newsletter|obserwuj nas
"""
# Headings behind which nothing of the article comes any more.
_TRAILERS = """
related(?: (?:articles?|stories|story|posts?|news|content|coverage|links?|reading|topics?|videos?|items))?|more (?:from|stories|news|on|like|in|articles|posts|to read)\\b.{0,50}|about the authors?|about (?:us|the writer)|
(?:leave|post) a (?:comment|reply)|(?:\\d+ )?(?:comments?|responses|replies|thoughts on .{0,150})|share this.{0,30}|newsletter.{0,40}|
you (?:may|might) (?:also )?(?:like|be interested).{0,20}|read (?:more|next|also).{0,40}|recommended(?: (?:for you|articles|stories|reading|posts))?|popular(?: (?:posts|articles|stories|now))?|most (?:read|popular).{0,30}|
latest (?:news|posts|stories|articles).{0,30}|recent (?:news|posts|stories|articles).{0,30}|trending.{0,20}|up next|what to read next|
see also|references|external links|further reading|footnotes|bibliography|sources|tags|categories|
mehr zum thema|kommentare?|über den autor.{0,40}|über die autor.{0,40}|weitere (?:artikel|beiträge|themen|nachrichten|meldungen).{0,40}|
das könnte (?:sie|dich|ihnen) auch .{0,30}|auch interessant.{0,20}|ähnliche (?:artikel|beiträge).{0,20}|einzelnachweise|weblinks|
artículos relacionados|noticias relacionadas|te puede interesar.{0,20}|comentarios?|sobre el autor|
articles (?:similaires|liés)|à lire aussi.{0,20}|commentaires?|sur le même sujet|articoli correlati|commenti|
leia também|veja também|artigos relacionados|lees ook|reacties|
zobacz (?:też|także|również).{0,20}|czytaj (?:też|także|również|więcej).{0,20}|komentarze|powiązane.{0,20}|関連記事|相关文章
"""

_LONGEST = 300  # of a paragraph that may be furniture


def _pattern(alternatives: str, before: str = "", after: str = "") -> re.Pattern[str]:
    """Compile alternatives that are written over several lines."""
    return re.compile(f"{before}(?:{alternatives.replace(chr(10), '')}){after}", re.IGNORECASE)


_LEAD = r"[\W_]{0,4}"  # arrows, bullets, brackets
_POINTER = _pattern(_POINTERS, _LEAD, r"\s*(?:[:：|»›>→]|[-–—]\s|here\b|$)")
_WHOLE = _pattern(f"{_ALONE}|{_POINTERS}", _LEAD, r"[\W_]*")
_CREDIT = _pattern(_CREDITS, _LEAD)
_CALL = _pattern(_CALLS, _LEAD)
_TRAILER = _pattern(_TRAILERS, _LEAD, r"[\W_]*")


# What Medium's feeds put under each article.
_ELSEWHERE = re.compile(r"\bwas originally published (?:in|on|at) .{1,80}(?:where people|\.\s*\Z)", re.IGNORECASE)


def is_furniture(paragraph: str) -> bool:
    """Tell whether a paragraph belongs to the page and not to its article."""
    if len(paragraph) > _LONGEST:
        return False
    if not any(char.isalnum() for char in paragraph):
        return True
    return bool(
        _POINTER.match(paragraph)
        or _WHOLE.fullmatch(paragraph)
        or _CALL.match(paragraph)
        or (len(paragraph) <= 160 and _CREDIT.match(paragraph))
        or _ELSEWHERE.search(paragraph)
    )


def is_trailer(heading: str) -> bool:
    """Tell whether a heading ends the article: related stories, comments, the author's life."""
    return len(heading) <= 120 and bool(_TRAILER.fullmatch(heading))
