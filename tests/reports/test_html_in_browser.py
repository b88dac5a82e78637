"""Opens the written report in a real browser and looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reports.formats import html
from tests.browser import chromium
from tests.reports import sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from audits.audit import Audit

WIDTHS = (390, 1280)
SHOWN = ".agency:not([hidden]) > .finding:not([hidden])"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """Yield the ordinary report in a window; nothing may go wrong in it, nor out of it, while it is open."""
    wrong: list[str] = []
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="vi-VN")
    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    path = tmp_path / "report.html"
    html.write(sample.ORDINARY, path)
    page.on("request", lambda request: wrong.append(f"request: {request.url}"))
    page.goto(path.as_uri())
    yield page
    page.close()
    assert set(wrong) <= {f"request: {path.as_uri()}", "request: data:,"}


def test_charts_are_visible(page: Page) -> None:
    for bar in page.locator("svg.bar").all():
        box = bar.bounding_box()
        assert box is not None
        assert box["width"] > 100
        assert box["height"] > 8
    widths = [rect.bounding_box() or {"width": 0} for rect in page.locator("#theo-co-quan ~ table rect").all()]
    assert len(widths) == 3 + 2 + 1
    assert all(box["width"] > 5 for box in widths)


@pytest.mark.parametrize(
    ("field", "value", "ids"),
    [
        ("rule", "higher_fee", {3}),
        ("severity", "B", {4, 7, 8}),
        ("agency", "2", {6, 7, 8}),
        ("text", "so ho KHAU", {6}),
        ("text", "1.012756 dat dai", {1, 4}),
        ("text", "chữ không có ở đâu: xyzw", set()),
    ],
)
def test_filters(page: Page, field: str, value: str, ids: set[int]) -> None:
    assert page.locator(SHOWN).count() == 9
    control = page.locator(f"#loc [name={field}]")
    control.fill(value) if field == "text" else control.select_option(value)
    page.locator("#dem").filter(has_text=f"{len(ids)} trên 9").wait_for()
    assert {node.get_attribute("id") for node in page.locator(SHOWN).all()} == {f"dau-hieu-{n}" for n in ids}
    page.get_by_role("button", name="Bỏ lọc").click()
    page.locator("#dem").filter(has_text="9 trên 9").wait_for()
    assert page.locator(SHOWN).count() == 9


def test_a_finding_opens_by_keyboard_and_by_its_link(page: Page) -> None:
    quote = page.locator("#dau-hieu-1 .quote").first
    assert not quote.is_visible()
    page.locator("#dau-hieu-1 > summary").press("Enter")
    assert quote.is_visible()
    page.locator(".agency").nth(1).evaluate("group => group.open = false")
    page.evaluate("location.hash = '#dau-hieu-6'")
    page.locator("#dau-hieu-6 .pair").wait_for(state="visible")


def test_a_link_to_a_finding_can_be_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#dau-hieu-7 > summary").click()
    page.locator("#dau-hieu-7 .permalink").click()
    page.get_by_text("Đã chép liên kết").wait_for()
    assert page.url.endswith("report.html#dau-hieu-7")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "audit", [sample.ORDINARY, sample.VISITED, sample.HOSTILE], ids=["ordinary", "visited", "hostile"]
)
def test_nothing_overflows(browser: Browser, audit: Audit, width: int, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    html.write(audit, path)
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(path.as_uri())
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.title().startswith(audit.title)
    page.close()


def test_controls_are_labelled_and_contrast_is_enough(page: Page) -> None:
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    unnamed = page.evaluate(
        """[...document.querySelectorAll("select, input")].filter(field => !field.labels.length)
           .concat([...document.querySelectorAll("button, a, summary")].filter(node => !node.textContent.trim()))
           .map(node => node.outerHTML)"""
    )
    assert unnamed == []
    assert page.evaluate(CONTRASTS_BELOW_AA) == []


def test_the_page_is_whole_without_its_script(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    html.write(sample.ORDINARY, path)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    assert not page.locator("#loc").is_visible()
    assert page.locator(SHOWN).count() == 9
    page.locator("#dau-hieu-1 > summary").click()
    assert page.locator("#dau-hieu-1 .pair").is_visible()
    context.close()


def test_print_shows_what_is_closed_on_screen(page: Page) -> None:
    page.emulate_media(media="print")
    assert page.locator("#dau-hieu-1 .pair").bounding_box()
    assert not page.locator("#loc").is_visible()
    assert page.pdf().startswith(b"%PDF")


# Every text against the colour behind it, by the formula of WCAG 2; returns what stays below 4.5.
CONTRASTS_BELOW_AA = """
() => {
  const channels = (colour) => colour.match(/[0-9.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b]
    .map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    if (![...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim())) continue;
    if (node.closest("script, option")) continue;
    const [one, two] = [channels(getComputedStyle(node).color), behind(node)].map(luminance).sort((a, b) => b - a);
    const contrast = (one + 0.05) / (two + 0.05);
    if (contrast < 4.5) poor.push(`${contrast.toFixed(2)} ${node.className || node.tagName}: ${node.textContent.trim().slice(0, 40)}`);
  }
  return poor;
}
"""
