// What the bench computes: its fit, its likeness, its bars; that a contender which fails is told by name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bars } from '../scripts/bench-lib/bars.mjs';
import { line } from '../scripts/bench-lib/fit.mjs';
import { atEqualSsim } from '../scripts/bench-lib/ladder.mjs';
import { lanczos } from '../scripts/bench-lib/lanczos.mjs';
import { race } from '../scripts/bench-lib/race.mjs';
import { ssim } from '../scripts/bench-lib/ssim.mjs';

test('a line is found again', () => {
  const { fixed, each } = line([2, 6, 24].map((megapixels) => ({ megapixels, ms: 3 + 1.5 * megapixels })));
  assert.ok(Math.abs(fixed - 3) < 1e-9 && Math.abs(each - 1.5) < 1e-9, `${fixed} ${each}`);
});

test('the full filter keeps what is flat, and a picture is like itself', () => {
  const flat = { width: 97, height: 61, data: new Uint8Array(97 * 61 * 3).fill(99) };
  const { data } = lanczos(flat, { width: 16, height: 10 });
  assert.equal(data.length, 16 * 10 * 3);
  assert.ok(data.every((value) => value === 99));
  const noise = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 7919) % 251);
  assert.equal(ssim(noise, noise, 32, 32), 1);
  assert.ok(ssim(noise, noise.map((value) => 255 - value), 32, 32) < 0);
});

test('bytes are compared where the ladders meet', () => {
  const steps = [0.8, 0.9, 0.95, 0.98].map((value) => ({ ssim: value, bytes: 1000 / (1 - value) }));
  const { ratio, from, to } = atEqualSsim(steps.slice(1).map((step) => ({ ...step, bytes: step.bytes * 0.9 })), steps.slice(0, 3));
  assert.ok(Math.abs(ratio - 0.9) < 1e-9, `${ratio}`);
  assert.ok(Math.abs(from - 0.9) < 1e-9 && Math.abs(to - 0.95) < 1e-9);
  assert.equal(atEqualSsim(steps.slice(0, 2), steps.slice(2)), undefined);
});

test('one miss misses a bar, and what was not measured reaches none', () => {
  const result = (megapixels, limn, sharp) => ({ file: 'a.jpg', title: `${megapixels} MP`, width: 320, format: 'jpg', baseline: true, megapixels, lines: [{ name: 'limn', min: limn, beside: 1 }, { name: 'sharp native', min: sharp }] });
  const state = (results) => bars({ results, ladders: [], reductions: [] })[0].state;
  assert.equal(state([result(6, 8, 10), result(24, 80, 100)]), 'reached');
  assert.equal(state([result(6, 8, 10), result(24, 90, 100)]), 'missed');
  assert.equal(state([result(6, 8, 10), { ...result(24, 8, 10), lines: [] }]), 'not measured');
  assert.equal(state([]), 'not measured');
});

test('a contender that fails is told, and the others go on', async () => {
  const pixels = { width: 16, height: 16, channels: 3, data: Buffer.alloc(16 * 16 * 3, 90) };
  const job = { pixels, width: 16, height: 16, format: 'jpg', quality: 80 };
  const contender = (name, file, load = 'load') => ({ name, file, load, memory: 'wasm', can: () => true, note: () => '' });
  const lines = await race(job, [contender('gone', 'photon.mjs'), contender('sharp native', 'sharp.mjs')], { where: { peers: '/nowhere' }, runs: 2, spend: 1000 });
  assert.match(lines[0].error, /Cannot find module/);
  assert.ok(lines[1].min > 0 && lines[1].times.length === 8 && lines[1].bytes === lines[1].out.length, JSON.stringify(lines[1]));
});
