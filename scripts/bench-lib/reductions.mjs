// How near large reductions come to the full filter, without a lossy format between.
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { engine } from './contenders/limn.mjs';
import { likeness, reference } from './likeness.mjs';

const LEAST = 4;

/** For each still source that some job reduces to a quarter or less, SSIM of Limn's and sharp's PNG. */
export async function reductions(jobs, { wasm, references }) {
  const limn = await engine(wasm);
  const found = [];
  for (const job of jobs.filter((one) => one.path && !one.animated && one.megapixels <= 24.5 && Math.sqrt((one.megapixels * 1e6) / (one.width * one.height)) >= LEAST)) {
    const source = await readFile(job.path), wanted = await reference(job, references);
    found.push({
      title: job.title.replace(/\w+$/, 'png'),
      limn: await likeness(limn(`w=${job.width}&f=png`, source), wanted),
      sharp: await likeness(await sharp(source).resize(job.width).png().toBuffer(), wanted),
    });
  }
  return found;
}
