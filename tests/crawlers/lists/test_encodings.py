"""Text from before Unicode is converted letter by letter, and text that is none stays untouched."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from crawlers.lists import read_list
from crawlers.lists.encodings import Scheme, converted, decode, scheme_of_font, scheme_of_texts, to_unicode
from tests.crawlers.lists.build import KINDS, build

if TYPE_CHECKING:
    from pathlib import Path

LETTERS = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
# The published tables, in the order of the alphabet with the tones ` ´ ? ~ . (TCVN 5712:1993; VNI-Windows).
TCVN3 = (
    "a µ¸¶·¹ ¨»¾¼½Æ ©ÇÊÈÉË bcd ® e ÌÐÎÏÑ ªÒÕÓÔÖ ghi ×ÝØÜÞ klmno ßãáâä «åèæçé ¬êíëìî pqrstu ïóñòô \u00adõøö÷ù vxy úýûüþ"
).replace(" ", "")
VNI_VOWELS = {"ă": "aê", "â": "aâ", "ê": "eâ", "ô": "oâ", "ơ": "ô", "ư": "ö", "đ": "ñ"}
VNI_TONES = dict(zip("\u0300\u0301\u0309\u0303\u0323", "øùûõï", strict=True))
VNI_ALONE = {"ì": "ì", "í": "í", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î"}
VNI_BOTH = {"a": "àáåãä", "ă": "èéúüë"}  # a circumflex or breve and a tone share one mark
TEXT = "Thủ tục hành chính được sửa đổi, bổ sung; quyết định của Ủy ban nhân dân xã; phí, lệ phí: 50.000 đồng/giấy."


def to_tcvn3(text: str) -> str:
    return text.translate(dict(zip(map(ord, LETTERS + "ĂÂĐÊÔƠƯ"), TCVN3 + "¡¢§£¤¥¦", strict=True)))


def to_vni(text: str) -> str:
    return "".join(_vni(letter.lower()).upper() if letter.isupper() else _vni(letter) for letter in text)


def _vni(letter: str) -> str:
    if letter in VNI_ALONE:
        return VNI_ALONE[letter]
    tone = next((mark for mark in unicodedata.normalize("NFD", letter) if mark in VNI_TONES), "")
    vowel = unicodedata.normalize("NFC", unicodedata.normalize("NFD", letter).replace(tone, "")) if tone else letter
    if tone and vowel in "ăâêô":
        marks = VNI_BOTH["ă" if vowel == "ă" else "a"]
        return VNI_VOWELS[vowel][0] + marks[list(VNI_TONES).index(tone)]
    return VNI_VOWELS.get(vowel, vowel) + VNI_TONES.get(tone, "")


def test_every_letter_of_tcvn3() -> None:
    assert to_unicode(TCVN3, Scheme.TCVN3) == LETTERS
    assert to_unicode(TCVN3, Scheme.TCVN3_CAPITALS) == LETTERS.upper()
    assert to_unicode("¡¢§£¤¥¦", Scheme.TCVN3) == "ĂÂĐÊÔƠƯ"
    private = "".join(chr(0xF000 + ord(letter)) for letter in TCVN3)
    assert to_unicode(private, Scheme.TCVN3) == LETTERS


@pytest.mark.parametrize("letter", [*LETTERS, *LETTERS.upper()])
def test_every_letter_of_vni(letter: str) -> None:
    assert to_unicode(to_vni(letter), Scheme.VNI) == letter


def test_a_word_of_vni_as_published_tables_write_it() -> None:
    assert to_unicode("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam, ÑOÄC LAÄP", Scheme.VNI) == (
        "Cộng hòa xã hội chủ nghĩa Việt Nam, ĐỘC LẬP"
    )


@given(st.text(alphabet=LETTERS + LETTERS.upper() + " ,.-0123456789"))
def test_words_of_vni_come_back(text: str) -> None:
    assert to_unicode(to_vni(text), Scheme.VNI) == text


def to_1258(text: str) -> bytes:
    """As Vietnamese keyboards wrote it: a letter with its circumflex, breve or horn, then the tone."""
    out = b""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tones = [part for part in parts if part in VNI_TONES]
        bare = unicodedata.normalize("NFC", "".join(part for part in parts if part not in VNI_TONES))
        out += (bare + "".join(tones)).encode("cp1258")
    return out


@pytest.mark.parametrize(
    ("scheme", "written"),
    [
        (Scheme.TCVN3, to_tcvn3(TEXT.replace("Ủ", "U"))),
        (Scheme.VNI, to_vni(TEXT)),
        (Scheme.WINDOWS_1258, to_1258(TEXT).decode("cp1252")),
    ],
)
def test_a_scheme_is_known_by_its_spelling(scheme: Scheme, written: str) -> None:
    assert scheme_of_texts([written]) is scheme
    assert converted(written, scheme).replace("Uy", "Ủy") == TEXT


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        unicodedata.normalize("NFD", TEXT),
        "và là có thì mà hà cá bò chú và là có thì",  # Vietnamese with no letter beyond Latin-1
        "Le résumé de la procédure est à la préfecture, où l'élève dépose ça: forêt, hôtel, naïve, Noël.",
        "Für die Größe müssen Behörden Gebühren ausweisen: öffentlich, schön, über, dürfen, Straße.",
        "1/2 = ½; 3/4 = ¾; 25 °C ± 0,5; 12 m²; © 2025 ® §; 5 µm · 3; A·B·C; «x»",
        "• Đơn đề nghị · Bản sao",
        "",
    ],
)
def test_text_that_is_not_legacy_stays_untouched(text: str) -> None:
    assert scheme_of_texts([text] * 5) is None


def test_a_text_in_unicode_within_a_legacy_document_stays() -> None:
    for text in ("Hà Nội", "và", "có thời hạn", "café", "25 °C ± 0,5", "Sở Tư pháp"):
        assert converted(text, Scheme.TCVN3) == text
    assert to_unicode("Thủ tục", Scheme.TCVN3) == "Thủ tục"


@pytest.mark.parametrize(
    ("font", "scheme"),
    [
        (".VnTime", Scheme.TCVN3),
        ('".VnTimeH", serif', Scheme.TCVN3_CAPITALS),
        ("ABCDEF+.VnArial-Bold", Scheme.TCVN3),
        ("VNI-Times", Scheme.VNI),
        ("Times New Roman", None),
        ("Vn", None),
        ("", None),
    ],
)
def test_fonts(font: str, scheme: Scheme | None) -> None:
    assert scheme_of_font(font) is scheme


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (TEXT.encode(), None),
        (TEXT.encode(), "iso-8859-1"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "windows-1258"),
        (TEXT.encode("utf-16"), None),
        (TEXT.encode("utf-16-le"), "utf-8"),
        (TEXT.encode("utf-16-be"), None),
        (to_1258(TEXT), "windows-1258"),
    ],
)
def test_decoding(body: bytes, charset: str | None) -> None:
    assert decode(body, charset) == TEXT


def test_bytes_that_no_charset_explains() -> None:
    assert decode(b"Gi\x81\xe9 \xff", "no-such-charset") == "Gi\x81é ÿ"
    assert decode(b"\xff\xe9", "utf-8") == "\ufffd\ufffd"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("write", [to_tcvn3, to_vni])
def test_a_list_in_a_legacy_font_reads_like_one_in_unicode(kind: str, write: object, tmp_path: Path) -> None:
    assert callable(write)
    grid = [
        ["TT", "Mã TTHC", "Tên thủ tục hành chính", "Thời hạn giải quyết", "Phí, lệ phí"],
        ["I", "Lĩnh vực hộ tịch", "", "", ""],
        ["1", "1.000001", "Đăng ký lại khai sinh", "05 ngày làm việc", "8.000 đồng"],
    ]
    (record,) = read_list(build(kind, tmp_path, [[write(text) for text in row] for row in grid])).records
    assert (record.name, record.sector) == ("Đăng ký lại khai sinh", "hộ tịch")
    assert record.methods is not None
    assert (record.methods[0].time, record.methods[0].fee) == ("05 ngày làm việc", "8.000 đồng")


def test_word_text_is_converted_by_its_fonts(tmp_path: Path) -> None:
    """A font of capitals is told by its name only; one word is enough where the font says what it is."""
    document = docx.Document()
    table = document.add_table(2, 2)
    for row, texts in enumerate((("Mã TTHC", "Tên TTHC"), ("1.000001", ""))):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    for font, text in ((".VnTimeH", "cÊp"), ("VNI-Times", " giaáy "), ("Times New Roman", "mới")):
        run = table.cell(1, 1).paragraphs[0].add_run(text)
        run.font.name = font
        assert run._element.rPr.find(qn("w:rFonts")) is not None
    document.save(str(tmp_path / "list.docx"))
    assert [record.name for record in read_list(tmp_path / "list.docx").records] == ["CẤP giấy mới"]
