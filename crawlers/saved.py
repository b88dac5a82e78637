"""Folders of saved pages: which address each file was, by what the file, an index beside it, or its own path says."""

from __future__ import annotations

import csv
import mimetypes
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from crawlers.targets import Target

INDEXES = ("urls.tsv", "captures.csv")
_SAVED = re.compile(rb"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->")
_MIRRORED = re.compile(rb"<!--\s*Mirrored from (\S+) by HTTrack[^,>]*,\s*([^>]*?GMT)\s*-->")
_HEAD = 4096
_INDEX_PAGE = re.compile(r"(^|/)index\.html?$")
_KNOWN_AS = re.compile(r"[?@]")


@dataclass(frozen=True, slots=True)
class SavedPage:
    """One file and the addresses it may have been, the surest first; `at`: when it was saved."""

    path: Path
    urls: tuple[str, ...]
    at: datetime
    media_type: str


def saved_pages(folder: Path, targets: Sequence[Target]) -> Iterator[SavedPage]:
    """Yield the files of a folder with their addresses; WARC files and indexes are no pages.

    Raises:
        OSError: the folder or a file cannot be read.

    """
    index = _index(folder)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if (
            not path.is_file()
            or path.name in INDEXES
            or any(part.startswith(".") for part in path.relative_to(folder).parts)
        ):
            continue
        if re.search(r"\.(warc|warc\.gz|wacz|cdx|cdxj)$", path.name):
            continue
        with path.open("rb") as file:
            head = file.read(_HEAD)
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        urls: tuple[str, ...]
        if name in index:
            url, day = index[name]
            urls, at = (url,), day or at
        elif saved := _SAVED.search(head):
            urls = (saved[1].decode("utf-8", "replace"),)
        elif mirrored := _MIRRORED.search(head):
            urls = (f"http://{mirrored[1].decode('utf-8', 'replace')}", *_by_path(name, targets))
            at = _date(mirrored[2].decode("ascii", "replace")) or at
        else:
            urls = _by_path(name, targets)
        yield SavedPage(path, urls, at, _media_type(path, head))


def _index(folder: Path) -> dict[str, tuple[str, datetime | None]]:
    """What an index file says: for a file (relative to the folder) its address and, where it tells, its date."""
    out: dict[str, tuple[str, datetime | None]] = {}
    for name in INDEXES:
        path = folder / name
        if not path.exists():
            continue
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file, delimiter="\t" if name.endswith(".tsv") else ","):
                cells = [cell.strip() for cell in row]
                url = next((cell for cell in cells if cell.startswith(("http://", "https://"))), None)
                local = next((cell for cell in cells if cell != url and (folder / cell).is_file() and cell), None)
                if url is not None and local is not None:
                    out[local] = (url, next((day for cell in cells if (day := _date(cell)) is not None), None))
    return out


def _by_path(name: str, targets: Sequence[Target]) -> tuple[str, ...]:
    """The addresses a path may stand for: host/path as mirrors save it, else a path below each target's URL."""
    first, _, rest = name.partition("/")
    hosts = {re.sub(r"[:+_]", ":", host) for target in targets for host in target.hosts}
    host = re.sub(r"[+_](\d+)$", r":\1", first.lower())
    if rest and (host in hosts or f"www.{host}" in hosts or host.removeprefix("www.") in hosts):
        bases = [f"http://{host}/"]
    else:
        bases, rest = [target.url for target in targets], name
    out: list[str] = []
    for base in bases:
        for way in _ways(rest):
            url = urljoin(base, way)
            if url not in out:
                out.append(url)
    return tuple(out)


def _ways(path: str) -> Iterator[str]:
    """A file name as an address: "?" may be kept, written as "@" or as "%3F"; ".html" and "index.html" may have been added."""
    path = unquote(path)
    for name in (path, re.sub(r"\.html?$", "", path), _INDEX_PAGE.sub(r"\1", path)):
        for text in dict.fromkeys((name, _KNOWN_AS.sub("?", name, count=1))):
            before, mark, query = text.partition("?")
            yield quote(before, safe="/@:!$&'()*+,;=-._~") + mark + quote(query, safe="/@:!$&'()*+,;=-._~?%")


def _date(text: str) -> datetime | None:
    try:
        day = datetime.fromisoformat(text)
    except ValueError:
        try:
            day = parsedate_to_datetime(text)
        except ValueError:
            return None
    return day if day.tzinfo else day.replace(tzinfo=UTC)


def _media_type(path: Path, head: bytes) -> str:
    if re.search(rb"(?i)<!doctype html|<html|<head|<body|<table", head):
        return "text/html"
    if head.lstrip()[:1] in {b"{", b"["}:
        return "application/json"
    name = urlsplit(path.name).path
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
