"""Searching the catalogue: words, facets and counts over entries held as Arrow columns.

Every word must occur in name, codes, summary, keywords or information items, whatever its case.
Words found in the name come first. Decides nothing of who may see: the catalogue is public.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.store.reads import Reads

FACETS = (
    "grade", "provincial", "national", "media", "organisation", "environment", "library", "opening",
    "cycle", "origin", "sector", "state",
)  # fmt: skip
"""What a search may be narrowed by, and counted by."""
MAX_WORDS = 12


@dataclass(frozen=True, slots=True)
class Hits:
    """The ids of one page in order of fit, how many there are, and the counts of every facet."""

    ids: tuple[str, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]


class CatalogueIndex:
    """Entries as columns: ids, titles, one text each, and facets as dictionaries."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    @classmethod
    def build(cls, bodies: Iterable[str | Mapping[str, Any]]) -> CatalogueIndex:
        """Return the index of entries given as their stored JSON (text or parsed)."""
        names = ("id", "title", "text", *FACETS)
        columns: dict[str, list[str]] = {name: [] for name in names}
        for body in bodies:
            entry = json.loads(body) if isinstance(body, str) else body
            for name, value in _row(entry).items():
                columns[name].append(value)
        arrays = {
            name: pa.array(cells, pa.string())
            if name in ("id", "title", "text")
            else pa.array(cells, pa.string()).dictionary_encode()
            for name, cells in columns.items()
        }
        return cls(pa.table(arrays))

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def search(
        self,
        words: str = "",
        *,
        wanted: Mapping[str, Sequence[str]] | None = None,
        offset: int = 0,
        limit: int = 20,
    ) -> Hits:
        """Return what fits the words and, for each facet named in `wanted`, one of its values.

        The counts of a facet leave its own narrowing aside, so that its other values stay in sight.
        Raises `InputError` for an unknown facet or too many words.
        """
        given = dict(wanted or {})
        if unknown := given.keys() - set(FACETS):
            raise InputError(say("不能按 {name} 筛选", name="、".join(sorted(unknown))))
        parts = words.casefold().split()
        if len(parts) > MAX_WORDS:
            raise InputError(say("检索词太多：最多 {count} 个", count=MAX_WORDS))
        found = self._table
        for part in parts:
            found = found.filter(pc.match_substring(found["text"], part))
        masks = {name: pc.is_in(found[name], pa.array(list(values))) for name, values in given.items()}
        facets = {name: _counts(_narrowed(found, masks, without=name)[name]) for name in FACETS}
        hits = _narrowed(found, masks)
        if parts:
            hits = _by_title(hits, parts)
        page = hits["id"].slice(offset, limit).to_pylist()
        return Hits(tuple(page), int(hits.num_rows), facets)


class Finder:
    """The index of one store, brought up to date before every search: only what changed is read again."""

    def __init__(self, store: Reads) -> None:
        self._store = store
        self._since = ""
        self._entries: dict[str, Mapping[str, Any]] = {}
        self._index: CatalogueIndex | None = None  # made at the first search: a table's making loads pandas

    def index(self) -> CatalogueIndex:
        """Return the index as of now."""
        changed = False
        for at, body in self._store.bodies(Dataset, since=self._since):
            entry = json.loads(body)
            if self._entries.get(entry["id"]) != entry:
                self._entries[entry["id"]] = entry
                changed = True
            self._since = max(self._since, at)
        if changed or self._index is None:
            self._index = CatalogueIndex.build(self._entries.values())
        return self._index


def _row(entry: Mapping[str, Any]) -> dict[str, str]:
    core = entry.get("core") or {}
    grading = entry["grading"]
    texts = [
        entry["title"], entry["code"], entry.get("resource_code", ""), core.get("abstract", ""),
        *core.get("keywords", ()), *(item["name"] for item in core.get("items", ())),
        *(column["name"] for column in entry.get("columns", ())),
    ]  # fmt: skip
    return {
        "id": entry["id"],
        "title": entry["title"].casefold(),
        "text": "\n".join(texts).casefold(),
        "grade": f"L{grading['grade']}",
        "provincial": grading["provincial"],
        "national": grading["national"],
        "media": entry.get("media", "table"),
        "organisation": entry["organisation"],
        "environment": entry["environment"],
        "library": entry.get("library", ""),
        "opening": core.get("opening") or "",
        "cycle": core.get("cycle") or "",
        "origin": entry.get("origin", "government"),
        "sector": entry.get("special_regime", ""),
        "state": entry["state"],
    }


def _narrowed(found: pa.Table, masks: Mapping[str, pa.ChunkedArray], *, without: str = "") -> pa.Table:
    chosen = [mask for name, mask in masks.items() if name != without]
    if not chosen:
        return found
    both = chosen[0]
    for mask in chosen[1:]:
        both = pc.and_(both, mask)
    return found.filter(both)


def _counts(column: pa.ChunkedArray) -> tuple[tuple[str, int], ...]:
    """Return values with how often they occur, the most frequent first; what is not stated is left out."""
    counted = pc.value_counts(column).to_pylist()
    pairs = [(str(one["values"]), int(one["counts"])) for one in counted if one["values"]]
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))


def _by_title(hits: pa.Table, parts: Sequence[str]) -> pa.Table:
    """Return the hits with those first whose name holds most of the words; ties keep their order."""
    scores = pa.array([0] * hits.num_rows, pa.int64())
    for part in parts:
        inside = pc.match_substring(hits["title"], part).combine_chunks().cast(pa.int64())
        scores = pc.add(scores, inside)
    order = pc.sort_indices(
        pa.table({"score": scores, "at": pa.array(range(hits.num_rows))}),
        sort_keys=[("score", "descending"), ("at", "ascending")],
    )
    return hits.take(order)
