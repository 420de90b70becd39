// wasm-vips on one thread.
import { peer } from './peer.mjs';

const encoders = {
  jpg: (image, Q, keep) => image.jpegsaveBuffer({ Q, keep }),
  webp: (image, Q, keep) => image.webpsaveBuffer({ Q, keep }),
  png: (image, _, keep) => image.pngsaveBuffer({ keep }),
};

/** The contender. */
export async function load({ peers }, job) {
  const { default: start } = await peer(peers).load('wasm-vips');
  const vips = await start({ dynamicLibraries: [] });
  vips.concurrency(1);
  vips.Cache.max(0);
  const open = (source) => {
    if (job.pixels) return vips.Image.newFromMemory(source.data, source.width, source.height, source.channels, vips.BandFormat.uchar).copy({ interpretation: 'srgb' });
    // Without a height the thumbnail would be fitted into a square.
    return vips.Image.thumbnailBuffer(source, job.width, { height: 10_000_000, option_string: job.animated ? 'n=-1' : '' });
  };
  return (source) => {
    const image = open(source);
    const out = encoders[job.format](image, job.quality, vips.ForeignKeep.none);
    image.delete();
    return out;
  };
}
