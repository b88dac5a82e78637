"""An address that cannot exist, asked once of every target: what a server says to it, it may say to any other address.

A server that answers it with a page has no honest 404. A page of the target that is that same page is no page of it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from rapidfuzz import fuzz

from crawlers.platforms import Ask

if TYPE_CHECKING:
    from crawlers.targets import Target

_LONGEST = 200_000  # bytes of a page that are compared
_COMPARED = 4000  # characters of text in which likeness is measured
_LIKE = 92.0
_UNSEEN = re.compile(r"(?is)<(script|style|noscript|template)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>")
_TOKEN = re.compile(r"\S*\d\S*|\S{25,}")


@dataclass(frozen=True, slots=True)
class Canary:
    """What a server says to the address that cannot exist: the plain text of its page, or where it leads to."""

    digest: str
    text: str
    location: str | None = None

    def same(self, digest: str, body: bytes) -> bool:
        """Say whether a page is that page, whatever numbers and tokens change in it."""
        if self.location is not None:
            return False
        return digest == self.digest or (bool(self.text) and plain_text(body) == self.text)

    def like(self, digest: str, body: bytes) -> bool:
        """Say whether a page that could not be read is nearly that page."""
        if self.location is not None:
            return False
        if digest == self.digest:
            return True
        text = plain_text(body)
        return bool(text and self.text) and fuzz.ratio(text[:_COMPARED], self.text[:_COMPARED]) >= _LIKE


@cache
def canary_of(target: Target) -> Ask:
    """Return the request for an address that no portal has; always the same for a target, so that a crawl can be resumed."""
    name = hashlib.sha256(f"canary {target.id} {target.url}".encode()).hexdigest()[:16]
    return Ask(urljoin(target.url, f"/{name}/khong-ton-tai"))


def told(ask: Ask, status: int, digest: str, body: bytes, location: str | None) -> Canary | None:
    """Return what an answer to the canary means for other pages; None: the server is honest, or said nothing usable."""
    if 300 <= status < 400 and location and urlsplit(ask.url).path not in location:
        return Canary(digest, "", urljoin(ask.url, location))
    if status < 300 and body:
        return Canary(digest, plain_text(body, urlsplit(ask.url).path))
    return None


def plain_text(body: bytes, without: str = "") -> str:
    """Return what a page says, without markup and without the words that change from one request to the next."""
    if b"\0" in body[:1000] or body.startswith((b"PK", b"%PDF")):
        return ""
    text = body[:_LONGEST].decode("utf-8", "replace")
    if without:
        text = text.replace(without, " ")
    return " ".join(_TOKEN.sub(" ", _UNSEEN.sub(" ", text)).lower().split())
