"""No rule accuses from a value that the crawl does not believe: every sign of the rules' examples goes when its place is suspect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audits.procedure import Stated
from audits.published import read_published
from crawlers.records import PublishedMethod, PublishedProcedure, Source
from tests.audits.rule_examples import Example, examples, judged

FAILING = [
    example
    for example in examples()
    # A whole source has no place of its own, and what a journey saw was looked at twice by itself.
    if example.case["verdict"] == "fail"
    and "visit" not in example.case
    and not isinstance(example.case["published"], list)
]


@pytest.mark.parametrize("example", FAILING, ids=str)
def test_a_sign_goes_where_its_place_is_suspect(example: Example) -> None:
    source = example.case["published"].get("source", {})
    suspect: dict[str, str] = {}
    for _ in range(4):  # a rule may tell of a second place once it may not tell of the first
        case = example.case | {"published": example.case["published"] | {"source": source | {"suspect": suspect}}}
        found = [outcome.finding for outcome in judged(replace(example, case=case)) if outcome.finding]
        places = {finding.where for finding in found if finding.rule == example.slug}
        assert not places & suspect.keys()
        suspect |= dict.fromkeys(places, "khác nhau giữa hai lần xem")
    assert suspect
    assert not places


def test_a_suspect_value_is_kept_and_not_read() -> None:
    method = PublishedMethod("Trực tiếp", "5 ngày", "20.000 đồng")
    record = PublishedProcedure(methods=(method, method), source=Source(suspect={"methods[1].fee": "ô khác"}))
    first, second = read_published(record).methods or ()
    assert first.fees is not None
    assert second.fees is not None
    assert (first.fees.stated, second.fees.stated) == (Stated.VALUES, Stated.UNREADABLE)
    assert second.fees.raw == "20.000 đồng"
    assert second.terms == first.terms
