"""An audit judged again: the same bytes and rules give the same bytes; rules, readers, lawful differences and portal stay apart."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

import orjson
import pytest
from sqlalchemy import inspect, text

from audits.catalogue import read_records, read_side_file
from audits.judge import Judge
from audits.lawful import LawfulDifference
from audits.procedure import Sentence
from audits.reading.text import unaccented
from audits.rejudge import Cause, Change, Rejudgement, compare_portals, digest, rejudge, serialised
from audits.rules import rules
from audits.run import begin, carry_out, catalogue_of, judge_target, records_beside
from audits.store import Archived, NewFinding, Store, StoreError, open_store
from audits.visiting import captures_of, judge_visits
from crawlers.archive import Archive, ArchiveError, Exchange, Recorder, read_body
from crawlers.reread import reread
from crawlers.service_visits import Attempt, Outcome, ServiceVisit
from crawlers.targets import Target, read_targets
from fixtures.__main__ import targets
from fixtures.portals import running
from fixtures.province import FOLDER, SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from audits.audit import AuditedFinding
    from audits.store import Judged
    from crawlers.records import PublishedProcedure

ON = date(2026, 11, 2)
PORTAL = "h99-portal"
NOW = datetime(2026, 11, 3, tzinfo=UTC)


class Audited(NamedTuple):
    """One finished audit of the sample province, its captures, and what judging each target gave."""

    store: Store
    id: int
    captures: Path
    targets: list[Target]


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    out = tmp_path_factory.mktemp("rejudge")
    with closing(open_store(f"sqlite:///{out / 'soat.db'}")) as store, running(ON) as portals:
        (out / "targets.toml").write_text(targets(portals.urls), encoding="utf-8")
        for source in SOURCES.values():
            shutil.copy(source.scope, out)
        sides = {name: read_side_file(FOLDER / f"{name}.jsonl") for name in ("repealed", "specific", "fees")}
        key, records = read_records(FOLDER / "catalogue.jsonl")
        store.add_catalogue(records, digest=key, as_of=date(2026, 1, 1), origin="mẫu", **sides)
        every = read_targets(out / "targets.toml")
        audit_id = begin(store, every, title="Kiểm tra", on=ON)
        carry_out(store, audit_id, out / "audit-1")
        for source in SOURCES.values():
            (out / source.scope.name).unlink()  # the scope is kept with the audit
        yield Audited(store, audit_id, out / "audit-1", every)


def rows(store: Store) -> dict[str, list[str]]:
    """Everything the database holds."""
    with store.engine.connect() as connection:
        return {
            table: sorted(str(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{table}"')))  # noqa: S608
            for table in inspect(store.engine).get_table_names()
        }


def test_the_same_bytes_and_rules_give_the_same_bytes_and_nothing_is_stored(audited: Audited) -> None:
    before = rows(audited.store)
    result = rejudge(audited.store, audited.id, audited.captures)
    assert rows(audited.store) == before
    assert result.stored == result.now
    assert result.stored.count(b"\n") == len(audited.store.audit(audited.id).findings) > 100
    assert (result.identical, result.changes, result.unread, result.recognised) == (True, (), (), ())
    versions = {slug: rule.version for slug, rule in rules().items()}
    assert result.versions == {slug: (version, version) for slug, version in versions.items()}
    assert {orjson.loads(line)["finding"]["rule"] for line in result.now.splitlines()} <= set(versions)
    again = rejudge(audited.store, audited.id, audited.captures)
    assert digest(again.now) == digest(result.now)


def test_visits_are_judged_again_with_the_pages(audited: Audited) -> None:
    audit_id = kept_otherwise(audited, lambda _, kept: kept)
    target = next(each for each in audited.targets if each.id == PORTAL)
    records = audited.store.published(audit_id, PORTAL)
    attempts = (Attempt("2026-11-02T01:00:00+00:00", Outcome.BROKEN, "HTTP 500"),) * 2
    visits = {
        place: ServiceVisit(PORTAL, row.code, row.name, Outcome.BROKEN, "Toàn trình", "HTTP 500.", attempts=attempts)
        for place, row in enumerate(records[:3])
    }
    judge = Judge(catalogue_of(audited.store, audited.store.audit(audit_id).catalogue))
    judged = judge_visits(judge, target, records, visits, ON)
    assert {new.finding.rule for new in judged.findings} == {"broken_e_service"}
    captures = [each for visit in visits.values() for each in captures_of(visit, audited.captures, NOW)]
    audited.store.save_visits(audit_id, PORTAL, visits, judged, captures=captures, ended_at=NOW)
    result = rejudge(audited.store, audit_id, audited.captures)
    assert result.identical
    assert b"broken_e_service" in result.now
    portals = compare_portals(audited.store, audit_id, audited.captures, audited.id, audited.captures)
    unseen = [sign for sign in portals.unseen if sign.new.finding.visit is not None]
    assert len(unseen) == len(judged.findings), "the other audit visited nothing, so nothing is new"
    assert portals.new == ()


# --- an audit as it would have been kept by other rules or other readers --------------------------------------------


class Kept(NamedTuple):
    """What another program would have kept of one target."""

    judged: Judged
    records: list[PublishedProcedure]


def kept_otherwise(audited: Audited, change: Callable[[str, Kept], Kept], *, recorded: bool = True) -> int:
    """Keep a second audit of the same captures, changed as told; `recorded` False: without the rules' versions."""
    store, archive = audited.store, Archive(audited.captures)
    audit_id = begin(store, audited.targets, title="Khác", on=ON)
    judge = Judge(catalogue_of(store, store.audit(audited.id).catalogue))
    reads = {target.id: reread(target, archive) for target in audited.targets}
    reports, records = [report for _, report in reads.values()], {key: read for key, (read, _) in reads.items()}
    for target in audited.targets:
        read, report = reads[target.id]
        judged = store.judged_with(audited.id, target.id)
        assert judged is not None
        beside = records_beside(target, audited.targets, reports, records)
        result = judge_target(judge, target, report, read, ON, scope=judged[1], beside=beside)
        result, read = change(target.id, Kept(result, read))
        entries = [entry for entry in archive.entries() if entry.capture.target == target.id]
        captures = [Archived(entry.capture, entry.file, entry.offset) for entry in entries]
        store.save_source(audit_id, target, report, captures, read)
        store.save_findings(
            audit_id,
            target.id,
            result.findings,
            result.counts,
            recognised=result.recognised,
            rules=result.rules if recorded else None,
            scope=result.scope,
        )
    store.finish_audit(audit_id, NOW)
    return audit_id


def first(findings: list[NewFinding], rule: str) -> int:
    return next(place for place, new in enumerate(findings) if new.finding.rule == rule)


RULE = "longer_time"


def dropped(kept: Kept, version: int) -> Kept:
    """As by rules that did not find the first longer time limit."""
    at = first(kept.judged.findings, RULE)
    findings = [new for place, new in enumerate(kept.judged.findings) if place != at]
    return kept._replace(judged=kept.judged._replace(findings=findings, rules={**kept.judged.rules, RULE: version}))


def added(kept: Kept, version: int) -> Kept:
    """As by rules with one more, that is gone today."""
    at = first(kept.judged.findings, RULE)
    new = kept.judged.findings[at]
    gone = replace(new, finding=replace(new.finding, rule="gone_rule", rule_version=version))
    rules_then = {**kept.judged.rules, "gone_rule": version}
    return kept._replace(judged=kept.judged._replace(findings=[*kept.judged.findings, gone], rules=rules_then))


def reworded(kept: Kept, version: int) -> Kept:
    """As by a rule that put its sentence otherwise."""
    findings = list(kept.judged.findings)
    at = first(findings, RULE)
    other = replace(findings[at].finding, why=Sentence("Thời hạn dài hơn."), rule_version=version)
    findings[at] = replace(findings[at], finding=other)
    return kept._replace(judged=kept.judged._replace(findings=findings, rules={**kept.judged.rules, RULE: version}))


TODAY = rules()[RULE].version


@pytest.mark.parametrize(
    ("alter", "version", "recorded", "expected"),
    [
        (dropped, TODAY + 1, True, (Cause.RULE, False, True, TODAY + 1, TODAY)),
        (dropped, TODAY, True, (Cause.UNVERSIONED, False, True, TODAY, TODAY)),
        (dropped, TODAY, False, (Cause.UNVERSIONED, False, True, TODAY, TODAY)),  # its other findings tell the version
        (added, 3, True, (Cause.RULE, True, False, 3, None)),
        (added, 3, False, (Cause.RULE, True, False, 3, None)),
        (reworded, TODAY + 1, True, (Cause.RULE, True, True, TODAY + 1, TODAY)),
        (reworded, TODAY, True, (Cause.UNVERSIONED, True, True, TODAY, TODAY)),
    ],
)
def test_what_changed_because_of_the_rules(
    audited: Audited,
    alter: Callable[[Kept, int], Kept],
    version: int,
    *,
    recorded: bool,
    expected: tuple[Cause, bool, bool, int | None, int | None],
) -> None:
    number = kept_otherwise(
        audited, lambda target, kept: alter(kept, version) if target == PORTAL else kept, recorded=recorded
    )
    if not recorded:  # then the scope is what its file says today
        for source in SOURCES.values():
            shutil.copy(source.scope, audited.captures.parent)
    result = rejudge(audited.store, number, audited.captures)
    (change,) = result.changes
    assert described(change) == expected
    assert change.sign.target == PORTAL
    assert result.because_of(expected[0]) == (change,)
    assert not result.identical
    assert result.unread == ()


def described(change: Change) -> tuple[Cause, bool, bool, int | None, int | None]:
    has = change.before is not None, change.after is not None
    return change.cause, *has, change.version_before, change.version_after


def test_a_rule_that_was_not_there_is_new(audited: Audited) -> None:
    def without(target: str, kept: Kept) -> Kept:
        del target
        findings = [new for new in kept.judged.findings if new.finding.rule != RULE]
        versions = {slug: version for slug, version in kept.judged.rules.items() if slug != RULE}
        return kept._replace(judged=kept.judged._replace(findings=findings, rules=versions))

    result = rejudge(audited.store, kept_otherwise(audited, without), audited.captures)
    assert {described(change) for change in result.changes} == {(Cause.RULE, False, True, None, TODAY)}
    assert {change.sign.new.finding.rule for change in result.changes} == {RULE}
    assert result.versions[RULE] == (None, TODAY)


def test_what_changed_because_captures_are_read_otherwise(audited: Audited) -> None:
    def older_reader(target: str, kept: Kept) -> Kept:
        if target != PORTAL:
            return kept
        records = [replace(kept.records[0], subjects="đọc khác"), *kept.records[1:]]
        return dropped(kept, TODAY)._replace(records=records)

    result = rejudge(audited.store, kept_otherwise(audited, older_reader), audited.captures)
    assert [described(change) for change in result.changes] == [(Cause.READER, False, True, TODAY, TODAY)]


def test_a_recognised_sign_is_told_apart_from_the_rules(audited: Audited) -> None:
    store = audited.store
    number = kept_otherwise(audited, lambda _, kept: kept)
    sign = next(item for item in store.audit(number).findings if item.finding.rule == RULE and item.target == PORTAL)
    assert sign.finding.code is not None
    difference = LawfulDifference(sign.finding.code, RULE, "nghị quyết", unit=sign.agency, since=ON)
    _, made = store.dismiss(sign.id, reason="nghị quyết", office=None, decided_at=NOW, lawful=difference)
    assert made is not None
    result = rejudge(store, number, audited.captures)
    assert {described(change) for change in result.changes} == {(Cause.LAWFUL, True, False, TODAY, TODAY)}
    assert {item.id for _, item in result.recognised} == {made}
    assert len(result.changes) == len(result.recognised)
    assert portal_lists(compare_portals(store, number, audited.captures, audited.id, audited.captures))[:2] == ([], [])

    # An audit that was made with it, and the difference ended for the day it was judged as of.
    audit_id = begin(store, audited.targets, title="Sau", on=ON)
    for source in SOURCES.values():
        shutil.copy(source.scope, audited.captures.parent)
    carried = Audited(store, audit_id, audited.captures, audited.targets)
    judged_anew(carried, store.lawful_differences())
    assert store.audit(audit_id).applied[0].difference.id == made
    assert rejudge(store, audit_id, audited.captures).identical
    store.end_lawful(made, ON, NOW)
    result = rejudge(store, audit_id, audited.captures)
    assert {described(change) for change in result.changes} == {(Cause.LAWFUL, False, True, TODAY, TODAY)}
    assert rejudge(store, number, audited.captures).identical, "ended, it no longer covers the sign"


def judged_anew(audited: Audited, differences: list[LawfulDifference]) -> None:
    """Judge the same captures as an audit of their own, with lawful differences."""
    store, archive = audited.store, Archive(audited.captures)
    judge = Judge(catalogue_of(store, store.audit(audited.id).catalogue), differences)
    reads = {target.id: reread(target, archive) for target in audited.targets}
    reports, records = [report for _, report in reads.values()], {key: read for key, (read, _) in reads.items()}
    for target in audited.targets:
        read, report = reads[target.id]
        beside = records_beside(target, audited.targets, reports, records)
        result = judge_target(judge, target, report, read, ON, scope=target.scope_codes(), beside=beside)
        entries = [entry for entry in archive.entries() if entry.capture.target == target.id]
        store.save_source(
            audited.id, target, report, [Archived(entry.capture, entry.file, entry.offset) for entry in entries], read
        )
        store.save_findings(
            audited.id, target.id, result.findings, result.counts, recognised=result.recognised, rules=result.rules,
            scope=result.scope,
        )  # fmt: skip


# --- captures that changed, or went missing -------------------------------------------------------------------------


def copied(audited: Audited, folder: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The same crawl with other answers: `change` gets the URL and the body; None leaves the answer out."""
    folder.mkdir()
    with Recorder(folder) as recorder:
        for entry in Archive(audited.captures).entries():
            body = change(entry.capture.url, read_body(audited.captures, entry))
            if body is None:
                continue
            # The question of a POST is not in the index; a GET portal is all that is changed here.
            if entry.capture.method == "GET":
                recorder.keep(
                    Exchange(
                        entry.capture.target, "GET", entry.capture.url, [], b"", entry.capture.status,
                        [("Content-Type", entry.capture.media_type)], body, entry.capture.captured_at,
                    )
                )  # fmt: skip
    return folder


def page_of(audited: Audited, rule: str) -> tuple[str, str]:
    """The address of a page of the portal with a sign of that rule, and the capture it stands on."""
    items = store_findings(audited, PORTAL)
    item = next(item for item in items if item.finding.rule == rule and item.finding.line is not None)
    return item.evidence.url, item.evidence.capture


def store_findings(audited: Audited, target: str) -> list[AuditedFinding]:
    return [item for item in audited.store.audit(audited.id).findings if item.target == target]


def test_a_page_that_can_no_longer_be_read_is_no_change(audited: Audited, tmp_path: Path) -> None:
    url, capture = page_of(audited, RULE)
    standing = [item for item in store_findings(audited, PORTAL) if item.evidence.capture == capture]
    folder = tmp_path / "audit-1"
    shutil.copytree(audited.captures, folder)
    lines = (folder / "captures.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "captures.jsonl").write_bytes(b"".join(line for line in lines if orjson.loads(line)["url"] != url))
    result = rejudge(audited.store, audited.id, folder)
    (lost,) = result.unread
    assert (lost.target, [fault.url for fault in lost.faults]) == (PORTAL, [url])
    assert {sign.new.finding.rule for sign in lost.findings} == {item.finding.rule for item in standing}
    assert not result.because_of(Cause.RULE, Cause.UNVERSIONED)
    assert not {change.sign.new.capture for change in result.changes if change.after is None} & {capture}


def test_a_source_that_can_no_longer_be_read_at_all(audited: Audited, tmp_path: Path) -> None:
    folder = copied(audited, tmp_path / "audit-1", lambda url, body: b"" if "listThuTuc" in url else body)
    result = rejudge(audited.store, audited.id, folder)
    lost = {unread.target: unread for unread in result.unread}
    assert len(lost[PORTAL].findings) == len(store_findings(audited, PORTAL))
    assert PORTAL not in {change.sign.target for change in result.changes}
    altered = folder / f"{PORTAL}.warc.gz"
    altered.unlink()
    with pytest.raises(ArchiveError, match="không đọc được bản ghi"):
        rejudge(audited.store, audited.id, folder)


def portal_lists(changes: object) -> tuple[list[tuple[str, ...]], ...]:
    return tuple(sorted(sign.key for sign in getattr(changes, name)) for name in ("new", "gone", "kept", "unseen"))


def test_what_changed_because_of_the_portal(audited: Audited, tmp_path: Path) -> None:
    """A later crawl in which one page asks for a paper more: new against the earlier, gone the other way round."""
    url, _ = page_of(audited, RULE)
    store = audited.store

    def asks_more(where: str, body: bytes) -> bytes:
        if where != url:
            return body
        assert b"</tbody>" in body or b"</ul>" in body
        record = next(
            record for record in store.published(audited.id, PORTAL) if record.source.url == url and record.documents
        )
        name = (record.documents or ())[0].name or ""
        assert name.encode() in body
        return body.replace(name.encode(), "Sổ hộ khẩu của người nộp".encode(), 1)

    later = copied(audited, tmp_path / "later", asks_more)
    earlier = copied(audited, tmp_path / "earlier", lambda _, body: body)
    forth = compare_portals(store, audited.id, later, audited.id, earlier)
    new, gone, kept, unseen = portal_lists(forth)
    assert ("expired_paper", "so ho khau cua nguoi nop") in {(key[2], unaccented(key[3])) for key in new}
    assert {key[0] for key in (*new, *gone)} == {PORTAL}
    assert unseen == []
    assert len(kept) > 50
    back = portal_lists(compare_portals(store, audited.id, earlier, audited.id, later))
    assert back == (gone, new, kept, [])
    same = portal_lists(compare_portals(store, audited.id, later, audited.id, later))
    assert same[:2] == ([], [])
    assert same[3] == []
    entries = Archive(audited.captures).entries()
    asked_by_post = {entry.capture.target for entry in entries if entry.capture.method == "POST"}
    assert "h99-quoc-gia" in asked_by_post
    assert set(forth.apart) == asked_by_post, "the copy holds GET answers only"

    def unseen_page(where: str, body: bytes) -> bytes | None:
        return None if where == url else body

    blind = copied(audited, tmp_path / "blind", unseen_page)
    new, gone, _, unseen = portal_lists(compare_portals(store, audited.id, blind, audited.id, earlier))
    assert not [key for key in gone if key[0] == PORTAL], "what was not seen is not gone"
    assert unseen
    assert new == []


def test_unknown_audits_are_told(audited: Audited) -> None:
    with pytest.raises(StoreError, match="không có cuộc kiểm tra số 999; xem `soat audit list`"):
        rejudge(audited.store, 999, audited.captures)


def test_serialised_findings_do_not_depend_on_their_order(audited: Audited) -> None:
    result: Rejudgement = rejudge(audited.store, audited.id, audited.captures)
    lines = result.now.splitlines(keepends=True)
    assert lines == sorted(lines)
    new = [
        (item.target, NewFinding(item.finding, item.evidence.capture, item.evidence.place, item.procedure))
        for item in audited.store.audit(audited.id).findings
    ]
    assert serialised(new) == serialised(reversed(new))
    assert serialised(new[1:]) != serialised(new)
