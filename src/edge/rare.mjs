// Does rare jobs (text, SVG, effects, AVIF) in a second WASM module that lives only while it is small and sound.

const PAGE = 65_536;
const MIB = 1024 * 1024;
/** An instance that holds more than this after a job is dropped: WASM memory never shrinks. Bytes. */
const KEEP = 16 * MIB;
/** What its memory begins with and may grow to, as .cargo/config.toml says. Bytes. */
const [FIRST, MOST] = [6 * MIB, 96 * MIB];
/** What the memories of both modules may be at once: an isolate has 128 MB, in which the runtime's own heap lies too. Bytes. */
const TOGETHER = 112 * MIB;
const BADF = 8;

/** Gives `run` over a compiled module; nothing is instantiated before the first job. */
export function makeRare(module) {
  /** The instance's exports, its memory, and what that may grow to. */
  let it = null;

  function open(most) {
    const memory = new WebAssembly.Memory({ initial: FIRST / PAGE, maximum: most / PAGE });
    const { exports } = new WebAssembly.Instance(module, imports(module, memory));
    exports._initialize?.();
    it = { exports, memory, most };
  }

  function put(bytes) {
    const at = it.exports.rare_alloc(bytes.length);
    if (at === 0) return 0;
    new Uint8Array(it.memory.buffer, at, bytes.length).set(bytes);
    return at;
  }

  /**
   * Does one job: its JSON, and its data as bytes, while the other module's memory is of `beside` bytes. When `ok` is
   * false, `bytes` are a refusal as JSON: `code`, `message`, and whether there was `no_memory`. `crowded` says that the
   * other module left less than it may have.
   */
  function run(job, data, beside = 0) {
    const most = Math.min(MOST, Math.floor((TOGETHER - beside) / PAGE) * PAGE);
    const crowded = most < MOST;
    const refused = (code, message, no_memory = false) => {
      it = null;
      return { ok: false, width: 0, height: 0, bytes: new TextEncoder().encode(JSON.stringify({ code, message, no_memory })), crowded };
    };
    try {
      if (it?.most !== most) open(most);
      const { exports } = it;
      const text = new TextEncoder().encode(job);
      const [jobAt, dataAt] = [put(text), put(data)];
      if (jobAt === 0 || dataAt === 0) return refused('image_too_large', 'There is no memory for an image of that size.', true);
      const ok = exports.rare_run(jobAt, text.length, dataAt, data.length) === 0;
      // A copy, because memory is a view that dies when the instance grows or goes.
      const bytes = new Uint8Array(it.memory.buffer, exports.rare_out_ptr(), exports.rare_out_len()).slice();
      const made = { ok, width: exports.rare_out_width(), height: exports.rare_out_height(), bytes, crowded };
      exports.rare_free(jobAt, text.length);
      exports.rare_free(dataAt, data.length);
      if (it.memory.buffer.byteLength > KEEP) it = null;
      return made;
    } catch (error) {
      // After a trap the module's state cannot be trusted, and its memory is to be given back.
      const held = it?.memory.buffer.byteLength ?? 0;
      if (error instanceof RangeError) return refused('image_too_large', 'The image needs more depth than there is.');
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      // Near its bound that was memory, and within narrower bounds it may have been.
      return crowded || held > most / 2
        ? refused('image_too_large', 'The image needs more memory than there is.', true)
        : refused('internal', 'Something went wrong inside Limn.');
    }
  }

  return { run, memory: () => it?.memory.buffer.byteLength ?? 0 };
}

/** The memory, and WASI's functions as a machine without files, clock, arguments or environment has them. */
function imports(module, memory) {
  const zero = (...at) => {
    const view = new DataView(memory.buffer);
    for (const one of at) view.setUint32(one, 0, true);
    return 0;
  };
  const known = {
    environ_sizes_get: zero,
    args_sizes_get: zero,
    environ_get: () => 0,
    args_get: () => 0,
    sched_yield: () => 0,
    random_get: (at, length) => (crypto.getRandomValues(new Uint8Array(memory.buffer, at, length)), 0),
    clock_time_get: (_id, _precision, at) => zero(at, at + 4),
    proc_exit: (code) => {
      throw new WebAssembly.RuntimeError(`exit ${code}`);
    },
  };
  const all = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (all[from] ??= {})[name] = name === 'memory' ? memory : (known[name] ?? (() => BADF));
  }
  return all;
}
