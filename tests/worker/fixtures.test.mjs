// Real files through the built Worker: an image or a named refusal for each, and a living instance after all.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { limn } from './limn.mjs';

const folder = process.env.LIMN_FIXTURES;
const named = new Set(['format_unsupported', 'image_corrupt', 'image_too_large', 'origin_failed']);

function files(at) {
  const inside = readdirSync(at, { withFileTypes: true }).filter((e) => !['LICENCES', 'clients'].includes(e.name));
  return inside.flatMap((e) => (e.isDirectory() ? files(join(at, e.name)) : [join(at, e.name)])).filter((f) => !/\.(md|tsv)$/.test(f));
}

test('every file is answered by an image or by name', { skip: folder ? false : 'LIMN_FIXTURES is not set' }, async () => {
  const origin = http.createServer((request, response) => response.end(readFileSync(join(folder, decodeURIComponent(request.url)))));
  origin.listen(0, '127.0.0.1');
  await once(origin, 'listening');
  const it = await limn({
    LIMN_NODE_WEB: { name: 'web', kind: 'http', url: `http://127.0.0.1:${origin.address().port}`, managed: false },
    LIMN_BUCKET_WEB: { name: 'web', nodes: ['web'], access: 'public-read', parameters: 'open' },
  });
  try {
    const counts = {};
    for (const file of files(folder)) {
      const path = relative(folder, file).split('/').map(encodeURIComponent).join('/');
      for (const query of ['w=100', 'w=64&h=64&fit=cover&f=webp']) {
        const answer = await fetch(`${it.base}/web/${path}?${query}`);
        const body = await answer.arrayBuffer();
        const code = answer.headers.get('x-limn-error') ?? 'ok';
        counts[code] = (counts[code] ?? 0) + 1;
        if (answer.status === 200) assert.ok(body.byteLength > 20, path);
        else assert.ok(named.has(code), `${path}?${query}: ${answer.status} ${code} ${Buffer.from(body)}`);
      }
    }
    console.log(counts);
    assert.ok(counts.ok > 500);
    assert.equal((await fetch(`${it.base}/-/health`)).status, 200);
    assert.doesNotMatch(it.log(), /panicked|unreachable|code had hung/);
  } finally {
    await it.stop();
    origin.closeAllConnections();
    origin.close();
  }
});
