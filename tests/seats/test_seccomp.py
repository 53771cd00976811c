"""The filter, interpreted by a plain machine here and asked of the kernel in tests/attacks."""

import errno
import re
import struct
from pathlib import Path

import pytest

from sandbox.seats import seccomp

ALLOW, KILL = "allow", "kill"
MACHINES = sorted(seccomp.ARCHITECTURES)


def verdict(machine: str, number: int, *arguments: int, audit: int | None = None) -> str | int:
    """Return "allow", "kill" or the errno of a call: the oracle, one instruction at a time."""
    arch = seccomp.ARCHITECTURES[machine].audit if audit is None else audit
    wide = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, arch, 0, *wide)
    steps = list(struct.iter_unpack("=HBBI", seccomp.program(machine)))
    at, held = 0, 0
    while True:
        operation, yes, no, value = steps[at]
        at += 1
        if operation == seccomp.LOAD:
            held = struct.unpack_from("<I", data, value)[0]
        elif operation == seccomp.RETURN:
            return {seccomp.ALLOW: ALLOW, seccomp.KILL_PROCESS: KILL}.get(value, value & 0xFFFF)
        else:
            test = {
                seccomp.JUMP_EQUAL: held == value,
                seccomp.JUMP_AT_LEAST: held >= value,
                seccomp.JUMP_ANY_BIT: bool(held & value),
            }[operation]
            at += yes if test else no


@pytest.mark.parametrize("machine", MACHINES)
def test_every_denied_call_is_refused_and_the_program_ends(machine):
    column = seccomp.ARCHITECTURES[machine].column
    for name, numbers in seccomp.DENIED.items():
        if numbers[column] is not None:
            assert verdict(machine, numbers[column]) == errno.EPERM, name


@pytest.mark.parametrize("machine", MACHINES)
def test_all_other_calls_up_to_the_ceiling_are_allowed(machine):
    arch = seccomp.ARCHITECTURES[machine]
    special = {arch.clone3, arch.clone, arch.ioctl, arch.socket, arch.socketpair, arch.personality}
    denied = {numbers[arch.column] for numbers in seccomp.DENIED.values()}
    for number in range(seccomp.NEWEST_CALL + 1):
        if number not in denied | special:
            assert verdict(machine, number) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("number", [463, 470, 1000, 0x40000000, 0x40000000 | 39, 0xFFFFFFFF])
def test_unknown_calls_do_not_exist(machine, number):
    assert verdict(machine, number) == errno.ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
def test_another_abi_is_killed(machine):
    for audit in (0x40000003, 0x40000028, 0, 0xC000003E ^ 1):
        assert verdict(machine, 0, audit=audit) == KILL


HIGH = 0xDEADBEEF << 32


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((1, 1, 0), ALLOW),
        ((2, 1, 6), ALLOW),
        ((10, 2, 17), ALLOW),
        ((16, 3, 0), ALLOW),
        ((16, 3, 12), errno.EAFNOSUPPORT),
        ((2, 1, 262), errno.EAFNOSUPPORT),
        ((2, 3, 1), errno.EAFNOSUPPORT),
        ((40, 1, 0), errno.EAFNOSUPPORT),
        ((17, 3, 0), errno.EAFNOSUPPORT),
        ((HIGH | 40, 1, 0), errno.EAFNOSUPPORT),
        ((HIGH | 2, 1, HIGH | 262), errno.EAFNOSUPPORT),
        ((0, 1, 0), errno.EAFNOSUPPORT),
    ],
)
def test_sockets(machine, arguments, expected):
    assert verdict(machine, seccomp.ARCHITECTURES[machine].socket, *arguments) == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_clone_ioctl_and_personality(machine):
    arch = seccomp.ARCHITECTURES[machine]
    assert verdict(machine, arch.clone, 17) == ALLOW
    assert verdict(machine, arch.clone, 0x3D0F00) == ALLOW  # a thread
    for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert verdict(machine, arch.clone, HIGH | flag | 17) == errno.EPERM
    assert verdict(machine, arch.clone3) == errno.ENOSYS
    for request in seccomp.DENIED_IOCTLS:
        assert verdict(machine, arch.ioctl, 0, HIGH | request) == errno.EPERM
    assert verdict(machine, arch.ioctl, 0, 0x5401) == ALLOW
    assert verdict(machine, arch.socketpair, 1) == ALLOW
    assert verdict(machine, arch.socketpair, 2) == errno.EAFNOSUPPORT
    assert verdict(machine, arch.personality, 0xFFFFFFFF) == ALLOW
    assert verdict(machine, arch.personality, 0x40000) == errno.EPERM


@pytest.mark.parametrize(
    ("header", "machine", "pattern"),
    [
        ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "x86_64", r"#define __NR_(\w+)\s+(\d+)"),
        ("/usr/include/asm-generic/unistd.h", "aarch64", r"#define __NR(?:3264)?_(\w+)\s+(\d+)\b"),
    ],
)
def test_numbers_agree_with_the_kernel_headers(header, machine, pattern):
    path = Path(header)
    if not path.exists():
        pytest.skip("no kernel headers here")
    known = {name: int(number) for name, number in re.findall(pattern, path.read_text())}
    arch = seccomp.ARCHITECTURES[machine]
    for name, numbers in seccomp.DENIED.items():
        if name in known:
            assert numbers[arch.column] == known[name], name
        elif numbers[arch.column] is not None:
            assert numbers[arch.column] > max(number for name, number in known.items() if name != "syscalls")
    for name in ("clone", "clone3", "ioctl", "socket", "socketpair", "personality"):
        assert getattr(arch, name) == known[name]


def test_a_machine_without_a_table_is_said_to_be_unsupported():
    assert not seccomp.supported("riscv64")
    with pytest.raises(KeyError):
        seccomp.program("riscv64")
