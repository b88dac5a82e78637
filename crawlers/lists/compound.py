"""Opening Office 97–2003 files (OLE compound files), which may be broken or hostile."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import olefile  # type: ignore[import-untyped]  # has no stubs

from crawlers.lists.grid import ListError

if TYPE_CHECKING:
    from pathlib import Path


def read_streams(path: Path, *names: str) -> dict[str, bytes]:
    """Return those of the named streams that the file has; together they are no longer than the file.

    Raises:
        ListError: the file is damaged, or has none of them.

    """
    try:
        with olefile.OleFileIO(io.BytesIO(path.read_bytes()), raise_defects=olefile.DEFECT_INCORRECT) as file:
            found = {name: file.openstream(name).read() for name in names if file.exists(name)}
    except (OSError, ValueError, IndexError, TypeError, struct.error, RecursionError) as error:
        raise damaged(path, str(error)) from error
    if not found:
        raise damaged(path, f"không có phần nội dung {names[0]}")
    return found


def damaged(path: Path, why: str) -> ListError:
    """Return (not raise) the error for a file that is cut off or broken."""
    return ListError(f"{path}: tệp bị cắt cụt hoặc hỏng ({why}); tải lại từ nguồn rồi thử lại")
