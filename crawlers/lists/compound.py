"""Opening Office 97–2003 files (OLE compound files), which may be broken or hostile."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import olefile  # type: ignore[import-untyped]  # has no stubs

from crawlers.lists.grid import ListError

if TYPE_CHECKING:
    from pathlib import Path


def open_stream(path: Path, *names: str) -> bytes:
    """Return the first of the named streams that the file has; it was checked to be no larger than `max_file`.

    Raises:
        ListError: the file is damaged, or has none of them.

    """
    try:
        with olefile.OleFileIO(io.BytesIO(path.read_bytes()), raise_defects=olefile.DEFECT_INCORRECT) as file:
            for name in names:
                if file.exists(name):
                    content: bytes = file.openstream(name).read()
                    return content
    except (OSError, ValueError, IndexError, struct.error, RecursionError) as error:
        raise ListError(f"{path}: tệp bị cắt cụt hoặc hỏng ({error}); tải lại từ nguồn rồi thử lại") from error
    raise ListError(f"{path}: tệp bị hỏng, không có phần nội dung {names[0]}; tải lại từ nguồn rồi thử lại")
