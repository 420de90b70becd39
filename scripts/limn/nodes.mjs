// Storage nodes on this machine: S3 servers and a web server, each a process with a directory of its own.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startChild } from './child.mjs';

const server = fileURLToPath(new URL('../../.tools/bin/s3s-fs', import.meta.url));
const web = fileURLToPath(new URL('static.mjs', import.meta.url));

/**
 * Starts an S3 server on `port` that keeps its data in `dir` and has one `bucket`. `ready` fails with one sentence.
 * What it acknowledged is in its files: killed and started again, it has it still.
 * @returns {ReturnType<typeof startChild> & { endpoint: string, bucket: string, dir: string, id: string, secret: string, wipe: () => void }}
 */
export function startNode({ name, port, dir, id, secret, bucket = 'limn', ended }) {
  if (!existsSync(server)) throw new Error('the S3 server is not installed; scripts/test and scripts/serve --nodes 3 install it.');
  // The server's buckets are the directories in its own.
  const makeBucket = () => mkdirSync(`${dir}/${bucket}`, { recursive: true });
  makeBucket();
  const args = ['--host', '127.0.0.1', '--port', String(port), '--access-key', id, '--secret-key', secret, dir];
  const child = startChild({ name, port, command: server, args, env: { RUST_LOG: 'error' }, ended });
  /** Deletes all that it holds, while it runs or not. */
  const wipe = () => {
    for (const entry of readdirSync(dir)) rmSync(`${dir}/${entry}`, { recursive: true, force: true });
    makeBucket();
  };
  return Object.assign(child, { endpoint: `http://127.0.0.1:${port}`, bucket, dir, id, secret, wipe });
}

/** Starts the plain web server over `dir`, as an origin that Limn reads but did not fill. */
export function startStatic({ name, port, dir, ended }) {
  const child = startChild({ name, port, command: process.execPath, args: [web, dir, String(port)], ended });
  return Object.assign(child, { endpoint: `http://127.0.0.1:${port}`, dir });
}
