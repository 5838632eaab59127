from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from bot.net.options import Server, Span

SERVER: TypeAdapter[str] = TypeAdapter(Server)
SPAN: TypeAdapter[timedelta] = TypeAdapter(Span)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://social.example", "https://social.example"),
        ("https://social.example/", "https://social.example"),
        (" http://127.0.0.1:8080/ ", "http://127.0.0.1:8080"),
        ("https://[::1]:8080", "https://[::1]:8080"),
        ("https://bücher.example", "https://bücher.example"),
    ],
)
def test_a_server_is_an_address_without_a_path(written: str, read: str) -> None:
    """It is what paths are put behind, so no slash is left at its end."""
    assert SERVER.validate_python(written) == read


@pytest.mark.parametrize(
    "written",
    ["", "social.example", "//social.example", "ftp://x.example", "https://", "https://a:b@x.example", "https://x.example/a",
     "https://x.example:x", "https://[", 7, None],
)  # fmt: skip
def test_anything_else_is_a_mistake(written: object) -> None:
    """With an example of what is wanted."""
    with pytest.raises(ValidationError, match=r"https://example\.social"):
        SERVER.validate_python(written)


@pytest.mark.parametrize(
    ("written", "seconds"), [("30s", 30), ("5m", 300), ("24h", 86400), ("7d", 604800), (timedelta(seconds=2), 2)]
)
def test_a_span_is_a_number_and_a_unit(written: object, seconds: int) -> None:
    """As everywhere in the owner's files."""
    assert SPAN.validate_python(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize("written", ["", "0s", "30", "5 m", "-5m", "1.5h", "9999999s", "5w", "٣s"])
def test_no_span_is_a_mistake(written: str) -> None:
    """With an example of what is wanted."""
    with pytest.raises(ValidationError, match="must be a span"):
        SPAN.validate_python(written)
