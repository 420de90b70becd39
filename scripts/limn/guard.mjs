// No process outlives the one that started it, not even when that is killed and cannot say so.
import { spawn } from 'node:child_process';

/** Ends the process group `pid` when this process is gone: its end of the pipe closes then. The function given back lets it be. */
export function guard(pid) {
  const watcher = spawn('sh', ['-c', `read -r _ || kill -s KILL -- -${pid}`], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  watcher.on('error', () => {});
  watcher.stdin.on('error', () => {});
  watcher.stdin.unref();
  watcher.unref();
  return () => watcher.stdin.end('\n');
}
