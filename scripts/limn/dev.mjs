// One `wrangler dev` as a child: started, awaited, stopped with everything that it started.
import { spawn } from 'node:child_process';
import http from 'node:http';
import https from 'node:https';
import { guard } from './guard.mjs';

/** Whether anybody answers, whatever; a certificate of this machine's own making counts. */
function answers(url) {
  return new Promise((resolve) => {
    const { get } = url.startsWith('https') ? https : http;
    const request = get(url, { rejectUnauthorized: false }, (answer) => answer.resume().on('end', () => resolve(true)).on('error', () => resolve(false)));
    request.on('error', () => resolve(false));
  });
}

/**
 * `tls` names the files of a key and its certificate; with it Limn speaks HTTPS.
 * @returns {{base: string, group: number | undefined, ready: Promise<void>, exited: Promise<number>, stop: () => Promise<void>, log: () => string}}
 */
export function start({ port, config, persist, tls, args = [] }) {
  const base = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  const options = ['dev', '--local', '--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0', '--show-interactive-dev-session=false'];
  if (config) options.push('-c', config);
  if (persist) options.push('--persist-to', persist);
  if (tls) options.push('--local-protocol', 'https', '--https-key-path', tls.key, '--https-cert-path', tls.cert);
  // A process group of its own, so that stopping reaches the runtime too.
  const child = spawn('wrangler', [...options, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1', NO_COLOR: '1' },
  });
  let text = '';
  const keep = (chunk) => (text = (text + chunk).slice(-8000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  let stopped = false;
  let ended = false;
  const gone = new Promise((resolve) => {
    child.on('exit', () => resolve((ended = true)));
    child.on('error', (error) => {
      keep(`${error.message}: npm ci installs it, scripts/setup puts it on PATH\n`);
      resolve((ended = true));
    });
  });
  // Resolves only when wrangler ends by itself.
  const exited = new Promise((resolve) => child.on('exit', (code) => !stopped && resolve(code ?? 1)));
  const ready = (async () => {
    for (let i = 0; i < 600 && !ended; i++) {
      if (await answers(`${base}/-/health`)) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`wrangler did not start; its last words:\n${text}`);
  })();
  const kill = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // The group is gone already.
    }
  };
  const stop = async () => {
    stopped = true;
    kill('SIGTERM');
    const slow = setTimeout(() => kill('SIGKILL'), 5000);
    await gone;
    clearTimeout(slow);
    kill('SIGKILL');
  };
  process.on('exit', () => kill('SIGKILL'));
  if (child.pid) gone.then(guard(child.pid));
  return { base, group: child.pid, ready, exited, stop, log: () => text };
}
