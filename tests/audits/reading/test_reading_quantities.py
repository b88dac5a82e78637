import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.procedure import CopyForm, Quantity
from audits.reading.quantities import accepted_forms, quantity_in_name, read_quantity

PLAIN, CERTIFIED, ORIGINAL = CopyForm.PLAIN_COPY, CopyForm.CERTIFIED_COPY, CopyForm.ORIGINAL


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("01 bản chính", Quantity(originals=1)),
        ("Bản chính: 1 - Bản sao: 0", Quantity(originals=1, copies=0)),
        ("Bản chính: 0\nBản sao: 2", Quantity(originals=0, copies=2)),
        ("1 bản chính, 0 bản sao", Quantity(originals=1, copies=0)),
        ("02 bộ", Quantity(sets=2)),
        ("02 (hai) bộ hồ sơ", Quantity(sets=2)),
        ("01 bộ (gồm 01 bản chính và 02 bản sao)", Quantity(originals=1, copies=2, sets=1)),
        ("Số lượng hồ sơ: 01 (một) bộ", Quantity(sets=1)),
        ("Số bộ hồ sơ: 2", Quantity(sets=2)),
        ("03 bản sao có chứng thực", Quantity(copies=3)),
        ("01 bản chụp", Quantity(copies=1)),
        ("01 bản phô tô", Quantity(copies=1)),
        ("01 (một) bản sao", Quantity(copies=1)),
        ("Số lượng: 03", Quantity(pieces=3)),
        ("01", Quantity(pieces=1)),
        ("02 bản", Quantity(pieces=2)),
        ("01 bản chính hoặc 01 bản sao", Quantity(pieces=1)),
        ("theo quy định", Quantity()),
        ("", Quantity()),
        (None, Quantity()),
    ],
)
def test_quantity(text: str | None, expected: Quantity) -> None:
    read = read_quantity(text)
    assert read.raw == (text or "")
    assert (read.originals, read.copies, read.sets, read.pieces) == (
        expected.originals,
        expected.copies,
        expected.sets,
        expected.pieces,
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Đơn đăng ký đất đai (01 bản chính)", Quantity(originals=1)),
        ("Bản gốc Giấy chứng nhận đã cấp (01 bản chính)", Quantity(originals=1)),
        ("01 bản chính văn bản đề nghị cấp giấy phép", Quantity(originals=1)),
        ("Hoá đơn thương mại: 01 bản chụp;", Quantity(copies=1)),
        ("Hợp đồng dịch vụ (nếu có) - 01 (một) bản sao", Quantity(copies=1)),
        ("Đơn đề nghị. Số lượng: 01 bản", Quantity(pieces=1)),
        ("Kháng nghị hàng hải (02 bản)", Quantity(pieces=2)),
        ("b)\tSố lượng hồ sơ: 01 bộ.", Quantity(sets=1)),
        ("Số lượng: 02", Quantity(pieces=2)),
        # no quantity at all
        ("Đơn theo Mẫu số 01 bản mới", Quantity()),
        ("Tờ khai theo Mẫu số 02", Quantity()),
        ("Giấy tờ của 02 người làm chứng", Quantity()),
        ("01 bản cam kết bảo đảm an toàn", Quantity()),
        ("02 bản đồ hiện trạng", Quantity()),
        ("Quyết định ngày 12/6/2025", Quantity()),
        ("Tài liệu về số lượng cổ phần", Quantity()),
        # cases that differ say nothing together
        ("Lần đầu: 02 bản chính; gia hạn: 01 bản chính", Quantity()),
    ],
)
def test_quantity_in_a_name(name: str, expected: Quantity) -> None:
    read = quantity_in_name(name)
    assert (read.originals, read.copies, read.sets, read.pieces) == (
        expected.originals,
        expected.copies,
        expected.sets,
        expected.pieces,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bản sao Giấy phép", {PLAIN}),
        ("bản chụp hộ chiếu", {PLAIN}),
        ("bản phô tô CCCD", {PLAIN}),
        ("bản sao (không cần chứng thực)", {PLAIN}),
        ("Bản sao không yêu cầu công chứng, chứng thực", {PLAIN}),
        ("Bản sao hợp lệ", {PLAIN}),
        ("bản sao hoặc bản chính để đối chiếu", {PLAIN}),
        ("bản sao kèm bản chính để đối chiếu", {PLAIN}),
        ("01 bản sao và xuất trình bản chính để đối chiếu", {PLAIN}),
        ("bản chụp, mang theo bản gốc để kiểm tra, đối chiếu", {PLAIN}),
        ("Xuất trình bản chính Hộ chiếu", {PLAIN}),
        ("Bản chính: 0 - Bản sao: 1", {PLAIN}),
        ("Bản sao có chứng thực", {CERTIFIED}),
        ("bản sao công chứng", {CERTIFIED}),
        ("bản sao được công chứng hoặc chứng thực", {CERTIFIED}),
        ("Photo công chứng", {CERTIFIED}),
        ("Bản sao bằng tốt nghiệp (có chứng thực)", {CERTIFIED}),
        ("Bản sao Giấy phép xây dựng có chứng thực", {CERTIFIED}),
        ("Giấy khai sinh (công chứng)", {CERTIFIED}),
        ("bản sao điện tử được chứng thực từ bản chính", {CERTIFIED}),
        ("Bản sao chứng thực từ bản chính", {CERTIFIED}),
        ("bản gốc", {ORIGINAL}),
        ("Bản chính Giấy chứng nhận", {ORIGINAL}),
        ("bản chính hoặc bản sao", {ORIGINAL, PLAIN}),
        ("bản chính hoặc bản sao có chứng thực", {ORIGINAL, CERTIFIED}),
        ("Bản sao hoặc bản sao có chứng thực", {PLAIN, CERTIFIED}),
        ("bản sao có chứng thực hoặc bản sao kèm bản chính để đối chiếu", {PLAIN, CERTIFIED}),
        ("bản sao y bản chính", {PLAIN, CERTIFIED}),
        ("Giấy tờ liên quan (bản phô tô hoặc có công chứng, chứng thực)", {PLAIN, CERTIFIED}),
        ("Bản sao từ sổ gốc hoặc được chứng thực của hợp đồng", {CERTIFIED}),
        ("Bản sao thoả thuận kèm bản dịch tiếng Việt có công chứng", {PLAIN}),
        # not stated
        ("Đơn đề nghị theo mẫu", set()),
        ("Tờ khai cấp bản sao trích lục hộ tịch", set()),
        ("bản dịch tiếng Việt có công chứng", set()),
        ("Hợp đồng đã được công chứng", set()),
        ("Giấy tờ của người được cấp bản chính", set()),
        ("Biên bản, văn bản chính thức của cơ quan", set()),
        ("", set()),
    ],
)
def test_forms(text: str, expected: set[CopyForm]) -> None:
    assert accepted_forms(text) == expected


@given(st.text())
def test_never_raises(text: str) -> None:
    assert read_quantity(text).raw == text
    quantity_in_name(text)
    accepted_forms(text)


@given(st.integers(0, 99), st.integers(0, 99))
def test_what_is_written_is_read_again(originals: int, copies: int) -> None:
    for text in (f"Bản chính: {originals} - Bản sao: {copies}", f"{originals} bản chính, {copies} bản sao"):
        assert read_quantity(text) == Quantity(text, originals, copies)


@pytest.mark.parametrize(
    "text", ["Hoá đơn: 01 bản chụp", "Bản sao có chứng thực (02 bản)", "Bản chính: 1 - Bản sao: 0"]
)
def test_encoding_noise_never_changes_a_reading(text: str) -> None:
    noisy = unicodedata.normalize("NFD", text).replace(" ", "\u00a0")
    plain, read = quantity_in_name(text), quantity_in_name(noisy)
    assert (read.originals, read.copies, read.pieces) == (plain.originals, plain.copies, plain.pieces)
    assert accepted_forms(noisy) == accepted_forms(text)
