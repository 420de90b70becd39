import { writeFileSync } from 'node:fs';
import { run, site, summary, story } from './run.mjs';
const [, , ...seeds] = process.argv;
const it = await site();
try {
  for (const seed of seeds.map(Number)) {
    const r = await run(it, { seed, ops: 2000, restarts: 2, clients: 12 });
    console.log(new Date().toISOString(), 'seed', seed, summary(r));
    for (const v of r.violations.slice(0, 2)) console.log(`\n${JSON.stringify(v)}\n` + story(r.history, v));
    writeFileSync(`/tmp/whole-many-${seed}.jsonl`, r.history.ops.map((op) => JSON.stringify(op)).join('\n'));
  }
} catch (e) { console.log('failed', String(e.stack).slice(0, 3000)); } finally { await it.stop(); }
