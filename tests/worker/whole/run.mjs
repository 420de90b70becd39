// One seeded run over several nodes: operations by clients at once, faults meanwhile, then all is healed and looked at.
//   node tests/worker/whole/run.mjs [--seed N] [--ops N] [--clients N] [--restarts N] [--mutation NAME] [--strict] [--history FILE]
// With node_modules/.bin in PATH and the Worker built. Ends with 1 where it found violations.
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { cluster } from '../cluster.mjs';
import { check } from './checker.mjs';
import { client } from './client.mjs';
import { History } from './history.mjs';
import { plan, torment } from './nemesis.mjs';
import { keysOf, workload } from './workload.mjs';

const bucket = 'demo';
const nodes = ['a', 'b', 'c'];
const quorum = 2;
/** How long copies may take to be made once all is well, milliseconds. */
const PATIENCE_MS = 60_000;

const without = (mode, match) => [{ after: 2, ops: 1_000, ms: 2_000, parts: [{ node: 'ledger', what: 'ledger', rule: { binding: 'LEDGER', method: 'fetch', mode, match, count: 20 } }] }];
/** Limn without one of its rules, each by a lie of entry.mjs: how it is asked, and the rules of the checker by which it shows itself. */
export const mutations = {
  'no-quorum': { ops: 40, found: ['quorum', 'copy'] },
  unverified: { ops: 60, found: ['bytes'] },
  'lost-commit': { ops: 60, found: ['lost', 'stale'] },
  unconditional: { ops: 60, shares: { put: 10, create: 30, replace: 30, get: 10, delete: 10 }, found: ['condition'] },
  unordered: { ops: 100, shares: { put: 60, get: 40 }, found: ['stale', 'condition', 'lost'] },
  'no-generation': { ops: 80, shares: { put: 10, image: 60, purge: 10 }, few: { files: 1, images: 1 }, found: ['purge'] },
  absent: { ops: 80, faults: without('before', '^look '), found: ['lost'] },
  stale: { ops: 80, shares: { put: 30, get: 60, delete: 10 }, found: ['stale'] },
};
/** What a mutation is run with. */
export const mutated = (mutation) => ({ few: { files: 2, images: 1 }, faults: [], clients: 12, finale: false, patience: 0, ...mutations[mutation], mutation });

/** Limn with the entry that may lie; no stranger is damped. */
export const site = () => cluster({ entry: 'whole/entry.mjs', ratelimits: [{ name: 'LIMITER', namespace_id: '1001', simple: { limit: 1_000_000, period: 60 } }] });

/**
 * Runs on a site of `site()`; keys of their own keep runs apart. Tells `{ history, violations, faults, ms }`.
 * `remembered` as of the checker: what the documentation promises (true), or what one honest store would do.
 * `finale: false` looks at the nodes and reads once, without wiping any or taking each away.
 */
export async function run(it, { seed, ops: count, clients = 10, restarts = 1, mutation = null, finale = true, patience = PATIENCE_MS, prefix = `whole-${seed}/`, few, shares, remembered = true, faults = plan({ seed, count, restarts }) }) {
  const began = Date.now();
  const history = new History();
  const { files, images } = keysOf(prefix, few);
  const keys = [...files, ...images];
  const rows = async () => (await it.deed('rows', { bucket, keys })).map(({ row }) => row);
  let asked = 0;
  /** Which nodes hold what was just acknowledged: a look at two disks, and for some a question to R2. */
  const stored = async (op) => {
    const blob = `${bucket}/${op.version}`;
    const held = ['b', 'c'].filter((name) => it.nodes[name].holds(blob));
    if (held.length < quorum) {
      if (asked++ % 4) return;
      // Who cannot be asked now may hold it.
      if (await it.nodes.a.read(blob).catch(() => true)) held.push('a');
    }
    history.note({ kind: 'quorum', key: op.key, value: op.value }, { held, wanted: quorum });
  };
  const user = client({ port: it.port, bucket, history, keys, prefix, stored });

  async function work(all, faults) {
    let begun = 0;
    let over = false;
    const tormented = torment(it, { faults, history, begun: () => begun, over: () => over });
    const one = async () => {
      while (begun < all.length) await user.do(all[begun++]);
    };
    await Promise.all(Array.from({ length: clients }, one));
    over = true;
    await tormented;
  }

  /** How each node holds each object that there is: `ok`, `missing`, `other bytes`. */
  async function copies() {
    const live = (await rows()).map((row, i) => [keys[i], row]).filter(([, row]) => row);
    const all = live.flatMap(([key, row]) => nodes.map((node) => ({ key, node, row })));
    return Promise.all(
      all.map(async ({ key, node, row }) => {
        const bytes = await it.nodes[node].read(`${bucket}/${row.version}`);
        const body = user.written.get(Number(row.meta.user.write));
        return { key, node, version: row.version, state: !bytes ? 'missing' : body && bytes.equals(body) ? 'ok' : 'other bytes' };
      }),
    );
  }
  async function replicated() {
    const deadline = Date.now() + patience;
    for (;;) {
      const all = await copies();
      if (all.every(({ state }) => state === 'ok')) return true;
      if (Date.now() > deadline) {
        for (const { state, ...copy } of all) history.note({ kind: 'copy', ...copy }, { state });
        return false;
      }
      await pause(200);
    }
  }
  /** Every object, as whole and as an image, for a reader near each of these nodes. */
  async function readAll(places, strict = false) {
    const reads = places.flatMap((from) => [...keys.map((key) => ['get', { key, from, strict }]), ...images.map((key) => ['image', { key, from, width: 7 }])]);
    for (let at = 0; at < reads.length; at += clients) await Promise.all(reads.slice(at, at + clients).map(([how, what]) => user.read(how, what)));
  }
  const away = {
    a: [() => it.fault(['get', 'head', 'put'].map((method) => ({ binding: 'NODE_A', method, mode: 'before' }))), () => it.fault([])],
    b: [() => it.nodes.b.kill(), () => it.nodes.b.restart()],
    c: [() => it.nodes.c.kill(), () => it.nodes.c.restart()],
  };
  /** One node loses all that it holds; readers have it made anew. */
  async function wipe(node) {
    const fault = history.begin({ kind: 'fault', node, what: 'wipe' });
    it.nodes[node].wipe();
    // What is remembered of a row may not know yet of its last copy.
    await readAll([node], true);
    const well = await replicated();
    history.end(fault, 'ok');
    return well;
  }

  await it.deed('lie', mutation);
  const all = workload({ seed, count, keys: { files, images }, shares });
  const half = finale ? count >> 1 : count;
  const middle = faults.length >> (finale ? 1 : 0);
  await work(all.slice(0, half), faults.slice(0, middle));
  const phases = { work: Date.now() - began };
  let well = await replicated();
  if (finale) {
    if (well) well = await wipe(seed % 2 ? 'b' : 'c');
    await work(all.slice(half), faults.slice(middle));
    phases.rest = Date.now() - began;
    well = await replicated();
    phases.replicated = Date.now() - began;
    await readAll(nodes);
    for (const [node, [begin, end]] of Object.entries(away)) {
      const fault = history.begin({ kind: 'fault', node, what: 'away' });
      await begin();
      await readAll([nodes[(nodes.indexOf(node) + seed) % nodes.length]]);
      await end();
      history.end(fault, 'ok');
    }
  } else await readAll([nodes[seed % nodes.length]]);
  await user.list();
  await it.deed('lie', null);
  user.close();
  return { history, violations: check(history.lapse(), { remembered }), faults: history.ops.filter(({ kind }) => kind === 'fault').length, phases, ms: Date.now() - began };
}

/** A run in some lines. */
export function summary({ history, violations, faults, phases, ms }) {
  const counts = new Map();
  for (const { kind, how, outcome, status } of history.ops) {
    if (['fault', 'copy', 'quorum'].includes(kind)) continue;
    const name = `${how ?? kind} ${outcome}${outcome === 'ok' ? '' : ` ${status ?? 'lost'}`}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const ops = [...counts.values()].reduce((sum, n) => sum + n, 0);
  const lines = violations.map(({ rule, key, op, text }) => `  ${rule}: ${key}, operation ${op}: ${text}`);
  return [`${ops} operations, ${faults} faults, ${violations.length} violations, ${(ms / 1000).toFixed(1)} s ${JSON.stringify(phases)}`, `  ${[...counts].sort().map(([name, n]) => `${name}: ${n}`).join(', ')}`, ...lines].join('\n');
}

/** What happened to one key around an operation. */
export function story(history, { key, op }, before = 40) {
  const about = history.ops.filter((one) => one.key === key || one.keys?.includes(key) || one.kind === 'fault');
  const at = history.ops[op];
  return about
    .filter((one) => one.begin <= at.left && (one.id === op || (one.left ?? one.end) > at.begin - 400))
    .slice(-before)
    .map(({ id, kind, how, begin, left, outcome, status, code, value, values, version, from, strict, only, refused, node, what, rule, entries, took, lost, verdict }) =>
      JSON.stringify({ id, kind, how, begin, left, outcome, status, code, value, values, version, from, strict, only, refused, node, what, rule, listed: entries?.find((entry) => entry.key === key)?.values, took, lost, verdict }))
    .join('\n');
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { values } = parseArgs({ options: Object.fromEntries(['seed', 'ops', 'clients', 'restarts', 'mutation', 'history'].map((name) => [name, { type: 'string' }]).concat([['strict', { type: 'boolean' }]])) });
  const numbers = { seed: Number(values.seed ?? 1), ops: Number(values.ops ?? 500), clients: Number(values.clients ?? 10), restarts: Number(values.restarts ?? 1) };
  const { mutation } = values;
  if (mutation && !mutations[mutation]) throw new Error(`no mutation ${mutation}; there are ${Object.keys(mutations).join(', ')}`);
  const it = await site();
  try {
    const result = await run(it, { ...numbers, remembered: !values.strict, ...(mutation ? mutated(mutation) : {}) });
    console.log(`seed ${numbers.seed}: ${summary(result)}`);
    for (const found of result.violations.slice(0, 3)) console.log(`\n${found.rule} ${found.key} ${found.op}\n${story(result.history, found)}`);
    if (result.violations.length) console.log(it.log().slice(-2_000));
    if (values.history) writeFileSync(values.history, result.history.ops.map((op) => JSON.stringify(op)).join('\n'));
    process.exitCode = result.violations.length ? 1 : 0;
  } finally {
    await it.stop();
  }
}
