// What tests of faults share: a Worker between bindings that break, a web server that misbehaves, seeds.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { signed } from '../../scripts/limn/sign.mjs';
import { limn } from './limn.mjs';

/** How often something is repeated: so many times under `scripts/test --full`, else a tenth, ten at least. */
export const times = (full) => (process.env.LIMN_TEST_FULL ? full : Math.min(full, Math.max(10, Math.round(full / 10))));
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
/** A signed target that outlives its test. */
export const granted = (method, path, query = {}) => signed(method, path, { ...query, exp: String(Math.floor(Date.now() / 1000) + 3_600) });

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** What is done behind an answer needs a moment. */
export async function eventually(what, say) {
  for (let i = 0; i < 100; i++) {
    const found = await what();
    if (found) return found;
    await pause(50);
  }
  assert.fail(say);
}

/** Runs `work` on each of `list`, so many at a time. */
export async function each(list, atOnce, work) {
  const all = [...list.entries()];
  const lane = async () => {
    for (let next = all.shift(); next; next = all.shift()) await work(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

/** A web server; `answer(path, request, response)` may write to `response.socket` what is no HTTP. */
export async function serve(answer) {
  const server = http.createServer((request, response) => answer(decodeURIComponent(request.url.slice(1)), request, response));
  const listen = async (port) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address();
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${port}`, close, reopen: () => listen(port) };
}

/** Tells the calls of a binding's method from others. */
export const called = (binding, method) => (call) => call.binding === binding && call.method === method;

/** Limn in `faulty.mjs`, undamped. */
export async function rig(vars) {
  const it = await limn(vars, { entry: 'faulty.mjs', ratelimits: [] });
  const ask = async (target, { host = `127.0.0.1:${it.port}`, ...options } = {}) => {
    const answer = await fetch(`http://${host}${target}`, { redirect: 'manual', ...options });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const header = (name) => answer.headers.get(name) ?? '';
    return { status: answer.status, told: header('cache-status'), error: header('x-limn-error'), policy: header('cache-control'), etag: header('etag'), type: header('content-type'), bytes };
  };
  const fine = async (target, told, options) => {
    const answer = await ask(target, options);
    assert.equal(answer.status, 200, `${target}: ${answer.bytes.toString('latin1', 0, 300)}`);
    if (told) assert.match(answer.told, told, target);
    return answer;
  };
  const deed = async (name, wish = null) => (await fetch(`${it.base}/-test/${name}`, { method: 'POST', body: JSON.stringify(wish) })).json();
  const purge = (what) => {
    const body = JSON.stringify(what);
    return ask(granted('POST', '/-/purge', { sha256: sha256(body) }), { method: 'POST', body });
  };
  const put = async (path, body) => {
    const answer = await ask(granted('PUT', path), { method: 'PUT', body });
    assert.equal(answer.status, 200, answer.bytes.toString());
  };
  /** Breaks what `rules` say while `work` is done; gives what was called meanwhile. */
  const broken = async (rules, work) => {
    await deed('calls');
    await deed('fault', rules);
    try {
      await work();
    } finally {
      await deed('fault', []);
    }
    return deed('calls');
  };
  return { ...it, ask, fine, purge, put, deed, broken, elsewhere: `localhost:${it.port}` };
}
