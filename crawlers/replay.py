"""Archived portals: a WARC or WACZ file, or a folder of saved pages, gives the answers that a portal once gave.

Nothing is asked over the network. What an archive does not hold is "not in the archive": never a fault of who published it.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit

from crawlers.archive import ArchiveError, Exchange, digest_of, read_body
from crawlers.manners import BUSY, LOCAL, REFUSED
from crawlers.records import Fault
from crawlers.saved import saved_pages
from crawlers.settings import settings
from crawlers.visit import Answer, Unseen
from crawlers.walk import check_own
from crawlers.warc import read_warc

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from crawlers.archive import Entry, Recorder
    from crawlers.platforms import Ask
    from crawlers.targets import Target
    from crawlers.visit import Visit
    from crawlers.warc import Answered

_PORTS = {"http": 80, "https": 443}
_TOLD = 20


def place_of(url: str) -> str:
    """Return an address as archives are searched: without scheme, "www.", default port, last slash, and order of the query."""
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").lower().removeprefix("www.")
    try:
        port = parts.port
    except ValueError:
        port = None
    if port not in {None, _PORTS.get(parts.scheme)}:
        host = f"{host}:{port}"
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    return f"{host}{unquote(parts.path).rstrip('/')}?{query}"


@dataclass(frozen=True, slots=True)
class _Kept:
    """One answer of the archive: where its body stands in the temporary file, and all else there is to know."""

    at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    offset: int
    size: int
    rendered: bool
    url: str
    tls: str | None = None

    @property
    def location(self) -> str | None:
        return next((value for name, value in self.headers if name.lower() == "location"), None)


class Replay:
    """The answers of an archive for some targets, as of a day (None: the last there are); what could not be read is in `damage`."""

    def __init__(
        self, origin: Path, targets: Sequence[Target], recorder: Recorder, file: IO[bytes], on: date | None = None
    ) -> None:
        """Read the archive.

        Raises:
            ArchiveError: it cannot be opened, or is no archive.

        """
        self.damage: list[str] = []
        self._recorder, self._file, self._limit = recorder, file, settings().max_response
        self._until = None if on is None else datetime.combine(on, time.max, LOCAL)
        self._answers: defaultdict[str, list[_Kept]] = defaultdict(list)
        self._bodies: dict[str, tuple[int, int]] = {}
        self._hosts = {place_of(f"http://{host}/").partition("?")[0] for target in targets for host in target.hosts}
        self._hosts |= {place_of(f"https://{host}/").partition("?")[0] for target in targets for host in target.hosts}
        self._taken = {
            (entry.key, entry.capture.digest, entry.capture.captured_at): entry for entry in recorder.entries()
        }
        self._origin = origin
        try:
            self._open(origin, targets)
        except (OSError, zipfile.BadZipFile) as error:
            raise ArchiveError(f"{origin}: không đọc được kho lưu ({error}); kiểm tra lại đường dẫn và tệp") from error
        if not self._answers:
            raise ArchiveError(
                f"{origin}: kho lưu không có trang nào của {', '.join(sorted(self._hosts))}; "
                "cần tệp WARC, WACZ hoặc thư mục trang đã lưu của đúng địa chỉ trong tệp mục tiêu"
            )

    @property
    def since(self) -> datetime:
        """When the oldest answer was given."""
        return min(kept.at for answers in self._answers.values() for kept in answers)

    async def ask(self, visit: Visit, ask: Ask, *, before: Entry | None = None, look: int = 1) -> Answer:
        """Return the archive's answer, kept among the captures under its own date."""
        del before, look
        check_own(visit, ask)
        kept = self._find(ask)
        if kept is None:
            day = "" if self._until is None else f" tính đến ngày {self._until:%d/%m/%Y}"
            raise Unseen(
                "not_archived",
                ask.url,
                f"{ask.url}: không có trong kho lưu {self._origin.name}{day}; không xem được, không phải lỗi của cơ quan",
            )
        self._file.seek(kept.offset)
        body = self._file.read(kept.size)
        entry = self._taken.get((ask.key, digest_of(body), kept.at))
        if entry is None:
            seen = Exchange(
                target=visit.target.id,
                method=ask.method,
                url=ask.url,
                request_headers=[("Host", urlsplit(ask.url).netloc)],
                request_body=ask.body,
                status=kept.status,
                headers=[*kept.headers, ("X-Archive-Source", f"{self._origin.name} {kept.url}")],
                body=body,
                at=kept.at,
                rendered=ask.rendered,
                tls=kept.tls,
            )
            entry = self._recorder.keep(seen)
            self._taken[ask.key, entry.capture.digest, kept.at] = entry
        return Answer(entry, body, {name.lower(): value for name, value in kept.headers})

    def body(self, entry: Entry) -> bytes:
        """Return the bytes of an answer that was kept."""
        return read_body(self._recorder.folder, entry)

    def _find(self, ask: Ask) -> _Kept | None:
        found = [
            kept
            for kept in self._answers.get(_key(ask.method, ask.url, ask.body), ())
            if self._until is None or kept.at <= self._until
        ]
        own = [kept for kept in found if kept.rendered is ask.rendered] or found
        # The way from http to https and back leads nowhere here, where both are one address.
        there = [
            kept
            for kept in own
            if kept.location is None or place_of(urljoin(ask.url, kept.location)) != place_of(ask.url)
        ]
        fine = [kept for kept in there if kept.status not in BUSY | REFUSED] or there
        return max(fine, key=lambda kept: kept.at, default=None)

    # --- reading

    def _open(self, origin: Path, targets: Sequence[Target]) -> None:
        if origin.is_dir():
            for path in sorted((*origin.rglob("*.warc"), *origin.rglob("*.warc.gz"))):
                with path.open("rb") as file:
                    self._take(path.name, file, path.stat().st_size)
            for path in sorted(origin.rglob("*.wacz")):
                self._open_zip(path)
            self._take_saved(origin, targets)
        elif zipfile.is_zipfile(origin):
            self._open_zip(origin)
        else:
            with origin.open("rb") as file:
                self._take(origin.name, file, origin.stat().st_size)

    def _open_zip(self, path: Path) -> None:
        with zipfile.ZipFile(path) as packed:
            for item in packed.infolist():
                if item.filename.endswith((".warc", ".warc.gz")):
                    with packed.open(item) as file:
                        self._take(f"{path.name}/{Path(item.filename).name}", file, item.file_size)

    def _take(self, name: str, file: IO[bytes], size: int) -> None:
        waiting: list[Answered] = []
        for answered in read_warc(file, size, lambda why: self.damage.append(f"{name}, {why}"), self._limit):
            if place_of(answered.url).partition("/")[0].partition("?")[0] not in self._hosts:
                continue
            if answered.body is None:
                waiting.append(answered)
            else:
                self._put(answered, self._store(answered.body, answered.digest))
        for answered in waiting:
            place = self._bodies.get(answered.digest or "")
            if place is None:
                self.damage.append(f"{name}: {answered.url}: kho lưu nói trang không đổi nhưng không có nội dung gốc")
            else:
                self._put(answered, place)

    def _take_saved(self, folder: Path, targets: Sequence[Target]) -> None:
        for page in saved_pages(folder, targets):
            if page.path.stat().st_size > self._limit:
                self.damage.append(f"{page.path.name}: lớn hơn giới hạn; bỏ qua")
                continue
            place = self._store(page.path.read_bytes(), None)
            headers = (("Content-Type", page.media_type),)
            for url in page.urls:
                key = _key("GET", url, b"")
                # An address that a file surely was is not taken from it by one that it may have been.
                if url == page.urls[0] or key not in self._answers:
                    self._answers[key].append(_Kept(page.at, 200, headers, *place, rendered=False, url=url))

    def _store(self, body: bytes, told: str | None) -> tuple[int, int]:
        digest = digest_of(body)
        place = self._bodies.get(digest)
        if place is None:
            place = self._bodies[digest] = (self._file.seek(0, 2), len(body))
            self._file.write(body)
        if told:
            self._bodies[told] = place
        return place

    def _put(self, answered: Answered, place: tuple[int, int]) -> None:
        status = 200 if answered.status == 304 else answered.status
        headers = tuple((name, value) for name, value in answered.headers if name.lower() not in _UNDONE)
        kept = _Kept(
            answered.at, status, headers, *place, rendered=answered.rendered, url=answered.url, tls=answered.tls
        )
        self._answers[_key(answered.method, answered.url, answered.question)].append(kept)


_UNDONE = frozenset({"content-encoding", "transfer-encoding", "content-length"})


def _key(method: str, url: str, body: bytes) -> str:
    return f"{method} {place_of(url)} {hashlib.sha256(body).hexdigest() if body else ''}"


def tell_damage(replay: Replay, visits: Iterable[Visit], origin: Path) -> None:
    """Tell each visit what of the archive could not be read: its source is then at best partly seen."""
    words = [f"{origin.name}: {why}; phần còn lại vẫn đọc được" for why in replay.damage[:_TOLD]]
    if len(replay.damage) > _TOLD:
        words.append(f"{origin.name}: còn {len(replay.damage) - _TOLD} chỗ hỏng khác")
    for visit in visits:
        visit.limited = visit.limited or bool(words)
        visit.faults += [(-1, Fault("archive_damaged", str(origin), why)) for why in words]
