"""One cell's text -> its parts: papers, legal texts, ways to submit. What is not clear is left whole, never guessed."""

from __future__ import annotations

import re

from crawlers.lists.headers import fold
from crawlers.records import PublishedMethod

_BULLET = re.compile(r"^\s*(?:[-–—+•*·▪◦●○■□➢✓\uf000-\uf0ff]+\s*|(?:\d{1,2}|[a-zđ])[.)]\s+|\(\d{1,2}\)\s*)")
_WORDS_OF_CHANNELS = re.compile(r"\b(?:truc tiep|truc tuyen|buu chinh|buu dien|bcci)\b")
_LEAD = re.compile(
    r"^(?:(?:nop|gui|tiep nhan|thuc hien)\s+)?(?:ho so\s+)?(?:theo hinh thuc\s+|bang hinh thuc\s+|hinh thuc\s+)?(?:qua\s+|bang\s+)?"
)
_CHANNELS = (
    ("direct", re.compile(r"truc tiep(?: tai .+)?")),
    ("online", re.compile(r"truc tuyen(?: (?:tai|qua|tren) .+)?|dich vu cong truc tuyen")),
    ("postal", re.compile(r"(?:dich vu |duong )?(?:buu chinh(?: cong ich)?|buu dien|bcci)")),
)
_BETWEEN = re.compile(r"[,;/\n•]|(?:^|\s)[-+–]\s|\s(?:hoặc|và)\s", re.IGNORECASE)
_LABEL = re.compile(r"(?:^|[\n;])\s*(?:[-–+•*]\s*)?([^:;\n]{1,80}):")


def goes_on(text: str) -> bool:
    """Tell whether a text continues the one before it: it begins with a small letter."""
    return text[:1].islower()


def join(first: str, rest: str) -> str:
    """Join a text broken across rows or pages."""
    if not first or not rest:
        return first or rest
    return f"{first} {rest}" if goes_on(rest) else f"{first}\n{rest}"


def split_items(text: str) -> list[str]:
    """Return the items of a cell, one a line or bullet, without the bullets; a line in small letters continues the one above."""
    items: list[str] = []
    for line in text.split("\n"):
        item = _BULLET.sub("", line).strip()
        if not item:
            continue
        if items and goes_on(item) and item == line.strip():
            items[-1] = f"{items[-1]} {item}"
        else:
            items.append(item)
    return items


def split_legal_bases(text: str) -> list[str]:
    """Return the legal texts of a cell, one a line, bullet or semicolon."""
    found: list[str] = []
    for item in split_items(text):
        pieces: list[str] = []
        for piece in item.split(";"):
            if pieces and goes_on(piece.strip()):
                pieces[-1] = f"{pieces[-1]};{piece}"
            elif piece.strip(" ."):
                pieces.append(piece)
        found += [piece.strip() for piece in pieces]
    return found


def channels_of(text: str) -> dict[str, str]:
    """Return the channels a text names and nothing else: "direct", "online", "postal" -> the words as published; else {}."""
    channels: dict[str, str] = {}
    for piece in _BETWEEN.split(text):
        if not piece.strip(" .-+*"):
            continue
        plain = _LEAD.sub("", fold(piece))
        key = next((key for key, pattern in _CHANNELS if pattern.fullmatch(plain)), None)
        if key is None:
            return {}
        channels.setdefault(key, _BULLET.sub("", piece).strip(" .*"))
    return channels


def by_channel(text: str) -> dict[str, tuple[str, str]] | None:
    """Return channel -> (its words, its text) for "Trực tiếp: 5 ngày; trực tuyến: 3 ngày".

    {}: the text names no channel; None: it names channels in another way, so it cannot be taken apart.
    """
    if not _WORDS_OF_CHANNELS.search(fold(text)):
        return {}
    labels = [(match, channels) for match in _LABEL.finditer(text) if (channels := channels_of(match[1]))]
    if not labels or text[: labels[0][0].start()].strip():
        return None
    parts: dict[str, tuple[str, str]] = {}
    for (match, channels), following in zip(
        labels, [*(label.start() for label, _ in labels[1:]), len(text)], strict=True
    ):
        part = text[match.end() : following].strip(" ;\n")
        if _WORDS_OF_CHANNELS.search(fold(part)) or channels.keys() & parts.keys():
            return None
        parts.update({key: (words, part) for key, words in channels.items()})
    return parts


def methods_of(channel: str | None, time: str | None, fee: str | None) -> list[PublishedMethod]:
    """Return one method for each channel where all three cells (None: no such column) tell the channels apart, else one.

    The one method keeps all texts as published.
    """
    whole = [PublishedMethod(channel, time, fee)]
    named = channels_of(channel or "")
    in_time, in_fee = by_channel(time or ""), by_channel(fee or "")
    if in_time is None or in_fee is None or (channel and not named):
        return whole
    keys = dict.fromkeys([*named, *in_time, *in_fee])
    if not keys or any(part and part.keys() != keys.keys() for part in (named, in_time, in_fee)):
        return whole
    return [
        PublishedMethod(
            named.get(key) or (in_time or in_fee)[key][0],
            in_time[key][1] if in_time else time,
            in_fee[key][1] if in_fee else fee,
        )
        for key in keys
    ]
