"""The attacks that a hostile command tries from within a sandbox; run there as text, never imported.

Each attack answers whether it was stopped, and what it saw. The test hands in host facts
(ports, paths, call numbers) by one environment variable; nothing here reaches further than
the machine itself.
"""

import ctypes
import errno
import json
import mmap
import os
import platform
import resource
import signal
import socket
import subprocess
import sys

GIVEN = json.loads(os.environ["SEAT_ATTACK"])
LIBC = ctypes.CDLL(None, use_errno=True)
ATTACKS = {}


def attack(function):
    ATTACKS[function.__name__] = function
    return function


def call(number, *arguments):
    """Return the errno name of a raw system call, or OK."""
    ctypes.set_errno(0)
    wide = [ctypes.c_ulong(a & 0xFFFFFFFFFFFFFFFF) if isinstance(a, int) else a for a in arguments]
    result = LIBC.syscall(ctypes.c_long(number), *wide)
    return "OK" if result >= 0 else errno.errorcode.get(ctypes.get_errno(), "?")


def named(name, *arguments):
    number = GIVEN["calls"].get(name)
    return "ENOSYS" if number is None else call(number, *arguments)


def denied(*names_and_arguments):
    seen = [
        named(*entry) if isinstance(entry, tuple) else named(entry, 0, 0, 0, 0, 0)
        for entry in names_and_arguments
    ]
    return all(one in ("EPERM", "ENOSYS") for one in seen), seen


def opens(*arguments):
    """Return whether a socket of these arguments cannot be opened."""
    try:
        socket.socket(*arguments).close()
    except OSError as error:
        return True, str(error)
    return False, "opened"


def read(path):
    with open(path) as stream:
        return stream.read()


def touch(path, mode="w"):
    with open(path, mode) as stream:
        return stream.fileno()


def put(path, text):
    """Write at once, unbuffered, so that a refusal is seen."""
    handle = os.open(path, os.O_WRONLY)
    try:
        return os.write(handle, text.encode())
    finally:
        os.close(handle)


def cannot(action):
    try:
        result = action()
    except (OSError, ValueError) as error:
        return True, f"{type(error).__name__}: {error}"
    return False, repr(result)


def child(action):
    """Return the wait status of an action in a forked child."""
    pid = os.fork()
    if pid == 0:
        try:
            action()
        finally:
            os._exit(0)
    return os.waitpid(pid, 0)[1]


# network -----------------------------------------------------------------------------------------


@attack
def network_only_a_loopback_of_its_own():
    names = [name for _, name in socket.if_nameindex()]
    return names == ["lo"], names


@attack
def network_route_to_the_outside_v4():
    return cannot(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 9)))


@attack
def network_route_to_the_outside_v6():
    return cannot(lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).connect(("2001:db8::1", 9)))


@attack
def network_route_to_cloud_metadata():
    return cannot(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("169.254.169.254", 80)))


@attack
def network_host_port_on_loopback():
    return cannot(lambda: socket.create_connection(("127.0.0.1", GIVEN["port"]), timeout=2))


@attack
def network_host_abstract_socket():
    one = socket.socket(socket.AF_UNIX)
    return cannot(lambda: one.connect("\0" + GIVEN["abstract"]))


@attack
def network_host_socket_file():
    one = socket.socket(socket.AF_UNIX)
    return cannot(lambda: one.connect(GIVEN["socket_file"]))


@attack
def network_names_cannot_be_looked_up():
    return cannot(lambda: socket.getaddrinfo("city.invalid", 80))


@attack
def socket_raw_icmp():
    return opens(socket.AF_INET, socket.SOCK_RAW, 1)


@attack
def socket_ping():
    return opens(socket.AF_INET, socket.SOCK_DGRAM, 1)


@attack
def socket_packet():
    return opens(17, socket.SOCK_RAW, 0)


@attack
def socket_vsock():
    return opens(40, socket.SOCK_STREAM, 0)


@attack
def socket_vsock_behind_high_bits():
    number = GIVEN["socket_call"]
    seen = call(number, (1 << 32) | 40, socket.SOCK_STREAM, 0)
    return seen == "EAFNOSUPPORT", seen


@attack
def socket_alg():
    return opens(38, socket.SOCK_SEQPACKET, 0)


@attack
def socket_xdp():
    return opens(44, socket.SOCK_RAW, 0)


@attack
def socket_tipc_key_can_bluetooth_qipcrtr_smc_rds():
    seen = [
        opens(family, kind, 0)
        for family, kind in ((30, 1), (15, 3), (29, 3), (31, 3), (42, 2), (43, 1), (21, 5))
    ]
    return all(stopped for stopped, _ in seen), seen


@attack
def socket_netlink_other_than_route():
    seen = [opens(16, socket.SOCK_RAW, protocol) for protocol in (2, 4, 9, 12, 15, 16)]
    return all(stopped for stopped, _ in seen), seen


@attack
def socket_mptcp_and_udplite():
    seen = [opens(socket.AF_INET, 1, 262), opens(socket.AF_INET, 2, 136), opens(socket.AF_INET, 5, 132)]
    return all(stopped for stopped, _ in seen), seen


@attack
def socketpair_of_a_strange_family():
    return cannot(lambda: socket.socketpair(30, socket.SOCK_STREAM, 0))


# processes and privileges --------------------------------------------------------------------------


@attack
def unshare_user_namespace():
    return denied(("unshare", 0x10000000))


@attack
def unshare_behind_high_bits():
    return denied(("unshare", (1 << 32) | 0x10000000))


@attack
def clone_with_new_namespaces():
    seen = [
        call(GIVEN["clone_call"], flag | 17, 0, 0, 0, 0)
        for flag in (0x10000000, 0x40000000, 0x20000, 0x20000000)
    ]
    return all(one == "EPERM" for one in seen), seen


@attack
def clone3_is_not_there():
    seen = call(GIVEN["clone3_call"], 0, 0)
    return seen == "ENOSYS", seen


@attack
def enter_namespaces_of_pid_1():
    handles = [
        os.open(f"/proc/1/ns/{kind}", os.O_RDONLY)
        for kind in ("net", "mnt")
        if os.access(f"/proc/1/ns/{kind}", os.R_OK)
    ]
    seen = [named("setns", handle, 0) for handle in handles] + [named("setns", 0, 0)]
    return all(one == "EPERM" for one in seen), seen


@attack
def mount_and_unmount():
    return denied(
        ("mount", b"none", b"/tmp", b"tmpfs", 0, 0),
        ("umount2", b"/tmp", 2),
        ("mount", b"none", b"/", 0, 4096 | 32, 0),
    )


@attack
def mount_by_the_new_calls():
    return denied(
        ("fsopen", b"tmpfs", 0),
        ("open_tree", -100, b"/", 1),
        ("move_mount", 0, 0, 0, 0, 0),
        "mount_setattr",
        "fsconfig",
        "fspick",
        "statmount",
        "listmount",
    )


@attack
def change_root():
    return denied(("chroot", b"/tmp"), ("pivot_root", b"/tmp", b"/tmp"))


@attack
def capabilities_are_none():
    text = read("/proc/self/status")
    sets = [line.split()[1] for line in text.splitlines() if line.startswith("Cap")]
    flags = "NoNewPrivs:\t1" in text and "Seccomp:\t2" in text
    return flags and all(int(one, 16) == 0 for one in sets), sets


@attack
def become_root():
    seen = [
        cannot(lambda: os.setuid(0)),
        cannot(lambda: os.setgroups([0])),
        cannot(lambda: os.setresgid(0, 0, 0)),
    ]
    return os.getuid() != 0 and all(stopped for stopped, _ in seen), seen


@attack
def become_root_by_a_setuid_program():
    found = [path for path in ("/usr/bin/su", "/usr/bin/passwd", "/usr/bin/newgrp") if os.path.exists(path)]
    flags = [bool(os.statvfs(path).f_flag & os.ST_NOSUID) for path in found]
    return all(flags), found


@attack
def trace_pid_1():
    return denied(("ptrace", 0x4206, 1, 0, 0), ("ptrace", 16, 1, 0, 0))


@attack
def read_memory_of_pid_1():
    return denied(("process_vm_readv", 1, 0, 0, 0, 0, 0), ("process_vm_writev", 1, 0, 0, 0, 0, 0))


@attack
def steal_descriptors_of_pid_1():
    handle = os.pidfd_open(1)
    return denied(("pidfd_getfd", handle, 0, 0), ("kcmp", 1, 2, 0, 0, 0))


@attack
def see_other_processes():
    names = {pid: read(f"/proc/{pid}/comm").strip() for pid in os.listdir("/proc") if pid.isdigit()}
    return len(names) <= 3, names


@attack
def signal_processes_outside():
    pid = GIVEN["host_pid"]
    if os.path.exists(f"/proc/{pid}"):
        return os.getpid() > pid, "a process of this sandbox has the same number"
    return cannot(lambda: os.kill(pid, 0))


@attack
def kernel_keyring():
    return denied("add_key", "request_key", "keyctl")


@attack
def kernel_programs_and_counters():
    return denied("bpf", "perf_event_open", "userfaultfd", "seccomp")


@attack
def io_uring():
    return denied("io_uring_setup", "io_uring_enter", "io_uring_register")


@attack
def kernel_modules_and_kexec():
    return denied("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load")


@attack
def host_administration():
    return denied("reboot", "swapon", "swapoff", "syslog", "acct", "quotactl", "quotactl_fd", "vhangup")


@attack
def host_clock_and_name():
    return denied(
        "settimeofday", "clock_settime", "clock_adjtime", ("sethostname", b"x", 1), ("setdomainname", b"x", 1)
    )


@attack
def escape_by_inode_handles():
    return denied("open_by_handle_at", "name_to_handle_at")


@attack
def device_nodes_and_fifos():
    return cannot(lambda: os.mkfifo("/tmp/fifo"))[0] and cannot(
        lambda: os.mknod("/tmp/disk", 0o60600, os.makedev(8, 0))
    )[0], ""


@attack
def anonymous_memory_files():
    return denied(("memfd_create", b"x", 0), "memfd_secret", "shmget", "msgget")


@attack
def watch_shared_files():
    return denied("fanotify_init", "fanotify_mark", "inotify_init", "inotify_init1", "mincore", "cachestat")


@attack
def other_rare_calls():
    return denied(
        "process_madvise",
        "modify_ldt",
        "iopl",
        "ioperm",
        "move_pages",
        "migrate_pages",
        "mbind",
        "lsm_list_modules",
        "remap_file_pages",
        "vmsplice",
    )


@attack
def type_into_a_terminal():
    seen = [
        call(GIVEN["ioctl_call"], 0, request, ctypes.byref(ctypes.c_char(b"x")))
        for request in (0x5412, (1 << 32) | 0x5412)
    ]
    return all(one == "EPERM" for one in seen), seen


@attack
def line_discipline_and_namespace_ioctls():
    handle = os.open("/proc/self/ns/net", os.O_RDONLY)
    seen = [
        call(GIVEN["ioctl_call"], handle, request, 0)
        for request in (0x5423, 0x541C, 0xB701, 0xB702, 0xB703, 0xB704)
    ]
    return all(one == "EPERM" for one in seen), seen


@attack
def inode_flags():
    handle = os.open("/tmp/flags", os.O_CREAT | os.O_RDWR)
    seen = [
        call(GIVEN["ioctl_call"], handle, request, ctypes.byref(ctypes.c_int(0)))
        for request in (0x40086602, 0x401C5820)
    ]
    return all(one == "EPERM" for one in seen), seen


@attack
def turn_off_address_randomisation():
    seen = call(GIVEN["personality_call"], 0x0040000)
    return seen == "EPERM", seen


@attack
def calls_newer_than_the_list():
    seen = [call(number, 0, 0, 0) for number in (463, 464, 467, 470, 500, 1000)]
    return set(seen) == {"ENOSYS"}, seen


@attack
def x32_calls():
    if platform.machine() != "x86_64":
        return True, "not this machine"
    seen = call(0x40000000 | 39)
    return seen == "ENOSYS", seen


@attack
def calls_of_the_32_bit_abi():
    if platform.machine() != "x86_64":
        return True, "not this machine"
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20 (getpid); int 0x80; ret
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    status = child(ctypes.CFUNCTYPE(ctypes.c_int)(address))
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS, status


# files -----------------------------------------------------------------------------------------------


@attack
def write_to_a_dataset():
    path = GIVEN["dataset_file"]
    seen = [
        cannot(lambda: touch(path, "ab")),
        cannot(lambda: os.truncate(path, 0)),
        cannot(lambda: os.unlink(path)),
        cannot(lambda: os.chmod(path, 0o777)),
        cannot(lambda: os.rename(path, path + "x")),
        cannot(lambda: touch(os.path.dirname(path) + "/new", "wb")),
        cannot(lambda: os.utime(path)),
        cannot(lambda: os.setxattr(path, "user.x", b"1")),
    ]
    return all(stopped for stopped, _ in seen), seen


@attack
def hard_link_a_dataset_into_the_home():
    return cannot(lambda: os.link(GIVEN["dataset_file"], os.path.expanduser("~/linked")))


@attack
def datasets_of_others():
    return sorted(os.listdir("/data")) == GIVEN["granted"], os.listdir("/data")


@attack
def what_was_left_out_of_the_dataset():
    text = read("/data/granted-set/manifest.json")
    return "suppressed" not in text and "quarantine" not in text and "risk" not in text, text


@attack
def host_paths():
    seen = {path: os.path.exists(path) for path in GIVEN["host_paths"]}
    return not any(seen.values()), seen


@attack
def host_secrets_by_link():
    os.symlink(GIVEN["host_paths"][0], os.path.expanduser("~/link"))
    return cannot(lambda: read(os.path.expanduser("~/link")))


@attack
def climb_out_by_dots():
    return sorted(os.listdir("/../../..")) == sorted(os.listdir("/")) and cannot(
        lambda: touch("/data/../../../etc/shadow", "r")
    )[0], ""


@attack
def climb_out_by_proc():
    seen = [
        sorted(os.listdir(path)) for path in ("/proc/1/root/", "/proc/self/root/", "/proc/self/cwd/../../")
    ]
    return all(one == sorted(os.listdir("/")) for one in seen), seen


@attack
def state_is_read_only():
    seen = [cannot(lambda: touch("/state/submissions.json", "a")), cannot(lambda: touch("/state/x"))]
    return all(stopped for stopped, _ in seen), seen


@attack
def write_to_the_root():
    places = (
        "/",
        "/usr/bin",
        "/usr/lib",
        "/etc",
        "/dev",
        "/opt/seat",
        "/opt/seat/bin",
        "/opt/seat/lib",
        "/proc",
        "/data",
        "/home",
        "/root",
    )
    seen = {place: cannot(lambda place=place: touch(os.path.join(place, "x"))) for place in places}
    return all(stopped for stopped, _ in seen.values()), seen


@attack
def devices():
    allowed = {"null", "zero", "full", "random", "urandom", "fd", "stdin", "stdout", "stderr", "shm"}
    return set(os.listdir("/dev")) <= allowed, os.listdir("/dev")


@attack
def kernel_file_systems():
    seen = [
        path
        for path in ("/sys/kernel", "/sys/fs/cgroup", "/proc/sys/kernel", "/run", "/dev/mqueue")
        if os.path.exists(path)
    ]
    return not seen, seen


@attack
def write_kernel_settings():
    paths = (
        "/proc/sysrq-trigger",
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/kernel/hostname",
        "/proc/self/uid_map",
        "/proc/self/setgroups",
    )
    seen = [cannot(lambda path=path: put(path, "h")) for path in paths]
    return all(stopped for stopped, _ in seen), seen


@attack
def escape_the_out_of_memory_killer():
    return cannot(lambda: put("/proc/self/oom_score_adj", "-1000"))


@attack
def host_counters():
    hidden = (
        "vmstat",
        "diskstats",
        "interrupts",
        "kcore",
        "keys",
        "kallsyms",
        "kmsg",
        "locks",
        "zoneinfo",
        "softirqs",
        "timer_list",
        "slabinfo",
        "partitions",
    )
    seen = {name: cannot(lambda name=name: read(f"/proc/{name}")) for name in hidden}
    constant = read("/proc/loadavg") == "0.00 0.00 0.00 1/1 1\n" and not os.path.exists("/proc/pressure/cpu")
    return constant and all(stopped for stopped, _ in seen.values()), seen


@attack
def environment_holds_no_secret():
    text = json.dumps(dict(os.environ)) + read("/proc/1/environ") + read("/proc/1/cmdline")
    return GIVEN["secret"] not in text and not [
        name for name in os.environ if "TOKEN" in name or "KEY" in name
    ], sorted(os.environ)


@attack
def host_environment_of_the_launcher():
    return read("/proc/1/environ") == "", "environ of pid 1"


@attack
def descriptors_left_open():
    mine = {
        int(name): os.readlink(f"/proc/self/fd/{name}")
        for name in os.listdir("/proc/self/fd")
        if os.path.lexists(f"/proc/self/fd/{name}")
    }
    held = {
        number: target for number, target in mine.items() if number > 2 and not target.startswith("/proc/")
    }
    first = {int(name): os.readlink(f"/proc/1/fd/{name}") for name in os.listdir("/proc/1/fd")}
    strange = [
        target
        for target in first.values()
        if not target.startswith(("pipe:", "anon_inode:[eventfd]", "/dev/null"))
    ]
    own = [
        target
        for target in held.values()
        if "/tmp/flags" not in target
        and "ns/" not in target
        and not target.startswith(("net:", "mnt:", "anon_inode:[pidfd]", "pidfd:", "socket:", "pipe:"))
    ]
    return not strange and not own, [mine, first]


@attack
def standard_streams_are_pipes():
    seen = [os.readlink(f"/proc/self/fd/{number}") for number in (1, 2)]
    return all(one.startswith("pipe:") for one in seen), seen


@attack
def platform_code_is_not_importable():
    script = """
import os, sandbox, sandbox.kernel.message
for name in ("seats", "vault"):
    try:
        __import__(f"sandbox.{name}")
    except ImportError:
        print("no")
print(*os.listdir(sandbox.__path__[0]))
"""
    text = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout.split("\n")
    return text[:2] == ["no", "no"] and set(text[2].split()) <= {
        "__init__.py",
        "kernel",
        "__pycache__",
    }, text


# limits ----------------------------------------------------------------------------------------------


def fill(folder, most):
    written, block = 0, b"\0" * (1 << 20)
    try:
        with open(os.path.join(folder, "fill"), "wb") as stream:
            while written < most:
                written += stream.write(block)
                stream.flush()
    except OSError as error:
        return True, f"{written} {error}"
    finally:
        os.unlink(os.path.join(folder, "fill"))
    return False, written


@attack
def fill_tmp():
    return fill("/tmp", 64 << 20)


@attack
def fill_shared_memory():
    return fill("/dev/shm", 64 << 20)


@attack
def one_huge_file_in_the_home():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    return fill(os.path.expanduser("~"), 128 << 20)


@attack
def descriptors_without_end():
    held = []
    try:
        for _ in range(5000):
            held.append(os.open("/dev/null", os.O_RDONLY))
    except OSError as error:
        return True, str(error)
    finally:
        for handle in held:
            os.close(handle)
    return False, len(held)


@attack
def processes_without_end():
    pids, refused = [], None
    reader, writer = os.pipe()
    try:
        for _ in range(400):
            pid = os.fork()
            if pid == 0:
                os.close(writer)
                os.read(reader, 1)
                os._exit(0)
            pids.append(pid)
    except OSError as error:
        refused = str(error)
    os.close(writer)
    for pid in pids:
        os.waitpid(pid, 0)
    os.close(reader)
    return refused is not None and len(pids) <= GIVEN["processes"], [len(pids), refused]


@attack
def limits_cannot_be_raised():
    kinds = (
        resource.RLIMIT_NPROC,
        resource.RLIMIT_NOFILE,
        resource.RLIMIT_FSIZE,
        resource.RLIMIT_CORE,
        resource.RLIMIT_MEMLOCK,
    )
    seen = [cannot(lambda kind=kind: resource.setrlimit(kind, (1 << 30, 1 << 30))) for kind in kinds]
    return resource.getrlimit(resource.RLIMIT_CORE) == (1, 1) and all(stopped for stopped, _ in seen), seen


@attack
def message_queues():
    return denied("msgget")


@attack
def terminals():
    return cannot(os.openpty)


def main():
    results = {}
    for name, function in ATTACKS.items():
        try:
            stopped, detail = function()
            results[name] = [bool(stopped), str(detail)[:1500]]
        except Exception as error:  # noqa: BLE001  an attack that breaks is an attack that was not tried
            results[name] = [False, f"the attack itself failed: {type(error).__name__}: {error}"]
    sys.stdout.write("\n" + json.dumps(results))


if __name__ == "__main__":
    main()
