"""What a product turned out to hold once it was read: tables, texts, a document, a picture.

Values only. `reading` makes them, `judge` checks them, `rewrite` writes a new file from them
and from nothing else. An issue names the check that it concerns by its name in `checks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import pyarrow as pa

from sandbox.files.types import FileType
from sandbox.kernel.findings import Verdict
from sandbox.kernel.message import Message

Scalar: TypeAlias = "str | Number | bool | None"
Document: TypeAlias = "Scalar | Sequence[Document] | Mapping[str, Document]"


class Number(str):
    """A number of a JSON document, kept as its digits so that nothing is lost in reading."""

    __slots__ = ()


class Form(StrEnum):
    """Which rewriting applies."""

    TABLE = "table"
    DOCUMENT = "document"
    TEXT = "text"
    PICTURE = "picture"
    PAGE = "page"
    CHART = "chart"
    PLOT = "plot"
    MODEL = "model"
    SYNTHETIC = "synthetic"
    CODEBOOK = "codebook"
    SERVICE = "service"
    NOTHING = "nothing"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing noticed while reading: the check's name, where, what reviewers may read.

    `verdict` replaces the check's own when the case is milder.
    """

    check: str
    where: str = ""
    evidence: Message | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of text cells (null: empty), with the name it has inside the file.

    `plain` says whether the table is the file's whole, ordinary content: only such a table
    can be compared with a claim.
    """

    name: str
    table: pa.Table
    plain: bool = True


class BlockKind(StrEnum):
    """What one block of a page is; a code block is the source of a notebook's cell."""

    HEADING = "heading"
    TEXT = "text"
    CODE = "code"
    TABLE = "table"
    PICTURE = "picture"
    DRAWING = "drawing"


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a page or notebook, in reading order: its text, its table or its redrawn picture."""

    kind: BlockKind
    text: str = ""
    table: pa.Table | None = None
    data: bytes = b""
    shown_by: int = 0
    """For an output of a notebook: the number of the cell that shows it, from 1; 0 for anything else."""


class Mark(StrEnum):
    """How a plot shows its figures."""

    BAR = "bar"
    LINE = "line"
    POINT = "point"


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart as it was asked for: the column of its places, those of its figures, the author's title."""

    mark: Mark
    x: str
    y: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """A linear model as it was asked for, by the names of a table and of its columns."""

    table: str
    subject: str
    target: str
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """A decision tree as it was asked for: how deep, and from how many subjects a leaf is one."""

    table: str
    subject: str
    target: str
    features: tuple[str, ...]
    depth: int
    leaf: int
    seed: int


@dataclass(frozen=True, slots=True)
class Synthetic:
    """A table that is handed in as synthetic, by the name of the table that it resembles."""

    table: str
    subject: str


@dataclass(frozen=True, slots=True)
class Codebook:
    """A codebook as it was asked for: of which table, who is counted, of which columns (none: all)."""

    table: str
    subject: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A data service by a sample of its answers: which columns of the sample ask, the others answer."""

    table: str
    subject: str
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear model as a file spells it out: a figure an input, the constant, two classes or none.

    With classes the figures speak for the second one.
    """

    figures: tuple[float, ...]
    constant: float
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of a tree as a file spells it out: rows whose input is at most `upto` go to `yes`; -1: a leaf.

    A leaf says its figure, or the weight of every class.
    """

    input: int = -1
    upto: float = 0.0
    yes: int = -1
    no: int = -1
    values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Branches:
    """A decision tree as a file spells it out; the root is the first node."""

    nodes: tuple[Branch, ...]
    classes: tuple[str, ...] = ()


class Recipe(StrEnum):
    """How a model that is handed in says it was fitted."""

    LINEAR = "linear"
    LOGISTIC = "logistic"
    TREE = "tree"


@dataclass(frozen=True, slots=True)
class Handed:
    """A trained model with its specification: how it was fitted, over what, and what its file spells out.

    `penalty` is what the squares of the figures cost (`alpha`, or 1/C); `scaled` says that inputs were
    brought to mean 0 and deviation 1 before; `every` that each category has an input, the first included.
    """

    recipe: Recipe
    table: str
    subject: str
    target: str
    features: tuple[str, ...]
    model: Weights | Branches
    penalty: float = 0.0
    scaled: bool = False
    every: bool = False


Order: TypeAlias = Model | Tree | Synthetic | Codebook | Service | Handed


@dataclass(frozen=True, slots=True)
class Content:
    """Everything readable in one file.

    `stray` are texts that stand outside of what would be shown or rewritten, such as rows that fit
    no table, comments or trailing bytes: they are searched for records, and nothing else.
    What is `guessed` may be numbers by chance: compared with the sources, never judged by their shape.
    """

    type: FileType
    form: Form
    sheets: tuple[Sheet, ...] = ()
    texts: tuple[str, ...] = ()
    stray: tuple[str, ...] = ()
    document: Document = None
    picture: bytes | None = None
    blocks: tuple[Block, ...] = ()
    plot: Plot | None = None
    order: Order | None = None
    issues: tuple[Issue, ...] = field(default=())
    guessed: bool = False


def cells_and_lines(content: Content) -> Iterator[str]:
    """Yield every heading, filled cell and line of text that a content holds."""
    for sheet in content.sheets:
        yield from map(str, sheet.table.column_names)
        for column in sheet.table.columns:
            yield from (cell for cell in column.to_pylist() if cell)
    for text in (*content.texts, *content.stray):
        yield from text.splitlines()
