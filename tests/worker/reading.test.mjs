// Reads while nodes are down, hang, stall, lie, flap or are told to be left alone (reference: faults.md 3.3).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { random } from '../../scripts/demo/random.mjs';
import { bytes, each, eventually, full, picture, range, seed, store, times } from './store-kit.mjs';

const AT_ONCE = 4;
/** Five failures open a breaker; who is on the way by then has asked too. */
const UNTIL_OPEN = 5 + AT_ONCE - 1;
const OPEN_MS = 5_000;
/** A shared machine is slow at times, milliseconds. */
const SLACK_MS = 1_500;

let it, b, c;
/** Ten opaque objects and ten pictures. */
const opaque = range(10).map((i) => `base/${i}.bin`);
const pictures = range(10).map((i) => `base/${i}.jpg`);
const base = [...opaque, ...pictures];

before(async () => {
  it = await store();
  ({ b, c } = it.nodes);
  await each(range(10), AT_ONCE, async (i) => {
    await stored(opaque[i], bytes(100 + i, 20_000 + i));
    await stored(pictures[i], await picture(100 + i));
  });
  await it.settled(base);
});
after(() => it?.stop());

async function stored(key, body) {
  const answer = await it.put(key, body);
  assert.equal(answer.status, 200, answer.text);
  return answer;
}

/** At most so many requests were sent to a node that does not answer: until its breaker opened, and a probe now and then. */
function hardlyAsked(asked, ms, wanted = 5) {
  assert.ok(asked >= wanted, `seed ${seed}: it was to be asked, and was ${asked} times`);
  const most = UNTIL_OPEN + 1 + Math.ceil(ms / OPEN_MS);
  assert.ok(asked <= most, `seed ${seed}: a dead node was asked ${asked} times in ${ms} ms, more than ${most}`);
}

/** Reads many times from near a node; answers how long each took, and all. */
async function many(count, from) {
  const took = [];
  const begun = performance.now();
  await each(range(count), AT_ONCE, async (i) => took.push((await it.there(base[i % base.length], { from })).ms));
  return { took: took.sort((a, b) => a - b), ms: performance.now() - begun };
}

test('F1: a killed node is passed over and hardly asked', async () => {
  b.proxy.forget();
  await b.kill();
  const { ms } = await many(times(1_000), 'b');
  hardlyAsked(b.proxy.count(/GET/), ms);
  await b.restart();
  await it.invariants('base/');
  b.proxy.forget();
  await many(10, 'b');
  assert.equal(b.proxy.count(/GET/), 10, 'it is asked again');
});

test('F2: a node that hangs before its head costs 1.5 s until its breaker opens', async () => {
  const { took: usual } = await many(20, 'c');
  c.proxy.forget();
  c.pause();
  try {
    const { took, ms } = await many(times(200), 'c');
    hardlyAsked(c.proxy.count(/GET/), ms);
    assert.ok(took.at(-1) >= 1_400, 'somebody waited for it');
    const most = usual.at(-1) + 1_600 + SLACK_MS;
    assert.ok(took.at(-1) <= most, `${took.at(-1)} ms is longer than ${most} ms`);
    assert.ok(took.filter((ms) => ms > 1_400).length <= UNTIL_OPEN + Math.ceil(ms / OPEN_MS));
  } finally {
    c.resume();
  }
  await it.invariants('base/');
});

test('F3: a body that stalls is dropped after 2 s', async () => {
  const { took: usual } = await many(20, 'b');
  b.proxy.forget();
  b.proxy.set({ kind: 'slow', match: /^GET/, delay: 30_000 });
  const { took, ms } = await many(times(200), 'b');
  hardlyAsked(b.proxy.count(/GET/, 'slow'), ms);
  assert.ok(took.at(-1) >= 1_900);
  const most = usual.at(-1) + 2_200 + SLACK_MS;
  assert.ok(took.at(-1) <= most, `${took.at(-1)} ms is longer than ${most} ms`);
  await it.invariants('base/');
});

const truncated = gzipSync(bytes(5, 20_000)).subarray(0, 9_000);
const whole = { status: 200, headers: { 'Content-Type': 'application/octet-stream', 'Content-Encoding': 'gzip', ETag: '"x"' } };
/** What a node may send in place of the bytes that it holds, and what becomes of it. */
const lies = {
  'F6 a Content-Length too small': { kind: 'small-length', at: 300 },
  'F7 a gzip that is cut': { kind: 'status', ...whole, body: truncated },
  'F7 an encoding that is none': { kind: 'status', ...whole, body: bytes(6, 20_000) },
  'F12 a page of a captive portal': { kind: 'html' },
  'F4 a body shorter than its length': { kind: 'cut-response' },
  'F4 chunks without an end': { kind: 'cut-chunked' },
  'F5 a body that ends with its connection': { kind: 'no-length', at: 9_000 },
  'F11 other bytes': { kind: 'corrupt' },
};
/** The picture as it is made of these bytes where nothing is broken; what is made of equal bytes is equal. */
const card = '?w=40&h=30&fit=cover&format=png';

test('F6, F7, F12 and other lies: never a wrong byte, in an original or in what is made of it', async () => {
  const body = await picture(50);
  await stored('lie/right.jpg', body);
  const right = (await it.ask('GET', `/demo/lie/right.jpg${card}`)).bytes;
  const all = Object.entries(lies);
  // Half of them are told by each server, at once.
  await Promise.all([b, c].map(async (node, lane) => {
    for (const [name, lie] of all.filter((_, i) => i % 2 === lane)) {
      const fresh = range(Math.ceil(times(100) / 2)).map((i) => `lie/${node.name}-${lie.kind}${lie.body?.length ?? ''}-${i}.jpg`);
      await each(fresh, AT_ONCE, (key) => stored(key, body));
      await it.settled(fresh);
      node.proxy.forget();
      node.proxy.set({ ...lie, match: new RegExp(`^GET .*(${[opaque[0], ...fresh].map((key) => it.blobOf(key)).join('|')})`) });
      for (const [i, key] of fresh.entries()) {
        // Each second read is answered well, so that its breaker stays closed and it is asked every time.
        await it.there(base[1 + (2 * i) % 19], { from: node.name });
        await it.there(i % 2 ? key : opaque[0], { from: node.name });
        await it.there(base[1 + (2 * i + 1) % 19], { from: node.name });
        const made = await it.ask('GET', `/demo/${key}${card}`, { from: node.name });
        assert.equal(made.status, 200, `seed ${seed}: ${name}: ${made.status} ${made.error}`);
        assert.ok(made.bytes.equals(right), `seed ${seed}: ${name}: another picture`);
      }
      assert.equal(node.proxy.count(/GET/, lie.kind), 2 * fresh.length, `seed ${seed}: ${name} did not happen each time`);
      node.proxy.set();
      // Nothing of it was kept: made anew elsewhere it is the same.
      assert.ok((await it.ask('GET', `/demo/${fresh[0]}${card}&q=90`, { from: node.name })).bytes.equals(right));
    }
  }));
  await it.invariants('lie/');
});

test('F8: nodes that flap fail a read only where all three do', async () => {
  const share = 0.3;
  await it.calm();
  const warm = `/demo/${pictures[0]}?w=33&format=png`;
  const made = (await it.ask('GET', warm)).bytes;
  b.proxy.set({ kind: 'status', status: 500, match: /^GET/, share, seed: seed + 1 });
  c.proxy.set({ kind: 'status', status: 500, match: /^GET/, share, seed: seed + 2 });
  await it.fault([{ binding: 'NODE_A', method: 'get', mode: 'before', share, seed: seed + 3 }]);
  const next = random(seed);
  const count = times(2_000);
  let good = 0;
  for (const i of range(count)) {
    await it.calls();
    for (const node of [b, c]) node.proxy.forget();
    const answer = await it.get(base[i % base.length], { from: 'abc'[Math.floor(next() * 3)] });
    const a = (await it.calls()).filter(({ binding, method, side }) => binding === 'NODE_A' && method === 'get' && side === 'worker').map(({ mode }) => mode);
    const asked = [a, ...[b, c].map(({ proxy }) => proxy.log.filter(({ method }) => method === 'GET').map(({ kind }) => kind))];
    // At most one try a node, and as many as it takes until one is not broken.
    assert.ok(asked.every((tries) => tries.length <= 1), `seed ${seed}, read ${i}: ${JSON.stringify(asked)}`);
    const fine = asked.flat().filter((kind) => !kind).length;
    assert.equal(fine, answer.status === 200 ? 1 : 0, `seed ${seed}, read ${i}: ${answer.status} after ${JSON.stringify(asked)}`);
    if (answer.status === 200) good++;
    else {
      assert.equal(asked.flat().length, 3, `seed ${seed}, read ${i}: not all nodes were asked`);
      assert.equal(answer.status, 503);
      assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/);
    }
    const kept = await it.ask('GET', warm);
    assert.ok(kept.status === 200 && kept.bytes.equals(made), `seed ${seed}: what a cache holds needs no node`);
  }
  // 1 - 0.3³ are 97.3 %.
  assert.ok(good >= count * (full ? 0.96 : 0.94), `seed ${seed}: ${good} of ${count}`);
  await it.invariants('base/');
});

test('F9: a node that asks to be left alone is, for as long as it asks', async () => {
  await it.calm();
  const seconds = 3;
  b.proxy.set({ kind: 'status', status: 429, retryAfter: seconds, match: /^GET/ });
  c.proxy.set({ kind: 'status', status: 503, retryAfter: seconds, match: /^GET/ });
  for (const node of [b, c]) node.proxy.forget();
  const until = Date.now() + 3 * seconds * 1_000;
  let count = 0;
  while (Date.now() < until) {
    for (const from of 'bc') await it.there(base[count++ % base.length], { from });
    await pause(10);
  }
  assert.ok(count >= 20);
  for (const { proxy, name } of [b, c]) {
    const asked = proxy.log.filter(({ method }) => method === 'GET').map(({ at }) => at);
    assert.ok(asked.length >= 2 && asked.length <= 4, `${name} was asked ${asked.length} times`);
    for (const [i, at] of asked.entries()) assert.ok(i === 0 || at - asked[i - 1] >= seconds * 1_000 - 100, `${name} was asked again after ${at - asked[i - 1]} ms`);
  }
  await it.invariants('base/');
});

test('F10: while all nodes are down what is cached is served, all else refused and never called absent', async () => {
  await it.calm();
  const warm = new Map();
  for (const key of pictures) warm.set(key, (await it.ask('GET', `/demo/${key}${card}`)).bytes);
  const fresh = range(10).map((i) => `down/${i}.jpg`);
  await each(fresh, AT_ONCE, async (key, i) => stored(key, await picture(200 + i)));
  await it.calls();
  for (const name of 'abc') await it.silence(name);
  await each(range(times(500)), AT_ONCE, async (i) => {
    const from = 'abc'[i % 3];
    const cold = [await it.get(base[i % base.length], { from }), await it.ask('GET', `/demo/${fresh[i % 10]}${card}`, { from })];
    for (const answer of cold) {
      assert.deepEqual([answer.status, answer.error], [503, 'unavailable']);
      assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/);
    }
    const key = pictures[i % 10];
    const kept = await it.ask('GET', `/demo/${key}${card}`, { from });
    assert.ok(kept.status === 200 && kept.bytes.equals(warm.get(key)), `${key}: ${kept.status}`);
  });
  assert.equal((await it.get('down/never.bin')).status, 404, 'the ledger says so, whatever nodes do');
  const refused = (await it.calls()).filter(({ mode }) => mode === 'before').length;
  for (const count of [refused, b.proxy.count(/GET/, 'refuse'), c.proxy.count(/GET/, 'refuse')]) assert.ok(count >= times(500) / 2, `${count} refusals`);
  await it.heal();
  // The first read after it: no breaker, and no cache of errors, stands in the way.
  for (const key of base) await it.there(key);
  for (const key of fresh) assert.equal((await it.ask('GET', `/demo/${key}${card}`)).status, 200);
  await it.invariants('base/');
  await it.invariants('down/');
});

test('F11: of good, corrupt and missing copies the good one is served, and the others are made anew', async () => {
  await it.calm();
  const orders = ['gcm', 'gmc', 'cgm', 'cmg', 'mgc', 'mcg'];
  const cases = orders.flatMap((order) => [['bin', bytes(60, 50_000)], ['jpg', null]].map(([end, body]) => ({ order, key: `order/${order}.${end}`, body })));
  for (const one of cases) one.body ??= await picture(60);
  await stored('order/right.jpg', await picture(60));
  const right = (await it.ask('GET', `/demo/order/right.jpg${card}`)).bytes;
  for (const round of range(full ? 5 : 1)) {
    await each(cases, AT_ONCE, ({ key, body }) => stored(key, body));
    await it.settled(cases.map(({ key }) => key));
    for (const { order, key } of cases) {
      for (const [i, name] of ['a', 'b', 'c'].entries()) {
        if (order[i] === 'c') await it.nodes[name].corrupt(it.blobOf(key));
        if (order[i] === 'm') await it.nodes[name].remove(it.blobOf(key));
      }
      assert.equal(await it.holders(it.blobOf(key), it.may(key)[0]), 'abc'[order.indexOf('g')], key);
    }
    for (const { order, key } of cases) {
      const near = 'abc'[order.indexOf('m')];
      if (key.endsWith('jpg')) assert.ok((await it.ask('GET', `/demo/${key}${card}`, { from: near })).bytes.equals(right), `round ${round}: ${key} as a picture`);
      for (const from of 'abc') await it.there(key, { from });
    }
    await it.settled(cases.map(({ key }) => key));
  }
  await it.invariants('order/');
});

test('F11: a long object: a missing or shorter copy is passed over, and one with other bytes never comes whole', async () => {
  await it.calm();
  const body = bytes(61, 5 << 20);
  await stored('long/a.bin', body);
  await it.settled(['long/a.bin']);
  const blob = it.blobOf('long/a.bin');
  await b.remove(blob);
  await c.write(blob, body.subarray(0, 5_000_000));
  for (const from of 'bc') {
    await it.there('long/a.bin', { from });
    const part = await it.ask('GET', '/demo/long/a.bin', { from, headers: { range: 'bytes=4000000-4000099' } });
    assert.ok(part.status === 206 && part.bytes.equals(body.subarray(4_000_000, 4_000_100)), `a part from near ${from}: ${part.status}`);
  }
  await it.settled(['long/a.bin']);
  // All begin before anything is known to be wrong; none of them gets the last byte, and then the copy is made anew.
  for (const [name, at] of [['a', 0], ['b', body.length - 1]]) {
    await it.calm();
    await it.nodes[name].corrupt(blob, at);
    const headers = name === 'a' ? {} : { range: `bytes=0-${body.length - 1}` };
    const broken = await it.ask('GET', '/demo/long/a.bin', { from: name, headers });
    assert.equal(broken.status, 0, `near ${name} ${broken.bytes?.length} bytes came for whole`);
    await eventually(async () => (await it.get('long/a.bin', { from: name })).status === 200, `near ${name} it was not repaired`);
    assert.equal(await it.holders(blob, it.may('long/a.bin')[0]), 'abc', 'all copies are good again');
    await it.there('long/a.bin', { from: name });
  }
  // What breaks off on its way breaks off for the client too: it is not taken for whole.
  b.proxy.set({ kind: 'cut-response', match: new RegExp(blob), at: 4_500_000 });
  const cut = await it.get('long/a.bin', { from: 'b' });
  assert.equal(b.proxy.count(/GET/, 'cut-response'), 1);
  assert.ok(cut.status === 0 || cut.status === 200 && cut.bytes.equals(body), `${cut.status}`);
  await it.invariants('long/');
});

test('F38: from nowhere, from odd places and from nonsense the right bytes come', async () => {
  await it.calm();
  const odd = ['', '0,0', '90,0', '-90,0', '0,180', '0,-180', '90,180', '-90,-180', '91,0', '0,181', 'NaN,NaN', '1e999,0', 'no,where', ',', '50', '50,', '50;9', '50,9,7', 'T1', 'x'.repeat(2_000)];
  for (const [i, from] of odd.entries()) {
    await it.there(base[i], { from });
    await it.there(base[i], { from, headers: { 'x-limn-place': from } });
    const answer = await it.put(`odd/${i}.bin`, bytes(300 + i, 1_000), { from: from || undefined, headers: { 'x-limn-place': from } });
    assert.equal(answer.status, 200, `${from}: ${answer.text}`);
  }
  // Beyond the date line Tokyo is the nearest.
  b.proxy.forget();
  for (const from of ['10,179.9', '10,-179.9', '10,180', '10,-180']) await it.there(base[0], { from });
  assert.equal(b.proxy.count(new RegExp(`GET .*${it.blobOf(base[0])}`)), 4);
  await it.invariants('odd/');
});

test('F36: a node that is added, drained or removed makes no object absent', async () => {
  await it.calm();
  const vars = it.vars;
  const all = it.keysOf('').filter((key) => it.may(key)[0] && it.may(key).length === 1);
  const demo = (nodes) => ({ LIMN_BUCKET_DEMO: { ...vars.LIMN_BUCKET_DEMO, nodes } });
  const others = Object.fromEntries(Object.entries(vars).filter(([name]) => name.startsWith('LIMN_BUCKET_')).map(([name, value]) => [name, value?.nodes?.includes('c') ? { ...value, nodes: ['a', 'b'] } : value]));
  const readable = async (say) => {
    await each(all, AT_ONCE, async (key, i) => {
      const answer = await it.get(key, { from: 'abc'[i % 3] });
      assert.equal(answer.status, 200, `seed ${seed}: ${say}: ${key}: ${answer.status} ${answer.error}`);
    });
  };
  const written = async (say) => {
    const key = `moved/${say}.bin`;
    await stored(key, bytes(400 + all.length, 3_000));
    all.push(key);
  };
  // What lies on a and c alone: its copy on b is still to be made when c goes.
  b.proxy.set({ kind: 'refuse', match: /^PUT/ });
  await stored('moved/pending.bin', bytes(399, 3_000));
  all.push('moved/pending.bin');
  assert.equal(await it.holders(it.blobOf('moved/pending.bin')), 'ac');
  b.proxy.set();
  await it.restart({ ...others, LIMN_NODE_C: null, LIMN_CREDENTIALS_C: null });
  await readable('removed');
  await written('removed');
  assert.equal(await it.holders(it.blobOf('moved/removed.bin')), 'ab');
  await it.restart({ ...others, ...demo(['a', 'b', 'c']), LIMN_NODE_C: vars.LIMN_NODE_C, LIMN_CREDENTIALS_C: vars.LIMN_CREDENTIALS_C });
  await readable('added');
  await written('added');
  await it.restart({ LIMN_NODE_C: { ...vars.LIMN_NODE_C, drain: true } });
  await readable('drained');
  c.proxy.forget();
  await written('drained');
  await pause(1_500);
  assert.equal(c.proxy.count(/PUT/), 0, 'it gets nothing new');
  await it.restart({ LIMN_NODE_C: vars.LIMN_NODE_C });
  await written('back');
  await it.settled(['moved/back.bin']);
  await it.invariants('moved/');
});
