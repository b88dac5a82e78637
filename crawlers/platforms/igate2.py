"""VNPT iGate 2: an Angular app over JSON services; the app's own configuration names the host that serves them.

A procedure stands in several answers: its description, the papers its form asks for, its fees, and the process that says how
long it takes. Names are arrays with one entry a language.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from crawlers.page import Field, Section, Values, html_body, json_rows, json_text, plain, read_json
from crawlers.platforms import Ask, Listing, Reading
from crawlers.records import PublishedDocument
from crawlers.sections import add_known, read_sections

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawlers.page import Page
    from crawlers.targets import Target

TITLE = "VNPT iGate 2"
READING: tuple[str, ...] = ()
CONFIG = "assets/app.config.json"
PROBES = ("", f"vi/{CONFIG}", CONFIG)
PROVIDER = "digoMicroservice"
LIST = "bd/procedure/--can-apply?keyword=&spec=page&page=0&size=50"
DETAIL = "bd/procedure/"
PROCESSES = "bd/procedure-process-definition?procedure-id="
PAPERS = "bd/procedure-form/?page=0&size=200&spec=page&procedure-id="
FEES = "bd/procost?page=0&size=200&spec=page&procedure-id="
VIETNAMESE = 228

FIELDS = (Field("code", ("code",), required=True), Field("status", ("statusName",)))
NAMED = (("name", "name", True), ("sector", "sector", True), ("service_level", "level", False))
PARTS = (  # strings of HTML
    Field("steps", ("steps",), required=True),
    Field("methods", ("implementationMethod",)),
    Field("time", ("processingTime",)),
    Field("fees", ("serviceFee",)),
    Field("conditions", ("requirement",)),
    Field("subjects", ("implementer",)),
    Field("result", ("result",)),
    Field("legal_bases", ("legalGrounds",)),
)
READ = (
    {"id", "code", "statusName", "agency"} | {key for _, key, _ in NAMED} | {key for part in PARTS for key in part.at}
)
UNITS = {"d": "ngày làm việc", "h": "giờ làm việc", "M": "tháng", "y": "năm"}

_ID = re.compile(r"[0-9a-f]{24}")
_PAGE = re.compile(r"(?<=[?&]page=)\d+")
_GONE = frozenset({404, 410})


def first(target: Target) -> Ask:
    """Ask for the app's configuration, which says where the services are."""
    return Ask(_root(target.url) + CONFIG)


def recognise(page: Page) -> str | None:
    """Known by its configuration, or by the app's element and paths in its shell."""
    if PROVIDER.encode() in page.body or b"digo-microservice" in page.body:
        return "cấu hình app.config.json nêu dịch vụ digoMicroservice của VNPT iGate 2"
    if b"<app-root" in page.body and re.search(rb'<base href="/(vi/)?"', page.body) and b"igate" in page.body.lower():
        return "vỏ ứng dụng Angular (app-root) mang tên iGate"
    return None


def read_list(page: Page, ask: Ask, seen: int) -> Listing:
    """Read the configuration, which leads to the list, or one page of the list as Spring writes it."""
    answer = page.json()
    if not isinstance(answer, dict):
        raise page.changed("$", "cần một đối tượng JSON")
    if urlsplit(ask.url).path.endswith(CONFIG):
        shown = urljoin(ask.url.removesuffix(CONFIG), "procedure/search")
        return Listing((), None, Ask(urljoin(ask.url, _services(page, answer)) + LIST, page=shown))
    total = answer.get("totalElements")
    rows = json_rows(page, answer, "content")
    if rows is None or type(total) is not int or type(answer.get("last")) is not bool:
        raise page.changed("$.content, $.totalElements, $.last", "không phải một trang danh sách kiểu Spring")
    api = ask.url.partition(DETAIL)[0]
    entries = tuple(_entry(page, row, at, api, ask.page or ask.url) for at, row in rows)
    seen += len(entries)
    if answer["last"]:
        if seen != total:
            raise page.changed("$.last", f"trang cuối, mới có {seen} mục trong khi tổng số là {total}")
        return Listing(entries, total)
    if not entries:
        raise page.changed("$.content", f"trang rỗng sau {seen} mục, trong khi tổng số là {total}")
    number = _PAGE.search(ask.url)
    if number is None:
        raise page.changed("page", f"không biết trang kế tiếp của {ask.url}")
    following = f"{ask.url[: number.start()]}{int(number[0]) + 1}{ask.url[number.end() :]}"
    return Listing(entries, total, Ask(following, page=ask.page))


def beside(page: Page, ask: Ask) -> tuple[Ask, ...]:
    """Return the requests for the papers, the fees and the processes of one procedure."""
    api, _, number = ask.url.partition(DETAIL)
    return tuple(Ask(f"{api}{service}{number}", page=page.url) for service in (PAPERS, FEES, PROCESSES))


def read_detail(page: Page, ask: Ask) -> Reading:
    """Read one procedure from its description, papers, fees and processes; `raw` is the description as the API gave it."""
    data = page.json()
    if not isinstance(data, dict):
        raise page.changed("$", "cần một đối tượng JSON")
    if len(page.beside) != 3:
        raise page.changed("câu trả lời kèm theo", f"cần 3, có {len(page.beside)}")
    values = Values()
    read_json(page, data, FIELDS, values)
    for to, key, required in NAMED:
        if data.get(key) is not None:
            values.put(to, _name(page, data[key], f"$.{key}"), f"$.{key}")
        elif required:
            raise page.changed(f"$.{key}", "thiếu khóa bắt buộc")
    agencies = json_rows(page, data, "agency")
    if agencies is None:
        raise page.changed("$.agency", "thiếu khóa bắt buộc")
    values.put("agency", ", ".join(_name(page, row, at) for at, row in agencies), "$.agency")
    values.ignored |= set(data) - READ
    add_known(values, ask.known)
    papers, fees, processes = page.beside
    found = [
        Section(key, html_body(page, data[key], f"$.{key}"))
        for part in PARTS
        for key in part.at
        if data.get(key) is not None
    ]
    for key, lines in (("processingTime", _times(processes)), ("serviceFee", _costs(fees))):
        if not _says(data.get(key)):
            found = [section for section in found if section.label != key]
            if lines is not None:
                found.append(Section(key, html_body(page, "\n".join(lines), f"$.{key}")))
        elif lines:
            values.ignored |= {f"{key}: {line}" for line in lines}
    record = read_sections(page, found, PARTS, (), values, url=ask.url, timed=True)
    documents = _papers(papers, values)
    return Reading((replace(record, documents=documents, ignored=tuple(sorted(values.ignored))),), raw=data)


def _root(url: str) -> str:
    """The folder of the app: it stands below the language."""
    base = url if url.endswith("/") else f"{url}/"
    return base if base.endswith("/vi/") else f"{base}vi/"


def _services(page: Page, config: Mapping[str, Any]) -> str:
    """The address of the services, as the configuration names it."""
    inner = config.get("config")
    providers = (inner if isinstance(inner, dict) else config).get("apiProviders")
    found = providers.get(PROVIDER) if isinstance(providers, dict) else None
    if isinstance(providers, list):
        found = next(
            (one for one in providers if isinstance(one, dict) and one.get("name") == "digo-microservice"), None
        )
    root = found.get("rootUrl") if isinstance(found, dict) else None
    if not isinstance(root, str) or not root:
        raise page.changed(f"$.apiProviders.{PROVIDER}.rootUrl", "cấu hình không nêu địa chỉ dịch vụ")
    return root if root.endswith("/") else f"{root}/"


def _entry(page: Page, row: Mapping[str, Any], at: str, api: str, shown: str) -> Ask:
    number = row.get("id")
    if not isinstance(number, str) or not _ID.fullmatch(number):
        raise page.changed(f"{at}.id", "thiếu mã định danh 24 chữ số")
    known = {"name": _name(page, row.get("name"), f"{at}.name")}
    if row.get("code") is not None:
        known["code"] = json_text(page, row["code"], f"{at}.code")
    return Ask(f"{api}{DETAIL}{number}", page=urljoin(shown, f"detail/{number}"), known=known)


def _name(page: Page, value: object, at: str) -> str:
    """The Vietnamese name: text, an array with one entry a language, or an object that holds either under `name`."""
    if isinstance(value, dict) and "name" in value:
        return _name(page, value["name"], f"{at}.name")
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        for row in value:
            if isinstance(row, dict) and row.get("languageId") == VIETNAMESE and isinstance(row.get("name"), str):
                return plain(row["name"])
    raise page.changed(at, f"không có tên tiếng Việt (languageId {VIETNAMESE})")


def _says(part: object) -> bool:
    return part is not None and (not isinstance(part, str) or bool(plain(part)))


def _all(page: Page) -> list[tuple[str, dict[str, Any]]] | None:
    """The rows of a page that must hold them all, or of a bare list; None: the service does not have this part."""
    if page.status in _GONE:
        return None
    answer = page.json()
    if isinstance(answer, list):
        answer = {"content": answer}
    if not isinstance(answer, dict):
        raise page.changed("$", "cần một danh sách hoặc một trang danh sách")
    rows = json_rows(page, answer, "content")
    if rows is None:
        raise page.changed("$.content", "thiếu danh sách")
    if answer.get("totalElements", len(rows)) != len(rows):
        raise page.changed("$.totalElements", f"có {answer['totalElements']} mục mà chỉ nhận được {len(rows)}")
    return rows


# --- time and fees ------------------------------------------------------------------------------------------------


def _times(page: Page) -> list[str] | None:
    """The time of each process: of the one there is, or each under its name where they differ; []: none says one."""
    rows = _all(page)
    if rows is None:
        return None
    found: dict[str, str] = {}
    for at, row in rows:
        process = row.get("processDefinition")
        if not isinstance(process, dict):
            raise page.changed(f"{at}.processDefinition", "thiếu quy trình")
        number, unit = process.get("processingTime"), process.get("processingTimeUnit")
        if number is None:
            continue
        if not isinstance(unit, str) or unit not in UNITS:
            raise page.changed(f"{at}.processDefinition.processingTimeUnit", f"đơn vị thời gian lạ: {unit}")
        text = json_text(page, number, f"{at}.processDefinition.processingTime").removesuffix(".0").replace(".", ",")
        found[_name(page, process, f"{at}.processDefinition")] = f"{text} {UNITS[unit]}"
    if len(set(found.values())) == 1:
        return [next(iter(found.values()))]
    return [f"{name}: {time}" for name, time in found.items()]


def _costs(page: Page) -> list[str] | None:
    """Each fee in words; []: the service says that there is none. That is not the same as free."""
    rows = _all(page)
    if rows is None:
        return None
    lines: list[str] = []
    for at, row in rows:
        amount = row.get("cost")
        if isinstance(amount, bool) or not isinstance(amount, int | float):
            raise page.changed(f"{at}.cost", "thiếu số tiền")
        unit = json_text(page, row.get("monetaryUnit") or "VNĐ", f"{at}.monetaryUnit")
        told = plain(str(row.get("description") or ""))
        money = f"{amount:,.0f}".replace(",", ".") if amount == int(amount) else str(amount).replace(".", ",")
        lines.append(f"{_name(page, row.get('type'), f'{at}.type')}: {money} {unit}" + (f" ({told})" if told else ""))
    return lines


# --- papers -------------------------------------------------------------------------------------------------------


class _Paper(NamedTuple):
    """One paper and where it stands in its case."""

    order: int
    at: str
    row: dict[str, Any]


def _papers(page: Page, values: Values) -> tuple[PublishedDocument, ...] | None:
    """The papers in the order of their cases; in a case, by the number each has."""
    rows = _all(page)
    if rows is None:
        return None
    cases: dict[str, list[_Paper]] = {}
    for at, row in rows:
        order = row.get("order")
        case = "" if row.get("case") is None else _name(page, row["case"], f"{at}.case")
        cases.setdefault(case, []).append(_Paper(order if type(order) is int else 0, at, row))
    out: list[PublishedDocument] = []
    for case, papers in cases.items():
        for _, at, row in sorted(papers, key=lambda paper: paper.order):
            to, where = f"documents[{len(out)}]", f"giấy tờ {at}"
            form, quantity = _form(page, row, at), _quantity(page, row, at)
            out.append(
                PublishedDocument(
                    values.put(f"{to}.name", _name(page, row.get("form"), f"{at}.form"), f"{where}.form"),
                    values.put(f"{to}.quantity", quantity, f"{where}.detail"),
                    values.put(f"{to}.case", case or None, f"{where}.case"),
                    values.put(f"{to}.form", form, f"{where}.file"),
                )
            )
    return tuple(out)


def _quantity(page: Page, row: Mapping[str, Any], at: str) -> str | None:
    rows = json_rows(page, row, "detail", at)
    if rows is None:
        return None
    texts = []
    for place, one in rows:
        if one.get("quantity") is None:
            raise page.changed(f"{place}.quantity", "thiếu số lượng")
        number = json_text(page, one["quantity"], f"{place}.quantity")
        texts.append(f"{_name(page, one.get('type'), f'{place}.type')}: {number}")
    return " - ".join(texts)


def _form(page: Page, row: Mapping[str, Any], at: str) -> str | None:
    files = json_rows(page, row, "file", at)
    if files is None:
        return None
    return "; ".join(json_text(page, file.get("filename") or "", f"{place}.filename") for place, file in files)
