from __future__ import annotations

from audits.procedure import Severity
from reports.overview import overview
from tests.reports import sample


def test_good_practice_is_not_a_sign() -> None:
    figures = overview(sample.ORDINARY)
    assert (len(figures.signs), len(figures.good_practices)) == (9, 1)
    assert figures.by_severity == {Severity.HIGH: 5, Severity.MEDIUM: 3, Severity.LOW: 1}
    assert sum(rule.signs for rule in figures.rules) == 9
    assert figures.read == 412 + 55 + 120 + 118


def test_an_agency_that_could_not_be_checked_is_not_a_clean_one() -> None:
    figures = overview(sample.ORDINARY)
    assert [(agency.name, len(agency.signs), agency.checked) for agency in figures.agencies] == [
        ("UBND tỉnh Mẫu", 5, True),
        ("UBND phường Trung Tâm", 3, True),
        ("Sở Tư pháp tỉnh Mẫu", 1, True),
        ("UBND phường Bến Đò", 0, True),
        ("Sở Y tế tỉnh Mẫu", 0, False),
        ("UBND xã Núi Đôi", 0, False),
    ]
    assert [source.target for source in figures.unchecked] == ["h99-syt", "h99-x3"]


def test_rules_add_up_over_the_sources_with_their_reasons() -> None:
    rule = next(rule for rule in overview(sample.ORDINARY).rules if rule.slug == "longer_time")
    assert (rule.passed, rule.failed, rule.skipped) == (498, 1, 33)
    assert rule.reasons[0] == ("Không có thời hạn ở danh mục chính thức.", 23)


def test_signs_come_gravest_first_within_an_agency() -> None:
    for agency in overview(sample.ORDINARY).agencies:
        severities = [str(item.finding.severity) for item in agency.signs]
        assert severities == sorted(severities, key=[str(severity) for severity in Severity].index)
