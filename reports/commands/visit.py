"""Visits to e-services: a browser takes the way to each up to the last step, and sends nothing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from crawlers.journeys.listing import read_codes
from crawlers.journeys.run import Manner, Sampling
from crawlers.journeys.run import visit as visit_targets
from crawlers.service_visits import Outcome, ServiceVisit
from crawlers.settings import settings
from crawlers.targets import read_targets
from reports import progress
from reports.labels import outcome_label
from reports.terminal import Json, end, print_json, print_table, print_text, resumable, say
from reports.terminal import translate as _translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawlers.journeys.run import TargetVisits

_AGAIN = "Chạy lại đúng lệnh này để làm tiếp."


def visit(
    targets: Annotated[Path, typer.Argument(help="Tệp targets.toml.")],
    out: Annotated[Path, typer.Option(help="Tệp ghi các lượt thử dịch vụ.")] = Path("visits.jsonl"),
    captures: Annotated[Path | None, typer.Option(help="Thư mục lưu bằng chứng.")] = None,
    only: Annotated[str | None, typer.Option(help="Chỉ một mục tiêu, theo id.")] = None,
    sample: Annotated[
        int | None, typer.Option(min=1, help="Số dịch vụ lấy mẫu ở mỗi mục tiêu; bỏ trống: tất cả.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Số gốc để lấy mẫu; cùng số thì cùng mẫu.")] = 0,
    procedures: Annotated[Path | None, typer.Option(help="Chỉ các mã thủ tục trong tệp này, mỗi dòng một mã.")] = None,
    published: Annotated[
        Path | None, typer.Option(help="Bản ghi đã thu thập (JSONL); bỏ trống: xem danh sách trên cổng.")
    ] = None,
    pause: Annotated[float, typer.Option(min=0, help="Số giây chờ trước khi thử lại một lần không thành.")] = 60.0,
    at_once: Annotated[int, typer.Option(min=1, max=8, help="Số hành trình cùng lúc.")] = 2,
    checks: Annotated[
        bool, typer.Option(help="Kiểm tra cả trải nghiệm: điện thoại, người khuyết tật, kênh phản ánh.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Thử từng dịch vụ công trực tuyến như một người dân, tới bước cuối; không gửi gì, không cần cơ sở dữ liệu."""
    codes = None if procedures is None else read_codes(procedures)
    with resumable(_AGAIN), progress.visiting(_translate("Thử dịch vụ")) as show:
        reports = visit_targets(
            read_targets(targets, only),
            out=out,
            captures=captures or settings().captures,
            published=published,
            sampling=Sampling(sample, seed, codes),
            manner=Manner(at_once=at_once, pause=pause, checks=checks),
            progress=show,
        )
    _tell(reports, _visits(out), as_json=as_json)
    if any(report.interrupted for report in reports):
        say(f"đã dừng; những gì đã lưu vẫn còn nguyên. {_AGAIN}")
        raise typer.Exit(130)
    end({}, None, partly=any(not report.whole for report in reports))


def _visits(out: Path) -> list[ServiceVisit]:
    return [ServiceVisit.from_json(orjson.loads(line)) for line in out.read_bytes().splitlines()]


def _tell(reports: Sequence[TargetVisits], visits: Sequence[ServiceVisit], *, as_json: bool) -> None:
    counts = Counter((one.target, one.outcome) for one in visits)
    if as_json:
        print_json(
            [
                {
                    "target": report.target,
                    "chosen": report.chosen,
                    "visited": report.visited,
                    "outcomes": {
                        str(outcome): counts[report.target, outcome]
                        for outcome in Outcome
                        if counts[report.target, outcome]
                    },
                    "faults": [{"kind": fault.kind, "url": fault.url, "why": fault.why} for fault in report.faults],
                }
                for report in reports
            ]
        )
        return
    for report in reports:
        title = _translate("{target}: đã thử {visited} trên {chosen} dịch vụ")
        print_table(
            title.format(target=report.target, visited=report.visited, chosen=report.chosen),
            (_translate("Kết quả"), _translate("Số lượng")),
            (
                (outcome_label(outcome, _translate), str(counts[report.target, outcome]))
                for outcome in Outcome
                if counts[report.target, outcome]
            ),
        )
        for fault in report.faults[:5]:
            say(f"{report.target}: {fault.why}")
    sent = _translate("{count} yêu cầu bị chặn, không gửi gì tới cổng")
    print_text(sent.format(count=sum(len(one.refused) for one in visits)))
