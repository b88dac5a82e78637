"""Published lists as OpenDocument text (.odt): each table with the lines of text before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.lists.opendocument import read_content, read_lines

__all__ = ["read_lines", "read_tables"]

if TYPE_CHECKING:
    from pathlib import Path

    from crawlers.lists.grid import Table


def read_tables(path: Path) -> list[Table]:
    """Return every table of the document in reading order, nested ones after the one they stand in.

    Raises:
        ListError: the document is damaged, hostile, or too large.

    """
    return read_content(path, sheets=False)
