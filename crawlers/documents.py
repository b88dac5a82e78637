"""One answer that is a document (xlsx, docx, pdf …) -> what its list of procedures gives; for every platform that meets documents."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from crawlers.lists import ListError, NoListError
from crawlers.lists import read_list as read_file
from crawlers.platforms import Ask, Reading
from crawlers.records import Fault

if TYPE_CHECKING:
    from crawlers.page import Page

ENDINGS = (".xlsx", ".xls", ".docx", ".doc", ".pdf", ".odt", ".ods")
NO_LIST = "no_list"
"""The kind of fault of a document that was read and holds no list of procedures."""
_MAGIC = (b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")


def is_document(body: bytes) -> bool:
    """Say whether a body is an office document or a PDF, by its first bytes."""
    return body.startswith(_MAGIC)


def leads_to_document(url: str) -> bool:
    """Say whether a URL's path ends as that of a document."""
    return urlsplit(url).path.lower().endswith(ENDINGS)


def read_document(page: Page, ask: Ask, suffix: str = "") -> Reading:
    """Read one document; rows that cannot be read are faults, an unreadable document is one fault.

    `suffix` is the ending of a page that is no office document (".html"); else its URL or its content tells.
    """
    name = re.sub(r"[^\w.-]", "_", PurePosixPath(unquote(urlsplit(ask.url).path)).name)[-80:].lstrip(".") or "danh-sach"
    if suffix or not name.lower().endswith(ENDINGS):
        name += suffix or _suffix(page.body)
    with TemporaryDirectory(prefix="soat-") as folder:
        path = Path(folder) / name
        path.write_bytes(page.body)
        try:
            found = read_file(path)
        except ListError as error:
            kind = NO_LIST if isinstance(error, NoListError) else "list"
            return Reading((), (Fault(kind, ask.url, str(error).replace(str(path), ask.url)),))
    faults = tuple(Fault(fault.kind, ask.url, fault.why.replace(str(path), ask.url)) for fault in found.faults)
    return Reading(found.records, faults)


def _suffix(body: bytes) -> str:
    """The ending a document's content deserves, where its URL has none; a download address often has none."""
    if body.startswith(b"%PDF"):
        return ".pdf"
    if body.startswith(b"\xd0\xcf\x11\xe0"):
        return ".doc"
    try:
        names = zipfile.ZipFile(io.BytesIO(body)).namelist()
    except zipfile.BadZipFile:
        return ""
    return next(
        (suffix for start, suffix in (("word/", ".docx"), ("xl/", ".xlsx")) if any(n.startswith(start) for n in names)),
        ".zip",
    )
