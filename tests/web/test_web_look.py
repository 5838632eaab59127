"""The stylesheet's own promises: colours that can be read, and nothing fetched from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bot.web

FOLDER = Path(bot.web.__file__).parent
CSS = (FOLDER / "static" / "app.css").read_text()
TEXT = 4.5  # WCAG 2.2, 1.4.3, level AA
EDGE = 3.0  # 1.4.11: borders of controls


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        *((front, back, TEXT) for front in ("ink", "soft") for back in ("ground", "surface", "sunken", "accent-wash")),
        *(("accent", back, TEXT) for back in ("ground", "surface", "accent-wash")),
        *((state, f"{state}-wash", TEXT) for state in ("good", "warn", "bad")),
        ("accent-ink", "accent", TEXT),
        ("edge", "surface", EDGE),
    ],
)
def test_colours_can_be_told_apart(scheme: int, front: str, back: str, least: float) -> None:
    """Every pair of text and ground that the page uses reaches AA, in light and in dark."""
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", CSS.split(":root {")[scheme + 1].split("}")[0]))
    assert contrast(colours[front], colours[back]) >= least


def test_initials_can_be_read() -> None:
    """The eight colours of people's initials reach AA too."""
    hues = re.findall(r"\.hue-\d \{ background: (#[0-9a-f]{6}); color: (#[0-9a-f]{6})", CSS)
    assert len(hues) == 8
    assert min(contrast(*hue) for hue in hues) >= TEXT


@pytest.mark.parametrize(
    "path", sorted(p for p in FOLDER.rglob("*") if p.suffix in (".css", ".js", ".svg", ".html")), ids=lambda p: p.name
)
def test_nothing_comes_from_elsewhere(path: Path) -> None:
    """No file names another server, and no template switches escaping off or carries inline script or style."""
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"(src|href|action|url|import)\s*[=(]?\s*[\"']?(https?:)?//", text)
    if path.suffix == ".html":
        assert "|safe" not in text.replace(" ", "")
        assert not re.search(r"\son[a-z]+=|\sstyle=|<style|<script(?![^>]*src=)", text)
    if path.suffix == ".js":
        assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|eval\(", text)


@pytest.mark.parametrize("name", ["rules", "feeds"])
def test_a_table_can_be_read_on_a_telephone(name: str) -> None:
    """Where it becomes a list, each cell says which column it is of, with the heading's own words, or speaks for itself."""
    text = (FOLDER / "templates" / f"{name}.html").read_text()
    headings = re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', text)
    labels = re.findall(r'<td[^>]* data-label="([^"]+)"', text)
    assert set(labels) == {*headings} - {headings[0], "State"}
    assert "td[data-label]::before" in CSS.split("max-width: 52rem")[1]


def test_what_is_expected_is_never_told_as_over() -> None:
    """The page's script says of a time to come "any moment", as the server does: templates mark it, the script knows it."""
    script = (FOLDER / "static" / "app.js").read_text()
    for path in (FOLDER / "templates").glob("*.html"):
        for tag, told in re.findall(r"<time([^>]*)>\{\{ (ago|ahead)\(", path.read_text()):
            marks = re.search(r'class="([^"]*)"', tag)
            ahead = bool(marks and {"soon", "ahead"} & set(marks[1].split()))
            assert ahead == (told == "ahead"), (path.name, tag)
    assert "matches('.soon, .ahead')" in script


def test_no_letter_is_changed_by_the_stylesheet() -> None:
    """What is said is shown as it is: names of settings and replies' {words} are not capitalised on the way."""
    assert "text-transform" not in CSS
