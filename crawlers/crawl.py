"""A crawl from targets to published records: runs the spider in a child process and passes its news on.

Twisted's reactor runs once a process, so every crawl gets a child (`python -m crawlers.crawl`). The child reads its job as
one JSON line and prints one JSON line for each piece of news. When its input closes, it stops cleanly: so a Ctrl-C in the
parent, and the parent's death, leave a whole archive behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from contextlib import AsyncExitStack, ExitStack, closing
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson

from crawlers.archive import ArchiveError, Recorder
from crawlers.asking import HEADERS, Asker
from crawlers.engine import Engine, EngineError, run_with_engine
from crawlers.known import Known, as_lines, known_path
from crawlers.ledger import Ledger
from crawlers.manners import RESUME, check_identified
from crawlers.platforms import load
from crawlers.records import Fault, SourceReport, SourceState
from crawlers.replay import Replay, tell_damage
from crawlers.settings import settings
from crawlers.spill import Lines, spill
from crawlers.targets import Target
from crawlers.tls import trust
from crawlers.tour import Tour
from crawlers.visit import GONE, Last, Visit
from crawlers.walk import Walk, once

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crawlers.asking import Wire


LEDGER = "sources.jsonl"
STATE = "crawl.json"
LOG = "crawl.log"
STALE = timedelta(hours=48)
"""An interrupted crawl older than this is begun anew: its pages no longer show one day's portal."""
OPEN = frozenset({SourceState.INTERRUPTED, SourceState.UNREACHABLE, SourceState.BLOCKED, SourceState.OUTSIDE_WINDOW})
"""States after which the next run of the same target takes up where this one stopped."""
JUDGED = frozenset({SourceState.OK, SourceState.PARTIAL})
"""States whose records are published; those of other sources stay in the captures, so that nobody is accused from them."""
_TELL_EVERY = 0.1


class CrawlError(ValueError):
    """The crawl could not run; one sentence with the file or setting and what to do."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one target is: `listed` entries seen on the list, records read, entries that failed; `state` once it is done."""

    target: str
    listed: int
    read: int
    failed: int
    state: str | None = None


def crawl(
    targets: Sequence[Target],
    *,
    published: Path,
    captures: Path,
    progress: Callable[[Progress], None] | None = None,
    raw: Path | None = None,
    origin: Path | None = None,
    on: date | None = None,
) -> list[SourceReport]:
    """Crawl targets; returns one report each, in their order.

    Writes the records of reliable sources to `published` (JSONL, in list order), every answer to the archive in `captures`
    (with captures.jsonl, the ledger sources.jsonl and crawl.log), and, where `raw` is given, the platform's own JSON records
    to it. Ctrl-C stops cleanly with state INTERRUPTED; the same call again takes up where it stopped, within 48 hours.

    `origin`: a WARC or WACZ file or a folder of saved pages, from which all answers are taken instead of the portals, as of the
    day `on` (None: the last there are).

    Raises:
        MannersError: a foreign host, and no contact is set.
        PlatformError: a target's platform does not exist.
        CrawlError: a file cannot be written, another crawl writes there, or the child failed.

    """
    if origin is None:
        check_identified(targets, settings().contact)
    for target in targets:
        load(target.platform)
    job = {
        "targets": [{**asdict(target), "scope": None} for target in targets],
        "published": str(published),
        "captures": str(captures),
        "raw": None if raw is None else str(raw),
        "origin": None if origin is None else str(origin.resolve()),
        "on": None if on is None else on.isoformat(),
    }
    try:
        captures.mkdir(parents=True, exist_ok=True)
        log = (captures / LOG).open("ab")
    except OSError as error:
        raise CrawlError(
            f"{captures}: không ghi được thư mục bản chụp ({error.strerror}); kiểm tra quyền và chỗ trống"
        ) from error
    with (
        log,
        subprocess.Popen(
            [sys.executable, "-m", "crawlers.crawl"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,  # the terminal's Ctrl-C is for us to pass on
        ) as child,
    ):
        try:
            return _follow(child, job, progress, captures)
        finally:
            child.kill()  # no effect on one that ended


def began(captures: Path, target: Target) -> datetime | None:
    """Return when the last crawl of this target into that folder began (UTC); None: the folder does not tell.

    Raises:
        CrawlError: the folder's crawl.json cannot be read.

    """
    before = _read_state(captures / STATE).get(target.id)
    return None if before is None else datetime.fromisoformat(before["started"])


def crawl_catalogue(
    url: str,
    *,
    raw: Path,
    captures: Path,
    delay: float = 1.0,
    parallel: int = 1,
    progress: Callable[[Progress], None] | None = None,
) -> SourceReport:
    """Fetch all official records of a national portal as raw JSON, one a line in list order, into `raw`; keeps every answer.

    Raises as `crawl`. Only a report in state OK means that the catalogue is whole.
    """
    target = Target(
        "catalogue", "Cơ sở dữ liệu quốc gia về TTHC", "national", "dvcqg", url, delay=delay, parallel=parallel
    )
    (report,) = crawl(
        [target], published=captures / "catalogue.published.jsonl", captures=captures, progress=progress, raw=raw
    )
    return report


def _follow(
    child: subprocess.Popen[bytes], job: dict[str, Any], progress: Callable[[Progress], None] | None, captures: Path
) -> list[SourceReport]:
    """Give the child its job and pass its news on until it ends; Ctrl-C closes its input and waits for its last words."""
    assert child.stdin is not None  # noqa: S101 - pipes, as asked for above
    assert child.stdout is not None  # noqa: S101
    reports: dict[str, SourceReport] = {}
    error: str | None = None
    started = stopping = False
    while True:
        try:
            if not started:
                with contextlib.suppress(BrokenPipeError):
                    child.stdin.write(orjson.dumps(job) + b"\n")
                    child.stdin.flush()
                started = True
            line = child.stdout.readline()
            if not line:
                break
            news: dict[str, Any] = orjson.loads(line)
            if "progress" in news and progress is not None and not stopping:
                progress(Progress(**news["progress"]))
            elif "report" in news:
                report = SourceReport.from_json(news["report"])
                reports[report.target] = report
            elif "error" in news:
                error = news["error"]
        except KeyboardInterrupt:
            if stopping:
                raise
            started = stopping = True
            with contextlib.suppress(BrokenPipeError):
                child.stdin.close()
    if error is not None:
        raise CrawlError(error)
    names = [target["id"] for target in job["targets"]]
    if stopping and not reports:  # stopped before it had begun
        begun = Fault("interrupted", str(captures), f"đã dừng trước khi bắt đầu; {RESUME}")
        return [SourceReport(name, SourceState.INTERRUPTED, 0, 0, faults=(begun,)) for name in names]
    if child.wait() != 0 or set(names) != set(reports):
        raise CrawlError(
            f"{captures / LOG}: tiến trình thu thập kết thúc bất thường (mã {child.returncode}); phần đã tải còn nguyên, "
            "xem tệp nhật ký này rồi chạy lại đúng lệnh này để làm tiếp"
        )
    return [reports[name] for name in names]


# --- the child ----------------------------------------------------------------------------------------------------


def main() -> int:
    """Run one job read from standard input; prints news, returns the exit code."""
    job: dict[str, Any] = orjson.loads(sys.stdin.buffer.readline() or b"null")
    if job is None:
        return 2
    # News has standard output to itself: whatever a library prints goes to the log.
    news = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    try:
        _run(job, news)
    except (CrawlError, ArchiveError) as error:
        _say(news, "error", str(error))
    return 0


def _say(news: IO[bytes], kind: str, what: Any) -> None:  # noqa: ANN401 - any JSON
    with contextlib.suppress(BrokenPipeError):  # the parent died; closing its end of our input stops us too
        news.write(orjson.dumps({kind: what}) + b"\n")


def _run(job: dict[str, Any], news: IO[bytes]) -> None:
    targets = [Target(**{**row, **_pairs(row)}) for row in job["targets"]]
    captures, published = Path(job["captures"]), Path(job["published"])
    raw = None if job["raw"] is None else Path(job["raw"])
    outputs = [path for path in (published, raw) if path is not None]
    for path in outputs:
        _write(path, [], whole=False)  # a path that cannot be written is told before the crawl, not after it
    with (
        Recorder(captures) as recorder,
        closing(_ledger(captures, targets)) as ledger,
        spill(captures) as file,
        ExitStack() as opened,
    ):
        state = _read_state(captures / STATE)
        origin = None if job.get("origin") is None else Path(job["origin"])
        _check_alone(targets, state, origin, captures)
        known = [opened.enter_context(closing(Known(captures, target))) for target in targets]
        visits = _visits(known, targets, state, recorder, file, raw=raw is not None)
        state |= {visit.target.id: _state(visit, origin, visit.last, done=False) for visit in visits}
        _write(captures / STATE, [orjson.dumps(state)])
        if origin is None:
            _visited(visits, recorder, ledger, _teller(news))
        else:
            on = None if job["on"] is None else date.fromisoformat(job["on"])
            replay = Replay(origin, targets, recorder, file, on)
            for visit in visits:
                visit.started, visit.earlier, visit.before = replay.since, {}, {}
            tell_damage(replay, visits, origin)
            asyncio.run(_replayed(visits, replay, ledger, _teller(news)))
        reports = [visit.report() for visit in visits]
        good = [visit for visit, report in zip(visits, reports, strict=True) if report.state in JUDGED]
        _write(published, (line for visit in good for line in visit.lines))
        if raw is not None:
            _write(raw, (line for visit in good for line in visit.raws or ()))
        for visit in good:
            if visit.heads is not None:
                _write(
                    known_path(captures, visit.target.id),
                    as_lines(visit.target, visit.heads, visit.lines, visit.raws),
                )
    for visit, report in zip(visits, reports, strict=True):
        last = Last(report.listed, report.read, dict(visit.fields)) if report.state in JUDGED else visit.last
        state[visit.target.id] = _state(visit, origin, last, done=report.state not in OPEN)
    _write_ledger(captures / LEDGER, reports)
    _write(captures / STATE, [orjson.dumps(state)])
    for report in reports:
        _say(news, "report", report.to_json())


def _visits(
    known: list[Known],
    targets: list[Target],
    state: dict[str, Any],
    recorder: Recorder,
    file: IO[bytes],
    *,
    raw: bool,
) -> list[Visit]:
    """The visits to make, each told what an interrupted run had already fetched well, and what crawls before it kept."""
    now = datetime.now(UTC)
    visits = {
        target.id: Visit(
            target,
            load(target.platform),
            _started(state, target, now),
            Lines(file),
            Lines(file) if raw else None,
            known=memos,
            heads=Lines(file),
            last=_last(state, target),
        )
        for target, memos in zip(targets, known, strict=True)
    }
    for entry in recorder.entries():
        capture = entry.capture
        visit = visits.get(capture.target)
        if visit is None or entry.look != 1:
            continue
        fine = 200 <= capture.status < 300
        if capture.captured_at < visit.started:
            if fine:
                visit.before[entry.key] = entry
        elif fine or capture.status in GONE:
            visit.earlier[entry.key] = entry
    return list(visits.values())


def _teller(news: IO[bytes]) -> Callable[[Visit], None]:
    """Return what passes on how far a visit is, not too often."""
    told: dict[str, float] = {}

    def tell(visit: Visit) -> None:
        now = time.monotonic()
        over = visit.end is not SourceState.INTERRUPTED
        if not over and now - told.get(visit.target.id, 0.0) < _TELL_EVERY:
            return
        told[visit.target.id] = now
        state = str(visit.report().state) if over else None
        _say(
            news,
            "progress",
            asdict(Progress(visit.target.id, visit.total or len(visit.entries), visit.read, visit.failed, state)),
        )

    return tell


async def _replayed(visits: list[Visit], replay: Replay, ledger: Ledger, tell: Callable[[Visit], None]) -> None:
    """Walk through an archive to its end, or until our input closes."""
    tour = Tour(visits, tell)
    _stop_with_input(tour, asyncio.get_running_loop())
    await tour.run(Walk(replay.ask, replay.body, tell, ledger.note, once))


def _visited(visits: list[Visit], recorder: Recorder, ledger: Ledger, tell: Callable[[Visit], None]) -> None:
    """Visit the portals to the end, or until our input closes."""
    bundle = settings().ca_bundle
    if bundle is not None and not bundle.is_file():
        raise CrawlError(f"{bundle}: không có tệp chứng chỉ này; sửa SOAT_CA_BUNDLE rồi chạy lại")
    trust(bundle)
    log = recorder.folder / LOG
    try:
        run_with_engine(
            partial(_visiting, visits, recorder, ledger, tell),
            lambda: scrapy_settings([visit.target for visit in visits], log),
        )
    except EngineError as error:
        raise CrawlError(
            f"{log}: thu thập dừng vì lỗi của chương trình; phần đã tải còn nguyên, "
            "gửi tệp nhật ký này cho nhóm phát triển, chạy lại không giúp được"
        ) from error


async def _visiting(
    visits: list[Visit], recorder: Recorder, ledger: Ledger, tell: Callable[[Visit], None], engine: Engine
) -> None:
    tour = Tour(visits, tell)
    _stop_with_input(tour, asyncio.get_running_loop())
    async with AsyncExitStack() as opened:
        wire: Wire = engine.carry
        if not all(visit.before and not _needs_browser(visit.target) for visit in visits):
            await engine.ready()
        if any(visit.before for visit in visits):
            from crawlers.light import LightWire  # noqa: PLC0415 - a first crawl never needs it

            wire = (await opened.enter_async_context(LightWire(engine.carry))).carry
        asker = Asker(visits, recorder, ledger, wire, retries=settings().retries)
        await tour.run(Walk(asker.ask, asker.body, tell, asker.note))


def _stop_with_input(tour: Tour, loop: asyncio.AbstractEventLoop) -> None:
    """Stop when the parent closes our input, or dies."""

    def closed() -> None:
        if not os.read(0, 1):
            loop.remove_reader(0)
            tour.stop()

    loop.add_reader(0, closed)


def scrapy_settings(targets: Sequence[Target], log: Path) -> dict[str, Any]:
    """Return Scrapy's settings: a plain downloader with our name, time-outs and limits; manners are the spider's."""
    browser: dict[str, Any] = {}
    if any(_needs_browser(target) for target in targets):
        from crawlers.rendering import browser_settings  # noqa: PLC0415 - most crawls need no browser

        browser = browser_settings({host for target in targets for host in target.hosts})
    hosts = {host: min(t.parallel for t in targets if host in t.hosts) for target in targets for host in target.hosts}
    off = ("redirect.RedirectMiddleware", "redirect.MetaRefreshMiddleware", "retry.RetryMiddleware", "robotstxt.RobotsTxtMiddleware",
           "offsite.OffsiteMiddleware", "httpauth.HttpAuthMiddleware", "httpcache.HttpCacheMiddleware", "stats.DownloaderStats")  # fmt: skip
    return {
        "USER_AGENT": settings().user_agent,
        "DEFAULT_REQUEST_HEADERS": HEADERS,
        "DOWNLOADER_MIDDLEWARES": {f"scrapy.downloadermiddlewares.{name}": None for name in off},
        "CONCURRENT_REQUESTS": max(16, sum(hosts.values())),
        "DOWNLOAD_SLOTS": {host: {"concurrency": parallel, "delay": 0.0, "jitter": 0.0} for host, parallel in hosts.items()},
        "CONCURRENT_REQUESTS_PER_DOMAIN": max(hosts.values(), default=1),
        "DOWNLOAD_TIMEOUT": settings().timeout,
        "DOWNLOAD_MAXSIZE": settings().max_response,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_HANDLERS": {"http": "crawlers.heads.BoundedHandler", "https": "crawlers.lenient.LenientHandler"},
        "LOG_FILE": str(log),
        "LOG_LEVEL": "WARNING",
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOGSTATS_INTERVAL": 0,
        "STATS_DUMP": False,
        **browser,
    }  # fmt: skip


def _needs_browser(target: Target) -> bool:
    """Say whether a crawl of this target begins with a browser at hand: always on its platform, or for this target's list."""
    platform = load(target.platform)
    return getattr(platform, "RENDERED", False) or platform.first(target).rendered


# --- files --------------------------------------------------------------------------------------------------------


def _pairs(row: dict[str, Any]) -> dict[str, Any]:
    """JSON knows lists only; a target holds tuples."""
    return {key: tuple(row[key]) for key in ("handover", "expect") if row[key] is not None}


def _state(visit: Visit, origin: Path | None, last: Last | None, *, done: bool) -> dict[str, Any]:
    target = visit.target
    what = [target.platform, target.url, target.code]
    kept: dict[str, Any] = {} if last is None else {"last": asdict(last)}
    if origin is not None:
        kept["origin"] = str(origin)
    return {"started": visit.started.isoformat(), "done": done, "what": what, **kept}


def _check_alone(targets: list[Target], state: dict[str, Any], origin: Path | None, captures: Path) -> None:
    """Refuse to mix an archive's pages of a target with those of the portal itself, or of another archive."""
    told = None if origin is None else str(origin)
    for target in targets:
        if target.id in state and state[target.id].get("origin") != told:
            raise CrawlError(
                f"{captures}: đã có bản chụp của mục tiêu “{target.id}” từ nguồn khác (cổng thật hoặc kho lưu khác); "
                "dùng thư mục khác (--captures) cho lần thu thập này"
            )


def _last(state: dict[str, Any], target: Target) -> Last | None:
    """What the last good crawl of the target found, if that asked the same."""
    before = state.get(target.id)
    if before is None or "last" not in before or before["what"] != [target.platform, target.url, target.code]:
        return None
    return Last(**before["last"])


def last_of(captures: Path, target: Target) -> Last | None:
    """Return what the last good crawl of a target into that folder found; None: the folder does not tell.

    Raises:
        CrawlError: the folder's crawl.json cannot be read.

    """
    return _last(_read_state(captures / STATE), target)


def _ledger(captures: Path, targets: list[Target]) -> Ledger:
    try:
        return Ledger(captures, [target.id for target in targets])
    except OSError as error:
        raise CrawlError(
            f"{captures}: không ghi được sổ trang ({error.strerror}); kiểm tra quyền và chỗ trống"
        ) from error


def _started(state: dict[str, Any], target: Target, now: datetime) -> datetime:
    """When this crawl of the target began: at the unfinished run before, if that asked the same and is not stale; else now."""
    before = state.get(target.id)
    if before is None or before["done"] or before["what"] != [target.platform, target.url, target.code]:
        return now
    began = datetime.fromisoformat(before["started"])
    return began if now - began < STALE else now


def _read_state(path: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, orjson.JSONDecodeError) as error:
        raise CrawlError(
            f"{path}: không đọc được trạng thái thu thập ({error}); xóa tệp này để thu thập lại từ đầu"
        ) from error
    return state


def _write_ledger(path: Path, reports: list[SourceReport]) -> None:
    """Keep the latest report of each target; other targets' lines stay."""
    now = {report.target for report in reports}
    try:
        lines = path.read_bytes().splitlines() if path.exists() else []
        kept = [line for line in lines if orjson.loads(line)["target"] not in now]
    except (OSError, orjson.JSONDecodeError, KeyError) as error:
        raise CrawlError(f"{path}: không đọc được sổ nguồn ({error}); xóa tệp này rồi chạy lại") from error
    _write(path, [*kept, *(orjson.dumps(report.to_json()) for report in reports)])


def _write(path: Path, lines: Any, *, whole: bool = True) -> None:  # noqa: ANN401
    """Replace a file as a whole, so that a reader never sees half of it."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            file.writelines(line + b"\n" for line in lines)
        if whole:
            part.replace(path)
        else:
            part.unlink()
    except OSError as error:
        raise CrawlError(
            f"{path}: không ghi được ({error.strerror}); kiểm tra đường dẫn, quyền và chỗ trống rồi chạy lại"
        ) from error


if __name__ == "__main__":
    sys.exit(main())
