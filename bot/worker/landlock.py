"""No files but code for this process, enforced by the Linux kernel.  May import: the standard library only.

A parser that a document took over could read what lies beside the bot, as its secrets, its database and the environment
of its parent, and have it posted; or it could change the bot's own code.  Landlock (kernel:
Documentation/userspace-api/landlock.rst) leaves it nothing to write, only code to read, and nobody outside to send
signals to.  Linux has it since 5.13, the signals since 6.12; elsewhere this does nothing.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import sysconfig
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

# The same numbers on all processors.
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_ASK_VERSION = 1
_BENEATH = 1  # LANDLOCK_RULE_PATH_BENEATH
_PR_SET_NO_NEW_PRIVS = 38

_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_ALL = (1 << 13) - 1 & ~1  # writing, reading, listing, removing, making; not executing, which `seccomp` refuses
_TRUNCATE, _TRUNCATES_SINCE = 1 << 14, 3
_SIGNALS, _SCOPES_SINCE = 1 << 1, 6

SYSTEM = ("/usr", "/lib", "/lib64", "/nix/store", "/gnu/store", "/etc/ld.so.cache", "/etc/localtime")
"""Where systems keep code and time zones, and nobody their secrets."""


def version() -> int:
    """Which Landlock the kernel has; 0: none."""
    return max(0, _call(_CREATE, None, 0, _ASK_VERSION)) if sys.platform.startswith("linux") else 0


def lock_files(packages: Iterable[str]) -> bool:
    """Take all files from this process but the code of Python and of these packages; tell whether the kernel does it."""
    known = version()
    if not known:
        return False
    handled = _ALL | (_TRUNCATE if known >= _TRUNCATES_SINCE else 0)
    attributes = struct.pack("=QQQ", handled, 0, _SIGNALS)[: 24 if known >= _SCOPES_SINCE else 8]
    rules = _call(_CREATE, attributes, len(attributes), 0)
    if rules < 0:
        return False
    try:
        for path in code(packages):
            _allow(rules, path, _READ_FILE | _READ_DIR)
        for entry in sys.path:
            _allow(rules, Path(entry), _READ_DIR)  # what is looked for there must be found
        return not _prctl(_PR_SET_NO_NEW_PRIVS, 1) and not _call(_RESTRICT, rules, 0)
    finally:
        os.close(rules)


def code(packages: Iterable[str]) -> set[Path]:
    """Where the code of Python and its libraries stands, and within other folders that of these packages alone.

    A bot that is started in a checkout, or in its own folder, has its secrets in a folder of `sys.path`.
    """
    names = tuple(packages)
    found = {Path(path) for path in SYSTEM}
    found |= {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    found |= {Path(prefix, "lib") for prefix in (sys.prefix, sys.base_prefix)}
    for entry in map(Path, sys.path):
        if entry.name in ("site-packages", "dist-packages") or entry.suffix == ".whl":  # the last: as pex unpacks them
            found.add(entry)
        else:
            found |= {entry / f"{name}{suffix}" for name in names for suffix in ("", ".py")}
    return found


def _allow(rules: int, path: Path, access: int) -> None:
    """Allow this below a folder, or of a file; what isn't there needs no rule."""
    with suppress(OSError):
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not path.is_dir():
                access &= _READ_FILE
            _call(_ADD, rules, _BENEATH, struct.pack("=Qi", access, opened), 0)
        finally:
            os.close(opened)


def _call(number: int, *arguments: int | bytes | None) -> int:
    """Make a system call; below 0: it failed, or can't be made."""
    try:
        words = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
        return int(ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *words))
    except (OSError, AttributeError):
        return -1


def _prctl(option: int, value: int) -> int:
    try:
        return int(ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0))
    except (OSError, AttributeError):
        return -1
