// The Limn that a page's blocks run against: in production mode, with the page's own settings, filled with pictures.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unstable_readConfig } from 'wrangler';
import { settings } from '../../../scripts/limn/config.mjs';
import { startNode } from '../../../scripts/limn/nodes.mjs';
import { freePort } from '../../../scripts/limn/ports.mjs';
import { askS3 } from '../../../scripts/limn/s3.mjs';
import { signed } from '../../../scripts/limn/sign.mjs';
import { serveDirectory } from '../../../scripts/limn/static.mjs';
import { limn } from '../limn.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const drawn = (file) => readFileSync(`${root}.tools/demo/${file}`);
/** Where the documents' Limn is. */
export const HOST = 'img.example.com';
/** The keys that every bucket holds, and the file that each is. */
const KEYS = { 'cat.jpg': 'progressive.jpg', 'photo.jpg': 'photo.jpg', 'a/cat.jpg': 'progressive.jpg', '2019/cat.jpg': 'progressive.jpg', 'marks/logo.png': 'logo.png' };
const actions = ['read', 'list', 'write', 'delete', 'purge', 'usage', 'admin'];
export const key = { kid: 'site', secret: 'site-secret' };
const secrets = {
  LIMN_KEY_SITE: JSON.stringify({ id: key.kid, secrets: [key.secret], user: 'site', grants: [{ actions }] }),
  METRICS_TOKEN: 'metrics-token',
};

/** What nodes that are only read hold beside, for buckets to take in. */
const THEIRS = { ...KEYS, 'old/dog.jpg': 'rotated.jpg' };

/** What a page's TOML says of an environment, read as wrangler reads it. */
function section(toml, env, dir) {
  const file = `${dir}/page.toml`;
  writeFileSync(file, `name = "page"\ncompatibility_date = "2026-07-01"\n[env.${env}]\nname = "page-${env}"\n${toml}`);
  return unstable_readConfig({ config: file, env }, { hideWarnings: true });
}

/** Puts servers of this machine in the place of those that the page's nodes name. */
async function onThisMachine(vars, dir) {
  const [servers, given] = [[], {}];
  for (const [name, table] of Object.entries(vars).filter(([name]) => name.startsWith('LIMN_NODE_'))) {
    if (table.kind === 'http') {
      const files = `${dir}/${table.name}`;
      for (const [key, file] of Object.entries(THEIRS)) (mkdirSync(dirname(`${files}/${table.prefix ?? ''}${key}`), { recursive: true }), copyFileSync(`${root}.tools/demo/${file}`, `${files}/${table.prefix ?? ''}${key}`));
      const web = await serveDirectory(files);
      servers.push({ stop: web.close });
      vars[name] = { ...table, url: web.url };
    }
    // No server that speaks OSS's own scheme runs here, so that S3 plays it.
    if (table.kind === 's3' || table.kind === 'oss') {
      const node = startNode({ name: table.name, port: await freePort(), dir: `${dir}/${table.name}`, id: `id-${table.name}`, secret: `secret-${table.name}`, bucket: table.bucket });
      servers.push(node);
      await node.ready;
      if (table.managed === false) for (const [key, file] of Object.entries(THEIRS)) await askS3(node, 'PUT', `${table.prefix ?? ''}${key}`, { body: drawn(file) });
      const { addressing, ...rest } = table;
      vars[name] = { ...rest, kind: 's3', region: 'us-east-1', endpoint: node.endpoint };
      given[name.replace('NODE', 'CREDENTIALS')] = JSON.stringify({ node: table.name, id: node.id, secret: node.secret });
    }
  }
  return { servers, given };
}

/** Starts Limn for the page whose TOML this is; `cli` is the path of the built command, `text` what the page says. */
export async function site(toml, { cli, development, text }) {
  const dir = mkdtempSync(`${tmpdir()}/limn-docs-`);
  const own = section(toml, 'production', dir);
  const theirs = unstable_readConfig({ config: `${root}wrangler.toml`, env: 'production' }, { hideWarnings: true });
  const vars = {
    ...settings().vars,
    ...theirs.vars,
    // What the documents take for granted where they speak of another deployment.
    LIMN_NODE_OLD: { name: 'old', kind: 'r2', binding: 'NODE_A', managed: false, prefix: 'old/' },
    ...own.vars,
  };
  vars.LIMN = { endpoint: HOST, mode: 'production', ...own.vars?.LIMN };
  const { servers, given } = await onThisMachine(vars, dir);
  const r2 = [...settings().r2_buckets, ...own.r2_buckets.filter(({ binding }) => !['NODE_A', 'DERIVED'].includes(binding))];
  await checked(vars, { ...given, ...secrets }, r2, dir, cli);
  const mode = development ? { LIMN: { mode: 'development' } } : { LIMN_KEY_DEV: null, LIMN_KEY_READER: null };
  const it = await limn({ ...vars, ...given, ...secrets, ...mode }, { r2 });
  const ask = asker(it.port);
  for (const { name, nodes } of Object.values(vars).filter((table) => table.nodes && table.name)) {
    const first = Object.values(vars).find((table) => table.name === nodes[0] && table.kind);
    // Runners take their photo from demo.
    if (first.managed === false || (name !== 'demo' && !text.includes(name))) continue;
    for (const [object, file] of Object.entries(KEYS)) {
      const exp = String(Math.floor(Date.now() / 1000) + 600);
      const answer = await ask(`http://${development ? '127.0.0.1:8787' : HOST}${signed('PUT', `/${name}/${object}`, { exp }, key)}`, { method: 'PUT', body: drawn(file) });
      if (answer.status !== 200) throw new Error(`${name}/${object} was answered ${answer.status}: ${answer.body}`);
    }
  }
  const stop = async () => {
    await it.stop();
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(dir, { recursive: true, force: true });
  };
  return { port: it.port, dir, ask, stop, log: it.log };
}

/** The page's settings pass `limn check`, too. */
async function checked(vars, given, r2, dir, cli) {
  const read = settings();
  const env = { vars, assets: read.assets, r2_buckets: r2, durable_objects: read.durable_objects, ratelimits: read.ratelimits };
  writeFileSync(`${dir}/check.json`, JSON.stringify({ migrations: read.migrations, env: { production: env } }));
  writeFileSync(`${dir}/secrets.json`, JSON.stringify(given));
  await promisify(execFile)(cli, ['check', '--config', `${dir}/check.json`, '--env', 'production', '--secrets', `${dir}/secrets.json`]);
}

/** Asks the Limn at a port for a URL, whatever host it names. */
function asker(port) {
  return (url, { method = 'GET', headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const { host, pathname, search } = new URL(url);
      const request = http.request({ host: '127.0.0.1', port, method, path: pathname + search, headers: { ...headers, host } }, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }));
      });
      request.on('error', reject);
      request.end(body);
    });
}
