"""Being let in with a token: one without an end, as Mastodon's own are, or one that is renewed, as Pleroma's are.

May import: model, net.grants, ports, options.
"""

from __future__ import annotations

import json

from bot.model import Account, Secret
from bot.net.grants import App, Fixed, Office, Renewed, Session, digest, unpacked
from bot.net.replies import object_of, words
from bot.platforms.mastodon.options import Options
from bot.ports import Http, Tools, Vault

SESSION, APP = "session", "app"
"""Under these names the vault keeps what a server handed out, and the program that was registered there."""


def office(http: Http, address: str, app: App) -> Office:
    """Where such a server hands out tokens; several read a program's secret in the form alone."""
    return Office(
        http=http,
        url=f"{address}/oauth/token",
        app=app,
        lost="the server does not renew our token: it was used or has expired",
        in_form=True,
    )


def kept(session: Session, app: App | None) -> dict[str, Secret]:
    """What the vault keeps of a walk that yielded a token with an end."""
    if app is None or app.client_secret is None:
        return {SESSION: session.packed()}
    told = {"client_id": app.client_id, "client_secret": app.client_secret.reveal()}
    return {SESSION: session.packed(), APP: Secret(json.dumps(told))}


def session_of(account: str, token: Secret, vault: Vault) -> Session | None:
    """What a server handed out together with the token that the owner gave; None where that has no end."""
    session = unpacked(vault.get(account, SESSION))
    return session if session is not None and session.root == digest(token) else None


def login_of(account: Account, options: Options, tools: Tools) -> Fixed | Renewed:
    """What lets the account's requests in."""
    session = session_of(account.name, options.token, tools.vault)
    app = _app(tools.vault.get(account.name, APP))
    if session is None or session.refresh is None or app is None:
        return Fixed(options.token)
    where = office(tools.http, options.server, app)
    return Renewed(account.name, where, tools.vault, tools.now, root=digest(options.token))


def _app(secret: Secret | None) -> App | None:
    said = object_of(secret.reveal()) if secret else {}
    name = words(said.get("client_id"))
    return App(client_id=name, client_secret=Secret(words(said.get("client_secret")))) if name else None
