// Times Limn's cache in front of everything, beside a bare Worker that only calls cache.match: node scripts/bench-cache.mjs [--requests N]
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { hasNginx, nginx } from './bench-lib/nginx.mjs';
import { start } from './limn/dev.mjs';
import { signed } from './limn/sign.mjs';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '400' } } });
const requests = Number(values.requests);
if (!Number.isInteger(requests) || requests < 10) throw new Error('usage: node scripts/bench-cache.mjs [--requests N], N at least 10');

const TARGET = '/demo/photo.jpg?w=1200&q=90';
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

/** One request on a kept connection: status, milliseconds, body, headers. */
function ask(port, path, headers = {}, method = 'GET', body) {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path, method, headers, agent }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks), ms: performance.now() - begun }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
const summary = (times) => {
  const sorted = [...times].sort((a, b) => a - b);
  return { median: at(sorted, 0.5), p99: at(sorted, 0.99) };
};

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A Worker that does nothing but look into the cache, which its first request fills. */
function bareWorker(dir, image) {
  writeFileSync(`${dir}/image.bin`, image);
  writeFileSync(`${dir}/bare.mjs`, `import image from './image.bin';
export default { async fetch(request) {
  const key = 'https://bare.example/image';
  const found = await caches.default.match(key);
  if (found) return found;
  const answer = new Response(image, { headers: { 'content-type': 'image/jpeg', 'cache-control': 'public, max-age=86400' } });
  await caches.default.put(key, answer.clone());
  return answer;
} };
`);
  writeFileSync(`${dir}/wrangler.json`, JSON.stringify({ name: 'bare', main: 'bare.mjs', compatibility_date: '2026-07-01', rules: [{ type: 'Data', globs: ['**/*.bin'] }] }));
  return `${dir}/wrangler.json`;
}

/** The same requests from 64 connections; how many a second, how long, how many came from a cache. */
async function load(port, targets) {
  const queue = [...targets];
  const [times, begun] = [[], performance.now()];
  let hits = 0;
  const connection = async () => {
    for (let target = queue.pop(); target; target = queue.pop()) {
      const answer = await ask(port, target);
      if (answer.status !== 200) throw new Error(`${target} was answered ${answer.status}`);
      if (/; hit/.test(answer.headers['cache-status'] ?? '')) hits++;
      times.push(answer.ms);
    }
  };
  await Promise.all(Array.from({ length: 64 }, connection));
  const seconds = (performance.now() - begun) / 1000;
  return { ...summary(times), rate: targets.length / seconds, hits: hits / targets.length };
}

/** Numbers whose k-th is asked for in proportion to 1/k, the same in each run. */
function zipf(count, kinds) {
  const weights = Array.from({ length: kinds }, (_, k) => 1 / (k + 1));
  const sum = weights.reduce((a, b) => a + b);
  let seed = 1;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  return Array.from({ length: count }, () => {
    let rest = random() * sum;
    return weights.findIndex((weight) => (rest -= weight) <= 0);
  });
}

if (!existsSync('.dev.vars')) copyFileSync('scripts/dev.vars', '.dev.vars');
mkdirSync('.wrangler', { recursive: true });
const dir = mkdtempSync('.wrangler/bench-');
const ports = [await freePort(), await freePort()];
const limn = start({ port: ports[0], persist: `${dir}/limn` });
let bare;
try {
  await limn.ready;
  const exp = String(Math.floor(Date.now() / 1000) + 3600);
  const stored = await ask(ports[0], signed('PUT', '/demo/photo.jpg', { exp }), {}, 'PUT', readFileSync('.tools/demo/photo.jpg'));
  if (stored.status !== 200) throw new Error(`the upload was answered ${stored.status}: ${stored.body}`);
  const image = (await ask(ports[0], TARGET)).body;
  for (let i = 0; i < 3; i++) await ask(ports[0], TARGET);
  bare = start({ port: ports[1], config: bareWorker(dir, image), persist: `${dir}/bare` });
  await bare.ready;
  const etag = (await ask(ports[0], TARGET)).headers.etag;
  // More copies under names of their own than the isolate's memory holds, asked for in turn, are always found in L1.
  const COPIES = 160;
  const copy = (i) => `${TARGET}&v=${i % COPIES}`;
  for (let i = 0; i < 2 * COPIES; i++) await ask(ports[0], copy(i));
  // Each host has an L1 of its own, so a new one finds the image in L2 alone.
  const strange = (i) => `127.0.1.${1 + Math.floor(i / COPIES)}`;
  let [hit, same, far] = [0, COPIES / 3, Math.floor((2 * COPIES) / 3)].map(Math.floor);
  const cases = {
    'cache.match alone': () => ask(ports[1], '/'),
    'Limn, hit': () => ask(ports[0], TARGET),
    'Limn, L1 hit': () => ask(ports[0], copy(hit++)),
    'Limn, L1 304': () => ask(ports[0], copy(same++), { 'if-none-match': etag }),
    'Limn, L2 hit': () => ask(ports[0], copy(far), { host: strange(far++) }),
  };
  const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let i = 0; i < requests + 20; i++) {
    for (const [name, run] of Object.entries(cases)) {
      const answer = await run();
      const want = name.endsWith('304') ? 304 : 200;
      if (answer.status !== want) throw new Error(`${name} was answered ${answer.status}`);
      const tier = name.match(/L[12]/)?.[0].toLowerCase();
      if (tier && !answer.headers['cache-status'].includes(`limn-${tier}; hit`)) {
        throw new Error(`${name} was not: ${answer.headers['cache-status']}`);
      }
      // The first rounds warm up.
      if (i >= 20) times[name].push(answer.ms);
    }
  }
  console.log(`\nOne image of ${image.length.toLocaleString('en')} bytes, ${requests} rounds in turn, ms:`);
  const base = summary(times['cache.match alone']).median;
  for (const [name, list] of Object.entries(times)) {
    const { median, p99 } = summary(list);
    console.log(`  ${name.padEnd(20)} median ${median.toFixed(2).padStart(7)}  p99 ${p99.toFixed(2).padStart(7)}  ${(median / base).toFixed(2)}x`);
  }
  console.log('\n64 connections:');
  /** The same kinds of load, of images of its own for each who is measured. */
  const loads = (first) => ({
    hits: Array.from({ length: requests * 5 }, () => TARGET),
    misses: Array.from({ length: Math.ceil(requests / 4) }, (_, i) => `/demo/photo.jpg?w=${300 + first}&blur=${(i + 5) / 10}`),
    'Zipf over 100 sizes': zipf(requests * 3, 100).map((k) => `/demo/photo.jpg?w=${first + k}`),
  });
  const measure = async (port, first, who) => {
    for (const [name, targets] of Object.entries(loads(first))) {
      const { rate, median, p99, hits } = await load(port, targets);
      console.log(`  ${(who + name).padEnd(27)} ${rate.toFixed(0).padStart(6)} a second  median ${median.toFixed(1).padStart(7)}  p99 ${p99.toFixed(1).padStart(7)}  hit ratio ${hits.toFixed(2)}`);
    }
  };
  await measure(ports[0], 100, '');
  if (hasNginx()) {
    const port = await freePort();
    // In front of the same Limn, which has none of these images yet, but for the one that is always hit.
    const stop = await nginx({ port, behind: ports[0], dir: `${dir}/nginx` });
    try {
      await ask(port, TARGET);
      await measure(port, 200, 'nginx, ');
    } finally {
      await stop();
    }
  } else console.log('  nginx proxy_cache: nginx is not installed here.');
} finally {
  agent.destroy();
  await Promise.all([limn.stop(), bare?.stop()]);
  rmSync(dir, { recursive: true, force: true });
}
