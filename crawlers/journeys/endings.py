"""How a way ends: with an outcome and a reason; and what stops it short of a login or form: no answer, a circle, a wall, an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.journeys.sight import error_words, is_blank, is_maintenance, is_waiting, other_procedure
from crawlers.journeys.traffic import CIRCLE
from crawlers.journeys.words import bare_address
from crawlers.manners import wall
from crawlers.service_visits import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawlers.journeys.service import Service
    from crawlers.journeys.sight import Sight
    from crawlers.journeys.traffic import Passed, Traffic

SAME_PAGE = 4  # times the same address is asked for within one step before it is a circle
_WALL_LENGTH = 3000  # characters of text; a wall says no more
_ERRORS = {
    "refused": "máy chủ từ chối kết nối",
    "unknown_host": "không tìm thấy tên máy chủ",
    "tls": "không thiết lập được kết nối an toàn",
    "lost": "kết nối bị ngắt giữa chừng",
    "timeout": "máy chủ không trả lời",
    "unreadable": "câu trả lời không đúng chuẩn HTTP",
    "too_large": "trang quá lớn",
}
_PAGES = frozenset({"", "text/html", "application/xhtml+xml", "text/plain"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class End(Exception):  # noqa: N818 - the end of the way, not a program error
    """The way is over; carries the outcome and the reason a person understands, and the address that decided it."""

    def __init__(self, outcome: Outcome, why: str, url: str = "") -> None:
        super().__init__(why)
        self.outcome, self.why, self.url = outcome, why, url


def clip(text: str) -> str:
    """Return so much of a text as a reason or a step's name shows of it."""
    text = " ".join(text.split())
    return text if len(text) <= 120 else text[:119] + "…"


def check_circle(since: Sequence[Passed]) -> None:
    """End the way where the same pages are asked for over and over, of the main pages that were asked for since the last step.

    Raises:
        End: they are.

    """
    addresses = [bare_address(one.url) for one in since if one.why is None]
    most = max((addresses.count(one) for one in set(addresses)), default=0)
    if most < SAME_PAGE and all(one.why != CIRCLE for one in since):
        return
    where = " ".join(addresses)
    if re.search(r"(?i)dang-?nhap|login|oauth|sso|xacthuc|vneid", where):
        raise End(Outcome.LOGIN_LOOP, "Trang đăng nhập chuyển hướng vòng quanh, không bao giờ hiện ra.", since[-1].url)
    raise End(Outcome.BROKEN, "Trang chuyển hướng vòng quanh, không bao giờ hiện ra.", since[-1].url)


def check_answer(traffic: Traffic, asked: int) -> None:
    """End the way where the page itself was not had; of the main pages asked for, the first `asked` were before.

    Raises:
        End: it was refused by the gate, or not answered.

    """
    since = traffic.documents[asked:]
    # A refused address leaves the page before it standing: that one is looked at, whatever it tried.
    stands = [one for one in since if one.why is None and one.error is None and one.status not in _REDIRECTS]
    last = stands[-1] if stands else since[-1] if since else None
    if last is None:
        return
    host = urlsplit(last.url).netloc
    if last.why is not None:
        if last.method == "GET" and not traffic.gate.lets(host.lower()):
            why = f"Không kiểm tra tiếp được: được chuyển sang {host}, máy chủ không có trong “handover” của mục tiêu."
            raise End(Outcome.BLOCKED, why, last.url)
        raise End(
            Outcome.BLOCKED,
            f"Không kiểm tra tiếp được: bước tiếp cần {last.method} {clip(last.url)}, bị chặn vì {last.why}.",
            last.url,
        )
    seen = any(one.status is not None and one.error is None for one in traffic.documents)
    if last.error == "unreadable" or (last.error is not None and not seen):
        # Nothing of the portal was seen yet: it may as well be our own connection.
        raise End(
            Outcome.BLOCKED,
            f"Không kiểm tra được: không kết nối được tới {host} ({_ERRORS.get(last.error, last.error)}).",
            last.url,
        )
    if last.error == "timeout":
        raise End(Outcome.TIMEOUT, f"Máy chủ {host} không trả lời: {clip(last.url)}.", last.url)
    if last.error == "too_large":
        raise End(Outcome.BLOCKED, f"Không kiểm tra được: trang {clip(last.url)} quá lớn nên không tải.", last.url)
    if last.error is not None:
        raise End(
            Outcome.BROKEN,
            f"Không mở được {clip(last.url)}: {_ERRORS.get(last.error, last.error)}.",
            last.url,
        )


def check_page(sight: Sight, traffic: Traffic, asked: int, patience: float, console: Sequence[str]) -> None:
    """End the way at a page that is none: `asked` as in `excuse`, `patience` (seconds) is how long it was waited for.

    Raises:
        End: it is a wall, a notice, an error, an endless wait or empty, or no web page at all.

    """
    last = traffic.documents[-1] if traffic.documents else None
    if last is not None and last.why is None and last.media_type not in _PAGES:
        raise End(
            Outcome.BLOCKED,
            f"Không kiểm tra được: {clip(sight.url)} không phải trang web ({last.media_type}).",
            sight.url,
        )
    if (name := wall_name(sight, traffic, sight.text)) is not None:
        raise End(Outcome.BLOCKED, f"Không kiểm tra được vì bị chặn: {name}; không phải lỗi của cơ quan.", sight.url)
    if is_maintenance(sight):
        raise End(
            Outcome.MAINTENANCE, f"{urlsplit(sight.url).netloc} báo đang bảo trì: “{clip(sight.text)}”.", sight.url
        )
    if sight.failed:
        raise End(Outcome.BROKEN, f"Trang {clip(sight.url)} trả lỗi HTTP {sight.status}.", sight.url)
    if (words := error_words(sight)) is not None:
        raise End(Outcome.BROKEN, f"Trang {clip(sight.url)} báo lỗi: “{words}”.", sight.url)
    if is_waiting(sight):
        excuse(sight, traffic, asked)
        raise End(
            Outcome.TIMEOUT,
            f"Trang {clip(sight.url)} chỉ hiện biểu tượng đang tải sau {patience:g} giây.",
            sight.url,
        )
    if is_blank(sight):
        excuse(sight, traffic, asked)
        errors = next((line for line in console if line.startswith("pageerror")), None)
        because = f" (lỗi kịch bản: {clip(errors.removeprefix('pageerror: '))})" if errors else ""
        raise End(Outcome.BROKEN, f"Trang {clip(sight.url)} trắng, không có nội dung{because}.", sight.url)


def check_procedure(sight: Sight, service: Service, what: str) -> None:
    """End the way at a page of another procedure; `what` names the page.

    Raises:
        End: it is of another.

    """
    if (other := other_procedure(sight, service.code, service.name)) is not None:
        raise End(Outcome.BROKEN, f"{what} mở nhầm thủ tục khác ({other}).", sight.url)


def excuse(sight: Sight, traffic: Traffic, asked: int) -> None:
    """Excuse a page's failure that may be of our making; of the main pages asked for, the first `asked` were before it.

    Raises:
        End: the gate kept from the page what it needed.

    """
    refused = [f"{one.method} {one.url}" for one in traffic.documents[asked:] if one.why is not None]
    if traffic.lost or refused:
        raise End(
            Outcome.BLOCKED,
            f"Không kiểm tra được: trang cần {clip((*refused, *traffic.lost)[0])} mà cuộc kiểm tra không được phép gửi; bổ sung “handover” hoặc khai báo địa chỉ chỉ để đọc.",
            sight.url,
        )


def wall_name(sight: Sight, traffic: Traffic, body: str) -> str | None:
    """Return the name of the wall that stands where a page should be, by its title and `body` (its text or HTML); None: there is none."""
    if sight.length > _WALL_LENGTH:
        return None  # a wall says little; a page that says much may have a captcha of its own
    last = traffic.documents[-1] if traffic.documents else None
    return wall(200 if last is None else last.status or 200, f"<title>{sight.title}{body}".encode())
