// The built Worker under wrangler for tests: settings from wrangler.toml, changed as a test wants, state of its own.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { settings, writeConfig } from '../../scripts/limn/config.mjs';
import { start } from '../../scripts/limn/dev.mjs';
import { freePort } from '../../scripts/limn/ports.mjs';

const runs = fileURLToPath(new URL('../../.wrangler/tests/', import.meta.url));
const grants = (...actions) => [{ actions }];
/** The keys of scripts/dev.vars. */
export const devKeys = {
  LIMN_KEY_DEV: JSON.stringify({ id: 'limn-dev', secrets: ['limn-dev-secret'], user: 'dev', create_buckets: true, grants: grants('read', 'list', 'write', 'delete', 'purge', 'usage', 'admin') }),
  LIMN_KEY_READER: JSON.stringify({ id: 'limn-reader', secrets: ['limn-reader-secret'], user: 'dev', grants: grants('read', 'list') }),
};

/** Starts Limn with development settings; `vars` are added or, when null, removed; `tls` as in `start`;
 * `ratelimits` and `r2` (R2 bindings) in place of those of wrangler.toml; `entry` names a module of this folder that wraps the Worker's. */
export async function limn(vars = {}, { tls, ratelimits, r2, entry } = {}) {
  mkdirSync(runs, { recursive: true });
  const dir = mkdtempSync(`${runs}run-`);
  const all = { ...settings().vars, ...devKeys, ...vars };
  const configured = (vars) => writeConfig(dir, { name: 'limn-test', vars, entry: entry && `tests/worker/${entry}`, ratelimits, r2 });
  const config = configured(all);
  const port = await freePort();
  const begin = () => start({ port, config, persist: `${dir}/state`, tls });
  let dev = begin();
  await dev.ready;
  const stop = async () => {
    await dev.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  /** A new process with the same state: what isolates held in memory is gone. `changed` as `vars`, from now on. */
  const restart = async (changed = {}) => {
    await dev.stop();
    configured(Object.assign(all, changed));
    dev = begin();
    await dev.ready;
  };
  return { base: dev.base, port, stop, restart, log: () => dev.log() };
}

/** A request whose path and headers go out as they are given, Host included. */
export function raw(port, { method = 'GET', path, headers = {}, body }) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    request.on('error', reject);
    request.end(body);
  });
}
