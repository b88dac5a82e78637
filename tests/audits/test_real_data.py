"""The real records beside the checkout: every line is judged or skipped with a reason, and the measured quality does not fall.

The folder is no part of the project; without it these tests are skipped. The floors guard against regressions; they are below
what was measured, and nothing is tuned to them.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import Any

import pytest

from audits.audit import CatalogueVersion
from audits.catalogue import Catalogue, build_catalogue, read_records
from audits.compare import compare
from audits.judge import Judge
from audits.matching.documents import LineKind
from audits.pair import Coverage
from audits.procedure import Fail, Severity, Skip
from crawlers.records import PublishedProcedure
from tests.real_data import SHARED

CATALOGUE, PAIRS = SHARED / "national-catalogue.jsonl.gz", SHARED / "labelled-pairs.jsonl"
TODAY = date(2026, 11, 1)

pytestmark = pytest.mark.skipif(
    not (CATALOGUE.is_file() and PAIRS.is_file()), reason=f"no real records: {SHARED} is not there"
)


@cache
def official() -> Catalogue:
    digest, records = read_records(CATALOGUE)
    return build_catalogue(CatalogueVersion(digest, TODAY, CATALOGUE.name, len(records)), records)


@cache
def labelled() -> list[tuple[dict[str, Any], Any]]:
    """Each labelled pair with what it was matched with and how its lines were aligned."""
    judge = Judge(official())
    rows = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    return [(row, judge.pair(PublishedProcedure.from_json(row["local"]), TODAY, Coverage())) for row in rows]


def test_every_real_line_is_judged_or_skipped_with_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted((SHARED / "local").glob("*.jsonl"))
    comparison = compare(official(), files, today=TODAY)
    judged = list(comparison.lines)
    assert len(judged) == sum(1 for file in files for line in file.read_bytes().splitlines() if line.strip())
    for line in judged:
        assert (line.pair is None) == bool(line.skipped)
        for outcome in line.outcomes:
            if isinstance(outcome.verdict, Skip):
                assert str(outcome.verdict.reason)
            if isinstance(outcome.verdict, Fail):
                assert outcome.finding is not None
                assert outcome.finding.law
    assert not any(isinstance(outcome.verdict, Fail) for outcome in comparison.together())
    assert capsys.readouterr() == ("", "")


def test_published_procedures_find_their_official_one_or_none() -> None:
    known = [(row["labels"]["national_code"], pair) for row, pair in labelled() if row["labels"]["national_code"]]
    found = [
        (code, pair.official.code.national) for code, pair in known if pair.official and pair.official.code is not None
    ]
    assert all(code == other for code, other in found)
    assert len(found) >= 0.8 * len(known)
    assert all(code in pair.match.candidates for code, pair in known)


def test_published_lines_find_their_official_papers() -> None:
    right = total = 0
    for row, pair in labelled():
        for label, line in zip(row["labels"]["documents"], pair.lines, strict=False):
            if label["national"]:
                total += 1
                right += bool(set(line.components) & {tuple(place) for place in label["national"]})
    assert total >= 150
    assert right >= 0.93 * total


def test_papers_called_extra_are_extra() -> None:
    called = [
        label["kind"]
        for row, pair in labelled()
        for label, line in zip(row["labels"]["documents"], pair.lines, strict=False)
        if line.kind is LineKind.EXTRA
    ]
    assert len(called) >= 3
    assert called.count("extra") >= 0.7 * len(called)


def test_a_list_whose_codes_slipped_by_a_row_is_not_taken_for_invented_procedures() -> None:
    comparison = compare(official(), [SHARED / "local" / "ward-list.jsonl"], today=TODAY)
    rules = [
        outcome.finding.rule
        for line in comparison.lines
        for outcome in line.outcomes
        if outcome.finding and outcome.finding.severity is Severity.HIGH
    ]
    assert "self_invented_procedure" not in rules
