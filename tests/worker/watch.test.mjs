// What operators see: the log's lines, Analytics Engine's points, the counters that the dashboard asks for.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { signed } from '../../scripts/limn/sign.mjs';
import { limn } from './limn.mjs';

const read = (file) => readFileSync(new URL(`../../${file}`, import.meta.url));
const photo = read('.tools/demo/progressive.jpg');
const soon = () => String(Math.floor(Date.now() / 1000) + 600);
const secret = 'very-secret-place';
/** Pixels of the photo, and of what w=90 makes of it. */
const [SOURCE, RESULT] = [2000 * 1500, 90 * 68];

/** The log's lines of requests, once as many are there. */
async function lines(it, wanted) {
  for (let i = 0; i < 50; i++) {
    const all = it.log().split('\n').filter((line) => line.includes('"limn":"request"')).map((line) => JSON.parse(line.slice(line.indexOf('{'))));
    if (all.length >= wanted || i === 49) return all;
    await pause(100);
  }
}

async function asked(it) {
  await fetch(it.base + signed('PUT', `/demo/${secret}.jpg`, { exp: soon() }), { method: 'PUT', body: photo });
  await fetch(`${it.base}/demo/${secret}.jpg?w=90`, { headers: { referer: `https://${secret}.example.com/` } }).then((answer) => answer.arrayBuffer());
  await fetch(`${it.base}/demo/${secret}.jpg?w=90`).then((answer) => answer.arrayBuffer());
  await fetch(`${it.base}/${secret}/a.jpg`);
  await fetch(`${it.base}/vault/a.jpg`);
  const forged = await fetch(it.base + signed('GET', '/vault/a.jpg', { exp: soon() }, { kid: secret }));
  return forged.headers.get('x-limn-request-id');
}

describe('every request, logged and measured', () => {
  let it;
  before(async () => (it = await limn({ LIMN: { mode: 'development', log: 'all' }, LIMN_TEST_ANALYTICS: true }, { entry: 'watched.mjs' })));
  after(() => it.stop());

  test('a line tells what happened and nobody', async () => {
    const id = await asked(it);
    const all = (await lines(it, 7)).filter(({ route }) => route !== 'health');
    assert.deepEqual(all.map(({ method, route, status, error = null, bucket = null }) => [method, route, bucket, status, error]), [
      ['PUT', 'object', 'demo', 200, null],
      ['GET', 'object', 'demo', 200, null],
      ['GET', 'object', 'demo', 200, null],
      ['GET', 'object', null, 404, 'no_such_bucket'],
      ['GET', 'object', 'vault', 403, 'signature_required'],
      ['GET', 'object', 'vault', 403, 'bad_signature'],
    ]);
    const [, made, hit, , , forged] = all;
    assert.deepEqual([made.cache, hit.cache], [{ limn: 'uri-miss' }, { 'limn-l0': 'hit' }]);
    const [stored] = all;
    assert.deepEqual([stored.node, made.node, hit.node], ['a', 'a', undefined]);
    assert.deepEqual([stored.pixels, made.source_pixels, made.pixels, hit.pixels], [undefined, SOURCE, RESULT, undefined]);
    assert.ok(all.every(({ steps, trace }) => steps === undefined && trace === undefined));
    assert.ok(hit.bytes > 500 && hit.bytes === made.bytes && Number.isInteger(hit.waited_ms));
    assert.equal(forged.id, id);
    assert.doesNotMatch(JSON.stringify(all), new RegExp(`${secret}|127\\.0\\.0\\.1|limn-dev`));
  });

  test('a data point a request', async () => {
    const points = (await (await fetch(`${it.base}/-test/points`, { method: 'POST' })).json()).filter(({ blobs }) => blobs[0] !== 'health');
    assert.deepEqual(points[2], { indexes: ['demo'], blobs: ['object', 'GET', '', 'limn-l0 hit', ''], doubles: [200, points[2].doubles[1], points[2].doubles[2], 0, 0] });
    assert.deepEqual([points[1].blobs[4], ...points[1].doubles.slice(3)], ['a', SOURCE, RESULT]);
    assert.deepEqual([points[3].indexes, points[3].blobs], [['-'], ['object', 'GET', 'no_such_bucket', '', '']]);
    assert.doesNotMatch(JSON.stringify(points), new RegExp(secret));
  });

  test('the dashboard asks for what is counted', async () => {
    const text = await (await fetch(it.base + signed('GET', '/-/metrics', { exp: soon() }))).text();
    const there = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
    const { panels } = JSON.parse(read('docs/examples/grafana.json'));
    const wanted = new Set(panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr.match(/limn_\w+/g))));
    assert.deepEqual([...wanted].filter((name) => !there.has(name)), []);
    for (const [name] of text.matchAll(/^limn_\w+/gm)) assert.ok(wanted.has(name), `${name} is on no panel`);
    assert.match(text, /^limn_errors_total\{code="bad_signature"\} 1$/m);
    assert.match(text, /^limn_bytes_total [1-9]\d{3,}$/m);
  });
});

test('by default faults and forgeries alone', async () => {
  const it = await limn();
  try {
    const id = await asked(it);
    assert.deepEqual((await lines(it, 1)).map(({ error, id }) => [error, id]), [['bad_signature', id]]);
  } finally {
    await it.stop();
  }
});

describe('requests that are traced', () => {
  const id = '4bf92f3577b34da6a3ce929d0e0e4736';
  const parent = (flags) => ({ traceparent: `00-${id}-00f067aa0ba902b7-${flags}` });
  const trace = (it) => async (path, headers) => {
    const answer = await fetch(it.base + path, { headers });
    await answer.arrayBuffer();
    return { timing: answer.headers.get('server-timing'), told: answer.headers.get('cache-status'), request: answer.headers.get('x-limn-request-id') };
  };
  const put = (it) => fetch(it.base + signed('PUT', '/demo/traced.jpg', { exp: soon() }), { method: 'PUT', body: photo, headers: parent('01') });

  test('where the site lets them, by header: on their answers alone', async () => {
    const it = await limn({ LIMN: { mode: 'development', trace: 0 } });
    try {
      const ask = trace(it);
      const stored = await put(it);
      assert.match(stored.headers.get('server-timing'), /^verify;dur=\d+, body;dur=\d+, ledger;dur=\d+, node;dur=\d+, total;dur=\d+$/);
      const made = await ask('/demo/traced.jpg?w=90', parent('01'));
      for (const step of ['verify', 'ledger', 'l1', 'l2', 'node', 'render', 'total']) assert.match(made.timing, new RegExp(`\\b${step};dur=\\d+`));
      // What the caches hold of that answer says nothing of it, and neither does an answer nobody asked it of.
      for (const headers of [{}, parent('00'), { traceparent: `00-${id}-00f067aa0ba902b7-01-more` }, { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }]) {
        const plain = await ask('/demo/traced.jpg?w=90', headers);
        assert.deepEqual([plain.timing, plain.told], [null, 'limn-l0; hit'], JSON.stringify(headers));
      }
      await it.restart();
      assert.deepEqual((await ask('/demo/traced.jpg?w=90')).timing, null);
      await it.restart();
      const kept = await ask('/demo/traced.jpg?w=90', parent('01'));
      assert.match(kept.told, /^limn-l[12]; hit/);
      assert.doesNotMatch(kept.timing, /render/);
      // A refusal has steps too.
      const refused = await ask('/vault/a.jpg', parent('01'));
      assert.match(refused.timing, /^verify;dur=\d+, total/);
      const told = await lines(it, 2);
      assert.deepEqual(told.map(({ trace, id }) => [trace, id]), [[id, kept.request], [id, refused.request]]);
      assert.ok(Number.isInteger(told[0].steps.l1) && !('total' in told[0].steps), JSON.stringify(told));
    } finally {
      await it.stop();
    }
  });

  test('nobody where it does not, and by chance without a word to the client', async () => {
    const it = await limn();
    try {
      await put(it);
      assert.equal((await trace(it)('/demo/traced.jpg?w=90', parent('01'))).timing, null);
      assert.deepEqual(await lines(it, 0), []);
      await it.restart({ LIMN: { mode: 'development', trace: 1000 } });
      const answer = await trace(it)('/demo/traced.jpg?w=90');
      assert.equal(answer.timing, null);
      const line = (await lines(it, 1)).find(({ id }) => id === answer.request);
      assert.ok(line.steps.l1 >= 0 && line.trace === undefined, JSON.stringify(line));
    } finally {
      await it.stop();
    }
  });
});
