from __future__ import annotations

import io
from typing import TYPE_CHECKING

import docx
import pytest
from PIL import Image

from crawlers.journeys.forms import judge
from crawlers.journeys.wire import Answer
from crawlers.service_visits import FileState
from tests.crawlers.lists.build import build

if TYPE_CHECKING:
    from pathlib import Path


def word(text: str) -> bytes:
    document, out = docx.Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(out)
    return out.getvalue()


PDF = b"%PDF-1.4\n" + b"x" * 50 + b"\nstartxref\n9\n%%EOF\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096


@pytest.mark.parametrize(
    ("file", "body", "state"),
    [
        ("m.docx", word("Tờ khai"), FileState.OK),
        ("m.doc", OLE, FileState.OK),
        ("m.pdf", PDF, FileState.OK),
        ("m.doc", word("Tờ khai"), FileState.OK),
        ("tai?ten=m.docx", word("Tờ khai"), FileState.OK),
        ("m.docx", b"", FileState.EMPTY),
        ("m.docx", b"\r\n ", FileState.EMPTY),
        ("m.docx", b"\xef\xbb\xbf <!DOCTYPE html><p>404</p>", FileState.WRONG_TYPE),
        ("m.doc", b"<html><body>Word HTML</body></html>", FileState.WRONG_TYPE),
        ("m.pdf", word("Tờ khai"), FileState.WRONG_TYPE),
        ("m.docx", PDF, FileState.WRONG_TYPE),
        ("m.pdf", PDF[:40], FileState.WRONG_TYPE),
        ("m.docx", word("Tờ khai")[:600], FileState.WRONG_TYPE),
        ("m.docx", word("Mẫu số 09. Đơn khác"), FileState.WRONG_FORM),
        ("m.docx", word("Mẫu số 01/ĐK. Tờ khai"), FileState.OK),
        ("m.docx", word("Mẫu 1"), FileState.OK),
    ],
)
def test_a_form_is_what_its_bytes_are(file: str, body: bytes, state: FileState) -> None:
    told = judge("Tờ khai theo Mẫu số 01", f"http://127.0.0.1/{file}", Answer(200, (), body))
    assert told.state is state
    assert (told.why is None) == (state is FileState.OK and body not in {OLE, PDF})


NINE, ONE = [["Mẫu số 09"], ["ĐƠN ĐỀ NGHỊ KHÁC"]], [["Mẫu số 01/TT"], ["TỜ KHAI"]]


@pytest.mark.parametrize("kind", ["docx", "doc", "odt", "pdf", "xlsx", "xls"])
@pytest.mark.parametrize(
    ("rows", "state"),
    [
        (NINE, FileState.WRONG_FORM),
        (ONE, FileState.OK),
        (NINE + ONE, FileState.OK),  # a file of several forms
        ([["TỜ KHAI"]], FileState.OK),
        ([["TỜ KHAI THEO MẪU SỐ 01"], ["xem Mẫu số 09"]], FileState.OK),
    ],
)
def test_another_form_is_known_by_its_number_in_every_kind_of_file(
    kind: str, rows: list[list[str]], state: FileState, tmp_path: Path
) -> None:
    body = build(kind, tmp_path, rows).read_bytes()
    told = judge("Tờ khai theo Mẫu số 01", f"http://127.0.0.1/m.{kind}", Answer(200, (), body))
    assert told.state is state
    assert (told.why is None) == (state is FileState.OK)


def test_a_scan_is_not_taken_for_another_form() -> None:
    out = io.BytesIO()
    Image.new("RGB", (800, 1100), "white").save(out, "PDF")
    told = judge("Tờ khai theo Mẫu số 01", "http://127.0.0.1/m.pdf", Answer(200, (), out.getvalue()))
    assert told.state is FileState.OK
    assert "chưa so với tên biểu mẫu" in (told.why or "")


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Answer(404, (), b"x"), FileState.DEAD),
        (Answer(None, error="refused", why="máy chủ từ chối kết nối"), FileState.DEAD),
        (Answer(None, error="timeout", why="chậm"), FileState.TIMEOUT),
        (Answer(200, error="too_large", why="lớn"), FileState.TOO_LARGE),
        (Answer(None, error="guard", why="máy chủ khác"), None),
    ],
)
def test_a_form_that_was_not_had(answer: Answer, state: FileState | None) -> None:
    told = judge("Tờ khai", "http://127.0.0.1/m.docx", answer)
    assert told.state is state
    assert told.why
