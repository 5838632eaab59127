"""Files: what an address or a content type names that is no page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.files import ARCHIVE, FILM, PDF, PICTURE, SOUND, file_at, file_of


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://cast.example/12.mp3", SOUND),
        ("https://track.example/e/cdn.example/Tides.M4A?updated=17#t=30", SOUND),
        ("https://cast.example/film.mp4", FILM),
        ("https://reef.example/a/reef.jpeg", PICTURE),
        ("https://reef.example/report.v2.pdf", PDF),
        ("https://reef.example/all.tar.gz", ARCHIVE),
        ("https://reef.example/", ""),
        ("https://reef.zip", ""),
        ("https://reef.mov/", ""),
        ("https://reef.example/mp3", ""),
        ("https://reef.example/.mp3", ""),
        ("https://reef.example/a.mp3/notes", ""),
        ("https://reef.example/play?file=a.mp3", ""),
        ("https://reef.example/tides.html", ""),
        ("https://commons.example/wiki/File:Reef.jpg", ""),
        ("https://wiki.example/w/Datei:Reef.jpg", ""),
        ("https://forge.example/ann/reef/blob/main/report.pdf", ""),
        ("", ""),
    ],
)
def test_an_address_tells_by_its_ending(url: str, named: str) -> None:
    """Of its path's last part only, whatever follows; pages about a file are pages."""
    assert file_at(url) == named


@pytest.mark.parametrize(
    ("content_type", "named"),
    [
        ("audio/mpeg", SOUND),
        ("Video/MP4; codecs=avc1", FILM),
        ("image/svg+xml", PICTURE),
        (" application/pdf ", PDF),
        ("application/zip", ARCHIVE),
        ("application/octet-stream", ""),
        ("text/html; charset=utf-8", ""),
        ("", ""),
    ],
)
def test_a_content_type_tells(content_type: str, named: str) -> None:
    """Whatever its case and parameters."""
    assert file_of(content_type) == named


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    """Feeds hold anything where an address should be; what is named is of a known kind."""
    for named in (file_at(text), file_at(f"https://h/{text}"), file_of(text)):
        assert named in {"", SOUND, FILM, PICTURE, PDF, ARCHIVE}
