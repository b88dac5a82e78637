"""The state of one target's crawl, and the report it comes to."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawlers.manners import RESUME
from crawlers.records import Fault, SourceReport, SourceState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from crawlers.archive import Entry
    from crawlers.canary import Canary
    from crawlers.known import Known
    from crawlers.platforms import Ask, Platform
    from crawlers.records import Capture
    from crawlers.spill import Lines
    from crawlers.targets import Target

GONE = frozenset({404, 410})
"""Statuses of a page that is not there."""
FALL = 0.8
"""A source that lists less than this share of what it listed at the last good crawl is suspect."""


class Unseen(Exception):  # noqa: N818 - not a program error: a page that could not be seen
    """A page that could not be seen or read, as the fault that is reported."""

    def __init__(self, kind: str, url: str, why: str, capture: str | None = None, status: int | None = None) -> None:
        super().__init__(why)
        self.fault = Fault(kind, url, why, capture)
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said to a request: its line of the archive's index, the body and the headers (lower-case names).

    `unchanged`: the very page kept at the crawl before; `kept`: its bytes were not sent again, the server only says so, or were
    fetched by the run before this one.
    """

    entry: Entry
    sent: bytes | None
    headers: dict[str, str]
    unchanged: bool = False
    kept: bool = False
    load: Callable[[Entry], bytes] | None = None

    @property
    def body(self) -> bytes:
        """The bytes of the answer; those that were not sent again come from the archive."""
        if self.sent is None and self.load is not None:
            return self.load(self.entry)
        return self.sent or b""

    @property
    def capture(self) -> Capture:
        """The answer as it was kept."""
        return self.entry.capture


@dataclass(frozen=True, slots=True)
class Last:
    """What the last good crawl of a target found: procedures listed, records read, and records with each field."""

    listed: int
    read: int
    fields: dict[str, int]


@dataclass(slots=True)
class Visit:
    """The state of one target's crawl; `lines`, `raws` (None: not wanted) and the `heads` of memos are by place in the list.

    `earlier`: what an interrupted run of this same crawl fetched; `before`: what crawls before it kept; both by the request's key.
    `limited`: how the source was seen does not bear that all is well with it.
    """

    target: Target
    platform: Platform
    started: datetime
    lines: Lines
    raws: Lines | None = None
    earlier: dict[str, Entry] = field(default_factory=dict)
    before: dict[str, Entry] = field(default_factory=dict)
    known: Known | None = None
    heads: Lines | None = None
    last: Last | None = None
    entries: dict[str, Ask] = field(default_factory=dict)
    done: bytearray = field(default_factory=bytearray)
    listing: list[str] = field(default_factory=list)
    faults: list[tuple[int, Fault]] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    fields: Counter[str] = field(default_factory=Counter)
    total: int | None = None
    lists: int = 0
    lost_lists: int = 0
    read: int = 0
    failed: int = 0
    changed: int = 0
    lost: int = 0
    listed_all: bool = False
    halted: bool = False
    varying: bool = False
    limited: bool = False
    end: SourceState | None = SourceState.INTERRUPTED
    asking_canary: asyncio.Lock = field(default_factory=asyncio.Lock)
    canaries: list[Canary | None] = field(default_factory=list)

    @property
    def listed(self) -> int:
        """How many procedures the source says it lists; what was read and failed where it does not say."""
        return self.read + self.failed if self.total is None else self.total

    def report(self) -> SourceReport:
        """Return the report of this visit; faults in list order."""
        faults = [fault for _, fault in sorted(self.faults, key=lambda item: item[0])]
        if self.end is SourceState.INTERRUPTED:
            faults.insert(0, Fault("interrupted", self.target.url, f"đã dừng giữa chừng; {RESUME}"))
        state = self.end or SourceState.OK
        if self.end is None and (self.changed * 2 > len(self.entries) or self.lost_lists * 2 > self.lists):
            state = SourceState.CHANGED
        elif self.end is None and (why := self._suspicion()):
            state = SourceState.SUSPECT
            faults.insert(0, Fault(why[0], self.target.url, why[1]))
        elif self.end is None and (self.failed or self.lost_lists or self.limited):
            state = SourceState.PARTIAL
        return SourceReport(
            self.target.id, state, self.listed, self.read, tuple(self.listing), tuple(faults), tuple(self.notes)
        )

    def _suspicion(self) -> tuple[str, str] | None:
        """The kind and the words of what makes the whole source suspect."""
        expect, last = self.target.expect, self.last
        if expect is not None and not expect[0] <= self.listed <= expect[1]:
            return "count", (
                f"nguồn liệt kê {self.listed} thủ tục, ngoài khoảng dự kiến {expect[0]}–{expect[1]}; "
                "không dùng để kết luận, hãy kiểm tra nguồn hoặc sửa “expect” trong tệp mục tiêu"
            )
        if expect is None and not self.entries and not self.listed:
            return "count", (
                "nguồn không liệt kê thủ tục nào; không dùng để kết luận, hãy xem lại địa chỉ và nền tảng của mục tiêu; "
                "nếu đúng là không có, đặt “expect” trong tệp mục tiêu"
            )
        if self.total is not None and self.read + self.failed != self.total:
            return "count", (
                f"nguồn ghi tổng số {self.total} thủ tục nhưng chỉ thấy {self.read + self.failed} thủ tục khác nhau; không dùng để kết luận"
            )
        if last is None:
            return None
        if self.listed < last.listed * FALL and expect is None:
            return "count", (
                f"nguồn chỉ còn liệt kê {self.listed} thủ tục, lần thu thập trước là {last.listed}; không dùng để kết luận, "
                "hãy kiểm tra nguồn; nếu đúng là đã giảm, đặt “expect” trong tệp mục tiêu"
            )
        lost = sorted(name for name, count in last.fields.items() if count * 2 >= last.read and not self.fields[name])
        if lost and self.read and last.read:
            return "field_lost", (
                f"không bản ghi nào còn có {', '.join(lost)}, trong khi lần thu thập trước có ở phần lớn bản ghi; "
                f"không dùng để kết luận, cần xem lại crawlers/platforms/{self.target.platform}.py"
            )
        return None
