"""Differences recognised as lawful: list, add, end."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from audits.lawful import LawfulDifference, lawful_record, procedure_code
from audits.rules import rules
from audits.store import open_store
from crawlers.settings import settings
from reports.labels import rule_title
from reports.terminal import (
    Json,
    given,
    print_json,
    print_table,
    print_text,
    read_day,
    today,
)
from reports.terminal import translate as _translate
from reports.translation import VIETNAM, date_text

app = typer.Typer(help="Khác biệt đã được công nhận là hợp pháp.", no_args_is_help=True)


@app.command("list")
def lawful_list(as_json: Json = False) -> None:
    """Liệt kê mọi khác biệt đã được công nhận, cả những khác biệt đã kết thúc."""
    with open_store() as store:
        differences = store.lawful_differences()
    if as_json:
        print_json([lawful_record(item) for item in differences])
        return
    language = settings().language
    print_table(
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


@app.command("add")
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
    given(reason, "--reason")
    national = procedure_code(None, code)
    if national is None:
        raise typer.BadParameter(f"“{code}” không phải mã thủ tục quốc gia dạng 1.012784", param_hint="MÃ")
    if rule not in rules():
        raise typer.BadParameter(f"không có quy tắc “{rule}”; có: {', '.join(rules())}", param_hint="QUY_TẮC")
    first, last = read_day(since, "--from"), read_day(until, "--until")
    if first is not None and last is not None and last < first:
        raise typer.BadParameter("trước ngày bắt đầu (--from)", param_hint="--until")
    difference = LawfulDifference(
        code=national, rule=rule, reason=reason, unit=unit, paper=paper, since=first, until=last
    )
    with open_store() as store:
        made = store.add_lawful(difference, datetime.now(VIETNAM))
    print_text(_translate("Khác biệt hợp pháp số {id} được áp dụng từ nay; xem: soat lawful list").format(id=made))


@app.command("end")
def lawful_end(difference_id: Annotated[int, typer.Argument(metavar="SỐ")]) -> None:
    """Kết thúc một khác biệt từ hôm nay; lịch sử vẫn còn."""
    with open_store() as store:
        store.end_lawful(difference_id, today(), datetime.now(VIETNAM))
    print_text(
        _translate("Khác biệt hợp pháp số {id} không còn áp dụng từ ngày {day}.").format(
            id=difference_id, day=date_text(today(), settings().language)
        )
    )
