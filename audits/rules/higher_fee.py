"""An office charges no more than the official procedure or the council's resolution in force for its territory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audits.durations import same_channel
from audits.gates import not_comparable
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip, Stated
from audits.reading.money import write_amount
from audits.reading.text import Guarded, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Fee, Method, Verdict

TITLE = "Phí, lệ phí cao hơn"
REMEDY = "Sửa mức thu về đúng quy định, rà soát các hồ sơ đã thu vượt và hoàn trả phần thu thừa."
SEVERITY = Severity.HIGH
VERSION = 3
CITATIONS = (Citation("nd-63-2010", "điểm d khoản 1 Điều 6"), Citation("nd-63-2010", "điểm a khoản 2 Điều 13"))

_NOT_SET = re.compile(r"không (?:có |được )?quy định")
_LABEL = re.compile(r"^\W*(?:mức |các |khoản |thu |phí|lệ phí|và|, )+\s?:\s?")
_A_SENTENCE = 25
"""So many letters refer to a certain text, such as a law on fees."""
# One dossier, one contract: the same charge under two names. It excuses an equal amount and never accuses.
_ONE_THING = (
    frozenset({"hợp đồng", "giao dịch", "hợp đồng/giao dịch", "hợp đồng giao dịch"}),
    frozenset({"hồ sơ", "bộ hồ sơ", "trường hợp", "lần", "lượt", "lần cấp", "lần/hồ sơ", "thủ tục"}),
)
_PIECE = re.compile(r"(?:người|trang|bản|tờ|chữ ký|m2|m²|xe|phương tiện|thửa|lô|mẫu|tấn|kg|con|chiếc|cái)\b")
_COUNCIL = Guarded(r"nq-hđnd|nghị quyết[^;.]*(?:hđnd|hội đồng nhân dân)", "hđnd", "hội đồng nhân dân")


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure: a fail only when a published amount exceeds every lawful one."""
    if reason := not_comparable(pair):
        yield reason
        return
    skipped: Skip | None = None
    compared = False
    for index, method in enumerate(pair.published.methods or ()):
        if method.fees is None:
            continue
        if _is_the_catalogues(method, same_channel(method, pair.official.methods or () if pair.official else ())):
            compared = True
            continue
        if method.fees.stated is not Stated.VALUES:
            continue
        allowed = _allowed(pair, method)
        if isinstance(allowed, Skip):
            skipped = allowed
            continue
        for fee in method.fees.options:
            comparable = [limit for limit in allowed if _same_unit(fee, limit) and not _of_a_piece(fee, limit)]
            compared = compared or bool(comparable) or fee.amount == 0
            if comparable and fee.amount > max(limit.amount for limit in allowed):
                highest = max(comparable, key=lambda limit: limit.amount)
                yield Fail(
                    expected=written(highest),
                    found=method.fees.raw,
                    where=f"methods[{index}].fee",
                    why=Sentence(
                        "Mức thu công khai là {found}, cao hơn mức {expected} theo quy định.",
                        {"found": written(fee), "expected": written(highest)},
                    ),
                )
                return
    yield Pass() if compared else skipped or Skip(Sentence("không có mức thu đọc được ở cả hai bên để so sánh"))


def _is_the_catalogues(method: Method, official: list[Method]) -> bool:
    """Tell whether a published fee is nothing, or no more than what the catalogue itself says: its amounts or its reference."""
    fees = method.fees
    if fees is None:
        return False
    rows = [row.fees for row in official if row.fees is not None]
    if fees.stated is Stated.VALUES:
        named = [fee for row in rows for fee in row.options]
        return all(
            fee.amount == 0
            or any(fee.amount == other.amount and (_same_unit(fee, other) or _one_thing(fee, other)) for other in named)
            for fee in fees.options
        )
    text = _LABEL.sub("", fold(fees.raw)).strip(" .")
    if fees.stated is Stated.NONE:
        return _NOT_SET.fullmatch(text) is not None
    return len(text) >= _A_SENTENCE and any(text in fold(row.raw) for row in rows)


def _one_thing(published: Fee, official: Fee) -> bool:
    return any({published.unit, official.unit} <= names for names in _ONE_THING)


def _allowed(pair: Pair, method: Method) -> list[Fee] | Skip:
    local = [fee for row in pair.resolutions() for fee in row.fees.options]
    rows = same_channel(method, pair.official.methods or () if pair.official else ())
    stated = [row.fees for row in rows if row.fees is not None]
    if local and not all(fees.stated is Stated.VALUES for fees in stated):
        return local
    if not local and _cites_council(pair, method):
        return Skip(Sentence("đơn vị dẫn nghị quyết của Hội đồng nhân dân về mức thu, cần người kiểm tra văn bản"))
    if any(fees.stated is Stated.ELSEWHERE for fees in stated):
        return Skip(Sentence("mức thu do Hội đồng nhân dân cấp tỉnh hoặc văn bản khác quy định"))
    if not stated or any(fees.stated is not Stated.VALUES for fees in stated):
        return Skip(Sentence("danh mục quốc gia không nêu mức thu đọc được"))
    return [*(fee for fees in stated for fee in fees.options), *local]


def _cites_council(pair: Pair, method: Method) -> bool:
    """Tell whether the fee, or a legal basis on fees, names a council's resolution that the catalogue does not hold."""
    bases = [fold(basis) for basis in pair.published.legal_bases or ()]
    texts = [fold(method.fees.raw if method.fees else ""), *(basis for basis in bases if "phí" in basis)]
    return any(_COUNCIL.search(text) for text in texts)


def _same_unit(published: Fee, official: Fee) -> bool:
    return official.amount == 0 or None in {published.unit, official.unit} or published.unit == official.unit


def _of_a_piece(published: Fee, official: Fee) -> bool:
    """Tell whether an amount for all may be the sum of what the catalogue asks for each person, page or thing."""
    return published.unit is None and official.amount > 0 and _PIECE.match(official.unit or "") is not None


def written(fee: Fee) -> str:
    """Return an amount as people write it, e.g. "50.000 đồng/hồ sơ"."""
    if fee.amount == 0:
        return "không thu"
    return write_amount(fee.amount) + (f"/{fee.unit}" if fee.unit else "")
