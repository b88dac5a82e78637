"""A procedure's form files: downloaded, and whether each is what it claims to be, by its bytes.

It opens, it is of its type, it is no error page and not empty.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import orjson

from crawlers.journeys.words import code_of, folded
from crawlers.lists.lines import read_lines
from crawlers.manners import wall
from crawlers.service_visits import FileState, FormFile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from crawlers.journeys.families import Preview
    from crawlers.journeys.service import Service
    from crawlers.journeys.sight import Sight
    from crawlers.journeys.traffic import Traffic
    from crawlers.journeys.wire import Answer

ENDINGS = (".docx", ".doc", ".pdf", ".xlsx", ".xls", ".odt", ".rtf", ".zip", ".rar")
MOST_FORMS = 20  # downloaded of one procedure
HEAD = 1500  # characters at a file's beginning in which a form names itself
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TYPES = {
    "application/pdf": ".pdf",
    "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel": ".xls",
    "application/rtf": ".rtf",
}
_HTML = re.compile(rb"(?i)^\s*(<!doctype html|<html|<head|<body|<\?xml[^>]*>\s*<!doctype html)")
_FORM_NUMBER = re.compile(r"(?i)\bmẫu\s*(?:số)?\s*:?\s*((?:\d{1,3}|[ivx]+)(?:[a-zđ]{0,2})(?:[-/.][\w\-/.]+)?)")
_PLAIN_NUMBER = re.compile(r"(\d+)([a-zđ]?)")


async def download(
    traffic: Traffic, service: Service, sight: Sight, preview: Preview | None
) -> AsyncIterator[FormFile]:
    """Fetch each form the procedure's page or the published record names, and say what it is, one by one as they come.

    Form files that have no address (`preview`) are told by the page they stand on and their name.
    """
    named = {url: name for name, url in service.forms if urlsplit(url).scheme in {"http", "https"}}
    for one in sight.controls:
        path = (one.href or "").lower()
        if path.startswith(("http:", "https:")) and any(ending in path for ending in ENDINGS):
            named.setdefault(str(one.href).split("#")[0], one.name)
    wanted = list(named.items())[:MOST_FORMS]
    for url, name in wanted:
        answer, last = await traffic.get(url)
        yield _blocked(name, url, answer) or judge(name, last, answer)
    if preview is None:
        return
    for file in previewed(preview, traffic.told, service.code)[: MOST_FORMS - len(wanted)]:
        where = f"{sight.url}#{quote(file.file)}"
        answer, _ = await traffic.get(file.url, method="POST", body=file.body, media_type="application/json")
        yield _blocked(file.paper, where, answer) or judge(file.paper, where, answer, file.file)


def _blocked(name: str, url: str, answer: Answer) -> FormFile | None:
    """Return the form as one that could not be checked, where the download was answered by a wall instead of a file."""
    if answer.status is None or not (answer.status in {401, 403, 429, 451} or kind_of(answer.body) == ".html"):
        return None
    return (
        None if wall(answer.status, answer.body) is None else FormFile(name, url, None, "bị chặn, không kiểm tra được")
    )


@dataclass(frozen=True, slots=True)
class Previewed:
    """A form file that is had by asking `url` with `body` (JSON): the paper it is for, and the file's own name."""

    paper: str
    file: str
    url: str
    body: bytes


def previewed(preview: Preview, told: Sequence[tuple[str, bytes]], code: str | None) -> list[Previewed]:
    """Return the form files that answers (address, body) name, each once; answers of other procedures than `code` are left out."""
    found: dict[str, Previewed] = {}
    for url, answer in told:
        try:
            record = orjson.loads(answer)
        except orjson.JSONDecodeError:
            continue
        of = next((str(one) for one, _ in _rows(record, preview.code)), None)
        if code_of(code) is not None and code_of(of) != code_of(code):
            continue
        where = urlsplit(url)
        path = where.path.removesuffix(preview.told) + preview.asked
        for row, above in _rows(record, preview.files):
            if isinstance(row, dict) and isinstance(row.get(preview.id), str) and isinstance(above, dict):
                file = str(row.get(preview.name) or "")
                paper = str(above.get(preview.paper) or file)
                address = f"{where.scheme}://{where.netloc}{path}"
                body = orjson.dumps({preview.field: row[preview.id]})
                found.setdefault(row[preview.id], Previewed(paper, file, address, body))
    return list(found.values())


def _rows(value: object, keys: Sequence[str], above: object = None) -> Iterator[tuple[object, object]]:
    """Yield what the keys lead to, arrays on the way gone through one by one, each with what it stands in; nulls are nothing."""
    if isinstance(value, list):
        for one in value:
            yield from _rows(one, keys, above)
    elif not keys:
        if value is not None:
            yield value, above
    elif isinstance(value, dict):
        yield from _rows(value.get(keys[0]), keys[1:], value)


def judge(name: str, url: str, answer: Answer, file: str = "") -> FormFile:
    """Say what a downloaded form is; an answer that tells of the wall or the guard leaves the state open (None).

    `file` is the name the page gives the file, where its address has none.
    """

    def told(state: FileState | None, why: str | None = None) -> FormFile:
        return FormFile(name, url, state, why)

    if answer.error == "guard":
        return told(None, f"không tải: {answer.why}")
    if answer.error == "timeout":
        return told(FileState.TIMEOUT, answer.why)
    if answer.error == "too_large":
        return told(FileState.TOO_LARGE, answer.why)
    if answer.error is not None:
        return told(FileState.DEAD, answer.why)
    if answer.status is None or answer.status >= 400:
        return told(FileState.DEAD, f"máy chủ trả HTTP {answer.status}")
    if not answer.body.strip(b"\0 \r\n\t"):
        return told(FileState.EMPTY, "tệp rỗng, 0 byte" if not answer.body else "tệp chỉ có khoảng trắng")
    claimed = claims(url, answer, file)
    found = kind_of(answer.body)
    if found == ".html":
        why = f"là trang HTML mang tên {claimed}" if claimed else "là trang HTML, không phải tệp biểu mẫu"
        return told(FileState.WRONG_TYPE, why)
    if found is None:
        return told(FileState.WRONG_TYPE, f"không mở được: nội dung không phải {claimed or 'tệp văn bản'}")
    if claimed and found != claimed and not _kin(found, claimed):
        return told(FileState.WRONG_TYPE, f"mang tên {claimed} nhưng nội dung là {found}")
    return told(*_compared(name, answer.body, found))


def claims(url: str, answer: Answer, file: str = "") -> str | None:
    """Return the ending a file claims: by its download name, its address, the page, or its media type; None: it claims none."""
    said = re.search(r"filename\*?=(?:UTF-8'')?\"?([^\";]+)", answer.header("content-disposition") or "")
    parts = urlsplit(url)
    names = [
        unquote(said[1]) if said else "",
        unquote(parts.path),
        *(value for _, value in parse_qsl(parts.query)),
        file,
    ]
    for name in names:
        ending = PurePosixPath(name.strip().lower()).suffix
        if ending in ENDINGS:
            return ending
    return _TYPES.get(answer.media_type)


def kind_of(body: bytes) -> str | None:
    """Return what a file is by its first bytes, as an ending (".html" for a page); None: damaged or unknown."""
    if _HTML.match(body[:1024].lstrip(b"\xef\xbb\xbf")):
        return ".html"
    if body.startswith(b"%PDF"):
        return ".pdf" if b"%%EOF" in body[-2048:] or b"startxref" in body else None
    if body.startswith(_OLE):
        return ".doc" if len(body) > 1024 else None
    if body.startswith(b"{\\rtf"):
        return ".rtf"
    if body.startswith(b"Rar!"):
        return ".rar"
    if body.startswith(b"PK\x03\x04"):
        return _zip_kind(body)
    return None


def _zip_kind(body: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return None
    for start, ending in (("word/", ".docx"), ("xl/", ".xlsx"), ("content.xml", ".odt")):
        if any(name.startswith(start) for name in names):
            return ending
    return ".zip"


def _kin(found: str, claimed: str) -> bool:
    """Word and Excel files of the old kind share their first bytes; RTF under .doc opens in Word as well."""
    return (found, claimed) in {(".doc", ".xls"), (".rtf", ".doc"), (".docx", ".doc"), (".xlsx", ".xls")}


def _compared(name: str, body: bytes, kind: str) -> tuple[FileState, str | None]:
    """Say whether a file is clearly another form: only where both the page and the file's head number it, and differently.

    Of a file whose text cannot be read (a scan, a kind without a reader) nothing is said but that.
    """
    wanted = _numbers(name)
    if len(wanted) != 1:
        return FileState.OK, None
    with TemporaryDirectory(prefix="soat-") as folder:
        path = Path(folder) / f"bieu-mau{kind}"
        path.write_bytes(body)
        lines = read_lines(path)
    if lines is None:
        return FileState.OK, "mở được; chưa đọc được chữ trong tệp nên chưa so với tên biểu mẫu"
    text = "\n".join(lines)
    found = _numbers(text[:HEAD])
    if not found or wanted & _numbers(text) or folded(name)[:30] in folded(text[:HEAD]):
        return FileState.OK, None
    return FileState.WRONG_FORM, f"trang ghi mẫu số {min(wanted)} nhưng tệp là mẫu số {min(found)}"


def _numbers(text: str) -> set[str]:
    out = set()
    for found in _FORM_NUMBER.finditer(text):
        plain = _PLAIN_NUMBER.match(found[1].casefold())
        if plain:
            out.add(f"{int(plain[1])}{plain[2]}")
    return out
