// The `limn` command, built as cargo sees fit; LIMN_CLI names one that is there already.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The path of the built command. */
export async function builtCli() {
  if (process.env.LIMN_CLI) return process.env.LIMN_CLI;
  // All that scripts/test builds: the command alone has other features, for which its crates would be built once more.
  const crates = ['limn-pixels', 'limn-core', 'limn-rare', 'limn-cli'].flatMap((name) => ['-p', name]);
  const args = ['build', '--locked', ...crates, '--message-format=json'];
  const { stdout } = await promisify(execFile)('cargo', args, { cwd: root, maxBuffer: 256 << 20 });
  const built = stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  return built.find(({ executable, target }) => executable && target.name === 'limn').executable;
}
