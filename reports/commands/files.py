"""What needs no database: crawl portals, read lists, compare records, measure the comparison."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from audits.audit import CatalogueVersion
from audits.catalogue import build_catalogue, read_records, read_side_file, with_earlier
from audits.compare import compare as compare_files
from audits.lawful import read_lawful
from audits.measure import measure as measure_files
from audits.measure import read_truth
from audits.rules import rules
from audits.visits import VisitDesk, read_visits
from crawlers.crawl import crawl as crawl_targets
from crawlers.lists import ListError, read_list
from crawlers.records import SourceState
from crawlers.settings import settings
from crawlers.suspicion import flagged
from crawlers.targets import read_scope, read_targets
from reports import progress
from reports.atomic import replacing
from reports.comparison import Summary, write_comparison
from reports.labels import rule_title, severity_label, state_label
from reports.measure import tables, write_errors
from reports.terminal import (
    FailOn,
    Json,
    On,
    end,
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

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audits.catalogue import Catalogue
    from crawlers.records import SourceReport


EarlierFiles = Annotated[
    list[Path] | None,
    typer.Option("--earlier", help="Bản danh mục cũ hơn, từ cũ đến mới; lặp lại được, cùng --as-of."),
]
Origin = Annotated[
    Path | None,
    typer.Option("--from", help="Lấy từ kho lưu (WARC, WACZ hoặc thư mục trang đã lưu), không hỏi cổng."),
]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Ngày danh mục này thay bản trước (YYYY-MM-DD).")]


def crawl(
    targets: Annotated[Path, typer.Argument(help="Tệp targets.toml.")],
    out: Annotated[Path, typer.Option(help="Tệp ghi các bản ghi đã công khai.")] = Path("published.jsonl"),
    captures: Annotated[Path | None, typer.Option(help="Thư mục lưu bản chụp (WARC).")] = None,
    only: Annotated[str | None, typer.Option(help="Chỉ một mục tiêu, theo id.")] = None,
    origin: Origin = None,
    on: Annotated[
        str | None, typer.Option(help="Với --from: bản lưu cuối cùng tính đến ngày này (YYYY-MM-DD).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Thu thập những gì các nguồn công khai, không cần cơ sở dữ liệu."""
    day = None if on is None else read_day(on, "--on")
    with resumable("Chạy lại đúng lệnh này để thu thập tiếp."), progress.crawling(_translate("Thu thập")) as show:
        reports = crawl_targets(
            read_targets(targets, only),
            published=out,
            captures=captures or settings().captures,
            progress=show,
            origin=origin,
            on=day,
        )
    tell_sources(reports, as_json=as_json)
    if any(report.state is SourceState.INTERRUPTED for report in reports):
        say("đã dừng; những gì đã lưu vẫn còn nguyên. Chạy lại đúng lệnh này để thu thập tiếp.")
        raise typer.Exit(130)
    end({}, None, partly=any(report.state is not SourceState.OK for report in reports))


def tell_sources(reports: Iterable[SourceReport], *, as_json: bool) -> None:
    """Tell how far each source could be seen and read."""
    if as_json:
        print_json([report.to_json() for report in reports])
        return
    reports = list(reports)
    print_table(
        _translate("Các nguồn"),
        (
            _translate("Mục tiêu"),
            _translate("Tình trạng"),
            _translate("Liệt kê"),
            _translate("Đọc được"),
            _translate("Ghi chú"),
        ),
        (
            (
                report.target,
                state_label(report.state, _translate),
                str(report.listed),
                str(report.read),
                "; ".join(fault.why for fault in report.faults[:3]) + ("…" if len(report.faults) > 3 else ""),
            )
            for report in reports
        ),
    )


def read(
    files: Annotated[list[Path], typer.Argument(help="Danh mục đã công khai (Word, Excel, PDF, HTML).")],
    out: Annotated[Path, typer.Option(help="Tệp ghi các bản ghi đã đọc.")] = Path("published.jsonl"),
    as_json: Json = False,
) -> None:
    """Đọc danh mục đã công khai thành các bản ghi; tệp không đọc được thì nêu tên, các tệp khác vẫn đọc."""
    told: list[dict[str, object]] = []
    partly = False
    with (
        resumable("Chạy lại lệnh để đọc lại."),
        replacing(out) as temporary,
        temporary.open("xb") as file,
        progress.waiting(_translate("Đọc danh mục")),
    ):
        for path in files:
            try:
                reading = read_list(path)
            except ListError as error:
                if path == files[-1] and not any("records" in one for one in told):
                    raise  # nothing at all was read
                say(str(error))
                told.append({"file": str(path), "error": str(error)})
                continue
            for record in map(flagged, reading.records):
                file.write(orjson.dumps(record.to_json(), option=orjson.OPT_APPEND_NEWLINE))
            for fault in reading.faults:
                say(f"{path}: {fault.why}")
            partly = partly or bool(reading.faults)
            told.append({"file": str(path), "records": len(reading.records), "faults": list(reading.faults)})
    if as_json:
        print_json(told)
    else:
        for one in told:
            if "records" in one:
                print_text(
                    _translate("{file}: đọc được {count} thủ tục").format(file=one["file"], count=one["records"])
                )
    end({}, None, partly=partly or any("error" in one for one in told))


def compare(
    catalogue: Annotated[Path, typer.Argument(help="Danh mục quốc gia (JSONL, JSONL.GZ hoặc Excel).")],
    published: Annotated[list[Path], typer.Argument(help="Các tệp bản ghi đã công khai (JSONL).")],
    findings: Annotated[Path, typer.Option(help="Tệp ghi các dấu hiệu.")],
    matches: Annotated[Path, typer.Option(help="Tệp ghi kết quả khớp thủ tục và giấy tờ.")],
    repealed: Annotated[Path | None, typer.Option(help="JSONL các thủ tục đã bãi bỏ.")] = None,
    specific: Annotated[Path | None, typer.Option(help="JSONL các thủ tục đặc thù hợp pháp.")] = None,
    fees: Annotated[Path | None, typer.Option(help="JSONL các nghị quyết về phí, lệ phí.")] = None,
    earlier: EarlierFiles = None,
    as_of: AsOf = None,
    scope: Annotated[Path | None, typer.Option(help="Các mã mà đơn vị phải công khai, mỗi dòng một mã.")] = None,
    lawful: Annotated[Path | None, typer.Option(help="JSONL các khác biệt đã được công nhận là hợp pháp.")] = None,
    visits: Annotated[
        Path | None, typer.Option(help="Tệp các lượt thử dịch vụ công trực tuyến (visits.jsonl).")
    ] = None,
    on: On = None,
    with_skips: Annotated[bool, typer.Option("--all", help="Ghi cả những gì không kết luận được, kèm lý do.")] = False,
    fail_on: FailOn = None,
    as_json: Json = False,
) -> None:
    """Đối chiếu các bản ghi đã công khai với danh mục quốc gia, không cần cơ sở dữ liệu."""
    threshold, day, since = read_severity(fail_on), read_day(on, "--on"), _since(earlier, as_of)
    with resumable("Chạy lại lệnh để đối chiếu lại; tệp kết quả cũ (nếu có) còn nguyên."):
        official = _with_earlier(_catalogue_file(catalogue, repealed, specific, fees), earlier, since)
        with progress.reading(_translate("Đối chiếu"), published) as show:
            codes = read_scope(scope) if scope else None
            passed = read_lawful(lawful) if lawful else ()
            tried, faults = read_visits(visits) if visits else ({}, [])
            comparison = compare_files(
                official,
                published,
                today=today(),
                on=day,
                scope=codes,
                lawful=passed,
                visits=VisitDesk(tried) if tried else None,
                progress=show,
            )
            summary = write_comparison(comparison, findings, matches, with_skips=with_skips, visits=visits)
            summary.skipped.extend(faults)
    _tell_comparison(summary, as_json=as_json)
    end(summary.by_severity, threshold, partly=bool(summary.skipped))


def _catalogue_file(path: Path, repealed: Path | None, specific: Path | None, fees: Path | None) -> Catalogue:
    digest, records = read_records(path)
    return build_catalogue(
        CatalogueVersion(digest, date.min, str(path), len(records)),
        records,
        repealed=read_side_file(repealed) if repealed else (),
        specific=read_side_file(specific) if specific else (),
        fees=read_side_file(fees) if fees else (),
    )


def _since(earlier: list[Path] | None, as_of: str | None) -> date | None:
    """Return since when the catalogue stands; without it nobody knows whether an office is still within its clock."""
    since = read_day(as_of, "--as-of")
    if earlier and since is None:
        raise typer.BadParameter(_translate("cần --as-of: ngày danh mục này thay bản trước"), param_hint="--earlier")
    return since


def _with_earlier(catalogue: Catalogue, files: list[Path] | None, since: date | None) -> Catalogue:
    """Return the catalogue knowing its earlier versions, oldest first; when each was replaced is told for the last one only."""
    if since is None:
        return catalogue
    # The others ended before that day: to put it too late can only leave an office more time.
    versions = [
        build_catalogue(CatalogueVersion(digest, since, str(path), len(records)), records)
        for path in files or ()
        for digest, records in [read_records(path)]
    ]
    return with_earlier(replace(catalogue, version=replace(catalogue.version, as_of=since)), versions)


def _tell_comparison(summary: Summary, *, as_json: bool) -> None:
    for line in summary.skipped[:20]:
        say(line)
    if len(summary.skipped) > 20:
        say(_translate("… và {count} dòng khác không đọc được").format(count=len(summary.skipped) - 20))
    if as_json:
        print_json(
            {
                "judged": summary.judged,
                **({"visited": summary.visited} if summary.visited else {}),
                "skipped": summary.skipped,
                "findings": dict(sorted(summary.by_rule.items())),
            }
        )
        return
    if summary.visited:
        print_text(_translate("{count} dịch vụ công trực tuyến đã thử được xét").format(count=summary.visited))
    print_table(
        _translate("{judged} bản ghi đã đối chiếu, {skipped} bản ghi bỏ qua").format(
            judged=summary.judged, skipped=len(summary.skipped)
        ),
        (_translate("Dấu hiệu"), _translate("Mức"), _translate("Số lượng")),
        (
            (rule_title(slug, _translate), severity_label(rules()[slug].severity, _translate), str(count))
            for slug, count in sorted(summary.by_rule.items(), key=lambda item: (-item[1], item[0]))
        ),
    )


def measure(
    truth: Annotated[Path, typer.Argument(help="Đáp án (JSONL), hoặc các cặp đã gán nhãn.")],
    published: Annotated[
        Path, typer.Argument(help="Tệp bản ghi đã công khai; với các cặp đã gán nhãn là chính tệp đó.")
    ],
    catalogue: Annotated[Path, typer.Argument(help="Danh mục quốc gia (JSONL, JSONL.GZ hoặc Excel).")],
    repealed: Annotated[Path | None, typer.Option(help="JSONL các thủ tục đã bãi bỏ.")] = None,
    specific: Annotated[Path | None, typer.Option(help="JSONL các thủ tục đặc thù hợp pháp.")] = None,
    fees: Annotated[Path | None, typer.Option(help="JSONL các nghị quyết về phí, lệ phí.")] = None,
    earlier: EarlierFiles = None,
    as_of: AsOf = None,
    scope: Annotated[Path | None, typer.Option(help="Các mã mà đơn vị phải công khai, mỗi dòng một mã.")] = None,
    on: On = None,
    errors: Annotated[Path | None, typer.Option(help="Tệp ghi từng chỗ sai (JSONL).")] = None,
    as_json: Json = False,
) -> None:
    """Đo độ chính xác: đối chiếu như `soat compare` rồi chấm theo đáp án."""
    day, since = read_day(on, "--on"), _since(earlier, as_of)
    with resumable("Chạy lại lệnh để đo lại."):
        told = read_truth(truth)
        official = _with_earlier(_catalogue_file(catalogue, repealed, specific, fees), earlier, since)
        with progress.reading(_translate("Đối chiếu"), [published]) as show:
            codes = read_scope(scope) if scope else None
            result = measure_files(official, told, published, today=today(), on=day, scope=codes, progress=show)
        if errors is not None:
            write_errors(result, errors)
    if as_json:
        print_json(result.to_json())
        return
    for title, columns, rows in tables(result, _translate):
        print_table(title, columns, rows)
