"""How procedures stood in earlier versions of the catalogue, and the store that remembers them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from audits.audit import CatalogueVersion
from audits.catalogue import Catalogue, build_catalogue, official_procedure, with_earlier
from audits.run import catalogue_of
from audits.store import open_store
from tests.audits.sample import Json, official

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def version(as_of: str, *records: Json) -> Catalogue:
    return build_catalogue(CatalogueVersion(f"sha256:{as_of}", date.fromisoformat(as_of), as_of, len(records)), records)


def marriage(days: int) -> Json:
    methods = [{"submissionMethod": "DIRECT", "processingTime": days, "processingTimeUnit": "WORKING_DAY"}]
    return official("1.000894", "Đăng ký kết hôn", executionMethods=methods)


BIRTH = official("1.001193", "Đăng ký khai sinh")


def told(catalogue: Catalogue) -> dict[str, list[tuple[str, str]]]:
    """By code, the limit as it once stood and the day on which that was replaced, the latest first."""
    return {
        code: [(str(state.replaced_on), (state.procedure.methods or ())[0].terms.raw) for state in states]  # type: ignore[union-attr]
        for code, states in catalogue.earlier.items()
    }


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ((), marriage(5), {}),
        ((version("2025-01-01", marriage(5)),), marriage(5), {}),
        ((version("2025-01-01", marriage(3)),), marriage(5), {"1.000894": ["2026-01-01"]}),
        (
            # Given in any order; what did not change between two versions is told once.
            (
                version("2025-06-01", marriage(4)),
                version("2025-01-01", marriage(3)),
                version("2025-09-01", marriage(4)),
            ),
            marriage(5),
            {"1.000894": ["2026-01-01", "2025-06-01"]},
        ),
        ((version("2025-01-01", BIRTH),), marriage(5), {}),
    ],
)
def test_earlier_versions(before: Iterable[Catalogue], now: Json, expected: dict[str, list[str]]) -> None:
    catalogue = with_earlier(version("2026-01-01", now), before)
    assert {code: [day for day, _ in states] for code, states in told(catalogue).items()} == expected
    assert set(catalogue.procedures) == {"1.000894"}


def test_the_store_remembers_the_versions_before_the_one_of_the_audit(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'a.db'}") as store:
        for day, limit in (("2025-01-01", 3), ("2025-06-01", 4), ("2026-01-01", 5), ("2026-06-01", 6)):
            store.add_catalogue([marriage(limit)], digest=f"sha256:{day}", as_of=date.fromisoformat(day), origin=day)
        audited = next(each for each in store.catalogue_versions() if each.as_of == date(2026, 1, 1))
        states = catalogue_of(store, audited).earlier["1.000894"]
    assert [state.replaced_on for state in states] == [date(2026, 1, 1), date(2025, 6, 1)]
    limits = [(state.procedure.methods or ())[0].terms for state in states]
    assert [int(limit.options[0].number) for limit in limits if limit] == [4, 3]


@pytest.mark.parametrize(
    ("proposal", "expected"),
    [
        ({"decisionDate": 1766509200000, "publicationDate": 1776783332115}, (date(2025, 12, 24), date(2026, 4, 21))),
        ({"decisionDate": 1565481600000, "publicationDate": None}, (date(2019, 8, 11), None)),
        ({"decisionDate": True, "publicationDate": -1}, (None, None)),
        ({"decisionDate": "2026-01-01", "publicationDate": 10**18}, (None, None)),
        (None, (None, None)),
        ("01/QĐ-BCT", (None, None)),
    ],
)
def test_days_of_the_decision(proposal: Any, expected: tuple[date | None, date | None]) -> None:
    procedure = official_procedure({**BIRTH, "procedureProposal": proposal})
    assert (procedure.decided_on, procedure.entered_on) == expected
