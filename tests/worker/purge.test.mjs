// What is remembered and for how long: purges, stale origins, rows of the ledger, counters.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { signed } from '../../scripts/limn/sign.mjs';
import { limn } from './limn.mjs';

const [first, second] = ['grey.jpg', 'progressive.jpg'].map((file) => readFileSync(new URL(`../../.tools/demo/${file}`, import.meta.url)));
const exp = () => String(Math.floor(Date.now() / 1000) + 600);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const origin = { body: first, etag: '"v1"', status: 200, asked: [] };
const zoneCalls = [];
let server, zone, it;

before(async () => {
  server = http.createServer((request, response) => {
    origin.asked.push(request.headers['if-none-match'] ?? '-');
    if (origin.status !== 200) return response.writeHead(origin.status).end();
    if (request.headers['if-none-match'] === origin.etag) return response.writeHead(304, { etag: origin.etag }).end();
    const { etag, body } = origin;
    setTimeout(() => response.writeHead(200, { etag, 'content-length': body.length }).end(body), origin.slow ?? 0);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stale = { source_fresh_seconds: 1, stale_while_revalidate_seconds: 3, stale_if_error_seconds: 60 };
  zone = http.createServer((request, response) => {
    let text = '';
    request.on('data', (data) => (text += data));
    request.on('end', () => {
      zoneCalls.push({ url: request.url, token: request.headers.authorization, ...JSON.parse(text) });
      response.end('{"success":true}');
    });
  });
  zone.listen(0, '127.0.0.1');
  await once(zone, 'listening');
  it = await limn({
    LIMN: { mode: 'development', zone: 'abc123', zone_api: `http://127.0.0.1:${zone.address().port}` },
    ZONE_TOKEN: 'a-token-for-the-zone',
    METRICS_TOKEN: 'a-token-for-metrics',
    LIMN_NODE_WEB: { name: 'web', kind: 'http', url: `http://127.0.0.1:${server.address().port}`, managed: false },
    LIMN_BUCKET_WEB: { name: 'web', nodes: ['web'], access: 'public-read', parameters: 'open', ...stale },
    LIMN_KEY_PART: JSON.stringify({ id: 'part', secrets: ['part-secret-1'], user: 'part', grants: [{ actions: ['purge'], bucket: 'demo', prefix: 'a/' }] }),
  });
  for (const key of ['a/b/one.jpg', 'a/two.jpg', 'three.jpg']) {
    const answer = await fetch(it.base + signed('PUT', `/demo/${key}`, { exp: exp() }), { method: 'PUT', body: first });
    assert.equal(answer.status, 200, await answer.text());
  }
});
after(async () => {
  await it.stop();
  server.close();
  zone.close();
});

const purge = (what, as, change = (body) => body) => {
  const body = JSON.stringify(what);
  const sha256 = createHash('sha256').update(body).digest('hex');
  return fetch(it.base + signed('POST', '/-/purge', { exp: exp(), sha256 }, as), { method: 'POST', body: change(body) });
};
const get = async (target) => {
  const answer = await fetch(it.base + target);
  await answer.arrayBuffer();
  return { status: answer.status, verdict: answer.headers.get('cache-status') ?? '', etag: answer.headers.get('etag'), code: answer.headers.get('x-limn-error') };
};
const isHit = ({ status, verdict }) => {
  assert.equal(status, 200);
  return /hit/.test(verdict) && !/uri-miss/.test(verdict);
};
const fill = async (targets) => {
  for (const target of targets) for (let i = 0; i < 2; i++) await get(target);
  for (const target of targets) assert.ok(isHit(await get(target)), target);
};

test('a purge reaches a file, a folder, a bucket, and nothing else', async () => {
  const targets = ['/demo/a/b/one.jpg?w=50', '/demo/a/b/one.jpg?w=51', '/demo/a/two.jpg?w=50', '/demo/three.jpg?w=50'];
  for (const [what, reached] of [
    [{ files: ['a/b/one.jpg'] }, [0, 1]],
    [{ prefixes: ['a/b/'] }, [0, 1]],
    [{ prefixes: ['a/'] }, [0, 1, 2]],
    [{ everything: true }, [0, 1, 2, 3]],
  ]) {
    await fill(targets);
    const answer = await purge({ bucket: 'demo', ...what });
    assert.equal(answer.status, 200, await answer.clone().text());
    assert.equal((await answer.json()).status, 'purged');
    for (const [at, target] of targets.entries()) assert.equal(isHit(await get(target)), !reached.includes(at), `${JSON.stringify(what)} ${target}`);
  }
});

test('a purged mark takes the images that carry it along', async () => {
  const logo = readFileSync(new URL('../../.tools/demo/logo.png', import.meta.url));
  await fetch(it.base + signed('PUT', '/demo/marks/logo.png', { exp: exp() }), { method: 'PUT', body: logo });
  await fill(['/demo/three.jpg?w=60&wm=logo', '/demo/three.jpg?w=60']);
  await (await purge({ bucket: 'demo', files: ['marks/logo.png'] })).text();
  assert.equal(isHit(await get('/demo/three.jpg?w=60&wm=logo')), false);
  assert.equal(isHit(await get('/demo/three.jpg?w=60')), true);
});

test('who may purge: signed with the body, granted for each scope', async () => {
  const part = { kid: 'part', secret: 'part-secret-1' };
  const code = async (answer) => ((await answer.text(), answer.headers.get('x-limn-error') ?? ''));
  assert.equal(await code(await purge({ bucket: 'demo', files: ['a/two.jpg'] }, part)), '');
  assert.equal(await code(await purge({ bucket: 'demo', files: ['three.jpg'] }, part)), 'access_denied');
  assert.equal(await code(await purge({ bucket: 'demo', everything: true }, part)), 'access_denied');
  assert.equal(await code(await purge({ bucket: 'demo', files: ['a/two.jpg'] }, { kid: 'limn-reader', secret: 'limn-reader-secret' })), 'access_denied');
  assert.equal(await code(await purge({ bucket: 'demo', files: ['a/two.jpg'] }, undefined, (body) => body.replace('a/two', 'three'))), 'bad_digest');
  assert.equal(await code(await fetch(`${it.base}/-/purge`, { method: 'POST', body: '{"bucket":"demo","everything":true}' })), 'signature_required');
  assert.equal(await code(await fetch(it.base + signed('POST', '/-/purge', { exp: exp() }), { method: 'POST', body: '{}' })), 'signature_required');
  assert.equal(await code(await purge({ bucket: 'demo', prefixes: ['/'] })), 'bad_arg');
  assert.equal(await code(await purge({ bucket: 'nowhere', everything: true })), 'no_such_bucket');
});

test('an origin: fresh, used once more while it is asked, used while it fails, gone when it says so', async () => {
  const [target, asked] = ['/web/x.jpg?w=40', origin.asked];
  const old = await get(target);
  assert.equal(old.status, 200);
  assert.deepEqual((await get(target)).etag, old.etag);
  assert.equal(asked.length, 1, 'fresh: not asked');
  await sleep(2_100);
  assert.ok(isHit(await get(target)), 'stale, used once more');
  await sleep(300);
  assert.deepEqual(asked, ['-', '"v1"'], 'and asked behind the answer');
  Object.assign(origin, { body: second, etag: '"v2"' });
  await sleep(5_400);
  const fresh = await get(target);
  assert.notEqual(fresh.etag, old.etag, 'too old to be used: asked first');
  Object.assign(origin, { status: 500 });
  await sleep(5_400);
  for (let i = 0; i < 2; i++) assert.equal((await get(target)).etag, fresh.etag, 'the origin fails: what is known serves');
  assert.equal((await get('/web/x.jpg')).status, 200, 'the original too');
  assert.equal((await get('/web/new.jpg?w=40')).code, 'origin_failed');
  Object.assign(origin, { status: 404 });
  assert.equal((await get(target)).code, 'no_such_key', 'a definite 404 is never hidden');
  const before = asked.length;
  assert.equal((await get(target)).code, 'no_such_key');
  assert.equal(asked.length, before, 'and is remembered for a while');
  Object.assign(origin, { status: 200 });
  await (await purge({ bucket: 'web', files: ['x.jpg'] })).text();
  assert.equal((await get(target)).status, 200, 'a purge forgets it');
});

test('the zone is told which tags are purged', async () => {
  zoneCalls.length = 0;
  await (await purge({ bucket: 'demo', files: ['a/two.jpg'], prefixes: ['a/b/'] })).text();
  for (let i = 0; i < 50 && zoneCalls.length === 0; i++) await sleep(50);
  assert.equal(zoneCalls.length, 1);
  const [{ url, token, tags }] = zoneCalls;
  assert.deepEqual([url, token, tags.length], ['/zones/abc123/purge_cache', 'Bearer a-token-for-the-zone', 2]);
  assert.ok(tags.every((tag) => /^[\w-]{8,40}$/.test(tag)), tags.join());
});

test('F26: a purge that a fill is under way to is not undone by it', async () => {
  Object.assign(origin, { status: 200, slow: 150 });
  for (let round = 0; round < 10; round++) {
    Object.assign(origin, { body: first, etag: `"old${round}"` });
    const under = get(`/web/race${round}.jpg?w=30`);
    await sleep(60);
    Object.assign(origin, { body: second, etag: `"new${round}"` });
    await (await purge({ bucket: 'web', files: [`race${round}.jpg`] })).text();
    const [old, fresh] = [await under, await get(`/web/race${round}.jpg?w=30`)];
    assert.equal(fresh.status, 200);
    assert.notEqual(fresh.etag, old.etag, `round ${round}`);
    assert.equal((await get(`/web/race${round}.jpg?w=30`)).etag, fresh.etag);
  }
  origin.slow = 0;
});

test('F10: an origin that is down is never told as 404, nor kept as such', async () => {
  await fill(['/web/down.jpg?w=30']);
  origin.status = 503;
  const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => get(i % 2 ? '/web/down.jpg?w=30' : `/web/never${i}.jpg?w=30`)));
  for (const [i, { status, code }] of answers.entries()) assert.deepEqual([status, code], i % 2 ? [200, null] : [502, 'origin_failed']);
  origin.status = 200;
  assert.equal((await get('/web/never0.jpg?w=30')).status, 200, 'the first request after it is back');
});

test('counters tell what happened, to whom may know', async () => {
  assert.equal((await fetch(`${it.base}/-/metrics`)).status, 403);
  assert.equal((await fetch(`${it.base}/-/metrics`, { headers: { authorization: 'Bearer wrong' } })).status, 400);
  const text = await (await fetch(`${it.base}/-/metrics`, { headers: { authorization: 'Bearer a-token-for-metrics' } })).text();
  const sum = (name) => [...text.matchAll(new RegExp(`^${name}\\S* (\\d+)$`, 'gm'))].reduce((all, [, n]) => all + Number(n), 0);
  assert.ok(sum('limn_requests_total') > 20, text);
  assert.match(text, /^limn_requests_total\{status="403"\} [1-9]/m, 'refusals are counted too');
  assert.ok(/limn_cache_total\{tier="[^"]+",verdict="hit"\} \d+/.test(text), text);
  const signedIn = await fetch(it.base + signed('GET', '/-/metrics', { exp: exp() }));
  assert.equal(signedIn.status, 200);
  await signedIn.text();
});
