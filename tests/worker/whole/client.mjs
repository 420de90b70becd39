// A client of Limn: does one operation of a workload and writes down what came of it.
import { createHash } from 'node:crypto';
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { signedS3 } from '../../../scripts/limn/s3.mjs';
import { signed } from '../../../scripts/limn/sign.mjs';
import { bodyOf, imageOf, md5, writesOf } from './bodies.mjs';

/** Near node a, near node b, near node c. */
const places = { a: '50,9', b: '35,140', c: '39,-77' };
/** How long a client waits for an answer, milliseconds. */
const PATIENCE_MS = 6_000;
const credentials = { id: 'limn-dev', secret: 'limn-dev-secret' };
const exp = () => String(Math.floor(Date.now() / 1000) + 3_600);
const textIn = (xml, name) => xml.match(new RegExp(`<${name}>([^<]*)</${name}>`))?.[1];

/**
 * Does operations on one bucket and notes them in `history`; `keys` are all that there may be.
 * `stored(op)` is called with each write at the moment it is acknowledged.
 */
export function client({ port, bucket, history, keys, prefix, stored = () => {} }) {
  const agent = new http.Agent({ keepAlive: true });
  const host = `127.0.0.1:${port}`;
  /** What each write stores, and which writes may have stored an ETag. */
  const [written, byTag, onKey] = [new Map(), new Map(), new Map()];

  function ask(method, path, { headers = {}, body, cutAfter } = {}) {
    return new Promise((resolve, reject) => {
      const request = http.request({ host: '127.0.0.1', port, method, path, headers: { ...headers, ...(body ? { 'content-length': body.length } : {}) }, agent }, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('close', () => reject(new Error('the answer broke off')));
        answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }));
      });
      request.setTimeout(PATIENCE_MS, () => request.destroy(new Error('no answer in time')));
      request.on('error', reject);
      if (cutAfter !== undefined) {
        // A part of the body, and a while later nobody is there any more.
        request.write(body.subarray(0, body.length >> 1));
        setTimeout(() => request.destroy(new Error('cut')), cutAfter);
      } else request.end(body);
    });
  }

  /** What is not known is `info`: the answer was lost, or tells of trouble. */
  async function done(op, work) {
    try {
      const answer = await work();
      op.status = answer.status;
      op.code = answer.headers['x-limn-error'];
      return answer;
    } catch (error) {
      // Who was not let in has done nothing, and tries again only after a while.
      const refused = error.code === 'ECONNREFUSED';
      history.end(op, refused ? 'fail' : 'info', { lost: error.message });
      if (refused) await pause(700);
      return null;
    }
  }

  async function write({ kind, key, value, image, from, length, cutAfter }) {
    const body = image ? imageOf({ key, value }) : bodyOf({ key, value, length });
    const [etag, before] = [md5(body), onKey.get(key) ?? []];
    const expected = before[(value * 7) % Math.max(before.length, 1)];
    const op = { kind: 'write', key, value, length: body.length, from };
    const headers = { 'x-limn-place': places[from], 'x-amz-meta-write': String(value), 'content-type': image ? 'image/png' : 'application/octet-stream' };
    if (kind === 'create') Object.assign(op, { only: { absent: true } }) && (headers['if-none-match'] = '*');
    if (kind === 'replace' && expected) Object.assign(op, { only: { values: byTag.get(expected) } }) && (headers['if-match'] = `"${expected}"`);
    written.set(value, body);
    byTag.set(etag, [...(byTag.get(etag) ?? []), value]);
    const target = signed('PUT', `/${bucket}/${key}`, { exp: exp() });
    const told = history.begin(op);
    const answer = await done(told, () => ask('PUT', target, { headers, body, cutAfter: kind === 'cut' ? cutAfter : undefined }));
    if (!answer) return;
    if (answer.status === 200) {
      history.end(told, 'ok', { version: answer.headers['x-limn-version'] });
      // Most often the last one is what is there.
      onKey.set(key, [...before.slice(-2), etag]);
      await stored(told);
      // If-Match on what is not there is a 404, as in S3.
    } else if (answer.status === 412 || (answer.status === 404 && told.only?.values)) history.end(told, 'fail', { refused: true });
    else history.end(told, answer.status < 500 ? 'fail' : 'info');
  }

  async function remove({ key, from }) {
    const op = history.begin({ kind: 'delete', key, from });
    const answer = await done(op, () => ask('DELETE', signed('DELETE', `/${bucket}/${key}`, { exp: exp() }), { headers: { 'x-limn-place': places[from] } }));
    if (answer) history.end(op, answer.status === 204 ? 'ok' : answer.status < 500 ? 'fail' : 'info');
  }

  /** Which write's bytes these are, by the label that came with them; why they are none's. */
  function whole(how, answer) {
    const value = Number(answer.headers['x-amz-meta-write']);
    const body = written.get(value);
    if (!body) return { bad: `the label of no write: ${answer.headers['x-amz-meta-write']}` };
    if (answer.headers.etag !== `"${md5(body)}"`) return { bad: `the ETag ${answer.headers.etag} with the label of write ${value}` };
    if (Number(answer.headers['content-length']) !== body.length) return { bad: `${answer.headers['content-length']} bytes are told of the ${body.length} of write ${value}` };
    if (how === 'get' && !answer.body.equals(body)) return { bad: `other bytes than those of write ${value}` };
    return { values: [value] };
  }

  async function read(how, { key, from, strict, width }) {
    const path = `/${bucket}/${key}`;
    const target = how === 'image' ? `${path}?f=png&w=${width}` : path;
    const method = how === 'head' ? 'HEAD' : 'GET';
    const asked = strict && how !== 'image' ? signedS3(credentials, { method, host, path, headers: { 'x-limn-place': places[from] } }) : { target, headers: { 'x-limn-place': places[from] } };
    const op = history.begin({ kind: 'read', how, key, from, strict: Boolean(strict && how !== 'image'), values: [], ...(how === 'image' ? { target } : {}) });
    const answer = await done(op, () => ask(method, asked.target, { headers: asked.headers }));
    if (!answer) return op;
    const { status, headers } = answer;
    if (status === 404) return history.end(op, 'ok', { values: [null], made: false });
    if (status !== 200) return history.end(op, 'fail');
    if (how !== 'image') return history.end(op, 'ok', whole(how, answer));
    // The end is noted before the pixels are looked at, which takes a while.
    const verdict = headers['cache-status'] ?? '';
    history.end(op, 'ok', { made: !/; hit/.test(verdict), verdict });
    const values = history.ops.filter((op) => op.kind === 'write' && op.key === key).map(({ value }) => value);
    return Object.assign(op, await writesOf(answer.body, width, values).catch((error) => ({ bad: `no image: ${error.message}` })));
  }

  async function list() {
    const op = history.begin({ kind: 'list', keys });
    const answer = await done(op, () => ask('GET', `/${bucket}?list-type=2&prefix=${encodeURIComponent(prefix)}`));
    if (!answer) return op;
    if (answer.status !== 200) return history.end(op, 'fail');
    const entries = [...String(answer.body).matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, xml]) => {
      const [name, tag, size] = ['Key', 'ETag', 'Size'].map((of) => textIn(xml, of));
      const etag = tag.replaceAll(/&quot;|&#34;|"/g, '');
      // What two writes of a few bytes have in common tells neither from the other.
      return { key: name, values: (byTag.get(etag) ?? []).filter((value) => history.ops.some((op) => op.value === value && op.key === name)), size: Number(size) };
    });
    return history.end(op, 'ok', { entries });
  }

  async function purge({ key, scope }) {
    const body = Buffer.from(JSON.stringify({ bucket, ...(scope === 'file' ? { files: [key] } : { prefixes: [prefix] }) }));
    const sha256 = createHash('sha256').update(body).digest('hex');
    const op = history.begin({ kind: 'purge', keys: scope === 'file' ? [key] : keys, scope });
    const answer = await done(op, () => ask('POST', signed('POST', '/-/purge', { exp: exp(), sha256 }), { body }));
    if (answer) history.end(op, answer.status === 200 ? 'ok' : 'info');
  }

  const deeds = { put: write, cut: write, create: write, replace: write, delete: remove, list, purge, get: (op) => read('get', op), head: (op) => read('head', op), image: (op) => read('image', op) };
  return { do: (op) => deeds[op.kind](op), read, list, written, close: () => agent.destroy() };
}
