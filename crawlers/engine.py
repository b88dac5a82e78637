"""Scrapy as a wire, started only once something needs it: importing and starting it costs more than asking a thousand pages lightly."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from crawlers.asking import Received, Wire
    from crawlers.platforms import Ask
    from crawlers.visit import Visit


class EngineError(RuntimeError):
    """Scrapy ended before the crawl did; its log says why."""


def run_with_engine(
    crawl: Callable[[Engine], Coroutine[Any, Any, None]], settings: Callable[[], dict[str, Any]]
) -> None:
    """Run a crawl to its end, giving it the engine; Scrapy gets its `settings` when it is first needed.

    Raises:
        EngineError: Scrapy did not start, or broke down.

    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    engine = Engine(loop)
    crawling = loop.create_task(crawl(engine))
    loop.run_until_complete(asyncio.wait({crawling, engine.needed}, return_when=asyncio.FIRST_COMPLETED))
    if not crawling.done():  # it waits for the wire, and goes on as soon as Scrapy runs the same loop
        from scrapy.crawler import AsyncCrawlerProcess  # noqa: PLC0415 - see above
        from twisted.internet import asyncioreactor  # noqa: PLC0415

        from crawlers.spider import PortalSpider  # noqa: PLC0415

        asyncioreactor.install(loop)  # type: ignore[no-untyped-call]
        process = AsyncCrawlerProcess(settings())
        process.crawl(PortalSpider, ready=engine.wire, until=crawling)
        process.start(install_signal_handlers=False)
    if not crawling.done():
        raise EngineError
    crawling.result()


class Engine:
    """Says that it is `needed`, and carries through the `wire` that comes of it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.needed: asyncio.Future[None] = loop.create_future()
        self.wire: asyncio.Future[Wire] = loop.create_future()

    async def ready(self) -> Wire:
        """Start Scrapy, or wait until it runs: a crawl that needs it does so before any host's turn is counted."""
        if not self.needed.done():
            self.needed.set_result(None)
        return await asyncio.shield(self.wire)  # who stops waiting does not end the waiting of others

    async def carry(self, visit: Visit, ask: Ask, headers: Mapping[str, str], *, unverified: bool) -> Received:
        """Ask once, as `crawlers.asking.Wire`."""
        wire = await self.ready()
        return await wire(visit, ask, headers, unverified=unverified)
