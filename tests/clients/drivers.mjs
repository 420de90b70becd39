// The drivers as processes: each takes a job on standard input and prints a line of JSON for each operation.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const python = fileURLToPath(new URL('../../.tools/venv/bin/python', import.meta.url));

/** Client, its driver, and its configs; the slowest first. */
export const drivers = [
  { client: 's3cmd', file: 'with_s3cmd.py', configs: ['path'] },
  { client: 'oss2', file: 'with_oss2.py', configs: ['v1-path', 'v4-path', 'v1-host', 'v4-host'] },
  { client: 'boto3', file: 'with_boto3.py', configs: ['path', 'path-when-required', 'path-signed-payload', 'host'] },
  { client: 'oss-v2', file: 'with_oss_v2.py', configs: ['v1-path', 'v4-path', 'v4-host', 'v4-localhost'] },
  { client: 'ali-oss', file: 'with_ali_oss.mjs', configs: ['v1-ip', 'v4-ip', 'v1-host', 'v4-host'] },
  { client: 'aws-sdk-js', file: 'with_aws_sdk.mjs', configs: ['path', 'host', 'host-when-required'] },
  { client: 'rclone', file: 'with_rclone.py', configs: ['path'] },
];

/** A key and a certificate for this machine and the hosts that SDKs make of bucket names; `remove` takes them away. */
export function certificate() {
  const folder = mkdtempSync(`${tmpdir()}/limn-tls-`);
  // A wildcard right under a top-level name is trusted by nobody.
  const buckets = ['vault', 'demo', 'club', 'limn-has-no-such-bucket', ...drivers.flatMap(({ client, configs }) => configs.map((config) => `t-${client}-${config}-https`))];
  const names = ['localhost', ...buckets.map((bucket) => `${bucket}.localhost`), 'oss-cn-hangzhou.aliyuncs.com', '*.oss-cn-hangzhou.aliyuncs.com'];
  execFileSync(python, [`${here}certificate.py`, folder, ...names]);
  return { key: `${folder}/key.pem`, cert: `${folder}/cert.pem`, remove: () => rmSync(folder, { recursive: true }) };
}

/** Runs one driver to its end. @returns {Promise<{results: object[], code: number, errors: string}>} */
export function drive({ file }, job) {
  const [command, args] = file.endsWith('.py') ? [python, ['-B', `${here}${file}`]] : [process.execPath, [`${here}${file}`]];
  // No proxy, no profile and no certificate of this machine's.
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^aws_|_proxy$/i.test(name)));
  const env = { ...own, AWS_EC2_METADATA_DISABLED: 'true', PYTHONWARNINGS: 'ignore', ...(job.ca && { NODE_EXTRA_CA_CERTS: job.ca }) };
  const child = spawn(command, args, { env, timeout: 280_000 });
  let [out, errors] = ['', ''];
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-4000)));
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(job));
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ results: out.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)), code, errors }));
  });
}
