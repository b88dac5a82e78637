"""Cổng Dịch vụ công quốc gia since 2026: a JSON API asked by POST, answering 201; the list is paged by a cursor.

Where only its pages are at hand (an archive of saved pages, or a target whose URL is the portal's own search), the same
procedure is read from the page as a browser shows it. How a department offers a procedure online stands in another answer,
asked beside the detail where the target names a department.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import takewhile
from re import IGNORECASE
from re import compile as pattern
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from crawlers.page import Field, Values, json_rows, json_text, key_of, lines_of, link, plain, read_json, text_of
from crawlers.platforms import Ask, Listing, Reading
from crawlers.records import PublishedDocument, PublishedMethod, PublishedProcedure, Source
from crawlers.sections import LABELS, UNREAD, Heading, read_sections, require, under_headings, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawlers.page import Page
    from crawlers.targets import Target

LIST = "/submitting/formality/list-all-public-formality-by-citizen"
DETAIL = "/configuring/formality/get-formality-by-citizen"
DEPLOYMENT = "/submitting/formality/list-department-url-by-citizen"
SEARCH = "/tra-cuu-thu-tuc/danh-sach"
PAGE = "/thu-tuc-hanh-chinh/"
TITLE = "Cổng Dịch vụ công quốc gia (từ năm 2026)"
READING = (LIST, DETAIL, DEPLOYMENT)
PROBES = ("",)
SUCCESS = 201
LIMIT = 200

FIELDS = (
    Field("code", ("code",), required=True),
    Field("name", ("name",), required=True),
    Field("conditions", ("requirementsAndConditions",)),
    Field("status", ("state",)),
)
NAMED = (  # published field, the keys that may hold it (an array of {name}, or text), and what stands between two names
    ("sector", ("categoriesDetails",), ", "),
    ("agency", ("departmentsExecuting", "unitGroupsExecuting", "executingAgencies"), ", "),
    ("result", ("resultsDetails",), "; "),
    ("subjects", ("subjectTypesDetails", "subjectTypes"), ", "),
)
READ = {key for field in FIELDS for key in field.at} | {key for _, keys, _ in NAMED for key in keys} | {
    "id", "executionMethods", "executionCases", "executionSteps", "legalBasisesDetails", "isMinistry", "isProvince", "isWard",
}  # fmt: skip
ONE_TEXT = tuple(field.to for field in FIELDS) + tuple(to for to, _, _ in NAMED)
CHANNELS = {"ONLINE": "Trực tuyến", "DIRECT": "Trực tiếp", "POSTAL": "Dịch vụ bưu chính"}
UNITS = {"WORKING_DAY": "ngày làm việc", "DAY": "ngày", "HOUR": "giờ", "MONTH": "tháng", "YEAR": "năm"}
LEVELS = {"isMinistry": "Cấp bộ", "isProvince": "Cấp tỉnh", "isWard": "Cấp xã"}
OFFERS = {"FULL": "Toàn trình", "PARTIAL": "Một phần"}
NOT_OFFERED = "NONE"
SECTIONS = require("steps", "methods", "documents", "agency")
NO_INFORMATION = "không có thông tin"  # what a page shows for an empty field
_CODE = pattern(r"mã (?:thủ tục|số|tthc)\s*:\s*(\S.*)", IGNORECASE)
_TOTAL = pattern(r"(\d[\d.]*)\s*(?:thủ tục|kết quả|bản ghi)", IGNORECASE)
_OF_SITE = pattern(r"cổng dịch vụ công|(chi tiết |tra cứu )?thủ tục hành chính$|chi tiết thủ tục", IGNORECASE)
_TIME = pattern(r"\b(ngày|giờ|phút|tuần|tháng|quý|năm)\b", IGNORECASE)
_MONEY = pattern(r"\b(phí|đồng|vnđ|vnd|miễn)\b|\d([.,]\d{3})+", IGNORECASE)


def first(target: Target) -> Ask:
    """Ask for the first page of the list; a target with a code is asked for that department's procedures only.

    A target whose URL is the portal's search page is seen with a browser.
    """
    if SEARCH in target.url:
        return Ask(target.url, rendered=True)
    return Ask(_api(target.url) + LIST, _question(target.code, None))


def recognise(page: Page) -> str | None:
    """Known by the words of its app's shell or by the wall in front of its API."""
    if "Cổng Dịch vụ công quốc gia".encode() in page.body:
        return "trang mang tên Cổng Dịch vụ công quốc gia"
    return None


def read_list(page: Page, ask: Ask, seen: int) -> Listing:
    """Read one list answer; the next page follows the cursor `lastId` until `total` entries were seen."""
    if _is_html(page, ask):
        return _read_search(page, ask, seen)
    data = _data(page)
    items, total = data.get("items"), data.get("total")
    if not isinstance(items, list):
        raise page.changed("$.data.items", "thiếu danh sách thủ tục")
    if type(total) is not int:
        raise page.changed("$.data.total", "thiếu tổng số thủ tục")
    api = ask.url.removesuffix(LIST)
    code = (ask.json or {}).get("departmentCode")
    known = {} if code is None else {"department": code}
    entries: list[Ask] = []
    for index, item in enumerate(items):
        if item is None:
            continue
        if not isinstance(item, dict) or not isinstance(item.get("id"), str):
            raise page.changed(f"$.data.items[{index}].id", "thiếu mã định danh")
        entries.append(Ask(api + DETAIL, {"id": item["id"]}, urljoin(api, f"{PAGE}{item['id']}"), known=known))
    seen += len(entries)
    if seen >= total:
        return Listing(tuple(entries), total)
    if not entries:
        raise page.changed("$.data.items", f"trang rỗng sau {seen} mục, trong khi tổng số là {total}")
    if not isinstance(data.get("lastId"), str):
        raise page.changed("$.data.lastId", f"thiếu con trỏ trang sau, mới có {seen} trên {total} mục")
    return Listing(tuple(entries), total, Ask(ask.url, _question(code, data["lastId"])))


def beside(page: Page, ask: Ask) -> tuple[Ask, ...]:
    """Ask how the target's department offers this procedure; without a department nothing is asked."""
    department = ask.known.get("department")
    if department is None or ask.json is None:
        return ()
    code = _data(page).get("code")
    if not isinstance(code, str) or not code.strip():
        return ()  # reading the detail says what is wrong with it
    question = {"limit": LIMIT, "lastId": "", "search": code.strip(), "departmentCode": department}
    return (Ask(ask.url.removesuffix(DETAIL) + DEPLOYMENT, question),)


def read_detail(page: Page, ask: Ask) -> Reading:
    """Read one detail answer, or the page that shows it, into published text; `raw` is the API's own record."""
    if _is_html(page, ask):
        return _read_page(page, ask)
    data = _data(page)
    values, at = Values(), "$.data"
    read_json(page, data, FIELDS, values, at)
    for name in ("code", "name"):
        if not values.texts[name]:
            raise page.changed(f"{at}.{name}", "để trống")
    for to, keys, join in NAMED:
        _named(page, data, keys, values, at, to=to, join=join)
    values.ignored |= set(data) - READ
    for answer in page.beside:
        _deployed(answer, values)
    level = _level(data, values, at)
    steps = _steps(page, data, values, at)
    record = PublishedProcedure(
        level=level,
        steps=steps,
        service_level=values.texts.get("service_level"),
        methods=_methods(page, data, values, at),
        documents=_documents(page, data, values, at),
        legal_bases=_legal_bases(page, data, values, at),
        source=Source(places=values.places),
        ignored=tuple(sorted(values.ignored)),
        **{to: values.texts.get(to) for to in ONE_TEXT},
    )
    return Reading((record,), raw=data)


def _is_html(page: Page, ask: Ask) -> bool:
    """A page of the portal: asked for as one, by GET, and answered as one."""
    return ask.json is None and page.status != SUCCESS and page.body.lstrip()[:1] == b"<"


# --- deployment ---------------------------------------------------------------------------------------------------


def _deployed(answer: Page, values: Values) -> None:
    """How the procedure is offered online; where departments or cases differ, no level is stated and the difference is listed."""
    if answer.status in {404, 410}:
        values.ignored.add("mức độ trực tuyến: cổng không có bản ghi triển khai")
        return
    code = values.texts["code"].strip()
    offers: dict[str, dict[str, None]] = {}
    at = ""
    for place, row in _deployments(answer):
        offer = _text(answer, row, "implementLevel", place)
        if row.get("formalityCode") != code:
            continue
        if row.get("isTesting"):
            values.ignored.add("bản ghi triển khai: đang thử nghiệm")
        elif offer in OFFERS:
            department = _text(answer, row, "departmentName", place) or ""
            offers.setdefault(OFFERS[offer], {})[department] = None
            at = at or f"list-department-url-by-citizen: {place}.implementLevel"
        elif offer in {NOT_OFFERED, None}:
            values.ignored.add(f"implementLevel: {offer}")
        else:
            raise answer.changed(f"{place}.implementLevel", f"mức độ lạ: {offer}")
    if (left := _left_off(answer)) > 0:
        values.ignored.add(f"mức độ trực tuyến: còn {left} bản ghi triển khai chưa xem nên không kết luận")
    elif len(offers) == 1:
        values.put("service_level", next(iter(offers)), at)
    elif offers:
        said = "; ".join(f"{', '.join(filter(None, names))}: {offer}" for offer, names in offers.items())
        values.ignored.add(f"mức độ trực tuyến không thống nhất giữa các bản ghi triển khai: {said}")


def _deployments(answer: Page) -> list[tuple[str, dict[str, Any]]]:
    envelope = answer.json()
    if answer.status != SUCCESS or not isinstance(envelope, dict) or envelope.get("code") != "OK":
        raise answer.changed("$.code", f"bản ghi triển khai: cần mã {SUCCESS} và “OK”, gặp {answer.status}")
    data = envelope.get("data")
    holder, key, at = (data, "rows", "$.data") if isinstance(data, dict) else (envelope, "data", "$")
    rows = json_rows(answer, holder, key, at)
    if rows is None:
        raise answer.changed(f"{at}.{key}", "thiếu danh sách bản ghi triển khai")
    for place, row in rows:
        if not isinstance(row.get("formalityCode"), str):
            raise answer.changed(f"{place}.formalityCode", "thiếu mã thủ tục")
    return rows


def _left_off(answer: Page) -> int:
    """How many deployment records the answer says there are beyond those it holds."""
    data = answer.json().get("data")
    total = data.get("total") if isinstance(data, dict) else None
    return total - len(data["rows"]) if isinstance(total, int) else 0


# --- pages as a browser shows them --------------------------------------------------------------------------------


def _read_search(page: Page, ask: Ask, seen: int) -> Listing:
    """Read a search page: links to procedures, how many were found, and the link to the next page."""
    tree = page.tree()
    links = [link(ask.url, anchor.attributes.get("href")) for anchor in tree.css("a[href]")]
    found = dict.fromkeys(url.partition("?")[0].partition("#")[0] for url in links if PAGE in url)
    entries = tuple(Ask(url, rendered=True) for url in found)
    body = tree.body
    said = None if body is None else _TOTAL.search(text_of(body))
    if said is None:
        raise page.changed("tổng số thủ tục", "trang tra cứu không ghi số thủ tục tìm thấy")
    total = int(said[1].replace(".", ""))
    seen += len(entries)
    if seen >= total:
        return Listing(entries, total)
    if not entries:
        raise page.changed("liên kết tới thủ tục", f"trang rỗng sau {seen} mục, trong khi tổng số là {total}")
    number = int((parse_qs(urlsplit(ask.url).query).get("page") or ["1"])[0])
    after = next(
        (url for url in links if SEARCH in url and parse_qs(urlsplit(url).query).get("page") == [str(number + 1)]), None
    )
    if after is None:
        raise page.changed(
            "phân trang", f"mới có {seen} trên {total} thủ tục mà không có liên kết tới trang {number + 1}"
        )
    return Listing(entries, total, Ask(after, rendered=True))


def _read_page(page: Page, ask: Ask) -> Reading:
    """Read a procedure's page: titles of sections in h4, cases of papers in h5."""
    tree = page.tree()
    headings = [Heading(text, node) for node in tree.css("h4") if (text := words_of(node))]
    if not headings:
        raise page.changed("h4", "trang không có mục nào")
    values = Values()
    titles = dict.fromkeys(words_of(node) for node in tree.css("h1, h2, h3"))
    names = [text for text in titles if text and not _OF_SITE.match(text)]
    if len(names) != 1:
        raise page.changed("tên thủ tục", f"cần đúng một tiêu đề là tên thủ tục, thấy {len(names)}")
    values.put("name", names[0], "tiêu đề trang")
    found = [
        section._replace(node=_EMPTY) if key_of(words_of(section.node)) == NO_INFORMATION else section
        for section in under_headings(page, headings)
    ]
    if not any(key_of(section.label) in _CODES for section in found):
        above = takewhile(lambda text: text != headings[0].label, lines_of(tree.body or _EMPTY))
        line = next((said for text in above if (said := _CODE.match(text))), None)
        if line is None:
            raise page.changed("mã thủ tục", "trang không ghi mã thủ tục")
        values.put("code", line[1].strip(), "dòng “Mã thủ tục”")
    return Reading((read_sections(page, found, SECTIONS, UNREAD, values, url=ask.url, timed=True),))


_CODES = frozenset(key_of(label) for item in LABELS if item.to == "code" for label in item.at)
_EMPTY = LexborHTMLParser("<body></body>").css("body")[0]


# --- the API ------------------------------------------------------------------------------------------------------


def _api(url: str) -> str:
    base = url.rstrip("/")
    return base if base.endswith("/api/v1") else base + "/api/v1"


def _question(code: str | None, last: str | None) -> dict[str, Any]:
    given = {"limit": LIMIT, "q": "", "departmentCode": code, "lastId": last}
    return {key: value for key, value in given.items() if value is not None}


def _data(page: Page) -> dict[str, Any]:
    answer = page.json()
    if page.status != SUCCESS:
        raise page.changed("mã trạng thái HTTP", f"cần {SUCCESS}, gặp {page.status}")
    if not isinstance(answer, dict) or answer.get("code") != "OK" or not isinstance(answer.get("data"), dict):
        raise page.changed("$.code, $.data", "phong bì không phải {“code”: “OK”, “data”: {…}}")
    data: dict[str, Any] = answer["data"]
    return data


def _text(page: Page, row: Mapping[str, Any], key: str, at: str) -> str | None:
    return None if row.get(key) is None else json_text(page, row[key], f"{at}.{key}")


def _named(
    page: Page, data: Mapping[str, Any], keys: tuple[str, ...], values: Values, at: str, *, to: str, join: str
) -> None:
    """Keep the names under the first key that has any; a part that is there but holds none is kept as ""."""
    for key in keys:
        if data.get(key) is None or values.texts.get(to):
            continue
        if isinstance(data[key], list):
            names = [_text(page, row, "name", place) or "" for place, row in json_rows(page, data, key, at) or []]
            values.put(to, join.join(filter(None, names)), f"{at}.{key}")
        else:
            values.put(to, _text(page, data, key, at), f"{at}.{key}")


def _level(data: Mapping[str, Any], values: Values, at: str) -> str | None:
    if all(data.get(key) is None for key in LEVELS):
        return None
    words = ", ".join(word for key, word in LEVELS.items() if data.get(key))
    return values.put("level", words, f"{at}.{'|'.join(LEVELS)}")


def _steps(page: Page, data: Mapping[str, Any], values: Values, at: str) -> str | None:
    rows = json_rows(page, data, "executionSteps", at)
    if rows is None:
        return None
    texts = [_text(page, row, key, place) for place, row in rows for key in ("name", "description")]
    return values.put("steps", "\n".join(text for text in texts if text), f"{at}.executionSteps")


def _methods(page: Page, data: Mapping[str, Any], values: Values, at: str) -> tuple[PublishedMethod, ...] | None:
    rows = json_rows(page, data, "executionMethods", at)
    if rows is None:
        return None
    methods: list[PublishedMethod] = []
    for index, (place, row) in enumerate(rows):
        to = f"methods[{index}]"
        code = row.get("submissionMethod")
        if code is not None and (not isinstance(code, str) or code not in CHANNELS):
            raise page.changed(f"{place}.submissionMethod", f"hình thức nộp lạ: {code}")
        time, time_place = _time(page, row, place)
        fee, fee_place = _fee(page, row, place)
        if f"{place}.description" not in {time_place, fee_place} and _text(page, row, "description", place):
            values.ignored.add("executionMethods[].description")
        methods.append(
            PublishedMethod(
                values.put(f"{to}.channel", CHANNELS.get(code) if code else None, f"{place}.submissionMethod"),
                values.put(f"{to}.time", time, time_place),
                values.put(f"{to}.fee", fee, fee_place),
            )
        )
    return tuple(methods)


def _time(page: Page, row: Mapping[str, Any], at: str) -> tuple[str | None, str]:
    """The time limit in words. Unit OTHER, or no number, makes the number meaningless: the description holds the limit."""
    number, unit = row.get("processingTime"), row.get("processingTimeUnit")
    if unit is not None and (not isinstance(unit, str) or unit not in {*UNITS, "OTHER"}):
        raise page.changed(f"{at}.processingTimeUnit", f"đơn vị thời gian lạ: {unit}")
    if number is None or unit in {None, "OTHER"}:
        said = _text(page, row, "description", at)
        return (said if unit == "OTHER" or (said and _TIME.search(said)) else None), f"{at}.description"
    if isinstance(number, bool) or not isinstance(number, int | float | str):
        raise page.changed(f"{at}.processingTime", "cần một số")
    words = str(number) if isinstance(number, str) else f"{Decimal(str(number)).normalize():f}".replace(".", ",")
    return f"{words} {UNITS[unit]}", f"{at}.processingTime"


def _fee(page: Page, row: Mapping[str, Any], at: str) -> tuple[str | None, str]:
    """The fee in words. No fee row and no word of money in the description: not stated, which is not the same as free."""
    fees = json_rows(page, row, "fees", at)
    texts = [text for place, fee in fees or [] if (text := _amount(page, fee, place))]
    if texts:
        return "; ".join(texts), f"{at}.fees[0].value" if len(texts) == 1 else f"{at}.fees"
    said = _text(page, row, "description", at)
    if said and _MONEY.search(said):
        return said, f"{at}.description"
    return ("", f"{at}.fees") if fees else (None, f"{at}.fees")


def _amount(page: Page, fee: Mapping[str, Any], at: str) -> str:
    """One fee row in words: zero is "Không", a bare number gets its unit, the row's name and description stay beside it."""
    value, said, name = (_text(page, fee, key, at) or "" for key in ("value", "description", "name"))
    if isinstance(fee.get("value"), int | float):
        value = f"{Decimal(value).normalize():,f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    if value and said.startswith(value):
        value = ""  # the description repeats the amount and goes on from there
    elif value.strip("0.,") == "":
        value = "Không" if value else ""
    elif value.replace(".", "").replace(",", "").isdigit():
        value = f"{value} đồng"
    amount = f"{value} ({said})" if value and said else value or said
    return f"{name}: {amount}" if name and amount else amount


def _documents(page: Page, data: Mapping[str, Any], values: Values, at: str) -> tuple[PublishedDocument, ...] | None:
    cases = json_rows(page, data, "executionCases", at)
    if cases is None:
        return None
    documents: list[PublishedDocument] = []
    for case_place, case in cases:
        case_name = _text(page, case, "name", case_place)
        for place, row in json_rows(page, case, "profileComponents", case_place) or []:
            to = f"documents[{len(documents)}]"
            name = _text(page, row, "name", place)
            if name is None:
                raise page.changed(f"{place}.name", "thiếu tên giấy tờ")
            forms = json_rows(page, row, "attachments", place)
            files = None if forms is None else [_text(page, form, "fileName", where) or "" for where, form in forms]
            documents.append(
                PublishedDocument(
                    values.put(f"{to}.name", name, f"{place}.name"),
                    values.put(f"{to}.quantity", _quantity(page, row, place), f"{place}.originalQty|copyQty"),
                    values.put(f"{to}.case", case_name or None, f"{case_place}.name"),
                    values.put(f"{to}.form", None if files is None else "; ".join(files), f"{place}.attachments"),
                )
            )
    return tuple(documents)


def _quantity(page: Page, row: Mapping[str, Any], at: str) -> str | None:
    stated = [
        f"{word}: {text}"
        for key, word in (("originalQty", "Bản chính"), ("copyQty", "Bản sao"))
        if (text := _text(page, row, key, at)) is not None
    ]
    return " - ".join(stated) if stated else None


def _legal_bases(page: Page, data: Mapping[str, Any], values: Values, at: str) -> tuple[str, ...] | None:
    rows = json_rows(page, data, "legalBasisesDetails", at)
    if rows is None:
        return None
    bases: list[str] = []
    for place, row in rows:
        name, code = (_text(page, row, key, place) or "" for key in ("name", "code"))
        text = name if code in name else f"{code} {name}".strip()
        if text:
            values.put(f"legal_bases[{len(bases)}]", plain(text), place)
            bases.append(plain(text))
    return tuple(bases)
