"""A browser tab as a person uses it: goes to an address, clicks, waits until the page is still, looks at what is shown.

What the page does by itself (windows, dialogs, errors, a crash) is borne and written down.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.async_api import Error as BrowserError

from crawlers.journeys.endings import End, check_answer, check_circle, clip
from crawlers.journeys.families import By
from crawlers.journeys.sight import LOOK, TEXT_LIMIT, Sight, is_blank, is_waiting, looks_same
from crawlers.service_visits import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.async_api import BrowserContext, CDPSession, ConsoleMessage, Dialog, Locator, Page

    from crawlers.journeys.traffic import Traffic

QUIET = 0.2  # seconds without a request after which a page is taken to be still
NOTHING = 2.0  # seconds within which a click must have begun to do something
ANSWER = 5.0  # seconds within which a page must say what it shows; one that is stuck in a loop does not
MOST_DIALOGS = 20
MOST_WINDOWS = 5  # windows a click may open before the rest are closed unseen
MOST_CONSOLE = 50
_HANGS = "Trang bị treo: không phản hồi trong trình duyệt."


@dataclass  # no slots: Playwright keeps its own mark on whoever handles its events
class Tab:
    """The tab of one attempt; `patience` (seconds) is how long a page may take to become still, or only show that it is loading.

    `sights` are the pages seen, in order, `console` and `alerts` the errors and dialogs they told. `asked` counts the main pages asked
    for before the last move. While `results` is set (CSS), a look also tells the links it selects.
    """

    context: BrowserContext
    traffic: Traffic
    patience: float = 20.0
    sights: list[Sight] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    asked: int = 0
    results: str | None = None
    crashed: bool = False
    _page: Page | None = None
    _session: tuple[Page, CDPSession] | None = None
    _dialogs: int = 0
    _popups: list[Page] = field(default_factory=list)
    _expects: bool = False

    @property
    def page(self) -> Page:
        """The page the shopper stands on."""
        assert self._page is not None  # noqa: S101 - made in `open`
        return self._page

    async def open(self) -> None:
        """Open the tab in its context."""
        self.context.on("page", self._opened)
        self._adopt(await self.context.new_page())

    # --- moving

    async def go(self, url: str) -> Sight:
        """Go to an address; returns what is seen there.

        Raises:
            End: as `_settle`, or the address is none of a web page.
            BrowserError: the page crashed, or the browser was lost.

        """
        if urlsplit(url).scheme not in {"http", "https"}:
            raise End(Outcome.BLOCKED, f"Không kiểm tra được: địa chỉ “{clip(url)}” không phải trang web.", url)
        asked = len(self.traffic.documents)
        try:
            await self.page.goto(url, wait_until="commit", timeout=self.patience * 1000 + 30_000)
        except BrowserError as error:
            if self._gone(error):
                raise
        return await self._settle(asked)

    async def click(self, what: Locator, before: Sight) -> tuple[Sight, bool]:
        """Click and follow; returns what is seen then, and whether anything changed at all.

        Raises:
            End: as `_settle`, or the page takes no click.
            BrowserError: the page crashed, or the browser was lost.

        """
        asked = len(self.traffic.documents)
        self._expects = True
        self._popups.clear()
        try:
            await what.click(timeout=3000, no_wait_after=True)
        except BrowserError as error:
            if self._gone(error):
                raise
            # Something lies over it, or the page is busy: a person would get there in the end, so it is pressed all the same.
            await self._press(what)
        sight = await self._settle(asked, before)
        self._expects = False
        window = next((one for one in self._popups if one.url.startswith("http") and not one.is_closed()), None)
        if window is not None and self.page.url == before.url:
            self._adopt(window)
            sight = await self._settle(asked)
        for one in self._popups:
            if one is not self.page:
                self._shut(one)
        self._popups.clear()
        changed = (sight.url, sight.text, sight.dialog, len(sight.fields)) != (
            before.url,
            before.text,
            before.dialog,
            len(before.fields),
        )
        return sight, changed or len(self.traffic.documents) > asked

    async def enter(self, box: Locator, text: str) -> Sight | None:
        """Type into a search box and press Enter; returns what is seen then, None: it takes none, or the gate refused what was asked.

        Raises:
            End: as `_settle`.
            BrowserError: the page crashed, or the browser was lost.

        """
        asked = len(self.traffic.documents)
        try:
            await box.fill(text, timeout=3000)
            await box.press("Enter", timeout=3000)
        except BrowserError as error:
            if self._gone(error):
                raise
            return None
        sight = await self._settle(asked)
        return None if any(one.why is not None for one in self.traffic.documents[asked:]) else sight

    async def choose(self) -> None:
        """Where a case must be chosen, choose the first: it is only a choice of what to read next."""
        for by in (By(role="radio"), By(css="select")):
            for one in await by.on(self.page).all():
                if not await one.is_visible() or not await one.is_enabled():
                    continue
                if by.role == "radio":
                    if not await one.is_checked():
                        await one.check(timeout=2000, force=True)
                    break
                values: list[str] = await one.evaluate("node => [...node.options].map(o => o.value)")
                if not await one.input_value() and (value := next((item for item in values if item), None)):
                    await one.select_option(value, timeout=2000)

    async def _press(self, what: Locator) -> None:
        try:
            await asyncio.wait_for(what.dispatch_event("click"), ANSWER)
        except TimeoutError:
            raise End(Outcome.TIMEOUT, "Trang bị treo: nút không bấm được.", self.page.url) from None

    async def _settle(self, asked: int, before: Sight | None = None) -> Sight:
        """Wait until the page is still and shows something, at most as long as the patience; returns what is seen.

        Raises:
            End: the page could not be had at all, leads in a circle, or is stuck.

        """
        started = time.monotonic()
        sight: Sight | None = None
        while True:
            check_circle(self.traffic.documents[asked:])
            if self.traffic.loading:  # the wire's own limit ends this
                await asyncio.sleep(0.02)
                continue
            waited = time.monotonic() - started
            idle = self.traffic.pending == 0 and not self.traffic.redirecting
            if idle or waited > self.patience:
                since = self.traffic.documents[asked:]
                if since and waited < NOTHING and all(one.why is not None for one in since):
                    await asyncio.sleep(0.03)  # of several windows that one click opens, a refused one may come first
                    continue
                self.asked = asked
                check_answer(self.traffic, asked)
                if (now := await self.look()) is not None:
                    sight = now
                    quiet = (idle and not sight.parsing) and (
                        not sight.moves or time.monotonic() - max(self.traffic.still_since, started) >= QUIET
                    )
                    unmoved = before is not None and not self._popups and looks_same(sight, before)
                    showing = not (sight.stub or is_blank(sight) or is_waiting(sight) or unmoved)
                    nothing = unmoved and len(self.traffic.documents) == asked
                    patience = min(NOTHING, self.patience) if nothing else self.patience
                    if (quiet and showing) or waited > patience:
                        break
            if waited > self.patience + ANSWER:
                break
            await asyncio.sleep(0.03)
        if sight is None:
            raise End(Outcome.TIMEOUT, "Trang không phản hồi: trình duyệt bị treo khi mở.", self.page.url)
        self.remember(sight)
        return sight

    # --- looking

    async def look(self) -> Sight | None:
        """Look at the page as it is now; None: it is going to another page just now.

        Raises:
            End: it does not say what it shows.
            BrowserError: the page crashed, or the browser was lost.

        """
        if self._dialogs > MOST_DIALOGS:
            raise End(Outcome.TIMEOUT, "Trang liên tục bật hộp thoại, không dùng được.", self.page.url)
        try:
            data = await asyncio.wait_for(
                self.page.evaluate(LOOK, {"limit": TEXT_LIMIT, "results": self.results}), ANSWER
            )
        except TimeoutError:
            why = "Trang liên tục bật hộp thoại, không dùng được." if self._dialogs > MOST_DIALOGS else _HANGS
            raise End(Outcome.TIMEOUT, why, self.page.url) from None
        except BrowserError as error:
            if self._gone(error):
                raise
            return None
        last = self.traffic.documents[-1] if self.traffic.documents else None
        return Sight.from_page(data, None if last is None else last.status)

    def remember(self, sight: Sight) -> None:
        """Take a look among the pages seen, unless the last of them says the same."""
        if not self.sights or self.sights[-1].text != sight.text:
            self.sights.append(sight)

    async def dialog_on_top(self) -> Locator | None:
        """The open dialog that was put over the others."""
        for one in reversed(await self.page.get_by_role("dialog").all()):
            if await one.is_visible():
                return one
        return None

    async def first(self, ways: Sequence[By]) -> Locator | None:
        """Return what the first of the ways that find something visible finds."""
        for by in ways:
            if (found := await self.visible(by.on(self.page))) is not None:
                return found
        return None

    async def visible(self, found: Locator) -> Locator | None:
        """Return the first of the elements found that can be seen.

        Raises:
            End: the page does not answer.

        """

        async def look() -> Locator | None:
            for one in (await found.all())[:20]:
                if await one.is_visible():
                    return one
            return None

        try:
            return await asyncio.wait_for(look(), ANSWER)
        except TimeoutError:
            raise End(Outcome.TIMEOUT, _HANGS, self.page.url) from None

    async def protocol(self) -> CDPSession:
        """The browser's own protocol for the page the shopper stands on."""
        if self._session is None or self._session[0] is not self.page:
            self._session = (self.page, await self.context.new_cdp_session(self.page))
        return self._session[1]

    # --- what the page does by itself

    def _gone(self, error: BrowserError) -> bool:
        """Whether there is no page any more, rather than that it does not do what it is told."""
        return self.crashed or is_lost(error)

    def _adopt(self, page: Page) -> None:
        self._page = page
        page.set_default_timeout(5000)
        page.on("dialog", self._dialog)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._note(f"pageerror: {error}"))
        page.on("crash", self._crash)
        page.on("websocket", self.traffic.socket)

    def _opened(self, page: Page) -> None:
        if self._page is None:
            return  # the first page is our own
        if self._expects and len(self._popups) < MOST_WINDOWS:
            self._popups.append(page)
        else:
            self._shut(page)

    def _shut(self, page: Page) -> None:
        self.traffic.refuse("GET", page.url or "about:blank", "popup", "cửa sổ tự bật, đã đóng")
        _later(page.close())

    def _dialog(self, dialog: Dialog) -> None:
        self._dialogs += 1
        if dialog.message and len(self.alerts) < MOST_DIALOGS:
            self.alerts.append(dialog.message)
        _later(dialog.accept() if dialog.type == "beforeunload" else dialog.dismiss())

    def _crash(self, _: object) -> None:
        self.crashed = True

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "ERR_BLOCKED_BY_CLIENT" not in message.text:
            self._note(message.text)

    def _note(self, line: str) -> None:
        if len(self.console) < MOST_CONSOLE:
            self.console.append(line[:500])


async def control_name(what: Locator) -> str:
    """What stands on a link or button: its text, or the value of an input."""
    return (await what.inner_text()).strip() or str(await what.evaluate("node => node.value || node.ariaLabel || node.title || ''"))  # fmt: skip


def is_lost(error: BrowserError) -> bool:
    """Say whether the browser is gone, which is no news of the page."""
    return "closed" in str(error)


_running: set[asyncio.Task[None]] = set()


def _later(what: object) -> None:
    """Do something that nobody waits for; the page may be gone by then."""

    async def done() -> None:
        try:
            await what  # type: ignore[misc]  # a coroutine of Playwright
        except BrowserError:
            return

    task = asyncio.ensure_future(done())
    _running.add(task)
    task.add_done_callback(_running.discard)
