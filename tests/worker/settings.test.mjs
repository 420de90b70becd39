// Settings that must not run: development keys in production, broken tables; and the deployer's own.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { builtCli } from '../../scripts/limn/cli.mjs';
import { devKeys, limn, raw } from './limn.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

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

test('a deployment is made of the deployer\'s section', async () => {
  const env = { ...process.env, NO_COLOR: '1', LIMN_CLI: await builtCli() };
  const deploy = (...args) => promisify(execFile)(`${root}scripts/deploy`, [...args, '--dry-run'], { env }).then(({ stdout, stderr }) => stdout + stderr);
  for (const name of ['production', 'staging']) {
    const log = await deploy('--env', name);
    assert.match(log, /dry-run: exiting now/);
    assert.match(log, /LIMN_BUCKET_PHOTOS/);
    assert.doesNotMatch(log, /LIMN_KEY_|development/);
  }
  // What is refused comes to no dry run.
  const dir = mkdtempSync(`${tmpdir()}/limn-deploy-`);
  try {
    writeFileSync(`${dir}/secrets.json`, JSON.stringify({ LIMN_KEY_DEV: devKeys.LIMN_KEY_DEV }));
    for (const [args, words] of [
      [['--env', 'nowhere'], /there is no environment "nowhere"/],
      [['--secrets', `${dir}/secrets.json`], /"limn-dev" is for development only/],
      [['--secrets', `${dir}/none.json`], /there is no file/],
      [['--environment', 'staging'], /--environment is not known/],
    ]) {
      const { stdout, stderr, code } = await deploy(...args).then(() => assert.fail(`${args} was deployed`), (error) => error);
      assert.match(stdout + stderr, words);
      assert.doesNotMatch(stdout + stderr, /Dry run/);
      assert.notEqual(code, 0);
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});
