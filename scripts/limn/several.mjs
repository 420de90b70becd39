// Several storage nodes for scripts/serve: R2, S3 servers and a web server, each to be killed by whoever wants to see what happens.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { settings, writeConfig } from './config.mjs';
import { startNode, startStatic } from './nodes.mjs';
import { freePort } from './ports.mjs';
import { credentials, onNodes, onWeb, others, placeOf } from './sites.mjs';

const home = '.wrangler/nodes';

/** How a user starts a server again: the same program on the same port and directory. */
const commandOf = ({ command }) => [relative('.', command[0]), ...command.slice(1)].join(' ');

/** The web server's files are the user's to change; those that are there stay. */
function fillWeb(dir, drawn) {
  mkdirSync(dir, { recursive: true });
  for (const file of readdirSync(drawn)) if (!file.startsWith('.') && !existsSync(`${dir}/${file}`)) copyFileSync(`${drawn}/${file}`, `${dir}/${file}`);
}

/** Starts `count` - 1 S3 servers beside R2, and a web server with the files of `drawn`; `options` are for `start` of dev.mjs. */
export async function several(count, drawn) {
  const children = [];
  const started = async (make, wanted) => {
    const ended = (how) => console.log(`node ${child.name} ended (${how}). To start it again: ${commandOf(child)}`);
    const child = make({ ...wanted, port: await freePort(), dir: `${home}/${wanted.name}`, ended });
    children.push(child);
    await child.ready;
    return child;
  };
  const servers = [];
  for (const name of others.slice(0, count - 1)) servers.push(await started(startNode, { name, id: `node-${name}`, secret: `node-${name}-secret` }));
  fillWeb(`${home}/web`, drawn);
  const web = await started(startStatic, { name: 'web' });

  const { vars } = settings();
  const config = writeConfig(home, { name: 'limn', vars: { ...vars, ...onNodes(vars, servers), ...onWeb(web.endpoint) }, build: true });
  // wrangler looks for secrets beside its configuration.
  const secrets = Object.entries(credentials(servers)).map(([name, value]) => `${name}='${value}'\n`);
  writeFileSync(`${home}/.dev.vars`, `${readFileSync('.dev.vars', 'utf8').trimEnd()}\n${secrets.join('')}`);

  const print = () => {
    const at = (name) => (placeOf(name) ? `at ${placeOf(name).join(', ')}` : 'an origin that Limn only reads');
    console.log(`    node a    R2, simulated by wrangler      ${at('a')}`);
    for (const { name, port, pid, dir } of children) console.log(`    node ${name.padEnd(4)} port ${String(port).padEnd(6)} pid ${String(pid).padEnd(10)} ${at(name)}; data in ${dir}`);
    console.log('\nKill one (kill -9 PID) or pause it (kill -STOP PID, kill -CONT PID).\n');
  };
  const stop = () => Promise.all(children.map((child) => child.stop()));
  return { options: { config, persist: `${home}/state` }, print, stop };
}
