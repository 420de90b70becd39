// Writes a 24-bit BMP, which sharp cannot: rows from the bottom up, blue first, padded to four bytes.
export function bmp(rgb, width, height) {
  const stride = (width * 3 + 3) & ~3;
  const file = Buffer.alloc(54 + stride * height);
  file.write('BM', 0, 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  file.writeUInt32LE(stride * height, 34);
  file.writeInt32LE(2835, 38);
  file.writeInt32LE(2835, 42);
  for (let y = 0; y < height; y++) {
    let to = 54 + (height - 1 - y) * stride, from = y * width * 3;
    for (let x = 0; x < width; x++, to += 3, from += 3) {
      file[to] = rgb[from + 2];
      file[to + 1] = rgb[from + 1];
      file[to + 2] = rgb[from];
    }
  }
  return file;
}
