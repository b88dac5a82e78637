"""What a person would say of the page before them: a login, a form, a notice of maintenance, an error, nothing at all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from crawlers.journeys.families import LAST
from crawlers.journeys.words import code_of, folded
from crawlers.service_visits import Upload

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOOK = (Path(__file__).with_name("look.js")).read_text(encoding="utf-8")
TEXT_LIMIT = 40_000  # characters of a page that are looked at
SHORT = (
    1500  # characters; a notice or an error stands on a page of its own, with a header and a footer around it at most
)
_NOTHING = 12
_FAILED = 400  # the first HTTP status that tells of a failure


@dataclass(frozen=True, slots=True)
class Entry:
    """A field to fill in: its kind (HTML's word), its label, whether it must be filled in (None: not said), whether a dialog covers it."""

    kind: str
    label: str
    required: bool | None
    covered: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """A link or button that can be seen."""

    name: str
    href: str | None
    button: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """One page as it is seen now; `length` counts all its visible text, `text` is its beginning, `html` the page's own DOM.

    `lines` is that beginning again as it is broken on the page, so that what only stands above a sentence is no part of it.
    `results` are the links that were asked for: (the text of the row it stands in, its own text, where it leads). `moves`: there is
    something in it that may still change it; `parsing`: a part of it is not there yet. `height` in CSS pixels.
    """

    url: str
    title: str = ""
    text: str = ""
    lines: tuple[str, ...] = ()
    length: int = 0
    headings: tuple[str, ...] = ()
    fields: tuple[Entry, ...] = ()
    controls: tuple[Control, ...] = ()
    busy: bool = False
    dialog: bool = False
    stub: bool = False
    drawn: int = 0
    status: int | None = None
    moves: bool = True
    parsing: bool = False
    height: int = 0
    results: tuple[tuple[str, str, str], ...] | None = field(default=None, repr=False, compare=False)
    html: str = field(default="", repr=False, compare=False)

    @property
    def failed(self) -> bool:
        """Whether its HTTP status tells of a failure."""
        return self.status is not None and self.status >= _FAILED

    @classmethod
    def from_page(cls, data: Mapping[str, Any], status: int | None) -> Self:
        """Read what look.js returned."""
        return cls(
            url=data["url"],
            title=data["title"],
            text=data["text"],
            lines=tuple(data["lines"]),
            length=data["length"],
            headings=tuple(data["headings"]),
            fields=tuple(Entry(**one) for one in data["fields"]),
            controls=tuple(Control(**one) for one in data["controls"]),
            busy=data["busy"],
            dialog=data["dialog"],
            stub=data["stub"],
            drawn=data["drawn"],
            status=status,
            moves=data["moves"],
            parsing=data["parsing"],
            height=data["height"],
            results=None
            if data["results"] is None
            else tuple((around, text, href) for around, text, href in data["results"]),
            html=data["html"],
        )


_MAINTENANCE = re.compile(
    r"(hệ thống|dịch vụ|cổng|trang|website)[^.!?]{0,60}(đang|tạm|sẽ)[^.!?]{0,30}(bảo trì|nâng cấp|tạm dừng|tạm ngừng|gián đoạn)"
    r"|(đang|thông báo)\s+(bảo trì|nâng cấp)|bảo trì (hệ thống|định kỳ)|under maintenance|scheduled maintenance",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"(?i)(không tìm thấy|không tồn tại)[^.]{0,20}(trang|đường dẫn|địa chỉ)|(trang|đường dẫn)[^.]{0,30}(không tìm thấy|không tồn tại)"
    r"|page not found|http status \d{3}|internal server error|\b(404|500|502|503)\b[^.]{0,30}(error|lỗi|not found|bad gateway|unavailable)"
    r"|(đã|có) (xảy ra|phát sinh) lỗi|lỗi hệ thống|server error in|whitelabel error page|stack trace|nullreference|"
    r"dịch vụ không khả dụng|không thể kết nối|error occurred"
)
_LOGIN_PATH = re.compile(r"(?i)dang-?nhap|log-?in|sign-?in|/oauth2?/|/auth/realms/|/sso\b|/cas/|xacthuc")
_LOGIN_WORDS = re.compile(r"(?i)đăng nhập|vneid|định danh điện tử|tài khoản|login|sign in")
_LOGIN_CONTROL = re.compile(r"(?i)^\W*(đăng nhập|login|sign in)|vneid|định danh điện tử")
_SENTENCE = re.compile(r"[^.!?\n;]+")
_ORDERS = re.compile(
    r"(?i)\b(nộp|gửi|mang|chuyển|bổ sung|cung cấp|xuất trình)\b[^.;]{0,120}\b(bản chính|bản gốc|bản giấy|hồ sơ giấy|hồ sơ bằng giấy|giấy tờ gốc)"
    r"|\b(bản chính|bản gốc|bản giấy|hồ sơ giấy|hồ sơ bằng giấy)\b[^.;]{0,120}\b(nộp|gửi|mang|chuyển)\b"
)
_WHERE = re.compile(
    r"(?i)trực tiếp|bưu chính|bưu điện|bộ phận (một|1) cửa|trung tâm (phục vụ )?hành chính|đến (cơ quan|sở|ubnd|trụ sở)|tại (cơ quan|sở|ubnd|trụ sở)"
)
_ONLINE = re.compile(r"(?i)trực tuyến|qua mạng|trên cổng|điện tử")
_AFTER = re.compile(r"(?i)(sau khi|đã) (nộp|gửi|đăng ký)[^.;]{0,40}(trực tuyến|qua mạng)")
_NOT = re.compile(
    r"(?i)\b(không|chưa)\s+(phải|cần|yêu cầu|bắt buộc|đòi|nhất thiết)|\bthay (vì|cho)\b|\bhoặc\b|nếu (có|không|muốn|chọn)|trường hợp (nộp|không)"
)
_LAST = re.compile(LAST, re.IGNORECASE)
_CODE = re.compile(r"\b\d\.\d{6}\b")


def looks_same(one: Sight, other: Sight) -> bool:
    """Say whether two looks show the same: address, text, and whether a dialog is open."""
    return (one.url, one.text, one.dialog) == (other.url, other.text, other.dialog)


def is_login(sight: Sight) -> bool:
    """Say whether this is a page to log in on: not one that only has a link to it at its top."""
    if any(one.kind == "password" for one in sight.fields):
        return True
    parts = urlsplit(sight.url)
    named = _LOGIN_PATH.search(f"{parts.netloc}{parts.path}") is not None
    asks = any(_LOGIN_CONTROL.search(one.name) for one in sight.controls)
    titled = any(_LOGIN_WORDS.search(text) for text in (sight.title, *sight.headings))
    return (named and (asks or titled)) or (titled and asks and sight.length < SHORT)


def asks_login(sight: Sight) -> bool:
    """Say whether the page tells that one must log in first."""
    return (
        re.search(r"(?i)(vui lòng|cần|phải|yêu cầu|hãy|bạn chưa)\s+(bạn\s+)?(phải\s+)?đăng nhập", sight.text)
        is not None
    )


def is_maintenance(sight: Sight) -> bool:
    """Say whether this is a notice that the service is being worked on; a banner on a page that works is none."""
    if sight.length > SHORT or len(sight.fields) > 1:
        return False
    return _MAINTENANCE.search(f"{sight.title} {sight.text}") is not None


def error_words(sight: Sight) -> str | None:
    """Return the words by which a page says that it is an error, whatever its status; None: it does not."""
    if sight.length > SHORT or len(sight.fields) > 1:
        return None
    found = _ERROR.search(f"{sight.title}. {sight.text}")
    return None if found is None else str(found[0])[:120]


def is_blank(sight: Sight) -> bool:
    """Say whether there is nothing to see."""
    return sight.length < _NOTHING and not sight.fields and not sight.drawn and not sight.dialog


def is_waiting(sight: Sight) -> bool:
    """Say whether the page only shows that it is still loading."""
    told = re.search(r"(?i)đang (tải|xử lý)|vui lòng (chờ|đợi)|loading|please wait", sight.text)
    return not sight.fields and ((sight.busy and sight.length < SHORT) or (told is not None and sight.length < 200))


def is_form(sight: Sight) -> bool:
    """Say whether this is an e-form: papers to attach, or data to fill in beyond the choice of a case."""
    if any(one.kind == "password" for one in sight.fields):
        return False
    filled = [one for one in sight.fields if one.kind not in {"radio", "checkbox", "select"}]
    return any(one.kind == "file" for one in filled) or len(filled) >= 2


def uploads(sight: Sight) -> tuple[Upload, ...]:
    """Return the papers that this page asks to attach."""
    found = {}
    for one in sight.fields:
        name = re.sub(r"\s*(\(\s*)?\*(\s*\))?\s*|\s*\((bắt buộc|không bắt buộc)\)", " ", one.label).strip(" :-")
        if one.kind == "file" and name and name not in found:
            optional = re.search(r"(?i)không bắt buộc|nếu có", one.label)
            found[name] = Upload(name, False if optional else one.required)
    return tuple(found.values())


def paper_words(sight: Sight, *, strict: bool = False) -> str | None:
    """Return the sentence that orders paper to be handed in for a dossier filed online, or None.

    A sentence that offers a choice, names a case, or says that paper is not needed is none. On a procedure's page, which also tells
    of the other ways to file, `strict` wants the sentence itself to speak of what was filed online.
    """
    sentences = [one[0].strip() for one in _SENTENCE.finditer(_running(sight.lines))]
    for index, sentence in enumerate(sentences):
        around = " ".join(sentences[max(0, index - 1) : index + 1])
        if strict and not _AFTER.search(sentence):
            continue
        if (
            _ORDERS.search(sentence)
            and _WHERE.search(sentence)
            and _ONLINE.search(around)
            and not _NOT.search(sentence)
        ):
            return sentence[:300]
    return None


def _running(lines: Sequence[str]) -> str:
    """Return lines as text with a break only where a sentence may begin: one that goes on in small letters was merely wrapped."""
    return "".join(f"{' ' if line[:1].islower() else chr(10)}{line}" for line in lines)


def other_procedure(sight: Sight, code: str | None, name: str | None) -> str | None:
    """Return what another procedure this page is of, or None: only where it names another code, and neither our code nor our name."""
    wanted = code_of(code)
    found = set(_CODE.findall(f"{' '.join(sight.headings)} {sight.text}"))
    if wanted is None or not found or wanted in found:
        return None
    if name and folded(name) in folded(f"{' '.join(sight.headings)} {sight.text}"):
        return None
    return ", ".join(sorted(found)[:3])


def never_clicked(name: str) -> bool:
    """Say whether a button's name means send, pay, confirm a filing or delete."""
    return _LAST.search(name) is not None
