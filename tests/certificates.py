"""Certificates of the tests' own, by an authority that only they trust."""

import ipaddress
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certified:
    """Who is trusted, and two servers that show certificates: one for the names it has, one that nobody vouches for."""

    trust: ssl.SSLContext
    server: ssl.SSLContext
    stranger: ssl.SSLContext


def certified(folder: Path, *names: str) -> Certified:
    """Certificates for the names, by an authority of the tests' own."""
    trusted = _authority()
    trust = ssl.create_default_context(cadata=trusted[0].public_bytes(serialization.Encoding.PEM).decode())
    contexts = []
    for who, (issuer, issuer_key) in {"server": trusted, "stranger": _authority()}.items():
        own = ec.generate_private_key(ec.SECP256R1())
        shown = _certificate(who, own, issuer, issuer_key, names)
        place = folder / f"{who}.pem"
        place.write_bytes(shown.public_bytes(serialization.Encoding.PEM) + _private(own))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(place)
        contexts.append(context)
    return Certified(trust, *contexts)


Pair = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def _authority() -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    return _certificate("authority", key, None, key, ()), key


def _certificate(
    who: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
    names: tuple[str, ...],
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, who)])
    start = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(_uses(is_authority=issuer is None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if names:
        made = made.add_extension(x509.SubjectAlternativeName(list(_named(names))), critical=False)
    return made.sign(issuer_key, hashes.SHA256())


def _uses(*, is_authority: bool) -> x509.KeyUsage:
    """What the key is for, which Python asks of authorities from 3.13 on."""
    others = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False)
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
        **others,
    )


def _named(names: tuple[str, ...]) -> Iterator[x509.GeneralName]:
    for name in names:
        try:
            yield x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            yield x509.DNSName(name)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
