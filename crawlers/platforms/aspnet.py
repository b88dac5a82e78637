"""ASP.NET portals: DotNetNuke, SharePoint and plain WebForms; lists in grids paged by link or `__VIEWSTATE`, details in label tables.

Of a WebForms page only the pager's own event is ever posted back, with the page's hidden state and nothing else: no button,
no filter, no row command. Such a post reads the next page of the list.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from crawlers.lists.headers import role_of
from crawlers.page import Section, Values, key_of, link
from crawlers.platforms import Ask, Listing, Reading
from crawlers.sections import LABELS, UNREAD, children, label_rows, own_rows, read_sections, require, words_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

    from crawlers.page import Page
    from crawlers.targets import Target

TITLE = "ASP.NET (DotNetNuke, SharePoint, WebForms)"
READING = (  # where such portals keep their list of procedures; a post anywhere else is refused
    "/bo-thu-tuc-hanh-chinh",
    "/Bo-thu-tuc-hanh-chinh",
    "/Bo-thu-tuc-hanh-chinh.aspx",
    "/BoThuTucHanhChinh.aspx",
    "/DanhSachThuTuc.aspx",
    "/danh-sach-thu-tuc.aspx",
    "/ThuTucHanhChinh.aspx",
    "/thu-tuc-hanh-chinh.aspx",
    "/tthc.aspx",
    "/TTHC.aspx",
    "/Default.aspx",
    "/default.aspx",
)
PROBES = ("", "Bo-thu-tuc-hanh-chinh", "dvc/Pages/default.aspx")
SECTIONS = require("code", "agency", "documents", "steps")
HIDDEN = ("__VIEWSTATE", "__VIEWSTATEGENERATOR", "__VIEWSTATEENCRYPTED", "__EVENTVALIDATION")
"""The state a page gives and takes back; nothing else of its form is sent."""

_DETAIL = re.compile(r"[?&]item_?id=\d+|/itemid/\d+", re.IGNORECASE)
_ELSEWHERE = re.compile(r"nop-?ho-?so|nop-?truc-?tuyen|dang-?nhap|login|dang-?ky|print|in-?trang", re.IGNORECASE)
_EVENT = re.compile(r"__doPostBack\(\s*['\"]([\w$]+)['\"]\s*,\s*['\"]([\w$]*)['\"]\s*\)")
_PAGE = re.compile(r"Page\$(\d+)")
_PAGER = re.compile(r"(^|\$)\w*pager\w*(\$|$)", re.IGNORECASE)
_TOTAL = re.compile(
    r"(?:tổng số|tìm thấy|tất cả)\D{0,30}?(\d[\d.]*)\s*(?:thủ tục|tthc|bản ghi|kết quả|mục)|(\d[\d.]*)\s+mục trong\s+\d+\s+trang",
    re.IGNORECASE,
)
_PAGER_NODES = "[class*=pager], [class*=Pager], [class*=rgNumPart], [class*=rgArrPart2], [id*=pager], [id*=Pager], [class*=phan-trang], [class*=pagination]"
_OF_SITE = re.compile(
    r"(cổng|trang) (dịch vụ công|thông tin)|(chi tiết |thông tin |nội dung )?thủ tục hành chính$|chi tiết thủ tục$|ủy ban nhân dân|ubnd|đăng nhập",
    re.IGNORECASE,
)
_LIST_NAMES = frozenset(
    {"bộ thủ tục hành chính", "danh sách thủ tục hành chính", "danh mục thủ tục hành chính", "danh sách thủ tục"}
)
_KNOWN = frozenset({"name", "code", "sector", "agency", "service_level"})
_LABELS = frozenset({key_of(label) for item in LABELS for label in item.at} | {key_of(label) for label in UNREAD})


def first(target: Target) -> Ask:
    """Ask for the target's address itself: the page of the list."""
    return Ask(target.url)


def recognise(page: Page) -> str | None:
    """Known by the marks that DotNetNuke, SharePoint and WebForms leave in every page."""
    for sign, name in (
        (b"DotNetNuke", "DotNetNuke"),
        (b"/DesktopModules/", "DotNetNuke"),
        (b"dnn_ctr", "DotNetNuke"),
        (b"_spPageContextInfo", "SharePoint"),
        (b"Microsoft SharePoint", "SharePoint"),
        (b"__VIEWSTATE", "ASP.NET WebForms (__VIEWSTATE)"),
    ):
        if sign in page.body:
            return f"trang mang dấu của {name}"
    return None


def read_list(page: Page, ask: Ask, seen: int) -> Listing:
    """Read one page of the grid; the next is a link, or the pager's event posted back with the page's state."""
    tree = page.tree()
    entries = _entries(page, tree, ask.url)
    total = _total(tree)
    if not entries and not seen and (way := _way_to_list(tree, ask)) is not None:
        return Listing((), None, way)
    if not entries:
        raise page.changed("bảng danh sách thủ tục", f"không có hàng nào dẫn tới chi tiết thủ tục (đã thấy {seen})")
    seen += len(entries)
    if total is not None and seen >= total:
        return Listing(tuple(entries), total)
    following = _following(page, tree, ask)
    if following is None and total is not None:
        raise page.changed("phân trang", f"mới có {seen} trên {total} thủ tục mà không có trang sau")
    return Listing(tuple(entries), total, following)


def read_detail(page: Page, ask: Ask) -> Reading:
    """Read one procedure's page: a table of labels and values, or rows of a label beside a value."""
    tree = page.tree()
    values = Values()
    found = _sections(page, tree)
    named = any(key_of(section.label) in _NAMES for section in found)
    if not named:
        values.put("name", _title(page, tree, ask.known.get("name")), "tiêu đề trang")
    return Reading((read_sections(page, found, SECTIONS, UNREAD, values, url=ask.url, timed=True, known=ask.known),))


_NAMES = frozenset(key_of(label) for item in LABELS if item.to == "name" for label in item.at)


# --- the list -----------------------------------------------------------------------------------------------------


def _entries(page: Page, tree: LexborHTMLParser, url: str) -> list[Ask]:
    """One request a row of the grid, with what the row says besides; a row that leads nowhere is no row of this grid."""
    found: dict[str, Ask] = {}
    for table in tree.css("table"):
        rows = own_rows(table)
        if not any(_detail_link(row, url) for row in rows):
            continue
        inside = [inner for inner in table.css("table") if inner.mem_id != table.mem_id]
        if any(_detail_link(row, url) for inner in inside for row in own_rows(inner)):
            continue  # a table that lays out the page: the grid stands inside
        header: list[str | None] = []
        for number, row in enumerate(rows, start=1):
            cells = [cell for cell in children(row) if cell.tag in {"td", "th"}]
            address = _detail_link(row, url)
            if address is not None:
                asked = Ask(address, known=_said(header, cells))
                found.setdefault(asked.key, asked)
            elif not found and not header and len(cells) > 1:
                header = [role.field if (role := role_of(words_of(cell))) else None for cell in cells]
                if "name" not in header:
                    raise page.changed("bảng danh sách thủ tục", "không có cột tên thủ tục")
            elif len(cells) > 1 and not row.css_first("table") and any(words_of(cell) for cell in cells):
                raise page.changed(f"bảng danh sách, hàng {number}", "không có liên kết tới chi tiết thủ tục")
    return list(found.values())


def _way_to_list(tree: LexborHTMLParser, ask: Ask) -> Ask | None:
    """The list's own address, where a home page was asked."""
    for anchor in tree.css("a[href]"):
        address = link(ask.url, anchor.attributes.get("href"))
        if address and address != ask.url and key_of(words_of(anchor)) in _LIST_NAMES:
            return Ask(address)
    return None


def _detail_link(row: LexborNode, url: str) -> str | None:
    for anchor in row.css("a[href]"):
        address = link(url, anchor.attributes.get("href"))
        if address and _DETAIL.search(address) and not _ELSEWHERE.search(address):
            return address
    return None


def _said(header: list[str | None], cells: list[LexborNode]) -> dict[str, str]:
    """What a row says of its procedure in columns that are known."""
    if len(header) != len(cells):
        return {}
    said = {to: cell for to, cell in zip(header, cells, strict=True) if to in _KNOWN and words_of(cell)}
    if "name" in said and (anchor := said["name"].css_first("a[href]")) is not None:
        said["name"] = anchor  # what stands beside the name's link is for submitting
    return {to: words_of(cell) for to, cell in said.items()}


def _total(tree: LexborHTMLParser) -> int | None:
    body = tree.body
    said = None if body is None else _TOTAL.search(words_of(body))
    return None if said is None else int((said[1] or said[2]).replace(".", ""))


class _Step(NamedTuple):
    """One link of a pager: the page it leads to (None: it does not say), and how."""

    number: int | None
    url: str | None
    event: tuple[str, str] | None


def _following(page: Page, tree: LexborHTMLParser, ask: Ask) -> Ask | None:
    """The next page as the pager gives it; None: this is the last, or there is no pager."""
    steps, current = _pager(tree, ask.url)
    if not steps:
        return None
    if current is None:
        raise page.changed("phân trang", "không rõ đang ở trang nào")
    step = next((step for step in steps if step.number == current + 1), None)
    if step is None:
        if any(step.number is not None and step.number > current for step in steps):
            raise page.changed("phân trang", f"không có liên kết tới trang {current + 1}")
        return None
    if step.url is not None:
        return Ask(step.url)
    state = {
        name: node.attributes.get("value") or ""
        for name in HIDDEN
        if (node := tree.css_first(f'input[name="{name}"]')) is not None
    }
    if "__VIEWSTATE" not in state or step.event is None:
        raise page.changed("__VIEWSTATE", "phân trang bằng __doPostBack nhưng trang không có __VIEWSTATE")
    target, argument = step.event
    return Ask(_action(page, tree, ask.url), form={**state, "__EVENTTARGET": target, "__EVENTARGUMENT": argument})


def _pager(tree: LexborHTMLParser, url: str) -> tuple[list[_Step], int | None]:
    """The steps of the pager, and the number of the page one is on: the number that is no link."""
    steps: list[_Step] = []
    current: int | None = None
    boxes = tree.css(_PAGER_NODES) or [
        row for row in tree.css("tr") if _PAGE.search(row.html or "") and not row.css_first("th")
    ]
    for box in boxes:
        for anchor in box.css("a"):
            href, text = anchor.attributes.get("href") or "", words_of(anchor)
            marked = "current" in (anchor.attributes.get("class") or "").lower()
            event = _EVENT.search(href) or _EVENT.search(anchor.attributes.get("onclick") or "")
            if marked and text.isdigit():
                current = int(text)
            elif event is not None:
                number = _PAGE.fullmatch(event[2])
                if number is not None:
                    steps.append(_Step(int(number[1]), None, (event[1], event[2])))
                elif text.isdigit() and (_PAGER.search(event[1]) or _in_rad_pager(box)) and event[2] in {"", text}:
                    steps.append(_Step(int(text), None, (event[1], event[2])))
            elif text.isdigit() and (address := link(url, href)) and urlsplit(address).path == urlsplit(url).path:
                steps.append(_Step(int(text), address, None))
        here = [
            int(text)
            for node in box.css("span, strong, b, em, li.active")
            if node.css_first("a") is None and (text := words_of(node)).isdigit()
        ]
        current = here[0] if current is None and here else current
    return steps, current


def _in_rad_pager(box: LexborNode) -> bool:
    """RadGrid names its pager's events by numbers only; there the pager's own element tells."""
    return re.search(r"\brg[A-Z]", box.attributes.get("class") or "") is not None


def _action(page: Page, tree: LexborHTMLParser, url: str) -> str:
    """Where the page's form is posted to: the page itself, or it is not a step through this list."""
    form = tree.css_first("form[action]")
    action = url if form is None else link(url, form.attributes.get("action")) or url
    if urlsplit(action).path != urlsplit(url).path:
        raise page.changed("form", f"biểu mẫu phân trang gửi tới trang khác: {action}")
    return action


# --- the detail page ----------------------------------------------------------------------------------------------


def _sections(page: Page, tree: LexborHTMLParser) -> list[Section]:
    tables = [
        (sum(key_of(words_of(cell)) in _LABELS for row in own_rows(table) for cell in children(row)), table)
        for table in tree.css("table")
    ]
    known, table = max(tables, key=lambda item: item[0], default=(0, None))
    if table is not None and known >= 3:
        return label_rows(page, table)
    found: list[Section] = []
    for item in tree.css(".dnnFormItem, .row"):
        parts = children(item)
        if len(parts) == 2 and key_of(words_of(parts[0])) and not parts[0].css_first("table, input"):
            found.append(Section(words_of(parts[0]), parts[1]))
    if sum(key_of(section.label) in _LABELS for section in found) < 3:
        raise page.changed("bảng nhãn và nội dung", "không thấy phần chi tiết thủ tục")
    return found


def _title(page: Page, tree: LexborHTMLParser, listed: str | None) -> str:
    """The heading that names the procedure: the one the list named, else the only one that is not of the site itself."""
    texts = dict.fromkeys(words_of(node) for node in tree.css(".tthc-title, h1, h2, h3, h4"))
    titles = [text for text in texts if key_of(text) and key_of(text) not in _LABELS and not _OF_SITE.match(text)]
    if listed:
        start = key_of(listed.rstrip("….")).strip()
        titles = [text for text in titles if key_of(text).startswith(start)]
    if len(titles) != 1:
        raise page.changed("tiêu đề thủ tục", f"cần đúng một tiêu đề là tên thủ tục, thấy {len(titles)}")
    return titles[0]
