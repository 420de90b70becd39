"""rclone, where it is installed."""
import json
import os
import shutil
import subprocess

import requests

import kit
from kit import same

# The exit codes of its documents: any error, and a folder that is missing.
ERROR, NO_FOLDER = 1, 3


class Driver:
    def __init__(self, job):
        self.job = job
        if not shutil.which("rclone"):
            raise kit.NotApplicable("not installed")

    def run(self, *words, status=0, key=None, secret=None, feed=None):
        remote = {"type": "s3", "provider": "Other", "endpoint": self.job.endpoint(), "region": "us-east-1",
                  "access_key_id": key or self.job.key, "secret_access_key": secret or self.job.secret}
        # It cannot take the certificate from both.
        env = {**{k: v for k, v in os.environ.items() if k != "AWS_CA_BUNDLE"}, **{f"RCLONE_CONFIG_L_{name.upper()}": value for name, value in remote.items()}}
        options = [f"--config={self.job.work}/none", "--retries=1", "--low-level-retries=1", *(["--ca-cert", self.job.ca] if self.job.ca else [])]
        done = subprocess.run(["rclone", *options, *words], input=feed, capture_output=True, timeout=60, env=env, check=False)
        if done.returncode != status:
            raise AssertionError(f"exit code {done.returncode} instead of {status}, with {done.stderr.decode(errors='replace').strip()[-300:]}")
        return done.stdout if status == 0 else done.stderr.decode(errors="replace")

    def url(self, key):
        return f"L:{self.job.bucket}/{self.job.prefix}{key}"

    def put(self, key, content, *words):
        self.run("copyto", *words, self.job.file("up.bin", content), self.url(key))

    def get(self, key, *words):
        target = self.job.work / "down.bin"
        target.unlink(missing_ok=True)
        self.run("copyto", *words, self.url(key), str(target))
        return target.read_bytes()

    def listed(self, prefix, *words):
        return [o["Path"] for o in json.loads(self.run("lsjson", *words, self.url(prefix)))]


def list_buckets(d):
    assert {"demo", "vault"} <= {o["Name"] for o in json.loads(d.run("lsjson", "L:"))}


def bytes_(d):
    content = kit.some_bytes(100_000)
    d.put("bytes.bin", content)
    same(d.get("bytes.bin"), content)
    d.put("empty.bin", b"")
    same(d.get("empty.bin"), b"")
    same(d.run("check", "--download", str(d.job.work), d.url(""), "--include", "none"), b"", "check")


def stream(d):
    content = kit.some_bytes(9 * kit.MIB if d.job.large else 300_000, "stream")
    d.run("rcat", d.url("stream.bin"), feed=content)
    same(d.get("stream.bin"), content)


def metadata(d):
    d.put("meta.txt", b"text", "--metadata", "--metadata-set", "colour=dark blue", "--metadata-set", "cache-control=max-age=77", "--metadata-set", "content-type=text/css")
    told = json.loads(d.run("lsjson", "--stat", "--metadata", d.url("meta.txt")))
    same((told["Metadata"]["colour"], kit.public_part(told["Metadata"]["cache-control"]), told["MimeType"]), ("dark blue", "max-age=77", "text/css"))


def ranges(d):
    content = kit.some_bytes(1000, "range")
    d.put("range.bin", content)
    same(d.run("cat", "--offset=10", "--count=10", d.url("range.bin")), content[10:20])


def head(d):
    d.put("head.bin", b"12345")
    same(json.loads(d.run("lsjson", "--stat", d.url("head.bin")))["Size"], 5)
    # What is not there is an empty folder to it, if anything.
    told = json.loads(d.run("lsjson", "--stat", d.url("none.bin")))
    assert told is None or told["IsDir"], told


def odd_keys(d):
    for key in kit.ODD_KEYS:
        d.put("odd/" + key, key.encode())
        same(d.get("odd/" + key), key.encode(), key)
    same(sorted(d.listed("odd/", "--recursive", "--files-only")), sorted(kit.ODD_KEYS), "listed")
    d.run("copyto", d.url("odd/" + kit.ODD_KEYS[0]), d.url("odd/" + kit.ODD_KEYS[2]))
    same(d.get("odd/" + kit.ODD_KEYS[2]), kit.ODD_KEYS[0].encode(), "copied")
    d.run("delete", d.url("odd/"))


def copy(d):
    d.put("from.bin", b"copied")
    d.run("copyto", d.url("from.bin"), d.url("to.bin"))
    same(d.get("to.bin"), b"copied")
    d.run("moveto", d.url("to.bin"), d.url("moved.bin"))
    same((d.get("moved.bin"), d.listed("", "--include", "/to.bin")), (b"copied", []), "moved")


def pages(d, version):
    for key in kit.LISTED:
        d.put(f"list{version}/" + key, key.encode())
    words = ("--recursive", "--files-only", f"--s3-list-version={version}", "--s3-list-chunk=2", "--fast-list")
    same(sorted(d.listed(f"list{version}/", *words)), sorted(kit.LISTED))


def delimiter(d):
    for key in kit.LISTED[2:4]:
        d.put("tree/" + key, b"1")
    same(sorted(d.listed("tree/dir/", "--s3-list-version=2")), sorted(["deeper", kit.LISTED[2][4:]]))


CUT = ("--s3-upload-cutoff=5M", "--s3-chunk-size=5M", "--s3-upload-concurrency=2")


def multipart(d):
    content = kit.some_bytes(12 * kit.MIB if d.job.large else 5 * kit.MIB + 1000, "parts")
    d.put("parts.bin", content, *CUT)
    same(d.get("parts.bin", "--multi-thread-cutoff=5M", "--multi-thread-streams=2"), content)


def list_uploads(d):
    same(json.loads(d.run("backend", "list-multipart-uploads", d.url("nothing-open/")))[d.job.bucket] or [], [])
    d.run("backend", "cleanup", "-o", "max-age=90d", f"L:{d.job.bucket}")


def delete(d):
    d.put("gone.bin", b"1")
    d.run("deletefile", d.url("gone.bin"))
    assert "doesn't exist" in d.run("deletefile", d.url("gone.bin"), status=ERROR)


def delete_many(d):
    for key in ("many/1.bin", "many/2 ü&<+.bin"):
        d.put(key, b"1")
    d.run("delete", d.url("many/"))
    same(d.listed("many/"), [], "left")


def presigned_get(d):
    d.put("signed a+b.bin", b"signed")
    url = d.run("link", "--expire=60s", d.url("signed a+b.bin")).decode().strip()
    same(requests.get(url, timeout=20).content, b"signed")


def no_such_key(d):
    d.run("copyto", d.url("none.bin"), f"{d.job.work}/none")
    assert not os.path.isfile(f"{d.job.work}/none")


def no_such_bucket(d):
    d.run("lsjson", "L:limn-has-no-such-bucket", status=NO_FOLDER)


def access_denied(d):
    told = d.run("copyto", "--s3-no-check-bucket", d.job.file("up.bin", b"1"), d.url("denied.bin"), key=d.job.reader, secret=d.job.reader_secret, status=ERROR)
    assert "AccessDenied" in told or "403" in told, told


def wrong_secret(d):
    assert "SignatureDoesNotMatch" in d.run("lsjson", d.url(""), secret="not-the-secret", status=ERROR)


def unknown_key(d):
    assert "InvalidAccessKeyId" in d.run("lsjson", d.url(""), key="nobody", status=ERROR)


def bucket_life(d):
    bucket = f"L:{d.job.new_bucket}"
    d.run("mkdir", bucket)
    d.run("copyto", d.job.file("up.bin", b"1"), bucket + "/a")
    assert "BucketNotEmpty" in d.run("rmdir", bucket, status=ERROR)
    d.run("deletefile", bucket + "/a")
    d.run("rmdir", bucket)
    d.run("lsjson", bucket, status=NO_FOLDER)


def bad_name(d):
    assert "InvalidBucketName" in d.run("mkdir", "L:Bad_Name", status=ERROR)


kit.main(
    "rclone",
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
        "list v1 in pages": lambda d: pages(d, 1),
        "list v2 in pages": lambda d: pages(d, 2),
        "list by delimiter": delimiter,
        "multipart upload": multipart,
        "list uploads": list_uploads,
        "delete": delete,
        "delete many": delete_many,
        "presigned get": presigned_get,
        "error: no such key": no_such_key,
        "error: no such bucket": no_such_bucket,
        "error: access denied": access_denied,
        "error: wrong secret": wrong_secret,
        "error: unknown key": unknown_key,
        "make and delete a bucket": bucket_life,
        "a bad bucket name": bad_name,
    },
    {
        **dict.fromkeys(["not modified", "put only if absent", "list parts", "abort an upload", "resumable upload", "presigned transform", "presigned put",
                         "get a transform", "form upload", "bucket location", "bucket ACL", "write an ACL", "old signatures"], "the tool has no such call"),
        **dict.fromkeys(["save a transform", "bucket info", "bucket referer", "bucket styles"], "S3 has no such call"),
    },
)
