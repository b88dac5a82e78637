"""Real journeys in a real browser to sites that work, fail, and try to make the shopper act."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import orjson
import pytest
from PIL import Image

from crawlers.journeys.run import Manner, visit
from crawlers.journeys.wire import Answer, Wire
from crawlers.service_visits import Outcome, ServiceVisit, Tls
from crawlers.settings import settings
from crawlers.targets import Target
from fixtures.eservices.cases import CASES, Case, by_slug
from fixtures.eservices.server import Sites, running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

QUICK = Manner(pause=0.05, patience=3.0, limit=60.0)


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SOAT_TIMEOUT", "5")
    monkeypatch.delenv("SOAT_CONTACT", raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


def go(
    sites: Sites, folder: Path, cases: Sequence[Case], platform: str = "igate1", manner: Manner = QUICK
) -> dict[str, ServiceVisit]:
    """Visit some cases; returns what was seen by the case's name."""
    rows = [
        {**sites.published(case), "source": {"url": sites.address(case), "target": "t"}}
        for case in cases
    ]  # fmt: skip
    (folder / "published.jsonl").write_bytes(
        b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
    )
    target = Target(
        "t", "UBND tỉnh Mẫu", "province", platform, sites.url, handover=sites.handover, delay=0.0, parallel=8
    )
    visit(
        [target],
        out=folder / "visits.jsonl",
        captures=folder / "captures",
        published=folder / "published.jsonl",
        manner=manner,
    )
    visits = [
        ServiceVisit.from_json(orjson.loads(line)) for line in (folder / "visits.jsonl").read_bytes().splitlines()
    ]
    assert [one.code for one in visits] == [row["code"] for row in rows]
    return {case.slug: one for case, one in zip(cases, visits, strict=True)}


def test_journeys_end_as_the_truth_says_and_change_nothing(tmp_path: Path) -> None:
    slugs = ("form_steps", "modal", "redirect", "error_500", "blank", "national_down", "elsewhere", "html_form")
    cases = [by_slug(slug) for slug in slugs]
    with running("igate1") as sites:
        seen = go(sites, tmp_path, cases)
    assert {slug: one.outcome for slug, one in seen.items()} == {case.slug: case.outcome for case in cases}
    assert sites.changes == []
    assert all(one.confirmed for one in seen.values())
    assert len(seen["error_500"].attempts) == 2
    assert (seen["error_500"].attributed_to, seen["national_down"].attributed_to) == ("own", "national")
    assert "ungDung" in seen["blank"].why
    assert [one.state for one in seen["html_form"].forms or ()] == ["wrong_type"]
    form = seen["form_steps"]
    assert [(one.name, one.required) for one in form.uploads or ()] == [
        ("Tờ khai theo Mẫu số 01", True),
        ("Bản sao sổ hộ khẩu", True),
        ("Giấy tờ khác (nếu có)", False),
    ]
    assert [(one.kind, one.rank) for one in form.search] == [
        ("code", 1),
        ("name", 1),
        ("unaccented", None),
        ("mistyped", None),
    ]
    assert (form.checks.payment, form.checks.privacy_notice) == (True, True)
    assert form.checks.phone is not None
    assert (form.checks.phone.scrolls, form.checks.phone.way_in) == (False, True)
    assert form.checks.feedback is not None
    assert form.checks.feedback.alive
    assert form.checks.hotline is not None
    assert form.checks.hotline.number == "1900 1234"
    captures = tmp_path / "captures"
    for step in form.steps:
        assert step.status == 200
        assert step.capture is not None
        digest = step.capture.removeprefix("sha256:")
        assert (captures / f"journeys/{digest[:2]}/{digest}.html").is_file()
    with Image.open(captures / str(form.evidence.contact_sheet)) as sheet:
        assert sheet.width > 1200
    har = orjson.loads((captures / str(form.evidence.har)).read_bytes())
    assert {entry["request"]["method"] for entry in har["log"]["entries"]} == {"GET"}


def test_hostile_pages_change_nothing(tmp_path: Path) -> None:
    slugs = ("auto_submit", "beacons", "get_effects", "sockets", "workers", "frames", "windows", "redirects")
    cases = [by_slug(slug) for slug in (*slugs, "overrides", "reports", "later", "pressed")]
    with running("igate1") as sites:
        seen = go(sites, tmp_path, cases)
    assert {slug: one.outcome for slug, one in seen.items()} == {case.slug: case.outcome for case in cases}
    assert sites.changes == []
    told = {one.method for visit in seen.values() for one in visit.refused}
    assert told >= {"POST", "GET", "PUT", "DELETE", "WEBSOCKET"}
    requests = b"".join((tmp_path / "captures" / str(one.requests)).read_bytes() for one in seen.values())
    assert b'"kind":"unseen"' in requests, (
        "what the browser sends behind the page's back ends at the dead end, written down"
    )


def test_a_page_that_wedges_the_browser_costs_one_journey(tmp_path: Path) -> None:
    cases = [by_slug("stuck"), by_slug("login")]
    with running("igate1") as sites:
        seen = go(sites, tmp_path, cases, manner=Manner(at_once=1, pause=0.05, patience=3.0, limit=60.0, recycle=1))
    assert {slug: one.outcome for slug, one in seen.items()} == {
        "stuck": Outcome.TIMEOUT,
        "login": Outcome.REACHED_LOGIN,
    }


def test_the_watchdog_stops_from_outside_and_accuses_nobody(tmp_path: Path) -> None:
    with running("igate1") as sites:
        (seen,) = go(sites, tmp_path, [by_slug("login")], manner=Manner(limit=0.5)).values()
    assert seen.outcome is Outcome.BLOCKED
    assert "từ bên ngoài" in seen.why


def test_a_portal_that_cannot_be_reached_is_not_accused(tmp_path: Path) -> None:
    with running("igate1") as sites:
        sites.url = "http://127.0.0.1:9/"
    (seen,) = go(sites, tmp_path, [by_slug("login")]).values()
    assert (seen.outcome, seen.attributed_to, len(seen.attempts)) == (Outcome.BLOCKED, None, 1)
    assert "không kết nối được" in seen.why
    assert {one.asked for one in seen.search} == {False}


@pytest.mark.parametrize(("expired", "why"), [(True, "hết hạn"), (False, "tự ký")])
def test_a_bad_certificate_is_told_and_the_way_is_looked_at_all_the_same(
    monkeypatch: pytest.MonkeyPatch, *, expired: bool, why: str
) -> None:
    with running("igate1", secure=True, expired=expired) as sites:
        if expired:
            monkeypatch.setenv("SSL_CERT_FILE", str(sites.certificate))  # else it would be unknown before it is old
        answer, tls = asyncio.run(ask(sites.url))
    assert answer.status == 200
    assert (tls.secure, tls.valid) == (True, False)
    assert tls.why is not None
    assert why in tls.why


def test_a_host_that_sends_on_to_its_secure_pages_is_secure(monkeypatch: pytest.MonkeyPatch) -> None:
    with running("igate1", secure=True) as sites:
        monkeypatch.setenv("SSL_CERT_FILE", str(sites.certificate))
        with sending_on(sites.certificate) as host:
            first, last, tls = asyncio.run(follow(f"http://{host}/"))
    assert (first.status, first.header("location"), last.status) == (302, f"https://{host}/", 200)
    assert tls == Tls(host, secure=True, valid=True)


@contextmanager
def sending_on(certificate: Path | None) -> Iterator[str]:
    """A host that answers plainly only to send on to its secure pages, on one port as real ones do under one name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(certificate))
    listener = socket.create_server(("127.0.0.1", 0))
    host = f"127.0.0.1:{listener.getsockname()[1]}"

    def serve() -> None:
        for _ in range(2):
            connection, _ = listener.accept()
            secure = connection.recv(1, socket.MSG_PEEK) == b"\x16"
            with context.wrap_socket(connection, server_side=True) if secure else connection as line:
                line.recv(4096)
                said = "200 OK" if secure else f"302 Found\r\nLocation: https://{host}/"
                line.sendall(f"HTTP/1.1 {said}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())

    thread = threading.Thread(target=serve)
    thread.start()
    with listener:
        yield host
        thread.join(10)


async def follow(url: str) -> tuple[Answer, Answer, Tls]:
    async with Wire(5, "soat/0.1") as wire:
        first = await wire.send("GET", url, {}, limit=2**20)
        last = await wire.send("GET", str(first.header("location")), {}, limit=2**20)
        return first, last, wire.tls[url.split("/")[2]]


async def ask(url: str) -> tuple[Answer, Tls]:
    async with Wire(5, "soat/0.1") as wire:
        answer = await wire.send("GET", url, {}, limit=2**20)
        return answer, wire.tls[url.split("/")[2]]


def test_the_truth_names_every_outcome() -> None:
    assert {case.outcome for case in CASES} == set(Outcome)
    assert len({case.slug for case in CASES}) == len({case.name for case in CASES}) == len(CASES)
