"""Cổng Dịch vụ công quốc gia to early 2026: a JSP gateway for lists, details as HTML, the Excel export, and the record provinces sync.

The gateway says no total: its pages are read until one is empty. A target's own filter stands in its URL, under the
gateway's names (`?agency_type=1&impl_agency_id=6369`); a URL of the Excel export is read as a published list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urljoin, urlsplit

import orjson

from crawlers.documents import is_document, read_document
from crawlers.page import Field, Section, Values, json_rows, json_text, key_of, read_json
from crawlers.platforms import Ask, Listing, Reading
from crawlers.records import PublishedDocument, PublishedMethod, PublishedProcedure, Source
from crawlers.sections import (
    UNREAD,
    Heading,
    add_known,
    children,
    own_rows,
    read_sections,
    require,
    under_headings,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from selectolax.lexbor import LexborHTMLParser

    from crawlers.page import Page
    from crawlers.targets import Target

GATEWAY = "/jsp/rest.jsp"
EXPORT = "export_exel_list_tthc.jsp"
DETAIL = "/p/home/dvc-chi-tiet-thu-tuc-hanh-chinh.html"
TITLE = "Cổng Dịch vụ công quốc gia (đến đầu năm 2026)"
READING = (GATEWAY,)
PROBES = ("", "p/home/dvc-tthc-thu-tuc-hanh-chinh.html")
SIZE = 50
FILTER = {"keyword": "", "agency_type": "0", "impl_agency_id": "-1", "object_id": "-1", "field_id": "-1", "impl_level_id": "-1"}  # fmt: skip
ROW = {"code": "PROCEDURE_CODE", "name": "PROCEDURE_NAME", "sector": "FIELD_NAME", "agency": "IMPLEMENTATION_AGENCY"}

SECTIONS = require("steps", "methods", "documents", "agency")
SYNCED = (  # the record provinces sync
    Field("code", ("MATTHC",), required=True),
    Field("name", ("TENTTHC",), required=True),
    Field("sector", ("LINHVUC", "TENLINHVUC")),
    Field("conditions", ("YEUCAU", "YEUCAUDIEUKIEN")),
    Field("result", ("KETQUA",)),
    Field("status", ("TRANGTHAI",)),
)
CHANNELS = {"1": "Trực tiếp", "2": "Trực tuyến", "3": "Dịch vụ bưu chính"}
READ = {key for item in SYNCED for key in item.at} | {
    "TRINHTUTHUCHIEN", "CACHTHUCTHUCHIEN", "THANHPHANHOSO", "CANCUPHAPLY", "COQUANTHUCHIEN",
}  # fmt: skip
ONE_TEXT = ("code", "name", "sector", "agency", "conditions", "steps", "result", "status")


def first(target: Target) -> Ask:
    """Ask for the first page of the list, or for the Excel export where the target's URL is one."""
    parts = urlsplit(target.url)
    if parts.path.endswith(EXPORT):
        return Ask(target.url)
    given = {key: values[0] for key, values in parse_qs(parts.query).items() if key in FILTER}
    return Ask(urljoin(target.url, GATEWAY), form=_question({**FILTER, **given}, 1))


def recognise(page: Page) -> str | None:
    """Known by its gateway's rows, or by the paths of its pages."""
    if b'"PROCEDURE_CODE"' in page.body and b'"ROW_STT"' in page.body:
        return "dữ liệu có các khóa PROCEDURE_CODE, ROW_STT của cổng rest.jsp"
    for sign in (b"/jsp/rest.jsp", b"dvc-chi-tiet-thu-tuc-hanh-chinh", b"dvc-tthc-thu-tuc-hanh-chinh"):
        if sign in page.body:
            return f"trang dùng đường dẫn {sign.decode()} của Cổng Dịch vụ công quốc gia cũ"
    return None


def read_list(page: Page, ask: Ask, seen: int) -> Listing:
    """Read one page of the gateway's list, or take the Excel export for the one document it is."""
    if is_document(page.body):
        return Listing((ask,))
    rows = page.json()
    if not isinstance(rows, list):
        raise page.changed("$", f"cần một danh sách, gặp {type(rows).__name__}")
    entries: dict[str, Ask] = {}
    for index, row in enumerate(rows):
        at = f"$[{index}]"
        if not isinstance(row, dict) or not row.get("PROCEDURE_CODE") or not row.get("PROCEDURE_NAME"):
            raise page.changed(f"{at}.PROCEDURE_CODE", "thiếu mã hoặc tên thủ tục")
        known = {to: json_text(page, row[key], f"{at}.{key}") for to, key in ROW.items() if row.get(key) is not None}
        address = f"{urljoin(ask.url, DETAIL)}?ma_thu_tuc={known['code']}"
        entries.setdefault(address, Ask(address, known=known))
    if not rows and not seen:
        raise page.changed("$", "danh sách rỗng ngay từ trang đầu")
    if not rows or ask.form is None:
        return Listing(tuple(entries.values()))
    question = orjson.loads(ask.form["params"])
    return Listing(tuple(entries.values()), None, Ask(ask.url, form=_question(question, question["pageIndex"] + 1)))


def read_detail(page: Page, ask: Ask) -> Reading:
    """Read a detail page, a record that provinces sync, or the exported list."""
    if is_document(page.body):
        return read_document(page, ask)
    if page.body.lstrip()[:1] in {b"{", b"["}:
        return _read_synced(page, ask)
    tree = page.tree()
    values = Values()
    titles = [text for node in tree.css("h1.main-title") if (text := words_of(node))]
    if len(titles) != 1:
        raise page.changed("h1.main-title", f"cần đúng một tên thủ tục, thấy {len(titles)}")
    values.put("name", titles[0], "tiêu đề trang")
    _check_columns(page, tree)
    for anchor in tree.css("a.linkVM"):
        values.ignored.add(f"Phí, lệ phí: {words_of(anchor)}")
        anchor.decompose()
    headings = [Heading(words_of(node), node) for node in tree.css("h2.main-title-sub")]
    if not headings:
        raise page.changed("h2.main-title-sub", "trang không có mục nào")
    found = under_headings(page, headings)
    own = {key_of(section.label) for section in found}
    for section in _pairs(tree):
        if key_of(section.label) not in own:
            found.append(section)
    record = read_sections(page, found, SECTIONS, UNREAD, values, url=ask.url, timed=True, known=ask.known)
    if not record.code:
        raise page.changed("mã thủ tục", "cả danh sách lẫn trang chi tiết đều không ghi mã")
    return Reading((record,))


def _question(given: Mapping[str, Any], number: int) -> dict[str, str]:
    asked = {
        **given,
        "service": "procedure_advanced_search_service_v2",
        "provider": "dvcquocgia",
        "type": "ref",
        "recordPerPage": SIZE,
        "pageIndex": number,
        "is_connected": 0,
    }
    return {"params": orjson.dumps(asked, option=orjson.OPT_SORT_KEYS).decode()}


# --- the detail page ----------------------------------------------------------------------------------------------


def _pairs(tree: LexborHTMLParser) -> list[Section]:
    """Rows of a bold label beside its value, as in the part "Chi tiết thủ tục hành chính"."""
    found: list[Section] = []
    for row in tree.css(".row"):
        parts = children(row)
        if len(parts) == 2 and "-bold" in (parts[0].attributes.get("class") or "").split() and words_of(parts[0]):
            found.append(Section(words_of(parts[0]), parts[1]))
    return found


def _check_columns(page: Page, tree: LexborHTMLParser) -> None:
    """Every cell says its column in `data-title`; where header and cells differ, neither is believed."""
    for table in tree.css("table.table-result, table.table-result-tthc"):
        header: list[str] = []
        for number, row in enumerate(own_rows(table)):
            cells = [cell for cell in children(row) if cell.tag in {"td", "th"}]
            header = header or [key_of(words_of(cell)) for cell in cells]
            if len(cells) != len(header):
                continue
            for name, cell in zip(header, cells, strict=True):
                said = cell.attributes.get("data-title")
                if said and key_of(said) != name:
                    raise page.changed(f"bảng, hàng {number}", f"ô ghi data-title “{said}” đứng dưới cột “{name}”")


# --- the record that provinces sync -------------------------------------------------------------------------------


def _read_synced(page: Page, ask: Ask) -> Reading:
    """Read LayThuTuc's record, alone or in its envelope."""
    answer = page.json()
    while isinstance(answer, dict) and "TENTTHC" not in answer and "result" in answer:
        answer = answer["result"]
    if isinstance(answer, list) and len(answer) == 1:
        answer = answer[0]
    if not isinstance(answer, dict):
        raise page.changed("$", "cần đúng một bản ghi thủ tục")
    values = Values()
    read_json(page, answer, SYNCED, values)
    for name in ("code", "name"):
        if not values.texts[name]:
            raise page.changed(name, "để trống")
    values.ignored |= set(answer) - READ
    _names(page, answer, values)
    _synced_steps(page, answer, values)
    add_known(values, ask.known)
    record = PublishedProcedure(
        methods=_synced_methods(page, answer, values),
        documents=_synced_documents(page, answer, values),
        legal_bases=_synced_bases(page, answer, values),
        source=Source(places=values.places),
        ignored=tuple(sorted(values.ignored)),
        **{to: values.texts.get(to) for to in ONE_TEXT},
    )
    return Reading((record,), raw=answer)


def _objects(page: Page, data: Mapping[str, Any], key: str, at: str) -> list[tuple[str, Any]] | None:
    """The items of an array with their places, nulls skipped; None: the record has no such part."""
    array = data.get(key)
    if array is None:
        return None
    if not isinstance(array, list):
        raise page.changed(f"{at}.{key}", f"cần một danh sách, gặp {type(array).__name__}")
    return [(f"{at}.{key}[{index}]", item) for index, item in enumerate(array) if item is not None]


def _said(page: Page, row: Mapping[str, Any], key: str, at: str) -> str:
    return "" if row.get(key) is None else json_text(page, row[key], f"{at}.{key}")


def _name(page: Page, item: object, at: str, keys: tuple[str, ...]) -> str:
    """The one text of an item, which may be the text itself or an object that holds it under one of some keys."""
    if isinstance(item, dict):
        key = next((key for key in keys if item.get(key) is not None), None)
        if key is None:
            raise page.changed(f"{at}.{keys[0]}", "thiếu khóa bắt buộc")
        return json_text(page, item[key], f"{at}.{key}")
    return json_text(page, item, at)


def _names(page: Page, data: Mapping[str, Any], values: Values) -> None:
    rows = _objects(page, data, "COQUANTHUCHIEN", "$")
    if rows is not None:
        names = [_name(page, item, place, ("TENDONVI", "TENCOQUAN", "TEN")) for place, item in rows]
        values.put("agency", ", ".join(filter(None, names)), "$.COQUANTHUCHIEN")


def _synced_steps(page: Page, data: Mapping[str, Any], values: Values) -> None:
    cases = json_rows(page, data, "TRINHTUTHUCHIEN", "$")
    if cases is None:
        return
    lines: list[str] = []
    for at, case in cases:
        lines.append(_said(page, case, "TRUONGHOP", at))
        steps = _objects(page, case, "TRINHTU", at)
        if steps is None:
            raise page.changed(f"{at}.TRINHTU", "thiếu khóa bắt buộc")
        lines += [_name(page, item, place, ("TENTRINHTU", "TRINHTU", "NOIDUNG", "MOTA")) for place, item in steps]
    values.put("steps", "\n".join(filter(None, lines)), "$.TRINHTUTHUCHIEN")


def _synced_methods(page: Page, data: Mapping[str, Any], values: Values) -> tuple[PublishedMethod, ...] | None:
    rows = json_rows(page, data, "CACHTHUCTHUCHIEN", "$")
    if rows is None:
        return None
    methods: list[PublishedMethod] = []
    for at, row in rows:
        channel = str(row.get("KENH"))
        if channel not in CHANNELS:
            raise page.changed(f"{at}.KENH", f"kênh lạ: {channel}")
        times = json_rows(page, row, "THOIGIAN", at)
        if times is None:
            raise page.changed(f"{at}.THOIGIAN", "thiếu khóa bắt buộc")
        for place, time in times or [(at, {})]:
            to = f"methods[{len(methods)}]"
            limit = " ".join(
                filter(None, (_said(page, time, key, place) for key in ("THOIGIANGIAIQUYET", "DONVITINH")))
            )
            told = _said(page, time, "MOTA", place)
            if told and limit:
                values.ignored.add("CACHTHUCTHUCHIEN[].THOIGIAN[].MOTA")
            fees = json_rows(page, time, "PHILEPHI", place)
            texts = [_synced_fee(page, fee, where) for where, fee in fees or []]
            methods.append(
                PublishedMethod(
                    values.put(f"{to}.channel", CHANNELS[channel], f"{at}.KENH"),
                    values.put(
                        f"{to}.time",
                        (limit or told) if times else None,
                        f"{place}.{'THOIGIANGIAIQUYET' if limit else 'MOTA'}",
                    ),
                    values.put(f"{to}.fee", "; ".join(filter(None, texts)) if fees else None, f"{place}.PHILEPHI"),
                )
            )
    return tuple(methods)


def _synced_fee(page: Page, fee: Mapping[str, Any], at: str) -> str:
    amount = " ".join(filter(None, (_said(page, fee, key, at) for key in ("SOTIEN", "DONVI"))))
    told = _said(page, fee, "MOTA", at)
    return f"{amount} ({told})" if amount and told else amount or told


def _synced_documents(page: Page, data: Mapping[str, Any], values: Values) -> tuple[PublishedDocument, ...] | None:
    cases = json_rows(page, data, "THANHPHANHOSO", "$")
    if cases is None:
        return None
    documents: list[PublishedDocument] = []
    for at, case in cases:
        papers = json_rows(page, case, "GIAYTO", at)
        if papers is None:
            raise page.changed(f"{at}.GIAYTO", "thiếu khóa bắt buộc")
        name_of_case = _said(page, case, "TRUONGHOP", at) or None
        for place, paper in papers:
            to = f"documents[{len(documents)}]"
            if not paper.get("TENGIAYTO"):
                raise page.changed(f"{place}.TENGIAYTO", "thiếu tên giấy tờ")
            counts = [
                f"{word}: {_said(page, paper, key, place)}"
                for key, word in (("SOBANCHINH", "Bản chính"), ("SOBANSAO", "Bản sao"))
                if paper.get(key) is not None
            ]
            form = "URL" if paper.get("URL") else "TENMAUDON"
            documents.append(
                PublishedDocument(
                    values.put(f"{to}.name", _said(page, paper, "TENGIAYTO", place), f"{place}.TENGIAYTO"),
                    values.put(f"{to}.quantity", " - ".join(counts) or None, f"{place}.SOBANCHINH|SOBANSAO"),
                    values.put(f"{to}.case", name_of_case, f"{at}.TRUONGHOP"),
                    values.put(f"{to}.form", _said(page, paper, form, place) or None, f"{place}.{form}"),
                )
            )
    return tuple(documents)


def _synced_bases(page: Page, data: Mapping[str, Any], values: Values) -> tuple[str, ...] | None:
    rows = json_rows(page, data, "CANCUPHAPLY", "$")
    if rows is None:
        return None
    bases: list[str] = []
    for at, row in rows:
        number, name = _said(page, row, "SOVANBAN", at), _said(page, row, "TENVANBAN", at)
        text = name if number in name else f"{number} {name}".strip()
        if text:
            values.put(f"legal_bases[{len(bases)}]", text, at)
            bases.append(text)
    return tuple(bases)
