"""Pictures are drawn one at a time over all journeys of a run, and no page, crash or end of a journey keeps the others from theirs."""

from __future__ import annotations

import asyncio
import io
import os
import signal
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.async_api import Error as BrowserError

from crawlers.journeys import steps
from crawlers.journeys.browser import Shopper
from crawlers.journeys.checks import Known
from crawlers.journeys.evidence import Folder
from crawlers.journeys.guard import Gate
from crawlers.journeys.sight import Sight
from crawlers.journeys.steps import Steps
from crawlers.journeys.tab import Tab
from crawlers.journeys.traffic import Shelf, Traffic, dead_end
from crawlers.journeys.wire import Wire
from crawlers.targets import Target

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from playwright.async_api import Browser, BrowserContext, CDPSession

URL = "http://127.0.0.1:9/"
STUCK = "() => { setTimeout(() => { for (;;); }, 0); }"


async def _allowed(_: str) -> bool:
    return True


def _never(_: str) -> AbstractAsyncContextManager[None]:
    raise AssertionError("nothing is asked for in these tests")


async def steps_on(context: BrowserContext, folder: Path, known: Known, html: str = "<h1>Trang</h1>") -> Steps:
    """The steps of an attempt that stands on a page of its own."""
    target = Target("t", "UBND tỉnh Mẫu", "province", "igate1", URL)
    traffic = Traffic(Gate(target.hosts, (), ()), Wire(1, "soat/0.1"), Shelf(), _never, _allowed)
    tab = Tab(context, traffic)
    await tab.open()
    await tab.page.set_content(html)
    return Steps(tab, Folder(folder), known.drawing)


class Watched:
    """A page's own protocol that counts the pictures that are drawn at the same time."""

    def __init__(self, session: CDPSession, counts: list[int]) -> None:
        self._session, self._counts = session, counts

    async def send(self, method: str, how: dict[str, object]) -> object:
        assert method == "Page.captureScreenshot"
        self._counts[0] += 1
        self._counts[1] = max(self._counts)
        try:
            await asyncio.sleep(0.02)
            return await self._session.send(method, how)
        finally:
            self._counts[0] -= 1


def test_pictures_are_drawn_one_at_a_time(tmp_path: Path) -> None:
    async def draw() -> tuple[int, list[tuple[int, int]]]:
        counts = [0, 0]
        known = Known()
        async with dead_end(lambda _method, _url: None) as nowhere, Shopper(nowhere) as shopper:
            drawn = [await steps_on(await shopper.context("soat/0.1", nowhere), tmp_path, known) for _ in range(3)]
            for one in drawn:
                one.tab._session = (one.tab.page, Watched(await one.tab.protocol(), counts))  # type: ignore[assignment]
            tall = Sight(URL, height=3000)
            shots = await asyncio.gather(*(one._picture(tall, None) for one in drawn for _ in range(2)))
            return counts[1], [Image.open(io.BytesIO(shot)).size for shot in shots]

    most, sizes = asyncio.run(draw())
    assert most == 1
    assert sizes == [(1280, 3000)] * 6


async def only_page(browser: Browser) -> int:
    """The process of the only page there is."""
    told = await (await browser.new_browser_cdp_session()).send("SystemInfo.getProcessInfo")
    (page,) = [one for one in told["processInfo"] if one["type"] == "renderer"]
    return int(page["id"])


@pytest.mark.parametrize("how", ["stuck", "crashed", "stopped"])
def test_who_draws_keeps_no_other_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """The page is in a loop, its process is gone, or its journey is ended from outside while its picture is being drawn."""
    monkeypatch.setattr(steps, "PICTURE", 30.0 if how == "stopped" else 2.0)

    async def draw() -> tuple[object, object]:
        known = Known()
        async with dead_end(lambda _method, _url: None) as nowhere, Shopper(nowhere) as shopper:
            bad = await steps_on(await shopper.context("soat/0.1", nowhere), tmp_path, known)
            process = await only_page(await shopper.browser())
            good = await steps_on(await shopper.context("soat/0.1", nowhere), tmp_path, known)
            await bad.tab.protocol()
            await bad.tab.page.evaluate(STUCK)
            first = asyncio.create_task(bad._picture(Sight(URL), None))
            await asyncio.sleep(0.2)
            assert known.drawing.locked()
            waiting = asyncio.create_task(good._picture(Sight(URL), None))
            await asyncio.sleep(0.2)
            assert not waiting.done()
            if how == "crashed":
                os.kill(process, signal.SIGKILL)
            elif how == "stopped":
                first.cancel()
            (of_good,) = await asyncio.wait_for(asyncio.gather(waiting, return_exceptions=True), 8)
            if how == "crashed" and isinstance(
                of_good, BrowserError
            ):  # the browser may fall with the page; then it begins anew
                shopper.kill()
                good = await steps_on(await shopper.context("soat/0.1", nowhere), tmp_path, known)
                of_good = await good._picture(Sight(URL), None)
            return (await asyncio.gather(first, return_exceptions=True))[0], of_good

    ended, shot = asyncio.run(draw())
    assert isinstance(ended, {"stuck": TimeoutError, "crashed": BrowserError, "stopped": asyncio.CancelledError}[how])
    assert isinstance(shot, bytes), shot
    assert Image.open(io.BytesIO(shot)).format == "JPEG"
