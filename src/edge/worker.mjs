// The Worker's entry: the common module's instances, and the second module ready to be instantiated.
import rare from './build-rare/rare.wasm';
import { makeRare } from './rare.mjs';

globalThis.limnRare = makeRare(rare);

export { default, Ledger } from './instance.mjs';
