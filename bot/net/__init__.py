"""The only HTTP client: SSRF guard, caps, timeouts, per-host manners, and failures named by remedy.

May import: model, errors, ports.
"""

from bot.net.client import Client, Got

__all__ = ["Client", "Got"]
