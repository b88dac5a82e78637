"""Audits: run, visit e-services, list, show, dismiss a sign."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audits.audit import VisitPlan
from audits.jsonl import InputError
from audits.lawful import LawfulDifference, procedure_code
from audits.procedure import Severity
from audits.run import begin, carry_out, visit_failures_again, visit_services
from audits.store import open_store
from audits.visiting import shopper
from crawlers.journeys.run import Manner
from crawlers.records import SourceState
from crawlers.service_visits import Outcome
from crawlers.settings import settings
from crawlers.targets import read_targets
from reports import progress
from reports.commands.files import Origin, tell_sources
from reports.labels import decision_text, outcome_label, rule_title, severity_label
from reports.terminal import (
    FailOn,
    Json,
    On,
    end,
    given,
    print_json,
    print_table,
    print_text,
    read_day,
    read_severity,
    resumable,
    say,
    today,
)
from reports.terminal import translate as _translate
from reports.translation import VIETNAM, date_text

if TYPE_CHECKING:
    from audits.audit import Audit
    from audits.visiting import Again

Sample = Annotated[int | None, typer.Option(min=1, help="Số dịch vụ lấy mẫu ở mỗi mục tiêu; bỏ trống: tất cả.")]
Seed = Annotated[int, typer.Option(help="Số gốc để lấy mẫu; cùng số thì cùng mẫu.")]
Pause = Annotated[float, typer.Option(min=0, help="Số giây chờ trước khi thử lại một lần không thành.")]

app = typer.Typer(help="Cuộc kiểm tra: chạy, liệt kê, xem.", no_args_is_help=True)


@app.command("run")
def audit_run(
    targets: Annotated[
        Path | None, typer.Argument(help="Tệp targets.toml; bỏ trống khi tiếp tục bằng --resume.")
    ] = None,
    title: Annotated[str, typer.Option(help="Tên cuộc kiểm tra.")] = "Kiểm tra việc công khai thủ tục hành chính",
    on: On = None,
    only: Annotated[str | None, typer.Option(help="Chỉ một mục tiêu, theo id.")] = None,
    resume: Annotated[int | None, typer.Option(help="Tiếp tục cuộc kiểm tra có số này.")] = None,
    origin: Origin = None,
    with_visits: Annotated[
        bool, typer.Option("--visit", help="Thử cả các dịch vụ công trực tuyến, tới bước cuối, không gửi gì.")
    ] = False,
    sample: Sample = None,
    seed: Seed = 0,
    pause: Pause = 60.0,
    fail_on: FailOn = None,
    as_json: Json = False,
) -> None:
    """Chạy một cuộc kiểm tra: thu thập, đối chiếu, lưu dấu hiệu kèm bằng chứng."""
    if (targets is None) == (resume is None):
        raise typer.BadParameter("nêu tệp targets.toml, hoặc --resume SỐ để tiếp tục")
    if origin is not None and with_visits:
        raise typer.BadParameter("--visit thử cổng đang chạy nên không dùng cùng --from")
    threshold = read_severity(fail_on)
    with open_store() as store:
        if targets is not None:
            plan = VisitPlan(sample, seed) if with_visits else None
            day = read_day(on, "--on") or today()
            audit_id = begin(store, read_targets(targets, only), title=title, on=day, visits=plan)
        else:
            audit_id = resume or 0
        with (
            resumable(f"Tiếp tục bằng: soat audit run --resume {audit_id}{f' --from {origin}' if origin else ''}"),
            progress.auditing(_translate("Thu thập"), _translate("Thử dịch vụ")) as (show, show_visits),
        ):
            shop = shopper(Manner(pause=pause), show_visits)
            reports = carry_out(store, audit_id, captures_of(audit_id), show, shop, origin=origin)
        audit = store.audit(audit_id)
    counts: dict[Severity | None, int] = {}
    for item in audit.findings:
        counts[item.finding.severity] = counts.get(item.finding.severity, 0) + 1
    if as_json:
        print_json(
            {
                "audit": audit_id,
                "findings": len(audit.findings),
                "sources": [report.to_json() for report in reports],
                **({"visits": visit_counts(audit)} if audit.visits or audit.unvisited else {}),
            }
        )
    else:
        tell_sources(reports, as_json=False)
        tell_visits(audit)
        signs = sum(count for severity, count in counts.items() if severity is not None)
        print_text(
            _translate(
                "Cuộc kiểm tra {id}: {signs} dấu hiệu, {good} điểm biểu dương. Xem báo cáo: soat report {id} --format html"
            ).format(id=audit_id, signs=signs, good=counts.get(None, 0))
        )
    unseen = any(report.state is not SourceState.OK for report in reports) or bool(audit.unvisited)
    end(counts, threshold, partly=unseen)


@app.command("visit")
def audit_visit(
    audit_id: Annotated[int, typer.Argument(metavar="SỐ")],
    again: Annotated[
        bool, typer.Option("--again", help="Thử lại vào lúc khác những dịch vụ không thành; lần nhẹ hơn được tính.")
    ] = False,
    sample: Sample = None,
    seed: Seed = 0,
    pause: Pause = 60.0,
    as_json: Json = False,
) -> None:
    """Thử các dịch vụ công trực tuyến của một cuộc kiểm tra đã chạy, hoặc thử lại những dịch vụ không thành."""
    if again and sample is not None:
        raise typer.BadParameter("--sample không dùng cùng --again: mọi dịch vụ không thành đều được thử lại")
    folder = captures_of(audit_id)
    with open_store() as store:
        with (
            resumable("Chạy lại đúng lệnh này để thử tiếp."),
            progress.visiting(_translate("Thử dịch vụ")) as show,
        ):
            shop = shopper(Manner(pause=pause), show)
            if again:
                tried = visit_failures_again(store, audit_id, folder, shop)
            else:
                tried = []
                visit_services(store, audit_id, folder, shop, VisitPlan(sample, seed))
        audit = store.audit(audit_id)
    if as_json:
        print_json({"audit": audit_id, "again": [_again_record(each) for each in tried], "visits": visit_counts(audit)})
    elif again:
        _tell_again(tried)
    else:
        tell_visits(audit)
    end({}, None, partly=bool(audit.unvisited) or any(each.again is None for each in tried))


def _again_record(each: Again) -> dict[str, str | None]:
    return {
        "target": each.target,
        "code": each.before.code,
        "before": each.before.outcome,
        "again": None if each.again is None else each.again.outcome,
        "now": each.now.outcome,
    }


def _tell_again(tried: list[Again]) -> None:
    print_table(
        _translate("Dịch vụ được thử lại"),
        (
            _translate("Mục tiêu"),
            _translate("Mã"),
            _translate("Thủ tục"),
            _translate("Lần trước"),
            _translate("Lần này"),
            _translate("Được tính"),
        ),
        (
            (
                each.target,
                each.before.code or "",
                each.before.name or "",
                outcome_label(each.before.outcome, _translate),
                _translate("chưa thử lại được")
                if each.again is None
                else outcome_label(each.again.outcome, _translate),
                outcome_label(each.now.outcome, _translate),
            )
            for each in tried
        ),
    )


def captures_of(audit_id: int) -> Path:
    """Return the folder with the captures of an audit."""
    return settings().captures / f"audit-{audit_id}"


def visit_counts(audit: Audit) -> dict[str, dict[str, int]]:
    """Return by target how many visits ended in each outcome."""
    counts: dict[str, dict[str, int]] = {}
    for item in audit.visits:
        of_target = counts.setdefault(item.target, {})
        of_target[item.visit.outcome] = of_target.get(item.visit.outcome, 0) + 1
    return counts


def tell_visits(audit: Audit) -> None:
    """Tell how the visits of an audit ended, target by target, and what could not be visited; nothing where there were none."""
    for target, counts in visit_counts(audit).items():
        print_table(
            _translate("{target}: {count} dịch vụ công trực tuyến đã thử").format(
                target=target, count=sum(counts.values())
            ),
            (_translate("Kết quả"), _translate("Số lượng")),
            ((outcome_label(Outcome(outcome), _translate), str(count)) for outcome, count in counts.items()),
        )
    for each in audit.unvisited:
        say(f"{each.target}: {each.fault.why}")


@app.command("list")
def audit_list(as_json: Json = False) -> None:
    """Liệt kê các cuộc kiểm tra."""
    with open_store() as store:
        audits = store.audits()
    if as_json:
        print_json(
            [
                {
                    "id": row.id,
                    "title": row.title,
                    "on": row.on,
                    "finished_at": row.finished_at,
                    "sources": row.sources,
                    "signs": row.signs,
                }
                for row in audits
            ]
        )
        return
    language = settings().language
    print_table(
        _translate("Các cuộc kiểm tra"),
        (_translate("Số"), _translate("Tên"), _translate("Tại ngày"), _translate("Nguồn"), _translate("Dấu hiệu"), _translate("Biểu dương"), _translate("Tình trạng")),
        (
            (
                str(row.id), row.title, date_text(row.on, language), str(row.sources), str(row.signs), str(row.good_practices),
                _translate("đã xong") if row.finished_at else _translate("chưa xong"),
            )
            for row in audits
        ),
    )  # fmt: skip


@app.command("show")
def audit_show(audit_id: Annotated[int, typer.Argument(metavar="SỐ")], as_json: Json = False) -> None:
    """Xem các dấu hiệu của một cuộc kiểm tra."""
    with open_store() as store:
        audit = store.audit(audit_id)
    if as_json:
        from reports.formats.jsonl import record  # noqa: PLC0415 - only this option needs it

        print_json(
            [
                {**record(item), "decisions": [asdict(decision) for decision in item.decisions]}
                for item in audit.findings
            ]
        )
        return
    print_table(
        audit.title,
        (
            _translate("Số"),
            _translate("Đơn vị"),
            _translate("Mã"),
            _translate("Thủ tục"),
            _translate("Dấu hiệu"),
            _translate("Mức"),
            _translate("Vì sao"),
            _translate("Quyết định"),
        ),
        (
            (
                str(item.id),
                item.agency,
                item.published_code or item.finding.code or "",
                item.procedure,
                rule_title(item.finding.rule, _translate),
                severity_label(item.finding.severity, _translate),
                str(item.finding.why),
                "; ".join(decision_text(decision, settings().language) for decision in item.decisions),
            )
            for item in audit.findings
        ),
    )


@app.command("dismiss")
def audit_dismiss(
    finding_id: Annotated[int, typer.Argument(metavar="DẤU_HIỆU", help="Số của dấu hiệu, ở `soat audit show`.")],
    reason: Annotated[str, typer.Option(help="Lý do bác.")],
    office: Annotated[str | None, typer.Option("--by", help="Cơ quan, đơn vị quyết định; không ghi tên người.")] = None,
    lawful: Annotated[
        bool, typer.Option("--lawful", help="Công nhận là khác biệt hợp pháp: từ đó không tính là dấu hiệu.")
    ] = False,
    until: Annotated[str | None, typer.Option("--until", help="Công nhận đến hết ngày này (2027-06-30).")] = None,
    everywhere: Annotated[bool, typer.Option("--everywhere", help="Công nhận ở mọi đơn vị.")] = False,
    as_json: Json = False,
) -> None:
    """Bác một dấu hiệu, kèm lý do; dấu hiệu và bằng chứng vẫn còn nguyên."""
    last = read_day(until, "--until")
    if not lawful and (last is not None or everywhere):
        raise typer.BadParameter("--until và --everywhere chỉ dùng cùng --lawful")
    given(reason, "--reason")
    with open_store() as store:
        kept = store.finding(finding_id)
        difference = None
        if lawful:
            item = kept.item
            code = procedure_code(item.finding.code, item.published_code)
            if code is None:
                raise InputError(
                    f"dấu hiệu số {finding_id}: thủ tục không có mã quốc gia nên không ghi được khác biệt hợp pháp; "
                    "nếu là thủ tục đặc thù, nhập bằng `soat catalogue import … --specific`"
                )
            if last is not None and last < kept.on:
                raise typer.BadParameter(f"trước ngày xét của dấu hiệu ({kept.on:%d/%m/%Y})", param_hint="--until")
            difference = LawfulDifference(
                code=code,
                rule=item.finding.rule,
                reason=reason,
                unit=None if everywhere else item.agency,
                paper=kept.paper,
                since=kept.on,
                until=last,
            )
        decision, made = store.dismiss(
            finding_id, reason=reason, office=office, decided_at=datetime.now(VIETNAM), lawful=difference
        )
    if as_json:
        print_json({"finding": finding_id, "decision": decision, "lawful": made})
        return
    print_text(_translate("Đã bác dấu hiệu số {id}.").format(id=finding_id))
    if made is not None:
        print_text(_translate("Khác biệt hợp pháp số {id} được áp dụng từ nay; xem: soat lawful list").format(id=made))
