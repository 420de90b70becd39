// What the JavaScript drivers share; the counterpart of kit.py, with the same job and the same lines.
//
// By hand, against any Limn in development:
//   echo '{"port": 8787}' | node tests/clients/with_ali_oss.mjs
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { isDeepStrictEqual } from 'node:util';
import sharp from 'sharp';

export const operations = JSON.parse(readFileSync(new URL('operations.json', import.meta.url)));
const photo = new URL('../../.tools/demo/grey.jpg', import.meta.url);
// The same as in kit.py.
export const oddKeys = ['a b/ü 图.bin', 'plus+and&=.bin', 'per%2Fcent%25.bin', "q?#;,'().bin", '~tilde*!@$.bin'];
export const listed = ['dir/1 space.bin', 'dir/2+plus.bin', 'dir/3 图ü.bin', 'dir/deeper/4.bin', 'other/5&<>.bin'];
export const MiB = 1 << 20;

export class NotApplicable extends Error {}

/** For agents: names under .localhost lead to this machine, whatever its resolver knows. */
export function lookup(hostname, options, done) {
  const address = { address: '127.0.0.1', family: 4 };
  if (options.all) done(null, [address]);
  else done(null, address.address, address.family);
}

export const someBytes = (length, seed = 'limn') => createHash('shake256', { outputLength: length }).update(seed).digest();
export const md5 = (content) => createHash('md5').update(content).digest('hex');
export const byBytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** A stream that does not tell its length. */
export function trickle(content, step = 65536) {
  const pieces = [];
  for (let at = 0; at < content.length; at += step) pieces.push(content.subarray(at, at + step));
  return Readable.from(pieces, { objectMode: false });
}

export function same(got, wanted, what = 'value') {
  const short = (value) => (Buffer.isBuffer(value) ? `${value.length} bytes, ${value.subarray(0, 40).toString('latin1')}` : JSON.stringify(value));
  if (!isDeepStrictEqual(got, wanted)) assert.fail(`${what}: got ${short(got)}, wanted ${short(wanted)}`);
}

/** A private bucket's answer may say `private` before the Cache-Control that was stored. */
export const publicPart = (value) => value?.replace(/^private, /, '');

/** The error that `call` ends with. */
export async function refused(call) {
  let answer;
  try {
    answer = await call();
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    return error;
  }
  assert.fail(`was not refused but answered ${String(answer)}`);
}

export const namesV4 = (message) => assert.match(String(message), /V4|version 4/i);
export const width = async (content) => (await sharp(content).metadata()).width;

/** One request outside of the SDK, as of somebody who was handed a link. */
export function ask(url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const { request } = url.startsWith('https') ? https : http;
    const sent = request(url, { method, headers, lookup }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Posts a form with a file as its last field. */
export async function postForm(url, fields, content, filename = 'ü a.txt') {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([content], { type: 'text/plain' }), filename);
  const encoded = new Response(form);
  const body = Buffer.from(await encoded.arrayBuffer());
  return ask(url, { method: 'POST', headers: { 'content-type': encoded.headers.get('content-type'), 'content-length': body.length }, body });
}

class Job {
  constructor(told, client, config, large) {
    const { scheme = 'http', port, key = 'limn-dev', secret = 'limn-dev-secret', reader = 'limn-reader', reader_secret: readerSecret = 'limn-reader-secret', bucket = 'vault' } = told;
    Object.assign(this, { scheme, port, key, secret, reader, readerSecret, bucket, large });
    // Of a later run with the same state as well.
    this.prefix = `${client}/${config}/${scheme}/${Date.now().toString(36)}/`;
    this.newBucket = `t-${client}-${config}-${scheme}`;
    this.photo = readFileSync(photo);
    this.work = mkdtempSync(`${tmpdir()}/limn-client-`);
  }

  endpoint(host = '127.0.0.1') {
    return `${this.scheme}://${host}:${this.port}`;
  }

  file(name, content) {
    writeFileSync(`${this.work}/${name}`, content);
    return `${this.work}/${name}`;
  }
}

/** Runs each operation in each config: `configs` makes a driver from a job, `runs` maps a name to a function of it. */
export async function main(client, configs, runs, notApplicable) {
  for (const name of [...Object.keys(runs), ...Object.keys(notApplicable)]) assert.ok(operations.includes(name), name);
  const told = JSON.parse(await text(process.stdin));
  for (const [config, make] of Object.entries(configs)) {
    if (told.config && told.config !== config) continue;
    const job = new Job(told, client, config, told.full ?? config === Object.keys(configs)[0]);
    const driver = make(job);
    for (const operation of operations) {
      if (!operation.includes(told.operation ?? '')) continue;
      const began = performance.now();
      let [ok, detail] = [true, ''];
      try {
        if (!runs[operation]) throw new NotApplicable(notApplicable[operation]);
        await runs[operation](driver);
      } catch (error) {
        [ok, detail] = error instanceof NotApplicable ? [null, error.message] : [false, `${error.name}: ${error.message} ${told.trace ? error.stack : ''}`];
      }
      const seconds = Math.round((performance.now() - began) / 10) / 100;
      console.log(JSON.stringify({ client, config, operation, ok, detail: detail.slice(0, told.trace ? 5000 : 600), seconds }));
    }
    rmSync(job.work, { recursive: true });
  }
  process.exit(0);
}
