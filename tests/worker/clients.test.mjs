// Real client libraries against Limn, over HTTP and over HTTPS: one table of clients and operations.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificate, drive, drivers } from '../clients/drivers.mjs';
import { operations } from '../clients/kit.mjs';
import { devKeys, limn } from './limn.mjs';

/**
 * Cells that may fail, each with the reason: `{ client, config, operation, reason }`. What means nothing for
 * a client is told by its driver instead.
 */
const ALLOWED = [];

const schemes = ['http', 'https'];
const columns = drivers.flatMap(({ client, configs }) => configs.map((config) => ({ client, config }))).sort((a, b) => a.client.localeCompare(b.client));
const cells = new Map();
const of = (scheme, { client, config }, operation) => `${scheme} ${client} ${config} ${operation}`;
const allowed = ({ client, config }, operation) => ALLOWED.find((a) => a.client === client && a.config === config && a.operation === operation);

/** Runs all drivers, two at a time. */
async function all(scheme, port, ca) {
  const queue = [...drivers];
  const work = async () => {
    for (let driver = queue.shift(); driver; driver = queue.shift()) {
      // Large bodies travel differently over HTTPS with Amazon's SDKs alone: in chunks of their own.
      const small = ca && !['boto3', 'aws-sdk-js'].includes(driver.client);
      const { results, code, errors } = await drive(driver, { scheme, port, ca, ...(small && { full: false }) });
      for (const result of results) cells.set(of(scheme, result, result.operation), result);
      if (code !== 0) console.log(`${driver.file} over ${scheme} ended with ${code}:\n${errors}`);
    }
  };
  await Promise.all([work(), work()]);
}

for (const scheme of schemes) {
  test(`every client over ${scheme}`, { timeout: 600_000 }, async () => {
    const tls = scheme === 'https' ? certificate() : undefined;
    const key = { ...JSON.parse(devKeys.LIMN_KEY_DEV), create_buckets: true };
    const it = await limn({ LIMN_KEY_DEV: JSON.stringify(key) }, { tls });
    try {
      await all(scheme, it.port, tls?.cert);
    } finally {
      await it.stop();
      tls?.remove();
    }
  });
}

test('the table: every cell is there, and good or excused', () => {
  const notes = [];
  const note = (text) => {
    if (!notes.includes(text)) notes.push(text);
    return String.fromCharCode(97 + notes.indexOf(text));
  };
  const failed = [];
  const mark = (scheme, column, operation) => {
    const cell = cells.get(of(scheme, column, operation));
    const where = `${column.client} ${column.config}, ${scheme}: ${operation}`;
    if (!cell) return failed.push(`${where}: its driver did not come to it`), '?';
    if (cell.ok === null) return note(cell.detail);
    if (cell.ok) return '✓';
    const excuse = allowed(column, operation);
    if (!excuse) failed.push(`${where}\n        ${cell.detail.replaceAll('\n', '\n        ')}`);
    return excuse ? note(excuse.reason) : '✗';
  };
  const wide = Math.max(...operations.map((o) => o.length)) + 2;
  const rows = operations.map((operation) => operation.padEnd(wide) + columns.map((column) => schemes.map((scheme) => mark(scheme, column, operation)).join('').padStart(4)).join(''));
  const slowest = [...cells.entries()].sort(([, a], [, b]) => b.seconds - a.seconds).slice(0, 5).map(([name, { seconds }]) => `${name} ${seconds} s`);
  const head = ''.padEnd(wide) + columns.map((_, at) => String(at + 1).padStart(4)).join('');
  console.log(['', head, ...rows, head, '', 'Each cell: over HTTP, over HTTPS.', ...columns.map(({ client, config }, at) => `${String(at + 1).padStart(4)}  ${client}, ${config}`), ...notes.map((text) => `   ${note(text)}  ${text}`), '', `Slowest: ${slowest.join('; ')}.`, ''].join('\n'));
  assert.ok(failed.length === 0, `\n    ${failed.join('\n    ')}\n`);
  const idle = ALLOWED.filter((a) => !schemes.some((scheme) => cells.get(of(scheme, a, a.operation))?.ok === false));
  assert.deepEqual(idle, [], 'excuses that nothing needs any more');
});
