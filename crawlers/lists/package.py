"""Opening Office files (ZIP packages of XML) that may be broken or hostile: every limit is checked before a library loads a part."""

from __future__ import annotations

import errno
import struct
import zipfile
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING
from xml.parsers import expat

from crawlers.lists.grid import ListError
from crawlers.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_MEMBERS = 10_000
MAX_RATIO = 200
MAX_ELEMENTS = 5_000_000

_CHUNK = 1 << 16
_MAX_DIRECTORY = 4 << 20
_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x07"
_CELLS = frozenset({"c", "si", "tc"})


@contextmanager
def open_package(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP package after checking its directory: number of members, declared size and ratio.

    Raises:
        ListError: damaged, encrypted, or larger unpacked than `max_file` or MAX_RATIO times its size.

    """
    try:
        _check_directory(path)
        with zipfile.ZipFile(path) as package:
            _check_members(path, package)
            yield package
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ListError(f"{path}: tệp bị cắt cụt hoặc hỏng ({error}); tải lại từ nguồn rồi thử lại") from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a damaged directory sends the library to before the file's start
            raise
        raise ListError(f"{path}: tệp bị cắt cụt hoặc hỏng ({error}); tải lại từ nguồn rồi thử lại") from error


def check_part(path: Path, name: str, stream: IO[bytes], check: PartCheck, copy: IO[bytes] | None = None) -> None:
    """Stream one XML part through its checks in little memory, writing what was checked to `copy`.

    Raises:
        ListError: a cell or token longer than `max_cell`, a DTD, too many elements, or XML that cannot be parsed.

    """
    parser = expat.ParserCreate()
    parser.StartElementHandler = check.start
    parser.EndElementHandler = check.end
    parser.CharacterDataHandler = check.characters
    parser.StartDoctypeDeclHandler = check.doctype
    fed = 0
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
            fed += len(chunk)
            # An unfinished token (an attribute of 200 MB) is held whole by the parser; character data is not.
            if fed - max(parser.CurrentByteIndex, 0) > 4 * settings().max_cell:
                raise check.too_long()
            if copy is not None:
                copy.write(chunk)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, ListError):
            raise
        raise ListError(
            f"{path}: phần {name} không phải XML đúng ({error}): tệp hỏng hoặc sai bảng mã; "
            "mở bằng Word hoặc Excel, lưu lại rồi thử lại"
        ) from error


class PartCheck:
    """Follows one XML part: no DTD, a bounded number of elements, no cell (or text outside cells) longer than `max_cell`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.longest = settings().max_cell
        self.length = 0
        self.elements = 0
        self._inside = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """See an element begin."""
        del attributes
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise ListError(f"{self.path}: tệp có hơn {MAX_ELEMENTS:,} phần tử XML, quá lớn để đọc; tách nhỏ tệp")
        if not self._inside:
            self.length = 0
        if local_name(tag) in _CELLS:
            self._inside += 1

    def end(self, tag: str) -> None:
        """See an element end."""
        if local_name(tag) in _CELLS:
            self._inside -= 1

    def characters(self, text: str) -> None:
        """See a piece of text."""
        self.length += len(text)
        if self.length > self.longest:
            raise self.too_long()

    def doctype(self, *_: object) -> None:
        """Refuse a DTD: Office never writes one, and entities multiply."""
        raise ListError(
            f"{self.path}: tệp chứa khai báo DTD (thực thể XML), có thể gây hại nên không đọc; lưu lại bằng Word hoặc Excel"
        )

    def too_long(self) -> ListError:
        """Return (not raise) the error for a cell that is too long."""
        return ListError(
            f"{self.path}: có ô dài hơn {self.longest:,} ký tự, không phải danh mục thật; xóa ô đó hoặc tăng SOAT_MAX_CELL"
        )


def local_name(tag: str) -> str:
    """Return an XML name without its prefix or {namespace}."""
    return tag.rpartition("}")[2].rpartition(":")[2]


def _check_directory(path: Path) -> None:
    """Check how long the directory is before zipfile loads it whole."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - (1 << 16) - 42))
        tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + 22:
        raise zipfile.BadZipFile("không thấy phần kết của tệp nén")
    members, length = struct.unpack_from("<HI", tail, end + 10)
    if members > MAX_MEMBERS or length > _MAX_DIRECTORY or tail[max(0, end - 20) : end].startswith(_END_64):
        raise ListError(
            f"{path}: tệp nén có quá nhiều thành phần (hơn {MAX_MEMBERS:,}), không phải văn bản Office thường; không đọc"
        )


def _check_members(path: Path, package: zipfile.ZipFile) -> None:
    infos = package.infolist()
    if len(infos) > MAX_MEMBERS:
        raise ListError(f"{path}: tệp nén có {len(infos):,} thành phần, quá giới hạn {MAX_MEMBERS:,}; không đọc")
    if any(info.flag_bits & 1 for info in infos):
        raise ListError(f"{path}: tệp nén đặt mật khẩu nên không đọc được; bỏ mật khẩu rồi lưu lại")
    unpacked, packed = sum(info.file_size for info in infos), path.stat().st_size
    if unpacked > settings().max_file or unpacked > MAX_RATIO * packed:
        raise ListError(
            f"{path}: bung ra {unpacked:,} byte từ {packed:,} byte (giới hạn {settings().max_file:,} byte và {MAX_RATIO} lần), "
            "có dấu hiệu bom nén nên không đọc; kiểm tra nguồn tệp"
        )
