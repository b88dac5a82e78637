"""The national catalogue: import a version, look into it, check it for faults of its own."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from audits.audit import CatalogueVersion
from audits.catalogue import build_catalogue, official_procedure, read_records, read_side_file
from audits.jsonl import InputError
from audits.recommendations import recommendations
from audits.store import open_store
from crawlers.archive import digest_of
from crawlers.crawl import crawl_catalogue
from crawlers.records import SourceState
from crawlers.settings import settings
from reports import progress
from reports.labels import recommendation_title
from reports.terminal import (
    Json,
    On,
    print_json,
    print_table,
    print_text,
    read_day,
    resumable,
    today,
)
from reports.terminal import translate as _translate
from reports.translation import date_text, number_text, sentence_text

app = typer.Typer(help="Danh mục thủ tục hành chính quốc gia, theo phiên bản.", no_args_is_help=True)


@app.command("import")
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
    day = read_day(as_of, "--as-of") or today()
    with resumable("Chạy lại đúng lệnh này để nhập tiếp."):
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
        print_json(
            {"digest": version.digest, "as_of": version.as_of, "origin": version.origin, "records": version.records}
        )
    else:
        print_text(
            _translate("Đã nhập {count} thủ tục, hiệu lực từ {day}, phiên bản {digest}").format(
                count=number_text(version.records, settings().language),
                day=date_text(day, settings().language),
                digest=digest[:19],
            )
        )


def _live_catalogue(url: str, delay: float) -> tuple[str, list[dict[str, Any]]]:
    folder = settings().captures / f"catalogue-{today():%Y-%m-%d}"
    raw = folder / "catalogue.jsonl"
    with progress.crawling(_translate("Tải danh mục")) as show:
        report = crawl_catalogue(url, raw=raw, captures=folder, delay=delay, progress=show)
    if report.state is not SourceState.OK:
        why = report.faults[0].why if report.faults else str(report.state)
        raise InputError(f"{url}: chưa tải được trọn danh mục ({why}); không nhập gì, chạy lại lệnh để tải tiếp")
    return read_records(raw)


@app.command("show")
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
                print_json(
                    [
                        {"digest": row.digest, "as_of": row.as_of, "origin": row.origin, "records": row.records}
                        for row in versions
                    ]
                )
                return
            print_table(
                _translate("Các phiên bản danh mục"),
                (_translate("Hiệu lực từ"), _translate("Số thủ tục"), _translate("Nguồn"), "SHA-256"),
                (
                    (date_text(row.as_of, settings().language), str(row.records), row.origin, row.digest[7:19])
                    for row in versions
                ),
            )
            return
        day = read_day(on, "--on") or today()
        stored = store.catalogue_on(day)
        found = None if stored is None else next((body for body in stored.records if body.get("code") == code), None)
    if found is None:
        raise InputError(
            f"{code}: không có trong danh mục có hiệu lực ngày {day:%d/%m/%Y}; xem các phiên bản bằng `soat catalogue show`"
        )
    print_json(found)


@app.command("check")
def catalogue_check(on: On = None, as_json: Json = False) -> None:
    """Liệt kê lỗi của chính danh mục quốc gia, để kiến nghị với Bộ."""
    day = read_day(on, "--on") or today()
    with open_store() as store:
        stored = store.catalogue_on(day)
        if stored is None:
            raise InputError(
                f"chưa có danh mục có hiệu lực ngày {day:%d/%m/%Y}; nhập bằng `soat catalogue import TỆP --as-of NGÀY`"
            )
        found = [each for record in stored.records for each in recommendations(official_procedure(record), day)]
    if as_json:
        print_json([{**asdict(each), "why": str(each.why)} for each in found])
        return
    language = settings().language
    print_table(
        _translate("{count} kiến nghị với Bộ về danh mục có hiệu lực ngày {day}").format(
            count=number_text(len(found), language), day=date_text(day, language)
        ),
        (_translate("Mã"), _translate("Thủ tục"), _translate("Kiến nghị"), _translate("Trong danh mục"), _translate("Vì sao")),
        (
            (each.code, each.name, recommendation_title(each.kind, _translate), each.found, sentence_text(each.why, language))
            for each in found
        ),
    )  # fmt: skip
