// The Worker's entry: the common module's instances, and the second module ready to be instantiated.
import rare from './build-rare/rare.wasm';
import { makeRare } from './rare.mjs';
import { verified } from './verified.mjs';

globalThis.limnRare = makeRare(rare);
globalThis.limnVerified = verified;

export { default, Ledger } from './instance.mjs';
