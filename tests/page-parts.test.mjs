// What the page decides without a browser: controls from sentences, addresses, places of marks, charts, code.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { transform } from 'esbuild';
import * as client from '../www/limn.js';
import { filled, roof } from '../www/page/chart.js';
import * as place from '../www/page/place.js';
import { difference, margin, moved } from '../www/page/place-mark.js';
import { css, img, isOpen, next, picture } from '../www/page/snippets.js';
import { control, grouped, numbered } from '../www/page/vocabulary.js';
import { bytes, change, format, some, verdict } from '../www/page/words.js';

test('a sentence about values becomes a control', () => {
  const choice = (...choices) => ({ kind: 'choice', choices });
  const number = (min, max, step, usual = null, words = [], ratio = false) => ({ kind: 'number', min, max, step, usual, words, ratio });
  for (const [values, want] of [
    ['0 or 1', { kind: 'flag' }],
    ['max, inside (clip, contain), outside (min), cover, crop, pad, fill (stretch, squeeze, scale)', choice('max', 'inside', 'outside', 'cover', 'crop', 'pad', 'fill')],
    ['n ne e se s sw w nw c, fp or auto', choice('n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw', 'c', 'fp', 'auto')],
    ['none, copyright, keep, or keep,gps', choice('none', 'copyright', 'keep', 'keep,gps')],
    ['1, hue, palette or blurhash', choice('1', 'hue', 'palette', 'blurhash')],
    ['srgb or keep', choice('srgb', 'keep')],
    ['-100 to 100', number(-100, 100, 1)],
    ['0 to 1 (0.5)', number(0, 1, 0.01, '0.5')],
    ['1 to 3', number(1, 3, 1)],
    ['sigma, 0.3 to 100 px', number(0.3, 100, 1)],
    ['1 to 16384 px, a ratio below 1, or auto', number(1, 16384, 1, null, ['auto'], true)],
    ['1 to 100, low, med or high', number(1, 100, 1, null, ['low', 'med', 'high'])],
    ['1 to 4096 px, or max for a circle', number(1, 4096, 1, null, ['max'])],
    ['0 to 100 % (100)', number(0, 100, 1, '100')],
    ['rgb, rrggbb, rrggbbaa or a CSS name', { kind: 'colour' }],
    ['a colour (000)', { kind: 'colour' }],
    ['two colours, for shadows and lights', { kind: 'colours' }],
    ['a file name', { kind: 'text' }],
    ['any text', { kind: 'text' }],
    ['as w', { kind: 'text' }],
    ["a mark's name or b64:KEY", { kind: 'text' }],
    ['px, or top,right,bottom,left', { kind: 'text' }],
    ['x,y,w,h in px or as ratios', { kind: 'text' }],
  ]) {
    assert.deepEqual(control({ name: 'x', values }), want, values);
  }
  assert.deepEqual(control({ name: 'effect', values: 'a named colour effect' }, ['sepia']), choice('sepia'));
});

test('no parameter is without a group', () => {
  const groups = grouped([{ name: 'h' }, { name: 'w' }, { name: 'wm' }, { name: 'brand-new' }]);
  assert.deepEqual(groups.map(({ title, parameters }) => [title, parameters.map(({ name }) => name)]), [['Size', ['h', 'w']], ['Marks', ['wm']], ['Styles, facts, more', ['brand-new']]]);
  assert.deepEqual([numbered('wmg', 1), numbered('wmg', 2), numbered('wm', 3), numbered('tile', 2)], ['wmg', 'wm2g', 'wm3', 'tile2']);
});

test('the address bar reads back what it was given', () => {
  for (const [bucket, object, params] of [['demo', 'cat.jpg', {}], ['demo', 'a b/图+1?#.jpg', { w: '200', wmt: '© a&b=c+d', trim: '' }], ['demo', 'x.jpg', { 'x-oss-process': 'image/resize,w_1|image/format,png' }]]) {
    assert.deepEqual(place.parse(place.object(bucket, object, params)), { view: 'object', bucket, object, params });
  }
  for (const [hash, want] of [
    ['', { view: 'welcome' }],
    ['#', { view: 'welcome' }],
    ['#main', { view: 'welcome' }],
    ['#/demo', { view: 'folder', bucket: 'demo', prefix: '' }],
    [place.folder('demo', 'a b/'), { view: 'folder', bucket: 'demo', prefix: 'a b/' }],
    [place.usage('demo'), { view: 'usage', bucket: 'demo' }],
    [place.nodes, { view: 'nodes' }],
    ['#/demo/%zz.jpg', { view: 'object', bucket: 'demo', object: '%zz.jpg', params: {} }],
  ]) {
    assert.deepEqual(place.parse(hash), want, hash);
  }
});

test('a dragged mark holds on to the corner that is nearest', () => {
  const image = { width: 600, height: 450 };
  const box = { x: 440, y: 400, width: 150, height: 40 };
  // Within its quarter a mark moves by the margin alone, whatever transparent border it has.
  assert.deepEqual(moved(box, { dx: -30, dy: -20 }, image, {}), { wmg: 'se', wmx: '40', wmy: '30' });
  assert.deepEqual(moved(box, { dx: -430, dy: -395 }, image, { wmg: 'se' }), { wmg: 'nw', wmx: '10', wmy: '5' });
  assert.deepEqual(moved(box, { dx: 500, dy: 500 }, image, {}), { wmg: 'se', wmx: '0', wmy: '0' }, 'it stays inside');
  assert.deepEqual(moved({ ...box, x: 225 }, { dx: -100, dy: 0 }, image, { wmg: 's' }), { wmg: 'sw', wmx: '125', wmy: '10' }, 'from the middle');
  assert.deepEqual(moved(box, { dx: -30, dy: -20 }, { ...image, dpr: 2 }, { wmx: '5', wmy: '5' }), { wmg: 'se', wmx: '20', wmy: '15' }, 'margins are before dpr');
  assert.deepEqual([margin(undefined, 600), margin('0.05', 600), margin('7', 600, 2), margin('0', 600)], [10, 30, 14, 0]);
});

test('a mark is where two pictures differ', () => {
  const [width, height] = [10, 8];
  const plain = new Uint8ClampedArray(width * height * 4).fill(100);
  const marked = plain.slice();
  for (const [x, y] of [[3, 2], [6, 5]]) marked[(y * width + x) * 4] = 250;
  marked[0] = 103;
  assert.deepEqual(difference(plain, marked, width, height), { x: 3, y: 2, width: 4, height: 4 });
  assert.equal(difference(plain, plain, width, height), null);
});

test('times without traffic are shown, and what is held stays held', () => {
  const row = (at, reads, bytes) => ({ at, reads, writes: 0, bytes_in: 0, bytes_out: 0, bytes, objects: 1 });
  const rows = filled([row(120, 2, 50), row(240, 1, 70)], 60, 300, 60);
  assert.deepEqual(rows.map(({ at, reads, bytes: held }) => [at, reads, held]), [[60, 0, 0], [120, 2, 50], [180, 0, 50], [240, 1, 70]]);
  assert.deepEqual([0, 1, 3, 7, 12, 480, 999].map(roof), [1, 1, 5, 10, 20, 500, 1000]);
});

test('numbers as people read them', () => {
  assert.deepEqual([0, 999, 1000, 1536, 2_100_000, 123_456_789].map(bytes), ['0 bytes', '999 bytes', '1 kB', '1.5 kB', '2.1 MB', '123 MB']);
  assert.deepEqual([change(1000, 40), change(1000, 1000), change(100, 150), change(0, 5), change(3_000_000, 6700)], ['−96 %', '±0 %', '+50 %', '', '−99.7 %']);
  assert.deepEqual([format('image/jpeg'), format('image/svg+xml'), format('')], ['JPEG', 'SVG', 'unknown']);
  assert.deepEqual([some(1, 'object'), some(1200, 'object')], ['1 object', '1,200 objects']);
  for (const [header, want] of [
    ['limn-l0; hit', 'Hit in memory (L0)'],
    ['limn-l2; hit, limn-l1; fwd=uri-miss; detail=no-cache-api, limn-l0; fwd=uri-miss', 'Hit in derived store (L2), no cache api'],
    ['limn; fwd=uri-miss; stored', 'Made for this request, now kept'],
    ['limn; fwd=uri-miss; collapsed', 'Made for this request together with another'],
    ['limn; fwd=bypass; detail=stale-if-error', 'Original, straight from its node, stale if error'],
    ['', 'not told'],
  ]) {
    assert.equal(verdict(header), want);
  }
});

test('code is escaped and keeps what must stand alone', async () => {
  const limn = new client.Limn({ endpoint: 'https://img.example.com', bucket: 'photos' });
  const of = (params) => ({ params, size: { width: 400, height: 300 }, base: 'https://img.example.com/photos', link: (some) => limn.url('a"b.jpg', some), set: (some, widths) => limn.srcset('a"b.jpg', some, widths) });
  const tag = await img(of({ w: '400', wmt: 'a&b"c' }));
  assert.match(tag, /src="https:\/\/img\.example\.com\/photos\/a%22b\.jpg\?w=400&amp;wmt=a%26b%22c"/);
  assert.match(tag, /w=800[^ ]* 800w"/);
  assert.ok(!isOpen({ p: 'thumb' }) && !isOpen({ 'x-oss-process': 'style/a' }) && isOpen({ w: '1' }));
  assert.doesNotMatch(await img(of({ p: 'thumb' })), /srcset/);
  assert.match(await picture(of({ w: '400', f: 'avif' })), /<img src="[^"]*\?w=400"/);
  assert.match(await css(of({ w: '400' })), /dpr=2"\) 2x/);
  const code = next({ params: { w: '400', f: 'auto', wmt: "it's" }, base: 'https://img.example.com/photos' });
  const { default: loader } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  assert.equal(loader({ src: '/a/cat.jpg', width: 640 }), "https://img.example.com/photos/a/cat.jpg?f=auto&wmt=it%27s&w=640");
});

test('the types name what the client has', async () => {
  const types = readFileSync(new URL('../www/limn.d.ts', import.meta.url), 'utf8');
  await transform(types, { loader: 'ts' });
  for (const name of Object.keys(client)) assert.match(types, new RegExp(`export (function|class) ${name}\\b`), name);
  for (const name of Object.getOwnPropertyNames(client.Limn.prototype).filter((name) => name !== 'constructor')) assert.match(types, new RegExp(`^  ${name}\\(`, 'm'), name);
});

test('the index asks for every module at once', async () => {
  const index = readFileSync(new URL('../www/index.html', import.meta.url), 'utf8');
  const named = [...index.matchAll(/(?:modulepreload" href|script type="module" src)="\/-\/www\/([^"]+)"/g)].map(([, file]) => file);
  const reached = new Set(['page/main.js']);
  for (const file of reached) {
    const text = readFileSync(new URL(`../www/${file}`, import.meta.url), 'utf8');
    for (const [, from] of text.matchAll(/from '(\.[^']+)'/g)) reached.add(new URL(from, `http://h/${file}`).pathname.slice(1));
  }
  assert.deepEqual(named.sort(), [...reached].sort());
});

test('no file of the page names another host or sets what its policy refuses', async () => {
  const { readdirSync } = await import('node:fs');
  const www = new URL('../www/', import.meta.url);
  const files = readdirSync(www, { recursive: true }).filter((file) => /\.(js|css|html|svg)$/.test(file));
  assert.ok(files.length > 25);
  for (const file of files) {
    const text = readFileSync(new URL(file, www), 'utf8');
    const hosts = [...text.matchAll(/\bhttps?:\/\/[^\s'"`)]*/g)].map(([url]) => url).filter((url) => url !== 'http://www.w3.org/2000/svg');
    assert.deepEqual(hosts, [], file);
    assert.doesNotMatch(text, /innerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, file);
  }
});
