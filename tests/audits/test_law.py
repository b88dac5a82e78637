"""Legal texts: the first and last day in force, what amended them when, and what nobody saw signed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from audits.law import LegalText, _written, cite, texts
from audits.procedure import Citation
from audits.rules import rules

D63 = Citation("nd-63-2010", "khoản 6 Điều 18")
D61 = Citation("nd-61-2018", "Điều 19")
D118 = Citation("nd-118-2025", "Điều 17")


@pytest.mark.parametrize(
    ("citation", "on", "expected"),
    [
        (D63, date(2010, 10, 13), None),
        (D63, date(2010, 10, 14), "khoản 6 Điều 18 Nghị định số 63/2010/NĐ-CP"),
        (D63, date(2013, 6, 30), "khoản 6 Điều 18 Nghị định số 63/2010/NĐ-CP"),
        (
            D63,
            date(2013, 7, 1),
            "khoản 6 Điều 18 Nghị định số 63/2010/NĐ-CP (được sửa đổi, bổ sung bởi Nghị định số 48/2013/NĐ-CP)",
        ),
        (
            D63,
            date(2017, 9, 25),
            (
                "khoản 6 Điều 18 Nghị định số 63/2010/NĐ-CP"
                " (được sửa đổi, bổ sung bởi Nghị định số 48/2013/NĐ-CP, Nghị định số 92/2017/NĐ-CP)"
            ),
        ),
        (
            D61,
            date(2025, 6, 30),
            "Điều 19 Nghị định số 61/2018/NĐ-CP (được sửa đổi, bổ sung bởi Nghị định số 107/2021/NĐ-CP)",
        ),
        (D61, date(2025, 7, 1), None),
        (D118, date(2025, 6, 30), None),
        (D118, date(2025, 7, 1), "Điều 17 Nghị định số 118/2025/NĐ-CP"),
        (Citation("nd-104-2022", "Điều 14"), date(2022, 12, 31), None),
        (Citation("nd-104-2022", "Điều 14"), date(2023, 1, 1), "Điều 14 Nghị định số 104/2022/NĐ-CP"),
    ],
)
def test_what_was_in_force_is_cited_as_it_stood(citation: Citation, on: date, expected: str | None) -> None:
    assert cite((citation,), on) == (() if expected is None else (expected,))


def test_only_the_texts_in_force_are_cited_in_the_order_of_the_rule() -> None:
    on = date(2026, 11, 1)
    assert cite((D118, D61, D63), on) == (*cite((D118,), on), *cite((D63,), on))


def test_a_text_nobody_saw_signed_stays_marked() -> None:
    text = LegalText("tt", "Thông tư số 02/2017/TT-VPCP", date(2017, 10, 31), None, (), unverified=True)
    assert _written(text, Citation(text.id, "Điều 9"), date(2026, 11, 1)) == "Điều 9 Thông tư số 02/2017/TT-VPCP (?)"
    unseen = Citation("nd-104-2022", "Điều 14", unverified=True)
    assert cite((unseen,), date(2023, 1, 1)) == ("Điều 14 Nghị định số 104/2022/NĐ-CP (?)",)


def test_an_unknown_text_is_an_error() -> None:
    with pytest.raises(KeyError):
        cite((Citation("nd-0-0000", "Điều 1"),), date(2026, 11, 1))


@pytest.mark.parametrize("text", texts().values(), ids=lambda text: text.id)
def test_dates_of_a_text_are_in_order(text: LegalText) -> None:
    assert text.until is None or text.since < text.until
    changes = [amendment.since for amendment in text.amended]
    assert changes == sorted(changes)
    assert all(text.in_force(day) for day in changes)
    assert not text.in_force(text.since - timedelta(days=1))


@pytest.mark.parametrize("slug", rules())
def test_every_rule_has_law_in_force_today_and_none_before_its_text(slug: str) -> None:
    citations = rules()[slug].citations
    assert cite(citations, date(2026, 11, 1))
    assert not cite(citations, min(texts()[each.text].since for each in citations) - timedelta(days=1))
