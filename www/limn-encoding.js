/** How Limn's URLs spell text and bytes. */

const escapes = (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** Percent-encodes all but RFC 3986's unreserved characters, as Limn's signature wants it. */
export const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, escapes);

/** As `encode`, but what a query may hold as it is stays readable: `image/resize,w_200`. */
export const readable = (text) => encode(text).replace(/%(2C|2F|3A|40)/g, (escape) => decodeURIComponent(escape));

export const encodePath = (path) => path.split('/').map(encode).join('/');

export const utf8 = (text) => new TextEncoder().encode(text);

/** Base64url without padding, of text or bytes: how marks, fonts and texts stand in OSS programs. */
export function base64url(data) {
  const bytes = typeof data === 'string' ? utf8(data) : new Uint8Array(data);
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The text that `base64url` made of it; null of what is none. */
export function fromBase64url(text) {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** SHA-256 in hex, of text or bytes: what a POST to `/-/` signs of its body. */
export async function sha256(data) {
  const digest = await crypto.subtle.digest('SHA-256', typeof data === 'string' ? utf8(data) : data);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
