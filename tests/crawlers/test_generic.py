"""A plain site walked over HTTP: everything of procedures is found, once, and nothing else is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from crawlers.records import SourceState
from tests.crawlers.portal import Answer, Asked, page, portal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crawlers.records import SourceReport

MENU = (
    '<nav><a href="/">Trang chủ</a><a href="/tthc">Thủ tục hành chính</a><a href="/dang-nhap?ve=/tthc">Đăng nhập</a>'
    '<a href="/tthc/dang-xuat">Đăng xuất</a><a href="/tthc/lich?month=1">Lịch tiếp dân</a><a href="/tim-kiem?q=tthc">Tìm TTHC</a>'
    '<a href="/tthc?print=1">Bản in</a><a href="/nop-ho-so/tthc">Nộp hồ sơ</a><a href="mailto:ubnd@x.example">TTHC</a></nav>'
)
TABLE = (
    "<table><tr><th>STT</th><th>Mã TTHC</th><th>Tên thủ tục hành chính</th><th>Thời hạn giải quyết</th></tr>"
    "<tr><td>1</td><td>1.00119{0}</td><td>Thủ tục {0}</td><td>0{0} ngày</td></tr></table>"
)


def html(title: str, body: str) -> Answer:
    text = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{MENU}<main><h1>{title}</h1>{body}</main></body></html>"
    return Answer(200, text.encode())


def commune(**more: Answer) -> Callable[[Asked], Answer]:
    """A site of two tables, one procedure's page, news, and a chain of pages that never ends."""
    pages = {
        "/": html("UBND xã", '<a href="/tin/1">Họp dân</a><a href="http://127.0.0.2:9/tthc">Cổng DVC: thủ tục</a>'),
        "/tthc": html("Thủ tục hành chính", '<a href="/tthc/a">Hộ tịch</a><a href="/tthc/b">Chứng thực</a><a href="/bai/c">Đất đai</a><a href="/tthc?page=2">2</a><a href="/tthc/sau/1">Xem tiếp</a><a href="/anh.png">Sơ đồ thủ tục</a><a href="/mat.pdf">Danh mục TTHC</a>'),
        "/tthc?page=2": html("Thủ tục hành chính", '<a href="/tthc?page=1">1</a><a href="/tthc/a#dau">Hộ tịch</a>'),
        "/tthc?page=1": html("Thủ tục hành chính", '<a href="/tthc?page=2">2</a>'),
        "/tthc/a": html("Hộ tịch", TABLE.format(1)),
        "/tthc/b": html("Chứng thực", TABLE.format(2)),
        "/bai/c": Answer(200, page("generic/bold_labels.html")),
        "/anh.png": Answer(200, b"\x89PNG\r\n\x1a\n", (("Content-Type", "image/png"),)),
        "/mat.pdf": Answer(200, page("wall_rejected.html").replace(b"Request Rejected", b"Not here").replace(b"rejected", b"lost")),
        "/thu-tuc/2.html": html("Tin khác", "<p>Thủ tục này sẽ được cập nhật.</p>"),
        "/robots.txt": Answer(404),
        **more,
    }  # fmt: skip

    def respond(asked: Asked) -> Answer:
        if asked.path.startswith("/tthc/sau/"):
            number = int(asked.path.rpartition("/")[2])
            return html("Thủ tục hành chính", f'<a href="/tthc/sau/{number + 1}">Xem tiếp thủ tục</a>')
        return pages.get(asked.path, Answer(404, b"<html>khong co trang</html>"))

    return respond


def test_a_site_is_walked_for_procedures_and_nothing_else(tmp_path: Path, run: Callable[..., SourceReport]) -> None:
    with portal(commune()) as site:
        report = run("generic", site.url)
        asked = set(site.paths()) - {"/robots.txt"}
    rows = [json.loads(line) for line in (tmp_path / "published.jsonl").read_text().splitlines()]
    assert sorted(row["code"] for row in rows) == ["1.001191", "1.001192", "2.000884"]
    assert {row["source"]["url"].partition(site.host)[2] for row in rows} == {"/tthc/a", "/tthc/b", "/bai/c"}
    (fault,) = report.faults
    assert "địa chỉ của văn bản nhưng nội dung là trang HTML" in fault.why
    assert report.state is SourceState.PARTIAL
    asked = {path for path in asked if not path.endswith("/khong-ton-tai")}  # the address that cannot exist
    followed = {path for path in asked if not path.startswith("/tthc/sau/")}
    known = {
        "/",
        "/thu-tuc/2.html",
        "/tthc",
        "/tthc?page=1",
        "/tthc?page=2",
        "/tthc/a",
        "/tthc/b",
        "/bai/c",
        "/anh.png",
        "/mat.pdf",
    }
    assert followed == known
    assert len(asked - followed) <= 4, "a chain of pages is followed to a depth, not to its end"


@pytest.mark.parametrize(
    ("answers", "state", "said"),
    [
        ({"/": html("UBND xã", "<p>Trang đang xây dựng</p>").body.replace(MENU.encode(), b"")}, SourceState.CHANGED, "không có thủ tục, văn bản hay liên kết nào"),
        ({"/": page("wall_f5.html")}, SourceState.BLOCKED, "F5"),
        ({"/": b"\x89PNG"}, SourceState.CHANGED, "không phải trang HTML"),
    ],
)  # fmt: skip
def test_a_site_without_procedures_says_so(
    run: Callable[..., SourceReport], answers: dict[str, bytes], state: SourceState, said: str
) -> None:
    with portal(commune(**{path: Answer(200, body) for path, body in answers.items()})) as site:
        report = run("generic", site.url)
    assert report.state is state
    assert said in report.faults[0].why
