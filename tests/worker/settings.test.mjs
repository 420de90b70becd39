// Settings that must not run: development keys in production, broken tables; and the deployer's own.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { limn, raw } from './limn.mjs';

async function withSettings(vars, use) {
  const it = await limn(vars);
  try {
    await use(it);
  } finally {
    await it.stop();
  }
}

test('production refuses development keys, on every path', () =>
  withSettings({ LIMN: { mode: 'production' } }, async (it) => {
    for (const path of ['/demo/a.jpg', '/-/health', '/-/ops.json']) {
      const answer = await raw(it.port, { path });
      assert.deepEqual([answer.status, answer.headers['x-limn-error']], [503, 'misconfigured'], path);
      assert.match(answer.body.toString(), /limn-dev.*development only/);
      assert.doesNotMatch(answer.body.toString(), /secret"/);
    }
  }));

test('production without them answers any host', () =>
  withSettings({ LIMN: { mode: 'production' }, LIMN_KEY_DEV: null, LIMN_KEY_READER: null }, async (it) => {
    const answer = await raw(it.port, { path: '/demo/a.jpg', headers: { host: 'images.example.com' } });
    assert.deepEqual([answer.status, answer.headers['x-limn-error']], [404, 'no_such_key']);
  }));

test('a deployment is made of the deployer\'s section', () => {
  const out = mkdtempSync(`${tmpdir()}/limn-deploy-`);
  try {
    const log = execFileSync('wrangler', ['deploy', '--env', 'production', '--dry-run', '--outdir', out], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', WRANGLER_SEND_METRICS: 'false' } });
    assert.match(log, /dry-run: exiting now/);
    assert.match(log, /LIMN_BUCKET_PHOTOS/);
    assert.doesNotMatch(log, /LIMN_KEY_|development/);
  } finally {
    rmSync(out, { recursive: true });
  }
});
