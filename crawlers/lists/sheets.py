"""The sheets of a workbook of any Excel -> tables: numbers and dates become the text a person sees, merged cells their places."""

from __future__ import annotations

import math
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from crawlers.lists.grid import EMPTY, MAX_CELLS, Cell, ListError, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def sheet_tables(path: Path, workbook: CalamineWorkbook) -> list[Table]:
    """Return every worksheet as one table, hidden ones marked.

    Raises:
        ListError: merged cells unfold to too many.
        CalamineError: a sheet is damaged; see `library_refusals`.

    """
    return [
        _table(path, workbook.get_sheet_by_name(sheet.name), hidden=sheet.visible != SheetVisibleEnum.Visible)
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet
    ]


@contextmanager
def library_refusals(path: Path) -> Iterator[None]:
    """Turn what the library says of a workbook that it cannot read into a ListError."""
    try:
        yield
    except CalamineError as error:
        why = " ".join(str(error).split())
        raise ListError(f"{path}: không đọc được bảng tính ({why}); mở bằng Excel, lưu lại rồi thử lại") from error
    except BaseException as error:
        # Damage that the library does not expect; its exception's class cannot be imported.
        if type(error).__name__ == "PanicException":
            raise ListError(f"{path}: bảng tính hỏng ({error}); mở bằng Excel, lưu lại rồi thử lại") from error
        raise


def _table(path: Path, sheet: CalamineSheet, *, hidden: bool) -> Table:
    grid = [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    _merge(path, grid, sheet.merged_cell_ranges or [])
    return Table(
        name=f"trang tính “{sheet.name}”",
        rows=tuple(
            Row(number, tuple(cells)) for number, cells in enumerate(grid, start=1) if any(cell.text for cell in cells)
        ),
        letters=True,
        hidden=hidden,
    )


def _merge(path: Path, grid: list[list[Cell]], ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Repeat a merged cell's text in every cell it covers, in place."""
    width = len(grid[0]) if grid else 0
    clipped = [
        (top, left, min(bottom, len(grid) - 1), min(right, width - 1)) for (top, left), (bottom, right) in ranges
    ]
    if sum(max(0, b - t + 1) * max(0, r - lf + 1) for t, lf, b, r in clipped) > MAX_CELLS:
        raise ListError(f"{path}: các ô gộp phủ hơn {MAX_CELLS:,} ô; bỏ gộp ô ngoài bảng rồi lưu lại")
    for top, left, bottom, right in clipped:
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                first = grid[top][left]
                grid[row][column] = Cell(first.text, row > top, column > left, first.number) if first.text else EMPTY


def _cell(value: object) -> Cell:
    if value == "" or value is None:
        return EMPTY
    if isinstance(value, bool):
        return Cell("x" if value else "")
    if isinstance(value, float | int):
        whole = math.isfinite(value) and value == int(value)
        return Cell(str(int(value)) if whole else str(value), number=True)
    if isinstance(value, datetime):
        return Cell(value.strftime("%d/%m/%Y %H:%M") if value.hour or value.minute else value.strftime("%d/%m/%Y"))
    if isinstance(value, date):
        return Cell(value.strftime("%d/%m/%Y"))
    text = str(value).replace("\r\n", "\n").replace("\r", "\n").strip()
    return Cell(text) if text else EMPTY
