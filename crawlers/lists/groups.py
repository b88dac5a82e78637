"""Group rows of a list ("A. CẤP TỈNH", "I. Lĩnh vực hộ tịch (02 TTHC)"): what they give the rows below, and their counts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from crawlers.lists.headers import fold

ABOLISHED = "bãi bỏ"

_ENUMERATED = re.compile(
    r"\s*(?:(?:phần|mục|chương)\s+)?([A-ZĐ]|[IVX]{1,6}|\d{1,3}(?:\.\d{1,3})*)\s*[.):/–-]\s*(?=\S)", re.IGNORECASE
)
_ENUMERATOR = re.compile(r"\s*(?:(?:phần|mục|chương)\s+)?([A-ZĐ]|[IVX]{1,6})\s*[.):]?\s*")
_COUNTS = (
    re.compile(
        r"\s*\(\s*(?:gồm|có|tổng số)?\s*:?\s*(\d{1,4})\s*(?:tthc|thủ tục|dvc|dịch vụ công)[^()]*\)", re.IGNORECASE
    ),
    re.compile(r"\s*[:–-]\s*(?:gồm|có)?\s*(\d{1,4})\s*(?:tthc|thủ tục(?: hành chính)?)\s*\.?\s*$", re.IGNORECASE),
    re.compile(r"\s*\(\s*(\d{1,4})\s*\)\s*$"),
)
_LEVELS = re.compile(r"\bcấp\s+(?:trung ương|bộ|tỉnh|huyện|xã)\b", re.IGNORECASE)
_SECTOR = re.compile(
    r"^\s*(?:các\s+)?(?:thủ tục hành chính|tthc)?\s*(?:thuộc\s+|trong\s+)?lĩnh vực\s*:?\s*", re.IGNORECASE
)
# What an annex says of its procedures -> how their status is written; of an annex of several kinds it says nothing.
_KINDS = (
    (("ban hanh moi", "moi ban hanh"), "mới ban hành"),
    (("sua doi", "bo sung"), "sửa đổi, bổ sung"),
    (("thay the",), "thay thế"),
    (("bai bo",), ABOLISHED),
)
_ALIVE = ("ban hanh moi", "moi ban hanh", "sua doi", "bo sung", "thay the", "chuan hoa", "giu nguyen", "dac thu")
_TITLES = ("danh muc", "thu tuc hanh chinh", "tthc", "phu luc", "cac thu tuc")
_TOP = ("phu luc", "danh muc")
_CAPTIONS = (*_TOP, "thu tuc hanh chinh", "tthc", "linh vuc ", "bi bai bo", *_ALIVE)
# With accents: "Sổ hộ khẩu" is no "Sở", "Công nhận …" no "Cộng".
_OFFICE = re.compile(
    r"(?:sở|bộ|ban quản lý|văn phòng|ubnd|[uủ][yỷ] ban|công an|chi cục|cục|trung tâm)\b", re.IGNORECASE
)
_NOTE = re.compile(
    r"(?:ghi chú|chú thích|lưu ý|nơi nhận|tổng (?:số|cộng)|cộng)\s*(?:[:(]|tthc|thủ tục|\d|$)", re.IGNORECASE
)


@dataclass(slots=True)
class Group:
    """One open group; a field is None when the group says nothing about it; `count` is how many records were read below it."""

    style: str
    text: str
    place: str
    level: str | None
    sector: str | None
    status: str | None
    declared: int | None
    count: int = 0
    caption: bool = False


class Given(NamedTuple):
    """A value that a group gives the rows below it, and where the group stands."""

    text: str
    place: str


class Groups:
    """The groups open at a row, outermost first."""

    def __init__(self) -> None:
        self._open: list[Group] = []

    def given(self) -> dict[str, Given]:
        """Return what the open groups give a row, the innermost first: "level", "sector" and "status"."""
        found = {
            name: Given(value, group.place)
            for group in self._open
            for name, value in (("level", group.level), ("sector", group.sector), ("status", group.status))
            if value is not None
        }
        return {name: given for name, given in found.items() if given.text}

    def begin(self, text: str, place: str, number: str = "") -> list[Group]:
        """Open the group a row states (`number` is its numbering cell); return the groups that end with it."""
        return self._push(_read(text, place, number))

    def caption(self, text: str, place: str) -> list[Group]:
        """Open the group that a line outside the rows states; groups opened by rows end with it."""
        group = _read(text, place, "")
        group.caption = True
        if fold(text).startswith(_TOP):
            ended, self._open = self._open, [group]
            return ended
        return self._push(group)

    def _push(self, group: Group) -> list[Group]:
        """Put a group in the place of the open one numbered in the same style or, unnumbered, saying the same; else innermost."""
        kin = (
            index for index, other in enumerate(self._open) if other.caption == group.caption and _beside(other, group)
        )
        captions = len([other for other in self._open if other.caption])
        keep = next(kin, captions if group.caption else len(self._open))
        ended = self._open[keep:]
        self._open = [*self._open[:keep], group]
        return ended

    def end(self) -> list[Group]:
        """Close and return all groups: the list ends here."""
        ended, self._open = self._open, []
        return ended

    def count(self) -> None:
        """Count one record for every open group."""
        for group in self._open:
            group.count += 1


def is_heading(text: str, number: str = "") -> bool:
    """Tell whether a text that stands alone in its row opens a group by its own words or its number (not 1, 2, 3)."""
    bare = _nfc(_bare(text))
    if (
        _ENUMERATOR.fullmatch(number)
        or _SECTOR.match(bare)
        or _LEVELS.match(bare)
        or any(c.search(bare) for c in _COUNTS[:2])
    ):
        return True
    if number.strip():
        return False
    match = _ENUMERATED.match(text)
    return (
        (match is not None and match[1].isupper())
        or fold(bare).startswith(_TITLES)
        or (text.isupper() and len(bare) > 1)
    )


def is_caption_heading(text: str) -> bool:
    """Tell whether a line outside the rows is a heading that opens a group; a decision's articles and sentences are not."""
    return len(text) <= 300 and not text.rstrip().endswith((";", ".", ",")) and fold(_bare(text)).startswith(_CAPTIONS)


def status_in(plain: str) -> str:
    """Return the status that a folded title gives: the one kind it names, or "" for none or several."""
    found = [status for words, status in _KINDS if any(word in plain for word in words)]
    return found[0] if len(found) == 1 else ""


def is_note(text: str) -> bool:
    """Tell whether a row is a note or a sum below the list."""
    return bool(_NOTE.match(_nfc(text)))


def _read(text: str, place: str, number: str) -> Group:
    bare = _nfc(text)
    declared = None
    for pattern in _COUNTS:
        if match := pattern.search(bare):
            declared, bare = int(match[1]), (bare[: match.start()] + bare[match.end() :]).strip()
            break
    match = _ENUMERATED.match(bare)
    style = _style(number) if number.strip() else _style(match[1]) if match else ""
    bare = _bare(bare)
    plain = f"{fold(bare)} "
    level = ", ".join(dict.fromkeys(" ".join(found.split()) for found in _LEVELS.findall(bare))) or None
    titled = plain.startswith(_TITLES) and not _SECTOR.match(bare)
    alive = any(word in plain for word in _ALIVE) and (titled or plain.startswith(_ALIVE))
    status = status_in(plain) if alive else ABOLISHED if "bai bo" in plain else None
    sector = None
    if level is None and status is None and not titled and not _OFFICE.match(bare):
        sector = " ".join(_SECTOR.sub("", bare).split()).strip(" .:;") or None
    return Group(style, " ".join(text.split()), place, level, sector, status, declared)


def _beside(other: Group, group: Group) -> bool:
    if group.style:
        return other.style == group.style
    same = ((other.level, group.level), (other.sector, group.sector), (other.status, group.status))
    return any(one is not None and two is not None for one, two in same)


def _bare(text: str) -> str:
    """Return a heading without its number."""
    return _ENUMERATED.sub("", text, count=1) if _ENUMERATED.match(text) else text


def _style(number: str) -> str:
    """Return how a group is numbered: "A", "I", "1", "1.1" …; "" for no number."""
    number = re.sub(r"^\s*(?:phần|mục|chương)\s+", "", number, flags=re.IGNORECASE).strip(" .):/–-\t\n").upper()
    if number[:1].isdigit():
        return ".".join("1" for part in number.split(".") if part)
    # A lone I, V or X is Roman: nobody numbers two dozen groups by letters.
    return "I" if re.fullmatch(r"[IVX]+", number) else number and "A"


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
