// A proxy in front of a node that breaks what a test wants broken, down to the framing of HTTP.
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { random } from '../../scripts/demo/random.mjs';

const portal = '<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in to the network.</body></html>';
const middle = (body, at) => Math.min(at ?? body.length >> 1, body.length);

/** What is said of one connection only, or is said anew by who frames the body. */
const hops = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);
const kept = (raw) => {
  const lines = [];
  for (let i = 0; i < raw.length; i += 2) if (!hops.has(raw[i].toLowerCase())) lines.push([raw[i], raw[i + 1]]);
  return lines;
};

const sizedBody = (request, body) => body.length > 0 || !['GET', 'HEAD', 'DELETE'].includes(request.method);

/** The target's answer, whole. */
function forward(target, request, body) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(target);
    const headers = kept(request.rawHeaders).flat();
    if (sizedBody(request, body)) headers.push('Content-Length', String(body.length));
    // One connection a request: none is left over that a restarted node no longer knows.
    const asked = http.request({ hostname, port, method: request.method, path: request.url, headers, agent: false }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const { statusCode: status, statusMessage: reason } = answer;
        const bodiless = request.method === 'HEAD' || status === 204 || status === 304;
        const body = Buffer.concat(chunks);
        resolve({ status, reason, headers: kept(answer.rawHeaders), length: answer.headers['content-length'] ?? (bodiless ? undefined : body.length), body });
      });
    });
    asked.on('error', reject);
    request.socket.on('close', () => asked.destroy());
    asked.end(body);
  });
}

/** Sends a part of a request to the target, of the head where there is no body, and breaks off. */
async function cutOff(target, request, body, at) {
  const { hostname, port } = new URL(target);
  const lines = kept(request.rawHeaders);
  if (sizedBody(request, body)) lines.push(['Content-Length', body.length]);
  const head = Buffer.from(`${request.method} ${request.url} HTTP/1.1\r\n${written(lines)}\r\n`, 'latin1');
  const part = body.length ? Buffer.concat([head, body.subarray(0, middle(body, at))]) : head.subarray(0, middle(head, at));
  const socket = net.connect(Number(port), hostname);
  await once(socket, 'connect');
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.on('error', () => {});
  socket.resume().end(part);
  // The target has seen it when it closes its side too.
  await Promise.race([closed, pause(2000)]);
  socket.destroy();
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const written = (lines) => lines.map((line) => `${line.join(': ')}\r\n`).join('');
const closing = ['Connection', 'close'];
const lengthOf = ({ length }) => (length === undefined ? [] : [['Content-Length', length]]);
const begin = (socket, { status, reason, headers }, ...framing) => socket.write(`HTTP/1.1 ${status} ${reason ?? ''}\r\n${written([...headers, ...framing, closing])}\r\n`, 'latin1');

function whole(socket, answer) {
  begin(socket, answer, ...lengthOf(answer));
  socket.end(answer.body);
}

/** How the target's answer goes back: `socket` is the client's. */
const replies = {
  whole,
  'cut-response'(socket, answer, { at }) {
    begin(socket, answer, ...lengthOf(answer));
    socket.end(answer.body.subarray(0, middle(answer.body, at)));
  },
  'cut-chunked'(socket, answer, { at }) {
    const part = answer.body.subarray(0, middle(answer.body, at));
    begin(socket, answer, ['Transfer-Encoding', 'chunked']);
    // The last chunk, which is empty, never comes.
    socket.end(part.length ? Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]) : '');
  },
  'no-length'(socket, answer, { at }) {
    begin(socket, answer);
    socket.end(answer.body.subarray(0, middle(answer.body, at)));
  },
  'small-length'(socket, answer, { at }) {
    begin(socket, answer, ['Content-Length', middle(answer.body, at)]);
    socket.end(answer.body);
  },
  /** Stalls in the body; an answer without one can only stall before its head. */
  async slow(socket, answer, { at, delay = 1000 }) {
    if (!answer.body.length) return replies.late(socket, answer, { delay });
    const part = middle(answer.body, at);
    begin(socket, answer, ...lengthOf(answer));
    socket.write(answer.body.subarray(0, part));
    await pause(delay);
    if (!socket.destroyed) socket.end(answer.body.subarray(part));
  },
  async late(socket, answer, { delay = 1000 }) {
    await pause(delay);
    if (!socket.destroyed) whole(socket, answer);
  },
  corrupt(socket, answer, { at }) {
    const body = Buffer.from(answer.body);
    if (body.length) body[Math.min(at ?? body.length >> 1, body.length - 1)] ^= 1;
    whole(socket, { ...answer, body });
  },
  /** It is done, and the answer lost: silently, or with the connection. */
  'hang-after': () => {},
  'reset-after': (socket) => socket.resetAndDestroy(),
};

/** What happens without the target: `socket` is the client's. */
const alone = {
  refuse: (socket) => socket.resetAndDestroy(),
  hang: () => {},
  status(socket, { status = 503, retryAfter, headers = {}, body = '' }) {
    const lines = Object.entries({ 'Content-Type': 'text/plain', ...(retryAfter === undefined ? {} : { 'Retry-After': retryAfter }), ...headers });
    whole(socket, { status, reason: http.STATUS_CODES[status], headers: lines, length: Buffer.byteLength(body), body });
  },
  html: (socket) => alone.status(socket, { status: 200, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: portal }),
};

export const kinds = [...Object.keys(alone), ...Object.keys(replies).filter((kind) => kind !== 'whole'), 'cut-request'];

/** Whether each of the requests that a rule matches is broken, in their order. */
export function schedule({ share = 1, seed = 1 }) {
  const next = random(seed);
  return () => share >= 1 || next() < share;
}

const matches = (rule, method, path) => {
  if (!rule.match) return true;
  return rule.match instanceof RegExp ? rule.match.test(`${method} ${path}`) : Boolean(rule.match(method, path));
};

/**
 * Forwards to `target`; a free port where none is wanted.
 * A rule is `{ kind, match?, count?, share?, seed?, at?, delay?, status?, retryAfter?, headers?, body? }`; the first that applies breaks a request.
 */
export async function proxy({ target, port = 0 }) {
  let rules = [];
  const log = [];
  const sockets = new Set();

  const ruleFor = (method, path) => rules.find((rule) => matches(rule, method, path) && rule.left > 0 && rule.next() && rule.left--);

  async function answer(request) {
    const { socket, method, url: path } = request;
    const rule = ruleFor(method, path);
    const entry = { method, path, at: Date.now(), kind: rule?.kind ?? null, status: null };
    log.push(entry);
    if (alone[rule?.kind]) {
      // A body that nobody reads would stop the client before it looks for an answer.
      request.resume();
      if (rule.kind !== 'refuse' && rule.kind !== 'hang') await once(request, 'end');
      return alone[rule.kind](socket, rule);
    }
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (rule?.kind === 'cut-request') {
      await cutOff(it.target, request, body, rule.at);
      return socket.resetAndDestroy();
    }
    const got = await forward(it.target, request, body);
    entry.status = got.status;
    return replies[rule?.kind ?? 'whole'](socket, got, rule);
  }

  const server = http.createServer((request) => {
    // What the target breaks off is broken off here too.
    answer(request).catch(() => request.socket.resetAndDestroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  const it = {
    target,
    port: server.address().port,
    url: `http://127.0.0.1:${server.address().port}`,
    log,
    /** These rules in place of those before; none: all is forwarded. */
    set(...wanted) {
      for (const { kind } of wanted) if (!kinds.includes(kind)) throw new Error(`no kind ${kind}; there are ${kinds.join(', ')}`);
      rules = wanted.map((rule) => ({ ...rule, left: rule.count ?? Infinity, next: schedule(rule) }));
    },
    /** How many requests came, of those that `match`; `broken`: by one kind, or by any (true). */
    count: (match, broken) => log.filter((entry) => matches({ match }, entry.method, entry.path) && (!broken || entry.kind === broken || (broken === true && entry.kind))).length,
    forget: () => void log.splice(0),
    /** Breaks every connection off, as a restart does. */
    reset() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
  return it;
}
