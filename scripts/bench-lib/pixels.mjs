// Pictures as RGB, to be compared.
import sharp from 'sharp';

/** A file's RGB over mid-grey, where it has alpha; an animation's first picture. */
export async function pixels(file) {
  const { data, info: { width, height } } = await sharp(file, { limitInputPixels: false }).autoOrient().flatten({ background: '#808080' }).toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width, height, channels: 3 };
}
