// The benchmark's source images, cut from the demo photo once and kept, and the jobs that read them.
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

const PHOTO = '.tools/demo/photo.jpg';

// The photo is mirrored at its edges to reach 24 MP: enlarging would leave it soft, and soft files decode too fast.
const large = (photo) => photo.extend({ left: 1000, right: 1000, top: 500, bottom: 500, extendWith: 'mirror' });

const SOURCES = {
  '6mp.jpg': (photo) => photo.resize(2725, 2225).jpeg({ quality: 88 }),
  '12mp.jpg': (photo) => photo.resize(4000, 3000).jpeg({ quality: 88 }),
  '24mp.jpg': (photo) => large(photo).jpeg({ quality: 88 }),
  '24mp-progressive.jpg': (photo) => large(photo).jpeg({ quality: 88, progressive: true }),
  '2mp.png': (photo) => photo.resize(1920, 1080).png(),
};

const JOBS = [
  { name: '6 MP JPEG', file: '6mp.jpg', width: 320, format: 'jpg' },
  { name: '12 MP JPEG', file: '12mp.jpg', width: 320, format: 'jpg' },
  { name: '24 MP JPEG', file: '24mp.jpg', width: 320, format: 'jpg' },
  { name: '24 MP progressive JPEG', file: '24mp-progressive.jpg', width: 320, format: 'jpg' },
  { name: '2 MP PNG', file: '2mp.png', width: 640, format: 'webp' },
  { name: '2 MP PNG', file: '2mp.png', width: 320, format: 'webp' },
];

export async function jobs(folder, fixtures) {
  await draw(folder);
  const list = JOBS.map((job) => ({ ...job, path: join(folder, job.file) }));
  if (fixtures) list.push(...await real(fixtures));
  return Promise.all(list.map(describe));
}

async function draw(folder) {
  const photo = await readFile(PHOTO).catch(() => {
    throw new Error(`${PHOTO} is missing: run node scripts/demo-images.mjs .tools/demo`);
  });
  const stamp = join(folder, '.drawn-from'), version = createHash('sha256').update(photo).update(await readFile(new URL(import.meta.url))).digest('hex');
  if (await readFile(stamp, 'utf8').catch(() => '') === version) return;
  await mkdir(folder, { recursive: true });
  for (const [name, make] of Object.entries(SOURCES)) {
    await make(sharp(photo)).toFile(join(folder, name));
  }
  await writeFile(stamp, version);
}

async function real(fixtures) {
  const found = [];
  for (const [folder, wanted] of [['photos/large', /\.jpe?g$/i], ['photos/1-2mp', /\.(jpe?g|png)$/i]]) {
    const names = await readdir(join(fixtures, folder)).catch(() => {
      console.error(`no ${folder} in LIMN_FIXTURES`);
      return [];
    });
    for (const name of names.filter((name) => wanted.test(name)).sort()) {
      found.push({ name, path: join(fixtures, folder, name), real: true, width: 320, format: /png$/i.test(name) ? 'webp' : 'jpg' });
    }
  }
  return found;
}

async function describe(job) {
  const source = await readFile(job.path);
  const { width, height, format, isProgressive } = await sharp(source).metadata();
  const pixels = (width * height) / 1e6;
  const kind = format === 'png' ? 'PNG' : isProgressive ? 'progressive JPEG' : 'JPEG';
  return {
    ...job,
    title: `${job.real ? `${job.name}, ${pixels.toFixed(1)} MP ${kind}` : job.name} -> ${job.width} ${job.format}`,
    source, pixels, height: Math.round((height * job.width) / width),
    baseline: format === 'jpeg' && !isProgressive,
  };
}
