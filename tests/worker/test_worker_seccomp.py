"""The kernel's lock, instruction by instruction."""

from __future__ import annotations

import struct

import pytest

from bot.worker.seccomp import _ALLOW, _CALLS, _REFUSE, program


def judge(code: bytes, architecture: int, call: int) -> int:
    """Run a filter as the kernel does, and give its verdict."""
    lines = [struct.unpack("=HBBI", code[at : at + 8]) for at in range(0, len(code), 8)]
    place = accumulator = 0
    while True:
        opcode, if_true, if_false, operand = lines[place]
        place += 1
        match opcode:
            case 0x20:
                accumulator = {0: call, 4: architecture}[operand]
            case 0x15:
                place += if_true if accumulator == operand else if_false
            case 0x35:
                place += if_true if accumulator >= operand else if_false
            case 0x06:
                return int(operand)


@pytest.mark.parametrize("machine", _CALLS)
def test_the_filter_refuses_what_it_names_and_nothing_else(machine: str) -> None:
    """Every call of the list is refused, every other is allowed, those of foreign architectures are refused."""
    architecture, calls = _CALLS[machine]
    code = program(architecture, calls)
    assert {call for call in range(1_000) if judge(code, architecture, call) == _REFUSE} == set(calls)
    assert judge(code, architecture, 0) == _ALLOW
    assert judge(code, architecture, 0x40000000 + 1) == _REFUSE
    assert judge(code, architecture + 1, 0) == _REFUSE
