"""What the crawl before read from each page, so that a page whose server says it is unchanged is not read again.

`<folder>/<target>.records.jsonl`: first the readers' version and the target's own words, then for each detail page its request's key, the digest of its body,
the lines it gave and the fields they hold. Any change of our own code makes all of it void.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawlers.targets import Target


class Memo(NamedTuple):
    """What one detail page gave: published lines, and by line the fields it holds."""

    key: str
    digest: str
    lines: list[str]
    fields: list[list[str]]

    def to_json(self) -> bytes:
        """Return it as one line."""
        return orjson.dumps(self._asdict())


@cache
def readers_version() -> str:
    """Return a digest of all code that pages are read by."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


class Known:
    """The memos of the crawl before, by the request's key; only their places are held in memory."""

    def __init__(self, folder: Path, target: Target) -> None:
        self._path = path = known_path(folder, target.id)
        self._at: dict[str, tuple[str, int, int]] = {}
        # A file that is not whole, or not ours, is as good as none: then every page is read.
        with suppress(OSError, orjson.JSONDecodeError, KeyError, TypeError), path.open("rb") as file:
            if file.readline() != _head(target) + b"\n":
                return
            place = file.tell()
            for line in file:
                memo: dict[str, Any] = orjson.loads(line)
                self._at[memo["key"]] = (memo["digest"], place, len(line))
                place += len(line)

    def __contains__(self, item: tuple[str, str]) -> bool:
        key, digest = item
        return self._at.get(key, ("",))[0] == digest

    def memo(self, key: str) -> Memo:
        """Return what a page gave.

        Raises:
            OSError: the file is gone.

        """
        _, place, size = self._at[key]
        with self._path.open("rb") as file:
            file.seek(place)
            return Memo(**orjson.loads(file.read(size)))


def known_path(folder: Path, target: str) -> Path:
    """Return where a target's memos are kept."""
    return folder / f"{target}.records.jsonl"


def as_lines(target: Target, memos: Iterable[bytes]) -> Iterable[bytes]:
    """Yield the lines of the file that keeps these memos."""
    yield _head(target)
    yield from memos


def _head(target: Target) -> bytes:
    """By what and for whom the pages were read; the lines repeat what the target says of itself."""
    own = [target.platform, target.url, target.agency, target.level, target.code]
    return orjson.dumps({"readers": readers_version(), "target": own})
