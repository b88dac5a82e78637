"""A platform for tests alone: JSON lists and details that say themselves what is beside them, further, and how to ask."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from crawlers.platforms import Ask, Listing, Reading
from crawlers.records import PublishedMethod, PublishedProcedure

if TYPE_CHECKING:
    from crawlers.page import Page
    from crawlers.targets import Target

READING = ("/doc",)
PROBES = ("",)
RENDERED = "PROBE_RENDERED" in os.environ


def first(target: Target) -> Ask:
    return Ask(urljoin(target.url, "/list"))


def recognise(page: Page) -> str | None:
    del page
    return None


def _ask(base: str, told: str | dict[str, Any]) -> Ask:
    given: dict[str, Any] = {"url": told} if isinstance(told, str) else dict(told)
    return Ask(**{**given, "url": urljoin(base, given["url"])})


def read_list(page: Page, ask: Ask, seen: int) -> Listing:
    del seen
    data = page.json()
    return Listing(
        tuple(_ask(ask.url, entry) for entry in data["entries"]),
        data.get("total"),
        _ask(ask.url, data["next"]) if "next" in data else None,
        tuple(_ask(ask.url, other) for other in data.get("further", ())),
    )


def beside(page: Page, ask: Ask) -> tuple[Ask, ...]:
    if page.media_type != "application/json":
        return ()
    return tuple(_ask(ask.url, other) for other in page.json().get("beside", ()))


def read_detail(page: Page, ask: Ask) -> Reading:
    if page.media_type == "application/json":
        data = page.json()
        name, fee = data.get("name"), data.get("fee")
    else:
        found = re.search(r"<h1>([^<]+)</h1>", page.body.decode())
        name, fee = found[1] if found else None, None
    if name is None:
        raise page.changed("name", "thiếu tên")
    steps = "; ".join(f"{other.status}:{other.body.decode()}" for other in page.beside)
    methods = None if fee is None else (PublishedMethod("Trực tiếp", "5 ngày", fee),)
    return Reading((PublishedProcedure(name=name, code=ask.known.get("code"), steps=steps, methods=methods),))
