// How near a result is to what the full filter makes of its source.
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { lanczos } from './lanczos.mjs';
import { pixels } from './pixels.mjs';
import { ssim } from './ssim.mjs';

/** What a job should come to: made once for each source and size, and kept in `folder`. */
export async function reference(job, folder) {
  if (job.pixels) return job.pixels;
  const { size, mtimeMs } = await stat(job.path);
  const own = await readFile(new URL('./lanczos.mjs', import.meta.url));
  const path = join(folder, `${createHash('sha256').update(own).update([job.path, size, mtimeMs, job.width, job.height].join()).digest('hex').slice(0, 24)}.png`);
  const kept = await readFile(path).catch(() => null);
  if (kept) return pixels(kept);
  await mkdir(folder, { recursive: true });
  const { data, width, height } = lanczos(await pixels(job.path), job);
  const made = sharp(Buffer.from(data.buffer), { raw: { width, height, channels: 3 } });
  await made.png().toFile(path);
  return { data, width, height, channels: 3 };
}

/** SSIM of a file and the reference, or nothing where their sizes differ. */
export async function likeness(file, wanted) {
  const { data, width, height } = await pixels(Buffer.from(file));
  return width === wanted.width && height === wanted.height ? ssim(data, wanted.data, width, height) : undefined;
}
