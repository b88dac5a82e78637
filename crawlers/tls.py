"""Whether a server's certificate can be trusted; pages are fetched all the same where it cannot, marked so."""

from __future__ import annotations

import os
import socket
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

VERIFIED = "verified"
FAILED = "failed: "
OLDEST_CIPHERS = "DEFAULT:@SECLEVEL=0"
"""What may be agreed on with a server whose certificate cannot be trusted anyway."""
_REASONS = {
    9: "chứng chỉ chưa đến ngày có hiệu lực",
    10: "chứng chỉ đã hết hạn",
    18: "chứng chỉ tự ký",
    19: "chuỗi chứng chỉ kết thúc ở một chứng chỉ tự ký không được tin cậy",
    20: "không xác định được đơn vị cấp chứng chỉ, hoặc máy chủ thiếu chứng chỉ trung gian",
    21: "không xác thực được chứng chỉ đầu tiên của chuỗi",
    23: "chứng chỉ đã bị thu hồi",
    62: "chứng chỉ được cấp cho tên miền khác",
    64: "chứng chỉ không được cấp cho địa chỉ IP này",
}


def trust(bundle: Path | None) -> None:
    """Trust the certificate authorities of a PEM file beside the system's, in this whole process."""
    if bundle is not None:
        paths = ssl.get_default_verify_paths()
        os.environ["SSL_CERT_FILE"] = str(bundle)
        os.environ.setdefault("SSL_CERT_DIR", paths.capath or paths.openssl_capath)


def distrusted(host: str, port: int, timeout: float) -> str | None:
    """Connect once and say in Vietnamese why the certificate cannot be trusted; None: it can, or the server does not answer."""
    context = ssl.create_default_context()
    context.hostname_checks_common_name = False  # as every browser today
    try:
        with socket.create_connection((host, port), timeout) as plain, context.wrap_socket(plain, server_hostname=host):
            return None
    except ssl.SSLCertVerificationError as error:
        return _REASONS.get(error.verify_code, f"chứng chỉ không hợp lệ ({error.verify_message})")
    except ssl.SSLError as error:
        return f"không thỏa thuận được giao thức TLS an toàn ({error.reason or error})"
    except OSError:
        return None  # the request itself will say so
