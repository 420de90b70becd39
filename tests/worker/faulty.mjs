// The Worker between bindings that a test may break: POST /-test/{what} with JSON, answered here, never by Limn.
import { WorkerEntrypoint } from 'cloudflare:workers';
import Limn, { Ledger } from '../../src/edge/worker.mjs';

export { Ledger };

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const fails = (what) => {
  throw new Error(`${what}: We encountered an internal error. Please try again. (10001)`);
};

/** What breaks, and how: `what` as in `through`, `in` a part of the name, `times` it does before it is used up. */
let rules = [];
/** Every call that went through, and how it was broken. */
let log = [];

/** A delay below `most` that depends on nothing but a seed and a name, so that a race can be run again. */
function delayed(seed, name, most) {
  let hash = 2166136261 ^ seed;
  for (const char of name) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
  return ((hash ^ (hash >>> 15)) >>> 0) % most;
}

const ways = {
  /** Fails, and nothing is done. */
  before: (call, { what }) => fails(what),
  /** It is done, and the answer lost. */
  after: async (call, { what }) => (await call(), fails(what)),
  delay: async (call, { ms, seed, most, name }) => (await sleep(ms ?? delayed(seed, name, most)), call()),
  /** It is done at once, and the answer comes late. */
  late: async (call, { ms }) => {
    const answer = await call();
    await sleep(ms);
    return answer;
  },
  nothing: () => undefined,
  hang: () => new Promise(() => {}),
  /** Nothing is done, and that is what is said, as where a condition does not hold. */
  none: () => null,
  /** A response whose body somebody else reads already: a JavaScript error is thrown through the module. */
  throw: async (call) => {
    const response = await call();
    response.body.getReader();
    return response;
  },
  /** A response whose body is none: the module panics, which is a trap. */
  trap: async (call) => Object.defineProperty(await call(), 'body', { value: {} }),
};

async function through(what, name, call) {
  const rule = rules.find((rule) => rule.what === what && name.includes(rule.in ?? '') && rule.times !== 0);
  const entry = { what, name, how: rule?.how ?? '', begun: Date.now() };
  log.push(entry);
  if (!rule) return call();
  if (rule.times) rule.times--;
  try {
    return await ways[rule.how](call, { ...rule, name });
  } finally {
    entry.ended = Date.now();
  }
}

const around = (target, methods) =>
  new Proxy(target, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function' || name === 'constructor') return value;
      return (...args) => (methods[name] ? methods[name](...args) : value.apply(target, args));
    },
  });

const derived = (bucket) => {
  const names = ['put', 'get', 'delete'].map((name) => [name, (...args) => through(`derived.${name}`, String(args[0]), () => bucket[name](...args))]);
  return around(bucket, Object.fromEntries(names));
};

/** Calls of the ledger go by `ledger.{call}`. */
const ledger = (space) =>
  around(space, {
    getByName: (bucket) => {
      const stub = space.getByName(bucket);
      const fetch = async (request) => through(`ledger.${(await request.clone().json()).do}`, bucket, () => stub.fetch(request));
      return around(stub, { fetch });
    },
  });

/** What the ledger does behind answers is broken too, whose bindings nobody wraps: its lists go by `derived.list`. */
let list;
function wrapList(bucket) {
  if (list) return;
  const prototype = Object.getPrototypeOf(bucket);
  list = prototype.list;
  prototype.list = function (options) {
    return through('derived.list', options?.prefix ?? '', () => list.call(this, options));
  };
}

const kept = [];
const { put, match } = Cache.prototype;
const urlOf = (key) => (typeof key === 'string' ? key : key.url);
Cache.prototype.put = function (key, response) {
  const url = urlOf(key);
  if (url.includes('/__c/')) kept.push(url);
  return through('cache.put', url, () => put.call(this, key, response));
};
Cache.prototype.match = function (key, options) {
  return through('cache.match', urlOf(key), () => match.call(this, key, options));
};
const fetch = globalThis.fetch;
globalThis.fetch = (request, init) => through('fetch', urlOf(request), () => fetch(request, init));

const flipped = async (body, at) => {
  const bytes = new Uint8Array(await new Response(body).arrayBuffer());
  bytes[at ?? bytes.length >> 1] ^= 1;
  return bytes;
};

const count = (name) => log.filter(({ what }) => what === `derived.${name}`).length;
const deeds = {
  /** The rules from now on, in place of those before. */
  rules: (env, all) => void (rules = all),
  fail: (env, names) => void (rules = names.map((name) => ({ what: `derived.${name}`, how: 'before' }))),
  calls: () => ({ put: count('put'), get: count('get'), delete: count('delete') }),
  /** What went through since it was asked last. */
  log: () => log.splice(0),
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
