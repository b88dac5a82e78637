"""A file that is either whole or not there: a full disk or Ctrl-C leaves no half report."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class WriteError(OSError):
    """The file could not be written; the message names it and says what to do."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; renamed to `path` when the block ends well, removed when it does not.

    Raises:
        WriteError: the folder or the disk does not take the file; what stood at `path` before stays whole.

    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(path)
    except OSError as error:
        # What the block reads may fail too; that is not a fault of this file, nor its message.
        if error.errno is None or str(error.filename or temporary) not in map(str, (temporary, path, *path.parents)):
            raise
        raise WriteError(
            f"{path}: không ghi được ({error.strerror or error}); "
            "hãy kiểm tra quyền ghi và dung lượng đĩa rồi chạy lại, tệp cũ (nếu có) còn nguyên"
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink()
