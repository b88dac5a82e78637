import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audits.reading.text import clean, fold, look_alikes, unaccented

vietnamese = st.text(
    alphabet="aáàảãạăắằẳẵặâấầẩẫậeéèẻẽẹêếềểễệiíìỉĩịoóòỏõọôốồổỗộơớờởỡợuúùủũụưứừửữựyýỳỷỹỵđbcghklmnpqrstvx ĐÁQUYHOÀ.,\n-"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đăng ký", "Đăng ký"),
        (unicodedata.normalize("NFD", "Đăng ký khai tử"), "Đăng ký khai tử"),
        ("ngày\u00a0làm\u2009việc", "ngày làm việc"),
        ("Giấy\u200b chứng\ufeff nhận\u00ad", "Giấy chứng nhận"),
        ("\uf0b7 Đơn đề nghị", "Đơn đề nghị"),
        ("Ðơn xin; quyết ðịnh", "Đơn xin; quyết định"),
        ("  a\t b  \r\n\r\n  c ", "a b\nc"),
        ("một\u2028hai\rba", "một\nhai\nba"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà giải", "hòa giải"),
        ("Thuỷ lợi", "thủy lợi"),
        ("khoẻ mạnh", "khỏe mạnh"),
        ("Quí khách", "quý khách"),
        ("qui định", "quy định"),
        ("qúy", "quý"),
        ("gìa", "già"),
        ("quản lí kĩ thuật", "quản lý kỹ thuật"),
        ("công ti", "công ty"),
        ("66/NQ-СР", "66/NQ-CP"),
        ("Bộ BKHĐТ", "bộ bkhđt"),
        ("“Mẫu” – số 1", '"mẫu" - số 1'),
        ("dòng\nhai", "dòng hai"),
        ("TỔ HOÀ GIẢI", "tổ hòa giải"),
    ],
)
def test_fold_makes_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoàn", "hòn"),
        ("tóan", "tán"),
        ("gìn giữ", "giữ gìn"),
        ("thi", "thy"),
        ("tai", "tay"),
        ("mua", "mùa"),
        ("lai", "lay"),
        ("khi", "khy"),
    ],
)
def test_fold_keeps_words_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_fold_leaves_closed_syllables_as_they_are() -> None:
    assert fold("Hoàn toàn, quýt, thuyền, toét, gìn giữ, quỳnh") == "hoàn toàn, quýt, thuyền, toét, gìn giữ, quỳnh"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đăng ký KHAI SINH", "dang ky khai sinh"),
        ("Thuỷ sản – hoà giải", "thuy san - hoa giai"),
        ("Ðường", "duong"),
        ("", ""),
    ],
)
def test_unaccented(text: str, expected: str) -> None:
    assert unaccented(text) == expected


def test_look_alikes_keep_case_and_vietnamese() -> None:
    assert look_alikes("Số 66/NQ-СР của Chính phủ") == "Số 66/NQ-CP của Chính phủ"
    assert look_alikes("Đơn") == "Đơn"


@given(st.text())
@example("SÎ")
def test_never_raises_and_is_settled_at_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert fold(fold(text)) == fold(text)
    assert unaccented(unaccented(text)) == unaccented(text)
    assert "\n" not in fold(text)


@given(vietnamese)
def test_places_in_folded_text_are_places_in_clean_text(text: str) -> None:
    assert len(fold(text)) == len(clean(text))


@given(vietnamese)
def test_encoding_noise_changes_nothing(text: str) -> None:
    noisy = unicodedata.normalize("NFD", text).replace(" ", "\u00a0") + "\u200b"
    assert fold(noisy) == fold(text)
    assert unaccented(noisy) == unaccented(text)


@given(st.text(min_size=1001, max_size=1200, alphabet="hoàng quý\n"))
def test_long_texts_are_folded_the_same_way(text: str) -> None:
    assert fold(text) == " ".join(filter(None, (fold(part) for part in text.split("\n"))))
