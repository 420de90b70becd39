// Whether a history could have come from one honest store. Pure: operations go in, violations come out.
//
// Kinds of operations (history.mjs tells what all have):
//   write  key, value (unique), version?, only? ({ absent: true } or { values }), refused? (412: the condition did not hold)
//   delete key
//   read   key, values (what the answer may be; null is absent), how (get, head, image, list), strict? (it asked the ledger), bad? (why the
//          bytes are wrong), status; an image also says target and made (true: made for this answer, or by who was followed)
//   list   keys (all that there may be), entries ([{ key, values, size }])
//   purge  keys
//   fault  node (one that stores, `ledger`, or `limn`)
//   copy   key, node, state: how a node holds an object when all should
//   quorum key, held (names of nodes right after the acknowledgement), wanted
import { order } from './order.mjs';

/**
 * Every violation: `{ rule, key, op, text }`, none if all is well. With `remembered`, a read that need not ask the ledger may know nothing yet
 * of a write that nobody was told was done, though who asked the ledger has seen it: rows are remembered for some seconds.
 */
export function check(ops, { remembered = false } = {}) {
  const writes = ops.filter(({ kind }) => kind === 'write' || kind === 'delete');
  const reads = ops.flatMap(readsOf);
  const asks = ({ how, strict }) => how === 'list' || strict;
  const apart = [
    [...writes, ...reads.filter(asks)],
    // That a condition did not hold is the ledger's word too.
    [...writes.filter(({ refused }) => !refused), ...reads.filter((op) => !asks(op))],
  ];
  const found = (remembered ? apart : [[...writes, ...reads]]).flatMap((ops) => order(ops));
  const once = new Map(found.map((one) => [`${one.op} ${one.key}`, one]));
  return [...once.values(), ...wrongBytes(ops), ...sizes(ops), ...purges(ops), ...away(ops), ...copies(ops)];
}

/** A list reads every key at once; what it leaves out is absent. */
function readsOf(op) {
  if (op.outcome !== 'ok') return [];
  if (op.kind === 'read') return op.bad ? [] : [op];
  if (op.kind !== 'list') return [];
  const listed = new Map(op.entries.map(({ key, values }) => [key, values]));
  return op.keys.map((key) => ({ ...op, kind: 'read', how: 'list', key, values: listed.get(key) ?? [null] }));
}

const violation = (rule, op, text) => ({ rule, key: op.key, op: op.id, text });

function wrongBytes(ops) {
  return ops.filter((op) => op.kind === 'read' && op.outcome === 'ok' && op.bad).map((op) => violation('bytes', op, op.bad));
}

/** What a list says of an object's size is what was written. */
function sizes(ops) {
  const lengths = new Map(ops.filter(({ kind }) => kind === 'write').map(({ value, length }) => [value, length]));
  const lists = ops.filter((op) => op.kind === 'list' && op.outcome === 'ok');
  return lists.flatMap((op) =>
    op.entries
      .filter(({ values, size }) => values.length === 0 || !values.some((value) => lengths.get(value) === undefined || lengths.get(value) === size))
      .map(({ key, values, size }) => violation('size', { ...op, key }, `the list says ${size} bytes of what ${values.length ? `write ${values} stored` : 'nobody wrote'}`)),
  );
}

/** An image from a cache was made by somebody who was not done when the last purge before it began. */
function purges(ops) {
  const images = ops.filter(({ kind, how }) => kind === 'read' && how === 'image');
  const done = ops.filter(({ kind, outcome }) => kind === 'purge' && outcome === 'ok');
  const found = [];
  for (const hit of images.filter(({ outcome, made, values }) => outcome === 'ok' && made === false && values[0] !== null)) {
    const before = done.filter((purge) => purge.keys.includes(hit.key) && purge.end < hit.begin);
    const purge = before.reduce((last, purge) => (last && last.begin > purge.begin ? last : purge), null);
    if (!purge) continue;
    // One whose answer was lost may have made it too.
    const may = ({ outcome, made, values }) => (outcome === 'ok' ? made && values.some((value) => hit.values.includes(value)) : true);
    const maker = images.find((fill) => fill.key === hit.key && fill.target === hit.target && fill.begin < hit.end && (fill.left ?? fill.end) > purge.begin && may(fill));
    if (!maker) found.push(violation('purge', hit, `image ${hit.target} came from a cache, made before purge ${purge.id}`));
  }
  return found;
}

const overlaps = (a, b) => a.begin < (b.left ?? b.end) && b.begin < (a.left ?? a.end);

/** I1: an object is read while any one node is away. */
function away(ops) {
  const faults = ops.filter(({ kind }) => kind === 'fault');
  const failed = ops.filter((op) => (op.kind === 'read' || op.kind === 'list') && op.outcome === 'fail' && op.status >= 500 && op.code !== 'busy');
  return failed.flatMap((op) => {
    const meanwhile = new Set(faults.filter((fault) => overlaps(op, fault)).map(({ node }) => node));
    if (meanwhile.has('ledger') || meanwhile.has('limn') || meanwhile.size > 1) return [];
    return [violation('away', op, `${op.how ?? op.kind} answered ${op.status} ${op.code ?? ''} with ${[...meanwhile].join() || 'no node'} in trouble`)];
  });
}

function copies(ops) {
  const wrong = ops.filter(({ kind, state }) => kind === 'copy' && state !== 'ok').map((op) => violation('copy', op, `node ${op.node}: ${op.state}`));
  const few = ops.filter(({ kind, held, wanted }) => kind === 'quorum' && held.length < wanted);
  return [...wrong, ...few.map((op) => violation('quorum', op, `acknowledged write ${op.value} lay on ${op.held.join() || 'no node'} of ${op.wanted}`))];
}
