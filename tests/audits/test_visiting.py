"""Visits as part of an audit: made once, judged, gone on with, tried again at another time, judged again to the same bytes."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

import orjson
import pytest

from audits.audit import VisitPlan
from audits.judge import Judge
from audits.run import catalogue_of, judge_target, visit_failures_again, visit_services
from audits.store import Archived, Store, open_store
from audits.visiting import Shopping, judge_visits, shopper
from crawlers.archive import digest_of
from crawlers.journeys.run import Manner
from crawlers.records import Capture, Fault, PublishedProcedure, SourceReport, SourceState
from crawlers.service_visits import Attempt, Outcome, ServiceVisit, Step
from crawlers.settings import settings
from crawlers.targets import Target
from fixtures.eservices.cases import by_slug
from fixtures.eservices.server import running
from tests.audits.sample import official, published

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from fixtures.eservices.cases import Case

ON = date(2026, 11, 2)
AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
PAGE = b"<html>"


class Kept(NamedTuple):
    """A finished audit of one target that publishes some services, and its captures."""

    store: Store
    id: int
    folder: Path
    target: Target


@pytest.fixture
def keep(tmp_path: Path) -> Iterator[Callable[[Target, Sequence[tuple[str, str, str | None]]], Kept]]:
    """Keep an audit of a target that publishes services, each (code, name, level) and official."""
    with closing(open_store(f"sqlite:///{tmp_path / 'soat.db'}")) as store:

        def kept(target: Target, services: Sequence[tuple[str, str, str | None]]) -> Kept:
            folder = tmp_path / "audit-1"
            catalogue = store.add_catalogue(
                [official(code, name, [f"Tờ khai {name.lower()}"]) for code, name, _ in services],
                digest="sha256:c",
                as_of=ON,
                origin="mẫu",
            )
            audit_id = store.begin_audit(title="x", on=ON, catalogue=catalogue, targets=[target], started_at=AT)
            folder.mkdir()
            (folder / "list.html").write_bytes(PAGE)
            rows = [
                published(
                    f"{code}.H99",
                    name,
                    service_level=level,
                    source={"target": target.id, "url": f"{target.url}thu-tuc/{code}", "capture": digest_of(PAGE)},
                )
                for code, name, level in services
            ]
            (folder / "published.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
            records = [PublishedProcedure.from_json(row) for row in rows]
            report = SourceReport(target.id, SourceState.OK, len(rows), len(rows))
            capture = Capture(digest_of(PAGE), target.url, AT, 200, "text/html", len(PAGE), target.id)
            captures = [Archived(capture, "audit-1/list.html", 0)]
            store.save_source(audit_id, target, report, captures, records)
            judge = Judge(catalogue_of(store, catalogue))
            result = judge_target(judge, target, report, records, ON)
            store.save_findings(audit_id, target.id, result.findings, result.counts, rules=result.rules)
            store.finish_audit(audit_id, AT)
            return Kept(store, audit_id, folder, target)

        yield kept


PORTAL = Target("h99", "UBND tỉnh Mẫu", "province", "igate1", "http://127.0.0.1:1/")
SERVICES = [(f"1.99000{n}", name, "Toàn trình") for n, name in enumerate(("Cấp thẻ kho", "Đổi biển số", "Xin lập hội"))]


def seen(place: int, outcome: Outcome, times: int = 2, at: str = "2026-11-02T01:00:00+00:00") -> ServiceVisit:
    """A visit to one of the services."""
    code, name, level = SERVICES[place]
    page = digest_of(f"{code} {at}".encode())
    return ServiceVisit(
        PORTAL.id,
        f"{code}.H99",
        name,
        outcome,
        level,
        f"{outcome} {at}.",
        steps=(Step("Bấm “Nộp”", f"{PORTAL.url}{code}", 200, 5, page, "journeys/a.jpg"),) if place else (),
        attempts=(Attempt(at, outcome, "x"),) * times,
        at=at,
    )


def shopping(*visits: ServiceVisit, fault: Fault | None = None) -> Callable[[Shopping], Mapping[str, Sequence[Fault]]]:
    """A shopper that comes back with these visits, of those it is sent for."""

    def shop(order: Shopping) -> Mapping[str, Sequence[Fault]]:
        wanted = [one for one in visits if order.codes is None or (one.code or "")[:8] in order.codes]
        lines = (orjson.dumps(one.to_json(), option=orjson.OPT_APPEND_NEWLINE) for one in wanted)
        (order.folder / order.name).write_bytes(b"".join(lines))
        return {PORTAL.id: () if fault is None else (fault,)}

    return shop


def accused(kept: Kept) -> list[tuple[str | None, str]]:
    return [
        (item.finding.code, item.finding.rule)
        for item in kept.store.audit(kept.id).findings
        if item.finding.visit is not None
    ]


FIRST = (seen(0, Outcome.BROKEN), seen(1, Outcome.LOGIN_LOOP), seen(2, Outcome.REACHED_LOGIN))
LATER = "2026-11-09T01:00:00+00:00"


def test_failures_are_tried_again_another_day_and_the_milder_outcome_stands(keep: Callable[..., Kept]) -> None:
    kept = keep(PORTAL, SERVICES)
    visit_services(kept.store, kept.id, kept.folder, shopping(*FIRST), VisitPlan())
    codes = [code for code, _, _ in SERVICES]
    assert accused(kept) == [(codes[0], "broken_e_service"), (codes[1], "broken_e_service")]
    evidence = {item.finding.code: item.evidence for item in kept.store.audit(kept.id).findings}
    # Of a visit without a kept page its own record is the evidence.
    (record,) = kept.store.captures(evidence[codes[0]].capture)
    assert orjson.loads((kept.folder.parent / record.file).read_bytes()) == orjson.loads(
        orjson.dumps(FIRST[0].to_json())
    )
    assert evidence[codes[1]].place == "bước “Bấm “Nộp””, ảnh journeys/a.jpg"
    # Another day: one still fails, one does not, one that worked is not asked again.
    again = shopping(
        seen(0, Outcome.BROKEN, at=LATER), seen(1, Outcome.REACHED_LOGIN, at=LATER), seen(2, Outcome.BROKEN)
    )
    tried = visit_failures_again(kept.store, kept.id, kept.folder, again)
    assert [(one.before.outcome, one.again and one.again.outcome, one.now.outcome) for one in tried] == [
        ("broken", "broken", "broken"),
        ("login_loop", "reached_login", "reached_login"),
    ]
    assert accused(kept) == [(codes[0], "broken_e_service")]
    audit = kept.store.audit(kept.id)
    assert [len(item.visit.attempts) for item in audit.visits] == [4, 4, 2]
    assert [len(item.earlier) for item in audit.visits] == [1, 1, 0]
    assert "login_loop" in audit.visits[1].visit.why, "both are told"


def test_what_could_not_be_visited_is_told_and_can_be_made_up_for(keep: Callable[..., Kept]) -> None:
    kept = keep(PORTAL, SERVICES)
    fault = Fault("browser", PORTAL.url, "Không có trình duyệt")
    visit_services(kept.store, kept.id, kept.folder, shopping(fault=fault), VisitPlan())
    audit = kept.store.audit(kept.id)
    assert ([item.fault for item in audit.unvisited], audit.visits, accused(kept)) == ([fault], (), [])
    visit_services(kept.store, kept.id, kept.folder, shopping(*FIRST), VisitPlan())
    audit = kept.store.audit(kept.id)
    assert (audit.unvisited, len(audit.visits), len(accused(kept))) == ((), 3, 2)

    def never(order: Shopping) -> Mapping[str, Sequence[Fault]]:
        raise AssertionError(order)

    visit_services(kept.store, kept.id, kept.folder, never, VisitPlan())
    assert visit_failures_again(kept.store, kept.id, kept.folder, shopping())[0].again is None


def test_the_same_visits_are_judged_to_the_same_bytes(keep: Callable[..., Kept]) -> None:
    kept = keep(PORTAL, SERVICES)
    visit_services(kept.store, kept.id, kept.folder, shopping(*FIRST), VisitPlan())
    visits = kept.store.visits(kept.id, PORTAL.id)
    assert visits is not None
    judge = Judge(catalogue_of(kept.store, kept.store.audit(kept.id).catalogue))
    records = kept.store.published(kept.id, PORTAL.id)
    now = judge_visits(judge, PORTAL, records, visits, ON)
    stored = [item for item in kept.store.audit(kept.id).findings if item.finding.visit is not None]
    assert [item.finding for item in stored] == [new.finding for new in now.findings]
    assert [item.evidence.capture for item in stored] == [new.capture for new in now.findings]
    alone = judge_visits(judge, replace(PORTAL, url="https://x/"), [], visits, ON)
    assert [new.finding.rule for new in alone.findings] == [new.finding.rule for new in now.findings]


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SOAT_TIMEOUT", "5")
    monkeypatch.delenv("SOAT_CONTACT", raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.usefixtures("_quick")
def test_a_real_shopper_finds_what_is_wrong_with_the_sample_services(keep: Callable[..., Kept]) -> None:
    cases: list[Case] = [by_slug(slug) for slug in ("error_500", "paper", "html_form", "form_steps")]
    with running("igate1") as sites:
        target = Target(
            "h99", "UBND tỉnh Mẫu", "province", "igate1", sites.url, handover=sites.handover, delay=0, parallel=8
        )
        kept = keep(target, [(case.code, case.name, case.level) for case in cases])
        rows = [json.loads(line) for line in (kept.folder / "published.jsonl").read_text(encoding="utf-8").splitlines()]
        for row, case in zip(rows, cases, strict=True):
            row["source"]["url"] = sites.address(case)
        (kept.folder / "published.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        shop = shopper(Manner(at_once=4, pause=0.05, patience=1.0, limit=30.0))
        visit_services(kept.store, kept.id, kept.folder, shop, VisitPlan())
        assert sites.changes == []
    found: dict[str, set[str]] = {case.slug: set() for case in cases}
    for item in kept.store.audit(kept.id).findings:
        if item.finding.visit is not None and item.finding.rule not in {"inaccessible_page", "unfindable_procedure"}:
            found[next(case.slug for case in cases if case.code == item.finding.code)].add(item.finding.rule)
    assert found == {
        "error_500": {"broken_e_service"},
        "paper": {"false_service_level", "paper_still_required"},
        "html_form": {"broken_form_link"},
        "form_steps": {"extra_document", "expired_paper"},
    }
    for item in kept.store.audit(kept.id).findings:
        (capture, *_) = kept.store.captures(item.evidence.capture)
        kept_bytes = (kept.folder.parent / capture.file).read_bytes()
        assert digest_of(kept_bytes) == item.evidence.capture
