// Rules that break calls of bindings, and what was called: what the Workers of faulty.mjs and faulty-nodes.mjs share. One isolate, one list.
import { random } from '../../scripts/demo/random.mjs';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const fails = ({ binding, method }) => {
  throw new Error(`${binding}.${method}: We encountered an internal error. Please try again. (10001)`);
};

/** A delay below `most` that depends on nothing but a seed and a name, so that a race can be run again. */
function delayed({ seed, most }, name) {
  let hash = 2166136261 ^ seed;
  for (const char of name) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
  return ((hash ^ (hash >>> 15)) >>> 0) % most;
}

const modes = {
  /** Nothing is done. */
  before: (call, rule) => fails(rule),
  /** It is done, and the answer lost. */
  after: async (call, rule) => (await call(), fails(rule)),
  delay: async (call, rule, name) => (await sleep(rule.delay ?? delayed(rule, name)), call()),
  /** It is done at once, and the answer comes late. */
  late: async (call, { delay }) => {
    const answer = await call();
    await sleep(delay);
    return answer;
  },
  hang: () => new Promise(() => {}),
  /** Nothing is done, and that is what is said: as R2 says that it holds nothing, or that a condition does not hold. */
  null: async () => null,
  /** As a cache says it. */
  nothing: () => undefined,
  /** A response whose body somebody else reads already: a JavaScript error is thrown through the module. */
  throw: async (call) => {
    const response = await call();
    response.body.getReader();
    return response;
  },
  /** A response whose body is none: the module panics, which is a trap. */
  trap: async (call) => Object.defineProperty(await call(), 'body', { value: {} }),
};

/**
 * What breaks: `{ binding, method, mode, count, delay, most, match, side, share, seed }`; the first rule that applies does, `count` times,
 * to a `share` of its calls. `match` is held against the call's name, `most` bounds delays that seed and name determine.
 */
let rules = [];
/** Every call of a method that may break, in its order. */
let calls = [];

/** `side` is who calls: the `worker`, or the `ledger` behind answers. `name` is a blob's, a URL, or what a ledger is asked. */
export function through(side, binding, method, name, call) {
  const applies = (rule) => rule.binding === binding && rule.method === method && rule.left > 0 && (!rule.side || rule.side === side) && rule.match.test(name) && rule.drawn();
  const rule = rules.find(applies);
  const entry = { side, binding, method, name, mode: rule?.mode ?? null, begun: Date.now() };
  calls.push(entry);
  if (!rule) return call();
  rule.left--;
  const over = () => void (entry.ended = Date.now());
  try {
    const done = modes[rule.mode](call, rule, name);
    Promise.resolve(done).then(over, over);
    return done;
  } catch (error) {
    over();
    throw error;
  }
}

/** The binding itself but for some methods; its constructor is what tells the module its kind. */
export const around = (target, methods) =>
  new Proxy(target, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function' || name === 'constructor') return value;
      return (...args) => (Object.hasOwn(methods, name) ? methods[name](...args) : value.apply(target, args));
    },
  });

/** What a test may ask for by `POST /-test/{what}`. */
export const deeds = {
  /** One rule more; a list stands in place of all before. */
  fault(env, wish) {
    const drawn = ({ share = 1, seed = 1 }) => ((next) => () => share >= 1 || next() < share)(random(seed));
    const added = [wish].flat().map((rule) => ({ ...rule, match: new RegExp(rule.match ?? ''), left: rule.count ?? Infinity, drawn: drawn(rule) }));
    for (const { mode } of added) if (!Object.hasOwn(modes, mode)) throw new Error(`no mode ${mode}`);
    rules = Array.isArray(wish) ? added : [...rules, ...added];
  },
  /** What was called since this was asked last. */
  calls: () => calls.splice(0),
};
