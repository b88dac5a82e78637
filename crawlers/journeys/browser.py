"""The browser: found, started so that it sends nothing by itself, and killed from outside when it no longer answers."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from playwright.async_api import Error as BrowserError
from playwright.async_api import async_playwright

from crawlers.chromium import launch_options
from crawlers.journeys.memory import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.async_api import Browser, BrowserContext, Playwright

WINDOW = (1280, 720)
PATIENCE = 8.0  # seconds a browser may take to close before it is killed

DRIVER = {
    "NODE_OPTIONS": "--max-semi-space-size=1 --max-old-space-size=256 --v8-pool-size=0",
    **ENVIRONMENT,
}
"""The environment of Playwright's driver, which only passes messages on: without limits it keeps what it has let go of."""

# Of several such flags the browser hears only the last, so what Playwright sets for itself is named here again.
_ON = ("NetworkServiceInProcess2", "CDPScreenshotNewSurface", "SkipListAccountsWithoutGaiaCookies")
_OFF = (
    *(
        "SpareRendererForSitePerProcess",
        "PreconnectToSearch",
        "NetworkTimeServiceQuerying",
        "AutofillServerCommunication",
    ),
    *(
        "LoadingPredictorUseOptimizationGuide",
        "Translate",
        "WebTransport",
        "SpeculationRulesPrefetchFuture",
        "Prerender2",
    ),
    *("NetworkPrediction", "OptimizationHints", "MediaRouter", "DialMediaRouteProvider", "FencedFrames", "FedCm"),
    *("HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "AvoidUnnecessaryBeforeUnloadCheckSync", "LensOverlay"),
    *("DestroyProfileOnBrowserClose", "PaintHolding", "AvoidCorsURLLoaderRestartOnRedirect", "AimEnabled"),
)

# No way around the proxy, and little memory.
FLAGS = (
    "--disable-software-rasterizer",  # nothing is drawn that needs it, and it takes memory
    "--in-process-gpu",  # drawn by the processor all the same; one process less
    "--no-unsandboxed-zygote",  # a process of its own that would start only two others
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--js-flags=--max-old-space-size=512,--max-semi-space-size=2",  # many young heaps are open at once
    f"--enable-features={','.join(_ON)}",
    f"--disable-features={','.join(_OFF)}",
)


class NoBrowserError(ValueError):
    """No browser could be started; the message says what to do."""


class Shopper:
    """One browser with a fresh context for each journey; begins anew when told, and is killed when it does not answer."""

    def __init__(self, dead_end: str) -> None:
        self._dead_end = dead_end
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self.mark = ""
        self.started = 0

    async def __aenter__(self) -> Self:
        given = f"{os.environ.get('NODE_OPTIONS', '')} {DRIVER['NODE_OPTIONS']}".strip()
        with _environment(DRIVER | {"NODE_OPTIONS": given}):  # the driver takes its environment from ours
            self._playwright = await async_playwright().start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()
        if self._playwright is not None:
            await self._playwright.stop()

    @property
    def running(self) -> bool:
        """Whether there is a browser that answers."""
        return self._browser is not None and self._browser.is_connected()

    async def browser(self) -> Browser:
        """Return the browser, starting one where none runs.

        Raises:
            NoBrowserError: none can be started.

        """
        if self._browser is not None and self._browser.is_connected():
            return self._browser
        await self.end()
        assert self._playwright is not None  # noqa: S101 - used within its block
        self.mark = f"--soat={uuid4().hex}"
        try:
            self._browser = await self._playwright.chromium.launch(
                **launch_options(*FLAGS, self.mark),
                proxy={"server": self._dead_end},
                ignore_default_args=["--disable-popup-blocking"],
                handle_sigint=False,
            )
        except BrowserError as error:
            raise NoBrowserError(
                f"không khởi động được trình duyệt ({str(error).splitlines()[0]}); chạy `make setup` để cài đặt rồi chạy lại"
            ) from error
        self.started += 1
        return self._browser

    async def context(self, user_agent: str, dead_end: str) -> BrowserContext:
        """Return a fresh context whose only way out is `dead_end`; whatever it is to see passes its routes.

        Raises:
            NoBrowserError: no browser can be started.

        """
        browser = await self.browser()
        own = f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{browser.version.split('.')[0]}.0.0.0 Safari/537.36"
        return await browser.new_context(
            user_agent=f"{own} {user_agent}",
            viewport={"width": WINDOW[0], "height": WINDOW[1]},
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            accept_downloads=False,
            service_workers="block",
            permissions=[],
            ignore_https_errors=False,
            proxy={"server": dead_end},
        )

    async def end(self) -> None:
        """Close the browser; one that does not close is killed."""
        browser, self._browser = self._browser, None
        if browser is not None:
            with suppress(BrowserError, TimeoutError):
                await asyncio.wait_for(browser.close(), PATIENCE)
        self.kill()

    def kill(self) -> None:
        """Kill the browser we started, and no other: it is known by a mark of ours on its command line."""
        mark, self.mark, self._browser = self.mark, "", None
        for process in marked(mark):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)


@contextmanager
def _environment(more: Mapping[str, str]) -> Iterator[None]:
    """Have these variables set until the block ends."""
    before = {name: os.environ.get(name) for name in more}
    os.environ.update(more)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def marked(mark: str) -> list[int]:
    """Return the ids of the processes whose command line bears a mark."""
    found = []
    for folder in Path("/proc").glob("[0-9]*") if mark else ():
        with suppress(OSError):
            if mark.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found
