"""Write the examination: one or several files a technique and seed, and the manifest."""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
import shutil
from pathlib import Path

from bench.held_out import encodings, figures, layouts, media, office, scripts, spelling, stores, tabulations
from bench.held_out.core import REGISTRY, Row, Technique, clean

MODULES = (layouts, spelling, encodings, office, media, stores, scripts, figures, tabulations)


def load(path: Path) -> list[Row]:
    """The rows of a source table."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def one_case(item: Technique, seed: int, source: list[Row], out: Path) -> list[dict]:
    """Write the files of one case and check that they decode; returns its manifest lines."""
    rng = random.Random(f"{item.name}/{seed}")
    usable = [row for row in source if clean(row, item.columns)]
    keys: set[tuple[str, ...]] = set()
    rows: list[Row] = []
    wanted = rng.randint(item.low, item.high)
    for row in rng.sample(usable, len(usable)):
        key = tuple(row[c] for c in item.columns)
        if key not in keys and len(rows) < wanted:
            keys.add(key)
            rows.append(row)
    files = item.encode([dict(row) for row in rows], rng)
    back = [tuple(value) for value in item.decode([data for _, data in files])]
    if sorted(back) != sorted(keys):
        raise SystemExit(f"{item.name}, seed {seed}: decoding does not give back the records")
    lines = []
    for number, (extension, data) in enumerate(files, 1):
        part = f".part{number}" if len(files) > 1 else ""
        name = f"files/{item.name}-{seed}{part}.{extension}"
        (out / name).write_bytes(data)
        lines.append(
            {
                "technique": item.name,
                "seed": seed,
                "file": name,
                "sha256": hashlib.sha256(data).hexdigest(),
                "source": item.source,
                "records": len(rows),
                "columns": list(item.columns),
                "recoverable": True,
                "parts": len(files),
            }
        )
    return lines


def main() -> None:
    """Read the arguments and write everything."""
    parser = argparse.ArgumentParser(prog="examination", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    args = parser.parse_args()
    (args.out / "files").mkdir(parents=True, exist_ok=True)
    sources = {}
    for kind in ("persons", "firms"):
        path = args.sources / f"source-{kind}.csv"
        sources[kind] = load(path)
        shutil.copyfile(path, args.out / path.name)
    lines = [
        line
        for item in REGISTRY
        for seed in args.seeds
        for line in one_case(item, seed, sources[item.source], args.out)
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (args.out / "manifest.jsonl").write_text(text, encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    (args.out / "DIGEST").write_text(digest + "\n", encoding="utf-8")
    print(f"{len(REGISTRY)} techniques in {len(MODULES)} modules, {len(lines)} files")
    print(f"manifest sha256 {digest}")


if __name__ == "__main__":
    main()
