// What happens at the same time: purges and what is under way, leaders that fail and those who follow them.
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { called, eventually, granted, pause, random, rig, serve, times } from './rig.mjs';

const LANES = 25;
const lane = (n) => `lane${n}`;
let origin, it;
/** What lies at the origin by path, `old` where nothing is said, and how long it takes; requests to it. */
const state = new Map();
const asked = [];
const arrivals = new EventEmitter().setMaxListeners(0);
const bodies = {};

before(async () => {
  const plain = (background) => sharp({ create: { width: 24, height: 24, channels: 3, background } }).png().toBuffer();
  Object.assign(bodies, { old: await plain('red'), new: await plain('blue') });
  origin = await serve(async (path, request, response) => {
    const { is = 'old', slow = 0 } = state.get(path) ?? {};
    const entry = { path, is, conditional: 'if-none-match' in request.headers };
    asked.push(entry);
    arrivals.emit(path);
    await pause(slow);
    entry.ended = Date.now();
    const etag = `"${is}"`;
    if (request.headers['if-none-match'] === etag) return response.writeHead(304, { etag }).end();
    response.writeHead(200, { etag, 'content-length': bodies[is].length }).end(bodies[is]);
  });
  const bucket = (name, more) => ({ [`LIMN_BUCKET_${name.toUpperCase()}`]: { name, nodes: ['web'], access: 'public-read', parameters: 'open', styles: ['demo'], ...more } });
  // A bucket a lane, since a purge makes the remembered rows of its whole bucket out of date.
  const lanes = Array.from({ length: LANES }, (_, n) => bucket(lane(n), { source_fresh_seconds: 0, stale_while_revalidate_seconds: 60 }));
  it = await rig({ LIMN_NODE_WEB: { name: 'web', kind: 'http', url: origin.url, managed: false }, ...bucket('web'), ...Object.assign({}, ...lanes) });
  await it.put('/demo/a.png', bodies.old);
});
after(async () => {
  await it.stop();
  await origin.close();
});

/** The longest that a write to the store is held up. */
const WRITE_MS = 1_000;
const targets = ['?w=12', '!thumb', ''];
/** What each target gives of the old and of the new image. */
async function references() {
  const found = {};
  for (const is of ['old', 'new']) {
    state.set(`reference-${is}`, { is });
    found[is] = {};
    for (const target of targets) found[is][target] = (await it.fine(`/web/reference-${is}${target}`)).etag;
  }
  assert.ok(targets.every((target) => found.old[target] !== found.new[target]));
  return found;
}

/** What is under way when the purge comes: whether the image was there before, by what it is asked for, and
 * what must have begun. */
const races = {
  fill: { target: (seed) => targets[seed % 2 ? 0 : 2], begun: 'the origin is asked' },
  // Fresh within its second; then used once more while the origin is asked.
  refresh: { known: true, target: () => '?w=12', begun: 'the origin is asked' },
  // The store is written to behind the answer.
  write: { target: () => '!thumb', begun: 'it is answered' },
};

test('F26: nothing from before a purge is served after it was acknowledged', async (t) => {
  const want = await references();
  const seeds = times(1_000);
  const [old, purges] = [[], new Map()];
  const race = async (seed, bucket) => {
    const next = random(seed);
    const kind = Object.keys(races)[seed % 3];
    const { known, target: targetOf, begun } = races[kind];
    const [key, target] = [`seed-${seed}.png`, targetOf(seed)];
    const ask = (host) => it.fine(`/${bucket}/${key}${target}`, null, { host });
    if (known) {
      await ask();
      await pause(1_100);
    }
    const [slow, wait] = [50 + next() * 150, next() * 150];
    state.set(key, { is: 'old', slow });
    const arrival = once(arrivals, key);
    const under = ask();
    await (begun === 'it is answered' ? under : Promise.race([arrival, pause(20_000).then(() => assert.fail(`seed ${seed} (${kind}): the origin is not asked`))]));
    await pause(wait);
    state.set(key, { is: 'new', slow: slow / 4 });
    const purge = { kind, sent: Date.now() };
    const answer = await it.purge({ bucket, files: [key] });
    assert.equal(answer.status, 200, answer.bytes.toString());
    purges.set(key, { ...purge, acknowledged: Date.now() });
    const check = async (when, host) => {
      const { etag, told } = await ask(host);
      if (etag !== want.new[target]) old.push(`seed ${seed} (${kind}) ${target} ${when}: ${etag === want.old[target] ? 'old' : etag}, ${told}`);
    };
    await check('at once');
    await under;
    await pause(kind === 'write' ? WRITE_MS : slow);
    await check('later');
    if (kind === 'write') await check('later, from the store', it.elsewhere);
  };
  const delays = [
    { binding: 'LEDGER', method: 'fetch', match: '^purge ', most: 100 },
    { binding: 'LEDGER', method: 'fetch', match: '^look ', most: 50 },
    { binding: 'DERIVED', method: 'put', most: WRITE_MS },
    { binding: 'DERIVED', method: 'get', most: 50 },
  ];
  const log = await it.broken(delays.map((rule, seed) => ({ ...rule, mode: 'delay', seed })), async () => {
    const all = Array.from({ length: seeds }, (_, i) => i + 1);
    await Promise.all(Array.from({ length: LANES }, async (_, n) => {
      for (const seed of all.filter((seed) => seed % LANES === n)) await race(seed, lane(n));
    }));
    await pause(WRITE_MS);
  });
  assert.deepEqual(old, []);
  // Each race was one: what was old ended after the purge had been sent, or even acknowledged.
  const late = { fill: new Set(), refresh: new Set(), write: new Set() };
  for (const { path, is, ended, conditional } of asked) {
    const { kind, sent } = purges.get(path) ?? {};
    if (is === 'old' && ended > sent && (kind === 'fill' || conditional)) late[kind].add(path);
  }
  for (const { name, begun, ended } of log.filter(called('DERIVED', 'put'))) {
    const key = name.split('/')[1];
    const { kind, acknowledged } = purges.get(key) ?? {};
    if (kind === 'write' && begun < acknowledged && ended > acknowledged) late.write.add(key);
  }
  const counts = Object.fromEntries(Object.entries(late).map(([kind, keys]) => [kind, keys.size]));
  t.diagnostic(`${seeds} seeds; late: ${JSON.stringify(counts)}`);
  for (const [kind, count] of Object.entries(counts)) assert.ok(count >= seeds / 50, `${kind}: ${count} races in ${seeds} seeds`);
});

test('F27: a purge that is not committed is not acknowledged, and changes nothing', async () => {
  const count = times(100);
  const target = '/web/kept.png?w=12';
  const { etag } = await it.fine(target);
  await it.fine(target, /; hit/);
  const log = await it.broken([{ binding: 'LEDGER', method: 'fetch', match: '^purge ', mode: 'before' }], async () => {
    for (let i = 0; i < count; i++) {
      const answer = await it.purge({ bucket: 'web', files: ['kept.png'] });
      assert.deepEqual([answer.status, answer.error, answer.policy], [503, 'unavailable', 'no-store']);
      assert.equal((await it.fine(target, /; hit/)).etag, etag);
    }
  });
  assert.equal(log.filter(({ name, mode }) => name.startsWith('purge ') && mode === 'before').length, count);
  await it.restart();
  await it.fine(target, /; hit/);
  assert.equal((await it.purge({ bucket: 'web', files: ['kept.png'] })).status, 200);
  await it.fine(target, /uri-miss/);
});

test('F27: a purge whose acknowledgement is lost is told as failed, and can be asked for again', async () => {
  for (let i = 0; i < times(100); i++) {
    const target = `/web/lost${i}.png?w=12`;
    await it.fine(target);
    const log = await it.broken([{ binding: 'LEDGER', method: 'fetch', match: '^purge ', mode: 'after', count: 1 }], async () => {
      assert.equal((await it.purge({ bucket: 'web', files: [`lost${i}.png`] })).status, 503);
    });
    assert.ok(log.some(({ mode }) => mode === 'after'));
    assert.equal((await it.purge({ bucket: 'web', files: [`lost${i}.png`] })).status, 200);
    await it.fine(target, /uri-miss/);
  }
});

test('F27: what is purged is out of reach before it is deleted', async () => {
  const target = (w) => granted('GET', '/demo/a.png', { w: String(w) });
  const widths = Array.from({ length: 5 }, (_, i) => 20 + i);
  for (const w of widths) await it.fine(target(w), /uri-miss/);
  const stored = async () => (await it.deed('stored', 'demo/a.png/')).map(({ key }) => key);
  const old = await eventually(async () => ((keys) => keys.length === widths.length && keys)(await stored()), 'all are stored');
  const log = await it.broken([{ binding: 'DERIVED', method: 'list', mode: 'before' }], async () => {
    assert.equal((await it.purge({ bucket: 'demo', files: ['a.png'] })).status, 200);
    for (const w of widths) await it.fine(target(w), /uri-miss/);
    for (const w of widths) await it.fine(target(w), null, { host: it.elsewhere });
    const left = await stored();
    assert.ok(old.every((key) => left.includes(key)), 'the old images are still there');
  });
  // The process ends before anything is deleted.
  await it.restart();
  log.push(...(await it.broken([], async () => {
    for (const w of widths) await it.fine(target(w), /; hit/);
  })));
  assert.ok(log.some(called('cache', 'match')));
  assert.ok(!log.filter(called('DERIVED', 'get')).some(({ name }) => old.includes(name)), 'nobody asks for them');
});

/** Many at once, the first of whom has the read of the original break in some way. */
async function crowd(key, size, slow) {
  state.set(key, { slow });
  const begun = Date.now();
  const answers = await Promise.all(Array.from({ length: size }, async () => ({ ...(await it.ask(`/web/${key}?w=12`)), ms: Date.now() - begun })));
  const fine = answers.filter(({ status }) => status === 200);
  assert.ok(fine.every(({ etag }) => etag === fine[0].etag));
  return {
    key,
    size,
    bad: answers.filter(({ status }) => status !== 200),
    hits: asked.filter(({ path }) => path === key).length,
    impatient: fine.filter(({ ms }) => ms > 1_900).length,
    slowest: (list = fine) => Math.max(0, ...list.map(({ ms }) => ms)),
  };
}

const full = Boolean(process.env.LIMN_TEST_FULL);
/** How many crowds there are, and of how many: every fifth is large, or the first alone. */
const plan = { count: times(20), size: (i) => (i % (full ? 5 : 20) === 0 ? 100 : 20) };

/** Crowds whose leaders' reads break in one of these ways; `apart`: one begins so long after the other, not
 * after its end. */
async function crowds(t, hows, { count, size, slow = 0, apart, told = /./ }) {
  const broken = Array.from({ length: count }, (_, i) => hows[i % hows.length]);
  const keys = broken.map((how, i) => `${how}-${i}-${Date.now()}.png`);
  const all = [];
  const log = await it.broken(keys.map((key, i) => ({ binding: 'global', method: 'fetch', match: key, mode: broken[i], count: 1 })), async () => {
    for (const [i, key] of keys.entries()) {
      const one = crowd(key, size(i), slow);
      all.push(one);
      await (apart ? pause(apart) : one);
    }
    await Promise.all(all);
  });
  assert.deepEqual(log.filter(({ mode }) => mode).map(({ mode }) => mode).sort(), [...broken].sort(), 'each leader failed once');
  for (const key of keys) {
    // The key's place is free, and what was made is kept.
    await it.fine(`/web/${key}?w=12`, told);
    await it.fine(`/web/${key}?w=12`, /; hit/);
  }
  const done = await Promise.all(all);
  t.diagnostic(`the slowest who were served, of each crowd: ${done.map(({ slowest }) => slowest()).join(' ')} ms`);
  return done;
}

test('F32: a leader that fails harms nobody else, and one of the others leads', async (t) => {
  for (const { key, bad, hits, impatient } of await crowds(t, ['before'], { ...plan, slow: 300, told: /; hit/ })) {
    assert.deepEqual(bad.map(({ status, error }) => [status, error]), [[502, 'origin_failed']], key);
    // The leader's read broke before it reached the origin.
    assert.ok(hits <= 1 + impatient, `${key}: ${hits} requests to the origin, ${impatient} who lost patience`);
  }
});

test('F32: who follows a leader that hangs goes alone after two seconds', async (t) => {
  const all = await crowds(t, ['hang'], { ...plan, apart: full ? 3_000 : 1_500 });
  for (const { key, bad, hits, impatient, slowest } of all) {
    // Alone they have the patience of any request with the origin, which a busy machine may exhaust.
    assert.ok(bad.length >= 1 && bad.every(({ status, error }) => status === 504 && error === 'origin_timeout'), key);
    assert.ok(hits <= impatient + bad.length, `${key}: ${hits} requests to the origin, ${impatient} who lost patience`);
    assert.ok(slowest() < 20_000, `${key}: ${slowest()} ms`);
  }
  const sum = (what) => all.reduce((sum, one) => sum + what(one), 0);
  assert.ok(sum(({ bad }) => bad.length) < sum(({ size }) => size) / 2, 'who goes alone is served');
});

// With a trap the module ends for all who are in it, and those who read go once more in the next one. An error that is
// thrown through the module loses the leader alone.
test("F32: a leader whose module ends, or who is thrown out of it, harms nobody else", async (t) => {
  for (const { key, bad, hits, slowest } of await crowds(t, ['trap', 'throw'], { ...plan, slow: 300, apart: full ? 3_000 : 1_000 })) {
    assert.deepEqual(bad, [], key);
    assert.ok(hits <= 100, `${key}: ${hits} requests to the origin`);
    // Who is thrown out hears of nothing before the deadline of its read.
    assert.ok(slowest() < (key.startsWith('throw') ? 12_000 : 5_000), `${key}: ${slowest()} ms`);
  }
});

test('F26: a purge that is long in being committed takes along what was looked up meanwhile', async () => {
  const want = await references();
  await it.broken([{ binding: 'LEDGER', method: 'fetch', match: '^purge ', mode: 'delay', delay: 4_000 }], async () => {
    state.set('long.png', { is: 'old' });
    const purge = it.purge({ bucket: 'web', files: ['long.png'] });
    // A row that is looked up after the purge came and before it is committed tells of the time before it.
    await pause(1_300);
    await it.fine('/web/long.png?w=12', /uri-miss/);
    await it.fine('/web/long.png');
    state.set('long.png', { is: 'new' });
    assert.equal((await purge).status, 200);
    assert.deepEqual([(await it.fine('/web/long.png?w=12')).etag, (await it.fine('/web/long.png')).etag], [want.new['?w=12'], want.new['']]);
  });
});

test('F27: what is purged is deleted when the ledger wakes, though that failed before or the process ended', async () => {
  const stored = async () => (await it.deed('stored', 'demo/b.png/')).map(({ key }) => key);
  await it.put('/demo/b.png', bodies.old);
  const fill = async () => {
    for (let w = 20; w < 25; w++) await it.fine(granted('GET', '/demo/b.png', { w: String(w) }), /uri-miss/);
    return eventually(async () => ((keys) => keys.length === 5 && keys)(await stored()), 'all are stored');
  };
  const gone = (keys) => eventually(async () => !(await stored()).some((key) => keys.includes(key)), 'the ledger deletes them when it wakes');
  let keys = await fill();
  const log = await it.broken([{ binding: 'DERIVED', method: 'list', match: 'demo/b.png', mode: 'before' }], async () => {
    assert.equal((await it.purge({ bucket: 'demo', files: ['b.png'] })).status, 200);
    await pause(2_500);
  });
  assert.ok(log.filter(called('DERIVED', 'list')).some(({ mode }) => mode === 'before'), 'the deletion was tried');
  await gone(keys);
  keys = await fill();
  assert.equal((await it.purge({ bucket: 'demo', files: ['b.png'] })).status, 200);
  await it.restart();
  await gone(keys);
});

test('F25: a row that is kept late in the data centre does not undo a write', async () => {
  await it.put('/demo/late.png', bodies.old);
  await it.broken([{ binding: 'cache', method: 'put', match: '/__r/2/demo/late.png', mode: 'delay', delay: 1_500 }], async () => {
    await it.fine('/demo/late.png');
    await it.put('/demo/late.png', bodies.new);
    await pause(2_500);
    assert.ok((await it.fine('/demo/late.png')).bytes.equals(bodies.new), 'what was written from here is read from here');
  });
});
