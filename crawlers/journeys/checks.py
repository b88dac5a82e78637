"""What a visit sees besides the way: on a phone, for those who see little, for those who want to ask or complain."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawlers.manners import wall
from crawlers.service_visits import Checks, Hotline, Linked, Phone, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.async_api import CDPSession, Locator, Page

    from crawlers.journeys.sight import Control, Sight
    from crawlers.journeys.tab import Tab
    from crawlers.journeys.traffic import Traffic

AXE = (Path(__file__).with_name("vendor") / "axe.min.js").read_text(encoding="utf-8")
PHONE = (390, 844)
"""A phone's window in CSS pixels."""
PATIENCE = 20.0  # seconds the rules may take on one page
MOST_NODES = 5  # failing elements kept of each rule
_RUN_AXE = """async () => {
  const found = await axe.run(document, {
    runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] },
    resultTypes: ["violations"], iframes: false, preload: false, elementRef: false,
  });
  return found.violations.map((one) => ({ id: one.id, impact: one.impact, help: one.help, nodes: one.nodes.map((node) => node.target.flat().join(" ")) }));
}"""
_PRIVACY = re.compile(
    r"(?i)(chính sách|điều khoản|thông báo)[^.]{0,30}(bảo mật|quyền riêng tư|bảo vệ dữ liệu|dữ liệu cá nhân)|bảo vệ dữ liệu cá nhân|xử lý dữ liệu cá nhân|quyền riêng tư"
)
_PAYMENT = re.compile(
    r"(?i)thanh toán (trực tuyến|điện tử|không dùng tiền mặt|qua (cổng|nền tảng|ngân hàng|ví))|nền tảng thanh toán|cổng thanh toán|payment platform|paygov|nộp (phí|lệ phí) trực tuyến"
)
_FEE_STEP = re.compile(r"(?i)(phí, lệ phí|lệ phí phải nộp|tổng (số )?tiền|nộp (phí|lệ phí))")
_FEEDBACK = re.compile(r"(?i)phản ánh|kiến nghị|góp ý|hỏi đáp|pakn")
_LOOKUP = re.compile(r"(?i)tra cứu[^.]{0,20}(hồ sơ|kết quả|tình trạng|tiến độ)|tình trạng hồ sơ")
_HOTLINE = re.compile(
    r"(?i)(đường dây nóng|hotline|tổng đài|điện thoại hỗ trợ|số điện thoại)[^0-9+]{0,40}(\+?[0-9][0-9 .()-]{2,16}[0-9])"
)
_NUMBER = re.compile(r"(?:\+84|0)\d{9,10}|1[89]00\d{4,6}|1022|18001096")


@dataclass(slots=True)
class Known:
    """What a run already learned of its portals: pages that many link to, and the rules broken on pages that are built alike.

    What takes much memory is done by one journey at a time: who holds `trying` tries the rules on a page (who waited may find them known
    by then), who holds `drawing` draws a picture or a contact sheet. Neither may be held longer than what is done may take.
    """

    links: dict[str, Linked] = field(default_factory=dict)
    alike: dict[str, tuple[Violation, ...]] = field(default_factory=dict)
    trying: asyncio.Lock = field(default_factory=asyncio.Lock)
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class Experience:
    """The experience checks of one attempt; `inside` are the pages seen after the way in."""

    tab: Tab
    known: Known
    inside: list[Sight] = field(default_factory=list)
    violations: tuple[Violation, ...] | None = None
    phone: Phone | None = None

    async def look(self, sight: Sight, way_in: Locator | None) -> None:
        """Try a procedure's page: what axe-core finds, and how it is on a phone."""
        self.violations = await self._rules(sight)
        self.phone = await on_phone(self.tab.page, way_in)

    async def told(self, *, at_form: bool, asking: bool) -> Checks:
        """Return what was found; `at_form`: the way led into the e-form, `asking`: whether pages that only concern the checks are asked for."""
        if not self.tab.sights:
            return Checks(tls=tuple(self.tab.traffic.wire_tls()))
        feedback: Linked | None = None
        lookup: Linked | None = None
        if asking:
            feedback = await find_feedback(self.tab.sights, self.tab.traffic, self.known.links)
            lookup = await find_result_lookup(self.tab.sights, self.tab.traffic, self.known.links)
        told = any(privacy_told(one) for one in self.tab.sights)
        lines = [hotline(one) for one in self.tab.sights]
        paid = any(payment_offered(one) for one in self.tab.sights)
        fee_seen = any(is_fee_step(one) for one in self.inside)
        return Checks(
            phone=self.phone,
            axe=self.violations,
            tls=tuple(self.tab.traffic.wire_tls()),
            mixed_content=tuple(dict.fromkeys(self.tab.traffic.mixed)),
            console_errors=tuple(self.tab.console),
            privacy_notice=True if told else False if at_form else None,
            feedback=feedback,
            hotline=next((one for one in lines if one.number), lines[0]),
            payment=True if paid else False if fee_seen else None,
            result_lookup=lookup,
        )

    async def _rules(self, sight: Sight) -> tuple[Violation, ...] | None:
        """What axe-core finds; of pages that differ only in their words one is tried, and the finding told of all."""
        alike = likeness(sight.html)
        if alike not in self.known.alike:
            session = await self.tab.protocol()
            async with self.known.trying:  # held no longer than the rules may take
                if alike not in self.known.alike and (found := await axe(session, sight.url)) is not None:
                    self.known.alike[alike] = found
        return (
            tuple(replace(one, url=sight.url) for one in self.known.alike[alike]) if alike in self.known.alike else None
        )


def likeness(html: str) -> str:
    """Return what pages have in common that differ only in their words and numbers: the same rules are broken on all of them."""
    return sha256(re.sub(r"\d+", "0", re.sub(r">[^<]*\S[^<]*<", ">x<", html)).encode()).hexdigest()


async def axe(session: CDPSession, url: str) -> tuple[Violation, ...] | None:
    """Return the rules of axe-core (WCAG 2.1 A and AA) that the page breaks; None: they could not be tried.

    The page itself is not changed.
    """

    async def run() -> dict[str, Any]:
        await session.send("Runtime.evaluate", {"expression": AXE, "silent": True})
        asked = {"expression": f"({_RUN_AXE})()", "awaitPromise": True, "returnByValue": True}
        return await session.send("Runtime.evaluate", asked)

    try:
        answer = await asyncio.wait_for(run(), PATIENCE)
    except TimeoutError:
        return None
    rows = answer["result"].get("value")
    if not isinstance(rows, list):
        return None
    return tuple(
        Violation(row["id"], row["impact"], row["help"], tuple(row["nodes"][:MOST_NODES]), url) for row in rows
    )


async def on_phone(page: Page, way_in: Locator | None) -> Phone:
    """Look at the page at a phone's width, then set it back: does it scroll sideways, is the way in to be seen."""
    before = page.viewport_size
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    width: int = await page.evaluate(
        "() => Math.max(document.documentElement.scrollWidth, document.body ? document.body.scrollWidth : 0)"
    )
    seen = None
    if way_in is not None:
        box = await way_in.bounding_box() if await way_in.is_visible() else None
        seen = box is not None and box["x"] >= 0 and box["x"] + min(box["width"], 40) <= PHONE[0]
    if before is not None:
        await page.set_viewport_size(before)
    return Phone(PHONE[0], scrolls=width > PHONE[0] + 1, way_in=seen)


def privacy_told(sight: Sight) -> bool:
    """Say whether a page tells how personal data are treated, or links to where that is told."""
    return _PRIVACY.search(sight.text) is not None or any(_PRIVACY.search(one.name) for one in sight.controls)


def payment_offered(sight: Sight) -> bool:
    """Say whether a page speaks of paying online."""
    return _PAYMENT.search(sight.text) is not None


def is_fee_step(sight: Sight) -> bool:
    """Say whether a page of the e-form is the one where the fee stands: only there its absence means something."""
    return any(_FEE_STEP.search(text) for text in sight.headings)


def hotline(sight: Sight) -> Hotline:
    """Return the telephone number the page names for help; `dialable`: it has the digits of a Vietnamese number."""
    for one in sight.controls:
        if (one.href or "").startswith("tel:"):
            number = re.sub(r"^tel:", "", one.href or "")
            return Hotline(number, dialable=_dialable(number))
    found = _HOTLINE.search(sight.text)
    return Hotline() if found is None else Hotline(found[2].strip(), dialable=_dialable(found[2]))


def _dialable(number: str) -> bool:
    return _NUMBER.fullmatch(re.sub(r"[^\d+]", "", number)) is not None


async def find_feedback(sights: Iterable[Sight], traffic: Traffic, known: dict[str, Linked]) -> Linked:
    """Find the feedback page by its link and ask whether it answers; of an address asked before the answer is in `known`."""
    return await _linked(_FEEDBACK, sights, traffic, known)


async def find_result_lookup(sights: Iterable[Sight], traffic: Traffic, known: dict[str, Linked]) -> Linked:
    """Find the page where a dossier's result is looked up, as `find_feedback`."""
    return await _linked(_LOOKUP, sights, traffic, known)


async def _linked(
    words: re.Pattern[str], sights: Iterable[Sight], traffic: Traffic, known: dict[str, Linked]
) -> Linked:
    link = _first(words, (one for sight in sights for one in sight.controls))
    if link is None:
        return Linked(found=False)
    url = link.href or ""
    if url not in known:
        answer, _ = await traffic.get(url, kind="document")
        if answer.error == "guard":
            known[url] = Linked(found=True, url=url)
        else:
            good = answer.status is not None and answer.status < 400 and bool(answer.body.strip())
            refused = answer.status is not None and not good and wall(answer.status, answer.body) is not None
            known[url] = Linked(found=True, url=url, alive=None if refused else good, status=answer.status)
    return known[url]


def _first(words: re.Pattern[str], controls: Iterable[Control]) -> Control | None:
    for one in controls:
        if words.search(one.name) and one.href and urlsplit(one.href).scheme in {"http", "https"}:
            return one
    return None
