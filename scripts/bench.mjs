// Times Limn's engine beside its peers: node scripts/bench.mjs --wasm PATH --peers DIR [--rare PATH] [--quick] [--runs N] [--only TEXT] [--work DIR] [--json FILE]
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { bars } from './bench-lib/bars.mjs';
import { CONTENDERS } from './bench-lib/contenders/list.mjs';
import { fits } from './bench-lib/fit.mjs';
import { jobs } from './bench-lib/jobs.mjs';
import { ladders } from './bench-lib/ladder.mjs';
import { likeness, reference } from './bench-lib/likeness.mjs';
import { race } from './bench-lib/race.mjs';
import { reductions } from './bench-lib/reductions.mjs';
import { startup } from './bench-lib/startup.mjs';
import { barLines, lines, nearness, sizes, starts, times, waits } from './bench-lib/table.mjs';

/** The Worker's main module, where it is built. */
const MAIN = 'src/edge/build/index_bg.wasm';

function options() {
  const { values } = parseArgs({ options: {
    wasm: { type: 'string' }, rare: { type: 'string' }, peers: { type: 'string' }, work: { type: 'string', default: '.tools/bench' },
    quick: { type: 'boolean', default: false }, runs: { type: 'string' }, only: { type: 'string' }, json: { type: 'string' },
  } });
  const runs = Number(values.runs ?? (values.quick ? 5 : 9));
  if (!values.wasm || !values.peers || !Number.isInteger(runs) || runs < 1) throw new Error('usage: node scripts/bench.mjs --wasm PATH --peers DIR [--rare PATH] [--quick] [--runs N] [--only TEXT] [--work DIR] [--json FILE]');
  // In milliseconds of one contender at one job: the slow ones run less often.
  return { ...values, runs, spend: values.quick ? 1000 : 10_000, fixtures: process.env.LIMN_FIXTURES };
}

/** One job's lines, with ratios to Limn, the memory beside the source, and SSIM with the full filter. */
async function measured(job, { wasm, peers, work, runs, spend }) {
  process.stderr.write(`${job.title}\n`);
  const raced = await race(job, CONTENDERS, { where: { wasm, peers }, runs, spend });
  const wanted = await reference(job, join(work, 'references'));
  const base = raced.find(({ name }) => name === 'limn')?.min;
  for (const line of raced) if (!line.error) await told(line, { wanted, base, job });
  const { pixels, path, ...rest } = job;
  return { ...rest, pixels: Boolean(pixels), lines: raced };
}

async function told(line, { wanted, base, job }) {
  const { memory, asked } = CONTENDERS.find(({ name }) => name === line.name);
  line.resident = memory === 'rss';
  // The source is read before the resident set is looked at first; a WASM memory holds a copy.
  line.beside = line.resident ? line.memory : line.memory - job.sourceBytes;
  if (base) line.ratio = line.min / base;
  // In linear light another picture is right.
  if (!asked) line.ssim = await likeness(line.out, wanted);
  delete line.out;
}

function head({ quick, runs }, load) {
  const told = `node ${process.version}, V8 ${process.versions.v8}, ${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} processors, load ${load.toFixed(2)}`;
  const busy = load > 0.7 ? '\nThe machine is busy with other work: times are too long, ratios hold better.' : '';
  return `${told}${busy}\n${runs} rounds after a warm-up, more of short jobs${quick ? ', quick' : ''}; x Limn: minimum over Limn's minimum, above 1 is slower; SSIM: with the full filter; MB: peak; beside: less the source held in it\n`;
}

/** What could not be measured at all, by name. */
function missing({ peers, rare }, results) {
  const failed = CONTENDERS.map(({ name }) => [name, results.flatMap(({ lines }) => lines.filter((line) => line.name === name))]).filter(([, all]) => all.length && all.every(({ error }) => error));
  return [
    ...existsSync(join(peers, 'node_modules')) ? [] : [`The peers are not installed in ${peers}.`],
    ...failed.map(([name, [{ error }]]) => `${name} was measured at no job: ${error}`),
    ...rare ? [] : ['AVIF was not measured: the rare module is not built.'],
  ];
}

async function main() {
  const asked = options(), [load] = loadavg();
  const list = await jobs(asked.work, asked);
  const results = [];
  for (const job of list) results.push(await measured(job, asked));
  const climbed = asked.only ? [] : await ladders(asked);
  const near = asked.only ? [] : await reductions(list, { ...asked, references: join(asked.work, 'references') });
  const start = asked.only ? undefined : await startup({ wasm: asked.wasm, main: MAIN, source: await readFile(join(asked.work, '2mp.jpg')) });
  const found = { results, start, fits: fits(results), ladders: climbed, reductions: near, bars: bars({ results, ladders: climbed, reductions: near, start }), missing: missing(asked, results) };
  console.log(head(asked, load));
  console.log([times(results), lines(found.fits), sizes(climbed), waits(climbed), nearness(near), ...start ? [starts(start)] : [], barLines(found.bars), ...found.missing].join('\n\n'));
  const file = asked.json ?? join(asked.work, 'last.json');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ node: process.version, processor: cpus()[0]?.model, load, quick: asked.quick, runs: asked.runs, ...found }, null, 2)}\n`);
  console.log(`\nSaved as ${file}`);
}

// The peers' threads would keep the process alive, so it is ended by hand.
main().then(() => process.exit(0), (error) => {
  console.error(error.stack);
  process.exit(1);
});
