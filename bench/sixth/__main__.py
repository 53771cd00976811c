"""Write the examination: one or several files a technique and seed, and the manifest."""

from __future__ import annotations

import argparse
import collections
import csv
import hashlib
import importlib
import json
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

from bench.sixth.core import REGISTRY, Row, Technique, chosen


def load(path: Path) -> list[Row]:
    """The rows of a source table."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def one_case(exam: str, item: Technique, seed: int, source: list[Row], out: Path) -> list[dict[str, object]]:
    """Write the files of one case and check that they decode; returns its manifest lines."""
    rng = random.Random(f"{exam}/{item.name}/{seed}")
    rows = chosen(item, seed, source, rng)
    keys = sorted(tuple(row[c] for c in item.columns) for row in rows)
    files = item.encode([dict(row) for row in rows], rng)
    if sorted(tuple(value) for value in item.decode([data for _, data in files])) != keys:
        raise SystemExit(f"{item.name}, seed {seed}: decoding does not give back the records")
    lines: list[dict[str, object]] = []
    for number, (extension, data) in enumerate(files, 1):
        part = f".part{number}" if len(files) > 1 else ""
        name = f"files/{item.name}-{seed}{part}.{extension}"
        (out / name).write_bytes(data)
        lines.append(
            {
                "technique": item.name,
                "family": item.family,
                "form": item.encode.__module__.rpartition(".")[2],
                "seed": seed,
                "file": name,
                "sha256": hashlib.sha256(data).hexdigest(),
                "source": item.source,
                "records": len(rows),
                "columns": list(item.columns),
                "recoverable": item.recoverable,
                "parts": len(files),
            }
        )
    return lines


def main(exam: str, modules: Sequence[str]) -> None:
    """Read the arguments and write everything that the modules of an examination make."""
    parser = argparse.ArgumentParser(prog=exam, description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    args = parser.parse_args()
    for name in modules:
        importlib.import_module(f"bench.{exam}.{name}")
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
        for line in one_case(exam, item, seed, sources[item.source], args.out)
    ]
    manifest = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (args.out / "manifest.jsonl").write_text(manifest, encoding="utf-8")
    digest = hashlib.sha256(manifest.encode()).hexdigest()
    (args.out / "DIGEST").write_text(digest + "\n", encoding="utf-8")
    print(f"{len(REGISTRY)} techniques in {len(modules)} modules, {len(lines)} files")
    for family, count in sorted(collections.Counter(item.family for item in REGISTRY).items()):
        print(f"  {family}: {count}")
    print(f"manifest sha256 {digest}")


if __name__ == "__main__":
    main("sixth", ["a1", "a2", "a3", "a4"])
