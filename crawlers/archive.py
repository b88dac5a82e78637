"""The archive of a crawl: every answer kept as a WARC record, found again by the SHA-256 of its body, never changed.

`<folder>/<target>.warc.gz` (then `<target>+2.warc.gz` …) holds one gzip member a record, so that a killed process can only
ever leave an unfinished last member; `<folder>/captures.jsonl` says where each body is and can be rebuilt from the files.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import re
import zlib
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import Message
from http.client import responses
from typing import IO, TYPE_CHECKING, Any, Self
from urllib.parse import quote, unquote
from uuid import uuid4

import orjson
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from crawlers.platforms import ascii_of, request_key
from crawlers.records import Capture

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

INDEX = "captures.jsonl"
LOCK = ".lock"
MAX_FILE = 2**30
LEVEL = 2  # of gzip; 9 costs six times as much time as the page's extraction for 8% less space
_CODED = frozenset({"content-encoding", "transfer-encoding"})
_PART = 2**20
_RENDERED = "WARC-Soat-Rendered"
"""Says that a response record's body is the page as a browser showed it, not the bytes that were sent."""
_TLS = "WARC-Soat-TLS"
"""Says whether the server's certificate could be trusted; percent-encoded, for heads are ASCII."""
_LOOK = "WARC-Soat-Look"
"""Says that the same was asked a second time in the same crawl, to see whether it varies."""


class ArchiveError(ValueError):
    """The archive cannot be written or does not hold what it should; one sentence with the file and what to do."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer as seen; `body` is the answer's body with any transfer or content coding undone.

    `rendered`: a browser asked, and the body is the page once its scripts had run. `look`: 2 where the same was asked a second
    time to see whether it varies.
    """

    target: str
    method: str
    url: str
    request_headers: Iterable[tuple[str, str]]
    request_body: bytes
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes
    at: datetime
    rendered: bool = False
    look: int = 1
    tls: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the index: the capture, what was asked, and where its body's record is (bytes from the file's start).

    A page seen again unchanged has a short record of its own, which ends at byte `revisit[1]` of file `revisit[0]`. `etag` and
    `modified` are what its server said by which a change can be told.
    """

    capture: Capture
    key: str
    file: str
    offset: int
    size: int
    look: int = 1
    etag: str | None = None
    modified: str | None = None
    revisit: tuple[str, int] | None = None

    @property
    def end(self) -> tuple[str, int]:
        """The file and the byte up to which it is indexed by this line."""
        return self.revisit or (self.file, self.offset + self.size)

    def to_json(self) -> bytes:
        """Return the line of the index; what is usual is left out."""
        own = {name: getattr(self, name) for name in _OWN}
        if self.look == 1:
            del own["look"]
        return orjson.dumps(
            {**self.capture.to_json(), **{name: value for name, value in own.items() if value is not None}}
        )

    @classmethod
    def from_json(cls, line: bytes) -> Self:
        """Read a line of the index."""
        data: dict[str, Any] = orjson.loads(line)
        own = {name: data.pop(name) for name in _OWN if name in data}
        if "revisit" in own:
            own["revisit"] = tuple(own["revisit"])
        return cls(Capture.from_json(data), **own)


_OWN = ("key", "file", "offset", "size", "look", "etag", "modified", "revisit")


def digest_of(body: bytes) -> str:
    """Return the address of a body: "sha256:" and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


class Archive:
    """Reads an archive; opening it mends what a killed crawl left unfinished, unless a crawl is running there now."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._size = -1
        self._entries: list[Entry] = []
        self._by_digest: dict[str, Entry] = {}
        if folder.is_dir() and os.access(folder, os.W_OK):
            with (folder / LOCK).open("ab") as lock:
                if _locked(lock):
                    repair(folder)

    def captures(self) -> list[Capture]:
        """Return every capture, oldest first."""
        return [entry.capture for entry in self.entries()]

    def entries(self) -> list[Entry]:
        """Return the index, oldest first."""
        path = self.folder / INDEX
        size = path.stat().st_size if path.exists() else 0
        if size != self._size:
            self._entries = list(read_index(path))
            self._by_digest = {entry.capture.digest: entry for entry in self._entries}
            self._size = size
        return self._entries

    def read(self, digest: str) -> bytes:
        """Return the body of that digest.

        Raises:
            ArchiveError: there is none, or the stored bytes are not those of the digest.

        """
        self.entries()
        if digest not in self._by_digest:
            raise ArchiveError(f"{self.folder}: kho lưu không có bản chụp {digest}; kiểm tra lại thư mục bản chụp")
        return read_body(self.folder, self._by_digest[digest])


def read_body(folder: Path, entry: Entry) -> bytes:
    """Return the body an index entry points to, checked against its digest.

    Raises:
        ArchiveError: the record is not there or its bytes were altered.

    """
    return read_answer(folder, entry)[0]


def read_answer(folder: Path, entry: Entry) -> tuple[bytes, dict[str, str]]:
    """Return the body an index entry points to, checked against its digest, and its headers by lower-case name.

    Raises:
        ArchiveError: the record is not there or its bytes were altered.

    """
    path = folder / entry.file
    try:
        with path.open("rb") as file:
            file.seek(entry.offset)
            data = zlib.decompress(file.read(entry.size), wbits=31)
    except (OSError, zlib.error) as error:
        raise ArchiveError(
            f"{path}, byte {entry.offset}: không đọc được bản ghi ({error}); khôi phục tệp từ bản sao lưu"
        ) from error
    record = next(iter(ArchiveIterator(io.BytesIO(data))))
    body: bytes = record.content_stream().read()
    if digest_of(body) != entry.capture.digest:
        raise ArchiveError(
            f"{path}, byte {entry.offset}: nội dung không khớp mã băm {entry.capture.digest}; tệp đã bị sửa"
        )
    return body, {name.lower(): value for name, value in record.http_headers.headers}


def read_index(path: Path) -> Iterator[Entry]:
    """Yield the whole lines of an index; nothing where there is no index.

    Raises:
        ArchiveError: a whole line is not an index entry.

    """
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                break
            try:
                entry = Entry.from_json(line)
            except (ValueError, KeyError, TypeError) as error:
                raise ArchiveError(
                    f"{path}, dòng {number}: không phải mục lục bản chụp ({error}); xóa tệp này để lập lại từ các tệp WARC"
                ) from error
            yield entry


# --- writing ------------------------------------------------------------------------------------------------------


class Recorder:
    """Writes an archive; one at a time for a folder. Every record is whole on disk before `keep` returns."""

    def __init__(self, folder: Path, max_file: int = MAX_FILE) -> None:
        self.folder, self._max_file = folder, max_file
        self._files: dict[str, tuple[IO[bytes], int]] = {}
        with ExitStack() as opened:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                self._lock = opened.enter_context((folder / LOCK).open("ab"))
                if not _locked(self._lock):
                    raise ArchiveError(f"{folder}: đang có một lần thu thập khác ghi vào đây; chờ nó xong rồi chạy lại")
                repair(folder)
                self._index = opened.enter_context((folder / INDEX).open("ab"))
            except OSError as error:
                raise ArchiveError(
                    f"{folder}: không ghi được kho bản chụp ({error.strerror}); kiểm tra quyền và chỗ trống"
                ) from error
            opened.pop_all()

    def entries(self) -> Iterator[Entry]:
        """Yield the index as it stands on disk, oldest first."""
        self._index.flush()
        return read_index(self.folder / INDEX)

    def keep(self, seen: Exchange, before: Entry | None = None) -> Entry:
        """Store an exchange and return its line of the index.

        Where the answer is the very one kept `before`, or the server says so (304), a short record stands for it: the body is
        not stored twice.

        Raises:
            ArchiveError: the disk does not take it; what was stored before stays whole.

        """
        url = ascii_of(seen.url)
        digest = digest_of(seen.body)
        told = {name.lower(): value for name, value in seen.headers}
        etag, modified = told.get("etag"), told.get("last-modified")
        again = before is not None and (seen.status == 304 or (digest, seen.status) == (before.capture.digest, before.capture.status))  # fmt: skip
        if again and before is not None:
            capture = replace(before.capture, captured_at=seen.at, tls=seen.tls)
            etag, modified = etag or before.etag, modified or before.modified
        else:
            capture = Capture(
                digest=digest,
                url=url,
                captured_at=seen.at,
                status=seen.status,
                media_type=_media_type(seen.headers),
                length=len(seen.body),
                target=seen.target,
                method=seen.method,
                rendered=seen.rendered,
                tls=seen.tls,
            )
        key = request_key(seen.method, url, seen.request_body, rendered=seen.rendered)
        request, response = _records(seen, url, capture, again=again)
        try:
            file, number = self._file(seen.target)
            start = file.tell()
            _append(file, request + response)
            name = _name(seen.target, number)
            if again and before is not None:
                where, end = (before.file, before.offset, before.size), start + len(request) + len(response)
                entry = Entry(capture, key, *where, seen.look, etag, modified, revisit=(name, end))
            else:
                where = (name, start + len(request), len(response))
                entry = Entry(capture, key, *where, seen.look, etag, modified)
            self._index.write(entry.to_json() + b"\n")
        except OSError as error:
            raise ArchiveError(
                f"{self.folder}: không ghi thêm được bản chụp ({error.strerror}); phần đã lưu còn nguyên vẹn, "
                "hãy giải phóng chỗ trống rồi chạy lại đúng lệnh này để làm tiếp"
            ) from error
        return entry

    def close(self) -> None:
        """Flush everything to disk and let others write."""
        try:
            for file in [self._index, *(file for file, _ in self._files.values())]:
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ArchiveError(
                f"{self.folder}: không ghi được hết kho bản chụp ({error.strerror}); lần mở sau sẽ tự lập lại mục lục"
            ) from error
        finally:
            for file in [self._index, self._lock, *(file for file, _ in self._files.values())]:
                with suppress(OSError):  # an unwritable end was told above, and the next opening mends it
                    file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _file(self, target: str) -> tuple[IO[bytes], int]:
        """The open file of a target and its number; a new one where the last is full."""
        file, number = self._files.get(target) or (None, _last_number(self.folder, target))
        if file is None or file.tell() >= self._max_file:
            if file is not None:
                file.close()
                number += 1
            path = self.folder / _name(target, number)
            if path.exists() and path.stat().st_size >= self._max_file:
                number += 1
                path = self.folder / _name(target, number)
            file = path.open("ab", buffering=0)
            if file.tell() == 0:
                _append(file, _gzip(_warcinfo(path.name)))
            self._files[target] = (file, number)
        return file, number


def _append(file: IO[bytes], data: bytes) -> None:
    """Write all of it at the file's end or none of it: a full disk takes a part before it refuses the rest."""
    start, left = file.tell(), memoryview(data)
    try:
        while left:
            left = left[file.write(left) :]
    except OSError:
        os.truncate(file.fileno(), start)
        raise


def _records(seen: Exchange, url: str, capture: Capture, *, again: bool) -> tuple[bytes, bytes]:
    """The request's and the answer's record, each one gzip member; `again`: a revisit, without the body and, of a GET, without the request."""
    own = {"WARC-Date": seen.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
    own |= {_RENDERED: "1"} if seen.rendered else {}
    own |= {_TLS: quote(seen.tls, safe=" :")} if seen.tls else {}
    own |= {_LOOK: str(seen.look)} if seen.look != 1 else {}
    # What is kept is the body itself, so that its digest is that of the bytes a reader gets; the codings it travelled in are noted.
    headers = [
        (f"X-Archive-Orig-{name}" if name.lower() in _CODED else name, value)
        for name, value in seen.headers
        if name.lower() != "content-length"
    ]
    status = f"{seen.status} {responses.get(seen.status, '')}".strip()
    if again:
        answer = _revisit(url, capture, own, status, headers)
        if seen.method == "GET":  # a revisit without its request answers a GET
            return b"", answer
    else:
        headers.append(("Content-Length", str(len(seen.body))))
        answered = StatusAndHeaders(status, headers, protocol="HTTP/1.1")
        answer = _record("response", url, own | {"WARC-Payload-Digest": capture.digest}, answered, seen.body)
    path = re.sub(r"^[a-z]+://[^/]+", "", url) or "/"
    asked = StatusAndHeaders(f"{seen.method} {path} HTTP/1.1", list(seen.request_headers), is_http_request=True)
    own |= {"WARC-Payload-Digest": digest_of(seen.request_body)}
    return _record("request", url, own, asked, seen.request_body), answer


def _record(kind: str, url: str, own: dict[str, str], head: StatusAndHeaders, body: bytes) -> bytes:
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=False)
    payload = io.BytesIO(body)
    writer.write_record(
        writer.create_warc_record(
            url, kind, payload=payload, length=len(body), http_headers=head, warc_headers_dict=own
        )
    )
    return _gzip(buffer.getvalue())


def _revisit(url: str, capture: Capture, own: dict[str, str], status: str, headers: Sequence[tuple[str, str]]) -> bytes:
    """The record of a page seen again unchanged, put together here: there are as many as pages, and warcio takes five times as long."""
    block = _lines([(f"HTTP/1.1 {status}", None), *headers, ("Content-Length", "0")])
    profile = "server-not-modified" if status.startswith("304") else "identical-payload-digest"
    told = {
        "WARC-Type": "revisit",
        "WARC-Record-ID": f"<urn:uuid:{uuid4()}>",
        "WARC-Target-URI": url,
        **own,
        "WARC-Payload-Digest": capture.digest,
        "WARC-Profile": f"http://netpreserve.org/warc/1.0/revisit/{profile}",
        "WARC-Refers-To-Target-URI": capture.url,
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
    }
    return _gzip(_lines([("WARC/1.0", None), *told.items()]) + block + b"\r\n\r\n")


def _lines(lines: Iterable[tuple[str, str | None]]) -> bytes:
    """A head as it is written: one line each, a name with its value, and an empty line."""
    text = "".join(f"{name}\r\n" if value is None else f"{name}: {value}\r\n" for name, value in lines)
    return f"{text}\r\n".encode()


def _warcinfo(name: str) -> bytes:
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=False)
    writer.write_record(writer.create_warcinfo_record(name, {"software": "soat", "format": "WARC File Format 1.0"}))
    return buffer.getvalue()


def _gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def _media_type(headers: Sequence[tuple[str, str]]) -> str:
    for name, value in headers:
        if name.lower() == "content-type":
            message = Message()
            message["content-type"] = value
            return message.get_content_type()
    return ""


def _name(target: str, number: int) -> str:
    return f"{target}.warc.gz" if number == 1 else f"{target}+{number}.warc.gz"


def _last_number(folder: Path, target: str) -> int:
    number = 1
    while (folder / _name(target, number + 1)).exists():
        number += 1
    return number


def _locked(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


# --- mending ------------------------------------------------------------------------------------------------------


def repair(folder: Path) -> None:
    """Cut off the unfinished ends a killed process left, and index the whole records it had not indexed.

    Raises:
        ArchiveError: a file is damaged elsewhere than at its end; it is left as it is.

    """
    index = folder / INDEX
    known: dict[str, int] = {}
    for entry in read_index(index):
        name, end = entry.end
        known[name] = max(known.get(name, 0), end)
    _cut_line(index)
    found: list[Entry] = []
    again: list[Entry] = []
    for path in sorted(folder.glob("*.warc.gz")):
        for entry in _unindexed(path, known.get(path.name, 0)):
            (found if entry.revisit is None else again).append(entry)
    if again:
        wanted = {(entry.capture.target, entry.capture.digest) for entry in again}
        bodies = {
            (entry.capture.target, entry.capture.digest): entry
            for entry in (*read_index(index), *found)
            if (entry.capture.target, entry.capture.digest) in wanted and entry.revisit is None
        }
        found += [
            _seen_again(entry, first)
            for entry in again
            if (first := bodies.get((entry.capture.target, entry.capture.digest))) is not None
        ]
    if found:
        found.sort(key=lambda entry: entry.capture.captured_at)
        with index.open("ab") as file:
            file.writelines(entry.to_json() + b"\n" for entry in found)


def _seen_again(entry: Entry, first: Entry) -> Entry:
    """The line of a page seen again unchanged: what it was, as its first record tells, and when it was seen again."""
    return replace(
        entry,
        capture=replace(first.capture, captured_at=entry.capture.captured_at, tls=entry.capture.tls),
        file=first.file,
        offset=first.offset,
        size=first.size,
        etag=entry.etag or first.etag,
        modified=entry.modified or first.modified,
    )


def _cut_line(index: Path) -> None:
    if not index.exists():
        return
    with index.open("rb+") as file:
        size = keep = file.seek(0, os.SEEK_END)
        while keep > 0:
            start = max(0, keep - _PART)
            file.seek(start)
            newline = file.read(keep - start).rfind(b"\n")
            if newline >= 0:
                keep = start + newline + 1
                break
            keep = start
        if keep < size:
            file.truncate(keep)


def _unindexed(path: Path, start: int) -> list[Entry]:
    """The whole response records from `start` on; an unfinished last one is cut off."""
    size = path.stat().st_size
    if start > size:
        raise ArchiveError(f"{path}: tệp ngắn hơn mục lục ghi ({size} < {start} byte); khôi phục tệp từ bản sao lưu")
    entries: list[Entry] = []
    asked = b"GET\n"
    end = start
    with path.open("rb") as file:
        file.seek(start)
        for offset, length, data in _members(file, path):
            end = offset + length
            record = next(iter(ArchiveIterator(io.BytesIO(data))))
            body: bytes = record.content_stream().read()
            if record.rec_type == "request":
                asked = record.http_headers.protocol.encode() + b"\n" + body
            elif record.rec_type in {"response", "revisit"}:
                entries.append(_entry(path, record, asked, body, at=(offset, length)))
                asked = b"GET\n"
    if end < size:
        os.truncate(path, end)
    return entries


def _entry(path: Path, record: Any, asked: bytes, body: bytes, *, at: tuple[int, int]) -> Entry:  # noqa: ANN401 - warcio has no types
    method, _, request_body = asked.partition(b"\n")
    url: str = record.rec_headers.get_header("WARC-Target-URI")
    headers = record.http_headers
    own = record.rec_headers
    told = {name.lower(): value for name, value in headers.headers}
    again = record.rec_type == "revisit"
    capture = Capture(
        digest=own.get_header("WARC-Payload-Digest") if again else digest_of(body),
        url=url,
        captured_at=datetime.fromisoformat(own.get_header("WARC-Date")),
        status=int(headers.get_statuscode()),
        media_type=_media_type(headers.headers),
        length=len(body),
        target=re.sub(r"(\+\d+)?\.warc\.gz$", "", path.name),
        method=method.decode(),
        rendered=own.get_header(_RENDERED) is not None,
        tls=unquote(own.get_header(_TLS) or "") or None,
    )
    key = request_key(capture.method, url, request_body, rendered=capture.rendered)
    look = int(own.get_header(_LOOK) or 1)
    revisit = (path.name, sum(at)) if again else None
    return Entry(capture, key, path.name, *at, look, told.get("etag"), told.get("last-modified"), revisit)


_GZIP = b"\x1f\x8b\x08"


def _members(file: IO[bytes], path: Path) -> Iterator[tuple[int, int, bytes]]:
    """Yield (offset, size, content) of each whole gzip member from the file's position on; stops at an unfinished last one."""
    offset, left = file.tell(), b""
    while True:
        unpacker = zlib.decompressobj(wbits=31)
        out: list[bytes] = []
        size = 0
        while not unpacker.eof:
            part = left or file.read(_PART)
            left = b""
            if not part:
                _check_last(file, path, offset)
                return
            try:
                out.append(unpacker.decompress(part))
            except zlib.error as error:
                raise ArchiveError(
                    f"{path}, byte {offset}: bản ghi hỏng giữa tệp ({error}); khôi phục tệp từ bản sao lưu"
                ) from error
            size += len(part)
        left = unpacker.unused_data
        size -= len(left)
        yield offset, size, b"".join(out)
        offset += size


def _check_last(file: IO[bytes], path: Path, offset: int) -> None:
    """Make sure that no whole record follows one that never ends: damaged bytes can read as an endless record."""
    file.seek(offset)
    rest = file.read()
    place = rest.find(_GZIP, 1)
    while place >= 0:
        try:
            follows = zlib.decompressobj(wbits=31).decompress(rest[place:], 5) == b"WARC/"
        except zlib.error:
            follows = False
        if follows:
            raise ArchiveError(f"{path}, byte {offset}: bản ghi hỏng giữa tệp; khôi phục tệp từ bản sao lưu")
        place = rest.find(_GZIP, place + 1)
