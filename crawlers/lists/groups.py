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

    rank: int
    text: str
    place: str
    level: str | None
    sector: str | None
    status: str | None
    declared: int | None
    count: int = 0


class Given(NamedTuple):
    """A value that a group gives the rows below it, and where the group stands."""

    text: str
    place: str


class Groups:
    """The groups open at a row, outermost first."""

    def __init__(self) -> None:
        self._open: list[Group] = []

    def given(self) -> dict[str, Given]:
        """Return what the open groups give a row, the innermost first: "level", "sector", and "status" if abolished."""
        found = {
            name: Given(value, group.place)
            for group in self._open
            for name, value in (("level", group.level), ("sector", group.sector), ("status", group.status))
            if value is not None
        }
        return {name: given for name, given in found.items() if given.text}

    def begin(self, text: str, place: str, number: str = "") -> list[Group]:
        """Open the group a row states (`number` is its numbering cell); return the groups that end with it."""
        group = _read(text, place, number)
        return self._push(group, group.rank or self._beside(group, _LETTER, _LAST))

    def caption(self, text: str, place: str) -> list[Group]:
        """Open the group that a line outside the rows states; groups opened by rows end with it."""
        group = _read(text, place, "")
        return self._push(
            group, 1 if fold(text).startswith(_TOP) else group.rank // 10 or self._beside(group, 1, _LETTER)
        )

    def _push(self, group: Group, rank: int) -> list[Group]:
        group.rank = rank
        ended = [other for other in self._open if other.rank >= rank]
        self._open = [*(other for other in self._open if other.rank < rank), group]
        return ended

    def _beside(self, group: Group, lowest: int, beyond: int) -> int:
        """Rank a group without a number beside the open one that says the same kind of thing, else below all."""
        near = [other for other in self._open if lowest <= other.rank < beyond]
        same = (
            other.rank
            for other in near
            if any(one and two for one, two in zip(_kind(other), _kind(group), strict=True))
        )
        return next(same, max((other.rank for other in near), default=lowest) + 1)

    def end(self) -> list[Group]:
        """Close and return all groups: the list ends here."""
        ended, self._open = self._open, []
        return ended

    def count(self) -> None:
        """Count one record for every open group."""
        for group in self._open:
            group.count += 1


# Ranks of groups by their numbering, those of captions being a tenth of it; 0: no number.
_LETTER, _ROMAN, _ARABIC, _LAST = 100, 200, 300, 1000


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
    rank = _rank_of(number) if number.strip() else _rank_of(match[1]) if match else 0
    bare = _bare(bare)
    plain = f"{fold(bare)} "
    level = ", ".join(dict.fromkeys(" ".join(found.split()) for found in _LEVELS.findall(bare))) or None
    titled = plain.startswith(_TITLES) and not _SECTOR.match(bare)
    alive = any(word in plain for word in _ALIVE) and (titled or plain.startswith(_ALIVE))
    status = "" if alive else ABOLISHED if "bai bo" in plain else None
    sector = None
    if level is None and status is None and not titled and not _OFFICE.match(bare):
        sector = " ".join(_SECTOR.sub("", bare).split()).strip(" .:;") or None
    return Group(rank, " ".join(text.split()), place, level, sector, status, declared)


def _kind(group: Group) -> tuple[bool, bool, bool]:
    return group.level is not None, group.sector is not None, group.status is not None


def _bare(text: str) -> str:
    """Return a heading without its number."""
    return _ENUMERATED.sub("", text, count=1) if _ENUMERATED.match(text) else text


def _rank_of(number: str) -> int:
    number = re.sub(r"^\s*(?:phần|mục|chương)\s+", "", number, flags=re.IGNORECASE).strip(" .):/–-\t\n")
    if number and number[0].isdigit():
        return _ARABIC + len([part for part in number.split(".") if part])
    # Lists of 100 sectors numbered by letters do not exist: a lone I, V or X is Roman.
    return _ROMAN if re.fullmatch(r"[IVX]+", number.upper()) else _LETTER


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
