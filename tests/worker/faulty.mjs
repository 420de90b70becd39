// The Worker between caches that a test may break: POST /-test/{what} with JSON, answered here, never by Limn.
import { WorkerEntrypoint } from 'cloudflare:workers';
import Limn, { Ledger } from '../../src/edge/worker.mjs';

export { Ledger };

const calls = { put: 0, get: 0, delete: 0 };
let failing = [];
const kept = [];
const put = Cache.prototype.put;
Cache.prototype.put = function (key, response) {
  const url = typeof key === 'string' ? key : key.url;
  if (url.includes('/__c/')) kept.push(url);
  return put.call(this, key, response);
};

const faulty = (bucket) =>
  new Proxy(bucket, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function' || name === 'constructor') return value;
      return (...args) => {
        if (name in calls) calls[name]++;
        if (failing.includes(name)) throw new Error(`${name}: We encountered an internal error. Please try again. (10001)`);
        return value.apply(target, args);
      };
    },
  });

const flipped = async (body) => {
  const bytes = new Uint8Array(await new Response(body).arrayBuffer());
  bytes[bytes.length >> 1] ^= 1;
  return bytes;
};

const deeds = {
  fail: (env, names) => (failing = names),
  calls: () => ({ ...calls }),
  kept: () => kept,
  /** Replaces what L1 holds: `flip` a byte, `cut` the end, or other `headers`. */
  async spoil(env, { url, flip, cut, headers = {} }) {
    const old = await caches.default.match(url);
    let bytes = flip ? await flipped(old.body) : new Uint8Array(await old.arrayBuffer());
    if (cut) bytes = bytes.slice(0, -cut);
    const all = new Headers(old.headers);
    for (const [name, value] of Object.entries(headers)) value === null ? all.delete(name) : all.set(name, value);
    await put.call(caches.default, url, new Response(bytes, { headers: all }));
    return bytes.length;
  },
  forget: (env, url) => caches.default.delete(url),
  stored: async (env) => (await env.DERIVED.list({ include: ['customMetadata'] })).objects.map(({ key, size, customMetadata }) => ({ key, size, customMetadata })),
  async corrupt(env, { key, metadata }) {
    const old = await env.DERIVED.get(key);
    await env.DERIVED.put(key, metadata ? old.body : await flipped(old.body), { customMetadata: { ...old.customMetadata, ...metadata } });
  },
};

export default class extends WorkerEntrypoint {
  async fetch(request) {
    const deed = new URL(request.url).pathname.match(/^\/-test\/(\w+)$/)?.[1];
    if (deed) return Response.json((await deeds[deed](this.env, await request.json())) ?? null);
    return new Limn(this.ctx, { ...this.env, DERIVED: faulty(this.env.DERIVED) }).fetch(request);
  }
}
