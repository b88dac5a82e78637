"""Whole crawls against portals on loopback: what is published, what is reported, and what is never asked."""

from __future__ import annotations

import io
import json
import socket
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from crawlers.archive import Archive, Recorder, digest_of
from crawlers.canary import canary_of
from crawlers.crawl import CrawlError, Progress, crawl, crawl_catalogue
from crawlers.manners import LOCAL, MannersError
from crawlers.platforms import PlatformError
from crawlers.records import PublishedProcedure, SourceReport, SourceState
from crawlers.settings import settings
from crawlers.targets import Target
from tests.crawlers.portal import Answer, Asked, Portal, dvcqg, igate1, page, portal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., SourceReport]


def published(folder: Path) -> list[PublishedProcedure]:
    lines = (folder / "published.jsonl").read_text(encoding="utf-8").splitlines()
    return [PublishedProcedure.from_json(json.loads(line)) for line in lines]


def canary_path(site: Portal, target: str) -> str:
    return urlsplit(canary_of(Target(target, "A", "national", "dvcqg", site.url)).url).path


def test_igate1_crawl_is_whole_ordered_and_traceable(tmp_path: Path) -> None:
    seen: list[Progress] = []
    with portal(igate1(7, per_page=3)) as site:
        target = Target("h99", "UBND tỉnh Mẫu", "province", "igate1", site.url, delay=0.0, parallel=4, expect=(7, 7))
        (report,) = crawl(
            [target], published=tmp_path / "published.jsonl", captures=tmp_path / "captures", progress=seen.append
        )
    assert report.to_json() | {"listing": 3} == {
        "target": "h99", "state": "ok", "listed": 7, "read": 7, "listing": 3, "faults": [],
    }  # fmt: skip
    assert len(report.listing) == 3
    assert seen[-1] == Progress("h99", 7, 7, 0, "ok")
    records = published(tmp_path)
    assert [record.name.split(".")[0] for record in records if record.name] == list("1234567")
    archive = Archive(tmp_path / "captures")
    today = {datetime.now(LOCAL).date(), (datetime.now(LOCAL) - timedelta(minutes=1)).date()}
    for number, record in enumerate(records, start=1):
        source = record.source
        assert (source.agency, source.level, source.target) == ("UBND tỉnh Mẫu", "province", "h99")
        assert source.url == f"{site.url}bothutuc/tthc?matt={number}"
        assert datetime.fromisoformat(source.captured_on or "").date() in today
        assert source.capture is not None
        assert f"<h4>{number}. ".encode() in archive.read(source.capture)
        assert source.places["documents[0].name"].startswith("mục “Thành phần hồ sơ”")
    assert all(archive.read(digest) for digest in report.listing)
    kept = {(capture.method, capture.url) for capture in archive.captures()}
    assert kept == {(asked.method, site.url + asked.path[1:]) for asked in site.asked}
    assert {asked.agent for asked in site.asked} == {settings().user_agent}
    assert json.loads((tmp_path / "captures/sources.jsonl").read_text(encoding="utf-8")) == report.to_json()


def test_dvcqg_crawl_follows_the_cursor_and_keeps_raw_records(tmp_path: Path) -> None:
    with portal(dvcqg(5)) as site:
        report = crawl_catalogue(site.url, raw=tmp_path / "raw.jsonl", captures=tmp_path / "captures", delay=0.0)
    assert (report.state, report.listed, report.read, len(report.listing)) == (SourceState.OK, 5, 5, 3)
    raw = [json.loads(line) for line in (tmp_path / "raw.jsonl").read_bytes().splitlines()]
    assert [record["code"] for record in raw] == [f"1.{n:06}" for n in range(5)]
    assert raw[0]["executionMethods"][1] is None
    assert {asked.path for asked in site.asked if asked.method != "POST"} == {
        "/robots.txt",
        canary_path(site, "catalogue"),
    }


def test_dvcqg_is_asked_for_one_department_only(tmp_path: Path, run: Run) -> None:
    with portal(dvcqg(3)) as site:
        assert run("dvcqg", site.url, code="H99").state is SourceState.OK
    asked = [json.loads(asked.body) for asked in site.asked if "list-all" in asked.path]
    assert [question.get("departmentCode") for question in asked] == ["H99", "H99"]
    assert published(tmp_path)[2].source.url == f"{site.url}thu-tuc-hanh-chinh/id-2"


def _still(kind: str, data: dict[str, object]) -> dict[str, object]:
    return {**data, "lastId": "0"} if kind == "list" else data


def _no_total(kind: str, data: dict[str, object]) -> dict[str, object]:
    return {**data, "total": None} if kind == "list" else data


HTML = Answer(200, b"<html><body>Xin ch\xc3\xa0o</body></html>")
FEW = b'<div id="totalRecord">%d</div><div class="list-tthc"><li><a class="tthc-name" href="/bothutuc/tthc?matt=1">x</a></li></div>'


@pytest.mark.parametrize(
    ("platform", "respond", "state", "kind", "words"),
    [
        ("dvcqg", dvcqg(5, _still), "changed", "changed", "lặp lại"),
        ("dvcqg", dvcqg(5, _no_total), "changed", "changed", "$.data.total"),
        ("dvcqg", dvcqg(5, status=200), "changed", "changed", "cần 201, gặp 200"),
        ("dvcqg", lambda asked: HTML if asked.method == "POST" else Answer(404), "changed", "changed", "cần JSON nhưng gặp HTML"),
        ("dvcqg", lambda _: HTML, "blocked", "blocked", "mọi địa chỉ"),
        ("dvcqg", lambda _: Answer(200, page("wall_f5.html")), "blocked", "blocked", "F5"),
        ("igate1", igate1(3, special={"list": Answer(200, page("wall_rejected.html"))}), "blocked", "blocked", "Request Rejected"),
        ("igate1", igate1(3, special={"list": Answer(403, page("wall_viettel.html"))}), "blocked", "blocked", "Access denied"),
        ("igate1", igate1(3, special={"list": Answer(503, page("wall_cloudflare.html"))}), "blocked", "blocked", "Cloudflare"),
        ("igate1", igate1(3, special={"list": Answer(200, page("wall_captcha.html"))}), "blocked", "blocked", "captcha"),
        ("igate1", igate1(3, special={"list": Answer(429)}), "blocked", "blocked", "429"),
        ("igate1", igate1(3, special={"list": Answer(500)}), "unreachable", "unreachable", "500"),
        ("igate1", igate1(3, special={"list": Answer(404)}), "changed", "http", "404"),
        ("igate1", igate1(3, special={"list": Answer(200, FEW % 0)}), "suspect", "count", "tổng số 0"),
        ("igate1", igate1(3, special={"list": Answer(200, FEW % 2)}), "changed", "changed", "chỉ lặp lại"),
        ("igate1", igate1(3, special={"list": Answer(200, b'<div id="totalRecord">9</div>')}), "changed", "changed", "trang rỗng"),
        ("igate1", igate1(3, special={"robots": Answer(200, b"User-agent: *\nDisallow: /bothutuc/list\n")}), "blocked", "robots", "robots.txt"),
        ("igate1", igate1(3, special={"robots": Answer(200, page("wall_f5.html"))}), "blocked", "blocked", "F5"),
        ("igate1", igate1(3, special={"robots": Answer(503)}), "unreachable", "unreachable", "503"),
        ("igate1", igate1(3, special={"list": Answer(302, b"", (("Location", "http://127.0.0.2:9/x"),))}), "changed", "foreign_redirect", "127.0.0.2:9"),
        ("igate1", igate1(8, special={"d5": Answer(200, page("wall_f5.html"))}), "blocked", "blocked", "F5"),
        ("igate1", igate1(8, special={f"d{n}": Answer(500) for n in range(1, 9)}), "unreachable", "unreachable", "500"),
        ("igate1", igate1(4, special={f"d{n}": HTML for n in (1, 2, 3)}), "changed", "changed", "tthc-title"),
    ],
)  # fmt: skip
def test_sources_that_cannot_be_relied_upon(  # noqa: PLR0917 - pytest passes them by name
    tmp_path: Path, run: Run, platform: str, respond: Callable[[Asked], Answer], state: str, kind: str, words: str
) -> None:
    with portal(respond) as site:
        report = run(platform, site.url)
    assert report.state == state
    fault = report.faults[0]
    assert fault.kind == kind
    assert words in fault.why
    assert "\n" not in fault.why
    assert published(tmp_path) == []
    if fault.capture is not None:
        Archive(tmp_path / "captures").read(fault.capture)


def test_one_bad_record_is_reported_and_skipped(tmp_path: Path, run: Run) -> None:
    renamed = page("igate1/table.html").replace("Thời hạn giải quyết".encode(), "Thời gian xử lý hồ sơ".encode())
    with portal(igate1(6, special={"d3": Answer(200, renamed), "d5": Answer(404)})) as site:
        report = run("igate1", site.url)
    assert (report.state, report.listed, report.read) == (SourceState.PARTIAL, 6, 4)
    assert [(fault.kind, fault.url[-1]) for fault in report.faults] == [("changed", "3"), ("http", "5")]
    assert [record.name[0] for record in published(tmp_path) if record.name] == list("1246")


@pytest.mark.parametrize(("expect", "state"), [((5, 9), "suspect"), ((1, 3), "suspect"), ((4, 4), "ok")])
def test_expected_counts(run: Run, expect: tuple[int, int], state: str) -> None:
    with portal(igate1(4)) as site:
        assert run("igate1", site.url, expect=expect).state == state


def test_unreachable_host(run: Run) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        report = run("igate1", f"http://127.0.0.1:{free.getsockname()[1]}/")
    assert (report.state, report.listed, report.faults[0].kind) == (SourceState.UNREACHABLE, 0, "unreachable")
    assert "từ chối kết nối" in report.faults[0].why


def test_too_large_a_page_is_not_loaded(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setenv("SOAT_MAX_RESPONSE", "20000")
    with portal(igate1(4, special={"d2": Answer(200, page("igate1/ul.html") + b" " * 20000)})) as site:
        report = run("igate1", site.url)
    assert (report.state, report.read, report.faults[0].kind) == (SourceState.PARTIAL, 3, "too_large")


def test_a_busy_server_is_asked_again_after_the_time_it_names(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setenv("SOAT_RETRIES", "1")
    at: list[datetime] = []
    usual = igate1(1)

    def busy_once(asked: Asked) -> Answer:
        if "matt=1" not in asked.path:
            return usual(asked)
        at.append(datetime.now(UTC))
        return usual(asked) if len(at) > 1 else Answer(503, b"", (("Retry-After", "2"),))

    with portal(busy_once) as site:
        assert run("igate1", site.url).state is SourceState.OK
    assert len(at) == 2
    assert at[1] - at[0] >= timedelta(seconds=2)


def test_a_question_to_a_server_that_hung_up_is_put_once_more(tmp_path: Path, run: Run) -> None:
    usual = dvcqg(3)
    heard: set[bytes] = set()

    def hangs_up_first(asked: Asked) -> Answer:
        if asked.method == "POST" and asked.body not in heard:
            heard.add(asked.body)
            return Answer(0)
        return usual(asked)

    with portal(hangs_up_first) as site:
        for _ in ("seen for the first time", "known from before"):
            heard.clear()
            assert run("dvcqg", site.url).state is SourceState.OK
            assert len(published(tmp_path)) == 3
    with portal(lambda asked: usual(asked) if asked.method == "GET" else Answer(0)) as site:
        report = run("dvcqg", site.url)
    assert (report.state, report.faults[0].kind) == (SourceState.UNREACHABLE, "unreachable")
    assert "đóng kết nối mà không trả lời" in report.faults[0].why
    assert sum(asked.method == "POST" for asked in site.asked) == 2


def test_requests_keep_their_distance_even_for_two_targets_on_one_host(tmp_path: Path) -> None:
    at: list[datetime] = []
    usual = igate1(2)

    def timed(asked: Asked) -> Answer:
        at.append(datetime.now(UTC))
        return usual(asked)

    with portal(timed) as site:
        targets = [
            Target(f"t{n}", "A", "commune", "igate1", site.url, delay=delay, parallel=3)
            for n, delay in enumerate((0.0, 0.15))
        ]
        reports = crawl(targets, published=tmp_path / "p.jsonl", captures=tmp_path / "c")
    assert [report.state for report in reports] == [SourceState.OK, SourceState.OK]
    gaps = [(later - sooner).total_seconds() for sooner, later in zip(sorted(at), sorted(at)[1:], strict=False)]
    assert len(at) == 9  # robots.txt once, two lists, four pages, and each target's address that cannot exist
    assert min(gaps) > 0.1
    assert len((tmp_path / "p.jsonl").read_bytes().splitlines()) == 4


def test_redirects_on_the_own_host_are_followed_and_kept(tmp_path: Path, run: Run) -> None:
    moved = Answer(301, b"", (("Location", "/bothutuc/tthc?matt=4"),))
    with portal(igate1(2, special={"d2": moved})) as site:
        assert run("igate1", site.url).state is SourceState.OK
    assert [record.name[0] for record in published(tmp_path) if record.name] == ["1", "4"]
    assert {capture.status for capture in Archive(tmp_path / "captures").captures()} == {200, 301, 404}


def test_outside_its_window_nothing_is_asked(run: Run) -> None:
    local = datetime.now(LOCAL)
    window = f"{local + timedelta(hours=2):%H:%M}-{local + timedelta(hours=3):%H:%M}"
    with portal(igate1(2)) as site:
        report = run("igate1", site.url, window=window)
        assert site.asked == []
    assert (report.state, report.faults[0].kind) == (SourceState.OUTSIDE_WINDOW, "window")


def test_gzip_answers_are_kept_decoded(tmp_path: Path, run: Run) -> None:
    import gzip

    body = page("igate1/table.html")
    coded = Answer(200, gzip.compress(body), (("Content-Type", "text/html"), ("Content-Encoding", "gzip")))
    with portal(igate1(1, special={"d1": coded})) as site:
        assert run("igate1", site.url).state is SourceState.OK
    assert Archive(tmp_path / "captures").read(digest_of(body)) == body


def test_what_cannot_be_begun_is_told_before_anything_is_asked(tmp_path: Path, run: Run) -> None:
    with pytest.raises(MannersError, match="SOAT_CONTACT"):
        run("igate1", "https://dichvucong.example.vn/")
    with portal(igate1(1)) as site:
        with pytest.raises(PlatformError, match=r"dvcqg.*igate1.*lists"):
            run("igate9", site.url)
        target = Target("h99", "A", "province", "igate1", site.url)
        with pytest.raises(CrawlError, match=r"khong-co/p.jsonl.*không ghi được"):
            crawl([target], published=tmp_path / "khong-co/p.jsonl", captures=tmp_path / "c")
        with Recorder(tmp_path / "captures"), pytest.raises(CrawlError, match="đang có một lần thu thập khác"):
            run("igate1", site.url)
        assert site.asked == []


def workbook(*codes: str) -> bytes:
    """A list in Excel as offices publish them."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("Danh mục")
        for row, cells in enumerate(
            [
                ("STT", "Mã TTHC", "Tên TTHC", "Lĩnh vực"),
                *((str(n), code, f"Thủ tục thứ {n} của xã", "Hộ tịch") for n, code in enumerate(codes, 1)),
            ]
        ):
            sheet.write_row(row, 0, cells)
    return buffer.getvalue()


def test_lists_are_archived_and_read(tmp_path: Path, run: Run) -> None:
    files = {
        "/": b'<a href="/mot.xlsx">1</a> <a href="/tai-ve?id=2.xlsx">2</a> <a href="/hai.xlsx">3</a> <a href="/hong.docx">4</a> <a href="http://127.0.0.2:9/ba.xlsx">5</a>',
        "/mot.xlsx": workbook("1.000001", "1.000002"),
        "/hai.xlsx": workbook("1.000003"),
        "/hong.docx": b"PK\x03\x04 khong phai Word",
    }
    with portal(lambda asked: Answer(200, files[asked.path]) if asked.path in files else Answer(404)) as site:
        report = run("lists", site.url)
        single = run("lists", f"{site.url}mot.xlsx")
    assert (report.state, report.listed, report.read) == (SourceState.PARTIAL, 5, 3)
    assert [(fault.kind, fault.url) for fault in report.faults] == [
        ("list", f"{site.url}hong.docx"), ("foreign", "http://127.0.0.2:9/ba.xlsx"),
    ]  # fmt: skip
    assert str(tmp_path) not in report.faults[0].why
    assert "soat-" not in report.faults[0].why
    assert (single.state, single.read) == (SourceState.OK, 2)
    assert site.paths()["/mot.xlsx"] == 2, "a document that is its own list page is asked for once a crawl"
    first, second = published(tmp_path)
    assert (first.code, second.code) == ("1.000001", "1.000002")
    assert first.source.url == f"{site.url}mot.xlsx"
    assert first.source.agency == "UBND tỉnh Mẫu"
    assert Archive(tmp_path / "captures").read(first.source.capture or "") == files["/mot.xlsx"]
    assert "code" in first.source.places
