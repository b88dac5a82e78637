"""Lines kept in a temporary file in the order of their places, so that a crawl's memory does not grow with what it reads."""

from __future__ import annotations

import tempfile
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def spill(folder: Path | None = None) -> IO[bytes]:
    """Open a file without a name in a folder, for any number of `Lines`; it is gone when it is closed or we are killed."""
    return tempfile.TemporaryFile(dir=folder)


class Lines:
    """Lines by place: given once each, in any order; read in the order of the places."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._at: dict[int, tuple[int, int] | Callable[[], list[bytes]]] = {}

    def put(self, place: int, lines: list[bytes]) -> None:
        """Keep the lines of one place; none of them contains a line break."""
        if lines:
            data = b"".join(line + b"\n" for line in lines)
            self._at[place] = (self._file.seek(0, 2), self._file.write(data))

    def lend(self, place: int, lines: Callable[[], list[bytes]]) -> None:
        """Say where the lines of one place stand already; they are fetched when they are read."""
        self._at[place] = lines

    def places(self) -> list[int]:
        """Return the places that have lines, in their order."""
        return sorted(self._at)

    def at(self, place: int) -> list[bytes]:
        """Return the lines of one place; [] where there are none."""
        where = self._at.get(place)
        if where is None:
            return []
        if not isinstance(where, tuple):
            return where()
        start, size = where
        self._file.seek(start)
        return self._file.read(size).splitlines()

    def __iter__(self) -> Iterator[bytes]:
        for place in self.places():
            yield from self.at(place)
