"""Every rule on its examples: what it must find, what is lawful, and what it could not see."""

from __future__ import annotations

import pytest

from audits.rules import rules
from tests.audits.rule_examples import KEYS, Example, examples, judged, verdict


@pytest.mark.parametrize("example", examples(), ids=str)
def test_example(example: Example) -> None:
    case = example.case
    assert set(case) <= KEYS
    outcomes = judged(example)
    reasons = [f"{o.rule.slug}: {o.verdict}" for o in outcomes if o.rule.slug == example.slug]
    assert verdict(outcomes, example.slug) == case["verdict"], (case["why"], reasons)
    findings = [outcome.finding for outcome in outcomes if outcome.finding]
    own = [finding for finding in findings if finding.rule == example.slug]
    if case["verdict"] == "fail":
        # One sign a rule and paper, at the place the example names, with the law it rests on.
        assert [(finding.document, finding.code) for finding in own] == [
            (case.get("document"), case.get("code", own[0].code))
        ]
        assert own[0].law
        assert str(own[0].why).endswith(".")
    # A case shows one thing: no other rule accuses, save those it names.
    others = {finding.rule for finding in findings if finding.severity is not None} - {example.slug}
    assert others == set(case.get("also", ())), case["why"]


@pytest.mark.parametrize("slug", rules())
def test_a_rule_shows_what_it_finds_what_is_lawful_and_what_it_cannot_see(slug: str) -> None:
    verdicts = [example.case["verdict"] for example in examples(slug)]
    assert verdicts.count("fail") >= 3
    assert verdicts.count("pass") + verdicts.count("skip") >= 4
    assert {"pass", "fail", "skip"} == set(verdicts)
