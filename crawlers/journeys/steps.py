"""The steps of an attempt as evidence: what was seen at each, its DOM, its time, its picture with the decisive element outlined."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playwright.async_api import Error as BrowserError

from crawlers.journeys.browser import WINDOW
from crawlers.journeys.evidence import contact_sheet
from crawlers.journeys.sight import looks_same
from crawlers.service_visits import Step

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from crawlers.journeys.evidence import Folder
    from crawlers.journeys.sight import Sight
    from crawlers.journeys.tab import Tab

PICTURE = 10.0  # seconds a picture may take
TALLEST = 5000  # CSS pixels of a page that are pictured
_OUTLINE = """node => { const style = node.getAttribute('style');
    for (let box = node.parentElement; box && box !== document.body; box = box.parentElement)  // a dialog shows only a part of itself
      if (box.scrollHeight > box.clientHeight && getComputedStyle(box).overflowY !== 'visible') node.scrollIntoView({block: 'nearest'});
    node.style.outline = '4px solid #d4002a'; node.style.outlineOffset = '2px'; return style; }"""
_RESTORE = "(node, style) => style === null ? node.removeAttribute('style') : node.setAttribute('style', style)"
_sheets = ThreadPoolExecutor(1, "sheets")  # memory that one thread let go of is of no use to another


@dataclass(slots=True)
class Steps:
    """The steps taken, in order, and their pictures as (caption, JPEG); `dom` is the place of the last page's DOM.

    Who holds `drawing`, which all attempts of a run share, draws a picture.
    """

    tab: Tab
    folder: Folder
    drawing: asyncio.Lock
    taken: list[Step] = field(default_factory=list)
    pictures: list[tuple[str, bytes]] = field(default_factory=list)
    dom: str | None = None
    _kept: Sight | None = None

    async def keep(self, name: str, sight: Sight, decisive: Locator | None = None, *, picture: bool = True) -> None:
        """Keep what is seen: the DOM, and a picture with the decisive element outlined.

        Raises:
            BrowserError: the page crashed.

        """
        dom, shot, ms = sight.html.encode(), None, self._ms()
        try:
            shot = await self._picture(sight, decisive) if picture else None
        except (BrowserError, TimeoutError) as error:
            if self.tab.crashed:  # else the page went on by itself
                raise BrowserError("the page crashed") from error
        self._kept = sight
        capture = place = None
        if dom:
            capture, self.dom = self.folder.keep(dom, ".html")
        if shot is not None:
            _, place = self.folder.keep(shot, ".jpg")
            self.pictures.append((name, shot))
        self.taken.append(Step(name, sight.url, sight.status, ms, capture, place))

    async def keep_end(self) -> None:
        """Keep the page that decided how the way ended, where it is not among the steps yet: an accusation needs its picture."""
        last = self.tab.sights[-1] if self.tab.sights else None
        if last is None or last.url != self.tab.page.url or (self._kept is not None and looks_same(last, self._kept)):
            return
        try:
            await self.keep("Trang dừng lại", last)
        except BrowserError:
            return  # the page, or the browser, is gone: what was seen of it has been told

    async def sheet(self, title: str) -> str | None:
        """Draw one picture of all of them and keep it; returns its place, None: there are no pictures."""
        async with self.drawing:
            sheet = await asyncio.get_running_loop().run_in_executor(_sheets, contact_sheet, self.pictures, title)
        return None if sheet is None else self.folder.keep(sheet, ".jpg")[1]

    def _ms(self) -> int:
        """Milliseconds since the last main page was asked for until now."""
        if not self.tab.traffic.documents:
            return 0
        return max(0, round((self.tab.traffic.still_since - self.tab.traffic.asked_at) * 1000))

    async def _picture(self, sight: Sight, decisive: Locator | None) -> bytes:
        """Picture the whole page; asked of the browser itself, which is twice as quick as by way of Playwright."""
        before = None if decisive is None else await decisive.evaluate(_OUTLINE)
        size = self.tab.page.viewport_size or {"width": WINDOW[0], "height": WINDOW[1]}
        height = max(size["height"], min(sight.height, TALLEST))
        how = {
            "format": "jpeg",
            "quality": 70,
            "optimizeForSpeed": True,
            "captureBeyondViewport": height > size["height"],
            "clip": {"x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1},
        }
        try:
            session = await self.tab.protocol()
            async with self.drawing:  # held no longer than a picture may take, whatever the page does
                shot = await asyncio.wait_for(session.send("Page.captureScreenshot", how), PICTURE)
        finally:
            if decisive is not None:
                await decisive.evaluate(_RESTORE, before)
        return b64decode(shot["data"])
