"""OpenCPS v2 (Liferay): a REST list paged by start and end, and details whose parts are strings of HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from crawlers.page import Field, Section, Values, html_body, json_text, key_of, read_json
from crawlers.platforms import Ask, Listing, Reading
from crawlers.sections import add_known, read_sections

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawlers.page import Page
    from crawlers.records import PublishedProcedure
    from crawlers.targets import Target

TITLE = "OpenCPS v2"
READING: tuple[str, ...] = ()
LIST = "o/rest/v2/serviceinfos"
PROBES = ("", f"{LIST}?start=0&end=1")
SIZE = 50

CODES = ("serviceCodeDVCQG", "serviceCode")  # the app shows the national code, and its own only where there is none
FIELDS = (
    Field("name", ("serviceName",), required=True),
    Field("sector", ("domainName",), required=True),
    Field("agency", ("administrationName",), required=True),
)
PARTS = (  # strings of HTML
    Field("steps", ("processText",), required=True),
    Field("methods", ("methodText",), required=True),
    Field("documents", ("dossierText",), required=True),
    Field("time", ("durationText",), required=True),
    Field("fees", ("feeText",)),
    Field("conditions", ("conditionText",)),
    Field("subjects", ("applicantText",)),
    Field("result", ("resultText",)),
    Field("legal_bases", ("regularText",)),
)
READ = {*CODES, "maxLevel", "fileTemplates"} | {key for item in (*FIELDS, *PARTS) for key in item.at}
LEVELS = frozenset({"2", "3", "4"})
_RANGE = re.compile(r"([?&])start=(\d+)&end=(\d+)")


def first(target: Target) -> Ask:
    """Ask for the first part of the list."""
    base = target.url.rstrip("/").removesuffix(f"/{LIST}") + "/"
    return Ask(urljoin(base, f"{LIST}?start=0&end={SIZE}"))


def recognise(page: Page) -> str | None:
    """Known by the keys of its REST answers, or by its app's own name in the page."""
    if b'"serviceInfoId"' in page.body and b'"serviceCode"' in page.body:
        return "dữ liệu có các khóa serviceInfoId, serviceCode của OpenCPS v2"
    if re.search(rb"opencps", page.body, re.IGNORECASE):
        return "trang mang tên OpenCPS"
    return None


def read_list(page: Page, ask: Ask, seen: int) -> Listing:
    """Read one part of the list; the next is asked until `total` entries were seen."""
    answer = page.json()
    if not isinstance(answer, dict) or type(answer.get("total")) is not int:
        raise page.changed("$.total", "thiếu tổng số thủ tục")
    total, data = answer["total"], answer.get("data")
    if not isinstance(data, list):
        raise page.changed("$.data", "thiếu danh sách thủ tục")
    base = ask.url.partition("?")[0]
    entries: list[Ask] = []
    for index, item in enumerate(data):
        place = f"$.data[{index}]"
        if not isinstance(item, dict) or not str(item.get("serviceInfoId") or "").isdigit():
            raise page.changed(f"{place}.serviceInfoId", "thiếu mã định danh")
        entries.append(Ask(f"{base}/{item['serviceInfoId']}", known=_known(page, item, place)))
    seen += len(entries)
    if not entries:
        raise page.changed("$.data", f"trang rỗng sau {seen} mục, trong khi tổng số là {total}")
    if seen >= total:
        return Listing(tuple(entries), total)
    asked = _RANGE.search(ask.url)
    if asked is None:
        raise page.changed("start, end", f"không biết phần kế tiếp của {ask.url}")
    start = int(asked[2]) + len(entries)  # a server may give fewer at once than it is asked for
    following = f"{ask.url[: asked.start()]}{asked[1]}start={start}&end={start + SIZE}{ask.url[asked.end() :]}"
    return Listing(tuple(entries), total, Ask(following))


def read_detail(page: Page, ask: Ask) -> Reading:
    """Read one procedure; `raw` is the API's own record."""
    data = page.json()
    if not isinstance(data, dict):
        raise page.changed("$", "cần một đối tượng JSON")
    values = Values()
    read_json(page, data, FIELDS, values)
    _code(page, data, values)
    _level(page, data, values)
    add_known(values, ask.known)
    keys = [key for item in PARTS for key in item.at if data.get(key) is not None]
    values.ignored |= {key if data[key] is not False else f"{key}: false" for key in set(data) - READ}
    found = [Section(key, html_body(page, data[key], f"$.{key}")) for key in keys]
    record = read_sections(page, found, PARTS, (), values, url=ask.url, timed=True)
    return Reading((_with_forms(page, data, record, ask.url),), raw=data)


def _known(page: Page, item: Mapping[str, Any], place: str) -> dict[str, str]:
    keys = {"name": "serviceName", "sector": "domainName", "agency": "administrationName"}
    said = {to: json_text(page, item[key], f"{place}.{key}") for to, key in keys.items() if item.get(key)}
    code = next((item[key] for key in CODES if item.get(key)), None)
    return said if code is None else {**said, "code": json_text(page, code, f"{place}.serviceCode")}


def _code(page: Page, data: Mapping[str, Any], values: Values) -> None:
    if all(data.get(key) is None for key in CODES):
        raise page.changed("$.serviceCode", "thiếu khóa bắt buộc")
    key = next((key for key in CODES if data.get(key)), "serviceCode")
    values.put("code", json_text(page, data.get(key) or "", f"$.{key}"), f"$.{key}")
    other = data.get("serviceCode")
    if key != "serviceCode" and other and other != data[key]:
        values.ignored.add(f"serviceCode: {other}")


def _level(page: Page, data: Mapping[str, Any], values: Values) -> None:
    """The level in the app's own words; 0 and 1: nothing is offered online, the app shows no level."""
    if data.get("maxLevel") is None:
        return
    level = json_text(page, data["maxLevel"], "$.maxLevel")
    if level and not level.isdigit():
        values.put("service_level", level, "$.maxLevel")
    elif level in LEVELS:
        values.put("service_level", f"Mức độ {level}", "$.maxLevel")
    elif level in {"", "0", "1"}:
        values.ignored.add(f"maxLevel: {level}")
    else:
        raise page.changed("$.maxLevel", f"mức độ lạ: {level}")


def _with_forms(page: Page, data: Mapping[str, Any], record: PublishedProcedure, url: str) -> PublishedProcedure:
    """Give each paper the form file of its very name; files of other names are listed as ignored."""
    templates = data.get("fileTemplates")
    if templates is None:
        return record
    if not isinstance(templates, list):
        raise page.changed("$.fileTemplates", f"cần một danh sách, gặp {type(templates).__name__}")
    forms: dict[str, str] = {}
    for index, item in enumerate(templates):
        if (
            not isinstance(item, dict)
            or not item.get("fileTemplateNo")
            or not isinstance(item.get("templateName"), str)
        ):
            raise page.changed(f"$.fileTemplates[{index}]", "thiếu fileTemplateNo hoặc templateName")
        forms[item["templateName"]] = f"{url}/filetemplates/{item['fileTemplateNo']}"
    by_name = {key_of(name): form for name, form in forms.items()}
    documents = tuple(
        replace(paper, form=paper.form or by_name.get(key_of(paper.name or ""))) for paper in record.documents or ()
    )
    names = {key_of(paper.name or "") for paper in documents}
    left = {f"fileTemplates: {name}" for name in forms if key_of(name) not in names}
    places = {
        f"documents[{index}].form": "$.fileTemplates"
        for index, paper in enumerate(documents)
        if paper.form and paper.form in forms.values()
    }
    return replace(
        record,
        documents=None if record.documents is None else documents,
        ignored=tuple(sorted({*record.ignored, *left})),
        source=replace(record.source, places={**record.source.places, **places}),
    )
