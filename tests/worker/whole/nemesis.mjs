// What goes wrong meanwhile: one fault after the other, now and then two at once, the same for the same seed.
import { setTimeout as pause } from 'node:timers/promises';
import { random } from '../../../scripts/demo/random.mjs';

const proxied = [
  { kind: 'refuse' },
  { kind: 'hang' },
  { kind: 'hang-after' },
  { kind: 'reset-after' },
  { kind: 'slow', delay: 400 },
  { kind: 'late', delay: 400 },
  { kind: 'cut-response' },
  { kind: 'cut-chunked' },
  { kind: 'no-length' },
  { kind: 'small-length' },
  { kind: 'cut-request' },
  { kind: 'corrupt' },
  { kind: 'html' },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503, retryAfter: 1 },
  { kind: 'status', status: 404 },
];
/** `null` is a copy that went missing; no R2 says so of what it was to store. */
const r2Modes = { put: ['before', 'after', 'delay', 'late'], get: ['before', 'after', 'delay', 'late', 'null'] };
const ledgerModes = ['before', 'after', 'delay', 'late'];
const calls = ['commit', 'look', 'reserve', 'delete', 'list', 'purge', 'repair', 'release'];

/** Faults, each `{ after, parts, ops, ms }`: how many operations after the one before, what breaks, until so many operations or milliseconds have passed. */
export function plan({ seed, count, restarts }) {
  const next = random(seed ^ 0x5eed);
  const pick = (all) => all[Math.floor(next() * all.length)];
  const share = () => (next() < 0.5 ? 1 : 0.3 + next() * 0.5);
  const broken = {
    process: () => ({ node: pick(['b', 'c']), what: pick(['kill', 'pause']) }),
    proxy: () => ({ node: pick(['b', 'c']), what: 'proxy', rule: { ...pick(proxied), share: share(), seed: Math.floor(next() * 1e6) } }),
    r2: () => {
      const method = pick(['put', 'get']);
      return { node: 'a', what: 'r2', rule: { binding: 'NODE_A', method, mode: pick(r2Modes[method]), delay: 300, count: 1 + Math.floor(next() * 8) } };
    },
    ledger: () => ({ node: 'ledger', what: 'ledger', rule: { binding: 'LEDGER', method: 'fetch', mode: pick(ledgerModes), delay: 200, count: 1 + Math.floor(next() * 3), match: `^${pick(calls)} ` } }),
  };
  const kinds = ['process', 'proxy', 'proxy', 'proxy', 'r2', 'r2', 'ledger', 'ledger'];
  const faults = [];
  for (let at = 0; at < count; ) {
    const after = 5 + Math.floor(next() * 10);
    const ops = 8 + Math.floor(next() * 25);
    const parts = [broken[pick(kinds)](), ...(next() < 0.25 ? [broken[pick(kinds)]()] : [])];
    // What two faults of one place would be is hard to say.
    const places = new Set();
    faults.push({ after, ops, ms: 700 + Math.floor(next() * 1_300), parts: parts.filter(({ node }) => !places.has(node) && places.add(node)) });
    at += after + ops;
  }
  for (let i = 0; i < restarts; i++) faults.splice(Math.floor(((i + 0.5) / restarts) * faults.length), 0, { after: 5, ops: 5, ms: 500, parts: [{ node: 'limn', what: 'restart' }] });
  return faults;
}

/** What the rules of R2 and of the ledger are now: each change says all. */
function rulesOf(it) {
  const rules = new Map();
  const tell = () => it.fault([...rules.values()]);
  return {
    set: (name, rule) => (rules.set(name, rule), tell()),
    end: (name) => (rules.delete(name), tell()),
  };
}

/** Runs a plan; `begun()` counts the operations that have begun, `over()` says that no more come. */
export async function torment(it, { faults, history, begun, over }) {
  const rules = rulesOf(it);
  const begin = {
    kill: ({ node }) => it.nodes[node].kill(),
    pause: ({ node }) => it.nodes[node].pause(),
    proxy: ({ node, rule }) => it.nodes[node].proxy.set(rule),
    r2: ({ what, rule }) => rules.set(what, rule),
    ledger: ({ what, rule }) => rules.set(what, rule),
    restart: () => it.restart(),
  };
  const end = {
    kill: ({ node }) => it.nodes[node].restart(),
    pause: ({ node }) => it.nodes[node].resume(),
    async proxy({ node }) {
      it.nodes[node].proxy.set();
      // Who hangs on a node learns of its end.
      it.nodes[node].proxy.reset();
    },
    r2: ({ what }) => rules.end(what),
    ledger: ({ what }) => rules.end(what),
    restart: () => {},
  };
  const until = async (ops, ms = Infinity) => {
    const deadline = Date.now() + ms;
    while (begun() < ops && Date.now() < deadline && !over()) await pause(10);
  };
  for (const { after, ops, ms, parts } of faults) {
    await until(begun() + after);
    if (over()) return;
    const told = [];
    for (const part of parts) {
      told.push(history.begin({ kind: 'fault', node: part.node, what: part.what, rule: part.rule }));
      await begin[part.what](part);
    }
    await until(begun() + ops, ms);
    for (const [i, part] of parts.entries()) {
      await end[part.what](part);
      history.end(told[i], 'ok');
    }
  }
}
