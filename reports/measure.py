"""Telling how right the judging was: the tables of `soat measure`, and the file of its mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from audits.rules import rules
from reports.atomic import replacing
from reports.labels import rule_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from audits.measure import Measurement, Score, Share


def tables(
    result: Measurement, _: Callable[[str], str]
) -> Iterator[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    """Yield (title, column titles, rows) of every table that has something to tell; `_` translates."""
    rates = (_("Đúng"), _("Báo sai"), _("Bỏ sót"), _("Độ chính xác"), _("Độ phủ"), "F1")
    yield (
        _(
            "{records} bản ghi được đo, {clean} bản ghi không có lỗi, {false} dấu hiệu sai trên chúng ({rate} trên 1.000)"
        ).format(
            records=result.records,
            clean=result.clean,
            false=result.false_on_clean,
            rate=_rate(result.false_per_thousand),
        ),
        (_("Dấu hiệu"), *rates),
        [(_title(slug, _), *_scores(score)) for slug, score in sorted(result.rules.items())],
    )
    yield (
        _("Khớp thủ tục"),
        (_("Bản ghi"), _("Đúng"), _("Tổng số"), _("Tỷ lệ")),
        [
            (name, *_shares(result.matching[key]))
            for key, name in (
                ("with_code", _("có mã đọc được")),
                ("with_another_code", _("mang mã của thủ tục khác")),
                ("without_code", _("không có mã đọc được")),
            )
            if key in result.matching
        ],
    )
    if result.right_component.total:
        yield _("Khớp giấy tờ"), ("", *rates), [(_("giấy tờ"), *_scores(result.alignment))]
        yield (
            _("Giấy tờ quốc gia nêu đầu tiên là đúng"),
            (_("Đúng"), _("Tổng số"), _("Tỷ lệ")),
            [_shares(result.right_component)],
        )
    if result.called_extra:
        yield (
            _("Dòng bị gọi nhầm là giấy tờ ngoài quy định"),
            (_("Loại dòng"), _("Số lượng")),
            [(kind, str(count)) for kind, count in sorted(result.called_extra.items())],
        )
    if result.verdicts:
        yield (
            _("Kết luận về thời hạn và mức thu"),
            (_("Nội dung"), _("Đáp án"), _("Kết luận"), _("Số lượng")),
            [
                (name, expected, found, str(count))
                for name, counts in sorted(result.verdicts.items())
                for (expected, found), count in sorted(counts.items())
            ],
        )


def write_errors(result: Measurement, path: Path) -> None:
    """Write every mistake as one JSON object a line.

    Raises:
        WriteError: the file cannot be written.

    """
    with replacing(path) as temporary, temporary.open("xb") as file:
        for error in result.errors:
            file.write(orjson.dumps(error, option=orjson.OPT_APPEND_NEWLINE))


def _title(slug: str, _: Callable[[str], str]) -> str:
    return rule_title(slug, _) if slug in rules() else slug


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _scores(score: Score) -> tuple[str, ...]:
    return (
        str(score.hits),
        str(score.false),
        str(score.missed),
        _rate(score.precision),
        _rate(score.recall),
        _rate(score.f1),
    )


def _shares(share: Share) -> tuple[str, ...]:
    return str(share.right), str(share.total), _rate(share.value)
