// The Worker over a node and a ledger that a test may break and look into: POST /-test/{what} with JSON, answered here, never by Limn.
import { WorkerEntrypoint } from 'cloudflare:workers';
import Limn, { Ledger as Inner } from '../../src/edge/worker.mjs';
import { around, deeds as rules, through } from './breaking.mjs';

const bucket = (side, binding, target) => {
  const nameOf = (method, [first]) => (method === 'list' ? (first?.prefix ?? '') : [first].flat().join(' '));
  const method = (method) => [method, (...args) => through(side, binding, method, nameOf(method, args), () => target[method](...args))];
  return around(target, Object.fromEntries(['put', 'get', 'head', 'delete', 'list'].map(method)));
};

const ledger = (side, space) => {
  const stub = (name, target) =>
    around(target, {
      fetch: async (request) => through(side, 'LEDGER', 'fetch', `${(await request.clone().json()).do} ${name}`, () => target.fetch(request)),
    });
  return around(space, {
    idFromName: (name) => through(side, 'LEDGER', 'idFromName', name, () => space.idFromName(name)),
    get: (id) => through(side, 'LEDGER', 'get', id.name ?? String(id), () => stub(id.name ?? String(id), space.get(id))),
    getByName: (name) => through(side, 'LEDGER', 'getByName', name, () => stub(name, space.getByName(name))),
  });
};

const wrapped = (side, env) => ({ ...env, NODE_A: bucket(side, 'NODE_A', env.NODE_A), LEDGER: ledger(side, env.LEDGER) });

/** The ledger's alarm deletes and repairs blobs by its own bindings. */
export const Ledger = new Proxy(Inner, {
  construct(inner, [state, env], target) {
    const ledger = Reflect.construct(inner, [state, wrapped('ledger', env)], target);
    const fetch = ledger.fetch.bind(ledger);
    ledger.fetch = async (request) => {
      const times = new URL(request.url).pathname.match(/^\/-test\/alarm\/(\d+)$/)?.[1];
      if (!times) return fetch(request);
      await Promise.all(Array.from({ length: Number(times) }, () => ledger.alarm()));
      return Response.json(null);
    };
    return ledger;
  },
});

const base64 = (bytes) => {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
};
const bytesOf = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

/** What is done to a bucket of R2 behind Limn's back. */
const r2 = {
  async list(bucket, { prefix }) {
    const all = [];
    for (let cursor, page; !page || page.truncated; cursor = page.cursor) {
      page = await bucket.list({ prefix, cursor });
      all.push(...page.objects.map(({ key, size }) => ({ key, size })));
    }
    return all;
  },
  async get(bucket, { key }) {
    const object = await bucket.get(key);
    return object && base64(new Uint8Array(await object.arrayBuffer()));
  },
  put: async (bucket, { key, base64 }) => void (await bucket.put(key, bytesOf(base64))),
  delete: (bucket, { key }) => bucket.delete(key),
  async corrupt(bucket, { key, at }) {
    const object = await bucket.get(key);
    const bytes = new Uint8Array(await object.arrayBuffer());
    bytes[at ?? bytes.length >> 1] ^= 1;
    const { httpMetadata, customMetadata } = object;
    await bucket.put(key, bytes, { httpMetadata, customMetadata });
  },
};

const deeds = {
  ...rules,
  /** Asks a bucket's ledger, past Limn. */
  async ledger(env, { bucket, call }) {
    const answer = await env.LEDGER.getByName(bucket).fetch('https://ledger/', { method: 'POST', body: JSON.stringify(call) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text ? JSON.parse(text) : null;
  },
  /** Has a ledger's alarm come so many times at once. */
  alarm: async (env, { bucket, times }) => (await env.LEDGER.getByName(bucket).fetch(`https://ledger/-test/alarm/${times}`, { method: 'POST' })).json(),
  r2: (env, { op, binding = 'NODE_A', ...wish }) => r2[op](env[binding], wish),
};

export default class extends WorkerEntrypoint {
  async fetch(request) {
    const deed = new URL(request.url).pathname.match(/^\/-test\/(\w+)$/)?.[1];
    if (deed) return Response.json((await deeds[deed](this.env, await request.json())) ?? null);
    return new Limn(this.ctx, wrapped('worker', this.env)).fetch(request);
  }
}
