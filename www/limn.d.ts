/** Limn for the web: URLs in both grammars, signatures, srcset. */

/** An access key. A secret belongs on a server, or in a page whose reader typed it. */
export interface Key {
  id: string;
  secret: string;
}

/** What a parameter may be; `true` is 1, `false` is 0, null and undefined leave it out. */
export type Value = string | number | boolean | null | undefined;

/** Short parameters by their first names: `{ w: 200, fit: 'cover' }`. The URL reference lists them. */
export type Params = Readonly<Record<string, Value>>;

/** The end of a signed link: in so many seconds from now, or at a time in unix seconds. */
export interface Expiry {
  expires?: number;
  until?: number;
}

/** Percent-encodes all but RFC 3986's unreserved characters, as Limn's signature wants it. */
export function encode(text: string): string;

/** Base64url without padding, of text (as UTF-8) or bytes. */
export function base64url(data: string | ArrayBuffer | Uint8Array): string;

/** SHA-256 in hex, of text (as UTF-8) or bytes: what a POST to `/-/` signs of its body. */
export function sha256(data: string | ArrayBuffer | Uint8Array): Promise<string>;

/**
 * Path and query with Limn's own signature.
 * @param method The request's method; GET and HEAD share a signature.
 * @param path Not encoded: `/vault/a b.jpg`.
 * @param params All parameters of the request, each at most once.
 * @param options `until`: unix seconds; without it `exp` stands in `params` or the link has no end.
 */
export function sign(method: string, path: string, params: Params | readonly (readonly [string, Value])[], key: Key, options?: { until?: number }): Promise<string>;

/** Short parameters as an OSS program. */
export interface OssProgram {
  /** The value of `x-oss-process`; null where there is nothing to do. */
  program: string | null;
  /** What stands beside it in the query: `v`, `dl`, `default`, `explain`. */
  beside: Record<string, string>;
  /** Keys that OSS has no word for; the program leaves them out. */
  lacks: string[];
}

/** The OSS program that makes the same image as short parameters. */
export function ossProgram(params: Params): OssProgram;

/** One bucket of one Limn. */
export class Limn {
  constructor(of: { endpoint?: string; bucket: string; key?: Key });
  readonly endpoint: string;
  readonly bucket: string;
  readonly key?: Key;
  /** An image by short parameters. */
  url(object: string, params?: Params): string;
  /** An image by an OSS program; `beside` holds `v`, `dl` and the like. */
  ossUrl(object: string, program: string, beside?: Params): string;
  /** Either kind of URL, signed; for an hour if no end is said. */
  signedUrl(object: string, params?: Params, options?: Expiry & { method?: string }): Promise<string>;
  /** The value of `srcset`: the same image in several widths; a height keeps its ratio to `w`. */
  srcset(object: string, params: Params, widths: readonly number[]): string;
  /** As `srcset`, each URL signed. */
  signedSrcset(object: string, params: Params, widths: readonly number[], options?: Expiry): Promise<string>;
}
