// The Worker of faulty-nodes.mjs, which may lie: POST /-test/lie with the name of a lie, or null. Each lie is what Limn would do if one of its
// rules were left out, so that a run over it shows whether the checker would see it.
import { WorkerEntrypoint } from 'cloudflare:workers';
import Faulty, { Ledger as Inner } from '../faulty-nodes.mjs';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let lie = null;

const around = (target, methods) =>
  new Proxy(target, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function' || name === 'constructor') return value;
      return Object.hasOwn(methods, name) ? methods[name] : value.bind(target);
    },
  });

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const digest = crypto.subtle.digest.bind(crypto.subtle);
/** Digests of bytes that were changed on their way, and what they were before. */
const changed = new Map();
Object.defineProperty(crypto.subtle, 'digest', {
  configurable: true,
  value: async (algorithm, bytes) => {
    const own = await digest(algorithm, bytes);
    return (lie === 'unverified' && changed.get(hex(own))) || own;
  },
});

const bucket = (target) =>
  around(target, {
    put: async (key, body, ...rest) => {
      if (lie !== 'no-quorum') return target.put(key, body, ...rest);
      if (body?.getReader) await new Response(body).arrayBuffer();
      return null;
    },
    get: async (key, ...rest) => {
      const object = await target.get(key, ...rest);
      if (lie !== 'unverified' || !object || rest[0]?.range) return object;
      const bytes = new Uint8Array(await object.arrayBuffer());
      const before = await digest('SHA-256', bytes);
      bytes[bytes.length >> 1] ^= 1;
      changed.set(hex(await digest('SHA-256', bytes)), before);
      const { body } = new Response(bytes);
      return new Proxy(object, {
        get(object, name) {
          if (name === 'body') return body;
          if (name === 'bodyUsed') return false;
          const value = Reflect.get(object, name, object);
          return typeof value === 'function' && name !== 'constructor' ? value.bind(object) : value;
        },
      });
    },
  });

const ok = () => new Response(null, { status: 200 });
/** What a ledger is told in place of what it was asked. */
const ledgers = {
  async 'lost-commit'(call, ask) {
    return call.do === 'commit' ? ok() : ask(call);
  },
  async unconditional(call, ask) {
    return ask(call.only_if ? { ...call, only_if: {} } : call);
  },
  /** An earlier version takes the place of a later one: the row goes first. */
  async unordered(call, ask) {
    if (call.do !== 'commit') return ask(call);
    await sleep(Math.random() * 150);
    const answer = await ask(call);
    if (answer.status !== 409 || !/later upload/.test(await answer.clone().text())) return answer;
    await ask({ do: 'delete', keys: [call.key], only_if: {} });
    return ask(call);
  },
};
const stub = (target) =>
  around(target, {
    fetch: async (request) => {
      if (!Object.hasOwn(ledgers, lie ?? '')) return target.fetch(request);
      const ask = (call) => target.fetch(new Request(request.url, { method: 'POST', body: JSON.stringify(call) }));
      return ledgers[lie](await request.json(), ask);
    },
  });
const space = (target) => around(target, { get: (id) => stub(target.get(id)), getByName: (name) => stub(target.getByName(name)) });
const lying = (env) => ({ ...env, NODE_A: bucket(env.NODE_A), LEDGER: space(env.LEDGER) });

/** The generation stands between bucket and digest in the URL under which a data centre keeps an image. */
const without = (url) => (lie === 'no-generation' ? String(url.url ?? url).replace(/(\/__c\/\d+\/[^/]+\/)\d+\//, '$10/') : url);
const shared = caches.default;
const { match, put } = shared;
const cache = { match: (url, ...rest) => match.call(shared, without(url), ...rest), put: (url, ...rest) => put.call(shared, without(url), ...rest) };
for (const [name, value] of Object.entries(cache)) Object.defineProperty(shared, name, { configurable: true, value });

/** Answers of a moment ago, by target. */
const kept = new Map();
const answers = {
  async absent(request, answer) {
    return answer.status >= 500 && request.method !== 'PUT' ? new Response('{"code":"no_such_key"}', { status: 404, headers: { 'x-limn-error': 'no_such_key' } }) : answer;
  },
  async stale(request, answer) {
    if (request.method !== 'GET' || answer.status !== 200 || new URL(request.url).search) return answer;
    const before = kept.get(request.url);
    if (before && Date.now() - before.at < 2_000) return new Response(before.body, { headers: before.headers });
    const [body, headers] = [await answer.arrayBuffer(), [...answer.headers]];
    kept.set(request.url, { at: Date.now(), body, headers });
    return new Response(body, { headers });
  },
};

export const Ledger = new Proxy(Inner, {
  construct: (inner, [state, env], target) => Reflect.construct(inner, [state, lying(env)], target),
});

export default class extends WorkerEntrypoint {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === '/-test/lie') return (lie = await request.json()), Response.json(null);
    if (pathname === '/-test/rows') {
      // What the ledger says of some keys of a bucket.
      const { bucket, keys } = await request.json();
      return this.env.LEDGER.getByName(bucket).fetch('https://ledger.limn.internal/', { method: 'POST', body: JSON.stringify({ do: 'look', keys }) });
    }
    // The test itself is told the truth.
    if (pathname.startsWith('/-test/')) return new Faulty(this.ctx, this.env).fetch(request);
    const { method, url } = request;
    const answer = await new Faulty(this.ctx, lying(this.env)).fetch(request);
    return answers[lie] ? answers[lie]({ method, url }, answer) : answer;
  }
}
