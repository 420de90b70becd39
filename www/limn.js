/**
 * Limn for the web: URLs in both grammars, signatures, srcset. An ES module without dependencies, for browsers,
 * Workers and Node.js from version 20. Types stand in `limn.d.ts`.
 *
 * A secret belongs on a server, or in a page whose reader typed it: whoever has the page has what is in it.
 */
import { base64url, encode, encodePath, readable, utf8 } from './limn-encoding.js';

export { base64url, encode, sha256 } from './limn-encoding.js';
export { ossProgram } from './limn-oss.js';

/** Parameters as pairs of text; what is null or undefined is left out. */
function pairs(params) {
  const entries = Array.isArray(params) ? params : Object.entries(params ?? {});
  return entries
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => {
      if (name === '') throw new TypeError('A parameter without a name cannot be sent.');
      if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`The parameter ${name} is ${value}; a finite number is wanted.`);
      return [name, typeof value === 'boolean' ? String(Number(value)) : String(value)];
    });
}

const query = (list) => list.map(([name, value]) => `${readable(name)}=${readable(value)}`).join('&');

/**
 * Path and query with `kid`, `exp` if there is an end, and `s`: Limn's own signature.
 * @param {string} method `GET` stands for HEAD too.
 * @param {string} path Not encoded: `/vault/a b.jpg`.
 */
export async function sign(method, path, params, key, { until } = {}) {
  if (!key?.id || !key.secret) throw new TypeError('Signing needs an access key: { id, secret }.');
  if (!path.startsWith('/')) throw new TypeError(`A path begins with /; ${JSON.stringify(path)} came.`);
  if (!crypto.subtle) throw new Error('This page cannot sign: browsers lend their cryptography to HTTPS and to localhost alone.');
  const verb = method === 'GET' || method === 'HEAD' ? 'read' : method;
  const all = pairs(params).filter(([name]) => name !== 's' && name !== 'kid' && !(name === 'exp' && until));
  if (until) all.push(['exp', String(Math.floor(until))]);
  all.push(['kid', key.id]);
  // A space is less than all that an encoded name may hold, so this sorts by whole names.
  const sorted = all.map(([name, value]) => `${encode(name)} ${encode(value)}`).sort();
  const text = `limn1\n${verb}\n${encodePath(path)}\n${sorted.map((pair) => pair.replace(' ', '=')).join('&')}`;
  const secret = await crypto.subtle.importKey('raw', utf8(key.secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', secret, utf8(text));
  return `${encodePath(path)}?${query([...all, ['s', base64url(mac)]])}`;
}

/** The parameters of one width: a height that stands beside a width keeps their ratio. */
function atWidth(params, width) {
  const { w, h } = params;
  const height = w > 0 && h >= 1 ? Math.max(1, Math.round((h * width) / w)) : h;
  return { ...params, w: width, ...(height === undefined ? {} : { h: height }) };
}

/** One bucket of one Limn. */
export class Limn {
  /**
   * @param {{ endpoint?: string, bucket: string, key?: { id: string, secret: string } }} of `endpoint`: Limn's address,
   * empty for this origin's own.
   */
  constructor({ endpoint = '', bucket, key }) {
    if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket ?? '')) throw new TypeError(`A bucket's name is 3 to 63 of a-z, 0-9 and -; ${JSON.stringify(bucket)} came.`);
    this.endpoint = endpoint.replace(/\/+$/, '');
    this.bucket = bucket;
    this.key = key;
  }

  #path(object) {
    if (!object) throw new TypeError('The name of an object is wanted.');
    return `/${this.bucket}/${object}`;
  }

  /** An image by short parameters: `url('cat.jpg', { w: 200, fit: 'cover' })`. */
  url(object, params = {}) {
    const text = query(pairs(params));
    return `${this.endpoint}${encodePath(this.#path(object))}${text && `?${text}`}`;
  }

  /** An image by an OSS program: `ossUrl('cat.jpg', 'image/resize,w_200')`; `beside` as `v` or `dl`. */
  ossUrl(object, program, beside = {}) {
    return this.url(object, { 'x-oss-process': program, ...beside });
  }

  /** Either kind of URL, signed until `until` (unix seconds) or for `expires` seconds from now; an hour if neither is said. */
  async signedUrl(object, params = {}, { method = 'GET', expires = 3600, until = Date.now() / 1000 + expires } = {}) {
    return this.endpoint + (await sign(method, this.#path(object), params, this.key, { until }));
  }

  /** The value of `srcset`: the same image in several widths. */
  srcset(object, params, widths) {
    return widths.map((width) => `${this.url(object, atWidth(params, width))} ${width}w`).join(', ');
  }

  /** As `srcset`, each URL signed. */
  async signedSrcset(object, params, widths, options) {
    const urls = await Promise.all(widths.map((width) => this.signedUrl(object, atWidth(params, width), options)));
    return urls.map((url, i) => `${url} ${widths[i]}w`).join(', ');
  }
}
