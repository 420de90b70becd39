// A store over several nodes for fault runs: what was acknowledged is written down, and every answer is held against it.
import assert from 'node:assert/strict';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import sharp from 'sharp';
import { random } from '../../scripts/demo/random.mjs';
import { signed } from '../../scripts/limn/sign.mjs';
import { cluster } from './cluster.mjs';

/** Near node a, near node b, near node c. */
export const places = { a: '50,9', b: '35,140', c: '39,-77' };
export const full = Boolean(process.env.LIMN_TEST_FULL);
/** How often: the table's number in a full run, otherwise a tenth of it, at least ten. */
export const times = (table) => (full ? table : Math.max(10, Math.ceil(table / 10)));
/** What every message of a failed assertion begins with, so that a run can be repeated. */
export const seed = Number(process.env.LIMN_TEST_SEED ?? 1);

export const range = (count) => Array.from({ length: count }, (_, i) => i);

/** Bytes that a seed decides. */
export function bytes(seed, length) {
  const out = Buffer.alloc(length);
  const next = random(seed);
  for (let at = 0; at < length; at += 4) out.writeUInt32LE((next() * 2 ** 32) >>> 0, Math.min(at, Math.max(0, length - 4)));
  // No image begins so: what looks like one is held to be one.
  out[0] = 1;
  return out;
}

/** A picture that a seed decides, of some kilobytes; `raw`: of as many bytes as it has pixels, three each. */
export function picture(seed, { width = 96, height = 72, raw = false } = {}) {
  const made = sharp(bytes(seed, width * height * 3), { raw: { width, height, channels: 3 } });
  return (raw ? made.png({ compressionLevel: 0 }) : made.jpeg({ quality: 85 })).toBuffer();
}

/** Does something with each, so many at a time. */
export async function each(all, atOnce, work) {
  const queue = [...all].entries();
  await Promise.all(range(atOnce).map(async () => {
    for (const [i, one] of queue) await work(one, i);
  }));
}

export async function eventually(what, say, seconds = 20) {
  for (const end = Date.now() + seconds * 1_000; ; await pause(50)) {
    const last = await what();
    if (last) return last;
    if (Date.now() > end) assert.fail(`seed ${seed}: ${typeof say === 'function' ? await say() : say}`);
  }
}

const exp = () => String(Math.floor(Date.now() / 1000) + 600);
const unescaped = (text) => text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" })[name]);

/**
 * Limn over R2 (`a`) and two S3 servers. Keys are of the bucket demo.
 * Of each key it is known what a reader may see: what was acknowledged last, and whatever came after it that was not refused for good.
 */
export async function store(options) {
  const it = await cluster(options);
  const { nodes } = it;
  /** Key to bodies; null is none. */
  const model = new Map();
  const may = (key) => model.get(key) ?? [null];
  const versions = new Map();

  /** Any request. What is not a success says why (I9), and no cache keeps it. */
  async function ask(method, target, { from = 'a', headers = {}, body, signal } = {}) {
    const begun = performance.now();
    const answer = await fetch(it.base + target, { method, body, signal, headers: { ...(from && { 'x-limn-place': places[from] ?? from }), ...headers } });
    const error = answer.headers.get('x-limn-error');
    if (answer.status >= 300 && answer.status !== 304) {
      assert.match(error ?? '', /^[a-z_]+$/, `seed ${seed}: ${method} ${target}: ${answer.status} without x-limn-error`);
      assert.match(answer.headers.get('cache-control') ?? '', /no-store/, `seed ${seed}: ${method} ${target}: ${answer.status} may be kept`);
    }
    let got = null;
    try {
      got = Buffer.from(await answer.arrayBuffer());
    } catch {
      // It broke off; that is known to the client too.
    }
    return { status: got ? answer.status : 0, headers: answer.headers, error, bytes: got, ms: performance.now() - begun };
  }

  /** Writes; what no answer settles stays possible. */
  async function write(method, key, body, { type, ...more } = {}) {
    const before = may(key);
    model.set(key, [...before, body]);
    const headers = type ? { 'content-type': type, ...more.headers } : more.headers;
    const answer = await ask(method, signed(method, `/demo/${key}`, { exp: exp() }), { ...more, headers, body: body ?? undefined });
    const version = answer.headers.get('x-limn-version');
    if (answer.status >= 200 && answer.status < 300) {
      model.set(key, [body]);
      versions.set(key, version);
    } else if (answer.status < 500 && answer.status > 0) model.set(key, before);
    return Object.assign(answer, { version, etag: answer.headers.get('etag'), text: answer.bytes?.toString() });
  }
  const put = (key, body, options) => write('PUT', key, body, options);
  const remove = (key, options) => write('DELETE', key, null, options);

  /** Reads an object as it is: whole and of that key, or refused; absent only if it may be (I2, I3, I7). */
  async function get(key, options) {
    const expected = may(key);
    const answer = await ask('GET', `/demo/${key}`, options);
    const { status, bytes: got } = answer;
    if (status === 200) assert.ok(expected.some((body) => body?.equals(got)), `seed ${seed}: ${key}: 200 with ${got.length} other bytes`);
    else if (status === 404) assert.ok(expected.includes(null), `seed ${seed}: ${key} is told to be absent`);
    else assert.ok([0, 502, 503, 504].includes(status), `seed ${seed}: ${key}: ${status} ${answer.error}`);
    return answer;
  }

  /** As `get`, and it must be there. */
  async function there(key, options) {
    const answer = await get(key, options);
    assert.equal(answer.status, 200, `seed ${seed}: ${key} from ${options?.from ?? 'a'}: ${answer.status} ${answer.error}`);
    return answer;
  }

  const blobOf = (key) => `demo/${versions.get(key)}`;
  /** Names of the nodes that hold a blob with these bytes. */
  async function holders(blob, body) {
    const found = await Promise.all(Object.entries(nodes).map(async ([name, node]) => {
      const held = await node.read(blob);
      return held && (!body || held.equals(body)) ? name : '';
    }));
    return found.join('');
  }
  /** Waits until every node holds what was acknowledged under these keys. */
  const settled = (keys) => each(keys, 4, (key) => {
    const [body] = may(key);
    return eventually(async () => (await holders(blobOf(key), body)) === 'abc', async () => `${key} lies on ${await holders(blobOf(key), body)}`, 40);
  });

  /** Keys and sizes under a prefix, as Limn lists them. */
  async function list(prefix) {
    const all = [];
    for (let token, more = true; more; ) {
      const query = new URLSearchParams({ 'list-type': '2', prefix, ...(token && { 'continuation-token': token }) });
      const { status, bytes: xml } = await ask('GET', `/demo?${query}`);
      assert.equal(status, 200);
      for (const [, entry] of xml.toString().matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
        all.push({ key: unescaped(/<Key>(.*?)<\/Key>/s.exec(entry)[1]), size: Number(/<Size>(\d+)/.exec(entry)[1]) });
      }
      token = /<NextContinuationToken>(.*?)</.exec(xml)?.[1];
      more = Boolean(token);
    }
    return all;
  }

  const keysOf = (prefix) => [...model.keys()].filter((key) => key.startsWith(prefix));

  /** A node does not answer reads any more. */
  async function silence(name, match = '') {
    if (name === 'a') await it.fault({ binding: 'NODE_A', method: 'get', mode: 'before', match });
    else nodes[name].proxy.set({ kind: 'refuse', match: new RegExp(`^GET .*${match}`) });
  }
  async function heal() {
    await it.fault([]);
    for (const node of Object.values(nodes)) node.proxy?.set();
  }
  const breakers = async () => Object.fromEntries((await (await fetch(`${it.base}/-/health`)).json()).nodes.map(({ name, breaker }) => [name, breaker]));

  /** All faults end, and what Limn remembers of them: a node that is the only one to answer is asked, whatever its breaker says. */
  async function calm() {
    const probe = 'kit/probe';
    await heal();
    if (!model.has(probe)) await put(probe, bytes(7, 64));
    await settled([probe]);
    await eventually(async () => {
      for (const [name, state] of Object.entries(await breakers())) {
        if (state === 'closed' || !nodes[name]) continue;
        for (const other of Object.keys(nodes)) if (other !== name) await silence(other, blobOf(probe));
        await get(probe, { from: name });
        await heal();
      }
      for (const name of Object.keys(nodes)) await get(probe, { from: name });
      return Object.values(await breakers()).every((state) => state === 'closed');
    }, async () => `breakers stay ${JSON.stringify(await breakers())}`, 40);
  }

  /** What holds after every fault run, of all keys under a prefix. */
  async function invariants(prefix) {
    await calm();
    const keys = keysOf(prefix);
    // What was in doubt is one of both for good now.
    for (const key of keys.filter((key) => may(key).length > 1)) {
      const { status, bytes: got } = await get(key);
      assert.ok(status === 200 || status === 404, `seed ${seed}: ${key}: ${status}`);
      model.set(key, [status === 200 ? got : null]);
    }
    const live = keys.filter((key) => may(key)[0]);
    assert.ok(live.length > 0, `nothing was acknowledged under ${prefix}`);
    // I4: what is counted is what was acknowledged.
    const listed = await list(prefix);
    assert.deepEqual(listed.map(({ key }) => key), [...live].sort(), `seed ${seed}: names under ${prefix}`);
    const sum = (sizes) => sizes.reduce((a, b) => a + b, 0);
    assert.equal(sum(listed.map(({ size }) => size)), sum(live.map((key) => may(key)[0].length)), `seed ${seed}: bytes under ${prefix}`);
    // I1: with any one node down.
    for (const name of Object.keys(nodes)) {
      await it.calls();
      nodes[name].proxy?.forget();
      await silence(name);
      await each(live, 8, (key) => there(key, { from: name }));
      const refused = name === 'a' ? (await it.calls()).filter(({ mode }) => mode === 'before').length : nodes[name].proxy.count(/GET/, 'refuse');
      assert.ok(refused > 0, `node ${name} was to refuse`);
      await heal();
    }
    await calm();
  }

  return { ...it, ask, put, remove, get, there, list, may, model, versions, blobOf, holders, settled, keysOf, silence, heal, breakers, calm, invariants };
}

/** Sends a part of an upload, as far as `cut`, and breaks off; resolves when the connection is gone. */
export function brokenUpload(port, key, body, cut, { from = 'a', type = 'application/octet-stream' } = {}) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      const head = [`PUT ${signed('PUT', `/demo/${key}`, { exp: exp() })} HTTP/1.1`, `host: 127.0.0.1:${port}`, `content-length: ${body.length}`, `content-type: ${type}`, `x-limn-place: ${places[from]}`, 'connection: close'];
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      socket.write(body.subarray(0, cut), () => setTimeout(() => socket.resetAndDestroy(), 20));
    });
    socket.resume();
    socket.on('error', () => {});
    socket.on('close', resolve);
  });
}
