"""What a process that reads hostile bytes takes away from itself, before it reads the first.

Only the standard library is used: this runs before anything large is imported.

References
----------
getrlimit(2), user_namespaces(7), network_namespaces(7), seccomp(2), <linux/filter.h>,
<linux/audit.h>; numbers of system calls from <asm/unistd_64.h> and <asm-generic/unistd.h>.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import resource
import signal
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

_LOAD_WORD = 0x20
_JUMP_EQUAL = 0x15
_JUMP_AT_LEAST = 0x35
_RETURN = 0x06
_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_REFUSE = 0x00050000 | errno.EPERM
_CALL_AT = 0
_MACHINE_AT = 4
_FOREIGN_CALLS = 0x40000000

# Of each machine: its audit number, then socket, ptrace, process_vm_readv, process_vm_writev and
# io_uring_setup (which could open a socket too). A process that it starts inherits all of it.
_MACHINES = {
    "x86_64": (0xC000003E, (41, 101, 310, 311, 425)),
    "aarch64": (0xC00000B7, (198, 117, 270, 271, 425)),
}


@dataclass(frozen=True)
class Bounds:
    """How much a child may use.

    Parameters
    ----------
    wall_s
        Seconds until it is ended, whatever it does.
    cpu_s
        Seconds of computing.
    memory_bytes
        Address space.
    file_bytes
        Of each file it writes, its answer included.
    """

    wall_s: int
    cpu_s: int
    memory_bytes: int
    file_bytes: int


def confine(bounds: Bounds) -> tuple[str, ...]:
    """Take away from this process, for good, what reading a file does not need.

    Parameters
    ----------
    bounds
        What is left to it.

    Returns
    -------
    tuple of str
        What keeps it from the network: `namespace` where the machine gives it an empty one of its
        own, `calls` where the kernel refuses it sockets; empty on a machine that offers neither.
    """
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, bounds.memory_bytes)
    _limit(resource.RLIMIT_CPU, bounds.cpu_s)
    _limit(resource.RLIMIT_FSIZE, bounds.file_bytes)
    # The parent ends it earlier; this is for a parent that has itself been killed.
    signal.alarm(bounds.wall_s + 1)
    if not sys.platform.startswith("linux"):
        return ()
    libc = ctypes.CDLL(None, use_errno=True)
    held = {
        "namespace": libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0,
        "calls": _refuse_calls(libc),
    }
    return tuple(name for name, holds in held.items() if holds)


def _limit(kind: int, amount: int) -> None:
    """Lower a limit; one that is lower already stays, one that the system does not know is none."""
    hard = resource.getrlimit(kind)[1]
    lowered = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
    with suppress(OSError, ValueError):
        resource.setrlimit(kind, (lowered, lowered))


class _Program(ctypes.Structure):
    """A filter of system calls as the kernel takes it."""

    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def _refuse_calls(libc: ctypes.CDLL) -> bool:
    """Have the kernel refuse sockets and a look into other processes."""
    known = _MACHINES.get(platform.machine())
    if known is None:
        return False
    machine, calls = known
    steps = [
        (_LOAD_WORD, 0, 0, _MACHINE_AT),
        (_JUMP_EQUAL, 1, 0, machine),
        (_RETURN, 0, 0, _KILL),
        (_LOAD_WORD, 0, 0, _CALL_AT),
        (_JUMP_AT_LEAST, len(calls) + 1, 0, _FOREIGN_CALLS),
        *((_JUMP_EQUAL, len(calls) - n, 0, call) for n, call in enumerate(calls)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    packed = b"".join(struct.pack("=HBBI", *step) for step in steps)
    program = _Program(len(steps), packed)
    return bool(
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        and libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0
    )
