"""oss2, Alibaba's first Python SDK."""
import base64
import hashlib
import json

import oss2
import requests

import kit
import oss_form
from kit import same, refused

REGION = "cn-hangzhou"
# The host that the SDK puts a bucket's name before; an IP address is path style whatever it is told.
HOST = "oss-cn-hangzhou.aliyuncs.com"


class Driver:
    def __init__(self, job, auth, host="127.0.0.1"):
        self.job, self.auth, self.endpoint = job, auth, job.endpoint(host)
        self.path_style = host == "127.0.0.1"
        self.b = self.bucket()

    def bucket(self, name=None, key=None, secret=None, auth=None):
        auth = (auth or self.auth)(key or self.job.key, secret or self.job.secret)
        return oss2.Bucket(auth, self.endpoint, name or self.job.bucket, region=REGION)

    def name(self, key):
        return self.job.prefix + key

    def put(self, key, content):
        return self.b.put_object(self.name(key), content)

    def get(self, key, **named):
        return self.b.get_object(self.name(key), **named).read()


def list_buckets(d):
    service = oss2.Service(d.auth(d.job.key, d.job.secret), d.endpoint, region=REGION)
    names = [b.name for b in oss2.BucketIterator(service, max_keys=2)]
    assert {"demo", "vault"} <= set(names), names


def bytes_(d):
    content = kit.some_bytes(100_000)
    put = d.put("bytes.bin", content)
    same(put.etag.lower(), hashlib.md5(content).hexdigest(), "ETag")
    same(put.crc, crc64(content), "x-oss-hash-crc64ecma")
    got = d.b.get_object(d.name("bytes.bin"))
    same(got.read(), content)
    # The SDK leaves comparing the sums of what was read to its caller.
    same(got.client_crc, got.server_crc, "CRC-64")
    assert put.request_id, "x-oss-request-id is missing"
    d.put("empty.bin", b"")
    same(d.get("empty.bin"), b"")


def crc64(content):
    crc = oss2.utils.Crc64()
    crc.update(content)
    return crc.crc


def stream(d):
    for length in (50_000, 9 * kit.MIB if d.job.large else 300_000):
        content = kit.some_bytes(length, "stream")
        d.b.put_object(d.name("stream.bin"), kit.Trickle(content, 65536))
        same(d.get("stream.bin"), content)


def metadata(d):
    headers = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "max-age=77", "Content-Disposition": 'attachment; filename="x y.txt"',
               "Content-Language": "de", "Expires": "Wed, 21 Oct 2065 07:28:00 GMT", "x-oss-meta-colour": "dark blue", "x-oss-meta-Case": "kept As Is"}
    d.b.put_object(d.name("meta.txt"), b"text", headers=headers)
    for got in (d.b.head_object(d.name("meta.txt")).headers, d.b.get_object(d.name("meta.txt")).headers):
        for name, value in headers.items():
            same(kit.public_part(got.get(name)), value, name)
    got = d.b.get_object(d.name("meta.txt"), params={"response-content-type": "text/css", "response-cache-control": "no-store"})
    same((got.headers["content-type"], got.headers["cache-control"]), ("text/css", "no-store"), "response- overrides")
    d.b.update_object_meta(d.name("meta.txt"), {"x-oss-meta-new": "1", "Content-Type": "text/css"})
    got = d.b.head_object(d.name("meta.txt")).headers
    same((got.get("x-oss-meta-new"), got.get("x-oss-meta-colour"), got["content-type"]), ("1", None, "text/css"), "changed metadata")


def ranges(d):
    content = kit.some_bytes(1000, "range")
    d.put("range.bin", content)
    got = d.b.get_object(d.name("range.bin"), byte_range=(10, 19))
    same((got.status, got.read(), got.headers["content-range"]), (206, content[10:20], "bytes 10-19/1000"))
    same(d.get("range.bin", byte_range=(None, 7)), content[-7:], "the last seven")
    same(d.get("range.bin", byte_range=(990, None)), content[990:], "from 990 on")


def head(d):
    d.put("head.bin", b"12345")
    got = d.b.head_object(d.name("head.bin"))
    same((got.content_length, got.content_type, got.object_type), (5, "application/octet-stream", "Normal"))
    assert got.last_modified > 1_700_000_000 and got.etag
    meta = d.b.get_object_meta(d.name("head.bin"))
    same((meta.content_length, meta.etag), (5, got.etag))
    refused(lambda: d.b.head_object(d.name("none")), oss2.exceptions.NotFound)
    same((d.b.object_exists(d.name("head.bin")), d.b.object_exists(d.name("none"))), (True, False), "object_exists")


def not_modified(d):
    d.put("same.bin", b"1")
    got = d.b.get_object(d.name("same.bin"))
    got.read()
    for headers in ({"If-None-Match": got.headers["etag"]}, {"If-Modified-Since": got.headers["last-modified"]}):
        refused(lambda h=headers: d.b.get_object(d.name("same.bin"), headers=h), oss2.exceptions.NotModified)
    refused(lambda: d.b.get_object(d.name("same.bin"), headers={"If-Match": '"00"'}), oss2.exceptions.PreconditionFailed)


def if_absent(d):
    once = {"x-oss-forbid-overwrite": "true"}
    d.b.put_object(d.name("once.bin"), b"1", headers=once)
    error = refused(lambda: d.b.put_object(d.name("once.bin"), b"2", headers=once), oss2.exceptions.ServerError)
    same((error.status, error.code), (409, "FileAlreadyExists"))
    same(d.get("once.bin"), b"1")


def odd_keys(d):
    for key in kit.ODD_KEYS:
        d.put("odd/" + key, key.encode())
        same(d.get("odd/" + key), key.encode(), key)
        for slash_safe in (False, True):
            url = d.b.sign_url("GET", d.name("odd/" + key), 60, slash_safe=slash_safe)
            same(requests.get(url, timeout=20).content, key.encode(), f"signed URL of {key}")
    names = [o.key for o in oss2.ObjectIteratorV2(d.b, prefix=d.name("odd/"))]
    same(names, sorted((d.name("odd/" + k) for k in kit.ODD_KEYS), key=str.encode), "listed")
    d.b.copy_object(d.job.bucket, d.name("odd/" + kit.ODD_KEYS[0]), d.name("odd/" + kit.ODD_KEYS[2]))
    same(d.get("odd/" + kit.ODD_KEYS[2]), kit.ODD_KEYS[0].encode(), "copied")
    d.b.batch_delete_objects([d.name("odd/" + k) for k in kit.ODD_KEYS])
    same([o.key for o in oss2.ObjectIteratorV2(d.b, prefix=d.name("odd/"))], [], "left after delete many")


def copy(d):
    d.b.put_object(d.name("from.bin"), b"copied", headers={"x-oss-meta-a": "1"})
    done = d.b.copy_object(d.job.bucket, d.name("from.bin"), d.name("to.bin"))
    assert hashlib.md5(b"copied").hexdigest() in done.resp.read().decode().lower(), "the answer's ETag"
    got = d.b.get_object(d.name("to.bin"))
    same((got.read(), got.headers.get("x-oss-meta-a"), got.etag.lower()), (b"copied", "1", hashlib.md5(b"copied").hexdigest()))
    refused(lambda: d.b.copy_object(d.job.bucket, d.name("none"), d.name("to.bin")), oss2.exceptions.NoSuchKey)


def pages(d, iterator):
    for key in kit.LISTED:
        d.put("list/" + key, key.encode())
    found = list(iterator(d.b, prefix=d.name("list/"), max_keys=2))
    same([o.key for o in found], [d.name("list/" + k) for k in kit.LISTED], "keys")
    same([o.size for o in found], [len(k.encode()) for k in kit.LISTED], "sizes")
    same(found[0].etag.lower(), hashlib.md5(kit.LISTED[0].encode()).hexdigest(), "ETag")
    assert all(o.last_modified > 1_700_000_000 for o in found)


def delimiter(d):
    for key in kit.LISTED:
        d.put("tree/" + key, b"")
    found = list(oss2.ObjectIteratorV2(d.b, prefix=d.name("tree/dir/"), delimiter="/", max_keys=2))
    same([(o.key, o.is_prefix()) for o in found], [(d.name("tree/" + k), k.endswith("/")) for k in [*kit.LISTED[:3], "dir/deeper/"]])
    top = list(oss2.ObjectIteratorV2(d.b, prefix=d.name("tree/"), delimiter="/", max_keys=1))
    same([o.key for o in top], [d.name("tree/dir/"), d.name("tree/other/")])


def content_in_parts(d):
    if d.job.large:
        content = kit.some_bytes(12 * kit.MIB, "large")
        return content, kit.cut(content, 5 * kit.MIB, 5 * kit.MIB)
    content = kit.some_bytes(300_000, "parts")
    return content, kit.cut(content, 110_000, 102_400)


def multipart(d):
    key, (content, parts) = d.name("parts.bin"), content_in_parts(d)
    upload = d.b.init_multipart_upload(key, headers={"x-oss-meta-a": "1", "Content-Type": "application/x-parts"}).upload_id
    done = {}
    for number in (2, 1, 3):
        part = d.b.upload_part(key, upload, number, parts[number - 1])
        same(part.etag.lower(), hashlib.md5(parts[number - 1]).hexdigest(), "a part's ETag")
        done[number] = oss2.models.PartInfo(number, part.etag, size=len(parts[number - 1]), part_crc=part.crc)
    whole = d.b.complete_multipart_upload(key, upload, [done[n] for n in (1, 2, 3)])
    assert (whole.etag or "").endswith("-3"), f"the ETag header of the whole: {whole.etag}"
    got = d.b.get_object(key)
    same((got.headers["content-type"], got.headers.get("x-oss-meta-a")), ("application/x-parts", "1"))
    same(got.read(), content)
    same(got.client_crc, got.server_crc, "CRC-64")
    refused(lambda: d.b.upload_part(key, upload, 1, b"1"), oss2.exceptions.NoSuchUpload)


def list_parts(d):
    key, part = d.name("listed-parts.bin"), kit.some_bytes(102_400)
    upload = d.b.init_multipart_upload(key).upload_id
    for number in (1, 2, 3):
        d.b.upload_part(key, upload, number, part)
    found = list(oss2.PartIterator(d.b, key, upload, max_parts=2))
    same([(p.part_number, p.size, p.etag.lower()) for p in found], [(n, len(part), hashlib.md5(part).hexdigest()) for n in (1, 2, 3)])
    d.b.abort_multipart_upload(key, upload)


def list_uploads(d):
    begun = {d.b.init_multipart_upload(d.name(f"open/{k}")).upload_id: d.name(f"open/{k}") for k in ("a b.bin", "b+ü.bin", "b+ü.bin")}
    found = list(oss2.MultipartUploadIterator(d.b, prefix=d.name("open/"), max_uploads=2))
    same({u.upload_id: u.key for u in found}, begun)
    assert all(u.initiation_date > 1_700_000_000 for u in found)
    for upload, key in begun.items():
        d.b.abort_multipart_upload(key, upload)


def abort(d):
    key = d.name("aborted.bin")
    upload = d.b.init_multipart_upload(key).upload_id
    d.b.upload_part(key, upload, 1, kit.some_bytes(102_400))
    same(d.b.abort_multipart_upload(key, upload).status, 204)
    refused(lambda: d.b.list_parts(key, upload), oss2.exceptions.NoSuchUpload)
    refused(lambda: d.b.get_object(key), oss2.exceptions.NoSuchKey)
    same([u.key for u in d.b.list_multipart_uploads(prefix=key).upload_list], [])


def resumable(d):
    content = kit.some_bytes(12 * kit.MIB if d.job.large else 350_000, "resumable")
    file, store = d.job.file("resumable.bin", content), oss2.ResumableStore(root=str(d.job.work))
    key, size = d.name("resumable.bin"), 5 * kit.MIB if d.job.large else 102_400

    class Broken(Exception):
        pass

    def break_off(done, _):
        if done >= 2 * size:
            raise Broken

    refused(lambda: oss2.resumable_upload(
        d.b, key, file, store=store, multipart_threshold=size, part_size=size, num_threads=1, progress_callback=break_off), Broken)
    oss2.resumable_upload(d.b, key, file, store=store, multipart_threshold=size, part_size=size, num_threads=2)
    same(d.get("resumable.bin"), content)
    target = str(d.job.work / "down.bin")
    oss2.resumable_download(d.b, key, target, store=oss2.ResumableDownloadStore(root=str(d.job.work)), multiget_threshold=size, part_size=size, num_threads=2)
    with open(target, "rb") as file:
        same(file.read(), content, "downloaded in ranges")


def delete(d):
    d.put("gone.bin", b"1")
    same((d.b.delete_object(d.name("gone.bin")).status, d.b.delete_object(d.name("gone.bin")).status), (204, 204))
    refused(lambda: d.get("gone.bin"), oss2.exceptions.NoSuchKey)


def delete_many(d):
    keys = [d.name(f"many/{k}") for k in ("1.bin", "2 ü&<+.bin", "missing.bin")]
    for key in keys[:2]:
        d.b.put_object(key, b"1")
    same(sorted(d.b.batch_delete_objects(keys).deleted_keys), sorted(keys), "told as deleted")
    same([o.key for o in oss2.ObjectIteratorV2(d.b, prefix=d.name("many/"))], [], "left")


def presigned_get(d):
    d.put("signed a+b.bin", b"signed")
    url = d.b.sign_url("GET", d.name("signed a+b.bin"), 60)
    same(requests.get(url, timeout=20).content, b"signed")
    same(d.b.get_object_with_url(url).read(), b"signed")
    refused(lambda: d.b.get_object_with_url(url[:-1] + ("A" if url[-1] != "A" else "B")), oss2.exceptions.SignatureDoesNotMatch)


def presigned_transform(d):
    d.put("photo.jpg", d.job.photo)
    url = d.b.sign_url("GET", d.name("photo.jpg"), 60, params={"x-oss-process": "image/resize,w_100"})
    same(kit.jpeg_width(requests.get(url, timeout=20).content), 100, "width")
    refused(lambda: d.b.get_object_with_url(url.replace("w_100", "w_101")), oss2.exceptions.SignatureDoesNotMatch)


def presigned_put(d):
    headers = {"Content-Type": "application/x-put", "x-oss-meta-a": "1"}
    url = d.b.sign_url("PUT", d.name("put.bin"), 60, headers=headers)
    answer = requests.put(url, data=b"put", headers=headers, timeout=20)
    same(answer.status_code, 200, answer.text[:200])
    got = d.b.get_object(d.name("put.bin"))
    same((got.read(), got.headers["content-type"], got.headers.get("x-oss-meta-a")), (b"put", "application/x-put", "1"))
    d.b.put_object_with_url(d.b.sign_url("PUT", d.name("put.bin"), 60), b"again")
    same(d.get("put.bin"), b"again")


def get_transform(d):
    d.put("photo.jpg", d.job.photo)
    got = d.b.get_object(d.name("photo.jpg"), process="image/resize,w_100/quality,q_80")
    content = got.read()
    same((kit.jpeg_width(content), got.headers["content-type"]), (100, "image/jpeg"))
    if got.server_crc is not None:
        same(got.client_crc, got.server_crc, "CRC-64")
    same(kit.jpeg_width(d.get("photo.jpg", process="style/thumb")), 160, "width of a style")
    told = json.loads(d.get("photo.jpg", process="image/info"))
    assert int(told["ImageWidth"]["value"]) > 100, told


def saveas(d):
    d.put("photo.jpg", d.job.photo)
    # As in OSS's documents, which leave the padding; one of three names has none.
    for name in ("saved ü.jpg", "saved ü1.jpg", "saved ü12.jpg"):
        encoded = oss2.compat.to_string(base64.urlsafe_b64encode(oss2.compat.to_bytes(d.name(name))))
        done = d.b.process_object(d.name("photo.jpg"), f"image/resize,w_100|sys/saveas,o_{encoded}")
        same((done.process_status, done.object), ("OK", d.name(name)))
        same(kit.jpeg_width(d.get(name)), 100, "width")


def form(d):
    def read(key):
        got = d.b.get_object(key)
        return got.read(), got.headers

    url = d.endpoint + "/" + d.job.bucket if d.path_style else d.endpoint.replace("//", f"//{d.job.bucket}.")
    oss_form.check(d.job, url, d.auth is oss2.AuthV4, read)


def no_such_key(d):
    error = refused(lambda: d.get("none.bin"), oss2.exceptions.NoSuchKey)
    assert error.request_id, "no request id"


def no_such_bucket(d):
    b = d.bucket("limn-has-no-such-bucket")
    refused(lambda: b.get_object("a"), oss2.exceptions.NoSuchBucket)
    refused(lambda: b.put_object("a", b"1"), oss2.exceptions.NoSuchBucket)
    refused(lambda: b.list_objects_v2(), oss2.exceptions.NoSuchBucket)


def access_denied(d):
    b = d.bucket(key=d.job.reader, secret=d.job.reader_secret)
    refused(lambda: b.put_object(d.name("denied.bin"), b"1"), oss2.exceptions.AccessDenied)
    refused(lambda: b.delete_object(d.name("denied.bin")), oss2.exceptions.AccessDenied)
    b.list_objects_v2(max_keys=1)


def wrong_secret(d):
    b = d.bucket(secret="not-the-secret")
    refused(lambda: b.get_object(d.name("a")), oss2.exceptions.SignatureDoesNotMatch)
    refused(lambda: b.put_object(d.name("a"), b"1"), oss2.exceptions.SignatureDoesNotMatch)


def unknown_key(d):
    error = refused(lambda: d.bucket(key="nobody").get_object(d.name("a")), oss2.exceptions.ServerError)
    same((error.status, error.code), (403, "InvalidAccessKeyId"))


def bucket_life(d):
    b = d.bucket(d.job.new_bucket)
    b.create_bucket()
    same(b.get_bucket_info().name, d.job.new_bucket)
    b.put_object("a/b.bin", b"1")
    same(b.get_object("a/b.bin").read(), b"1")
    refused(b.delete_bucket, oss2.exceptions.BucketNotEmpty)
    b.delete_object("a/b.bin")
    same(b.delete_bucket().status, 204)
    refused(b.get_bucket_info, oss2.exceptions.NoSuchBucket)


def bad_name(d):
    refused(lambda: d.bucket("Bad_Name"), oss2.exceptions.ClientError)


def info(d):
    got = d.b.get_bucket_info()
    same((got.name, got.acl.grant), (d.job.bucket, "private"))
    oss2.utils.iso8601_to_unixtime(got.creation_date)
    for what in ("location", "extranet_endpoint"):
        assert getattr(got, what), f"{what} is empty"
    assert got.owner.id, "the owner's id is empty"


def location(d):
    assert d.b.get_bucket_location().location, "location"


def acl(d):
    same(d.b.get_bucket_acl().acl, "private")
    same(d.bucket("demo").get_bucket_acl().acl, "public-read")


def referer(d):
    got = d.b.get_bucket_referer()
    same((got.allow_empty_referer, got.referers), (True, []))
    got = d.bucket("club").get_bucket_referer()
    same((got.allow_empty_referer, got.referers), (False, ["*.example.com"]))


def styles(d):
    found = {s.name: s.content for s in d.b.list_bucket_style().styles}
    same(found.get("thumb"), "image/resize,m_fill,w_160,h_160")
    same(d.b.get_bucket_style("thumb").content, "image/resize,m_fill,w_160,h_160")


def write_acl(d):
    error = refused(lambda: d.b.put_bucket_acl("public-read"), oss2.exceptions.ServerError)
    same((error.status, error.code), (501, "NotImplemented"))
    refused(lambda: d.b.put_bucket_referer(oss2.models.BucketReferer(True, ["a.com"])), oss2.exceptions.ServerError)
    same(d.b.get_bucket_acl().acl, "private")


def old_signature(d):
    b = d.bucket(auth=oss2.AuthV2)
    kit.names_v4(refused(lambda: b.get_object(d.name("a")), oss2.exceptions.InvalidRequest).message)
    kit.names_v4(refused(lambda: b.put_object(d.name("a"), b"1"), oss2.exceptions.InvalidRequest).message)
    answer = requests.get(b.sign_url("GET", d.name("a"), 60), timeout=20)
    same(answer.status_code, 400)
    kit.names_v4(answer.text)


kit.main(
    "oss2",
    {
        "v1-path": lambda job: Driver(job, oss2.Auth),
        "v4-path": lambda job: Driver(job, oss2.AuthV4),
        "v1-host": lambda job: Driver(job, oss2.Auth, HOST),
        "v4-host": lambda job: Driver(job, oss2.AuthV4, HOST),
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
        "list v1 in pages": lambda d: pages(d, oss2.ObjectIterator),
        "list v2 in pages": lambda d: pages(d, oss2.ObjectIteratorV2),
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
        "old signatures": old_signature,
    },
    {},
)
