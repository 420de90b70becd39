"""alibabacloud-oss-v2, Alibaba's second Python SDK."""
import base64
import datetime
import hashlib
import json

import alibabacloud_oss_v2 as oss
import requests

import kit
import oss_form
from kit import same

REGION = "cn-hangzhou"
UNSIGNED_PROCESS = "under V1 this SDK leaves x-oss-process out of the signature, so it is refused (SignatureDoesNotMatch); V4 signs it"


class Driver:
    def __init__(self, job, version, host="127.0.0.1"):
        self.job, self.version, self.host = job, version, host
        self.c = self.client()

    def client(self, key=None, secret=None):
        credentials = oss.credentials.StaticCredentialsProvider(key or self.job.key, secret or self.job.secret)
        return oss.Client(oss.Config(
            region=REGION, endpoint=self.job.endpoint(self.host), signature_version=self.version, credentials_provider=credentials))

    def at(self, key):
        return {"bucket": self.job.bucket, "key": self.job.prefix + key}

    def put(self, key, content, **named):
        return self.c.put_object(oss.PutObjectRequest(**self.at(key), body=content, **named))

    def got(self, key, **named):
        return self.c.get_object(oss.GetObjectRequest(**self.at(key), **named))

    def get(self, key, **named):
        with self.got(key, **named).body as body:
            return body.content

    def signed_process(self, call):
        """Runs what V1 of this SDK cannot: there it must be refused."""
        if self.version == "v1":
            refused(call, 403, "SignatureDoesNotMatch")
            raise kit.NotApplicable(UNSIGNED_PROCESS)
        call()


def refused(call, status, code):
    error = kit.refused(call, oss.exceptions.OperationError).unwrap()
    if not isinstance(error, oss.exceptions.ServiceError):
        raise error
    same((error.status_code, error.code), (status, code))
    assert error.request_id, "no request id"
    return error


def md5(content):
    return f'"{hashlib.md5(content).hexdigest()}"'


def list_buckets(d):
    names = [b.name for page in d.c.list_buckets_paginator(limit=2).iter_page(oss.ListBucketsRequest()) for b in page.buckets]
    assert {"demo", "vault"} <= set(names), names


def bytes_(d):
    content = kit.some_bytes(100_000)
    put = d.put("bytes.bin", content)
    same(put.etag.lower(), md5(content), "ETag")
    # The SDK compares the sum while it uploads, if the answer tells one.
    assert put.hash_crc64, "x-oss-hash-crc64ecma is missing"
    same(d.get("bytes.bin"), content)
    d.put("empty.bin", b"")
    same(d.get("empty.bin"), b"")
    d.c.get_object_to_file(oss.GetObjectRequest(**d.at("bytes.bin")), str(d.job.work / "bytes"))
    same((d.job.work / "bytes").read_bytes(), content, "the file")


def stream(d):
    for length in (50_000, 9 * kit.MIB if d.job.large else 300_000):
        content = kit.some_bytes(length, "stream")
        d.put("stream.bin", iter(kit.Trickle(content, 65536)))
        same(d.get("stream.bin"), content)


def metadata(d):
    told = {"content_type": "text/plain; charset=utf-8", "cache_control": "max-age=77", "content_disposition": 'attachment; filename="x y.txt"',
            "expires": "Wed, 21 Oct 2065 07:28:00 GMT"}
    d.put("meta.txt", b"text", metadata={"colour": "dark blue", "Case": "kept As Is"}, **told)
    for got in (d.c.head_object(oss.HeadObjectRequest(**d.at("meta.txt"))), d.got("meta.txt")):
        for name, value in told.items():
            same(kit.public_part(getattr(got, name)), value, name)
        same((got.metadata.get("colour"), got.metadata.get("case")), ("dark blue", "kept As Is"), "metadata")
    got = d.got("meta.txt", response_content_type="text/css", response_cache_control="no-store")
    same((got.content_type, got.cache_control), ("text/css", "no-store"), "response- overrides")


def ranges(d):
    content = kit.some_bytes(1000, "range")
    d.put("range.bin", content)
    got = d.got("range.bin", range_header="bytes=10-19")
    same((got.status_code, got.body.content, got.content_range, got.content_length), (206, content[10:20], "bytes 10-19/1000", 10))
    same(d.get("range.bin", range_header="bytes=-7"), content[-7:], "the last seven")
    same(d.get("range.bin", range_header="bytes=990-"), content[990:], "from 990 on")


def head(d):
    d.put("head.bin", b"12345")
    got = d.c.head_object(oss.HeadObjectRequest(**d.at("head.bin")))
    same((got.content_length, got.content_type, got.etag.lower(), got.object_type), (5, "application/octet-stream", md5(b"12345"), "Normal"))
    assert got.last_modified.year >= 2025 and got.hash_crc64
    same(d.c.get_object_meta(oss.GetObjectMetaRequest(**d.at("head.bin"))).content_length, 5)
    # A HEAD's refusal has no body; x-oss-err carries it, which tells the key from the bucket.
    refused(lambda: d.c.head_object(oss.HeadObjectRequest(**d.at("none"))), 404, "NoSuchKey")
    same([d.c.is_object_exist(**d.at(k)) for k in ("head.bin", "none")], [True, False], "is_object_exist")
    same([d.c.is_bucket_exist(b) for b in (d.job.bucket, "limn-has-no-such-bucket")], [True, False], "is_bucket_exist")


def not_modified(d):
    d.put("same.bin", b"1")
    got = d.got("same.bin")
    _ = got.body.content
    for condition in ({"if_none_match": got.etag}, {"if_modified_since": got.headers["last-modified"]}):
        error = kit.refused(lambda c=condition: d.got("same.bin", **c), oss.exceptions.OperationError).unwrap()
        same(error.status_code, 304)
    refused(lambda: d.got("same.bin", if_match='"00"'), 412, "PreconditionFailed")


def if_absent(d):
    d.put("once.bin", b"1", forbid_overwrite=True)
    refused(lambda: d.put("once.bin", b"2", forbid_overwrite=True), 409, "FileAlreadyExists")
    same(d.get("once.bin"), b"1")


def listed(d, prefix, **named):
    pages = d.c.list_objects_v2_paginator(limit=named.pop("limit", None)).iter_page(
        oss.ListObjectsV2Request(bucket=d.job.bucket, prefix=d.job.prefix + prefix, **named))
    return [o for page in pages for o in page.contents or []]


def odd_keys(d):
    for key in kit.ODD_KEYS:
        d.put("odd/" + key, key.encode())
        same(d.get("odd/" + key), key.encode(), key)
        url = d.c.presign(oss.GetObjectRequest(**d.at("odd/" + key)), expires=datetime.timedelta(seconds=60)).url
        same(requests.get(url, timeout=20).content, key.encode(), f"signed URL of {key}")
    keys = [d.job.prefix + "odd/" + k for k in kit.ODD_KEYS]
    same([o.key for o in listed(d, "odd/")], sorted(keys, key=str.encode), "listed")
    d.c.copy_object(oss.CopyObjectRequest(**d.at("odd/" + kit.ODD_KEYS[2]), source_key=keys[0]))
    same(d.get("odd/" + kit.ODD_KEYS[2]), kit.ODD_KEYS[0].encode(), "copied")
    d.c.delete_multiple_objects(oss.DeleteMultipleObjectsRequest(bucket=d.job.bucket, objects=[oss.DeleteObject(key=k) for k in keys]))
    same([o.key for o in listed(d, "odd/")], [], "left after delete many")


def copy(d):
    d.put("from.bin", b"copied", metadata={"a": "1"})
    source = {"source_bucket": d.job.bucket, "source_key": d.job.prefix + "from.bin"}
    done = d.c.copy_object(oss.CopyObjectRequest(**d.at("to.bin"), **source))
    same(done.etag.lower(), md5(b"copied"), "ETag")
    assert done.last_modified.year >= 2025
    got = d.got("to.bin")
    same((got.body.content, got.metadata.get("a")), (b"copied", "1"))
    d.c.copy_object(oss.CopyObjectRequest(**d.at("to.bin"), **source, metadata_directive="REPLACE", metadata={"b": "2"}, content_type="text/css"))
    got = d.c.head_object(oss.HeadObjectRequest(**d.at("to.bin")))
    same((dict(got.metadata), got.content_type), ({"b": "2"}, "text/css"), "replaced metadata")
    refused(lambda: d.c.copy_object(oss.CopyObjectRequest(**d.at("to.bin"), source_key=d.job.prefix + "none")), 404, "NoSuchKey")


def pages_v1(d):
    for key in kit.LISTED:
        d.put("list1/" + key, key.encode())
    pages = list(d.c.list_objects_paginator(limit=2).iter_page(oss.ListObjectsRequest(bucket=d.job.bucket, prefix=d.job.prefix + "list1/")))
    same([len(p.contents) for p in pages], [2, 2, 1], "keys a page")
    same([o.key for p in pages for o in p.contents], [d.job.prefix + "list1/" + k for k in kit.LISTED])


def pages_v2(d):
    for key in kit.LISTED:
        d.put("list2/" + key, key.encode())
    found = listed(d, "list2/", limit=2, fetch_owner=True)
    same([o.key for o in found], [d.job.prefix + "list2/" + k for k in kit.LISTED], "keys")
    same([(o.size, o.etag.lower()) for o in found], [(len(k.encode()), md5(k.encode())) for k in kit.LISTED], "sizes and ETags")
    assert all(o.last_modified.year >= 2025 and o.owner.id and o.storage_class for o in found)
    after = listed(d, "list2/", start_after=d.job.prefix + "list2/" + kit.LISTED[2])
    same([o.key for o in after], [d.job.prefix + "list2/" + k for k in kit.LISTED[3:]], "after the third")


def delimiter(d):
    for key in kit.LISTED:
        d.put("tree/" + key, b"")
    request = oss.ListObjectsV2Request(bucket=d.job.bucket, prefix=d.job.prefix + "tree/dir/", delimiter="/")
    pages = list(d.c.list_objects_v2_paginator(limit=2).iter_page(request))
    same([o.key for p in pages for o in p.contents or []], [d.job.prefix + "tree/" + k for k in kit.LISTED[:3]])
    same([c.prefix for p in pages for c in p.common_prefixes or []], [d.job.prefix + "tree/dir/deeper/"])
    same([p.key_count for p in pages], [2, 2], "KeyCount")


def begin(d, key, **named):
    return d.c.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(**d.at(key), **named)).upload_id


def part(d, key, upload, number, content):
    return d.c.upload_part(oss.UploadPartRequest(**d.at(key), upload_id=upload, part_number=number, body=content))


def end(d, key, upload):
    return d.c.abort_multipart_upload(oss.AbortMultipartUploadRequest(**d.at(key), upload_id=upload))


def multipart(d):
    content = kit.some_bytes(12 * kit.MIB if d.job.large else 300_000, "parts")
    parts = kit.cut(content, *([5 * kit.MIB] * 2 if d.job.large else [110_000, 102_400]))
    upload = begin(d, "parts.bin", content_type="application/x-parts", metadata={"a": "1"})
    done = {n: part(d, "parts.bin", upload, n, parts[n - 1]) for n in (2, 1, 3)}
    same([done[n].etag.lower() for n in (1, 2, 3)], [md5(p) for p in parts], "the parts' ETags")
    listed_parts = oss.CompleteMultipartUpload(parts=[oss.UploadPart(part_number=n, etag=done[n].etag) for n in (1, 2, 3)])
    whole = d.c.complete_multipart_upload(oss.CompleteMultipartUploadRequest(**d.at("parts.bin"), upload_id=upload, complete_multipart_upload=listed_parts))
    assert whole.etag.endswith('-3"'), whole.etag
    same((whole.bucket, whole.key), (d.job.bucket, d.job.prefix + "parts.bin"))
    got = d.got("parts.bin")
    same((got.content_type, got.metadata.get("a"), got.body.content), ("application/x-parts", "1", content))
    refused(lambda: part(d, "parts.bin", upload, 1, b"1"), 404, "NoSuchUpload")
    upload = begin(d, "all.bin")
    for number in (1, 2):
        part(d, "all.bin", upload, number, parts[number - 1])
    d.c.complete_multipart_upload(oss.CompleteMultipartUploadRequest(**d.at("all.bin"), upload_id=upload, complete_all="yes"))
    same(d.get("all.bin"), parts[0] + parts[1], "x-oss-complete-all")


def list_parts(d):
    content, upload = kit.some_bytes(102_400), begin(d, "listed-parts.bin")
    for number in (1, 2, 3):
        part(d, "listed-parts.bin", upload, number, content)
    pages = d.c.list_parts_paginator(limit=2).iter_page(oss.ListPartsRequest(**d.at("listed-parts.bin"), upload_id=upload))
    found = [p for page in pages for p in page.parts]
    same([(p.part_number, p.size, p.etag.lower()) for p in found], [(n, len(content), md5(content)) for n in (1, 2, 3)])
    end(d, "listed-parts.bin", upload)


def list_uploads(d):
    begun = {begin(d, f"open/{k}"): f"open/{k}" for k in ("a b.bin", "b+ü.bin", "b+ü.bin")}
    request = oss.ListMultipartUploadsRequest(bucket=d.job.bucket, prefix=d.job.prefix + "open/")
    found = [u for page in d.c.list_multipart_uploads_paginator(limit=2).iter_page(request) for u in page.uploads]
    same({u.upload_id: u.key for u in found}, {u: d.job.prefix + k for u, k in begun.items()})
    for upload, key in begun.items():
        end(d, key, upload)


def abort(d):
    upload = begin(d, "aborted.bin")
    part(d, "aborted.bin", upload, 1, kit.some_bytes(102_400))
    same(end(d, "aborted.bin", upload).status_code, 204)
    refused(lambda: d.c.list_parts(oss.ListPartsRequest(**d.at("aborted.bin"), upload_id=upload)), 404, "NoSuchUpload")
    refused(lambda: d.get("aborted.bin"), 404, "NoSuchKey")


def resumable(d):
    size = 5 * kit.MIB if d.job.large else 102_400
    content = kit.some_bytes(12 * kit.MIB if d.job.large else 350_000, "resumable")
    uploader = d.c.uploader(part_size=size, parallel_num=2, enable_checkpoint=True, checkpoint_dir=str(d.job.work))
    done = uploader.upload_file(oss.PutObjectRequest(**d.at("resumable.bin")), d.job.file("resumable.bin", content))
    assert done.upload_id, "was not sent in parts"
    target = str(d.job.work / "down.bin")
    d.c.downloader(part_size=size, parallel_num=2).download_file(oss.GetObjectRequest(**d.at("resumable.bin")), target)
    with open(target, "rb") as file:
        same(file.read(), content, "downloaded in ranges")
    with open(target, "rb") as file:
        d.c.uploader(part_size=size).upload_from(oss.PutObjectRequest(**d.at("stream.bin")), file)
    same(d.get("stream.bin"), content, "a stream in parts")


def delete(d):
    d.put("gone.bin", b"1")
    same([d.c.delete_object(oss.DeleteObjectRequest(**d.at("gone.bin"))).status_code for _ in range(2)], [204, 204])
    refused(lambda: d.get("gone.bin"), 404, "NoSuchKey")


def delete_many(d):
    names = [f"many/{k}" for k in ("1.bin", "2 ü&<+.bin", "missing.bin")]
    for name in names[:2]:
        d.put(name, b"1")
    keys = [oss.DeleteObject(key=d.job.prefix + n) for n in names]
    done = d.c.delete_multiple_objects(oss.DeleteMultipleObjectsRequest(bucket=d.job.bucket, objects=keys))
    same(sorted(o.key for o in done.deleted_objects), sorted(k.key for k in keys), "told as deleted")
    same([o.key for o in listed(d, "many/")], [], "left")
    quiet = d.c.delete_multiple_objects(oss.DeleteMultipleObjectsRequest(bucket=d.job.bucket, objects=keys, quiet=True))
    same(quiet.deleted_objects, None, "told when quiet")


MINUTE = datetime.timedelta(seconds=60)


def presigned_get(d):
    d.put("signed a+b.bin", b"signed")
    url = d.c.presign(oss.GetObjectRequest(**d.at("signed a+b.bin"), response_content_type="text/css"), expires=MINUTE).url
    answer = requests.get(url, timeout=20)
    same((answer.content, answer.headers["content-type"]), (b"signed", "text/css"))
    answer = requests.get(url.replace("css", "csv"), timeout=20)
    assert answer.status_code == 403 and "<Code>SignatureDoesNotMatch</Code>" in answer.text, answer.text


def presigned_transform(d):
    d.put("photo.jpg", d.job.photo)
    url = d.c.presign(oss.GetObjectRequest(**d.at("photo.jpg"), process="image/resize,w_100"), expires=MINUTE).url
    answer = requests.get(url, timeout=20)
    if d.version == "v1":
        assert answer.status_code == 403 and "<Code>SignatureDoesNotMatch</Code>" in answer.text, answer.text
        raise kit.NotApplicable(UNSIGNED_PROCESS)
    same(kit.jpeg_width(answer.content), 100, "width")


def presigned_put(d):
    signed = d.c.presign(oss.PutObjectRequest(**d.at("put.bin"), content_type="application/x-put", metadata={"a": "1"}), expires=MINUTE)
    answer = requests.put(signed.url, data=b"put", headers=signed.signed_headers, timeout=20)
    same(answer.status_code, 200, answer.text[:200])
    got = d.got("put.bin")
    same((got.body.content, got.content_type, got.metadata.get("a")), (b"put", "application/x-put", "1"))


def get_transform(d):
    d.put("photo.jpg", d.job.photo)

    def call():
        got = d.got("photo.jpg", process="image/resize,w_100/quality,q_80")
        same((kit.jpeg_width(got.body.content), got.content_type), (100, "image/jpeg"))
        same(kit.jpeg_width(d.get("photo.jpg", process="style/thumb")), 160, "width of a style")
        assert int(json.loads(d.get("photo.jpg", process="image/info"))["ImageWidth"]["value"]) > 100

    d.signed_process(call)


def saveas(d):
    d.put("photo.jpg", d.job.photo)
    target = d.job.prefix + "saved ü.jpg"

    def call():
        process = f"image/resize,w_100|sys/saveas,o_{base64.urlsafe_b64encode(target.encode()).decode()}"
        done = d.c.process_object(oss.ProcessObjectRequest(**d.at("photo.jpg"), process=process))
        same((done.process_status, done.key), ("OK", target))
        same(kit.jpeg_width(d.get("saved ü.jpg")), 100, "width")

    d.signed_process(call)


def form(d):
    def read(key):
        got = d.c.get_object(oss.GetObjectRequest(bucket=d.job.bucket, key=key))
        return got.body.content, got.headers

    by_path = d.host == "127.0.0.1"
    url = d.job.endpoint(d.host if by_path else f"{d.job.bucket}.{d.host}") + ("/" + d.job.bucket if by_path else "/")
    oss_form.check(d.job, url, d.version == "v4", read)


def no_such_key(d):
    refused(lambda: d.get("none.bin"), 404, "NoSuchKey")


def no_such_bucket(d):
    at = {"bucket": "limn-has-no-such-bucket", "key": "a"}
    refused(lambda: d.c.get_object(oss.GetObjectRequest(**at)), 404, "NoSuchBucket")
    refused(lambda: d.c.put_object(oss.PutObjectRequest(**at, body=b"1")), 404, "NoSuchBucket")


def access_denied(d):
    c = d.client(d.job.reader, d.job.reader_secret)
    refused(lambda: c.put_object(oss.PutObjectRequest(**d.at("denied.bin"), body=b"1")), 403, "AccessDenied")
    refused(lambda: c.delete_object(oss.DeleteObjectRequest(**d.at("denied.bin"))), 403, "AccessDenied")
    c.list_objects_v2(oss.ListObjectsV2Request(bucket=d.job.bucket, max_keys=1))


def wrong_secret(d):
    c = d.client(secret="not-the-secret")
    refused(lambda: c.get_object(oss.GetObjectRequest(**d.at("a"))), 403, "SignatureDoesNotMatch")


def unknown_key(d):
    c = d.client(key="nobody")
    refused(lambda: c.get_object(oss.GetObjectRequest(**d.at("a"))), 403, "InvalidAccessKeyId")


def bucket_life(d):
    name = d.job.new_bucket
    d.c.put_bucket(oss.PutBucketRequest(bucket=name))
    same(d.c.is_bucket_exist(name), True)
    d.c.put_object(oss.PutObjectRequest(bucket=name, key="a", body=b"1"))
    refused(lambda: d.c.delete_bucket(oss.DeleteBucketRequest(bucket=name)), 409, "BucketNotEmpty")
    d.c.delete_object(oss.DeleteObjectRequest(bucket=name, key="a"))
    same(d.c.delete_bucket(oss.DeleteBucketRequest(bucket=name)).status_code, 204)
    same(d.c.is_bucket_exist(name), False)


def bad_name(d):
    error = kit.refused(lambda: d.c.put_bucket(oss.PutBucketRequest(bucket="Bad_Name")), oss.exceptions.OperationError)
    same(type(error.unwrap()), oss.exceptions.BucketNameInvalidError)


def info(d):
    got = d.c.get_bucket_info(oss.GetBucketInfoRequest(bucket=d.job.bucket)).bucket_info
    same((got.name, got.acl), (d.job.bucket, "private"))
    assert got.creation_date.year >= 1970 and got.location
    assert got.owner.id, "the owner's id is empty"


def location(d):
    assert d.c.get_bucket_location(oss.GetBucketLocationRequest(bucket=d.job.bucket)).location, "location"


def acl(d):
    for bucket, grant in ((d.job.bucket, "private"), ("demo", "public-read")):
        got = d.c.get_bucket_acl(oss.GetBucketAclRequest(bucket=bucket))
        same(got.acl, grant)
        assert got.owner.id, "the owner's id is empty"


def referer(d):
    for bucket, wanted in ((d.job.bucket, (True, [])), ("club", (False, ["*.example.com"]))):
        got = d.c.get_bucket_referer(oss.GetBucketRefererRequest(bucket=bucket)).referer_configuration
        referers = got.referer_list and got.referer_list.referers or []
        same((got.allow_empty_referer, referers), wanted, bucket)


def styles(d):
    found = d.c.list_style(oss.ListStyleRequest(bucket=d.job.bucket)).style_list.styles
    same({s.name: s.content for s in found}.get("thumb"), "image/resize,m_fill,w_160,h_160")


def write_acl(d):
    refused(lambda: d.c.put_bucket_acl(oss.PutBucketAclRequest(bucket=d.job.bucket, acl="public-read")), 501, "NotImplemented")
    same(d.c.get_bucket_acl(oss.GetBucketAclRequest(bucket=d.job.bucket)).acl, "private")


# OSS's own host names, to which the SDK adds the bucket's; an IP address makes it use paths.
HOST = "oss-cn-hangzhou.aliyuncs.com"

kit.main(
    "oss-v2",
    {
        "v1-path": lambda job: Driver(job, "v1"),
        "v4-path": lambda job: Driver(job, "v4"),
        "v4-host": lambda job: Driver(job, "v4", HOST),
        "v4-localhost": lambda job: Driver(job, "v4", "localhost"),
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
        "list v1 in pages": pages_v1,
        "list v2 in pages": pages_v2,
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
        "save a transform": saveas,
        "form upload": form,
        "error: no such key": no_such_key,
        "error: no such bucket": no_such_bucket,
        "error: access denied": access_denied,
        "error: wrong secret": wrong_secret,
        "error: unknown key": unknown_key,
        "make and delete a bucket": bucket_life,
        "a bad bucket name": bad_name,
        "bucket info": info,
        "bucket location": location,
        "bucket ACL": acl,
        "bucket referer": referer,
        "bucket styles": styles,
        "write an ACL": write_acl,
    },
    {"old signatures": "the client has no such signature"},
)
