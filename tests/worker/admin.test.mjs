// Administration of nodes: what is told of them, objects that move when nodes come, drain and go, scrubs, imports; the commands for it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { builtCli } from '../../scripts/limn/cli.mjs';
import { settings } from '../../scripts/limn/config.mjs';
import { signedS3 } from '../../scripts/limn/s3.mjs';
import { signed } from '../../scripts/limn/sign.mjs';
import { placeOf } from '../../scripts/limn/sites.mjs';
import { cluster } from './cluster.mjs';

const OBJECTS = process.env.LIMN_TEST_FULL ? 1_000 : 60;
const photo = readFileSync(new URL('../../.tools/demo/photo.jpg', import.meta.url));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const exp = () => String(Math.floor(Date.now() / 1000) + 600);
const demo = (more) => ({ LIMN_BUCKET_DEMO: { ...settings().vars.LIMN_BUCKET_DEMO, replicas: 2, quorum: 1, ...more } });
/** By key: bytes and version. */
const stored = new Map();
let it;

before(async () => {
  it = await cluster({
    vars: {
      ...demo({ nodes: ['a', 'b'] }),
      LIMN_NODE_OLD: { name: 'old', kind: 'r2', binding: 'NODE_A', managed: false, prefix: 'old/' },
      LIMN_KEY_DEMO: JSON.stringify({ id: 'demo-admin', secrets: ['demo-admin-secret'], user: 'ops', grants: [{ actions: ['admin'], bucket: 'demo' }] }),
    },
  });
});
after(() => it?.stop());

const asDemo = { kid: 'demo-admin', secret: 'demo-admin-secret' };
const reader = { kid: 'limn-reader', secret: 'limn-reader-secret' };

async function told(answer) {
  const text = await answer.text();
  return { status: answer.status, text, json: text.startsWith('{') ? JSON.parse(text) : null, error: answer.headers.get('x-limn-error') };
}
const nodes = async (query = {}, as = undefined) => told(await fetch(it.base + signed('GET', '/-/nodes', { exp: exp(), ...query }, as)));
async function post(path, body, query = {}, as = undefined) {
  return told(await fetch(it.base + signed('POST', path, { exp: exp(), sha256: sha256(body), ...query }, as), { method: 'POST', body }));
}
const order = (what, bucket = 'demo', as = undefined) => post('/-/nodes', JSON.stringify({ bucket, do: what }), {}, as);

async function put(key, body, bucket = 'demo') {
  const answer = await fetch(it.base + signed('PUT', `/${bucket}/${key}`, { exp: exp() }), { method: 'PUT', body });
  assert.equal(answer.status, 200, await answer.text());
  stored.set(key, { bytes: body, version: answer.headers.get('x-limn-version') });
}
async function get(key, from = 'a', bucket = 'demo') {
  const answer = await fetch(it.base + signed('GET', `/${bucket}/${key}`, { exp: exp() }), { headers: { 'x-limn-place': placeOf(from).join() } });
  return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()), type: answer.headers.get('content-type') };
}
async function readable(keys = [...stored.keys()], from = 'a') {
  for (const key of keys) {
    const { status, bytes } = await get(key, from);
    assert.equal(status, 200, `${key} from ${from}`);
    assert.ok(bytes.equals(stored.get(key).bytes), key);
  }
}

/** The rule of placement, apart from Limn's code. */
function homes(key, names, count = 2) {
  const score = (name) => {
    const bits = createHash('sha256').update(`${name}\0demo/${key}`).digest().readBigUInt64BE() >> 11n;
    return -Math.log(Number(bits + 1n) / 2 ** 53);
  };
  return names.map((name) => [score(name), name]).sort(([a], [b]) => a - b).slice(0, count).map(([, name]) => name).sort();
}

const rows = async (keys = [...stored.keys()]) => {
  const seen = [];
  for (let at = 0; at < keys.length; at += 100) seen.push(...(await it.deed('ledger', { bucket: 'demo', call: { do: 'look', keys: keys.slice(at, at + 100) } })));
  return new Map(keys.map((key, i) => [key, seen[i].row]));
};
const nodesOf = (row) => row.nodes.split(',').filter(Boolean);

/** Waits until a job is over and no copy is wanted; tells the job and all. */
async function finished(kind, { wanted = 0 } = {}) {
  let all;
  for (let i = 0; i < 6_000; i++) {
    all = (await nodes({ bucket: 'demo' })).json;
    const job = all.buckets.demo.jobs.find((job) => job.kind === kind);
    const left = all.nodes.reduce((sum, node) => sum + node.buckets.demo.wanted, 0);
    if (job?.state === 'done' && left <= wanted) return { job, all };
    await pause(100);
  }
  assert.fail(`the ${kind} does not end: ${JSON.stringify(all)}\n${it.log()}`);
}
const of = (all, name) => all.nodes.find((node) => node.name === name);

/** Every row names its homes and no other, and each of them holds the very bytes. */
async function atHome(names, count = 2) {
  for (const [key, row] of await rows()) {
    assert.deepEqual(nodesOf(row).sort(), homes(key, names, count), key);
    for (const name of nodesOf(row)) {
      const held = await it.nodes[name].read(`demo/${row.version}`);
      assert.ok(held?.equals(stored.get(key).bytes), `${key} on ${name}`);
    }
  }
}

test('only administrators are told, and no address or secret is', async () => {
  const all = await nodes();
  assert.equal(all.status, 200, all.text);
  assert.deepEqual(all.json.nodes.map(({ name, kind, managed, drain, breaker }) => [name, kind, managed, drain, breaker]), [
    ['a', 'r2', true, false, 'closed'],
    ['b', 's3', true, false, 'closed'],
    ['c', 's3', true, false, 'closed'],
    ['old', 'r2', false, false, 'closed'],
  ]);
  assert.deepEqual(of(all.json, 'b').place, placeOf('b'));
  assert.equal(of(all.json, 'old').place, null);
  assert.deepEqual([all.json.complete, Object.keys(all.json.buckets)], [true, ['club', 'demo', 'vault']]);
  for (const secret of ['http:', '127.0.0.1', 'node-b', 'NODE_A', 'secret']) assert.ok(!all.text.includes(secret), secret);
  // Who administers one bucket sees that one, and cannot tell that a node is empty.
  const some = await nodes({}, asDemo);
  assert.deepEqual([some.json.complete, Object.keys(some.json.buckets)], [false, ['demo']]);

  const plain = await told(await fetch(`${it.base}/-/nodes`));
  assert.deepEqual([plain.status, plain.error], [403, 'signature_required']);
  const endless = await told(await fetch(it.base + signed('GET', '/-/nodes', {})));
  assert.deepEqual([endless.status, endless.error], [400, 'bad_arg']);
  for (const [answer, status, error] of [
    [await nodes({}, reader), 403, 'access_denied'],
    [await nodes({ bucket: 'vault' }, asDemo), 403, 'access_denied'],
    [await nodes({ bucket: 'nowhere' }), 404, 'no_such_bucket'],
    [await nodes({ node: 'a' }), 400, 'unknown_param'],
    [await order('scrub', 'demo', reader), 403, 'access_denied'],
    [await order('scrub', 'vault', asDemo), 403, 'access_denied'],
    [await order('drain'), 400, 'bad_arg'],
    [await post('/-/nodes', '{}'), 400, 'bad_arg'],
    [await post('/-/import/demo', '', { from: 'old' }, reader), 403, 'access_denied'],
    [await post('/-/import/demo', '', {}), 400, 'bad_arg'],
    [await post('/-/import/demo', '', { from: 'a' }), 400, 'bad_arg'],
    [await post('/-/import/demo', '', { from: 'zed' }), 400, 'bad_arg'],
    [await post('/-/import/demo', '["k"]', { from: 'old' }), 400, 'bad_arg'],
    [await post('/-/import/Demo', '', { from: 'old' }), 400, 'bad_bucket_name'],
  ]) {
    assert.deepEqual([answer.status, answer.error], [status, error], answer.text);
  }
  // What is done is what was signed: another body under the same signature is refused, one without a digest too.
  const body = JSON.stringify({ bucket: 'demo', do: 'scrub' });
  const target = signed('POST', '/-/nodes', { exp: exp(), sha256: sha256(body) });
  const changed = await told(await fetch(it.base + target, { method: 'POST', body: body.replace('scrub', 'stop') }));
  assert.ok(changed.status >= 400 && changed.status < 500, changed.text);
  const bare = await told(await fetch(it.base + signed('POST', '/-/nodes', { exp: exp() }), { method: 'POST', body }));
  assert.deepEqual([bare.status, bare.error], [403, 'signature_required']);
  // A signed header serves as well.
  const host = new URL(it.base).host;
  const header = signedS3({ id: 'limn-dev', secret: 'limn-dev-secret' }, { method: 'GET', host, path: '/-/nodes' });
  delete header.headers.host;
  assert.equal((await fetch(it.base + header.target, { headers: header.headers })).status, 200);
});

test('a new node gets its share, and reads find every object meanwhile', async () => {
  for (let i = 0; i < OBJECTS; i++) await put(`set/${i}.bin`, randomBytes(1_000 + i));
  await put('set/empty.bin', Buffer.alloc(0));
  await put('set/long.bin', randomBytes(6 << 20));
  const keys = [...stored.keys()];
  await order('rebalance');
  await finished('rebalance');
  await atHome(['a', 'b']);

  await it.restart(demo({ nodes: ['a', 'b', 'c'] }));
  // It is away at first: nothing is lost, nothing is given up for it.
  await it.nodes.c.kill();
  assert.equal((await order('rebalance')).status, 200);
  await readable(keys.slice(0, 30));
  await it.nodes.c.restart();
  let reading = true;
  const reads = (async () => {
    while (reading) await readable(keys, 'c');
  })();
  const { job, all } = await finished('rebalance');
  reading = false;
  await reads;
  await atHome(['a', 'b', 'c']);
  const moved = keys.filter((key) => homes(key, ['a', 'b', 'c']).includes('c')).length;
  assert.deepEqual([job.total, job.done, job.moving], [keys.length, keys.length, moved]);
  const share = moved / keys.length;
  assert.ok(share > 0.5 && share < 0.83, `two of three: ${share}`);
  assert.equal(of(all, 'c').buckets.demo.objects, moved);
  assert.equal(all.nodes.reduce((sum, node) => sum + node.buckets.demo.objects, 0), 2 * keys.length);
  assert.equal(of(all, 'a').buckets.demo.garbage + of(all, 'b').buckets.demo.garbage, moved);
  assert.equal(all.nodes.every((node) => node.buckets.demo.oldest_wanted_seconds === null), true);
  // Once more moves nothing.
  await order('rebalance');
  assert.equal((await finished('rebalance')).job.moving, 0);
});

test('a scrub finds a flipped byte and a missing copy, and has them made anew', async () => {
  const all = await rows();
  const on = (name, not = []) => [...all].find(([key, row]) => nodesOf(row).includes(name) && !not.includes(key) && key !== 'set/long.bin' && row.length > 0);
  const [flipped, flippedRow] = on('c');
  const [removed, removedRow] = on('a', [flipped]);
  const long = all.get('set/long.bin');
  const [cut, cutRow] = on('b', [flipped, removed]);
  await it.nodes.c.corrupt(`demo/${flippedRow.version}`);
  await it.nodes.a.remove(`demo/${removedRow.version}`);
  await it.nodes[nodesOf(long)[0]].corrupt(`demo/${long.version}`, 5 << 20);
  await it.nodes.b.write(`demo/${cutRow.version}`, Buffer.from('cut'));
  assert.equal((await order('scrub', 'demo', asDemo)).status, 200);
  const { job } = await finished('scrub');
  const copies = 2 * all.size;
  assert.deepEqual([job.done, job.good, job.wrong, job.missing, job.unreachable, job.lost], [all.size, copies - 4, 3, 1, 0, 0], cut);
  await atHome(['a', 'b', 'c']);
  await order('scrub');
  assert.deepEqual((await finished('scrub')).job.good, copies);
});

test('one job at a time, which ends when it is told to and goes on after a restart', async () => {
  const slow = [{ binding: 'NODE_A', method: 'get', mode: 'delay', delay: 150, side: 'ledger' }];
  await it.fault(slow);
  assert.equal((await order('scrub')).json.buckets.demo.jobs.find((job) => job.kind === 'scrub').state, 'running');
  const other = await order('rebalance');
  assert.deepEqual([other.status, other.error], [409, 'conflict'], other.text);
  const ended = await order('stop');
  const job = ended.json.buckets.demo.jobs.find((job) => job.kind === 'scrub');
  assert.ok(job.state === 'stopped' && job.done < stored.size && job.ended !== null, ended.text);
  await pause(1_000);
  assert.equal((await nodes({ bucket: 'demo' })).json.buckets.demo.jobs.find((job) => job.kind === 'scrub').done, job.done);

  await order('scrub');
  for (let done = 0; done < 5; ) {
    done = (await nodes({ bucket: 'demo' })).json.buckets.demo.jobs.find((job) => job.kind === 'scrub').done;
    await pause(50);
  }
  await it.restart();
  // Each object is counted once, whatever ended the alarm.
  const whole = (await finished('scrub')).job;
  assert.deepEqual([whole.done, whole.good, whole.wrong + whole.missing + whole.unreachable + whole.lost], [stored.size, 2 * stored.size, 0]);
});

test('F37: repairs and alarms that come three times, shuffled and late, change nothing but what is broken', async () => {
  const all = [...(await rows()).values()].slice(0, 20);
  for (const row of all.slice(0, 10)) await it.nodes[nodesOf(row)[0]].remove(`demo/${row.version}`);
  const calls = all.flatMap((row) => Array.from({ length: 3 }, () => ({ do: 'repair', version: row.version, nodes: [nodesOf(row)[0], 'zed'] })));
  const seed = randomBytes(4).readUInt32LE();
  const shuffled = calls.map((call, i) => [createHash('md5').update(`${seed} ${i}`).digest('hex'), call]).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, call]) => call);
  for (const [i, call] of shuffled.entries()) {
    await it.deed('ledger', { bucket: 'demo', call });
    if (i % 15 === 7) await it.deed('alarm', { bucket: 'demo', times: 3 });
    if (i === 30) await it.restart();
  }
  await order('rebalance');
  await it.deed('alarm', { bucket: 'demo', times: 3 });
  const { job } = await finished('rebalance');
  assert.equal(job.done, stored.size, `seed ${seed}`);
  for (let i = 0; i < 3; i++) await it.deed('alarm', { bucket: 'demo', times: 3 });
  for (const [key, row] of await rows()) assert.equal(new Set(nodesOf(row)).size, nodesOf(row).length, `${key}, seed ${seed}`);
  await atHome(['a', 'b', 'c']);
});

const tableOf = (name, more) => ({
  [`LIMN_NODE_${name.toUpperCase()}`]: { name, kind: 's3', endpoint: it.nodes[name].proxy.url, bucket: it.nodes[name].bucket, region: 'us-east-1', place: placeOf(name), ...more },
});

test('a node that drains gives up all that it holds, and is not missed', async () => {
  await it.restart(tableOf('b', { drain: true }));
  const before = await nodes();
  assert.deepEqual([of(before.json, 'b').drain, of(before.json, 'b').drained], [true, false]);
  await order('rebalance');
  await finished('rebalance');
  await atHome(['a', 'c']);
  const told = of((await nodes()).json, 'b');
  assert.deepEqual([told.buckets.demo.objects, told.buckets.demo.wanted, told.drained], [0, 0, true]);
  await it.nodes.b.kill();
  await readable([...stored.keys()], 'b');
  await put('set/later.bin', randomBytes(500));
  await order('scrub');
  const { job } = await finished('scrub');
  assert.deepEqual([job.done, job.unreachable, job.lost], [stored.size, 0, 0]);
});

test('a node that is gone from the settings is forgotten once the homes hold copies, and never the last one', async () => {
  await it.restart(demo({ nodes: ['a', 'b', 'c'], placement: [{ prefix: 'only-c/', nodes: ['c'] }] }));
  await put('only-c/1.bin', randomBytes(700));
  assert.deepEqual(nodesOf((await rows(['only-c/1.bin'])).get('only-c/1.bin')), ['c']);
  const without = Object.fromEntries(['DEMO', 'VAULT', 'CLUB'].map((name) => [`LIMN_BUCKET_${name}`, { ...settings().vars[`LIMN_BUCKET_${name}`], nodes: ['a'] }]));
  await it.restart({ ...without, LIMN_NODE_B: null, LIMN_NODE_C: null, LIMN_CREDENTIALS_B: null, LIMN_CREDENTIALS_C: null });
  await order('rebalance');
  const { all } = await finished('rebalance', { wanted: 1 });
  const c = of(all, 'c');
  assert.deepEqual([c.kind, c.buckets.demo.objects, c.drained], [null, 1, false]);
  for (const [key, row] of await rows()) assert.deepEqual(nodesOf(row), [key === 'only-c/1.bin' ? 'c' : 'a'], key);
  assert.equal((await get('only-c/1.bin')).status, 503);
  await readable([...stored.keys()].filter((key) => key !== 'only-c/1.bin'));
  await it.nodes.b.restart();
  const back = (name) => ({ [`LIMN_CREDENTIALS_${name.toUpperCase()}`]: JSON.stringify({ node: name, id: it.nodes[name].id, secret: it.nodes[name].secret }) });
  await it.restart({ ...demo({ nodes: ['a', 'b', 'c'] }), ...tableOf('b'), ...tableOf('c'), ...back('b'), ...back('c') });
  await readable(['only-c/1.bin']);
  await order('rebalance');
  await finished('rebalance');
  await atHome(['a', 'b', 'c']);
});

/** All pages of an import; `between(page)` after each. */
async function imported(query, { body = '', between = async () => {} } = {}) {
  const sum = { imported: 0, skipped: 0, failed: [], pages: 0 };
  for (let after = ''; after !== null; ) {
    const { status, json, text } = await post('/-/import/demo', body, after ? { ...query, after } : query);
    assert.equal(status, 200, text);
    sum.imported += json.imported;
    sum.skipped += json.skipped;
    sum.failed.push(...json.failed.map(({ key, code }) => `${key} ${code}`));
    sum.pages++;
    after = json.next;
    await between(sum.pages);
  }
  return sum;
}

test('keys of an R2 prefix and of an S3 node become objects, each once, however often it is begun', async () => {
  const c = it.nodes.c;
  const attic = { LIMN_NODE_ATTIC: { name: 'attic', kind: 's3', endpoint: c.proxy.url, bucket: c.bucket, managed: false, prefix: 'attic/' } };
  await it.restart({ ...attic, LIMN_CREDENTIALS_ATTIC: JSON.stringify({ node: 'attic', id: c.id, secret: c.secret }) });
  for (const [from, write] of [
    ['old', (key, bytes) => it.nodes.a.write(`old/${key}`, bytes)],
    ['attic', async (key, bytes) => assert.equal((await c.ask('PUT', `attic/${key}`, { body: bytes })).status, 200)],
  ]) {
    const bytes = new Map(Array.from({ length: 11 }, (_, i) => [`${from}-in/${i}.bin`, randomBytes(900 + i)]));
    // The S3 server here says that it escapes keys in lists, and does not.
    bytes.set(from === 'old' ? 'old-in/a b+c/图.bin' : 'attic-in/a b/图.bin', randomBytes(20)).set(`${from}-in/photo.jpg`, photo).set(`${from}-in/long.bin`, randomBytes(9 << 20));
    for (const [key, body] of bytes) await write(key, body);
    await write(`${from}-in/not.jpg`, Buffer.from('no picture'));
    await write('other/not-meant.bin', Buffer.from('x'));
    const query = { from, prefix: `${from}-in/`, max: '4' };
    const first = await imported(query, { between: async (page) => page === 2 && it.restart() });
    assert.deepEqual([first.imported, first.skipped, first.failed, first.pages], [bytes.size, 0, [`${from}-in/not.jpg upload_not_an_image`], 4], from);
    const again = await imported(query);
    assert.deepEqual([again.imported, again.skipped, again.failed.length], [0, bytes.size, 1]);
    for (const [key, body] of bytes) {
      const got = await get(key);
      assert.ok(got.status === 200 && got.bytes.equals(body), key);
    }
    assert.equal((await get(`${from}-in/photo.jpg`)).type, 'image/jpeg');
    assert.equal((await get('other/not-meant.bin')).status, 404);

    // Another object of the same name stays, unless it is to go.
    const [key] = bytes.keys();
    const other = randomBytes(900);
    await put(key, other);
    const kept = await imported({ ...query, max: '1000' });
    assert.deepEqual([kept.imported, kept.failed.includes(`${key} object_exists`)], [0, true]);
    assert.ok((await get(key)).bytes.equals(other));
    assert.equal((await imported({ ...query, overwrite: '1' })).imported, 1);
    assert.ok((await get(key)).bytes.equals(bytes.get(key)));
    // Where ETags tell nothing, the bytes are compared.
    const blind = await imported({ ...query, etags: 'opaque', overwrite: '1' });
    assert.deepEqual([blind.imported, blind.skipped], [0, bytes.size]);
    stored.delete(key);
  }
  const listed = (await it.deed('ledger', { bucket: 'demo', call: { do: 'sum' } })).objects;
  assert.equal(listed, stored.size + 28);
});

const cli = async (args, more = {}) => {
  const env = { ...process.env, LIMN_ENDPOINT: it.base, LIMN_KEY: 'limn-dev', LIMN_SECRET: 'limn-dev-secret', ...more };
  const command = await (cli.path ??= builtCli());
  return new Promise((resolve) => execFile(command, args, { env }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr })));
};

test('the commands of the manual do what it says', async () => {
  await it.nodes.a.write('old/2019/one.bin', Buffer.from('one'));
  await it.nodes.a.write('old/2019/two.bin', Buffer.from('two'));
  const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const section = page.split(/^## /m).find((part) => part.startsWith('Nodes\n'));
  const commands = [...section.matchAll(/^limn (.*?)(?: +#.*)?$/gm)].map(([, line]) => line.split(/\s+/));
  assert.ok(commands.length >= 5, 'the section Nodes has commands');
  for (const args of commands) {
    const { code, stdout, stderr } = await cli(args);
    assert.equal(code, 0, `limn ${args.join(' ')}: ${stdout}${stderr}`);
    assert.ok(stdout.trim().length > 0, args.join(' '));
  }
  assert.ok((await get('2019/one.bin')).bytes.equals(Buffer.from('one')));

  const table = await cli(['nodes', '--bucket', 'demo']);
  assert.match(table.stdout, /^a +r2 +1\.0 up +demo +\d+ +0 +- +\d+$/m);
  assert.match(table.stdout, /^demo: scrub done: /m);
  const json = JSON.parse((await cli(['nodes', '--json'])).stdout);
  assert.equal(json.complete, true);
  const again = JSON.parse((await cli(['import', '--bucket', 'demo', '--from', 'old', '--prefix', '2019/', '--json'])).stdout);
  assert.deepEqual([again.imported, again.skipped, again.failed], [0, 2, []]);
  for (const [args, env, word] of [
    [['nodes'], { LIMN_SECRET: 'wrong-secret' }, /bad_signature/],
    [['nodes', 'scrub', '--bucket', 'nowhere'], {}, /no_such_bucket/],
    [['import', '--bucket', 'demo', '--from', 'a'], {}, /managed = false/],
  ]) {
    const { code, stderr } = await cli(args, env);
    assert.ok(code === 1 && word.test(stderr) && stderr.startsWith('limn: '), stderr);
  }
  assert.equal((await cli(['import', '--bucket', 'demo'])).code, 2);
});
