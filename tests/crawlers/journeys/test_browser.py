"""The browser alone: a crash costs a context, a kill costs a browser, and the next journey begins all the same."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Error as BrowserError

from crawlers.journeys.browser import Shopper, marked
from crawlers.journeys.traffic import dead_end


def test_crashed_and_killed_browsers_are_replaced() -> None:
    asyncio.run(crash_and_kill())


async def crash_and_kill() -> None:
    knocked: list[tuple[str, str]] = []
    async with dead_end(lambda method, url: knocked.append((method, url))) as nowhere, Shopper(nowhere) as shopper:
        context = await shopper.context("soat/0.1", nowhere)
        page = await context.new_page()
        crashed = asyncio.Event()
        page.on("crash", lambda _: crashed.set())
        with pytest.raises(BrowserError):
            await page.goto("chrome://crash", timeout=10_000)
        await asyncio.wait_for(crashed.wait(), 10)
        await context.close()
        again = await (await shopper.context("soat/0.1", nowhere)).new_page()
        # Without a gate in front, everything the browser asks ends at the proxy that answers nothing.
        with pytest.raises(BrowserError):
            await again.goto("http://127.0.0.1:8099/trang")
        assert ("GET", "http://127.0.0.1:8099/trang") in knocked
        mark, first = shopper.mark, shopper.started
        assert marked(mark)
        shopper.kill()
        for _ in range(100):
            if not marked(mark):
                break
            await asyncio.sleep(0.05)
        assert marked(mark) == []
        page = await (await shopper.context("soat/0.1", nowhere)).new_page()
        assert "soat/0.1" in await page.evaluate("() => navigator.userAgent")
        assert shopper.started == first + 1
    assert marked(shopper.mark) == []
