"""Builds the same list as an Excel workbook and as a Word document, and tells where its cells then stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import docx
import xlsxwriter  # type: ignore[import-untyped]

from crawlers.lists.grid import column_letters

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KINDS = ("xlsx", "docx")

Merge = tuple[int, int, int, int]  # first row, first column, last row, last column; 0-based


def build(kind: str, folder: Path, grid: Sequence[Sequence[str | float]], merges: Sequence[Merge] = ()) -> Path:
    """Write one table; the text of a merged cell is that of its first."""
    path = folder / f"list.{kind}"
    (_xlsx if kind == "xlsx" else _docx)(path, grid, merges)
    return path


def place(kind: str, row: int, column: int | None = None) -> str:
    """Where the cell (1-based row, 0-based column) of a built list stands."""
    if kind == "xlsx":
        return f"trang tính “Danh mục”, dòng {row}" + ("" if column is None else f", ô {column_letters(column)}")
    return f"bảng 1, dòng {row}" + ("" if column is None else f", cột {column + 1}")


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
    covered = {
        (row, column)
        for top, left, bottom, right in merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left)
    }
    for row, line in enumerate(grid):
        cells = table.rows[row].cells
        for column, value in enumerate(line):
            if value != "" and (row, column) not in covered:
                cells[column].text = str(value)
    return table
