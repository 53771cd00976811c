"""What a user would have instead of the gate: exact rows, identifiers by pattern, Presidio.

Each answers one question of a file: is it held back? They read what their own authors would read
with them: text as it is, tables by pandas, by the file's name.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache

import pandas as pd

from bench.egress.world import tables

_NUMBERS = re.compile(
    r"(?<!\d)\d{17}[\dXx](?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)|(?<![0-9A-Z])9[1-3][0-9A-Z]{16}(?![0-9A-Z])"
)
MAX_TEXT = 200_000


def _text(data: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _rows(name: str, data: bytes) -> Iterable[tuple[str, ...]]:
    readers: dict[str, Callable[..., pd.DataFrame]] = {
        "csv": pd.read_csv, "json": pd.read_json, "xlsx": pd.read_excel, "parquet": pd.read_parquet,
    }  # fmt: skip
    reader = readers.get(name.rsplit(".", 1)[-1])
    if reader is None:
        return ()
    try:
        frame = reader(io.BytesIO(data)) if "parquet" in name else reader(io.BytesIO(data), dtype=str)
    except Exception:  # noqa: BLE001 - whatever a reader cannot read, this baseline lets pass
        return ()
    return (tuple(map(str, row)) for row in frame.itertuples(index=False))


_OTHERS: list[frozenset[str]] = []


def also(rows: Iterable[Mapping[str, str]]) -> None:
    """Know the rows of another source as well."""
    _OTHERS.extend(frozenset(row.values()) for row in rows)
    _known.cache_clear()


@cache
def _known() -> frozenset[frozenset[str]]:
    own = (frozenset(row.values()) for rows in tables().values() for row in rows)
    return frozenset((*own, *_OTHERS))


def exact_rows(name: str, data: bytes) -> bool:
    """Return whether a row of the file is a row of a source, in any order of columns."""
    return any(frozenset(row) in _known() for row in _rows(name, data))


def pattern(_: str, data: bytes) -> bool:
    """Return whether a resident's, a telephone or a credit number stands in the text."""
    return bool(_NUMBERS.search(_text(data)))


@cache
def _analyzer():
    import tldextract

    # The list of domains that came with it: no recognizer asks the network.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    engine = NlpEngineProvider(
        nlp_configuration={"nlp_engine_name": "no_op", "models": [{"lang_code": "en", "model_name": "no_op"}]}
    ).create_engine()
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=engine)
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])


def presidio(_: str, data: bytes) -> bool:
    """Return whether Presidio's own recognizers see anything beyond dates and addresses of the web."""
    found = _analyzer().analyze(text=_text(data[:MAX_TEXT]), language="en", score_threshold=0.4)
    return any(one.entity_type not in ("DATE_TIME", "URL") for one in found)


BASELINES: dict[str, Callable[[str, bytes], bool]] = {
    "exact rows": exact_rows, "pattern": pattern,
    "exact rows or pattern": lambda n, d: exact_rows(n, d) or pattern(n, d),
    "Presidio": presidio,
}  # fmt: skip
