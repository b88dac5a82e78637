"""Fees as published -> amounts in whole đồng, each with its unit and the case it is for."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from audits.procedure import Fee, Fees, Stated
from audits.reading.contexts import contexts, joined, statement_end, statement_start, statements
from audits.reading.text import CAPITALS, Guarded, clean, fold, remembered, remembered_lately

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# No fee of a procedure reaches a billion; such sums are capital or contract values.
_TOO_LARGE = 10**9
DOUBTFUL = 1000
"""An amount in đồng below this, other than 0, has usually lost its thousands ("40 VNĐ" for 40.000đ)."""

_CURRENCY = (
    r"(?:việt\snam\sđồng|vn\sđồng|vnđ|vnd|đồng(?!\s(?:thời|chí|sở\shữu|sử\sdụng|ý|bộ|tác\sgiả|nai|tháp))|đ)(?!\w)"
)
# It begins with a digit, and only then looks what stands before it, which is what makes the search fast.
_AMOUNT = re.compile(
    rf"""(?P<number>[0-9](?<![\w.,/].)(?<![0-9]\s.)
    (?:(?<!0)[0-9]{{0,2}}(?:[.,][0-9]{{3}})+|(?<!0)[0-9]{{0,2}}(?:\s[0-9]{{3}})+(?=\s?{_CURRENCY})|[0-9]*(?:[.,][0-9]{{1,2}})?))(?![0-9])
    (?:\s?(?P<scale>triệu|nghìn|ngàn)(?!\w))?
    (?:\s?(?P<currency>{_CURRENCY}))?""",
    re.VERBOSE,
)
# A unit ends where a word begins with a capital: there the next heading begins ("32.800đ/GCN Trang tài liệu khác: …").
_UNIT = re.compile(
    rf"""\s?(?:/|(?:một|mỗi)\s)\s?(?:[0-9]{{1,2}}\s)?["“]?
    (?P<unit>[^\W\d_][\w-]*(?:\s?/\s?[^\W\d_][\w-]*|\s(?!(?:và|hoặc|đối|theo|từ|thu|nếu|tối|cho|với)\b)["“]?[^\W\d_{CAPITALS}][\w-]*){{0,5}})["”]?""",
    re.VERBOSE,
)
_SCALES = {"triệu": 10**6, "nghìn": 1000, "ngàn": 1000}
# A number after these is a place in a text or a date.
_NUMBERED = re.compile(
    r"(?:mẫu(?: số)?|biểu|điểm|khoản|điều|mục|phụ lục|phần|stt|số|thứ|ngày|tháng|năm|hạng|loại|nhóm)\s?$"
)
_GROUPED = re.compile(r"[0-9]{1,3}(?:[., ][0-9]{3})+")
_BARE_END = re.compile(r"\s?(?:$|[;,)\n/]|\.(?:\s|$)|(?:-|đến|tới)\s?[0-9])")
_PERCENT_OF = Guarded(r"%\s?(?:của|mức|so với|x)?[^;.\n0-9]{0,30}$", "%")
_THRESHOLD = re.compile(r"(?:dưới|trên|từ|đến|tới|không quá|giá trị|trị giá|vốn|-)\s?(?:là\s)?$")
_THRESHOLD_GOES_ON = re.compile(r"\s?(?:đến|tới|-)(?:\s(?:dưới|không quá))?\s?$")

_LABEL = r"(?:(?:mức|các|tiền|thu|khoản|phí|lệ phí|chi phí|và|hoặc|,|\(nếu có\)|thủ tục này|thẩm định|cụ thể)\s?)*(?::|-|là\s)?\s?"
_FREE = re.compile(
    rf"{_LABEL}(?:không|không có|không có (?:phí|lệ phí|thu phí)\b.*|không (?:phí|lệ phí)\b.*|không thu\b.*|miễn|miễn (?:phí|lệ phí|thu)\b.*|miễn 100%.*|0)"
    r"(?:\s?\(.*\))?[.\s]*"
)
_SAYS_FREE = re.compile(
    r"không (?:thu|mất|tốn|phải nộp|phải đóng|phải trả)(?: các)?(?: khoản| loại)? ?(?:tiền|phí|lệ phí)|không phải (?:nộp|trả|đóng) (?:tiền|phí|lệ phí)"
    r"|miễn (?:phí|lệ phí|thu|toàn bộ)|được miễn(?! giảm)|không thu\b"
)
_CASE = re.compile(r"đối với|trường hợp|nếu|trực tuyến|trực tiếp|bưu chính|khi|cho|riêng|ngày|lần đầu|cấp lại")
_REDUCED = re.compile(
    r"miễn,? (?:hoặc |và )?giảm|giảm,? miễn|miễn phí bưu|không được miễn|thuộc diện được miễn|nếu được miễn"
)
_NOTHING = re.compile(
    rf"{_LABEL}(?:-|\.+|…|n/a|không rõ|đang cập nhật|chưa có|(?:không|chưa)(?: được| có)? (?:quy định|thông tin|xác định|cập nhật|công bố|áp dụng|ban hành)\b.*)[.\s]*"
)
_ELSEWHERE = Guarded(
    r"\btheo\b|thông tư|nghị định|nghị quyết|quyết định|hđnd|hội đồng nhân dân|quy định|biểu (?:giá|phí|mức|thu)|thỏa thuận|%|\busd\b|\$|đô la|\beur\b|tùy|căn cứ|luật",
    *("theo", "thông tư", "nghị", "quyết định", "hđnd", "hội đồng", "quy định", "biểu", "thỏa thuận"),
    *("%", "usd", "$", "đô la", "eur", "tùy", "căn cứ", "luật"),
)
_COUNCIL = re.compile(r"hđnd|hội đồng nhân dân")
_ABOUT_FEES = re.compile(r"\bphí\b|mức thu")
_OTHER_FIELD = re.compile(r"[0-9]+ ?(?:\([^)]*\) ?)?(?:ngày|giờ|tháng)\b")

# A row of the catalogue rebuilt from page text: [no time stated] [amount] [(remark on the fee)] [text of the method].
_ROW = re.compile(r"(?:không có thông tin\s?){0,2}(?P<value>miễn phí|[0-9.,]*\s?(?:việt nam đồng|vnđ|usd))?\s?")


@remembered
def read_fees(text: str | None) -> Fees | None:
    """Read a published fee field; None in, None out.

    Every amount in đồng is an option with the words it stands in; "Không", "Miễn phí" and "0 đồng" are an amount of 0.
    "Không quy định" is Stated.NONE. Percentages, foreign currency and references to a legal text are Stated.ELSEWHERE.
    A bare small number, an agency's name or a time limit is Stated.UNREADABLE: suspect, never believed.
    """
    if text is None:
        return None
    plain = clean(text)
    options = _options(text, plain)
    return Fees(text, Stated.VALUES if options else _without_amount(plain), options)


def official_fees(method: Mapping[str, Any]) -> Fees:
    """Read the fees of one row of executionMethods[] of the catalogue.

    All amounts of the row are options: the structured ones and those told in a remark. Stated.ELSEWHERE may carry options too:
    it means that another text (a resolution of the People's Council, a circular's table) decides or co-decides, so that an
    amount that differs proves nothing. No rows of fees is not free of charge unless the text says so. A structured value
    below 1.000 đồng is believed only if the text repeats it; a 0 is not believed beside a remark that names a fee.
    """
    row = split_description(method)
    values: list[tuple[int | None, str]] = []
    told = [row.remark]
    for fee in _rows(method.get("fees")):
        remark = _split(_string(fee.get("description"))).remark or _string(fee.get("description"))
        if fee.get("description") == method.get("description"):
            remark = row.remark
        remark = "\n".join(part for part in (_string(fee.get("name")), remark) if part)
        values.append((_value(fee.get("value")), remark))
        told.append(remark)
    if not values:
        values = [(_value(method.get("feeText") or row.value), row.remark)]
    raw = "\n".join(dict.fromkeys(part for part in (_string(method.get("feeText")) or row.value, *told) if part))
    found = dict.fromkeys(option for text in told for option in _options(text, clean(text)))
    found.update(dict.fromkeys(option for option in _options(row.rest, clean(row.rest)) if option.amount))
    amounts = {option.amount for option in found}
    options = [
        Fee(value, unit=_unit_of(remark), context=" ".join(remark.split()))
        for value, remark in values
        if value is not None
        and value not in amounts
        and (value >= DOUBTFUL or (value == 0 and _says_free(remark, bool(amounts))))
    ]
    options += found
    stated = _official_state(options, (raw, *told), row.rest)
    if stated is Stated.NONE and any(value for value, _ in values):
        stated = Stated.UNREADABLE
    return Fees(raw, stated, tuple(options))


class Row(NamedTuple):
    """The parts of a catalogue row's description: the fee's value and remark, and the text of the method itself."""

    value: str
    remark: str
    rest: str


def split_description(method: Mapping[str, Any]) -> Row:
    """Split the description of one row of executionMethods[] into what is said of the fee and what of the method."""
    return _split(_string(method.get("description")))


def write_amount(amount: int) -> str:
    """Return an amount as people write it: 50000 -> "50.000 đồng"."""
    return f"{amount:,} đồng".replace(",", ".")


def _split(description: str) -> Row:
    text = clean(description)
    head = _ROW.match(fold(text)) if len(fold(text)) == len(text) else None
    if head is None:
        return Row("", "", text)
    value, rest = head["value"] or "", text[head.end() :]
    if not value or not rest.startswith("("):
        return Row(value, "", rest)
    depth = 0
    for index, letter in enumerate(rest):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            return Row(value, rest[1:index].strip(), rest[index + 1 :].strip())
    return Row(value, rest[1:], rest[1:])  # never closed: it may be about anything


def _rows(value: object) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _value(value: object) -> int | None:
    """Return a structured value in đồng; it comes as 50000, 50000.0, "50,000", "1.750.000", "50,000 VNĐ" or "Miễn phí"."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return int(value) if 0 <= value < _TOO_LARGE else None
    text = fold(str(value))
    if _FREE.fullmatch(text):
        return 0
    match = re.fullmatch(rf"([0-9]{{1,3}}(?:[.,][0-9]{{3}})+|[0-9]+)(?:[.,]0{{1,2}})?\s?(?:{_CURRENCY})?", text)
    amount = int(re.sub(r"[.,]", "", match[1])) if match else None
    return amount if amount is not None and amount < _TOO_LARGE else None


def _says_free(remark: str, amounts: bool) -> bool:
    """Tell whether a 0 can be believed beside its remark."""
    text = fold(remark)
    if not text or _FREE.fullmatch(text):
        return not amounts
    return not (amounts or _ELSEWHERE.search(text) or _ABOUT_FEES.search(text) or _NOTHING.fullmatch(text))


def _official_state(options: list[Fee], told: Sequence[str], rest: str) -> Stated:
    remarks = [fold(text) for text in told[1:] if text]
    about_fees = remarks + [text for text in map(fold, statements(rest)) if _ABOUT_FEES.search(text)]
    if any(_COUNCIL.search(text) for text in about_fees):
        return Stated.ELSEWHERE
    if options:
        return Stated.VALUES
    if remarks and all(_NOTHING.fullmatch(text) for text in remarks):
        return Stated.NONE
    if any(_ELSEWHERE.search(text) or _ABOUT_FEES.search(text) for text in (fold(told[0]), *about_fees)):
        return Stated.ELSEWHERE
    return _without_amount(clean(told[0]))


def _unit_of(remark: str) -> str | None:
    plain = clean(remark)
    match = _UNIT.match(re.sub(r"(?i)^(?:đồng|vnđ|vnd|đ)\s?(?=/)", "", plain))
    return _unit(match) if match else None


def _unit(match: re.Match[str]) -> str:
    return re.sub(r"\s?/\s?", "/", match["unit"]).lower()


def _options(text: str, plain: str) -> tuple[Fee, ...]:
    """Return every amount the text, which is `plain` when clean, states, and 0 for each statement that says there is no charge."""
    folded = fold(text)
    if len(folded) != len(plain):
        plain = folded
    found = [(match, _UNIT.match(plain, match.end())) for match in _amounts(plain, folded)]
    spans = [(match.start(), (unit or match).end()) for match, unit in found]
    options = [
        (match.start(), Fee(_amount(match), _unit(unit) if unit else None, joined(*words)))
        for (match, unit), words in zip(found, contexts(plain, spans), strict=True)
    ]
    options += _free_statements(plain, spans)
    return tuple(dict.fromkeys(fee for _, fee in sorted(options, key=lambda option: option[0])))


def _free_statements(plain: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, Fee]]:
    taken = {statement_start(plain, start) for start, _ in spans}
    found, place = [], 0
    while place < len(plain):
        end = statement_end(plain, place)
        statement = plain[place:end].strip(" -+*•.,;\n")
        if statement and _states_no_charge(statement) and statement_start(plain, place) not in taken:
            found.append((place, Fee(0, None, statement if spans or _CASE.search(fold(statement)) else "")))
        place = end + 1
    return found


@remembered_lately
def _states_no_charge(statement: str) -> bool:
    folded = fold(statement)
    free = _FREE.fullmatch(folded) or (_SAYS_FREE.search(folded) and not _REDUCED.search(folded))
    return bool(free) and not _NOTHING.fullmatch(folded)


def _amounts(plain: str, folded: str) -> list[re.Match[str]]:
    """Return the matches that are amounts of money to pay: no numbers of texts, thresholds or bases of a percentage."""
    found = [
        match
        for match in _AMOUNT.finditer(folded)
        if _is_money(match, plain, folded) and not _NUMBERED.search(folded, max(0, match.start() - 10), match.start())
    ]
    kept: list[re.Match[str]] = []
    following: tuple[int, bool] | None = None  # where the next amount begins, and whether it is a threshold
    for match in reversed(found):
        before = folded[max(0, match.start() - 40) : match.start()]
        threshold = _THRESHOLD.search(before) is not None and _opens_a_case(folded, match.end(), following)
        following = (match.start(), threshold)
        if not threshold and not _PERCENT_OF.search(before):
            kept.append(match)
    return kept[::-1]


def _opens_a_case(folded: str, end: int, following: tuple[int, bool] | None) -> bool:
    """Tell whether the sum that ends here is a limit ("từ 50 triệu đến 100 triệu đồng: 10.000 đồng") and not a fee."""
    if re.match(r"\s?(?:trở (?:lên|xuống))?\s?:", folded[end : end + 20]):
        return following is not None
    if following is None:
        return False
    start, threshold = following
    return threshold and _THRESHOLD_GOES_ON.fullmatch(folded[end:start]) is not None


def _is_money(match: re.Match[str], plain: str, folded: str) -> bool:
    number, scale, currency = match["number"], match["scale"], match["currency"]
    grouped = _GROUPED.fullmatch(number) is not None
    if not grouped and ("." in number or "," in number) and scale is None:
        return False
    whole_field = match.start() == 0 and match.end() == len(folded.rstrip(". "))
    bare = (grouped or scale is not None) and _BARE_END.match(plain, match.end())
    plain_sum = whole_field and re.fullmatch(r"[1-9][0-9]{2,6}00", number)
    return bool(currency or bare or plain_sum) and _amount(match) < _TOO_LARGE


def _amount(match: re.Match[str]) -> int:
    number, scale = match["number"], match["scale"]
    if scale is None:
        return int(re.sub(r"[., ]", "", number))
    if _GROUPED.fullmatch(number):
        return int(re.sub(r"[., ]", "", number)) * _SCALES[scale]
    return int(Fraction(number.replace(",", ".")) * _SCALES[scale])


def _without_amount(plain: str) -> Stated:
    """Tell what a field says that states no amount; `plain` is its clean text."""
    parts = statements(plain)
    rest = [part for part in parts if not _states_nothing(part)]
    if not rest:
        return Stated.NONE
    if any(_refers_elsewhere(part) for part in rest):
        return Stated.ELSEWHERE
    if len(rest) < len(parts) and not any(_OTHER_FIELD.match(fold(part)) for part in rest):
        return Stated.NONE
    return Stated.UNREADABLE


@remembered_lately
def _states_nothing(statement: str) -> bool:
    return _NOTHING.fullmatch(fold(statement)) is not None


@remembered_lately
def _refers_elsewhere(statement: str) -> bool:
    return _ELSEWHERE.search(fold(statement)) is not None
