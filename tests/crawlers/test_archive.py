"""The archive: what goes in comes out by its digest, whatever ends a crawl; and it is WARC that others can read."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]

from crawlers.archive import INDEX, Archive, ArchiveError, Exchange, Recorder, digest_of

AT = datetime(2026, 11, 1, 3, 0, 0, 123456, tzinfo=UTC)


def exchange(body: bytes, number: int = 0, target: str = "h99", **more: object) -> Exchange:
    headers = (("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip"))
    usual = Exchange(
        target, "GET", f"http://127.0.0.1/a?n={number}", (("Host", "127.0.0.1"),), b"", 200, headers, body, AT
    )
    return Exchange(**{name: more.get(name, getattr(usual, name)) for name in Exchange.__slots__})  # type: ignore[arg-type]


def fill(folder: Path, count: int) -> list[bytes]:
    bodies = [b"trang %d " % n * 50 for n in range(count)]
    with Recorder(folder) as recorder:
        for number, body in enumerate(bodies):
            recorder.keep(exchange(body, number))
    return bodies


@given(st.lists(st.binary(max_size=2000), max_size=8))
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes]) -> None:
    folder = tmp_path_factory.mktemp("archive")
    with Recorder(folder) as recorder:
        kept = [
            recorder.keep(exchange(body, number, method="POST", request_body=body[:9])).capture
            for number, body in enumerate(bodies)
        ]
    archive = Archive(folder)
    assert archive.captures() == kept
    assert [archive.read(capture.digest) for capture in kept] == bodies
    (folder / INDEX).unlink()
    rebuilt = Archive(folder)
    assert rebuilt.entries() == archive.entries(), "the index can be rebuilt from the WARC files alone"


def test_records_are_standard_warc(tmp_path: Path) -> None:
    body = fill(tmp_path, 1)[0]
    with (tmp_path / "h99.warc.gz").open("rb") as file:
        found = [
            (record.rec_type, record.rec_headers, record.http_headers, record.content_stream().read())
            for record in ArchiveIterator(file, check_digests="raise")
        ]
    assert [kind for kind, *_ in found] == ["warcinfo", "request", "response"]
    _, headers, http, content = found[2]
    assert content == body
    assert headers.get_header("WARC-Payload-Digest") == digest_of(body)
    assert headers.get_header("WARC-Date") == "2026-11-01T03:00:00.123456Z"
    assert http.get_header("X-Archive-Orig-Content-Encoding") == "gzip"


@pytest.mark.parametrize("cut", [1, 7, 60, 200])
def test_an_unfinished_end_is_cut_off_and_nothing_else(tmp_path: Path, cut: int) -> None:
    bodies = fill(tmp_path, 5)
    warc, index = tmp_path / "h99.warc.gz", tmp_path / INDEX
    size = len(warc.read_bytes())
    last = Archive(tmp_path).entries()[-1]
    assert cut < last.size
    with warc.open("rb+") as file:
        file.truncate(size - cut)
    lines = index.read_bytes().splitlines(keepends=True)
    index.write_bytes(b"".join(lines[:2]) + lines[2][:-cut])
    archive = Archive(tmp_path)
    assert [archive.read(capture.digest) for capture in archive.captures()] == bodies[:4]
    with Recorder(tmp_path) as recorder:
        recorder.keep(exchange(b"sau khi va", 9))
    assert Archive(tmp_path).read(digest_of(b"sau khi va")) == b"sau khi va"
    assert len(list(ArchiveIterator(io.BytesIO(warc.read_bytes()), check_digests="raise"))) == 1 + 4 * 2 + 1 + 2


def test_a_new_file_is_begun_when_one_is_full(tmp_path: Path) -> None:
    for start in (0, 4):
        with Recorder(tmp_path, max_file=2500) as recorder:
            for number in range(start, start + 4):
                recorder.keep(exchange(b"%d" % number * 300, number))
    names = {entry.file for entry in Archive(tmp_path).entries()}
    assert {"h99.warc.gz", "h99+2.warc.gz"} <= names
    (tmp_path / INDEX).unlink()
    archive = Archive(tmp_path)
    assert {archive.read(capture.digest)[:1] for capture in archive.captures()} == {b"%d" % n for n in range(8)}
    assert {capture.target for capture in archive.captures()} == {"h99"}


def damage(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)


def test_altered_bytes_are_never_returned(tmp_path: Path) -> None:
    fill(tmp_path, 3)
    entry = Archive(tmp_path).entries()[1]
    damage(tmp_path / entry.file, entry.offset + entry.size - 20)
    with pytest.raises(ArchiveError, match=rf"h99.warc.gz, byte {entry.offset}: "):
        Archive(tmp_path).read(entry.capture.digest)
    with pytest.raises(ArchiveError, match="không có bản chụp sha256:0"):
        Archive(tmp_path).read("sha256:" + "0" * 64)


def test_damage_before_the_end_is_told_and_left_alone(tmp_path: Path) -> None:
    fill(tmp_path, 3)
    entry = Archive(tmp_path).entries()[1]
    (tmp_path / INDEX).unlink()
    damage(tmp_path / entry.file, entry.offset + entry.size - 20)
    before = (tmp_path / entry.file).read_bytes()
    with pytest.raises(ArchiveError, match="bản ghi hỏng giữa tệp"):
        Archive(tmp_path)
    assert (tmp_path / entry.file).read_bytes() == before


def test_damage_that_reads_as_an_endless_record_cuts_nothing_off(tmp_path: Path) -> None:
    fill(tmp_path, 3)
    entry = Archive(tmp_path).entries()[1]
    (tmp_path / INDEX).unlink()
    path = tmp_path / entry.file
    data = bytearray(path.read_bytes())
    # Behind the ten bytes of a gzip header: a stored block of 65,535 bytes, more than the file still has.
    data[entry.offset + 10 : entry.offset + 15] = b"\x00\xff\xff\x00\x00"
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="bản ghi hỏng giữa tệp"):
        Archive(tmp_path)
    assert path.read_bytes() == data


def test_a_broken_index_names_its_line(tmp_path: Path) -> None:
    fill(tmp_path, 2)
    path = tmp_path / INDEX
    path.write_bytes(b"{}\n" + path.read_bytes())
    with pytest.raises(ArchiveError, match=r"captures.jsonl, dòng 1: "):
        Archive(tmp_path)


FULL = """
import resource, sys
from pathlib import Path
from crawlers.archive import Recorder, ArchiveError
from tests.crawlers.test_archive import exchange
import random
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
number = 0
try:
    with Recorder(Path(sys.argv[1])) as recorder:
        while True:
            recorder.keep(exchange(random.Random(number).randbytes(3000), number))
            number += 1
except ArchiveError as error:
    print(number, error)
"""


def test_a_disk_that_takes_no_more_is_one_clear_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    number, _, error = done.stdout.strip().partition(" ")
    assert "phần đã lưu còn nguyên vẹn" in error
    assert "\n" not in error
    assert len(Archive(tmp_path).captures()) == int(number) > 5
    archive = Archive(tmp_path)
    assert all(archive.read(capture.digest) for capture in archive.captures())
