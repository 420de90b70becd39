// Peers' packages in the folder of their own.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Loads what the packages in `folder` have: modules, and files of theirs as compiled WASM. */
export function peer(folder) {
  const require = createRequire(join(resolve(folder), 'package.json'));
  return {
    // Of a CommonJS package what it exports, under its own names.
    async load(name) {
      const module = await import(pathToFileURL(require.resolve(name)));
      return { ...module.default, ...module };
    },
    wasm: async (file) => WebAssembly.compile(await readFile(require.resolve(file))),
  };
}
