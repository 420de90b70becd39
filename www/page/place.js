/** Where the reader is, as the address bar tells it: `#/demo/a/`, `#/demo/cat.jpg?w=200`, `#-/usage/demo`, `#-/nodes`. */
import { encodePath, readable } from '../limn-encoding.js';

/** Plain text of an escaped one; as it is where it is no escape. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Reads the part behind `#`.
 * @returns {{ view: 'welcome' } | { view: 'nodes' } | { view: 'usage', bucket: string } | { view: 'folder', bucket: string, prefix: string }
 *   | { view: 'object', bucket: string, object: string, params: Record<string, string> }}
 */
export function parse(hash) {
  const text = hash.replace(/^#/, '');
  if (text === '-/nodes') return { view: 'nodes' };
  const usage = /^-\/usage\/([^/?]+)$/.exec(text);
  if (usage) return { view: 'usage', bucket: decoded(usage[1]) };
  const [path, query = ''] = text.split(/\?(.*)/s);
  const [, bucket, rest = ''] = /^\/([^/]+)(?:\/(.*))?$/s.exec(path) ?? [];
  if (!bucket) return { view: 'welcome' };
  const key = decoded(rest);
  if (key === '' || key.endsWith('/')) return { view: 'folder', bucket: decoded(bucket), prefix: key };
  return { view: 'object', bucket: decoded(bucket), object: key, params: Object.fromEntries(new URLSearchParams(query)) };
}

export const folder = (bucket, prefix = '') => `#/${bucket}/${encodePath(prefix)}`;
export const usage = (bucket) => `#-/usage/${bucket}`;
export const nodes = '#-/nodes';

export function object(bucket, key, params = {}) {
  const query = Object.entries(params).map(([name, value]) => `${readable(name)}=${readable(value)}`).join('&');
  return `#/${bucket}/${encodePath(key)}${query && `?${query}`}`;
}
