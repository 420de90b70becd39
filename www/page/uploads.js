/** Files on their way to a bucket, a few at a time; the queue outlives the view that shows it. */
import { refusal } from './server.js';
import { session } from './session.js';

/** Browsers open six connections to a host; some are for what is looked at meanwhile. */
const AT_ONCE = 3;

/** One file. `state`: waiting, sending, done, failed or cancelled. */
export class Upload extends EventTarget {
  state = 'waiting';
  sent = 0;
  receipt = null;
  error = null;
  #request = null;

  constructor(file, { bucket, name, overwrite }) {
    super();
    Object.assign(this, { file, bucket, name, overwrite });
    // A token of its own; a retry with it after a lost answer gets the same receipt.
    this.nonce = crypto.randomUUID();
  }

  #become(state) {
    this.state = state;
    this.dispatchEvent(new Event('change'));
  }

  async send() {
    this.error = null;
    this.sent = 0;
    this.#become('sending');
    try {
      const params = { name: this.name, nonce: this.nonce, ...(this.overwrite ? { overwrite: '1' } : {}) };
      const target = await session.target('POST', `/-/upload/${this.bucket}`, params);
      if (this.state !== 'sending') return;
      this.receipt = await this.#post(target);
      this.#become('done');
    } catch (error) {
      if (this.state === 'cancelled') return;
      this.error = error;
      this.#become('failed');
    }
  }

  /** Fetch tells nothing of how much was sent; XMLHttpRequest does. */
  #post(target) {
    const request = (this.#request = new XMLHttpRequest());
    return new Promise((resolve, reject) => {
      request.open('POST', target);
      request.setRequestHeader('content-disposition', `inline; filename*=UTF-8''${encodeURIComponent(this.file.name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`);
      if (this.file.type) request.setRequestHeader('content-type', this.file.type);
      request.upload.addEventListener('progress', ({ loaded }) => {
        this.sent = loaded;
        this.dispatchEvent(new Event('progress'));
      });
      request.addEventListener('load', () => {
        if (request.status === 201) return resolve(JSON.parse(request.responseText));
        return reject(refusal(request.status, request.getResponseHeader('x-limn-error') ?? '', request.responseText));
      });
      request.addEventListener('error', () => reject(new Error('The connection broke; try again.')));
      request.addEventListener('abort', () => reject(new Error('Cancelled.')));
      request.send(this.file);
    });
  }

  cancel() {
    if (this.state === 'done') return;
    this.#become('cancelled');
    this.#request?.abort();
  }
}

/** The queue: `change` when it gets longer or shorter, `stored` when an upload is done. */
class Uploads extends EventTarget {
  items = [];

  add(files, options) {
    const added = Array.from(files, (file) => new Upload(file, options));
    for (const upload of added) {
      upload.addEventListener('change', () => {
        if (upload.state === 'done') this.dispatchEvent(new CustomEvent('stored', { detail: upload }));
        if (upload.state !== 'sending') this.#next();
      });
    }
    this.items.push(...added);
    this.dispatchEvent(new Event('change'));
    this.#next();
  }

  retry(upload) {
    upload.state = 'waiting';
    upload.dispatchEvent(new Event('change'));
  }

  clear() {
    this.items = this.items.filter(({ state }) => state === 'waiting' || state === 'sending');
    this.dispatchEvent(new Event('change'));
  }

  #next() {
    const sending = this.items.filter(({ state }) => state === 'sending').length;
    this.items.filter(({ state }) => state === 'waiting').slice(0, Math.max(AT_ONCE - sending, 0)).forEach((upload) => upload.send());
  }
}

export const uploads = new Uploads();
