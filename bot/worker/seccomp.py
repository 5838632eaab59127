"""No network and no programs for this process, enforced by the Linux kernel.  May import: the standard library only.

The audit hook of `sandbox` stops Python code; this stops the C code of a parser that a document took over.  A filter of
some twenty instructions answers EPERM to the system calls that open sockets, start programs or look into other
processes (kernel: Documentation/userspace-api/seccomp_filter.rst).  Elsewhere, and on other processors, it does nothing.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_MODE_FILTER = 2

_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EPERM

_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # opcodes of classic BPF
_CALL_NUMBER, _ARCHITECTURE = 0, 4  # offsets in what the filter is shown

# socket, connect, bind, listen, sendto, sendmsg, execve, execveat, ptrace, process_vm_readv, process_vm_writev,
# open_by_handle_at, io_uring_setup, which could open sockets without any of them, and clone3, clone, fork and vfork, for
# root has no RLIMIT_NPROC.  The numbers are the kernel's ABI.
_CALLS: dict[str, tuple[int, tuple[int, ...]]] = {
    "x86_64": (0xC000003E, (41, 42, 49, 50, 44, 46, 59, 322, 101, 310, 311, 304, 425, 435, 56, 57, 58)),
    "aarch64": (0xC00000B7, (198, 203, 200, 201, 206, 211, 221, 281, 117, 270, 271, 265, 425, 435, 220)),
}
_X32 = 0x40000000  # the other ABI of x86-64: the same calls under other numbers


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def program(architecture: int, calls: tuple[int, ...]) -> bytes:
    """The filter, compiled: refuse these calls, and every call of another architecture than this one."""
    refuse = len(calls) + 1  # instructions from the first comparison of a number to the last but one
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 0, refuse + 2, architecture),
        (_LOAD, 0, 0, _CALL_NUMBER),
        (_IF_AT_LEAST, refuse, 0, _X32),
        *((_IF_EQUAL, refuse - 1 - place, 0, call) for place, call in enumerate(calls)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def lock() -> bool:
    """Take network and programs from this process and all that it might become; tell whether the kernel does it."""
    known = _CALLS.get(platform.machine()) if sys.platform.startswith("linux") else None
    if known is None or sys.maxsize < 1 << 32:
        return False
    code = program(*known)
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
            return False
        wanted = _Program(len(code) // 8, code)
        return bool(libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(wanted), 0, 0) == 0)
    except (OSError, AttributeError):
        return False
