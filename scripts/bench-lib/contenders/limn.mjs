// Limn's engine as a plain WASM file: no imports, C calls, no JavaScript of its own.
import { readFile } from 'node:fs/promises';

/** The program that asks for a job, in short parameters; `asked` are its parameters beside size, format and quality. */
const program = ({ width, format, quality }, asked) => [`w=${width}`, `f=${format}`, `q=${quality}`, asked].filter(Boolean).join('&');

/** The engine's module. */
export async function compiled(path) {
  const module = await WebAssembly.compile(await readFile(path));
  const imports = WebAssembly.Module.imports(module);
  if (imports.length) throw new Error(`${path} wants imports: ${imports.map((i) => `${i.module}.${i.name}`).join(', ')}`);
  return module;
}

/** Gives `render(program, source)` over a new instance, which serves all runs as in a Worker. */
export function started(module) {
  const { exports } = new WebAssembly.Instance(module);
  return (words, source) => render(exports, Buffer.from(words), source);
}

/** Both at once. */
export const engine = async (path) => started(await compiled(path));

/** What the engine reads without decoding: a PAM. */
export function uncompressed({ data, width, height, channels }) {
  const kind = channels === 4 ? 'RGB_ALPHA' : 'RGB';
  return Buffer.concat([Buffer.from(`P7\nWIDTH ${width}\nHEIGHT ${height}\nDEPTH ${channels}\nMAXVAL 255\nTUPLTYPE ${kind}\nENDHDR\n`), data]);
}

function put(wasm, bytes) {
  const at = wasm.limn_alloc(bytes.length) >>> 0;
  if (!at) throw new Error(`limn_alloc(${bytes.length}) gave nothing`);
  // The memory may have grown, so its buffer is looked up after each allocation.
  new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes);
  return at;
}

function render(wasm, words, bytes) {
  const source = put(wasm, bytes), text = put(wasm, words);
  const code = wasm.limn_render(source, bytes.length, text, words.length);
  const out = new Uint8Array(wasm.memory.buffer, wasm.limn_out_ptr() >>> 0, wasm.limn_out_len() >>> 0).slice();
  wasm.limn_free(source, bytes.length);
  wasm.limn_free(text, words.length);
  if (code) throw new Error(Buffer.from(out).toString('utf8').slice(0, 200));
  return out;
}

/** The contender; `asked` sets it to do the job in another way. */
export async function load({ wasm, asked }, job) {
  const make = await engine(wasm);
  return (source) => make(program(job, asked), job.pixels ? uncompressed(source) : source);
}
