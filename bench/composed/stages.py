"""All the stages, and what is composed of them: a plan with its encoder and its decoder."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from bench.composed import (
    carriers_data,
    carriers_models,
    carriers_office,
    carriers_pages,
    carriers_pictures,
    coarse,
    days,
)
from bench.composed.carriers import CARRIERS
from bench.composed.cells import CELLS, FACTORS
from bench.composed.kinds import SURROUNDINGS, around
from bench.composed.layouts import LAYOUTS
from bench.composed.texts import TEXTS
from bench.composed.wrappings import WRAPS
from bench.eighth_a.honest import Table
from bench.sixth.core import (
    ADDR,
    AMT,
    BIRTH,
    BOOK,
    BOSS,
    CAP,
    CARE,
    DIST,
    FIRM,
    FOUND,
    FTEL,
    HOSP,
    ID,
    INCOME,
    MONEY,
    NAME,
    SEAT,
    SICK,
    STAFF,
    TEL,
    USCC,
    VISIT,
    WEAK,
    WHO,
    Files,
    Row,
    Technique,
)

FILLED = (carriers_data, carriers_models, carriers_office, carriers_pages, carriers_pictures, coarse, days)
SETS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("persons", WHO),
    ("persons", CARE),
    ("persons", WEAK),
    ("persons", (NAME, TEL)),
    ("persons", (ID, SICK)),
    ("persons", (TEL, BIRTH, SICK)),
    ("persons", (NAME, BIRTH, DIST)),
    ("persons", (NAME, ADDR, VISIT)),
    ("persons", (BIRTH, VISIT, AMT, HOSP)),
    ("persons", (ID, VISIT, AMT)),
    ("firms", BOOK),
    ("firms", MONEY),
    ("firms", (BOSS, FOUND, CAP)),
    ("firms", (USCC, INCOME)),
    ("firms", (SEAT, BOSS, FTEL)),
    ("firms", (FOUND, CAP, INCOME, STAFF)),
    ("firms", (FIRM, FOUND, STAFF)),
)
ENGLISH = ("key", "field", "item", "value", "detail")


def all_stages() -> list[tuple[str, str]]:
    """Every stage with its kind."""
    return [
        *(("cells", name) for name in ("plain", *CELLS)),
        *(("layout", name) for name in LAYOUTS),
        *(("text", name) for name in TEXTS),
        *(("wrap", name) for name in ("bare", *WRAPS)),
        *(("carrier", name) for name in CARRIERS),
        *(("around", name) for name in ("alone", *SURROUNDINGS)),
    ]


@dataclass(frozen=True, slots=True)
class Plan:
    """A composed technique."""

    source: str
    columns: tuple[str, ...]
    cells: str
    targets: tuple[str, ...]
    layout: str
    text: str
    wraps: tuple[str, ...]
    carrier: str
    around: str
    key: int

    @property
    def name(self) -> str:
        """The names of the stages."""
        wraps = "+".join(self.wraps) or "bare"
        return "-".join((self.cells, self.layout, self.text, wraps, self.carrier, self.around))

    def stages(self) -> Iterator[tuple[str, str]]:
        """The stages with their kinds."""
        yield ("cells", self.cells)
        yield ("layout", self.layout)
        yield ("text", self.text)
        for name in self.wraps or ("bare",):
            yield ("wrap", name)
        yield ("carrier", self.carrier)
        yield ("around", self.around)

    def rewritten(self, row: Row) -> list[str]:
        """The cells of a record in their form."""
        form = CELLS.get(self.cells)
        return [form.encode(row[c], self.key) if form and c in self.targets else row[c] for c in self.columns]

    def read(self, values: list[str]) -> tuple[str, ...]:
        """The cells of a record as they were, or as coarse as they came."""
        form = CELLS.get(self.cells)
        pairs = zip(self.columns, values, strict=True)
        return tuple(form.decode(v, self.key) if form and c in self.targets else v for c, v in pairs)

    def expected(self, row: Row) -> tuple[str, ...]:
        """What the decoder has to give back for a record."""
        form = CELLS.get(self.cells)
        if form and form.match:
            return self.read(self.rewritten(row))
        return tuple(row[c] for c in self.columns)

    def rule(self, column: str) -> str:
        """What the head of a column says of the numbers below it, so that a reader can undo the change."""
        if not self.cells.startswith("affine") or column not in self.targets:
            return ""
        return f"*{FACTORS[self.key % len(FACTORS)]}+{self.key}"

    def encode(self, rows: list[Row], rng: random.Random) -> Files:
        """The files that carry the records."""
        style = rng.choice(("names", "english", "letters"))
        heads = {
            "names": list(self.columns),
            "english": list(ENGLISH[: len(self.columns)]),
            "letters": [f"v_{'abcde'[i]}" for i in range(len(self.columns))],
        }
        head = [name + self.rule(c) for c, name in zip(self.columns, heads[style], strict=True)]
        table: Table = [self.rewritten(row) for row in rows]
        carrier = CARRIERS[self.carrier]
        files: Files = []
        for doc in LAYOUTS[self.layout].encode(head, table, self.key):
            data = TEXTS[self.text].encode(doc).encode()
            for name in self.wraps:
                data = WRAPS[name].encode(data, self.key)
            company = around(self.around, self.source, rng)
            files.append((carrier.extension, carrier.encode(data, company, rng)))
        return files

    def decode(self, files: list[bytes]) -> list[tuple[str, ...]]:
        """The records in the files: the inverses, one after another."""
        layout, docs = LAYOUTS[self.layout], []
        for file in files:
            data = CARRIERS[self.carrier].decode(file)
            for name in reversed(self.wraps):
                data = WRAPS[name].decode(data, self.key)
            docs.append(TEXTS[self.text].decode(data.decode(), layout.tree))
        return [self.read(values) for values in layout.decode(docs, self.key)]

    def technique(self) -> Technique:
        """The technique as the other examinations know it; cross tables stay small."""
        high = 24 if self.layout == "pivoted" else 60
        family = CARRIERS[self.carrier].family
        return Technique(self.name, family, self.source, self.columns, self.encode, self.decode, 10, high)
