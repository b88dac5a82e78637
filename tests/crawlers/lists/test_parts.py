from __future__ import annotations

import pytest

from crawlers.lists.parts import channels_of, methods_of, split_items, split_legal_bases
from crawlers.records import PublishedMethod


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("", []),
        ("Tờ khai", ["Tờ khai"]),
        ("- Tờ khai;\n- Bản sao CCCD.", ["Tờ khai;", "Bản sao CCCD."]),
        ("a) Tờ khai\nb) Bản sao", ["Tờ khai", "Bản sao"]),
        ("1. Tờ khai\n2) Bản sao\n• Ảnh", ["Tờ khai", "Bản sao", "Ảnh"]),
        ("Tờ khai đăng ký\ntheo mẫu\nBản sao", ["Tờ khai đăng ký theo mẫu", "Bản sao"]),
        ("- giấy ủy quyền\n- giấy khai sinh", ["giấy ủy quyền", "giấy khai sinh"]),
        ("01 bản chính tờ khai\n\n+ 02 ảnh", ["01 bản chính tờ khai", "02 ảnh"]),
        ("Giấy chứng nhận A - B", ["Giấy chứng nhận A - B"]),
    ],
)
def test_split_items(text: str, items: list[str]) -> None:
    assert split_items(text) == items


@pytest.mark.parametrize(
    ("text", "bases"),
    [
        ("Luật Hộ tịch; Nghị định số 123/2015/NĐ-CP.", ["Luật Hộ tịch", "Nghị định số 123/2015/NĐ-CP."]),
        ("- Luật A;\n- Nghị định B;", ["Luật A", "Nghị định B"]),
        ("Nghị định A; được sửa đổi tại Nghị định B", ["Nghị định A; được sửa đổi tại Nghị định B"]),
        ("", []),
    ],
)
def test_split_legal_bases(text: str, bases: list[str]) -> None:
    assert split_legal_bases(text) == bases


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        ("Trực tiếp", {"direct": "Trực tiếp"}),
        (
            "- Trực tiếp;\n- Nộp trực tuyến;\n- Qua BCCI",
            {"direct": "Trực tiếp", "online": "Nộp trực tuyến", "postal": "Qua BCCI"},
        ),
        (
            "Trực tiếp hoặc qua dịch vụ bưu chính công ích",
            {"direct": "Trực tiếp", "postal": "qua dịch vụ bưu chính công ích"},
        ),
        (
            "Trực tiếp tại Bộ phận Một cửa và trực tuyến",
            {"direct": "Trực tiếp tại Bộ phận Một cửa", "online": "trực tuyến"},
        ),
        ("Trực tuyến toàn trình", {}),
        ("Không trực tiếp", {}),
        ("Nộp tại Trung tâm Phục vụ hành chính công", {}),
        ("", {}),
    ],
)
def test_channels_of(text: str, channels: dict[str, str]) -> None:
    assert channels_of(text) == channels


@pytest.mark.parametrize(
    ("channel", "time", "fee", "methods"),
    [
        pytest.param(None, "5 ngày", "Không", [(None, "5 ngày", "Không")], id="no channels"),
        pytest.param(None, "5 ngày", None, [(None, "5 ngày", None)], id="no fee column"),
        pytest.param(
            "Trực tiếp, trực tuyến",
            "5 ngày",
            "",
            [("Trực tiếp", "5 ngày", ""), ("trực tuyến", "5 ngày", "")],
            id="one time for all",
        ),
        pytest.param(
            None,
            "- Trực tiếp: 05 ngày;\n- Trực tuyến: 03 ngày",
            "Không",
            [("Trực tiếp", "05 ngày", "Không"), ("Trực tuyến", "03 ngày", "Không")],
            id="times by channel",
        ),
        pytest.param(
            "Trực tiếp\nTrực tuyến\nBCCI",
            "5 ngày",
            "Trực tiếp, BCCI: 100.000; trực tuyến: 50.000",
            [("Trực tiếp", "5 ngày", "100.000"), ("Trực tuyến", "5 ngày", "50.000"), ("BCCI", "5 ngày", "100.000")],
            id="fees by channel",
        ),
        pytest.param(
            "Trực tiếp",
            "5 ngày",
            "Trực tiếp: 10; Trực tuyến: 5",
            [("Trực tiếp", "5 ngày", "Trực tiếp: 10; Trực tuyến: 5")],
            id="cells contradict each other",
        ),
        pytest.param(
            "Nộp tại Bộ phận Một cửa",
            "Trực tiếp: 5 ngày; trực tuyến: 3 ngày",
            None,
            [("Nộp tại Bộ phận Một cửa", "Trực tiếp: 5 ngày; trực tuyến: 3 ngày", None)],
            id="channel unclear",
        ),
        pytest.param(
            None,
            "5 ngày, nộp trực tuyến giảm 2 ngày",
            "",
            [(None, "5 ngày, nộp trực tuyến giảm 2 ngày", "")],
            id="time names channels unclearly",
        ),
        pytest.param("", "5 ngày", "", [("", "5 ngày", "")], id="empty channel cell"),
    ],
)
def test_methods_of(
    channel: str | None, time: str | None, fee: str | None, methods: list[tuple[str | None, ...]]
) -> None:
    assert methods_of(channel, time, fee) == [PublishedMethod(*method) for method in methods]
