"""The `soat` command."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import orjson
import typer
from rich.console import Console
from rich.table import Table

from audits.audit import CatalogueVersion
from audits.catalogue import build_catalogue, official_procedure, read_records, read_side_file
from audits.compare import compare as compare_files
from audits.jsonl import InputError
from audits.lawful import LawfulDifference, lawful_record, procedure_code, read_lawful
from audits.measure import measure as measure_files
from audits.measure import read_truth
from audits.procedure import Severity
from audits.recommendations import recommendations
from audits.rejudge import Cause, compare_portals, digest
from audits.rejudge import rejudge as rejudge_audit
from audits.rules import rules
from audits.run import begin, carry_out, with_recommendations
from audits.store import StoreError, open_store
from audits.store import upgrade as upgrade_database
from crawlers.archive import ArchiveError, digest_of
from crawlers.crawl import CrawlError, crawl_catalogue
from crawlers.crawl import crawl as crawl_targets
from crawlers.lists import ListError, read_list
from crawlers.manners import MannersError
from crawlers.platforms import PlatformError
from crawlers.records import SourceState
from crawlers.settings import settings
from crawlers.targets import TargetsError, read_scope, read_targets
from reports import progress
from reports.atomic import WriteError, replacing
from reports.comparison import Summary, write_comparison
from reports.demo import DemoError, run_demo
from reports.formats import FormatError
from reports.formats import load as load_format
from reports.formats import names as format_names
from reports.labels import decision_text, recommendation_title, rule_title, severity_label, state_label
from reports.measure import tables, write_errors
from reports.rejudgement import change_rows, rejudgement_record, sign_row
from reports.translation import VIETNAM, LanguageError, date_text, number_text, sentence_text, translator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from audits.catalogue import Catalogue
    from audits.rejudge import PortalChanges, Rejudgement
    from crawlers.records import SourceReport

DONE, FOUND, UNREADABLE, PARTLY = 0, 1, 3, 4
"""Exit codes; 2 is a wrong command line."""

_INPUT_ERRORS = (
    ArchiveError,
    CrawlError,
    DemoError,
    FormatError,
    InputError,
    LanguageError,
    ListError,
    MannersError,
    PlatformError,
    StoreError,
    TargetsError,
    WriteError,
)

app = typer.Typer(
    help="soát – kiểm tra việc công khai và cung cấp thủ tục hành chính trên các cổng dịch vụ công.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
catalogue_app = typer.Typer(help="Danh mục thủ tục hành chính quốc gia, theo phiên bản.", no_args_is_help=True)
audit_app = typer.Typer(help="Cuộc kiểm tra: chạy, liệt kê, xem.", no_args_is_help=True)
lawful_app = typer.Typer(help="Khác biệt đã được công nhận là hợp pháp.", no_args_is_help=True)
db_app = typer.Typer(help="Cơ sở dữ liệu của soát.", no_args_is_help=True)
app.add_typer(catalogue_app, name="catalogue")
app.add_typer(audit_app, name="audit")
app.add_typer(lawful_app, name="lawful")
app.add_typer(db_app, name="db")

Json = Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON cho chương trình khác đọc.")]
FailOn = Annotated[
    str | None, typer.Option("--fail-on", help="Kết thúc với mã 1 khi có dấu hiệu từ mức này: C, B hoặc T.")
]
On = Annotated[str | None, typer.Option("--on", help="Xét theo quy định có hiệu lực tại ngày này (2026-11-23).")]


def main() -> NoReturn:
    """Run the command; every foreseen error is one line on standard error and the exit code of architecture.md."""
    try:
        app(standalone_mode=True)
    except _INPUT_ERRORS as error:
        _say(str(error))
        sys.exit(UNREADABLE)
    except BrokenPipeError:
        sys.exit(DONE)
    except OSError as error:
        # A full disk can strike at any write; what was stored before it is whole.
        _say(f"{error.filename or 'soat'}: {error.strerror or error}; kiểm tra ổ đĩa và quyền, rồi chạy lại")
        sys.exit(UNREADABLE)
    sys.exit(DONE)


def _say(line: str) -> None:
    print(" ".join(line.split()), file=sys.stderr)


def _translate(text: str) -> str:
    return translator(settings().language)(text)


def _print(text: str) -> None:
    print(text)


def _print_json(value: object) -> None:
    _print(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode())


def _table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    _print(title)
    if not table.row_count:
        return
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"“{text}” không phải ngày dạng 2026-11-23", param_hint=option) from error


def _today() -> date:
    return datetime.now(VIETNAM).date()


def _severity(text: str | None) -> Severity | None:
    if text is None:
        return None
    names = {
        "c": Severity.HIGH,
        "cao": Severity.HIGH,
        "b": Severity.MEDIUM,
        "trung bình": Severity.MEDIUM,
        "t": Severity.LOW,
        "thấp": Severity.LOW,
    }
    if text.lower() not in names:
        raise typer.BadParameter("dùng C (cao), B (trung bình) hoặc T (thấp)", param_hint="--fail-on")
    return names[text.lower()]


def _end(counts: Mapping[Severity | None, int], fail_on: Severity | None, *, partly: bool) -> NoReturn:
    """Leave with the exit code that fits: 1 when signs were found that the caller asked to hear of, else 4 when partly done."""
    order = (Severity.LOW, Severity.MEDIUM, Severity.HIGH)
    if fail_on is not None and any(counts.get(severity, 0) for severity in order[order.index(fail_on) :]):
        raise typer.Exit(FOUND)
    raise typer.Exit(PARTLY if partly else DONE)


@contextmanager
def _resumable(how: str) -> Iterator[None]:
    """Turn Ctrl-C into one line that says how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        _say(f"đã dừng; những gì đã lưu vẫn còn nguyên. {how}")
        raise typer.Exit(130) from None


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Thư mục ghi kết quả.")] = Path("build/demo"),
) -> None:
    """Chạy thử trên tỉnh Mẫu: dựng các cổng mẫu, thu thập, đối chiếu, viết báo cáo."""
    with _resumable("Chạy lại `soat demo` để làm lại từ đầu."):
        run_demo(out)


@catalogue_app.command("import")
def catalogue_import(
    source: Annotated[
        str, typer.Argument(help="Tệp JSONL[.gz] dạng API, tệp Excel xuất danh mục, hoặc địa chỉ cổng quốc gia.")
    ],
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Ngày danh mục bắt đầu có hiệu lực; mặc định hôm nay.")
    ] = None,
    repealed: Annotated[Path | None, typer.Option(help="JSONL các thủ tục đã bãi bỏ.")] = None,
    specific: Annotated[Path | None, typer.Option(help="JSONL các thủ tục đặc thù hợp pháp.")] = None,
    fees: Annotated[Path | None, typer.Option(help="JSONL các nghị quyết về phí, lệ phí.")] = None,
    delay: Annotated[float, typer.Option(min=0, help="Số giây giữa hai yêu cầu khi tải từ cổng quốc gia.")] = 1.0,
    as_json: Json = False,
) -> None:
    """Nhập một phiên bản của danh mục quốc gia vào cơ sở dữ liệu."""
    day = _day(as_of, "--as-of") or _today()
    with _resumable("Chạy lại đúng lệnh này để nhập tiếp."):
        if source.startswith(("http://", "https://")):
            digest, records = _live_catalogue(source, delay)
        else:
            with progress.reading(_translate("Đọc danh mục"), [Path(source)]) as show:
                digest, records = read_records(Path(source), lambda read: show(Path(source), read))
        sides = {
            name: read_side_file(path) if path else []
            for name, path in (("repealed", repealed), ("specific", specific), ("fees", fees))
        }
        # The same records beside other side files are another version.
        digest = digest_of(
            b"".join([digest.encode(), *(path.read_bytes() for path in (repealed, specific, fees) if path)])
        )
        # Reading everything as procedures tells of a wrong side record before anything is stored.
        version = CatalogueVersion(digest, day, source, len(records))
        build_catalogue(version, records, **sides)
        with open_store() as store:
            version = store.add_catalogue(records, digest=digest, as_of=day, origin=source, **sides)
    if as_json:
        _print_json(
            {"digest": version.digest, "as_of": version.as_of, "origin": version.origin, "records": version.records}
        )
    else:
        _print(
            _translate("Đã nhập {count} thủ tục, hiệu lực từ {day}, phiên bản {digest}").format(
                count=number_text(version.records, settings().language),
                day=date_text(day, settings().language),
                digest=digest[:19],
            )
        )


def _live_catalogue(url: str, delay: float) -> tuple[str, list[dict[str, Any]]]:
    folder = settings().captures / f"catalogue-{_today():%Y-%m-%d}"
    raw = folder / "catalogue.jsonl"
    with progress.crawling(_translate("Tải danh mục")) as show:
        report = crawl_catalogue(url, raw=raw, captures=folder, delay=delay, progress=show)
    if report.state is not SourceState.OK:
        why = report.faults[0].why if report.faults else str(report.state)
        raise InputError(f"{url}: chưa tải được trọn danh mục ({why}); không nhập gì, chạy lại lệnh để tải tiếp")
    return read_records(raw)


@catalogue_app.command("show")
def catalogue_show(
    code: Annotated[str | None, typer.Argument(help="Mã thủ tục cần xem; bỏ trống để liệt kê các phiên bản.")] = None,
    on: On = None,
    as_json: Json = False,
) -> None:
    """Xem các phiên bản danh mục, hoặc một thủ tục tại một ngày."""
    with open_store() as store:
        if code is None:
            versions = store.catalogue_versions()
            if as_json:
                _print_json(
                    [
                        {"digest": row.digest, "as_of": row.as_of, "origin": row.origin, "records": row.records}
                        for row in versions
                    ]
                )
                return
            _table(
                _translate("Các phiên bản danh mục"),
                (_translate("Hiệu lực từ"), _translate("Số thủ tục"), _translate("Nguồn"), "SHA-256"),
                (
                    (date_text(row.as_of, settings().language), str(row.records), row.origin, row.digest[7:19])
                    for row in versions
                ),
            )
            return
        day = _day(on, "--on") or _today()
        stored = store.catalogue_on(day)
        found = None if stored is None else next((body for body in stored.records if body.get("code") == code), None)
    if found is None:
        raise InputError(
            f"{code}: không có trong danh mục có hiệu lực ngày {day:%d/%m/%Y}; xem các phiên bản bằng `soat catalogue show`"
        )
    _print_json(found)


@catalogue_app.command("check")
def catalogue_check(on: On = None, as_json: Json = False) -> None:
    """Liệt kê lỗi của chính danh mục quốc gia, để kiến nghị với Bộ."""
    day = _day(on, "--on") or _today()
    with open_store() as store:
        stored = store.catalogue_on(day)
        if stored is None:
            raise InputError(
                f"chưa có danh mục có hiệu lực ngày {day:%d/%m/%Y}; nhập bằng `soat catalogue import TỆP --as-of NGÀY`"
            )
        found = [each for record in stored.records for each in recommendations(official_procedure(record), day)]
    if as_json:
        _print_json([{**asdict(each), "why": str(each.why)} for each in found])
        return
    language = settings().language
    _table(
        _translate("{count} kiến nghị với Bộ về danh mục có hiệu lực ngày {day}").format(
            count=number_text(len(found), language), day=date_text(day, language)
        ),
        (_translate("Mã"), _translate("Thủ tục"), _translate("Kiến nghị"), _translate("Trong danh mục"), _translate("Vì sao")),
        (
            (each.code, each.name, recommendation_title(each.kind, _translate), each.found, sentence_text(each.why, language))
            for each in found
        ),
    )  # fmt: skip


@app.command()
def crawl(
    targets: Annotated[Path, typer.Argument(help="Tệp targets.toml.")],
    out: Annotated[Path, typer.Option(help="Tệp ghi các bản ghi đã công khai.")] = Path("published.jsonl"),
    captures: Annotated[Path | None, typer.Option(help="Thư mục lưu bản chụp (WARC).")] = None,
    only: Annotated[str | None, typer.Option(help="Chỉ một mục tiêu, theo id.")] = None,
    as_json: Json = False,
) -> None:
    """Thu thập những gì các nguồn công khai, không cần cơ sở dữ liệu."""
    with _resumable("Chạy lại đúng lệnh này để thu thập tiếp."), progress.crawling(_translate("Thu thập")) as show:
        reports = crawl_targets(
            read_targets(targets, only), published=out, captures=captures or settings().captures, progress=show
        )
    _tell_sources(reports, as_json=as_json)
    if any(report.state is SourceState.INTERRUPTED for report in reports):
        _say("đã dừng; những gì đã lưu vẫn còn nguyên. Chạy lại đúng lệnh này để thu thập tiếp.")
        raise typer.Exit(130)
    _end({}, None, partly=any(report.state is not SourceState.OK for report in reports))


def _tell_sources(reports: Iterable[SourceReport], *, as_json: bool) -> None:
    if as_json:
        _print_json([report.to_json() for report in reports])
        return
    reports = list(reports)
    _table(
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


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="Danh mục đã công khai (XLSX, DOCX).")],
    out: Annotated[Path, typer.Option(help="Tệp ghi các bản ghi đã đọc.")] = Path("published.jsonl"),
) -> None:
    """Đọc danh mục đã công khai thành các bản ghi."""
    faults = 0
    with (
        _resumable("Chạy lại lệnh để đọc lại."),
        replacing(out) as temporary,
        temporary.open("xb") as file,
        progress.waiting(_translate("Đọc danh mục")),
    ):
        for path in files:
            reading = read_list(path)
            for record in reading.records:
                file.write(orjson.dumps(record.to_json(), option=orjson.OPT_APPEND_NEWLINE))
            for fault in reading.faults:
                faults += 1
                _say(f"{path}: {fault.why}")
            _print(_translate("{file}: đọc được {count} thủ tục").format(file=path, count=len(reading.records)))
    _end({}, None, partly=faults > 0)


@app.command()
def compare(
    catalogue: Annotated[Path, typer.Argument(help="Danh mục quốc gia (JSONL, JSONL.GZ hoặc Excel).")],
    published: Annotated[list[Path], typer.Argument(help="Các tệp bản ghi đã công khai (JSONL).")],
    findings: Annotated[Path, typer.Option(help="Tệp ghi các dấu hiệu.")],
    matches: Annotated[Path, typer.Option(help="Tệp ghi kết quả khớp thủ tục và giấy tờ.")],
    repealed: Annotated[Path | None, typer.Option(help="JSONL các thủ tục đã bãi bỏ.")] = None,
    specific: Annotated[Path | None, typer.Option(help="JSONL các thủ tục đặc thù hợp pháp.")] = None,
    fees: Annotated[Path | None, typer.Option(help="JSONL các nghị quyết về phí, lệ phí.")] = None,
    scope: Annotated[Path | None, typer.Option(help="Các mã mà đơn vị phải công khai, mỗi dòng một mã.")] = None,
    lawful: Annotated[Path | None, typer.Option(help="JSONL các khác biệt đã được công nhận là hợp pháp.")] = None,
    on: On = None,
    with_skips: Annotated[bool, typer.Option("--all", help="Ghi cả những gì không kết luận được, kèm lý do.")] = False,
    fail_on: FailOn = None,
    as_json: Json = False,
) -> None:
    """Đối chiếu các bản ghi đã công khai với danh mục quốc gia, không cần cơ sở dữ liệu."""
    threshold, day = _severity(fail_on), _day(on, "--on")
    with _resumable("Chạy lại lệnh để đối chiếu lại; tệp kết quả cũ (nếu có) còn nguyên."):
        official = _catalogue_file(catalogue, repealed, specific, fees)
        with progress.reading(_translate("Đối chiếu"), published) as show:
            codes = read_scope(scope) if scope else None
            passed = read_lawful(lawful) if lawful else ()
            comparison = compare_files(
                official, published, today=_today(), on=day, scope=codes, lawful=passed, progress=show
            )
            summary = write_comparison(comparison, findings, matches, with_skips=with_skips)
    _tell_comparison(summary, as_json=as_json)
    _end(summary.by_severity, threshold, partly=bool(summary.skipped))


def _catalogue_file(path: Path, repealed: Path | None, specific: Path | None, fees: Path | None) -> Catalogue:
    digest, records = read_records(path)
    return build_catalogue(
        CatalogueVersion(digest, date.min, str(path), len(records)),
        records,
        repealed=read_side_file(repealed) if repealed else (),
        specific=read_side_file(specific) if specific else (),
        fees=read_side_file(fees) if fees else (),
    )


def _tell_comparison(summary: Summary, *, as_json: bool) -> None:
    for line in summary.skipped[:20]:
        _say(line)
    if len(summary.skipped) > 20:
        _say(_translate("… và {count} dòng khác không đọc được").format(count=len(summary.skipped) - 20))
    if as_json:
        _print_json(
            {"judged": summary.judged, "skipped": summary.skipped, "findings": dict(sorted(summary.by_rule.items()))}
        )
        return
    _table(
        _translate("{judged} bản ghi đã đối chiếu, {skipped} bản ghi bỏ qua").format(
            judged=summary.judged, skipped=len(summary.skipped)
        ),
        (_translate("Dấu hiệu"), _translate("Mức"), _translate("Số lượng")),
        (
            (rule_title(slug, _translate), severity_label(rules()[slug].severity, _translate), str(count))
            for slug, count in sorted(summary.by_rule.items(), key=lambda item: (-item[1], item[0]))
        ),
    )


@app.command()
def measure(
    truth: Annotated[Path, typer.Argument(help="Đáp án (JSONL), hoặc các cặp đã gán nhãn.")],
    published: Annotated[
        Path, typer.Argument(help="Tệp bản ghi đã công khai; với các cặp đã gán nhãn là chính tệp đó.")
    ],
    catalogue: Annotated[Path, typer.Argument(help="Danh mục quốc gia (JSONL, JSONL.GZ hoặc Excel).")],
    repealed: Annotated[Path | None, typer.Option(help="JSONL các thủ tục đã bãi bỏ.")] = None,
    specific: Annotated[Path | None, typer.Option(help="JSONL các thủ tục đặc thù hợp pháp.")] = None,
    fees: Annotated[Path | None, typer.Option(help="JSONL các nghị quyết về phí, lệ phí.")] = None,
    scope: Annotated[Path | None, typer.Option(help="Các mã mà đơn vị phải công khai, mỗi dòng một mã.")] = None,
    on: On = None,
    errors: Annotated[Path | None, typer.Option(help="Tệp ghi từng chỗ sai (JSONL).")] = None,
    as_json: Json = False,
) -> None:
    """Đo độ chính xác: đối chiếu như `soat compare` rồi chấm theo đáp án."""
    day = _day(on, "--on")
    with _resumable("Chạy lại lệnh để đo lại."):
        told = read_truth(truth)
        official = _catalogue_file(catalogue, repealed, specific, fees)
        with progress.reading(_translate("Đối chiếu"), [published]) as show:
            codes = read_scope(scope) if scope else None
            result = measure_files(official, told, published, today=_today(), on=day, scope=codes, progress=show)
        if errors is not None:
            write_errors(result, errors)
    if as_json:
        _print_json(result.to_json())
        return
    for title, columns, rows in tables(result, _translate):
        _table(title, columns, rows)


@audit_app.command("run")
def audit_run(
    targets: Annotated[
        Path | None, typer.Argument(help="Tệp targets.toml; bỏ trống khi tiếp tục bằng --resume.")
    ] = None,
    title: Annotated[str, typer.Option(help="Tên cuộc kiểm tra.")] = "Kiểm tra việc công khai thủ tục hành chính",
    on: On = None,
    only: Annotated[str | None, typer.Option(help="Chỉ một mục tiêu, theo id.")] = None,
    resume: Annotated[int | None, typer.Option(help="Tiếp tục cuộc kiểm tra có số này.")] = None,
    fail_on: FailOn = None,
    as_json: Json = False,
) -> None:
    """Chạy một cuộc kiểm tra: thu thập, đối chiếu, lưu dấu hiệu kèm bằng chứng."""
    if (targets is None) == (resume is None):
        raise typer.BadParameter("nêu tệp targets.toml, hoặc --resume SỐ để tiếp tục")
    threshold = _severity(fail_on)
    with open_store() as store:
        if targets is not None:
            audit_id = begin(store, read_targets(targets, only), title=title, on=_day(on, "--on") or _today())
        else:
            audit_id = resume or 0
        with (
            _resumable(f"Tiếp tục bằng: soat audit run --resume {audit_id}"),
            progress.crawling(_translate("Thu thập")) as show,
        ):
            reports = carry_out(store, audit_id, settings().captures / f"audit-{audit_id}", show)
        audit = store.audit(audit_id)
    counts: dict[Severity | None, int] = {}
    for item in audit.findings:
        counts[item.finding.severity] = counts.get(item.finding.severity, 0) + 1
    if as_json:
        _print_json(
            {"audit": audit_id, "findings": len(audit.findings), "sources": [report.to_json() for report in reports]}
        )
    else:
        _tell_sources(reports, as_json=False)
        signs = sum(count for severity, count in counts.items() if severity is not None)
        _print(
            _translate(
                "Cuộc kiểm tra {id}: {signs} dấu hiệu, {good} điểm biểu dương. Xem báo cáo: soat report {id} --format html"
            ).format(id=audit_id, signs=signs, good=counts.get(None, 0))
        )
    _end(counts, threshold, partly=any(report.state is not SourceState.OK for report in reports))


@audit_app.command("list")
def audit_list(as_json: Json = False) -> None:
    """Liệt kê các cuộc kiểm tra."""
    with open_store() as store:
        audits = store.audits()
    if as_json:
        _print_json(
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
    _table(
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


@audit_app.command("show")
def audit_show(audit_id: Annotated[int, typer.Argument(metavar="SỐ")], as_json: Json = False) -> None:
    """Xem các dấu hiệu của một cuộc kiểm tra."""
    with open_store() as store:
        audit = store.audit(audit_id)
    if as_json:
        from reports.formats.jsonl import record  # noqa: PLC0415 - only this option needs it

        _print_json(
            [
                {**record(item), "decisions": [asdict(decision) for decision in item.decisions]}
                for item in audit.findings
            ]
        )
        return
    _table(
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


@app.command()
def report(
    audit_id: Annotated[int, typer.Argument(metavar="SỐ", help="Số của cuộc kiểm tra.")],
    format_name: Annotated[str, typer.Option("--format", help=f"Định dạng: {', '.join(format_names())}.")] = "html",
    out: Annotated[Path | None, typer.Option(help="Tệp ghi báo cáo.")] = None,
) -> None:
    """Viết báo cáo của một cuộc kiểm tra."""
    chosen = load_format(format_name)
    with open_store() as store:
        audit = with_recommendations(store, store.audit(audit_id))
    path = out or Path(f"soat-{audit_id}{chosen.SUFFIX}")
    with _resumable("Chạy lại lệnh để viết lại."), progress.waiting(_translate("Viết báo cáo")):
        chosen.write(audit, path)
    _print(str(path))


@audit_app.command("dismiss")
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
    last = _day(until, "--until")
    if not lawful and (last is not None or everywhere):
        raise typer.BadParameter("--until và --everywhere chỉ dùng cùng --lawful")
    _given(reason, "--reason")
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
        _print_json({"finding": finding_id, "decision": decision, "lawful": made})
        return
    _print(_translate("Đã bác dấu hiệu số {id}.").format(id=finding_id))
    if made is not None:
        _print(_translate("Khác biệt hợp pháp số {id} được áp dụng từ nay; xem: soat lawful list").format(id=made))


def _given(text: str, option: str) -> None:
    if not text.strip():
        raise typer.BadParameter("không được để trống", param_hint=option)


@lawful_app.command("list")
def lawful_list(as_json: Json = False) -> None:
    """Liệt kê mọi khác biệt đã được công nhận, cả những khác biệt đã kết thúc."""
    with open_store() as store:
        differences = store.lawful_differences()
    if as_json:
        _print_json([lawful_record(item) for item in differences])
        return
    language = settings().language
    _table(
        _translate("Khác biệt đã được công nhận"),
        (_translate("Số"), _translate("Mã"), _translate("Quy tắc"), _translate("Đơn vị"), _translate("Giấy tờ"), _translate("Lý do"), _translate("Từ ngày"), _translate("Đến ngày")),
        (
            (
                str(item.id), item.code, rule_title(item.rule, _translate), item.unit or _translate("mọi nơi"),
                item.paper or _translate("cả thủ tục"), item.reason,
                date_text(item.since, language) if item.since else "",
                date_text(item.last, language) if item.last else _translate("không thời hạn"),
            )
            for item in differences
        ),
    )  # fmt: skip


@lawful_app.command("add")
def lawful_add(
    code: Annotated[str, typer.Argument(metavar="MÃ", help="Mã quốc gia của thủ tục, dạng 1.012784.")],
    rule: Annotated[str, typer.Argument(metavar="QUY_TẮC", help="Mã quy tắc, ví dụ extra_document.")],
    reason: Annotated[str, typer.Option(help="Lý do, nêu văn bản cho phép.")],
    unit: Annotated[str | None, typer.Option(help="Cơ quan hoặc id mục tiêu; bỏ trống là mọi nơi.")] = None,
    paper: Annotated[str | None, typer.Option(help="Giấy tờ, đúng như công khai; bỏ trống là cả thủ tục.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="Từ ngày này (2026-11-23).")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Đến hết ngày này.")] = None,
) -> None:
    """Ghi một khác biệt được công nhận là hợp pháp mà không cần dấu hiệu."""
    _given(reason, "--reason")
    national = procedure_code(None, code)
    if national is None:
        raise typer.BadParameter(f"“{code}” không phải mã thủ tục quốc gia dạng 1.012784", param_hint="MÃ")
    if rule not in rules():
        raise typer.BadParameter(f"không có quy tắc “{rule}”; có: {', '.join(rules())}", param_hint="QUY_TẮC")
    first, last = _day(since, "--from"), _day(until, "--until")
    if first is not None and last is not None and last < first:
        raise typer.BadParameter("trước ngày bắt đầu (--from)", param_hint="--until")
    difference = LawfulDifference(
        code=national, rule=rule, reason=reason, unit=unit, paper=paper, since=first, until=last
    )
    with open_store() as store:
        made = store.add_lawful(difference, datetime.now(VIETNAM))
    _print(_translate("Khác biệt hợp pháp số {id} được áp dụng từ nay; xem: soat lawful list").format(id=made))


@lawful_app.command("end")
def lawful_end(difference_id: Annotated[int, typer.Argument(metavar="SỐ")]) -> None:
    """Kết thúc một khác biệt từ hôm nay; lịch sử vẫn còn."""
    with open_store() as store:
        store.end_lawful(difference_id, _today(), datetime.now(VIETNAM))
    _print(
        _translate("Khác biệt hợp pháp số {id} không còn áp dụng từ ngày {day}.").format(
            id=difference_id, day=date_text(_today(), settings().language)
        )
    )


@app.command()
def rejudge(
    audit_id: Annotated[int, typer.Argument(metavar="SỐ", help="Số của cuộc kiểm tra.")],
    against: Annotated[
        int | None, typer.Option("--against", help="Số của cuộc kiểm tra trước, để biết cổng đã thay đổi gì.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Xét lại các bản chụp theo quy tắc hôm nay; không ghi gì, chỉ in những gì thay đổi."""

    def folder(number: int) -> Path:
        return settings().captures / f"audit-{number}"

    with open_store() as store, progress.waiting(_translate("Xét lại")):
        result = rejudge_audit(store, audit_id, folder(audit_id))
        portal = (
            None if against is None else compare_portals(store, audit_id, folder(audit_id), against, folder(against))
        )
    if as_json:
        _print_json(rejudgement_record(result, portal))
    else:
        _tell_rejudgement(result)
        if portal is not None:
            _tell_portal(portal)
    for lost in result.unread:
        for fault in lost.faults[:20]:
            _say(f"{lost.target}: {fault.why}")
    faulty = {change.sign.new.finding.rule for change in result.because_of(Cause.UNVERSIONED)}
    for slug in sorted(faulty):
        _say(
            f"LỖI CHƯƠNG TRÌNH: quy tắc {slug} cho kết quả khác trên cùng bản chụp mà vẫn là phiên bản {rules()[slug].version}; "
            f"phải tăng VERSION trong audits/rules/{slug}.py, kết quả xét lại này chưa dùng được"
        )
    raise typer.Exit(FOUND if faulty else PARTLY if result.unread else DONE)


def _tell_rejudgement(result: Rejudgement) -> None:
    _print(
        _translate(
            "Xét lại cuộc kiểm tra {id}: {stored} phát hiện đã lưu, {now} phát hiện theo quy tắc hôm nay"
        ).format(id=result.audit.id, stored=result.stored.count(b"\n"), now=result.now.count(b"\n"))
    )
    if result.identical:
        _print(
            _translate("Không có gì thay đổi: các phát hiện giống hệt từng byte ({digest}).").format(
                digest=digest(result.now)
            )
        )
    columns = (
        _translate("Nguồn"), _translate("Mã"), _translate("Thủ tục"), _translate("Dấu hiệu"), _translate("Giấy tờ"),
        _translate("Thay đổi"), _translate("Phiên bản quy tắc"),
    )  # fmt: skip
    titles = {
        (Cause.RULE, Cause.UNVERSIONED): _translate("Thay đổi do quy tắc (cùng bản chụp): {count}"),
        (Cause.READER,): _translate("Thay đổi do cách đọc bản chụp (cùng bản chụp): {count}"),
        (Cause.LAWFUL,): _translate("Thay đổi do khác biệt đã được công nhận: {count}"),
    }
    for causes, title in titles.items():
        changes = result.because_of(*causes)
        if changes or Cause.RULE in causes:
            _table(title.format(count=len(changes)), columns, change_rows(changes, _translate))
    for lost in result.unread:
        _print(
            _translate("{target}: {pages} trang nay không đọc lại được, {count} phát hiện chưa xét lại được").format(
                target=lost.target, pages=len(lost.faults), count=len(lost.findings)
            )
        )


def _tell_portal(portal: PortalChanges) -> None:
    columns = (
        _translate("Nguồn"), _translate("Mã"), _translate("Thủ tục"), _translate("Dấu hiệu"), _translate("Giấy tờ"),
    )  # fmt: skip
    _print(
        _translate("Thay đổi do cổng, so với cuộc kiểm tra {id} (cùng quy tắc, danh mục, ngày xét)").format(
            id=portal.earlier
        )
    )
    for title, signs in (
        (_translate("Mới: {count}"), portal.new),
        (_translate("Đã hết: {count}"), portal.gone),
        (_translate("Một lần kiểm tra không xem được nên không so sánh: {count}"), portal.unseen),
    ):
        _table(title.format(count=len(signs)), columns, (sign_row(sign, _translate) for sign in signs))
    _print(_translate("Vẫn còn: {count}").format(count=len(portal.kept)))
    if portal.apart:
        _print(_translate("Nguồn chỉ một lần kiểm tra xét được: {targets}").format(targets=", ".join(portal.apart)))


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Nâng cấu trúc cơ sở dữ liệu lên phiên bản của chương trình này."""
    upgrade_database()
    _print(_translate("Cơ sở dữ liệu đã ở phiên bản mới nhất."))
