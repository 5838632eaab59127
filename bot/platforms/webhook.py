"""Any address that takes posts as JSON: a chat's incoming webhook, an automation, the owner's own program.

May import: model, errors, ports, net, core.
Nothing can be asked there, so what may or may not have arrived is held for the owner (or as the account's `unknown`
says), unless the receiver honours `Idempotency-Key` and the owner says for how long.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from bot.core.clean import WORD_JOINER
from bot.core.limits import LIMITS as PUBLISHED
from bot.core.outgoing import room_for
from bot.errors import Unsure
from bot.model import Account, Post, Receipt, Secret
from bot.net.options import Span
from bot.net.outcome import outcome
from bot.net.replies import identifier, json_object
from bot.ports import Platform, Tools

LIMITS = PUBLISHED["webhook"]
"""No receiver tells its limits; 2,000 is what Discord's webhooks take, and others take more."""

NAMES = ("text", "url", "title", "account", "key", "created_at")
"""What is told of a post: the keys of the body, or placeholders in the owner's own."""

_PLACE = re.compile(r"\{([^{}\s]{0,40})\}")
_URL: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "pattern": "^https?://"},
        *({"type": "object", "properties": {key: {"type": "string"}}, "required": [key]} for key in ("env", "file")),
    ]
}
_SUMMONS = re.compile("<(?=[!@#])")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def _address(value: object) -> object:
    """An address that posts can be sent to; it may be a secret, as its very path often is the password."""
    try:
        parts = urlsplit(value.reveal() if isinstance(value, Secret) else str(value))
        good = (
            parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
        )
    except ValueError:
        good = False
    if not good and value != Secret(""):  # the empty one stands for a reference that is told missing already
        raise ValueError("must be an address that begins with https:// and has no name or password in it")
    return value if isinstance(value, Secret) else Secret(str(value))


def _headers(value: object) -> object:
    for name in value if isinstance(value, Mapping) else ():
        if not _HEADER.fullmatch(str(name)):
            raise ValueError("must have names of headers as keys")
    return value


def _template(value: object) -> object:
    """The owner's own body: text in it may have placeholders, anything else is sent as it is."""
    for text in _texts(value):
        for name in _PLACE.findall(text):
            if name not in NAMES:
                raise ValueError(
                    f"has no {{{name}}} to fill in; there are {', '.join(f'{{{name}}}' for name in NAMES)}"
                )
    return value


class Options(BaseModel):
    """The keys of such an account, besides those that every account has."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    url: Annotated[Secret, BeforeValidator(_address), WithJsonSchema(_URL)] = Field(
        description="Where posts are sent; by reference where it is secret."
    )
    headers: Annotated[dict[str, Secret], BeforeValidator(_headers)] = Field(
        default={}, description="Further headers, by secret reference."
    )
    body: Annotated[dict[str, Any], BeforeValidator(_template)] = Field(
        default={name: f"{{{name}}}" for name in NAMES}, description="What is sent, with {text}, {url} … filled in."
    )
    length: int = Field(default=LIMITS.max_length, ge=50, le=100_000, description="Characters of the longest post.")
    idempotent: Span | None = Field(
        default=None, description="How long the receiver takes the same Idempotency-Key for the same post; unset: not."
    )

    @property
    def server(self) -> str:
        """The address that the owner wrote, which may be private."""
        return self.url.reveal()


class Webhook:
    """One address."""

    def __init__(self, account: Account, options: Options, tools: Tools) -> None:
        self.name = account.name
        self.limits = replace(LIMITS, max_length=options.length, idempotent_for=options.idempotent)
        self._options, self._http = options, tools.http

    async def publish(self, post: Post) -> Receipt:
        """Send once; any 2xx is a yes.  Raises as `ports.Publisher` says."""
        room_for(post, self.limits)
        values = {
            # <!channel> calls everybody where Slack listens; as foreign words it must not.
            "text": _SUMMONS.sub(f"<{WORD_JOINER}", post.text),
            "url": post.link,
            "title": _SUMMONS.sub(f"<{WORD_JOINER}", post.title),
            "account": self.name,
            "key": post.key,
            "created_at": post.created_at.astimezone(UTC).isoformat() if post.created_at else None,
        }
        headers = {name: value.reveal() for name, value in self._options.headers.items()}
        if post.key:
            headers["Idempotency-Key"] = post.key
        body = _filled(self._options.body, values)
        reply = await self._http.send("POST", self._options.url.reveal(), json=body, headers=headers)
        outcome(reply)
        remote = ""
        with suppress(Unsure):  # it need not answer with anything
            remote = identifier(json_object(reply).get("id"))
        return Receipt(remote_id=remote or post.key, note="answered")

    async def find(self, post: Post) -> Receipt | None:
        """Always refuses: there is nobody to ask.

        :raises Unsure: always
        """
        raise Unsure(f"whether post {post.id} arrived, an address that only takes posts can't say")


def _filled(template: Any, values: Mapping[str, str | None]) -> Any:  # noqa: ANN401 -- any JSON value
    """Put values into a template in one pass; a text that is one placeholder alone may become null."""
    if isinstance(template, dict):
        return {key: _filled(item, values) for key, item in template.items()}
    if isinstance(template, list):
        return [_filled(item, values) for item in template]
    if not isinstance(template, str):
        return template
    if (alone := _PLACE.fullmatch(template)) is not None:
        return values[alone[1]]
    return _PLACE.sub(lambda place: values[place[1]] or "", template)


def _texts(template: object) -> list[str]:
    inner = template.values() if isinstance(template, dict) else template if isinstance(template, list) else ()
    return [template] if isinstance(template, str) else [text for item in inner for text in _texts(item)]


platform = Platform("webhook", Options, Webhook, LIMITS)
