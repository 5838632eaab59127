"""What is no page, by its address or its content type: sound, films, pictures, documents, archives.  Pure.

May import: the standard library only.
"""

from __future__ import annotations

import re

SOUND, FILM, PICTURE, PDF, ARCHIVE = "a sound file", "a video", "an image", "a PDF", "an archive"
"""The kinds of files, in words for people."""

_OF_KIND = {
    SOUND: "mp3 m4a m4b aac ogg oga opus flac wav wma aif aiff",
    FILM: "mp4 m4v mov webm mkv avi mpg mpeg ogv wmv 3gp",
    PICTURE: "jpg jpeg png gif webp avif bmp tif tiff heic",
    PDF: "pdf",
    ARCHIVE: "zip gz tgz bz2 xz 7z rar tar zst",
}
_ENDINGS = {ending: kind for kind, endings in _OF_KIND.items() for ending in endings.split()}
_ENDING = re.compile(r"[^/.][^/]*\.([a-z0-9]{2,4})/?\Z", re.ASCII | re.IGNORECASE)
# A wiki's "File:Reef.jpg" and what a forge shows of a repository are pages about a file.
_PAGE_ABOUT = re.compile(r"/(?:wiki|blob)/|/[^/:]+:[^/]*\Z")
_TYPES = {"audio": SOUND, "video": FILM, "image": PICTURE}
_DOCUMENTS = re.compile(
    r"application/(?:(?P<pdf>pdf)|zip|x-zip-compressed|x?-?gzip|x-tar|x-7z-compressed|x-rar-compressed|vnd\.rar|x-bzip2|x-xz|zstd)\Z"
)


def file_at(url: str) -> str:
    """What an address leads to, as its ending tells; "" if it may be a page."""
    _, _, place = url.partition("?")[0].partition("#")[0].partition("://")
    path = "".join(place.partition("/")[1:])
    ending = _ENDING.search(path[-200:])
    return "" if ending is None or _PAGE_ABOUT.search(path) else _ENDINGS.get(ending[1].lower(), "")


def file_of(content_type: str) -> str:
    """What a content type names, in the same words; "" if it is none of these files."""
    bare = content_type.partition(";")[0].strip().lower()
    if named := _DOCUMENTS.match(bare):
        return PDF if named["pdf"] else ARCHIVE
    return _TYPES.get(bare.partition("/")[0], "")
