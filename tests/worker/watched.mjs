// The Worker between bindings whose calls are counted, with an Analytics Engine that keeps its points: POST /-test/{what}, answered
// here, never by Limn.
import { WorkerEntrypoint } from 'cloudflare:workers';
import Limn, { Ledger as Inner } from '../../src/edge/worker.mjs';

/** How often each kind of call was made since it was asked last; rows are those of the ledgers. */
let calls = {};
let points = [];
let cursors = [];
/** What miniflare and a ledger do once when they wake. */
const of_waking = /__miniflare|'schema'|^\s*(CREATE|ALTER)/;
/** Whether a ledger does what belongs to no request. */
let adding = 0;
const count = (what, by = 1) => void (calls[what] = (calls[what] ?? 0) + by);

const wrapped = new Set();
/** Counts calls of a prototype's methods, whoever makes them. */
function counted(prototype, methods) {
  if (wrapped.has(prototype)) return;
  wrapped.add(prototype);
  for (const [name, what] of Object.entries(methods)) {
    const inner = prototype[name];
    prototype[name] = function (...args) {
      count(what);
      return inner.apply(this, args);
    };
  }
}

const { match, put } = Cache.prototype;
Cache.prototype.match = function (...args) {
  count('cache_reads');
  return match.apply(this, args);
};
Cache.prototype.put = function (...args) {
  count('cache_writes');
  return put.apply(this, args);
};

/** Counters that are added up every ten seconds belong to no request. */
const now_and_then = new Set(['count', 'use', 'counted']);

const around = (target, methods) =>
  new Proxy(target, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function' || name === 'constructor') return value;
      return (...args) => (methods[name] ?? value).apply(target, args);
    },
  });

const ledgers = (space) =>
  around(space, {
    getByName(name) {
      const stub = space.getByName(name);
      const fetch = async (request) => {
        const { do: call } = await request.clone().json();
        count(now_and_then.has(call) ? 'now_and_then' : 'ledger_calls');
        return stub.fetch(request);
      };
      return around(stub, { fetch });
    },
  });

function watched(env) {
  counted(Object.getPrototypeOf(env.NODE_A), { get: 'r2_reads', head: 'r2_reads', put: 'r2_writes', list: 'r2_writes', delete: 'r2_deletes' });
  const ANALYTICS = { writeDataPoint: (point) => void points.push(point) };
  return { ...env, LEDGER: ledgers(env.LEDGER), ...(env.LIMN_TEST_ANALYTICS && { ANALYTICS }) };
}

export class Ledger extends Inner {
  constructor(ctx, env) {
    const prototype = Object.getPrototypeOf(ctx.storage.sql);
    if (!wrapped.has(prototype)) {
      wrapped.add(prototype);
      const { exec } = prototype;
      prototype.exec = function (...args) {
        const cursor = exec.apply(this, args);
        if (!adding && !of_waking.test(args[0])) cursors.push(cursor);
        return cursor;
      };
    }
    super(ctx, env);
  }

  async fetch(request) {
    const { do: call } = await request.clone().json();
    return now_and_then.has(call) ? this.#beside(() => super.fetch(request)) : super.fetch(request);
  }

  alarm(info) {
    count('alarms');
    return this.#beside(() => super.alarm(info));
  }

  async #beside(work) {
    adding++;
    try {
      return await work();
    } finally {
      adding--;
    }
  }
}

const deeds = {
  calls() {
    for (const cursor of cursors.splice(0)) {
      count('rows_read', cursor.rowsRead);
      count('rows_written', cursor.rowsWritten);
    }
    const told = calls;
    calls = {};
    return told;
  },
  points: () => points.splice(0),
};

export default class extends WorkerEntrypoint {
  async fetch(request) {
    const deed = new URL(request.url).pathname.match(/^\/-test\/(\w+)$/)?.[1];
    if (deed) return Response.json(deeds[deed]());
    return new Limn(this.ctx, watched(this.env)).fetch(request);
  }
}
