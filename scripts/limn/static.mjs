// A plain web server: a directory, read-only, as an origin that is not Limn's. By hand: node scripts/limn/static.mjs DIR PORT
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import http from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const types = { '.jpg': 'image/jpeg', '.jpeg': 'image/jpeg', '.png': 'image/png', '.webp': 'image/webp', '.avif': 'image/avif', '.gif': 'image/gif', '.svg': 'image/svg+xml', '.html': 'text/html; charset=utf-8', '.txt': 'text/plain; charset=utf-8' };

/** The file that a target names; none where it leads out of the directory or is not written as a path. */
function fileOf(dir, target) {
  try {
    const path = decodeURIComponent(target.split('?', 1)[0]);
    const file = resolve(join(dir, path));
    return file.startsWith(resolve(dir) + sep) && !path.includes('\0') ? file : null;
  } catch {
    return null;
  }
}

async function found(dir, target) {
  const file = fileOf(dir, target);
  // Nanoseconds, as a file may be replaced by one of the same size within a second.
  const facts = file && (await stat(file, { bigint: true }).catch(() => null));
  return facts?.isFile() ? { file, facts } : null;
}

function unchanged(headers, etag, facts) {
  // RFC 9110 13.1.3: the date counts only where no tag was sent.
  const tags = headers['if-none-match'];
  if (tags !== undefined) return tags.trim() === '*' || tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return Math.floor(Number(facts.mtimeMs) / 1000) * 1000 <= since;
}

/** Serves `dir`; a free port where none is wanted. */
export async function serveDirectory(dir, { port = 0 } = {}) {
  const server = http.createServer(async (request, response) => {
    const plain = (status, text, headers = {}) => response.writeHead(status, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(text), ...headers }).end(request.method === 'HEAD' ? '' : text);
    if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'Read-only.\n', { allow: 'GET, HEAD' });
    const it = await found(dir, request.url);
    if (!it) return plain(404, 'Not found.\n');
    const etag = `"${it.facts.size.toString(16)}-${it.facts.mtimeNs.toString(16)}"`;
    const validators = { etag, 'last-modified': new Date(Number(it.facts.mtimeMs)).toUTCString() };
    if (unchanged(request.headers, etag, it.facts)) return response.writeHead(304, validators).end();
    const type = types[extname(it.file).toLowerCase()] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-length': String(it.facts.size), ...validators });
    if (request.method === 'HEAD') return response.end();
    // The length was promised: a file that cannot be read to its end breaks the connection.
    return createReadStream(it.file).on('error', () => response.destroy()).pipe(response);
  });
  // A client that keeps connections must not send into one that is just being closed.
  server.keepAliveTimeout = 60_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { port: server.address().port, url: `http://127.0.0.1:${server.address().port}`, close };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [dir, port] = process.argv.slice(2);
  if (!dir || !(Number(port) > 0)) {
    console.error('usage: node scripts/limn/static.mjs DIR PORT');
    process.exit(2);
  }
  await serveDirectory(dir, { port: Number(port) });
}
