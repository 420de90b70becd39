// `npx wrangler …` in a document: no more than that wrangler knows the command and its options can be tried without an account.
import { execFileSync } from 'node:child_process';

const [tool, ...args] = process.argv.slice(2);
if (tool !== 'wrangler') throw new Error(`npx ${tool}: nothing is known of it here`);
const end = args.findIndex((arg) => arg.startsWith('-'));
const words = (end < 0 ? args : args.slice(0, end)).filter((word) => /^[a-z0-9-]+$/.test(word));
const options = args.filter((arg) => arg.startsWith('--')).map((arg) => arg.split('=')[0]);
const help = (command) => execFileSync('wrangler', [...command, '--help'], { encoding: 'utf8', env: { ...process.env, WRANGLER_SEND_METRICS: 'false' } });

// What follows a command's own words is its arguments: the longest that has help of its own is the command.
let command = [], text = '';
for (let count = 1; count <= words.length; count++) {
  const next = words.slice(0, count);
  const told = help(next);
  if (!told.includes(`wrangler ${next.join(' ')}`)) break;
  [command, text] = [next, told];
}
if (!command.length) throw new Error(`wrangler knows no ${words.join(' ')}`);
for (const option of options) if (!text.includes(option)) throw new Error(`wrangler ${command.join(' ')} knows no ${option}`);
