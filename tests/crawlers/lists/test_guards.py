"""Files that are broken, mislabelled or hostile: one Vietnamese line each, in little memory, and nothing read."""

from __future__ import annotations

import io
import random
import re
import resource
import struct
import subprocess
import sys
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING

import docx
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from crawlers.lists import ListError, read_list, supported_kinds
from crawlers.settings import settings
from tests.crawlers.lists.build import KINDS, PACKED, build
from tests.crawlers.lists.old_office import compound_file, record, workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GRID = [["Mã TTHC", "Tên TTHC", "Thời hạn"], ["1.000001", "Cấp giấy", "1 ngày"]]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
MAGIC = (b"", b"PK\x03\x04", b"%PDF-1.7\n", OLE, b"<html>", b"\xff\xfe", b"MIME-Version: 1.0\n", b"{\\rtf1", b"<?xml ")
BODY = {"xlsx": "xl/worksheets/sheet1.xml", "docx": "word/document.xml"}


def repacked(path: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """Unpack a package, change its members, and pack it again."""
    with zipfile.ZipFile(path) as package:
        members = {name: package.read(name) for name in package.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return path


def replaced(path: Path, member: str, pattern: bytes, by: bytes) -> Path:
    """Replace in one member the first match of a pattern, which must be there."""

    def change(members: dict[str, bytes]) -> None:
        members[member], times = re.subn(pattern, lambda _: by, members[member], count=1)
        assert times == 1

    return repacked(path, change)


def refusal(path: Path) -> str:
    with pytest.raises(ListError) as error:
        read_list(path)
    message = str(error.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "tệp rỗng (0 byte); tải lại từ nguồn", id="empty"),
        pytest.param(b"%PDF-1.7\n", "PDF bị cắt cụt hoặc hỏng; tải lại từ nguồn", id="PDF"),
        pytest.param(
            b"\xef\xbb\xbf\r\n<!DOCTYPE html><html>",
            "trang HTML (có thể là trang báo lỗi được lưu thành tệp) không có bảng nào có chữ",
            id="HTML",
        ),
        pytest.param("<html><p>Lỗi".encode("utf-16"), "trang HTML (có thể là trang báo lỗi", id="HTML in UTF-16"),
        pytest.param(
            b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w/>',
            "nội dung là văn bản Word 2003 dạng XML, chưa đọc",
            id="Word 2003 XML",
        ),
        pytest.param(
            b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nx",
            "trang web một tệp (MHT) không có phần HTML",
            id="MHT without a page",
        ),
        pytest.param(b"\xff\xd8\xff\xe0\x00\x10JFIF", "nội dung là tệp ảnh", id="JPEG"),
        pytest.param(
            "Mã TTHC,Tên".encode("cp1258", errors="replace"), "nội dung là văn bản thuần", id="text in windows-1258"
        ),
        pytest.param(b"\x00\x01\x02", "nội dung là dữ liệu không rõ định dạng", id="binary"),
        pytest.param(b"{\\rtf1", "nội dung là văn bản RTF", id="RTF"),
        pytest.param(
            OLE + "EncryptedPackage".encode("utf-16-le"), "tệp đặt mật khẩu nên không đọc được; mở bằng", id="password"
        ),
        pytest.param(OLE + "WordDocument".encode("utf-16-le"), "tệp bị cắt cụt hoặc hỏng (", id="doc"),
        pytest.param(OLE + "Workbook".encode("utf-16-le"), "tệp bị cắt cụt hoặc hỏng (", id="xls"),
        pytest.param(b"PK\x03\x04" + bytes(100), "tệp bị cắt cụt hoặc hỏng", id="no directory"),
        pytest.param(
            b"PK\x05\x06" + bytes(18), "nội dung là tệp nén ZIP không phải văn bản Word hay Excel", id="empty ZIP"
        ),
    ],
)
def test_other_kinds(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)
    assert refusal(path).startswith(message)


def test_kinds_are_told_by_content(tmp_path: Path) -> None:
    assert supported_kinds()[:2] == ["xlsx", "docx"]
    for kind, other in zip(KINDS, reversed(KINDS), strict=True):
        path = build(kind, tmp_path, GRID)
        renamed = path.rename(tmp_path / f"renamed.{other}")
        assert [record.code for record in read_list(renamed).records] == ["1.000001"]


ERROR_PAGE = "<!DOCTYPE html><html><head><title>Lỗi 404</title></head><body><h1>Không tìm thấy trang</h1></body></html>"


@pytest.mark.parametrize("name", ["list.docx", "list.pdf", "list.xls", "list.doc"])
def test_an_error_page_under_another_name(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(ERROR_PAGE, "utf-8")
    assert "trang báo lỗi được lưu thành tệp) không có bảng nào" in refusal(tmp_path / name)


@given(st.binary(max_size=2000), st.sampled_from(MAGIC))
@settings_of_hypothesis(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_bytes_are_refused(tmp_path: Path, content: bytes, magic: bytes) -> None:
    path = tmp_path / "list"
    path.write_bytes(magic + content)
    refusal(path)


@pytest.mark.parametrize("kind", KINDS)
def test_damage_never_crashes_nor_invents_rows(kind: str, tmp_path: Path) -> None:
    """Bytes changed anywhere: the list is refused, or read with no more rows than were written."""
    whole = build(kind, tmp_path, GRID).read_bytes()
    chance = random.Random(7)  # noqa: S311 - no secret
    for _ in range(60):
        content = bytearray(whole)
        for _ in range(chance.choice((1, 3, 20))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path = tmp_path / f"damaged.{kind}"
        path.write_bytes(content[: len(content) if chance.random() < 0.8 else chance.randrange(len(content))])
        with suppress(ListError):
            assert len(read_list(path).records) <= 1


def test_unsupported_kind_names_the_supported_ones(tmp_path: Path) -> None:
    (tmp_path / "list.odt").write_bytes(b"{\\rtf1")
    assert "đọc được: xlsx, docx" in refusal(tmp_path / "list.odt")


def test_missing_file_and_folder(tmp_path: Path) -> None:
    assert (
        refusal(tmp_path / "none.xlsx")
        == "không đọc được tệp (No such file or directory); kiểm tra đường dẫn và quyền đọc"
    )
    assert refusal(tmp_path) == "không đọc được tệp (Is a directory); kiểm tra đường dẫn và quyền đọc"


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_truncated(kind: str, share: float, tmp_path: Path) -> None:
    path = build(kind, tmp_path, GRID)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert refusal(path).startswith("tệp bị cắt cụt hoặc hỏng")


@pytest.mark.parametrize("kind", PACKED)
def test_damaged_inside(kind: str, tmp_path: Path) -> None:
    path = build(kind, tmp_path, GRID)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        start = package.getinfo(BODY[kind]).header_offset + 80
    content[start : start + 40] = bytes(40)
    path.write_bytes(content)
    assert refusal(path).startswith("tệp bị cắt cụt hoặc hỏng")


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize(
    ("by", "message"),
    [
        pytest.param(b"<a>" + b"x" * 2_000_000 + b"</a>", "có ô dài hơn 1,048,576 ký tự", id="text"),
        pytest.param(b'<a b="' + b"x" * 6_000_000 + b'"/>', "có ô dài hơn 1,048,576 ký tự", id="attribute"),
        pytest.param(b"<a>", "phần {body} không phải XML đúng (", id="not XML"),
        pytest.param("<a>Mã</a>".encode("utf-16-le"), "phần {body} không phải XML đúng (", id="wrong encoding"),
        pytest.param(b"<a>&lol;</a>", "phần {body} không phải XML đúng (", id="unknown entity"),
    ],
)
def test_wrong_content(kind: str, by: bytes, message: str, tmp_path: Path) -> None:
    noise = {"noise.bin": b"".join(struct.pack("<d", n**0.5) for n in range(1, 30_000))}  # keeps the ratio down
    path = repacked(build(kind, tmp_path, GRID), lambda members: members.update(noise))
    replaced(path, BODY[kind], rb"<(sheetData|w:body)>", b"<sheetData>" + by)
    assert refusal(path).startswith(message.format(body=BODY[kind]))


@pytest.mark.parametrize("kind", PACKED)
def test_entities_are_refused(kind: str, tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    path = replaced(build(kind, tmp_path, GRID), BODY[kind], rb"<(?=worksheet|w:document)", bomb + b"<")
    assert refusal(path).startswith("tệp chứa khai báo DTD (thực thể XML)")


@pytest.mark.parametrize("kind", PACKED)
def test_zip_bomb_by_ratio_and_by_size(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = repacked(build(kind, tmp_path, GRID), lambda members: members.update({"media.bin": bytes(20 << 20)}))
    assert "có dấu hiệu bom nén nên không đọc" in refusal(path)
    small = build(kind, tmp_path, GRID)
    monkeypatch.setenv("SOAT_MAX_FILE", str(small.stat().st_size + 100))
    settings.cache_clear()
    assert "có dấu hiệu bom nén nên không đọc" in refusal(small)
    monkeypatch.setenv("SOAT_MAX_FILE", "1000")
    settings.cache_clear()
    assert refusal(small).endswith("quá giới hạn 1,000; tách nhỏ tệp hoặc tăng SOAT_MAX_FILE")


@pytest.mark.parametrize("kind", PACKED)
def test_a_directory_that_lies_about_sizes(kind: str, tmp_path: Path) -> None:
    """The member unpacks to more than it declares: nothing beyond the declared bytes is unpacked, and these are refused."""
    path = build(kind, tmp_path, GRID)
    content = bytearray(path.read_bytes())
    name = BODY[kind].encode()
    entry = content.rindex(name) - 46
    assert content[entry : entry + 4] == b"PK\x01\x02"
    content[entry + 24 : entry + 28] = struct.pack("<I", 100)
    path.write_bytes(content)
    assert refusal(path).startswith(("tệp bị cắt cụt hoặc hỏng", "phần"))


def test_too_many_members(tmp_path: Path) -> None:
    path = repacked(
        build("xlsx", tmp_path, GRID), lambda members: members.update({f"xl/{n}.bin": b"" for n in range(10_001)})
    )
    assert refusal(path).startswith("tệp nén có quá nhiều thành phần (hơn 10,000)")


def test_members_under_a_password(tmp_path: Path) -> None:
    path = build("docx", tmp_path, GRID)
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert refusal(path) == "tệp nén đặt mật khẩu nên không đọc được; bỏ mật khẩu rồi lưu lại"


@pytest.mark.parametrize(
    ("by", "message"),
    [
        pytest.param(
            b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
            "trải tới dòng 1,048,576, cột 16,384",
            id="stray cell",
        ),
        pytest.param(b'<row r="1"><c r="?1"><v>1</v></c></row>', "có ô mang địa chỉ sai “?1”", id="wrong address"),
        pytest.param(
            b'<row r="3">' + b'<c t="s"><v>0</v></c>' * 300 + b"</row>",
            "chữ trong bảng tính bung ra",
            id="shared text repeated",
        ),
    ],
)
def test_sheets_that_unfold(by: bytes, message: str, tmp_path: Path) -> None:
    path = build("xlsx", tmp_path, [["x" * 32_000, *GRID[0]], *GRID[1:]])
    long = b"<si><t>" + b"x" * 1_000_000 + b"</t></si>"
    replaced(path, "xl/sharedStrings.xml", rb"<si>.*?</si>", long)
    replaced(path, BODY["xlsx"], rb"<sheetData>", b"<sheetData>" + by)
    repacked(
        path, lambda members: members.update({"n.bin": b"".join(struct.pack("<d", n**0.5) for n in range(1, 9000))})
    )
    assert message in refusal(path)


def test_merged_cells_that_unfold(tmp_path: Path) -> None:
    path = build("xlsx", tmp_path, [*GRID, *([["", "", "x"]] * 2000)])
    merged = b'<mergeCells count="9">' + b'<mergeCell ref="A1:XFD1048576"/>' * 900 + b"</mergeCells>"
    replaced(path, BODY["xlsx"], rb"</sheetData>", b"</sheetData>" + merged)
    assert "các ô gộp phủ hơn 5,000,000 ô" in refusal(path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ([[""]], "không có bảng nào có chữ; nếu là bản quét (ảnh) thì cần bản có chữ"),
        (
            [["STT", "Họ và tên", "Điện thoại"], ["1", "A", "0"]],
            "không bảng nào có cột tên thủ tục hành chính (đã xem 1 bảng)",
        ),
        ([["TT", "M# T#", "T#n T#"], ["1", "1.000001", "C#p"]], "và chữ đọc được khi mở tệp"),
    ],
)
def test_no_list(kind: str, grid: list[list[str]], message: str, tmp_path: Path) -> None:
    assert message in refusal(build(kind, tmp_path, grid))


def test_a_document_without_tables_and_a_package_without_body(tmp_path: Path) -> None:
    path = tmp_path / "list.docx"
    docx.Document().save(str(path))
    assert "không có bảng nào có chữ" in refusal(path)
    repacked(path, lambda members: members.pop("word/document.xml"))
    assert refusal(path) == "văn bản Word không có phần nội dung; mở bằng Word, lưu lại rồi thử lại"
    path = build("xlsx", tmp_path, GRID)
    repacked(path, lambda members: members.pop("xl/workbook.xml"))
    assert "không có bảng nào có chữ" in refusal(path)
    path = replaced(
        build("xlsx", tmp_path, GRID), "xl/_rels/workbook.xml.rels", rb"worksheets/sheet1.xml", b"worksheets/none.xml"
    )
    assert refusal(path).startswith("không đọc được bảng tính (")


@pytest.mark.parametrize("kind", PACKED)
def test_a_cell_of_200_mb_is_refused_in_little_memory(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"list.{kind}"
    block = b"x" * (1 << 20)
    head, tail = (b"<worksheet><sheetData><row><c><is><t>", b"</t></is></c></row></sheetData></worksheet>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as package, package.open(BODY[kind], "w") as part:
        part.write(head)
        for _ in range(200):
            part.write(block)
        part.write(tail)
    program = (
        "import resource, sys; from pathlib import Path; from crawlers.lists import ListError, read_list\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: read_list(Path(sys.argv[1]))\n"
        "except ListError as error: print(error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    message, grown = done.stdout.splitlines()
    assert message.startswith(f"{path}: có ô dài hơn 1,048,576 ký tự")
    assert int(grown) < 50_000  # KiB


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    path = build("xlsx", tmp_path, GRID)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        message = refusal(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert message == "không ghi được bản tạm để đọc (File too large); giải phóng ổ đĩa rồi thử lại"


@pytest.mark.parametrize(
    ("records", "globals_", "message"),
    [
        (record(0x203, struct.pack("<HHHd", 65535, 255, 0, 1.0)), b"", "trải tới dòng 65,536, cột 256"),
        (
            record(0xFD, struct.pack("<HHHI", 1, 1, 0, 0)) * 9000,
            record(0xFC, struct.pack("<IIHB", 1, 1, 8000, 0) + b"x" * 8000),
            "chữ trong bảng tính bung ra 72,000,000 ký tự",
        ),
        (b"", record(0x2F, bytes(6)), "tệp đặt mật khẩu nên không đọc được"),
    ],
)
def test_old_workbooks_that_unfold_or_are_locked(
    records: bytes, globals_: bytes, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOAT_MAX_FILE", "10000000")
    settings.cache_clear()
    path = tmp_path / "list.xls"
    path.write_bytes(compound_file({"Workbook": workbook(records, globals_)}))
    assert message in refusal(path)


def test_workbook_kept_in_memory(tmp_path: Path) -> None:
    """A workbook that another program wrote in one stream is read like any other."""
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, line in enumerate(GRID):
            sheet.write_row(row, 0, line)
    (tmp_path / "list").write_bytes(memory.getvalue())
    assert [record.name for record in read_list(tmp_path / "list").records] == ["Cấp giấy"]
