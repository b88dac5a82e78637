"""What kind of file it is, told by its content: names lie, and portals save error pages as .xlsx."""

from __future__ import annotations

import mmap
import re
from typing import TYPE_CHECKING

from crawlers.lists.encodings import decode
from crawlers.lists.grid import ListError
from crawlers.lists.package import open_package
from crawlers.settings import settings

if TYPE_CHECKING:
    import zipfile
    from pathlib import Path

# The kinds that can be told apart, with the words that tell a person what was found; which of them can be read depends
# only on whether a reader of that name stands in this folder.
KINDS = {
    "xlsx": "bảng tính Excel (.xlsx)",
    "docx": "văn bản Word (.docx)",
    "xls": "bảng tính Excel 97–2003 (.xls)",
    "doc": "văn bản Word 97–2003 (.doc)",
    "xlsb": "bảng tính Excel nhị phân (.xlsb)",
    "ods": "bảng tính OpenDocument (.ods)",
    "odt": "văn bản OpenDocument (.odt)",
    "pdf": "tệp PDF",
    "html": "trang HTML (có thể là trang báo lỗi được lưu thành tệp)",
    "mhtml": "trang web một tệp (.mht)",
    "rtf": "văn bản RTF",
    "image": "tệp ảnh",
    "wordxml": "văn bản Word 2003 dạng XML",
    "xml": "tệp XML",
    "text": "văn bản thuần",
    "zip": "tệp nén ZIP không phải văn bản Word hay Excel",
    "ole": "tệp OLE không phải văn bản Word hay Excel",
    "unknown": "dữ liệu không rõ định dạng",
}

_MAGIC = (
    (b"%PDF", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\xff\xd8\xff", "image"),
    (b"\x89PNG", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(r"<!doctype html|<html|<head|<body|<table", re.IGNORECASE)
_ENVELOPE = re.compile(r"(?:mime-version|from|subject|date|content-type|snapshot-content-location):", re.IGNORECASE)
_WORD_XML = "http://schemas.microsoft.com/office/word/2003/wordml"


def kind_of(path: Path) -> str:
    """Return the key of KINDS that the file's content shows.

    Raises:
        ListError: unreadable, empty, too large, password-protected or damaged beyond telling what it is.

    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise ListError(f"{path}: không đọc được tệp ({error.strerror}); kiểm tra đường dẫn và quyền đọc") from error
    if not size:
        raise ListError(f"{path}: tệp rỗng (0 byte); tải lại từ nguồn")
    if size > settings().max_file:
        raise ListError(
            f"{path}: tệp dài {size:,} byte, quá giới hạn {settings().max_file:,}; tách nhỏ tệp hoặc tăng SOAT_MAX_FILE"
        )
    if head.startswith(_OLE):
        return _ole_kind(path)
    if head.startswith(b"PK"):
        return _zip_kind(path)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return _text_kind(head)


def _ole_kind(path: Path) -> str:
    def has(stream: str) -> bool:
        return content.find(stream.encode("utf-16-le")) >= 0

    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if has("EncryptedPackage"):
            raise ListError(
                f"{path}: tệp đặt mật khẩu nên không đọc được; mở bằng Word hoặc Excel, bỏ mật khẩu rồi lưu lại"
            )
        return "doc" if has("WordDocument") else "xls" if has("Workbook") or has("Book") else "ole"


def _zip_kind(path: Path) -> str:
    with open_package(path) as package:
        names = set(package.namelist())
        if "mimetype" in names:
            return _open_document_kind(package)
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    return "docx" if any(name.startswith("word/") for name in names) else "zip"


def _open_document_kind(package: zipfile.ZipFile) -> str:
    with package.open("mimetype") as file:
        media_type = file.read(100)
    return "ods" if b"spreadsheet" in media_type else "odt" if b"opendocument.text" in media_type else "zip"


def _text_kind(head: bytes) -> str:
    text = decode(head).lstrip("\ufeff \t\r\n")
    if _ENVELOPE.match(text) and re.search(r"^mime-version:", text, re.IGNORECASE | re.MULTILINE):
        return "mhtml"
    if text.startswith("<?xml") and (_WORD_XML in text or 'progid="Word.Document"' in text):
        return "wordxml"
    if _HTML.search(text):
        return "html"
    if text.startswith("<?xml"):
        return "xml"
    return "unknown" if "\0" in text or "\ufffd" in text else "text"
