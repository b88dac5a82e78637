"""Portal families, one file each, found by name: there is no registry to edit.

A platform module offers what `Platform` lists: the first list request of a target, a reader of list pages, a reader of
detail pages, the paths that may be asked by POST because asking them only reads, and the signs by which a page of the
family is known.
"""

from __future__ import annotations

import hashlib
import pkgutil
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import quote, urlencode

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawlers.page import Page
    from crawlers.records import Fault, PublishedProcedure
    from crawlers.targets import Target


class PlatformError(ValueError):
    """No platform of that name; the message lists those there are."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request that only reads: GET, or POST of `json` or of the fields of a `form`.

    `page` is the public address where a person sees the same; `known` what the list said of the procedure, by field of the
    published record, or what the platform notes for itself ("depth"), never sent; `rendered` asks a browser, where nothing else shows the content: the answer is the page after its scripts ran.
    """

    url: str
    json: Mapping[str, Any] | None = None
    page: str | None = None
    form: Mapping[str, str] | None = None
    known: Mapping[str, str] = field(default_factory=dict)
    rendered: bool = False

    @property
    def method(self) -> str:
        """GET, or POST where there is a body."""
        return "GET" if self.json is None and self.form is None else "POST"

    @property
    def body(self) -> bytes:
        """The bytes that are sent; the same question always has the same bytes."""
        if self.form is not None:
            return urlencode(self.form).encode()
        return b"" if self.json is None else orjson.dumps(self.json, option=orjson.OPT_SORT_KEYS)

    @property
    def media_type(self) -> str | None:
        """The media type of the body; None: there is none."""
        if self.form is not None:
            return "application/x-www-form-urlencoded"
        return None if self.json is None else "application/json"

    @property
    def key(self) -> str:
        """What makes two requests the same: method, URL and body, and whether a browser asks."""
        return request_key(self.method, self.url, self.body, rendered=self.rendered)


def request_key(method: str, url: str, body: bytes, *, rendered: bool = False) -> str:
    """Return the key under which an answer to this request is found again."""
    by = "RENDERED " if rendered else ""
    return f"{by}{method} {ascii_of(url)} {hashlib.sha256(body).hexdigest() if body else ''}"


def ascii_of(text: str | bytes) -> str:
    """Return an address, or the value of a header, as it travels: every byte that is no printable ASCII as %XX."""
    if isinstance(text, str) and text.isascii() and text.isprintable():
        return text
    return quote(text, safe=_PRINTABLE)


_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


@dataclass(frozen=True, slots=True)
class Listing:
    """One list page: the procedures it links to, how many its list has in all (None: it does not say), and the next page.

    `further` are other lists to read, each once; a list that several pages lead to is not read twice.
    """

    entries: tuple[Ask, ...]
    total: int | None = None
    following: Ask | None = None
    further: tuple[Ask, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one detail page or document gave: records without their source, rows that could not be read, and the raw JSON record."""

    records: tuple[PublishedProcedure, ...]
    faults: tuple[Fault, ...] = ()
    raw: Mapping[str, Any] | None = None


class Platform(Protocol):
    """What a module in this folder offers."""

    TITLE: str
    """What people call the family, in Vietnamese."""

    READING: tuple[str, ...]
    """Endings of URL paths that may be asked by POST, because they only read."""

    def first(self, target: Target) -> Ask:
        """Return the request for the first list page."""

    def read_list(self, page: Page, ask: Ask, seen: int) -> Listing:
        """Read a list page; `seen` entries came before it. Raises PageChanged."""

    def read_detail(self, page: Page, ask: Ask) -> Reading:
        """Read a detail page and the answers beside it, `page.beside`. Raises PageChanged."""

    PROBES: tuple[str, ...]
    """Where, below a target's URL, a page of this family may be known; "" is the URL itself."""

    def recognise(self, page: Page) -> str | None:
        """Say in Vietnamese by what a page (HTML or JSON) is of this family; None: by nothing."""


class Rendered(Protocol):
    """What a platform says whose pages only a browser shows."""

    RENDERED: bool
    """True: some of its requests are `rendered`, so that the crawl starts with a browser at hand."""


class WithBeside(Protocol):
    """What a platform offers besides where one procedure stands in several answers."""

    def beside(self, page: Page, ask: Ask) -> tuple[Ask, ...]:
        """Return what else must be asked to read this detail page. Raises PageChanged."""


def names() -> tuple[str, ...]:
    """Return the names of the platforms there are, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def load(name: str) -> Platform:
    """Return the platform of that name.

    Raises:
        PlatformError: there is no such file in crawlers/platforms.

    """
    if name not in names():
        raise PlatformError(f"không có nền tảng “{name}”; dùng một trong: {', '.join(names())}")
    return cast("Platform", import_module(f"{__name__}.{name}"))
