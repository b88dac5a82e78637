"""JSON lines, plain or gzip: every good line is read, every bad one is told, and no file of another kind is guessed at."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from audits.jsonl import MAX_LINE, BadLine, InputError, read_objects

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LINES = "".join(f'{{"code": "1.{number:06d}", "name": "Thủ tục số {number}"}}\n' for number in range(600)).encode()
PACKED = gzip.compress(LINES)


def write(folder: Path, body: bytes) -> Path:
    path = folder / "danh-mục.jsonl"
    path.write_bytes(body)
    return path


@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_every_line_is_read(packed: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = write(tmp_path, packed(LINES))
    seen: list[int] = []
    expected = list(enumerate(map(json.loads, LINES.splitlines())))
    assert list(read_objects(path, seen.append)) == expected
    assert seen == sorted(seen)
    assert 0 < seen[-1] <= path.stat().st_size


@pytest.mark.parametrize(
    ("body", "good", "bad"),
    [
        pytest.param(b"", [], [], id="empty file"),
        pytest.param(b"\n \r\n\t\n", [], [], id="blank lines"),
        pytest.param(b'{"a": 1}', [0], [], id="no last line break"),
        pytest.param(b'{"a": 1}\r\n\r\n{"a": 2}\r\n', [0, 2], [], id="CRLF"),
        pytest.param(b'\xef\xbb\xbf{"a": 1}\n{"a": 2}\n', [0, 1], [], id="BOM"),
        pytest.param(b'{"a": 1}\n{"a": \n{"a": 3}\n', [0, 2], [1], id="broken line"),
        pytest.param(b'{"a": 1}\n\xef\xbb\xbf{"a": 2}\n', [0], [1], id="BOM inside"),
        pytest.param(b'[1]\n"x"\nnull\n3\n{}\n', [4], [0, 1, 2, 3], id="no objects"),
        pytest.param(b'{"a": "\xff"}\n{"a": "\\ud800"}\n{"a": 1}\n', [2], [0, 1], id="not UTF-8"),
        pytest.param(b'{"a": NaN}\n{"a": 1,}\n{}', [2], [0, 1], id="not quite JSON"),
        pytest.param(b"[" * 100_000 + b'\n{"a": 1}\n', [1], [0], id="deep nesting"),
        pytest.param(b'{"a": "' + b"x" * MAX_LINE + b'"}\n{"a": 1}\n', [1], [0], id="line too long"),
        pytest.param(b'{"a": 1}\n{"a": "' + b"x" * (3 * MAX_LINE), [0], [1], id="last line too long"),
    ],
)
def test_bad_lines_are_told_and_the_others_read(body: bytes, good: list[int], bad: list[int], tmp_path: Path) -> None:
    items = list(read_objects(write(tmp_path, body)))
    assert [number for number, item in items if not isinstance(item, BadLine)] == good
    assert [number for number, item in items if isinstance(item, BadLine)] == bad
    assert all(item.why and "\n" not in item.why for _, item in items if isinstance(item, BadLine))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b"%PDF-1.7\n...", "PDF", id="PDF"),
        pytest.param(b"PK\x03\x04rest", "ZIP", id="ZIP"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1", "OLE", id="OLE"),
        pytest.param('{"a": 1}\n'.encode("utf-16"), "UTF-16", id="UTF-16"),
        pytest.param(b"\xfe\xff" + '{"a": 1}\n'.encode("utf-16-be"), "UTF-16", id="UTF-16 BE"),
        pytest.param(b"<!doctype html><html>", "HTML", id="HTML"),
        pytest.param(b"<HTML><body>503", "HTML", id="HTML in capitals"),
        pytest.param('{"a": "Đăng ký"}\n'.encode("cp1258", "replace"), "không dòng nào đọc được", id="old code page"),
        pytest.param(b"ma;ten\n1.000894;Dang ky ket hon\n", "không dòng nào đọc được", id="CSV"),
        pytest.param(PACKED[:-200], "bị cắt cụt hoặc hỏng", id="gzip cut"),
        pytest.param(PACKED[:-1], "bị cắt cụt hoặc hỏng", id="gzip without its last byte"),
        pytest.param(PACKED[:12] + b"\xff\x00\xff" + PACKED[15:], "bị cắt cụt hoặc hỏng", id="gzip damaged"),
        pytest.param(PACKED[:-6] + bytes(6), "bị cắt cụt hoặc hỏng", id="gzip with a wrong checksum"),
        pytest.param(PACKED + b"garbage", "bị cắt cụt hoặc hỏng", id="gzip with a tail"),
        pytest.param(b"\x1f\x8b", "bị cắt cụt hoặc hỏng", id="gzip of two bytes"),
    ],
)
def test_another_kind_or_damaged_file_is_one_line_that_names_it(body: bytes, words: str, tmp_path: Path) -> None:
    path = write(tmp_path, body)
    with pytest.raises(InputError) as caught:
        list(read_objects(path))
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize("name", ["không-có.jsonl", "."])
def test_a_file_that_cannot_be_opened_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"không đọc được .*kiểm tra đường dẫn"):
        list(read_objects(tmp_path / name))
