"""VNPT iGate 1: server HTML; a paged list of links, and detail pages of labelled sections in two layouts (tables, or ul/li)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urljoin, urlsplit

from crawlers.page import (
    Field,
    Page,
    Piece,
    Section,
    Values,
    by_label,
    join_pieces,
    key_of,
    lines_of,
    link,
    pieces,
    read_table,
    text_of,
)
from crawlers.platforms import Ask, Listing, Reading
from crawlers.records import PublishedDocument, PublishedMethod, PublishedProcedure, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from selectolax.lexbor import LexborNode

    from crawlers.targets import Target

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
METHOD_COLUMNS = (
    Field("channel", ("Hình thức nộp", "Hình thức", "Cách thức nộp"), required=True),
    Field("time", ("Thời hạn giải quyết", "Thời hạn", "Thời gian giải quyết", "Thời gian")),
    Field("fee", ("Phí, lệ phí", "Phí/Lệ phí", "Phí - Lệ phí")),
    Field("note", ("Mô tả", "Ghi chú")),
    Field("number", ("STT", "TT")),
)
DOCUMENT_COLUMNS = (
    Field("name", ("Tên giấy tờ", "Tên hồ sơ"), required=True),
    Field("form", ("Mẫu đơn, tờ khai", "Mẫu đơn", "Biểu mẫu")),
    Field("quantity", ("Số lượng", "Số bản"), required=True),
    Field("note", ("Ghi chú",)),
    Field("number", ("STT", "TT")),
)
BASIS_COLUMNS = (
    Field("number", ("Số ký hiệu", "Số hiệu", "Số văn bản"), required=True),
    Field("name", ("Trích yếu", "Tên văn bản")),
    Field("date", ("Ngày ban hành", "Ngày hiệu lực")),
    Field("issuer", ("Cơ quan ban hành",)),
    Field("row", ("STT", "TT")),
)
ONE_TEXT = ("code", "sector", "agency", "service_level", "steps", "conditions", "result", "subjects", "level", "status")

_CHANNEL = re.compile(
    r"(Nộp\s+)?(Trực tiếp|Trực tuyến|(Qua\s+)?(Dịch vụ\s+)?[Bb]ưu chính(\s+công ích)?)(?=\s*(:|\(|–|-|$))"
)
_LEAD = re.compile(r"^[\s:–-]+")
_QUANTITY = re.compile(
    r"[\s(\[,;.:–-]*((số lượng\s*:?\s*)?bản chính\s*:\s*\d+[\s,;–-]*bản sao\s*:\s*\d+|(số lượng\s*:?\s*)\d+\s*(bộ|bản)[^()]*)[\s)\].;]*$",
    re.IGNORECASE,
)
_SHORT = 200  # characters; a section with more is not empty, whatever scripts and styles it holds
_NOTHING = re.compile(r"(không|chưa)\b[^\n]{0,40}", re.IGNORECASE)


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
    name = "" if title is None else text_of(title)
    if not name:
        raise page.changed("div.tthc-title h4", "thiếu tên thủ tục")
    values = Values()
    values.put("name", name, "tiêu đề trang")
    parts = by_label(page, _sections(page, tree.css("div.tthc-list-item")), SECTIONS, UNREAD, values)
    for to in ONE_TEXT:
        if to in parts:
            values.put(to, text_of(parts[to].node), f"mục “{parts[to].label}”")
    record = PublishedProcedure(
        name=name,
        methods=_methods(page, parts, values),
        documents=_documents(page, parts["documents"], ask.url, values),
        legal_bases=_legal_bases(page, parts.get("legal_bases"), values),
        source=Source(places=values.places),
        ignored=tuple(sorted(values.ignored)),
        **{to: values.texts.get(to) for to in ONE_TEXT},
    )
    return Reading((record,))


def _sections(page: Page, items: list[LexborNode]) -> list[Section]:
    found: list[Section] = []
    for item in items:
        label, content = item.css_first(".item-title"), item.css_first(".tthc-list-item-detail")
        if label is None or content is None:
            raise page.changed("div.tthc-list-item", "thiếu .item-title hoặc .tthc-list-item-detail")
        name = " ".join(lines_of(label))
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
        if _words(beside):
            return True
        beside = beside.next
    return False


# --- methods ------------------------------------------------------------------------------------------------------


def _methods(page: Page, parts: Mapping[str, Section], values: Values) -> tuple[PublishedMethod, ...]:
    """One method a channel: from a table, or from lists whose time and fee sections are split by channel."""
    section = parts["methods"]
    table = section.node.css_first("table")
    rows: list[dict[str, tuple[str, str]]] = []
    if table is not None:
        for row in read_table(page, table, section.label, METHOD_COLUMNS):
            if row.title is not None:
                values.ignored.add(f"{section.label}: {text_of(row.title)}")
                continue
            place = f"mục “{section.label}”, hàng {row.number}"
            rows.append(
                {to: (text_of(cell), place) for to, cell in row.cells.items() if to in {"channel", "time", "fee"}}
            )
            if "note" in row.cells and text_of(row.cells["note"]):
                values.ignored.add(f"{section.label}: Mô tả")
    else:
        rows = [{"channel": (name, place)} for name, place in _channels(section, values)]
    columns = {to for row in rows for to in row}
    times = {} if "time" in columns else _by_channel(parts.get("time"), values, emphasis=True)
    fees = {} if "fee" in columns else _fees(parts, values)
    if "time" not in columns and "time" not in parts:
        raise page.changed("Thời hạn giải quyết", "thiếu mục bắt buộc, bảng cách thức cũng không có cột thời hạn")
    named = {_channel_key(row["channel"][0]) for row in rows}
    for name in [name for name in {**times, **fees} if name and _channel_key(name) not in named]:
        named.add(_channel_key(name))
        rows.append({"channel": (name, (times.get(name) or fees[name])[1])})
    if not rows and any(text for text, _ in (*times.values(), *fees.values())):
        rows.append({"channel": ("", f"mục “{section.label}”")})
    methods: list[PublishedMethod] = []
    for index, own in enumerate(rows):
        for to, split in (("time", times), ("fee", fees)):
            if (said := _of_channel(split, own["channel"][0])) is not None:
                own.setdefault(to, said)
        for to, (text, place) in own.items():
            values.put(f"methods[{index}].{to}", text, place)
        methods.append(PublishedMethod(**{to: text for to, (text, _) in own.items()}))
    return tuple(methods)


def _channels(section: Section, values: Values) -> list[tuple[str, str]]:
    """The channels a section names, one a line; a line that names none is a channel in its own words."""
    found: list[tuple[str, str]] = []
    for number, line in enumerate(lines_of(section.node), start=1):
        text = line.lstrip("-+*• ")
        match = _CHANNEL.match(text)
        if match and match.end() < len(text.rstrip(" :")):
            values.ignored.add(f"{section.label}: mô tả")
        found.append((match[0] if match else text, f"mục “{section.label}”, dòng {number}"))
    return found


def _channel_key(name: str) -> str:
    """Channels are named with more or fewer words ("Dịch vụ bưu chính", "Qua bưu chính công ích")."""
    folded = name.casefold()
    return next((word for word in ("trực tiếp", "trực tuyến", "bưu chính") if word in folded), folded)


def _of_channel(split: Mapping[str, tuple[str, str]], channel: str) -> tuple[str, str] | None:
    """What a section says for one channel; what it says for none in particular holds for all."""
    for name, said in split.items():
        if name and _channel_key(name) == _channel_key(channel):
            return said
    return split.get("")


def _by_channel(section: Section | None, values: Values, *, emphasis: bool) -> dict[str, tuple[str, str]]:
    """Split a section at channel names standing alone or before a colon; "" holds what no channel is named for.

    With `emphasis`, the italic words of a segment are its value and the rest is its description: so iGate prints time limits.
    """
    if section is None:
        return {}
    segments: dict[str, list[Piece]] = {}
    name = ""
    for run in pieces(section.node):
        text = run.text.strip().lstrip("-+*• ")
        match = _CHANNEL.match(text)
        if match:
            name, rest = match[0], text[match.end() :]
            segments.setdefault(name, [])
        else:
            rest = run.text
        if not segments.get(name):
            rest = _LEAD.sub("", rest)
        if rest.strip():
            segments.setdefault(name, []).append(run._replace(text=rest))
    out: dict[str, tuple[str, str]] = {}
    for key, runs in (segments or {"": []}).items():
        value = [run for run in runs if run.italic] if emphasis else []
        if value and len(value) < len(runs):
            values.ignored.add(f"{section.label}: mô tả")
        line = f", dòng {(value or runs)[0].line}" if runs else ""
        out[key] = (join_pieces(value or runs), f"mục “{section.label}”{line}")
    return out


def _fees(parts: Mapping[str, Section], values: Values) -> dict[str, tuple[str, str]]:
    """The fee of each channel; where both "Phí" and "Lệ phí" say something, both are kept under their names."""
    if "fees" in parts:
        return _by_channel(parts["fees"], values, emphasis=False)
    split = [
        (word, _by_channel(parts.get(to), values, emphasis=False))
        for word, to in (("Phí", "charge"), ("Lệ phí", "levy"))
    ]
    out: dict[str, tuple[str, str]] = {}
    for name in {name: None for _, said in split for name in said}:
        said = [(word, *found) for word, one in split if (found := _of_channel(one, name))]
        told = [item for item in said if item[1]] or said[:1]
        if len({text for _, text, _ in told}) == 1:
            out[name] = told[0][1:]
        else:
            out[name] = (
                "; ".join(f"{word}: {text}" for word, text, _ in told),
                " và ".join(place for _, _, place in told),
            )
    return out


# --- documents ----------------------------------------------------------------------------------------------------


def _documents(page: Page, section: Section, url: str, values: Values) -> tuple[PublishedDocument, ...] | None:
    """The papers asked for, from tables or lists; a heading before a table, list or group of rows names their case."""
    found: list[tuple[dict[str, str | None], str]] = []
    loose: list[str] = []
    tables = 0
    for kind, node, case in _blocks(section.node, loose):
        if kind == "table":
            tables += 1
            found += _table_documents(page, node, section.label, values, number=tables, case=case, url=url)
        else:
            place = f"mục “{section.label}”, giấy tờ thứ {len(found) + 1}"
            found.append((_list_document(node, case, url), place))
    if not found and tables == 0 and loose:
        if len(loose) == 1 and _NOTHING.fullmatch(loose[0]):
            values.ignored.add(f"{section.label}: {loose[0]}")
            return None
        raise page.changed(section.label, "không phải bảng cũng không phải danh sách")
    values.ignored |= {f"{section.label}: {text}" for text in loose if text not in {row["case"] for row, _ in found}}
    for index, (row, place) in enumerate(found):
        for key, text in row.items():
            values.put(f"documents[{index}].{key}", text, place)
    return tuple(PublishedDocument(**row) for row, _ in found)


def _blocks(node: LexborNode, loose: list[str], case: str | None = None) -> list[tuple[str, LexborNode, str | None]]:
    """Tables and list items below a node in reading order, each with the heading above it; all headings go to `loose`."""
    out: list[tuple[str, LexborNode, str | None]] = []
    child = node.first_child
    while child is not None:
        if child.tag == "table":
            out.append(("table", child, case))
        elif child.tag == "li":
            inner = child.css_first("ul, ol, table")
            if inner is None:
                out += [("li", child, case)] if text_of(child) else []
            else:
                out += _blocks(child, loose, case)
        elif child.tag and child.tag[0] != "-" and child.css_first("table, li") is not None:
            out += _blocks(child, loose, case)
        elif (text := _words(child)) and key_of(text):
            case = text
            loose.append(case)
        child = child.next
    return out


def _words(node: LexborNode) -> str:
    """The text of one node, itself text or not, on one line."""
    text = (node.text_content or "") if node.tag == "-text" else text_of(node)
    return " ".join(text.split())


def _table_documents(
    page: Page, table: LexborNode, label: str, values: Values, *, number: int, case: str | None, url: str
) -> list[tuple[dict[str, str | None], str]]:
    out: list[tuple[dict[str, str | None], str]] = []
    for row in read_table(page, table, label, DOCUMENT_COLUMNS):
        if row.title is not None:
            case = text_of(row.title) or case
            continue
        if "note" in row.cells and text_of(row.cells["note"]):
            values.ignored.add(f"{label}: Ghi chú")
        form = row.cells.get("form")
        cells = {
            "name": text_of(row.cells["name"]),
            "quantity": " ".join(lines_of(row.cells["quantity"])),
            "case": case,
            "form": _link(row.cells["name"], url) if form is None else _link(form, url) or text_of(form),
        }
        out.append((cells, f"mục “{label}”, bảng {number}, hàng {row.number}"))
    return out


def _list_document(item: LexborNode, case: str | None, url: str) -> dict[str, str | None]:
    """One `li`: the paper's name, the quantity at its end, and the link to its form."""
    form = _link(item, url)
    linked = {text_of(anchor) for anchor in item.css("a[href]")} if form else set()
    lines = [line for line in lines_of(item) if line not in linked]
    text = " ".join(lines)
    for word in linked:
        text = text.removesuffix(word).strip()
    quantity = _QUANTITY.search(text)
    if quantity is None:
        return {"name": text, "quantity": None, "case": case, "form": form}
    return {"name": text[: quantity.start()].strip(), "quantity": quantity[1].strip(), "case": case, "form": form}


def _link(node: LexborNode, url: str) -> str | None:
    anchor = node.css_first("a[href]")
    return None if anchor is None else link(url, anchor.attributes.get("href")) or None


def _legal_bases(page: Page, section: Section | None, values: Values) -> tuple[str, ...] | None:
    if section is None:
        return None
    table = section.node.css_first("table")
    if table is None:
        items = section.node.css("li")
        texts = [" ".join(lines_of(item)) for item in items] if items else lines_of(section.node)
    else:
        rows = [row for row in read_table(page, table, section.label, BASIS_COLUMNS) if row.title is None]
        texts = [" ".join(text_of(row.cells[to]) for to in ("number", "name") if to in row.cells) for row in rows]
    bases = [text.strip() for text in texts if text.strip()]
    for index, text in enumerate(bases):
        values.put(f"legal_bases[{index}]", text, f"mục “{section.label}”, dòng {index + 1}")
    return tuple(bases)
