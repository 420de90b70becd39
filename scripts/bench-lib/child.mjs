// One contender at one job in a process of its own: it is told what to do, then runs once for each message.
import { readFile } from 'node:fs/promises';
import { resident, wasmBytes, watch } from './memory.mjs';

let run, source, contender, held;

const copied = () => (source.data ? { ...source, data: Buffer.from(source.data) } : Buffer.from(source));

function shaped(pixels, rgba) {
  if (!rgba) return pixels;
  const { width, height } = pixels, data = Buffer.alloc(width * height * 4, 255);
  for (let i = 0; i < width * height; i++) pixels.data.copy(data, i * 4, i * 3, i * 3 + 3);
  return { data, width, height, channels: 4 };
}

async function start({ contender: who, job, where }) {
  contender = who;
  watch();
  source = job.pixels ? shaped(job.pixels, who.rgba) : await readFile(job.path);
  const module = await import(`./contenders/${who.file}`);
  run = await module[who.load]({ ...where, asked: who.asked }, job);
  held = resident().now;
  return {};
}

/** A library may consume or detach what it is given, so every run gets a copy, made before the clock starts. */
async function once() {
  const own = copied();
  const begun = performance.now();
  const out = await run(own);
  const ms = performance.now() - begun;
  return { ms, out, memory: contender.memory === 'wasm' ? wasmBytes() : Math.max(0, resident().most - held) };
}

process.on('message', async (message) => {
  try {
    process.send(await (message.contender ? start(message) : once()));
  } catch (error) {
    process.send({ error: String(error?.message || error).split('\n')[0] });
  }
});
process.on('disconnect', () => process.exit());
