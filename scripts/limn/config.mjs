// wrangler.toml's bindings and settings, changed, as a file of their own for one `wrangler dev`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unstable_readConfig } from 'wrangler';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The development settings of wrangler.toml. */
export const settings = () => unstable_readConfig({ config: `${root}wrangler.toml` }, { hideWarnings: true });

/** Writes DIR/wrangler.json and tells its path; `vars` that are null are left out. `build`: sources are watched and built. */
export function writeConfig(dir, { name, vars, entry = 'src/edge/worker.mjs', ratelimits, r2, build = false }) {
  const read = settings();
  // wrangler takes paths as seen from the file.
  const from = (path) => `${relative(dir, root) || '.'}/${path}`;
  const config = {
    name,
    main: from(entry),
    assets: { ...read.assets, directory: from('www') },
    compatibility_date: read.compatibility_date,
    r2_buckets: r2 ?? read.r2_buckets,
    durable_objects: read.durable_objects,
    migrations: read.migrations,
    ratelimits: ratelimits ?? read.ratelimits,
    vars: Object.fromEntries(Object.entries(vars).filter(([, value]) => value !== null)),
    // The command runs where wrangler was started.
    build: build ? { command: read.build.command, watch_dir: [read.build.watch_dir].flat().map((path) => from(relative(root, path))) } : undefined,
  };
  mkdirSync(dir, { recursive: true });
  writeFileSync(`${dir}/wrangler.json`, JSON.stringify(config, null, 2));
  return `${dir}/wrangler.json`;
}
