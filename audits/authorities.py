"""Names of authorities: written out for comparing, and the level of government that was abolished."""

from __future__ import annotations

import re
from datetime import date

from audits.reading.text import Guarded, fold, remembered

DISTRICTS_UNTIL = date(2025, 6, 30)
"""Last day of the district level (Nghị quyết số 203/2025/QH15)."""

_SHORT = {
    "ubnd": "ủy ban nhân dân",
    "hđnd": "hội đồng nhân dân",
    "vpđkđđ": "văn phòng đăng ký đất đai",
    "đkđđ": "đăng ký đất đai",
    "bhxh": "bảo hiểm xã hội",
}
_SHORT_WORD = Guarded(rf"(?<!\w)(?:{'|'.join(_SHORT)})(?!\w)", *_SHORT)
_WORD = re.compile(r"\w+")
# An office of a district, never a place inside one ("thị trấn thuộc huyện", "khu vực các huyện phía tây").
_DISTRICT = Guarded(
    r"(?<!\w)(?:ủy ban nhân dân|hội đồng nhân dân|công an|bảo hiểm xã hội|phòng (?!công chứng)[^,;.()]{3,60}?|chi nhánh [^,;.()]{3,60}?)"
    r" (?:các )?(?:cấp )?(?:huyện|quận|thị xã)(?!\w)|(?<!\w)cấp huyện(?!\w)",
    *("huyện", "quận", "thị xã"),
)
_FORMER = re.compile(r"trước (?:đây|ngày)|(?<!\w)cũ(?!\w)|không còn|kết thúc hoạt động|thay (?:cho|thế)")


@remembered
def spelt_out(name: str) -> str:
    """Return a name for comparing: folded, abbreviations written out, without punctuation."""
    return " ".join(_WORD.findall(_in_full(name)))


def names_district(text: str) -> bool:
    """Tell whether a text names an office of the district level."""
    return _DISTRICT.may_match(fold(text)) and _DISTRICT.search(_in_full(text)) is not None


def _in_full(text: str) -> str:
    folded = fold(text)
    if not _SHORT_WORD.may_match(folded):
        return folded
    return _SHORT_WORD.pattern.sub(lambda match: _SHORT[match[0]], folded)


def says_former(text: str) -> bool:
    """Tell whether a text speaks of something as no longer existing."""
    return _FORMER.search(fold(text)) is not None
