"""Published lists as OpenDocument spreadsheets (.ods): each sheet is one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.lists.opendocument import read_content

if TYPE_CHECKING:
    from pathlib import Path

    from crawlers.lists.grid import Table


def read_tables(path: Path) -> list[Table]:
    """Return every sheet of the workbook as one table, hidden ones marked.

    Raises:
        ListError: the workbook is damaged, hostile, or too large.

    """
    return read_content(path, sheets=True)
