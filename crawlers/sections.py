"""The labelled parts of one procedure -> its published record: what all families of server HTML have in common.

A family finds the parts (`Section`s) its own way and says which labels it knows; from there on methods, papers and legal
texts are read alike, whether a portal prints them as tables, lists or lines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from selectolax.lexbor import LexborHTMLParser

from crawlers.lists.parts import split_items
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
from crawlers.records import PublishedDocument, PublishedMethod, PublishedProcedure, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from selectolax.lexbor import LexborNode

LABELS = (
    Field("name", ("Tên thủ tục", "Tên thủ tục hành chính", "Tên TTHC")),
    Field(
        "code",
        ("Mã thủ tục", "Mã TTHC", "Mã số", "Mã thủ tục hành chính", "Mã số thủ tục", "Mã số TTHC", "Số hồ sơ TTHC"),
    ),
    Field("sector", ("Lĩnh vực", "Tên lĩnh vực", "Thuộc lĩnh vực")),
    Field("agency", ("Cơ quan thực hiện", "Cơ quan giải quyết", "Đơn vị thực hiện", "Cơ quan trực tiếp thực hiện")),
    Field(
        "service_level",
        (
            "Mức độ cung cấp DVC trực tuyến",
            "Mức độ cung cấp dịch vụ công trực tuyến",
            "Mức độ trực tuyến",
            "Mức trực tuyến",
            "Mức độ cung cấp",
            "Mức độ dịch vụ công",
            "Mức độ DVC",
            "Mức độ",
        ),
    ),
    Field("methods", ("Cách thức", "Cách thức thực hiện", "Cách thực hiện", "Hình thức nộp")),
    Field("steps", ("Trình tự", "Trình tự thực hiện", "Các bước thực hiện")),
    Field(
        "time",
        ("Thời hạn giải quyết", "Thời hạn", "Thời gian giải quyết", "Thời gian thực hiện", "Thời hạn thực hiện"),
    ),
    Field("charge", ("Phí",)),
    Field("levy", ("Lệ phí",)),
    Field(
        "fees", ("Phí, lệ phí", "Phí - Lệ phí", "Phí/Lệ phí", "Phí, lệ phí (nếu có)", "Lệ phí (nếu có)", "Mức thu phí")
    ),
    Field("documents", ("Thành phần hồ sơ", "Thành phần, số lượng hồ sơ", "Hồ sơ gồm", "Hồ sơ")),
    Field(
        "conditions",
        (
            "Yêu cầu - điều kiện",
            "Yêu cầu, điều kiện",
            "Yêu cầu, điều kiện thực hiện",
            "Yêu cầu điều kiện",
            "Điều kiện thực hiện",
        ),
    ),
    Field("legal_bases", ("Căn cứ pháp lý", "Cơ sở pháp lý", "Căn cứ pháp lý của TTHC", "Văn bản pháp lý")),
    Field("result", ("Kết quả", "Kết quả thực hiện", "Kết quả giải quyết", "Kết quả thực hiện TTHC")),
    Field("subjects", ("Đối tượng thực hiện", "Đối tượng", "Đối tượng thực hiện TTHC")),
    Field("level", ("Cấp thực hiện", "Cấp", "Cấp giải quyết")),
    Field("status", ("Tình trạng hiệu lực", "Tình trạng", "Trạng thái")),
)
"""Where the parts of a procedure may stand, in all families together; a family marks with `required` what its pages must have."""
UNREAD = (
    "Biểu mẫu",
    "Tên mẫu đơn, tờ khai",
    "Mẫu đơn, tờ khai",
    "Số lượng hồ sơ",
    "Số bộ hồ sơ",
    "Loại thủ tục",
    "Quyết định công bố",
    "Số quyết định",
    "Số quyết định công bố",
    "Ngày công bố",
    "Cơ quan ban hành",
    "Cơ quan công bố",
    "Cơ quan có thẩm quyền",
    "Cơ quan có thẩm quyền quyết định",
    "Cơ quan phối hợp",
    "Cơ quan được ủy quyền",
    "Địa chỉ tiếp nhận hồ sơ",
    "Địa chỉ tiếp nhận HS",
    "Địa điểm tiếp nhận",
    "Địa điểm thực hiện",
    "Từ khóa",
    "Mô tả",
    "Ghi chú",
)
ONE_TEXT = (
    "code", "name", "sector", "agency", "service_level", "steps", "conditions", "result", "subjects", "level", "status",
)  # fmt: skip
METHOD_COLUMNS = (
    Field("channel", ("Hình thức nộp", "Hình thức", "Cách thức nộp"), required=True),
    Field("time", ("Thời hạn giải quyết", "Thời hạn", "Thời gian giải quyết", "Thời gian")),
    Field("fee", ("Phí, lệ phí", "Phí/Lệ phí", "Phí - Lệ phí")),
    Field("note", ("Mô tả", "Ghi chú")),
    Field("number", ("STT", "TT")),
)
DOCUMENT_COLUMNS = (
    Field("name", ("Tên giấy tờ", "Tên hồ sơ", "Tên thành phần hồ sơ"), required=True),
    Field("form", ("Mẫu đơn, tờ khai", "Mẫu đơn", "Biểu mẫu")),
    Field("quantity", ("Số lượng", "Số bản", "Số lượng bản")),
    Field("original", ("Bản chính", "Số bản chính")),
    Field("copy", ("Bản sao", "Số bản sao")),
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
_CHANNEL = re.compile(
    r"((Nộp\s+[Tt]|T)rực (tiếp|tuyến)|(Nộp\s+)?([Qq]ua\s+)?([Dd]ịch vụ\s+)?[Bb]ưu chính(\s+công ích)?)(?=\s*(:|\(|–|-|$))"
)
_LEAD = re.compile(r"^[\s:–-]+")
_QUANTITY = re.compile(
    r"[\s(\[,;.:–-]*((số lượng\s*:?\s*)?bản chính\s*:\s*\d+[\s,;–-]*bản sao\s*:\s*\d+|(số lượng\s*:?\s*)\d+\s*(bộ|bản)[^()]*)[\s)\].;]*$",
    re.IGNORECASE,
)
_SETS = re.compile(r"(\*\s*)?số lượng( hồ sơ)?\s*:?\s*\(?\d+\)?.*|\d+\s*(\(\w+\)\s*)?bộ( hồ sơ)?", re.IGNORECASE)
_GENERAL = re.compile(
    r"(\w{1,2}[.)]\s*)?(thành phần( và số lượng)? )?hồ sơ( bao)?( gồm)?( có)?|thành phần hồ sơ|(bao )?gồm( có)?",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"(không|chưa)\b[^\n]{0,40}", re.IGNORECASE)


def require(*required: str) -> tuple[Field, ...]:
    """Return LABELS with those parts marked that every page of a family has."""
    return tuple(Field(item.to, item.at, item.to in required) for item in LABELS)


def read_sections(
    page: Page,
    found: Sequence[Section],
    declared: Sequence[Field],
    unread: Sequence[str],
    values: Values,
    *,
    url: str,
    timed: bool = False,
    lines: bool = True,
    known: Mapping[str, str] | None = None,
) -> PublishedProcedure:
    """Read the labelled parts of one procedure; what `values` holds already (a name from the title) is kept.

    `url` is what links are relative to; `timed`: a page must have a time limit somewhere; `lines`: papers may
    stand one a line where there is neither table nor list; `known`: what the list said, for what the page itself does not say.

    Raises:
        PageChanged: an unknown or repeated label, a required one missing, or a part that is not built as known.

    """
    parts = by_label(page, found, declared, unread, values)
    for to in ONE_TEXT:
        if to in parts and to not in values.texts:
            values.put(to, text_of(parts[to].node), f"mục “{parts[to].label}”")
    add_known(values, known or {})
    if not values.texts.get("name"):
        raise page.changed("tên thủ tục", "trang không có tên thủ tục")
    methods = _methods(page, parts, values, timed=timed)
    documents = _documents(page, parts["documents"], url, values, lines=lines) if "documents" in parts else None
    return PublishedProcedure(
        methods=methods,
        documents=documents,
        legal_bases=_legal_bases(page, parts.get("legal_bases"), values),
        source=Source(places=values.places),
        ignored=tuple(sorted(values.ignored)),
        **{to: values.texts.get(to) for to in ONE_TEXT},
    )


def add_known(values: Values, known: Mapping[str, str]) -> None:
    """Fill in what only the list said; what list and page say differently is listed as ignored, the page is believed."""
    for to, text in known.items():
        if not values.texts.get(to):
            values.put(to, text, "trang danh sách")
        elif text and key_of(text) != key_of(values.texts[to]):
            values.ignored.add(f"danh sách ghi khác: {text}")


def label_rows(page: Page, table: LexborNode) -> list[Section]:
    """Return the sections of a table whose rows are label and value, once or twice a row, or label above value.

    Raises:
        PageChanged: a row is neither.

    """
    labels = {key_of(label) for item in LABELS for label in item.at} | {key_of(label) for label in UNREAD}
    found: list[Section] = []
    above: str | None = None
    for number, row in enumerate(own_rows(table), start=1):
        cells = [cell for cell in children(row) if cell.tag in {"td", "th"}]
        if len(cells) > 1 and words_of(cells[0]).strip(" .").isdigit() and len(cells) % 2:
            cells = cells[1:]  # rows may be numbered
        if len(cells) == 1:
            text = words_of(cells[0])
            if above is not None:
                found.append(Section(above, cells[0]))
                above = None
            elif key_of(text) in labels:
                above = text
            elif text:
                raise page.changed(text[:80], f"hàng {number} của bảng chỉ có một ô và không phải nhãn đã biết")
        elif cells and len(cells) % 2 == 0 and above is None:
            pairs = zip(cells[::2], cells[1::2], strict=True)
            found += [Section(words_of(label), value) for label, value in pairs if words_of(label) or words_of(value)]
        elif cells:
            raise page.changed(f"hàng {number}", f"có {len(cells)} ô, không rõ ô nào là nhãn")
    return found


def own_rows(table: LexborNode) -> list[LexborNode]:
    """Return the rows of a table itself, not those of tables inside its cells."""
    rows: list[LexborNode] = []
    for part in children(table):
        rows += [part] if part.tag == "tr" else [row for row in children(part) if row.tag == "tr"]
    return rows


def children(node: LexborNode) -> list[LexborNode]:
    """Return the elements directly below a node."""
    found: list[LexborNode] = []
    child = node.first_child
    while child is not None:
        if child.is_element_node:
            found.append(child)
        child = child.next
    return found


class Heading(NamedTuple):
    """A heading of a page: its label as published and its node."""

    label: str
    node: LexborNode


def under_headings(page: Page, headings: Sequence[Heading], ends: Sequence[LexborNode] = ()) -> list[Section]:
    """Return what stands between each heading and the next as a section, however they are wrapped.

    The last section ends where the element around all headings ends, or at the first of `ends` after its heading.
    """
    marks = {heading.node.mem_id: heading.node.tag or "*" for heading in headings}
    root = _around(headings)
    found: list[Section] = []
    for heading in headings:
        html: list[str] = []
        if heading is headings[-1]:
            marks |= {node.mem_id: node.tag or "*" for node in ends}
        at: LexborNode | None = heading.node
        while at is not None and at.mem_id != root:
            beside = at.next
            while beside is not None and not _holds(beside, marks):
                html.append(beside.html or "")
                beside = beside.next
            if beside is not None:
                break
            at = at.parent
        body = LexborHTMLParser("".join(html)).body
        if body is None:
            raise page.changed(heading.label, "không đọc được nội dung của mục")
        found.append(Section(heading.label, body))
    return found


def _around(headings: Sequence[Heading]) -> int | None:
    """The innermost element that holds all headings."""
    shared: list[int] | None = None
    for heading in headings:
        above: list[int] = []
        at = heading.node.parent
        while at is not None:
            above.append(at.mem_id)
            at = at.parent
        shared = above if shared is None else [mark for mark in shared if mark in above]
    return shared[0] if shared else None


def _holds(node: LexborNode, marks: Mapping[int, str]) -> bool:
    """Say whether a node is, or has inside, one of the marked nodes (by identity; with their tags)."""
    if node.mem_id in marks:
        return True
    return node.is_element_node and any(inside.mem_id in marks for inside in node.css(", ".join(set(marks.values()))))


# --- methods ------------------------------------------------------------------------------------------------------


def _methods(
    page: Page, parts: Mapping[str, Section], values: Values, *, timed: bool
) -> tuple[PublishedMethod, ...] | None:
    """One method a channel: from a table, or from lists whose time and fee sections are split by channel."""
    section = parts.get("methods")
    if section is None and not parts.keys() & {"time", "charge", "levy", "fees"}:
        return None
    rows = [] if section is None else _channel_rows(page, section, values)
    columns = {to for row in rows for to in row}
    times = {} if "time" in columns else _by_channel(parts.get("time"), values, emphasis=True)
    fees = {} if "fee" in columns else _fees(parts, values)
    for to in parts.keys() & ({"time"} & columns | ({"charge", "levy", "fees"} if "fee" in columns else set())):
        if words_of(parts[to].node):
            values.ignored.add(parts[to].label)  # the table says it channel by channel
    if timed and "time" not in columns and "time" not in parts:
        raise page.changed("Thời hạn giải quyết", "thiếu mục bắt buộc, bảng cách thức cũng không có cột thời hạn")
    named = {_channel_key(row["channel"][0]) for row in rows if "channel" in row}
    for name in [name for name in {**times, **fees} if name and _channel_key(name) not in named]:
        named.add(_channel_key(name))
        rows.append({"channel": (name, (times.get(name) or fees[name])[1])})
    if not rows and any(text for text, _ in (*times.values(), *fees.values())):
        rows.append({} if section is None else {"channel": ("", f"mục “{section.label}”")})
    methods: list[PublishedMethod] = []
    for index, own in enumerate(rows):
        for to, split in (("time", times), ("fee", fees)):
            if (said := _of_channel(split, own.get("channel", ("", ""))[0])) is not None:
                own.setdefault(to, said)
        for to, (text, place) in own.items():
            values.put(f"methods[{index}].{to}", text, place)
        methods.append(PublishedMethod(**{to: text for to, (text, _) in own.items()}))
    return tuple(methods)


def _channel_rows(page: Page, section: Section, values: Values) -> list[dict[str, tuple[str, str]]]:
    """What a section says of each channel, with its place: all of a table's row, else only the channel's name."""
    table = section.node.css_first("table")
    if table is None:
        return [{"channel": said} for said in _channels(section, values)]
    rows: list[dict[str, tuple[str, str]]] = []
    for row in read_table(page, table, section.label, METHOD_COLUMNS):
        if row.title is not None:
            values.ignored.add(f"{section.label}: {text_of(row.title)}")
            continue
        place = f"mục “{section.label}”, hàng {row.number}"
        rows.append({to: (text_of(cell), place) for to, cell in row.cells.items() if to in {"channel", "time", "fee"}})
        if "note" in row.cells and text_of(row.cells["note"]):
            values.ignored.add(f"{section.label}: Mô tả")
    return rows


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
    for key, runs in (segments or {"": pieces(section.node)}).items():
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


def _documents(
    page: Page, section: Section, url: str, values: Values, *, lines: bool
) -> tuple[PublishedDocument, ...] | None:
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
        if not lines:
            raise page.changed(section.label, "không phải bảng cũng không phải danh sách")
        found, loose = _line_documents(section, values), []
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
        elif (text := words_of(child)) and key_of(text):
            case = None if _GENERAL.fullmatch(text.strip(" :.*-")) else text
            loose.append(text)
        child = child.next
    return out


def words_of(node: LexborNode) -> str:
    """Return the text of one node, itself text or not, on one line."""
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
            "quantity": _counted(page, row.cells, label),
            "case": case,
            "form": _link(row.cells["name"], url) if form is None else _link(form, url) or text_of(form),
        }
        out.append((cells, f"mục “{label}”, bảng {number}, hàng {row.number}"))
    return out


def _counted(page: Page, cells: Mapping[str, LexborNode], label: str) -> str:
    """How many of a paper: one column says it, or one for originals and one for copies."""
    if "quantity" in cells:
        return " ".join(lines_of(cells["quantity"]))
    named = [
        (word, " ".join(lines_of(cells[to])))
        for to, word in (("original", "Bản chính"), ("copy", "Bản sao"))
        if to in cells
    ]
    if not named:
        raise page.changed(f"{label}, cột “Số lượng”", "thiếu cột bắt buộc")
    return " - ".join(f"{word}: {text}" for word, text in named if text)


def _line_documents(section: Section, values: Values) -> list[tuple[dict[str, str | None], str]]:
    """Papers told one a line; a line that ends with a colon heads those below it."""
    out: list[tuple[dict[str, str | None], str]] = []
    case: str | None = None
    for item in split_items("\n".join(lines_of(section.node))):
        if _SETS.fullmatch(item.strip(" .")):
            values.ignored.add(f"{section.label}: {item}")
        elif item.endswith(":"):
            case = None if _GENERAL.fullmatch(item.strip(" :.*")) else item.rstrip(" :")
        else:
            quantity = _QUANTITY.search(item)
            name = item if quantity is None else item[: quantity.start()].strip()
            place = f"mục “{section.label}”, giấy tờ thứ {len(out) + 1}"
            row = {"name": name, "quantity": quantity and quantity[1].strip(), "case": case, "form": None}
            out.append((row, place))
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
