// What was asked and what came of it, in the order in which it was seen from outside.

/** How long after its client heard the last of it a request may still have an effect, milliseconds: more than all deadlines on its way. */
const LAPSE_MS = 60_000;

/**
 * An operation: `{ id, kind, begin, end, outcome, … }`. `begin` and `end` count events of one process, so that of two operations, one ended
 * before the other began exactly if its `end` is the smaller number. `outcome` is
 * `ok`: done, and the answer came; `fail`: not done; `info`: nobody knows (`end` is then Infinity), but that it is done by `lapse` or never.
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

  /** Tells of all operations of unknown outcome when they lapsed, as far as the history goes. */
  lapse() {
    for (const op of this.ops.filter(({ outcome, left }) => outcome === 'info' && left)) {
      const until = op.at + op.took + LAPSE_MS;
      const later = this.ops.findIndex(({ at }) => at > until);
      if (later >= 0) op.lapse = this.ops[later].begin;
    }
    return this.ops;
  }

  /** Something that was seen at one moment. */
  note(what, result) {
    return this.end(this.begin(what), 'ok', result);
  }
}
