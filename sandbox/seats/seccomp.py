"""Which system calls a process inside a sandbox may make, as a classic BPF program.

Decides nothing about files or users: namespaces and mounts do that. The program is a
deny-list with a ceiling (calls newer than the list answer ENOSYS), a filter on socket
families and protocols, on namespace flags of clone, and on terminal, namespace and inode-flag
ioctls. Only the low 32 bits of those arguments are compared, as the kernel itself truncates
them. Calls of another ABI kill the process. Called by the launcher; needs no libseccomp.
"""

from __future__ import annotations

import errno
import struct
from dataclasses import dataclass

LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, FAIL, KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
NUMBER_AT, ARCHITECTURE_AT = 0, 4
NEWEST_CALL = 462
"""mseal (Linux 6.10): every call up to here was looked at; later ones do not exist for a sandbox."""
NEW_NAMESPACES = 0x7E020080
"""CLONE_NEW{TIME,NS,CGROUP,UTS,IPC,USER,PID,NET}; for clone, 0x80 lies in the exit-signal byte."""
CLONE_NAMESPACES = NEW_NAMESPACES & ~0xFF
AF_UNIX, AF_INET, AF_INET6, AF_NETLINK = 1, 2, 10, 16
PLAIN_FAMILIES = (AF_UNIX, AF_INET, AF_INET6)
PLAIN_PROTOCOLS = (0, 6, 17)  # default, TCP, UDP: neither MPTCP nor UDP-Lite nor ICMP
DENIED_IOCTLS = (
    0x5412,  # TIOCSTI: types into somebody's terminal
    0x541C,  # TIOCLINUX
    0x541D,  # TIOCCONS
    0x5423,  # TIOCSETD: loads line disciplines
    0xB701,  # NS_GET_USERNS
    0xB702,  # NS_GET_PARENT
    0xB703,  # NS_GET_NSTYPE
    0xB704,  # NS_GET_OWNER_UID
    0x8008B705,  # NS_GET_MNTNS_ID
    0x40086602,  # FS_IOC_SETFLAGS
    0x40046602,  # FS_IOC32_SETFLAGS
    0x401C5820,  # FS_IOC_FSSETXATTR
    0x40806685,  # FS_IOC_ENABLE_VERITY
    0xC0045877,  # FIFREEZE
)
DENIED = {
    # name: (x86_64, aarch64); None where the architecture has no such call
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "mount_setattr": (442, 442),
    "statmount": (457, 457),
    "listmount": (458, 458),
    "unshare": (272, 97),
    "setns": (308, 268),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "seccomp": (317, 277),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "create_module": (174, None),
    "get_kernel_syms": (177, None),
    "query_module": (178, None),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "syslog": (103, 116),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "nfsservctl": (180, 42),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "lookup_dcookie": (212, 18),
    "uselib": (134, None),
    "ustat": (136, None),
    "sysfs": (139, None),
    "_sysctl": (156, None),
    "getpmsg": (181, None),
    "putpmsg": (182, None),
    "afs_syscall": (183, None),
    "tuxcall": (184, None),
    "security": (185, None),
    "vserver": (236, None),
    "vhangup": (153, 58),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    "mbind": (237, 235),
    "set_mempolicy": (238, 237),
    "get_mempolicy": (239, 236),
    "set_mempolicy_home_node": (450, 450),
    "remap_file_pages": (216, 234),
    "mincore": (27, 232),
    "cachestat": (451, 451),
    "memfd_secret": (447, 447),
    "memfd_create": (319, 279),  # memory that only a cgroup would count
    "shmget": (29, 194),  # likewise
    "msgget": (68, 186),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "vmsplice": (278, 75),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "inotify_init": (253, None),  # one sandbox could watch another's reads of a shared data set
    "inotify_init1": (294, 26),
    "lsm_get_self_attr": (459, 459),
    "lsm_set_self_attr": (460, 460),
    "lsm_list_modules": (461, 461),
}


@dataclass(frozen=True, slots=True)
class Architecture:
    """One machine's audit number, its column in `DENIED` and the calls filtered by argument."""

    audit: int
    column: int
    clone: int
    clone3: int
    ioctl: int
    socket: int
    socketpair: int
    personality: int


ARCHITECTURES = {
    "x86_64": Architecture(0xC000003E, 0, 56, 435, 16, 41, 53, 135),
    "aarch64": Architecture(0xC00000B7, 1, 220, 435, 29, 198, 199, 92),
}


def supported(machine: str) -> bool:
    """Return whether a filter can be made for the machine (`os.uname().machine`)."""
    return machine in ARCHITECTURES


def program(machine: str) -> bytes:
    """Return the filter as an array of `struct sock_filter`, ready for `bwrap --seccomp`.

    Raises KeyError for a machine without a table; ask `supported` first.
    """
    arch = ARCHITECTURES[machine]
    code: list[bytes] = [_load(ARCHITECTURE_AT), _step(JUMP_EQUAL, arch.audit, yes=1), _end(KILL_PROCESS)]
    code += [_load(NUMBER_AT), _step(JUMP_AT_LEAST, NEWEST_CALL + 1, no=1), _fail(errno.ENOSYS)]
    for numbers in DENIED.values():
        number = numbers[arch.column]
        if number is not None:
            code += _when(number, [_fail(errno.EPERM)])
    code += _when(arch.clone3, [_fail(errno.ENOSYS)])  # its flags lie in memory: glibc falls back to clone
    code += _when(arch.clone, _clone_rules())
    code += _when(arch.ioctl, _ioctl_rules())
    code += _when(arch.socket, _socket_rules())
    code += _when(arch.socketpair, _pair_rules())
    code += _when(arch.personality, _personality_rules())
    return b"".join([*code, _end(ALLOW)])


def _clone_rules() -> list[bytes]:
    return [_argument(0), _step(JUMP_ANY_BIT, CLONE_NAMESPACES, no=1), _fail(errno.EPERM), _end(ALLOW)]


def _ioctl_rules() -> list[bytes]:
    rules = [_argument(1)]
    for request in DENIED_IOCTLS:
        rules += _when(request, [_fail(errno.EPERM)])
    return [*rules, _end(ALLOW)]


def _socket_rules() -> list[bytes]:
    refuse = _fail(errno.EAFNOSUPPORT)
    plain = [_argument(2), *_one_of(PLAIN_PROTOCOLS, [_end(ALLOW)]), refuse]
    route = [_argument(2), *_one_of((0,), [_end(ALLOW)]), refuse]
    rules = [_argument(0), *_when(AF_NETLINK, route)]
    for family in PLAIN_FAMILIES:
        rules += _when(family, plain)
    return [*rules, refuse]


def _pair_rules() -> list[bytes]:
    return [_argument(0), *_when(AF_UNIX, [_end(ALLOW)]), _fail(errno.EAFNOSUPPORT)]


def _personality_rules() -> list[bytes]:
    return [_argument(0), *_one_of((0, 0xFFFFFFFF), [_end(ALLOW)]), _fail(errno.EPERM)]


def _one_of(values: tuple[int, ...], body: list[bytes]) -> list[bytes]:
    return [step for value in values for step in _when(value, body)]


def _when(value: int, body: list[bytes]) -> list[bytes]:
    """Return `body` behind a test; every body ends in a return, so what follows is the else branch."""
    return [_step(JUMP_EQUAL, value, no=len(body)), *body]


def _argument(index: int) -> bytes:
    return _load(16 + 8 * index)  # both machines are little-endian: the low half comes first


def _load(offset: int) -> bytes:
    return _step(LOAD, offset)


def _fail(number: int) -> bytes:
    return _end(FAIL | number)


def _end(action: int) -> bytes:
    return _step(RETURN, action)


def _step(operation: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", operation, yes, no, value)
