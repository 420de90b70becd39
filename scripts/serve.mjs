// Starts wrangler on a port, with other storage nodes if wanted; loads the demo images through signed uploads, prints where Limn is.
import { readFile, readdir } from 'node:fs/promises';
import { start } from './limn/dev.mjs';
import { portIsFree } from './limn/ports.mjs';
import { signed } from './limn/sign.mjs';

const [port, count] = process.argv.slice(2).map(Number);
const drawn = '.tools/demo';

/** Where each drawn file goes: everything into demo, samples into the buckets that refuse. */
function destinations(files) {
  const demo = files.map((file) => ['demo', file === 'logo.png' ? 'marks/logo.png' : file, file]);
  return [...demo, ['vault', 'photo.jpg', 'photo.jpg'], ['club', 'rotated.jpg', 'rotated.jpg']];
}

async function load(base) {
  const files = (await readdir(drawn)).filter((file) => !file.startsWith('.')).sort();
  for (const [bucket, key, file] of destinations(files)) {
    const target = `/${bucket}/${key}`;
    const exp = String(Math.floor(Date.now() / 1000) + 600);
    // A private HEAD tells whether a former start has stored it already.
    const held = await fetch(base + signed('HEAD', target, { exp }), { method: 'HEAD', headers: { referer: 'https://www.example.com/' } });
    if (held.ok) continue;
    const answer = await fetch(base + signed('PUT', target, { exp }), { method: 'PUT', body: await readFile(`${drawn}/${file}`) });
    if (!answer.ok) throw new Error(`the upload of ${target} was answered ${answer.status}: ${await answer.text()}`);
    console.log(`    stored ${target}`);
  }
}

if (!(await portIsFree(port))) {
  console.error(`limn: port ${port} is busy; stop what listens there or start with --port.`);
  process.exit(1);
}
const fail = (error) => {
  console.error(`limn: ${error.message}`);
  process.exit(1);
};
const nodes = count > 1 ? await import('./limn/several.mjs').then(({ several }) => several(count, drawn)).catch(fail) : null;
const dev = start({ port, quiet: true, ...nodes?.options });
const stop = () => Promise.all([dev.stop(), nodes?.stop()]);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop().then(() => process.exit(0)));
dev.exited.then((code) => {
  console.error(`limn: wrangler ended with ${code}; its last words:\n${dev.log()}`);
  process.exit(1);
});
try {
  await dev.ready;
  await load(dev.base);
} catch (error) {
  await stop();
  fail(error);
}
const link = (text, target) => console.log(`    ${text.padEnd(26)} ${dev.base}${target}`);
console.log(`\nLimn is ready on ${dev.base}\n`);
nodes?.print();
link('the page, for a browser', '/');
link('200 px wide with a logo', '/demo/photo.jpg?w=200&wm=logo');
link('the same in OSS words', '/demo/photo.jpg?x-oss-process=image/resize,w_200');
link('text and a smart crop', '/demo/photo.jpg?w=300&h=300&fit=cover&g=auto&wmt=%C2%A9%20Limn&wmc=fff&wmz=24');
link('a style', '/demo/photo.jpg!thumb');
link('turned upright, as WebP', '/demo/rotated.jpg?w=400&f=webp');
link('CMYK to sRGB', '/demo/cmyk.jpg?w=300');
link('private: refused', '/vault/photo.jpg?w=200');
const exp = String(Math.floor(Date.now() / 1000) + 86400);
link('private: signed for a day', signed('GET', '/vault/photo.jpg', { exp, w: '200' }));
if (nodes) link('from the web server', '/web/photo.jpg?w=200');
console.log('\nCtrl-C ends it.');
