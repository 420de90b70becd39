// Does rare jobs (text, SVG, effects, AVIF) in a second WASM module that lives only while it is small and sound.

/** An instance that holds more than this after a job is dropped: WASM memory never shrinks. Bytes. */
const KEEP = 32 * 1024 * 1024;
/** What the module may grow to, as .cargo/config.toml says; a trap near it is memory that ended. Bytes. */
const MAX = 96 * 1024 * 1024;
const BADF = 8;

/** Gives `run` over a compiled module; nothing is instantiated before the first job. */
export function makeRare(module) {
  let instance = null;

  function open() {
    let memory = null;
    instance = new WebAssembly.Instance(module, imports(module, () => memory));
    ({ memory } = instance.exports);
    instance.exports._initialize?.();
    return instance.exports;
  }

  function put(it, bytes) {
    const at = it.rare_alloc(bytes.length);
    if (at === 0) return 0;
    new Uint8Array(it.memory.buffer, at, bytes.length).set(bytes);
    return at;
  }

  /**
   * Does one job: its JSON, and its data as bytes. When `ok` is false, `bytes` are a refusal as JSON, with
   * `code` and `message`.
   */
  function run(job, data) {
    let it = null;
    try {
      it = instance?.exports ?? open();
      const text = new TextEncoder().encode(job);
      const [jobAt, dataAt] = [put(it, text), put(it, data)];
      if (jobAt === 0 || dataAt === 0) {
        instance = null;
        return refusal('image_too_large', 'There is no memory for an image of that size.');
      }
      const ok = it.rare_run(jobAt, text.length, dataAt, data.length) === 0;
      // A copy, because memory is a view that dies when the instance grows or goes.
      const bytes = new Uint8Array(it.memory.buffer, it.rare_out_ptr(), it.rare_out_len()).slice();
      const made = { ok, width: it.rare_out_width(), height: it.rare_out_height(), bytes };
      it.rare_free(jobAt, text.length);
      it.rare_free(dataAt, data.length);
      if (it.memory.buffer.byteLength > KEEP) instance = null;
      return made;
    } catch (error) {
      // After a trap the module's state cannot be trusted, and its memory is to be given back.
      instance = null;
      if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error;
      const full = error instanceof RangeError || (it?.memory.buffer.byteLength ?? 0) > MAX / 2;
      return full
        ? refusal('image_too_large', 'The image needs more memory or depth than there is.')
        : refusal('internal', 'Something went wrong inside Limn.');
    }
  }

  return { run, memory: () => instance?.exports.memory.buffer.byteLength ?? 0 };
}

function refusal(code, message) {
  return { ok: false, width: 0, height: 0, bytes: new TextEncoder().encode(JSON.stringify({ code, message })) };
}

/** WASI's functions, as a machine without files, clock, arguments or environment has them. */
function imports(module, memory) {
  const zero = (...at) => {
    const view = new DataView(memory().buffer);
    for (const one of at) view.setUint32(one, 0, true);
    return 0;
  };
  const known = {
    environ_sizes_get: zero,
    args_sizes_get: zero,
    environ_get: () => 0,
    args_get: () => 0,
    sched_yield: () => 0,
    random_get: (at, length) => (crypto.getRandomValues(new Uint8Array(memory().buffer, at, length)), 0),
    clock_time_get: (_id, _precision, at) => zero(at, at + 4),
    proc_exit: (code) => {
      throw new WebAssembly.RuntimeError(`exit ${code}`);
    },
  };
  const all = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (all[from] ??= {})[name] = known[name] ?? (() => BADF);
  }
  return all;
}
