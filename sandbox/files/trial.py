"""A workbook's parser tried in a process of its own, held to memory and time, before it is asked in ours.

The parser believes the lengths that a file declares and ends its whole process when there is no memory for
them. What looks over a package (`package`) sees that in advance; the records of an xls, and a directory that
two readers may read in two ways, nobody looks over: for these the parser is tried first, and what ends badly
is a damaged file. Bytes in, yes or no out. Called by `excel`; run as `python -m sandbox.files.trial`.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys

MEMORY = 3 << 30
"""Bytes of addresses: an xls of a million filled cells takes a tenth of them."""
SECONDS = 30


def survives(data: bytes) -> bool:
    """Return whether the parser comes to an end with this workbook, well or with an error of its own.

    A process that is itself held to memory is its own trial: it may end, and whoever held it goes on.
    """
    if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
        return True
    held = os.memfd_create("workbook")
    try:
        with open(held, "wb", closefd=False) as copy:
            copy.write(data)
        done = subprocess.run(
            [sys.executable, "-s", "-m", __spec__.name, str(held)],
            pass_fds=(held,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(sys.path), "RUST_BACKTRACE": "0"},
            timeout=2 * SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    finally:
        os.close(held)
    return done.returncode == 0


def main() -> None:
    """Ask the parser for every sheet of the workbook in the descriptor named first."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    import python_calamine

    with open(f"/proc/self/fd/{int(sys.argv[1])}", "rb") as source:  # noqa: PTH123 - it has no path
        try:
            book = python_calamine.CalamineWorkbook.from_filelike(source)
            for title in book.sheet_names:
                book.get_sheet_by_name(title)
        except python_calamine.CalamineError:
            return


if __name__ == "__main__":
    main()
