// The Worker between bindings that a test may break: POST /-test/{what} with JSON, answered here, never by Limn.
import { WorkerEntrypoint } from 'cloudflare:workers';
import Limn, { Ledger } from '../../src/edge/worker.mjs';
import { around, deeds as rules, through as breaks } from './breaking.mjs';

export { Ledger };

/** A call that fails is a promise that does: what the module imports of the runtime throws nothing at once. */
const through = async (...call) => breaks(...call);

const derived = (bucket) => {
  const names = ['put', 'get', 'delete'].map((name) => [name, (...args) => through('worker', 'DERIVED', name, String(args[0]), () => bucket[name](...args))]);
  return around(bucket, Object.fromEntries(names));
};

const ledger = (space) =>
  around(space, {
    getByName: (bucket) => {
      const stub = space.getByName(bucket);
      const fetch = async (request) => through('worker', 'LEDGER', 'fetch', `${(await request.clone().json()).do} ${bucket}`, () => stub.fetch(request));
      return around(stub, { fetch });
    },
  });

/** What the ledger does behind answers is broken too, whose bindings nobody wraps: its lists go by `DERIVED.list`. */
let list;
function wrapList(bucket) {
  if (list) return;
  const prototype = Object.getPrototypeOf(bucket);
  list = prototype.list;
  prototype.list = function (options) {
    return through('ledger', 'DERIVED', 'list', options?.prefix ?? '', () => list.call(this, options));
  };
}

const kept = [];
const { put, match } = Cache.prototype;
const urlOf = (key) => (typeof key === 'string' ? key : key.url);
Cache.prototype.put = function (key, response) {
  const url = urlOf(key);
  if (url.includes('/__c/')) kept.push(url);
  return through('worker', 'cache', 'put', url, () => put.call(this, key, response));
};
Cache.prototype.match = function (key, options) {
  return through('worker', 'cache', 'match', urlOf(key), () => match.call(this, key, options));
};
const fetch = globalThis.fetch;
globalThis.fetch = (request, init) => through('worker', 'global', 'fetch', urlOf(request), () => fetch(request, init));

const flipped = async (body, at) => {
  const bytes = new Uint8Array(await new Response(body).arrayBuffer());
  bytes[at ?? bytes.length >> 1] ^= 1;
  return bytes;
};

const deeds = {
  ...rules,
  kept: () => kept,
  /** Replaces what L1 holds: `flip` a byte, `cut` the end, another `body`, or other `headers`. */
  async spoil(env, { url, flip, cut, body, headers = {} }) {
    const old = await match.call(caches.default, url);
    let bytes = flip ? await flipped(old.body) : new Uint8Array(await old.arrayBuffer());
    if (cut) bytes = bytes.slice(0, -cut);
    if (body !== undefined) bytes = new TextEncoder().encode(body);
    const all = new Headers(old.headers);
    for (const [name, value] of Object.entries(headers)) value === null ? all.delete(name) : all.set(name, value);
    await put.call(caches.default, url, new Response(bytes, { headers: all }));
    return bytes.length;
  },
  forget: (env, url) => caches.default.delete(url),
  /** The digest of what L1 holds. */
  async peek(env, url) {
    const found = await match.call(caches.default, url);
    return found && [...new Uint8Array(await crypto.subtle.digest('SHA-256', await found.arrayBuffer()))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  },
  /** Which of these L1 holds. */
  async present(env, urls) {
    const found = await Promise.all(urls.map(async (url) => [url, await match.call(caches.default, url)]));
    for (const [, response] of found) await response?.body?.cancel();
    return found.filter(([, response]) => response).map(([url]) => url);
  },
  async stored(env, prefix) {
    const all = [];
    for (let cursor, page; !page || page.truncated; cursor = page.cursor) {
      page = await list.call(env.DERIVED, { include: ['customMetadata'], cursor, prefix: prefix ?? undefined });
      all.push(...page.objects.map(({ key, size, customMetadata }) => ({ key, size, customMetadata })));
    }
    return all;
  },
  /** Replaces what the store holds: a byte flipped `at` a place, the end `cut`, or other `metadata`. */
  async corrupt(env, { key, metadata, at, cut }) {
    const old = await env.DERIVED.get(key);
    let body = metadata ? await old.arrayBuffer() : cut ? (await old.arrayBuffer()).slice(0, -cut) : await flipped(old.body, at);
    const all = Object.entries({ ...old.customMetadata, ...metadata }).filter(([, value]) => value !== null);
    await env.DERIVED.put(key, body, { customMetadata: Object.fromEntries(all) });
  },
};

export default class extends WorkerEntrypoint {
  async fetch(request) {
    wrapList(this.env.DERIVED);
    const deed = new URL(request.url).pathname.match(/^\/-test\/(\w+)$/)?.[1];
    if (deed) return Response.json((await deeds[deed](this.env, await request.json())) ?? null);
    const env = { ...this.env, DERIVED: derived(this.env.DERIVED), LEDGER: ledger(this.env.LEDGER) };
    return new Limn(this.ctx, env).fetch(request);
  }
}
