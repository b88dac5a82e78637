"""One attempt at one e-service: from the portal's door to the login or the form, in the steps a citizen would take."""

from __future__ import annotations

import asyncio
import re
import time
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote, urljoin, urlsplit

from playwright.async_api import Error as BrowserError

from crawlers.journeys import checks as look_at
from crawlers.journeys.browser import WINDOW
from crawlers.journeys.endings import (
    End,
    check_answer,
    check_circle,
    check_page,
    check_procedure,
    clip,
    excuse,
    wall_name,
)
from crawlers.journeys.evidence import contact_sheet
from crawlers.journeys.families import ONWARD, WAY_IN, By
from crawlers.journeys.forms import download
from crawlers.journeys.guard import is_national
from crawlers.journeys.service import is_fully_online, is_online, level_in
from crawlers.journeys.sight import (
    LOOK,
    TEXT_LIMIT,
    Sight,
    asks_login,
    is_blank,
    is_form,
    is_login,
    is_waiting,
    looks_same,
    never_clicked,
    paper_words,
    uploads,
)
from crawlers.journeys.wire import now_text
from crawlers.journeys.words import bare_address, code_of, names_it, queries
from crawlers.service_visits import (
    FAILURES,
    Attempt,
    Checks,
    Evidence,
    FormFile,
    Outcome,
    Search,
    ServiceVisit,
    Step,
    Upload,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.async_api import BrowserContext, CDPSession, ConsoleMessage, Dialog, Locator, Page

    from crawlers.journeys.evidence import Folder
    from crawlers.journeys.families import Journey
    from crawlers.journeys.service import Service
    from crawlers.journeys.traffic import Traffic
    from crawlers.service_visits import Linked, Phone, Violation
    from crawlers.targets import Target

_sheets = ThreadPoolExecutor(1, "sheets")  # memory that one thread let go of is of no use to another
QUIET = 0.2  # seconds without a request after which a page is taken to be still
LATE = 1.0  # seconds after which a way in that was not there is looked for once more
NOTHING = 2.0  # seconds within which a click must have begun to do something
ANSWER = 5.0  # seconds within which a page must say what it shows; one that is stuck in a loop does not
MOST_PAGES = 8  # pages followed after the way in
MOST_DIALOGS = 20
MOST_WINDOWS = 5  # windows a click may open before the rest are closed unseen
MOST_CONSOLE = 50
PICTURE = 10.0  # seconds a picture may take
TALLEST = 5000  # CSS pixels of a page that are pictured
_OUTLINE = """node => { const style = node.getAttribute('style');
    for (let box = node.parentElement; box && box !== document.body; box = box.parentElement)  // a dialog shows only a part of itself
      if (box.scrollHeight > box.clientHeight && getComputedStyle(box).overflowY !== 'visible') node.scrollIntoView({block: 'nearest'});
    node.style.outline = '4px solid #d4002a'; node.style.outlineOffset = '2px'; return style; }"""
_RESTORE = "(node, style) => style === null ? node.removeAttribute('style') : node.setAttribute('style', style)"
_LOGIN = (By(role="link", name=r"đăng nhập|vneid"), By(role="button", name=r"đăng nhập|vneid"))
_HANGS = "Trang bị treo: không phản hồi trong trình duyệt."


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient an attempt is, in seconds: for a page to become still, and for a page that only shows that it is loading."""

    patience: float = 20.0
    checks: bool = True


@dataclass  # no slots: Playwright keeps its own mark on whoever handles its events
class Walker:
    """One attempt in one fresh context. `known` holds what other journeys of this run learned of the portal's common pages."""

    context: BrowserContext
    traffic: Traffic
    journey: Journey
    target: Target
    service: Service
    folder: Folder
    pace: Pace
    known: look_at.Known = field(default_factory=look_at.Known)
    steps: list[Step] = field(default_factory=list)
    search: list[Search] = field(default_factory=list)
    forms: list[FormFile] | None = None
    asked: dict[str, Upload] | None = None
    pictures: list[tuple[str, bytes]] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    sights: list[Sight] = field(default_factory=list)
    inside: list[Sight] = field(default_factory=list)
    violations: tuple[Violation, ...] | None = None
    phone: Phone | None = None
    dialogs: int = 0
    level: str | None = None
    last_dom: str | None = None
    _page: Page | None = None
    _popups: list[Page] = field(default_factory=list)
    _expects: bool = False
    _crashed: bool = False
    _since: int = 0
    _kept: Sight | None = None
    _wanted: str | None = None
    _session: tuple[Page, CDPSession] | None = None

    @property
    def page(self) -> Page:
        """The page the shopper stands on."""
        assert self._page is not None  # noqa: S101 - made in `walk`
        return self._page

    async def walk(self) -> End:
        """Go the whole way; returns how it ended.

        Raises:
            BrowserError: the browser was lost; the attempt says nothing and is made again.

        """
        self.context.on("page", self._opened)
        self._adopt(await self.context.new_page())
        try:
            await self._way()
        except End as end:
            await self._keep_end()
            return end
        except BrowserError as error:
            if self._crashed:
                return End(Outcome.TIMEOUT, "Trang làm hỏng trình duyệt khi đang mở.", self.page.url)
            if _lost(error):
                raise
            why = f"Không kiểm tra được: công cụ không thao tác được trên trang ({clip(str(error).splitlines()[0])})."
            return End(Outcome.BLOCKED, why, self.page.url)
        raise AssertionError("unreachable: the way always ends")  # pragma: no cover

    async def visit(self, end: End, at: str) -> ServiceVisit:
        """Return what this attempt saw, its evidence kept."""
        own = (
            None
            if end.outcome not in FAILURES | {Outcome.MAINTENANCE}
            else "national"
            if is_national(urlsplit(end.url).netloc)
            else "own"
        )
        checks = await self._checks(end)
        _, requests = self.folder.keep(self.traffic.lines(), ".jsonl")
        _, har = self.folder.keep(self.traffic.har(), ".har")
        title = f"{self.service.code or ''} {self.service.name or ''}. {end.why}"
        async with self.known.drawing:
            sheet = await asyncio.get_running_loop().run_in_executor(_sheets, contact_sheet, self.pictures, title)
        console = self.folder.keep("\n".join(self.console).encode(), ".txt")[1] if self.console else None
        return ServiceVisit(
            target=self.target.id,
            code=self.service.code,
            name=self.service.name,
            outcome=end.outcome,
            service_level=self.service.service_level or self.level,
            why=end.why,
            steps=tuple(self.steps),
            forms=None if self.forms is None else tuple(self.forms),
            uploads=None if self.asked is None else tuple(self.asked.values()),
            search=tuple(self.search),
            refused=tuple(self.traffic.refused()),
            at=at,
            url=self.service.url,
            attempts=(Attempt(at, end.outcome, end.why),),
            attributed_to=own,
            checks=checks,
            requests=requests,
            evidence=Evidence(
                har, self.last_dom, console, None if sheet is None else self.folder.keep(sheet, ".jpg")[1]
            ),
        )

    async def _keep_end(self) -> None:
        """Keep the page that decided how the way ended, where it is not among the steps yet: an accusation needs its picture."""
        last = self.sights[-1] if self.sights else None
        if last is None or last.url != self.page.url or (self._kept is not None and looks_same(last, self._kept)):
            return
        try:
            await self._step("Trang dừng lại", last)
        except BrowserError:
            return  # the page, or the browser, is gone: what was seen of it has been told

    # --- the way

    async def _way(self) -> NoReturn:
        known = None if self.service.url is None else self.journey.page_of(self.service.url)
        try:
            self._understood(await self._open("Mở cổng", self.target.url))
        except End as end:
            if known is None:
                raise
            self.steps[-1:] = (
                [replace(self.steps[-1], name=f"Mở cổng: {end.why}")]
                if self.steps
                else [Step(f"Mở cổng: {end.why}", self.target.url)]
            )
        answered = bool(self.traffic.documents) and self.traffic.documents[-1].error is None
        hit = await self._search(asking=answered)
        url = known or hit
        if url is None:
            raise End(
                Outcome.BLOCKED,
                "Không kiểm tra được: không biết địa chỉ trang thủ tục, tìm trên cổng cũng không thấy.",
                self.target.url,
            )
        await self._procedure_page(url)

    async def _procedure_page(self, url: str) -> NoReturn:
        before = self.page.url
        sight = await self._open("Trang thủ tục", url, picture=False)
        if sight.url == before and bare_address(before) != bare_address(url):
            raise End(Outcome.BLOCKED, f"Không kiểm tra được: trình duyệt không mở ra trang thủ tục {clip(url)}.", url)
        self._understood(sight)
        sight, way_in = await self._way_in(sight)
        self._understood(sight)
        check_procedure(sight, self.service, "Trang thủ tục")
        self.level = level_in(sight.text)
        await self._step("Trang thủ tục", sight, way_in)
        self.forms = []
        async for form in download(self.traffic, self.service, sight, self.journey.preview):
            self.forms.append(form)
        if self.pace.checks:
            self.violations = await self._rules(sight)
            self.phone = await look_at.on_phone(self.page, way_in)
        claims = self.service.claims_online or is_online(self.level)
        if (words := paper_words(sight, strict=True)) is not None and self._claims_fully():
            raise End(
                Outcome.PAPER_DEMANDED, f"Trang thủ tục vẫn đòi hồ sơ giấy dù nộp trực tuyến: “{words}”.", sight.url
            )
        if way_in is None:
            if not claims:
                raise End(
                    Outcome.NOT_ONLINE,
                    "Thủ tục không được công bố là nộp trực tuyến và trang không có nút nộp.",
                    sight.url,
                )
            excuse(sight, self.traffic, self._since)
            if not names_it(f"{sight.title} {sight.text}", self.service.code, self.service.name):
                raise End(
                    Outcome.BLOCKED, "Không kiểm tra được: không nhận ra trang này là trang của thủ tục.", sight.url
                )
            raise End(
                Outcome.NO_WAY_IN,
                "Trang thủ tục ghi là nộp được trực tuyến nhưng không có nút hay liên kết nộp.",
                sight.url,
            )
        await self._go_in(sight, way_in)

    async def _way_in(self, sight: Sight) -> tuple[Sight, Locator | None]:
        """The way in on a procedure's page, and the page as it is then: an app may still be drawing below its header."""
        started = time.monotonic()
        while (way_in := await self._first(self.journey.way_in)) is None:
            named = names_it(f"{sight.title} {sight.text}", self.service.code, self.service.name)
            if time.monotonic() - started >= min(LATE if named else self.pace.patience, self.pace.patience):
                break
            await asyncio.sleep(0.25)
            sight = await self._look() or sight
        self._remember(sight)
        return sight, way_in

    async def _go_in(self, before: Sight, way_in: Locator) -> NoReturn:
        name = clip(await _name(way_in) or "Nộp trực tuyến")
        sight, moved = await self._click(way_in, before)
        pages = 0
        while True:
            self.inside.append(sight)
            pages += 1
            if not moved:
                await self._step(f"Bấm “{name}”", sight)
                self._stuck(before, sight, name)
            await self._arrived(sight, name)
            nxt = await self._onward(sight)
            await self._step(f"Bấm “{name}”" if pages == 1 else f"Tiếp: “{name}”", sight, nxt)
            self._not_arrived(sight)
            if nxt is None or pages >= MOST_PAGES:
                raise End(
                    Outcome.BLOCKED,
                    f"Không kiểm tra được: sau “{name}” là trang “{clip(sight.title or sight.url)}” mà công cụ chưa hiểu; cần xem bằng mắt.",
                    sight.url,
                )
            await self._choose()
            before, name = sight, clip(await _name(nxt) or "Tiếp tục")
            sight, moved = await self._click(nxt, before)

    async def _arrived(self, sight: Sight, name: str) -> None:
        """End the way where it should end: at a login, or at the form's step before the last.

        Raises:
            End: it ends here.

        """
        good = not sight.failed
        if is_login(sight) and (good or any(one.kind == "password" for one in sight.fields)):
            await self._step(
                f"Bấm “{name}”: trang đăng nhập",
                sight,
                await self._first(
                    (
                        By(role="button", name="đăng nhập|vneid|login"),
                        By(role="link", name="đăng nhập|vneid|login"),
                        By(css="input[type=password]"),
                    )
                ),
            )
            raise End(
                Outcome.REACHED_LOGIN,
                f"Nút “{name}” dẫn tới trang đăng nhập “{clip(sight.title)}”; dừng ở đó, không đăng nhập.",
                sight.url,
            )
        if good and is_form(sight) and not await self._covered(sight):
            check_procedure(sight, self.service, "Biểu mẫu điện tử")
            await self._through_form(sight, name)

    def _not_arrived(self, sight: Sight) -> None:
        """End the way at a page that is no login, no form and no step to one."""
        self._understood(sight)
        check_procedure(sight, self.service, "Trang sau nút nộp")
        if (words := paper_words(sight)) is not None:
            raise End(
                Outcome.PAPER_DEMANDED, f"Sau khi bấm nộp trực tuyến, trang đòi hồ sơ giấy: “{words}”.", sight.url
            )

    async def _through_form(self, sight: Sight, name: str) -> NoReturn:
        """Read the form's pages to the step before the last; nothing is typed."""
        self.asked = {}
        for number in range(1, MOST_PAGES + 1):
            self.asked.update({one.name: one for one in uploads(sight) if one.name not in (self.asked or {})})
            nxt = await self._first((By(role="button", name=ONWARD), By(role="link", name=ONWARD)))
            await self._step(
                f"Biểu mẫu, bước {number}", sight, await self._first((By(css="input[type=file]"), By(css="form")))
            )
            self.inside.append(sight)
            if (words := paper_words(sight)) is not None and self._claims_fully():
                raise End(Outcome.PAPER_DEMANDED, f"Biểu mẫu trực tuyến đòi hồ sơ giấy: “{words}”.", sight.url)
            if nxt is None or never_clicked(await _name(nxt)):
                break
            before = sight
            sight, moved = await self._click(nxt, before)
            if not moved or sight.failed or not (is_form(sight) or look_at.is_fee_step(sight)):
                break
        raise End(
            Outcome.REACHED_FORM,
            f"Nút “{name}” dẫn tới biểu mẫu điện tử; dừng trước bước gửi, không nhập gì.",
            self.page.url,
        )

    async def _rules(self, sight: Sight) -> tuple[Violation, ...] | None:
        """What axe-core finds; of pages that differ only in their words one is tried, and the finding told of all."""
        alike = look_at.likeness(sight.html)
        if alike not in self.known.alike:
            session = await self._direct()
            async with self.known.trying:  # held no longer than the rules may take
                if alike not in self.known.alike and (found := await look_at.axe(session, sight.url)) is not None:
                    self.known.alike[alike] = found
        return (
            tuple(replace(one, url=sight.url) for one in self.known.alike[alike]) if alike in self.known.alike else None
        )

    # --- search

    async def _search(self, *, asking: bool) -> str | None:
        """Ask the portal's search in every way a citizen would, as long as it answers; returns where the right hit leads."""
        hit: str | None = None
        lists: list[tuple[str, ...]] = []
        for kind, query in queries(self.service.code, self.service.name):
            self._wanted = self.journey.results
            try:
                sight = await self._ask(query) if asking else None
            except End as end:
                asking = end.outcome not in {Outcome.TIMEOUT, Outcome.BLOCKED}
                sight = None
            finally:
                self._wanted = None
            if sight is None:
                self.search.append(Search(query, kind, asked=False))
                continue
            rank, where = self._rank(sight)
            if rank is None and (wall_name(sight, self.traffic, sight.html) or self.traffic.lost or sight.failed):
                self.search.append(Search(query, kind, asked=False))
                continue
            self.search.append(Search(query, kind, rank))
            lists.append(tuple(href for _, _, href in sight.results or ()))
            hit = hit or where
            await self._step(f"Tìm “{clip(query)}”", sight, picture=kind == "name")
        if len(lists) > 1 and lists[0] and len(set(lists)) == 1:
            # Whatever is asked, the same is shown: this is a list, and its search was not found.
            self.search = [Search(one.query, one.kind, asked=False) for one in self.search]
        return hit

    async def _ask(self, query: str) -> Sight | None:
        if self.journey.search is not None:
            address = urljoin(
                self.target.url.rstrip("/") + "/", self.journey.search.format(query=quote(query, safe=""))
            )
            return await self._go(address)
        place = urljoin(self.target.url.rstrip("/") + "/", self.journey.search_page)
        if self.page.url.rstrip("/") != place.rstrip("/"):
            await self._go(place)
        box = await self._first(self.journey.box)
        if box is None:
            return None
        asked = len(self.traffic.documents)
        try:
            await box.fill(query, timeout=3000)
            await box.press("Enter", timeout=3000)
        except BrowserError as error:
            if self._crashed or _lost(error):
                raise
            return None
        sight = await self._settle(asked)
        return None if self._refused_since(asked) else sight

    def _rank(self, sight: Sight) -> tuple[int | None, str | None]:
        """The place of the right hit among the results, counted from 1, and where it leads."""
        rows = sight.results or ()
        for around, text, href in rows:
            if self._is_hit(around, text, href):
                shape = _shape(href)
                alike = list(dict.fromkeys(one[2] for one in rows if _shape(one[2]) == shape))
                return alike.index(href) + 1, href
        return None, None

    def _is_hit(self, around: str, text: str, href: str) -> bool:
        if self.service.url is not None and bare_address(href) == bare_address(self.service.url):
            return True
        if urlsplit(href).scheme not in {"http", "https"} or not text:
            return False
        code = code_of(self.service.code)
        if code is not None and code in re.sub(r"\s", "", around):
            return len(re.findall(r"\d\.\d{6}", around)) == 1
        return names_it(text, None, self.service.name)

    # --- moving

    async def _open(self, name: str, url: str, *, picture: bool = True) -> Sight:
        sight = await self._go(url)
        if picture:
            await self._step(name, sight)
        return sight

    async def _go(self, url: str) -> Sight:
        if urlsplit(url).scheme not in {"http", "https"}:
            raise End(Outcome.BLOCKED, f"Không kiểm tra được: địa chỉ “{clip(url)}” không phải trang web.", url)
        asked = len(self.traffic.documents)
        try:
            await self.page.goto(url, wait_until="commit", timeout=self.pace.patience * 1000 + 30_000)
        except BrowserError as error:
            if self._crashed or _lost(error):
                raise
        return await self._settle(asked)

    async def _click(self, what: Locator, before: Sight) -> tuple[Sight, bool]:
        """Click and follow; returns what is seen then, and whether anything changed at all."""
        asked = len(self.traffic.documents)
        self._expects = True
        self._popups.clear()
        try:
            await what.click(timeout=3000, no_wait_after=True)
        except BrowserError as error:
            if self._crashed or _lost(error):
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
            check_circle(self.traffic, asked)
            if self.traffic.loading:  # the wire's own limit ends this
                await asyncio.sleep(0.02)
                continue
            waited = time.monotonic() - started
            idle = self.traffic.pending == 0 and not self.traffic.redirecting
            if idle or waited > self.pace.patience:
                since = self.traffic.documents[asked:]
                if since and waited < NOTHING and all(one.why is not None for one in since):
                    await asyncio.sleep(0.03)  # of several windows that one click opens, a refused one may come first
                    continue
                self._since = asked
                check_answer(self.traffic, asked)
                if (now := await self._look()) is not None:
                    sight = now
                    quiet = (idle and not sight.parsing) and (
                        not sight.moves or time.monotonic() - max(self.traffic.still_since, started) >= QUIET
                    )
                    unmoved = before is not None and not self._popups and looks_same(sight, before)
                    showing = not (sight.stub or is_blank(sight) or is_waiting(sight) or unmoved)
                    nothing = unmoved and len(self.traffic.documents) == asked
                    patience = min(NOTHING, self.pace.patience) if nothing else self.pace.patience
                    if (quiet and showing) or waited > patience:
                        break
            if waited > self.pace.patience + ANSWER:
                break
            await asyncio.sleep(0.03)
        if sight is None:
            raise End(Outcome.TIMEOUT, "Trang không phản hồi: trình duyệt bị treo khi mở.", self.page.url)
        self._remember(sight)
        return sight

    def _remember(self, sight: Sight) -> None:
        if not self.sights or self.sights[-1].text != sight.text:
            self.sights.append(sight)

    async def _look(self) -> Sight | None:
        if self.dialogs > MOST_DIALOGS:
            raise End(Outcome.TIMEOUT, "Trang liên tục bật hộp thoại, không dùng được.", self.page.url)
        try:
            data = await asyncio.wait_for(
                self.page.evaluate(LOOK, {"limit": TEXT_LIMIT, "results": self._wanted}), ANSWER
            )
        except TimeoutError:
            why = "Trang liên tục bật hộp thoại, không dùng được." if self.dialogs > MOST_DIALOGS else _HANGS
            raise End(Outcome.TIMEOUT, why, self.page.url) from None
        except BrowserError as error:
            if self._crashed or _lost(error):
                raise
            return None  # it is going to another page just now
        last = self.traffic.documents[-1] if self.traffic.documents else None
        return Sight.from_page(data, None if last is None else last.status)

    async def _choose(self) -> None:
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

    async def _onward(self, sight: Sight) -> Locator | None:
        """The control that leads on from a page that is neither login nor form."""
        inside = await self._dialog_on_top() if sight.dialog else None
        login = _LOGIN if asks_login(sight) else ()
        for scope in (inside, self.page):  # what an open dialog offers comes before anything behind it
            for by in (*self.journey.confirms, *self.journey.onward, *login, *self.journey.way_in):
                if scope is None:
                    break
                found = await self._visible(by.on(scope))
                if found is not None and (
                    by in self.journey.confirms
                    or re.search(WAY_IN, await _name(found), re.IGNORECASE)
                    or not never_clicked(await _name(found))
                ):
                    return found
        return None

    async def _covered(self, sight: Sight) -> bool:
        """Whether the form is only behind a dialog that asks something first."""
        if not all(one.covered for one in sight.fields):
            return False
        top = await self._dialog_on_top()
        return top is not None and any([await self._visible(by.on(top)) for by in self.journey.onward])

    async def _dialog_on_top(self) -> Locator | None:
        """The open dialog that was put over the others."""
        for one in reversed(await self.page.get_by_role("dialog").all()):
            if await one.is_visible():
                return one
        return None

    async def _first(self, ways: Sequence[By]) -> Locator | None:
        for by in ways:
            if (found := await self._visible(by.on(self.page))) is not None:
                return found
        return None

    async def _visible(self, found: Locator) -> Locator | None:
        async def look() -> Locator | None:
            for one in (await found.all())[:20]:
                if await one.is_visible():
                    return one
            return None

        try:
            return await asyncio.wait_for(look(), ANSWER)
        except TimeoutError:
            raise End(Outcome.TIMEOUT, _HANGS, self.page.url) from None

    # --- what stops the way

    def _claims_fully(self) -> bool:
        return is_fully_online(self.service.service_level or self.level)

    def _understood(self, sight: Sight) -> None:
        check_page(sight, self.traffic, self._since, self.pace.patience, self.console)

    def _stuck(self, before: Sight, sight: Sight, name: str) -> NoReturn:
        excuse(sight, self.traffic, self._since)
        told = f" Trang chỉ báo: “{clip(self.alerts[-1])}”." if self.alerts else ""
        raise End(Outcome.BROKEN, f"Bấm “{name}” không có tác dụng gì.{told}", before.url)

    def _refused_since(self, asked: int) -> bool:
        return any(one.why is not None for one in self.traffic.documents[asked:])

    # --- evidence

    async def _step(self, name: str, sight: Sight, decisive: Locator | None = None, *, picture: bool = True) -> None:
        """Keep what is seen: the DOM, and a picture with the decisive element outlined."""
        dom, shot, ms = sight.html.encode(), None, self._ms()
        try:
            shot = await self._picture(sight, decisive) if picture else None
        except (BrowserError, TimeoutError):
            if self._crashed:
                raise  # else the page went on by itself
        self._kept = sight
        capture = place = None
        if dom:
            capture, self.last_dom = self.folder.keep(dom, ".html")
        if shot is not None:
            _, place = self.folder.keep(shot, ".jpg")
            self.pictures.append((name, shot))
        self.steps.append(Step(name, sight.url, sight.status, ms, capture, place))

    def _ms(self) -> int:
        """Milliseconds since the last main page was asked for until now."""
        if not self.traffic.documents:
            return 0
        return max(0, round((self.traffic.still_since - self.traffic.asked_at) * 1000))

    async def _picture(self, sight: Sight, decisive: Locator | None) -> bytes:
        """Picture the whole page; asked of the browser itself, which is twice as quick as by way of Playwright."""
        before = None if decisive is None else await decisive.evaluate(_OUTLINE)
        size = self.page.viewport_size or {"width": WINDOW[0], "height": WINDOW[1]}
        height = max(size["height"], min(sight.height, TALLEST))
        how = {
            "format": "jpeg",
            "quality": 70,
            "optimizeForSpeed": True,
            "captureBeyondViewport": height > size["height"],
            "clip": {"x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1},
        }
        try:
            session = await self._direct()
            async with self.known.drawing:  # held no longer than a picture may take, whatever the page does
                shot = await asyncio.wait_for(session.send("Page.captureScreenshot", how), PICTURE)
        finally:
            if decisive is not None:
                await decisive.evaluate(_RESTORE, before)
        return b64decode(shot["data"])

    async def _direct(self) -> CDPSession:
        """The browser's own protocol for the page the shopper stands on."""
        if self._session is None or self._session[0] is not self.page:
            self._session = (self.page, await self.context.new_cdp_session(self.page))
        return self._session[1]

    async def _checks(self, end: End) -> Checks:
        if not self.sights:
            return Checks(tls=tuple(self.traffic.wire_tls()))
        feedback: Linked | None = None
        lookup: Linked | None = None
        if self.pace.checks:
            feedback = await look_at.feedback(self.sights, self.traffic, self.known.links)
            lookup = await look_at.result_lookup(self.sights, self.traffic, self.known.links)
        told = any(look_at.privacy_told(one) for one in self.sights)
        asks = end.outcome is Outcome.REACHED_FORM
        lines = [look_at.hotline(one) for one in self.sights]
        paid = any(look_at.payment_offered(one) for one in self.sights)
        fee_seen = any(look_at.is_fee_step(one) for one in self.inside)
        return Checks(
            phone=self.phone,
            axe=self.violations,
            tls=tuple(self.traffic.wire_tls()),
            mixed_content=tuple(dict.fromkeys(self.traffic.mixed)),
            console_errors=tuple(self.console),
            privacy_notice=True if told else False if asks else None,
            feedback=feedback,
            hotline=next((one for one in lines if one.number), lines[0]),
            payment=True if paid else False if fee_seen else None,
            result_lookup=lookup,
        )

    # --- what the page does by itself

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
        self.dialogs += 1
        if dialog.message and len(self.alerts) < MOST_DIALOGS:
            self.alerts.append(dialog.message)
        _later(dialog.accept() if dialog.type == "beforeunload" else dialog.dismiss())

    def _crash(self, _: object) -> None:
        self._crashed = True

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "ERR_BLOCKED_BY_CLIENT" not in message.text:
            self._note(message.text)

    def _note(self, line: str) -> None:
        if len(self.console) < MOST_CONSOLE:
            self.console.append(line[:500])


# --- small parts --------------------------------------------------------------------------------------------------

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


async def _name(what: Locator) -> str:
    """What stands on a link or button: its text, or the value of an input."""
    return (await what.inner_text()).strip() or str(await what.evaluate("node => node.value || node.ariaLabel || node.title || ''"))  # fmt: skip


def _lost(error: BrowserError) -> bool:
    """Say whether the browser is gone, which is no news of the page."""
    return "closed" in str(error)


def _shape(url: str) -> str:
    """What addresses of one kind have in common: digits and identifiers taken out."""
    parts = urlsplit(url)
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{24}|\d[\d.]*", "#", parts.path.lower())
    return f"{parts.netloc}{path}?{'&'.join(sorted(one.partition('=')[0] for one in parts.query.split('&')))}"


async def attempt(walker: Walker) -> ServiceVisit:
    """Make one attempt and return what it saw.

    Raises:
        BrowserError: the browser was lost; the attempt says nothing.

    """
    at = now_text()
    return await walker.visit(await walker.walk(), at)
