"""Faults of the catalogue itself: what is told to the ministry, and what is no fault."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from audits.catalogue import official_procedure
from audits.recommendations import KINDS, recommendations, recommendations_for
from tests.audits.sample import catalogue, official, record

ON = date(2026, 11, 2)
WHOLE: dict[str, Any] = {
    "isWard": True,
    "subjectTypesDetails": [{"name": "Công dân Việt Nam"}],
    "departmentsExecuting": [{"name": "Ủy ban nhân dân cấp xã"}],
    "executionSteps": [{"description": "Nộp hồ sơ và nhận kết quả."}],
    "executionMethods": [{"submissionMethod": "DIRECT", "processingTime": 3, "processingTimeUnit": "WORKING_DAY"}],
    "legalBasisesDetails": [{"code": "123/2015/NĐ-CP"}],
}
PAPERS = ("Tờ khai đăng ký kết hôn theo mẫu",)


def told(papers: tuple[str, ...] = PAPERS, on: date = ON, **changed: Any) -> list[tuple[str, str]]:
    """(kind, found) of every recommendation on a procedure that is whole but for what is changed."""
    body = official("1.000894", "Đăng ký kết hôn", papers, **{**WHOLE, **changed})
    found = recommendations(official_procedure(body), on)
    assert all((each.code, each.name) == ("1.000894", "Đăng ký kết hôn") for each in found)
    assert all(each.kind in KINDS and str(each.why).endswith(".") for each in found)
    return [(each.kind, each.found) for each in found]


def agencies(*names: str) -> dict[str, Any]:
    return {"departmentsExecuting": [{"name": name} for name in names]}


def method(**values: Any) -> dict[str, Any]:
    return {"executionMethods": [{"submissionMethod": "DIRECT", **values}]}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        (agencies("UBND cấp huyện"), [("abolished_level", "UBND cấp huyện")]),
        (agencies("Bảo hiểm xã hội cấp huyện"), [("abolished_level", "Bảo hiểm xã hội cấp huyện")]),
        (agencies("Công an huyện"), [("abolished_level", "Công an huyện")]),
        ({"isDistrict": True}, [("abolished_level", "Ủy ban nhân dân cấp xã")]),
        (agencies("Ủy ban nhân dân xã (trung tâm huyện lỵ trước đây)"), []),
        (agencies("Hạt Kiểm lâm liên huyện"), []),
        (agencies(), [("missing_part", "")]),
        ({"executionMethods": []}, [("missing_part", "")]),
        ({"executionCases": []}, [("missing_part", "")]),
        ({"executionSteps": [{"description": "Không có thông tin"}]}, [("missing_part", "")]),
        (method(processingTime=1, processingTimeUnit="OTHER"), [("missing_time", "")]),
        (method(processingTime=1, processingTimeUnit="OTHER", description="Ngay trong ngày làm việc"), []),
        (method(processingTime=5, processingTimeUnit="DAY"), []),
        ({"legalBasisesDetails": [{"code": "61/2018/NĐ-CP"}]}, [("expired_legal_basis", "61/2018/NĐ-CP")]),
        ({"legalBasisesDetails": [{"code": "45/2013/QH1313"}]}, []),  # its last day was not checked: nothing is said
    ],
)
def test_authorities_parts_and_bases(changed: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert told(**changed) == expected


@pytest.mark.parametrize(
    ("paper", "kind"),
    [
        ("Bản sao sổ hộ khẩu", "expired_paper"),
        ("Danh sách thành viên, ghi rõ nơi đăng ký hộ khẩu thường trú", None),
        ("Các giấy tờ khác có liên quan", "open_ended_document"),
        ("- Các tài liệu liên quan khác (nếu có).", "open_ended_document"),
        ("Giấy chứng sinh hoặc giấy tờ khác do cơ quan có thẩm quyền nước ngoài cấp", None),
        ("Tài liệu hướng dẫn khai thác của cơ sở và danh mục lưu trữ hệ thống các văn bản, tài liệu liên quan", None),
        ("Bản sao thẻ căn cước công dân của hai bên", "connected_paper"),
        ("Bản sao hộ chiếu hoặc thẻ căn cước công dân", None),
    ],
)
def test_papers(paper: str, kind: str | None) -> None:
    assert told((*PAPERS, paper)) == ([] if kind is None else [(kind, paper)])


@pytest.mark.parametrize(
    ("on", "changed", "papers"),
    [
        (date(2025, 6, 30), agencies("UBND cấp huyện"), PAPERS),
        (date(2022, 12, 31), {}, ("Sổ hộ khẩu",)),
        (date(2026, 8, 4), {}, ("Bản sao thẻ căn cước công dân",)),
        (date(2025, 6, 30), {"legalBasisesDetails": [{"code": "61/2018/NĐ-CP"}]}, PAPERS),
    ],
)
def test_what_was_right_on_its_day_is_no_fault(on: date, changed: dict[str, Any], papers: tuple[str, ...]) -> None:
    assert told(papers, on, **changed) == []


def test_a_list_of_names_says_nothing_about_the_parts() -> None:
    listed = {"code": "1.000894", "name": "Đăng ký kết hôn", "departmentsExecuting": ""}
    assert recommendations(official_procedure(listed), ON) == []


def test_a_paper_of_several_cases_is_told_once() -> None:
    cases = [{"name": name, "profileComponents": [{"name": "Sổ hộ khẩu"}]} for name in ("Cấp mới", "Cấp lại")]
    assert told(executionCases=cases) == [("expired_paper", "Sổ hộ khẩu")]


def test_only_what_is_published_is_recommended_in_the_order_of_codes() -> None:
    known = catalogue(
        official(code, name, ("Sổ hộ khẩu",), **WHOLE)
        for code, name in (("1.000894", "Đăng ký kết hôn"), ("1.001193", "Đăng ký khai sinh"), ("1.004837", "Giám hộ"))
    )
    published = [
        record("1.001193.H99", "Tên viết khác"),
        record(None, "Thủ tục đăng ký kết hôn"),
        record("9.999999", "Không có trong danh mục"),
        record(None, None),
        record("1.001193", "Đăng ký khai sinh"),
    ]
    assert [each.code for each in recommendations_for(known, published, ON)] == ["1.000894", "1.001193"]
