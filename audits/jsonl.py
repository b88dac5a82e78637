"""Reading JSON lines, plain or gzip, with bounded memory and errors that name the file and the line."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Parsed = TypeVar("Parsed")

MAX_LINE = 16 * 2**20
_LISTS = "đọc danh mục đã công bố bằng `soat read` trước"
_UTF8 = "lưu lại tệp bằng bảng mã UTF-8"
_OTHER_KINDS = {
    b"%PDF": ("PDF", _LISTS),
    b"PK\x03\x04": ("ZIP (XLSX, DOCX …)", _LISTS),
    b"\xd0\xcf\x11\xe0": ("Word hoặc Excel cũ (OLE)", _LISTS),
    b"\xff\xfe": ("văn bản UTF-16", _UTF8),
    b"\xfe\xff": ("văn bản UTF-16", _UTF8),
    b"<!DO": ("HTML", _LISTS),
    b"<htm": ("HTML", _LISTS),
}


class InputError(ValueError):
    """An input that cannot be read at all; one line that says which file, which line, and what to do."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no record, and why."""

    why: str


def read_objects(
    path: Path, progress: Callable[[int], None] | None = None
) -> Iterator[tuple[int, dict[str, Any] | BadLine]]:
    """Yield (0-based line, object or BadLine) for every non-empty line; `progress` gets the bytes read from disk so far.

    Raises:
        InputError: the file is missing, of another kind, in another encoding, or its compressed data is damaged.

    """
    return read_lines(path, json_object, progress)


def read_lines(
    path: Path, parse: Callable[[bytes], Parsed | BadLine], progress: Callable[[int], None] | None = None
) -> Iterator[tuple[int, Parsed | BadLine]]:
    """Yield (0-based line, what `parse` made of its bytes) for every non-empty line, else as `read_objects`."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
            file.seek(0)
            for magic, (kind, mend) in _OTHER_KINDS.items():
                if head.lower().startswith(magic.lower()):
                    raise InputError(f"{path}: là tệp {kind}, không phải JSONL; {mend}")
            stream: BinaryIO = gzip.GzipFile(fileobj=file) if head[:2] == b"\x1f\x8b" else file  # type: ignore[assignment]
            first_bad: BadLine | None = None
            good = False
            for number, line in enumerate(_lines(stream)):
                if isinstance(line, BadLine) or not line.isspace():
                    if number == 0 and isinstance(line, bytes):
                        line = line.removeprefix(b"\xef\xbb\xbf")  # noqa: PLW2901
                    item = line if isinstance(line, BadLine) else parse(line)
                    first_bad = first_bad or (item if isinstance(item, BadLine) else None)
                    good = good or not isinstance(item, BadLine)
                    yield number, item
                if progress is not None and number % 256 == 0:
                    progress(file.tell())
            if first_bad is not None and not good:
                raise InputError(
                    f"{path}: không dòng nào đọc được ({first_bad.why}); {_UTF8}, mỗi dòng một đối tượng JSON"
                )
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{path}: dữ liệu nén bị cắt cụt hoặc hỏng; tải lại tệp") from error
    except OSError as error:
        raise InputError(
            f"{path}: không đọc được ({error.strerror or error}); kiểm tra đường dẫn và quyền đọc"
        ) from error


def _lines(stream: BinaryIO) -> Iterator[bytes | BadLine]:
    while line := stream.readline(MAX_LINE):
        if len(line) < MAX_LINE or line.endswith(b"\n"):
            yield line
            continue
        while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
            pass
        yield BadLine(f"dòng dài quá {MAX_LINE // 2**20} MiB")


def json_object(line: bytes) -> dict[str, Any] | BadLine:
    """Return the JSON object of one line, or why there is none."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return BadLine(f"không phải JSON hợp lệ bằng UTF-8 ({error})")
    return value if isinstance(value, dict) else BadLine("không phải một đối tượng JSON")
