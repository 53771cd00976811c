"""What changed in a product since the round before and since the last release of the agreement.

Compared is what the gate rewrote: a table cell by cell, rows told by their first column, any other
text line by line. For reviewers; shows values of products only, never of sources. Decides nothing.
"""

from __future__ import annotations

import csv
import difflib
import io
from dataclasses import dataclass
from enum import StrEnum

from sandbox.egress.desk import GateDesk
from sandbox.files.types import FileType, sniff
from sandbox.kernel.errors import NotFoundError, TamperedError
from sandbox.kernel.review_records import Release, Submission, SubmittedFile

MOST_LINES = 200


class Mark(StrEnum):
    """What became of a line."""

    SAME = "same"
    ADDED = "added"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its cells as they are now, and for a changed one as they were."""

    mark: Mark
    cells: tuple[str, ...]
    before: tuple[str, ...] = ()

    def changed(self, place: int) -> bool:
        """Return whether the cell at a place is another than before."""
        old = self.before[place] if place < len(self.before) else ""
        return self.mark is Mark.CHANGED and old != self.cells[place]


@dataclass(frozen=True, slots=True)
class Difference:
    """A file against an earlier one: `since` is a round or a release; `same` when not a byte changed."""

    file: str
    since: str
    same: bool
    lines: tuple[Line, ...] = ()
    cut: bool = False


def since_last_round(desk: GateDesk, submission: Submission) -> dict[str, Difference]:
    """Return by file name what changed since the round before; nothing in a first round."""
    if not submission.past:
        return {}
    last = submission.past[-1]
    known = {one.name: one.rewritten or one.reading for one in last.files}
    return _against(desk, submission, known, since=str(last.round))


def since_last_release(desk: GateDesk, submission: Submission) -> dict[str, Difference]:
    """Return by file name what changed since the agreement last released a file of that name."""
    known: dict[str, str] = {}
    since: dict[str, str] = {}
    for stored in desk.directory.store.find(Release, linked=("agreement", submission.agreement)):
        if stored.record.submission == submission.id:
            continue
        for one in stored.record.files:
            known[one.name], since[one.name] = one.released, stored.id
    found = _against(desk, submission, known, since="")
    return {name: _since(one, since[name]) for name, one in found.items()}


def _since(one: Difference, release: str) -> Difference:
    return Difference(one.file, release, one.same, one.lines, one.cut)


def _against(
    desk: GateDesk, submission: Submission, known: dict[str, str], *, since: str
) -> dict[str, Difference]:
    found = {}
    for file in submission.files:
        now, before = file.rewritten or file.reading, known.get(file.name, "")
        if now and before and not submission.sample:
            found[file.name] = _difference(desk, file, now, before, since)
    return found


def _difference(desk: GateDesk, file: SubmittedFile, now: str, before: str, since: str) -> Difference:
    if now == before:
        return Difference(file.name, since, same=True)
    try:
        new, old = desk.frozen.get(now), desk.frozen.get(before)
    except (NotFoundError, TamperedError):
        return Difference(file.name, since, same=False)
    lines = compared(old, new)
    return Difference(file.name, since, False, lines[:MOST_LINES], len(lines) > MOST_LINES)


def compared(old: bytes, new: bytes) -> tuple[Line, ...]:
    """Return the lines that differ between two versions of a file; none for what is no text."""
    kinds = {sniff(data[:65536], size=len(data)) for data in (old, new)}
    try:
        before, after = old.decode("utf-8-sig"), new.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ()
    if kinds == {FileType.CSV}:
        return _tables(_rows(before), _rows(after))
    return _texts(before.splitlines(), after.splitlines())


def _rows(text: str) -> list[tuple[str, ...]]:
    return [tuple(row) for row in csv.reader(io.StringIO(text))]


def _tables(before: list[tuple[str, ...]], after: list[tuple[str, ...]]) -> tuple[Line, ...]:
    """Pair rows by their first cell, then by order; show the heading and whatever is not the same."""
    left: dict[str, list[tuple[str, ...]]] = {}
    for row in before[1:]:
        left.setdefault(row[0] if row else "", []).append(row)
    lines = (
        [Line(Mark.SAME if before[:1] == after[:1] else Mark.CHANGED, after[0], before[0])]
        if (before and after)
        else []
    )
    for row in after[1:]:
        waiting = left.get(row[0] if row else "", [])
        if row in waiting:
            waiting.remove(row)
        elif waiting:
            lines.append(Line(Mark.CHANGED, row, waiting.pop(0)))
        else:
            lines.append(Line(Mark.ADDED, row))
    lines += [Line(Mark.GONE, row) for rows in left.values() for row in rows]
    return tuple(lines)


def _texts(before: list[str], after: list[str]) -> tuple[Line, ...]:
    marks = {"+ ": Mark.ADDED, "- ": Mark.GONE}
    return tuple(Line(marks[one[:2]], (one[2:],)) for one in difflib.ndiff(before, after) if one[:2] in marks)
