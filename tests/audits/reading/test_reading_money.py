import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.procedure import Fee, Stated
from audits.reading.money import official_fees, read_fees, write_amount


def told(text: str) -> list[Fee]:
    fees = read_fees(text)
    assert fees is not None
    assert fees.raw == text
    assert (fees.stated is Stated.VALUES) is bool(fees.options)
    return list(fees.options)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.500.000", [Fee(3_500_000)]),
        ("3,500,000", [Fee(3_500_000)]),
        ("50.000đ", [Fee(50_000)]),
        ("50.000 Đ", [Fee(50_000)]),
        ("50000 đồng", [Fee(50_000)]),
        ("50000", [Fee(50_000)]),
        ("30 000 đồng/lần", [Fee(30_000, "lần")]),
        ("150.000 VNĐ/lần", [Fee(150_000, "lần")]),
        ("50,000 Việt Nam Đồng", [Fee(50_000)]),
        ("50.000 đồng/hợp đồng, giao dịch", [Fee(50_000, "hợp đồng")]),
        ("990.000 đồng/hồ sơ/thửa/GCN", [Fee(990_000, "hồ sơ/thửa/gcn")]),
        ("150.000 đồng/ 01 giấy.", [Fee(150_000, "giấy")]),
        ("3.000 đồng/GT-lần", [Fee(3_000, "gt-lần")]),
        ("50.000 đồng một hồ sơ", [Fee(50_000, "hồ sơ")]),
        ("230.000/lần", [Fee(230_000, "lần")]),
        ("1,5 triệu đồng", [Fee(1_500_000)]),
        ("02 triệu đồng/Giấy chứng nhận", [Fee(2_000_000, "giấy chứng nhận")]),
        ("500 nghìn đồng", [Fee(500_000)]),
        ("900đ/trang", [Fee(900, "trang")]),
        (
            "2.000 đồng/trang; từ trang thứ ba trở lên thu 1.000 đồng/trang, tối đa không quá 200.000 đồng/bản",
            [
                Fee(2_000, "trang"),
                Fee(1_000, "trang", "từ trang thứ ba trở lên thu"),
                Fee(200_000, "bản", "tối đa không quá"),
            ],
        ),
        (
            "Phí thẩm định: 4.000.000 đồng (đối với hồ sơ A) và 300.000 đồng (đối với hồ sơ B).\nLệ phí: Không quy định",
            [
                Fee(4_000_000, None, "Phí thẩm định: (đối với hồ sơ A)"),
                Fee(300_000, None, "(đối với hồ sơ B)"),
            ],
        ),
        (
            "Hồ sơ tổ chức (Cấp mới) - Đối với đất: 1.622.000 đồng/giấy\nHồ sơ cá nhân - Đối với đất: 923.000 đồng/giấy",
            [
                Fee(1_622_000, "giấy", "Hồ sơ tổ chức (Cấp mới) - Đối với đất"),
                Fee(923_000, "giấy", "Hồ sơ cá nhân - Đối với đất"),
            ],
        ),
        (
            "Cá nhân: 18.000đ/lần Tổ chức: 36.000đ/lần Bản sao (scan): 32.800đ/GCN Trang tài liệu khác: 8.200đ/trang",
            [
                Fee(18_000, "lần", "Cá nhân"),
                Fee(36_000, "lần", "Tổ chức"),
                Fee(32_800, "gcn", "Bản sao (scan)"),
                Fee(8_200, "trang", "Trang tài liệu khác"),
            ],
        ),
        ("Lệ phí: 12.000đ - 60.000đ", [Fee(12_000, None, "Lệ phí"), Fee(60_000)]),
        ("200.000-300.000 đồng", [Fee(200_000), Fee(300_000)]),
        (
            "Từ 50 triệu đồng đến 100 triệu đồng: 100.000 đồng",
            [Fee(100_000, None, "Từ 50 triệu đồng đến 100 triệu đồng")],
        ),
        ("Dưới 50 tỷ: 10 triệu đồng", [Fee(10_000_000, None, "Dưới 50 tỷ")]),
        (
            "Nộp trực tuyến: miễn phí; nộp trực tiếp: 50.000 đồng",
            [Fee(0, None, "Nộp trực tuyến: miễn phí"), Fee(50_000, None, "nộp trực tiếp")],
        ),
        ("Phí: Không\nLệ phí: 50.000 đồng", [Fee(0, None, "Phí: Không"), Fee(50_000, None, "Lệ phí")]),
        (
            "50.000 đồng theo Thông tư số 226/2016/TT-BTC ngày 11/11/2016",
            [Fee(50_000, None, "theo Thông tư số 226/2016/TT-BTC ngày 11/11/2016")],
        ),
        ("50.000 đồng hoặc 10 USD", [Fee(50_000)]),
    ],
)
def test_amounts(text: str, expected: list[Fee]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Không",
        "Không.",
        "không có",
        "Không thu",
        "Không thu phí",
        "Miễn phí",
        "MIỄN PHÍ.",
        "Miễn lệ phí",
        "0",
        "0 đồng",
        "0đ",
        "Lệ phí: Không có",
        "Phí, lệ phí: Không",
        "Thủ tục này không thu phí, lệ phí.",
        "Thủ tục này KHÔNG TỐN PHÍ, LỆ PHÍ theo quy định của Luật phí và lệ phí.",
    ],
)
def test_free_of_charge(text: str) -> None:
    assert told(text) == [Fee(0)]


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("", Stated.NONE),
        ("-", Stated.NONE),
        ("Không quy định", Stated.NONE),
        ("Không có thông tin", Stated.NONE),
        ("Chưa quy định.", Stated.NONE),
        ("Lệ phí: Không quy định", Stated.NONE),
        ("theo Nghị quyết của HĐND tỉnh", Stated.ELSEWHERE),
        ("Theo quy định của HĐND cấp tỉnh", Stated.ELSEWHERE),
        ("Theo Thông tư số 226/2016/TT-BTC", Stated.ELSEWHERE),
        ("Mức thu theo Nghị quyết số 21/2024/NQ-HĐND ngày 29/11/2024", Stated.ELSEWHERE),
        ("Theo thoả thuận", Stated.ELSEWHERE),
        ("0,1% giá trị hợp đồng", Stated.ELSEWHERE),
        ("20% của 11.000.000 đồng", Stated.ELSEWHERE),
        ("100 USD", Stated.ELSEWHERE),
        ("Chi cục Thuế khu vực", Stated.UNREADABLE),
        ("07 Ngày làm việc", Stated.UNREADABLE),
        ("1", Stated.UNREADABLE),
        ("15", Stated.UNREADABLE),
        ("2025", Stated.UNREADABLE),
        ("02513822501", Stated.UNREADABLE),
        ("10.000.0000 đồng", Stated.UNREADABLE),
        ("Mẫu số 15đ", Stated.UNREADABLE),
        ("1.012784", Stated.UNREADABLE),
        ("Hội đồng 5 đồng chí", Stated.UNREADABLE),
    ],
)
def test_no_amount(text: str, stated: Stated) -> None:
    fees = read_fees(text)
    assert fees is not None
    assert (fees.stated, fees.options, fees.raw) == (stated, (), text)


def test_no_field() -> None:
    assert read_fees(None) is None


def row(text: str, remark: str | None = None, rest: str = "", *values: str) -> dict[str, Any]:
    description = text + ("" if remark is None else f"({remark})") + rest
    return {
        "feeText": text,
        "fees": [{"value": value, "description": description} for value in values],
        "description": description,
    }


@pytest.mark.parametrize(
    ("method", "stated", "amounts"),
    [
        # the API's own shape
        ({"fees": [{"type": "FEE", "value": 0}]}, Stated.VALUES, [0]),
        ({"fees": [{"type": "FEE", "value": 50000, "description": None}, None]}, Stated.VALUES, [50_000]),
        ({"fees": [{"value": "1.750.000", "description": "lần"}]}, Stated.VALUES, [1_750_000]),
        ({"fees": [{"value": 40, "description": "40.000đ/giấy"}]}, Stated.VALUES, [40_000]),
        ({"fees": [{"value": 900, "description": "900 đồng/trang"}]}, Stated.VALUES, [900]),
        ({"fees": [{"value": 850}]}, Stated.UNREADABLE, []),
        ({"fees": [{"value": 0, "description": "Theo Thông tư số 11/2024/TT-BTC"}]}, Stated.ELSEWHERE, []),
        ({"fees": []}, Stated.NONE, []),
        ({"fees": [], "description": "Không thu phí của hộ nghèo khi nộp hồ sơ"}, Stated.ELSEWHERE, []),
        ({}, Stated.NONE, []),
        ({"fees": [{"value": float("nan")}]}, Stated.NONE, []),
        # rebuilt from page text
        (row("Miễn phí"), Stated.VALUES, [0]),
        (row("Miễn phí", "Không có"), Stated.VALUES, [0]),
        (row("Miễn phí", None, "05 ngày làm việc kể từ ngày nhận hồ sơ"), Stated.VALUES, [0]),
        (row("Miễn phí", "20.000.000 đồng/lần"), Stated.VALUES, [20_000_000]),
        (row("Miễn phí", "Miễn lệ phí (Thông tư số 47/2019/TT-BTC)."), Stated.VALUES, [0]),
        (row("Miễn phí", "Chưa quy định."), Stated.NONE, []),
        (row("Miễn phí", "Theo quy định của Hội đồng nhân dân cấp tỉnh"), Stated.ELSEWHERE, []),
        (row("Miễn phí", "theo Biểu mức phí kèm theo Thông tư số 11/2024/TT-BTC"), Stated.ELSEWHERE, []),
        (row("40 VNĐ", "40.000đ/giấy", "", "40"), Stated.VALUES, [40_000]),
        (row("50,000 VNĐ", "Lệ phí cấp giấy", "", "50,000"), Stated.VALUES, [50_000]),
        (row("50,000 VNĐ", "25.000 đồng từ 01/7/2025 đến 31/12/2026", "", "50,000"), Stated.VALUES, [50_000, 25_000]),
        (row("", None, "Không có thông tin30,000 Việt Nam Đồng(/giao dịch)"), Stated.VALUES, [30_000]),
        (row("", None, "10 USD(/lần)"), Stated.ELSEWHERE, []),
        # the council decides beside the amount
        (
            row("150,000 VNĐ", "Mức lệ phí cụ thể do Hội đồng nhân dân tỉnh quyết định", "", "150,000"),
            Stated.ELSEWHERE,
            [150_000],
        ),
        # the council has nothing to do with the fee
        (row("Miễn phí", None, "15 ngày kể từ ngày Hội đồng nhân dân thông qua chương trình"), Stated.VALUES, [0]),
    ],
)
def test_official_row(method: dict[str, Any], stated: Stated, amounts: list[int]) -> None:
    fees = official_fees(method)
    assert (fees.stated, [fee.amount for fee in fees.options]) == (stated, amounts)


def test_official_unit_stands_in_the_remark() -> None:
    assert official_fees(row("30,000 VNĐ", "đồng/lần", "", "30,000")).options[0].unit == "lần"
    assert official_fees(row("30,000 VNĐ", "/giao dịch", "", "30,000")).options[0].unit == "giao dịch"


@given(st.integers(0, 999_999_999), st.sampled_from(["", "/hồ sơ", "/giấy", "/lần cấp"]))
def test_what_is_written_is_read_again(amount: int, unit: str) -> None:
    assert told(write_amount(amount) + unit) == [Fee(amount, unit[1:] or None)]


@given(st.text())
def test_never_raises(text: str) -> None:
    fees = read_fees(text)
    assert fees is not None
    assert fees.raw == text
    official_fees({"fees": [{"value": text, "description": text, "name": text}], "feeText": text, "description": text})


@given(
    st.lists(
        st.sampled_from(
            [
                "5",
                "50.000",
                "1,5",
                "đồng",
                "đ",
                "/",
                "triệu",
                "(",
                ")",
                ":",
                "-",
                "đến",
                "từ",
                "trên",
                "%",
                "của",
                "lần",
                "không",
                "thu",
                "miễn",
                "phí",
                "theo",
                "\n",
                ";",
                ".",
                "Mẫu",
                "số",
                "USD",
                "quy",
                "định",
                "HĐND",
            ]
        ),
        max_size=30,
    )
)
def test_never_raises_on_the_field_s_own_words(words: list[str]) -> None:
    fees = read_fees(" ".join(words))
    assert fees is not None
    assert all(0 <= fee.amount < 10**9 for fee in fees.options)


@pytest.mark.parametrize(
    "text", ["Không thu phí hoà giải", "50.000 đồng/thửa (thuỷ sản)", "Theo thoả thuận", "Miễn phí"]
)
def test_encoding_noise_never_changes_a_reading(text: str) -> None:
    plain = read_fees(text)
    noisy = read_fees(unicodedata.normalize("NFD", text).replace(" ", "\u00a0") + "\u200b")
    assert plain is not None
    assert noisy is not None
    assert (noisy.options, noisy.stated) == (plain.options, plain.stated)
