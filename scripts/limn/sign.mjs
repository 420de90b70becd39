// Limn's own signature, as a client makes it.
import { createHmac } from 'node:crypto';

const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const encodePath = (path) => path.split('/').map(encode).join('/');

/** The target (path and query) with kid and s; `path` is not encoded yet. */
export function signed(method, path, params, { kid = 'limn-dev', secret = 'limn-dev-secret' } = {}) {
  const verb = method === 'GET' || method === 'HEAD' ? 'read' : method;
  const query = Object.entries({ ...params, kid })
    .map(([name, value]) => [encode(name), encode(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');
  const text = `limn1\n${verb}\n${encodePath(path)}\n${query}`;
  const s = createHmac('sha256', secret).update(text).digest('base64url');
  return `${encodePath(path)}?${query}&s=${s}`;
}

/** The target with an OSS V1 signature in the URL. */
export function signedOss(method, path, expires, params = {}, { id = 'limn-dev', secret = 'limn-dev-secret', contentType = '' } = {}) {
  const resources = Object.entries(params).sort().map(([k, v]) => (v ? `${k}=${v}` : k)).join('&');
  const text = `${method}\n\n${contentType}\n${expires}\n${path}${resources ? `?${resources}` : ''}`;
  const Signature = createHmac('sha1', secret).update(text).digest('base64');
  const query = Object.entries({ ...params, OSSAccessKeyId: id, Expires: expires, Signature }).map(([k, v]) => `${encode(k)}=${encode(String(v))}`).join('&');
  return `${encodePath(path)}?${query}`;
}
