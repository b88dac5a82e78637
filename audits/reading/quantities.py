"""How many originals, copies and sets a paper is asked for in, and in which form, as published -> values."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from audits.procedure import CopyForm, Quantity
from audits.reading.text import Guarded, fold, has_any, remembered

if TYPE_CHECKING:
    from collections.abc import Iterator

_COPY = r"(?:sao|chụp|photo(?:copy|coppy)?|phô ?tô(?: ?(?:cop(?:y|py|i)|cóp ?pi))?|scan|quét|fax)"
_ORIGINAL = r"(?:chính|gốc)"
_ORIGINALS = ("bản chính", "bản gốc")
_DIGIT = re.compile("[0-9]")
_COUNT = r"(?<![\w/.,])(?P<count>[0-9]{1,2})\s?(?:\([^()0-9]{1,20}\)\s?)?"
# "02 bản đồ", "01 bản cam kết" are papers; a count of unnamed kind stands before a mark or at the end.
_COUNTED = re.compile(
    rf"{_COUNT}(?P<kind>bản {_ORIGINAL}|bản {_COPY}|(?:bản|bộ)(?= hồ sơ| gồm|\s?(?:[;,.:)(/+-]|$)| (?:và|hoặc|kèm)\b))(?!\w)"
)
_LABELLED = re.compile(
    rf"(?P<kind>bản {_ORIGINAL}|bản {_COPY}|số bộ(?: hồ sơ)?|số bản)\s?[:=]\s?(?P<count>[0-9]{{1,2}})(?![0-9/.])"
)
# What both patterns need, quickly found: a number before or behind the word.
_COUNTS_MAY = re.compile(r"b(?:(?<=[0-9)]b)|(?<=[0-9)]\sb))(?:ản|ộ)|b(?:ản|ộ)[^:=]{0,24}?[:=]\s?[0-9]")
_BARE = re.compile(r"(?:số lượng(?: hồ sơ)?\s?:?\s?)?(?P<count>[0-9]{1,2})(?:\s?\([^()0-9]{1,20}\))?[.\s]*")
_SETS_LABEL = re.compile(r"số (?:lượng hồ sơ|bộ)")
# A number after these is a place in a text.
_NUMBERED = re.compile(
    r"(?:mẫu(?: số)?|điều|khoản|điểm|mục|phụ lục|phần|(?<!lượng )số|tờ khai|ngày|tháng|năm)\s?$|\w-$"
)

# The original is only shown and taken back (NĐ 23/2015/NĐ-CP, Điều 6): not a demand for the original.
_SHOWN = Guarded(
    r"(?:(?:xuất trình|mang(?: theo)?|trình|kèm(?: theo)?|cùng(?: với)?|hoặc|và|đồng thời|có|gửi kèm|,|\()\s?)*(?:\s?(?:theo|với))?\s?(?:bản (?:chính|gốc)(?:[^.;\n]{0,60}?))(?:để|cho việc|nhằm)[^.;,\n]{0,30}(?:đối chiếu|kiểm tra|so sánh|đối chứng)"
    r"|(?:xuất trình|mang theo) (?:kèm |theo )?bản (?:chính|gốc)"
    r"|(?:đối chiếu|so sánh|so)(?: với)? (?:các )?bản (?:chính|gốc)|(?:đúng|khớp) với bản (?:chính|gốc)|từ (?:các )?bản (?:chính|gốc)",
    *("đối chiếu", "kiểm tra", "so sánh", "đối chứng", "xuất trình", "mang theo"),
    *("so với", "so bản", "so các", "với bản", "từ bản", "từ các bản"),
)
_NOT_CERTIFIED = Guarded(
    r"(?:không|chưa|miễn)(?: (?:cần|phải|yêu cầu|bắt buộc|cần phải|bắt buộc phải|có))* (?:(?:công chứng|chứng thực)[\s,/]*(?:hoặc |và )?)+",
    *("công chứng", "chứng thực"),
)
_CERTIFYING = r"(?:công chứng|chứng thực)"
_MADE_CERTIFIED = (
    rf"(?:(?:y|giấy|điện tử|hợp lệ|có|được|đã|phải|xác nhận|dấu|đã được|từ sổ gốc|hoặc được) ?)*{_CERTIFYING}"
)
_CERTIFIED = Guarded(
    rf"bản {_COPY} ?(?:\(? ?){_MADE_CERTIFIED}"
    rf"|bản {_COPY}(?:(?!bản {_COPY}|dịch)[^;.|\n]){{0,160}}?(?:[(,] ?|(?<!\w)có )(?:có|được|phải|đã)? ?(?:bản )?{_CERTIFYING}(?! (?:viên|cá nhân|điện))"
    rf"|(?:sao|{_COPY}) (?:y )?{_CERTIFYING}|\((?:có |đã |được |bản )?{_CERTIFYING}\)|bản {_CERTIFYING}|bản sao (?:trích lục )?từ sổ gốc",
    *("công chứng", "chứng thực", "từ sổ gốc"),
)
_OR_CERTIFIED = re.compile(rf"(?<!sổ gốc )hoặc (?:có |được |bản )?{_CERTIFYING}$")
_TRANSLATED = re.compile(r"dịch[^;.\n]{0,60}$")
# Without one of these nothing is said of copies and originals.
_OF_COPIES = ("sao", "bản chính", "bản gốc", "chứng thực", "công chứng", "bản chụp", "ảnh chụp", "photo", "phô", "bản scan", "bản quét", "bản fax")  # fmt: skip
_TRUE_COPY = Guarded(r"sao y(?: bản (?:chính|gốc))?(?! (?:có )?(?:công chứng|chứng thực))", "sao y")
# Here the copy is what the paper is about, not the form it is handed in.
_SUBJECT = Guarded(
    rf"(?:cấp(?: lại)?|chứng thực|số lượng|lệ phí) bản (?:{_COPY}|{_ORIGINAL})|(?<!\w)0+ ?(?:\(không\) ?)?bản (?:{_COPY}|{_ORIGINAL})|bản (?:{_COPY}|{_ORIGINAL})\s?:\s?0+(?![0-9])",
    *("cấp bản", "cấp lại bản", "thực bản", "lượng bản", "phí bản"),
    *("0 bản", "0bản", "(không)", ":0", ": 0"),
)
_PLAIN = Guarded(
    rf"bản {_COPY}(?!\w)|(?<!\w)(?:photo(?:copy)?|phô ?tô|ảnh chụp)(?!\w)",
    *("bản sao", "bản chụp", "photo", "phô", "bản scan", "bản quét", "bản fax", "ảnh chụp"),
)
_DEMANDED = Guarded(rf"(?<!văn )bản {_ORIGINAL}(?! (?:thức|quyền|phủ|trị|sách|quy))(?!\w)", "bản chính", "bản gốc")


@remembered
def read_quantity(text: str | None) -> Quantity:
    """Read a published quantity: "01 bản chính", "Bản chính: 1 - Bản sao: 0", "02 bộ"; a bare count is `pieces`."""
    if not text:
        return Quantity(text or "")
    folded = fold(text)
    if match := _BARE.fullmatch(folded):
        count = int(match["count"])
        return Quantity(text, sets=count) if _SETS_LABEL.match(folded) else Quantity(text, pieces=count)
    return _quantity(text, folded, _counts(folded))


@remembered
def quantity_in_name(name: str) -> Quantity:
    """Read the quantity that stands in a paper's name: "Đơn đăng ký (01 bản chính)"; numbers of forms, dates, people are none."""
    folded = fold(name)
    if not _DIGIT.search(folded):
        return Quantity()
    counts = [
        match for match in _counts(folded) if not _NUMBERED.search(folded, max(0, match.start() - 20), match.start())
    ]
    if counts:
        return _quantity(name, folded, counts)
    if match := re.search(r"số lượng(?: hồ sơ)?\s?:\s?([0-9]{1,2})(?:\s?\([^()0-9]{1,20}\))?[.)\s]*$", folded):
        count = int(match[1])
        return Quantity(name, sets=count) if "số lượng hồ sơ" in match[0] else Quantity(name, pieces=count)
    return Quantity()


@remembered
def accepted_forms(text: str) -> frozenset[CopyForm]:
    """Return the forms in which the text of a paper accepts or demands it; empty: not stated.

    An original that is only shown for comparison makes the copy a plain one. "Sao y" may be either kind of copy.
    """
    return forms_in(fold(text))


def forms_in(folded: str) -> frozenset[CopyForm]:
    """Return the `accepted_forms` of a folded text."""
    if not has_any(folded, _OF_COPIES):
        return frozenset()
    forms: set[CopyForm] = set()
    rest, shown = _without_what_is_shown(folded)
    rest = _SUBJECT.sub(" ", _NOT_CERTIFIED.sub(" ", rest))
    if _TRUE_COPY.search(rest):
        forms |= {CopyForm.PLAIN_COPY, CopyForm.CERTIFIED_COPY}
        rest = _TRUE_COPY.sub(" ", rest)
    certified = [match for match in _certified(rest) if not _TRANSLATED.search(rest, 0, match.start())]
    if certified:
        forms.add(CopyForm.CERTIFIED_COPY)
    if any(_OR_CERTIFIED.search(match[0]) for match in certified):
        forms.add(CopyForm.PLAIN_COPY)
    for match in reversed(certified):
        rest = rest[: match.start()] + " | " + rest[match.end() :]
    if _PLAIN.search(rest) or (shown and not forms and not _certified_from(folded)):
        forms.add(CopyForm.PLAIN_COPY)
    if _DEMANDED.search(rest):
        forms.add(CopyForm.ORIGINAL)
    return frozenset(forms)


def _without_what_is_shown(folded: str) -> tuple[str, int]:
    """Return the text without originals that are only shown, and how many there were."""
    if ("bản chính" in folded or "bản gốc" in folded) and _SHOWN.may_match(folded):
        return _SHOWN.pattern.subn(" | ", folded)
    return folded, 0


def _certified(text: str) -> Iterator[re.Match[str]]:
    return _CERTIFIED.pattern.finditer(text) if _CERTIFIED.may_match(text) else iter(())


def _certified_from(folded: str) -> bool:
    # "được chứng thực từ bản chính" says how a copy is certified; nothing is shown.
    return re.search(rf"{_CERTIFYING}[^.;,\n]{{0,20}} từ (?:các )?bản (?:chính|gốc)", folded) is not None


def _counts(folded: str) -> list[re.Match[str]]:
    if not _COUNTS_MAY.search(folded):
        return []
    labelled = list(_LABELLED.finditer(folded))
    return labelled or list(_COUNTED.finditer(folded))


def _quantity(raw: str, folded: str, counts: list[re.Match[str]]) -> Quantity:
    """Return the counts by kind; counts of one kind that differ belong to different cases and say nothing together."""
    found: dict[str, int | None] = {}
    for match in counts:
        of, count = _counted(match["kind"]), int(match["count"])
        found[of] = count if found.get(of, count) == count else None
    originals, copies = found.get("originals"), found.get("copies")
    if originals and copies and _alternatives(folded, counts):
        return Quantity(raw, sets=found.get("sets"), pieces=max(originals, copies))
    return Quantity(raw, originals, copies, found.get("sets"), found.get("pieces"))


def _counted(kind: str) -> str:
    if kind.startswith("bản "):
        return "originals" if kind in _ORIGINALS else "copies"
    return "sets" if "bộ" in kind else "pieces"


def _alternatives(folded: str, counts: list[re.Match[str]]) -> bool:
    between = (folded[first.end() : second.start()] for first, second in pairwise(counts))
    return any("hoặc" in words for words in between)
