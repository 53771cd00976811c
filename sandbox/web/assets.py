"""Style sheets, scripts and icons: our own from the package, others' from the folder of packages, by name.

Only the files named here are ever served. All may be kept by browsers for a year: addresses carry a version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from sandbox.kernel.errors import NotFoundError
from sandbox.web.language import word
from sandbox.web.options import Options

OWN = {"console.css": "text/css", "console.js": "text/javascript", "icons.svg": "image/svg+xml"}
VENDOR = {
    "tabler.min.css": ("@tabler/core/dist/css/tabler.min.css", "text/css"),
    "htmx.min.js": ("htmx.org/dist/htmx.min.js", "text/javascript"),
}
LONG = "public, max-age=31536000, immutable"


def own_digests() -> Iterator[str]:
    """Yield the digests of our own files, from which their version is made."""
    for name in OWN:
        yield hashlib.sha256(files("sandbox.web").joinpath("static", name).read_bytes()).hexdigest()


def router(options: Options) -> APIRouter:
    """Return the routes of everything that is no page."""
    routes = APIRouter(include_in_schema=False)

    def vendor(name: str) -> Response:
        place, kind = VENDOR.get(name, ("", ""))
        path = Path(options.assets, place)
        if not place or not path.is_file():
            raise NotFoundError(word("没有这个文件"))
        return FileResponse(path, media_type=kind, headers={"Cache-Control": LONG})

    def own(name: str) -> Response:
        if name not in OWN:
            raise NotFoundError(word("没有这个文件"))
        data = files("sandbox.web").joinpath("static", name).read_bytes()
        return Response(data, media_type=OWN[name], headers={"Cache-Control": LONG})

    routes.add_api_route("/static/vendor/{name}", vendor, methods=["GET"])
    routes.add_api_route("/static/{name}", own, methods=["GET"])
    return routes
