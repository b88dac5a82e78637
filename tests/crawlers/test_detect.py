"""Which family a site is: the sample's sites are recognised, what cannot be seen is never taken for a family."""

from __future__ import annotations

import socket
from datetime import date
from typing import TYPE_CHECKING

import pytest

from crawlers.detect import CANARY, GENERIC, DetectError, detect
from crawlers.manners import MannersError
from crawlers.settings import settings
from fixtures.portals import Portals, running
from fixtures.province import SOURCES
from tests.crawlers.portal import Answer, Asked, page, portal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ON = date(2026, 11, 23)
# The page of an office that links to its lists is a plain site; a list's own address is known for what it is.
PLAIN = {"lists": GENERIC}


@pytest.fixture(scope="module")
def portals() -> Iterator[Portals]:
    with running(ON) as started:
        yield started
        assert started.refused == []


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.id)
def test_every_sample_site_is_recognised(portals: Portals, source: object) -> None:
    given = SOURCES[getattr(source, "id", "")]
    found = detect(portals.urls[given.id])
    assert found.platform == PLAIN.get(given.platform, given.platform)
    assert bool(found.families) == (found.platform != GENERIC)
    assert all(url.startswith(portals.urls[given.id]) and why for family in found.families for url, why in family.signs)


def test_a_document_is_known_at_its_own_address() -> None:
    with portal(lambda _: Answer(200, b"%PDF-1.7", (("Content-Type", "application/pdf"),))) as site:
        assert detect(site.url + "danh-muc.pdf").platform == "lists"


HOME = b"<html><body><h1>UBND</h1></body></html>"


def told(home: Answer, others: Callable[[Asked], Answer] = lambda _: Answer(404)) -> Callable[[Asked], Answer]:
    def respond(asked: Asked) -> Answer:
        if asked.path == "/robots.txt":
            return Answer(404)
        return home if asked.path == "/" else others(asked)

    return respond


@pytest.mark.parametrize(
    ("respond", "kind", "words"),
    [
        (told(Answer(200, page("wall_f5.html"))), "blocked", "F5"),
        (told(Answer(403, b"no")), "blocked", "HTTP 403"),
        (told(Answer(503, b"bao tri")), "unreachable", "HTTP 503"),
        (told(Answer(404, b"")), "http", "HTTP 404"),
        (told(Answer(200, HOME), lambda _: Answer(429)), "blocked", "HTTP 429"),
        (told(Answer(200, HOME), lambda asked: Answer(404) if CANARY in asked.path else Answer(200, page("wall_f5.html"))), "blocked", "F5"),
        (told(Answer(200, HOME), lambda _: Answer(200, page("wall_captcha.html"))), "blocked", "captcha"),
        (told(Answer(302, b"", (("Location", "http://127.0.0.9/"),))), "foreign_redirect", "127.0.0.9"),
        (told(Answer(302, b"", (("Location", "/"),))), "http", "chuyển hướng quá"),
        (lambda _: Answer(200, b"User-agent: *\nDisallow: /\n"), "robots", "robots.txt"),
        (lambda _: Answer(500), "unreachable", "HTTP 500"),
    ],
)  # fmt: skip
def test_what_cannot_be_seen_is_no_family(respond: Callable[[Asked], Answer], kind: str, words: str) -> None:
    with portal(respond) as site:
        found = detect(site.url)
    assert (found.platform, found.families) == (None, ())
    (fault,) = found.faults
    assert fault.kind == kind
    assert words in fault.why


def test_nobody_at_home_is_said_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    found = detect(url)
    assert (found.platform, [fault.kind for fault in found.faults]) == (None, ["unreachable"])


def test_an_answer_to_every_address_is_no_sign() -> None:
    """A soft 404 prints the address that was asked for, and with it the words by which a family is known."""

    def echo(asked: Asked) -> Answer:
        return Answer(200, f"<html><body>Không có trang {asked.path}</body></html>".encode())

    with portal(told(Answer(200, HOME), echo)) as site:
        found = detect(site.url)
    assert (found.platform, found.faults) == (GENERIC, ())


def test_it_asks_once_in_turn_by_name_and_below_the_folder_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOAT_CONTACT", "https://kiem-tra.example")
    settings.cache_clear()
    waited: list[float] = []
    robots = b"User-agent: *\nCrawl-delay: 7\nDisallow: /bo-cong-an/bothutuc/\n"

    def respond(asked: Asked) -> Answer:
        if asked.path == "/robots.txt":
            return Answer(200, robots, (("Content-Type", "text/plain"), ("Set-Cookie", "a=1")))
        return (
            Answer(200, b"<a href='/bothutuc/tthc?matt=1'>x</a>")
            if asked.path == "/bo-cong-an/home.html"
            else Answer(404)
        )

    with portal(respond) as site:
        found = detect(f"{site.url}bo-cong-an/home.html", pause=waited.append)
    paths = site.paths()
    assert max(paths.values()) == 1
    assert f"/bo-cong-an/{CANARY}" in paths
    assert not [path for path in paths if path.startswith("/bo-cong-an/bothutuc/")]
    assert {asked.method for asked in site.asked} == {"GET"}
    assert {asked.agent for asked in site.asked} == {"soat/0.1 (+https://kiem-tra.example)"}
    assert len(waited) == len(site.asked) - 1 == found.asked - 1
    assert set(waited) == {7.0}
    assert found.platform == "igate1"
    assert [fault.kind for fault in found.faults] == ["robots"]


def test_a_stranger_is_not_asked_namelessly() -> None:
    with pytest.raises(MannersError, match="SOAT_CONTACT"):
        detect("https://dichvucong.example.vn/")


@pytest.mark.parametrize("url", ["dichvucong.example.vn", "ftp://127.0.0.1/", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(DetectError, match="http"):
        detect(url)
