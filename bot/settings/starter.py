"""`init`: the commented starter files, copied to where the owner wants them.

May import: errors.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import bot
from bot.errors import UsageError

NAMES = ("starfish.toml", "feeds.toml", "rules.toml", "quotes.txt")
"""The files that the owner writes: all that there are."""


def starter_files() -> dict[str, str]:
    """The starter files by name: from the wheel, or from the `config` folder beside an editable install."""
    packed = files("bot") / "starter"
    source = packed if packed.is_dir() else Path(bot.__file__).resolve().parent.parent / "config"
    return {name: (source / name).read_text(encoding="utf-8") for name in NAMES}


def init(folder: Path) -> list[Path]:
    """Write the starter files into a folder, which is made where it is missing; give the paths written.

    :raises UsageError: one of them exists already (nothing is written then), or the folder can't be written to
    """
    contents = starter_files()
    taken = [folder / name for name in contents if (folder / name).exists() or (folder / name).is_symlink()]
    if taken:
        there = ", ".join(map(str, taken))
        raise UsageError(f"There is something already: {there}. Nothing was written; `starfish init` never overwrites.")
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in contents.items():
            with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
                written.append(folder / name)
                file.write(text)
    except OSError as error:
        for path in written:  # half of it would stand in the way of the next try
            path.unlink(missing_ok=True)
        raise UsageError(f"{folder} can't be written to: {error.strerror or error}.") from error
    return written
