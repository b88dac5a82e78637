"""All visits of one crawl side by side, until the last has ended or the crawl is stopped."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from crawlers.archive import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crawlers.visit import Visit
    from crawlers.walk import Walk


class Tour:
    """Makes visits once; `tell` hears of each one that has ended."""

    def __init__(self, visits: Sequence[Visit], tell: Callable[[Visit], None]) -> None:
        self._visits, self._tell = visits, tell
        self._tasks: list[asyncio.Task[None]] = []
        self._stopped = False

    def stop(self) -> None:
        """Stop cleanly, now or before it has begun: nothing more is asked, everything fetched is already kept."""
        self._stopped = True
        for task in self._tasks:
            task.cancel()

    async def run(self, walk: Walk) -> None:
        """Visit every target.

        Raises:
            ArchiveError: an answer cannot be kept or read; all visits were stopped.

        """
        if not self._stopped:
            self._tasks = [asyncio.create_task(self._visit(walk, visit)) for visit in self._visits]
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended

    async def _visit(self, walk: Walk, visit: Visit) -> None:
        try:
            await walk.visit(visit)
        except ArchiveError:
            self.stop()
            raise
        finally:
            self._tell(visit)
