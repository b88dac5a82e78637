"""Reading an archived crawl again gives the very records it published, and says where today's readers cannot."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import orjson
import pytest

from crawlers.archive import Archive, ArchiveError, Exchange, Recorder
from crawlers.crawl import crawl
from crawlers.records import SourceReport, SourceState
from crawlers.reread import reread
from crawlers.targets import Target, read_targets
from fixtures.__main__ import targets
from fixtures.portals import running
from fixtures.province import SOURCES
from tests.crawlers.portal import Answer, Asked, dvcqg, igate1, page, portal
from tests.crawlers.test_crawl import workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REDIRECT = Answer(302, b"", (("Location", "/bothutuc/tthc?matt=99"),))
MISSHAPEN = Answer(200, b"<html><body><h1>Giao dien moi</h1></body></html>")
ROBOTS = Answer(200, b"User-agent: *\nDisallow: /bothutuc/tthc?matt=5\n", (("Content-Type", "text/plain"),))


def again(target: Target, folder: Path) -> tuple[bytes, SourceReport]:
    records, report = reread(target, Archive(folder))
    return b"".join(orjson.dumps(record.to_json()) + b"\n" for record in records), report


def lists(asked: Asked) -> Answer:
    files = {
        "/": b'<a href="/mot.xlsx">1</a> <a href="/hong.docx">2</a> <a href="http://127.0.0.2:9/ba.xlsx">3</a> <a href="/hai.xlsx">4</a>',
        "/mot.xlsx": workbook("1.000001", "1.000002"),
        "/hai.xlsx": workbook("1.000003"),
        "/hong.docx": b"PK\x03\x04 no document",
    }
    return Answer(200, files[asked.path]) if asked.path in files else Answer(404)


def misread(kind: str, data: dict[str, object]) -> dict[str, object]:
    return {**data, "name": None} if kind == "detail" and data["code"] == "1.000001" else data


PORTALS: dict[str, tuple[str, Callable[[Asked], Answer], str, SourceState]] = {
    "igate1": ("igate1", igate1(7, per_page=3), "", SourceState.OK),
    "igate1, one redirect": ("igate1", igate1(7, special={"d3": REDIRECT}), "", SourceState.OK),
    "igate1, one page gone": ("igate1", igate1(7, special={"d3": Answer(404)}), "", SourceState.PARTIAL),
    "igate1, one page changed": ("igate1", igate1(7, special={"d3": MISSHAPEN}), "", SourceState.PARTIAL),
    "igate1, robots": ("igate1", igate1(7, special={"robots": ROBOTS}), "", SourceState.PARTIAL),
    "igate1, blocked": ("igate1", igate1(7, special={"d3": Answer(429)}), "", SourceState.BLOCKED),
    "igate1, the list changed": ("igate1", igate1(7, special={"list": MISSHAPEN}), "", SourceState.CHANGED),
    "dvcqg": ("dvcqg", dvcqg(5), "", SourceState.OK),
    "dvcqg, one record changed": ("dvcqg", dvcqg(5, misread), "", SourceState.PARTIAL),
    "lists": ("lists", lists, "", SourceState.PARTIAL),
    "lists, a document": ("lists", lists, "mot.xlsx", SourceState.OK),
}


@pytest.mark.parametrize("name", PORTALS)
def test_the_records_are_those_the_crawl_wrote(tmp_path: Path, name: str) -> None:
    platform, respond, path, state = PORTALS[name]
    with portal(respond) as site:
        target = Target("h99", "UBND tỉnh Mẫu", "province", platform, site.url + path, "H99", delay=0.0, parallel=4)
        (report,) = crawl([target], published=tmp_path / "p.jsonl", captures=tmp_path / "c")
    assert report.state is state
    read, derived = again(target, tmp_path / "c")
    assert read == (tmp_path / "p.jsonl").read_bytes()
    assert bool(read) == (state in {SourceState.OK, SourceState.PARTIAL})
    # Where a crawl is broken off, how many pages were still read beside the one that broke it is chance.
    assert replace(derived, read=report.read) == report
    (tmp_path / "c/captures.jsonl").unlink()
    (tmp_path / "c/crawl.json").unlink()
    assert again(target, tmp_path / "c") == (read, derived), "the WARC files are enough"


def test_the_sample_province_is_read_again_exactly(tmp_path: Path) -> None:
    with running(date(2026, 11, 2)) as portals:
        (tmp_path / "targets.toml").write_text(targets(portals.urls), encoding="utf-8")
        every = read_targets(tmp_path / "targets.toml")
        reports = crawl(every, published=tmp_path / "p.jsonl", captures=tmp_path / "c")
    assert {target.id for target in every} == set(SOURCES)
    derived = [again(target, tmp_path / "c") for target in every]
    assert b"".join(read for read, _ in derived) == (tmp_path / "p.jsonl").read_bytes()
    assert [report for _, report in derived] == reports


def test_a_retried_an_interrupted_and_a_repeated_crawl(tmp_path: Path) -> None:
    usual = igate1(4)
    refused: dict[str, int] = {"=3": 1}

    def respond(asked: Asked) -> Answer:
        ending = asked.path[-2:]
        if refused.get(ending, 0) > 0:
            refused[ending] -= 1
            return Answer(429)
        return usual(asked)

    with portal(respond) as site:
        target = Target("h99", "UBND tỉnh Mẫu", "province", "igate1", site.url, delay=0.0)
        for state in (SourceState.BLOCKED, SourceState.OK, SourceState.OK):
            (report,) = crawl([target], published=tmp_path / "p.jsonl", captures=tmp_path / "c")
            assert report.state is state
            assert again(target, tmp_path / "c") == ((tmp_path / "p.jsonl").read_bytes(), report)
    assert len(Archive(tmp_path / "c").captures()) > 12, "the second whole crawl asked everything anew"


def archive(folder: Path, target: Target, answers: dict[str, bytes]) -> None:
    """An archive as an older crawl left it: GET answers by path."""
    with Recorder(folder) as recorder:
        for path, body in answers.items():
            headers = [("Content-Type", "text/html")]
            at = datetime(2024, 5, 1, tzinfo=UTC)
            recorder.keep(Exchange(target.id, "GET", target.url + path, [], b"", 200, headers, body, at))


OLD = Target("old", "UBND tỉnh Mẫu", "province", "igate1", "http://127.0.0.1:9/")
LIST = "bothutuc/listThuTuc?co_quan_cha=&linh_vuc=&muc_do=&tukhoa=&per_page=50&page=1"
LINKS = b"".join(b'<li><a class="tthc-name" href="/bothutuc/tthc?matt=%d">x</a></li>' % n for n in (1, 2, 3))
ENTRIES = b'<div id="totalRecord">3</div><div class="list-tthc"><ul>' + LINKS + b"</ul></div>"


def test_a_page_todays_reader_cannot_read_is_told_and_not_guessed(tmp_path: Path) -> None:
    old_layout = b"<table><tr><td>Ten</td><td>Khai sinh</td></tr></table>"
    pages = {f"bothutuc/tthc?matt={n}": page("igate1/ul.html") for n in (1, 3)}
    archive(tmp_path, OLD, {LIST: ENTRIES, **pages, "bothutuc/tthc?matt=2": old_layout})
    records, report = reread(OLD, Archive(tmp_path))
    assert [record.source.url for record in records] == [f"{OLD.url}bothutuc/tthc?matt={n}" for n in (1, 3)]
    assert (report.state, [fault.kind for fault in report.faults]) == (SourceState.PARTIAL, ["changed"])
    assert report.faults[0].capture in {capture.digest for capture in Archive(tmp_path).captures()}


def test_a_page_that_was_not_kept_is_told(tmp_path: Path) -> None:
    archive(tmp_path, OLD, {LIST: ENTRIES, "bothutuc/tthc?matt=1": page("igate1/ul.html")})
    records, report = reread(OLD, Archive(tmp_path))
    assert len(records) == 1
    assert [(fault.kind, fault.url[-1]) for fault in report.faults] == [("unreachable", "2"), ("unreachable", "3")]
    assert "kho bản chụp không có" in report.faults[0].why
    nothing, report = reread(replace(OLD, id="other"), Archive(tmp_path))
    assert (nothing, report.state) == ([], SourceState.UNREACHABLE)


def test_an_altered_archive_is_not_read(tmp_path: Path) -> None:
    archive(tmp_path, OLD, {LIST: ENTRIES})
    lines = [json.loads(line) for line in (tmp_path / "captures.jsonl").read_text(encoding="utf-8").splitlines()]
    lines[0]["digest"] = "sha256:" + "0" * 64
    (tmp_path / "captures.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    with pytest.raises(ArchiveError, match="không khớp mã băm"):
        reread(OLD, Archive(tmp_path))
