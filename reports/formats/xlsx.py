"""For those who work in a spreadsheet: figures, signs, good practice, and what could not be checked, a sheet each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]

from audits.indicators import Light
from audits.procedure import Severity
from crawlers.settings import settings
from reports.atomic import replacing
from reports.formats import FormatError
from reports.labels import (
    decision_text,
    light_label,
    outcome_label,
    reason_label,
    recommendation_title,
    rule_remedy,
    rule_title,
    severity_label,
    state_label,
    verified_label,
)
from reports.overview import Overview, overview
from reports.translation import VIETNAM, sentence_text, translator
from reports.tried import tried, visit_moment

if TYPE_CHECKING:
    from pathlib import Path

    from xlsxwriter.format import Format  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

    from audits.audit import Audit, AuditedFinding

SUFFIX = ".xlsx"

# Limits of the file format itself: rows a sheet, characters a cell, characters a link, links a sheet.
_ROWS, _CELL, _LINK, _LINKS = 1_048_576, 32_767, 2_079, 65_530

# What XML cannot hold: control characters but tab and line feed, lone surrogates, two non-characters.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")

Translate = Callable[[str], str]


class Link(str):
    """A web address, to be shown as a link."""

    __slots__ = ()


Cell = str | int | date | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column's header and its width in characters."""

    header: str
    width: int


@dataclass(frozen=True, slots=True)
class _Styles:
    title: Format
    header: Format
    text: Format
    quoted: Format
    number: Format
    day: Format
    moment: Format
    link: Format


def write(audit: Audit, path: Path) -> None:
    """Write the audit as a workbook in the language of the settings; times are Vietnamese.

    Raises:
        WriteError: the file cannot be written.
        FormatError: more rows than a sheet can hold.

    """
    figures = overview(audit)
    steps = sum(len(item.visit.steps) for item in audit.visits)
    if max(len(figures.signs), len(figures.good_practices), steps) >= _ROWS:
        raise FormatError(f"{path}: xlsx chỉ chứa được {_ROWS - 1} dòng một trang tính; hãy dùng định dạng jsonl")
    with replacing(path) as temporary:
        try:
            with Workbook(temporary, {"constant_memory": True}) as book:
                _fill(book, audit, figures)
        except FileCreateError as error:
            raise error.args[0] from error


def _fill(book: Workbook, audit: Audit, figures: Overview) -> None:
    language = settings().language
    _ = translator(language)
    styles = _styles(book)
    book.set_properties({"title": audit.title})
    _figures_sheet(book.add_worksheet(_("Tổng hợp")), audit, figures, styles, _)
    for name, items in ((_("Dấu hiệu"), figures.signs), (_("Biểu dương"), figures.good_practices)):
        rows = (_finding_row(item, language) for item in items)
        _table(book.add_worksheet(name), _finding_columns(_), rows, styles)
    if audit.visits:
        _table(book.add_worksheet(_("Dịch vụ trực tuyến")), _visit_columns(_), _visit_rows(audit, _), styles)
        _table(book.add_worksheet(_("Các bước thử")), _step_columns(_), _step_rows(audit), styles)
        _table(book.add_worksheet(_("Bộ chỉ số đánh giá")), _standing_columns(_), _standing_rows(audit, _), styles)
    _table(
        book.add_worksheet(_("Kiến nghị với Bộ")), _recommended_columns(_), _recommended_rows(audit, language), styles
    )
    _table(book.add_worksheet(_("Khác biệt đã được công nhận")), _applied_columns(_), _applied_rows(audit, _), styles)
    _table(book.add_worksheet(_("Không kiểm tra được")), _unchecked_columns(_), _unchecked_rows(audit, _), styles)


def _styles(book: Workbook) -> _Styles:
    top = {"valign": "top", "text_wrap": True}
    return _Styles(
        title=book.add_format({"bold": True, "font_size": 14}),
        header=book.add_format({**top, "bold": True, "bg_color": "#12355B", "font_color": "#FFFFFF", "border": 1}),
        text=book.add_format(top),
        # Text that looks like a formula stays text even when somebody edits the cell.
        quoted=book.add_format({**top, "quote_prefix": True}),
        number=book.add_format({"valign": "top", "num_format": "#,##0"}),
        day=book.add_format({"valign": "top", "align": "left", "num_format": "dd/mm/yyyy"}),
        moment=book.add_format({"valign": "top", "align": "left", "num_format": "dd/mm/yyyy hh:mm"}),
        link=book.add_format({**top, "font_color": "#0B4F8A", "underline": 1}),
    )


def _figures_sheet(sheet: Worksheet, audit: Audit, figures: Overview, styles: _Styles, _: Translate) -> None:
    for column, width in enumerate((46, 24, 14, 14, 14, 14, 14, 20)):
        sheet.set_column(column, column, width)
    severities = [_("Mức {severity}").format(severity=severity_label(severity, _)) for severity in Severity]
    _cell(sheet, (0, 0), audit.title, styles, styles.title)
    facts: list[tuple[str, Cell]] = [
        (_("Xét theo quy định tại ngày"), audit.on),
        (_("Bắt đầu (giờ Việt Nam)"), audit.started_at),
        (_("Kết thúc (giờ Việt Nam)"), audit.finished_at or _("chưa kết thúc, số liệu là tạm thời")),
        (_("Danh mục đối chiếu"), audit.catalogue.origin),
        (_("Danh mục tại ngày"), audit.catalogue.as_of),
        (_("Mã băm SHA-256 của danh mục"), audit.catalogue.digest),
        (_("Thủ tục trong danh mục"), audit.catalogue.records),
        (_("Thủ tục đã đọc"), figures.read),
        (_("Dấu hiệu"), len(figures.signs)),
        *[(name, figures.by_severity[severity]) for name, severity in zip(severities, Severity, strict=True)],
        (_("Biểu dương"), len(figures.good_practices)),
        (_("Cơ quan"), len(figures.agencies)),
        (_("Nguồn đã kiểm tra"), len(figures.checked)),
        (_("Nguồn không kiểm tra được"), len(figures.unchecked)),
    ]
    row = 2
    for row, (name, value) in enumerate(facts, start=row):  # noqa: B020 - the next block starts below the last fact
        _cell(sheet, (row, 0), name, styles)
        _cell(sheet, (row, 1), value, styles)
    note = _("Mỗi dấu hiệu là kết quả đối chiếu tự động, chờ người có thẩm quyền xác minh để giữ hoặc bác.")
    _cell(sheet, (row + 2, 0), note, styles, styles.title)
    row = _block(
        sheet,
        row + 4,
        [_("Cơ quan"), _("Dấu hiệu"), *severities],
        [
            [agency.name, len(agency.signs), *agency.by_severity.values()]
            if agency.checked
            else [agency.name, _("không kiểm tra được")]
            for agency in figures.agencies
        ],
        styles,
    )
    _block(
        sheet,
        row + 1,
        [_("Quy tắc"), _("Mã quy tắc"), _("Dấu hiệu"), *severities, _("Đạt"), _("Không kết luận được")],
        [
            [rule_title(rule.slug, _), rule.slug, rule.signs, *rule.by_severity.values(), rule.passed, rule.skipped]
            for rule in figures.rules
        ],
        styles,
    )


def _block(sheet: Worksheet, row: int, headers: list[str], rows: list[list[Cell]], styles: _Styles) -> int:
    for column, header in enumerate(headers):
        _cell(sheet, (row, column), header, styles, styles.header)
    for offset, values in enumerate(rows, start=1):
        for column, value in enumerate(values):
            _cell(sheet, (row + offset, column), value, styles)
    return row + len(rows) + 1


def _table(sheet: Worksheet, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], styles: _Styles) -> None:
    for column, (header, width) in enumerate((column.header, column.width) for column in columns):
        sheet.set_column(column, column, width)
        _cell(sheet, (0, column), header, styles, styles.header)
    sheet.freeze_panes(1, 0)
    last = 0
    for last, values in enumerate(rows, start=1):
        for column, value in enumerate(values):
            _cell(sheet, (last, column), value, styles)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _finding_columns(_: Translate) -> list[Column]:
    return [
        Column(_("Số"), 8),
        Column(_("Cơ quan"), 24),
        Column(_("Mức"), 11),
        Column(_("Quy tắc"), 24),
        Column(_("Mã thủ tục công khai"), 18),
        Column(_("Mã quốc gia"), 14),
        Column(_("Thủ tục"), 40),
        Column(_("Nội dung"), 50),
        Column(_("Theo quy định"), 45),
        Column(_("Đang công khai"), 45),
        Column(_("Căn cứ pháp lý"), 40),
        Column(_("Hướng khắc phục"), 45),
        Column(_("Địa chỉ trang"), 40),
        Column(_("Thời điểm chụp (giờ Việt Nam)"), 17),
        Column(_("Vị trí trong bản chụp"), 24),
        Column(_("Mã băm SHA-256"), 30),
        Column(_("Mã quy tắc"), 24),
        Column(_("Phiên bản quy tắc"), 11),
        Column(_("Quyết định"), 40),
    ]


def _finding_row(item: AuditedFinding, language: str) -> list[Cell]:
    _ = translator(language)
    finding, evidence = item.finding, item.evidence
    return [
        item.id,
        item.agency,
        severity_label(finding.severity, _),
        rule_title(finding.rule, _),
        item.published_code,
        finding.code,
        item.procedure,
        sentence_text(finding.why, language),
        finding.expected,
        finding.found,
        "\n".join(finding.law),
        rule_remedy(finding.rule, _),
        Link(evidence.url),
        evidence.captured_at,
        evidence.place,
        evidence.capture,
        finding.rule,
        finding.rule_version,
        "\n".join(decision_text(decision, language) for decision in item.decisions) or None,
    ]


def _visit_columns(_: Translate) -> list[Column]:
    return [
        Column(_("Cơ quan"), 24),
        Column(_("Nguồn"), 16),
        Column(_("Mã thủ tục công khai"), 18),
        Column(_("Thủ tục"), 40),
        Column(_("Mức độ công bố"), 16),
        Column(_("Kết quả thử"), 24),
        Column(_("Diễn giải"), 60),
        Column(_("Số lần thử"), 10),
        Column(_("Lỗi thuộc về"), 20),
        Column(_("Số bước"), 10),
        Column(_("Tổng thời gian (ms)"), 12),
        Column(_("Yêu cầu đã chặn"), 12),
        Column(_("Thời điểm thử (giờ Việt Nam)"), 17),
        Column(_("Địa chỉ trang"), 40),
        Column(_("Ảnh cả hành trình"), 40),
    ]


def _visit_rows(audit: Audit, _: Translate) -> Iterable[list[Cell]]:
    owners = {"own": _("đơn vị"), "national": _("hệ thống quốc gia")}
    for item in audit.visits:
        visit = item.visit
        yield [
            item.agency,
            item.target,
            visit.code,
            visit.name,
            visit.service_level,
            outcome_label(visit.outcome, _),
            visit.why,
            len(visit.attempts),
            owners.get(visit.attributed_to or "", visit.attributed_to),
            len(visit.steps),
            sum(step.ms or 0 for step in visit.steps),
            len(visit.refused),
            visit_moment(visit),
            Link(visit.url) if visit.url else None,
            visit.evidence.contact_sheet,
        ]
    for each in audit.unvisited:
        yield [each.agency, each.target, None, None, None, _("không thử được"), each.fault.why]


def _standing_columns(_: Translate) -> list[Column]:
    return [
        Column(_("Cơ quan"), 24),
        Column(_("Nguồn"), 16),
        Column(_("Bộ chỉ số"), 40),
        Column(_("Vị trí"), 30),
        Column(_("Câu hỏi"), 50),
        Column(_("Lần thử xem"), 40),
        *(Column(light_label(light, _), 12) for light in Light),
        Column(_("Đối chiếu"), 30),
        Column(_("Đã đọc trong"), 50),
    ]


def _standing_rows(audit: Audit, _: Translate) -> Iterable[list[Cell]]:
    for target in tried(audit).targets:
        for standing in target.standings:
            one = standing.indicator
            levels = "; ".join(f"{light_label(light, _)}: {told}" for light, told in one.levels)
            yield [
                target.agency,
                target.target,
                one.measure.title,
                one.place,
                one.text,
                one.sees or levels or None,
                *(standing.counts[light] for light in Light),
                verified_label(one, _),
                one.measure.seen,
            ]


def _step_columns(_: Translate) -> list[Column]:
    return [
        Column(_("Nguồn"), 16),
        Column(_("Mã thủ tục công khai"), 18),
        Column(_("Thứ tự"), 8),
        Column(_("Bước"), 36),
        Column(_("Địa chỉ trang"), 50),
        Column("HTTP", 8),
        Column("ms", 10),
        Column(_("Mã băm SHA-256"), 30),
        Column(_("Ảnh chụp"), 40),
    ]


def _step_rows(audit: Audit) -> Iterable[list[Cell]]:
    for item in audit.visits:
        for number, step in enumerate(item.visit.steps, start=1):
            yield [
                item.target,
                item.visit.code,
                number,
                step.name,
                Link(step.url),
                step.status,
                step.ms,
                step.capture,
                step.screenshot,
            ]


def _applied_columns(_: Translate) -> list[Column]:
    return [
        Column(_("Mã quốc gia"), 14),
        Column(_("Quy tắc"), 28),
        Column(_("Đơn vị"), 28),
        Column(_("Giấy tờ"), 40),
        Column(_("Lý do"), 50),
        Column(_("Từ ngày"), 12),
        Column(_("Đến ngày"), 12),
        Column(_("Nguồn"), 22),
        Column(_("Số lần"), 10),
    ]


def _applied_rows(audit: Audit, _: Translate) -> Iterable[list[Cell]]:
    for item in audit.applied:
        difference = item.difference
        yield [
            difference.code,
            rule_title(difference.rule, _),
            difference.unit or _("mọi nơi"),
            difference.paper or _("cả thủ tục"),
            difference.reason,
            difference.since,
            difference.last or _("không thời hạn"),
            item.target,
            item.times,
        ]


def _recommended_columns(_: Translate) -> list[Column]:
    return [
        Column(_("Mã quốc gia"), 14),
        Column(_("Thủ tục"), 40),
        Column(_("Kiến nghị"), 30),
        Column(_("Trong danh mục"), 50),
        Column(_("Lý do"), 70),
    ]


def _recommended_rows(audit: Audit, language: str) -> Iterable[list[Cell]]:
    _ = translator(language)
    for each in audit.recommendations:
        yield [each.code, each.name, recommendation_title(each.kind, _), each.found, sentence_text(each.why, language)]


def _unchecked_columns(_: Translate) -> list[Column]:
    return [
        Column(_("Cơ quan"), 30),
        Column(_("Nguồn"), 22),
        Column(_("Loại"), 20),
        Column(_("Quy tắc"), 28),
        Column(_("Lý do"), 70),
        Column(_("Số lần"), 10),
        Column(_("Địa chỉ trang"), 50),
    ]


def _unchecked_rows(audit: Audit, _: Translate) -> Iterable[list[Cell]]:
    agencies = {source.target: source.agency for source in audit.sources}
    for source in overview(audit).unchecked:
        state = state_label(source.state, _)
        yield [source.agency, source.target, _("Nguồn không kiểm tra được"), None, state, None, Link(source.url)]
    for source in audit.sources:
        for fault in source.faults:
            yield [source.agency, source.target, _("Không đọc được"), None, _(fault.why), None, Link(fault.url)]
    for count in audit.counts:
        for reason, times in count.reasons:
            rule = rule_title(count.rule, _)
            yield [
                agencies.get(count.target),
                count.target,
                _("Không kết luận được"),
                rule,
                reason_label(reason, _),
                times,
                None,
            ]


def _cell(sheet: Worksheet, at: tuple[int, int], value: Cell, styles: _Styles, style: Format | None = None) -> None:
    """Write one value by its type; text never becomes a formula, and only web addresses become links."""
    match value:
        case None:
            sheet.write_blank(*at, None, style or styles.text)
        case int():
            sheet.write_number(*at, value, style or styles.number)
        case datetime():
            sheet.write_datetime(*at, value.astimezone(VIETNAM).replace(tzinfo=None), style or styles.moment)
        case date():
            sheet.write_datetime(*at, value, style or styles.day)
        case Link() if value.startswith(("http://", "https://")) and len(quote(value)) <= _LINK and at[0] <= _LINKS:
            sheet.write_url(*at, value, style or styles.link, string=_cut(value))
        case str():
            quoted = value.lstrip().startswith(("=", "+", "-", "@"))
            sheet.write_string(*at, _cut(value), style or (styles.quoted if quoted else styles.text))


def _cut(text: str) -> str:
    text = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))
    units = text.encode("utf-16-le")
    mark = " […]"
    return text if len(units) <= 2 * _CELL else units[: 2 * (_CELL - len(mark))].decode("utf-16-le", "ignore") + mark
