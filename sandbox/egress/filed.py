"""Files of one kind, or parts of one, as the rows of a table: a record in each, its pieces in place.

A page, a picture's notes or a chapter for each person holds nothing by itself that a short table would not:
the words and figures of each are a row where most have as many. Knows no records; `together` and `sightings`
ask. Bounded; pure.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import pyarrow as pa

from sandbox.egress.content import Content

LEAST = 5
MAX_FILES = 400
MAX_TEXT = 4_000
MAX_WORDS = 80
_SHARE = 0.6
_WORD = re.compile(r"[^\W_]+(?:[.:-][^\W_]+)*")
_TELLING = re.compile(r"\d{4}|[\u4e00-\u9fff]{2}")
_LETTERS = re.compile(r"[A-Za-z]*")
_ENDING = re.compile(r"\.([A-Za-z0-9]{1,8})$")


def as_rows(contents: Mapping[str, Sequence[Content]]) -> list[tuple[tuple[str, ...], pa.Table]]:
    """Return for every kind of file its files' paths and their words as a table, what all share left out."""
    kinds: dict[tuple[str, bool], dict[str, list[str]]] = defaultdict(dict)
    for path, parts in list(contents.items())[:MAX_FILES]:
        ending = _ENDING.search(path)
        words = _WORD.findall(_said(parts)[:MAX_TEXT])
        for told in (False, True):
            row = [word for word in words if not told or _TELLING.search(word)][:MAX_WORDS]
            if row:
                kinds[ending[1].lower() if ending else "", told][path] = row
    found = []
    for rows in kinds.values():
        usual, times = Counter(map(len, rows.values())).most_common(1)[0]
        if times < max(LEAST, _SHARE * len(rows)):
            continue
        same = {path: words for path, words in rows.items() if len(words) == usual}
        columns = [_bare(cells) for cells in zip(*same.values(), strict=True) if len(set(cells)) > 1]
        if columns:
            arrays = {f"w{place}": pa.array(cells, pa.string()) for place, cells in enumerate(columns)}
            found.append((tuple(same), pa.table(arrays)))
    return found


def _bare(cells: Sequence[str]) -> list[str]:
    """Return words without the letters that all begin with."""
    heads = {found[0] if (found := _LETTERS.match(cell)) else "" for cell in cells}
    return [cell[len(next(iter(heads))) :] for cell in cells] if len(heads) == 1 else list(cells)


def _said(parts: Sequence[Content]) -> str:
    return "\n".join(text for part in parts[:4] for text in (*part.texts[:50], *part.stray[:50]))
