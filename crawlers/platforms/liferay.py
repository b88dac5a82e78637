"""Liferay portlets: a list loaded in parts of six by a count that goes up until a part is empty; details in a table of labels.

The list says no total, and an empty part is its end: it is asked twice, so that a lost answer is not taken for the end.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.page import Section, Values, key_of, link
from crawlers.platforms import Ask, Listing, Reading
from crawlers.sections import UNREAD, children, own_rows, read_sections, require, words_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from crawlers.page import Page
    from crawlers.targets import Target

TITLE = "Liferay (portlet dịch vụ công)"
READING: tuple[str, ...] = ()
PAGE = "dich-vu-cong"
PROBES = ("", PAGE, "web/guest/dich-vu-cong")
STEP = 6
AGAIN = "&_=1"  # the parameter by which scripts keep browsers from answering out of their memory
SECTIONS = require("code", "agency", "steps")
IGNORED = (
    *UNREAD,
    "Thông tin công bố",
    "Văn bản quy định lệ phí",
    "Văn bản quy định phí",
    "Lượt xem",
)
ONLINE = "cách thức nộp trực tuyến"

_PORTLET = re.compile(r"(?:p_p_id=|Portlet\.list\s*=\s*\[[^\]]*?)['\"]?(dichvucong\w*_WAR_\w*portlet)")
_COUNT = re.compile(r"(?<=[?&]count=)\d+")
_OPENED = re.compile(rb"<li[\s>]", re.IGNORECASE)
_OTHER = re.compile(rb"<(?!/?(?:ul|li|div|p|span|b|strong|i|em|br)\b)[a-z]", re.IGNORECASE)
_NO_MORE = re.compile(r"(không (có|còn|tìm thấy)[^.<]{0,60}|đã hiển thị hết[^.<]{0,40})\.?", re.IGNORECASE)


def first(target: Target) -> Ask:
    """Ask for the page of the list; a target's URL may be that of a part already, filters and all."""
    if _COUNT.search(target.url):
        return Ask(target.url)
    base = target.url if target.url.endswith("/") else f"{target.url}/"
    return Ask(target.url if urlsplit(base).path.endswith(f"/{PAGE}/") else base + PAGE)


def recognise(page: Page) -> str | None:
    """Known by the portlet of public services, in the page's script or in its links."""
    found = _PORTLET.search(page.body[:400_000].decode("utf-8", "replace"))
    return f"trang dùng portlet {found[1]} của Liferay" if found else None


def read_list(page: Page, ask: Ask, seen: int) -> Listing:
    """Read the page of the list, which names its portlet, or one part of the list; parts are asked until one is empty."""
    at = _COUNT.search(ask.url)
    if at is None:
        return Listing((), None, Ask(_parts(page, ask.url), page=ask.url))
    tree = page.tree()
    boxes = tree.css("li div div.tb-td-3")
    entries: list[Ask] = []
    for box in boxes:
        anchor = box.css_first("a[href]")
        address = "" if anchor is None else link(ask.page or ask.url, anchor.attributes.get("href"))
        if anchor is None or not address or not words_of(anchor):
            raise page.changed("div.tb-td-3 a", "một hàng không dẫn tới chi tiết thủ tục")
        entries.append(Ask(address, known={"name": words_of(anchor)}))
    items = [item for item in tree.css("li") if children(item)]
    if len(items) > len(boxes):
        raise page.changed("li div div.tb-td-3", f"có {len(items)} hàng nhưng chỉ {len(boxes)} hàng có tên thủ tục")
    if len(_OPENED.findall(page.body)) != page.body.count(b"</li>"):
        raise page.changed("HTML", "phần danh sách bị cắt giữa chừng")
    if not entries:
        said = "" if tree.body is None else words_of(tree.body)
        if not seen or _OTHER.search(page.body) or (said and not _NO_MORE.fullmatch(said)):
            raise page.changed("li div div.tb-td-3", f"không có thủ tục nào, đã thấy {seen}: {said[:80]}")
        if not ask.url.endswith(AGAIN):  # an answer lost on the way is as empty as the list's end
            return Listing((), None, Ask(ask.url + AGAIN, page=ask.page))
        return Listing((), seen)
    if seen % STEP:
        raise page.changed("count", f"phần trước chỉ có {seen % STEP} trên {STEP} thủ tục mà danh sách còn tiếp")
    following = f"{ask.url[: at.start()]}{int(at[0]) + STEP}{ask.url[at.end() :]}"
    return Listing(tuple(entries), None, Ask(following, page=ask.page))


def read_detail(page: Page, ask: Ask) -> Reading:
    """Read one procedure's table of labels and values."""
    tree = page.tree()
    title = tree.css_first("h2.tieude-h2")
    values = Values()
    if title is None or not words_of(title):
        raise page.changed("h2.tieude-h2", "thiếu tên thủ tục")
    values.put("name", words_of(title), "tiêu đề trang")
    found: list[Section] = []
    for table in tree.css("table.table"):
        rows = [row for row in own_rows(table) if (cells := children(row)) and _is_label(cells[0])]
        found += [_section(page, row) for row in rows]
    if not found:
        raise page.changed("table.table td.td-1", "không có bảng nhãn và nội dung")
    # The way in to the e-service is no way to submit that the procedure itself names.
    for section in found:
        if key_of(section.label) == ONLINE and words_of(section.node):
            values.ignored.add(f"{section.label}: {words_of(section.node)[:80]}")
    found = [section for section in found if key_of(section.label) != ONLINE]
    return Reading((read_sections(page, found, SECTIONS, IGNORED, values, url=ask.url, timed=True, known=ask.known),))


def _parts(page: Page, url: str) -> str:
    """The address of the first part of the list, from the portlet that the page names."""
    found = _PORTLET.search(page.body.decode("utf-8", "replace"))
    if found is None:
        raise page.changed("p_p_id", "trang không nêu portlet dịch vụ công")
    portlet = found[1]
    asked = (
        f"p_p_id={portlet}&p_p_lifecycle=2&p_p_state=normal&p_p_mode=view&p_p_cacheability=cacheLevelPage"
        f"&_{portlet}_javax.portlet.action=loadDanhSachDichVuCong&tenDichVuCong=&idCoQuan=0&maLinhVuc=&mucDo=-1&noiBo=0&count=0"
    )
    return f"{url.partition('?')[0]}?{asked}"


def _is_label(cell: LexborNode) -> bool:
    return "td-1" in (cell.attributes.get("class") or "").split()


def _section(page: Page, row: LexborNode) -> Section:
    cells = children(row)
    label = words_of(cells[0])
    if len(cells) != 2:
        raise page.changed(label, f"hàng có {len(cells)} ô, cần nhãn và nội dung")
    return Section(label, cells[1])
