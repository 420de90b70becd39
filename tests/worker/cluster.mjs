// Limn over several nodes for tests: R2 and S3 servers, each of these a process behind a proxy that breaks what a test wants broken.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settings } from '../../scripts/limn/config.mjs';
import { startNode } from '../../scripts/limn/nodes.mjs';
import { freePort } from '../../scripts/limn/ports.mjs';
import { askS3 } from '../../scripts/limn/s3.mjs';
import { credentials, onNodes, others } from '../../scripts/limn/sites.mjs';
import { limn } from './limn.mjs';
import { proxy } from './proxy.mjs';

const runs = fileURLToPath(new URL('../../.wrangler/tests/', import.meta.url));

/** Looks into a server's directory, behind its back as well as Limn's. */
function onDisk({ dir, bucket }) {
  const file = (key) => `${dir}/${bucket}/${key}`;
  return {
    async list(prefix = '') {
      const entries = readdirSync(`${dir}/${bucket}`, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      const keys = entries.map((entry) => `${entry.parentPath}/${entry.name}`.slice(file('').length)).filter((key) => key.startsWith(prefix));
      return keys.sort().map((key) => ({ key, size: statSync(file(key)).size }));
    },
    /** At this very moment. */
    holds: (key) => existsSync(file(key)),
    read: async (key) => (existsSync(file(key)) ? readFileSync(file(key)) : null),
    async write(key, bytes) {
      mkdirSync(dirname(file(key)), { recursive: true });
      writeFileSync(file(key), bytes);
    },
    remove: async (key) => rmSync(file(key), { force: true }),
    async corrupt(key, at) {
      const bytes = readFileSync(file(key));
      bytes[at ?? bytes.length >> 1] ^= 1;
      writeFileSync(file(key), bytes);
    },
  };
}

/** The same of R2, by the entry that wraps the Worker's. */
function inR2(deed) {
  const r2 = (op, wish) => deed('r2', { op, ...wish });
  const list = (prefix = '') => r2('list', { prefix });
  const remove = (key) => r2('delete', { key });
  return {
    list,
    read: async (key) => {
      const found = await r2('get', { key });
      return found === null ? null : Buffer.from(found, 'base64');
    },
    write: (key, bytes) => r2('put', { key, base64: Buffer.from(bytes).toString('base64') }),
    remove,
    corrupt: (key, at) => r2('corrupt', { key, at }),
    wipe: async () => {
      for (const { key } of await list()) await remove(key);
    },
  };
}

async function server(name, dir) {
  const node = startNode({ name, port: await freePort(), dir: `${dir}/${name}`, id: `node-${name}`, secret: `node-${name}-secret` });
  await node.ready;
  const front = await proxy({ target: node.endpoint });
  /** Asks the server itself, past the proxy; signed. */
  const ask = (method, key, options) => askS3(node, method, key, options);
  return Object.assign(node, onDisk(node), { proxy: front, ask });
}

/**
 * Limn over `nodes` nodes: `a` is R2, `b` and `c` are S3 servers. `vars` and `options` as in `limn`.
 * `fault(rules)` and `calls()` are those of faulty-nodes.mjs, or of an `entry` around it, which `deed` asks by name.
 */
export async function cluster({ nodes = 3, vars = {}, entry = 'faulty-nodes.mjs', ...options } = {}) {
  mkdirSync(runs, { recursive: true });
  const dir = mkdtempSync(`${runs}nodes-`);
  const servers = await Promise.all(others.slice(0, nodes - 1).map((name) => server(name, dir)));
  const told = servers.map(({ name, bucket, proxy }) => ({ name, bucket, endpoint: proxy.url }));
  const it = await limn({ ...onNodes(settings().vars, told), ...credentials(servers), ...vars }, { ...options, entry });
  const deed = async (name, wish = null) => {
    // A connection of its own: one that is kept may be closed by the other side just as it is taken again.
    const answer = await fetch(`${it.base}/-test/${name}`, { method: 'POST', headers: { connection: 'close' }, body: JSON.stringify(wish) });
    if (!answer.ok) throw new Error(`/-test/${name}: ${await answer.text()}`);
    return answer.json();
  };
  const stop = async () => {
    await it.stop();
    await Promise.all(servers.flatMap((node) => [node.proxy.close(), node.stop()]));
    rmSync(dir, { recursive: true, force: true });
  };
  const all = { a: inR2(deed), ...Object.fromEntries(servers.map((node) => [node.name, node])) };
  return { ...it, vars: { ...settings().vars, ...onNodes(settings().vars, told), ...credentials(servers), ...vars }, nodes: all, fault: (rules) => deed('fault', rules), calls: () => deed('calls'), deed, stop };
}
