"""Archived portals as sources: WARC, WACZ and saved pages give what a portal once gave, and say what they do not hold."""

from __future__ import annotations

import asyncio
import gzip
import os
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from crawlers.archive import Archive, ArchiveError, Exchange, Recorder
from crawlers.crawl import CrawlError, crawl
from crawlers.platforms import load
from crawlers.records import SourceReport, SourceState
from crawlers.replay import Replay, place_of, tell_damage
from crawlers.reread import reread
from crawlers.spill import Lines, spill
from crawlers.targets import Target
from crawlers.visit import Visit
from crawlers.walk import Walk, once
from tests.crawlers.portal import igate1, page, portal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOME = "https://dichvucong.mau.gov.vn/"
TARGET = Target("cu", "UBND tỉnh Mẫu", "province", "igate1", HOME, delay=9.0, window="00:00-00:01")
LIST = "bothutuc/listThuTuc?co_quan_cha=&linh_vuc=&muc_do=&tukhoa=&per_page=50&page=1"
MAY, JUNE = datetime(2024, 5, 1, 2, tzinfo=UTC), datetime(2024, 6, 1, 2, tzinfo=UTC)


def listing(count: int, path: str = "/bothutuc/tthc?matt=%d") -> bytes:
    links = "".join(f'<li><a class="tthc-name" href="{path % n}">x</a></li>' for n in range(1, count + 1))
    return f'<div id="totalRecord">{count}</div><div class="list-tthc"><ul>{links}</ul></div>'.encode()


def detail(number: int) -> bytes:
    return page("igate1/ul.html").replace(b"<h4>", f"<h4>{number}. ".encode())


PAGES = {LIST: listing(3), **{f"bothutuc/tthc?matt={n}": detail(n) for n in (1, 2, 3)}}


def warc(folder: Path, pages: dict[str, bytes], at: datetime = MAY, home: str = HOME, status: int = 200) -> Path:
    """A WARC file with these pages by path."""
    with Recorder(folder) as recorder:
        for path, body in pages.items():
            headers = [("Content-Type", "text/html; charset=utf-8")]
            recorder.keep(Exchange("x", "GET", home + path, [], b"", status, headers, body, at))
    return folder / "x.warc.gz"


def replayed(
    origin: Path, folder: Path, on: date | None = None, target: Target = TARGET
) -> tuple[SourceReport, list[dict[str, Any]]]:
    """What a walk through an archive reports and reads, without a child process."""
    with Recorder(folder / "captures") as recorder, spill() as file:
        replay = Replay(origin, [target], recorder, file, on)
        visit = Visit(target, load(target.platform), replay.since, Lines(file), Lines(file))
        tell_damage(replay, [visit], origin)
        walk = Walk(replay.ask, replay.body, lambda _: None, lambda _: None, once)
        asyncio.run(walk.visit(visit))
        return visit.report(), [orjson.loads(line) for line in visit.lines]


@pytest.mark.parametrize(
    "home", [HOME, "http://dichvucong.mau.gov.vn/", "https://www.dichvucong.mau.gov.vn:443/", "https://DICHVUCONG.mau.gov.vn/"]
)  # fmt: skip
def test_a_warc_is_a_source_like_a_live_portal(tmp_path: Path, home: str) -> None:
    origin = warc(tmp_path / "old", PAGES, home=home)
    report, records = replayed(origin, tmp_path)
    assert (report.state, report.listed, report.read, report.faults) == (SourceState.OK, 3, 3, ())
    assert [record["name"][0] for record in records] == list("123")
    assert {record["source"]["captured_on"] for record in records} == {"2024-05-01"}
    assert [record["source"]["url"] for record in records] == [f"{HOME}bothutuc/tthc?matt={n}" for n in (1, 2, 3)]
    archive = Archive(tmp_path / "captures")
    assert all(archive.read(record["source"]["capture"]) for record in records)
    assert replayed(origin, tmp_path) == (report, records)
    assert len(Archive(tmp_path / "captures").entries()) == len(archive.entries()), "nothing is taken over twice"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.vn/x/", "https://www.a.vn/x"),
        ("http://a.vn:80/x?b=2&a=1", "http://a.vn/x?a=1&b=2"),
        ("https://a.vn:443/%C4%91", "https://A.vn/đ"),
        ("https://a.vn", "https://a.vn/"),
        ("https://a.vn/x?q=a+b", "https://a.vn/x?q=a%20b"),
    ],
)
def test_addresses_that_are_one_place(one: str, other: str) -> None:
    assert place_of(one) == place_of(other)
    assert place_of(one) != place_of("https://a.vn:8443/y?a=2")


def test_the_day_chooses_the_capture_and_what_is_not_there_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    warc(folder, {**PAGES, "bothutuc/tthc?matt=3": detail(7)}, MAY)
    warc(folder, {"bothutuc/tthc?matt=2": b"tam dung"}, JUNE, status=503)
    origin = warc(folder, {LIST: listing(4), "bothutuc/tthc?matt=1": detail(9)}, JUNE)
    report, records = replayed(origin, tmp_path)
    assert [record["name"][0] for record in records] == list("927"), "the last, and no passing failure for a page"
    assert (report.state, report.listed, report.read) == (SourceState.PARTIAL, 4, 3)
    assert [(fault.kind, fault.url[-1]) for fault in report.faults] == [("not_archived", "4")]
    assert "không phải lỗi của cơ quan" in report.faults[0].why
    report, records = replayed(origin, tmp_path / "may", date(2024, 5, 31))
    assert ([record["name"][0] for record in records], report.state) == (list("127"), SourceState.OK)
    report, records = replayed(origin, tmp_path / "april", date(2024, 4, 30))
    assert (report.state, report.faults[0].kind, records) == (SourceState.UNREACHABLE, "not_archived", [])
    with pytest.raises(ArchiveError, match=r"không có trang nào của khac\.vn"):
        replayed(origin, tmp_path / "other", target=replace(TARGET, url="https://khac.vn/"))


def cut(data: bytes) -> bytes:
    return data[:-70]


def garbage(data: bytes) -> bytes:
    """Bytes of no record before one in the second half."""
    place = data.index(b"\x1f\x8b\x08" if data.startswith(b"\x1f") else b"WARC/1.0\r\n", len(data) // 2)
    return data[:place] + b"\0rac\xff" * 50 + data[place:]


def flipped(data: bytes) -> bytes:
    return bytes(byte ^ 0xFF if len(data) // 2 < at < len(data) // 2 + 40 else byte for at, byte in enumerate(data))


@pytest.mark.parametrize("packed", ["members", "one", "plain"])
@pytest.mark.parametrize(
    ("harm", "words", "lost"), [(cut, "cắt cụt", 1), (garbage, "dữ liệu lạ", 0), (flipped, "byte", 1)]
)
def test_of_a_damaged_warc_the_rest_is_read(
    tmp_path: Path, packed: str, harm: Callable[[bytes], bytes], words: str, lost: int
) -> None:
    origin = warc(tmp_path / "old", PAGES)
    whole = origin.read_bytes()
    if packed != "members":
        whole = gzip.decompress(whole)
    whole = harm(whole)
    origin.write_bytes(gzip.compress(whole) if packed == "one" else whole)
    report, records = replayed(origin, tmp_path)
    assert len(records) >= 3 - lost
    assert report.state is SourceState.PARTIAL
    damage = [fault.why for fault in report.faults if fault.kind == "archive_damaged"]
    assert damage
    assert words in damage[0]


def test_other_peoples_records_are_read(tmp_path: Path) -> None:
    """Coded bodies, a resource without HTTP, a request that follows its answer, and a page that only says it is unchanged."""
    body = gzip.compress(PAGES[LIST])
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    rows = [
        ("response", LIST, http + chunked, {"Content-Type": "application/http; msgtype=response"}),
        ("resource", "bothutuc/tthc?matt=1", detail(1), {"Content-Type": "text/html"}),
        ("response", "bothutuc/tthc?matt=2", b"HTTP/1.1 200 OK\r\n\r\n" + detail(2), {"WARC-Payload-Digest": "sha1:AB", "Content-Type": "application/http"}),
        ("revisit", "bothutuc/tthc?matt=3", b"HTTP/1.1 200 OK\r\n\r\n", {"WARC-Payload-Digest": "sha1:AB", "Content-Type": "application/http"}),
        ("metadata", "x", b"a: b", {"Content-Type": "application/warc-fields"}),
    ]  # fmt: skip
    out = b""
    for number, (kind, path, content, more) in enumerate(rows):
        head = {"WARC-Type": kind, "WARC-Target-URI": HOME + path, "WARC-Date": "2024-05-01T02:00:00Z", "WARC-Record-ID": f"<urn:uuid:{number}>", **more, "Content-Length": str(len(content))}  # fmt: skip
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        out += b"WARC/1.1\r\n" + lines.encode() + b"\r\n" + content + b"\r\n\r\n"
    (tmp_path / "a.warc").write_bytes(out)
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as packed:
        packed.writestr("archive/data.warc.gz", gzip.compress(out))
        packed.writestr("datapackage.json", "{}")
    for name in ("a.warc", "a.wacz"):
        report, records = replayed(tmp_path / name, tmp_path / name.replace(".", "-"))
        assert (report.state, [record["name"][0] for record in records]) == (SourceState.OK, list("122"))


def save(folder: Path, layout: str) -> None:
    """The pages as different programs save them."""
    site = folder / "dichvucong.mau.gov.vn"
    rows = []
    for number, (path, body) in enumerate(PAGES.items()):
        file, text = site / path.replace("?", "@"), body
        if layout == "comment":
            url = HOME + path
            file, text = (
                folder / f"Trang {number}.html",
                f"<!-- saved from url=({len(url):04}){url} -->\n".encode() + body,
            )
        elif layout == "index":
            file = folder / f"{number}.bin"
            rows.append(f"{number}.bin\t{HOME}{path}\t2024-05-01T02:00:00+00:00")
        elif layout == "httrack":
            mirrored = f"<!-- Mirrored from dichvucong.mau.gov.vn/{path} by HTTrack Website Copier/3.x [XR&CO'2014], Wed, 01 May 2024 02:00:00 GMT -->\n"  # fmt: skip
            file, text = site / f"page{number}.html", mirrored.encode() + body
        elif layout == "wget -E":
            file = site / f"{path}.html"
        elif layout == "names":
            file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text)
        os.utime(file, (MAY.timestamp(), MAY.timestamp()))
    if rows:
        (folder / "urls.tsv").write_text("file\turl\tdate\n" + "\n".join(rows) + "\n", encoding="utf-8")


@pytest.mark.parametrize("layout", ["comment", "index", "httrack", "wget", "wget -E", "names"])
def test_a_folder_of_saved_pages_is_a_source(tmp_path: Path, layout: str) -> None:
    save(tmp_path / "pages", layout)
    report, records = replayed(tmp_path / "pages", tmp_path)
    assert (report.state, [record["name"][0] for record in records]) == (SourceState.OK, list("123"))
    assert {record["source"]["captured_on"] for record in records} == {"2024-05-01"}


def test_a_crawl_from_an_archive_asks_nothing_and_is_read_again(tmp_path: Path) -> None:
    with portal(igate1(5)) as site:
        target = Target("h99", "UBND tỉnh Mẫu", "province", "igate1", site.url, delay=0.0)
        (live,) = crawl([target], published=tmp_path / "live.jsonl", captures=tmp_path / "live")
        before = len(site.asked)
        copy = replace(target, delay=9.0)
        (report,) = crawl([copy], published=tmp_path / "p.jsonl", captures=tmp_path / "c", origin=tmp_path / "live")
        with pytest.raises(CrawlError, match="nguồn khác"):
            crawl([copy], published=tmp_path / "p.jsonl", captures=tmp_path / "c")
        assert len(site.asked) == before
    assert report == live
    assert (tmp_path / "p.jsonl").read_bytes() == (tmp_path / "live.jsonl").read_bytes()
    records, again = reread(copy, Archive(tmp_path / "c"))
    assert b"".join(orjson.dumps(record.to_json()) + b"\n" for record in records) == (tmp_path / "p.jsonl").read_bytes()
    assert again == report
    with pytest.raises(CrawlError, match="không đọc được kho lưu"):
        crawl([copy], published=tmp_path / "p.jsonl", captures=tmp_path / "d", origin=tmp_path / "khong-co.warc")
