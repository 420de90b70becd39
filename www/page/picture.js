/** An image with what its answer tells: bytes, dimensions, format, the cache's verdict. */
import { ask } from './server.js';

/** What a browser says that it takes, so that `f=auto` is answered as on a page. */
const ACCEPT = 'image/avif,image/webp,image/*,*/*;q=0.8';

/** Facts of an image are short; longer JSON is some object's own. */
const MAX_FACTS = 1 << 20;

function indented(json) {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

/** Decodes a picture so that its size is known; none where the browser cannot show its format. */
async function sized(url) {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
    return { width: image.naturalWidth, height: image.naturalHeight };
  } catch {
    return null;
  }
}

/**
 * Fetches it anew, since an answer of the browser's own cache would tell what the server's cache did long ago.
 * @returns {Promise<{ url: string | null, json: string | null, bytes: number, type: string, cache: string, upgrade: boolean, size: object | null, release: () => void }>}
 */
export async function fetchPicture(bucket, object, params, signal) {
  const answer = await ask('GET', `/${bucket}/${object}`, params, { headers: { accept: ACCEPT }, cache: 'reload', signal });
  const type = answer.headers.get('content-type') ?? '';
  const facts = { bytes: Number(answer.headers.get('content-length')), type, cache: answer.headers.get('cache-status') ?? '', upgrade: answer.headers.get('x-limn-upgrade') === 'pending' };
  const isFacts = type.startsWith('application/json') && facts.bytes <= MAX_FACTS;
  // A film of gigabytes is not fetched to say that it is no picture.
  if (!type.startsWith('image/') && !isFacts) {
    await answer.body?.cancel();
    return { ...facts, url: null, size: null, json: null, release() {} };
  }
  const blob = await answer.blob();
  facts.bytes = blob.size;
  if (isFacts) return { ...facts, url: null, size: null, json: indented(await blob.text()), release() {} };
  const url = URL.createObjectURL(blob);
  return { ...facts, url, json: null, size: await sized(url), release: () => URL.revokeObjectURL(url) };
}

/** The pixels of a picture, at its own size. */
export async function pixels(url, { width, height }) {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, width, height).data;
}
