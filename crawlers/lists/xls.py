"""Published lists as workbooks of Excel 97–2003 (.xls): the records are checked before the library sees them."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

from python_calamine import CalamineWorkbook

from crawlers.lists.compound import read_streams
from crawlers.lists.grid import MAX_CELLS, ListError, Table
from crawlers.lists.sheets import library_refusals, sheet_tables
from crawlers.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SECTOR = 4096

# Records of BIFF8, after [MS-XLS].
_BOF, _FILE_PASSWORD, _CONTINUE, _SHARED_TEXTS, _SHARED_TEXT = 0x809, 0x2F, 0x3C, 0xFC, 0xFD
_MULTIPLE_NUMBERS, _MULTIPLE_BLANKS = 0xBD, 0xBE
_CELLS = frozenset({0x06, 0x201, 0x203, 0x204, 0x205, 0x27E, 0xD6, _SHARED_TEXT, _MULTIPLE_NUMBERS, _MULTIPLE_BLANKS})


def read_tables(path: Path) -> list[Table]:
    """Return every sheet of the workbook as one table, hidden ones marked.

    Raises:
        ListError: the workbook is damaged, hostile, under a password, or too large.

    """
    streams = read_streams(path, "Workbook", "Book")
    _check(path, streams.get("Workbook") or streams["Book"])
    content = path.read_bytes()
    content += bytes(-len(content) % _SECTOR)  # the library breaks off where the last sector is not whole
    with library_refusals(path), CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        return sheet_tables(path, workbook)


def _check(path: Path, stream: bytes) -> None:
    """Bound what the library allocates: the area of all sheets, and shared texts that are repeated."""
    area = height = width = text = 0
    shared: list[int] = []
    for kind, content in _records(stream):
        if kind == _FILE_PASSWORD:
            raise ListError(f"{path}: tệp đặt mật khẩu nên không đọc được; mở bằng Excel, bỏ mật khẩu rồi lưu lại")
        if kind == _BOF:
            area, height, width = area + height * width, 0, 0
        elif kind == _SHARED_TEXTS:
            shared = _lengths(content)
        elif kind in _CELLS and len(content) >= 6:
            row, column = struct.unpack_from("<HH", content)
            if kind in {_MULTIPLE_NUMBERS, _MULTIPLE_BLANKS}:
                column = max(column, struct.unpack_from("<H", content, len(content) - 2)[0])
            height, width = max(height, row + 1), max(width, column + 1)
            if area + height * width > MAX_CELLS:
                raise ListError(
                    f"{path}: các trang tính trải tới dòng {height:,}, cột {width:,}: quá rộng; "
                    "xóa các ô lẻ nằm ngoài bảng rồi lưu lại"
                )
            if kind == _SHARED_TEXT and len(content) >= 10:
                index = struct.unpack_from("<I", content, 6)[0]
                text += shared[index] if index < len(shared) else 0
    if text > settings().max_file:
        raise ListError(
            f"{path}: chữ trong bảng tính bung ra {text:,} ký tự, quá giới hạn {settings().max_file:,}; tách nhỏ tệp"
        )


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of each record; shared texts with what continues them."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        content = stream[at + 4 : at + 4 + length]
        at += 4 + length
        if kind == _SHARED_TEXTS:
            pieces = [content]
            while stream[at : at + 2] == b"\x3c\x00":
                length = int.from_bytes(stream[at + 2 : at + 4], "little")
                pieces.append(stream[at + 4 : at + 4 + length])
                at += 4 + length
            content = b"".join(pieces)
        yield kind, content


def _lengths(content: bytes) -> list[int]:
    """Return how long each shared text is at most; the flags where a record continues make little difference."""
    lengths: list[int] = []
    at = 8
    while at + 3 <= len(content):
        count, flags = struct.unpack_from("<HB", content, at)
        lengths.append(count)
        at += 3
        runs, extra = 0, 0
        if flags & 8:
            runs = int.from_bytes(content[at : at + 2], "little")
            at += 2
        if flags & 4:
            extra = int.from_bytes(content[at : at + 4], "little")
            at += 4
        at += count * (2 if flags & 1 else 1) + 4 * runs + extra
    return lengths
