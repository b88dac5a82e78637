from __future__ import annotations

import pytest

from crawlers.journeys.guard import Asked, Gate, effect, is_national

GATE = Gate(
    frozenset({"cong.gov.vn", "sso.cong.gov.vn:8080"}), ("/api/list", "/Pages/tthc.aspx"), (("/preview", "fileId"),)
)
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("url", "acts"),
    [
        ("/nop-ho-so", False),
        ("/nop-ho-so/123", False),
        ("/nop-ho-so/confirm", True),
        ("/dich-vu-cong-truc-tuyen/1.012784/nop-ho-so", False),
        ("/tiep-nhan-online/chon-truong-hop-ho-so?ma-thu-tuc-public=5", False),
        ("/thu-tuc/xac-nhan-tinh-trang-hon-nhan", False),
        ("/thu-tuc/xoa-an-tich", False),
        ("/thu-tuc/huy-ket-hon-trai-phap-luat", False),
        ("/thu-tuc/cap-nhat-thong-tin-cu-tru", False),
        ("/xac-nhan", True),
        ("/ho-so/xoa", True),
        ("/ho-so/xoa/15", True),
        ("/ho-so/xoa-ho-so", True),
        ("/ho-so/%78oa?id=1", True),
        ("/ho-so/%2578oa", True),
        ("/hoso/XoaHoSo.aspx?id=1", True),
        ("/api/deleteHoSo", True),
        ("/api/hoSo/doSubmit", True),
        ("/dang-xuat", True),
        ("/dangxuat.aspx", True),
        ("/logout;jsessionid=1", True),
        ("/thanh-toan?id=3", True),
        ("/huy", True),
        ("/upload/bieu-mau/mau-01.docx", False),
        ("/assets/jquery-confirm.min.js", False),
        ("/js/submit.png", False),
        ("/portal/update/2024", True),
        ("/?action=view", False),
        ("/?action=submit", True),
        ("/?cmd=create&id=1", True),
        ("/?p_p_action=1&mode=edit", False),
        ("/x?do=ho-so/xoa", True),
        ("/x?delete=5", True),
        ("/dich-vu-cong?p_p_id=x&p_p_lifecycle=1", True),
        ("/dich-vu-cong?p_p_id=x&p_p_lifecycle=2", False),
        ("/x?delete=false", False),
        ("/x?q=thanh+toan", False),
        ("/x?keyword=xóa", False),
        ("/#/ho-so?action=submit", True),
        ("/ho-so?_method=DELETE", True),
        ("/ho-so?_method=PUT", True),
        ("/ho-so?_method=get", False),
        ("/index.php?r=ho-so/xoa&id=1", True),
        ("/index.php?r=ho-so/xem&id=1", False),
        ("/?q=xóa/huy+đăng+ký", False),
        ("/x?_dossier_javax.portlet.action=submitDossier", True),
        ("/x?thao-tac=xoa", True),
        ("/graphql?query=mutation+{+x+}", True),
        ("/graphql?query=%23a%0Amutation+a($b:ID!){x}", True),
        ("/graphql?query=fragment+F+on+X{a}mutation{x}", True),
        ("/graphql?query={dossiers{mutation}}", False),
        ("/api/deletehoso", True),
        ("/api/DELETEHoSo", True),
        ("/ho-so/\uff58\uff4f\uff41", True),
        ("/hoso/xoa.svc?id=1", True),
        ("/ho-so/xoa-tat-ca", True),
        ("/ho-so/create", False),
        ("/thu-tuc/dang-ky-kinh-doanh?page=1/2", False),
    ],
)
def test_an_address_that_does_something_is_known_by_its_whole_parts(url: str, *, acts: bool) -> None:
    assert (effect("https://cong.gov.vn" + url) is not None) == acts


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        (Asked("GET", "https://cong.gov.vn/"), None),
        (Asked("HEAD", "http://sso.cong.gov.vn:8080/x"), None),
        (Asked("GET", "https://sso.cong.gov.vn/x"), "không thuộc mục tiêu"),
        (Asked("GET", "https://cong.gov.vn.example/x"), "không thuộc mục tiêu"),
        (Asked("GET", "https://ten:mat@cong.gov.vn/x"), "tên đăng nhập"),
        (Asked("GET", "https://sso.dancuquocgia.gov.vn/auth"), None),
        (Asked("GET", "https://cong.gov.vn/ho-so/xoa", kind="image"), "xoa"),
        (Asked("GET", "https://cong.gov.vn/" + "a" * 9000), "quá dài"),
        (Asked("GET", "ftp://cong.gov.vn/"), "giao thức"),
        (Asked("GET", "file:///etc/passwd"), "giao thức"),
        (Asked("POST", "https://cong.gov.vn/x", kind="ping"), "tự gửi"),
        (Asked("PUT", "https://cong.gov.vn/api/list", b"{}", JSON), "PUT"),
        (Asked("GET", "https://cong.gov.vn/ho-so/7", kind="fetch", headers={"x-http-method-override": "DELETE"}), "DELETE"),
        (Asked("GET", "https://cong.gov.vn/ho-so/7", kind="xhr", headers={"x-method-override": "put"}), "put"),
        (Asked("GET", "https://cong.gov.vn/ho-so/7", kind="fetch", headers={"x-http-method": "GET"}), None),
        (Asked("GET", "https://cong.gov.vn/api/hoso/create", kind="fetch"), "create"),
        (Asked("GET", "https://cong.gov.vn/hoso/create"), None),
        (Asked("GET", "https://cong.gov.vn/upload/mau-01.docx", kind="xhr"), None),
        (Asked("GET", "https://cong.gov.vn/nop-ho-so/15", kind="fetch"), None),
        (Asked("DELETE", "https://cong.gov.vn/api/list"), "DELETE"),
        (Asked("POST", "https://cong.gov.vn/luu-tam", b"{}", JSON), "chỉ để đọc"),
        (Asked("POST", "https://cong.gov.vn/v1/api/list", b'{"q":"x","limit":20}', JSON), None),
        (Asked("POST", "https://cong.gov.vn/preview", b'{"fileId":"86a5a98f-0b74"}', JSON), None),
        (Asked("POST", "https://cong.gov.vn/preview", b'{"fileId":"a","name":"b"}', JSON), "fileId"),
        (Asked("POST", "https://cong.gov.vn/preview", b'{"fileId":{"a":"b"}}', JSON), "fileId"),
        (Asked("POST", "https://cong.gov.vn/preview", b'{"fileId":"a b; nop"}', JSON), "fileId"),
        (Asked("POST", "https://cong.gov.vn/preview", b'["a"]', JSON), "fileId"),
        (Asked("POST", "https://cong.gov.vn/preview", b"fileId=a", FORM), "JSON"),
        (Asked("POST", "https://cong.gov.vn/preview/submit", b'{"fileId":"a"}', JSON), "submit"),
        (Asked("POST", "https://cong.gov.vn/v1/api/list", b'{"action":"delete","id":1}', JSON), "action=delete"),
        (Asked("POST", "https://cong.gov.vn/v1/api/list", b'{"a":{"service":"submit_ho_so"}}', JSON), "submit_ho_so"),
        (Asked("POST", "https://cong.gov.vn/v1/api/list", b'{"service":"feedback_service"}', JSON), "feedback_service"),
        (Asked("POST", "https://cong.gov.vn/v1/api/list", b'{"service":"get_and_update_service"}', JSON), "get_and_update"),
        (Asked("POST", "https://cong.gov.vn/v1/api/list", b'{"service":"LayThuTuc"}', JSON), None),
        (Asked("POST", "https://cong.gov.vn/v1/api/list", b'{"service":"nop","service":"LayThuTuc"}', JSON), "JSON"),
        (Asked("POST", "https://cong.gov.vn/api/list", b'params={"service":"nop","service":"get"}', FORM), "hai lần"),
        (Asked("POST", "https://cong.gov.vn/api/list", b"q=[abc&page=2", FORM), None),
        (Asked("POST", "https://cong.gov.vn/api/list", b'{"q":"\\ud800"}', JSON), "JSON"),
        (Asked("POST", "https://cong.gov.vn/api/list", b'{"q":NaN}', JSON), "JSON"),
        (Asked("POST", "https://cong.gov.vn/v1/api/list", b"[" * 9000 + b"]" * 7000, JSON), "JSON"),
        (Asked("POST", "https://cong.gov.vn/api/list", b'params={"a":"{\\"service\\":\\"submit_ho_so\\"}"}', FORM), "submit_ho_so"),
        (Asked("POST", "https://cong.gov.vn/v1/api/list", b'{"service":"procedure_search_service"}', JSON), None),
        (Asked("POST", "https://cong.gov.vn/v1/api/list", b"{}" + b" " * 20_000, JSON), "quá dài"),
        (Asked("POST", "https://cong.gov.vn/v1/api/list", b"x", "multipart/form-data; boundary=a"), "multipart"),
        (Asked("POST", "https://cong.gov.vn/v1/api/list", b"x", "text/plain"), "text/plain"),
        (Asked("POST", "https://cong.gov.vn/v1/api/list", b"{", JSON), "JSON"),
        (Asked("POST", "https://cong.gov.vn/Pages/tthc.aspx", b"__VIEWSTATE=a&__EVENTTARGET=ctl00%24pager", FORM), None),
        (Asked("POST", "https://cong.gov.vn/Pages/tthc.aspx", b"__VIEWSTATE=a&__EVENTTARGET=btnNop", FORM), "btnNop"),
        (Asked("POST", "https://cong.gov.vn/Pages/tthc.aspx", b"btn=1&xoa=7", FORM), "xoa"),
        (Asked("POST", "https://cong.gov.vn/Pages/tthc.aspx", b"__VIEWSTATE=a&__EVENTTARGET=&btnNop=N", FORM), "không tên"),
        (Asked("POST", "https://cong.gov.vn/Pages/tthc.aspx", b"__VIEWSTATE=a&__EVENTTARGET=grid&__EVENTARGUMENT=Page%242", FORM), None),
        (Asked("POST", "https://cong.gov.vn/Pages/tthc.aspx", b"__VIEWSTATE=a&__EVENTTARGET=grid&__EVENTARGUMENT=Select%242", FORM), "grid"),
        (Asked("POST", "https://cong.gov.vn/api/list", b'{"query":"mutation { x }"}', JSON), "mutation"),
        (Asked("POST", "https://cong.gov.vn/api/list", b'{"query":"query A { x } mutation B { y }"}', JSON), "mutation"),
        (Asked("POST", "https://cong.gov.vn/api/list", b'{"query":"query A { x }"}', JSON), None),
        (Asked("POST", "https://cong.gov.vn/Pages/tthc.aspx", b"__viewstate=a&__eventtarget=btnNop", FORM), "btnNop"),
        (Asked("POST", "https://cong.gov.vn/Pages/tthc.aspx", b"__EVENTTARGET=ctl00%24pager&ctl00%24btnGui=1", FORM), "btnGui"),
        (Asked("POST", "https://cong.gov.vn/Pages/tthc.aspx", b"__EVENTTARGET=x&__EVENTTARGET=pager", FORM), "không tên"),
        (Asked("POST", "https://cong.gov.vn/Pages/tthc.aspx", b"__EVENTTARGET=ctl00%24PageContent%24lnkXoa", FORM), "lnkXoa"),
        (Asked("POST", "https://cong.gov.vn/Pages/tthc.aspx", b"__EVENTTARGET=ctl00%24PageContent%24lnkDeletePage", FORM), "lnkDeletePage"),
        (Asked("POST", "https://cong.gov.vn/api/list", b'params={"service":"procedure_search","keyword":"x"}', FORM), None),
        (Asked("POST", "https://cong.gov.vn/api/list", b'params={"service":"submit_ho_so"}', FORM), "submit_ho_so"),
    ],
)  # fmt: skip
def test_only_what_reads_where_it_may_leaves(asked: Asked, refused: str | None) -> None:
    why = GATE.refuses(asked)
    assert why is None if refused is None else why is not None and refused in why


def test_without_reading_addresses_nothing_is_posted() -> None:
    assert Gate(frozenset({"cong.gov.vn"})).refuses(Asked("POST", "https://cong.gov.vn/", b"", FORM)) is not None


@pytest.mark.parametrize(
    ("host", "national"),
    [
        ("xacthuc.dichvucong.gov.vn", True),
        ("xacthuc.dichvucong.localhost:81", True),
        ("dangnhap.tinh.gov.vn", False),
        ("xacthuc.dichvucong.gov.vn.example", False),
    ],
)
def test_the_national_identity_service_is_known_by_its_hosts(host: str, *, national: bool) -> None:
    assert is_national(host) == national
