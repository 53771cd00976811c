"""Writes the examination (`python -m bench.exam OUT [SEED…]`) or tests it (`--check`)."""

import hashlib
import importlib
import json
import pkgutil
import sys
from collections import Counter
from pathlib import Path
from random import Random

import bench.exam
from bench.exam.core import TECHNIQUES, Rows, Table, Technique, sheet
from bench.exam.source import firms, persons

SEEDS = (1, 2, 3)
SIZES = ((24, 40), (45, 90), (22, 400))


def load() -> None:
    for module in pkgutil.iter_modules(bench.exam.__path__):
        if module.name != "__main__":
            importlib.import_module(f"bench.exam.{module.name}")


def draw(technique: Technique, seed: int, tables: dict[str, Table]) -> tuple[str, list[int], Random]:
    """Which rows of which table the variant carries, and the randomness it goes on with."""
    random = Random(f"{technique.name}:{seed}")
    source = technique.source or ("persons", "firms")[(seed + 1) % 2]
    rows = tables[source].rows
    low, high = (6, 8) if technique.narrow else SIZES[(seed - 1) % 3]
    size = min(random.randint(low, high), technique.limit)
    if random.random() < 0.6:
        places = random.sample(range(len(rows)), size)
    else:
        start = random.randrange(len(rows) - size)
        places = list(range(start, start + size))
    return source, places, random


def files(technique: Technique, rows: Rows, random: Random) -> list[bytes]:
    made = technique.build(rows, random)
    return [made] if technique.parts == 1 else list(made)


def carried(
    technique: Technique, made: list[bytes], table: Table, places: list[int]
) -> tuple[int, list[str]]:
    """How many records the decoder gets out of the bytes alone, and by which columns; a wrong one fails."""
    if technique.decoder is None:
        return len(places), []
    data = made[0] if technique.parts == 1 else made
    decoded = list(technique.decoder(data, list(table.rows[0])))
    seen = table.recognised(decoded)
    wrong = seen - set(places)
    least = min(5 if technique.narrow else 20, len(places))
    assert not wrong, f"{technique.name}: {len(wrong)} records that were not put in"
    assert len(seen) >= least, f"{technique.name}: {len(seen)} of {len(places)} records came back"
    held = {name for fragment in decoded for name in fragment}
    return len(seen), [name for name in table.rows[0] if name in held]


def examine(out: Path | None, seeds: tuple[int, ...]) -> tuple[list[dict[str, object]], list[str]]:
    tables = {"persons": Table(persons()), "firms": Table(firms())}
    lines: list[dict[str, object]] = []
    failures: list[str] = []
    for technique in sorted(TECHNIQUES.values(), key=lambda one: (one.family, one.name)):
        for seed in seeds:
            source, places, random = draw(technique, seed, tables)
            rows = [tables[source].rows[place] for place in places]
            try:
                made = files(technique, rows, random)
                count, held = carried(technique, made, tables[source], places)
                if out is None:
                    again = files(technique, rows, draw(technique, seed, tables)[2])
                    assert again == made, f"{technique.name}: not deterministic"
            except Exception as failure:  # noqa: BLE001 - one broken technique must not hide the others
                failures.append(f"{technique.name} {seed}: {type(failure).__name__}: {failure}")
                continue
            for part, content in enumerate(made, 1):
                suffix = f".part{part}" if len(made) > 1 else ""
                name = f"{technique.name}-{seed}{suffix}.{technique.extension}"
                if out is not None:
                    (out / "files" / name).write_bytes(content)
                lines.append(
                    {
                        "file": f"files/{name}",
                        "technique": technique.name,
                        "family": technique.family,
                        "source": source,
                        "seed": seed,
                        "recoverable": technique.recoverable,
                        "records": count,
                        "columns": held,
                        "narrow": technique.narrow,
                        "parts": len(made),
                        "sha256": hashlib.sha256(content).hexdigest(),
                    }
                )
    return lines, failures


def main(arguments: list[str]) -> int:
    load()
    check = "--check" in arguments
    words = [word for word in arguments if word != "--check"]
    out = None if check else Path(words.pop(0))
    seeds = tuple(int(word) for word in words if word.isdigit()) or SEEDS
    if out is not None:
        (out / "files").mkdir(parents=True, exist_ok=True)
        for name, rows in (("persons", persons()), ("firms", firms())):
            table = [list(rows[0]), *(list(row.values()) for row in rows)]
            (out / f"source-{name}.csv").write_bytes(sheet(table))
    lines, failures = examine(out, seeds)
    manifest = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    if out is not None:
        (out / "manifest.jsonl").write_bytes(manifest)
    families = Counter(one.family for one in TECHNIQUES.values())
    recoverable = sum(one.recoverable for one in TECHNIQUES.values())
    for failure in failures:
        print("FAILED", failure, file=sys.stderr)
    print(
        f"{dict(families)}: {len(TECHNIQUES)} techniques, {recoverable} recoverable, {len(lines)} files",
        file=sys.stderr,
    )
    print(hashlib.sha256(manifest).hexdigest())
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
