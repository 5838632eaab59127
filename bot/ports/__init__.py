"""The doors between the stories and the world: Protocols that document behaviour.

May import: model, errors, and the standard library; so may the four modules behind this one, which it speaks for.
"""

from bot.ports.accounts import Deleter, Doctor, Identified, Listener, Preparing, Publisher
from bot.ports.http import Http, Reply, Socket
from bot.ports.platform import Asker, Clock, Costs, Enrol, Enrolled, Identity, Platform, Tools, Vault
from bot.ports.stories import Bells, FeedReader, OwnerDesk, PageReader, Rewriter

__all__ = [
    "Asker",
    "Bells",
    "Clock",
    "Costs",
    "Deleter",
    "Doctor",
    "Enrol",
    "Enrolled",
    "FeedReader",
    "Http",
    "Identified",
    "Identity",
    "Listener",
    "OwnerDesk",
    "PageReader",
    "Platform",
    "Preparing",
    "Publisher",
    "Reply",
    "Rewriter",
    "Socket",
    "Tools",
    "Vault",
]
