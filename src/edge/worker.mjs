// The Worker's entry: the common module as it was built, and the second one ready to be instantiated.
import rare from './build-rare/rare.wasm';
import { makeRare } from './rare.mjs';

globalThis.limnRare = makeRare(rare);

export { default, Ledger } from './build/index.js';
