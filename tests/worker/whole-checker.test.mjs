// The checker of whole-system runs by itself: good histories pass, and each kind of bad one is found.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random } from '../../scripts/demo/random.mjs';
import { check } from './whole/checker.mjs';

let ids = 0;
const op = (begin, end, what) => ({ id: ++ids, key: 'k', begin, end, outcome: end === Infinity ? 'info' : 'ok', ...what });
const write = (begin, end, value, more) => op(begin, end, { kind: 'write', value, length: 10, ...more });
const remove = (begin, end, more) => op(begin, end, { kind: 'delete', ...more });
const read = (begin, end, value, more) => op(begin, end, { kind: 'read', how: 'get', values: [value], ...more });
const image = (begin, end, value, made, more) => read(begin, end, value, { how: 'image', target: 'k?w=4', made, ...more });
const purge = (begin, end) => op(begin, end, { kind: 'purge', keys: ['k'] });
const fault = (begin, end, node) => op(begin, end, { kind: 'fault', node });
const list = (begin, end, entries) => op(begin, end, { kind: 'list', keys: ['k', 'l'], entries });
const entry = (key, value, size = 10) => ({ key, values: [value], size });
const unknown = Infinity;
const failed = (begin, end, more) => op(begin, end, { kind: 'read', how: 'get', outcome: 'fail', status: 503, ...more });

const good = {
  'nothing': [],
  'absent before any write': [read(1, 2, null)],
  'what was written is read': [write(1, 2, 1), read(3, 4, 1)],
  'a read beside a write tells the old or the new': [write(1, 2, 1), write(3, 8, 2), read(4, 5, 1), read(6, 7, 2)],
  'two writes at once, in either order': [write(1, 4, 1), write(2, 3, 2), read(5, 6, 1)],
  'two writes at once, in the order of their versions': [write(1, 4, 1, { version: '0a' }), write(2, 3, 2, { version: '0b' }), read(5, 6, 2)],
  'a delete lets an earlier version in again': [write(1, 9, 1, { version: '0a' }), write(2, 3, 2, { version: '0b' }), remove(4, 5), read(10, 11, 1)],
  'an unknown write that is never seen': [write(1, 2, 1), write(3, unknown, 2), read(4, 5, 1), read(6, 7, 1)],
  'an unknown write that is seen late': [write(1, 2, 1), write(3, unknown, 2), read(4, 5, 1), read(6, 7, 2), read(8, 9, 2)],
  'an unknown write that is seen before it lapses': [write(1, 2, 1), write(3, unknown, 2, { lapse: 6 }), read(4, 5, 2), read(7, 8, 2)],
  'an unknown delete takes effect late': [write(1, 2, 1), remove(3, unknown), read(4, 5, 1), read(6, 7, null)],
  'two unknown deletes take effect one after the other': [write(1, 2, 1), remove(3, unknown), remove(4, unknown), read(5, 6, null), write(7, 8, 2), read(9, 10, null)],
  'a failed write is not there': [write(1, 2, 1), write(3, 4, 2, { outcome: 'fail' }), read(5, 6, 1)],
  'an object that could be one of several': [write(1, 2, 1), read(3, 4, 7, { values: [7, 1] })],
  'conditions': [write(1, 2, 1, { only: { absent: true } }), write(3, 4, 2, { only: { absent: true }, outcome: 'fail', refused: true }), write(5, 6, 3, { only: { values: [1] } }), write(7, 8, 4, { only: { values: [1] }, outcome: 'fail', refused: true }), read(9, 10, 3)],
  'a list': [write(1, 2, 1), list(3, 4, [entry('k', 1)]), remove(5, 6), list(7, 8, [])],
  'an image made after the purge': [write(1, 2, 1), image(3, 4, 1, true), purge(5, 6), image(7, 8, 1, true), image(9, 10, 1, false)],
  'an image that was being made while it was purged': [write(1, 2, 1), image(3, 6, 1, true), purge(4, 5), image(7, 8, 1, false)],
  'an image that was made for an answer that was lost': [write(1, 2, 1), image(3, 4, 1, true), purge(5, 6), op(7, unknown, { kind: 'read', how: 'image', target: 'k?w=4', left: 9 }), image(8, 9, 1, false)],
  'two nodes in trouble': [write(1, 2, 1), fault(3, 9, 'b'), fault(4, 5, 'c'), failed(4, 6)],
  'the ledger in trouble': [fault(3, 9, 'ledger'), failed(4, 5)],
};

const bad = {
  'an acknowledged write is gone': ['lost', [write(1, 2, 1), read(3, 4, null)]],
  'the write before the last': ['stale', [write(1, 2, 1), write(3, 4, 2), read(5, 6, 1)]],
  'a deleted object': ['stale', [write(1, 2, 1), remove(3, 4), read(5, 6, 1)]],
  'from the future': ['phantom', [read(1, 2, 1), write(3, 4, 1)]],
  'what nobody wrote': ['phantom', [write(1, 2, 1), read(3, 4, 9)]],
  'seen and un-seen beside one write': ['stale', [write(1, 2, 1), write(3, 8, 2), read(4, 5, 2), read(6, 7, 1)]],
  'an unknown write seen and un-seen': ['stale', [write(1, 2, 1), write(3, unknown, 2), read(4, 5, 2), read(6, 7, 1)]],
  'an unknown write takes effect after it lapsed': ['stale', [write(1, 2, 1), write(3, unknown, 2, { lapse: 6 }), read(4, 5, 1), read(7, 8, 2)]],
  'one unknown delete takes effect twice': ['lost', [write(1, 2, 1), remove(3, unknown), read(4, 5, null), write(6, 7, 2), read(8, 9, null)]],
  'a failed write is seen': ['phantom', [write(1, 2, 1, { outcome: 'fail' }), read(3, 4, 1)]],
  'an earlier version over a later one': ['stale', [write(1, 4, 1, { version: '0a' }), write(2, 3, 2, { version: '0b' }), read(5, 6, 1)]],
  'two creations': ['condition', [write(1, 2, 1, { only: { absent: true } }), write(3, 4, 2, { only: { absent: true } })]],
  'a lost update': ['condition', [write(1, 2, 1), write(3, 4, 2, { only: { values: [1] } }), write(5, 6, 3, { only: { values: [1] } })]],
  'a creation refused for nothing': ['condition', [write(1, 2, 1, { only: { absent: true }, outcome: 'fail', refused: true })]],
  'other bytes': ['bytes', [write(1, 2, 1), read(3, 4, 1, { bad: 'byte 7' })]],
  'a list without an acknowledged object': ['lost', [write(1, 2, 1), list(3, 4, [])]],
  'a list with a deleted object': ['stale', [write(1, 2, 1), remove(3, 4), list(5, 6, [entry('k', 1)])]],
  'a list with a wrong size': ['size', [write(1, 2, 1), list(3, 4, [entry('k', 1, 11)])]],
  'an image from before the purge': ['purge', [write(1, 2, 1), image(3, 4, 1, true), purge(5, 6), image(7, 8, 1, false)]],
  'another image was made since': ['purge', [write(1, 2, 1), image(3, 4, 1, true), purge(5, 6), image(7, 8, 1, true, { target: 'k?w=8' }), image(9, 10, 1, false)]],
  'one node in trouble': ['away', [write(1, 2, 1), fault(3, 9, 'b'), failed(4, 5)]],
  'a copy is missing': ['copy', [op(1, 2, { kind: 'copy', node: 'b', state: 'missing' })]],
  'acknowledged before the quorum': ['quorum', [op(1, 2, { kind: 'quorum', held: ['a'], wanted: 2, value: 1 })]],
};

for (const [what, ops] of Object.entries(good)) test(`passes: ${what}`, () => assert.deepEqual(check(ops), []));
for (const [what, [rule, ops]] of Object.entries(bad)) {
  test(`finds: ${what}`, () => assert.deepEqual([...new Set(check(ops).map((found) => found.rule))], [rule]));
}

test('a remembered row may not know yet of a write that nobody was told was done, and of no other', () => {
  const strict = { strict: true };
  const unseen = [write(1, 2, 1), write(3, unknown, 2), read(4, 5, 2, strict), read(6, 7, 1)];
  assert.deepEqual(check(unseen, { remembered: true }), []);
  assert.deepEqual(check(unseen).map(({ rule }) => rule), ['stale']);
  const told = [write(1, 2, 1), write(3, 4, 2), read(5, 6, 1)];
  const back = [write(1, 2, 1), write(3, unknown, 2), read(4, 5, 2), read(6, 7, 1)];
  const listed = [write(1, 2, 1), write(3, unknown, 2), read(4, 5, 2, strict), list(6, 7, [entry('k', 1)])];
  for (const ops of [told, back, listed]) assert.deepEqual(check(ops, { remembered: true }).map(({ rule }) => rule), ['stale']);
});

/** A store that is honest, asked by several at once: each operation takes effect somewhere between its begin and its end. */
function simulated(next, length) {
  const [running, ops] = [[], []];
  let [value, event] = [null, 0];
  const effect = (op) => {
    if (op.kind === 'read') op.values = [value];
    else value = op.kind === 'delete' ? null : op.value;
    op.done = true;
  };
  while (ops.length < length || running.length) {
    const at = Math.floor(next() * running.length);
    const op = running[at];
    if (ops.length < length && (running.length < 5 && next() < 0.4)) {
      const kind = ['read', 'read', 'write', 'delete'][Math.floor(next() * 4)];
      const fresh = { id: ops.length, key: 'k', kind, how: 'get', value: ops.length, length: 1, begin: ++event, outcome: 'ok', end: Infinity };
      ops.push(fresh);
      running.push(fresh);
    } else if (op && !op.done) effect(op);
    else if (op) {
      running.splice(at, 1);
      if (op.kind !== 'read' && next() < 0.15) op.outcome = 'info';
      else op.end = ++event;
    }
  }
  return ops;
}

test('passes whatever an honest store does, and finds a read that is changed', () => {
  let found = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const ops = simulated(random(seed), 60);
    assert.deepEqual(check(ops), [], `seed ${seed}`);
    const reads = ops.filter(({ kind }) => kind === 'read');
    const read = reads[reads.length >> 1];
    const others = ops.filter(({ kind, end }) => kind === 'write' && end < read.begin).map(({ value }) => value);
    if (others.length < 3) continue;
    read.values = [others[0]];
    found += check(ops).length > 0;
  }
  assert.ok(found > 100, `${found} of 200`);
});
