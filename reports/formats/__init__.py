"""One output format a file; the file's name is the format's name. Adding a format is adding its file."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from pathlib import Path

    from audits.audit import Audit


class FormatError(ValueError):
    """No such format, or one that cannot hold the audit; the message says which one can."""


class Format(Protocol):
    """What the module of a format provides: the suffix of its files, and the way to write one audit whole or not at all."""

    SUFFIX: str

    def write(self, audit: Audit, path: Path) -> None:
        """Write the audit to that path."""


def names() -> tuple[str, ...]:
    """Return the names of all formats in this folder, in alphabetical order."""
    return tuple(sorted(info.name for info in pkgutil.iter_modules(__path__)))


def load(name: str) -> Format:
    """Return the format of that name.

    Raises:
        FormatError: there is none.

    """
    if name not in names():
        raise FormatError(f"{name}: không có định dạng báo cáo này; hãy chọn một trong: {', '.join(names())}")
    return cast("Format", import_module(f"{__name__}.{name}"))
