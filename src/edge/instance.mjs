// The common module's instance, and its successors: a trap (a panic, memory that ended) ends an instance, with the
// memory of everybody who is in it. None of its promises is ever settled, so who waits for one is told here.
import { DurableObject, WorkerEntrypoint } from 'cloudflare:workers';
import * as module from './build/index.js';

/** What the module says of itself: whether it panicked, and a number that grows with each instance. */
const state = module.__worker_init_state();
let instance = state.instanceId;
/** Whether the instance said so of itself. */
let isWornOut = false;

/** The promises of who is in the present instance: to be rejected when it ends. */
const inside = new Set();

/** How often somebody who waits looks whether the instance is a sound one: not all that ends it is told. Milliseconds. */
const WATCH = 2_000;

class Ended extends Error {
  constructor() {
    super("The module's instance ended.");
  }
}

/** Sees to it that the instance is a sound one, and tells those who were in one that is not. */
function renew(why = 'The module was instantiated anew.') {
  // The glue itself puts a new one in the place of an instance out of which an error was thrown, at the next call.
  if (state.criticalError) module.__wbg_reset_state();
  else module.__worker_init_state();
  state.criticalError = false;
  if (state.instanceId === instance) return;
  instance = state.instanceId;
  isWornOut = false;
  console.log(why);
  const all = [...inside];
  inside.clear();
  for (const reject of all) reject(new Ended());
}

globalThis.limnInstance = { wornOut: () => (isWornOut = true) };

// What is thrown where no call from here is on the stack: in a task, or in what a promise's settling calls.
addEventListener('error', () => renew());
addEventListener('unhandledrejection', () => renew());

/** Does `work` in a sound instance, or is rejected with `Ended`. */
function run(work) {
  renew();
  const watch = setInterval(() => renew(), WATCH);
  let reject;
  const ended = new Promise((_, rejected) => inside.add((reject = rejected)));
  const done = (async () => work())().catch((error) => {
    renew();
    throw error;
  });
  // A timer is cleared by the request that set it, which is not always the one that notices the end.
  return Promise.race([done, ended]).finally(() => {
    clearInterval(watch);
    inside.delete(reject);
    // A fresh memory costs a few milliseconds, and nobody anything while none is inside.
    if (isWornOut && !inside.size) {
      state.criticalError = true;
      renew('Memory lay in pieces, and is a fresh one now.');
    }
  });
}

const repeatable = new Set(['GET', 'HEAD', 'OPTIONS']);
const unavailable = {
  code: 'unavailable',
  message: 'The request ended with others inside Limn; whether it had an effect is not known. Try again.',
};

export default class extends WorkerEntrypoint {
  async fetch(request) {
    const answer = () => run(() => module.fetch(request, this.env, this.ctx));
    const told = (error) => {
      if (!(error instanceof Ended)) throw error;
      return Response.json(unavailable, { status: 503, headers: { 'cache-control': 'no-store', 'retry-after': '1', 'x-limn-error': unavailable.code } });
    };
    // Who reads goes once more, and no more: the one whose request ended the instance is not known, and may end the
    // next one too.
    const again = (error) => (error instanceof Ended && repeatable.has(request.method) ? answer() : Promise.reject(error));
    return answer().catch(again).catch(told);
  }
}

export class Ledger extends DurableObject {
  #instance = null;
  #inner = null;

  #call(name, ...args) {
    return run(() => {
      if (this.#instance !== instance) {
        this.#inner = new module.Ledger(this.ctx, this.env);
        this.#instance = instance;
      }
      return this.#inner[name](...args);
    });
  }

  fetch(request) {
    return this.#call('fetch', request);
  }

  alarm(info) {
    return this.#call('alarm', info);
  }
}
