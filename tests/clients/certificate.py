"""Makes a certificate that signs itself and its key, for an hour, into the folder named; the SDKs are told to trust it."""
import datetime
import ipaddress
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

folder, names = sys.argv[1], sys.argv[2:]
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Limn's tests")])
now = datetime.datetime.now(datetime.timezone.utc)
usage = dict.fromkeys(
    ["content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign", "encipher_only", "decipher_only"], False)
certificate = (
    x509.CertificateBuilder()
    .subject_name(name).issuer_name(name).public_key(key.public_key())
    .serial_number(x509.random_serial_number())
    .not_valid_before(now - datetime.timedelta(minutes=5)).not_valid_after(now + datetime.timedelta(hours=1))
    .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1")), *map(x509.DNSName, names)]), False)
    .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
    .add_extension(x509.KeyUsage(digital_signature=True, key_cert_sign=True, **usage), True)
    .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False)
    .sign(key, hashes.SHA256()))
with open(f"{folder}/key.pem", "wb") as file:
    file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
with open(f"{folder}/cert.pem", "wb") as file:
    file.write(certificate.public_bytes(serialization.Encoding.PEM))
