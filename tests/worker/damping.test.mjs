// The platform's rate limiter: strangers and whoever tries signatures are damped, signed requests are not.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { signed } from '../../scripts/limn/sign.mjs';
import { limn } from './limn.mjs';

test('ten a minute', async () => {
  const it = await limn({}, { ratelimits: [{ name: 'LIMITER', namespace_id: '7', simple: { limit: 10, period: 60 } }] });
  try {
    // The limiter counts by the minute of the clock; one must not end within this test.
    const left = 60_000 - (Date.now() % 60_000);
    if (left < 20_000) await new Promise((resolve) => setTimeout(resolve, left + 500));
    const photo = readFileSync(new URL('../../.tools/demo/progressive.jpg', import.meta.url));
    const exp = String(Math.floor(Date.now() / 1000) + 600);
    await fetch(it.base + signed('PUT', '/demo/a.jpg', { exp }), { method: 'PUT', body: photo });
    const statuses = async (count, target) => {
      const all = [];
      for (let i = 0; i < count; i++) {
        const answer = await fetch(it.base + target(i));
        await answer.arrayBuffer();
        all.push(answer.status);
      }
      return all;
    };
    const misses = await statuses(12, (i) => `/demo/a.jpg?w=${20 + i}`);
    assert.deepEqual(misses, [...Array(10).fill(200), 429, 429]);
    assert.deepEqual(await statuses(3, () => '/demo/a.jpg?w=20'), [200, 200, 200], 'what a cache holds is not counted');
    assert.deepEqual(await statuses(3, (i) => signed('GET', '/demo/a.jpg', { w: String(50 + i) })), [200, 200, 200]);
    const forged = await statuses(12, (i) => `/vault/a.jpg?kid=limn-dev&exp=${exp}&s=${String(i).padStart(43, 'A')}`);
    assert.deepEqual(forged, [...Array(10).fill(403), 429, 429]);
  } finally {
    await it.stop();
  }
});
