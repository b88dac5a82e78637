"""Certificates are verified; where one cannot be trusted the pages are still seen, marked so, and the source is not whole."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawlers.archive import INDEX, Archive
from crawlers.crawl import crawl
from crawlers.records import SourceState
from crawlers.reread import reread
from crawlers.settings import settings
from crawlers.targets import Target
from tests.crawlers.portal import igate1, portal

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

NOW = datetime.now(UTC)


class Signer(NamedTuple):
    name: x509.Name
    key: ec.EllipticCurvePrivateKey


def signer(name: str) -> Signer:
    return Signer(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), ec.generate_private_key(ec.SECP256R1()))


def certificate(subject: Signer, by: Signer, *, host: str | None, days: int = 30) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject.name)
        .issuer_name(by.name)
        .public_key(subject.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=60))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(subject.key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False)
    )
    if host is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return builder.sign(by.key, hashes.SHA256())


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def context(folder: Path, subject: Signer, own: x509.Certificate) -> ssl.SSLContext:
    path = folder / f"{own.serial_number}.pem"
    key = subject.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(key + pem(own))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(path)
    return made


def test_certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, other = signer("CA nội bộ"), signer("CA lạ")
    (tmp_path / "ca.pem").write_bytes(pem(certificate(root, root, host=None)))
    monkeypatch.setenv("SOAT_CA_BUNDLE", str(tmp_path / "ca.pem"))
    settings.cache_clear()
    leaf = signer("localhost")
    wanted = {
        "good": (certificate(leaf, root, host="localhost"), None),
        "expired": (certificate(leaf, root, host="localhost", days=-5), "đã hết hạn"),
        "self-signed": (certificate(leaf, leaf, host="localhost"), "tự ký"),
        "wrong-name": (certificate(leaf, root, host="khac.example"), "tên miền khác"),
        "unknown": (certificate(leaf, other, host="localhost"), "đơn vị cấp"),
    }
    sites = {name: portal(igate1(2), context(tmp_path, leaf, own)) for name, (own, _) in wanted.items()}
    entered = {name: site.__enter__() for name, site in sites.items()}
    try:
        targets = [
            Target(name, "A", "commune", "igate1", site.url.replace("127.0.0.1", "localhost"), delay=0.0)
            for name, site in entered.items()
        ]
        first = crawl(targets, published=tmp_path / "p.jsonl", captures=tmp_path / "c")
        reports = crawl(targets, published=tmp_path / "p.jsonl", captures=tmp_path / "c")  # over the light wire
    finally:
        for site in sites.values():
            site.__exit__(None, None, None)
    assert reports == first
    archive = Archive(tmp_path / "c")
    assert sum(entry.revisit is not None for entry in archive.entries()) >= len(wanted) * 3
    for target, report, (_, words) in zip(targets, reports, wanted.values(), strict=True):
        marks = {capture.tls for capture in archive.captures() if capture.target == target.id}
        assert report.read == 2
        if words is None:
            assert (report.state, report.faults, marks) == (SourceState.OK, (), {"verified"})
            continue
        assert (report.state, [fault.kind for fault in report.faults]) == (SourceState.PARTIAL, ["tls"]), target.id
        assert words in report.faults[0].why
        assert len(marks) == 1
        assert words in (marks.pop() or "")
        assert reread(target, archive)[1] == report
    kept = archive.entries()
    (tmp_path / "c" / INDEX).unlink()
    assert sorted(Archive(tmp_path / "c").entries(), key=str) == sorted(kept, key=str)
