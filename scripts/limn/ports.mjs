// Ports of this machine: whether one is free, and one that is.
import { once } from 'node:events';
import net from 'node:net';

async function listened(port) {
  const server = net.createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: got } = server.address();
  server.close();
  await once(server, 'close');
  return got;
}

export const portIsFree = (port) => listened(port).then(() => true, () => false);
export const freePort = () => listened(0);
