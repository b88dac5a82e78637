"""portaldvc: a React app over a REST API; a procedure's cases, papers and fees are lists of their own.

A case has one time limit for what is handed in at the counter and one for what is sent online, both in working hours: the app
shows an eighth of them as days.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from crawlers.page import Field, Values, html_body, json_rows, json_text, lines_of, read_json
from crawlers.platforms import Ask, Listing, Reading
from crawlers.records import PublishedDocument, PublishedMethod, PublishedProcedure, Source
from crawlers.sections import add_known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawlers.page import Page
    from crawlers.targets import Target

TITLE = "portaldvc"
READING: tuple[str, ...] = ()
API = "api/v1/"
LIST = "thutucs?pageNumber=1&pageSize=100"
CASES, PAPERS, FEES, FORMS = "truonghopthutucs", "thanhphanthutucs", "philephis", "mauphois"
SHOWN = "portaldvc/chi-tiet-thu-tuc/"
PROBES = ("", "portaldvc/danh-muc-tthc", f"{API}thutucs?pageNumber=1&pageSize=1")
SIZE = 200  # of the lists of one procedure

FIELDS = (
    Field("code", ("maTTHC",), required=True),
    Field("name", ("tenTTHC",), required=True),
    Field("sector", ("linhVucChinh", "linhVucThucHien"), required=True),
    Field("agency", ("coQuanThucHienChinh", "coQuanThucHien", "moTaCoQuanThucHien")),
    Field("conditions", ("yeuCau",)),
    Field("result", ("ketQuaThucHien", "tenKetQuaChinh")),
    Field("subjects", ("doiTuongThucHien", "moTaDoiTuongThucHien")),
    Field("level", ("capThucHien",)),
    Field("steps", ("trinhTuThucHien",), required=True),
    Field("status", ("trangThai",)),
)
LEVELS = {"2": "Mức độ 2", "3": "Một phần", "4": "Toàn trình"}
READ = {"id", "mucDo", "canCuPhapLy", "thoiGianGiaiQuyet"} | {key for item in FIELDS for key in item.at}
ONE_TEXT = (*(item.to for item in FIELDS), "service_level")
CHANNELS = (("Trực tiếp", "thoiGianThucHien"), ("Trực tuyến", "thoiGianThucHienTrucTuyen"))
UNITS = {"ngày làm việc": "ngày làm việc", "ngày": "ngày"}
HOURS = 8  # of a day

_PAGE = re.compile(r"(?<=[?&]pageNumber=)\d+")
_LEVEL = {"CapTinh": "Cấp tỉnh", "CapHuyen": "Cấp huyện", "CapXa": "Cấp xã", "CapBo": "Cấp bộ"}


def first(target: Target) -> Ask:
    """Ask for the first page of the list."""
    root = target.url.partition("portaldvc")[0]
    root = root if root.endswith("/") else f"{root}/"
    base = root if root.endswith(f"/{API}") else root + API
    return Ask(base + LIST, page=urljoin(base.removesuffix(API), "portaldvc/danh-muc-tthc"))


def recognise(page: Page) -> str | None:
    """Known by the keys of its API, or by its paths in the app's shell."""
    if b'"maTTHC"' in page.body and b'"tenTTHC"' in page.body:
        return "dữ liệu có các khóa maTTHC, tenTTHC của portaldvc"
    if b"/portaldvc/" in page.body:
        return "trang dùng đường dẫn /portaldvc/"
    return None


def read_list(page: Page, ask: Ask, seen: int) -> Listing:
    """Read one page of the list; the next is asked until `totalCount` entries were seen."""
    answer = _answer(page)
    total, rows = answer.get("totalCount"), json_rows(page, answer, "data")
    if rows is None or type(total) is not int:
        raise page.changed("$.data, $.totalCount", "thiếu danh sách thủ tục hoặc tổng số")
    base, shown = ask.url.partition("thutucs?")[0], ask.page or ask.url
    entries: list[Ask] = []
    for at, row in rows:
        number = row.get("id")
        if not isinstance(number, str | int) or not number:
            raise page.changed(f"{at}.id", "thiếu mã định danh")
        known = {
            to: json_text(page, row[key], f"{at}.{key}")
            for to, key in (("code", "maTTHC"), ("name", "tenTTHC"))
            if row.get(key) is not None
        }
        if len(known) != 2:
            raise page.changed(f"{at}.maTTHC, tenTTHC", "thiếu mã hoặc tên thủ tục")
        entries.append(Ask(f"{base}thutucs/{number}", page=_shown(shown, number), known=known))
    seen += len(entries)
    if seen >= total:
        return Listing(tuple(entries), total)
    if not entries:
        raise page.changed("$.data", f"trang rỗng sau {seen} mục, trong khi tổng số là {total}")
    number = _PAGE.search(ask.url)
    if number is None:
        raise page.changed("pageNumber", f"không biết trang kế tiếp của {ask.url}")
    following = f"{ask.url[: number.start()]}{int(number[0]) + 1}{ask.url[number.end() :]}"
    return Listing(tuple(entries), total, Ask(following, page=ask.page))


def beside(page: Page, ask: Ask) -> tuple[Ask, ...]:
    """Return the requests for the cases, papers, fees and form files of one procedure: they go by its code."""
    code = _data(page).get("maTTHC")
    if not isinstance(code, str) or not code:
        raise page.changed("$.data.maTTHC", "thiếu khóa bắt buộc")
    base = ask.url.partition("thutucs/")[0]
    asked = f"thuTucId={quote(code)}&pageNumber=1&pageSize={SIZE}"
    return tuple(Ask(f"{base}{name}?{asked}", page=page.url) for name in (CASES, PAPERS, FEES, FORMS))


def read_detail(page: Page, ask: Ask) -> Reading:
    """Read one procedure with its cases, papers, fees and form files; `raw` is the API's own record."""
    data = _data(page)
    if len(page.beside) != 4:
        raise page.changed("câu trả lời kèm theo", f"cần 4, có {len(page.beside)}")
    cases, papers, fees, forms = page.beside
    values = Values()
    read_json(page, data, FIELDS, values, "$.data")
    for name in ("code", "name"):
        if not values.texts[name]:
            raise page.changed(f"$.data.{name}", "để trống")
    _level(page, data, values)
    values.ignored |= set(data) - READ
    add_known(values, ask.known)
    names = _case_names(cases)
    record = PublishedProcedure(
        methods=_methods(page, data, cases, fees, values),
        documents=_documents(papers, forms, names, values),
        legal_bases=_legal_bases(page, data, values),
        source=Source(places=values.places),
        ignored=tuple(sorted(values.ignored)),
        **{to: values.texts.get(to) for to in ONE_TEXT},
    )
    return Reading((record,), raw=data)


def _answer(page: Page) -> dict[str, Any]:
    answer = page.json()
    if not isinstance(answer, dict) or answer.get("succeeded") is False or answer.get("data") is None:
        raise page.changed("$.data", "phong bì không phải {“data”: …, “succeeded”: true}")
    return answer


def _data(page: Page) -> dict[str, Any]:
    data = _answer(page)["data"]
    if not isinstance(data, dict):
        raise page.changed("$.data", f"cần một đối tượng, gặp {type(data).__name__}")
    return data


def _shown(address: str, number: object) -> str:
    """Where a person sees the procedure."""
    root = address.partition("portaldvc")[0] if "portaldvc" in urlsplit(address).path else urljoin(address, "/")
    return f"{root}{SHOWN}{number}"


def _all(page: Page) -> list[tuple[str, dict[str, Any]]]:
    """The rows of a list that must hold them all."""
    answer = _answer(page)
    rows = json_rows(page, answer, "data")
    if rows is None or answer.get("totalCount", len(rows)) != len(rows):
        raise page.changed("$.totalCount", f"có {answer.get('totalCount')} mục mà chỉ nhận được {len(rows or ())}")
    return rows


def _said(page: Page, row: Mapping[str, Any], key: str, at: str) -> str:
    return "" if row.get(key) is None else json_text(page, row[key], f"{at}.{key}")


def _level(page: Page, data: Mapping[str, Any], values: Values) -> None:
    """The levels of agencies and of service in words; both are codes in the API."""
    if "level" in values.texts:
        words = [_LEVEL.get(word, word) for word in re.split(r"\s*[#,;]+\s*", values.texts["level"]) if word]
        values.texts["level"] = ", ".join(words)
    if data.get("mucDo") is not None:
        said = json_text(page, data["mucDo"], "$.data.mucDo")
        values.put("service_level", LEVELS.get(said, said), "$.data.mucDo")


# --- time and fees ------------------------------------------------------------------------------------------------


def _case_names(page: Page) -> dict[str, str]:
    """The name of each case by its code and by its id; "" where there is but one."""
    rows = _all(page)
    names: dict[str, str] = {}
    for at, row in rows:
        name = json_text(page, row.get("ten") or "", f"{at}.ten")
        if not name:
            raise page.changed(f"{at}.ten", "thiếu tên trường hợp")
        names |= {str(row[key]): name if len(rows) > 1 else "" for key in ("id", "ma") if row.get(key) is not None}
    return names


def _methods(
    page: Page, data: Mapping[str, Any], cases: Page, fees: Page, values: Values
) -> tuple[PublishedMethod, ...]:
    """One method a channel, its time that of the cases; only the procedure's own time where there are no cases."""
    rows = _all(cases)
    fee = _fee(fees)
    if not rows:
        time = _said(page, data, "thoiGianGiaiQuyet", "$.data")
        values.put("methods[0].time", time, "$.data.thoiGianGiaiQuyet")
        return (PublishedMethod(time=time, fee=_kept(values, 0, fee)),)
    if data.get("thoiGianGiaiQuyet"):
        values.ignored.add(f"thoiGianGiaiQuyet: {_said(page, data, 'thoiGianGiaiQuyet', '$.data')[:80]}")
    methods: list[PublishedMethod] = []
    for channel, key in CHANNELS:
        offered = [(at, row) for at, row in rows if channel == "Trực tiếp" or row.get("khongNopTrucTuyen") is not True]
        times = {_said(cases, row, "ten", at): _time(cases, row, key, at) for at, row in offered}
        told = {name: time for name, time in times.items() if time is not None}
        if not told:
            continue
        words = list(dict.fromkeys(told.values()))
        index = len(methods)
        time = words[0] if len(words) == 1 else "\n".join(f"{name}: {text}" for name, text in told.items())
        methods.append(
            PublishedMethod(
                values.put(f"methods[{index}].channel", channel, f"trường hợp, khóa {key}"),
                values.put(f"methods[{index}].time", time, f"trường hợp, khóa {key}"),
                _kept(values, index, fee),
            )
        )
    if not methods:
        raise cases.changed("thoiGianThucHien", "không trường hợp nào có thời hạn")
    return tuple(methods)


def _kept(values: Values, index: int, fee: str | None) -> str | None:
    return values.put(f"methods[{index}].fee", fee, "danh sách phí, lệ phí")


def _time(page: Page, row: Mapping[str, Any], key: str, at: str) -> str | None:
    """The time of one case by one channel as the app shows it; 0 or nothing: not stated."""
    number = row.get(key)
    if number is None or number == 0:
        return None
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise page.changed(f"{at}.{key}", "cần một số")
    unit = _said(page, row, "loaiThoiGianThucHien", at)
    if unit.casefold() not in UNITS:
        raise page.changed(f"{at}.loaiThoiGianThucHien", f"đơn vị thời gian lạ: {unit}")
    return f"{f'{number / HOURS:g}'.replace('.', ',')} {UNITS[unit.casefold()]}"


def _fee(page: Page) -> str | None:
    """Every fee row in words. No row: not stated, which is not the same as free."""
    texts = []
    for at, row in _all(page):
        amount = row.get("soTien")
        if isinstance(amount, bool) or not isinstance(amount, int | float):
            raise page.changed(f"{at}.soTien", "thiếu số tiền")
        unit, told, name = (_said(page, row, key, at) for key in ("donVi", "moTa", "ten"))
        money = f"{amount:,.0f}".replace(",", ".") if amount == int(amount) else str(amount).replace(".", ",")
        words = "Không" if amount == 0 else f"{money} {unit or 'đồng'}"
        texts.append((f"{name}: " if name else "") + words + (f" ({told})" if told else ""))
    return "; ".join(texts) if texts else None


# --- papers and law -----------------------------------------------------------------------------------------------


def _documents(page: Page, forms: Page, names: Mapping[str, str], values: Values) -> tuple[PublishedDocument, ...]:
    files = {
        str(row["ma"]): _said(forms, row, "dinhKem", at) or _said(forms, row, "ten", at)
        for at, row in _all(forms)
        if row.get("ma") is not None
    }
    out: list[PublishedDocument] = []
    for at, row in _all(page):
        to = f"documents[{len(out)}]"
        name = _said(page, row, "ten", at)
        if not name:
            raise page.changed(f"{at}.ten", "thiếu tên giấy tờ")
        case = _said(page, row, "truongHopId", at)
        if case and case not in names:
            raise page.changed(f"{at}.truongHopId", f"trường hợp không có trong danh sách: {case}")
        counts = [
            f"{word}: {_said(page, row, key, at)}"
            for key, word in (("soBanChinh", "Bản chính"), ("soBanSao", "Bản sao"))
            if row.get(key) is not None
        ]
        form = row.get("dinhKem") or files.get(_said(page, row, "ma", at))
        out.append(
            PublishedDocument(
                values.put(f"{to}.name", name, f"thành phần hồ sơ {at}.ten"),
                values.put(f"{to}.quantity", " - ".join(counts) or None, f"thành phần hồ sơ {at}.soBanChinh|soBanSao"),
                values.put(f"{to}.case", names.get(case) or None, f"thành phần hồ sơ {at}.truongHopId"),
                values.put(
                    f"{to}.form",
                    None if form is None else json_text(page, form, f"{at}.dinhKem"),
                    f"thành phần hồ sơ {at}.dinhKem",
                ),
            )
        )
    return tuple(out)


def _legal_bases(page: Page, data: Mapping[str, Any], values: Values) -> tuple[str, ...] | None:
    if data.get("canCuPhapLy") is None:
        return None
    lines = lines_of(html_body(page, data["canCuPhapLy"], "$.data.canCuPhapLy"))
    for index, line in enumerate(lines):
        values.put(f"legal_bases[{index}]", line, "$.data.canCuPhapLy")
    return tuple(lines)
