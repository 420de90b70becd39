// Photon, as it is packed for Workers.
import { peer } from './peer.mjs';

const encoders = {
  jpg: (image, quality) => image.get_bytes_jpeg(quality),
  webp: (image) => image.get_bytes_webp(),
  png: (image) => image.get_bytes(),
};

/** The contender. */
export async function load({ peers }, job) {
  const { PhotonImage, SamplingFilter, resize } = await peer(peers).load('@cf-wasm/photon/node');
  return (source) => {
    const image = job.pixels ? new PhotonImage(source.data, source.width, source.height) : PhotonImage.new_from_byteslice(source);
    const small = job.pixels ? image : resize(image, job.width, job.height, SamplingFilter.Lanczos3);
    const out = encoders[job.format](small, job.quality);
    image.free();
    if (small !== image) small.free();
    return out;
  };
}
