"""Each platform on saved pages: what it reads from them, and which changes of the page it refuses to read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from crawlers.page import Page, PageChanged
from crawlers.platforms import Ask, Listing, load
from crawlers.targets import Target
from tests.crawlers.portal import page

if TYPE_CHECKING:
    from crawlers.records import PublishedProcedure

URL = "http://127.0.0.1:1/bothutuc/tthc?matt=11"
API = "http://127.0.0.1:1/api/v1/submitting/formality/list-all-public-formality-by-citizen"


def detail(platform: str, body: bytes, status: int | None = None) -> PublishedProcedure:
    status = status or (201 if platform == "dvcqg" else 200)
    return load(platform).read_detail(Page(platform, URL, body, status), Ask(URL)).records[0]


def listing(platform: str, body: bytes, seen: int = 0) -> Listing:
    ask = Ask(API, {"limit": 200, "q": ""}) if platform == "dvcqg" else load(platform).first(target(platform))
    return load(platform).read_list(Page(platform, ask.url, body, 201 if platform == "dvcqg" else 200), ask, seen)


def target(platform: str, url: str = "http://127.0.0.1:1/", code: str | None = None) -> Target:
    return Target("h99", "A", "province", platform, url, code=code)


def swap(name: str, *changes: tuple[str, str]) -> bytes:
    text = page(name).decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


TABLE, LISTS = "igate1/table.html", "igate1/ul.html"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (swap(TABLE, ("<th>Thời hạn giải quyết</th>", "<th>Mô tả</th>"), ("<th>Mô tả</th></tr>", "<th>STT</th></tr>")), "Thời hạn giải quyết"),
        (swap(LISTS, ("<ul><li>Tờ khai", "<div><p>Tờ khai"), ("<li>Giấy tờ", "<p>Giấy tờ"), ("<li>Văn bản", "<p>Văn bản")), "Thành phần hồ sơ"),
    ],
)  # fmt: skip
def test_igate1_refuses_changed_pages(body: bytes, field: str) -> None:
    with pytest.raises(PageChanged, match=r"^http://127.0.0.1:1/.*igate1\.py") as caught:
        detail("igate1", body)
    assert (caught.value.platform, caught.value.field, caught.value.url) == ("igate1", field, URL)


@pytest.mark.parametrize(
    ("changes", "path", "value"),
    [
        ([("1.001612.000.00.00.H99", "Không có mã số")], "code", "Không có mã số"),
        ([("1.001612.000.00.00.H99", "")], "code", ""),
        ([("Lệ phí: 100.000 Đồng", "07 Ngày làm việc")], "methods.0.fee", "07 Ngày làm việc"),
        ([("<td>Trực tuyến</td>", "<td>Qua ứng dụng</td>")], "methods.1.channel", "Qua ứng dụng"),
        ([(">Yêu cầu - điều kiện<", ">Từ khóa<")], "conditions", None),
        ([(">Mã thủ tục<", "> MÃ THỦ TỤC :<")], "code", "1.001612.000.00.00.H99"),
        ([(">Mã thủ tục<", ">Ma\u0303 thu\u0309 tu\u0323c<")], "code", "1.001612.000.00.00.H99"),
    ],
)
def test_igate1_flaws_are_published_as_they_are(changes: list[tuple[str, str]], path: str, value: str | None) -> None:
    found: Any = detail("igate1", swap(TABLE, *changes)).to_json()
    for key in path.split("."):
        found = found[int(key)] if key.isdigit() else found.get(key)
    assert found == value


@pytest.mark.parametrize(
    ("method_section", "time", "fee", "expected"),
    [
        ("Trực tiếp", "<p>15 ngày</p>", "Không", [("Trực tiếp", "15 ngày", "Không")]),
        ("<ul><li>Trực tiếp: tại xã</li><li>Trực tuyến</li></ul>", "Trực tiếp: 5 ngày<br>Trực tuyến: 3 ngày", "", [("Trực tiếp", "5 ngày", ""), ("Trực tuyến", "3 ngày", "")]),
        ("Trực tiếp<br>Trực tuyến", "10 ngày<p>Trực tuyến: 3 ngày</p>", "Không", [("Trực tiếp", "10 ngày", "Không"), ("Trực tuyến", "3 ngày", "Không")]),
        ("<li>Nộp tại xã hoặc gửi bưu điện</li>", "07 ngày", "1", [("Nộp tại xã hoặc gửi bưu điện", "07 ngày", "1")]),
        ("Trực tiếp", "<b>Trực tiếp</b>: 4 ngày<br><b>Dịch vụ bưu chính công ích</b>: 6 ngày", "", [("Trực tiếp", "4 ngày", ""), ("Dịch vụ bưu chính công ích", "6 ngày", "")]),
        ("Trực tiếp", "Nộp <b>trực tuyến</b> thì 5 ngày", "", [("Trực tiếp", "Nộp trực tuyến thì 5 ngày", "")]),
        ("", "20 ngày", "", [("", "20 ngày", "")]),
        ("", "", "", []),
    ],
)  # fmt: skip
def test_igate1_splits_time_and_fee_by_channel(
    method_section: str, time: str, fee: str, expected: list[tuple[str, str, str]]
) -> None:
    sections = {"Mã thủ tục": "1.1", "Cơ quan thực hiện": "A", "Trình tự": "", "Thành phần hồ sơ": "", "Cách thức": method_section, "Thời hạn giải quyết": time, "Lệ phí": fee}  # fmt: skip
    items = "".join(
        f'<div class="tthc-list-item"><div class="item-title">{label}</div><div class="tthc-list-item-detail">{text}</div></div>'
        for label, text in sections.items()
    )
    record = detail("igate1", f'<div class="tthc-title"><h4>Tên</h4></div>{items}'.encode())
    assert record.documents == ()
    assert [(method.channel, method.time, method.fee) for method in record.methods or ()] == expected


def test_igate1_without_papers_in_words_is_not_an_empty_list() -> None:
    start = page(LISTS).decode().partition("<html><body><p>* Hồ sơ")
    text = start[0] + "Không quy định" + start[2].partition("</body></html>")[2]
    record = detail("igate1", text.encode())
    assert record.documents is None
    assert "Thành phần hồ sơ: Không quy định" in record.ignored


def test_igate1_lists() -> None:
    found = listing("igate1", page("igate1/list.html"))
    assert [entry.url[-2:] for entry in found.entries] == ["11", "12"]
    assert found.total == 3
    assert found.following is not None
    assert found.following.url.endswith("per_page=50&page=2")
    assert listing("igate1", page("igate1/list.html"), seen=1).following is None
    nested = load("igate1").first(target("igate1", "https://dichvucong.example.vn/bocongan"))
    assert nested.url.startswith("https://dichvucong.example.vn/bocongan/bothutuc/listThuTuc?")


def test_dvcqg_lists() -> None:
    first = load("dvcqg").first(target("dvcqg", "http://127.0.0.1:1/api/v1", "H99"))
    assert (first.url, first.json) == (API, {"limit": 200, "q": "", "departmentCode": "H99"})
    data = {"items": [{"id": "a"}, None, {"id": "b"}], "lastId": "b", "total": 3}
    found = load("dvcqg").read_list(
        Page("dvcqg", API, json.dumps({"code": "OK", "data": data}).encode(), 201), first, 0
    )
    assert [entry.json for entry in found.entries] == [{"id": "a"}, {"id": "b"}]
    assert found.entries[0].page == "http://127.0.0.1:1/thu-tuc-hanh-chinh/a"
    assert found.following == Ask(API, {"limit": 200, "q": "", "departmentCode": "H99", "lastId": "b"})


@pytest.mark.parametrize(
    ("platform", "body", "field"),
    [
        ("igate1", b'<ul class="list-tthc"></ul>', "#totalRecord"),
        ("igate1", b'<b id="totalRecord">12</b>', ".list-tthc li a.tthc-name"),
        ("dvcqg", b"<html></html>", "JSON"),
        ("dvcqg", b'{"code":"OK","data":[]}', "$.code, $.data"),
        ("dvcqg", b'{"code":"ERR","data":{}}', "$.code, $.data"),
        ("dvcqg", b'{"code":"OK","data":{"total":1}}', "$.data.items"),
        ("dvcqg", b'{"code":"OK","data":{"items":[{"id":"a"}]}}', "$.data.total"),
        ("dvcqg", b'{"code":"OK","data":{"items":[],"total":1}}', "$.data.items"),
        ("dvcqg", b'{"code":"OK","data":{"items":[{"id":"a"}],"total":2}}', "$.data.lastId"),
        ("dvcqg", b'{"code":"OK","data":{"items":[{"code":"1"}],"total":1}}', "$.data.items[0].id"),
    ],
)
def test_changed_lists_are_refused(platform: str, body: bytes, field: str) -> None:
    with pytest.raises(PageChanged) as caught:
        listing(platform, body)
    assert caught.value.field == field


def api(**changes: object) -> bytes:
    data = json.loads(page("dvcqg/detail.json"))["data"]
    for key, value in changes.items():
        if value is ...:
            data.pop(key)
        else:
            data[key] = value
    return json.dumps({"code": "OK", "data": data}).encode()


METHOD: dict[str, object] = {"submissionMethod": "DIRECT", "processingTime": 5, "processingTimeUnit": "DAY", "fees": []}


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (api(), 200, "mã trạng thái HTTP"),
        (api(code=...), 201, "$.data.code"),
        (api(name=""), 201, "$.data.name"),
        (api(name={"vi": "x"}), 201, "$.data.name"),
        (api(executionMethods={}), 201, "$.data.executionMethods"),
        (api(executionMethods=["x"]), 201, "$.data.executionMethods[0]"),
        (api(executionMethods=[{**METHOD, "submissionMethod": "FAX"}]), 201, "$.data.executionMethods[0].submissionMethod"),
        (api(executionMethods=[{**METHOD, "processingTimeUnit": "WEEK"}]), 201, "$.data.executionMethods[0].processingTimeUnit"),
        (api(executionCases=[{"profileComponents": [{"originalQty": 1}]}]), 201, "$.data.executionCases[0].profileComponents[0].name"),
        (api(categoriesDetails=[{"name": ["x"]}]), 201, "$.data.categoriesDetails[0].name"),
    ],
)  # fmt: skip
def test_dvcqg_refuses_changed_answers(body: bytes, status: int, field: str) -> None:
    with pytest.raises(PageChanged) as caught:
        detail("dvcqg", body, status)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("change", "time", "fee"),
    [
        ({}, "5 ngày", None),
        ({"fees": None}, "5 ngày", None),
        ({"fees": [{"value": 0}]}, "5 ngày", "Không"),
        ({"fees": [{"value": "0"}]}, "5 ngày", "Không"),
        ({"fees": [{"value": 0, "description": "Theo Thông tư 85/2019/TT-BTC"}]}, "5 ngày", "Không (Theo Thông tư 85/2019/TT-BTC)"),
        ({"fees": [{"value": None, "description": "Theo quy định"}]}, "5 ngày", "Theo quy định"),
        ({"fees": [{"value": None}]}, "5 ngày", ""),
        ({"fees": [{"value": "1.750.000"}, {"value": 20000.0}]}, "5 ngày", "1.750.000 đồng; 20.000 đồng"),
        ({"fees": [{"value": "70,000", "description": "70,000 Việt Nam Đồng(cấp lại)"}]}, "5 ngày", "70,000 Việt Nam Đồng(cấp lại)"),
        ({"fees": [{"value": 5000, "name": "Lệ phí", "description": "mỗi trang"}]}, "5 ngày", "Lệ phí: 5.000 đồng (mỗi trang)"),
        ({"processingTime": None, "description": "Miễn phí"}, None, "Miễn phí"),
        ({"processingTime": None, "processingTimeUnit": None, "description": "Trong ngày làm việc"}, "Trong ngày làm việc", None),
        ({"processingTimeUnit": "OTHER", "description": ""}, "", None),
        ({"processingTimeUnit": "OTHER"}, None, None),
        ({"processingTime": 10.0, "processingTimeUnit": "WORKING_DAY"}, "10 ngày làm việc", None),
    ],
)  # fmt: skip
def test_dvcqg_times_and_fees_in_words(change: dict[str, object], time: str | None, fee: str | None) -> None:
    (method,) = detail("dvcqg", api(executionMethods=[{**METHOD, **change}])).methods or ()
    assert (method.time, method.fee) == (time, fee)


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"executionMethods": ...}, "methods", None),
        ({"executionMethods": [None]}, "methods", ()),
        ({"executionCases": None}, "documents", None),
        ({"executionCases": []}, "documents", ()),
        ({"legalBasisesDetails": ...}, "legal_bases", None),
        ({"executionSteps": ...}, "steps", None),
        ({"resultsDetails": []}, "result", ""),
        ({"resultsDetails": ...}, "result", None),
        ({"executingAgencies": ..., "unitGroupsExecuting": [{"name": "UBND cấp xã"}]}, "agency", "UBND cấp xã"),
        ({"departmentsExecuting": "Thanh tra Bộ"}, "agency", "Thanh tra Bộ"),
        ({"isMinistry": ..., "isProvince": ..., "isWard": ...}, "level", None),
        ({"state": ...}, "status", None),
    ],
)
def test_dvcqg_absent_is_none_and_empty_is_empty(changes: dict[str, object], field: str, value: object) -> None:
    assert getattr(detail("dvcqg", api(**changes)), field) == value


@pytest.mark.parametrize(
    "content",
    [
        "<b><font>" * 3000 + "Bước 1: nộp hồ sơ",
        "<div>" * 3000 + "Bước 1: nộp hồ sơ",
        "<p>Bước 1: nộp hồ sơ</p>" + "</span></b></i>" * 500,
    ],
)
def test_igate1_reads_pasted_markup_however_deep(content: str) -> None:
    record = detail("igate1", swap(TABLE, ("<p>Bước 1: Cá nhân nộp hồ sơ.</p>", content)))
    assert (record.steps or "").startswith("Bước 1: nộp hồ sơ")


@pytest.mark.parametrize("byte", [b"\xff", b"\xed\xa0\x80", b"\x00", b"\xc4"])
def test_igate1_reads_broken_encodings_without_falling(byte: bytes) -> None:
    body = page(TABLE).replace(b"1.001612", byte + b"1.001612")
    record = detail("igate1", body)
    assert "1.001612" in (record.code or "")
    json.dumps(record.to_json()).encode("ascii")
    orjson.dumps(record.to_json())


def test_lists_page_links_to_documents_once_each() -> None:
    html = (
        b'<a href="/tep/a%20b.xlsx">A</a><a href="/tep/a%20b.xlsx#2">A</a><a href="b.DOCX?x=1">B</a><a href="/gioi-thieu">x</a>'
        b'<a href="http://[ten mien]/c.pdf">C</a><a href="http://khac.example/d.pdf">D</a><a>E</a>'
    )
    found = listing("lists", html)
    assert [entry.url for entry in found.entries] == [
        "http://127.0.0.1:1/tep/a%20b.xlsx", "http://127.0.0.1:1/b.DOCX?x=1", "http://khac.example/d.pdf",
    ]  # fmt: skip
    assert found.total is None
    assert listing("lists", b"%PDF-1.7").entries == (load("lists").first(target("lists")),)
    with pytest.raises(PageChanged, match="không dẫn tới văn bản nào"):
        listing("lists", b"<html><a href='/x'>x</a></html>")
