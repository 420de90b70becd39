"""s3cmd, the command-line tool for S3."""
import hashlib
import os
import pathlib
import subprocess
import sys

import boto3
import botocore.client
import requests

import kit
from kit import same

# The exit codes of S3/ExitCodes.py.
SERVER_ERROR, NOT_FOUND, CONFLICT, USAGE, DENIED = 11, 12, 13, 64, 77


class Driver:
    def __init__(self, job):
        self.job = job
        host = f"127.0.0.1:{job.port}"
        settings = {"host_base": host, "host_bucket": host, "use_https": job.scheme == "https", "signurl_use_https": job.scheme == "https",
                    "ca_certs_file": job.ca or "", "bucket_location": "us-east-1", "multipart_chunk_size_mb": 5, "encoding": "UTF-8", "progress_meter": False, "max_retries": 1}
        self.settings = job.file("s3cfg", ("[default]\n" + "".join(f"{k} = {v}\n" for k, v in settings.items())).encode())

    def run(self, *words, status=0, key=None, secret=None, feed=None):
        command = [sys.executable, str(pathlib.Path(sys.executable).parent / "s3cmd"), "-c", self.settings, f"--access_key={key or self.job.key}",
                   f"--secret_key={secret or self.job.secret}", *words]
        done = subprocess.run(command, input=feed, capture_output=True, timeout=60, env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False)
        told = (done.stdout + done.stderr).decode()
        same(done.returncode, status, f"exit code, with {told.strip()[-300:]}")
        return told

    def url(self, key):
        return f"s3://{self.job.bucket}/{self.job.prefix}{key}"

    def put(self, key, content, *words):
        self.run("put", *words, self.job.file("up.bin", content), self.url(key))

    def get(self, key, *words):
        target = self.job.work / "down.bin"
        if "--continue" not in words:
            target.unlink(missing_ok=True)
        self.run("get", *words, self.url(key), str(target))
        return target.read_bytes()

    def listed(self, prefix, *words):
        return [line.split("s3://", 1)[1] for line in self.run("ls", *words, self.url(prefix)).splitlines() if "s3://" in line]

    def full(self, *keys):
        return [self.url(k)[5:] for k in keys]

    def begun(self, key, *parts):
        """An upload that another client left open."""
        c = boto3.client("s3", endpoint_url=self.job.endpoint(), region_name="us-east-1", aws_access_key_id=self.job.key,
                         aws_secret_access_key=self.job.secret, config=botocore.client.Config(s3={"addressing_style": "path"}))
        at = {"Bucket": self.job.bucket, "Key": self.job.prefix + key}
        upload = c.create_multipart_upload(**at)["UploadId"]
        for number, part in enumerate(parts, 1):
            c.upload_part(**at, UploadId=upload, PartNumber=number, Body=part)
        return upload


def list_buckets(d):
    told = d.run("ls")
    assert "s3://vault" in told and "s3://demo" in told, told


def bytes_(d):
    content = kit.some_bytes(100_000)
    d.put("bytes.bin", content)
    same(d.get("bytes.bin"), content)
    d.put("empty.bin", b"")
    same(d.get("empty.bin"), b"")


def stream(d):
    content = kit.some_bytes(9 * kit.MIB if d.job.large else 300_000, "stream")
    d.run("put", "-", d.url("stream.bin"), feed=content)
    same(d.get("stream.bin"), content)


def metadata(d):
    d.put("meta.txt", b"text", "--mime-type=text/css", "--add-header=x-amz-meta-colour: dark blue", "--add-header=Cache-Control: max-age=77")
    told = d.run("info", d.url("meta.txt"))
    for line in ("MIME type: text/css", "x-amz-meta-colour: dark blue", "MD5 sum:   " + hashlib.md5(b"text").hexdigest()):
        assert line in told, told
    d.run("modify", "--mime-type=text/plain", "--add-header=x-amz-meta-new: 1", d.url("meta.txt"))
    assert "text/plain" in d.run("info", d.url("meta.txt"))


def ranges(d):
    content = kit.some_bytes(1000, "range")
    d.put("range.bin", content)
    d.job.file("down.bin", content[:400])
    same(d.get("range.bin", "--continue"), content, "the rest was fetched")


def head(d):
    d.put("head.bin", b"12345")
    assert "File size: 5\n" in d.run("info", d.url("head.bin"))
    d.run("info", d.url("none.bin"), status=NOT_FOUND)


def odd_keys(d):
    for key in kit.ODD_KEYS:
        d.put("odd/" + key, key.encode())
        same(d.get("odd/" + key), key.encode(), key)
    same(d.listed("odd/", "--recursive"), sorted(d.full(*["odd/" + k for k in kit.ODD_KEYS]), key=str.encode), "listed")
    d.run("cp", d.url("odd/" + kit.ODD_KEYS[0]), d.url("odd/" + kit.ODD_KEYS[2]))
    same(d.get("odd/" + kit.ODD_KEYS[2]), kit.ODD_KEYS[0].encode(), "copied")
    d.run("del", "--recursive", "--force", d.url("odd/"))
    same(d.listed("odd/", "--recursive"), [], "left after delete many")


def copy(d):
    d.put("from.bin", b"copied", "--add-header=x-amz-meta-a: 1")
    d.run("cp", d.url("from.bin"), d.url("to.bin"))
    same(d.get("to.bin"), b"copied")
    assert "x-amz-meta-a: 1" in d.run("info", d.url("to.bin"))
    d.run("mv", d.url("to.bin"), d.url("moved.bin"))
    same(d.get("moved.bin"), b"copied", "moved")
    d.run("info", d.url("to.bin"), status=NOT_FOUND)


def pages(d):
    for key in kit.LISTED:
        d.put("list/" + key, key.encode())
    same(d.listed("list/", "--recursive"), d.full(*["list/" + k for k in kit.LISTED]))
    same(d.listed("list/", "--recursive", "--limit=2"), d.full(*["list/" + k for k in kit.LISTED[:2]]), "the first two")


def delimiter(d):
    for key in kit.LISTED[2:4]:
        d.put("tree/" + key, b"")
    same(sorted(d.listed("tree/dir/")), sorted(d.full("tree/dir/deeper/", "tree/" + kit.LISTED[2])))


def multipart(d):
    content = kit.some_bytes(12 * kit.MIB if d.job.large else 5 * kit.MIB + 1000, "parts")
    d.put("parts.bin", content, "--add-header=x-amz-meta-a: 1")
    same(d.get("parts.bin"), content)
    assert "x-amz-meta-a: 1" in d.run("info", d.url("parts.bin"))


def list_parts(d):
    part = kit.some_bytes(102_400)
    upload = d.begun("listed-parts.bin", part, part)
    told = d.run("listmp", d.url("listed-parts.bin"), upload)
    same([line.split("\t")[1:] for line in told.splitlines()[1:]], [[str(n), f'"{hashlib.md5(part).hexdigest()}"', str(len(part))] for n in (1, 2)], told)
    d.run("abortmp", d.url("listed-parts.bin"), upload)


def list_uploads(d):
    upload = d.begun("open/a b+ü.bin")
    told = d.run("multipart", f"s3://{d.job.bucket}")
    assert f"{d.url('open/a b+ü.bin')}\t{upload}" in told, told
    d.run("abortmp", d.url("open/a b+ü.bin"), upload)


def abort(d):
    upload = d.begun("aborted.bin", b"1")
    d.run("abortmp", d.url("aborted.bin"), upload)
    d.run("listmp", d.url("aborted.bin"), upload, status=NOT_FOUND)


def resumable(d):
    content = kit.some_bytes(5 * kit.MIB + 1000, "resumable")
    upload = d.begun("resumable.bin", content[:5 * kit.MIB])
    d.put("resumable.bin", content, "--continue-put", f"--upload-id={upload}")
    same(d.get("resumable.bin"), content)


def delete(d):
    d.put("gone.bin", b"1")
    d.run("del", d.url("gone.bin"))
    d.run("del", d.url("gone.bin"))
    d.run("info", d.url("gone.bin"), status=NOT_FOUND)


def delete_many(d):
    for key in ("many/1.bin", "many/2 ü&<+.bin"):
        d.put(key, b"1")
    d.run("del", "--recursive", "--force", d.url("many/"))
    same(d.listed("many/", "--recursive"), [])


def no_such_key(d):
    assert "404" in d.run("info", d.url("none.bin"), status=NOT_FOUND)
    # It looks before it fetches.
    assert "does not exist" in d.run("get", d.url("none.bin"), str(d.job.work / "none"), status=USAGE)


def no_such_bucket(d):
    assert "does not exist" in d.run("ls", "s3://limn-has-no-such-bucket", status=NOT_FOUND)


def access_denied(d):
    told = d.run("put", d.job.file("up.bin", b"1"), d.url("denied.bin"), key=d.job.reader, secret=d.job.reader_secret, status=DENIED)
    assert "AccessDenied" in told, told


def wrong_secret(d):
    assert "SignatureDoesNotMatch" in d.run("ls", d.url(""), secret="not-the-secret", status=DENIED)


def unknown_key(d):
    assert "InvalidAccessKeyId" in d.run("ls", d.url(""), key="nobody", status=DENIED)


def bucket_life(d):
    bucket = f"s3://{d.job.new_bucket}"
    d.run("mb", bucket)
    d.run("put", d.job.file("up.bin", b"1"), bucket + "/a")
    assert "BucketNotEmpty" in d.run("rb", bucket, status=CONFLICT)
    d.run("del", bucket + "/a")
    d.run("rb", bucket)
    assert "does not exist" in d.run("ls", bucket, status=NOT_FOUND)


def bad_name(d):
    told = d.run("mb", "s3://Bad_Name", status=SERVER_ERROR)
    assert "InvalidBucketName" in told, told


def info(d):
    told = d.run("info", f"s3://{d.job.bucket}")
    assert "Location:" in told and "FULL_CONTROL" in told, told


def write_acl(d):
    told = d.run("setacl", "--acl-public", f"s3://{d.job.bucket}", status=SERVER_ERROR)
    assert "NotImplemented" in told, told


def old_signature(d):
    kit.names_v4(d.run("--signature-v2", "ls", d.url(""), status=SERVER_ERROR))
    answer = requests.get(d.run("signurl", d.url("a"), "+60").strip(), timeout=20)
    same(answer.status_code, 400)
    kit.names_v4(answer.text)


kit.main(
    "s3cmd",
    {"path": Driver},
    {
        "list buckets": list_buckets,
        "put and get bytes": bytes_,
        "put a stream of unknown length": stream,
        "put metadata and headers": metadata,
        "get a range": ranges,
        "head": head,
        "odd keys": odd_keys,
        "copy": copy,
        "list v1 in pages": pages,
        "list by delimiter": delimiter,
        "multipart upload": multipart,
        "list parts": list_parts,
        "list uploads": list_uploads,
        "abort an upload": abort,
        "resumable upload": resumable,
        "delete": delete,
        "delete many": delete_many,
        "error: no such key": no_such_key,
        "error: no such bucket": no_such_bucket,
        "error: access denied": access_denied,
        "error: wrong secret": wrong_secret,
        "error: unknown key": unknown_key,
        "make and delete a bucket": bucket_life,
        "a bad bucket name": bad_name,
        "bucket location": info,
        "bucket ACL": info,
        "write an ACL": write_acl,
        "old signatures": old_signature,
    },
    {
        **dict.fromkeys(["not modified", "put only if absent", "list v2 in pages", "get a transform", "form upload"], "the tool has no such call"),
        **dict.fromkeys(["presigned get", "presigned transform", "presigned put"], "the tool signs links with version 2 alone, which is refused (old signatures)"),
        **dict.fromkeys(["save a transform", "bucket info", "bucket referer", "bucket styles"], "S3 has no such call"),
    },
)
