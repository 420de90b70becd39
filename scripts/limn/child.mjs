// A server as a child process that can be killed, paused and started again, and that never outlives this one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { guard } from './guard.mjs';
import { portIsFree } from './ports.mjs';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function connects(port) {
  const socket = net.connect(port, '127.0.0.1');
  const [opened] = await Promise.race([once(socket, 'connect').then(() => [true]), once(socket, 'error').then(() => [false])]).catch(() => [false]);
  socket.destroy();
  return opened;
}

/**
 * Runs `command`, which listens on `port` of 127.0.0.1.
 * `ended(code)` is called when it ends by itself or by another's hand.
 * @returns {{ name: string, port: number, command: string[], pid: number | undefined, ready: Promise<void>, kill: () => Promise<void>, stop: () => Promise<void>,
 *   restart: () => Promise<void>, pause: () => void, resume: () => void, log: () => string }}
 */
export function startChild({ name, port, command, args, env = {}, ended = () => {} }) {
  let child, gone, text = '';
  let wanted = false;

  async function begin() {
    if (!(await portIsFree(port))) throw new Error(`node ${name} cannot listen: port ${port} is busy.`);
    wanted = true;
    // A process group of its own, so that signals reach all that it starts, and a terminal's Ctrl-C does not.
    const started = (child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } }));
    let over = false;
    let unguard = () => {};
    gone = new Promise((resolve) => {
      const finish = (code) => {
        if (over) return;
        over = true;
        unguard();
        if (wanted) ended(code);
        resolve();
      };
      started.on('exit', (code, signal) => finish(code ?? signal));
      started.on('error', (error) => ((text += `${error.message}\n`), finish(error.code)));
    });
    const keep = (chunk) => (text = (text + chunk).slice(-8000));
    started.stdout.on('data', keep);
    started.stderr.on('data', keep);
    if (started.pid) unguard = guard(started.pid);
    for (let i = 0; i < 400 && !over; i++) {
      if (await connects(port)) return;
      await pause(25);
    }
    throw new Error(`node ${name} did not start; its last words:\n${text}`);
  }

  const signal = (what) => {
    try {
      process.kill(-child.pid, what);
    } catch {
      // It is gone already.
    }
  };
  const end = async (what) => {
    await it.ready.catch(() => {});
    wanted = false;
    if (!child?.pid) return;
    signal(what);
    // A paused process takes no other signal than this one.
    if (what !== 'SIGKILL') signal('SIGCONT');
    const slow = setTimeout(() => signal('SIGKILL'), 3000);
    await gone;
    clearTimeout(slow);
  };

  const it = {
    name,
    port,
    command: [command, ...args],
    get pid() {
      return child?.pid;
    },
    ready: begin(),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async restart() {
      await end('SIGTERM');
      it.ready = begin();
      await it.ready;
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    log: () => text,
  };
  // Who does not wait for it is not to be ended by its failure.
  it.ready.catch(() => {});
  return it;
}
