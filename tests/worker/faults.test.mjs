// What breaks beneath the cache: origins that cut, fail and come back, tiers that lie, clients that poison.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import sharp from 'sharp';
import { raw } from './limn.mjs';
import { called, each, eventually, granted, pause, random, rig, serve, sha256, times } from './rig.mjs';

const photo = readFileSync(new URL('../../.tools/demo/photo.jpg', import.meta.url));
/** Whole files by format. */
const files = {};
/** How a path of the origin answers: {manner, format, cut}; a whole JPEG where nothing is said. */
const manners = new Map();
const asked = [];
let origin, it;

const head = (fields) => `HTTP/1.1 200 OK\r\nConnection: close\r\n${fields}\r\n`;
const chunk = (length) => `${length.toString(16)}\r\n`;
/** Framing that is wrong on purpose: what goes out before the connection ends. */
const frames = {
  length: (whole, part) => [head(`Content-Length: ${whole.length}\r\n`), part],
  chunk: (whole, part) => [head('Transfer-Encoding: chunked\r\n'), chunk(whole.length), part],
  last: (whole, part) => [head('Transfer-Encoding: chunked\r\n'), chunk(part.length), part, '\r\n'],
  close: (whole, part) => [head(''), part],
};

before(async () => {
  const small = sharp(photo).resize(64, 48);
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'avif']) files[format] = await small.clone().toFormat(format).toBuffer();
  files.svg = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48">${'<rect width="9" height="9" fill="red"/>'.repeat(50)}</svg>`);
  // A camera's file: a whole small JPEG before its own picture.
  const thumb = await sharp(photo).resize(16).jpeg().toBuffer();
  const mark = Buffer.from([0xff, 0xed, 0, 0]);
  mark.writeUInt16BE(thumb.length + 2, 2);
  files.thumbed = Buffer.concat([files.jpeg.subarray(0, 2), mark, thumb, files.jpeg.subarray(2)]);
  origin = await serve((path, request, response) => {
    asked.push({ path, headers: request.headers });
    const { manner = 'whole', format = 'jpeg', cut } = manners.get(path) ?? {};
    if (path.startsWith('gone/')) return response.writeHead(404).end();
    if (path.startsWith('text/')) return response.writeHead(200, { 'content-length': 4 }).end('text');
    const whole = files[format];
    if (manner === 'whole') return response.writeHead(200, { 'content-length': whole.length, etag: '"v1"' }).end(whole);
    if (manner === 'fail') return response.writeHead(503, { 'cache-control': 'max-age=600' }).end('down');
    const { socket } = response;
    if (manner === 'reset') return socket.resetAndDestroy();
    const [framing, end] = manner.split('-');
    for (const part of frames[framing](whole, whole.subarray(0, cut))) socket.write(part);
    if (end === 'reset') setTimeout(() => socket.resetAndDestroy(), 20);
    else socket.end();
  });
  const bucket = (name, more) => ({ [`LIMN_BUCKET_${name.toUpperCase()}`]: { name, nodes: ['web'], access: 'public-read', parameters: 'open', styles: ['demo'], ...more } });
  it = await rig({
    LIMN_NODE_WEB: { name: 'web', kind: 'http', url: origin.url, managed: false },
    ...bucket('web'),
    ...bucket('stale', { source_fresh_seconds: 0, stale_while_revalidate_seconds: 0 }),
    ...bucket('brief', { source_fresh_seconds: 0, stale_while_revalidate_seconds: 0, stale_if_error_seconds: 0 }),
    ...Object.assign({}, ...[0, 1, 2, 3, 4].map((n) => bucket(`heap${n}`))),
    ...bucket('many', { nodes: ['a'], public_list: true, limits: { max_variants: 1_000_000 } }),
  });
  await it.put('/demo/a.jpg', photo);
  for (const path of ['/many/a.jpg', '/vault/a.jpg']) await it.put(path, files.jpeg);
});
after(async () => {
  await it.stop();
  await origin.close();
});

const isBad = ({ status, policy }) => assert.ok([502, 503, 504].includes(status) && policy === 'no-store', `${status} ${policy}`);
/** What the caches hold of all that was put there, rows aside. */
const inCaches = async (log, prefix) => {
  const urls = log.filter(called('cache', 'put')).filter(({ name }) => !name.includes('/__r/')).map(({ name }) => name);
  return [...(await it.deed('present', urls)), ...(await it.deed('stored', prefix)).map(({ key }) => key)];
};

test('F4: nothing is kept of a body that is shorter than it was announced', async (t) => {
  const seed = Date.now() % 100_000;
  const next = random(seed);
  t.diagnostic(`seed ${seed}`);
  const hows = ['length', 'length-reset', 'chunk', 'chunk-reset', 'last', 'last-reset'];
  const cases = Array.from({ length: times(200) }, (_, i) => {
    const format = Object.keys(files)[i % Object.keys(files).length];
    return { path: `short/${i}`, manner: hows[i % hows.length], format, cut: 1 + Math.floor(next() * (files[format].length - 1)) };
  });
  for (const { path, ...manner } of cases) manners.set(path, manner);
  const targets = ['?w=40', '!thumb', ''];
  const log = await it.broken([], () => each(cases, 4, async ({ path, manner, format, cut }) => {
    const target = targets[cut % targets.length];
    const answer = await it.ask(`/web/${path}${target}`);
    assert.deepEqual([answer.status, answer.error, answer.policy], [502, 'origin_failed', 'no-store'], `seed ${seed}: ${path} ${manner} ${format} ${cut} ${target}`);
  }));
  assert.equal(asked.filter(({ path }) => path.startsWith('short/')).length, cases.length, 'each was asked for');
  assert.deepEqual(await inCaches(log, 'web/short/'), []);
  // The same paths when they are whole: made at once, and then the caches do hold them.
  for (const { path, format } of cases) manners.set(path, { format });
  const later = await it.broken([], () => each(cases, 4, ({ path }) => it.fine(`/web/${path}!thumb`, /uri-miss/)));
  await eventually(async () => (await inCaches(later, 'web/short/')).length >= 4 * cases.length, 'an original, its version and an image in two tiers each');
});

/** Where a file is cut: at every 64th byte, or a tenth of them, and after the first and before the last. */
const cuts = (length, next) => {
  const all = Array.from({ length: Math.floor((length - 1) / 64) }, (_, i) => (i + 1) * 64);
  const some = process.env.LIMN_TEST_FULL ? all : all.map((cut) => [next(), cut]).sort(([a], [b]) => a - b).slice(0, 10).map(([, cut]) => cut);
  return [...new Set([1, ...some, length - 1])];
};
const pixels = async (bytes) => sha256(await sharp(bytes, { failOn: 'none' }).raw().toBuffer());

/** Asks for files that end early without a word of it; an image that is not the whole one is bad. */
async function cutShort(format, target, seed) {
  const file = files[format];
  const base = `close/${target || 'original'}/${format}`.replace('?', '');
  manners.set(base, { manner: 'close', format });
  const whole = await pixels((await it.fine(`/web/${base}${target}`)).bytes);
  if (!target) assert.equal(whole, await pixels(file));
  const all = cuts(file.length, random(seed));
  const bad = [];
  await each(all, 4, async (cut) => {
    const path = `${base}/${cut}`;
    manners.set(path, { manner: 'close', format, cut });
    const { status, type, bytes } = await it.ask(`/web/${path}${target}`);
    // So little of a file that nobody can tell what it was goes out as that, never as an image.
    if (status === 200 && type !== 'application/octet-stream' && (await pixels(bytes).catch(() => 'none')) !== whole) bad.push(`${path}: ${type}`);
  });
  assert.ok(asked.filter(({ path }) => path.startsWith(`${base}/`)).length >= all.length, 'each was asked for');
  assert.deepEqual(bad, [], `seed ${seed}, ${all.length} cuts of ${file.length} bytes`);
}

test('F5: no image is made of a body that ends early without a word of it', async () => {
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'avif', 'thumbed']) await cutShort(format, '?w=40&f=png', Date.now() % 100_000);
});

test('F5: an original that ends early without a word of it does not go out', async () => {
  for (const format of ['jpeg', 'png', 'webp']) await cutShort(format, '', Date.now() % 100_000);
});

test('F10: while an origin is down what is known serves, and when it is back the first request is answered', async (t) => {
  const count = times(500);
  const known = { stale: ['?w=40', '!thumb', ''], brief: ['?w=40', ''] };
  const downs = {
    fail: { down: () => (manners.set('down', { manner: 'fail' }), (path) => manners.set(path, { manner: 'fail' })), up: () => manners.clear() },
    reset: { down: () => (manners.set('down', { manner: 'reset' }), (path) => manners.set(path, { manner: 'reset' })), up: () => manners.clear() },
    refused: { down: async () => (await origin.close(), () => {}), up: () => origin.reopen() },
  };
  const etags = {};
  for (const [name, list] of Object.entries(known)) for (const target of list) etags[`/${name}/down${target}`] = (await it.fine(`/${name}/down${target}`)).etag;
  for (const [how, { down, up }] of Object.entries(downs)) {
    await pause(1_100);
    const breakdown = await down();
    const statuses = {};
    const failed = [];
    await each(Array.from({ length: Math.ceil(count / 3) }, (_, i) => i), 10, async (i) => {
      const never = `never-${how}-${i}`;
      breakdown(never);
      const targets = [...known.stale.map((target) => `/stale/down${target}`), `/brief/down${known.brief[i % 2]}`, `/stale/${never}?w=40`, `/web/${never}`];
      const target = targets[i % targets.length];
      const answer = await it.ask(target);
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      if (target.startsWith('/stale/down')) return assert.deepEqual([answer.status, answer.etag], [200, etags[target]], `${how} ${target}`);
      isBad(answer);
      failed.push(target);
    });
    t.diagnostic(`${how}: ${JSON.stringify(statuses)}`);
    assert.ok(failed.length > 0 && statuses[200] > 0);
    await up();
    for (const target of new Set(failed)) await it.fine(target);
    for (const [target, etag] of Object.entries(etags)) assert.equal((await it.fine(target)).etag, etag);
  }
});

test('F13: whatever a write to the store does, the answer is there and it is tried once a fill', async () => {
  const count = times(200) / 4;
  const hows = { before: {}, after: {}, delay: { most: 1_000, seed: 1 }, hang: {}, null: {} };
  const made = {};
  for (const [n, [how, more]] of Object.entries(hows).entries()) {
    const targets = Array.from({ length: count }, (_, i) => granted('GET', '/many/a.jpg', { w: String(20 + (i % 40)), v: `${how}-${i}` }));
    const log = await it.broken([{ binding: 'DERIVED', method: 'put', mode: how, ...more }], async () => {
      await each(targets, 4, async (target) => (await it.fine(target, /uri-miss; stored/), await it.fine(target, /; hit/)));
      await pause(300);
    });
    const puts = log.filter(called('DERIVED', 'put'));
    assert.equal(puts.length, count, how);
    assert.equal(new Set(puts.map(({ name }) => name)).size, count, `${how}: each key once`);
    assert.ok(puts.every((put) => put.mode === how));
    made[how] = { targets, keys: puts.map(({ name }) => name) };
  }
  const urls = await it.deed('kept');
  await pause(1_000);
  await it.restart();
  for (const url of urls) await it.deed('forget', url);
  // What was written is there; what was not is made anew, and written.
  const there = { before: false, after: true, delay: true, hang: false, null: false };
  for (const [how, { targets, keys }] of Object.entries(made)) {
    await each(targets, 4, (target) => it.fine(target, there[how] ? /^limn-l2; hit/ : /^limn; fwd=uri-miss; stored/));
    await eventually(async () => {
      const stored = new Set((await it.deed('stored', 'many/a.jpg/')).map(({ key }) => key));
      return keys.every((key) => stored.has(key));
    }, `${how}: all are stored`);
  }
});

test('F15: whatever is broken in the store is made anew, all of it', async (t) => {
  const seed = Date.now() % 100_000;
  const next = random(seed);
  t.diagnostic(`seed ${seed}`);
  const breaks = [
    (size) => ({ at: Math.floor(next() * size) }), () => ({ at: 0 }), (size) => ({ at: size - 1 }), () => ({ cut: 1 }), (size) => ({ cut: size }),
    ...['sha256', 'len', 'type', 'etag'].map((name) => () => ({ metadata: { [name]: null } })), () => ({ metadata: { sha256: '0'.repeat(64) } }),
  ];
  const before = new Set((await it.deed('stored', 'many/a.jpg/')).map(({ key }) => key));
  const first = [];
  const targets = Array.from({ length: times(100) }, (_, i) => granted('GET', '/many/a.jpg', { w: String(20 + (i % 40)), v: `broken-${i}` }));
  for (const target of targets) first.push(await it.fine(target, /uri-miss/));
  const mine = async () => (await it.deed('stored', 'many/a.jpg/')).filter(({ key }) => !before.has(key));
  const objects = await eventually(async () => ((all) => all.length === targets.length && all)(await mine()), 'all are stored');
  for (const [i, { key, size }] of objects.entries()) await it.deed('corrupt', { key, ...breaks[i % breaks.length](size) });
  const urls = await it.deed('kept');
  await it.restart();
  for (const url of urls) await it.deed('forget', url);
  for (const [i, target] of targets.entries()) {
    const again = await it.fine(target, /^limn; fwd=uri-miss; stored$/);
    assert.ok(again.bytes.equals(first[i].bytes) && again.etag === first[i].etag, `seed ${seed}: ${target}`);
  }
  const whole = new Map(objects.map(({ key, customMetadata }) => [key, customMetadata]));
  await eventually(async () => (await mine()).every(({ key, size, customMetadata }) => size === Number(whole.get(key).len) && isDeepStrictEqual(customMetadata, whole.get(key))), 'all are stored anew');
});

test('F29: whatever L1 returns, or if it returns nothing, the image is the same', async () => {
  const page = '<html>sign in</html>';
  const labels = ['sha256', 'len', 'type', 'etag'].map((name) => ({ headers: { [`x-limn-${name}`]: null } }));
  const lies = [
    { flip: true }, { cut: 1 }, { body: '' }, { body: page }, { body: page, headers: { 'content-type': 'text/html', 'x-limn-type': 'text/html' } },
    { body: page, headers: { 'x-limn-len': String(page.length) } }, { body: page, headers: { 'x-limn-refusal': '0'.repeat(64) } },
    { headers: { 'x-limn-len': '1' } }, ...labels, { headers: { 'x-limn-sha256': '0'.repeat(64) } }, { headers: { 'cache-control': 'max-age=1' } }, 'forget',
  ];
  const all = [];
  for (const [i, lie] of lies.entries()) {
    const target = `/web/lies/${i}?w=40`;
    const before = (await it.deed('kept')).length;
    const whole = await it.fine(target, /uri-miss; stored/);
    const kept = await eventually(async () => (await it.deed('kept'))[before], 'it is put');
    await eventually(async () => (await it.deed('present', [kept])).length, 'it is kept');
    all.push({ target, kept, lie, whole });
  }
  for (const { kept, lie } of all) await (lie === 'forget' ? it.deed('forget', kept) : it.deed('spoil', { url: kept, ...lie }));
  await pause(2_000);
  // Only a new process has nothing in memory.
  await it.restart();
  for (const { target, kept, lie, whole } of all) {
    const log = await it.broken([], async () => {
      const again = await it.fine(target, /^limn; fwd=uri-miss; stored$/);
      assert.ok(again.bytes.equals(whole.bytes) && again.etag === whole.etag && again.type === whole.type, JSON.stringify(lie));
    });
    assert.ok(log.filter(called('cache', 'match')).some(({ name }) => name === kept), `${target}: L1 was asked`);
    await eventually(async () => (await it.deed('peek', kept)) === sha256(whole.bytes), `${target}: L1 is refilled`);
  }
});

test('F29: garbage in place of rows, purges, versions and originals costs a question and no answer', async () => {
  const kinds = ['/__r/', '/__p/', '/__o/', '/__b/'];
  const garbage = ['<html>sign in</html>', '', '{"at":1}', 'null', '['].map((body) => ({ body }));
  const log = await it.broken([], async () => {
    for (const n of garbage.keys()) {
      await it.purge({ bucket: `heap${n}`, files: ['none'] });
      await it.fine(`/heap${n}/a?w=40`);
      await it.fine(`/heap${n}/a`);
    }
    await pause(500);
  });
  const urls = [...new Set(log.filter(called('cache', 'put')).filter(({ name }) => kinds.some((kind) => name.includes(kind))).map(({ name }) => name))];
  for (const [n, lie] of garbage.entries()) {
    const held = await it.deed('present', urls.filter((url) => url.includes(`/heap${n}`)));
    assert.ok(kinds.every((kind) => held.some((url) => url.includes(kind))), held.join());
    for (const url of held) await it.deed('spoil', { url, ...lie });
  }
  await it.restart();
  const read = await it.broken([], async () => {
    for (const [n, lie] of garbage.entries()) {
      assert.equal((await sharp((await it.fine(`/heap${n}/a?w=41`, /uri-miss/)).bytes).metadata()).width, 41, lie.body);
      assert.ok((await it.fine(`/heap${n}/a`)).bytes.equals(files.jpeg), lie.body);
    }
  });
  const matched = read.filter(called('cache', 'match')).map(({ name }) => name);
  assert.ok(['/__r/', '/__p/', '/__o/'].every((kind) => matched.filter((name) => name.includes(kind)).length >= garbage.length), 'the garbage was read');
});

test('F29: a Cache API that fails or says nothing costs no answer', async () => {
  for (const rules of [
    [{ binding: 'cache', method: 'match', mode: 'before' }, { binding: 'cache', method: 'put', mode: 'before' }],
    [{ binding: 'cache', method: 'match', mode: 'after' }, { binding: 'cache', method: 'put', mode: 'after' }],
    [{ binding: 'cache', method: 'match', mode: 'nothing' }],
  ]) {
    const log = await it.broken(rules, async () => {
      for (let i = 0; i < times(50); i++) {
        const path = `/web/no-cache-${rules[0].mode}-${i}`;
        const first = await it.fine(`${path}?w=40`, /uri-miss/);
        assert.equal((await it.fine(`${path}?w=40`)).etag, first.etag);
        assert.ok((await it.fine(path)).bytes.equals(files.jpeg));
        await it.fine(`/demo/a.jpg?w=${30 + i}`);
      }
    });
    assert.ok(log.filter(called('cache', 'match')).filter(({ mode }) => mode).length >= 4 * times(50));
  }
});

const odd = {
  'x-forwarded-host': 'evil.example', 'x-forwarded-for': '1.2.3.4', 'x-forwarded-proto': 'http', 'x-forwarded-port': '1', 'x-forwarded-scheme': 'nothttps', 'x-forwarded-prefix': '/x', 'x-forwarded-server': 'evil.example', 'x-host': 'evil.example', 'x-original-host': 'evil.example', 'x-original-url': '/vault/a.jpg', 'x-rewrite-url': '/vault/a.jpg', 'x-http-method-override': 'DELETE', 'x-method-override': 'PUT', 'x-http-method': 'HEAD', forwarded: 'for=1.2.3.4;host=evil.example;proto=http',
  accept: `${'a/b,'.repeat(800)}*/*;q=0.1`, 'accept-language': 'zz', 'accept-charset': 'utf-7', 'accept-encoding': 'br;q=1, gzip;q=0', dpr: '3', width: '9999', 'viewport-width': '1', 'save-data': 'on', 'sec-ch-dpr': '4', 'sec-ch-width': '1', 'sec-ch-viewport-width': '1', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'device-memory': '0.25', downlink: '0', rtt: '1', ect: '2g', priority: 'u=0',
  cookie: 'session=evil', referer: 'https://evil.example/', origin: 'https://evil.example', 'access-control-request-method': 'PUT', 'user-agent': 'x'.repeat(500), 'x-requested-with': 'x', 'x-wap-profile': 'http://evil.example/',
  range: 'bytes=0-0', 'if-range': '"no"', 'if-none-match': '*', 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT', 'if-match': '"no"', 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT', 'cache-control': 'no-cache, no-transform', pragma: 'no-cache',
  via: '1.1 evil', warning: '199 - "x"', 'cdn-loop': 'cloudflare; loops=9', 'cdn-cache-control': 'max-age=1', 'surrogate-capability': 'x="ESI/1.0"', 'cf-connecting-ip': '6.6.6.6', 'cf-ipcountry': 'XX', 'cf-worker': 'evil.example', 'true-client-ip': '::1', 'x-real-ip': '::1', 'x-timer': '1', te: 'trailers',
  authorization: 'Bearer evil', 'x-amz-website-redirect-location': '/x', 'x-amz-date': '20200101T000000Z', 'x-oss-date': '20200101T000000Z', 'content-type': 'text/html', 'x-limn-etag': '"x"', 'x-limn-negotiated': '1', 'x-limn-refusal': 'x', 'x-limn-place': 'no,where', 'x-custom': '\u00e9',
};
/** Routes by what they are of; each names nothing that was asked for before. */
const routes = {
  managed: (n) => `/many/a.jpg?w=30&v=${n}`,
  negotiated: (n) => `/many/a.jpg?w=31&f=auto&v=${n}`,
  style: (n) => `/many/a.jpg!thumb?v=${n}`,
  oss: (n) => `/many/a.jpg?x-oss-process=image/resize,w_32&v=${n}`,
  original: (n) => `/many/a.jpg?v=${n}`,
  download: (n) => `/many/a.jpg?w=33&dl=x.jpg&v=${n}`,
  hue: (n) => `/many/a.jpg?info=hue&v=${n}`,
  signed: (n) => granted('GET', '/vault/a.jpg', { w: '30', v: n }),
  'signed original': (n) => granted('GET', '/vault/a.jpg', { v: n }),
  unsigned: (n) => `/vault/a.jpg?w=30&v=${n}`,
  bad: (n) => `/many/a.jpg?w=0&v=${n}`,
  web: (n) => `/web/poison/${n}?w=30`,
  'web negotiated': (n) => `/web/poison/${n}?w=31&f=auto`,
  'web style': (n) => `/web/poison/${n}!card`,
  'web oss': (n) => `/web/poison/${n}?x-oss-process=image/resize,w_32`,
  'web original': (n) => `/web/poison/${n}`,
  'web info': (n) => `/web/poison/${n}?x-oss-process=image/info`,
  gone: (n) => `/web/gone/${n}?w=30`,
  'no image': (n) => `/web/text/${n}?w=30`,
  list: () => '/many?list-type=2',
  health: () => '/-/health',
  operations: () => '/-/ops.json',
  robots: () => '/robots.txt',
};

test('F28: no header of one client changes what another one gets', async (t) => {
  const seed = Date.now() % 100_000;
  const get = (path, headers) => raw(it.port, { path, headers: { host: `127.0.0.1:${it.port}`, ...headers } });
  let n = 0;
  const number = () => String(++n).padStart(6, '0');
  const moving = /^(date|cache-status|connection|keep-alive)$|request-id$/;
  /** An answer without what differs between any two. */
  const still = (answer, number) => ({
    status: answer.status,
    headers: Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !moving.test(name)).map(([name, value]) => [name, value.replaceAll(/max-age=\d+/g, 'max-age')])),
    body: answer.status === 200 ? sha256(answer.body) : answer.body.toString().replaceAll(number, 'N').replaceAll(answer.headers['x-limn-request-id'], 'ID'),
  });
  const clean = {};
  for (const [name, route] of Object.entries(routes)) {
    const number_ = number();
    clean[name] = still(await get(route(number_)), number_);
  }
  assert.deepEqual(Object.entries(clean).filter(([, { status }]) => status !== 200).map(([name, { status }]) => [name, status]), [['unsigned', 403], ['bad', 400], ['gone', 404], ['no image', 415]]);
  const pairs = Object.keys(odd).flatMap((header, h) => Object.keys(routes).map((route, r) => ({ header, route, h, r })));
  const some = process.env.LIMN_TEST_FULL ? pairs : pairs.filter(({ h, r }) => (h + 3 * r + seed) % 10 === 0);
  assert.ok(Object.keys(odd).length >= 50 && Object.keys(routes).length >= 20);
  assert.deepEqual([new Set(some.map(({ h }) => h)).size, new Set(some.map(({ r }) => r)).size], [Object.keys(odd).length, Object.keys(routes).length]);
  let hits = 0;
  await each(some, 6, async ({ header, route }) => {
    const number_ = number();
    const path = routes[route](number_);
    await get(path, { [header]: odd[header] });
    const after = await get(path);
    assert.deepEqual(still(after, number_), clean[route], `seed ${seed}: ${header} on ${route}`);
    hits += /; hit/.test(after.headers['cache-status'] ?? '');
  });
  t.diagnostic(`${some.length} pairs, ${hits} of them read what the first request had left`);
  assert.ok(hits > some.length / 4, 'what the first client left was read');
  const told = asked.filter(({ path }) => path.startsWith('poison/')).map(({ headers }) => Object.keys(headers).filter((name) => !name.startsWith('if-')).sort().join());
  assert.ok(told.length > 0);
  assert.deepEqual([...new Set(told)], [told[0]], 'the origin is told nothing of a client');
});

// A byte that ends a GIF stands in its middle too, a camera's JPEG holds the end of a smaller one, and AVIF has lengths.
for (const format of ['gif', 'avif', 'thumbed']) {
  test(`F5: an original that ends early without a word of it does not go out: ${format}`, () => cutShort(format, '', Date.now() % 100_000));
}

test('F5: what ended early is not believed once the origin sends it whole', async () => {
  for (const format of ['gif', 'avif', 'thumbed']) {
    const [path, cut] = [`healed/${format}`, Math.floor(files[format].length * 0.8)];
    manners.set(path, { manner: 'close', format, cut });
    const first = await it.ask(`/web/${path}?w=40`);
    assert.ok(first.status >= 400, `${first.status}`);
    manners.set(path, { format });
    await it.fine(`/web/${path}?w=40`);
  }
});
