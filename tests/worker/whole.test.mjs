// Whole-system runs: clients at once, faults meanwhile, and a checker that knows what an honest store may answer (faults.md 3.4).
// A seed that failed is run again by: node tests/worker/whole/run.mjs --seed N --ops N
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { check } from './whole/checker.mjs';
import { client } from './whole/client.mjs';
import { History } from './whole/history.mjs';
import { mutated, mutations, run, site, story, summary } from './whole/run.mjs';

const full = Boolean(process.env.LIMN_TEST_FULL);
const ops = full ? 2_000 : 500;
let it;
before(async () => {
  it = await site();
});
after(() => it.stop());

for (const seed of [1, 2, 3]) {
  test(`seed ${seed}: ${ops} operations under faults, as one honest store would answer`, async (t) => {
    const result = await run(it, { seed, ops, restarts: full ? 3 : seed === 1 ? 1 : 0 });
    t.diagnostic(summary(result));
    const again = `node tests/worker/whole/run.mjs --seed ${seed} --ops ${ops}`;
    assert.deepEqual(result.violations, [], `${again}\n${result.violations.slice(0, 3).map((found) => story(result.history, found)).join('\n\n')}`);
    const done = (kind) => result.history.ops.filter((op) => op.kind === kind && op.outcome === 'ok').length;
    assert.ok(done('write') > ops / 20 && done('read') > ops / 5 && done('list') > 0 && done('purge') > 0 && result.faults > 5, summary(result));
  });
}

test('a write whose answer was lost, once seen, is not un-seen', async () => {
  const history = new History();
  const key = 'lost/file';
  const user = client({ port: it.port, bucket: 'demo', history, keys: [key], prefix: 'lost/' });
  const put = (value) => user.do({ kind: 'put', key, value, from: 'a', length: 500 });
  const get = () => user.read('get', { key, from: 'a' });
  await put(1);
  await get();
  for (const kind of ['commit', 'delete']) {
    await it.fault([{ binding: 'LEDGER', method: 'fetch', mode: 'after', count: 1, match: `^${kind} ` }]);
    await (kind === 'commit' ? put(2) : user.do({ kind, key, from: 'a' }));
    await user.list();
    await get();
  }
  user.close();
  assert.deepEqual(check(history.ops), []);
});

// A checker that lets one of these pass would let a bug pass.
for (const [mutation, { found }] of Object.entries(mutations)) {
  test(`the checker finds: ${mutation}`, async (t) => {
    // A node whose breaker the mutation before has opened would not be asked.
    const { nodes } = await (await fetch(`${it.base}/-/health`)).json();
    if (nodes.some(({ breaker }) => breaker !== 'closed')) await it.restart();
    const result = await run(it, { seed: 7, prefix: `${mutation}/`, ...mutated(mutation) });
    t.diagnostic(summary(result).split('\n')[0]);
    const rules = new Set(result.violations.map(({ rule }) => rule));
    assert.ok(found.some((rule) => rules.has(rule)), `${mutation} shows itself by ${found.join(' or ')}:\n${summary(result)}`);
  });
}
