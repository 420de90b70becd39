// Writes tests/libjpeg: JPEGs, and what libjpeg-turbo, as wasm-vips has it, makes of them at each scale. To be run by hand
// where scripts/bench has installed the peers: node scripts/libjpeg.mjs [PEERS]
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { peer } from './bench-lib/contenders/peer.mjs';

const FOLDER = 'tests/libjpeg';
const SCALES = [1, 2, 4, 8];

const { default: start } = await peer(process.argv[2] ?? '.tools/bench-peers').load('wasm-vips');
const vips = await start({ dynamicLibraries: [] });
await mkdir(FOLDER, { recursive: true });
for (const [name, chromaSubsampling] of [['420', '4:2:0'], ['444', '4:4:4']]) {
  const file = await sharp('.tools/demo/photo.jpg').resize(112, 80).jpeg({ quality: 90, chromaSubsampling }).toBuffer();
  await writeFile(join(FOLDER, `${name}.jpg`), file);
  for (const shrink of SCALES) {
    const image = vips.Image.jpegloadBuffer(file, { shrink });
    await writeFile(join(FOLDER, `${name}-${shrink}.png`), image.pngsaveBuffer({ keep: vips.ForeignKeep.none }));
    image.delete();
  }
}
// 14 by 10 MCUs, of which five stand between two restart markers.
const image = vips.Image.jpegloadBuffer(await readFile(join(FOLDER, '420.jpg')));
await writeFile(join(FOLDER, 'restarts.jpg'), image.jpegsaveBuffer({ Q: 90, restart_interval: 5, keep: vips.ForeignKeep.none }));
process.exit(0);
