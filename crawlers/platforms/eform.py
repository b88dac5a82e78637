"""The "/nop-ho-so" e-form portals: a React app whose list is a table with a button a row, whose details are a dialog of labels.

Where the server sends the list itself it is read as it comes; where it sends the app's shell only, a browser is asked.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from crawlers.page import Field, Values, key_of, link, read_table
from crawlers.platforms import Ask, Listing, Reading
from crawlers.sections import UNREAD, children, label_rows, own_rows, read_sections, require, words_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

    from crawlers.page import Page, Section
    from crawlers.targets import Target

TITLE = "Cổng nộp hồ sơ trực tuyến /nop-ho-so"
READING: tuple[str, ...] = ()
RENDERED = True
LIST = "danh-sach-thu-tuc"
DETAIL = "/nop-ho-so/"
PROBES = ("", LIST)
HEADING = "Danh sách thủ tục hành chính"
DIALOG = "thông tin chung"
SECTIONS = require("code", "name", "agency", "documents")
COLUMNS = (
    Field("number", ("STT", "TT", "#")),
    Field("code", ("Mã thủ tục", "Mã TTHC", "Mã số")),
    Field("name", ("Tên thủ tục", "Tên thủ tục hành chính", "Tên TTHC", "Thủ tục"), required=True),
    Field("sector", ("Lĩnh vực",)),
    Field("agency", ("Cơ quan thực hiện", "Cơ quan", "Đơn vị thực hiện")),
    Field("service_level", ("Mức độ", "Mức độ DVC", "Mức độ trực tuyến", "Loại dịch vụ")),
    Field("action", ("Thao tác", "Hành động", "Chức năng", "")),
)
KNOWN = ("code", "name", "sector", "agency", "service_level")

_DETAIL = re.compile(r"/nop-ho-so/(\d+)")
_SHELL = re.compile(rb'<div id="(root|app|__next)">\s*(<noscript>.*?</noscript>)?\s*</div>', re.DOTALL)
_TOTAL = re.compile(r"(?:tổng số|tổng cộng|tất cả)\D{0,20}(\d[\d.]*)|(\d[\d.]*)\s*thủ tục", re.IGNORECASE)
_COUNTED = "[class*=pagination-total], [class*=tong-so], [class*=total]"
_PAGERS = "[class*=pagination]"


def first(target: Target) -> Ask:
    """Ask for the list."""
    base = target.url if target.url.endswith("/") else f"{target.url}/"
    return Ask(target.url if urlsplit(target.url).path.rstrip("/").endswith(LIST) else base + LIST)


def recognise(page: Page) -> str | None:
    """Known by the list's title over rows that lead to an e-form, or by an app's shell that names the family's paths."""
    if HEADING.encode() in page.body and b"/nop-ho-so" in page.body:
        return "trang “Danh sách thủ tục hành chính” dẫn tới /nop-ho-so"
    if _SHELL.search(page.body) and b"nop-ho-so" in page.body:
        return "vỏ ứng dụng có đường dẫn nop-ho-so"
    return None


def read_list(page: Page, ask: Ask, seen: int) -> Listing:
    """Read one page of the list; of an app's shell, ask a browser for the same."""
    if not ask.rendered and _SHELL.search(page.body):
        return Listing((), None, replace(ask, rendered=True))
    tree = page.tree()
    for row in tree.css("tr.ant-table-measure-row, tr.ant-table-placeholder"):
        row.decompose()
    entries = tuple(entry for table in _tables(tree) for entry in _entries(page, table, ask))
    if not entries:
        raise page.changed(HEADING, f"không có thủ tục nào (đã thấy {seen})")
    seen += len(entries)
    total = _total(tree)
    following = None if total is not None and seen >= total else _following(page, tree, ask)
    if following is None and total is not None and seen < total:
        raise page.changed("phân trang", f"mới có {seen} trên {total} thủ tục mà không có trang sau")
    return Listing(entries, total, following)


def beside(page: Page, ask: Ask) -> tuple[Ask, ...]:
    """Return the request to a browser, where the server sent the app's shell only."""
    return (replace(ask, rendered=True),) if not ask.rendered and _SHELL.search(page.body) else ()


def read_detail(page: Page, ask: Ask) -> Reading:
    """Read the dialog "Thông tin chung" of one procedure."""
    shown = page.beside[0] if page.beside else page
    values = Values()
    found = _dialog(shown)
    return Reading((read_sections(shown, found, SECTIONS, UNREAD, values, url=ask.url, timed=True, known=ask.known),))


# --- the list -----------------------------------------------------------------------------------------------------


def _tables(tree: LexborHTMLParser) -> list[LexborNode]:
    """The tables with a row that leads to an e-form."""
    return [table for table in tree.css("table") if any(_number(row) for row in own_rows(table))]


def _entries(page: Page, table: LexborNode, ask: Ask) -> list[Ask]:
    found: list[Ask] = []
    for row in read_table(page, table, HEADING, COLUMNS):
        if row.title is not None:
            continue  # a sector above its rows
        line = row.cells["name"].parent
        number = None if line is None else _number(line)
        if number is None:
            raise page.changed(f"{HEADING}, hàng {row.number}", "không có nút “Nộp hồ sơ” dẫn tới thủ tục")
        known = {to: words for to in KNOWN if to in row.cells and (words := words_of(row.cells[to]))}
        if "name" not in known:
            raise page.changed(f"{HEADING}, hàng {row.number}", "thiếu tên thủ tục")
        found.append(Ask(link(ask.url, f"{_below(ask.url)}{DETAIL}{number}"), known=known, rendered=ask.rendered))
    return found


def _number(row: LexborNode) -> str | None:
    """The number of the procedure a row is about: in its link, or in the key that the app gives the row."""
    for anchor in row.css("a[href]"):
        match = _DETAIL.search(anchor.attributes.get("href") or "")
        if match:
            return match[1]
    key = row.attributes.get("data-row-key") or ""
    return key if key.isdigit() else None


def _below(url: str) -> str:
    """The path that the app stands under."""
    return urlsplit(url).path.partition(f"/{LIST}")[0].rstrip("/")


def _total(tree: LexborHTMLParser) -> int | None:
    for node in tree.css(_COUNTED):
        match = _TOTAL.search(words_of(node))
        if match:
            return int((match[1] or match[2]).replace(".", ""))
    return None


def _following(page: Page, tree: LexborHTMLParser, ask: Ask) -> Ask | None:
    """The next page as the pager gives it; None: this is the last, or there is no pager.

    Raises:
        PageChanged: the pager goes on, but only by a click.

    """
    asked = parse_qs(urlsplit(ask.url).query).get("page", ["1"])[0]
    here = int(asked) if asked.isdigit() else 1
    for box in tree.css(_PAGERS):
        for anchor in box.css("a[href]"):
            address = link(ask.url, anchor.attributes.get("href"))
            if address and parse_qs(urlsplit(address).query).get("page") == [str(here + 1)]:
                return Ask(address, rendered=ask.rendered)
        for step in box.css("li[class*=next]"):
            marks = f"{step.attributes.get('class')} {step.attributes.get('aria-disabled')}"
            if "disabled" not in marks and "true" not in marks:
                raise page.changed("phân trang", "trang sau chỉ mở được bằng cách bấm, không có địa chỉ")
    return None


# --- the dialog ---------------------------------------------------------------------------------------------------


def _dialog(page: Page) -> list[Section]:
    """The labelled parts of the dialog, which stands at the end of the body; other dialogs are left alone."""
    tree = page.tree()
    for box in tree.css("[role=dialog], .ant-modal, .modal"):
        title = box.css_first("[class*=modal-title], h4, h5")
        if title is None or key_of(words_of(title)) != DIALOG:
            continue
        tables = [table for table in box.css("table") if any(_is_label(row) for row in own_rows(table))]
        outer = [table for table in tables if not any(_holds(other, table) for other in tables)]
        found = [section for table in outer for section in label_rows(page, table)]
        if found:
            return found
        raise page.changed("Thông tin chung", "hộp thoại không có bảng nhãn và nội dung")
    raise page.changed("Thông tin chung", "không có hộp thoại thông tin thủ tục")


def _is_label(row: LexborNode) -> bool:
    cells = children(row)
    return len(cells) >= 2 and len(cells) % 2 == 0 and "label" in (cells[0].attributes.get("class") or "")


def _holds(outer: LexborNode, inner: LexborNode) -> bool:
    return outer.mem_id != inner.mem_id and any(table.mem_id == inner.mem_id for table in outer.css("table"))
