"""The ledger of a crawl: one line for every address of a target, saying what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Literal

import orjson

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

PAGES = "pages.jsonl"

Outcome = Literal["seen", "unchanged", "skipped", "failed"]
Kind = Literal["list", "detail", "beside", "second", "robots", "canary"]


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one address: seen; unchanged since the crawl before; skipped, never asked; or failed. `why` for the last two.

    `records`: how many entries (of a list page) or records (of a detail page) it gave; `status` and `digest` are None
    where there was no answer.
    """

    target: str
    kind: Kind
    method: str
    url: str
    outcome: Outcome
    status: int | None = None
    digest: str | None = None
    records: int | None = None
    why: str | None = None

    def to_json(self) -> bytes:
        """Return the line as it is written; what is not known is left out."""
        told: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        return orjson.dumps({name: value for name, value in told.items() if value is not None})


class Ledger:
    """Writes pages.jsonl of a folder: the last crawl of each target, in the order its addresses were done with."""

    def __init__(self, folder: Path, targets: Collection[str]) -> None:
        """Begin anew for these targets; other targets' lines stay.

        Raises:
            OSError: the file cannot be written.

        """
        path = folder / PAGES
        part = path.with_name(path.name + ".part")
        with part.open("wb") as file:
            if path.exists():
                with path.open("rb") as before:
                    file.writelines(line for line in before if _target(line) not in {*targets, None})
        part.replace(path)
        self._file: IO[bytes] = path.open("ab")

    def note(self, line: Line) -> None:
        """Write one line.

        Raises:
            OSError: the disk does not take it.

        """
        self._file.write(line.to_json() + b"\n")

    def close(self) -> None:
        """Write out what is buffered."""
        self._file.close()


def _target(line: bytes) -> str | None:
    """Whose line it is; None: a killed crawl left it unfinished."""
    try:
        target = orjson.loads(line)["target"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return target if isinstance(target, str) else None
