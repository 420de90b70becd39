// POST /-/upload: names that Limn makes, receipts, tokens that serve once, pages of other origins, what is wrong with it.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { signed } from '../../scripts/limn/sign.mjs';
import { limn } from './limn.mjs';

const exp = () => String(Math.floor(Date.now() / 1000) + 600);
const digest = (name, bytes) => createHash(name).update(bytes).digest('hex');
const nonce = () => randomBytes(8).toString('hex');
const drawn = (format, width = 40, height = 20) => sharp({ create: { width, height, channels: 3, background: { r: Math.floor(Math.random() * 256), g: 90, b: 30 } } })[format]().toBuffer();
let it;

before(async () => {
  it = await limn({
    LIMN_BUCKET_PAGES: { name: 'pages', nodes: ['a'], cors: { origins: ['https://*.example.com'], methods: ['POST'], headers: ['content-type', 'idempotency-key'], expose: ['location'], max_age_seconds: 60 } },
    LIMN_KEY_PART: JSON.stringify({ id: 'part', secrets: ['part-secret-1'], user: 'part', grants: [{ actions: ['write'], bucket: 'demo', prefix: 'part/' }] }),
  });
});
after(() => it.stop());

const token = (bucket, params = {}, as) => signed('POST', `/-/upload/${bucket}`, { exp: exp(), nonce: nonce(), ...params }, as);
const post = (target, body, headers = {}) => fetch(it.base + target, { method: 'POST', body, headers });
const upload = (bucket, params, body, headers, as) => post(token(bucket, params, as), body, headers);
const get = (path) => fetch(it.base + signed('GET', path, { exp: exp() }));
const code = async (answer) => {
  await answer.arrayBuffer();
  return answer.headers.get('x-limn-error') ?? '';
};
const receipt = async (answer) => {
  const text = await answer.text();
  assert.equal(answer.status, 201, text);
  return JSON.parse(text);
};

test('a receipt tells where the image is and what it is', async () => {
  const body = await drawn('png');
  const answer = await upload('demo', {}, body, { 'content-type': 'image/png' });
  const location = answer.headers.get('location');
  const told = await receipt(answer);
  const { key, url, version } = told;
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  assert.equal(key, `${day}/${version}.png`);
  assert.equal(url, `${it.base}/demo/${key}`);
  assert.equal(location, url);
  assert.deepEqual(told, { bucket: 'demo', key, url, size: body.length, sha256: digest('sha256', body), etag: digest('md5', body), version, content_type: 'image/png', nodes: ['a'], replicas: 1, width: 40, height: 20 });
  const back = await fetch(url);
  assert.equal(back.status, 200);
  assert.match(back.headers.get('cache-control'), /^public, max-age=\d+, immutable$/);
  assert.ok(Buffer.from(await back.arrayBuffer()).equals(body));
  // What is made of it may change with a style or a mark.
  assert.doesNotMatch((await fetch(`${url}?w=10`)).headers.get('cache-control'), /immutable/);
});

test('each placeholder, with names that are made safe and types that are found', async () => {
  const jpeg = await drawn('jpeg');
  const text = Buffer.from(`hello ${nonce()}`);
  const long = randomBytes(9 << 20);
  for (const [pattern, body, headers, want] of [
    ['p/{version}', jpeg, {}, (t) => `p/${t.version}`],
    ['p/{sha256}.{ext}', jpeg, { 'content-type': 'application/octet-stream' }, (t) => `p/${t.sha256}.jpg`],
    ['p/{sha256:8}/{yyyy}.{ext}', text, { 'content-type': 'text/plain; charset=utf-8' }, (t) => `p/${t.sha256.slice(0, 8)}/${new Date().getUTCFullYear()}.txt`],
    ['p/{name}-{version}.{ext}', jpeg, { 'content-disposition': 'attachment; filename="../my  cat?.jpg"' }, (t) => `p/my-cat-${t.version}.jpg`],
    ['p/{mm}{dd}{version}.{ext}', long, { 'content-type': 'x/y' }, (t) => `p/${new Date().toISOString().slice(5, 10).replace('-', '')}${t.version}.bin`],
    ['p/{sha256:16}.{ext}', long, {}, (t) => `p/${t.sha256.slice(0, 16)}.bin`],
  ]) {
    const told = await receipt(await upload('vault', { name: pattern }, body, headers));
    assert.equal(told.key, want(told), pattern);
    assert.equal(told.sha256, digest('sha256', body));
    const back = await get(`/vault/${told.key}`);
    assert.ok(Buffer.from(await back.arrayBuffer()).equals(body), pattern);
  }
});

test('a taken name is a conflict unless it may be overwritten, or is that of the same bytes', async () => {
  const name = `taken/${nonce()}.txt`;
  const { version } = await receipt(await upload('demo', { name }, 'one'));
  assert.equal(await code(await upload('demo', { name }, 'two')), 'object_exists');
  assert.equal(await (await fetch(`${it.base}/demo/${name}`)).text(), 'one');
  const second = await receipt(await upload('demo', { name, overwrite: '1' }, 'two'));
  assert.ok(second.version > version);
  assert.equal(await (await fetch(`${it.base}/demo/${name}`)).text(), 'two');
  const same = () => upload('demo', { name: 'same/{sha256}' }, 'same');
  assert.equal((await receipt(await same())).key, (await receipt(await same())).key);
});

test('a form with one file', async () => {
  const body = await drawn('jpeg', 30, 60);
  const form = (fields) => {
    const data = new FormData();
    for (const [name, value, file] of fields) file === undefined ? data.append(name, value) : data.append(name, value, file);
    return data;
  };
  const file = new Blob([body], { type: 'image/jpeg' });
  const told = await receipt(await upload('demo', { name: 'form/{name}-{version}.{ext}', len: String(body.length), ct: 'image/jpeg', sha256: digest('sha256', body) }, form([['file', file, 'Mein Bild.JPG']])));
  assert.equal(told.key, `form/Mein-Bild-${told.version}.jpg`);
  assert.deepEqual([told.width, told.height, told.sha256], [30, 60, digest('sha256', body)]);
  for (const [fields, params, want] of [
    [[['other', file, 'a.jpg']], {}, 'malformed_form'],
    [[['file', file, 'a.jpg'], ['file', file, 'b.jpg']], {}, 'malformed_form'],
    [[['file', file, 'a.jpg'], ['key', 'a.jpg']], {}, 'malformed_form'],
    [[['file', file, 'a.png']], {}, 'upload_not_an_image'],
    [[['file', file, 'a.jpg']], { len: '5' }, 'access_denied'],
    [[['file', file, 'a.jpg']], { ct: 'image/png' }, 'access_denied'],
    [[['file', file, 'a.jpg']], { sha256: '0'.repeat(64) }, 'bad_digest'],
  ]) assert.equal(await code(await upload('demo', params, form(fields))), want, JSON.stringify([fields.map(([n]) => n), params]));
  assert.equal(await code(await upload('demo', {}, 'no form', { 'content-type': 'multipart/form-data; boundary=x' })), 'malformed_form');
});

test('a token serves once', async () => {
  const target = token('demo', { name: 'once/{version}' });
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => post(target, `upload ${i}`)));
  const won = answers.filter(({ status }) => status === 201);
  assert.equal(won.length, 1, answers.map(({ status }) => status).join(' '));
  const told = await receipt(won[0]);
  for (const answer of answers.filter((answer) => answer !== won[0])) assert.deepEqual([answer.status, await code(answer)], [409, 'token_used']);
  const winner = `upload ${answers.indexOf(won[0])}`;
  assert.equal(await (await fetch(told.url)).text(), winner);
  // A reply that was lost is asked for again with the same bytes.
  assert.deepEqual(await receipt(await post(target, winner)), told);
  assert.equal(await code(await post(target, 'other bytes')), 'token_used');
  const twins = token('demo', { name: 'twins/{version}' });
  const same = await Promise.all(Array.from({ length: 20 }, () => post(twins, 'the same bytes').then(receipt)));
  for (const one of same) assert.deepEqual(one, same[0]);
});

test('a failed upload does not use a token up', async () => {
  const target = token('demo', { name: 'retry/{version}.jpg' });
  const body = await drawn('jpeg');
  assert.equal(await code(await post(target, 'no image')), 'upload_not_an_image');
  assert.equal(await code(await post(target, body.subarray(0, body.length - 20))), 'image_corrupt');
  assert.equal(await code(await post(target, body, { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' })), 'bad_digest');
  const told = await receipt(await post(target, body));
  assert.equal(await code(await post(target, await drawn('jpeg'))), 'token_used');
  assert.equal(told.content_type, 'image/jpeg');
});

test('who may, and what is wrong', async () => {
  const late = String(Math.floor(Date.now() / 1000) - 1);
  const part = { kid: 'part', secret: 'part-secret-1' };
  const reader = { kid: 'limn-reader', secret: 'limn-reader-secret' };
  for (const [bucket, params, body, headers, as, want] of [
    ['demo', { exp: late }, 'a', {}, undefined, 'link_expired'],
    ['demo', {}, 'a', {}, reader, 'access_denied'],
    ['demo', { name: 'part/{version}' }, 'a', {}, part, ''],
    ['demo', {}, 'a', {}, part, 'access_denied'],
    ['vault', { name: 'part/{version}' }, 'a', {}, part, 'access_denied'],
    ['demo', { name: 'part{name}/a' }, 'a', { 'content-disposition': 'attachment; filename=x' }, part, 'access_denied'],
    ['nowhere', {}, 'a', {}, undefined, 'no_such_bucket'],
    ['No', {}, 'a', {}, undefined, 'bad_bucket_name'],
    ['demo', { name: '{nonsense}' }, 'a', {}, undefined, 'bad_arg'],
    ['demo', { name: '../{version}' }, 'a', {}, undefined, 'bad_arg'],
    ['demo', { name: '{version}//a' }, 'a', {}, undefined, 'bad_arg'],
    ['demo', { name: '' }, 'a', {}, undefined, 'bad_arg'],
    ['demo', { name: '{name}' }, 'a', {}, undefined, 'bad_arg'],
    ['demo', { name: '{version}.png' }, await drawn('jpeg'), {}, undefined, 'upload_not_an_image'],
    ['demo', { overwrite: 'yes' }, 'a', {}, undefined, 'bad_arg'],
    ['demo', { w: '200' }, 'a', {}, undefined, 'unknown_param'],
    ['demo', { len: '3' }, 'a', {}, undefined, 'access_denied'],
    ['demo', { ct: 'image/png' }, 'a', {}, undefined, 'access_denied'],
    ['demo', { sha256: '0'.repeat(64) }, 'a', {}, undefined, 'bad_digest'],
    ['demo', {}, randomBytes(21 << 20), {}, undefined, 'upload_too_large'],
    ['demo', {}, 'a', { 'idempotency-key': 'x'.repeat(256) }, undefined, 'bad_arg'],
  ]) assert.equal(await code(await upload(bucket, params, body, headers, as)), want, JSON.stringify([bucket, params]));
  assert.equal(await code(await post('/-/upload/demo', 'a')), 'signature_required');
  const endless = signed('POST', '/-/upload/demo', {});
  assert.equal(await code(await post(endless, 'a')), 'bad_arg');
  assert.equal(await code(await post(token('demo').replace('/demo', '/vault'), 'a')), 'bad_signature');
  assert.equal(await code(await fetch(it.base + signed('GET', '/-/upload/demo', { exp: exp() }))), 'method');
});

test('a page of another origin uploads by the rules of the bucket', async () => {
  const ask = (origin, headers = 'content-type') =>
    fetch(`${it.base}/-/upload/pages`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': headers } });
  const allowed = await ask('https://www.example.com', 'content-type, idempotency-key');
  assert.equal(allowed.status, 204);
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://www.example.com');
  assert.equal(allowed.headers.get('access-control-allow-methods'), 'POST');
  assert.equal(await code(await ask('https://evil.org')), 'cors_refused');
  assert.equal(await code(await ask('https://www.example.com', 'x-other')), 'cors_refused');
  const body = await drawn('png');
  const answer = await upload('pages', {}, body, { origin: 'https://www.example.com' });
  assert.equal(answer.headers.get('access-control-allow-origin'), 'https://www.example.com');
  assert.equal(answer.headers.get('access-control-expose-headers'), 'location');
  await receipt(answer);
  const refused = await upload('pages', { name: '{x}' }, body, { origin: 'https://www.example.com' });
  assert.equal(refused.headers.get('access-control-allow-origin'), 'https://www.example.com', 'a page can read why');
  assert.equal((await upload('pages', {}, body, { origin: 'https://evil.org' })).headers.get('access-control-allow-origin'), null);
});
