// Uploads and deletions while nodes and the ledger fail before, amid and after what they do (reference: faults.md 3.3).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { random } from '../../scripts/demo/random.mjs';
import { brokenUpload, bytes, each, eventually, full, picture, range, seed, store, times } from './store-kit.mjs';

const AT_ONCE = 4;
/** Longer than what is held in memory: such a body goes to its first node as it comes. */
const LONG = (8 << 20) + (1 << 18) + 11;

let it, b, c;
before(async () => {
  it = await store();
  ({ b, c } = it.nodes);
  await it.calm();
});
after(() => it?.stop());

async function stored(key, body, options) {
  const answer = await it.put(key, body, options);
  assert.equal(answer.status, 200, `seed ${seed}: ${key}: ${answer.status} ${answer.text}`);
  return answer;
}
const refused = (key, answer) => {
  assert.deepEqual([answer.status, answer.error], [503, 'unavailable'], `seed ${seed}: ${key}: ${answer.status} ${answer.text}`);
  assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/);
};
/** What is refused left nothing that anybody sees. */
async function unseen(key) {
  it.model.set(key, [null]);
  assert.equal((await it.get(key)).status, 404, `seed ${seed}: ${key} is there`);
  assert.deepEqual(await it.list(key), []);
}
const puts = async () => (await it.calls()).filter(({ binding, method }) => binding === 'NODE_A' && method === 'put');

/** How a node fails at a write, by where it is when it does; each once. */
const failures = {
  a: [
    ['before', () => it.fault({ binding: 'NODE_A', method: 'put', mode: 'before', side: 'worker', match: '^demo/', count: 1 })],
    ['after it wrote', () => it.fault({ binding: 'NODE_A', method: 'put', mode: 'after', side: 'worker', match: '^demo/', count: 1 })],
    ['slowly', () => it.fault({ binding: 'NODE_A', method: 'put', mode: 'late', delay: 300, side: 'worker', match: '^demo/', count: 1 })],
  ],
  ...Object.fromEntries(['b', 'c'].map((name) => [name, Object.entries({
    before: { kind: 'refuse' },
    amid: { kind: 'cut-request' },
    'after it wrote': { kind: 'reset-after' },
    'with a 500': { kind: 'status', status: 500 },
    slowly: { kind: 'late', delay: 300 },
  }).map(([how, rule]) => [how, () => it.nodes[name].proxy.set({ ...rule, match: /^PUT/, count: 1 })])])),
};
const happened = async (name) => (name === 'a' ? (await puts()).filter(({ mode }) => mode).length : it.nodes[name].proxy.log.filter(({ method, kind }) => method === 'PUT' && kind).length);

/** Every node, and every way in which it fails. */
const ways = Object.entries(failures).flatMap(([name, all]) => all.map(([how, fail]) => ({ name, how, fail })));
/** So many of them, each as often as the others, in an order that the seed decides. */
const some = (count, all) => {
  const next = random(seed);
  const shuffled = all.map((one) => [next(), one]).sort(([a], [b]) => a - b).map(([, one]) => one);
  return range(count).map((i) => shuffled[i % all.length]);
};
async function quiet() {
  await it.heal();
  await it.calls();
  for (const node of [b, c]) node.proxy.forget();
}

test('F14, F21: one node fails before, amid or after its write: a held body is acknowledged all the same, on the others', async () => {
  const bodies = { opaque: bytes(1, 40_000), picture: await picture(1) };
  let made = 0;
  for (const [i, { name, how, fail }] of some(times(100), ways).entries()) {
    await it.calm();
    for (const [kind, body] of Object.entries(bodies)) {
      // The nearest node fails, or one that is perhaps asked second.
      const from = i % 2 && kind === 'opaque' ? 'abc'['abc'.indexOf(name) - 1] ?? 'c' : name;
      const key = `fails/${i}-${kind}.bin`;
      await quiet();
      await fail();
      const answer = await it.put(key, body, { from });
      assert.equal(answer.status, 200, `seed ${seed}: ${kind} from ${from}, ${name} fails ${how}: ${answer.status} ${answer.text}`);
      const faults = await happened(name);
      assert.ok(faults === 1 || from !== name, `seed ${seed}: ${name} was to fail ${how}`);
      made += faults;
      await it.there(key, { from });
      assert.ok((await it.holders(it.blobOf(key), body)).length >= 2, `seed ${seed}: ${key}: acknowledged by less than a quorum`);
    }
  }
  assert.ok(made >= times(100), `${made} faults`);
  await it.heal();
  await it.settled(it.keysOf('fails/'));
  await it.invariants('fails/');
});

test('F14: R2 fails before or after each of its writes: nothing is lost, doubled or charged twice', async () => {
  const count = times(200);
  for (const mode of ['before', 'after']) {
    for (const [kind, body] of [['opaque', bytes(2, 30_000)], ['picture', await picture(2)]]) {
      await it.calm();
      await it.calls();
      await it.fault({ binding: 'NODE_A', method: 'put', mode, side: 'worker', match: '^demo/' });
      for (const i of range(count / 4)) {
        const key = `r2/${mode}-${kind}-${i}.bin`;
        const first = await stored(key, body);
        const again = await stored(key, body);
        assert.equal(first.etag, again.etag);
        // Reads from it keep its breaker closed.
        for (const j of range(2)) await it.get('kit/probe', { from: 'a' });
      }
      const faults = (await puts()).filter((call) => call.mode === mode).length;
      // Each of the two writes of each key.
      assert.ok(faults >= count / 2, `${mode}: ${faults} of ${count / 2} writes failed`);
    }
  }
  await it.heal();
  await it.settled(it.keysOf('r2/'));
  await it.invariants('r2/');
});

test('F14, F21: a long body whose first node fails is refused or, tried again, stored; one whose next node fails is stored', async () => {
  const body = bytes(3, LONG);
  // An R2 that takes nothing of what is copied to it has a test of its own.
  const cases = ways.flatMap((way) => [...(way.name === 'a' && way.how === 'before' ? 'a' : 'abc')].map((from) => ({ ...way, from })));
  let first = 0;
  for (const [i, { name, how, fail, from }] of some(times(100), cases).entries()) {
    const key = `far/${i}.bin`;
    const what = `seed ${seed}: from ${from}, ${name} fails ${how}`;
    await it.calm();
    await quiet();
    await fail();
    const answer = await it.put(key, body, { from });
    const hit = await happened(name);
    if (from === name) assert.equal(hit, 1, what);
    if (from === name && how !== 'slowly') {
      first++;
      refused(what, answer);
      await unseen(key);
      await it.heal();
      await stored(key, body, { from });
    } else assert.equal(answer.status, 200, `${what}: ${answer.status} ${answer.text}`);
    assert.ok((await it.holders(it.blobOf(key), body)).length >= 2, `${what}: acknowledged by less than a quorum`);
    await it.there(key, { from });
  }
  assert.ok(first > 0, `seed ${seed}: no first node failed`);
  await it.heal();
  await it.settled(it.keysOf('far/'));
  await it.invariants('far/');
});

test('F21: two nodes fail: refused, unseen, and stored once one is back', async () => {
  const bodies = { opaque: bytes(4, 40_000), picture: await picture(4) };
  const pairs = [['a', 'b'], ['b', 'c'], ['a', 'c']];
  for (const round of range(times(100))) {
    const [kind, body] = Object.entries(bodies)[round % 2];
    const pair = pairs[round % 3];
    const key = `two/${round}-${kind}.bin`;
    await it.calm();
    for (const node of [b, c]) node.proxy.forget();
    for (const name of pair) {
      const mode = round % 4 < 2 ? 'before' : 'after';
      if (name === 'a') await it.fault({ binding: 'NODE_A', method: 'put', mode, side: 'worker' });
      else it.nodes[name].proxy.set({ kind: mode === 'before' ? 'refuse' : 'reset-after', match: /^PUT/ });
    }
    await it.calls();
    refused(key, await it.put(key, body, { from: 'abc'[round % 3] }));
    // What the round before left to be copied may be tried meanwhile, and fails as well.
    const failed = { a: (await puts()).filter(({ mode }) => mode).length, b: b.proxy.count(/PUT/, true), c: c.proxy.count(/PUT/, true) };
    for (const name of pair) assert.ok(failed[name] >= 1, `seed ${seed}: ${key}: ${name} was to fail, ${JSON.stringify(failed)}`);
    await unseen(key);
    // One of both is back.
    if (pair[0] === 'a') await it.fault([]);
    else it.nodes[pair[0]].proxy.set();
    await stored(key, body, { from: 'abc'[round % 3] });
  }
  await it.heal();
  await it.settled(it.keysOf('two/'));
  await it.invariants('two/');
});

test('F21: a node that hangs costs its patience until its breaker opens; uploads are stored without it', async () => {
  await it.calm();
  b.proxy.forget();
  b.proxy.set({ kind: 'hang', match: /^PUT/ });
  const body = await picture(5);
  await Promise.all(range(8).map((i) => stored(`hang/${i}.bin`, i % 2 ? body : bytes(i, 9_000), { from: 'b' })));
  const asked = b.proxy.count(/PUT/, 'hang');
  assert.ok(asked >= 5, `${asked}`);
  const begun = performance.now();
  await stored('hang/after.bin', bytes(9, 9_000), { from: 'b' });
  assert.ok(performance.now() - begun < 10_000, 'it is not waited for any more');
  await it.heal();
  await it.settled(it.keysOf('hang/'));
  await it.invariants('hang/');
});

test('F20: an upload that is cut at any 64 KiB leaves nothing, and the same key can be stored', async () => {
  await it.calm();
  await it.calls();
  const step = 64 << 10;
  const cases = [['picture', await picture(20, { width: 700, height: 500, raw: true }), 16], ['opaque', bytes(20, 1 << 20), 16], ['long', bytes(21, LONG), 20]];
  for (const [kind, body, most] of cases) {
    const all = range(Math.floor(body.length / step) + 1).map((i) => i * step);
    const every = full ? 1 : Math.max(1, Math.ceil(all.length / most));
    // The whole of it is no cut.
    const cuts = [...all.filter((cut, i) => i % every === 0 && cut < body.length), body.length - 1];
    await each(cuts, AT_ONCE, async (cut, i) => {
      const key = `cut/${kind}-${cut}.bin`;
      await brokenUpload(it.port, key, body, cut, { from: 'abc'[i % 3] });
    });
    await pause(500);
    assert.deepEqual(await it.list(`cut/${kind}`), [], `${kind}: nothing is listed`);
    for (const cut of cuts) assert.equal((await it.get(`cut/${kind}-${cut}.bin`)).status, 404, `${kind} cut at ${cut}`);
    const again = kind === 'long' ? cuts.slice(-2) : cuts;
    await each(again, AT_ONCE, (cut, i) => stored(`cut/${kind}-${cut}.bin`, body, { from: 'abc'[i % 3] }));
  }
  const ledger = (await it.calls()).filter(({ binding, method }) => binding === 'LEDGER' && method === 'fetch').map(({ name }) => name.split(' ')[0]);
  const count = (name) => ledger.filter((one) => one === name).length;
  // Each reservation was used or given back.
  assert.equal(count('reserve'), count('commit') + count('release'));
  await it.invariants('cut/');
});

test('F22: of writers of one key one is last; readers see one whole version, never an older one than was acknowledged', async () => {
  await it.calm();
  const next = random(seed);
  let conflicts = 0;
  for (const round of range(times(100))) {
    const key = `race/${round}.bin`;
    const bodies = await Promise.all(range(6).map((i) => (round % 2 ? picture(700 + 6 * round + i) : bytes(700 + 6 * round + i, 20_000 + i))));
    const path = `/demo/${key}`;
    const which = (got) => bodies.findIndex((body) => body.equals(got));
    /** By body: version and when it was acknowledged. */
    const acked = new Map();
    const reads = [];
    const write = async (i) => {
      await pause(next() * 20);
      it.model.delete(key);
      const answer = await it.put(key, bodies[i], { from: 'abc'[i % 3] });
      if (answer.status === 200) return acked.set(i, { version: answer.version, at: performance.now() });
      assert.deepEqual([answer.status, answer.error], [409, 'conflict'], `seed ${seed}, round ${round}: ${answer.text}`);
      conflicts++;
    };
    const read = async (i) => {
      await pause(next() * 60);
      const begun = performance.now();
      const answer = await it.ask('GET', path, { from: 'abc'[i % 3] });
      const found = answer.status === 404 ? null : which(answer.bytes);
      assert.ok(found === null || (answer.status === 200 && found >= 0), `seed ${seed}, round ${round}: a torn read, ${answer.status}`);
      reads.push({ begun, found });
    };
    await Promise.all([...range(6).map(write), ...range(12).map(read)]);
    assert.ok(acked.size > 0, `seed ${seed}, round ${round}: nobody was acknowledged`);
    const versionOf = (found) => acked.get(found)?.version ?? '';
    const newest = (before) => [...acked.values()].filter(({ at }) => at < before).reduce((most, { version }) => (version > most ? version : most), '');
    for (const { begun, found } of reads) {
      const least = newest(begun);
      if (found === null) assert.equal(least, '', `seed ${seed}, round ${round}: absent after an acknowledgement`);
      else assert.ok(versionOf(found) >= least, `seed ${seed}, round ${round}: ${versionOf(found)} after ${least}`);
    }
    const last = which((await it.ask('GET', path)).bytes);
    assert.equal(versionOf(last), newest(Infinity), `seed ${seed}, round ${round}: the last one wins`);
    it.model.set(key, [bodies[last]]);
    it.versions.set(key, versionOf(last));
  }
  console.log(`F22: ${conflicts} conflicts`);
  await it.settled(it.keysOf('race/'));
  await it.invariants('race/');
});

test('F24: the acknowledgement is lost, the client tries again: one object, one charge, one ETag', async () => {
  await it.calm();
  for (const i of range(times(100))) {
    const key = `again/${i}.bin`;
    const body = i % 2 ? await picture(800 + i) : bytes(800 + i, 10_000 + i);
    await it.calls();
    // Every other time it is the client that goes, while the answer is on its way.
    if (i % 4 < 2) {
      await it.fault([{ binding: 'LEDGER', method: 'fetch', mode: 'after', match: '^commit demo', count: 1 }]);
      refused(key, await it.put(key, body));
    } else {
      await it.fault([{ binding: 'LEDGER', method: 'fetch', mode: 'late', delay: 400, match: '^commit demo', count: 1 }]);
      it.model.set(key, [null, body]);
      const gone = new AbortController();
      const lost = it.put(key, body, { signal: gone.signal }).then(() => 'answered', () => 'lost');
      await eventually(async () => (await it.list(key)).length === 1, 'it is committed');
      gone.abort();
      assert.equal(await lost, 'lost');
    }
    const etag = (await it.ask('HEAD', `/demo/${key}`)).headers.get('etag');
    const again = await stored(key, body);
    assert.ok(etag && again.etag === etag, `seed ${seed}: ${key}: ${etag} and ${again.etag}`);
    assert.deepEqual(await it.list(key), [{ key, size: body.length }]);
    const modes = (await it.calls()).filter(({ name, mode }) => mode && name === 'commit demo');
    assert.equal(modes.length, 1);
  }
  await it.settled(it.keysOf('again/'));
  await it.invariants('again/');
});

test('F25: a deletion among uploads and reads: what ended before is seen, what is gone stays gone', async () => {
  await it.calm();
  await it.fault([]);
  const next = random(seed + 25);
  await each(range(times(1_000)), 8, async (i) => {
    const key = `gone/${i}.bin`;
    const path = `/demo/${key}`;
    const [old, fresh] = [bytes(900 + i, 2_000), bytes(5_900 + i, 2_001)];
    const waits = range(4).map(() => next() * 30);
    await stored(key, old, { from: 'abc'[i % 3] });
    const time = {};
    const timed = async (name, wait, work) => {
      await pause(wait);
      const begun = performance.now();
      const answer = await work();
      time[name] = { begun, ended: performance.now(), answer };
    };
    const before = [old, fresh, null];
    const read = (name, wait) => timed(name, wait, async () => {
      const answer = await it.ask('GET', path, { from: 'abc'[i % 3] });
      const found = answer.status === 404 ? null : answer.bytes;
      assert.ok(before.some((body) => (body === null ? found === null : found?.equals(body))), `seed ${seed}: ${key}: ${answer.status}, torn`);
      return found;
    });
    await Promise.all([
      timed('put', waits[0], () => it.put(key, fresh)),
      timed('delete', waits[1], () => it.remove(key)),
      read('one', waits[2]),
      read('two', waits[3]),
    ]);
    assert.equal(time.delete.answer.status, 204);
    assert.ok([200, 409].includes(time.put.answer.status), time.put.answer.text);
    const isFresh = time.put.answer.status === 200;
    const last = await it.ask('GET', path);
    const found = last.status === 404 ? null : last.bytes;
    assert.ok(!found?.equals(old), `seed ${seed}: ${key}: the deleted version is back`);
    if (time.put.ended < time.delete.begun || !isFresh) assert.equal(found, null, `seed ${seed}: ${key} came back`);
    if (time.delete.ended < time.put.begun && isFresh) assert.ok(found?.equals(fresh), `seed ${seed}: ${key} is lost`);
    for (const { begun, answer } of [time.one, time.two]) {
      if (time.delete.ended < begun) assert.ok(!answer?.equals(old), `seed ${seed}: ${key}: read after its deletion`);
      if (isFresh && time.put.ended < begun) assert.ok(!answer?.equals(old), `seed ${seed}: ${key}: older than what was acknowledged`);
    }
    it.model.set(key, [found]);
    if (found) it.versions.set(key, time.put.answer.version);
  });
  await it.invariants('gone/');
});

test('F31: the Worker ends between store and commit: nothing is seen, and the next upload is stored', async () => {
  await it.calm();
  for (const i of range(times(100))) {
    const key = `orphan/${i}.bin`;
    const body = i % 2 ? await picture(950 + i) : bytes(950 + i, 7_000 + i);
    const had = (await it.nodes.a.list('demo/')).length + (await b.list('demo/')).length + (await c.list('demo/')).length;
    await it.fault([{ binding: 'LEDGER', method: 'fetch', mode: 'before', match: '^commit demo', count: 1 }]);
    refused(key, await it.put(key, body, { from: 'abc'[i % 3] }));
    const has = (await it.nodes.a.list('demo/')).length + (await b.list('demo/')).length + (await c.list('demo/')).length;
    assert.ok(has >= had + 2, 'a quorum held it');
    await unseen(key);
    await stored(key, body);
  }
  // The same by a real end of the process.
  const body = bytes(990, 9_000);
  await it.fault([{ binding: 'LEDGER', method: 'fetch', mode: 'hang', match: '^commit demo' }]);
  const lost = it.put('orphan/killed.bin', body).catch(() => null);
  await eventually(async () => (await it.calls()).some(({ name, mode }) => name === 'commit demo' && mode === 'hang'), 'the commit hangs');
  await it.restart();
  await lost;
  await unseen('orphan/killed.bin');
  await stored('orphan/killed.bin', body);
  await it.invariants('orphan/');
});

test('F21: each node in turn loses all: what was acknowledged is read, and copied to it again as it is read', async () => {
  await it.calm();
  // All else is not read in between, and lost with the last node: this is the last test.
  const keys = range(times(100)).map((i) => `lost/${i}.${i % 2 ? 'jpg' : 'bin'}`);
  await each(keys, AT_ONCE, async (key, i) => stored(key, i % 2 ? await picture(600 + i) : bytes(600 + i, 8_000), { from: 'abc'[i % 3] }));
  // Its death comes right after the acknowledgement, before the third copy is made, for the last of them.
  for (const name of 'bca') {
    const victim = it.nodes[name];
    const late = `lost/late-${name}.bin`;
    await it.settled(keys);
    await stored(late, bytes(650, 8_000), { from: name });
    keys.push(late);
    if (name === 'b') keys.push('kit/probe');
    if (name !== 'a') await victim.kill();
    await victim.wipe();
    if (name !== 'a') await victim.restart();
    for (const key of keys) await it.there(key, { from: name });
  }
  await it.settled(keys);
  await it.invariants('lost/');
});
