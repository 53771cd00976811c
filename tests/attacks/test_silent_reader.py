"""The engine that reads pictures keeps to itself: it came with a store of events to be sent to its maker.

It wrote an identity of the machine and a database of what it was used for into the home of whoever ran it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

READ = """
import json, os, sys
import numpy as np
from PIL import Image, ImageDraw
from sandbox.egress import optical
picture = Image.new("L", (300, 60), 255)
ImageDraw.Draw(picture).text((10, 10), "HELLO 12345", fill=0)
words = [one.text for one in optical._read(np.asarray(picture))]
held = []
for number in os.listdir("/proc/self/fd"):
    try:
        held.append(os.readlink(f"/proc/self/fd/{number}"))
    except OSError:
        pass
with open("/proc/self/maps") as maps:
    mapped = sorted({line.split(maxsplit=5)[5].strip() for line in maps if line.count(" /")})
print(json.dumps([words, held, mapped]))
"""
SYSTEM = ("/usr/", "/lib/", "/lib64/", "/dev/", "/proc/", "/memfd:", "/etc/ld.so.cache")


def test_reading_a_picture_leaves_and_opens_nothing_that_is_not_ours(tmp_path: Path) -> None:
    (home := tmp_path / "home").mkdir()
    (scratch := tmp_path / "scratch").mkdir()
    homes = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "TMPDIR": str(scratch)}
    done = subprocess.run(
        [sys.executable, "-c", READ],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), **homes},
        cwd=scratch,
        capture_output=True,
        check=True,
    )
    words, held, mapped = json.loads(done.stdout.splitlines()[-1])
    assert "12345" in " ".join(words)  # it did read
    assert [path for folder in (home, scratch) for path in folder.rglob("*")] == []
    places = (sys.prefix, sys.base_prefix, sysconfig.get_path("purelib"))
    ours = (*places, *map(os.path.realpath, places), *SYSTEM)  # an environment may lie behind a link
    assert [one for one in mapped if not one.startswith(ours)] == []
    files = [one for one in held if one.startswith("/") and not one.startswith(ours)]
    assert files == []
    assert [one for one in held if one.startswith("socket:")] == []
