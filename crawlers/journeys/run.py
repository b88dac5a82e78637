"""A run of visits: which services, how many at once, each in a fresh context, failures repeated, everything kept as it is seen.

Ctrl-C leaves whole lines behind; the same call again takes up where it stopped. A page that wedges or kills the browser costs one
attempt: the browser we started is killed, the journey marked, the next begins.
"""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import orjson
from playwright.async_api import Error as BrowserError

from crawlers.journeys.browser import Shopper
from crawlers.journeys.checks import Known
from crawlers.journeys.endings import End
from crawlers.journeys.evidence import FOLDER, EvidenceError, Folder
from crawlers.journeys.families import load as load_journey
from crawlers.journeys.guard import Gate
from crawlers.journeys.journey import Walker, attempt
from crawlers.journeys.listing import Reader, Sampling, published_services
from crawlers.journeys.memory import keep_little
from crawlers.journeys.tab import Tab
from crawlers.journeys.traffic import Shelf, Traffic, dead_end
from crawlers.journeys.wire import Wire, now_text
from crawlers.manners import Pace, Robots, check_identified, within
from crawlers.platforms import load as load_platform
from crawlers.records import Fault
from crawlers.service_visits import FAILURES, UNSEEN, Outcome, ServiceVisit, taken_together
from crawlers.settings import settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from playwright.async_api import BrowserContext

    from crawlers.journeys.families import Journey
    from crawlers.journeys.service import Service
    from crawlers.targets import Target

STATE = "visits.json"
STALE = timedelta(hours=48)
"""An interrupted run older than this is begun anew: it no longer shows one day's services."""
CLOSING = 6.0  # seconds a context may take to close before its browser is killed
LOST = 2  # times an attempt is made anew because the browser was lost, before the page itself is taken for the cause


class VisitError(ValueError):
    """The visits could not be made; one sentence with the file or setting and what to do."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run goes about it: journeys at once, seconds between two attempts, a page's patience, the most for one attempt,
    journeys before the browser begins anew, and whether the experience checks are made.
    """  # fmt: skip

    at_once: int = 2
    pause: float = 60.0
    patience: float = 20.0
    limit: float = 240.0
    recycle: int = 50
    checks: bool = True


@dataclass(frozen=True, slots=True)
class TargetVisits:
    """How far one target's services could be visited: chosen, visited, of those not to be looked at, and what went wrong besides."""

    target: str
    chosen: int
    visited: int
    unseen: int
    faults: tuple[Fault, ...] = ()
    interrupted: bool = False

    @property
    def whole(self) -> bool:
        """Whether every chosen service could be looked at."""
        return not self.faults and not self.interrupted and self.unseen == 0 and self.visited == self.chosen


@dataclass(frozen=True, slots=True)
class VisitProgress:
    """How far one target is: services chosen and visited."""

    target: str
    chosen: int
    visited: int


def visit(
    targets: Sequence[Target],
    *,
    out: Path,
    captures: Path,
    published: Path | None = None,
    sampling: Sampling | None = None,
    manner: Manner | None = None,
    progress: Callable[[VisitProgress], None] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[TargetVisits]:
    """Visit the e-services of targets; returns one report each, in their order. Writes `out` (visits.jsonl) and evidence below `captures`.

    Ctrl-C stops cleanly with the reports marked interrupted; the same call again within 48 hours repeats no finished journey.

    Raises:
        MannersError: a foreign host, and no contact is set.
        PlatformError: a target's platform does not exist or has no journey.
        ServicesError: `published` cannot be used.
        NoBrowserError: no browser can be started.
        VisitError: a file cannot be written.

    """
    check_identified(targets, settings().contact)
    journeys = {target.id: load_journey(target.platform) for target in targets}
    chosen = sampling or Sampling()
    given = None if published is None else published_services(published, targets, chosen)
    what = [[target.id, target.platform, target.url] for target in targets] + [
        chosen.size,
        chosen.seed,
        sorted(chosen.codes or ()),
        published and str(published),
    ]
    book = _Book(out, captures, what, now())
    keep_little()
    run = _Run(targets, journeys, Folder(captures), book, manner or Manner(), progress or (lambda _: None), now)
    try:
        asyncio.run(run.all(given, chosen))
    except KeyboardInterrupt:
        run.interrupted = True
    except ExceptionGroup as group:
        raise _first_of(group) from group
    reports = run.reports()
    book.close(done=not run.interrupted, order=run.order())
    return reports


class _Book:
    """The file of visits, line by line, and the state that lets a stopped run be taken up."""

    def __init__(self, out: Path, captures: Path, what: list[Any], now: datetime) -> None:
        self.out, self.state = out, captures / STATE
        try:
            captures.mkdir(parents=True, exist_ok=True)
            out.parent.mkdir(parents=True, exist_ok=True)
            before = self._before(what, now)
            self.run: str = before or uuid4().hex
            self.visits = self._earlier() if before else {}
            self._write(self.visits.values())
            self._say(what, now, done=False)
            self._file = out.open("ab")
        except OSError as error:
            raise VisitError(
                f"{error.filename or out}: không ghi được ({error.strerror}); kiểm tra quyền và chỗ trống"
            ) from error
        self._what, self._now = what, now

    def _before(self, what: list[Any], now: datetime) -> str | None:
        try:
            state = orjson.loads(self.state.read_bytes())
            fresh = now - datetime.fromisoformat(state["started"]) < STALE
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return state["run"] if fresh and not state["done"] and state["what"] == what and self.out.exists() else None

    def _earlier(self) -> dict[tuple[str, str, str], ServiceVisit]:
        found = {}
        for line in self.out.read_bytes().splitlines():
            with suppress(ValueError):  # a line cut off when the run was killed is visited again
                one = ServiceVisit.from_json(orjson.loads(line))
                if one.run == self.run:
                    found[_key(one.target, one.code, one.url, one.name)] = one
        return found

    def add(self, one: ServiceVisit) -> None:
        """Write one line at once."""
        self.visits[_key(one.target, one.code, one.url, one.name)] = one
        self._file.write(orjson.dumps(one.to_json(), option=orjson.OPT_APPEND_NEWLINE))
        self._file.flush()

    def close(self, *, done: bool, order: list[tuple[str, str, str]]) -> None:
        """End the book; of a whole run the lines stand in the order of the targets and their lists."""
        self._file.close()
        if done:
            self._write(self.visits[key] for key in order if key in self.visits)
        self._say(self._what, self._now, done=done)

    def _write(self, visits: Any) -> None:  # noqa: ANN401 - any iterable of visits
        part = self.out.with_name(f".{self.out.name}.{os.getpid()}.tmp")
        part.write_bytes(b"".join(orjson.dumps(one.to_json(), option=orjson.OPT_APPEND_NEWLINE) for one in visits))
        part.replace(self.out)

    def _say(self, what: list[Any], now: datetime, *, done: bool) -> None:
        self.state.write_text(json.dumps({"run": self.run, "started": now.isoformat(), "done": done, "what": what}))


@dataclass(frozen=True, slots=True)
class _Tools:
    """What the journeys of a run share while it goes on."""

    wire: Wire
    shopper: Shopper
    slots: asyncio.Semaphore


@dataclass(slots=True)
class _Run:
    targets: Sequence[Target]
    journeys: dict[str, Journey | None]
    folder: Folder
    book: _Book
    manner: Manner
    tell: Callable[[VisitProgress], None]
    now: Callable[[], datetime]
    services: dict[str, list[Service]] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    interrupted: bool = False
    _known: Known = field(default_factory=Known)
    _paces: dict[str, Pace] = field(default_factory=dict)
    _robots: dict[str, Robots | None] = field(default_factory=dict)
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _shelf: Shelf = field(default_factory=Shelf)
    _active: int = 0
    _since: int = 0
    _gate: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def all(self, given: dict[str, list[Service]] | None, sampling: Sampling) -> None:
        """Visit everything that is not yet in the book."""
        ended: list[tuple[str, str]] = []
        async with (
            Wire(settings().timeout, settings().user_agent) as wire,
            dead_end(lambda method, url: ended.append((method, url))) as nowhere,
            Shopper(nowhere) as shopper,
        ):
            tools = _Tools(wire, shopper, asyncio.Semaphore(self.manner.at_once))
            async with asyncio.TaskGroup() as group:
                for target in self.targets:
                    group.create_task(self._target(target, given, sampling, tools))

    async def _target(
        self, target: Target, given: dict[str, list[Service]] | None, sampling: Sampling, tools: _Tools
    ) -> None:
        self.faults[target.id], self.services[target.id] = [], []
        journey = self.journeys[target.id]
        if journey is None:
            return
        if not self._open(target):
            return
        if given is None:
            reader = Reader(tools.wire, self._turn, lambda url: self._allows(url, tools.wire, target))
            services, faults = await reader.services(target, sampling)
            self.faults[target.id] += faults
        else:
            services = given[target.id]
        self.services[target.id] = services
        self._progress(target)
        async with asyncio.TaskGroup() as group:
            for service in dict.fromkeys(services):
                if _key(target.id, service.code, service.url, service.name) not in self.book.visits:
                    group.create_task(self._service(target, journey, service, tools))

    async def _service(self, target: Target, journey: Journey, service: Service, tools: _Tools) -> None:
        async with tools.slots:
            if not self._open(target):
                return
            first = await self._attempt(target, journey, service, tools)
        if first.outcome in FAILURES:
            await asyncio.sleep(self.manner.pause)
            async with tools.slots:
                if not self._open(target):
                    return
                first = taken_together(first, await self._attempt(target, journey, service, tools))
        self.book.add(replace(first, run=self.book.run))
        self._progress(target)

    async def _attempt(self, target: Target, journey: Journey, service: Service, tools: _Tools) -> ServiceVisit:
        """Make one attempt in a fresh context; where the browser is lost it is made anew, for another page may have killed it."""
        for again in range(LOST + 1):
            traffic = Traffic(
                self._hosts(target, journey),
                tools.wire,
                self._shelf,
                self._turn,
                lambda url: self._allows(url, tools.wire, target),
                keeps=() if journey.preview is None else (journey.preview.told,),
            )
            await self._begin(tools.shopper)
            try:
                async with dead_end(traffic.knocked) as nowhere:
                    context = await tools.shopper.context(settings().user_agent, nowhere)
                    try:
                        await traffic.guard(context)
                        walker = Walker(
                            Tab(context, traffic, self.manner.patience),
                            journey,
                            target,
                            service,
                            self.folder,
                            self._known,
                            self.manner.checks,
                        )
                        return await self._bounded(walker, last=again == LOST)
                    finally:
                        await _close(context, tools.shopper)
            except _LostError:
                continue
            except BrowserError:
                if again == LOST:
                    raise
                tools.shopper.kill()
            finally:
                await self._end()
        raise AssertionError("unreachable: the last attempt always says something")  # pragma: no cover

    async def _bounded(self, walker: Walker, *, last: bool) -> ServiceVisit:
        at = now_text()
        try:
            return await asyncio.wait_for(attempt(walker), self.manner.limit)
        except TimeoutError:
            why = f"Không kiểm tra được: hành trình không xong trong {self.manner.limit:g} giây, trình duyệt đã bị dừng từ bên ngoài."
        except BrowserError as error:
            if not last:
                raise _LostError from error
            why = "Không kiểm tra được: trình duyệt dừng hẳn khi mở trang; đã thử lại nhiều lần."
        documents = walker.tab.traffic.documents
        url = documents[-1].url if documents else ""
        walker.checks = False
        return await walker.visit(End(Outcome.BLOCKED, why, url), at)

    # --- one browser, begun anew after a number of journeys

    async def _begin(self, shopper: Shopper) -> None:
        async with self._gate:
            await self._gate.wait_for(lambda: self._since < self.manner.recycle or self._active == 0)
            if self._since >= self.manner.recycle:
                await shopper.end()
                self._since = 0
            self._active += 1
            self._since += 1
            await shopper.browser()

    async def _end(self) -> None:
        async with self._gate:
            self._active -= 1
            self._gate.notify_all()

    # --- manners

    def _hosts(self, target: Target, journey: Journey) -> Gate:
        hosts = target.hosts | {host.lower() for host in target.handover}
        files = () if journey.preview is None else ((journey.preview.asked, journey.preview.field),)
        return Gate(hosts, (*load_platform(target.platform).READING, *journey.reading), files)

    def _open(self, target: Target) -> bool:
        """Whether the target may be visited now; told once where not."""
        if within(target.window, self.now()):
            return True
        if not any(fault.kind == "window" for fault in self.faults[target.id]):
            why = f"{target.url}: ngoài giờ được phép truy cập ({target.window}); chạy lại đúng lệnh này trong khung giờ đó để làm tiếp"
            self.faults[target.id].append(Fault("window", target.url, why))
        return False

    @asynccontextmanager
    async def _turn(self, url: str) -> AsyncIterator[None]:
        host = urlsplit(url).netloc.lower()
        if host not in self._paces:
            sharing = [target for target in self.targets if host in target.hosts or host in target.handover]
            delay = max((target.delay for target in sharing), default=1.0)
            self._paces[host] = Pace(delay, min((target.parallel for target in sharing), default=1))
        async with self._paces[host].turn():
            yield

    async def _allows(self, url: str, wire: Wire, target: Target) -> bool:
        """Ask the portal's robots.txt; hosts a journey is handed to are permitted by the targets file."""
        host = urlsplit(url).netloc.lower()
        if host not in target.hosts:
            return True
        async with self._asking:
            if host not in self._robots:
                answer = await wire.send("GET", urljoin(url, "/robots.txt"), {"Accept": "text/plain"}, limit=2**20)
                rules = (
                    Robots(answer.status, answer.body) if answer.status is not None and answer.status < 500 else None
                )
                self._robots[host] = rules
                if rules is not None and host in self._paces:
                    self._paces[host].delay = max(self._paces[host].delay, rules.delay)
        known = self._robots[host]
        return known is None or known.allows(url)

    # --- what is told

    def _progress(self, target: Target) -> None:
        keys = self._keys(target)
        self.tell(VisitProgress(target.id, len(keys), sum(key in self.book.visits for key in keys)))

    def _keys(self, target: Target) -> list[tuple[str, str, str]]:
        return list(
            dict.fromkeys(_key(target.id, one.code, one.url, one.name) for one in self.services.get(target.id, ()))
        )

    def order(self) -> list[tuple[str, str, str]]:
        """The visits' keys in the order of the targets and their lists."""
        return [key for target in self.targets for key in self._keys(target)]

    def reports(self) -> list[TargetVisits]:
        """One report a target."""
        out = []
        for target in self.targets:
            keys = self._keys(target)
            seen = [self.book.visits[key] for key in keys if key in self.book.visits]
            unseen = sum(one.outcome in UNSEEN for one in seen)
            out.append(
                TargetVisits(
                    target.id, len(keys), len(seen), unseen, tuple(self.faults.get(target.id, ())), self.interrupted
                )
            )
        return out


class _LostError(Exception):
    """The browser was lost during an attempt."""


def _first_of(group: ExceptionGroup[Exception]) -> Exception:
    """The fault behind a group of tasks that fell with it."""
    error = group.exceptions[0]
    if isinstance(error, ExceptionGroup):
        return _first_of(error)
    return VisitError(str(error)) if isinstance(error, EvidenceError) else error


async def _close(context: BrowserContext, shopper: Shopper) -> None:
    """Close a context; a browser that cannot even do that is killed."""
    try:
        await asyncio.wait_for(context.close(), CLOSING)
    except TimeoutError:
        shopper.kill()
    except BrowserError:
        return


def _key(target: str, code: str | None, url: str | None, name: str | None) -> tuple[str, str, str]:
    return target, url or name or "", code or ""


__all__ = ["FOLDER", "Manner", "Sampling", "TargetVisits", "VisitError", "VisitProgress", "visit"]
