// Times contenders at one job: each in its own process, one run at a time, all in each round.
import { fork } from 'node:child_process';

const SILENT_MS = 120_000;

/** A process for one contender, which answers each message once. */
function runner(contender, job, where) {
  const child = fork(new URL('./child.mjs', import.meta.url), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, VIPS_CONCURRENCY: '1', UV_THREADPOOL_SIZE: '2' },
  });
  let last = '';
  child.stderr.on('data', (text) => (last = String(text).trim().split('\n').at(-1) || last));
  const ask = (message) => new Promise((resolve) => {
    const timer = setTimeout(() => done({ error: `no answer in ${SILENT_MS / 1000} s` }), SILENT_MS);
    const gone = (code, signal) => done({ error: `ended with ${signal ?? code}${last ? `: ${last}` : ''}` });
    const done = (answer) => {
      clearTimeout(timer);
      child.off('message', done);
      child.off('exit', gone);
      resolve(answer);
    };
    if (!child.connected) return done({ error: 'the process is gone' });
    child.once('message', done);
    child.once('exit', gone);
    child.send(message);
  });
  // The job's pixels go with it, so that a process that only encodes reads nothing.
  return { ready: ask({ contender, job, where }), run: () => ask({ run: true }), end: () => child.kill('SIGKILL') };
}

const middle = (sorted) => (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;

/**
 * One line for each contender: minimum and median of its times in milliseconds, bytes of its file, peak memory of
 * its first run. Round 0 warms up. `spend` is how many milliseconds one contender may take, so that a slow one
 * runs less often; two rounds it always has. While it has taken no quarter of them, or not 800, it goes on for up
 * to four times the rounds, since short times are disturbed the most.
 */
export async function race(job, contenders, { where, runs, spend }) {
  const lines = contenders.filter(({ can }) => can(job)).map((contender) => {
    const { can, note, ...who } = contender;
    return { name: who.name, note: note(job), times: [], spent: 0, runner: runner(who, job, where) };
  });
  await Promise.all(lines.map(async (line) => (line.error = (await line.runner.ready).error)));
  const goesOn = ({ error, spent }, round) => !error && (round <= 2 || spent < (round <= runs ? spend : Math.max(spend / 4, 800)));
  for (let round = 0; round <= 4 * runs; round++) {
    // The first place goes round, so that no one always follows the same neighbour.
    for (let i = 0; i < lines.length; i++) {
      const line = lines[(i + round) % lines.length];
      if (goesOn(line, round)) await turn(line, round);
    }
  }
  return lines.map(({ runner: { end }, spent, ...line }) => {
    end();
    if (line.error) return { name: line.name, note: line.note, error: line.error };
    const sorted = [...line.times].sort((a, b) => a - b);
    return { ...line, min: sorted[0], median: middle(sorted) };
  });
}

async function turn(line, round) {
  const { error, ms, out, memory } = await line.runner.run();
  if (error) return (line.error = error);
  line.spent += ms;
  if (round) line.times.push(ms);
  else Object.assign(line, { out, bytes: out.length, memory });
}
