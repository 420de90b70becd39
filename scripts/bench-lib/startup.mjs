// What a new isolate pays before its first answer, once its code is compiled: the module's global initialisation, and
// how much longer an image takes in a fresh memory than in one that has made images before.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { compiled, started } from './contenders/limn.mjs';

const ROUNDS = 15;
const WORDS = 'w=320&f=jpg&q=80';

const min = (times) => Math.min(...times);

function timed(work) {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}

/** Imports that do nothing: what the module does before it is asked for anything calls none of them but to set up its tables. */
function idle(module) {
  const all = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    const made = { function: () => () => 0, tag: () => WebAssembly.JSTag }[kind];
    if (made) (all[from] ??= {})[name] = made();
  }
  return all;
}

/** Milliseconds to instantiate the Worker's main module and start it, at the least. */
async function initialisation(path) {
  const module = await WebAssembly.compile(await readFile(path));
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    times.push(timed(() => {
      const { exports } = new WebAssembly.Instance(module, idle(module));
      exports.__wbindgen_start?.();
    }));
  }
  return min(times);
}

/** Milliseconds of an image in a memory that has made it before, and in a fresh one, instantiation included. */
async function firstImage(wasm, source) {
  const module = await compiled(wasm);
  const warm = started(module);
  // V8 compiles what runs often once more, for all instances of a module.
  for (let round = 0; round < ROUNDS; round++) warm(WORDS, source);
  const times = { warm: [], first: [] };
  for (let round = 0; round < ROUNDS; round++) {
    times.warm.push(timed(() => warm(WORDS, source)));
    times.first.push(timed(() => started(module)(WORDS, source)));
  }
  return { warm: min(times.warm), first: min(times.first) };
}

/** Both, of a JPEG; the main module is left out where it is not built. */
export async function startup({ wasm, main, source }) {
  const { warm, first } = await firstImage(wasm, source);
  return { warm, first, ratio: first / warm, initialisation: existsSync(main) ? await initialisation(main) : undefined };
}
