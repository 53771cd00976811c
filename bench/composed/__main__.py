"""Write one half of the examination, or a practice set: the files of its techniques, and the manifest."""

from __future__ import annotations

import argparse
import collections
import hashlib
import json
import random
import shutil
from pathlib import Path

from bench.composed.cells import CELLS
from bench.composed.coarse import single_share
from bench.composed.draw import HALVES, drawn, halves, practice
from bench.composed.stages import Plan
from bench.sixth.__main__ import load
from bench.sixth.core import Row, chosen

SHARE, TRIES = 0.9, 20


def records(plan: Plan, seed: int, source: list[Row], rng: random.Random) -> list[Row]:
    """The records of a case; if made coarse, nine tenths of them lead to one person or firm."""
    form = CELLS.get(plan.cells)
    for _ in range(TRIES):
        rows = chosen(plan.technique(), seed, source, rng)
        if not form or not form.match:
            return rows
        if single_share(source, rows, plan.columns, form, plan.targets, plan.key) >= SHARE:
            return rows
    raise SystemExit(f"{plan.name}, seed {seed}: the columns do not single out the rows")


def one_case(plan: Plan, seed: int, source: list[Row], out: Path) -> list[dict[str, object]]:
    """Write the files of one case and check that they decode; returns its manifest lines."""
    rng = random.Random(f"composed/{plan.name}/{seed}")
    rows = records(plan, seed, source, rng)
    files = plan.encode([dict(row) for row in rows], rng)
    if sorted(plan.decode([data for _, data in files])) != sorted(map(plan.expected, rows)):
        raise SystemExit(f"{plan.name}, seed {seed}: decoding does not give back the records")
    lines: list[dict[str, object]] = []
    for number, (extension, data) in enumerate(files, 1):
        part = f".part{number}" if len(files) > 1 else ""
        name = f"files/{plan.name}-{seed}{part}.{extension}"
        (out / name).write_bytes(data)
        lines.append(
            {
                "technique": plan.name,
                "family": plan.technique().family,
                "form": plan.cells,
                "seed": seed,
                "file": name,
                "sha256": hashlib.sha256(data).hexdigest(),
                "source": plan.source,
                "records": len(rows),
                "columns": list(plan.columns),
                "rewritten": list(plan.targets),
                "stages": [list(stage) for stage in plan.stages()],
                "recoverable": True,
                "parts": len(files),
            }
        )
    return lines


def main() -> None:
    """Read the arguments and write a half."""
    parser = argparse.ArgumentParser(prog="composed", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sources", type=Path, required=True)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--half", choices=HALVES)
    which.add_argument("--practice", type=int, help="the number of a set that is none of the examination's")
    parser.add_argument("--count", type=int, default=100, help="how many techniques of a practice set")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    args = parser.parse_args()
    (args.out / "files").mkdir(parents=True, exist_ok=True)
    sources = {}
    for kind in ("persons", "firms"):
        path = args.sources / f"source-{kind}.csv"
        sources[kind] = load(path)
        shutil.copyfile(path, args.out / path.name)
    plans = halves(drawn(sources))[args.half] if args.half else practice(sources, args.practice, args.count)
    lines = [
        line
        for plan in plans
        for seed in args.seeds
        for line in one_case(plan, seed, sources[plan.source], args.out)
    ]
    manifest = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (args.out / "manifest.jsonl").write_text(manifest, encoding="utf-8")
    digest = hashlib.sha256(manifest.encode()).hexdigest()
    (args.out / "DIGEST").write_text(digest + "\n", encoding="utf-8")
    print(f"{len(plans)} techniques, {len(lines)} files")
    counts = collections.Counter(stage for plan in plans for stage in plan.stages())
    for (kind, name), count in sorted(counts.items()):
        print(f"  {kind} {name}: {count}")
    print(f"{args.half or args.practice} manifest sha256 {digest}")


if __name__ == "__main__":
    main()
