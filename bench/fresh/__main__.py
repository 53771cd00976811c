"""Write the examination: one or several files a technique and seed, and the manifest."""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import shutil
from pathlib import Path

from bench.fresh.core import REGISTRY
from bench.held_out.__main__ import load, one_case

MODULES = (
    "listings",
    "programs",
    "settings",
    "queries",
    "domain",
    "trades",
    "documents",
    "papers",
    "binaries",
    "stores",
    "chains",
    "codes",
    "prose",
    "figures",
    "sums",
    "rates",
    "tabulations",
    "media",
    "plans",
    "channels",
    "pieces",
)


def main() -> None:
    """Read the arguments and write everything; every case must decode to exactly its records."""
    parser = argparse.ArgumentParser(prog="fresh examination", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    args = parser.parse_args()
    for name in MODULES:
        importlib.import_module(f"bench.fresh.{name}")
    (args.out / "files").mkdir(parents=True, exist_ok=True)
    sources = {}
    for kind in ("persons", "firms"):
        path = args.sources / f"source-{kind}.csv"
        sources[kind] = load(path)
        shutil.copyfile(path, args.out / path.name)
    lines = []
    for item in REGISTRY:
        for seed in args.seeds:
            lines += one_case(item, seed, sources[item.source], args.out)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (args.out / "manifest.jsonl").write_text(text, encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    (args.out / "DIGEST").write_text(digest + "\n", encoding="utf-8")
    print(f"{len(REGISTRY)} techniques in {len(MODULES)} modules, {len(lines)} files")
    print(f"manifest sha256 {digest}")


if __name__ == "__main__":
    main()
