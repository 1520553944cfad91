"""The wire through TLS: same bytes, same guarantees, and no store that cannot prove its name."""

import datetime
import ipaddress
import ssl
from concurrent.futures import Executor
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chunk_service.adapters.s3.store import S3Store
from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.objects import (
    MultipartId,
    ObjectTarget,
    OutcomeUnknown,
    PartSource,
    StoreRefused,
)
from tests.adapters.s3.scripted import OK_PART, Request, answering, answering_early, error, opened
from tests.adapters.s3.sources import MIB, BytesSource, RepeatingSource

TARGET = ObjectTarget(
    bucket="bucket",
    key="key",
    upload_id="u1",
    content_type="text/plain",
    part_checksum=Algorithm.CRC64NVME,
)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and its certificate for 127.0.0.1, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "scripted store")])
    loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([loopback]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "store.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))


async def upload(store: S3Store, source: PartSource) -> str:
    return await store.upload_part(TARGET, multipart=MultipartId("m"), number=1, source=source)


@pytest.mark.usefixtures("trusted")
async def test_the_bytes_arrive_and_the_connection_is_kept(
    executor: Executor, tls: ssl.SSLContext
) -> None:
    bodies = []

    async def step(request: Request) -> None:
        bodies.append(await request.body())
        request.writer.write(OK_PART)

    data = bytes(range(256)) * 8192 + b"end"
    async with opened(executor, step, tls=tls) as (store, scripted):
        await upload(store, BytesSource(data))
        await upload(store, BytesSource(data))
    assert bodies == [data, data]
    assert scripted.connections == 1


@pytest.mark.usefixtures("trusted")
async def test_an_early_error_is_read_and_ends_the_sending(
    executor: Executor, tls: ssl.SSLContext
) -> None:
    refusal = answering_early(error("403 Forbidden", "AccessDenied"))
    async with opened(executor, refusal, answering(OK_PART), tls=tls) as (store, scripted):
        with pytest.raises(StoreRefused, match="AccessDenied"):
            await upload(store, RepeatingSource(64 * MIB))
        await upload(store, BytesSource(b"next"))
    assert scripted.connections == 2


async def test_a_store_with_a_foreign_certificate_gets_nothing(
    executor: Executor, tls: ssl.SSLContext
) -> None:
    async with opened(executor, answering(OK_PART), tls=tls) as (store, scripted):
        with pytest.raises(OutcomeUnknown):
            await store.put_object(TARGET, source=BytesSource(b"secret"))
    assert scripted.heads == []
