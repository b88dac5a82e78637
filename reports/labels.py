"""The words for what an audit holds, for every format alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audits.indicators import Light
from audits.procedure import Severity
from audits.recommendations import KINDS
from audits.rules import rules
from crawlers.records import SourceState
from crawlers.service_visits import FileState, Outcome
from reports.translation import VIETNAM, date_text, translator

if TYPE_CHECKING:
    from collections.abc import Callable

    from audits.audit import Decision
    from audits.indicators import Indicator


def rule_title(slug: str, _: Callable[[str], str]) -> str:
    """Return the rule's title; its id when a stored audit knows a rule that no longer exists."""
    rule = rules().get(slug)
    return slug if rule is None else _(rule.title)


def rule_remedy(slug: str, _: Callable[[str], str]) -> str:
    """Return what an inspector would suggest; empty when a stored audit knows a rule that no longer exists."""
    rule = rules().get(slug)
    return "" if rule is None else _(rule.remedy)


def recommendation_title(kind: str, _: Callable[[str], str]) -> str:
    """Return what is wrong in the catalogue, by the kind of a recommendation."""
    return _(KINDS[kind].template)


def reason_label(template: str, _: Callable[[str], str]) -> str:
    """Return why something could not be judged; reasons are counted by template, so its gaps are shown as "…"."""
    return re.sub(r"\{\w+\}", "…", _(template))


def decision_text(decision: Decision, language: str) -> str:
    """Return what was decided, when, by which office and why, in one sentence."""
    _ = translator(language)
    said = _("Đã bác ngày {day}") if decision.office is None else _("{office} bác ngày {day}")
    text = said.format(office=decision.office, day=date_text(decision.decided_at.astimezone(VIETNAM), language))
    made = "" if decision.lawful is None else _("; từ đó là khác biệt hợp pháp số {id}").format(id=decision.lawful)
    return f"{text}: {decision.reason}{made}"


def severity_label(severity: Severity | None, _: Callable[[str], str]) -> str:
    """Return how grave a sign is; None is good practice."""
    return {
        Severity.HIGH: _("cao"),
        Severity.MEDIUM: _("trung bình"),
        Severity.LOW: _("thấp"),
        None: _("biểu dương"),
    }[severity]


def outcome_label(outcome: Outcome, _: Callable[[str], str]) -> str:
    """Return how a visit to an e-service ended, in words that blame nobody for what could not be looked at."""
    return {
        Outcome.REACHED_FORM: _("tới được biểu mẫu điện tử"),
        Outcome.REACHED_LOGIN: _("tới được trang đăng nhập"),
        Outcome.NOT_ONLINE: _("không cung cấp trực tuyến"),
        Outcome.MAINTENANCE: _("đang bảo trì"),
        Outcome.BLOCKED: _("không kiểm tra được"),
        Outcome.PAPER_DEMANDED: _("vẫn đòi hồ sơ giấy"),
        Outcome.TIMEOUT: _("không phản hồi"),
        Outcome.LOGIN_LOOP: _("đăng nhập vòng quanh"),
        Outcome.NO_WAY_IN: _("không có nút nộp"),
        Outcome.BROKEN: _("không hoạt động"),
    }[outcome]


def light_label(light: Light, _: Callable[[str], str]) -> str:
    """Return how a service stands to a question of a public measure."""
    return {
        Light.MET: _("đạt"),
        Light.PARTLY: _("đạt một phần"),
        Light.FAILED: _("chưa đạt"),
        Light.UNSEEN: _("không xem được"),
    }[light]


def verified_label(indicator: Indicator, _: Callable[[str], str]) -> str:
    """Return how far an indicator was held against the measure it is of."""
    return {
        "wording": _("nguyên văn theo bản đã đọc"),
        "subject": _("bộ chỉ số có hỏi điều này, lời văn của công cụ"),
        None: _("chưa đối chiếu, lời văn của công cụ"),
    }[indicator.verified]


def file_label(state: FileState | None, _: Callable[[str], str]) -> str:
    """Return what a form file turned out to be; None: it could not be looked at."""
    return {
        FileState.OK: _("mở được"),
        FileState.DEAD: _("liên kết chết"),
        FileState.EMPTY: _("tệp rỗng"),
        FileState.WRONG_TYPE: _("không đúng loại tệp"),
        FileState.WRONG_FORM: _("có vẻ là biểu mẫu khác"),
        FileState.TOO_LARGE: _("quá lớn, không tải"),
        FileState.TIMEOUT: _("quá thời gian chờ"),
        None: _("chưa xem được"),
    }[state]


def state_label(state: SourceState, _: Callable[[str], str]) -> str:
    """Return how far a source could be looked at, in words that blame nobody."""
    return {
        SourceState.OK: _("đã kiểm tra"),
        SourceState.PARTIAL: _("kiểm tra được một phần"),
        SourceState.SUSPECT: _("số thủ tục đọc được khác thường nên không kết luận"),
        SourceState.CHANGED: _("trang đã đổi cấu trúc, công cụ chưa đọc được"),
        SourceState.BLOCKED: _("trang chặn truy cập tự động"),
        SourceState.UNREACHABLE: _("không kết nối được"),
        SourceState.OUTSIDE_WINDOW: _("ngoài khung giờ được phép truy cập"),
        SourceState.INTERRUPTED: _("việc kiểm tra bị ngắt giữa chừng"),
    }[state]
