"""Published lists: the target's URL is a document (xlsx, docx …) or an HTML page that links to documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.documents import is_document, leads_to_document, read_document
from crawlers.page import link
from crawlers.platforms import Ask, Listing, Reading

if TYPE_CHECKING:
    from crawlers.page import Page
    from crawlers.targets import Target

TITLE = "Văn bản hoặc trang dẫn tới văn bản đã công khai"
READING: tuple[str, ...] = ()
PROBES = ("",)


def first(target: Target) -> Ask:
    """Ask for the document or the page of documents."""
    return Ask(target.url)


def recognise(page: Page) -> str | None:
    """Known where the address is a document itself; a page of links says too little of who made it."""
    return "địa chỉ là một văn bản đã công khai" if is_document(page.body) else None


def read_list(page: Page, ask: Ask, seen: int) -> Listing:
    """Return the documents: the answer itself, or those its links lead to."""
    del seen
    if is_document(page.body):
        return Listing((ask,))
    links = [link(ask.url, anchor.attributes.get("href")) for anchor in page.tree().css("a[href]")]
    found = dict.fromkeys(url.split("#")[0] for url in links if leads_to_document(url))
    if not found:
        raise page.changed("liên kết tới văn bản", "trang không phải văn bản và không dẫn tới văn bản nào")
    return Listing(tuple(Ask(url) for url in found))


def read_detail(page: Page, ask: Ask) -> Reading:
    """Read one document; rows that cannot be read are faults, an unreadable document is one fault."""
    return read_document(page, ask)
