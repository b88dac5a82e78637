"""The `soat` command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from audits.jsonl import InputError
from audits.rejudge import Cause, compare_portals, digest
from audits.rejudge import rejudge as rejudge_audit
from audits.rules import rules
from audits.run import with_recommendations
from audits.store import StoreError, open_store
from audits.store import upgrade as upgrade_database
from crawlers.archive import ArchiveError
from crawlers.crawl import CrawlError
from crawlers.detect import DetectError
from crawlers.journeys.browser import NoBrowserError
from crawlers.journeys.listing import ServicesError
from crawlers.journeys.run import VisitError
from crawlers.lists import ListError
from crawlers.manners import MannersError
from crawlers.platforms import PlatformError
from crawlers.settings import SettingsError, settings
from crawlers.targets import TargetsError
from reports import progress
from reports.atomic import WriteError
from reports.commands import audit, catalogue, files, lawful, platform
from reports.commands.visit import visit
from reports.demo import DemoError, run_demo
from reports.formats import FormatError
from reports.formats import load as load_format
from reports.formats import names as format_names
from reports.rejudgement import change_rows, rejudgement_record, sign_row
from reports.terminal import (
    DONE,
    FOUND,
    PARTLY,
    UNREADABLE,
    Json,
    print_json,
    print_table,
    print_text,
    resumable,
    say,
)
from reports.terminal import translate as _translate
from reports.translation import LanguageError

if TYPE_CHECKING:
    from audits.rejudge import PortalChanges, Rejudgement

_INPUT_ERRORS = (
    ArchiveError,
    CrawlError,
    DemoError,
    DetectError,
    FormatError,
    InputError,
    LanguageError,
    ListError,
    MannersError,
    NoBrowserError,
    PlatformError,
    ServicesError,
    SettingsError,
    StoreError,
    TargetsError,
    VisitError,
    WriteError,
)

app = typer.Typer(
    help="soát – kiểm tra việc công khai và cung cấp thủ tục hành chính trên các cổng dịch vụ công.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

db_app = typer.Typer(help="Cơ sở dữ liệu của soát.", no_args_is_help=True)
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(audit.app, name="audit")
app.add_typer(lawful.app, name="lawful")
app.add_typer(platform.app, name="platform")
app.add_typer(db_app, name="db")
for command in (files.crawl, visit, files.read, files.compare, files.measure):
    app.command()(command)


def main() -> NoReturn:
    """Run the command; every foreseen error is one line on standard error and the exit code of architecture.md."""
    try:
        app(standalone_mode=True)
    except _INPUT_ERRORS as error:
        say(str(error))
        sys.exit(UNREADABLE)
    except BrokenPipeError:
        sys.exit(DONE)
    except OSError as error:
        # A full disk can strike at any write; what was stored before it is whole.
        say(f"{error.filename or 'soat'}: {error.strerror or error}; kiểm tra ổ đĩa và quyền, rồi chạy lại")
        sys.exit(UNREADABLE)
    sys.exit(DONE)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Thư mục ghi kết quả.")] = Path("build/demo"),
) -> None:
    """Chạy thử trên tỉnh Mẫu: dựng các cổng mẫu, thu thập, đối chiếu, viết báo cáo."""
    with resumable("Chạy lại `soat demo` để làm lại từ đầu."):
        run_demo(out)


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
    with resumable("Chạy lại lệnh để viết lại."), progress.waiting(_translate("Viết báo cáo")):
        chosen.write(audit, path)
    print_text(str(path))


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
        print_json(rejudgement_record(result, portal))
    else:
        _tell_rejudgement(result)
        if portal is not None:
            _tell_portal(portal)
    for lost in result.unread:
        for fault in lost.faults[:20]:
            say(f"{lost.target}: {fault.why}")
    faulty = {change.sign.new.finding.rule for change in result.because_of(Cause.UNVERSIONED)}
    for slug in sorted(faulty):
        say(
            f"LỖI CHƯƠNG TRÌNH: quy tắc {slug} cho kết quả khác trên cùng bản chụp mà vẫn là phiên bản {rules()[slug].version}; "
            f"phải tăng VERSION trong audits/rules/{slug}.py, kết quả xét lại này chưa dùng được"
        )
    raise typer.Exit(FOUND if faulty else PARTLY if result.unread else DONE)


def _tell_rejudgement(result: Rejudgement) -> None:
    print_text(
        _translate(
            "Xét lại cuộc kiểm tra {id}: {stored} phát hiện đã lưu, {now} phát hiện theo quy tắc hôm nay"
        ).format(id=result.audit.id, stored=result.stored.count(b"\n"), now=result.now.count(b"\n"))
    )
    if result.identical:
        print_text(
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
            print_table(title.format(count=len(changes)), columns, change_rows(changes, _translate))
    for lost in result.unread:
        print_text(
            _translate("{target}: {pages} trang nay không đọc lại được, {count} phát hiện chưa xét lại được").format(
                target=lost.target, pages=len(lost.faults), count=len(lost.findings)
            )
        )


def _tell_portal(portal: PortalChanges) -> None:
    columns = (
        _translate("Nguồn"), _translate("Mã"), _translate("Thủ tục"), _translate("Dấu hiệu"), _translate("Giấy tờ"),
    )  # fmt: skip
    print_text(
        _translate("Thay đổi do cổng, so với cuộc kiểm tra {id} (cùng quy tắc, danh mục, ngày xét)").format(
            id=portal.earlier
        )
    )
    for title, signs in (
        (_translate("Mới: {count}"), portal.new),
        (_translate("Đã hết: {count}"), portal.gone),
        (_translate("Một lần kiểm tra không xem được nên không so sánh: {count}"), portal.unseen),
    ):
        print_table(title.format(count=len(signs)), columns, (sign_row(sign, _translate) for sign in signs))
    print_text(_translate("Vẫn còn: {count}").format(count=len(portal.kept)))
    if portal.apart:
        print_text(_translate("Nguồn chỉ một lần kiểm tra xét được: {targets}").format(targets=", ".join(portal.apart)))


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Nâng cấu trúc cơ sở dữ liệu lên phiên bản của chương trình này."""
    upgrade_database()
    print_text(_translate("Cơ sở dữ liệu đã ở phiên bản mới nhất."))
