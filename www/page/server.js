/** What the page asks of Limn, and its refusals in words. */
import { sha256 } from '../limn.js';
import { session } from './session.js';

/** A refusal; `message` is the server's own sentence. */
export class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }

  /** Whether an access key, or another one, would help. */
  get wantsKey() {
    return ['signature_required', 'bad_signature', 'access_denied', 'link_expired'].includes(this.code);
  }
}

/** The refusal that an answer's text tells, JSON or XML. */
export function refusal(status, code, text) {
  let message = '';
  try {
    message = JSON.parse(text).message;
  } catch {
    message = /<Message>(.*?)<\/Message>/s.exec(text)?.[1]?.replace(/&(lt|gt|quot|amp|apos);/g, (_, name) => ({ lt: '<', gt: '>', quot: '"', amp: '&', apos: "'" })[name]);
  }
  return new Refusal(status, code, message || `Limn answered ${status} without a word.`);
}

async function send(method, path, params, options) {
  const target = await session.target(method, path, params);
  try {
    return await fetch(target, { method, ...options });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Refusal(0, 'unreachable', 'Limn could not be reached; look at the network and try again.');
  }
}

/** A fetch whose refusals are thrown. */
export async function ask(method, path, params = {}, options = {}) {
  const answer = await send(method, path, params, options);
  if (answer.ok) return answer;
  throw refusal(answer.status, answer.headers.get('x-limn-error') ?? '', method === 'HEAD' ? '' : await answer.text());
}

const json = async (...request) => (await ask(...request)).json();

let table;
/** The operation table, read once. */
export const operations = () => (table ??= json('GET', '/-/ops.json').catch((error) => ((table = undefined), Promise.reject(error))));

export const health = () => json('GET', '/-/health', {}, { cache: 'no-store' });

export const usage = (bucket, params = {}) => json('GET', `/-/usage/${bucket}`, params);

export async function purge(what) {
  const body = JSON.stringify(what);
  return json('POST', '/-/purge', { sha256: await sha256(body) }, { method: 'POST', body });
}

export const remove = (bucket, object) => ask('DELETE', `/${bucket}/${object}`);

/** Facts of a source. */
export const info = (bucket, object, signal) => json('GET', `/${bucket}/${object}`, { info: 1 }, { signal });

/** Who stored an object and which nodes hold it, for keys that may list; null where the ledger knows nothing of it. */
export async function placing(bucket, object) {
  const { objects } = await json('GET', `/-/objects/${bucket}`, { prefix: object, max: '1' });
  return objects.find(({ key }) => key === object) ?? null;
}

/** The plan, for administrators. */
export const explain = (bucket, object, params) => json('GET', `/${bucket}/${object}`, { ...params, explain: 1 });

const textOf = (element, name) => element.getElementsByTagName(name)[0]?.textContent ?? '';
const decoded = (text) => decodeURIComponent(text.replaceAll('+', ' '));
const read = async (answer) => new DOMParser().parseFromString(await answer.text(), 'application/xml');

/** The buckets that the key may list. */
export async function buckets() {
  const xml = await read(await ask('GET', '/'));
  return Array.from(xml.getElementsByTagName('Bucket'), (bucket) => textOf(bucket, 'Name'));
}

/** One page of a folder: its objects, its folders, and the token of the next page. */
export async function list(bucket, { prefix = '', token, max = 60, signal } = {}) {
  const params = { 'list-type': '2', delimiter: '/', prefix, 'max-keys': String(max), 'encoding-type': 'url' };
  const xml = await read(await ask('GET', `/${bucket}`, token ? { ...params, 'continuation-token': token } : params, { signal }));
  return {
    objects: Array.from(xml.getElementsByTagName('Contents'), (entry) => ({
      key: decoded(textOf(entry, 'Key')), bytes: Number(textOf(entry, 'Size')), stored: textOf(entry, 'LastModified'),
    })).filter(({ key }) => key !== prefix),
    folders: Array.from(xml.getElementsByTagName('CommonPrefixes'), (entry) => decoded(textOf(entry, 'Prefix'))),
    next: textOf(xml, 'IsTruncated') === 'true' ? textOf(xml, 'NextContinuationToken') : null,
  };
}
