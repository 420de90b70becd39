// Limn's engine as a plain WASM file: no imports, C calls, no JavaScript of its own.
import { readFile } from 'node:fs/promises';

const QUALITY = 80;

export async function engine(path) {
  const module = await WebAssembly.compile(await readFile(path));
  const imports = WebAssembly.Module.imports(module);
  if (imports.length) throw new Error(`${path} wants imports: ${imports.map((i) => `${i.module}.${i.name}`).join(', ')}`);
  const fresh = async () => (await WebAssembly.instantiate(module)).exports;
  return { runner: () => runner(fresh), memory: (job) => memory(fresh, job) };
}

const query = (job) => `w=${job.width}&f=${job.format}&q=${QUALITY}`;

function put(wasm, bytes) {
  const at = wasm.limn_alloc(bytes.length) >>> 0;
  if (!at) throw new Error(`limn_alloc(${bytes.length}) gave nothing`);
  // The memory may have grown, so its buffer is looked up after each allocation.
  new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes);
  return at;
}

function render(wasm, job) {
  const text = Buffer.from(query(job));
  const source = put(wasm, job.source), words = put(wasm, text);
  const code = wasm.limn_render(source, job.source.length, words, text.length);
  const out = new Uint8Array(wasm.memory.buffer, wasm.limn_out_ptr() >>> 0, wasm.limn_out_len() >>> 0).slice();
  wasm.limn_free(source, job.source.length);
  wasm.limn_free(words, text.length);
  if (code) throw new Error(`limn_render gave ${code}: ${Buffer.from(out).toString('utf8').slice(0, 200)}`);
  return out;
}

// One instance serves all runs, as in a Worker; after a failure its state is unknown and a new one takes over.
async function runner(fresh) {
  let wasm = await fresh();
  return async (job) => {
    try {
      return render(wasm, job);
    } catch (error) {
      wasm = await fresh();
      throw error;
    }
  };
}

// WASM memory never shrinks, so a fresh instance's size after one job is that job's peak.
async function memory(fresh, job) {
  const wasm = await fresh();
  render(wasm, job);
  const total = wasm.memory.buffer.byteLength;
  return { total, beside: total - job.source.length };
}
