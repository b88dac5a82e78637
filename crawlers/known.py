"""What the crawl before read from each page, so that a page that is the same again is not read again.

`<folder>/<target>.records.jsonl`: first the readers' version and the target's own words, then for each detail page a line that
says what was asked and seen, and after it the lines the page gave. Any change of our own code makes all of it void.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import orjson

from crawlers.platforms import Ask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawlers.records import Capture
    from crawlers.spill import Lines
    from crawlers.targets import Target

Fields = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """One answer that a reading rests on: where it was given, its status, and the digest of its body."""

    url: str
    status: int
    digest: str

    @classmethod
    def of(cls, capture: Capture) -> Self:
        """Return what was seen with a capture."""
        return cls(capture.url, capture.status, capture.digest)


@dataclass(frozen=True, slots=True)
class Memo:
    """What one detail page gave: the page seen, what had to be asked `beside` it, and by published line the fields it holds.

    `raw`: the platform's own record follows the published lines. `at`: where the lines stand in the file, and their bytes.
    """

    question: str
    page: Sight
    beside: tuple[tuple[Ask, Sight], ...]
    fields: Fields
    raw: bool
    at: tuple[int, int] = (0, 0)

    def to_json(self, size: int) -> bytes:
        """Return the line that stands before the memo's own, which are `size` bytes."""
        beside = [[_request(ask), _told(sight)] for ask, sight in self.beside]
        told = {
            "question": self.question,
            "page": _told(self.page),
            "fields": self.fields,
            "raw": self.raw,
            "size": size,
        }
        return orjson.dumps(told | {"beside": beside} if beside else told)


def question_of(ask: Ask) -> str:
    """Return a digest of all that the reading of an answer depends on besides the answer: the request and what the list said."""
    told = [ask.key, ask.page, dict(ask.known)]
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _request(ask: Ask) -> dict[str, Any]:
    """What of a request decides the answer."""
    told = {"url": ask.url, "json": ask.json, "form": ask.form, "rendered": ask.rendered or None}
    return {name: value for name, value in told.items() if value is not None}


def _told(sight: Sight) -> list[Any]:
    return [sight.url, sight.status, sight.digest]


@cache
def readers_version() -> str:
    """Return a digest of all code that pages are read by."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


class Known:
    """The memos of the crawl before, by question; their lines stay in the file, which is held open until `close`."""

    def __init__(self, folder: Path, target: Target) -> None:
        self._memos: dict[str, Memo] = {}
        self._file: IO[bytes] | None = None
        # A file that is not whole, or not ours, is as good as none: then every page is read.
        with suppress(OSError):
            self._file = known_path(folder, target.id).open("rb")
            with suppress(orjson.JSONDecodeError, KeyError, TypeError, ValueError):
                self._memos.update((memo.question, memo) for memo in _memos(self._file, target))

    def __len__(self) -> int:
        return len(self._memos)

    def memo(self, ask: Ask, *, raw: bool) -> Memo | None:
        """Return what the answer to a request gave, with its raw record or without; None: that is not known."""
        memo = self._memos.get(question_of(ask)) if self._memos else None
        return memo if memo is not None and memo.raw == raw else None

    def lines(self, memo: Memo, day: str) -> list[bytes]:
        """Return the published lines of a memo, seen again on that day (ISO 8601).

        Raises:
            OSError: the file cannot be read.

        """
        return [_seen_on(line, day) for line in self._stored(memo)[: len(memo.fields)]]

    def raw(self, memo: Memo) -> list[bytes]:
        """Return the platform's own record of a memo that has it.

        Raises:
            OSError: the file cannot be read.

        """
        return self._stored(memo)[len(memo.fields) :]

    def _stored(self, memo: Memo) -> list[bytes]:
        assert self._file is not None  # noqa: S101 - a memo comes from a file
        start, size = memo.at
        self._file.seek(start)
        return self._file.read(size).splitlines()

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()


def _memos(file: IO[bytes], target: Target) -> Iterator[Memo]:
    """Yield the memos of a file that this code wrote for this target."""
    if file.readline() != _head(target) + b"\n":
        return
    known: dict[Fields, Fields] = {}  # most pages hold the same fields: held once
    end = file.seek(0, 2)
    file.seek(len(_head(target)) + 1)
    while line := file.readline():
        told: dict[str, Any] = orjson.loads(line)
        fields = tuple(tuple(held) for held in told["fields"])
        start = file.tell()
        if start + told["size"] > end:
            return
        file.seek(start + told["size"])
        yield Memo(
            told["question"],
            Sight(*told["page"]),
            tuple((Ask(**asked), Sight(*seen)) for asked, seen in told.get("beside", ())),
            known.setdefault(fields, fields),
            told["raw"],
            (start, told["size"]),
        )


def as_lines(target: Target, heads: Lines, lines: Lines, raws: Lines | None) -> Iterator[bytes]:
    """Yield the lines of the file that keeps what a crawl read: `heads` are the memos', by place as `lines` and `raws`."""
    yield _head(target)
    for place in heads.places():
        yield from heads.at(place)
        yield from lines.at(place)
        if raws is not None:
            yield from raws.at(place)


def known_path(folder: Path, target: str) -> Path:
    """Return where a target's memos are kept."""
    return folder / f"{target}.records.jsonl"


def _head(target: Target) -> bytes:
    """By what and for whom the pages were read; the lines repeat what the target says of itself."""
    own = [target.platform, target.url, target.agency, target.level, target.code]
    return orjson.dumps({"readers": readers_version(), "target": own})


_SEEN_ON = b'"captured_on":"'
"""Stands first where a published line says when its page was seen: within a text every quotation mark is escaped."""
_DAY = len("2026-11-25")


def _seen_on(line: bytes, day: str) -> bytes:
    """A published line with the day on which it was seen again."""
    start = line.index(_SEEN_ON) + len(_SEEN_ON)
    return line[:start] + day.encode() + line[start + _DAY :]
