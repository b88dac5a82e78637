"""Which e-services to visit: those of a published file, or those of a fresh look at the portal's own list; sampled by a seed."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import orjson

from crawlers.journeys.service import Service
from crawlers.journeys.words import code_of
from crawlers.manners import forbidden, wall
from crawlers.page import Page, PageChanged
from crawlers.platforms import Ask, load
from crawlers.records import Fault, PublishedProcedure, RecordError
from crawlers.settings import settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from crawlers.journeys.wire import Wire
    from crawlers.platforms import Platform
    from crawlers.targets import Target

MOST_PAGES = 2000  # list pages read of one portal


class ServicesError(ValueError):
    """The file that says what to visit cannot be used; the message names the line and what to do."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which of a target's services to take: all, or `size` of them drawn by `seed`; of `codes` only those (national codes)."""

    size: int | None = None
    seed: int = 0
    codes: frozenset[str] | None = None

    def drawn(self, target: str, count: int) -> list[int]:
        """Return the chosen places among `count`, ascending; the same seed draws the same, whatever other targets there are."""
        if self.size is None or self.size >= count:
            return list(range(count))
        return sorted(random.Random(f"{self.seed} {target}").sample(range(count), self.size))  # noqa: S311 - a sample, no secret

    def wants(self, code: str | None) -> bool:
        """Say whether a published code is among those asked for."""
        return self.codes is None or code_of(code) in self.codes or code in self.codes


def service_of(record: PublishedProcedure) -> Service:
    """Return the e-service a published record tells of."""
    base = record.source.url or ""
    forms = (
        (item.name or "", urljoin(base, item.form))
        for item in record.documents or ()
        if item.form and _is_address(item.form)
    )
    online = (
        None
        if record.methods is None
        else any("trực tuyến" in (method.channel or "").casefold() for method in record.methods)
    )
    return Service(record.code, record.name, record.source.url, record.service_level, tuple(forms), online)


def published_services(path: Path, targets: Sequence[Target], sampling: Sampling) -> dict[str, list[Service]]:
    """Return the services of each target from published records; a record belongs to the target it names, or whose host it is on.

    Raises:
        ServicesError: the file cannot be read, or a line is no published record.

    """
    found: dict[str, list[Service]] = {target.id: [] for target in targets}
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    record = _record(path, number, line)
                    owner = _owner(record, targets)
                    if owner is not None and sampling.wants(record.code):
                        found[owner].append(service_of(record))
    except OSError as error:
        raise ServicesError(f"{path}: không đọc được ({error.strerror}); kiểm tra đường dẫn rồi chạy lại") from error
    return {name: [rows[place] for place in sampling.drawn(name, len(rows))] for name, rows in found.items()}


def read_codes(path: Path) -> frozenset[str]:
    """Read which procedures to visit: one code a line, comments after "#".

    Raises:
        ServicesError: the file cannot be read, or names none.

    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ServicesError(
            f"{path}: không đọc được danh sách mã ({error}); kiểm tra đường dẫn và bảng mã UTF-8"
        ) from error
    codes = frozenset(code_of(text) or text for line in lines if (text := line.split("#")[0].strip()))
    if not codes:
        raise ServicesError(f"{path}: không có mã thủ tục nào; ghi mỗi dòng một mã rồi chạy lại")
    return codes


def _record(path: Path, number: int, line: bytes) -> PublishedProcedure:
    try:
        return PublishedProcedure.from_json(orjson.loads(line))
    except (orjson.JSONDecodeError, RecordError) as error:
        raise ServicesError(
            f"{path}, dòng {number}: không phải bản ghi đã công khai ({error}); tạo lại tệp bằng `soat crawl`"
        ) from error


def _owner(record: PublishedProcedure, targets: Iterable[Target]) -> str | None:
    host = urlsplit(record.source.url or "").netloc.lower()
    for target in targets:
        if record.source.target == target.id or (record.source.target is None and host in target.hosts):
            return target.id
    return None


def _is_address(text: str) -> bool:
    return text.startswith(("http:", "https:", "/")) and " " not in text.strip()


# --- a fresh look at the portal's list ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a portal's list with the manners of a journey: in turn, where robots.txt allows it, only what reads."""

    wire: Wire
    turn: Callable[[str], AbstractAsyncContextManager[None]]
    allows: Callable[[str], Awaitable[bool]]

    async def services(self, target: Target, sampling: Sampling) -> tuple[list[Service], list[Fault]]:
        """Return the sampled services of a target and what could not be seen; only sampled procedures' pages are asked for."""
        platform = load(target.platform)
        faults: list[Fault] = []
        try:
            entries = await self._entries(target, platform)
        except _UnseenError as unseen:
            return [], [unseen.fault]
        found: list[Service] = []
        chosen = (
            entries
            if sampling.codes is not None
            else [entries[place] for place in sampling.drawn(target.id, len(entries))]
        )
        for ask in chosen:
            try:
                records = await self._detail(target, platform, ask)
            except _UnseenError as unseen:
                faults.append(unseen.fault)
                if unseen.fault.kind == "blocked":
                    break
                if unseen.fault.kind == "changed" and sampling.codes is None:
                    found.append(
                        Service(None, None, ask.page or ask.url)
                    )  # it can be tried though its text cannot be read
                continue
            found += [service_of(one) for one in records if sampling.wants(one.code)]
        if sampling.codes is not None:
            found = [found[place] for place in sampling.drawn(target.id, len(found))]
        return found, faults

    async def _entries(self, target: Target, platform: Platform) -> list[Ask]:
        entries: dict[str, Ask] = {}
        left, asked, seen = deque([platform.first(target)]), set[str](), 0
        while left and len(asked) < MOST_PAGES:
            ask = left.popleft()
            if ask.key in asked:
                continue
            asked.add(ask.key)
            page = await self._page(target, platform, ask)
            try:
                listing = platform.read_list(page, ask, seen)
            except PageChanged as error:
                raise _unread(page, error) from error
            new = [entry for entry in listing.entries if entry.key not in entries]
            entries |= {entry.key: entry for entry in new}
            seen += len(listing.entries)
            if listing.following is not None and (new or not listing.entries):
                left.appendleft(listing.following)
            left.extend(listing.further)
        return list(entries.values())

    async def _detail(self, target: Target, platform: Platform, ask: Ask) -> list[PublishedProcedure]:
        page = await self._page(target, platform, ask)
        try:
            more = platform.beside(page, ask) if hasattr(platform, "beside") else ()
            pages = tuple([await self._page(target, platform, one) for one in more])
            page = Page(page.platform, page.url, page.body, page.status, page.media_type, pages)
            records = platform.read_detail(page, ask).records
        except PageChanged as error:
            raise _unread(page, error) from error
        return [
            PublishedProcedure.from_json(one.to_json() | {"source": {"url": ask.page or ask.url, "target": target.id}})
            for one in records
        ]

    async def _page(self, target: Target, platform: Platform, ask: Ask) -> Page:
        if (why := forbidden(ask, target.hosts, platform.READING)) is not None:
            raise _UnseenError("foreign", ask.url, f"{ask.url}: không truy cập, {why}")
        if ask.rendered:
            raise _UnseenError(
                "rendered",
                ask.url,
                f"{ask.url}: danh sách chỉ hiện trong trình duyệt; dùng `soat crawl` rồi --published",
            )
        if not await self.allows(ask.url):
            raise _UnseenError("blocked", ask.url, f"{ask.url}: robots.txt của máy chủ không cho phép")
        headers = {
            "Accept": "application/json" if ask.json is not None else "text/html,*/*;q=0.8",
            "Accept-Language": "vi",
        }
        if ask.media_type is not None:
            headers["Content-Type"] = ask.media_type
        async with self.turn(ask.url):
            answer = await self.wire.send(ask.method, ask.url, headers, ask.body, limit=settings().max_response)
        where = ask.page or ask.url
        if answer.status is None or answer.error is not None:
            raise _UnseenError("unreachable", where, f"{where}: {answer.why}; thử lại sau")
        if answer.status >= 400 and (name := wall(answer.status, answer.body)) is not None:
            raise _UnseenError(
                "blocked", where, f"{where}: không kiểm tra được vì bị chặn: {name}; không phải lỗi của cơ quan"
            )
        if answer.status >= 300:
            raise _UnseenError("http", where, f"{where}: máy chủ trả HTTP {answer.status}; kiểm tra lại địa chỉ")
        return Page(target.platform, where, answer.body, answer.status, answer.media_type)


class _UnseenError(Exception):
    def __init__(self, kind: str, url: str, why: str) -> None:
        super().__init__(why)
        self.fault = Fault(kind, url, why)


def _unread(page: Page, error: PageChanged) -> _UnseenError:
    if (name := wall(page.status, page.body)) is not None:
        return _UnseenError(
            "blocked", page.url, f"{page.url}: không kiểm tra được vì bị chặn: {name}; không phải lỗi của cơ quan"
        )
    return _UnseenError("changed", page.url, str(error))
