import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.reading.codes import is_well_formed, old_style, read_code


@pytest.mark.parametrize(
    ("text", "national", "agency", "well_formed"),
    [
        ("1.012784", "1.012784", None, True),
        (" 1.012784 ", "1.012784", None, True),
        ("1.012784.H19", "1.012784", "H19", True),
        ("1.012784.000.00.00.H19", "1.012784", "H19", True),
        ("2.000908.000.00.25.G01", "2.000908", "G01", True),
        ("1.014466. H05", "1.014466", "H05", False),
        ("2.000908.00 0.00.00.H61", "2.000908", "H61", False),
        ("1.012784.000.\n00.00.H19", "1.012784", "H19", False),
        ("1.012\u00a0784", "1.012784", None, False),
        ("1.012784[1]", "1.012784", None, False),
        ("1.012784¹", "1.012784", None, False),
        ("1.012784(2)", "1.012784", None, False),
        ("1.012784*", "1.012784", None, False),
        ("1.012784.h19", "1.012784", "H19", False),
        ("1.012784.Н19", "1.012784", "H19", False),  # a Cyrillic Н
        ("Mã TTHC: 1.012784", "1.012784", None, False),
        ("Mã số: 1.012784.H19 (mới)", "1.012784", "H19", False),
        ("1.012784, 1.012784", "1.012784", None, False),
    ],
)
def test_readable(text: str, national: str, agency: str | None, well_formed: bool) -> None:
    code = read_code(text)
    assert code is not None
    assert (code.national, code.agency, code.raw) == (national, agency, text)
    assert is_well_formed(text) is well_formed


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " ",
        "Không có mã số",
        "1.0125010",
        "1.01499",
        "1.O12784",
        "1.01278A",
        "12.012784",
        "0.012784",
        "1,012784",
        "1012784",
        "1.012784 12",
        "1.012784\n1.012785",
        "1.012784.00.00.H19",
        "1.012784 và 2.000908",
        "T-HNO-123456-TT",
        "BTP-276093",
        "151/2025/NĐ-CP",
        "١.٠١٢٧٨٤",
    ],
)
def test_not_readable(text: str | None) -> None:
    assert read_code(text) is None
    assert not is_well_formed(text or "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T-HNO-123456-TT", True),
        ("BTP-276093", True),
        ("B-BCA-282030-TT", True),
        (" btp-276093 ", True),
        ("1.012784", False),
        ("Không có mã số", False),
        ("66/NQ-CP", False),
        ("", False),
    ],
)
def test_old_style(text: str, expected: bool) -> None:
    assert old_style(text) is expected


@given(st.text())
def test_never_raises(text: str) -> None:
    code = read_code(text)
    assert code is None or is_well_formed(code.national)
    is_well_formed(text)
    old_style(text)


@given(
    st.from_regex(r"\A[1-9]\.[0-9]{6}\Z"), st.sampled_from(["", ".H19", ".000.00.00.H61", ".G01"]), st.integers(0, 20)
)
def test_a_space_anywhere_does_not_hide_a_code(national: str, suffix: str, place: int) -> None:
    text = national + suffix
    broken = text[:place] + " " + text[place:]
    code = read_code(broken)
    assert code is not None
    assert code.national == national
