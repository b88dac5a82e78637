"""Time limits as published -> numbers with units, and what can be said for certain of two of them."""

from __future__ import annotations

import re
from enum import Enum, auto
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

from audits.procedure import Stated, Term, Terms, Unit
from audits.reading.contexts import contexts, enclosing_end, joined, statement_end, statement_start, statements
from audits.reading.money import split_description
from audits.reading.text import Guarded, clean, fold, remembered, remembered_lately

if TYPE_CHECKING:
    from collections.abc import Mapping

# Public holidays that n working days can run into: at most Tết (5), 1/1 (1) and one swapped day within 40 working days;
# 12 in any year (Bộ luật Lao động, Điều 112, and 24/11 from 2026).
_SHORT, _HOLIDAYS_SHORT = 40, 7
_YEAR, _HOLIDAYS_YEAR = 250, 12

_DIGITS = {
    word: value
    for value, words in enumerate(
        ("không", "một mốt", "hai", "ba", "bốn tư", "năm lăm nhăm", "sáu", "bảy bẩy", "tám", "chín")
    )
    for word in words.split()
}
_WORD = rf"(?:{'|'.join([*_DIGITS, 'mười', 'mươi', 'trăm', 'linh', 'lẻ'])})"
_DIGIT_NUMBER = r"[0-9]{1,4}(?:[.,][0-9]{1,2}(?![0-9]))?(?:\s?/\s?(?:[2-9]|10)(?![0-9/]))?"
_NUMBER = rf"(?:{_DIGIT_NUMBER}(?:\s?\([^()0-9]{{1,40}}\))?|[½¼¾]|(?:nửa|{_WORD}(?:\s{_WORD}){{0,5}})(?!\w)(?:\s?\(\s?{_DIGIT_NUMBER}\s?\))?)"
_WORKING = r"(?:\s?\(?\s?(?:làm\s(?:việc|viêc|vệc|viẹc|viện)|hành\schính)\)?)"
_UNIT = rf"(?:ngày{_WORKING}?|giờ{_WORKING}?|làm\sviệc|phút|h|tuần(?:\slàm\sviệc)?|tháng|năm)"
_TERM = re.compile(
    rf"""(?<![\w/.,])(?=[0-9½¼¾]|nửa|{_WORD})
    (?:(?P<least>{_NUMBER})\s?(?P<least_unit>{_UNIT}(?!\w))?\s?(?:-|–|đến|tới)\s?)?
    (?P<most>{_NUMBER})\s?(?P<unit>{_UNIT})(?!\w)""",
    re.VERBOSE,
)
_UNITS = {
    "ngày": (Fraction(1), Unit.DAY),
    "giờ": (Fraction(1), Unit.HOUR),
    "h": (Fraction(1), Unit.HOUR),
    "phút": (Fraction(1, 60), Unit.HOUR),
    "tuần": (Fraction(7), Unit.DAY),
    "tháng": (Fraction(1), Unit.MONTH),
    "năm": (Fraction(1), Unit.YEAR),
}

# Within the day, or the next working day where a dossier comes late: at most one working day.
_SAME_DAY = Guarded(
    r"trong (?:cùng |vòng )?(?:buổi|ngày)(?: làm việc)?(?: (?:tiếp theo|kế tiếp|liền kề))?(?!\s?(?:[0-9]|nghỉ|lễ|tết|thứ))\b|ngày làm việc (?:tiếp theo|kế tiếp|liền kề|sau)",
    *("trong buổi", "trong ngày", "cùng buổi", "cùng ngày", "vòng buổi", "vòng ngày"),
    *("việc tiếp", "việc kế", "việc liền", "việc sau"),
)
_AT_ONCE = Guarded(
    r"\bngay (?:sau |trong |tại |lập )?(?:khi|thời điểm|tức|lúc|buổi|quầy)\b|(?:giải quyết|trả kết quả|thực hiện|cung cấp|trả|cấp|làm) ngay\b|tức thì|^ngay[.\s]*$",
    *("ngay", "tức thì"),
)

_NUMBER_BEHIND = re.compile(r"\s[0-9]")
# A number and a unit that are no limit of the procedure: what stands before …
_NO_TERM_BEFORE = re.compile(
    r"""(?:trước|ít\snhất|tối\sthiểu|không\sdưới|không\sít\shơn|từ\sđủ|thay\svì|trước\sđây(?:\slà)?|so\svới\squy\sđịnh(?:\slà)?:?
    |(?:giảm|cắt\sgiảm|rút\sngắn)(?:\s(?:được|đi|thời\sgian|bớt))*
    |(?:giảm|rút\sngắn|cắt\sgiảm)[^.;\n]{0,30}từ
    |(?:có\sgiá\strị|hiệu\slực|giá\strị\ssử\sdụng|có\sthời\shạn|thời\shạn\ssử\sdụng)[^.;:\n]{0,40}
    |ngày\s[0-9]{1,2}|\stháng|(?:điều|khoản|điểm|mẫu\ssố|số|quý|thứ|độ\stuổi|đủ)
    )\s?$""",
    re.VERBOSE,
)
# … and behind it.
_NO_TERM_BEHIND = re.compile(
    r"\s?(?:làm việc )?(?:trước (?:khi|ngày|thời điểm|lúc|hạn)|gần nhất|/\s?(?:tuần|tháng|năm)|(?:một|mỗi|trong) tuần|tuổi|kinh nghiệm|trở lên)"
)
_NOT_COUNTED = Guarded(
    r"(?:không|chưa) (?:tính|kể|bao gồm|gồm)(?!\w)|ngoài thời gian|trừ thời gian",
    *("không tính", "không kể", "không bao", "không gồm", "chưa tính", "chưa kể", "chưa bao", "chưa gồm"),
    *("ngoài thời", "trừ thời"),
)
_HOURS = Guarded(r"([0-9]+)(?:\s?\([^)]*\))?\s?(?:giờ|h)(?P<working>\slàm việc)?$", "giờ", "h")
_CLOCK_BEFORE = re.compile(r"(?:trước|sau|lúc|vào|hồi|đến|tới|từ|sáng|chiều|tối|-)\s?$")
_CLOCK_BEHIND = re.compile(r"\s?(?:[0-9]{1,2}(?![0-9])|sáng|chiều|tối|cùng ngày|h[àằ]ng ngày|ngày|đến|-)")
_QUOTED = Guarded(r"theo quy định(?: (?:là|của pháp luật|chung))?\s?:?\s?$", "theo quy định")
_SHARE = Guarded(r"trong đó|cụ thể(?: như sau)?\s?:|bao gồm\s?:|\(\s?(?:bao )?gồm\b", "trong đó", "cụ thể", "gồm")
_CASE_AGAIN = re.compile(r"(?:\n|;|\.\s)\s*[-+*•]?\s*(?:\w\)\s*)?(?:trường hợp|đối với|riêng)")
_ADDED = re.compile(r"(?:thêm|cộng thêm)(?: (?:tối đa|không quá|không vượt quá|nhưng|là|một lần|\(?tối đa\)?))*\s?$")
# The applicant's time or a public notice: not what the agency promises.
_OTHERS_TIME = re.compile(
    r"(?:bổ sung|hoàn thiện|chỉnh sửa|giải trình|khắc phục|niêm yết|đăng tin|đăng báo)[^.;:\n]{0,50}$"
)
_TOTAL = re.compile(r"tổng (?:thời gian|thời hạn|cộng|số)[^.;\n0-9]{0,60}$")

_NOTHING = re.compile(
    r"(?:thời (?:hạn|gian)(?: giải quyết| thực hiện)?\s?:?\s?)?(?:-|\.+|…|không|không có|n/a|không rõ|đang cập nhật|chưa có"
    r"|(?:không|chưa)(?: được| có)? (?:quy định|thông tin|xác định|cập nhật|công bố|áp dụng|ban hành)\b.*)[.\s]*"
)
_ELSEWHERE = Guarded(
    r"\btheo\b|quy định|thỏa thuận|tùy|phụ thuộc|căn cứ|dự án|kế hoạch|quyết định|thông báo",
    *("theo", "quy định", "thỏa thuận", "tùy", "phụ thuộc", "căn cứ", "dự án", "kế hoạch", "quyết định", "thông báo"),
)
_CASE = re.compile(
    r"đối với|trường hợp|nếu|riêng|khi |vùng|khu vực|miền núi|hải đảo|trực tuyến|trực tiếp|bưu chính|lần đầu|cấp (?:mới|lại|đổi)|bước|tổ chức|cá nhân|tăng thêm|kéo dài|giai đoạn|gia hạn"
)
# Words that only lead to the number, and the clock's start: they name no case.
_AREA = re.compile(r"miền núi|hải đảo|biên giới|vùng sâu|vùng xa|khó khăn")
_AREA_OPENS = re.compile(r"[-+*•\s]*(đối với (?:các )?(?:xã|vùng|khu vực|địa bàn)[^,;:\n]*)", re.IGNORECASE)
_LEAD = re.compile(
    r"(?:(?<!\w)(?:thời (?:gian|hạn)(?: (?:thực hiện|giải quyết|xử lý))?|trong (?:thời (?:hạn|gian)|vòng)|trong|không (?:được )?(?:vượt )?quá|tối đa|chậm nhất|là|thì|được|từ|xuống(?: còn)?|còn)|[≤<:,\s])+$",
    re.IGNORECASE,
)
_CLOCK_STARTS = re.compile(r"^[,\s]*(?:(?:kể|tính) )*từ (?:ngày|khi|thời điểm|lúc)[^:;()]*", re.IGNORECASE)

_WORKING_UNITS = {Unit.WORKING_DAY: Fraction(1), Unit.WORKING_HOUR: Fraction(1, 8)}
_SCALES = (
    _WORKING_UNITS,
    {Unit.DAY: Fraction(1)},
    {Unit.HOUR: Fraction(1)},  # may mean working hours, so it is on no scale with days
    {Unit.MONTH: Fraction(1), Unit.YEAR: Fraction(12)},
)
_WRITTEN = {
    Unit.WORKING_DAY: "ngày làm việc",
    Unit.DAY: "ngày",
    Unit.WORKING_HOUR: "giờ làm việc",
    Unit.HOUR: "giờ",
    Unit.MONTH: "tháng",
    Unit.YEAR: "năm",
}


class _Role(Enum):
    LIMIT = auto()
    ADDED = auto()  # "tăng thêm 10 ngày"
    DOUBTFUL = auto()  # perhaps the applicant's own time
    TOTAL = auto()


class _Mention(NamedTuple):
    span: tuple[int, int]
    term: Term
    role: _Role


@remembered
def read_terms(text: str | None) -> Terms | None:
    """Read a published time limit; None in, None out.

    Each case is an option with the words that name it. Parts of a limit ("trong đó thẩm định 05 ngày"), time that is not
    counted, the applicant's own time, validity, opening hours and dates are no options. Where a field lists only steps, or
    it cannot be told whether a number is a step or the whole, all are options, each with its context: a comparer must
    not add them, and may call the field shorter only if it has one option. "Within the day", "at once" and "the next
    working day" are one working day. An extension ("tăng thêm 10 ngày") is added where there is one limit to add it to.
    """
    if text is None:
        return None
    options = _options(text)
    return Terms(text, Stated.VALUES if options else _without_number(text), options)


def official_terms(method: Mapping[str, Any]) -> Terms:
    """Read the time limits of one row of executionMethods[] of the catalogue.

    The structured number comes first, without context; further limits told in the description follow, doubtful ones too: for
    the official side every length the text mentions is an option, so that a comparer accuses only what exceeds them all. With
    unit OTHER the number means nothing. Without a number, the sum of what is told is an option too. HOUR is the catalogue's only unit of hours, so it may mean working hours.
    """
    description = method.get("description")
    rest = split_description(method).rest if isinstance(description, str) else ""
    told = _options(rest, official=True)
    first = _structured(method, told)
    raw = "\n".join(part for part in (write_term(first) if first else "", rest) if part)
    if first is None:
        if told:
            # The description may list the steps of one limit: their sum is the most it can mean.
            return Terms(raw, Stated.VALUES, told if len(told) == 1 else (*told, _sum(*told)))
        return Terms(raw, Stated.UNREADABLE if method.get("processingTimeUnit") == "OTHER" else Stated.NONE)
    added = [_sum(first, mention.term) for mention in _mentions(rest) if mention.role is _Role.ADDED]
    seen = {(first.number, first.unit)}
    others = [term for term in (*added, *told) if (term.number, term.unit) not in seen]
    return Terms(raw, Stated.VALUES, (first, *dict.fromkeys(others)))


def write_term(term: Term) -> str:
    """Return a time limit as people write it: "12 ngày làm việc", "20 - 25 ngày", "0,5 ngày"."""
    number = _written(term.number)
    if term.least is not None:
        number = f"{_written(term.least)} - {number}"
    return f"{number} {_WRITTEN[term.unit]}"


def for_difficult_area(term: Term) -> bool:
    """Tell whether the limit is for mountains, islands and the like, where the law allows more time (10 days more for land)."""
    return _AREA.search(fold(term.context)) is not None


@remembered_lately
def _names_a_case(context: str) -> bool:
    return _CASE.search(fold(context)) is not None


def bounds(term: Term) -> tuple[Fraction, Fraction]:
    """Return the shortest and the longest length of the limit in calendar days.

    n working days last at least n days and the weekends they must cross, at most those of the worst start, with the most
    holidays that can fall in. A month has 28 to 31 days, a year 365 or 366. "giờ" may be written for "giờ làm việc", so the
    longest an hour can mean is a working hour.
    """
    number = term.number
    match term.unit:
        case Unit.DAY:
            return number, number
        case Unit.MONTH:
            return 28 * number, 31 * number
        case Unit.YEAR:
            return 365 * number, 366 * number
        case Unit.HOUR:
            return number / 24, max(number / 24, _longest_working(number / 8))
        case Unit.WORKING_HOUR:
            return number / 24 + _whole_nights(number / 8), _longest_working(number / 8)
        case Unit.WORKING_DAY:
            last = number - ceil(number) + 1  # the part of the last day that is worked
            tail = Fraction(1) if last == 1 else last / 3
            whole = ceil(number) - 1
            return whole + tail + 2 * (whole // 5), _longest_working(number)


def certainly_longer(published: Term, official: Term) -> bool | None:
    """Tell whether a published limit is longer than the official one; None where it cannot be decided.

    One scale is compared number by number. n days published as n working days is longer; n working days published as n days is not.
    Otherwise only an excess that is certain on the calendar counts.
    """
    if published.unit is official.unit:
        return published.number > official.number
    for scale in _SCALES:
        if published.unit in scale and official.unit in scale:
            return published.number * scale[published.unit] > official.number * scale[official.unit]
    as_working_days = published.unit is Unit.WORKING_DAY and official.unit is Unit.DAY
    if as_working_days and published.number >= 1 and published.number >= official.number:
        return True
    if published.unit is Unit.DAY and official.unit is Unit.WORKING_DAY and published.number <= official.number:
        return False
    return _certainly_exceeds(published, official)


def certainly_shorter(published: Term, official: Term) -> bool | None:
    """Tell whether a published limit is shorter than the official one; None where it cannot be decided.

    Offices write "ngày" where they mean "ngày làm việc": n days for n working days is therefore not taken for shorter.
    """
    if published.unit is official.unit:
        return published.number < official.number
    for scale in _SCALES:
        if published.unit in scale and official.unit in scale:
            return published.number * scale[published.unit] < official.number * scale[official.unit]
    if published.unit is Unit.DAY and official.unit is Unit.WORKING_DAY and published.number >= official.number:
        return None if published.number > official.number else False
    return _certainly_exceeds(official, published)


def _certainly_exceeds(term: Term, other: Term) -> bool | None:
    working = term.number * _WORKING_UNITS.get(term.unit, Fraction(0))
    if other.unit is Unit.HOUR and working > other.number / 8:
        return True  # even if its hours are working hours
    (shortest, longest), (other_shortest, other_longest) = bounds(term), bounds(other)
    if shortest > other_longest:
        return True
    return False if longest <= other_shortest else None


def _whole_nights(days: Fraction) -> Fraction:
    # Working hours beyond the first day's 8 wait for the next morning: 16 hours a night, and the weekends crossed.
    whole = max(ceil(days) - 1, 0)
    return Fraction(16 * whole, 24) + 2 * (whole // 5)


def _longest_working(days: Fraction) -> Fraction:
    count = ceil(days)
    holidays = _HOLIDAYS_SHORT if count <= _SHORT else _HOLIDAYS_YEAR * ceil(Fraction(count, _YEAR))
    stretched = count + holidays
    return Fraction(stretched + 2 * ceil(Fraction(stretched, 5)))


def _structured(method: Mapping[str, Any], told: tuple[Term, ...]) -> Term | None:
    number, unit = method.get("processingTime"), method.get("processingTimeUnit")
    if unit not in {"WORKING_DAY", "DAY", "HOUR", "MONTH", "YEAR"} or isinstance(number, bool):
        return None
    try:
        value = Fraction(str(number).replace(",", "."))
    except (ValueError, ZeroDivisionError):
        return None
    if value <= 0:
        return None
    term = Term(value, Unit(unit))
    if term.unit is Unit.HOUR and any((each.number, each.unit) == (value, Unit.WORKING_HOUR) for each in told):
        return Term(value, Unit.WORKING_HOUR)
    return term


def _sum(*terms: Term) -> Term:
    """Return the sum of limits, in their unit or in the most calendar days they can mean."""
    context = terms[-1].context if len(terms) == 2 else "cộng các thời hạn được nêu"
    if len({term.unit for term in terms}) == 1:
        return Term(sum((term.number for term in terms), Fraction(0)), terms[0].unit, context=context)
    return Term(sum((bounds(term)[1] for term in terms), Fraction(0)), Unit.DAY, context=context)


def _options(text: str, *, official: bool = False) -> tuple[Term, ...]:
    mentions = _mentions(text)
    limits = [mention for mention in mentions if mention.role is not _Role.ADDED]
    if not official:
        for wanted in (_Role.TOTAL, _Role.LIMIT, _Role.DOUBTFUL):
            if chosen := [mention for mention in limits if mention.role is wanted]:
                limits = chosen
                break
    terms = [mention.term for mention in limits]
    added = [mention.term for mention in mentions if mention.role is _Role.ADDED]
    if official and terms:
        longest = max(terms, key=lambda term: bounds(term)[1])
        terms += [_sum(longest, term) for term in added]
    elif len(terms) == 1:
        terms += [_sum(terms[0], term) for term in added if term.unit is terms[0].unit]
    distinct: list[Term] = []
    for term in terms:
        # The same limit told again ("đã giảm từ 23 ngày xuống 15 ngày") is no further case.
        if term not in distinct and not (distinct and _in(term, "") in distinct and not _names_a_case(term.context)):
            distinct.append(term)
    if len(distinct) == 1 and not _names_a_case(distinct[0].context):
        distinct = [_in(distinct[0], "")]
    return tuple(distinct)


def _in(term: Term, context: str) -> Term:
    """Return the limit as one in this context."""
    return Term(term.number, term.unit, term.least, context)


def _mentions(text: str) -> list[_Mention]:
    """Return every limit the text mentions, in its order, with its context."""
    plain, folded = clean(text), fold(text)
    if len(plain) != len(folded):
        plain = folded
    lines = _in_lines(folded, plain)
    found = [
        _Mention(match.span(), term, _role(lines[max(0, match.start() - 100) : match.start()]))
        for match in _TERM.finditer(folded)
        if (term := _term(match, folded)) is not None and not _no_limit(match.span(), lines)
    ]
    if found and _NOT_COUNTED.may_match(lines):
        found = [mention for mention in found if not _is_left_out(mention.span[0], lines)]
    if shares := _shares(found, lines):
        found = [mention for mention in found if mention.span not in shares]
    if len(found) > 1 and _QUOTED.may_match(lines):
        found = [mention for mention in found if not _QUOTED.pattern.search(lines, 0, mention.span[0])] or found
    found = _with_same_day(found, folded)
    words = contexts(plain, [mention.span for mention in found])
    return [
        _Mention(span, _in(term, _area(plain, span[0]) + _context(*around)), role)
        for (span, term, role), around in zip(found, words, strict=True)
    ]


def _in_lines(folded: str, plain: str) -> str:
    """Return the folded text with the line breaks of the plain one, at which statements end and which `fold` takes away."""
    if "\n" not in plain:
        return folded
    lines, place = [], 0
    for line in plain.split("\n"):
        lines.append(folded[place : place + len(line)])
        place += len(line) + 1
    return "\n".join(lines)


def _area(plain: str, place: int) -> str:
    """Return the area that a line opens with, for its second limit and on: the first one's context has it anyway."""
    line = plain[plain.rfind("\n", 0, place) + 1 : place]
    opening = _AREA_OPENS.match(line)
    if opening is None or not _AREA.search(fold(line)) or ";" not in line:
        return ""
    return f"{opening[1]}: "


def _with_same_day(found: list[_Mention], folded: str) -> list[_Mention]:
    match = _SAME_DAY.search(folded)
    while match and any(start < match.end() and match.start() < end for (start, end), _, _ in found):
        match = _SAME_DAY.pattern.search(folded, match.end())
    if match is None and not found:
        match = _AT_ONCE.search(folded)
    if match is None or _tells_no_limit(folded[max(0, match.start() - 60) : match.start()]):
        return found
    day = Term(Fraction(1), Unit.WORKING_DAY)
    return sorted([*found, _Mention(match.span(), day, _Role.LIMIT)], key=lambda mention: mention.span)


def _term(match: re.Match[str], folded: str) -> Term | None:
    least_number, least_unit, number, unit = match.group("least", "least_unit", "most", "unit")
    most = _length(number, unit)
    if most is None or _is_a_year(match, folded):
        return None
    least = None
    # "từ 03 ngày đến 05 ngày làm việc": what the last unit says holds for both.
    if least_number and (least_unit is None or least_unit.split()[0] == unit.split()[0]):
        shorter = _length(least_number, unit)
        least = shorter[0] if shorter is not None and shorter[0] < most[0] else None
    return Term(*most, least)


@lru_cache(maxsize=1 << 12)
def _length(number: str, unit: str) -> tuple[Fraction, Unit] | None:
    """Read a length as written; None: no number, or not above 0."""
    value = _number(number)
    factor, read = _unit(unit)
    return (value * factor, read) if value else None


def _is_a_year(match: re.Match[str], folded: str) -> bool:
    """Tell whether "năm" is the calendar's ("tháng 6 năm 2025", "trong năm, tháng") and not a number or a unit."""
    number, unit = match.group("most", "unit")
    if unit in {"năm", "tháng"} and _NUMBER_BEHIND.match(folded, match.end()):
        return True
    return (
        number == "năm"
        and unit in {"tháng", "năm", "ngày"}
        and not re.search(r"(?:hạn|quá|đa|vòng|nhất|là)\s$", folded[: match.start()])
    )


def _unit(text: str) -> tuple[Fraction, Unit]:
    working = "làm" in text or "hành chính" in text
    if text.startswith("giờ"):
        return Fraction(1), Unit.WORKING_HOUR if working else Unit.HOUR
    if working:
        return Fraction(5 if text.startswith("tuần") else 1), Unit.WORKING_DAY
    return _UNITS[text]


def _number(text: str) -> Fraction | None:
    """Read "12", "0,5", "1/2", "12 (mười hai)", "mười hai (12)", "mười hai", "nửa"."""
    if digits := re.search(rf"(?<![\w/]){_DIGIT_NUMBER}", text):
        value = re.sub(r"\s", "", digits[0]).replace(",", ".")
        top, _, bottom = value.partition("/")
        return Fraction(top) / int(bottom) if bottom else Fraction(top)
    if text[:1] in "½¼¾":
        return {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}[text[0]]
    words = text.split()
    if words == ["nửa"]:
        return Fraction(1, 2)
    return _spoken(words)


def _spoken(words: list[str]) -> Fraction | None:
    total, last, fresh = 0, 0, False
    for word in words:
        if word == "trăm":
            total, last, fresh = (last or 1) * 100, 0, False
        elif word in {"mười", "mươi"}:
            total, last, fresh = total + (last if word == "mươi" and last else 1) * 10, 0, False
        elif word in {"linh", "lẻ"}:
            continue
        elif fresh:
            return None  # "hai ba ngày": a way of speaking
        else:
            last, fresh = _DIGITS[word], True
    return Fraction(total + last)


@remembered_lately
def _tells_no_limit(before: str) -> bool:
    return _NO_TERM_BEFORE.search(before) is not None


def _no_limit(span: tuple[int, int], lines: str) -> bool:
    """Tell whether what stands at the span is a date, an hour of the clock, a validity … and no limit."""
    start, end = span
    before = lines[max(0, start - 80) : start]
    if _tells_no_limit(before) or _NO_TERM_BEHIND.match(lines, end):
        return True
    return _is_a_clock(lines[start:end], before, lines[end : end + 12])


def _is_left_out(start: int, lines: str) -> bool:
    """Tell whether the limit that begins here is among what its statement says is not counted."""
    for cue in _NOT_COUNTED.pattern.finditer(lines, statement_start(lines, start), start):
        limit = enclosing_end(lines, cue.start())
        if start < (limit if limit is not None else statement_end(lines, cue.start())):
            return True
    return False


def _is_a_clock(words: str, before: str, behind: str) -> bool:
    match = _HOURS.search(words)
    if match is None or int(match[1]) > 23:
        return False
    if match["working"]:
        return before.rstrip().endswith("trước")
    return bool(_CLOCK_BEFORE.search(before) or _CLOCK_BEHIND.match(behind))


def _shares(found: list[_Mention], lines: str) -> set[tuple[int, int]]:
    """Return the spans of mentions that are parts of a limit named before: "12 ngày, trong đó thẩm định 05 ngày"."""
    parts: set[tuple[int, int]] = set()
    if not _SHARE.may_match(lines):
        return parts
    for cue in _SHARE.pattern.finditer(lines):
        whole = [mention for mention in found if mention.span[1] <= cue.start() and mention.span not in parts]
        if not whole:
            continue
        end = enclosing_end(lines, cue.end())
        if end is None:
            again = _CASE_AGAIN.search(lines, cue.end())
            end = again.start() if again else len(lines)
        longest = bounds(whole[-1].term)[1]
        # A "part" longer than the whole is a case of its own.
        parts |= {
            mention.span
            for mention in found
            if cue.start() < mention.span[0] < end and bounds(mention.term)[0] <= longest
        }
    return parts


@remembered_lately
def _role(before: str) -> _Role:
    """Return what a limit is, as the words before it tell."""
    if _ADDED.search(before):
        return _Role.ADDED
    if _TOTAL.search(before):
        return _Role.TOTAL
    return _Role.DOUBTFUL if _OTHERS_TIME.search(before) else _Role.LIMIT


def _context(before: str, behind: str) -> str:
    """Return the case that the words around a limit name."""
    return joined(_without_lead(before), _without_start(behind))


@remembered_lately
def _without_lead(before: str) -> str:
    return _LEAD.sub("", before)


@remembered_lately
def _without_start(behind: str) -> str:
    start = _CLOCK_STARTS.match(behind)
    return behind[start.end() :] if start and not _CASE.search(fold(start[0])) else behind


def _without_number(text: str) -> Stated:
    parts = [fold(part) for part in statements(clean(text))]
    if not parts or all(_NOTHING.fullmatch(part) for part in parts):
        return Stated.NONE
    if any(_ELSEWHERE.search(part) for part in parts if not _NOTHING.fullmatch(part)):
        return Stated.ELSEWHERE
    return Stated.UNREADABLE


def _written(number: Fraction) -> str:
    if number.denominator == 1:
        return str(number.numerator)
    if 100 % number.denominator == 0:
        return f"{float(number):.2f}".rstrip("0").replace(".", ",")
    return f"{number.numerator}/{number.denominator}"
