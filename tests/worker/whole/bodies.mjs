// What is stored: bodies and images that tell which write they come from.
import { createCipheriv, createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

export const md5 = (bytes) => createHash('md5').update(bytes).digest('hex');

/** Bytes that no other write has, unless they are few; they begin with the write and its key where there is room. */
export function bodyOf({ key, value, length }) {
  const key16 = createHash('md5').update(`${key} ${value}`).digest();
  const bytes = createCipheriv('aes-128-ctr', key16, Buffer.alloc(16)).update(Buffer.alloc(length));
  const head = Buffer.from(`${value} ${key} ${length}\n`);
  if (length > head.length) head.copy(bytes);
  return bytes;
}

const crcOf = crc32 ?? ((bytes) => {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
});
const chunk = (name, data) => {
  const named = Buffer.concat([Buffer.from(name), data]);
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  crc.writeUInt32BE(crcOf(named));
  return Buffer.concat([length, named, crc]);
};
/** Far apart, so that no rounding makes one of another. */
const colourOf = (value) => [(value * 37) & 255, (value >> 3) & 255, (value * 101 + 7) & 255];

/** A PNG in the one colour of its write. */
export function imageOf({ value, key }) {
  const [width, height] = [24, 16];
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), ...Array.from({ length: width }, () => Buffer.from(colourOf(value)))]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('tEXt', Buffer.from(`Comment\0${value} ${key}`)), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

/** Of which of these writes an image is, as far as its pixels tell; why it is of none, if so. */
export async function writesOf(bytes, width, values) {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  if (info.width !== width) return { bad: `an image ${info.width} wide, not ${width}` };
  const pixels = new Set();
  for (let at = 0; at < data.length; at += info.channels) pixels.add(data.subarray(at, at + 3).join());
  if (pixels.size !== 1) return { bad: `an image of ${pixels.size} colours` };
  const [colour] = pixels;
  const found = values.filter((value) => colourOf(value).join() === colour);
  return found.length ? { values: found } : { bad: `an image in the colour ${colour}, which nobody wrote` };
}
