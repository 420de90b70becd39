// The built rare module through its glue: each job once, refusals by name, and a new instance after a trap.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeRare } from '../src/edge/rare.mjs';

const file = (path) => readFileSync(new URL(`../${path}`, import.meta.url));
const module = new WebAssembly.Module(file('src/edge/build-rare/rare.wasm'));
const font = file('www/fonts/sans.ttf');
const sharp = await import('sharp').then((m) => m.default, () => null);

const rare = makeRare(module);
const none = new Uint8Array(0);
const MIB = 1024 * 1024;
const run = (job, data = none) => rare.run(JSON.stringify(job), data);
const code = (made) => (made.ok ? 'ok' : JSON.parse(Buffer.from(made.bytes)).code);

/** A picture with structure: colours over x and y, rings, and alpha if wanted. */
function picture(width, height, alpha = () => 255) {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const ring = 60 * Math.sin(Math.hypot(x - width / 2, y - height / 2) / 5);
      data.set([(x * 255) / width, (y * 255) / height, 128 + ring, alpha(x, y)], at);
    }
  }
  return data;
}

function meanDifference(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
  return sum / a.length;
}

test('imports nothing but its memory and WASI, and instantiates at the first job only', () => {
  const foreign = WebAssembly.Module.imports(module).filter(({ module: from }) => from !== 'wasi_snapshot_preview1');
  assert.deepEqual(foreign, [{ module: 'env', name: 'memory', kind: 'memory' }]);
  const lazy = makeRare(module);
  assert.equal(lazy.memory(), 0);
  lazy.run(JSON.stringify({ job: 'svg_size' }), Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="3" height="4"/>'));
  assert.ok(lazy.memory() > 0);
});

test('text', () => {
  const made = run({ job: 'text', text: 'AV fi é Ж', size: 40, color: [255, 0, 0], shadow: 50 }, font);
  assert.equal(code(made), 'ok');
  assert.equal(made.bytes.length, made.width * made.height * 4);
  assert.ok(made.height > 50 && made.height < 60);
  assert.equal(code(run({ job: 'text', text: '中', size: 40, color: [0, 0, 0], shadow: 0 }, font)), 'bad_arg');
  assert.equal(code(run({ job: 'text', text: 'a', size: 40, color: [0, 0, 0], shadow: 0 }, Buffer.from('no'))), 'image_corrupt');
});

test('svg', () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20"><text y="15" font-size="14">Hello</text></svg>');
  const size = run({ job: 'svg_size' }, svg);
  assert.deepEqual([size.width, size.height, size.bytes.length], [60, 20, 0]);
  const made = run({ job: 'svg', width: 120, height: 40, font: font.length }, Buffer.concat([svg, font]));
  assert.equal(code(made), 'ok');
  assert.ok(made.bytes.some((b) => b === 255));
  assert.equal(code(run({ job: 'svg', width: 9, height: 9, font: 0 }, svg)), 'format_unsupported');
  const deep = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${'<g>'.repeat(100_000)}`);
  assert.equal(code(run({ job: 'svg_size' }, deep)), 'image_too_large');
  const nested = '<g opacity=".9">'.repeat(95) + '<rect width="9" height="9"/>' + '</g>'.repeat(95);
  const deepest = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${nested}</svg>`);
  assert.equal(code(run({ job: 'svg', width: 9, height: 9, font: 0 }, deepest)), 'ok');
  const chain = Array.from({ length: 90 }, (_, i) => `<g id="u${i + 1}" opacity=".9"><use href="#u${i}"/></g>`).join('');
  const unfolded = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect id="u0" width="9" height="9"/>${chain}</svg>`);
  assert.equal(code(run({ job: 'svg', width: 9, height: 9, font: 0 }, unfolded)), 'ok');
});

test('effect', () => {
  const data = picture(90, 70, (x) => x);
  const made = run({ job: 'effect', name: 'golden', width: 90, height: 70 }, data);
  assert.deepEqual([code(made), made.width, made.height, made.bytes.length], ['ok', 90, 70, data.length]);
  assert.notDeepEqual(made.bytes, data);
  assert.ok(made.bytes.every((b, i) => i % 4 !== 3 || b === data[i]));
  assert.equal(code(run({ job: 'effect', name: 'gold', width: 90, height: 70 }, data)), 'bad_arg');
});

test('avif there and back', async () => {
  for (const [alpha, full] of [[undefined, false], [undefined, true], [(x) => (x * 2) % 256, false]]) {
    const data = picture(161, 99, alpha);
    const file = run({ job: 'avif_encode', width: 161, height: 99, quality: 90, full_chroma: full }, data);
    assert.equal(code(file), 'ok');
    const header = run({ job: 'avif_header' }, file.bytes);
    assert.deepEqual([header.width, header.height, header.bytes.length], [161, 99, 0]);
    const back = run({ job: 'avif_decode' }, file.bytes);
    assert.equal(code(back), 'ok');
    assert.ok(meanDifference(back.bytes, data) < (alpha ? 12 : 3), `${meanDifference(back.bytes, data)}`);
    if (!sharp) continue;
    const other = await sharp(file.bytes).ensureAlpha().raw().toBuffer();
    // Chroma of half the resolution is widened by each in its own way.
    assert.ok(meanDifference(back.bytes, other) < (full ? 1 : 1.5), `${meanDifference(back.bytes, other)} from libaom's reading`);
  }
});

test('avif, to the byte what the host makes without SIMD', () => {
  const drawn = (clear) => {
    const data = new Uint8Array(97 * 65 * 4);
    for (let y = 0, at = 0; y < 65; y++) {
      for (let x = 0; x < 97; x++, at += 4) {
        data.set([x * 2 + (y % 7) * 5, Math.floor((x * y) / 16), ((Math.floor(x / 8) + Math.floor(y / 8)) % 2) * 120 + y, clear ? 255 - x : 255], at);
      }
    }
    return data;
  };
  for (const [name, quality, full, clear] of [['coarse', 30, false, false], ['fine', 80, false, true], ['full', 60, true, false], ['lossless', 100, false, false]]) {
    const made = run({ job: 'avif_encode', width: 97, height: 65, quality, full_chroma: full }, drawn(clear));
    assert.ok(file(`tests/golden/avif-${name}.avif`).equals(Buffer.from(made.bytes)), name);
  }
});

test('avif of other makers', { skip: sharp ? false : 'sharp is not installed' }, async () => {
  const data = picture(160, 101);
  for (const options of [{ chromaSubsampling: '4:2:0' }, { chromaSubsampling: '4:4:4' }, { lossless: true }]) {
    const source = sharp(data, { raw: { width: 160, height: 101, channels: 4 } }).removeAlpha();
    const file = await source.avif({ quality: 80, effort: 2, ...options }).toBuffer();
    const made = run({ job: 'avif_decode' }, file);
    assert.equal(code(made), 'ok', JSON.stringify(options));
    const other = await sharp(file).ensureAlpha().raw().toBuffer();
    assert.ok(meanDifference(made.bytes, other) < 1.5, `${JSON.stringify(options)}: ${meanDifference(made.bytes, other)}`);
    for (let cut = 0; cut < file.length; cut += 37) assert.ok(['image_corrupt', 'ok', 'format_unsupported'].includes(code(run({ job: 'avif_decode' }, file.subarray(0, cut)))));
  }
});

test('memory is given back after a large job', () => {
  const side = 2_000;
  assert.equal(code(run({ job: 'effect', name: 'sepia', width: side, height: side }, new Uint8Array(side * side * 4))), 'ok');
  assert.equal(rare.memory(), 0);
  assert.equal(code(run({ job: 'svg_size' }, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="3" height="4"/>'))), 'ok');
});

test('what does not fit is refused, and the next job runs', () => {
  assert.equal(code(run({ job: 'svg_size' }, new Uint8Array(100 * 1024 * 1024))), 'image_too_large');
  assert.equal(rare.memory(), 0);
  assert.equal(code(run({ job: 'effect', name: 'sepia', width: 1, height: 1 }, new Uint8Array(4))), 'ok');
});

test('what the other module holds is left to it', () => {
  const { run, memory } = makeRare(module);
  const beside = (mib, pixels) => run(JSON.stringify({ job: 'effect', name: 'sepia', width: 1_000, height: pixels / 1_000 }), new Uint8Array(pixels * 4), mib * MIB);
  // 16 MB on its own side of the seam, and the result's.
  assert.deepEqual([code(beside(10, 4_000_000)), beside(10, 4_000_000).crowded], ['ok', false]);
  const refused = beside(90, 4_000_000);
  assert.deepEqual([code(refused), refused.crowded, JSON.parse(Buffer.from(refused.bytes)).no_memory], ['image_too_large', true, true]);
  assert.equal(memory(), 0);
  assert.equal(code(beside(90, 1_000_000)), 'ok', 'what fits goes on');
  assert.equal(JSON.parse(Buffer.from(beside(95, 3_000_000).bytes)).no_memory, true);
  // An instance from before the other one grew is not kept on.
  assert.equal(code(beside(10, 1_000)), 'ok');
  assert.equal(code(beside(90, 4_000_000)), 'image_too_large');
  // What is too large in itself is no matter of memory.
  assert.equal(JSON.parse(Buffer.from(run(JSON.stringify({ job: 'svg_size' }), none, 90 * MIB).bytes)).no_memory, false);
});

test('a trap costs its own job alone', async () => {
  // Nothing is known to make the real module trap: this one does at its second job.
  const { default: binaryen } = await import('binaryen');
  const trapping = binaryen.parseText(`(module
    (import "env" "memory" (memory 1 1536)) (global $jobs (mut i32) (i32.const 0))
    (func (export "rare_alloc") (param i32) (result i32) (i32.const 64))
    (func (export "rare_free") (param i32 i32))
    (func (export "rare_run") (param i32 i32 i32 i32) (result i32)
      (if (global.get $jobs) (then (unreachable))) (global.set $jobs (i32.const 1)) (i32.const 0))
    (func (export "rare_out_ptr") (result i32) (i32.const 0)) (func (export "rare_out_len") (result i32) (i32.const 4))
    (func (export "rare_out_width") (result i32) (i32.const 1)) (func (export "rare_out_height") (result i32) (i32.const 1)))`);
  const { run, memory } = makeRare(new WebAssembly.Module(trapping.emitBinary()));
  assert.ok(run('{}', none).ok);
  assert.equal(code(run('{}', none)), 'internal');
  assert.equal(memory(), 0);
  assert.ok(run('{}', none).ok, 'a new instance');
});
