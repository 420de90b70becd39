// Measures the CPU that a request of each kind takes in the built Worker, as the kernel counts it: node scripts/bench-cost.mjs [--requests N]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import http from 'node:http';
import { parseArgs } from 'node:util';
import { start } from './limn/dev.mjs';
import { freePort } from './limn/ports.mjs';
import { signed } from './limn/sign.mjs';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '900' } } });
const requests = Number(values.requests);
if (!Number.isInteger(requests) || requests < 50) throw new Error('usage: node scripts/bench-cost.mjs [--requests N], N at least 50');
if (process.platform !== 'linux') throw new Error('The CPU of a process is read as Linux tells it; this machine runs another system.');

const TICK = 1000 / Number(execFileSync('getconf', ['CLK_TCK']));
const ROUNDS = 9;
/** More large images than the isolate's memory holds: asked for in turn, each is found in the data centre's cache. */
const COPIES = 160;
const settled = () => new Promise((resolve) => setTimeout(resolve, 500));
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const port = await freePort();

/** Milliseconds that the runtime has used. */
function used(group) {
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name may hold spaces; what follows is counted from its end.
      const [, name, rest] = /\((.*)\) (.*)/s.exec(stat);
      const fields = rest.split(' ');
      if (name.startsWith('workerd') && Number(fields[2]) === group) ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It ended meanwhile.
    }
  }
  return ticks * TICK;
}

function ask(path, method = 'GET', body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path, method, agent }, (answer) => {
      answer.on('error', reject).resume().on('end', () => (answer.statusCode < 400 || path.startsWith('/vault/') ? resolve(answer.headers) : reject(new Error(`${method} ${path} was answered ${answer.statusCode}`))));
    });
    request.on('error', reject).end(body);
  });
}

const dir = mkdtempSync('.wrangler/bench-');
const limn = start({ port, persist: `${dir}/limn` });
try {
  await limn.ready;
  const exp = String(Math.floor(Date.now() / 1000) + 7200);
  const store = (key, file) => ask(signed('PUT', `/demo/${key}`, { exp }), 'PUT', readFileSync(`.tools/demo/${file}`));
  for (const file of ['photo.jpg', 'progressive.jpg', 'screenshot.png', 'animated.gif']) await store(file, file);
  await store('marks/logo.png', 'logo.png');
  // What the platform's side of a request takes here is not billed there; a route that does next to nothing shows it.
  let turn = 0;
  while (turn < 2 * COPIES) await ask(`/demo/progressive.jpg?w=1200&q=90&v=${turn++ % COPIES}`);
  const few = Math.max(20, Math.ceil(requests / 60));
  const kinds = {
    'next to nothing (robots.txt)': [requests, () => ask('/robots.txt')],
    'refused at the gate': [requests, () => ask('/vault/photo.jpg?w=200')],
    'a signature verified, memory hit': [requests, () => ask(signed('GET', '/demo/photo.jpg', { exp, w: '200' }))],
    'an image in memory': [requests, () => ask('/demo/photo.jpg?w=200')],
    'an image in the data centre\'s cache': [requests, async () => {
      const headers = await ask(`/demo/progressive.jpg?w=1200&q=90&v=${turn++ % COPIES}`);
      if (!/limn-l1; hit/.test(headers['cache-status'])) throw new Error(`it was not: ${headers['cache-status']}`);
    }],
    '12 MP JPEG to 320 px JPEG': [few, (i) => ask(`/demo/photo.jpg?w=320&v=${i}`)],
    '12 MP JPEG to 320 px WebP': [few, (i) => ask(`/demo/photo.jpg?w=320&f=webp&v=${i}`)],
    '12 MP JPEG to 1600 px WebP': [few, (i) => ask(`/demo/photo.jpg?w=1600&f=webp&v=${i}`)],
    '12 MP JPEG to 800 px with a mark': [few, (i) => ask(`/demo/photo.jpg?w=800&wm=logo&v=${i}`)],
    '3 MP progressive JPEG to 320 px JPEG': [few, (i) => ask(`/demo/progressive.jpg?w=320&v=${i}`)],
    'PNG screenshot to 640 px WebP': [few, (i) => ask(`/demo/screenshot.png?w=640&f=webp&v=${i}`)],
    'an animated GIF of 6 frames to 200 px': [few, (i) => ask(`/demo/animated.gif?w=200&v=${i}`)],
    'an upload of a 3 MP JPEG': [few, (i) => store(`up/${i}.jpg`, 'progressive.jpg')],
  };
  const cost = async (count, work) => {
    const before = used(limn.group);
    for (let i = 0; i < count; i++) await work(i);
    return (used(limn.group) - before) / count;
  };
  const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
  const all = Object.entries(kinds).map(([name, [count, work]]) => ({ name, count, work, each: [] }));
  const [quick, slow] = [all.filter(({ count }) => count === requests), all.filter(({ count }) => count !== requests)];
  // What is quick goes in turns, so that what the machine does meanwhile is everybody's.
  for (let round = -1; round < ROUNDS; round++) {
    for (const kind of quick) {
      const each = await cost(Math.ceil(requests / ROUNDS), kind.work);
      if (round >= 0) kind.each.push(each);
    }
  }
  for (const kind of slow) {
    for (let i = 0; i < 5; i++) await kind.work(-1 - i);
    await settled();
    const before = used(limn.group);
    for (let i = 0; i < kind.count; i++) await kind.work(i);
    // What is written behind the answer belongs to it.
    await settled();
    kind.each.push((used(limn.group) - before) / kind.count);
  }
  const base = median(quick[0].each);
  console.log(`\nCPU of the runtime, ms a request, beside ${base.toFixed(2)} of one that does next to nothing; ${requests} requests of what is quick, ${few} of what is slow:`);
  for (const { name, each } of all.slice(1)) console.log(`  ${name.padEnd(40)} ${(median(each) - base).toFixed(2).padStart(8)}`);
} finally {
  agent.destroy();
  await limn.stop();
  rmSync(dir, { recursive: true, force: true });
}
