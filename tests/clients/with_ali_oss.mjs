// ali-oss, Alibaba's JavaScript SDK.
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import OSS from 'ali-oss';
import * as kit from './kit.mjs';

const { same } = kit;
const quoted = (content) => `"${kit.md5(content)}"`;
const many = (value) => [value ?? []].flat();

class Driver {
  constructor(job, v4, host = '127.0.0.1') {
    Object.assign(this, { job, v4, host, byName: host !== '127.0.0.1' });
    this.c = this.client();
  }

  client({ bucket = this.job.bucket, key = this.job.key, secret = this.job.secret } = {}) {
    const agent = new (this.job.scheme === 'https' ? https : http).Agent({ keepAlive: true, lookup: kit.lookup });
    return new OSS({ endpoint: this.job.endpoint(this.host), accessKeyId: key, accessKeySecret: secret, bucket, authorizationV4: this.v4, agent, httpsAgent: agent });
  }

  name(key) {
    return this.job.prefix + key;
  }

  put(key, content, options) {
    return this.c.put(this.name(key), Buffer.from(content), options);
  }

  async get(key, options) {
    return (await this.c.get(this.name(key), options)).content;
  }

  /** A signed address; with an IP address for endpoint the SDK makes none that works. */
  sign(method, key, { process, headers = {}, response } = {}) {
    if (!this.byName) throw new kit.NotApplicable('with an IP address for endpoint the client makes no signed address (V1) or one without a bucket (V4)');
    const overrides = response && Object.fromEntries(Object.entries(response).map(([k, v]) => [`response-${k}`, v]));
    if (this.v4) return this.c.signatureUrlV4(method, 60, { headers, queries: { ...(process && { 'x-oss-process': process }), ...overrides } }, this.name(key));
    return this.c.signatureUrl(this.name(key), { expires: 60, method, process, response, ...headers });
  }

  /** All pages of a list. */
  async pages(call, query, next) {
    const pages = [];
    let page = { isTruncated: true };
    while (page.isTruncated) {
      page = await this.c[call]({ ...query, ...next(page) });
      pages.push(page);
    }
    return pages;
  }

  v2(prefix, query = {}) {
    return this.pages('listV2', { prefix: this.name(prefix), 'max-keys': 2, ...query }, (p) => p.nextContinuationToken && { 'continuation-token': p.nextContinuationToken });
  }
}

async function refused(call, status, code) {
  const error = await kit.refused(call);
  if (!error.status) throw error;
  same([error.status, error.code, error.name], [status, code, `${code}Error`]);
  assert.ok(error.requestId, 'no request id');
  return error;
}

const runs = {
  async 'list buckets'(d) {
    if (!d.byName) throw new kit.NotApplicable('with an IP address for endpoint the client sends "Host: .oss-cn-hangzhou.aliyuncs.com", a name without a first label');
    const names = [];
    let page = { isTruncated: true };
    while (page.isTruncated) {
      page = await d.c.listBuckets({ 'max-keys': 2, ...(page.nextMarker && { marker: page.nextMarker }) });
      names.push(...page.buckets.map((b) => b.name));
    }
    assert.ok(names.includes('demo') && names.includes('vault'), String(names));
    assert.ok(page.owner.id);
  },
  async 'put and get bytes'(d) {
    const content = kit.someBytes(100_000);
    const put = await d.put('bytes.bin', content);
    same([put.res.status, put.res.headers.etag.toLowerCase()], [200, quoted(content)]);
    same(await d.get('bytes.bin'), content);
    await d.c.put(d.name('file.bin'), d.job.file('file.bin', content));
    same(await d.get('file.bin'), content, 'from a file');
  },
  async 'put a stream of unknown length'(d) {
    for (const length of [50_000, d.job.large ? 9 * kit.MiB : 300_000]) {
      const content = kit.someBytes(length, 'stream');
      await d.c.putStream(d.name('stream.bin'), kit.trickle(content));
      same(await d.get('stream.bin'), content);
    }
  },
  async 'put metadata and headers'(d) {
    const headers = { 'Cache-Control': 'max-age=77', 'Content-Disposition': 'attachment; filename="x y.txt"', 'Content-Language': 'de' };
    await d.put('meta.txt', 'text', { mime: 'text/plain; charset=utf-8', headers, meta: { colour: 'dark blue', Case: 'kept As Is' } });
    const { meta, res } = await d.c.head(d.name('meta.txt'));
    same(meta, { colour: 'dark blue', case: 'kept As Is' }, 'metadata');
    for (const [name, value] of Object.entries({ ...headers, 'content-type': 'text/plain; charset=utf-8' })) same(kit.publicPart(res.headers[name.toLowerCase()]), value, name);
    await d.c.putMeta(d.name('meta.txt'), { new: '1' });
    same((await d.c.head(d.name('meta.txt'))).meta, { new: '1' }, 'changed metadata');
    const got = await d.c.get(d.name('meta.txt'), { subres: { 'response-content-type': 'text/css' } });
    same(got.res.headers['content-type'], 'text/css', 'response-content-type');
  },
  async 'get a range'(d) {
    const content = kit.someBytes(1000, 'range');
    await d.put('range.bin', content);
    const { res, content: some } = await d.c.get(d.name('range.bin'), { headers: { Range: 'bytes=10-19' } });
    same([res.status, res.headers['content-range']], [206, 'bytes 10-19/1000']);
    same(some, content.subarray(10, 20));
    same(await d.get('range.bin', { headers: { Range: 'bytes=-7' } }), content.subarray(-7), 'the last seven');
  },
  async head(d) {
    await d.put('head.bin', '12345');
    const { status, res } = await d.c.head(d.name('head.bin'));
    same([status, res.headers['content-length'], res.headers.etag.toLowerCase()], [200, '5', quoted('12345')]);
    same((await d.c.getObjectMeta(d.name('head.bin'))).res.headers['content-length'], '5', 'objectMeta');
    await refused(() => d.c.head(d.name('none')), 404, 'NoSuchKey');
  },
  async 'not modified'(d) {
    await d.put('same.bin', '1');
    const { res } = await d.c.head(d.name('same.bin'));
    for (const headers of [{ 'If-None-Match': res.headers.etag }, { 'If-Modified-Since': res.headers['last-modified'] }]) {
      same((await d.c.get(d.name('same.bin'), { headers })).res.status, 304);
      same((await d.c.head(d.name('same.bin'), { headers })).status, 304);
    }
    await refused(() => d.get('same.bin', { headers: { 'If-Match': '"00"' } }), 412, 'PreconditionFailed');
  },
  async 'put only if absent'(d) {
    const headers = { 'x-oss-forbid-overwrite': 'true' };
    await d.put('once.bin', '1', { headers });
    await refused(() => d.put('once.bin', '2', { headers }), 409, 'FileAlreadyExists');
    same(await d.get('once.bin'), Buffer.from('1'));
  },
  async 'odd keys'(d) {
    for (const key of kit.oddKeys) {
      await d.put(`odd/${key}`, key);
      same(await d.get(`odd/${key}`), Buffer.from(key), key);
      if (d.byName) same((await kit.ask(await d.sign('GET', `odd/${key}`))).body, Buffer.from(key), `signed URL of ${key}`);
    }
    const keys = kit.oddKeys.map((k) => d.name(`odd/${k}`));
    same((await d.v2('odd/')).flatMap((p) => p.objects.map((o) => o.name)), [...keys].sort(kit.byBytes), 'listed');
    await d.c.copy(keys[2], keys[0]);
    same(await d.get(`odd/${kit.oddKeys[2]}`), Buffer.from(kit.oddKeys[0]), 'copied');
    await d.c.deleteMulti(keys);
    same((await d.v2('odd/')).flatMap((p) => p.objects), [], 'left after delete many');
  },
  async copy(d) {
    await d.put('from.bin', 'copied', { meta: { a: '1' } });
    const { data } = await d.c.copy(d.name('to.bin'), d.name('from.bin'));
    same(data.etag.toLowerCase(), quoted('copied'), 'ETag');
    same([await d.get('to.bin'), (await d.c.head(d.name('to.bin'))).meta].map(String), ['copied', String({ a: '1' })]);
    await refused(() => d.c.copy(d.name('to.bin'), d.name('none')), 404, 'NoSuchKey');
  },
  async 'list v1 in pages'(d) {
    for (const key of kit.listed) await d.put(`list1/${key}`, key);
    const pages = await d.pages('list', { prefix: d.name('list1/'), 'max-keys': 2 }, (p) => p.nextMarker && { marker: p.nextMarker });
    const found = pages.flatMap((p) => p.objects);
    same(found.map((o) => [o.name, o.size, o.etag.toLowerCase()]), kit.listed.map((k) => [d.name(`list1/${k}`), Buffer.byteLength(k), quoted(k)]));
    assert.ok(found.every((o) => o.owner.id && !Number.isNaN(Date.parse(o.lastModified))));
  },
  async 'list v2 in pages'(d) {
    for (const key of kit.listed) await d.put(`list2/${key}`, key);
    const pages = await d.v2('list2/');
    same(pages.map((p) => p.keyCount), [2, 2, 1], 'KeyCount');
    same(pages.flatMap((p) => p.objects.map((o) => [o.name, o.size])), kit.listed.map((k) => [d.name(`list2/${k}`), Buffer.byteLength(k)]));
    const [{ objects }] = await d.v2('list2/', { 'fetch-owner': 'true', 'max-keys': 10, 'start-after': d.name(`list2/${kit.listed[3]}`) });
    same([objects.length, objects[0].name, !!objects[0].owner.id], [1, d.name(`list2/${kit.listed[4]}`), true], 'after the fourth');
  },
  async 'list by delimiter'(d) {
    for (const key of kit.listed) await d.put(`tree/${key}`, '1');
    const pages = await d.v2('tree/dir/', { delimiter: '/' });
    same(pages.flatMap((p) => p.objects.map((o) => o.name)), kit.listed.slice(0, 3).map((k) => d.name(`tree/${k}`)));
    same(pages.flatMap((p) => p.prefixes ?? []), [d.name('tree/dir/deeper/')]);
  },
  async 'multipart upload'(d) {
    const sizes = d.job.large ? [5 * kit.MiB, 5 * kit.MiB, 2 * kit.MiB] : [110_000, 102_400, 7];
    const parts = sizes.map((size, at) => kit.someBytes(size, `part ${at}`));
    const name = d.name('parts.bin');
    const { uploadId } = await d.c.initMultipartUpload(name, { mime: 'application/x-parts', meta: { a: '1' } });
    const done = [];
    for (const [at, part] of [...parts.entries()].reverse()) {
      const { etag } = await d.c.uploadPart(name, uploadId, at + 1, part, 0, part.length);
      same(etag.toLowerCase(), quoted(part), "a part's ETag");
      done.push({ number: at + 1, etag });
    }
    const whole = await d.c.completeMultipartUpload(name, uploadId, done);
    assert.ok(whole.etag?.endsWith('-3"'), `the ETag header of the whole: ${whole.etag}`);
    const { meta, res } = await d.c.head(name);
    same([meta, res.headers['content-type']], [{ a: '1' }, 'application/x-parts']);
    same(await d.get('parts.bin'), Buffer.concat(parts));
    await refused(() => d.c.uploadPart(name, uploadId, 1, parts[2], 0, parts[2].length), 404, 'NoSuchUpload');
  },
  async 'list parts'(d) {
    const [part, name] = [kit.someBytes(102_400), d.name('listed-parts.bin')];
    const { uploadId } = await d.c.initMultipartUpload(name);
    for (const number of [1, 2, 3]) await d.c.uploadPart(name, uploadId, number, part, 0, part.length);
    const first = await d.c.listParts(name, uploadId, { 'max-parts': 2 });
    const second = await d.c.listParts(name, uploadId, { 'max-parts': 2, 'part-number-marker': first.nextPartNumberMarker });
    same([first.isTruncated, second.isTruncated], ['true', 'false']);
    const found = [...many(first.parts), ...many(second.parts)];
    same(found.map((p) => [p.PartNumber, p.Size, p.ETag.toLowerCase()]), ['1', '2', '3'].map((n) => [n, '102400', quoted(part)]));
    await d.c.abortMultipartUpload(name, uploadId);
  },
  async 'list uploads'(d) {
    const begun = {};
    for (const key of ['a b.bin', 'b+ü.bin', 'b+ü.bin']) begun[(await d.c.initMultipartUpload(d.name(`open/${key}`))).uploadId] = d.name(`open/${key}`);
    const pages = await d.pages('listUploads', { prefix: d.name('open/'), 'max-uploads': 2 }, (p) => p.nextKeyMarker && { 'key-marker': p.nextKeyMarker, 'upload-id-marker': p.nextUploadIdMarker });
    same(Object.fromEntries(pages.flatMap((p) => p.uploads.map((u) => [u.uploadId, u.name]))), begun);
    for (const [uploadId, name] of Object.entries(begun)) await d.c.abortMultipartUpload(name, uploadId);
  },
  async 'abort an upload'(d) {
    const name = d.name('aborted.bin');
    const { uploadId } = await d.c.initMultipartUpload(name);
    await d.c.uploadPart(name, uploadId, 1, Buffer.from('1'), 0, 1);
    same((await d.c.abortMultipartUpload(name, uploadId)).res.status, 204);
    await refused(() => d.c.listParts(name, uploadId), 404, 'NoSuchUpload');
    await refused(() => d.get('aborted.bin'), 404, 'NoSuchKey');
  },
  async 'resumable upload'(d) {
    const content = kit.someBytes(d.job.large ? 12 * kit.MiB : 350_000, 'resumable');
    const [name, file] = [d.name('resumable.bin'), d.job.file('resumable.bin', content)];
    // Parts of 1 MiB are the client's own choice, 100 KiB the least it takes.
    const options = d.job.large ? {} : { partSize: 102_400 };
    let checkpoint;
    const c = d.client();
    const progress = (_, state) => {
      if (!state) return;
      checkpoint = JSON.parse(JSON.stringify(state));
      if (state.doneParts.length === 2) c.cancel();
    };
    same((await kit.refused(() => c.multipartUpload(name, file, { ...options, parallel: 1, progress }))).name, 'cancel');
    same(checkpoint.doneParts.length, 2, 'parts before the break');
    await d.client().multipartUpload(name, file, { ...options, parallel: 2, checkpoint });
    same(await d.get('resumable.bin'), content);
  },
  async delete(d) {
    await d.put('gone.bin', '1');
    for (let i = 0; i < 2; i++) same((await d.c.delete(d.name('gone.bin'))).res.status, 204);
    await refused(() => d.get('gone.bin'), 404, 'NoSuchKey');
  },
  async 'delete many'(d) {
    const names = ['1.bin', '2 ü&<+.bin', 'missing.bin'].map((k) => d.name(`many/${k}`));
    for (const name of names.slice(0, 2)) await d.c.put(name, Buffer.from('1'));
    const { deleted } = await d.c.deleteMulti(names);
    same(deleted.map((o) => o.Key).sort(), [...names].sort(), 'told as deleted');
    same((await d.v2('many/')).flatMap((p) => p.objects), [], 'left');
    await d.c.deleteMulti(names, { quiet: true });
  },
  async 'presigned get'(d) {
    await d.put('signed a+b.bin', 'signed');
    const url = await d.sign('GET', 'signed a+b.bin', { response: { 'content-type': 'text/css' } });
    const answer = await kit.ask(url);
    same([String(answer.body), answer.headers['content-type']], ['signed', 'text/css']);
    const other = await kit.ask(url.replace('css', 'csv'));
    same(other.status, 403);
    assert.match(String(other.body), /<Code>SignatureDoesNotMatch<\/Code>/);
  },
  async 'presigned transform'(d) {
    await d.put('photo.jpg', d.job.photo);
    const url = await d.sign('GET', 'photo.jpg', { process: 'image/resize,w_100' });
    same(await kit.width((await kit.ask(url)).body), 100, 'width');
    same((await kit.ask(url.replace('w_100', 'w_101'))).status, 403);
  },
  async 'presigned put'(d) {
    const headers = { 'Content-Type': 'application/x-put', 'x-oss-meta-a': '1' };
    const url = await d.sign('PUT', 'put.bin', { headers });
    const answer = await kit.ask(url, { method: 'PUT', headers: { ...headers, 'content-length': 3 }, body: 'put' });
    same(answer.status, 200, String(answer.body));
    const { meta, res } = await d.c.head(d.name('put.bin'));
    same([meta, res.headers['content-type']], [{ a: '1' }, 'application/x-put']);
  },
  async 'get a transform'(d) {
    await d.put('photo.jpg', d.job.photo);
    const { content, res } = await d.c.get(d.name('photo.jpg'), { process: 'image/resize,w_100/quality,q_80' });
    same([await kit.width(content), res.headers['content-type']], [100, 'image/jpeg']);
    same(await kit.width(await d.get('photo.jpg', { process: 'style/thumb' })), 160, 'width of a style');
    assert.ok(Number(JSON.parse(await d.get('photo.jpg', { process: 'image/info' })).ImageWidth.value) > 100);
  },
  async 'save a transform'(d) {
    await d.put('photo.jpg', d.job.photo);
    // The client does not look at the status.
    same((await d.c.processObjectSave(d.name('photo.jpg'), d.name('saved ü.jpg'), 'image/resize,w_100')).status, 200, 'status');
    same(await kit.width(await d.get('saved ü.jpg')), 100, 'width');
    same((await d.c.processObjectSave(d.name('photo.jpg'), d.name('saved2.jpg'), 'image/resize,w_90', d.job.bucket)).status, 200, 'status with a bucket');
    same(await kit.width(await d.get('saved2.jpg')), 90, 'width');
  },
  async 'form upload'(d) {
    const date = new Date();
    const conditions = [{ bucket: d.job.bucket }, ['starts-with', '$key', d.job.prefix], ['content-length-range', 1, 1000]];
    const policy = { expiration: new Date(Date.now() + 60_000).toISOString(), conditions };
    let signed;
    if (d.v4) {
      const stamp = date.toISOString().replace(/[-:]|\.\d+/g, '');
      signed = { 'x-oss-signature-version': 'OSS4-HMAC-SHA256', 'x-oss-credential': `${d.job.key}/${stamp.slice(0, 8)}/cn-hangzhou/oss/aliyun_v4_request`, 'x-oss-date': stamp };
      conditions.push(...Object.entries(signed).map(([k, v]) => ({ [k]: v })));
      signed = { ...signed, policy: Buffer.from(JSON.stringify(policy)).toString('base64'), 'x-oss-signature': d.c.signPostObjectPolicyV4(policy, date) };
    } else {
      signed = d.c.calculatePostSignature(policy);
    }
    const url = d.byName ? d.job.endpoint(`${d.job.bucket}.${d.host}`) : `${d.job.endpoint()}/${d.job.bucket}`;
    const fields = { key: d.name('forms/${filename}'), success_action_status: '201', 'x-oss-meta-a': '1', 'Content-Type': 'text/plain', ...signed };
    const answer = await kit.postForm(url, fields, 'from a form');
    same(answer.status, 201, String(answer.body));
    const { meta, res } = await d.c.head(d.name('forms/ü a.txt'));
    same([meta, res.headers['content-type'], String(await d.get('forms/ü a.txt'))], [{ a: '1' }, 'text/plain', 'from a form']);
    for (const [change, content] of [[{}, 'x'.repeat(1001)], [{ key: 'elsewhere.txt' }, 'x']]) {
      const refusal = await kit.postForm(url, { ...fields, ...change }, content);
      assert.ok([400, 403].includes(refusal.status), String(refusal.status));
    }
  },
  async 'error: no such key'(d) {
    await refused(() => d.get('none.bin'), 404, 'NoSuchKey');
  },
  async 'error: no such bucket'(d) {
    const c = d.client({ bucket: 'limn-has-no-such-bucket' });
    await refused(() => c.get('a'), 404, 'NoSuchBucket');
    await refused(() => c.put('a', Buffer.from('1')), 404, 'NoSuchBucket');
  },
  async 'error: access denied'(d) {
    const c = d.client({ key: d.job.reader, secret: d.job.readerSecret });
    await refused(() => c.put(d.name('denied.bin'), Buffer.from('1')), 403, 'AccessDenied');
    await refused(() => c.delete(d.name('denied.bin')), 403, 'AccessDenied');
    await c.listV2({ 'max-keys': 1 });
  },
  async 'error: wrong secret'(d) {
    const c = d.client({ secret: 'not-the-secret' });
    await refused(() => c.get(d.name('a')), 403, 'SignatureDoesNotMatch');
    await refused(() => c.put(d.name('a'), Buffer.from('1')), 403, 'SignatureDoesNotMatch');
  },
  async 'error: unknown key'(d) {
    await refused(() => d.client({ key: 'nobody' }).get(d.name('a')), 403, 'InvalidAccessKeyId');
  },
  async 'make and delete a bucket'(d) {
    const bucket = d.job.newBucket;
    await d.c.putBucket(bucket);
    same((await d.c.getBucketInfo(bucket)).bucket.Name, bucket);
    const c = d.client({ bucket });
    await c.put('a', Buffer.from('1'));
    await refused(() => d.c.deleteBucket(bucket), 409, 'BucketNotEmpty');
    await c.delete('a');
    same((await d.c.deleteBucket(bucket)).res.status, 204);
    await refused(() => d.c.getBucketInfo(bucket), 404, 'NoSuchBucket');
  },
  async 'a bad bucket name'(d) {
    assert.match((await kit.refused(() => d.c.putBucket('Bad_Name'))).message, /bucket must be conform/);
  },
  async 'bucket info'(d) {
    const { bucket } = await d.c.getBucketInfo(d.job.bucket);
    same([bucket.Name, bucket.AccessControlList.Grant], [d.job.bucket, 'private']);
    assert.ok(!Number.isNaN(Date.parse(bucket.CreationDate)));
    for (const [what, value] of Object.entries({ Location: bucket.Location, Owner: bucket.Owner.ID })) assert.ok(value, `${what} is empty`);
  },
  async 'bucket location'(d) {
    assert.ok((await d.c.getBucketLocation(d.job.bucket)).location);
  },
  async 'bucket ACL'(d) {
    same((await d.c.getBucketACL(d.job.bucket)).acl, 'private');
    same((await d.c.getBucketACL('demo')).acl, 'public-read');
  },
  async 'bucket referer'(d) {
    const open = await d.c.getBucketReferer(d.job.bucket);
    same([open.allowEmpty, open.referers], [true, null]);
    const club = await d.c.getBucketReferer('club');
    same([club.allowEmpty, club.referers], [false, ['*.example.com']]);
  },
  async 'write an ACL'(d) {
    await refused(() => d.c.putBucketACL(d.job.bucket, 'public-read'), 501, 'NotImplemented');
    await refused(() => d.c.putBucketReferer(d.job.bucket, true, ['a.com']), 501, 'NotImplemented');
  },
};

await kit.main(
  'ali-oss',
  {
    'v1-ip': (job) => new Driver(job, false),
    'v4-ip': (job) => new Driver(job, true),
    'v1-host': (job) => new Driver(job, false, 'localhost'),
    'v4-host': (job) => new Driver(job, true, 'localhost'),
  },
  runs,
  { 'bucket styles': 'the client has no such call', 'old signatures': 'the client has no such signature' },
);
