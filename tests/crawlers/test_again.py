"""A second crawl of the same target asks only for what changed, is compared with the one before, and says what became of every page."""

from __future__ import annotations

import gzip
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]

from crawlers.archive import INDEX, Archive, digest_of
from crawlers.crawl import crawl_catalogue
from crawlers.ledger import PAGES
from crawlers.records import SourceState
from tests.crawlers.portal import Answer, Asked, dvcqg, igate1, page, portal
from tests.crawlers.probing import probe
from tests.crawlers.test_walk import JSON, answers, named, records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crawlers.records import SourceReport


def tagged(respond: Callable[[Asked], Answer], sent: Counter[int]) -> Callable[[Asked], Answer]:
    """The same portal with an ETag on every page, honouring If-None-Match; counts statuses and bytes sent (at -1)."""

    def answer(asked: Asked) -> Answer:
        usual = respond(asked)
        etag = f'"{digest_of(usual.body)[7:23]}"'
        headers = usual.headers or (("Content-Type", "text/html; charset=utf-8"),)
        if usual.status == 200 and asked.headers.get("if-none-match") == etag:
            usual = Answer(304)
        sent[usual.status] += 1
        sent[-1] += len(usual.body)
        return usual._replace(headers=(*headers, ("ETag", etag)))

    return answer


def ledger(folder: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (folder / "captures" / PAGES).read_bytes().splitlines()]


def outcomes(folder: Path) -> Counter[tuple[str, str]]:
    return Counter((line["kind"], line["outcome"]) for line in ledger(folder))


@pytest.mark.parametrize("tags", [True, False])
def test_what_is_unchanged_is_neither_sent_nor_stored_again(
    tmp_path: Path, run: Callable[..., SourceReport], tags: bool
) -> None:
    sent: Counter[int] = Counter()
    usual = igate1(25, per_page=10)
    with portal(tagged(usual, sent) if tags else usual) as site:
        first = run("igate1", site.url)
        published = (tmp_path / "published.jsonl").read_bytes()
        size = (tmp_path / "captures/h99.warc.gz").stat().st_size
        told = outcomes(tmp_path)
        before = sent.copy()
        sent.clear()
        second = run("igate1", site.url)
    assert (first, first.state) == (second, SourceState.OK)
    assert (tmp_path / "published.jsonl").read_bytes() == published
    assert told == {
        ("robots", "seen"): 1, ("canary", "seen"): 1, ("list", "seen"): 3, ("detail", "seen"): 25, ("second", "seen"): 2,
    }  # fmt: skip
    again = outcomes(tmp_path)
    assert (again["list", "unchanged"], again["detail", "unchanged"]) == (3, 25)
    if tags:
        assert sent[304] == 28, "each page once: what is unchanged needs no second look"
        assert sent[-1] < before[-1] / 5
    growth = (tmp_path / "captures/h99.warc.gz").stat().st_size - size
    assert growth < size / 2, "requests and revisit records only; the test's bodies are hardly larger"
    archive = Archive(tmp_path / "captures")
    entries = archive.entries()
    kinds: Counter[str] = Counter()
    with gzip.open(tmp_path / "captures/h99.warc.gz") as file:
        kinds.update(str(record.rec_type) for record in ArchiveIterator(file))
    assert kinds["revisit"] == sum(entry.revisit is not None for entry in entries) >= 28
    assert all(archive.read(entry.capture.digest) for entry in entries if entry.capture.length)
    (tmp_path / "captures" / INDEX).unlink()
    assert sorted(Archive(tmp_path / "captures").entries(), key=str) == sorted(entries, key=str)


BESIDE: dict[str, Any] = {
    "/list": {"entries": [{"url": "/a", "known": {"code": "1"}}, "/b", {"url": "/doc", "json": {"id": 7}}, "/moved"]},
    "/a": {"name": "A", "beside": ["x", {"url": "/doc", "form": {"of": "a"}}]},
    "/b": {"name": "B", "beside": ["gone"]},
    "/x": {"x": 1},
    "POST /doc": {"name": "C", "fee": "5.000 đồng"},
    "/moved": Answer(302, b"", (("Location", "/there"),)),
    "/there": {"name": "D"},
}


@pytest.mark.parametrize(
    ("change", "unchanged", "asked"),
    [
        # Pages with others beside them, questions by POST, and pages that moved: by their server's word or by digest.
        ({}, {"/a", "/b", "/doc", "/moved"}, 1),
        ({"/x": {"x": 2}}, {"/a", "/b", "/doc", "/moved"}, 1),
        ({"/a": {"name": "A2"}}, {"/b", "/doc", "/moved"}, 2),
        ({"/gone": {"now": "there"}}, {"/a", "/b", "/doc", "/moved"}, 1),
        ({"POST /doc": {"name": "C2"}}, {"/a", "/b", "/moved"}, 1),
        ({"/there": {"name": "D2"}}, {"/a", "/b", "/doc"}, 1),
        # What the list says of a procedure is part of its record.
        ({"/list": {**BESIDE["/list"], "entries": [{"url": "/a", "known": {"code": "2"}}, *BESIDE["/list"]["entries"][1:]]}},
         {"/a", "/b", "/doc", "/moved"}, 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("tags", [True, False])
def test_what_changed_is_read_anew_and_only_that(
    tmp_path: Path, change: dict[str, Any], unchanged: set[str], asked: int, tags: bool
) -> None:
    """The second crawl publishes what a first one would have published."""
    pages = dict(BESIDE)
    respond = tagged(answers(pages), Counter()) if tags else answers(pages)
    (tmp_path / "fresh").mkdir()
    with portal(respond) as site:
        assert probe(site.url, tmp_path).read == 4
        before = records(tmp_path)
        once = site.paths()
        pages.update(change)
        report = probe(site.url, tmp_path)
        told = {
            line["url"].removeprefix(site.url[:-1]): line["outcome"]
            for line in ledger(tmp_path)
            if line["kind"] == "detail"
        }
        assert {path for path, outcome in told.items() if outcome == "unchanged"} == unchanged
        assert (site.paths() - once)["/a"] == asked, "a changed record is looked at twice, all else is asked once"
        assert probe(site.url, tmp_path / "fresh") == report
    assert records(tmp_path) == records(tmp_path / "fresh")
    assert (records(tmp_path) == before) == (not change)


@pytest.mark.parametrize("tags", [True, False])
@pytest.mark.parametrize(
    ("respond", "kind"),
    [(lambda _: Answer(200, page("wall_f5.html")), "blocked"), (lambda _: Answer(200, (SOFT % (1, 2)).encode()), "soft_404")],
)  # fmt: skip
def test_what_stands_in_a_known_page_s_place_is_recognised(
    tmp_path: Path, respond: Callable[[Asked], Answer], kind: str, tags: bool
) -> None:
    usual = answers({"/list": {"entries": ["a", "b"]}, **named("a", "b")})
    before = tagged(usual, Counter()) if tags else usual
    replaced: set[str] = set()

    def now(asked: Asked) -> Answer:
        return (
            respond(asked)
            if asked.path in replaced or (replaced and kind == "soft_404" and "khong-ton-tai" in asked.path)
            else before(asked)
        )

    with portal(now) as site:
        assert probe(site.url, tmp_path, parallel=1).read == 2
        replaced.add("/a")
        report = probe(site.url, tmp_path, parallel=1)
    assert [fault.kind for fault in report.faults] == [kind]
    assert report.state is (SourceState.BLOCKED if kind == "blocked" else SourceState.PARTIAL)


def test_a_catalogue_is_taken_as_it_was_read(tmp_path: Path) -> None:
    """Its records are answers to POST, and the raw ones are kept beside the published."""
    with portal(dvcqg(5)) as site:
        for name in ("first", "again"):
            report = crawl_catalogue(site.url, raw=tmp_path / name, captures=tmp_path / "captures", delay=0.0)
            assert (report.state, report.read) == (SourceState.OK, 5)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "again").read_bytes()
    assert outcomes(tmp_path)["detail", "unchanged"] == 5


def test_the_ledger_says_what_became_of_every_page(tmp_path: Path) -> None:
    pages = {
        "/list": {"entries": ["a", "b", "c", "d", {"url": "/submit", "form": {}}], "further": ["list?2"]},
        **named("a"),
        "/b": Answer(200, b"{}", JSON),
        "/d": {"name": "D", "beside": ["x"]},
        "/robots.txt": Answer(200, b"User-agent: *\nDisallow: /c\n", (("Content-Type", "text/plain"),)),
    }
    with portal(answers(pages)) as site:
        report = probe(site.url, tmp_path)
    lines = {(line["kind"], line["url"].removeprefix(site.url)): line for line in ledger(tmp_path)}
    short = {at: (line["outcome"], line.get("records")) for at, line in lines.items() if at[0] != "canary"}
    assert short == {
        ("robots", "robots.txt"): ("seen", None),
        ("list", "list"): ("seen", 5),
        ("list", "list?2"): ("failed", None),
        ("detail", "a"): ("seen", 1),
        ("detail", "b"): ("failed", None),
        ("detail", "c"): ("skipped", None),
        ("detail", "d"): ("seen", 1),
        ("beside", "x"): ("seen", None),
        ("detail", "submit"): ("skipped", None),
    }
    assert all(bool(line.get("why")) == (line["outcome"] in {"failed", "skipped"}) for line in lines.values())
    assert lines["beside", "x"]["status"] == 404
    assert report.state is SourceState.PARTIAL
    with portal(answers({"/list": {"entries": ["a", "b", "c"]}, "/a": Answer(429)})) as site:
        assert probe(site.url, tmp_path, parallel=1).state is SourceState.BLOCKED
    assert outcomes(tmp_path)["detail", "skipped"] == 2
    assert len(ledger(tmp_path)) == 6, "the ledger is of the last crawl alone"


FULL = {"/list": {"entries": [f"p{n}" for n in range(10)]}, **{f"/p{n}": {"name": "P", "fee": "10.000 đồng"} for n in range(10)}}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "more", "state", "kind"),
    [
        ({}, {}, "ok", None),
        ({"/list": {"entries": ["p1", "p2", "p3", "p4", "p5", "p6", "p7"]}}, {}, "suspect", "count"),
        ({"/list": {"entries": ["p1", "p2", "p3", "p4", "p5", "p6", "p7"]}}, {"expect": [5, 9]}, "ok", None),
        ({f"/p{n}": {"name": "P"} for n in range(10)}, {}, "suspect", "field_lost"),
        ({f"/p{n}": {"name": "P"} for n in range(9)}, {}, "ok", None),
    ],
)
def test_a_crawl_is_compared_with_the_one_before(
    tmp_path: Path, change: dict[str, Any], more: dict[str, Any], state: str, kind: str | None
) -> None:
    pages: dict[str, Any] = dict(FULL)
    with portal(answers(pages)) as site:
        assert probe(site.url, tmp_path, **more).state is (SourceState.OK if not more else SourceState.SUSPECT)
        pages.update(change)
        report = probe(site.url, tmp_path, **more)
        assert (report.state, [fault.kind for fault in report.faults][:1]) == (state, [kind] if kind else [])
        if kind:
            assert records(tmp_path) == []
            report = probe(site.url, tmp_path)
            assert report.state == state, "compared with the last good one, not with the suspect one"


def test_values_that_vary_or_stand_in_the_wrong_field_are_flagged_and_kept(tmp_path: Path) -> None:
    count = 0

    def respond(asked: Asked) -> Answer:
        nonlocal count
        if asked.path == "/list":
            return Answer(200, orjson.dumps({"entries": [f"p{n}" for n in range(21)]}), JSON)
        if not asked.path.startswith("/p"):
            return Answer(404)
        count += 1
        fee = (
            f"{count % 7 + 1}0.000 đồng"
            if asked.path == "/p0"
            else "UBND xã Bản Mai"
            if asked.path == "/p5"
            else "5.000 đồng"
        )
        return Answer(200, orjson.dumps({"name": asked.path, "fee": fee}), JSON)

    with portal(respond) as site:
        report = probe(site.url, tmp_path, parallel=1)
    assert report.state is SourceState.OK
    flagged = {record["name"]: record["source"].get("suspect", {}) for record in records(tmp_path)}
    assert "hai lần xem" in flagged.pop("/p0")["methods[0].fee"]
    assert "tên cơ quan" in flagged.pop("/p5")["methods[0].fee"]
    assert set(map(str, flagged.values())) == {"{}"}
    assert outcomes(tmp_path)["second", "seen"] + outcomes(tmp_path)["second", "unchanged"] == 21, (
        "once one varies, all are looked at twice"
    )
    assert records(tmp_path)[5]["methods"][0]["fee"] == "UBND xã Bản Mai"


def test_a_record_that_changed_is_looked_at_twice(tmp_path: Path) -> None:
    pages: dict[str, Any] = dict(FULL)
    with portal(answers(pages)) as site:
        probe(site.url, tmp_path)
        pages["/p3"] = {"name": "P", "fee": "99.000 đồng", "token": 1}
        pages["/p4"] = {"name": "P", "fee": "10.000 đồng", "token": 2}
        probe(site.url, tmp_path)
        assert site.paths()["/p3"] == 3
        assert site.paths()["/p4"] == 2, "another token is no other record"


SOFT = "<html><body><h1>Không tìm thấy trang</h1><p>Mã yêu cầu %d-%d</p></body></html>"
REAL = "<html><body><h1>Thủ tục</h1></body></html>"


@pytest.mark.parametrize(
    ("respond", "state", "read", "kind"),
    [
        # The list is read; a page that is not there looks like one that is, but for its numbers.
        (lambda n, path: Answer(200, (SOFT % (n, n * 7)).encode()) if path != "/b" else Answer(200, REAL.encode()), "partial", 1, "soft_404"),
        (lambda _, path: Answer(302, b"", (("Location", "/trang-chu"),)) if path != "/b" else Answer(200, REAL.encode()), "partial", 1, "soft_404"),
        (lambda _, path: Answer(404) if path != "/b" else Answer(200, REAL.encode()), "partial", 1, "http"),
    ],
)  # fmt: skip
def test_pages_that_are_not_there_are_never_records(
    tmp_path: Path, respond: Callable[[int, str], Answer], state: str, read: int, kind: str
) -> None:
    count = 0

    def server(asked: Asked) -> Answer:
        nonlocal count
        count += 1
        if asked.path == "/robots.txt":
            return Answer(404)
        if asked.path == "/list":
            return Answer(200, orjson.dumps({"entries": ["a", "b"]}), JSON)
        return respond(count, asked.path)

    with portal(server) as site:
        report = probe(site.url, tmp_path)
    assert (report.state, report.read, [fault.kind for fault in report.faults]) == (state, read, [kind])
    assert [record["name"] for record in records(tmp_path)] == ["Thủ tục"]


def test_an_unknown_wall_in_front_of_everything_is_a_block(tmp_path: Path) -> None:
    wall = b"<html><script>var a1='x';</script><body>Xin cho trong giay lat</body></html>"
    with portal(lambda asked: Answer(404) if asked.path == "/robots.txt" else Answer(200, wall)) as site:
        report = probe(site.url, tmp_path)
    assert (report.state, report.faults[0].kind) == (SourceState.BLOCKED, "blocked")
    assert "mọi địa chỉ" in report.faults[0].why


def test_robots_may_be_waived_by_the_owner_and_that_is_told(tmp_path: Path) -> None:
    pages = {"/robots.txt": Answer(200, b"User-agent: *\nDisallow: /\nCrawl-delay: 0\n"), "/list": {"entries": ["a"]}, **named("a")}  # fmt: skip
    with portal(answers(pages)) as site:
        assert probe(site.url, tmp_path).state is SourceState.BLOCKED
        report = probe(site.url, tmp_path, robots_waived="Công văn số 12/VP-KSTT")
    assert (report.state, report.read) == (SourceState.OK, 1)
    assert "12/VP-KSTT" in report.notes[0]
    told = orjson.loads((tmp_path / "captures/sources.jsonl").read_bytes())
    assert told["notes"] == list(report.notes)
    assert replace(report, notes=()) != report
