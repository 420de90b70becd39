"""Form uploads as Alibaba's documents show them: neither Python SDK has a call for the policy."""
import base64
import datetime
import hashlib
import hmac
import json

import requests

from kit import same


def _mac(key, text, digest=hashlib.sha256):
    return hmac.new(key, text.encode(), digest)


def fields(job, v4, region="cn-hangzhou"):
    """The fields that allow keys under the job's prefix, 1 to 1000 bytes, for five minutes."""
    now = datetime.datetime.now(datetime.timezone.utc)
    until = (now + datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    conditions = [{"bucket": job.bucket}, ["starts-with", "$key", job.prefix], ["content-length-range", 1, 1000]]
    signed = {}
    if v4:
        date = now.strftime("%Y%m%d")
        scope = [date, region, "oss", "aliyun_v4_request"]
        signed = {"x-oss-signature-version": "OSS4-HMAC-SHA256", "x-oss-credential": "/".join([job.key, *scope]), "x-oss-date": now.strftime("%Y%m%dT%H%M%SZ")}
        conditions += [{name: value} for name, value in signed.items()]
    policy = base64.b64encode(json.dumps({"expiration": until, "conditions": conditions}).encode()).decode()
    if v4:
        key = b"aliyun_v4" + job.secret.encode()
        for part in scope:
            key = _mac(key, part).digest()
        signature = {"x-oss-signature": _mac(key, policy).hexdigest()}
    else:
        signature = {"OSSAccessKeyId": job.key, "Signature": base64.b64encode(_mac(job.secret.encode(), policy, hashlib.sha1).digest()).decode()}
    return {"policy": policy, **signed, **signature}


def check(job, url, v4, read):
    """Posts what is allowed and what is not; `read` gives body and headers of a key."""
    signed = fields(job, v4)
    common = {"key": job.prefix + "forms/${filename}", "success_action_status": "201", "x-oss-meta-a": "1", "Content-Type": "text/plain"}

    def post(change, content):
        return requests.post(url, data={**common, **signed, **change}, files={"file": ("ü a.txt", content, "text/plain")}, timeout=20)

    answer = post({}, b"from a form")
    same(answer.status_code, 201, answer.text[:200])
    assert f"<Key>{job.prefix}forms/ü a.txt</Key>" in answer.content.decode(), answer.text
    body, headers = read(job.prefix + "forms/ü a.txt")
    same((body, headers.get("x-oss-meta-a"), headers["content-type"]), (b"from a form", "1", "text/plain"))
    same(post({"success_action_status": "200"}, b"again").status_code, 200)
    mac = "x-oss-signature" if v4 else "Signature"
    for change, content in (({}, b"x" * 1001), ({"key": "elsewhere.txt"}, b"x"), ({mac: signed[mac][::-1]}, b"x")):
        answer = post(change, content)
        assert answer.status_code in (400, 403), (answer.status_code, change)
        assert "<Code>" in answer.text, answer.text
