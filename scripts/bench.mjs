// Times Limn's engine beside its peers in one process: node scripts/bench.mjs --wasm PATH [--runs N] [--work DIR] [--json FILE]
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { peers } from './bench-lib/contenders.mjs';
import { jobs } from './bench-lib/inputs.mjs';
import { engine } from './bench-lib/limn.mjs';
import { bars, table } from './bench-lib/table.mjs';

function options() {
  const { values } = parseArgs({ options: {
    wasm: { type: 'string' }, runs: { type: 'string', default: '7' }, work: { type: 'string', default: '.tools/bench' }, json: { type: 'string' },
  } });
  const runs = Number(values.runs);
  if (!values.wasm || !Number.isInteger(runs) || runs < 1) throw new Error('usage: node scripts/bench.mjs --wasm PATH [--runs N] [--work DIR] [--json FILE]');
  return { ...values, runs };
}

// A library may consume or detach what it is given, so every run gets a copy, made before the clock starts.
async function timed(contender, job) {
  const own = { ...job, source: Buffer.from(job.source) };
  const start = performance.now();
  const out = await contender.run(own);
  return { ms: performance.now() - start, bytes: out.length };
}

async function measure(job, contenders, runs) {
  const lines = contenders.filter(({ only }) => only(job)).map((contender) => ({ contender, name: contender.name, note: contender.note(job), times: [] }));
  // Round 0 warms up. The first place goes round, so that no one always follows the same neighbour.
  for (let round = 0; round <= runs; round++) {
    for (let i = 0; i < lines.length; i++) {
      const line = lines[(i + round) % lines.length];
      if (line.error) continue;
      try {
        const { ms, bytes } = await timed(line.contender, job);
        line.bytes = bytes;
        if (round) line.times.push(ms);
      } catch (error) {
        line.error = String(error?.message ?? error);
      }
    }
  }
  for (const line of lines) {
    delete line.contender;
    if (line.error) continue;
    line.times.sort((a, b) => a - b);
    line.min = line.times[0];
    line.median = (line.times[(runs - 1) >> 1] + line.times[runs >> 1]) / 2;
  }
  const base = lines.find(({ name }) => name === 'limn').min;
  for (const line of lines) line.ratio = line.min / base;
  return lines;
}

async function main() {
  const { wasm, runs, work, json } = options();
  const limn = await engine(wasm);
  const list = await jobs(work, process.env.LIMN_FIXTURES);
  const { loaded, missing } = await peers();
  const own = { name: 'limn', only: () => true, note: () => '', run: await limn.runner() };
  const results = [];
  for (const { source, path, ...job } of list) {
    process.stderr.write(`${job.title}\n`);
    const lines = await measure({ ...job, source }, [own, ...loaded], runs);
    const memory = await limn.memory({ ...job, source }).catch(() => null);
    results.push({ ...job, sourceBytes: source.length, lines, memory });
  }
  const summary = bars(results);
  console.log(`node ${process.version}, V8 ${process.versions.v8}, ${runs} runs after a warm-up; x Limn is the minimum over Limn's, above 1 is slower\n`);
  console.log(table(results));
  for (const line of missing) console.log(`\n${line}`);
  console.log(`\n${summary.map(({ text }) => text).join('\n')}`);
  if (json) {
    const file = { node: process.version, runs, results, missing, bars: summary.map(({ name, state }) => ({ name, state })) };
    await writeFile(json, `${JSON.stringify(file, null, 2)}\n`);
  }
}

// The peers' threads would keep the process alive, so it is ended by hand.
main().then(() => process.exit(0), (error) => {
  console.error(error.message);
  process.exit(1);
});
