"""Writes lists as PDF, as offices print them."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from fpdf import FPDF
from fpdf.enums import MethodReturnValue
from fpdf.fonts import TTFFont

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.crawlers.lists.build import Merge

    Grid = Sequence[Sequence[str | float]]

MARGIN = 15.0
LINE = 5.0


@cache
def vietnamese_font() -> str:
    """A TrueType font of this machine that has all Vietnamese letters."""
    listed = subprocess.run(
        ["fc-list", ":lang=vi:fontformat=TrueType", "file", "style"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    files = sorted(line.split(":")[0] for line in listed if "Regular" in line or "Book" in line)
    return next((file for file in files if "DejaVuSans.ttf" in file or "LiberationSerif" in file), files[0])


@contextmanager
def pdf_document(path: Path | None = None, *, landscape: bool = False) -> Iterator[FPDF]:
    """An empty document with a Vietnamese font, written to `path` at the end."""
    document = FPDF("L" if landscape else "P", "mm", "A4")
    document.set_auto_page_break(auto=False)
    document.add_font("vi", fname=vietnamese_font())
    document.set_font("vi", size=9)
    document.c_margin = 1
    try:
        yield document
        if path is not None:
            document.output(str(path))
    finally:
        for font in document.fonts.values():
            if isinstance(font, TTFFont):
                font.close()


def write_pdf(path: Path, grid: Grid, merges: Sequence[Merge] = ()) -> None:
    """One table on one page as high as it needs."""
    widths = [max(12.0, 180.0 / max(map(len, grid)))] * max(map(len, grid))
    heights = heights_of(grid, merges, widths)
    with pdf_document(path) as document:
        document.add_page(format=(sum(widths) + 2 * MARGIN, max(297.0, sum(heights) + 2 * MARGIN)))
        draw(document, grid, merges, widths, heights)


def heights_of(grid: Grid, merges: Sequence[Merge], widths: Sequence[float]) -> list[float]:
    """How high each row must be for its text."""
    heights = [LINE + 2] * len(grid)
    with pdf_document() as ruler:
        ruler.add_page()
        for row, line in enumerate(grid):
            for column, value in enumerate(line):
                bottom, right = _last(merges, row, column)
                if value != "":
                    width = sum(widths[column : right + 1])
                    lines = ruler.multi_cell(width, LINE, str(value), dry_run=True, output=MethodReturnValue.LINES)
                    assert isinstance(lines, list)
                    heights[bottom] = max(heights[bottom], LINE * len(lines) + 2)
    return heights


def draw(  # noqa: PLR0917 - what a table is made of
    document: FPDF,
    grid: Grid,
    merges: Sequence[Merge],
    widths: Sequence[float],
    heights: Sequence[float],
    top: float = MARGIN,
) -> None:
    """Draw a table with a frame around every cell."""
    for row, line in enumerate(grid):
        for column in range(len(widths)):
            if any(t <= row <= b and le <= column <= r and (t, le) != (row, column) for t, le, b, r in merges):
                continue
            bottom, right = _last(merges, row, column)
            x, y = MARGIN + sum(widths[:column]), top + sum(heights[:row])
            width, height = sum(widths[column : right + 1]), sum(heights[row : bottom + 1])
            document.rect(x, y, width, height)
            value = line[column] if column < len(line) else ""
            if value != "":
                document.set_xy(x, y + 1)
                document.multi_cell(width, LINE, str(value), align="L")


def _last(merges: Sequence[Merge], row: int, column: int) -> tuple[int, int]:
    """The last row and column of the merged cell that begins here."""
    return next(((m[2], m[3]) for m in merges if m[:2] == (row, column)), (row, column))
