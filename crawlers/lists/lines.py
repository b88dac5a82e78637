"""The text of a document of any kind that the readers of lists know, line by line: for telling what a file is, not for its tables."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from crawlers.lists.grid import ListError
from crawlers.lists.kinds import kind_of

if TYPE_CHECKING:
    from pathlib import Path

WRITTEN = ("docx", "doc", "odt", "pdf")
SHEETS = ("xlsx", "xls", "ods")


def read_lines(path: Path) -> list[str] | None:
    """Return the lines of text of a file; None: of another kind, damaged, locked, or a scan, so that nothing is known of its text."""
    try:
        kind = kind_of(path)
        if kind in WRITTEN:
            lines: list[str] = import_module(f"crawlers.lists.{kind}").read_lines(path)
        elif kind in SHEETS:
            tables = import_module(f"crawlers.lists.{kind}").read_tables(path)
            lines = [text for table in tables for row in table.rows for _, text in row.texts()]
        else:
            return None
    except ListError:
        return None
    return lines or None
