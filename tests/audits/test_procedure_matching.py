"""Which official procedure a published one is: by code, else by name; several candidates left is uncertain, never a guess."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from audits.matching.procedures import Match, MatchKind, ProcedureMatcher, name_key
from audits.published import read_published
from tests.audits.sample import catalogue, official, record

RECORDS = [
    official("1.000894", "Đăng ký kết hôn", isWard=True, categoriesDetails=[{"name": "Hộ tịch"}]),
    official("1.000094", "Đăng ký kết hôn có yếu tố nước ngoài tại khu vực biên giới", isWard=True),
    official("1.004837", "Đăng ký giám hộ", isWard=True),
    official("1.004845", "Đăng ký chấm dứt giám hộ", isWard=True),
    official("1.012269", "Cấp giấy phép hành nghề đối với chức danh bác sĩ", isProvince=True),
    official("1.012265", "Cấp lại giấy phép hành nghề đối với chức danh bác sĩ", isProvince=True),
    official("1.012271", "Gia hạn giấy phép hành nghề đối với chức danh bác sĩ", isProvince=True),
    official("1.004616", "Cấp Giấy chứng nhận đủ điều kiện kinh doanh dược cho cơ sở bán lẻ thuốc", isProvince=True),
    official("1.004604", "Cấp Giấy chứng nhận đủ điều kiện kinh doanh dược cho cơ sở sản xuất thuốc", isProvince=True),
    official("1.003676", "Đăng ký tổ chức lễ hội", isProvince=True, categoriesDetails=[{"name": "Văn hóa"}]),
    official("1.003622", "Đăng ký tổ chức lễ hội", isWard=True, categoriesDetails=[{"name": "Văn hóa"}]),
    official("2.000011", "Công nhận hòa giải viên", isWard=True, categoriesDetails=[{"name": "Hòa giải ở cơ sở"}]),
    official("2.000012", "Công nhận hòa giải viên", isWard=True, categoriesDetails=[{"name": "Lao động"}]),
    official("2.000013", "Công nhận hòa giải viên", isWard=True, categoriesDetails=[{"name": "Đất đai"}]),
    official("2.000099", "Cấp bản sao trích lục hộ tịch", isWard=True, categoriesDetails=[{"name": "Hộ tịch"}]),
    official("1.012812", "Hòa giải tranh chấp đất đai", isWard=True),
]
REPEALED = [
    {"code": "1.007288", "name": "Đổi sổ hộ tịch sang sổ giấy", "repealed_on": "2025-07-01", "decision": "1/QĐ-BTP"},
    {"code": "9.000111", "name": "Đăng ký giám hộ", "repealed_on": "2020-01-01", "decision": "2/QĐ-BTP"},
]
SPECIFIC: list[dict[str, Any]] = [
    {"code": "1.014902", "name": "Trợ cấp Tết cho người cao tuổi", "decision": "3/QĐ-UBND", "territory": "H99"},
    {"code": None, "name": "Hỗ trợ hộ trồng rừng gỗ lớn", "decision": "4/QĐ-UBND", "territory": None},
]
MATCHER = ProcedureMatcher(catalogue(RECORDS, repealed=REPEALED, specific=SPECIFIC))


def match(code: str | None, name: str | None, territory: str | None = None, **further: Any) -> Match:
    return MATCHER.match(read_published(record(code, name, **further)), territory)


def national(found: Match) -> str | None:
    return found.official.code.national if found.official and found.official.code else None


@pytest.mark.parametrize(
    ("code", "name", "further", "expected"),
    [
        pytest.param("1.000894", "Đăng ký kết hôn", {}, "1.000894", id="code"),
        pytest.param("1.000894.H99", "Đăng ký kết hôn", {}, "1.000894", id="code with the agency"),
        pytest.param("1.000894.000.00.00.H99", "Đăng ký kết hôn", {}, "1.000894", id="long code"),
        pytest.param(" 1.000894 .000.00. 00.H99\n", "Đăng ký kết hôn", {}, "1.000894", id="code with spaces"),
        pytest.param("1.000894[1]", "Đăng ký kết hôn", {}, "1.000894", id="code with a footnote"),
        pytest.param("Mã: 1.000894", "Đăng ký kết hôn", {}, "1.000894", id="code among words"),
        pytest.param("1.000894", "", {}, "1.000894", id="code without a name"),
        pytest.param("1.000894", None, {}, "1.000894", id="code, no name at all"),
        pytest.param("1.00089", "Đăng ký kết hôn", {}, "1.000894", id="malformed code, name"),
        pytest.param(None, "Đăng ký kết hôn", {}, "1.000894", id="name"),
        pytest.param(None, "Thủ tục đăng ký kết hôn", {}, "1.000894", id="name with its prefix"),
        pytest.param(None, "THỦ TỤC HÀNH CHÍNH: ĐĂNG KÝ KẾT HÔN.", {}, "1.000894", id="name in capitals"),
        pytest.param(None, "12. Thủ tục đăng ký kết hôn (cấp xã)", {}, "1.000894", id="name with number and level"),
        pytest.param(None, "Đăng\u00a0ký  kết\nhôn", {}, "1.000894", id="name with odd spaces"),
        pytest.param(None, unicodedata.normalize("NFD", "Đăng ký kết hôn"), {}, "1.000894", id="name in NFD"),
        pytest.param(None, "Ðăng kí kết hôn", {}, "1.000894", id="name with Icelandic letter and i for y"),
        pytest.param(None, "Hoà giải tranh chấp đất đai", {}, "1.012812", id="tone mark elsewhere"),
        pytest.param(None, RECORDS[7]["name"], {}, "1.004616", id="near-duplicate: bán lẻ"),
        pytest.param(None, RECORDS[8]["name"], {}, "1.004604", id="near-duplicate: sản xuất"),
        pytest.param(None, RECORDS[4]["name"], {}, "1.012269", id="near-duplicate: cấp"),
        pytest.param(None, RECORDS[5]["name"], {}, "1.012265", id="near-duplicate: cấp lại"),
        pytest.param(None, RECORDS[6]["name"], {}, "1.012271", id="near-duplicate: gia hạn"),
        pytest.param(None, "Đăng ký tổ chức lễ hội", {"level": "Cấp tỉnh"}, "1.003676", id="same name, province"),
        pytest.param(None, "Đăng ký tổ chức lễ hội", {"level": "Cấp xã"}, "1.003622", id="same name, commune"),
        pytest.param(
            None,
            "Đăng ký tổ chức lễ hội",
            {"source": {"level": "commune"}},
            "1.003622",
            id="same name, level of the source",
        ),
        pytest.param("1.003676", "Đăng ký tổ chức lễ hội", {"level": "Cấp xã"}, "1.003676", id="the code decides"),
        pytest.param(
            None,
            "Công nhận hòa giải viên",
            {"sector": "Đất đai (Bộ Nông nghiệp và Môi trường)"},
            "2.000013",
            id="same name, sector",
        ),
        pytest.param("1.000094", "Đăng ký kết hôn ở khu vực biên giới", {}, "1.000094", id="renamed a little"),
        pytest.param(
            "1.004837", "Đăng ký giám hộ", {}, "1.004837", id="a repealed one of the same name does not matter"
        ),
    ],
)
def test_found(code: str | None, name: str | None, further: dict[str, Any], expected: str) -> None:
    found = match(code, name, **further)
    assert (found.kind, national(found)) == (MatchKind.OFFICIAL, expected)
    assert found.code_owner is None
    assert 0.9 <= found.confidence <= 1
    assert found.candidates[0] == expected


@pytest.mark.parametrize(
    ("code", "name", "expected", "owner"),
    [
        pytest.param("1.004837", "Đăng ký kết hôn", "1.000894", "1.004837", id="quite another"),
        pytest.param("1.004837", "Đăng ký chấm dứt giám hộ", "1.004845", "1.004837", id="near name"),
        pytest.param("1.012265", RECORDS[4]["name"], "1.012269", "1.012265", id="cấp under the code of cấp lại"),
        pytest.param("1.004616", RECORDS[8]["name"], "1.004604", "1.004616", id="sản xuất under the code of bán lẻ"),
    ],
)
def test_slipped_codes_follow_the_name_and_tell_whose_code_it_is(
    code: str, name: str, expected: str, owner: str
) -> None:
    found = match(code, name)
    assert (found.kind, national(found)) == (MatchKind.OFFICIAL, expected)
    assert found.code_owner is not None
    assert found.code_owner.code is not None
    assert found.code_owner.code.national == owner


@pytest.mark.parametrize(
    ("code", "name", "territory", "kind"),
    [
        pytest.param("1.007288", "Đổi sổ hộ tịch sang sổ giấy", None, MatchKind.REPEALED, id="repealed by code"),
        pytest.param("1.007288", "Tên khác hẳn", None, MatchKind.REPEALED, id="repealed by code, another name"),
        pytest.param(None, "Thủ tục đổi sổ hộ tịch sang sổ giấy", None, MatchKind.REPEALED, id="repealed by name"),
        pytest.param("1.014902.H99", "Trợ cấp Tết cho người cao tuổi", "H99", MatchKind.SPECIFIC, id="specific here"),
        pytest.param(None, "Trợ cấp Tết cho người cao tuổi", "H99", MatchKind.SPECIFIC, id="specific by name"),
        pytest.param("1.014902", "Trợ cấp Tết cho người cao tuổi", None, MatchKind.SPECIFIC, id="territory unknown"),
        pytest.param("1.014902", "Trợ cấp Tết cho người cao tuổi", "H98", MatchKind.UNKNOWN, id="specific elsewhere"),
        pytest.param(None, "Hỗ trợ hộ trồng rừng gỗ lớn", "H01", MatchKind.SPECIFIC, id="specific everywhere"),
        pytest.param(None, "Cấp phép nuôi chó cảnh trong khu dân cư", None, MatchKind.UNKNOWN, id="unknown"),
        pytest.param("1.019999", "Cấp phép nuôi chó cảnh", None, MatchKind.UNKNOWN, id="unknown code"),
        pytest.param(None, "", None, MatchKind.UNCERTAIN, id="empty"),
        pytest.param(None, " -- ", None, MatchKind.UNCERTAIN, id="no word"),
        pytest.param("1.019999", "", None, MatchKind.UNCERTAIN, id="unknown code, no name"),
        pytest.param(None, "Thủ tục", None, MatchKind.UNCERTAIN, id="nothing but the prefix"),
    ],
)
def test_not_official(code: str | None, name: str, territory: str | None, kind: MatchKind) -> None:
    found = match(code, name, territory)
    assert found.kind is kind
    assert found.official is None
    assert (found.repealed is not None) == (kind is MatchKind.REPEALED)
    assert (found.specific is not None) == (kind is MatchKind.SPECIFIC)


@pytest.mark.parametrize(
    ("code", "name", "further", "candidates"),
    [
        pytest.param(None, "Công nhận hòa giải viên", {}, ("2.000011", "2.000012", "2.000013"), id="three of one name"),
        pytest.param(
            None,
            "Công nhận hòa giải viên",
            {"sector": "Thuế", "level": "Cấp xã"},
            ("2.000011", "2.000012", "2.000013"),
            id="neither level nor sector tells",
        ),
        pytest.param(None, "Đăng ký tổ chức lễ hội", {}, ("1.003676", "1.003622"), id="two levels, level not stated"),
        pytest.param("1.000894", "Tên mới chưa từng thấy", {}, ("1.000894",), id="perhaps renamed"),
        pytest.param(None, "Kết hôn khu vực biên giới", {}, ("1.000094",), id="a long name told short"),
    ],
)
def test_uncertain_names_the_candidates(
    code: str | None, name: str, further: dict[str, Any], candidates: tuple[str, ...]
) -> None:
    found = match(code, name, **further)
    assert found.kind is MatchKind.UNCERTAIN
    assert found.official is None
    assert found.candidates[: len(candidates)] == candidates
    assert len(found.candidates) <= 3
    assert found.confidence < 0.9


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Thủ tục đăng ký kết hôn", "Đăng ký kết hôn", True),
        ("3) TTHC: Đăng ký kết hôn", "đăng ký - kết hôn", True),
        ("Đăng ký kết hôn (cấp tỉnh)", "Đăng ký kết hôn", True),
        ("Đăng ký kết hôn (lưu động)", "Đăng ký kết hôn", False),
        ("Cấp giấy phép", "Cấp lại giấy phép", False),
        ("Thủ tục hành chính", "", True),
    ],
)
def test_name_keys(one: str, other: str, same: bool) -> None:
    assert (name_key(one) == name_key(other)) is same


def test_what_the_catalogue_knows() -> None:
    assert MATCHER.knows("1.000894", "")
    assert MATCHER.knows("1.007288", "")
    assert MATCHER.knows("1.014902", "")
    assert MATCHER.knows(None, "Hỗ trợ hộ trồng rừng gỗ lớn")
    assert MATCHER.knows(None, "Thủ tục đổi sổ hộ tịch sang sổ giấy")
    assert not MATCHER.knows("1.019999", "Cấp phép nuôi chó cảnh")
    assert MATCHER.reaches("Hộ tịch (Bộ Tư pháp)")
    assert not MATCHER.reaches("Viễn thông")
    assert not MATCHER.reaches(None)


def test_a_misspelt_name_is_no_invention() -> None:
    name = "Cấp mới thẻ ABTC (thực hiện tại cấp {} ương)"
    matcher = ProcedureMatcher(catalogue([official("1.000811", name.format("trung")), *RECORDS]))
    found = matcher.match(read_published(record(None, name.format("trng"))))
    assert (found.kind, found.candidates) == (MatchKind.UNCERTAIN, ("1.000811",))


def test_an_empty_catalogue_knows_nothing_and_matches_nothing() -> None:
    matcher = ProcedureMatcher(catalogue([]))
    found = matcher.match(read_published(record("1.000894", "Đăng ký kết hôn")))
    assert (found.kind, found.candidates) == (MatchKind.UNKNOWN, ())


def test_a_word_in_anothers_place_is_another_procedure() -> None:
    name = "Đăng ký phương tiện lần đầu đối với phương tiện {} khai thác trên đường thủy nội địa"
    facts = catalogue([official("1.004088", name.format("chưa")), official("1.001193", "Đăng ký khai sinh")])
    match = ProcedureMatcher(facts).match(read_published(record(None, name.format("đang"))))
    assert match.kind is MatchKind.UNCERTAIN
    assert match.candidates[0] == "1.004088"
