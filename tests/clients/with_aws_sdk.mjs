// @aws-sdk/client-s3, with lib-storage and the presigner: Amazon's JavaScript SDK, version 3.
import http from 'node:http';
import https from 'node:https';
import { buffer } from 'node:stream/consumers';
import assert from 'node:assert/strict';
import * as s3 from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import * as kit from './kit.mjs';

const { same } = kit;
const quoted = (content) => `"${kit.md5(content)}"`;

class Driver {
  constructor(job, host = '127.0.0.1', settings = {}) {
    Object.assign(this, { job, host, settings });
    this.c = this.client();
  }

  client(key = this.job.key, secret = this.job.secret) {
    const agent = new (this.job.scheme === 'https' ? https : http).Agent({ keepAlive: true, lookup: kit.lookup });
    return new s3.S3Client({
      endpoint: this.job.endpoint(this.host),
      region: 'us-east-1',
      credentials: { accessKeyId: key, secretAccessKey: secret },
      forcePathStyle: this.host === '127.0.0.1',
      requestHandler: { httpAgent: agent, httpsAgent: agent, requestTimeout: 20_000, throwOnRequestTimeout: true },
      maxAttempts: 2,
      ...this.settings,
    });
  }

  at(key) {
    return { Bucket: this.job.bucket, Key: this.job.prefix + key };
  }

  do(command, input, client = this.c) {
    return client.send(new s3[`${command}Command`](input));
  }

  put(key, Body, more = {}) {
    return this.do('PutObject', { ...this.at(key), Body, ...more });
  }

  async get(key, more = {}) {
    return buffer((await this.do('GetObject', { ...this.at(key), ...more })).Body);
  }

  sign(command, input, client = this.c) {
    return getSignedUrl(client, new s3[`${command}Command`](input), { expiresIn: 60 });
  }

  async listed(prefix, more = {}) {
    const found = [];
    for await (const page of s3.paginateListObjectsV2({ client: this.c, pageSize: 2 }, { Bucket: this.job.bucket, Prefix: this.job.prefix + prefix, ...more })) found.push(...(page.Contents ?? []));
    return found;
  }
}

async function refused(call, status, name, kind = s3.S3ServiceException) {
  const error = await kit.refused(call);
  if (!(error instanceof kind)) throw error;
  same([error.$metadata.httpStatusCode, error.name], [status, name]);
  return error;
}

/** Adds a parameter of Limn's own before the SDK signs. */
const withWidth = (client) => {
  const add = (next) => (args) => {
    args.request.query.w = '100';
    return next(args);
  };
  client.middlewareStack.add(add, { step: 'build', name: 'width' });
  return client;
};

async function multipart(d, key, parts, more = {}) {
  const { UploadId } = await d.do('CreateMultipartUpload', { ...d.at(key), ...more });
  const done = [];
  for (const [at, Body] of [...parts.entries()].reverse()) {
    const { ETag } = await d.do('UploadPart', { ...d.at(key), UploadId, PartNumber: at + 1, Body });
    same(ETag, quoted(Body), "a part's ETag");
    done.unshift({ PartNumber: at + 1, ETag });
  }
  return { UploadId, done };
}

const runs = {
  async 'list buckets'(d) {
    const { Buckets, Owner } = await d.do('ListBuckets', {});
    const names = Buckets.map((b) => b.Name);
    assert.ok(names.includes('demo') && names.includes('vault'), String(names));
    assert.ok(Owner.ID && Buckets[0].CreationDate instanceof Date);
  },
  async 'put and get bytes'(d) {
    const content = kit.someBytes(100_000);
    same((await d.put('bytes.bin', content)).ETag, quoted(content), 'ETag');
    same(await d.get('bytes.bin'), content);
    await d.put('stream.bin', kit.trickle(content), { ContentLength: content.length });
    same(await d.get('stream.bin'), content, 'a stream of known length');
    await d.put('empty.bin', Buffer.alloc(0));
    same(await d.get('empty.bin'), Buffer.alloc(0));
    for (const ChecksumAlgorithm of ['CRC32C', 'SHA256']) {
      await d.put('sum.bin', content, { ChecksumAlgorithm });
      same(await d.get('sum.bin'), content, ChecksumAlgorithm);
    }
  },
  async 'put a stream of unknown length'(d) {
    const content = kit.someBytes(300_000, 'stream');
    await new Upload({ client: d.c, params: { ...d.at('stream.bin'), Body: kit.trickle(content) } }).done();
    same(await d.get('stream.bin'), content);
  },
  async 'put metadata and headers'(d) {
    const told = { ContentType: 'text/plain; charset=utf-8', CacheControl: 'max-age=77', ContentDisposition: 'attachment; filename="x y.txt"', ContentLanguage: 'de' };
    await d.put('meta.txt', 'text', { ...told, Metadata: { colour: 'dark blue', Case: 'kept As Is' } });
    for (const command of ['HeadObject', 'GetObject']) {
      const got = await d.do(command, d.at('meta.txt'));
      got.Body?.destroy();
      for (const [name, value] of Object.entries(told)) same(kit.publicPart(got[name]), value, name);
      same(got.Metadata, { colour: 'dark blue', case: 'kept As Is' }, 'metadata');
    }
    const got = await d.do('GetObject', { ...d.at('meta.txt'), ResponseContentType: 'text/css', ResponseCacheControl: 'no-store' });
    got.Body.destroy();
    same([got.ContentType, got.CacheControl], ['text/css', 'no-store'], 'response- overrides');
  },
  async 'get a range'(d) {
    const content = kit.someBytes(1000, 'range');
    await d.put('range.bin', content);
    const got = await d.do('GetObject', { ...d.at('range.bin'), Range: 'bytes=10-19' });
    same([got.$metadata.httpStatusCode, got.ContentRange, got.ContentLength], [206, 'bytes 10-19/1000', 10]);
    same(await buffer(got.Body), content.subarray(10, 20));
    same(await d.get('range.bin', { Range: 'bytes=-7' }), content.subarray(-7), 'the last seven');
    await refused(() => d.get('range.bin', { Range: 'bytes=2000-' }), 416, 'InvalidRange');
  },
  async head(d) {
    await d.put('head.bin', '12345');
    const got = await d.do('HeadObject', d.at('head.bin'));
    same([got.ContentLength, got.ETag, got.LastModified instanceof Date], [5, quoted('12345'), true]);
    await refused(() => d.do('HeadObject', d.at('none')), 404, 'NotFound', s3.NotFound);
    await d.do('HeadBucket', { Bucket: d.job.bucket });
    await refused(() => d.do('HeadBucket', { Bucket: 'limn-has-no-such-bucket' }), 404, 'NotFound', s3.NotFound);
  },
  async 'not modified'(d) {
    await d.put('same.bin', '1');
    const { ETag, LastModified } = await d.do('HeadObject', d.at('same.bin'));
    for (const condition of [{ IfNoneMatch: ETag }, { IfModifiedSince: LastModified }]) {
      same((await kit.refused(() => d.get('same.bin', condition))).$metadata.httpStatusCode, 304);
    }
    await refused(() => d.get('same.bin', { IfMatch: '"00"' }), 412, 'PreconditionFailed');
  },
  async 'put only if absent'(d) {
    await d.put('once.bin', '1', { IfNoneMatch: '*' });
    await refused(() => d.put('once.bin', '2', { IfNoneMatch: '*' }), 412, 'PreconditionFailed');
    same(await d.get('once.bin'), Buffer.from('1'));
  },
  async 'odd keys'(d) {
    for (const key of kit.oddKeys) {
      await d.put(`odd/${key}`, key);
      same(await d.get(`odd/${key}`), Buffer.from(key), key);
      same((await kit.ask(await d.sign('GetObject', d.at(`odd/${key}`)))).body, Buffer.from(key), `signed URL of ${key}`);
    }
    const keys = kit.oddKeys.map((k) => `${d.job.prefix}odd/${k}`);
    same((await d.listed('odd/')).map((o) => o.Key), [...keys].sort(kit.byBytes), 'listed');
    await d.do('CopyObject', { ...d.at(`odd/${kit.oddKeys[2]}`), CopySource: encodeURIComponent(`${d.job.bucket}/${keys[0]}`) });
    same(await d.get(`odd/${kit.oddKeys[2]}`), Buffer.from(kit.oddKeys[0]), 'copied');
    await d.do('DeleteObjects', { Bucket: d.job.bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } });
    same(await d.listed('odd/'), [], 'left after delete many');
  },
  async copy(d) {
    await d.put('from.bin', 'copied', { Metadata: { a: '1' } });
    const CopySource = `${d.job.bucket}/${d.job.prefix}from.bin`;
    const done = await d.do('CopyObject', { ...d.at('to.bin'), CopySource });
    same(done.CopyObjectResult.ETag, quoted('copied'), 'ETag');
    const got = await d.do('GetObject', d.at('to.bin'));
    same([await got.Body.transformToString(), got.Metadata], ['copied', { a: '1' }]);
    await refused(() => d.do('CopyObject', { ...d.at('to.bin'), CopySource: `${CopySource}.none` }), 404, 'NoSuchKey');
  },
  async 'list v1 in pages'(d) {
    for (const key of kit.listed) await d.put(`list1/${key}`, key);
    const found = [];
    let page = { IsTruncated: true };
    while (page.IsTruncated) {
      page = await d.do('ListObjects', { Bucket: d.job.bucket, Prefix: `${d.job.prefix}list1/`, MaxKeys: 2, Marker: found.at(-1) });
      found.push(...page.Contents.map((o) => o.Key));
    }
    same(found, kit.listed.map((k) => `${d.job.prefix}list1/${k}`));
  },
  async 'list v2 in pages'(d) {
    for (const key of kit.listed) await d.put(`list2/${key}`, key);
    const found = await d.listed('list2/', { FetchOwner: true });
    same(found.map((o) => [o.Key, o.Size, o.ETag]), kit.listed.map((k) => [`${d.job.prefix}list2/${k}`, Buffer.byteLength(k), quoted(k)]));
    assert.ok(found.every((o) => o.LastModified instanceof Date && o.Owner.ID));
    const after = await d.listed('list2/', { StartAfter: `${d.job.prefix}list2/${kit.listed[2]}`, EncodingType: 'url' });
    same(after.map((o) => o.Key), kit.listed.slice(3).map((k) => encodeURIComponent(`${d.job.prefix}list2/${k}`).replaceAll('%2F', '/')), 'after the third, URL-encoded');
  },
  async 'list by delimiter'(d) {
    for (const key of kit.listed) await d.put(`tree/${key}`, '');
    const [keys, prefixes] = [[], []];
    for await (const page of s3.paginateListObjectsV2({ client: d.c, pageSize: 2 }, { Bucket: d.job.bucket, Prefix: `${d.job.prefix}tree/dir/`, Delimiter: '/' })) {
      keys.push(...(page.Contents ?? []).map((o) => o.Key));
      prefixes.push(...(page.CommonPrefixes ?? []).map((p) => p.Prefix));
    }
    same([keys, prefixes], [kit.listed.slice(0, 3).map((k) => `${d.job.prefix}tree/${k}`), [`${d.job.prefix}tree/dir/deeper/`]]);
  },
  async 'multipart upload'(d) {
    const sizes = d.job.large ? [5, 5, 2].map((n) => n * kit.MiB) : [5 * kit.MiB, 1000];
    const parts = sizes.map((size, at) => kit.someBytes(size, `part ${at}`));
    const { UploadId, done } = await multipart(d, 'parts.bin', parts, { ContentType: 'application/x-parts', Metadata: { a: '1' } });
    const whole = await d.do('CompleteMultipartUpload', { ...d.at('parts.bin'), UploadId, MultipartUpload: { Parts: done } });
    assert.ok(whole.ETag.endsWith(`-${parts.length}"`), whole.ETag);
    const got = await d.do('GetObject', d.at('parts.bin'));
    same([got.ContentType, got.Metadata], ['application/x-parts', { a: '1' }]);
    same(await buffer(got.Body), Buffer.concat(parts));
    await refused(() => d.do('UploadPart', { ...d.at('parts.bin'), UploadId, PartNumber: 1, Body: '1' }), 404, 'NoSuchUpload');
  },
  async 'list parts'(d) {
    const part = kit.someBytes(102_400);
    const { UploadId } = await multipart(d, 'listed-parts.bin', [part, part, part]);
    const found = [];
    for await (const page of s3.paginateListParts({ client: d.c, pageSize: 2 }, { ...d.at('listed-parts.bin'), UploadId })) {
      found.push(...(page.Parts ?? []));
      // It follows NextPartNumberMarker, whatever IsTruncated says.
      assert.ok(found.length <= 3, 'the pages begin again');
    }
    same(found.map((p) => [p.PartNumber, p.Size, p.ETag]), [1, 2, 3].map((n) => [n, part.length, quoted(part)]));
    await d.do('AbortMultipartUpload', { ...d.at('listed-parts.bin'), UploadId });
  },
  async 'list uploads'(d) {
    const begun = {};
    for (const name of ['a b.bin', 'b+ü.bin', 'b+ü.bin']) begun[(await d.do('CreateMultipartUpload', d.at(`open/${name}`))).UploadId] = d.at(`open/${name}`).Key;
    const found = {};
    let page = { IsTruncated: true };
    while (page.IsTruncated) {
      page = await d.do('ListMultipartUploads', { Bucket: d.job.bucket, Prefix: `${d.job.prefix}open/`, MaxUploads: 2, KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker });
      for (const upload of page.Uploads) found[upload.UploadId] = upload.Key;
    }
    same(found, begun);
    for (const [UploadId, Key] of Object.entries(begun)) await d.do('AbortMultipartUpload', { Bucket: d.job.bucket, Key, UploadId });
  },
  async 'abort an upload'(d) {
    const { UploadId } = await multipart(d, 'aborted.bin', [Buffer.from('1')]);
    await d.do('AbortMultipartUpload', { ...d.at('aborted.bin'), UploadId });
    await refused(() => d.do('ListParts', { ...d.at('aborted.bin'), UploadId }), 404, 'NoSuchUpload');
    await refused(() => d.get('aborted.bin'), 404, 'NoSuchKey');
  },
  async 'resumable upload'(d) {
    const content = kit.someBytes(d.job.large ? 12 * kit.MiB : 5 * kit.MiB + 1000, 'resumable');
    const upload = new Upload({ client: d.c, partSize: 5 * kit.MiB, queueSize: 2, params: { ...d.at('resumable.bin'), Body: kit.trickle(content) } });
    assert.match((await upload.done()).ETag, /-\d"$/, 'was not sent in parts');
    same(await d.get('resumable.bin'), content);
  },
  async delete(d) {
    await d.put('gone.bin', '1');
    for (let i = 0; i < 2; i++) same((await d.do('DeleteObject', d.at('gone.bin'))).$metadata.httpStatusCode, 204);
    await refused(() => d.get('gone.bin'), 404, 'NoSuchKey', s3.NoSuchKey);
  },
  async 'delete many'(d) {
    const keys = ['1.bin', '2 ü&<+.bin', 'missing.bin'].map((k) => `${d.job.prefix}many/${k}`);
    for (const Key of keys.slice(0, 2)) await d.do('PutObject', { Bucket: d.job.bucket, Key, Body: '1' });
    const done = await d.do('DeleteObjects', { Bucket: d.job.bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } });
    same([done.Deleted.map((o) => o.Key).sort(), done.Errors], [[...keys].sort(), undefined], 'told as deleted');
    same(await d.listed('many/'), [], 'left');
  },
  async 'presigned get'(d) {
    await d.put('signed a+b.bin', 'signed');
    const url = await d.sign('GetObject', { ...d.at('signed a+b.bin'), ResponseContentType: 'text/css' });
    const answer = await kit.ask(url);
    same([String(answer.body), answer.headers['content-type']], ['signed', 'text/css']);
    const other = await kit.ask(url.replace('css', 'csv'));
    same(other.status, 403);
    assert.match(String(other.body), /<Code>SignatureDoesNotMatch<\/Code>/);
  },
  async 'presigned transform'(d) {
    await d.put('photo.jpg', d.job.photo);
    const url = await d.sign('GetObject', d.at('photo.jpg'), withWidth(d.client()));
    assert.match(url, /[?&]w=100(&|$)/);
    same(await kit.width((await kit.ask(url)).body), 100, 'width');
    same((await kit.ask(url.replace('w=100', 'w=101'))).status, 403);
  },
  async 'presigned put'(d) {
    const url = await d.sign('PutObject', { ...d.at('put.bin'), ContentType: 'application/x-put', Metadata: { a: '1' } });
    const answer = await kit.ask(url, { method: 'PUT', headers: { 'content-type': 'application/x-put', 'content-length': 3 }, body: 'put' });
    same(answer.status, 200, String(answer.body));
    const got = await d.do('GetObject', d.at('put.bin'));
    same([await got.Body.transformToString(), got.ContentType, got.Metadata], ['put', 'application/x-put', { a: '1' }]);
  },
  async 'get a transform'(d) {
    await d.put('photo.jpg', d.job.photo);
    const got = await d.do('GetObject', d.at('photo.jpg'), withWidth(d.client()));
    same([await kit.width(await buffer(got.Body)), got.ContentType], [100, 'image/jpeg']);
  },
  async 'error: no such key'(d) {
    const error = await refused(() => d.get('none.bin'), 404, 'NoSuchKey', s3.NoSuchKey);
    assert.ok(error.$metadata.requestId, 'no request id');
  },
  async 'error: no such bucket'(d) {
    const at = { Bucket: 'limn-has-no-such-bucket', Key: 'a' };
    await refused(() => d.do('GetObject', at), 404, 'NoSuchBucket');
    await refused(() => d.do('ListObjectsV2', { Bucket: at.Bucket }), 404, 'NoSuchBucket', s3.NoSuchBucket);
  },
  async 'error: access denied'(d) {
    const c = d.client(d.job.reader, d.job.readerSecret);
    await refused(() => d.do('PutObject', { ...d.at('denied.bin'), Body: '1' }, c), 403, 'AccessDenied');
    await refused(() => d.do('DeleteObject', d.at('denied.bin'), c), 403, 'AccessDenied');
    await d.do('ListObjectsV2', { Bucket: d.job.bucket, MaxKeys: 1 }, c);
  },
  async 'error: wrong secret'(d) {
    await refused(() => d.do('GetObject', d.at('a'), d.client(d.job.key, 'not-the-secret')), 403, 'SignatureDoesNotMatch');
  },
  async 'error: unknown key'(d) {
    await refused(() => d.do('GetObject', d.at('a'), d.client('nobody')), 403, 'InvalidAccessKeyId');
  },
  async 'make and delete a bucket'(d) {
    const Bucket = d.job.newBucket;
    await d.do('CreateBucket', { Bucket });
    await d.do('HeadBucket', { Bucket });
    await d.do('PutObject', { Bucket, Key: 'a', Body: '1' });
    await refused(() => d.do('DeleteBucket', { Bucket }), 409, 'BucketNotEmpty');
    await d.do('DeleteObject', { Bucket, Key: 'a' });
    same((await d.do('DeleteBucket', { Bucket })).$metadata.httpStatusCode, 204);
    await refused(() => d.do('HeadBucket', { Bucket }), 404, 'NotFound');
  },
  async 'a bad bucket name'(d) {
    await refused(() => d.do('CreateBucket', { Bucket: 'Bad_Name' }), 400, 'InvalidBucketName');
  },
  async 'bucket location'(d) {
    await d.do('GetBucketLocation', { Bucket: d.job.bucket });
    await refused(() => d.do('GetBucketLocation', { Bucket: 'limn-has-no-such-bucket' }), 404, 'NoSuchBucket');
  },
  async 'bucket ACL'(d) {
    const { Grants, Owner } = await d.do('GetBucketAcl', { Bucket: d.job.bucket });
    same(Grants.map((g) => [g.Permission, g.Grantee.ID]), [['FULL_CONTROL', Owner.ID]]);
  },
  async 'write an ACL'(d) {
    await refused(() => d.do('PutBucketAcl', { Bucket: d.job.bucket, ACL: 'public-read' }), 501, 'NotImplemented');
  },
};

const none = (reason, ...names) => Object.fromEntries(names.map((name) => [name, reason]));

await kit.main(
  'aws-sdk-js',
  {
    path: (job) => new Driver(job),
    host: (job) => new Driver(job, 'localhost'),
    'host-when-required': (job) => new Driver(job, 'localhost', { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' }),
  },
  runs,
  {
    ...none('S3 has no such call', 'save a transform', 'bucket info', 'bucket referer', 'bucket styles'),
    ...none('the client makes forms in another package; boto3 posts the same ones', 'form upload'),
    ...none('the client has no such signature', 'old signatures'),
  },
);
