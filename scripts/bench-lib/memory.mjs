// What a process held at most: the size of its WASM memories, which never shrink, or its resident set.
import { readFileSync } from 'node:fs';

const memories = new Set();

/** Notes every WASM memory that is made or exported from now on. */
export function watch() {
  const { Memory, Instance, instantiate } = WebAssembly;
  const noted = (instance) => {
    for (const value of Object.values(instance.exports)) if (value instanceof Memory) memories.add(value);
    return instance;
  };
  WebAssembly.Memory = new Proxy(Memory, {
    construct(target, args) {
      const memory = new target(...args);
      memories.add(memory);
      return memory;
    },
  });
  WebAssembly.Instance = new Proxy(Instance, { construct: (target, args) => noted(new target(...args)) });
  WebAssembly.instantiate = async (...args) => {
    const made = await instantiate(...args);
    noted(made.instance ?? made);
    return made;
  };
}

/** Bytes of all WASM memories. */
export const wasmBytes = () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);

/** Bytes that are resident now, and that were at most. */
export function resident() {
  const now = process.memoryUsage.rss();
  try {
    // getrusage would count what the parent held when it forked.
    return { now, most: Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))[1]) * 1024 };
  } catch {
    return { now, most: process.resourceUsage().maxRSS * 1024 };
  }
}
