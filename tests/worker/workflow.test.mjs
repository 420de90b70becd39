// docs/examples/deploy.yml, read as GitHub reads it: what it names is there, and its commands are run, as far as they go without an account.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { unstable_readConfig } from 'wrangler';
import { parseDocument } from 'yaml';
import { builtCli } from '../../scripts/limn/cli.mjs';
import { run, shell } from './docs/runners.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file) => readFileSync(root + file, 'utf8');
const text = read('docs/examples/deploy.yml');
const document = parseDocument(text, { strict: true, uniqueKeys: true });
const workflow = document.toJS();
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
const { options, default: unnamed } = workflow.on.workflow_dispatch.inputs.env;

/** Secrets that were asked for, by name. */
const secrets = new Set();
/** An expression's value: those few forms that the file has, any other is a failure of this test. */
function value(expression, inputs) {
  const [first, ...others] = expression.split('||').map((part) => part.trim());
  const [, literal] = /^'([^']*)'$/.exec(first) ?? [];
  const [, context, name] = /^(inputs|secrets)\.(\w+)$/.exec(first) ?? [];
  const [, hashed] = /^hashFiles\('([^']+)'\)$/.exec(first) ?? [];
  if (hashed) assert.ok(existsSync(root + hashed), `hashFiles: there is no ${hashed}`);
  if (context === 'secrets') secrets.add(name);
  const known = literal ?? (context === 'secrets' ? `no-${name}` : context && (inputs[name] ?? '')) ?? (hashed && 'hash');
  assert.ok(known !== undefined, `nothing is known of ${expression}`);
  return known || (others.length ? value(others.join('||'), inputs) : '');
}
const filled = (text, inputs) => String(text).replace(/\$\{\{(.*?)\}\}/g, (all, expression) => value(expression.trim(), inputs));

let dir, tools;
before(async () => {
  dir = mkdtempSync(`${tmpdir()}/limn-workflow-`);
  tools = shell({ dir, port: 0 }, await builtCli());
});
after(() => rmSync(dir, { recursive: true, force: true }));

test('it is a workflow', () => {
  assert.deepEqual([...document.errors, ...document.warnings].map(String), []);
  assert.deepEqual(Object.keys(workflow.on).sort(), ['push', 'workflow_dispatch']);
  assert.deepEqual(workflow.permissions, { contents: 'read' });
  for (const step of steps) assert.equal(Number('uses' in step) + Number('run' in step), 1, JSON.stringify(step));
  assert.ok(options.includes(unnamed));
});

test('its actions get what they want', () => {
  const used = Object.fromEntries(steps.filter(({ uses }) => uses).map(({ uses, with: given = {} }) => [/^(actions\/[\w-]+)@v\d+$/.exec(uses)?.[1] ?? assert.fail(`${uses} has no version`), given]));
  assert.deepEqual(Object.keys(used), ['actions/checkout', 'actions/setup-node', 'actions/cache']);
  const least = Number(/\d+/.exec(JSON.parse(read('package.json')).engines.node)[0]);
  assert.ok(used['actions/setup-node']['node-version'] >= least);
  // What it caches for npm goes by the lock.
  assert.equal(used['actions/setup-node'].cache, 'npm');
  assert.ok(existsSync(`${root}package-lock.json`));
  assert.match(filled(used['actions/cache'].key, {}), /hash/);
  assert.deepEqual(used['actions/cache'].path.trim().split('\n'), ['~/.cargo/registry', 'target']);
});

test('each environment is one of wrangler\'s, and the same for approvals, concurrency and commands', () => {
  for (const env of options) assert.ok(unstable_readConfig({ config: `${root}wrangler.toml`, env }, { hideWarnings: true }).name, env);
  const [job] = Object.values(workflow.jobs);
  for (const [inputs, env] of [[{}, unnamed], ...options.map((env) => [{ env }, env])]) {
    assert.equal(filled(job.environment, inputs), env);
    assert.equal(filled(workflow.concurrency, inputs), `limn-${env}`);
  }
});

for (const [inputs, env] of [[{}, 'staging'], [{ env: 'production' }, 'production']]) {
  test(`its commands, to ${env}`, { timeout: 300_000 }, async () => {
    const commands = steps.filter((step) => step.run);
    assert.ok(commands.length);
    for (const step of commands) {
      for (const [script] of step.run.matchAll(/scripts\/[\w.-]+/g)) assert.ok(statSync(root + script).mode & 0o100, `${script} is no command`);
      assert.doesNotMatch(step.run, /\$\{\{/, 'an expression in a command is a way in for whoever names a branch');
      const given = Object.entries(step.env ?? {}).map(([name, text]) => [name, filled(text, inputs)]);
      const told = await run('bash', ['-e', '-c', step.run], { home: tools.home, env: { ...tools.env, ...Object.fromEntries(given) } });
      assert.match(told, /dry-run: exiting now/);
      assert.match(told, new RegExp(`environment ${env}: `));
    }
  });
}

test('every secret is named where the file and the documents tell how to set it up', () => {
  assert.deepEqual([...secrets].sort(), ['CLOUDFLARE_ACCOUNT_ID', 'CLOUDFLARE_API_TOKEN']);
  const comments = text.split('\n').filter((line) => line.startsWith('#')).join('\n');
  for (const name of secrets) for (const [where, words] of [['its comment', comments], ['docs/operations.md', read('docs/operations.md')]]) assert.ok(words.includes(name), `${where}: ${name}`);
});
