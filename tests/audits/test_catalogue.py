"""Official facts: JSONL in the API's shape, the Excel list export, the side files; half a catalogue is none."""

from __future__ import annotations

import gzip
import json
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from audits.audit import CatalogueVersion
from audits.catalogue import build_catalogue, official_procedure, read_records, read_side_file
from audits.jsonl import InputError
from audits.procedure import Channel, Fee, Level, Stated, Term, Unit
from tests.audits.sample import ON, catalogue, official

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MARRY = {
    "id": "019d2bf7",
    "code": "1.000894",
    "name": "Đăng ký kết hôn ",
    "isMinistry": False,
    "isProvince": None,
    "isWard": True,
    "type": "STANDARD",
    "departmentPromulgateCode": "G15",
    "categoriesDetails": [{"name": "Hộ tịch"}, None],
    "departmentsExecuting": [{"name": "Ủy ban nhân dân cấp xã"}],
    "departmentsAuthority": "Không có thông tin",
    "subjectTypes": "Công dân Việt Nam",
    "resultsDetails": [{"name": "Giấy chứng nhận kết hôn"}, {"name": None}],
    "requirementsAndConditions": "Không có thông tin.",
    "legalBasisesDetails": [{"name": "Luật Hộ tịch", "code": "60/2014/QH13"}, {"name": "Nghị định 123", "code": None}],
    "executionSteps": [{"description": "Bước 1."}, None, {"description": "Bước 2."}],
    "executionMethods": [
        {
            "submissionMethod": "ONLINE",
            "processingTime": 1,
            "processingTimeUnit": "WORKING_DAY",
            "fees": [{"value": 0}],
        },
        None,
        {"submissionMethod": "FAX", "processingTime": None, "processingTimeUnit": None, "fees": None},
    ],
    "executionCases": [
        {"name": "Trường hợp chung", "profileComponents": [{"name": "Tờ khai", "originalQty": 1, "copyQty": 0}, None]},
        None,
        {
            "name": None,
            "profileComponents": [
                None,
                {"name": "Giấy xác nhận", "originalQty": None, "copyQty": "2", "attachments": [{"fileName": "a.docx"}]},
            ],
        },
        {"name": "Không có gì", "profileComponents": None},
    ],
    "unknownKey": {"kept": True},
}


def write(folder: Path, records: Sequence[object], packed: bool = False) -> Path:
    path = folder / "danh-muc.jsonl"
    body = "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records).encode()
    path.write_bytes(gzip.compress(body) if packed else body)
    return path


def workbook(folder: Path, rows: Sequence[Sequence[str]]) -> Path:
    path = folder / "danh-muc.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 4, "DANH SÁCH THỦ TỤC HÀNH CHÍNH")
        for row, cells in enumerate(
            (("Mã số", "Tên", "Cơ quan ban hành", "Cơ quan thực hiện", "Lĩnh vực"), *rows), start=1
        ):
            sheet.write_row(row, 0, cells)
    return path


def test_a_record_of_the_api_is_read_whole() -> None:
    procedure = official_procedure(MARRY)
    assert procedure.name == "Đăng ký kết hôn"
    assert procedure.code is not None
    assert procedure.code.national == "1.000894"
    assert procedure.levels == {Level.COMMUNE}
    assert (procedure.sector, procedure.agency) == ("Hộ tịch", "Ủy ban nhân dân cấp xã")
    assert (procedure.kind, procedure.promulgator) == ("STANDARD", "G15")
    assert (procedure.subjects, procedure.result) == ("Công dân Việt Nam", "Giấy chứng nhận kết hôn")
    assert procedure.conditions == ""  # "Không có thông tin" states nothing
    assert procedure.steps is not None
    assert procedure.steps.split() == "Bước 1. Bước 2.".split()  # noqa: SIM905 - reads as the text does
    assert procedure.legal_bases == ("60/2014/QH13", "Nghị định 123")
    assert procedure.cases == ("Trường hợp chung", "", "", "Không có gì")


def test_papers_keep_their_places_beside_nulls() -> None:
    documents = official_procedure(MARRY).documents or ()
    assert [(each.name, each.component, each.index) for each in documents] == [
        ("Tờ khai", (0, 0), 0),
        ("Giấy xác nhận", (2, 1), 1),
    ]
    assert (documents[0].quantity.originals, documents[0].quantity.copies) == (1, 0)
    assert (documents[1].quantity.originals, documents[1].quantity.copies) == (None, None)
    assert documents[1].form == "a.docx"


def test_methods_are_read_with_terms_and_fees() -> None:
    first, second = official_procedure(MARRY).methods or ()
    assert first.channel is Channel.ONLINE
    assert first.terms is not None
    assert first.terms.options == (Term(Fraction(1), Unit.WORKING_DAY),)
    assert first.fees is not None
    assert first.fees.options == (Fee(0),)
    assert second.channel is None
    assert second.terms is not None
    assert second.terms.stated is Stated.NONE


@pytest.mark.parametrize("key", ["executionCases", "executionMethods", "executionSteps", "legalBasisesDetails"])
def test_a_missing_part_is_not_an_empty_one(key: str) -> None:
    for value in (None, ...):
        record = {**MARRY, key: value}
        if value is ...:
            del record[key]
        procedure = official_procedure(record)
        if key == "executionCases":
            assert procedure.documents is None
        if key == "executionMethods":
            assert procedure.methods is None
    empty = official_procedure({**MARRY, key: []})
    assert empty.documents == () or key != "executionCases"
    assert empty.methods == () or key != "executionMethods"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("executionCases", 5),
        ("executionCases", {"name": "không phải mảng"}),
        ("executionCases", ["Tờ khai"]),
        ("executionCases", [{"profileComponents": "Tờ khai"}]),
        ("executionCases", [{"profileComponents": [{"name": "Tờ khai", "attachments": "a.docx"}]}]),
        ("executionMethods", "Trực tiếp"),
        ("executionMethods", [[]]),
        ("executionSteps", {"description": "Bước 1"}),
        ("legalBasisesDetails", ["Luật"]),
    ],
)
def test_a_record_of_another_shape_is_refused_not_guessed_at(key: str, value: Any) -> None:
    with pytest.raises(InputError, match=r"danh mục: trường “\w+” phải là danh sách"):
        official_procedure({**MARRY, key: value})


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_records_are_read_from_jsonl(packed: bool, tmp_path: Path) -> None:
    path = write(tmp_path, [MARRY, official("1.004837", "Đăng ký giám hộ")], packed)
    digest, records = read_records(path)
    assert records == [MARRY, official("1.004837", "Đăng ký giám hộ")]
    assert digest.startswith("sha256:")
    assert digest == read_records(path)[0]


def test_the_bom_of_windows_programs_is_no_part_of_the_first_record(tmp_path: Path) -> None:
    path = write(tmp_path, [MARRY])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_records(path)[1] == [MARRY]


def test_the_excel_export_of_the_list_is_read(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        [
            ("1.000894", "Đăng ký\nkết hôn", "Bộ Tư pháp", "Ủy ban nhân dân cấp xã", "Hộ tịch"),
            ("2.000815", "Chứng thực bản sao", "Bộ Tư pháp", "", "Chứng thực"),
        ],
    )
    _, records = read_records(path)
    listed = catalogue(records).procedures
    assert sorted(listed) == ["1.000894", "2.000815"]
    assert listed["1.000894"].name.split() == ["Đăng", "ký", "kết", "hôn"]
    assert (listed["1.000894"].sector, listed["1.000894"].agency) == ("Hộ tịch", "Ủy ban nhân dân cấp xã")
    # The export shows no papers, terms or fees: nothing can be held against it.
    assert (listed["1.000894"].documents, listed["1.000894"].methods) == (None, None)


@pytest.mark.parametrize("code", ["", "1.00x", "1.0008940"])
def test_a_row_of_the_export_without_a_code_stops_the_import(code: str, tmp_path: Path) -> None:
    path = workbook(tmp_path, [("1.000894", "Đăng ký kết hôn", "", "", ""), (code, "Đăng ký giám hộ", "", "", "")])
    with pytest.raises(InputError, match=r"dòng 4.*Đăng ký giám hộ.*sửa tệp rồi chạy lại") as caught:
        read_records(path)
    assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        pytest.param(b'{"code": "1.000894", "name": "A"}\n{"code": \n', "dòng 2: không phải JSON", id="broken line"),
        pytest.param(b'{"code": "1.000894", "name": "A"}\n[1]\n', "dòng 2: không phải một đối tượng", id="no object"),
        pytest.param(b'{"code": "1.000894", "name": "A"}\n{"name": "B"}\n', "bản ghi 2: thiếu mã", id="no code"),
        pytest.param(b'{"code": "1.000894", "name": null}\n', "bản ghi 1: thiếu mã hoặc tên", id="no name"),
        pytest.param(b'{"code": "1.0008", "name": "A"}\n', "bản ghi 1: thiếu mã", id="unreadable code"),
        pytest.param(b"", "không có bản ghi nào", id="empty"),
        pytest.param(b"\n\n", "không có bản ghi nào", id="blank"),
        pytest.param(b"%PDF-1.7", "PDF", id="PDF"),
        pytest.param('{"code": "1.000894"}'.encode("utf-16"), "UTF-16", id="UTF-16"),
        pytest.param(gzip.compress(b'{"code": "1.000894", "name": "A"}\n' * 99)[:-9], "bị cắt cụt", id="cut gzip"),
        pytest.param(b"PK\x03\x04 is no workbook", "", id="broken workbook"),
        pytest.param(b"<!DOCTYPE html>", "HTML", id="HTML"),
    ],
)
def test_a_catalogue_that_cannot_be_read_whole_is_not_read(lines: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "danh-muc.jsonl"
    path.write_bytes(lines)
    with pytest.raises(InputError) as caught:
        read_records(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert words in message
    assert "\n" not in message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for read in (read_records, read_side_file):
        with pytest.raises(InputError, match=r"không-có\.jsonl: không đọc được"):
            read(tmp_path / "không-có.jsonl")


def test_rows_of_one_code_are_joined_as_further_cases() -> None:
    first = official("1.000894", "Đăng ký kết hôn", ["Tờ khai", "Giấy xác nhận"], isWard=True)
    second = official("1.000894.000.00.00.H01", "Đăng ký kết hôn", ["Tờ khai", "Hộ chiếu"], isProvince=True)
    second["executionMethods"] = [{"submissionMethod": "DIRECT", "processingTime": 5, "processingTimeUnit": "DAY"}]
    third = official("1.000894", "Đăng ký kết hôn", ["Bản án"])
    joined = catalogue([first, second, third]).procedures["1.000894"]
    assert [(each.name, each.component, each.index) for each in joined.documents or ()] == [
        ("Tờ khai", (0, 0), 0),
        ("Giấy xác nhận", (0, 1), 1),
        ("Tờ khai", (1, 0), 2),
        ("Hộ chiếu", (1, 1), 3),
        ("Bản án", (2, 0), 4),
    ]
    assert len(joined.cases) == 3
    assert joined.levels == {Level.COMMUNE, Level.PROVINCE}
    assert [method.channel for method in joined.methods or ()] == [Channel.DIRECT]


def test_side_files_become_overrides() -> None:
    built = catalogue(
        [],
        repealed=[
            {"code": "1.007288.000.00.00.H99", "name": "Cũ", "repealed_on": "2025-07-01", "decision": "1/QĐ-BTP"}
        ],
        specific=[{"code": None, "name": "Trợ cấp Tết", "decision": "2/QĐ-UBND", "territory": "H99"}],
        fees=[
            {"code": "1.004873", "amount": 15000, "unit": "giấy", "resolution": "3/NQ-HĐND", "from": "2025-07-01"},
            {"code": "1.004873", "amount": 0, "resolution": "4/NQ-HĐND", "from": None, "to": "2025-06-30"},
        ],
    )
    assert built.repealed["1.007288"].repealed_on == date(2025, 7, 1)
    assert (built.specific[0].code, built.specific[0].territory) == (None, "H99")
    paid, free = built.resolutions["1.004873"]
    assert paid.fees.options == (Fee(15000, "giấy"),)
    assert (paid.since, paid.until, paid.territory) == (date(2025, 7, 1), None, None)
    assert [fee.amount for fee in free.fees.options] == [0]


@pytest.mark.parametrize(
    ("side", "row", "words"),
    [
        ("repealed", {"code": "1.0072", "repealed_on": "2025-07-01"}, "mã không đọc được"),
        ("repealed", {"code": None}, "mã không đọc được"),
        ("repealed", {"code": "1.007288", "repealed_on": "01/07/2025"}, "ngày không đọc được"),
        ("fees", {"code": "1.004873", "amount": 1000, "from": "2025-13-01"}, "ngày không đọc được"),
    ],
)
def test_a_wrong_side_row_is_an_error_not_a_guess(side: str, row: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        catalogue([], **{side: [row]})


def test_a_catalogue_knows_the_version_it_was_built_from() -> None:
    version = CatalogueVersion("sha256:abc", ON, "danh-muc.jsonl", 1)
    built = build_catalogue(version, [MARRY])
    assert built.version is version
    assert build_catalogue(version, [MARRY]) == built
