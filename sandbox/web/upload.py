"""Files on their way in: streamed to a private folder, counted, never held in memory, removed afterwards.

Fields beside the files are read as text. Whether a file may be delivered or attached the use cases ask.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from sandbox.kernel.errors import InputError
from sandbox.web.language import word

_MOST_FIELD, _MOST_FIELDS = 64 << 10, 2 << 20
_BAD = re.compile(r"[\x00-\x1f\x7f/\\]")


@dataclass(slots=True)
class Upload:
    """The fields of the form, and the files where they lie."""

    folder: Path
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)

    @property
    def file(self) -> Path | None:
        """Return the first file, if any was sent."""
        return self.files[0] if self.files else None

    @property
    def filled(self) -> tuple[Path, ...]:
        """Return the files that have something in them: a field left empty sends a file without bytes."""
        return tuple(one for one in self.files if one.stat().st_size)

    def remove(self) -> None:
        """Remove the folder with the plain file in it."""
        shutil.rmtree(self.folder, ignore_errors=True)


class _Parts:
    """Callbacks of the parser: headers of a part, its data, its end."""

    def __init__(self, upload: Upload, most: int) -> None:
        self.upload, self.most = upload, most
        self._name = self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._field, self._text = "", bytearray()
        self._stream: IO[bytes] | None = None
        self._skipped = self.ended = False
        self._read = 0

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def on_part_begin(self) -> None:
        self._headers, self._text, self._stream = {}, bytearray(), None

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._field = options.get(b"name", b"").decode("utf-8", "replace")
        self._skipped = b"filename" in options and not self.most
        if b"filename" not in options or self._skipped:
            return
        if len(self.upload.files) >= self.most:
            raise InputError(word("一次选的文件过多：请分几次"))
        place = self.upload.folder / str(len(self.upload.files))
        place.mkdir(mode=0o700)
        path = place / plain_name(options[b"filename"].decode("utf-8", "replace"))
        self.upload.files.append(path)
        self._stream = path.open("xb")

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._stream is not None:
            self._stream.write(data[start:end])
        if self._stream is not None or self._skipped:
            return
        self._text += data[start:end]
        self._read += end - start
        if len(self._text) > _MOST_FIELD or self._read > _MOST_FIELDS:
            raise InputError(word("表单里的一项过长"))

    def on_part_end(self) -> None:
        if self._stream is not None:
            self._stream.close()
        if self._stream is not None or self._skipped:
            return
        text = self._text.decode("utf-8", "replace")
        self.upload.fields[self._field] = (*self.upload.fields.get(self._field, ()), text)

    def on_end(self) -> None:
        self.ended = True


def plain_name(name: str) -> str:
    """Return a file's name without path or control signs; a name that is none becomes `upload`."""
    kept = _BAD.sub("_", PurePosixPath(name.replace("\\", "/")).name).strip()[:120]
    return kept if kept.strip("._ ") else "upload"


async def received(chunks: AsyncIterator[bytes], content_type: str, *, place: Path, most: int = 1) -> Upload:
    """Return the upload, its files under a fresh private folder of `place`; `InputError` for a torn form.

    At most `most` files; with 0 only the fields are kept. The caller removes it. Nothing stays when it fails.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise InputError(word("请用页面上的表单选择文件"))
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    upload = Upload(Path(tempfile.mkdtemp(prefix=".upload-", dir=place)))
    parts = _Parts(upload, most)
    names = (
        "on_part_begin",
        "on_header_field",
        "on_header_value",
        "on_header_end",
        "on_headers_finished",
        "on_part_data",
        "on_part_end",
        "on_end",
    )
    parser = MultipartParser(boundary, {name: getattr(parts, name) for name in names})  # type: ignore[arg-type]
    try:
        async for chunk in chunks:
            parser.write(chunk)
        parser.finalize()
        if not parts.ended:
            raise InputError(word("文件没有传完：请重新上传"))
    except FormParserError:
        upload.remove()
        raise InputError(word("表单读不懂：请在页面上重新选择文件")) from None
    except BaseException:  # an upload broken off by the browser ends here too, and must leave nothing
        upload.remove()
        raise
    return upload
