/** The access key that the reader typed. It stays in this tab: in memory, or in its session storage where they wish. */
import { Limn, sign } from '../limn.js';

const KEPT = 'limn-key';

function kept() {
  try {
    const key = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null');
    return key?.id && key.secret ? key : null;
  } catch {
    return null;
  }
}

class Session extends EventTarget {
  #key = kept();

  /** How long links that the page hands out are good, seconds. */
  linkSeconds = 86_400;

  get keyId() {
    return this.#key?.id ?? null;
  }

  signIn(id, secret, remember) {
    this.#key = { id, secret };
    if (remember) sessionStorage.setItem(KEPT, JSON.stringify(this.#key));
    else sessionStorage.removeItem(KEPT);
    this.dispatchEvent(new Event('change'));
  }

  signOut() {
    this.#key = null;
    sessionStorage.removeItem(KEPT);
    this.dispatchEvent(new Event('change'));
  }

  /** Path and query of a request of the page's own, signed where there is a key; good for ten to twenty minutes. */
  async target(method, path, params = {}) {
    // Rounded, so that a thumbnail keeps its address, and with it its place in the browser's cache, for a while.
    const until = (Math.floor(Date.now() / 600_000) + 2) * 600;
    if (this.#key) return sign(method, path, params, this.#key, { until });
    const [, bucket, object] = /^\/([^/]+)\/(.+)$/s.exec(path) ?? [];
    if (bucket && bucket !== '-') return new Limn({ bucket }).url(object, params);
    const query = new URLSearchParams(params).toString();
    return path + (query && `?${query}`);
  }

  /** Limn's client for a bucket, as links that are handed out want it. */
  client(bucket) {
    return new Limn({ endpoint: location.origin, bucket, key: this.#key ?? undefined });
  }
}

export const session = new Session();
