// Whether the operations on each key can stand in one order: each takes effect at one moment between its begin and its end, and every read
// tells what the last write before it stored. Operations of unknown outcome take effect at any time between their begin and their lapse, or never.
//
// The history is walked event by event with all states in which the store may be, each with the pending operations that have taken effect in
// it (Lowe, "Testing for linearizability", 2017). An operation that ends without having taken effect in any state is a violation.

/** Most violations that are told of one key: what follows the first few follows from them. */
const MOST = 5;

/** Violations of all keys. */
export function order(ops) {
  const byKey = Map.groupBy ? Map.groupBy(ops, ({ key }) => key) : grouped(ops);
  return [...byKey].flatMap(([key, ops]) => ofKey(key, ops));
}

function grouped(ops) {
  const all = new Map();
  for (const op of ops) all.set(op.key, [...(all.get(op.key) ?? []), op]);
  return all;
}

const holds = (only, value) => !only || (only.absent ? value === null : only.values.includes(value));

/** The value after an operation, or undefined where it cannot take effect. */
function after(op, value, versions) {
  if (op.kind === 'read') return op.values.includes(value) ? value : undefined;
  if (op.refused) return holds(op.only, value) ? undefined : value;
  if (op.kind === 'delete') return null;
  if (!holds(op.only, value)) return undefined;
  // A later version is never replaced by an earlier one.
  if (op.version && value !== null && versions.get(value) > op.version) return undefined;
  return op.value;
}

const changesNothing = (op) => op.kind === 'read' || Boolean(op.refused);

function ofKey(key, all) {
  const versions = new Map(all.filter(({ version }) => version).map(({ value, version }) => [value, version]));
  const ops = all.filter((op) => op.outcome === 'ok' || op.refused || (op.outcome === 'info' && op.kind !== 'read'));
  const events = ops.flatMap((op) => [{ at: op.begin, op }, ...(op.end !== Infinity ? [{ at: op.end, op, end: true }] : op.lapse ? [{ at: op.lapse - 0.5, op, lapse: true }] : [])]).sort((a, b) => a.at - b.at);
  const pending = new Set();
  const found = [];
  let states = [{ value: null, done: new Set() }];

  /** What changes nothing takes effect as soon as it can. */
  const settle = (state) => {
    for (const op of pending) if (changesNothing(op) && !state.done.has(op) && after(op, state.value, versions) !== undefined) state.done.add(op);
    return state;
  };
  /** All states in which `op` has taken effect, from all before. */
  const advance = (op) => {
    const seen = new Seen();
    const left = states.filter((state) => seen.isNew(state));
    const reached = [];
    while (left.length) {
      const state = left.pop();
      if (state.done.has(op)) {
        reached.push(state);
        continue;
      }
      let unknownDelete = false;
      for (const next of pending) {
        if (state.done.has(next) || (changesNothing(next) && next !== op)) continue;
        // Of deletes that may have been done, one is as good as another.
        if (next.kind === 'delete' && next.outcome === 'info') {
          if (unknownDelete || state.value === null) continue;
          unknownDelete = true;
        }
        const value = after(next, state.value, versions);
        if (value === undefined) continue;
        const then = settle({ value, done: new Set(state.done).add(next) });
        if (seen.isNew(then)) left.push(then);
      }
    }
    return reached;
  };

  const distinct = (all) => {
    const seen = new Seen();
    return all.filter((state) => seen.isNew(state));
  };
  for (const { op, end, lapse } of events) {
    if (lapse) {
      pending.delete(op);
      for (const state of states) state.done.delete(op);
      states = distinct(states);
      continue;
    }
    if (!end) {
      pending.add(op);
      states.forEach(settle);
      continue;
    }
    const reached = advance(op);
    if (!reached.length) {
      found.push(told(key, op, states, ops));
      if (found.length === MOST) return found;
      const value = op.kind === 'write' && !op.refused ? op.value : op.kind === 'delete' ? null : op.values?.[0] ?? null;
      reached.push({ value, done: new Set([op]) });
    }
    pending.delete(op);
    states = distinct(reached.map((state) => (state.done.delete(op), settle(state))));
  }
  return found;
}

/** States that were met. One that has used fewer operations of unknown outcome can do all that one like it can that has used more. */
class Seen {
  #all = new Map();

  isNew(state) {
    const [known, unknown] = [[], []];
    for (const op of state.done) (op.outcome === 'info' ? unknown : known).push(op.id);
    const name = `${state.value} ${known.sort((a, b) => a - b)}`;
    const before = this.#all.get(name) ?? [];
    if (before.some((used) => used.every((id) => unknown.includes(id)))) return false;
    this.#all.set(name, [...before, unknown]);
    return true;
  }
}

const name = (value) => (value === null ? 'absent' : `write ${value}`);

function told(key, op, states, ops) {
  const may = [...new Set(states.map(({ value }) => name(value)))].join(' or ');
  if (op.kind !== 'read') return { rule: 'condition', key, op: op.id, text: `${op.kind} ${op.value ?? ''} ${op.refused ? 'was refused' : 'was done'} where the object is ${may}` };
  const written = ops.filter(({ kind, value, refused }) => kind === 'write' && !refused && op.values.includes(value));
  const rule = op.values.includes(null) ? 'lost' : written.some(({ begin }) => begin < op.end) ? 'stale' : 'phantom';
  return { rule, key, op: op.id, text: `${op.how} told ${op.values.map(name).join(' or ') || 'what nobody wrote'} where the object is ${may}` };
}
