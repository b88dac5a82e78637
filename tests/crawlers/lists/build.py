"""Builds the same list in every kind of file, and tells where its cells then stand."""

from __future__ import annotations

from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from html import escape
from typing import TYPE_CHECKING
from zipfile import ZipFile

import docx
import xlsxwriter  # type: ignore[import-untyped]

from crawlers.lists.grid import column_letters
from tests.crawlers.lists.old_office import write_doc, write_xls
from tests.crawlers.lists.pdfs import write_pdf

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KINDS = ("xlsx", "docx", "xls", "doc", "ods", "odt", "pdf", "html", "mhtml")
SHEETS = ("xlsx", "xls", "ods")
PACKED = ("xlsx", "docx")  # ZIP packages of XML

Merge = tuple[int, int, int, int]  # first row, first column, last row, last column; 0-based


def build(kind: str, folder: Path, grid: Sequence[Sequence[str | float]], merges: Sequence[Merge] = ()) -> Path:
    """Write one table; the text of a merged cell is that of its first."""
    path = folder / f"list.{kind}"
    _BUILDERS[kind](path, grid, merges)
    return path


def place(kind: str, row: int, column: int | None = None) -> str:
    """Where the cell (1-based row, 0-based column) of a built list stands."""
    if kind in SHEETS:
        return f"trang tính “Danh mục”, dòng {row}" + ("" if column is None else f", ô {column_letters(column)}")
    table = "trang 1, bảng 1" if kind == "pdf" else "bảng 1"
    return f"{table}, dòng {row}" + ("" if column is None else f", cột {column + 1}")


def _xlsx(path: Path, grid: Sequence[Sequence[str | float]], merges: Sequence[Merge]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Danh mục")
        covered = {
            (row, column)
            for top, left, bottom, right in merges
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        }
        for row, line in enumerate(grid):
            for column, value in enumerate(line):
                if (row, column) not in covered:
                    sheet.write(row, column, value)
        for top, left, bottom, right in merges:
            sheet.merge_range(top, left, bottom, right, grid[top][left])


def _docx(path: Path, grid: Sequence[Sequence[str | float]], merges: Sequence[Merge]) -> None:
    document = docx.Document()
    add_table(document, grid, merges)
    document.save(str(path))


def add_table(
    document: docx.document.Document, grid: Sequence[Sequence[str | float]], merges: Sequence[Merge] = ()
) -> docx.table.Table:
    """Add one table to a Word document."""
    table: docx.table.Table = document.add_table(len(grid), max(map(len, grid)))
    for top, left, bottom, right in merges:
        table.cell(top, left).merge(table.cell(bottom, right))
    covered = _covered(merges)
    for row, line in enumerate(grid):
        cells = table.rows[row].cells
        for column, value in enumerate(line):
            if value != "" and (row, column) not in covered:
                cells[column].text = str(value)
    return table


def html_table(grid: Sequence[Sequence[str | float]], merges: Sequence[Merge] = ()) -> str:
    """One table as HTML, merged by rowspan and colspan."""
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in merges}
    covered = _covered(merges)
    lines = []
    for row, line in enumerate(grid):
        cells = []
        for column, value in enumerate(line):
            if (row, column) not in covered:
                rows, columns = spans.get((row, column), (1, 1))
                text = escape(str(value)).replace("\n", "<br>")
                cells.append(f'<td rowspan="{rows}" colspan="{columns}">{text}</td>')
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(lines)}</table>"


def _html(path: Path, grid: Sequence[Sequence[str | float]], merges: Sequence[Merge]) -> None:
    path.write_text(f"<!DOCTYPE html><html><meta charset=utf-8><body>{html_table(grid, merges)}</body></html>", "utf-8")


def _mhtml(path: Path, grid: Sequence[Sequence[str | float]], merges: Sequence[Merge]) -> None:
    message = MIMEMultipart("related")
    message.attach(MIMEText(f"<html><body>{html_table(grid, merges)}</body></html>", "html", "utf-8"))
    path.write_bytes(message.as_bytes())


def _covered(merges: Sequence[Merge]) -> set[tuple[int, int]]:
    """The cells that merged ones cover, without the first of each."""
    return {
        (row, column)
        for top, left, bottom, right in merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left)
    }


def _ods(path: Path, grid: Sequence[Sequence[str | float]], merges: Sequence[Merge]) -> None:
    _open_document(path, "spreadsheet", _open_table(grid, merges))


def _odt(path: Path, grid: Sequence[Sequence[str | float]], merges: Sequence[Merge]) -> None:
    _open_document(path, "text", _open_table(grid, merges))


def _open_document(path: Path, kind: str, body: str) -> None:
    space = "urn:oasis:names:tc:opendocument:xmlns"
    names = " ".join(f'xmlns:{name}="{space}:{name}:1.0"' for name in ("office", "table", "text"))
    with ZipFile(path, "w") as package:
        package.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        content = f"<office:{kind}>{body}</office:{kind}>"
        package.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body>{content}</office:body></office:document-content>",
        )


def _open_table(grid: Sequence[Sequence[str | float]], merges: Sequence[Merge]) -> str:
    """One table as OpenDocument, merged by spans and covered cells."""
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in merges}
    covered = _covered(merges)
    lines = []
    for row, line in enumerate(grid):
        cells = []
        for column, value in enumerate(line):
            if (row, column) in covered:
                cells.append("<table:covered-table-cell/>")
                continue
            rows, columns = spans.get((row, column), (1, 1))
            number = f' office:value-type="float" office:value="{value}"' if isinstance(value, float | int) else ""
            text = "".join(f"<text:p>{escape(part)}</text:p>" for part in str(value).split("\n"))
            cells.append(
                f'<table:table-cell table:number-rows-spanned="{rows}" table:number-columns-spanned="{columns}"{number}>'
                f"{text}</table:table-cell>"
            )
        lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    return f'<table:table table:name="Danh mục">{"".join(lines)}</table:table>'


_BUILDERS = {
    "ods": _ods,
    "odt": _odt,
    "xlsx": _xlsx,
    "docx": _docx,
    "doc": write_doc,
    "xls": write_xls,
    "pdf": write_pdf,
    "html": _html,
    "mhtml": _mhtml,
}
