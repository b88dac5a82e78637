"""The way through one target: its list, then its detail pages, in plain order of thought, however the answers are come by.

The spider asks the portal; `crawlers.reread` asks the archive. Both get the same records from the same answers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar
from urllib.parse import urljoin, urlsplit

import orjson

from crawlers.archive import ArchiveError
from crawlers.canary import canary_of, told
from crawlers.known import Memo, Sight, question_of
from crawlers.ledger import Line
from crawlers.manners import BUSY, LOCAL, forbidden, wall
from crawlers.page import Page, PageChanged, link
from crawlers.platforms import Ask, Listing, Reading
from crawlers.records import Capture, Fault, PublishedProcedure, SourceState
from crawlers.settings import settings
from crawlers.suspicion import contents, suspicions
from crawlers.visit import GONE, Answer, Unseen, Visit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from crawlers.archive import Entry
    from crawlers.canary import Canary
    from crawlers.ledger import Kind, Outcome

Part = TypeVar("Part", Listing, Reading)

LOST = 5  # detail pages in a row that cannot be reached before the host is taken to be down
MAX_REDIRECTS = 5
MAX_ENTRIES = 500_000
"""Procedures on a source's lists before its paging is taken to be endless."""
SAMPLE = 200
"""Every so many detail pages one is looked at twice; so are the first two, and all as soon as one of them varies."""
FEW = 20
"""A source with fewer procedures is not sampled: there only pages that changed since the crawl before are looked at twice."""
VARIES = "nội dung khác nhau giữa hai lần xem"
_ENDS = {
    "blocked": SourceState.BLOCKED,
    "robots": SourceState.BLOCKED,
    "unreachable": SourceState.UNREACHABLE,
    "not_archived": SourceState.UNREACHABLE,
    "no_browser": SourceState.UNREACHABLE,
    "window": SourceState.OUTSIDE_WINDOW,
}
"""What a fault on a list page makes of the whole source; every other kind makes it CHANGED."""
_NEVER_ASKED = frozenset({"robots", "foreign", "window"})


def once(visit: Visit, index: int, entry: Entry) -> bool:
    """Say that no page is looked at twice: what answers never varies."""
    del visit, index, entry
    return False


class Found(NamedTuple):
    """What one detail page gave: its place in the list, the request, how it is read, what was read, and the answers."""

    place: int
    ask: Ask
    reader: Callable[[Page], Reading]
    reading: Reading
    answer: Answer
    beside: tuple[tuple[Ask, Answer], ...]


class Fetched(NamedTuple):
    """What was asked, the request that was answered in the end, which redirects may have made another, and its answer."""

    asked: Ask
    ask: Ask
    answer: Answer


class Asker(Protocol):
    """Gives the answer to a request, or raises Unseen. `before` is the kept answer it is compared with, `look` 2 for a second look."""

    def __call__(self, visit: Visit, ask: Ask, *, before: Entry | None = None, look: int = 1) -> Awaitable[Answer]:
        """Ask."""


def sampled(visit: Visit, index: int, entry: Entry) -> bool:
    """Say whether a detail page is looked at twice: a few of each source, and every one where a source was seen to vary."""
    del entry
    return visit.varying or (len(visit.entries) >= FEW and (index < 2 or index % SAMPLE == 0))


@dataclass(frozen=True, slots=True)
class Walk:
    """Walks targets: `ask` gives answers; `body` the bytes of an answer that was kept before.

    `tell` is called whenever a visit is a step further, `note` when an address is done with; `twice` says whether the detail page
    at a place of the list, seen as this entry, is looked at again.
    """

    ask: Asker
    body: Callable[[Entry], bytes]
    tell: Callable[[Visit], None]
    note: Callable[[Line], None]
    twice: Callable[[Visit, int, Entry], bool] = sampled

    async def visit(self, visit: Visit) -> None:
        """Go through one target's list and detail pages; what could not be seen becomes a fault of the visit.

        Raises:
            ArchiveError: an answer cannot be kept or read; the visit stays interrupted.

        """
        try:
            await self._list(visit)
            await self._canary(visit)
            queue = iter(enumerate(visit.entries.values()))
            workers = [asyncio.create_task(self._details(visit, queue)) for _ in range(visit.target.parallel)]
            try:
                ended = await asyncio.gather(*workers, return_exceptions=True)
            finally:
                await asyncio.gather(*workers, return_exceptions=True)  # when stopped: until the last has let go
            for error in filter(None, ended):
                raise error
            visit.end = None
        except Unseen as unseen:
            visit.end = _ENDS.get(unseen.fault.kind, SourceState.CHANGED)
            visit.faults.append((-1, unseen.fault))
        finally:
            self._skip_rest(visit)

    def _skip_rest(self, visit: Visit) -> None:
        """Tell of what was listed and never asked."""
        why = "nguồn dừng giữa chừng, không hỏi tiếp"
        for index, ask in enumerate(visit.entries.values()):
            if index >= len(visit.done) or not visit.done[index]:
                self._note(visit, ask, "detail", "skipped", why=why)

    # --- lists

    async def _list(self, visit: Visit) -> None:
        """Follow the list, and every list it leads to, to its end; each is read once."""
        asked: set[str] = set()
        waiting = deque([visit.platform.first(visit.target)])
        totals: list[int | None] = []
        repeated = 0
        while waiting:
            ask = waiting.popleft()
            if ask.key in asked:
                continue
            try:
                total, again = await self._chain(visit, ask, asked, waiting)
            except Unseen as unseen:
                if not totals or unseen.fault.kind in _ENDS.keys() - {"robots"}:
                    raise
                visit.faults.append((-1, unseen.fault))  # one of several lists: the others are read
                visit.lost_lists += 1
                total, again = None, 0
            totals.append(total)
            repeated += again
            known = [total for total in totals if total is not None]
            # A procedure that stands on two lists counts once.
            visit.total = sum(known) - repeated if len(known) == len(totals) else None
        visit.lists = len(totals)
        visit.done = bytearray(len(visit.entries))
        visit.listed_all = True

    async def _chain(self, visit: Visit, first: Ask, asked: set[str], waiting: deque[Ask]) -> tuple[int | None, int]:
        """Follow one list page by page, refusing to go in circles; returns its total, and how many entries other lists had."""
        ask: Ask | None = first
        own: set[str] = set()
        keys: set[str] = set()
        seen = again = 0
        total: int | None = None
        while ask is not None and (ask.key in own or ask.key not in asked):  # else another list led here first
            try:
                self._check_forward(visit, ask, own, len(asked))
                asked.add(ask.key)
                own.add(ask.key)
                reader = partial(visit.platform.read_list, ask=ask, seen=seen)
                listing, answer, _ = await self._read(visit, await self._fetch(visit, ask), reader)
                new = {entry.key: entry for entry in listing.entries if entry.key not in keys}
                _check_new(ask, listing, new, answer.capture)
            except Unseen as unseen:
                self._unseen(visit, ask, "list", unseen)
                raise
            self._seen(visit, ask, "list", answer, records=len(listing.entries))
            again += sum(key in visit.entries for key in new)
            for key, entry in new.items():
                visit.entries.setdefault(key, entry)
            keys |= new.keys()
            seen += len(listing.entries)
            total = listing.total
            if len(asked) == len(own):
                visit.total = total  # told while the first list is read
            visit.listing.append(answer.capture.digest)
            waiting.extend(listing.further)
            ask = listing.following
            self.tell(visit)
        return total, again

    @staticmethod
    def _check_forward(visit: Visit, ask: Ask, own: set[str], pages: int) -> None:
        """Refuse a list that goes in circles, or has no end."""
        if ask.key in own:
            raise Unseen(
                "changed",
                ask.url,
                f"{ask.url}: con trỏ trang không tiến, danh sách lặp lại chính nó; cần xem lại cách phân trang",
            )
        if pages >= settings().max_list_pages or len(visit.entries) > MAX_ENTRIES:
            raise Unseen(
                "changed",
                ask.url,
                f"{ask.url}: phân trang không có hồi kết, đã xem {pages} trang danh sách với {len(visit.entries)} thủ tục; "
                "cần xem lại cách phân trang, hoặc tăng SOAT_MAX_LIST_PAGES",
            )

    # --- details

    async def _details(self, visit: Visit, queue: Iterator[tuple[int, Ask]]) -> None:
        for index, ask in queue:
            if visit.halted:
                break
            reader = partial(visit.platform.read_detail, ask=ask)
            try:
                fetched = await self._fetch(visit, ask, detail=True)
                if await self._unchanged(visit, index, ask, fetched):
                    self.tell(visit)
                    continue
                found = Found(index, ask, reader, *await self._read(visit, fetched, reader, detail=True))
                varies = await self._second_look(visit, found)
            except ArchiveError:
                visit.halted = True
                raise
            except Unseen as unseen:
                visit.done[index] = 1
                self._unseen(visit, ask, "detail", unseen)
                fault = unseen.fault
                visit.lost = visit.lost + 1 if fault.kind == "unreachable" else 0
                if fault.kind in {"blocked", "window"} or visit.lost >= LOST:
                    visit.halted = True  # the other workers finish the page they are at
                    raise
                visit.failed += 1
                visit.changed += fault.kind == "changed"
                visit.faults.append((index, fault))
            else:
                visit.lost = 0
                self._take(visit, found, varies)
            self.tell(visit)

    def _take(self, visit: Visit, found: Found, varies: tuple[frozenset[str], ...]) -> None:
        """Keep what a detail page gave."""
        index, ask, _, reading, answer, beside = found
        capture = answer.capture
        visit.done[index] = 1
        visit.failed += len(reading.faults)
        visit.faults += [(index, replace(fault, capture=capture.digest)) for fault in reading.faults]
        lines: list[bytes] = []
        held: list[tuple[str, ...]] = []
        for place, record in enumerate(reading.records):
            held.append(tuple(contents(record)))
            visit.fields.update(held[-1])
            unsure = varies[place] if place < len(varies) else frozenset()
            lines.append(orjson.dumps(_sourced(record, visit, ask, capture, sorted(unsure)).to_json()))
        visit.lines.put(index, lines)
        visit.read += len(lines)
        raw = [] if visit.raws is None or reading.raw is None else [orjson.dumps(reading.raw)]
        if visit.raws is not None:
            visit.raws.put(index, raw)
        if visit.heads is not None and not reading.faults:
            others = tuple((other, Sight.of(seen.capture)) for other, seen in beside)
            memo = Memo(question_of(ask), Sight.of(capture), others, tuple(held), raw=bool(raw))
            visit.heads.put(index, [memo.to_json(sum(len(line) + 1 for line in (*lines, *raw)))])
        self._seen(visit, ask, "detail", answer, records=len(lines))

    async def _unchanged(self, visit: Visit, index: int, ask: Ask, fetched: Fetched) -> bool:
        """Take what the crawl before read of a page, where it and all that is asked beside it are the same again.

        Whether a server says so (304) or sends the same bytes: they are neither parsed nor looked at twice, for the crawl before
        was the first look.
        """
        known = visit.known
        memo = None if known is None else known.memo(ask, raw=visit.raws is not None)
        if known is None or memo is None or memo.page != Sight.of(fetched.answer.capture):
            return False
        if (canary := await self._canary(visit)) is not None and canary.digest == memo.page.digest:
            return False
        if not await self._same_beside(visit, memo):
            return False
        capture = fetched.answer.capture
        day = capture.captured_at.astimezone(LOCAL).date().isoformat()
        visit.done[index] = 1
        visit.lost = 0
        for held in memo.fields:
            visit.fields.update(held)
        visit.lines.lend(index, partial(known.lines, memo, day))
        visit.read += len(memo.fields)
        if visit.raws is not None:
            visit.raws.lend(index, partial(known.raw, memo))
        if visit.heads is not None:
            visit.heads.put(index, [memo.to_json(memo.at[1])])
        self._seen(visit, ask, "detail", fetched.answer, records=len(memo.fields))
        return True

    async def _same_beside(self, visit: Visit, memo: Memo) -> bool:
        """Ask what has to be asked beside a page that is the same again, and say whether all of it is the same again too."""
        answers: list[tuple[Ask, Answer]] = []
        for ask, sight in memo.beside:
            try:
                answer = (await self._fetch(visit, ask, gone=True)).answer
            except Unseen as unseen:
                self._unseen(visit, ask, "beside", unseen)
                raise
            answers.append((ask, answer))
            if Sight.of(answer.capture) != sight:
                # The page is read as any other then, and what was just asked is not asked again.
                visit.earlier.update((asked.key, seen.entry) for asked, seen in answers)
                return False
        for ask, answer in answers:
            self._seen(visit, ask, "beside", answer)
        return True

    async def _second_look(self, visit: Visit, found: Found) -> tuple[frozenset[str], ...]:
        """Look at a page again where that is due; return, by record, the paths of the values that differ."""
        index, ask, reader, reading, answer, _ = found
        if not reading.records or not (self.twice(visit, index, answer.entry) or self._differs(visit, found)):
            return ()
        try:
            fetched = await self._fetch(visit, ask, fresh=True, before=answer.entry, look=2)
            again = fetched.answer
            if again.capture.digest == answer.capture.digest:
                self._seen(visit, ask, "second", again)
                return ()
            page, _ = await self._whole(visit, fetched, _as_page(visit, ask, again), fresh=True, look=2)
            second = reader(page)
        except Unseen as unseen:
            self._unseen(visit, ask, "second", unseen)
            if unseen.fault.kind in {"blocked", "window"}:
                raise
            return ()  # one look is what there is
        except PageChanged as changed:
            why = f"{ask.page or ask.url}: lần xem thứ hai không đọc được như lần đầu: {changed.what}"
            raise Unseen("varies", ask.url, why, answer.capture.digest) from changed
        self._seen(visit, ask, "second", again, records=len(second.records))
        if len(second.records) != len(reading.records):
            why = f"{ask.page or ask.url}: {VARIES}, số thủ tục không giống nhau; không dùng để kết luận"
            raise Unseen("varies", ask.url, why, answer.capture.digest)
        pairs = zip(reading.records, second.records, strict=True)
        paths = tuple(frozenset(differing(one, other)) for one, other in pairs)
        visit.varying = visit.varying or any(paths)
        return paths

    def _differs(self, visit: Visit, found: Found) -> bool:
        """Say whether a page gives other records than at the crawl before."""
        _, ask, reader, reading, answer, _ = found
        before = visit.before.get(ask.key)
        if before is None or _same(answer.entry, before):
            return False
        beside: Callable[[Page, Ask], tuple[Ask, ...]] | None = getattr(visit.platform, "beside", None)
        try:
            page = self._kept(visit, ask)
            others = () if beside is None else beside(page, ask)
            page = replace(page, beside=tuple(self._kept(visit, other) for other in others))
            return reader(page).records != reading.records
        except (PageChanged, RecursionError, ArchiveError, KeyError):
            return True

    def _kept(self, visit: Visit, ask: Ask) -> Page:
        """A page as the crawl before saw it; a KeyError where it did not."""
        before = visit.before[ask.key]
        return _as_page(visit, ask, Answer(before, self.body(before), {}))

    # --- one page

    async def _read(
        self, visit: Visit, fetched: Fetched, reader: Callable[[Page], Part], *, detail: bool = False
    ) -> tuple[Part, Answer, tuple[tuple[Ask, Answer], ...]]:
        """Read a page, a detail page with what must be asked `beside` it; returns what it gave, and the answers.

        A page kept before, by the interrupted run or the last crawl, that cannot be read is fetched anew.
        """
        fresh = False
        while True:
            page = _as_page(visit, fetched.ask, fetched.answer)
            if detail:
                await self._check_there(visit, fetched, page.body)
            kept = fetched.answer.kept
            others: tuple[tuple[Ask, Answer], ...] = ()
            try:
                if detail:
                    page, others = await self._whole(visit, fetched, page, fresh=fresh)
                    kept = kept or any(answer.kept for _, answer in others)
                return reader(page), fetched.answer, others
            except (PageChanged, RecursionError) as error:
                if kept:
                    fresh = True
                    fetched = await self._fetch(visit, fetched.asked, fresh=True, detail=detail)
                    continue
                why = str(error) if isinstance(error, PageChanged) else str(page.changed("HTML", "lồng nhau quá sâu"))
                raise await self._unreadable(visit, page, fetched.answer, why, detail=detail) from error

    async def _whole(
        self, visit: Visit, fetched: Fetched, page: Page, *, fresh: bool, look: int = 1
    ) -> tuple[Page, tuple[tuple[Ask, Answer], ...]]:
        """Ask what must be asked beside a page; returns the page with it, and the answers."""
        beside: Callable[[Page, Ask], tuple[Ask, ...]] | None = getattr(visit.platform, "beside", None)
        asks = () if beside is None else beside(page, fetched.asked)
        answers = []
        pages = []
        for ask in asks:
            try:
                other = await self._fetch(visit, ask, fresh=fresh, gone=True, look=look)
            except Unseen as unseen:
                self._unseen(visit, ask, "beside", unseen)
                raise
            self._seen(visit, ask, "beside", other.answer)
            answers.append((ask, other.answer))
            pages.append(_as_page(visit, other.ask, other.answer))
        return replace(page, beside=tuple(pages)), tuple(answers)

    async def _unreadable(self, visit: Visit, page: Page, answer: Answer, why: str, *, detail: bool) -> Unseen:
        """Say what a page is that is not what was due: a wall, the page that stands for all that is not there, or a changed one."""
        capture = answer.capture
        for seen in (page, *page.beside):
            if (name := wall(seen.status, seen.body)) is not None and seen.status not in GONE:
                return _blocked(seen.url, name, capture)
        canary = None if capture.rendered else await self._canary(visit)
        if canary is not None and canary.like(capture.digest, answer.body):
            if detail:
                return _soft(page.url, capture)
            name = "máy chủ trả cùng một trang cho mọi địa chỉ, kể cả địa chỉ không thể có"
            return _blocked(page.url, name, capture)
        return Unseen("changed", page.url, why, capture.digest, capture.status)

    async def _fetch(
        self,
        visit: Visit,
        asked: Ask,
        *,
        fresh: bool = False,
        gone: bool = False,
        detail: bool = False,
        before: Entry | None = None,
        look: int = 1,
    ) -> Fetched:
        """Return the answer to a request, in the end: redirects are followed.

        `gone`: that a page is not there is an answer too. `fresh`: nothing that was kept is taken for it.
        """
        entry = visit.earlier.get(asked.key)
        if entry is not None and not fresh and (gone or entry.capture.status < 400):
            unchanged = _same(entry, visit.before.get(asked.key))
            _trusted(visit, entry.capture)
            return Fetched(asked, asked, Answer(entry, None, {}, unchanged=unchanged, kept=True, load=self.body))
        ask = asked
        for _ in range(MAX_REDIRECTS):
            compared = before if fresh else visit.before.get(ask.key)
            answer = await self.ask(visit, ask, before=compared, look=look)
            capture = answer.capture
            _trusted(visit, capture)
            if 300 <= capture.status < 400 and "location" in answer.headers:
                if detail:
                    await self._check_away(visit, ask, answer)
                ask = _followed(visit, ask, answer.headers["location"], capture)
                continue
            if capture.status >= 400 and not (gone and capture.status in GONE):
                raise refusal(ask, capture, answer.body)
            return Fetched(asked, ask, answer)
        raise Unseen("changed", ask.url, f"{ask.url}: chuyển hướng quá {MAX_REDIRECTS} lần", capture.digest)

    # --- the address that cannot exist

    async def _canary(self, visit: Visit) -> Canary | None:
        """What the server says to an address that cannot exist; asked once, when it is first of use."""
        async with visit.asking_canary:
            if not visit.canaries:
                ask = canary_of(visit.target)
                try:
                    entry = visit.earlier.get(ask.key)
                    if entry is not None:
                        answer = Answer(entry, self.body(entry), {})
                    else:
                        answer = await self.ask(visit, ask)
                except Unseen as unseen:
                    if unseen.fault.kind == "window":
                        raise
                    self._unseen(visit, ask, "canary", unseen)
                    visit.canaries.append(None)
                else:
                    self._seen(visit, ask, "canary", answer)
                    capture, location = answer.capture, answer.headers.get("location")
                    visit.canaries.append(told(ask, capture.status, capture.digest, answer.body, location))
        return visit.canaries[0]

    async def _check_there(self, visit: Visit, fetched: Fetched, body: bytes) -> None:
        """Refuse a detail page that is the page which an address that cannot exist has too."""
        capture = fetched.answer.capture
        canary = None if capture.rendered else await self._canary(visit)
        if canary is not None and canary.same(capture.digest, body):
            raise _soft(fetched.ask.page or fetched.ask.url, capture)

    async def _check_away(self, visit: Visit, ask: Ask, answer: Answer) -> None:
        """Refuse a detail page that leads where an address that cannot exist leads too."""
        canary = await self._canary(visit)
        if canary is not None and canary.location == urljoin(ask.url, answer.headers["location"]):
            raise _soft(ask.page or ask.url, answer.capture)

    # --- the ledger

    def _seen(self, visit: Visit, ask: Ask, kind: Kind, answer: Answer, records: int | None = None) -> None:
        outcome: Outcome = "unchanged" if answer.unchanged else "seen"
        capture = answer.capture
        self._note(visit, ask, kind, outcome, status=capture.status, digest=capture.digest, records=records)

    def _unseen(self, visit: Visit, ask: Ask, kind: Kind, unseen: Unseen) -> None:
        fault = unseen.fault
        outcome: Outcome = "skipped" if fault.kind in _NEVER_ASKED else "failed"
        self._note(visit, ask, kind, outcome, status=unseen.status, digest=fault.capture, why=fault.why)

    def _note(self, visit: Visit, ask: Ask, kind: Kind, outcome: Outcome, **more: Any) -> None:  # noqa: ANN401 - a line's fields
        self.note(Line(visit.target.id, kind, ask.method, ask.url, outcome, **more))


def differing(one: PublishedProcedure, other: PublishedProcedure) -> Iterator[str]:
    """Yield the paths of the values in which two readings of the same record differ; a whole list where its length differs."""
    for item in fields(PublishedProcedure):
        name = item.name
        if name in {"source", "ignored"}:
            continue
        left, right = getattr(one, name), getattr(other, name)
        if left == right:
            continue
        if name not in {"methods", "documents"} or not left or not right or len(left) != len(right):
            yield name
            continue
        for index, (mine, theirs) in enumerate(zip(left, right, strict=True)):
            for part in fields(mine):
                if getattr(mine, part.name) != getattr(theirs, part.name):
                    yield f"{name}[{index}].{part.name}"


def _same(entry: Entry, before: Entry | None) -> bool:
    return before is not None and before.capture.digest == entry.capture.digest


# --- words and small parts ----------------------------------------------------------------------------------------


def _as_page(visit: Visit, ask: Ask, answer: Answer) -> Page:
    capture = answer.capture
    return Page(visit.target.platform, ask.page or ask.url, answer.body, capture.status, capture.media_type)


def _trusted(visit: Visit, capture: Capture) -> None:
    """Tell once for a host that its certificate cannot be trusted: what it sent is then at best part of the truth."""
    if capture.tls is None or not capture.tls.startswith("failed: "):
        return
    visit.limited = True
    host = urlsplit(capture.url).netloc
    if not any(fault.kind == "tls" and urlsplit(fault.url).netloc == host for _, fault in visit.faults):
        why = capture.tls.removeprefix("failed: ")
        words = (
            f"{urljoin(capture.url, '/')}: kết nối HTTPS không an toàn, {why}; vẫn xem tiếp nhưng nguồn không được coi là trọn vẹn, "
            "đơn vị quản trị cần sửa chứng chỉ; nếu mạng dùng đơn vị cấp chứng chỉ riêng, đặt SOAT_CA_BUNDLE"
        )
        visit.faults.append((-1, Fault("tls", urljoin(capture.url, "/"), words)))


def _check_new(ask: Ask, listing: Listing, new: dict[str, Ask], capture: Capture) -> None:
    """Refuse a list page that only repeats the pages before it."""
    if listing.entries and not new:
        why = f"{ask.url}: trang này chỉ lặp lại những thủ tục của trang trước; cần xem lại cách phân trang"
        raise Unseen("changed", ask.url, why, capture.digest)


def _followed(visit: Visit, ask: Ask, location: str, capture: Capture) -> Ask:
    """The request a redirect leads to, if it stays on the target's own hosts and sends nothing."""
    url = link(ask.url, location)
    if urlsplit(url).netloc.lower() not in visit.target.hosts:
        raise Unseen(
            "foreign_redirect",
            ask.url,
            f"{ask.url}: bị chuyển hướng sang {location}, ngoài mục tiêu nên không đi theo",
            capture.digest,
        )
    if ask.method == "POST":
        raise Unseen(
            "changed", ask.url, f"{ask.url}: câu hỏi POST bị chuyển hướng sang {url}; không gửi lại", capture.digest
        )
    return Ask(url, page=ask.page)


def refusal(ask: Ask, capture: Capture, body: bytes) -> Unseen:
    """Return what an error status means: a wall, a server that is down, or a page that is not there."""
    where = ask.page or ask.url
    if (name := wall(capture.status, body)) is not None:
        return _blocked(where, name, capture)
    if capture.status in BUSY or capture.status >= 500:
        why = f"{where}: máy chủ trả HTTP {capture.status}; thử lại sau"
        return Unseen("unreachable", where, why, capture.digest, capture.status)
    return Unseen(
        "http",
        where,
        f"{where}: máy chủ trả HTTP {capture.status}, trang không có ở địa chỉ này; kiểm tra lại địa chỉ",
        capture.digest,
        capture.status,
    )


def check_own(visit: Visit, ask: Ask) -> None:
    """Make sure that a request only reads, and reads from the target itself.

    Raises:
        Unseen: it does not, so it is not asked.

    """
    if (why := forbidden(ask, visit.target.hosts, visit.platform.READING)) is not None:
        raise Unseen("foreign", ask.url, f"{ask.url}: không truy cập, {why}")


def denied(url: str) -> Unseen:
    """Return that the host's robots.txt does not allow an address."""
    why = f"{url}: robots.txt của máy chủ không cho phép; muốn kiểm tra, cần thỏa thuận với đơn vị quản trị"
    return Unseen("robots", url, why)


def _blocked(where: str, name: str, capture: Capture) -> Unseen:
    why = f"{where}: không kiểm tra được vì bị chặn: {name}; không phải lỗi của cơ quan, hãy liên hệ đơn vị quản trị hoặc thử lại sau"
    return Unseen("blocked", where, why, capture.digest, capture.status)


def _soft(where: str, capture: Capture) -> Unseen:
    why = (
        f"{where}: máy chủ trả đúng trang mà nó trả cho một địa chỉ không thể có; trang này không có ở đó "
        "dù máy chủ báo thành công, không dùng để kết luận"
    )
    return Unseen("soft_404", where, why, capture.digest, capture.status)


def _sourced(
    record: PublishedProcedure, visit: Visit, ask: Ask, capture: Capture, varies: Iterable[str]
) -> PublishedProcedure:
    """The record with where and when it was seen, and which of its values are suspect."""
    target = visit.target
    source = replace(
        record.source,
        agency=target.agency,
        url=ask.page or ask.url,
        captured_on=capture.captured_at.astimezone(LOCAL).date().isoformat(),
        capture=capture.digest,
        target=target.id,
        level=target.level,
        territory=target.territory,
        suspect={**record.source.suspect, **suspicions(record), **dict.fromkeys(varies, VARIES)},
    )
    return replace(record, source=source)
