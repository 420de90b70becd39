// What was asked and what came of it, in the order in which it was seen from outside.

/**
 * An operation: `{ id, kind, begin, end, outcome, … }`. `begin` and `end` count events of one process, so that of two operations, one ended
 * before the other began exactly if its `end` is the smaller number. `outcome` is
 * `ok`: done, and the answer came; `fail`: not done; `info`: nobody knows, now or ever (`end` is then Infinity).
 */
export class History {
  ops = [];
  #events = 0;

  begin(what) {
    const op = { id: this.ops.length, ...what, begin: ++this.#events, end: Infinity, outcome: 'info', at: Date.now() };
    this.ops.push(op);
    return op;
  }

  end(op, outcome, result = {}) {
    // What may still happen has no end.
    const end = ++this.#events;
    return Object.assign(op, result, { outcome, end: outcome === 'info' ? Infinity : end, left: end, took: Date.now() - op.at });
  }

  /** Something that was seen at one moment. */
  note(what, result) {
    return this.end(this.begin(what), 'ok', result);
  }
}
