// nginx with its proxy_cache in front of a server on this machine, where nginx is installed.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Whether there is one. */
export function hasNginx() {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const listens = (port) =>
  new Promise((done) => {
    const socket = net.connect(port, '127.0.0.1', () => (socket.destroy(), done(true)));
    socket.on('error', () => done(false));
  });

/** Starts it on `port` in front of `behind`, with all its files in `dir`; gives what stops it. Its answers say `cache-status: nginx; hit` or not. */
export async function nginx({ port, behind, dir }) {
  const home = resolve(dir);
  mkdirSync(`${home}/cache`, { recursive: true });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${home}/${kind};`).join('\n  ');
  writeFileSync(`${home}/nginx.conf`, `daemon off;
${process.getuid() === 0 ? 'user root;' : ''}
worker_processes 2;
pid ${home}/pid;
error_log ${home}/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary}
  proxy_cache_path ${home}/cache keys_zone=images:10m max_size=1g use_temp_path=off;
  map $upstream_cache_status $verdict { HIT hit; default miss; }
  upstream limn { server 127.0.0.1:${behind}; keepalive 64; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://limn;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host 127.0.0.1:${behind};
      proxy_cache images;
      proxy_cache_key $request_uri;
      proxy_cache_lock on;
      proxy_cache_valid 200 1h;
      proxy_ignore_headers Vary;
      proxy_hide_header cache-status;
      add_header cache-status "nginx; $verdict";
    }
  }
}
`);
  const child = spawn('nginx', ['-p', home, '-c', `${home}/nginx.conf`, '-e', `${home}/error.log`], { stdio: 'inherit' });
  const ended = new Promise((done) => child.on('exit', done));
  for (let i = 0; i < 100 && !(await listens(port)); i++) await pause(50);
  return async () => {
    child.kill('SIGQUIT');
    await ended;
  };
}
