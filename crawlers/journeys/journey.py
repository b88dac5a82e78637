"""One attempt at one e-service: from the portal's door to the login or the form, in the steps a citizen would take."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from playwright.async_api import Error as BrowserError

from crawlers.journeys.checks import Experience, Known, is_fee_step
from crawlers.journeys.endings import End, check_page, check_procedure, clip, excuse
from crawlers.journeys.families import ONWARD, WAY_IN, By
from crawlers.journeys.forms import download
from crawlers.journeys.guard import is_national
from crawlers.journeys.search import PortalSearch
from crawlers.journeys.service import is_fully_online, is_online, level_in
from crawlers.journeys.sight import Sight, asks_login, is_form, is_login, never_clicked, paper_words, uploads
from crawlers.journeys.steps import Steps
from crawlers.journeys.tab import Tab, control_name, is_lost
from crawlers.journeys.wire import now_text
from crawlers.journeys.words import bare_address, names_it
from crawlers.service_visits import FAILURES, Attempt, Evidence, FormFile, Outcome, ServiceVisit, Step, Upload

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from crawlers.journeys.evidence import Folder
    from crawlers.journeys.families import Journey
    from crawlers.journeys.service import Service
    from crawlers.targets import Target

LATE = 1.0  # seconds after which a way in that was not there is looked for once more
MOST_PAGES = 8  # pages followed after the way in
_LOGIN = (By(role="link", name=r"đăng nhập|vneid"), By(role="button", name=r"đăng nhập|vneid"))


@dataclass(slots=True)
class Walker:
    """One attempt in one fresh tab. `known` holds what other journeys of this run learned of the portal's common pages; `checks` says
    whether the experience is checked besides.
    """

    tab: Tab
    journey: Journey
    target: Target
    service: Service
    folder: Folder
    known: Known = field(default_factory=Known)
    checks: bool = True
    steps: Steps = field(init=False)
    search: PortalSearch = field(init=False)
    experience: Experience = field(init=False)
    forms: list[FormFile] | None = None
    uploads: dict[str, Upload] | None = None
    level: str | None = None

    def __post_init__(self) -> None:
        self.steps = Steps(self.tab, self.folder, self.known.drawing)
        self.search = PortalSearch(self.tab, self.steps, self.journey, self.target.url, self.service)
        self.experience = Experience(self.tab, self.known)

    async def walk(self) -> End:
        """Go the whole way; returns how it ended.

        Raises:
            BrowserError: the browser was lost; the attempt says nothing and is made again.

        """
        await self.tab.open()
        try:
            await self._way()
        except End as end:
            await self.steps.keep_end()
            return end
        except BrowserError as error:
            if self.tab.crashed:
                return End(Outcome.TIMEOUT, "Trang làm hỏng trình duyệt khi đang mở.", self.tab.page.url)
            if is_lost(error):
                raise
            why = f"Không kiểm tra được: công cụ không thao tác được trên trang ({clip(str(error).splitlines()[0])})."
            return End(Outcome.BLOCKED, why, self.tab.page.url)
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
        checks = await self.experience.told(at_form=end.outcome is Outcome.REACHED_FORM, asking=self.checks)
        _, requests = self.folder.keep(self.tab.traffic.lines(), ".jsonl")
        _, har = self.folder.keep(self.tab.traffic.har(), ".har")
        title = f"{self.service.code or ''} {self.service.name or ''}. {end.why}"
        sheet = await self.steps.sheet(title)
        console = self.folder.keep("\n".join(self.tab.console).encode(), ".txt")[1] if self.tab.console else None
        return ServiceVisit(
            target=self.target.id,
            code=self.service.code,
            name=self.service.name,
            outcome=end.outcome,
            service_level=self.service.service_level or self.level,
            why=end.why,
            steps=tuple(self.steps.taken),
            forms=None if self.forms is None else tuple(self.forms),
            uploads=None if self.uploads is None else tuple(self.uploads.values()),
            search=tuple(self.search.asked),
            refused=tuple(self.tab.traffic.refused()),
            at=at,
            url=self.service.url,
            attempts=(Attempt(at, end.outcome, end.why),),
            attributed_to=own,
            checks=checks,
            requests=requests,
            evidence=Evidence(har, self.steps.dom, console, sheet),
        )

    # --- the way

    async def _way(self) -> NoReturn:
        known = None if self.service.url is None else self.journey.page_of(self.service.url)
        try:
            sight = await self.tab.go(self.target.url)
            await self.steps.keep("Mở cổng", sight)
            self._check_page(sight)
        except End as end:
            if known is None:
                raise
            taken = self.steps.taken
            opened = taken[-1] if taken else Step("Mở cổng", self.target.url)
            taken[-1:] = [replace(opened, name=f"Mở cổng: {end.why}")]
        answered = bool(self.tab.traffic.documents) and self.tab.traffic.documents[-1].error is None
        hit = await self.search.look_up(asking=answered)
        url = known or hit
        if url is None:
            raise End(
                Outcome.BLOCKED,
                "Không kiểm tra được: không biết địa chỉ trang thủ tục, tìm trên cổng cũng không thấy.",
                self.target.url,
            )
        await self._procedure_page(url)

    async def _procedure_page(self, url: str) -> NoReturn:
        before = self.tab.page.url
        sight = await self.tab.go(url)
        if sight.url == before and bare_address(before) != bare_address(url):
            raise End(Outcome.BLOCKED, f"Không kiểm tra được: trình duyệt không mở ra trang thủ tục {clip(url)}.", url)
        self._check_page(sight)
        sight, way_in = await self._way_in(sight)
        self._check_page(sight)
        check_procedure(sight, self.service, "Trang thủ tục")
        self.level = level_in(sight.text)
        await self.steps.keep("Trang thủ tục", sight, way_in)
        self.forms = []
        async for form in download(self.tab.traffic, self.service, sight, self.journey.preview):
            self.forms.append(form)
        if self.checks:
            await self.experience.look(sight, way_in)
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
            excuse(sight, self.tab.traffic, self.tab.asked)
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
        while (way_in := await self.tab.first(self.journey.way_in)) is None:
            named = names_it(f"{sight.title} {sight.text}", self.service.code, self.service.name)
            if time.monotonic() - started >= min(LATE if named else self.tab.patience, self.tab.patience):
                break
            await asyncio.sleep(0.25)
            sight = await self.tab.look() or sight
        self.tab.remember(sight)
        return sight, way_in

    async def _go_in(self, before: Sight, way_in: Locator) -> NoReturn:
        name = clip(await control_name(way_in) or "Nộp trực tuyến")
        sight, moved = await self.tab.click(way_in, before)
        pages = 0
        while True:
            self.experience.inside.append(sight)
            pages += 1
            if not moved:
                await self.steps.keep(f"Bấm “{name}”", sight)
                self._stuck(before, sight, name)
            await self._arrived(sight, name)
            nxt = await self._onward(sight)
            await self.steps.keep(f"Bấm “{name}”" if pages == 1 else f"Tiếp: “{name}”", sight, nxt)
            self._not_arrived(sight)
            if nxt is None or pages >= MOST_PAGES:
                raise End(
                    Outcome.BLOCKED,
                    f"Không kiểm tra được: sau “{name}” là trang “{clip(sight.title or sight.url)}” mà công cụ chưa hiểu; cần xem bằng mắt.",
                    sight.url,
                )
            await self.tab.choose()
            before, name = sight, clip(await control_name(nxt) or "Tiếp tục")
            sight, moved = await self.tab.click(nxt, before)

    async def _arrived(self, sight: Sight, name: str) -> None:
        """End the way where it should end: at a login, or at the form's step before the last.

        Raises:
            End: it ends here.

        """
        good = not sight.failed
        if is_login(sight) and (good or any(one.kind == "password" for one in sight.fields)):
            await self.steps.keep(
                f"Bấm “{name}”: trang đăng nhập",
                sight,
                await self.tab.first(
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
        self._check_page(sight)
        check_procedure(sight, self.service, "Trang sau nút nộp")
        if (words := paper_words(sight)) is not None:
            raise End(
                Outcome.PAPER_DEMANDED, f"Sau khi bấm nộp trực tuyến, trang đòi hồ sơ giấy: “{words}”.", sight.url
            )

    async def _through_form(self, sight: Sight, name: str) -> NoReturn:
        """Read the form's pages to the step before the last; nothing is typed."""
        self.uploads = {}
        for number in range(1, MOST_PAGES + 1):
            self.uploads.update({one.name: one for one in uploads(sight) if one.name not in (self.uploads or {})})
            nxt = await self.tab.first((By(role="button", name=ONWARD), By(role="link", name=ONWARD)))
            await self.steps.keep(
                f"Biểu mẫu, bước {number}", sight, await self.tab.first((By(css="input[type=file]"), By(css="form")))
            )
            self.experience.inside.append(sight)
            if (words := paper_words(sight)) is not None and self._claims_fully():
                raise End(Outcome.PAPER_DEMANDED, f"Biểu mẫu trực tuyến đòi hồ sơ giấy: “{words}”.", sight.url)
            if nxt is None or never_clicked(await control_name(nxt)):
                break
            before = sight
            sight, moved = await self.tab.click(nxt, before)
            if not moved or sight.failed or not (is_form(sight) or is_fee_step(sight)):
                break
        raise End(
            Outcome.REACHED_FORM,
            f"Nút “{name}” dẫn tới biểu mẫu điện tử; dừng trước bước gửi, không nhập gì.",
            self.tab.page.url,
        )

    async def _onward(self, sight: Sight) -> Locator | None:
        """The control that leads on from a page that is neither login nor form."""
        inside = await self.tab.dialog_on_top() if sight.dialog else None
        login = _LOGIN if asks_login(sight) else ()
        for scope in (inside, self.tab.page):  # what an open dialog offers comes before anything behind it
            for by in (*self.journey.confirms, *self.journey.onward, *login, *self.journey.way_in):
                if scope is None:
                    break
                found = await self.tab.visible(by.on(scope))
                if found is not None and (
                    by in self.journey.confirms
                    or re.search(WAY_IN, await control_name(found), re.IGNORECASE)
                    or not never_clicked(await control_name(found))
                ):
                    return found
        return None

    async def _covered(self, sight: Sight) -> bool:
        """Whether the form is only behind a dialog that asks something first."""
        if not all(one.covered for one in sight.fields):
            return False
        top = await self.tab.dialog_on_top()
        return top is not None and any([await self.tab.visible(by.on(top)) for by in self.journey.onward])

    def _claims_fully(self) -> bool:
        return is_fully_online(self.service.service_level or self.level)

    # --- what stops the way

    def _check_page(self, sight: Sight) -> None:
        check_page(sight, self.tab.traffic, self.tab.asked, self.tab.patience, self.tab.console)

    def _stuck(self, before: Sight, sight: Sight, name: str) -> NoReturn:
        excuse(sight, self.tab.traffic, self.tab.asked)
        told = f" Trang chỉ báo: “{clip(self.tab.alerts[-1])}”." if self.tab.alerts else ""
        raise End(Outcome.BROKEN, f"Bấm “{name}” không có tác dụng gì.{told}", before.url)


async def attempt(walker: Walker) -> ServiceVisit:
    """Make one attempt and return what it saw.

    Raises:
        BrowserError: the browser was lost; the attempt says nothing.

    """
    at = now_text()
    return await walker.visit(await walker.walk(), at)
