"""Lists on web pages: what a person sees of them, whoever made the page."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from crawlers.lists import ListError, list_of, read_list
from crawlers.lists.html import tables_of
from tests.crawlers.lists.build import html_table

if TYPE_CHECKING:
    from pathlib import Path

GRID = [["TT", "Mã TTHC", "Tên TTHC", "Thời hạn"], ["1", "1.000001", "Cấp giấy", "1 ngày"]]
WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office">
<head><meta http-equiv=Content-Type content="text/html; charset=unicode"><title>Danh mục</title>
<style><!-- p.MsoNormal {margin:0in; font-family:"Times New Roman"} .cu {font-family:".VnTimeH"} --></style></head>
<body lang=EN-US><div class=WordSection1>
<p class=MsoNormal align=center><b><span style='font-size:14.0pt'>DANH MỤC THỦ TỤC HÀNH CHÍNH
BỊ BÃI BỎ</span></b><o:p></o:p></p>
<table class=MsoTableGrid border=1><tr style='mso-yfti-irow:0'>
<td width=30><p class=MsoNormal>TT<o:p></o:p></p></td><td><p class=MsoNormal>Mã
TTHC</p></td><td><p class=MsoNormal>Tên<br>TTHC</p></td><td><p>Căn cứ pháp lý</p></tr>
<tr><td><p class=MsoNormal>1</p></td><td><p>1.000001<![if !supportFootnotes]>[1]<![endif]></p></td>
<td><p class=MsoNormal>Cấp&nbsp;giấy <del>xóa</del><span style='mso-hide:all'>ẩn</span><span style='display:none'>ẩn</span></p>
<p class=cu>cÊp</p></td>
<td><p class=MsoListParagraph><span style='mso-list:Ignore'>-<span>&nbsp;&nbsp; </span></span>Luật A</p>
<p class=MsoListParagraph>-&nbsp;Luật B<!--[if gte mso 9]><xml>ẩn</xml><![endif]--></p></td></tr></table></div></body></html>"""


def names(body: str) -> list[tuple[str | None, str | None, str | None]]:
    reading = list_of(tables_of(body.encode(), "trang"), "trang", "trang HTML")
    return [(record.code, record.name, record.sector) for record in reading.records]


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["list.htm", "list.doc", "list.docx"])
def test_a_page_that_word_made(charset: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(WORD.encode(charset))
    (record,) = read_list(tmp_path / name).records
    assert (record.code, record.name, record.status, record.legal_bases) == (
        "1.000001[1]",
        "Cấp giấy CẤP",
        "bãi bỏ",
        ("Luật A", "Luật B"),
    )
    assert record.source.places["name"] == "bảng 1, dòng 2, cột 3"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            "<h2>Lĩnh vực đất đai</h2>" + html_table(GRID), [("1.000001", "Cấp giấy", "đất đai")], id="a heading"
        ),
        pytest.param(
            f"<table><tr><td>Trang chủ</td><td><h3>Lĩnh vực đất đai</h3>{html_table(GRID)}</td></tr>"
            f"<tr><td><h3>Lĩnh vực hộ tịch</h3><div>{html_table(GRID)}</div></td></tr></table>",
            [("1.000001", "Cấp giấy", "đất đai"), ("1.000001", "Cấp giấy", "hộ tịch")],
            id="tables that lay out the page",
        ),
        pytest.param(
            html_table(GRID).replace("1 ngày", "<table><tr><td>1</td><td>ngày</td></tr></table>"),
            [("1.000001", "Cấp giấy", None)],
            id="a table in a cell",
        ),
        pytest.param(
            "<table><tr><th>TT<th>Mã TTHC<th>Tên TTHC<tr><td>1<td>1.000001<td>Cấp<b> giấy</b></table>",
            [("1.000001", "Cấp giấy", None)],
            id="end tags left out",
        ),
        pytest.param(
            "<html><body><div><html><body>" + html_table(GRID) + "</body></html></div></body></html>",
            [("1.000001", "Cấp giấy", None)],
            id="a page in a page",
        ),
        pytest.param(
            html_table(GRID).replace("<tr>", "<tbody><tr>").replace('rowspan="1"', 'rowspan="0"'),
            [("1.000001", "Cấp giấy", None)],
            id="merged to the end of the section",
        ),
        pytest.param(
            "<script>var t='<table>'</script><div style='display: none'>" + html_table([GRID[0], ["1", "9.9", "Ẩn", ""]])
            + "</div>" + html_table(GRID),
            [("1.000001", "Cấp giấy", None)],
            id="hidden tables",
        ),
    ],
)  # fmt: skip
def test_pages(body: str, expected: list[tuple[str | None, str | None, str | None]]) -> None:
    assert names(body) == expected


def test_merged_cells_that_quarrel_over_a_place() -> None:
    (table,) = tables_of(
        b"<table><tr><td rowspan=2>a<td>b<td rowspan=3>c</tr><tr><td colspan=3>d</tr><tr></tr><tr><td>e</table>",
        "trang",
    )
    assert [(row.number, [cell.text for cell in row.cells]) for row in table.rows] == [
        (1, ["a", "b", "c"]),
        (2, ["a", "d", "c"]),
        (3, ["", "", "c"]),
        (4, ["e"]),
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param("<div>" * 3000 + "x", "các thẻ HTML lồng nhau quá sâu", id="deep"),
        pytest.param("<table><tr><td>" * 1500 + "x", "các thẻ HTML lồng nhau quá sâu", id="tables in tables"),
        pytest.param("<td>" * 3_000_001, "trang HTML có hơn 1,500,000 thẻ", id="too many tags"),
        pytest.param(
            "<table>" + "<tr><td colspan=1000 rowspan=65000>x" * 4000, "các bảng có hơn 5,000,000 ô", id="merged cells"
        ),
        pytest.param(f"<table><tr><td>{'x' * 1_100_000}", "có ô dài hơn 1,048,576 ký tự", id="a long cell"),
    ],
)
def test_hostile_pages(body: str, message: str) -> None:
    with pytest.raises(ListError, match=message):
        tables_of(body.encode(), "trang")


def test_a_page_of_50_mb_is_refused_or_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "list.html"
    row = "<tr><td>1<td>1.000001<td>" + "Cấp giấy phép xây dựng nhà ở riêng lẻ " * 90 + "</tr>"
    path.write_text("<table><tr><td>TT<td>Mã TTHC<td>Tên TTHC</tr>" + row * (50_000_000 // len(row.encode())), "utf-8")
    program = (
        "import resource, sys; from pathlib import Path; from crawlers.lists import read_list\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(len(read_list(Path(sys.argv[1])).records))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    count, grown = map(int, done.stdout.split())
    assert count == 50_000_000 // len(row.encode())
    assert grown < 1_200_000  # KiB
