"""What a file holds that is not written plainly: encoded runs, escapes, numbers for letters, ciphers.

Everything found becomes a further content, which is searched for records and never written. An encoded run
is opaque whether or not it decodes; an escape that any editor undoes is searched and no more. Bounded in
depth, number and size. Pure; called by `judge`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow.compute as pc

from sandbox.egress.blobs import decoded, encoded_runs, joined, looks_encoded, maybe_base85
from sandbox.egress.carving import carved
from sandbox.egress.content import Content, Form, Issue
from sandbox.egress.disguises import disguised
from sandbox.egress.foreseen import Foreseen
from sandbox.egress.nested import nested, opened
from sandbox.egress.reading import read_content
from sandbox.egress.report import FileReport
from sandbox.egress.salvage import deciphered
from sandbox.egress.spoken import said_in_words
from sandbox.egress.unescape import rotated, turned, undone
from sandbox.files.types import FileType
from sandbox.files.unwrap import UnwrapLimits, unwrap
from sandbox.kernel.message import say

MAX_DEPTH = 3
MAX_CONTENTS = 200
MAX_JOINED = 1 << 20
MAX_PLAIN = 4 << 20
MAX_TURNED = 1 << 17
MAX_UNFOLDED = 64 << 20
_LEAST_BYTES = 32
_UNDONE = 4
_LIMITS = UnwrapLimits(max_total=MAX_UNFOLDED)
_ENCODED = say("内容中有成段的编码")


def look_inside(report: FileReport, early: Foreseen | None = None) -> None:
    """Find encoded runs in cells and texts, and read what they decode to as further contents.

    A run by itself is opaque. Pieces joined together (a blob cut into cells or lines) count only
    when they decode to something known: a column of tokens is no blob. `early` may know some of it ahead.
    """
    waiting = [(content, 0) for content in report.contents]
    waiting += [(inner, 1) for inner in _dense(report)]
    plain = _escaped(report)
    report.contents += disguised(report, early or Foreseen())
    report.contents += nested(plain).contents  # in rows already: read in other alphabets they say too much
    while waiting and len(report.contents) < MAX_CONTENTS:
        content, depth = waiting.pop()
        texts = _texts(content)
        runs = encoded_runs(texts)
        if runs:
            report.add(Issue("opaque", evidence=_ENCODED))
        whole = joined(texts)
        pieces = [whole] if len(whole) <= MAX_JOINED and looks_encoded(whole) else []
        for inner, known in _decoded([*runs, *pieces] if depth < MAX_DEPTH else [], report.product.path):
            if known:
                report.add(Issue("opaque", evidence=_ENCODED))
            report.contents.append(inner)
            waiting.append((inner, depth + 1))


def _escaped(report: FileReport) -> list[bytes]:
    """Add what the file says once its escapes are undone, and the arrays that a package holds together.

    Returns the file as it is without its escapes.
    """
    data = report.product.data
    said: list[str] = []
    plainly: list[bytes] = []
    if len(data) <= MAX_PLAIN and not report.archive:
        plain = _plain(data)
        said = list(undone(plain))
        plainly = [text.encode("utf-8", "replace") for text in said[:_UNDONE]]
        said += [rotated(plain), plain[::-1]] if len(plain) <= MAX_TURNED else []
        said = [text for text in said if text]
        told = tuple("\n".join(one.cells) for text in said[:8] for one in said_in_words(text))
        if told:
            report.contents.append(Content(FileType.BINARY, Form.UNREAD, stray=told, guessed=True))
    sheets = carved(data) if report.archive else ()
    if said or sheets:
        report.contents.append(Content(FileType.BINARY, Form.UNREAD, sheets=sheets, stray=tuple(said)))
    return plainly


def _plain(data: bytes) -> str:
    """Return the file as a text, or nothing when it is none."""
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return "" if "\0" in text[:1000] else text
    return ""


def _dense(report: FileReport) -> list[Content]:
    """Return what the file as a whole holds in base85, whose marks look like delimiters; each is opaque."""
    data = report.product.data
    text = "".join(data.decode("ascii", errors="replace").split()) if len(data) <= MAX_JOINED else ""
    found = (
        [inner for inner, known in _decoded([text], report.product.path) if known]
        if maybe_base85(text)
        else []
    )
    for _ in found[:1]:
        report.add(Issue("opaque", evidence=_ENCODED))
    report.contents += found
    return found


def _decoded(runs: Sequence[str], path: str) -> Iterator[tuple[Content, bool]]:
    """Yield what encoded runs turn out to hold, and whether it is of a known type."""
    for run in runs:
        known = list(_known(run, path))
        if not known:
            known = [content for other in turned(run) for content in _known(other, path)]
        yield from ((content, True) for content in known)
        yield from ((content, False) for data in decoded(run) for content in opened(data))
        if not known:
            said = tuple(
                text for data in decoded(run) if len(data) >= _LEAST_BYTES for text in deciphered(data)
            )
            if said:
                yield Content(FileType.BINARY, Form.UNREAD, stray=said), False


def _known(run: str, path: str) -> Iterator[Content]:
    for data in decoded(run):
        for part in unwrap(data, name=path, limits=_LIMITS).parts:
            if part.type is not FileType.BINARY:
                yield read_content(part.data, name=part.path, type=part.type, inner=True)


def _texts(content: Content) -> Sequence[str]:
    """Return the long texts of a content: whole texts, and distinct cells of 20 characters or more."""
    plain = not content.sheets or content.document is not None or content.form is Form.PAGE
    found = list(content.texts[:10_000]) if plain else []
    for sheet in content.sheets:
        for column in sheet.table.columns:
            cells = pc.unique(column).drop_null()
            found += cells.filter(pc.greater_equal(pc.utf8_length(cells), 20)).slice(0, 20_000).to_pylist()
    return found
