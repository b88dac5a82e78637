"""Other people's WARC files, whole or damaged: every answer that can be read, and the places that cannot.

A file is unpacked to the disk first. Records are then found by their own heads, so that bytes which belong to none, in the
middle or at the end, cost no more than themselves.
"""

from __future__ import annotations

import base64
import hashlib
import io
import mmap
import re
import tempfile
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import unquote

from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]
from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PART = 2**20
_GZIP = b"\x1f\x8b\x08"
_HEAD = re.compile(rb"WARC/1\.[01]\r?\n")
_LENGTH = re.compile(rb"(?im)^content-length:\s*(\d+)\s*$")
_END = re.compile(rb"\r?\n\r?\n")
_LONGEST_HEAD = 2**16
_SWELLS = 300
"""A gzip file that unpacks to more than so many times its size is no archive of pages."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of an archive: what was asked, when, and what came; `body` is None where it stands elsewhere, at `same`."""

    method: str
    url: str
    question: bytes
    at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    digest: str | None = None
    rendered: bool = False
    tls: str | None = None


def read_warc(file: IO[bytes], size: int, told: Callable[[str], None], limit: int) -> Iterator[Answered]:
    """Yield the answers of a WARC file, gzipped or not; `told` gets a sentence for each part that cannot be read.

    Bodies of more than `limit` bytes are told and left out.
    """
    with tempfile.TemporaryFile() as plain:
        if file.read(3) == _GZIP:
            file.seek(0)
            _unpack(file, plain, size, told)
        else:
            file.seek(0)
            while part := file.read(_PART):
                plain.write(part)
        if plain.tell() == 0:
            return
        plain.flush()
        with mmap.mmap(plain.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            yield from _answers(whole, told, limit)


def _unpack(file: IO[bytes], plain: IO[bytes], size: int, told: Callable[[str], None]) -> None:
    """Unpack every gzip member that can be unpacked; one that is damaged ends where the next begins."""
    start = 0
    while start < size:
        file.seek(start)
        unpacker = zlib.decompressobj(wbits=31)
        fed = 0
        try:
            while not unpacker.eof and (part := file.read(_PART)):
                plain.write(unpacker.decompress(part))
                fed += len(part)
                if plain.tell() > size * _SWELLS + _PART:
                    told(f"byte {start}: giải nén ra quá lớn so với tệp; bỏ phần còn lại")
                    return
        except zlib.error as error:
            told(f"byte {start}: phần nén bị hỏng ({error})")
            start = _next_member(file, start + 1, size)
            plain.write(b"\r\n\r\n")
            continue
        if not unpacker.eof:
            told(f"byte {start}: tệp bị cắt cụt")
            plain.write(b"\r\n\r\n")
            return
        start += fed - len(unpacker.unused_data)
        if start < size:
            file.seek(start)
            if file.read(3) != _GZIP:
                told(f"byte {start}: có dữ liệu lạ giữa các bản ghi")
                start = _next_member(file, start, size)


def _next_member(file: IO[bytes], start: int, size: int) -> int:
    """Where the next gzip member that holds a record begins; the file's size if there is none."""
    while start < size:
        file.seek(start)
        part = file.read(_PART)
        place = part.find(_GZIP)
        while place >= 0:
            try:
                if zlib.decompressobj(wbits=31).decompress(part[place : place + 4096], 5) == b"WARC/":
                    return start + place
            except zlib.error:
                pass
            place = part.find(_GZIP, place + 1)
        start += max(1, len(part) - 2)
    return size


def _answers(whole: mmap.mmap, told: Callable[[str], None], limit: int) -> Iterator[Answered]:
    asked: dict[str, tuple[str, bytes]] = {}
    before: tuple[str, str, bytes] | None = None
    for start, end in _records(whole, told):
        if end - start > limit + 2 * _LONGEST_HEAD:
            told(f"byte {start}: bản ghi lớn hơn giới hạn ({end - start} byte); bỏ qua")
            continue
        try:
            record: Any = next(iter(ArchiveIterator(io.BytesIO(whole[start:end]))), None)
            if record is None:
                continue
            body: bytes = record.content_stream().read(limit + 1)
            head = record.rec_headers
            if not _intact(head.get_header("WARC-Block-Digest"), whole, start, end):
                told(f"byte {start}: nội dung bản ghi không khớp mã băm của nó; bỏ qua")
                continue
            url = (head.get_header("WARC-Target-URI") or "").strip("<>")
            if record.rec_type == "request":
                method = (record.http_headers.protocol if record.http_headers else "GET").upper()
                for name in ("WARC-Concurrent-To", "WARC-Record-ID"):
                    if value := head.get_header(name):
                        asked[value] = (method, body)
                before = (url, method, body)
                continue
            if record.rec_type not in {"response", "revisit", "resource"}:
                continue
            own = asked.get(head.get_header("WARC-Record-ID")) or asked.get(head.get_header("WARC-Concurrent-To"))
            if own is None and before is not None and before[0] == url:
                own = before[1:]
            if len(body) > limit:
                told(f"byte {start}: {url} lớn hơn giới hạn; bỏ qua")
                continue
            yield _answered(record, own or ("GET", b""), url, body)
        except (ArchiveLoadFailed, ValueError, TypeError, AttributeError, EOFError, zlib.error) as error:
            told(f"byte {start}: bản ghi không đọc được ({error})")


def _intact(told: str | None, whole: mmap.mmap, start: int, end: int) -> bool:
    """Say whether a record's block is what its digest says; one without a digest that we know is taken as it is."""
    name, _, value = (told or "").partition(":")
    if name.lower() not in {"sha1", "sha256", "md5"}:
        return True
    head = _END.search(whole, start, end)
    digest = hashlib.new(name, whole[head.end() if head else start : end], usedforsecurity=False)
    return value.lower() in {digest.hexdigest(), base64.b32encode(digest.digest()).decode().lower()}


def _answered(record: Any, own: tuple[str, bytes], url: str, body: bytes) -> Answered:  # noqa: ANN401 - warcio has no types
    head, http = record.rec_headers, record.http_headers
    date = datetime.fromisoformat(head.get_header("WARC-Date"))
    media_type = head.get_header("Content-Type") or ""
    return Answered(
        method=own[0],
        url=url,
        question=own[1],
        at=date if date.tzinfo else date.replace(tzinfo=UTC),
        status=int(http.get_statuscode()) if http else 200,
        headers=tuple(http.headers) if http else (("Content-Type", media_type),),
        body=None if record.rec_type == "revisit" else body,
        digest=head.get_header("WARC-Payload-Digest"),
        rendered=head.get_header("WARC-Soat-Rendered") is not None,
        tls=unquote(head.get_header("WARC-Soat-TLS") or "") or None,
    )


def _records(whole: mmap.mmap, told: Callable[[str], None]) -> Iterator[tuple[int, int]]:
    """Yield where each whole record begins and ends."""
    size, place = len(whole), 0
    while place < size:
        found = _HEAD.search(whole, place)
        if found is None:
            if whole[place : place + 4096].strip():
                told(f"byte {place}: dữ liệu lạ ở cuối tệp")
            return
        start = found.start()
        if whole[place:start].strip():
            told(f"byte {place}: có dữ liệu lạ giữa các bản ghi")
        head_end = _END.search(whole, start, min(size, start + _LONGEST_HEAD))
        length = _LENGTH.search(whole, start, head_end.start() + 1) if head_end else None
        if head_end is None or length is None:
            told(f"byte {start}: bản ghi không có phần đầu đầy đủ")
            place = found.end()
            continue
        end = head_end.end() + int(length[1])
        following = _HEAD.search(whole, head_end.end(), min(size, end)) if end > size else None
        if end > size:
            told(f"byte {start}: bản ghi bị cắt cụt")
            place = following.start() if following else size
            continue
        if whole[end : end + 4].strip(b"\r\n") and not _HEAD.match(whole, end):
            # The stated length leads into the middle of something: the record was altered.
            following = _HEAD.search(whole, head_end.end())
            if following is not None and following.start() < end:
                told(f"byte {start}: bản ghi có độ dài sai")
                place = following.start()
                continue
        yield start, end
        place = end
