"""Which requests may reach the notebook server of a seat, and how much may come back.

A list of what is allowed; everything else is refused, known or not. Pure. Called by `door`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import parse_qs, unquote

KIB, MIB = 1 << 10, 1 << 20
READ = frozenset({"GET", "HEAD"})
_ID = r"[0-9A-Za-z-]{1,64}"
_JSON = frozenset({"application/json"})
_HTML = frozenset({"text/html"})
_PICTURE = frozenset({"image/png", "image/svg+xml", "image/x-icon", "image/vnd.microsoft.icon"})

DATA_SUFFIXES = frozenset(
    (
        *(".parquet", ".feather", ".arrow", ".orc", ".avro", ".npy", ".npz", ".h5", ".hdf5", ".bin", ".dta"),
        *(".sav", ".xlsx", ".xls", ".xlsm", ".ods", ".docx", ".pptx", ".pdf", ".pickle", ".pkl", ".joblib"),
        *(".zip", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tar", ".tgz", ".db", ".sqlite", ".sqlite3"),
        ".duckdb",
    )
)
"""Files that are shown to nobody: what is in them can leave through the egress gate alone."""
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"})


@dataclass(frozen=True, slots=True)
class Route:
    """One allowed kind of request: its methods, the bytes of the largest answer, the answer's types."""

    pattern: re.Pattern[str]
    methods: frozenset[str]
    most: int
    types: frozenset[str]


def _route(pattern: str, methods: str, *, most: int = 64 * KIB, types: frozenset[str] = _JSON) -> Route:
    return Route(re.compile(pattern), frozenset(methods.split()), most, types)


ROUTES = (
    _route(r"lab(/tree/.*|/workspaces/.*|/)?", "GET HEAD", most=256 * KIB, types=_HTML),
    _route(r"lab/api/settings(/.*)?", "GET PUT", most=MIB),
    _route(r"lab/api/workspaces(/.*)?", "GET PUT DELETE", most=256 * KIB),
    _route(r"api/contents(/.*)?", "GET PUT POST PATCH DELETE", most=MIB),
    _route(rf"api/kernels(/{_ID}(/(interrupt|restart))?)?", "GET POST DELETE"),
    _route(rf"api/sessions(/{_ID})?", "GET POST PATCH DELETE"),
    _route(r"api/kernelspecs(/[0-9A-Za-z._-]{1,64})?", "GET"),
    _route(r"kernelspecs/[0-9A-Za-z._-]{1,64}/logo-[0-9a-z]{2,8}\.(png|svg)", "GET", types=_PICTURE),
    _route(r"api/?|api/me|api/status", "GET"),
)
"""Every request that a seat's notebook server is asked over HTTP."""

KERNEL_CHANNEL = re.compile(rf"api/kernels/({_ID})/channels")


def route_for(method: str, path: str, query: str = "") -> Route | None:
    """Return the route of a request below the seat's own prefix, or None if it may not pass.

    `path` as it stands in the request line, without the prefix.
    """
    plain = unquote(path)
    if not _plain(path, plain):
        return None
    for route in ROUTES:
        if method in route.methods and route.pattern.fullmatch(plain):
            return route if _may_be_read(plain, query) else None
    return None


def _plain(path: str, decoded: str) -> bool:
    """Return whether the path means one thing only: no climbing, no hidden slash, no control letter."""
    lowered = path.lower()
    hidden = "%2f" in lowered or "%5c" in lowered or "\\" in decoded or "%" in decoded
    climbing = any(part in ("..", ".") for part in decoded.split("/")) or "//" in decoded
    return not hidden and not climbing and decoded.isprintable()


def _may_be_read(plain: str, query: str) -> bool:
    """Return whether a request for a file asks for text or a picture, and not for bytes of data."""
    if not plain.startswith("api/contents/"):
        return True
    suffix = PurePosixPath(plain).suffix.lower()
    if suffix in DATA_SUFFIXES:
        return False
    return "base64" not in parse_qs(query).get("format", []) or suffix in PICTURE_SUFFIXES
