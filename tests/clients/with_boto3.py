"""boto3, Amazon's Python SDK."""
import hashlib
import io

import boto3
import botocore.auth
import botocore.client
import botocore.exceptions
import requests
from boto3.s3.transfer import TransferConfig

import kit
from kit import same


class Driver:
    def __init__(self, job, host="127.0.0.1", style="path", region="us-east-1", s3=None, **named):
        self.job, self.host, self.region = job, host, region
        self.config = {"s3": {"addressing_style": style, **(s3 or {})}, "signature_version": "s3v4", **named}
        self.c = self.client()

    def client(self, key=None, secret=None, **changed):
        # One attempt more than none, as a refusal must not be repeated but a broken connection may.
        config = botocore.client.Config(**{**self.config, **changed}, retries={"total_max_attempts": 2})
        return boto3.client("s3", endpoint_url=self.job.endpoint(self.host), region_name=self.region,
                            aws_access_key_id=key or self.job.key, aws_secret_access_key=secret or self.job.secret, config=config)

    def at(self, key):
        return {"Bucket": self.job.bucket, "Key": self.job.prefix + key}

    def put(self, key, content, **named):
        return self.c.put_object(**self.at(key), Body=content, **named)

    def get(self, key, **named):
        return self.c.get_object(**self.at(key), **named)["Body"].read()

    def listed(self, prefix, operation="list_objects_v2", **named):
        pages = self.c.get_paginator(operation).paginate(Bucket=self.job.bucket, Prefix=self.job.prefix + prefix, **named)
        return [o for page in pages for o in page.get("Contents", [])]


def refused(call, status, code, kind=botocore.exceptions.ClientError):
    error = kit.refused(call, kind)
    same((error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]), (status, code))
    return error


def md5(content):
    return f'"{hashlib.md5(content).hexdigest()}"'


def list_buckets(d):
    answer = d.c.list_buckets()
    assert {"demo", "vault"} <= {b["Name"] for b in answer["Buckets"]}, answer
    assert answer["Owner"]["ID"] and answer["Buckets"][0]["CreationDate"].year >= 1970


def bytes_(d):
    content = kit.some_bytes(100_000)
    same(d.put("bytes.bin", content)["ETag"], md5(content), "ETag")
    same(d.get("bytes.bin"), content)
    d.put("file.bin", io.BytesIO(content))
    same(d.get("file.bin"), content, "a file object")
    d.put("empty.bin", b"")
    same(d.get("empty.bin"), b"")
    for algorithm in ("CRC32", "SHA1", "SHA256"):
        d.put("sum.bin", content, ChecksumAlgorithm=algorithm)
        same(d.get("sum.bin"), content, algorithm)
    kit.refused(lambda: d.put("sum.bin", content, ChecksumCRC32="AAAAAA=="), botocore.exceptions.ClientError)


def stream(d):
    for length in (50_000, 9 * kit.MIB if d.job.large else 300_000):
        content = kit.some_bytes(length, "stream")
        d.c.upload_fileobj(kit.Trickle(content, 65536), *d.at("stream.bin").values())
        same(d.get("stream.bin"), content)


def metadata(d):
    told = {"ContentType": "text/plain; charset=utf-8", "CacheControl": "max-age=77", "ContentDisposition": 'attachment; filename="x y.txt"',
            "ContentLanguage": "de", "ContentEncoding": "identity"}
    d.put("meta.txt", b"text", Metadata={"colour": "dark blue", "Case": "kept As Is"}, **told)
    for got in (d.c.head_object(**d.at("meta.txt")), d.c.get_object(**d.at("meta.txt"))):
        for name, value in told.items():
            same(kit.public_part(got.get(name)), value, name)
        same(got["Metadata"], {"colour": "dark blue", "case": "kept As Is"}, "metadata")
    got = d.c.get_object(**d.at("meta.txt"), ResponseContentType="text/css", ResponseCacheControl="no-store")
    same((got["ContentType"], got["CacheControl"]), ("text/css", "no-store"), "response- overrides")


def ranges(d):
    content = kit.some_bytes(1000, "range")
    d.put("range.bin", content)
    got = d.c.get_object(**d.at("range.bin"), Range="bytes=10-19")
    same((got["ResponseMetadata"]["HTTPStatusCode"], got["Body"].read(), got["ContentRange"]), (206, content[10:20], "bytes 10-19/1000"))
    same(d.get("range.bin", Range="bytes=-7"), content[-7:], "the last seven")
    refused(lambda: d.get("range.bin", Range="bytes=2000-"), 416, "InvalidRange")


def head(d):
    d.put("head.bin", b"12345")
    got = d.c.head_object(**d.at("head.bin"))
    same((got["ContentLength"], got["ETag"]), (5, md5(b"12345")))
    assert got["LastModified"].year >= 2025
    refused(lambda: d.c.head_object(**d.at("none")), 404, "404")
    d.c.head_bucket(Bucket=d.job.bucket)
    refused(lambda: d.c.head_bucket(Bucket="limn-has-no-such-bucket"), 404, "404")


def not_modified(d):
    d.put("same.bin", b"1")
    got = d.c.get_object(**d.at("same.bin"))
    for condition in ({"IfNoneMatch": got["ETag"]}, {"IfModifiedSince": got["LastModified"]}):
        refused(lambda c=condition: d.get("same.bin", **c), 304, "304")
    refused(lambda: d.get("same.bin", IfMatch='"00"'), 412, "PreconditionFailed")


def if_absent(d):
    d.put("once.bin", b"1", IfNoneMatch="*")
    refused(lambda: d.put("once.bin", b"2", IfNoneMatch="*"), 412, "PreconditionFailed")
    same(d.get("once.bin"), b"1")
    d.put("once.bin", b"3", IfMatch=md5(b"1"))
    refused(lambda: d.put("once.bin", b"4", IfMatch=md5(b"1")), 412, "PreconditionFailed")


def odd_keys(d):
    for key in kit.ODD_KEYS:
        d.put("odd/" + key, key.encode())
        same(d.get("odd/" + key), key.encode(), key)
        url = d.c.generate_presigned_url("get_object", d.at("odd/" + key), 60)
        same(requests.get(url, timeout=20).content, key.encode(), f"signed URL of {key}")
    keys = [d.job.prefix + "odd/" + k for k in kit.ODD_KEYS]
    same([o["Key"] for o in d.listed("odd/")], sorted(keys, key=str.encode), "listed")
    d.c.copy_object(**d.at("odd/" + kit.ODD_KEYS[2]), CopySource=d.at("odd/" + kit.ODD_KEYS[0]))
    same(d.get("odd/" + kit.ODD_KEYS[2]), kit.ODD_KEYS[0].encode(), "copied")
    d.c.delete_objects(Bucket=d.job.bucket, Delete={"Objects": [{"Key": k} for k in keys]})
    same([o["Key"] for o in d.listed("odd/")], [], "left after delete many")


def copy(d):
    d.put("from.bin", b"copied", Metadata={"a": "1"})
    done = d.c.copy_object(**d.at("to.bin"), CopySource=d.at("from.bin"))
    same(done["CopyObjectResult"]["ETag"], md5(b"copied"), "ETag")
    got = d.c.get_object(**d.at("to.bin"))
    same((got["Body"].read(), got["Metadata"]), (b"copied", {"a": "1"}))
    d.c.copy(d.at("from.bin"), *d.at("managed.bin").values())
    same(d.get("managed.bin"), b"copied", "a managed copy")
    d.c.copy_object(**d.at("to.bin"), CopySource=d.at("from.bin"), MetadataDirective="REPLACE", Metadata={"b": "2"}, ContentType="text/css")
    got = d.c.head_object(**d.at("to.bin"))
    same((got["Metadata"], got["ContentType"]), ({"b": "2"}, "text/css"), "replaced metadata")
    refused(lambda: d.c.copy_object(**d.at("to.bin"), CopySource=d.at("none")), 404, "NoSuchKey")


def pages(d, operation):
    for key in kit.LISTED:
        d.put("list/" + key, key.encode())
    found = d.listed("list/", operation, PaginationConfig={"PageSize": 2})
    same([o["Key"] for o in found], [d.job.prefix + "list/" + k for k in kit.LISTED], "keys")
    same([(o["Size"], o["ETag"]) for o in found], [(len(k.encode()), md5(k.encode())) for k in kit.LISTED], "sizes and ETags")
    assert all(o["LastModified"].year >= 2025 for o in found)


def delimiter(d):
    for key in kit.LISTED:
        d.put("tree/" + key, b"")
    paginator = d.c.get_paginator("list_objects_v2")
    found = list(paginator.paginate(Bucket=d.job.bucket, Prefix=d.job.prefix + "tree/dir/", Delimiter="/", PaginationConfig={"PageSize": 2}))
    same([o["Key"] for p in found for o in p.get("Contents", [])], [d.job.prefix + "tree/" + k for k in kit.LISTED[:3]])
    same([c["Prefix"] for p in found for c in p.get("CommonPrefixes", [])], [d.job.prefix + "tree/dir/deeper/"])
    same([p["KeyCount"] for p in found], [2, 2], "KeyCount")


def multipart(d):
    content = kit.some_bytes(12 * kit.MIB if d.job.large else 5 * kit.MIB + 1000, "parts")
    parts = kit.cut(content, *[5 * kit.MIB] * (2 if d.job.large else 1))
    upload = d.c.create_multipart_upload(**d.at("parts.bin"), ContentType="application/x-parts", Metadata={"a": "1"})["UploadId"]
    done = {}
    for number in (2, 1, 3)[:len(parts)]:
        part = d.c.upload_part(**d.at("parts.bin"), UploadId=upload, PartNumber=number, Body=parts[number - 1])
        same(part["ETag"], md5(parts[number - 1]), "a part's ETag")
        done[number] = {"PartNumber": number, "ETag": part["ETag"]}
    found = d.c.get_paginator("list_parts").paginate(**d.at("parts.bin"), UploadId=upload, PaginationConfig={"PageSize": 1})
    same([p["Size"] for page in found for p in page["Parts"]], [len(p) for p in parts], "listed parts")
    whole = d.c.complete_multipart_upload(**d.at("parts.bin"), UploadId=upload, MultipartUpload={"Parts": [done[n] for n in sorted(done)]})
    assert whole["ETag"].endswith(f'-{len(parts)}"'), whole["ETag"]
    same((whole["Bucket"], whole["Key"]), tuple(d.at("parts.bin").values()))
    got = d.c.get_object(**d.at("parts.bin"))
    same((got["ContentType"], got["Metadata"], got["Body"].read()), ("application/x-parts", {"a": "1"}, content))
    refused(lambda: d.c.upload_part(**d.at("parts.bin"), UploadId=upload, PartNumber=1, Body=b"1"), 404, "NoSuchUpload", d.c.exceptions.NoSuchUpload)


def list_parts(d):
    content, upload = kit.some_bytes(102_400), d.c.create_multipart_upload(**d.at("listed-parts.bin"))["UploadId"]
    for number in (1, 2, 3):
        d.c.upload_part(**d.at("listed-parts.bin"), UploadId=upload, PartNumber=number, Body=content)
    found = d.c.get_paginator("list_parts").paginate(**d.at("listed-parts.bin"), UploadId=upload, PaginationConfig={"PageSize": 2})
    same([(p["PartNumber"], p["Size"], p["ETag"]) for page in found for p in page["Parts"]], [(n, len(content), md5(content)) for n in (1, 2, 3)])
    d.c.abort_multipart_upload(**d.at("listed-parts.bin"), UploadId=upload)


def list_uploads(d):
    begun = {d.c.create_multipart_upload(**d.at(f"open/{k}"))["UploadId"]: d.job.prefix + f"open/{k}" for k in ("a b.bin", "b+ü.bin", "b+ü.bin")}
    found = d.c.get_paginator("list_multipart_uploads").paginate(
        Bucket=d.job.bucket, Prefix=d.job.prefix + "open/", PaginationConfig={"PageSize": 2})
    same({u["UploadId"]: u["Key"] for page in found for u in page.get("Uploads", [])}, begun)
    for upload, key in begun.items():
        d.c.abort_multipart_upload(Bucket=d.job.bucket, Key=key, UploadId=upload)


def abort(d):
    upload = d.c.create_multipart_upload(**d.at("aborted.bin"))["UploadId"]
    d.c.upload_part(**d.at("aborted.bin"), UploadId=upload, PartNumber=1, Body=b"1")
    d.c.abort_multipart_upload(**d.at("aborted.bin"), UploadId=upload)
    refused(lambda: d.c.list_parts(**d.at("aborted.bin"), UploadId=upload), 404, "NoSuchUpload")
    refused(lambda: d.get("aborted.bin"), 404, "NoSuchKey")


def resumable(d):
    content = kit.some_bytes(12 * kit.MIB if d.job.large else 5 * kit.MIB + 1000, "resumable")
    settings = TransferConfig(multipart_threshold=5 * kit.MIB, multipart_chunksize=5 * kit.MIB, max_concurrency=2)
    file = d.job.file("resumable.bin", content)
    d.c.upload_file(file, *d.at("resumable.bin").values(), Config=settings, ExtraArgs={"Metadata": {"a": "1"}})
    target = str(d.job.work / "down.bin")
    d.c.download_file(*d.at("resumable.bin").values(), target, Config=settings)
    with open(target, "rb") as down:
        same(down.read(), content, "downloaded in ranges")
    assert d.c.head_object(**d.at("resumable.bin"))["ETag"].count("-") == 1, "was not sent in parts"
    if d.job.large:
        with open(file, "rb") as up:
            d.c.upload_fileobj(up, *d.at("stream.bin").values(), Config=settings)
        same(d.get("stream.bin"), content, "a stream in parts")


def delete(d):
    d.put("gone.bin", b"1")
    same([d.c.delete_object(**d.at("gone.bin"))["ResponseMetadata"]["HTTPStatusCode"] for _ in range(2)], [204, 204])
    refused(lambda: d.get("gone.bin"), 404, "NoSuchKey", d.c.exceptions.NoSuchKey)


def delete_many(d):
    keys = [d.job.prefix + f"many/{k}" for k in ("1.bin", "2 ü&<+.bin", "missing.bin")]
    for key in keys[:2]:
        d.c.put_object(Bucket=d.job.bucket, Key=key, Body=b"1")
    done = d.c.delete_objects(Bucket=d.job.bucket, Delete={"Objects": [{"Key": k} for k in keys]})
    same((sorted(o["Key"] for o in done["Deleted"]), done.get("Errors")), (sorted(keys), None), "told as deleted")
    same(d.listed("many/"), [], "left")


def presigned_get(d):
    d.put("signed a+b.bin", b"signed")
    url = d.c.generate_presigned_url("get_object", {**d.at("signed a+b.bin"), "ResponseContentType": "text/css"}, 60)
    answer = requests.get(url, timeout=20)
    same((answer.content, answer.headers["content-type"]), (b"signed", "text/css"))
    answer = requests.get(url.replace("css", "csv"), timeout=20)
    assert answer.status_code == 403 and "<Code>SignatureDoesNotMatch</Code>" in answer.text, answer.text


def with_width(request, **_):
    """What a user of Limn adds so that a parameter of its own is signed along."""
    request.url += ("&" if "?" in request.url else "?") + "w=100"


def presigned_transform(d):
    d.put("photo.jpg", d.job.photo)
    c = d.client()
    c.meta.events.register("before-sign.s3.GetObject", with_width)
    url = c.generate_presigned_url("get_object", d.at("photo.jpg"), 60)
    same(kit.jpeg_width(requests.get(url, timeout=20).content), 100, "width")
    answer = requests.get(url.replace("w=100", "w=101"), timeout=20)
    assert answer.status_code == 403 and "<Code>SignatureDoesNotMatch</Code>" in answer.text, answer.text


def presigned_put(d):
    url = d.c.generate_presigned_url("put_object", {**d.at("put.bin"), "ContentType": "application/x-put", "Metadata": {"a": "1"}}, 60)
    headers = {"Content-Type": "application/x-put", "x-amz-meta-a": "1"}
    answer = requests.put(url, data=b"put", headers=headers, timeout=20)
    same(answer.status_code, 200, answer.text[:200])
    got = d.c.get_object(**d.at("put.bin"))
    same((got["Body"].read(), got["ContentType"], got["Metadata"]), (b"put", "application/x-put", {"a": "1"}))


def get_transform(d):
    d.put("photo.jpg", d.job.photo)
    c = d.client()
    c.meta.events.register("before-sign.s3.GetObject", with_width)
    got = c.get_object(**d.at("photo.jpg"))
    same((kit.jpeg_width(got["Body"].read()), got["ContentType"]), (100, "image/jpeg"))


def form(d):
    key = d.job.prefix + "forms/${filename}"
    fixed = {"success_action_status": "201", "Content-Type": "text/plain", "x-amz-meta-a": "1"}
    conditions = [["starts-with", "$key", d.job.prefix], ["content-length-range", 1, 1000], *({k: v} for k, v in fixed.items())]
    signed = d.c.generate_presigned_post(d.job.bucket, key, Fields=fixed, Conditions=conditions, ExpiresIn=60)

    def post(change, content):
        return requests.post(signed["url"], data={**signed["fields"], **change}, files={"file": ("ü a.txt", content, "text/plain")}, timeout=20)

    answer = post({}, b"from a form")
    same(answer.status_code, 201, answer.text[:200])
    assert f"<Key>{d.job.prefix}forms/ü a.txt</Key>" in answer.content.decode(), answer.text
    got = d.c.get_object(**d.at("forms/ü a.txt"))
    same((got["Body"].read(), got["ContentType"], got["Metadata"]), (b"from a form", "text/plain", {"a": "1"}))
    for change, content in (({}, b"x" * 1001), ({"key": "elsewhere.txt"}, b"x"), ({"x-amz-signature": "0" * 64}, b"x"), ({"x-amz-meta-b": "1"}, b"x")):
        answer = post(change, content)
        assert answer.status_code in (400, 403), (answer.status_code, change)
        assert "<Code>" in answer.text, answer.text


def no_such_key(d):
    error = refused(lambda: d.get("none.bin"), 404, "NoSuchKey", d.c.exceptions.NoSuchKey)
    assert error.response["ResponseMetadata"].get("RequestId"), "no request id"


def no_such_bucket(d):
    at = {"Bucket": "limn-has-no-such-bucket", "Key": "a"}
    refused(lambda: d.c.get_object(**at), 404, "NoSuchBucket")
    refused(lambda: d.c.put_object(**at, Body=b"1"), 404, "NoSuchBucket")
    refused(lambda: d.c.list_objects_v2(Bucket=at["Bucket"]), 404, "NoSuchBucket", d.c.exceptions.NoSuchBucket)


def access_denied(d):
    c = d.client(d.job.reader, d.job.reader_secret)
    refused(lambda: c.put_object(**d.at("denied.bin"), Body=b"1"), 403, "AccessDenied")
    refused(lambda: c.delete_object(**d.at("denied.bin")), 403, "AccessDenied")
    c.list_objects_v2(Bucket=d.job.bucket, MaxKeys=1)


def wrong_secret(d):
    c = d.client(secret="not-the-secret")
    refused(lambda: c.get_object(**d.at("a")), 403, "SignatureDoesNotMatch")
    refused(lambda: c.put_object(**d.at("a"), Body=b"1"), 403, "SignatureDoesNotMatch")


def unknown_key(d):
    refused(lambda: d.client(key="nobody").get_object(**d.at("a")), 403, "InvalidAccessKeyId")


def bucket_life(d):
    name = d.job.new_bucket
    d.c.create_bucket(Bucket=name)
    d.c.get_waiter("bucket_exists").wait(Bucket=name, WaiterConfig={"Delay": 1, "MaxAttempts": 2})
    d.c.put_object(Bucket=name, Key="a", Body=b"1")
    refused(lambda: d.c.delete_bucket(Bucket=name), 409, "BucketNotEmpty")
    d.c.delete_object(Bucket=name, Key="a")
    same(d.c.delete_bucket(Bucket=name)["ResponseMetadata"]["HTTPStatusCode"], 204)
    refused(lambda: d.c.head_bucket(Bucket=name), 404, "404")


def bad_name(d):
    refused(lambda: d.c.create_bucket(Bucket="Bad_Name"), 400, "InvalidBucketName")


def location(d):
    d.c.get_bucket_location(Bucket=d.job.bucket)["LocationConstraint"]  # pylint: disable=expression-not-assigned
    refused(lambda: d.c.get_bucket_location(Bucket="limn-has-no-such-bucket"), 404, "NoSuchBucket")


def acl(d):
    got = d.c.get_bucket_acl(Bucket=d.job.bucket)
    same([g["Permission"] for g in got["Grants"]], ["FULL_CONTROL"])
    same(got["Grants"][0]["Grantee"]["ID"], got["Owner"]["ID"])


def write_acl(d):
    refused(lambda: d.c.put_bucket_acl(Bucket=d.job.bucket, ACL="public-read"), 501, "NotImplemented")
    refused(lambda: d.c.put_bucket_tagging(Bucket=d.job.bucket, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}), 501, "NotImplemented")


def old_signature(d):
    c = d.client(signature_version="s3")
    kit.names_v4(refused(lambda: c.get_object(**d.at("a")), 400, "InvalidRequest"))
    kit.names_v4(refused(lambda: c.put_object(**d.at("a"), Body=b"1"), 400, "InvalidRequest"))
    answer = requests.get(c.generate_presigned_url("get_object", d.at("a"), 60), timeout=20)
    same(answer.status_code, 400)
    kit.names_v4(answer.text)


kit.main(
    "boto3",
    {
        "path": Driver,
        "path-when-required": lambda job: Driver(job, request_checksum_calculation="when_required", response_checksum_validation="when_required"),
        "path-signed-payload": lambda job: Driver(job, s3={"payload_signing_enabled": True}),
        "host": lambda job: Driver(job, "localhost", "virtual", "auto"),
    },
    {
        "list buckets": list_buckets,
        "put and get bytes": bytes_,
        "put a stream of unknown length": stream,
        "put metadata and headers": metadata,
        "get a range": ranges,
        "head": head,
        "not modified": not_modified,
        "put only if absent": if_absent,
        "odd keys": odd_keys,
        "copy": copy,
        "list v1 in pages": lambda d: pages(d, "list_objects"),
        "list v2 in pages": lambda d: pages(d, "list_objects_v2"),
        "list by delimiter": delimiter,
        "multipart upload": multipart,
        "list parts": list_parts,
        "list uploads": list_uploads,
        "abort an upload": abort,
        "resumable upload": resumable,
        "delete": delete,
        "delete many": delete_many,
        "presigned get": presigned_get,
        "presigned transform": presigned_transform,
        "presigned put": presigned_put,
        "get a transform": get_transform,
        "form upload": form,
        "error: no such key": no_such_key,
        "error: no such bucket": no_such_bucket,
        "error: access denied": access_denied,
        "error: wrong secret": wrong_secret,
        "error: unknown key": unknown_key,
        "make and delete a bucket": bucket_life,
        "a bad bucket name": bad_name,
        "bucket location": location,
        "bucket ACL": acl,
        "write an ACL": write_acl,
        "old signatures": old_signature,
    },
    dict.fromkeys(["save a transform", "bucket info", "bucket referer", "bucket styles"], "S3 has no such call"),
)
