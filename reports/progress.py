"""Progress bars on standard error for anything longer than two seconds; nothing where no person watches."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rich.progress import TaskID

    from crawlers.crawl import Progress as CrawlProgress
    from crawlers.journeys.run import VisitProgress


@contextmanager
def crawling(title: str) -> Iterator[Callable[[CrawlProgress], None]]:
    """Yield a function that shows how far each target's crawl has come: one bar a target, counting procedures."""
    with _bars() as bars:
        yield _crawled(bars, title)


@contextmanager
def visiting(title: str) -> Iterator[Callable[[VisitProgress], None]]:
    """Yield a function that shows how many of each target's services were visited: one bar a target."""
    with _bars() as bars:
        yield _visited(bars, title)


@contextmanager
def auditing(
    crawl: str, visit: str
) -> Iterator[tuple[Callable[[CrawlProgress], None], Callable[[VisitProgress], None]]]:
    """Yield both of them for a crawl that visits follow, with these titles; a terminal can show only one set of bars."""
    with _bars() as bars:
        yield _crawled(bars, crawl), _visited(bars, visit)


def _crawled(bars: Progress, title: str) -> Callable[[CrawlProgress], None]:
    tasks: dict[str, TaskID] = {}

    def show(seen: CrawlProgress) -> None:
        if seen.target not in tasks:
            tasks[seen.target] = bars.add_task(f"{title} {seen.target}", total=None)
        bars.update(tasks[seen.target], completed=seen.read + seen.failed, total=seen.listed or None)

    return show


def _visited(bars: Progress, title: str) -> Callable[[VisitProgress], None]:
    tasks: dict[str, TaskID] = {}

    def show(seen: VisitProgress) -> None:
        if seen.target not in tasks:
            tasks[seen.target] = bars.add_task(f"{title} {seen.target}", total=None)
        bars.update(tasks[seen.target], completed=seen.visited, total=seen.chosen or None)

    return show


@contextmanager
def reading(title: str, files: list[Path]) -> Iterator[Callable[[Path, int], None]]:
    """Yield a function that shows how much of the files was read: one bar, counting bytes, each file read twice."""
    sizes = {file: file.stat().st_size for file in files if file.is_file()}
    with _bars() as bars:
        task = bars.add_task(title, total=2 * sum(sizes.values()))
        seen: dict[Path, int] = {}
        rounds: dict[Path, int] = {}

        def show(file: Path, read: int) -> None:
            if read < seen.get(file, 0):
                rounds[file] = rounds.get(file, 0) + sizes.get(file, 0)
            seen[file] = read
            bars.update(task, completed=sum(seen.values()) + sum(rounds.values()))

        yield show


@contextmanager
def waiting(title: str) -> Iterator[None]:
    """Show that something is going on whose length is not known."""
    with _bars() as bars:
        bars.add_task(title, total=None)
        yield


def _bars() -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
