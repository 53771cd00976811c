"""Run: python -m bench egress, or python -m bench.egress [tuning] [held-out] [clean] [--here] [--digest].

`--here` judges in this process, without the isolation: for tuning only. `--digest` prints the digests of
the corpora and judges nothing; a run checks them against those that were committed before the first one.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.egress.clean import clean
from bench.egress.corpus import HELD_OUT, TUNING, digest, leaks
from bench.egress.score import score, tell_clean, tell_leaks, tell_time

DIGESTS = Path(__file__).with_name("DIGESTS")


def committed() -> dict[str, str]:
    """Return the digests that were committed, by half."""
    lines = DIGESTS.read_text().splitlines()
    return {half: value for value, half in (line.split() for line in lines if line and line[0] != "#")}


def main() -> int:
    """Score what is asked for, or all."""
    isolated = "--here" not in sys.argv
    wanted = [one for one in sys.argv[1:] if not one.startswith("--")] or [TUNING, HELD_OUT, "clean"]
    if "--digest" in sys.argv:
        for half in (TUNING, HELD_OUT):
            print(digest(half), half)
        return 0
    for half in (TUNING, HELD_OUT):
        if half in wanted:
            print(
                f"digest {digest(half)}: {'as committed' if digest(half) == committed()[half] else 'CHANGED'}"
            )
            scored = score(leaks(half), isolated=isolated)
            tell_leaks(half, scored)
            tell_time(scored)
    if "clean" in wanted:
        scored = score(clean(), isolated=isolated)
        tell_clean(scored)
        tell_time(scored)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
