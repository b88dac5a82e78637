"""Published lists: the target's URL is a document (xlsx, docx …) or an HTML page that links to documents."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from crawlers.lists import ListError
from crawlers.lists import read_list as read_document
from crawlers.page import link
from crawlers.platforms import Ask, Listing, Reading
from crawlers.records import Fault

if TYPE_CHECKING:
    from crawlers.page import Page
    from crawlers.targets import Target

READING: tuple[str, ...] = ()
PROBES = ("",)
DOCUMENTS = (".xlsx", ".xls", ".docx", ".doc", ".pdf", ".odt", ".ods")
_MAGIC = (b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")


def first(target: Target) -> Ask:
    """Ask for the document or the page of documents."""
    return Ask(target.url)


def recognise(page: Page) -> str | None:
    """Known where the address is a document itself; a page of links says too little of who made it."""
    return "địa chỉ là một văn bản đã công khai" if page.body.startswith(_MAGIC) else None


def read_list(page: Page, ask: Ask, seen: int) -> Listing:
    """Return the documents: the answer itself, or those its links lead to."""
    del seen
    if page.body.startswith(_MAGIC):
        return Listing((ask,))
    links = [link(ask.url, anchor.attributes.get("href")) for anchor in page.tree().css("a[href]")]
    found = dict.fromkeys(url.split("#")[0] for url in links if urlsplit(url).path.lower().endswith(DOCUMENTS))
    if not found:
        raise page.changed("liên kết tới văn bản", "trang không phải văn bản và không dẫn tới văn bản nào")
    return Listing(tuple(Ask(url) for url in found))


def read_detail(page: Page, ask: Ask) -> Reading:
    """Read one document; rows that cannot be read are faults, an unreadable document is one fault."""
    name = re.sub(r"[^\w.-]", "_", PurePosixPath(unquote(urlsplit(ask.url).path)).name)[-80:].lstrip(".") or "danh-sach"
    if not name.lower().endswith(DOCUMENTS):
        name += _suffix(page.body)
    with TemporaryDirectory(prefix="soat-") as folder:
        path = Path(folder) / name
        path.write_bytes(page.body)
        try:
            found = read_document(path)
        except ListError as error:
            return Reading((), (Fault("list", ask.url, str(error).replace(str(path), ask.url)),))
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
