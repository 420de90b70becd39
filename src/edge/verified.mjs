// A long body on its way from a node to a client, verified while it streams: it is hashed by the runtime, and its
// last piece is held back until all of it has the digest that the ledger tells. One with other bytes breaks off
// before its end, so that no client can take it for whole. Nothing of it enters WASM.

/**
 * How long a node may be silent in the midst of a body before it is given up, milliseconds: longer than before its
 * first byte, as no other node can take its place any more.
 */
const STALL = 10_000;

/** How much is read at once: a step costs more than its bytes, bytes. */
const PIECE = 256 << 10;

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The next piece, or an error once the node was silent for too long. */
async function next(reader) {
  let timer;
  const silence = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error('The node fell silent.')), STALL)));
  try {
    return await Promise.race([reader.readAtLeast(PIECE, new Uint8Array(PIECE)), silence]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * `source` as a stream of `length` bytes, and `wrong`: once it has ended, whether it was whole and had another
 * digest than `sha256`, in hex. A body that breaks off, on either side, tells nothing.
 */
export function verified(source, length, sha256) {
  const { readable, writable } = new FixedLengthStream(length);
  const [reader, writer] = [source.getReader({ mode: 'byob' }), writable.getWriter()];
  const digest = new crypto.DigestStream('SHA-256');
  const hash = digest.getWriter();

  async function flow() {
    let heldBack = null;
    for (let step = await next(reader); step.value?.length; step = await next(reader)) {
      await hash.write(step.value);
      if (heldBack) await writer.write(heldBack);
      heldBack = step.value;
    }
    await hash.close();
    if (hex(await digest.digest) !== sha256) throw other;
    if (heldBack) await writer.write(heldBack);
    await writer.close();
  }

  const other = new Error('The node holds other bytes than were stored.');
  const wrong = flow().then(
    () => false,
    (error) => {
      reader.cancel(error).catch(() => {});
      writer.abort(error).catch(() => {});
      return error === other;
    },
  );
  return { readable, wrong };
}
