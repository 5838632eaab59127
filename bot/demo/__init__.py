"""The whole bot offline, on articles of our own.  May import: all but cli."""

from bot.demo.show import show

__all__ = ["show"]
