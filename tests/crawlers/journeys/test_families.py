"""Every further family on its own sample site: a handful of cases each, which together are all; the bench takes the whole product."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import orjson
import pytest

from crawlers.journeys.run import Manner, visit
from crawlers.service_visits import Outcome, ServiceVisit
from crawlers.settings import settings
from crawlers.targets import Target
from fixtures.eservices.cases import CASES, by_slug
from fixtures.eservices.portals import names
from fixtures.eservices.server import running
from fixtures.sites.skin import Skin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHOSEN = {
    "aspnet": ("form_steps", "choice", "post_way_in", "own_calls"),
    "dvcqg": ("own_calls", "no_way_in", "other_form", "images"),
    "dvcqg_jsp": ("own_calls", "window", "soft_404", "paper"),
    "eform": ("modal", "no_effect", "auto_submit", "login_loop"),
    "generic": ("not_online", "dead_form", "meta_refresh", "maintenance"),
    "igate2": ("form", "blank", "script_loop", "beacons"),
    "liferay": ("choice", "own_calls", "wrong_procedure", "wall"),
    "opencps": ("modal", "choice", "empty_form", "dead_link"),
    "portaldvc": ("spinner", "paper_in_form", "effect_way_in", "others"),
}
ELSEWHERE = {
    *("login", "redirect", "error_500", "national_down", "elsewhere", "html_form", "stuck", "get_effects", "sockets", "workers"),
    *("frames", "windows", "redirects", "overrides", "reports", "later", "pressed"),
}  # fmt: skip
"""Tried on igate1 by test_journeys.py."""
HEAVY = {"alerts", "hungry", "huge", "endless", "crowd"}
"""They cost the machine more than they tell of a family: the bench tries them on every one."""


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SOAT_TIMEOUT", "5")
    monkeypatch.delenv("SOAT_CONTACT", raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_journeys_of_every_family_end_as_the_truth_says_and_change_nothing(tmp_path: Path) -> None:
    with ExitStack() as stack:
        sites = {family: stack.enter_context(running(family)) for family in CHOSEN}
        targets = [
            Target(family, "UBND", "province", family, one.url, handover=one.handover, delay=0.0, parallel=8)
            for family, one in sites.items()
        ]
        rows = [
            {**sites[family].published(by_slug(slug)), "source": {"url": sites[family].address(by_slug(slug)), "target": family}}
            for family, slugs in CHOSEN.items()
            for slug in slugs
        ]  # fmt: skip
        lines = b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
        (tmp_path / "p.jsonl").write_bytes(lines)
        manner = Manner(pause=0.05, patience=3.0, limit=60.0, checks=False)
        visit(targets, out=tmp_path / "v.jsonl", captures=tmp_path / "c", published=tmp_path / "p.jsonl", manner=manner)
        changes = {family: one.changes for family, one in sites.items() if one.changes}
    seen = [ServiceVisit.from_json(orjson.loads(line)) for line in (tmp_path / "v.jsonl").read_bytes().splitlines()]
    truth = [(family, by_slug(slug)) for family, slugs in CHOSEN.items() for slug in slugs]
    told = [(one.target, case.slug, str(one.outcome)) for one, (_, case) in zip(seen, truth, strict=True)]
    assert told == [(family, case.slug, case.outcome) for family, case in truth], [one.why for one in seen]
    forms = [{str(form.state) for form in one.forms or ()} for one in seen]
    assert forms == [{case.form} for _, case in truth]
    assert changes == {}
    for one, (family, case) in zip(seen, truth, strict=True):
        if one.outcome in {Outcome.BROKEN, Outcome.PAPER_DEMANDED} and case.slug != "no_effect":
            portal = sites[family].portal
            assert portal is not None
            assert one.steps[-1].url == sites[family].url.rstrip("/") + portal.way_in(case.number), case.slug
            assert one.steps[-1].screenshot is not None
    refused = {one.target: {(a.method, a.url) for a in one.refused} for one, (_, case) in zip(seen, truth, strict=True) if case.slug == "own_calls"}  # fmt: skip
    for family, asked in refused.items():
        calls = {(call.method, sites[family].url.rstrip("/") + call.url) for call in sites[family].skin.calls}
        assert calls <= asked, family


def test_every_case_is_tried_somewhere() -> None:
    assert {*CHOSEN, "igate1"} == set(names())
    tried = {slug for slugs in CHOSEN.values() for slug in slugs}
    assert tried | ELSEWHERE | HEAVY == {case.slug for case in CASES}
    assert not HEAVY & (tried | ELSEWHERE)


@pytest.mark.parametrize("family", names())
def test_a_family_has_a_skin_of_its_own_and_addresses_that_act(family: str) -> None:
    with running(family) as sites:
        assert sites.skin != Skin()
        assert len(sites.skin.calls) >= 3
        assert {len({sites.address(case) for case in CASES})} == {len(CASES)}
