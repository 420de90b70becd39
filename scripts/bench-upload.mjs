// Times uploads of 1 MB through Limn beside the same uploads straight to an S3 server: node scripts/bench-upload.mjs [--requests N]
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { parseArgs } from 'node:util';
import { settings, writeConfig } from './limn/config.mjs';
import { start } from './limn/dev.mjs';
import { startNode } from './limn/nodes.mjs';
import { freePort } from './limn/ports.mjs';
import { signedS3, sha256 } from './limn/s3.mjs';
import { signed } from './limn/sign.mjs';
import { credentials, onNodes } from './limn/sites.mjs';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '60' } } });
const requests = Number(values.requests);
if (!Number.isInteger(requests) || requests < 10) throw new Error('usage: node scripts/bench-upload.mjs [--requests N], N at least 10');

const SIZE = 1_000_000;
const AT_ONCE = 8;
const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
const bodies = Array.from({ length: 8 }, () => randomBytes(SIZE));

/** One upload on a kept connection; milliseconds. */
function put(port, path, headers, body) {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path, method: 'PUT', headers: { ...headers, 'content-length': body.length }, agent }, (answer) => {
      answer.resume().on('end', () => (answer.statusCode === 200 ? resolve(performance.now() - begun) : reject(new Error(`${path} was answered ${answer.statusCode}`))));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const dir = mkdtempSync('.wrangler/bench-');
const servers = [];
let limn;
try {
  for (const name of ['b', 'c']) {
    const node = startNode({ name, port: await freePort(), dir: `${dir}/${name}`, id: `node-${name}`, secret: `node-${name}-secret` });
    servers.push(node);
    await node.ready;
  }
  const [server] = servers;
  const { vars } = settings();
  const alone = { name: 'alone', nodes: ['b'] };
  const pair = { name: 'pair', nodes: ['b', 'c'] };
  const all = { ...vars, ...onNodes(vars, servers), ...credentials(servers), LIMN_BUCKET_ALONE: alone, LIMN_BUCKET_PAIR: pair };
  const port = await freePort();
  const config = writeConfig(dir, { name: 'bench', vars: all, build: true });
  // wrangler looks for secrets beside its configuration.
  copyFileSync('.dev.vars', `${dir}/.dev.vars`);
  limn = start({ port, config, persist: `${dir}/state` });
  await limn.ready;
  const exp = String(Math.floor(Date.now() / 1000) + 3600);
  const straight = (i, body) => {
    const { target, headers } = signedS3(server, { method: 'PUT', host: `127.0.0.1:${server.port}`, path: `/${server.bucket}/straight/${i}`, digest: sha256(body) });
    return put(server.port, target, headers, body);
  };
  const through = (bucket) => (i, body) => put(port, signed('PUT', `/${bucket}/${i}.bin`, { exp }), { 'content-type': 'application/octet-stream' }, body);
  const cases = { 'straight to the server': straight, 'Limn, that server alone': through('alone'), 'Limn, two servers, both wait': through('pair'), 'Limn, R2 and two servers, two wait': through('demo') };
  const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let i = 0; i < requests + 5; i++) {
    for (const [name, run] of Object.entries(cases)) {
      const ms = await run(i, bodies[i % bodies.length]);
      // The first rounds warm up.
      if (i >= 5) times[name].push(ms);
    }
  }
  const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
  const base = median(times['straight to the server']);
  console.log(`\nUploads of ${SIZE.toLocaleString('en')} bytes, ${requests} rounds in turn, then ${AT_ONCE} at once:`);
  for (const [name, run] of Object.entries(cases)) {
    const begun = performance.now();
    let next = 0;
    const connection = async () => {
      for (let i = next++; i < requests; i = next++) await run(`p${i}`, bodies[i % bodies.length]);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, connection));
    const rate = (requests * SIZE) / 1_000 / (performance.now() - begun);
    const ms = median(times[name]);
    console.log(`  ${name.padEnd(36)} median ${ms.toFixed(1).padStart(7)} ms  ${(ms / base).toFixed(2).padStart(5)}x  ${AT_ONCE} at once ${rate.toFixed(1).padStart(6)} MB/s`);
  }
} finally {
  agent.destroy();
  await limn?.stop();
  await Promise.all(servers.map((node) => node.stop()));
  rmSync(dir, { recursive: true, force: true });
}
