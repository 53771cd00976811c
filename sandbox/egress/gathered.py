"""What a file says, as bytes and as texts: the file itself, its members, cells by columns and by rows.

Gathers and judges nothing; what is too large is left out. Called by `disguises`, which reads all of it in
other alphabets.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from itertools import chain, islice

import pyarrow as pa

from sandbox.egress.content import Document, Form
from sandbox.egress.inlaid import beside_pixels
from sandbox.egress.legible import LEAST_BYTES, certain, speaks
from sandbox.egress.report import FileReport
from sandbox.egress.rotations import rotations
from sandbox.egress.salvage import pieces
from sandbox.egress.threads import printed, threads, whole
from sandbox.files.types import FileType
from sandbox.files.unwrap import UnwrapLimits, unwrap

MAX_BYTES = 1 << 20
MAX_CELLS = 60_000
MAX_JOINED_ROWS = 4_000
MAX_RUNS = 10
MAX_PLACES = 200
MAX_LOOSE = 3
LEAST_RUN = 64
MAX_STRAYS = 12
MAX_TURNED = 60
MAX_WHOLE = 4
MAX_ANEW = 6
MAX_STRINGS = 12
_THREADED = 6
_LONG = 3
"""A run that was put together goes ahead of those that stand as they are from this part of the longest on."""
_FOREMOST = 9
"""Runs threaded through other words that are read first: what frames a run is gone from them."""
_LETTERED = 0.15
_HEXADECIMAL = 0.03
"""Share of letters in hexadecimal digits of a text, most of whose bytes are written in figures alone."""
_SIX = 6
"""Letters of hexadecimal digits, also where they were moved along the alphabet."""
_STRING = re.compile(r"\"((?:[^\"\\\s]|\\[\"\\/]){64,})\"")
_ESCAPED = re.compile(r"\\([\"\\/])")
_HEX = re.compile(r"[0-9a-fA-F]+")
_BLANKS = "".join(chr(one) for one in range(0x3001) if chr(one).isspace())
_BEFORE, _BEHIND = _BLANKS + "\"'(#>*;/|-", _BLANKS + "\"',;)\\|"
"""What stands around a line or a long word that is written into something else."""
_WORD = re.compile(r"[!-~]{64,}")
_WHOLE = re.compile(r"[A-Za-z0-9+/_-]{256,}={0,6}")
_WIDE = re.compile(r"[\uff01-\uff5e]{16,}")
_NAMED = re.compile(r"^[\w.$-]{1,40}(?:=>|:=|[=:])(?=[!-~]{64})|^<[\w:.-]{1,40}>|</[\w:.-]{1,40}>$")
_QUOTES = re.compile(r"['\"]|^`|`$")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot);")
_FRAME = " \t'\"`,;"
LIMITS = UnwrapLimits(max_total=16 << 20)
_UNKNOWN = frozenset({FileType.BINARY, FileType.TEXT, FileType.CSV, FileType.TSV})
"""What bytes are taken for that no reader knows; many are signs of GB 18030 by chance."""
_SOFT = re.compile(r"=[ \t]*\r?\n")
_SOFTLY = 3


def raw_of(report: FileReport) -> Iterator[bytes]:
    """Yield the bytes of the file, of its members and of what lies in them that are of no known kind."""
    data = report.product.data
    yield from _own_of(report, data)
    yield from report.loose


def _own_of(report: FileReport, data: bytes) -> Iterator[bytes]:
    if not report.archive:
        kinds = {content.type for content in report.contents}
        if kinds & {FileType.BINARY} or any(content.form is Form.UNREAD for content in report.contents):
            yield data
        yield from chain.from_iterable(map(beside_pixels, report.parts))
        return
    if _UNKNOWN & {content.type for content in report.contents}:
        yield from (
            part.data
            for part in unwrap(data, name="", limits=LIMITS).parts[:50]
            if part.type is FileType.BINARY or (part.type in _UNKNOWN and not certain(part.data))
        )


def texts_of(report: FileReport) -> Iterator[str]:
    """Yield the file as a text, then everything that its contents show, columns and rows by themselves.

    Long runs of full-width signs come once more in the narrow ones that codings are made of.
    """
    data = report.product.data
    if len(data) <= MAX_BYTES and not report.archive:
        yield (text := plain_of(data))
        yield from _narrowed(text)
    if len(data) <= MAX_BYTES and report.findings and data.startswith(b"PK"):
        yield from (
            piece.decode("utf-8", errors="ignore") for piece in pieces(data) if len(piece) <= MAX_BYTES
        )
    for content in report.contents[:50]:
        for text in content.stray[:20]:
            yield text
            yield from _unbroken(text)
        if content.form is Form.UNREAD or report.archive or content.form is not Form.TEXT:
            yield (text := "\n".join(content.texts[:10_000])[:MAX_BYTES])
            yield from _narrowed(text)
        for sheet in content.sheets[:20]:
            yield from _columns(sheet.table)


def _narrowed(text: str) -> Iterator[str]:
    """Yield the long runs of full-width signs of a text, each narrowed and in a line of its own."""
    if runs := _WIDE.findall(text):
        yield unicodedata.normalize("NFKC", "\n".join(runs))
    yield from _unbroken(text)


def _unbroken(text: str) -> Iterator[str]:
    """Yield a text whose lines go on behind an equals sign, as mail breaks them, without those breaks."""
    if text.count("=\n") + text.count("=\r\n") >= _SOFTLY:
        yield _SOFT.sub("", text)


def fronts_of(report: FileReport) -> list[str]:
    """Return the file as one text, or all that a package or a file of another kind says, as one."""
    data = report.product.data
    if len(data) > MAX_BYTES:
        return []
    found = [plain_of(data)]
    if report.findings and data.startswith(b"PK"):
        found.append("\n".join(piece.decode("utf-8", errors="ignore") for piece in pieces(data))[:MAX_BYTES])
    strays = [text for content in report.contents[:8] for text in content.stray[:40]]
    if not any(found):
        found.append("\n".join(strays)[:MAX_BYTES])
    found += [text for text in map(plain_of, report.loose) if text not in strays][:MAX_LOOSE]
    return [text for text in found if len(text) >= LEAST_BYTES]


def different(texts: Iterable[str]) -> list[str]:
    """Return texts that are long enough, without those that stand in the first as they are."""
    first, *others = list(dict.fromkeys(texts)) or [""]
    return [
        text for text in (first, *(one for one in others if one not in first)) if len(text) >= LEAST_BYTES
    ]


def _columns(table: pa.Table) -> Iterator[str]:
    """Yield the cells of every column in a row, and of every row where most columns are figures."""
    if not 0 < table.num_rows * table.num_columns <= MAX_CELLS:
        return
    columns = [[cell or "" for cell in column.to_pylist()] for column in table.columns]
    for column in columns[:200]:
        yield (text := "\n".join(column))
        yield from _unbroken(text)
        if sum(map(len, column)) <= 3 * len(column):
            yield "".join(column)
    if 2 <= table.num_columns <= 200:
        yield "\n".join(",".join(row) for row in zip(*columns, strict=True))
    if all(sum(map(len, column)) <= 3 * len(column) for column in columns[1:]):
        yield "\n".join("".join(column) for column in columns)


def runs_of(report: FileReport, texts: Iterable[str]) -> list[str]:
    """Return the longest runs of letters that look like no words: in a line, in lines on end, in a column,
    and in the values of a document that stand at the same place, taken together.
    """
    found: dict[str, None] = {}
    threaded: dict[str, None] = {}
    for content in report.contents[:20]:
        if content.document is not None:
            found |= dict.fromkeys(_at_places(content.document))
        for sheet in content.sheets[:8]:
            if sheet.table.num_rows <= MAX_JOINED_ROWS:
                columns = (column.to_pylist() for column in sheet.table.columns[:60])
                found |= dict.fromkeys("".join(filter(None, cells)) for cells in columns)
    for text in texts:
        found |= dict.fromkeys((*_runs(text[:MAX_BYTES]), *_strings(text[:MAX_BYTES])))
        threaded |= dict.fromkeys((*threads(text), *whole(text)))
    parts = (*report.parts[:MAX_STRAYS], *report.loose)
    threaded |= dict.fromkeys(run for data in parts for run in printed(data))
    likely = sorted((run for run in found if _coded(run) and run not in threaded), key=len, reverse=True)
    ahead = sorted(filter(_coded, threaded), key=len, reverse=True)[:_THREADED]
    long = [run for run in ahead if _LONG * len(run) >= len(likely[0] if likely else run)]
    return [*long, *likely[:_FOREMOST], *ahead[len(long) :], *likely[_FOREMOST:]][:MAX_RUNS]


def in_order(runs: Sequence[str], raws: Sequence[bytes]) -> list[bytes]:
    """Return runs and bytes as chains begin with them: runs of one alphabet first, whose room links take."""
    whole = [run for run in runs if _WHOLE.fullmatch(run)][:MAX_WHOLE]
    coded = (run.encode() for run in runs)
    return list(dict.fromkeys((*(run.encode() for run in whole), *raws, *coded)))


def said_anew(report: FileReport, texts: Sequence[str], ends: Sequence[str]) -> list[str]:
    """Return the texts that are read as if each were a file: what stands beside the contents of the file, and
    what any text of it says once its figures and letters are moved back.
    """
    beside = (text for content in report.contents[:MAX_STRAYS] for text in content.stray[:MAX_STRAYS])
    plain = [text for text in dict.fromkeys(beside) if len(text) <= MAX_BYTES and speaks(text)]
    turned = (new for text in (*texts[:MAX_TURNED], *ends[:MAX_STRAYS]) for new in rotations(text))
    return list(dict.fromkeys((*plain[:MAX_ANEW], *islice(turned, MAX_ANEW))))


def _at_places(document: Document) -> Iterator[str]:
    """Yield the texts of a document by the names that lead to them, those of a list joined."""
    held: dict[str, list[str]] = defaultdict(list)
    waiting: list[tuple[str, Document]] = [("", document)]
    while waiting and len(held) < MAX_PLACES:
        place, node = waiting.pop()
        if isinstance(node, str):
            held[place].append(node)
        elif isinstance(node, Mapping):
            waiting += [(f"{place}.{name}", inner) for name, inner in node.items()]
        elif isinstance(node, Sequence):
            waiting += [(place, inner) for inner in reversed(node)]
    yield from ("".join(one) for one in held.values())


def _runs(text: str) -> Iterator[str]:
    """Yield long words, and lines on end of which each is one long word, without what frames them."""
    block: list[str] = []
    whole: list[str] = []
    for line in [*text.splitlines()[:20_000], ""]:
        bare = line.lstrip(_BEFORE).rstrip(_BEHIND)
        whole.append(line)
        if line and bare.isascii() and bare.count(" ") <= len(bare) // 3:
            block.append(bare)
            continue
        if len(block) > 1:
            yield "\n".join(block)
            middle = [one for one in block if len(one) >= len(block[0]) and " " not in one]
            if len(middle) < len(block):
                yield "".join(middle)
        for word in _WORD.findall(" ".join(whole)):
            yield from _unframed(word)
        block, whole = [], []


def _strings(text: str) -> Iterator[str]:
    """Yield the long strings of a program without the signs by which it lets quotes stand in them."""
    if '\\"' in text or "\\\\" in text:
        for one in islice(_STRING.finditer(text), MAX_STRINGS):
            yield _ESCAPED.sub(r"\1", one[1])


def _unframed(word: str) -> Iterator[str]:
    """Yield a long word, and what is left of it without the name, quotes or marks of an element around it.

    The letters of Base85 are such marks, too, so that both may be what was written.
    """
    held = _NAMED.sub("", word)
    held = unescape(held) if "&" in held and _ENTITY.search(held) else held
    inner = max(_QUOTES.split(held), key=len)
    if len(inner) >= LEAST_RUN:
        yield inner
    if inner.strip(_FRAME) != word.strip(_FRAME):
        yield word.lstrip(_BEFORE).rstrip(_BEHIND)


def _coded(run: str) -> bool:
    """Return whether a run is long enough and of many signs without being words or figures."""
    if len(run) < LEAST_RUN or not run.isascii() or not run.strip():
        return False
    head = (run.lstrip("0") or run)[:512]
    letters = sum(map(str.isalpha, head))
    few = head.isalnum() and len(set(filter(str.isalpha, head))) <= _SIX
    least = _HEXADECIMAL if few or _HEX.fullmatch(head) else _LETTERED
    return letters >= least * len(head) and head.count(" ") <= len(head) // 3 and len(set(head)) >= 12


def plain_of(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return "" if "\0" in text[:1000] else text
    return ""
