"""What the Python drivers share: the job on standard input, checks, one line of JSON for each operation.

By hand, against any Limn in development:
    echo '{"port": 8787}' | .tools/venv/bin/python tests/clients/with_oss2.py
The job may name "scheme", "ca", "config", "operation" (a part of its name) and "full" (the large uploads); the rest has defaults.
"""
import hashlib
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).parent
OPERATIONS = json.loads((HERE / "operations.json").read_text())
PHOTO = HERE / "../../.tools/demo/grey.jpg"
# What OSS and S3 keys may hold and clients encode differently.
ODD_KEYS = ["a b/ü 图.bin", "plus+and&=.bin", "per%2Fcent%25.bin", "q?#;,'().bin", "~tilde*!@$.bin"]
LISTED = ["dir/1 space.bin", "dir/2+plus.bin", "dir/3 图ü.bin", "dir/deeper/4.bin", "other/5&<>.bin"]
MIB = 1 << 20


class NotApplicable(Exception):
    """Raised with the reason why an operation means nothing for a client."""


def _resolve_here():
    """Names under .localhost and of OSS's own hosts lead to this machine, inside of this process alone."""
    ask = socket.getaddrinfo

    def getaddrinfo(host, *rest, **named):
        name = host.decode() if isinstance(host, bytes) else host
        here = name and (name == "localhost" or name.endswith((".localhost", ".aliyuncs.com")))
        return ask("127.0.0.1" if here else host, *rest, **named)

    socket.getaddrinfo = getaddrinfo


def _own_environment(ca):
    """Of this machine's settings only ours count: no proxy, no profile, and the certificate that is to be trusted."""
    trusted = ("REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")
    for name in [*os.environ]:
        if name in trusted or name.upper().startswith("AWS_") or name.upper().endswith("_PROXY"):
            del os.environ[name]
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    if ca:
        os.environ.update(dict.fromkeys(trusted, ca))


class Job:
    """What to run against: endpoint, keys, bucket, and a prefix and a bucket name that no other run has."""

    def __init__(self, told, client, config):
        self.scheme = told.get("scheme", "http")
        self.port = told["port"]
        self.key, self.secret = told.get("key", "limn-dev"), told.get("secret", "limn-dev-secret")
        self.reader, self.reader_secret = told.get("reader", "limn-reader"), told.get("reader_secret", "limn-reader-secret")
        self.bucket = told.get("bucket", "vault")
        self.ca = told.get("ca")
        # Of a later run with the same state as well.
        self.prefix = f"{client}/{config}/{self.scheme}/{int(time.time()):x}/"
        self.new_bucket = f"t-{client}-{config}-{self.scheme}"
        self.large = told.get("full", False)
        self.photo = PHOTO.read_bytes()
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="limn-client-"))

    def endpoint(self, host="127.0.0.1"):
        return f"{self.scheme}://{host}:{self.port}"

    def file(self, name, content):
        path = self.work / name
        path.write_bytes(content)
        return str(path)


def some_bytes(length, seed="limn"):
    """Bytes that no codec knows, the same for the same seed."""
    return hashlib.shake_256(seed.encode()).digest(length)


def cut(content, *sizes):
    """The content in parts of the sizes; what is left is the last one."""
    parts = []
    for size in sizes:
        parts.append(content[:size])
        content = content[size:]
    return parts + [content]


class Trickle:
    """A stream that tells neither its length nor its place."""

    def __init__(self, content, step=7000):
        self.content, self.step = content, step

    def read(self, amount=-1):
        amount = len(self.content) if amount is None or amount < 0 else min(amount, self.step)
        piece, self.content = self.content[:amount], self.content[amount:]
        return piece

    def __iter__(self):
        while piece := self.read(self.step):
            yield piece


def same(got, wanted, what="value"):
    if got != wanted:
        def short(value):
            return f"{len(value)} bytes, {value[:40]!r}" if isinstance(value, bytes) else repr(value)
        raise AssertionError(f"{what}: got {short(got)}, wanted {short(wanted)}")


def public_part(value):
    """A private bucket's answer may say `private` before the Cache-Control that was stored."""
    return value and value.removeprefix("private, ")


def refused(call, *kinds):
    """The exception that `call` ends with, which must be one of `kinds`."""
    try:
        answer = call()
    except kinds as error:
        return error
    raise AssertionError(f"was not refused but answered {answer!r}")


def names_v4(message):
    text = str(message)
    if not re.search("V4|version 4", text, re.IGNORECASE):
        raise AssertionError(f"the refusal does not name version 4: {text}")


def jpeg_width(content):
    same(content[:2], b"\xff\xd8", "start of a JPEG")
    at = 2
    while True:
        marker, length = content[at + 1], struct.unpack(">H", content[at + 2:at + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return struct.unpack(">H", content[at + 7:at + 9])[0]
        at += 2 + length


def main(client, configs, operations, not_applicable):
    """Runs each operation in each config. `configs` makes a driver from a job; `operations` maps a name to a function of it."""
    unknown = [name for name in [*operations, *not_applicable] if name not in OPERATIONS]
    assert not unknown, unknown
    _resolve_here()
    told = json.load(sys.stdin)
    _own_environment(told.get("ca"))
    for config, make in configs.items():
        if told.get("config", config) != config:
            continue
        job = Job({**told, "full": told.get("full", config == next(iter(configs)))}, client, config)
        missing = None
        try:
            driver = make(job)
        except NotApplicable as reason:
            missing = reason
        for operation in OPERATIONS:
            if told.get("operation", "") not in operation:
                continue
            began = time.monotonic()
            try:
                if missing:
                    raise missing
                if operation not in operations:
                    raise NotApplicable(not_applicable[operation])
                operations[operation](driver)
                ok, detail = True, ""
            except NotApplicable as reason:
                ok, detail = None, str(reason)
            except Exception as error:  # pylint: disable=broad-except
                ok, detail = False, f"{type(error).__module__}.{type(error).__name__}: {error}"
                if told.get("trace"):
                    traceback.print_exc()
            took = round(time.monotonic() - began, 2)
            print(json.dumps({"client": client, "config": config, "operation": operation, "ok": ok, "detail": detail[:600], "seconds": took}), flush=True)
        shutil.rmtree(job.work)
