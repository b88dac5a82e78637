import unicodedata
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.procedure import Stated, Term, Unit
from audits.reading.terms import (
    bounds,
    certainly_longer,
    certainly_shorter,
    for_difficult_area,
    official_terms,
    read_terms,
    write_term,
)

DAY, WORK, HOUR, WORK_HOUR, MONTH, YEAR = (
    Unit.DAY,
    Unit.WORKING_DAY,
    Unit.HOUR,
    Unit.WORKING_HOUR,
    Unit.MONTH,
    Unit.YEAR,
)


def told(text: str) -> list[str]:
    terms = read_terms(text)
    assert terms is not None
    assert terms.raw == text
    assert (terms.stated is Stated.VALUES) is bool(terms.options)
    return [write_term(term) for term in terms.options]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Không quá 12 (mười hai) ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ", "12 ngày làm việc"),
        ("Trong thời hạn 05 ngày làm việc, kể từ ngày nhận đủ hồ sơ hợp lệ.", "5 ngày làm việc"),
        ("0,5 ngày", "0,5 ngày"),
        ("0.25 ngày làm việc", "0,25 ngày làm việc"),
        ("1/2 ngày làm việc", "0,5 ngày làm việc"),
        ("½ ngày", "0,5 ngày"),
        ("nửa ngày làm việc", "0,5 ngày làm việc"),
        ("04 giờ làm việc", "4 giờ làm việc"),
        ("240 giờ", "240 giờ"),
        ("48h", "48 giờ"),
        ("60 phút", "1 giờ"),
        ("02 tuần", "14 ngày"),
        ("20 - 25 ngày", "20 - 25 ngày"),
        ("20–25 ngày", "20 - 25 ngày"),
        ("từ 20 đến 25 ngày", "20 - 25 ngày"),
        ("Từ 03 ngày đến 05 ngày làm việc", "3 - 5 ngày làm việc"),
        ("03 tháng", "3 tháng"),
        ("1 năm", "1 năm"),
        ("mười lăm ngày", "15 ngày"),
        ("mười (10) ngày làm việc", "10 ngày làm việc"),
        ("năm ngày làm việc", "5 ngày làm việc"),
        ("Trong thời hạn hai mươi lăm ngày", "25 ngày"),
        ("một trăm hai mươi ngày", "120 ngày"),
        ("một trăm linh năm ngày", "105 ngày"),
        ("05 ngày (làm việc)", "5 ngày làm việc"),
        ("không quá 06 làm việc", "6 ngày làm việc"),
        ("7 ngày làm vệc", "7 ngày làm việc"),
        ("30 NGÀY LÀM VIỆC", "30 ngày làm việc"),
        ("15 ngày\nlàm việc", "15 ngày làm việc"),
        # within the day
        ("trong ngày làm việc", "1 ngày làm việc"),
        ("Ngay trong ngày", "1 ngày làm việc"),
        ("Ngay sau khi nhận đủ hồ sơ hợp lệ", "1 ngày làm việc"),
        ("Giải quyết ngay", "1 ngày làm việc"),
        ("trong ngày hoặc ngày làm việc tiếp theo", "1 ngày làm việc"),
        (
            "Ngay trong ngày tiếp nhận yêu cầu hoặc trong ngày làm việc tiếp theo, nếu tiếp nhận yêu cầu sau 15 giờ.",
            "1 ngày làm việc",
        ),
        # the whole, not its parts
        ("30 ngày (trong đó thẩm định 10 ngày, phê duyệt 20 ngày)", "30 ngày"),
        ("12 ngày làm việc, trong đó thẩm định 05 ngày", "12 ngày làm việc"),
        ("12 ngày làm việc, trong đó:\n- Thẩm định: 05 ngày\n- Phê duyệt: 07 ngày", "12 ngày làm việc"),
        ("Tổng thời gian: 20 ngày. Bước 1: 5 ngày. Bước 2: 15 ngày", "20 ngày"),
        ("15 ngày làm việc (đã giảm từ 23 ngày làm việc xuống 15 ngày làm việc)", "15 ngày làm việc"),
        ("Đã giảm từ 23 ngày làm việc xuống 15 ngày làm việc", "15 ngày làm việc"),
        ("Giảm 05 ngày làm việc, còn 10 ngày làm việc", "10 ngày làm việc"),
        ("10 ngày thay vì 15 ngày", "10 ngày"),
        ("Theo quy định: 15 ngày; thực tế 10 ngày", "10 ngày"),
        # not the agency's time
        ("8 ngày làm việc (Không tính thời gian 30 ngày niêm yết công khai).", "8 ngày làm việc"),
        ("Thời gian bổ sung hồ sơ không quá 30 ngày. Thời hạn giải quyết: 10 ngày làm việc", "10 ngày làm việc"),
        ("Giấy phép có giá trị trong 05 năm. Thời hạn cấp: 10 ngày", "10 ngày"),
        ("Nộp hồ sơ ít nhất 30 ngày trước khi hết hạn; giải quyết trong 10 ngày", "10 ngày"),
        ("05 ngày, giờ tiếp nhận: 08 giờ 00 đến 17 giờ 00", "5 ngày"),
        ("10 ngày theo Nghị định số 151/2025/NĐ-CP ngày 12/6/2025", "10 ngày"),
    ],
)
def test_one_limit(text: str, expected: str) -> None:
    assert told(text) == [expected]
    terms = read_terms(text)
    assert terms is not None
    assert terms.options[0].context == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "- Không quá 05 ngày làm việc đối với trường hợp cấp mới\n- Không quá 10 ngày làm việc đối với trường hợp cấp đổi",
            [("5 ngày làm việc", "đối với trường hợp cấp mới"), ("10 ngày làm việc", "đối với trường hợp cấp đổi")],
        ),
        (
            "15 ngày: nếu không có nhu cầu. 20 ngày: nếu có nhu cầu.",
            [("15 ngày", "nếu không có nhu cầu"), ("20 ngày", "nếu có nhu cầu")],
        ),
        (
            "20 ngày (khu vực thường) 30 ngày (vùng khó khăn, hải đảo...)",
            [("20 ngày", "(khu vực thường)"), ("30 ngày", "(vùng khó khăn, hải đảo...)")],
        ),
        (
            "Không quá 15 ngày kể từ ngày nhận đủ hồ sơ hợp lệ. Đối với các xã miền núi thì thời gian thực hiện không quá 25 ngày.",
            [("15 ngày", ""), ("25 ngày", "Đối với các xã miền núi")],
        ),
        (
            "Trường hợp A: 05 ngày kể từ ngày nhận đủ hồ sơ, đối với các xã miền núi thì thời gian thực hiện 15 ngày.",
            [("5 ngày", "Trường hợp A"), ("15 ngày", "đối với các xã miền núi")],
        ),
        (
            "Trong ngày làm việc. (Hoặc không quá 03 ngày nếu có lý do chính đáng).",
            [("1 ngày làm việc", ""), ("3 ngày", "(Hoặc nếu có lý do chính đáng)")],
        ),
        (
            "5 ngày đối với tổ chức và 3 ngày đối với cá nhân",
            [("5 ngày", "đối với tổ chức"), ("3 ngày", "đối với cá nhân")],
        ),
        (
            "7 ngày. Đối với miền núi được tăng thêm 10 ngày",
            [("7 ngày", ""), ("17 ngày", "Đối với miền núi được tăng thêm")],
        ),
        # what is to be added to what cannot be told
        (
            "Cấp mới: 7 ngày\nCấp lại: 5 ngày\nMiền núi tăng thêm 10 ngày",
            [("7 ngày", "Cấp mới"), ("5 ngày", "Cấp lại")],
        ),
        ("7 ngày làm việc, miền núi tăng thêm 10 ngày", [("7 ngày làm việc", "")]),
        # only steps: each is told, none is added up
        ("- Bước 1: 02 ngày\n- Bước 2: 03 ngày", [("2 ngày", "Bước 1"), ("3 ngày", "Bước 2")]),
        # a "part" longer than the whole is a case
        ("15 ngày (trong đó vùng khó khăn 25 ngày)", [("15 ngày", ""), ("25 ngày", "(trong đó vùng khó khăn")]),
    ],
)
def test_several_limits(text: str, expected: list[tuple[str, str]]) -> None:
    terms = read_terms(text)
    assert terms is not None
    assert [(write_term(term), term.context) for term in terms.options] == expected


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("", Stated.NONE),
        ("-", Stated.NONE),
        ("...", Stated.NONE),
        ("Không quy định", Stated.NONE),
        ("Không quy định thời hạn.", Stated.NONE),
        ("Không có thông tin", Stated.NONE),
        ("Chưa quy định.", Stated.NONE),
        ("Theo quy định", Stated.ELSEWHERE),
        ("Thời gian theo dự án được phê duyệt", Stated.ELSEWHERE),
        ("Theo thoả thuận của các bên", Stated.ELSEWHERE),
        ("0251.3822501", Stated.UNREADABLE),
        ("Sở Tư pháp", Stated.UNREADABLE),
        ("15", Stated.UNREADABLE),
        ("ngày 12/6/2025", Stated.UNREADABLE),
        ("ngày 12 tháng 6 năm 2025", Stated.UNREADABLE),
        ("Nghị định số 151/2025/NĐ-CP ngày 29/7/2024", Stated.UNREADABLE),
        ("kể từ ngày nhận", Stated.UNREADABLE),
        ("08 giờ 00 đến 17 giờ 00", Stated.UNREADABLE),
        ("Sáng từ 7 giờ 30 đến 11 giờ 30", Stated.UNREADABLE),
        ("giao dịch trước 15 giờ", Stated.UNREADABLE),
        ("0 ngày", Stated.UNREADABLE),
        ("24/24 giờ", Stated.UNREADABLE),
        ("hàng năm, tháng 12", Stated.UNREADABLE),
    ],
)
def test_no_limit(text: str, stated: Stated) -> None:
    terms = read_terms(text)
    assert terms is not None
    assert (terms.stated, terms.options, terms.raw) == (stated, (), text)


def test_no_field() -> None:
    assert read_terms(None) is None


@pytest.mark.parametrize(
    ("method", "stated", "expected"),
    [
        ({"processingTime": 5, "processingTimeUnit": "WORKING_DAY"}, Stated.VALUES, ["5 ngày làm việc"]),
        ({"processingTime": 0.5, "processingTimeUnit": "DAY", "description": None}, Stated.VALUES, ["0,5 ngày"]),
        ({"processingTime": 3, "processingTimeUnit": "MONTH", "description": ""}, Stated.VALUES, ["3 tháng"]),
        ({"processingTime": 8, "processingTimeUnit": "HOUR"}, Stated.VALUES, ["8 giờ"]),
        (
            {"processingTime": 8, "processingTimeUnit": "HOUR", "description": "08 giờ làm việc kể từ khi nhận hồ sơ"},
            Stated.VALUES,
            ["8 giờ làm việc"],
        ),
        ({"processingTime": 1, "processingTimeUnit": "OTHER", "description": "Miễn phí"}, Stated.UNREADABLE, []),
        (
            {"processingTime": 1, "processingTimeUnit": "OTHER", "description": "Trong thời hạn 15 ngày"},
            Stated.VALUES,
            ["15 ngày"],
        ),
        ({"processingTime": None, "processingTimeUnit": None, "description": "Không có thông tin"}, Stated.NONE, []),
        ({}, Stated.NONE, []),
        ({"processingTime": True, "processingTimeUnit": "DAY"}, Stated.NONE, []),
        ({"processingTime": "x", "processingTimeUnit": "DAY"}, Stated.NONE, []),
        (
            {
                "processingTime": 10,
                "processingTimeUnit": "DAY",
                "description": "- Cấp mới: 10 ngày\n- Cấp lại: 05 ngày làm việc",
            },
            Stated.VALUES,
            ["10 ngày", "5 ngày làm việc"],
        ),
        (
            {"processingTime": 7, "processingTimeUnit": "DAY", "description": "Vùng khó khăn được tăng thêm 10 ngày"},
            Stated.VALUES,
            ["7 ngày", "17 ngày"],
        ),
        # the fee's remark tells no limit
        (
            {
                "processingTime": 5,
                "processingTimeUnit": "WORKING_DAY",
                "description": "145 USD(Thẻ tạm trú có thời hạn không quá 02 năm: 145 USD/thẻ.)Nộp hồ sơ trực tiếp.",
            },
            Stated.VALUES,
            ["5 ngày làm việc"],
        ),
        # steps without a total: their sum is possible too
        (
            {"description": "Không có thông tinMiễn phía) Thông báo: 02 ngày; b) Thẩm định: 33 ngày"},
            Stated.VALUES,
            ["2 ngày", "33 ngày", "35 ngày"],
        ),
    ],
)
def test_official_row(method: dict[str, Any], stated: Stated, expected: list[str]) -> None:
    terms = official_terms(method)
    assert terms.stated is stated
    assert [write_term(term) for term in terms.options] == expected


@pytest.mark.parametrize(
    ("number", "unit", "shortest", "longest"),
    [
        (10, DAY, 10, 10),
        (1, MONTH, 28, 31),
        (2, YEAR, 730, 732),
        (5, WORK, 5, 18),
        (6, WORK, 8, 19),
        (11, WORK, 15, 26),
        (8, WORK_HOUR, Fraction(1, 3), 12),
    ],
)
def test_bounds(number: int, unit: Unit, shortest: Fraction, longest: Fraction) -> None:
    assert bounds(Term(Fraction(number), unit)) == (shortest, longest)


@pytest.mark.parametrize(
    ("published", "official", "longer", "shorter"),
    [
        ((15, DAY), (7, DAY), True, False),
        ((7, DAY), (7, DAY), False, False),
        ((5, WORK), (7, WORK), False, True),
        ((8, WORK_HOUR), (1, WORK), False, False),
        ((9, WORK_HOUR), (1, WORK), True, False),
        ((12, MONTH), (1, YEAR), False, False),
        # ngày and ngày làm việc
        ((30, WORK), (30, DAY), True, False),
        ((31, WORK), (30, DAY), True, False),
        ((9, WORK), (10, DAY), True, False),
        ((8, WORK), (10, DAY), None, None),
        ((3, WORK), (30, DAY), False, True),
        ((30, DAY), (30, WORK), False, False),
        ((20, DAY), (30, WORK), False, True),
        ((16, DAY), (15, WORK), False, None),
        ((20, DAY), (15, WORK), None, None),
        ((90, DAY), (15, WORK), True, None),
        # months
        ((30, DAY), (1, MONTH), None, None),
        ((32, DAY), (1, MONTH), True, False),
        ((27, DAY), (1, MONTH), False, True),
        ((1, MONTH), (30, DAY), None, None),
        ((2, MONTH), (30, DAY), True, False),
        # an hour may be a working hour
        ((1, WORK), (8, HOUR), None, None),
        ((2, WORK), (8, HOUR), True, None),
        ((1, DAY), (8, HOUR), None, None),
        ((48, HOUR), (24, HOUR), True, False),
        ((4, HOUR), (1, WORK), None, True),
    ],
)
def test_comparison(
    published: tuple[int, Unit], official: tuple[int, Unit], *, longer: bool | None, shorter: bool | None
) -> None:
    one, other = Term(Fraction(published[0]), published[1]), Term(Fraction(official[0]), official[1])
    assert certainly_longer(one, other) is longer
    if shorter is not None:
        assert certainly_shorter(one, other) is shorter
    else:
        assert certainly_shorter(one, other) is not True


@pytest.mark.parametrize(
    ("text", "difficult"),
    [
        ("17 ngày", [False]),
        ("15 ngày. Đối với các xã miền núi, biên giới thì thời gian thực hiện 25 ngày", [False, True]),
        ("07 ngày (khu vực thường) 17 ngày (vùng khó khăn, hải đảo...)", [False, True]),
        (
            (
                "- 17 ngày đối với đăng ký; 20 ngày đối với cấp giấy.\n"
                "- Đối với các xã miền núi, hải đảo thì 27 ngày đối với đăng ký; 30 ngày đối với cấp giấy."
            ),
            [False, False, True, True],
        ),
    ],
)
def test_difficult_area(text: str, difficult: list[bool]) -> None:
    read = read_terms(text)
    assert read is not None
    assert [for_difficult_area(term) for term in read.options] == difficult


units = st.sampled_from(list(Unit))
terms = st.builds(Term, st.integers(1, 400).map(lambda hundredths: Fraction(hundredths, 4)), units)


@given(terms, terms)
def test_never_both_longer_and_shorter(one: Term, other: Term) -> None:
    assert not (certainly_longer(one, other) and certainly_shorter(one, other))
    shortest, longest = bounds(one)
    assert 0 < shortest <= longest


@given(terms, st.sampled_from(["{}", "Không quá {}", "{} kể từ ngày nhận đủ hồ sơ hợp lệ", "Trong thời hạn {}."]))
def test_what_is_written_is_read_again(term: Term, frame: str) -> None:
    read = read_terms(frame.format(write_term(term)))
    assert read is not None
    assert read.options == (term,)


@given(st.text())
def test_never_raises(text: str) -> None:
    terms = read_terms(text)
    assert terms is not None
    assert terms.raw == text
    official_terms({"processingTime": 5, "processingTimeUnit": "DAY", "description": text})


@given(
    st.lists(
        st.sampled_from(
            [
                "5",
                "05",
                "12",
                "/",
                "-",
                "(",
                ")",
                ";",
                ".",
                ":",
                ",",
                "\n",
                "ngày",
                "giờ",
                "làm",
                "việc",
                "tháng",
                "năm",
                "trong",
                "đó",
                "đối",
                "với",
                "trường",
                "hợp",
                "tăng",
                "thêm",
                "từ",
                "đến",
                "mười",
                "không",
                "quá",
                "tính",
                "giảm",
                "xuống",
            ]
        ),
        max_size=30,
    )
)
def test_never_raises_on_the_field_s_own_words(words: list[str]) -> None:
    text = " ".join(words)
    read = read_terms(text)
    assert read is not None
    assert all(term.number > 0 for term in read.options)


@pytest.mark.parametrize(
    "text",
    [
        "Không quá 12 (mười hai) ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ",
        "- Không quá 05 ngày làm việc đối với trường hợp hoà giải\n- Không quá 10 ngày làm việc đối với thuỷ sản",
        "Theo thoả thuận",
    ],
)
def test_encoding_noise_never_changes_a_reading(text: str) -> None:
    plain = read_terms(text)
    noisy = read_terms(unicodedata.normalize("NFD", text).replace(" ", "\u00a0") + "\u200b")
    moved = read_terms(text.replace("oà", "òa").replace("uỷ", "ủy").replace("oả", "ỏa"))
    assert plain is not None
    assert noisy is not None
    assert moved is not None
    assert noisy.options == plain.options
    assert noisy.stated is moved.stated is plain.stated
    assert [(term.number, term.unit) for term in moved.options] == [(term.number, term.unit) for term in plain.options]
