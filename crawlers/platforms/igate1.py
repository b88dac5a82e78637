"""VNPT iGate 1: server HTML; a paged list of links, and detail pages of labelled sections in two layouts (tables, or ul/li)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urljoin, urlsplit

from crawlers.page import Field, Section, Values, lines_of, link, pieces, text_of
from crawlers.platforms import Ask, Listing, Reading
from crawlers.sections import read_sections, words_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from crawlers.page import Page
    from crawlers.targets import Target

TITLE = "VNPT iGate 1"
READING: tuple[str, ...] = ()
LIST = "bothutuc/listThuTuc?co_quan_cha=&linh_vuc=&muc_do=&tukhoa=&per_page=50&page="
PROBES = ("", LIST + "1")

SECTIONS = (
    Field("code", ("Mã thủ tục", "Mã TTHC", "Mã số"), required=True),
    Field("sector", ("Lĩnh vực",)),
    Field("agency", ("Cơ quan thực hiện", "Cơ quan giải quyết"), required=True),
    Field(
        "service_level",
        (
            "Mức độ cung cấp DVC trực tuyến",
            "Mức độ cung cấp dịch vụ công trực tuyến",
            "Mức độ trực tuyến",
            "Mức độ cung cấp",
            "Mức độ",
        ),
    ),
    Field("methods", ("Cách thức", "Cách thức thực hiện"), required=True),
    Field("steps", ("Trình tự", "Trình tự thực hiện"), required=True),
    Field("time", ("Thời hạn giải quyết", "Thời hạn")),
    Field("charge", ("Phí",)),
    Field("levy", ("Lệ phí",)),
    Field("fees", ("Phí, lệ phí", "Phí - Lệ phí", "Phí/Lệ phí")),
    Field("documents", ("Thành phần hồ sơ", "Thành phần, số lượng hồ sơ"), required=True),
    Field("conditions", ("Yêu cầu - điều kiện", "Yêu cầu, điều kiện", "Yêu cầu, điều kiện thực hiện")),
    Field("legal_bases", ("Căn cứ pháp lý",)),
    Field("result", ("Kết quả", "Kết quả thực hiện")),
    Field("subjects", ("Đối tượng thực hiện", "Đối tượng")),
    Field("level", ("Cấp thực hiện", "Cấp")),
    Field("status", ("Tình trạng hiệu lực", "Tình trạng", "Trạng thái")),
)
UNREAD = (
    "Biểu mẫu",
    "Số lượng hồ sơ",
    "Số bộ hồ sơ",
    "Loại thủ tục",
    "Quyết định công bố",
    "Số quyết định",
    "Cơ quan ban hành",
    "Cơ quan có thẩm quyền",
    "Cơ quan phối hợp",
    "Cơ quan được ủy quyền",
    "Địa chỉ tiếp nhận hồ sơ",
    "Địa điểm thực hiện",
    "Từ khóa",
    "Mô tả",
)
_SHORT = 200  # characters; a section with more is not empty, whatever scripts and styles it holds


def first(target: Target) -> Ask:
    """Ask for the first list page."""
    return Ask(urljoin(target.url.rstrip("/") + "/", LIST + "1"))


def recognise(page: Page) -> str | None:
    """Known by its list page, by a procedure's page, or by links to either."""
    if b"/bothutuc/" in page.body or b"totalRecord" in page.body:
        return "trang dùng đường dẫn /bothutuc/ và ô totalRecord của VNPT iGate 1"
    return None


def read_list(page: Page, ask: Ask, seen: int) -> Listing:
    """Read one list page; the next one is asked until as many links were seen as `#totalRecord` says."""
    tree = page.tree()
    counter = tree.css_first("#totalRecord")
    if counter is None:
        raise page.changed("#totalRecord", "thiếu tổng số thủ tục")
    said = counter.attributes.get("value") or text_of(counter)
    digits = re.sub(r"\D", "", said)
    if not digits:
        raise page.changed("#totalRecord", f"không có con số trong “{said}”")
    total = int(digits)
    entries = []
    for anchor in tree.css(".list-tthc li a.tthc-name"):
        url = link(ask.url, anchor.attributes.get("href"))
        if not parse_qs(urlsplit(url).query).get("matt"):
            raise page.changed(".list-tthc li a.tthc-name", f"liên kết không có tham số matt: {url or text_of(anchor)}")
        entries.append(Ask(url))
    seen += len(entries)
    if seen >= total:
        return Listing(tuple(entries), total)
    if not entries:
        raise page.changed(".list-tthc li a.tthc-name", f"trang rỗng sau {seen} mục, trong khi tổng số là {total}")
    number = re.search(r"(?<=[?&]page=)\d+", ask.url)
    if number is None:
        raise page.changed("page", f"không biết trang kế tiếp của {ask.url}")
    following = f"{ask.url[: number.start()]}{int(number[0]) + 1}{ask.url[number.end() :]}"
    return Listing(tuple(entries), total, Ask(following))


def read_detail(page: Page, ask: Ask) -> Reading:
    """Read one procedure page into published text."""
    tree = page.tree()
    title = tree.css_first("div.tthc-title h4")
    name = "" if title is None else " ".join(lines_of(title))
    if not name:
        raise page.changed("div.tthc-title h4", "thiếu tên thủ tục")
    values = Values()
    values.put("name", name, "tiêu đề trang")
    found = _sections(page, tree.css("div.tthc-list-item"))
    return Reading((read_sections(page, found, SECTIONS, UNREAD, values, url=ask.url, timed=True, lines=False),))


def _sections(page: Page, items: list[LexborNode]) -> list[Section]:
    found: list[Section] = []
    for item in items:
        label, content = item.css_first(".item-title"), item.css_first(".tthc-list-item-detail")
        if label is None or content is None:
            raise page.changed("div.tthc-list-item", "thiếu .item-title hoặc .tthc-list-item-detail")
        name = " ".join(lines_of(label)).rstrip(" :")
        empty = len(content.text()) < _SHORT and not pieces(content)
        if empty and _spilled(item, label, last=item is items[-1]):
            raise page.changed(name, "nội dung tràn ra ngoài mục (thẻ đóng thừa), không rõ phần nào của mục nào")
        found.append(Section(name, content))
    if not found:
        raise page.changed("div.tthc-list-item", "trang không có mục nào")
    return found


def _spilled(item: LexborNode, label: LexborNode, *, last: bool) -> bool:
    """Say whether text of an empty section stands beside it: a stray end tag in pasted content closes the section early."""
    if len(pieces(item)) > len(pieces(label)):
        return True
    beside = None if last else item.next  # after the last section other things may follow
    while beside is not None:
        if beside.is_element_node and "tthc-list-item" in (beside.attributes.get("class") or "").split():
            return False
        if words_of(beside):
            return True
        beside = beside.next
    return False
