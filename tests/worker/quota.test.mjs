// Quotas of buckets and users, exact under concurrency, and what `/-/usage` tells of them (reference: faults.md F16 to F19).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { signed } from '../../scripts/limn/sign.mjs';
import { cluster } from './cluster.mjs';

const full = Boolean(process.env.LIMN_TEST_FULL);
const range = (count) => Array.from({ length: count }, (_, i) => i);
const bucket = (name, more) => ({ name, nodes: ['a'], access: 'private', ...more });
const key = (user) => JSON.stringify({ id: user, secrets: [`${user}-secret-1`], user, create_buckets: true, grants: [{ actions: ['read', 'list', 'write', 'delete', 'usage'] }] });
const as = (user) => ({ kid: user, secret: `${user}-secret-1` });

let it;
before(async () => {
  it = await cluster({
    nodes: 1,
    vars: {
      LIMN_BUCKET_TEN: bucket('ten', { quota: { objects: 10 } }),
      LIMN_BUCKET_ROOM: bucket('room', { quota: { bytes: 1_000, objects: 1_000 } }),
      LIMN_BUCKET_SHARED: bucket('shared', { shards: 5, quota: { objects: 10, bytes: 1_000_000 } }),
      LIMN_BUCKET_PACE: bucket('pace', { access: 'public-read', quota: { uploads_per_minute: 5, downloads_per_minute: 40 } }),
      LIMN_BUCKET_LEFT: bucket('left'),
      LIMN_BUCKET_RIGHT: bucket('right', { shards: 3 }),
      LIMN_USER_ANN: { name: 'ann', quota: { objects: 10, bytes: 100_000 }, buckets: 2 },
      LIMN_KEY_ANN: key('ann'),
      LIMN_KEY_BEN: key('ben'),
    },
  });
});
after(() => it?.stop());

const exp = () => String(Math.floor(Date.now() / 1000) + 600);
const call = async (method, path, { params = {}, body, headers, user } = {}) => {
  const answer = await fetch(it.base + signed(method, path, { exp: exp(), ...params }, user && as(user)), { method, body, headers });
  return { status: answer.status, error: answer.headers.get('x-limn-error'), warning: answer.headers.get('x-limn-quota-warning'), headers: answer.headers, text: await answer.text() };
};
const put = (path, body = 'x', more) => call('PUT', path, { body, ...more });
const fine = async (answer) => {
  const told = await answer;
  assert.equal(told.status, 200, told.text);
  return told;
};
const usage = async (name, params) => JSON.parse((await fine(call('GET', `/-/usage/${name}`, { params }))).text);
/** What a user holds over all buckets, told where it holds anything. */
const total = async (name) => {
  for (const where of ['left', 'right']) {
    const found = (await usage(where)).users.find(({ user }) => user === name);
    if (found) return found.total;
  }
  return { bytes: 0, objects: 0 };
};
const tally = (answers) => answers.reduce((all, { status, error }) => ({ ...all, [error ?? status]: (all[error ?? status] ?? 0) + 1 }), {});
/** What may not be told at once: what is released is told behind the answer. */
const settles = async (what) => {
  for (let i = 0; i < 100; i++) {
    if (await what()) return;
    await pause(50);
  }
  assert.ok(await what());
};

for (const name of ['ten', 'shared']) {
  test(`F18: of 100 uploads at once into ${name}, which takes ten, ten are stored`, async () => {
    for (const round of range(full ? 20 : 2)) {
      const answers = await Promise.all(range(100).map((i) => put(`/${name}/${round}/${i}`)));
      assert.deepEqual(tally(answers), { 200: 10, quota_exceeded: 90 });
      const refused = answers.find(({ status }) => status !== 200);
      assert.equal(refused.status, 507);
      assert.match(refused.text, /10 objects/);
      assert.deepEqual((await usage(name)).held, { bytes: 10, objects: 10 });
      // What is there may be replaced, and what is deleted makes room at once.
      const there = answers.flatMap(({ status }, i) => (status === 200 ? [i] : []));
      await fine(put(`/${name}/${round}/${there[0]}`, 'again'));
      assert.equal((await put(`/${name}/${round}/new`)).error, 'quota_exceeded');
      assert.equal((await call('DELETE', `/${name}/${round}/${there[0]}`)).status, 204);
      await fine(put(`/${name}/${round}/new`));
      for (const i of [...there.slice(1), 'new']) assert.equal((await call('DELETE', `/${name}/${round}/${i}`)).status, 204);
      assert.deepEqual((await usage(name)).held, { bytes: 0, objects: 0 });
    }
  });
}

test('bytes are held to the quota, with a warning where it is near', async () => {
  assert.equal((await fine(put('/room/a', 'x'.repeat(500)))).warning, null);
  assert.equal((await fine(put('/room/b', 'x'.repeat(400)))).warning, 'bucket;bytes=90');
  const refused = await put('/room/c', 'x'.repeat(101));
  assert.deepEqual([refused.status, refused.error], [507, 'quota_exceeded']);
  assert.match(refused.text, /1000 bytes/);
  assert.equal((await call('GET', '/room/c')).status, 404);
  assert.equal((await fine(put('/room/c', 'x'.repeat(100)))).warning, 'bucket;bytes=100');
  await fine(put('/room/a', 'x'.repeat(500)));
  assert.deepEqual((await usage('room')).held, { bytes: 1_000, objects: 3 });
  // OSS and S3 name it as they do.
  const sdk = await fetch(it.base + signed('PUT', '/room/d', { exp: exp() }), { method: 'PUT', body: 'x', headers: { 'x-amz-meta-a': 'b' } });
  assert.deepEqual([sdk.status, /<Code>QuotaExceeded</.test(await sdk.text())], [507, true]);
});

test('a multipart upload is counted by its parts, and once when it is complete', async () => {
  for (const name of ['room', 'left']) for (const path of ['a', 'b', 'c']) await call('DELETE', `/${name}/${path}`);
  const open = async (path, user) => /<UploadId>([^<]+)/.exec((await fine(call('POST', path, { params: { uploads: '' }, user }))).text)[1];
  const part = (path, uploadId, partNumber, body, user) => call('PUT', path, { params: { uploadId, partNumber: String(partNumber) }, body, user });
  const id = await open('/room/m');
  const { headers } = await fine(part('/room/m', id, 1, 'x'.repeat(900)));
  assert.equal((await part('/room/m', id, 2, 'x'.repeat(101))).error, 'quota_exceeded');
  assert.equal((await put('/room/n', 'x'.repeat(101))).error, 'quota_exceeded');
  assert.equal((await usage('room')).pending.bytes, 900);
  const xml = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${headers.get('etag')}</ETag></Part></CompleteMultipartUpload>`;
  await fine(call('POST', '/room/m', { params: { uploadId: id }, body: xml }));
  const { held, pending } = await usage('room');
  assert.deepEqual([held, pending], [{ bytes: 900, objects: 1 }, { bytes: 0, objects: 0 }]);
  // Aborted, it gives all back, to its user's account too.
  const other = await open('/left/m', 'ann');
  await fine(part('/left/m', other, 1, 'x'.repeat(60_000), 'ann'));
  assert.equal((await put('/right/n', 'x'.repeat(60_000), { user: 'ann' })).error, 'quota_exceeded');
  assert.equal((await call('DELETE', '/left/m', { params: { uploadId: other }, user: 'ann' })).status, 204);
  await fine(put('/right/n', 'x'.repeat(60_000), { user: 'ann' }));
  assert.equal((await call('DELETE', '/right/n', { user: 'ann' })).status, 204);
});

test("F17, F18: a user's quota is exact over buckets and shards, and others are not bound by it", async () => {
  for (const round of range(full ? 10 : 1)) {
    const paths = range(60).map((i) => `/${i % 2 ? 'left' : 'right'}/${round}/${i}`);
    const answers = await Promise.all(paths.map((path) => put(path, 'x', { user: 'ann' })));
    assert.deepEqual(tally(answers), { 200: 10, quota_exceeded: 50 });
    await Promise.all(range(20).map((i) => fine(put(`/left/${round}/ben-${i}`, 'x', { user: 'ben' }))));
    assert.deepEqual(await total('ann'), { bytes: 10, objects: 10 });
    // Whoever replaces an object of hers takes it over.
    const there = paths.filter((_, i) => answers[i].status === 200);
    await fine(put(there[0], 'xy', { user: 'ben' }));
    await fine(put(`/right/${round}/more`, 'x', { user: 'ann' }));
    assert.equal((await put(`/left/${round}/more`, 'x', { user: 'ann' })).error, 'quota_exceeded');
    for (const path of [...there, `/right/${round}/more`]) assert.equal((await call('DELETE', path)).status, 204);
  }
});

test('F16: while what counts does not answer, uploads are refused and leave nothing; reads go on', async () => {
  await fine(put('/left/known', 'known', { user: 'ann' }));
  const before = await total('ann');
  for (const mode of ['before', 'after', 'hang']) {
    for (const i of range(mode === 'hang' ? 1 : full ? 100 : 10)) {
      await it.fault({ binding: 'LEDGER', method: 'fetch', mode, side: 'ledger', match: '^take ', count: 1 });
      const path = `/left/${mode}-${i}`;
      const answer = await put(path, 'x'.repeat(50), { user: 'ann' });
      assert.deepEqual([answer.status, answer.error], [503, 'unavailable'], `${mode} ${i}: ${answer.text}`);
      assert.match(answer.headers.get('retry-after'), /^\d+$/);
      assert.equal((await call('GET', path)).status, 404);
      assert.equal((await call('GET', '/left/known')).text, 'known');
    }
  }
  await it.fault([]);
  // What the account had let in and nobody heard of is given back by the next word.
  await settles(async () => JSON.stringify(await total('ann')) === JSON.stringify(before));
  // A word that is lost is told again.
  await it.fault({ binding: 'LEDGER', method: 'fetch', mode: 'before', side: 'ledger', match: '^settle ', count: 1 });
  assert.equal((await call('DELETE', '/left/known', { user: 'ann' })).status, 204);
  await it.fault([]);
  await fine(put('/left/other', 'x', { user: 'ann' }));
  assert.equal((await call('DELETE', '/left/other', { user: 'ann' })).status, 204);
  await fine(put('/left/last', 'x', { user: 'ann' }));
  await settles(async () => (await total('ann')).objects === 1);
  assert.equal((await call('DELETE', '/left/last', { user: 'ann' })).status, 204);
});

test('F16, F19: a ledger that fails before or after it reserves or commits charges nothing for what is not there', async () => {
  for (const path of ['m', 'n']) await call('DELETE', `/room/${path}`);
  for (const what of ['reserve', 'commit']) {
    for (const mode of ['before', 'after']) {
      for (const i of range(full ? 100 : 10)) {
        await it.fault({ binding: 'LEDGER', method: 'fetch', mode, side: 'worker', match: `^${what} `, count: 1 });
        const path = `/room/${what}-${mode}-${i}`;
        const answer = await put(path);
        assert.deepEqual([answer.status, answer.error], [503, 'unavailable'], `${path}: ${answer.text}`);
        const there = await call('GET', path);
        assert.equal(there.status, what === 'commit' && mode === 'after' ? 200 : 404, path);
        if (there.status === 200) assert.equal((await call('DELETE', path)).status, 204);
      }
    }
  }
  await it.fault([]);
  const { held, pending } = await usage('room');
  assert.deepEqual(held, { bytes: 0, objects: 0 });
  // A reservation of which nobody heard the end holds its room until it ends, a day later: its commit may be on its way.
  assert.equal(pending.objects, full ? 200 : 20);
});

test('so many uploads a minute, exactly; about so many downloads', async () => {
  // All of it within one minute of the clock.
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 15_000) await pause(left + 100);
  const answers = await Promise.all(range(12).map((i) => put(`/pace/${i}`)));
  assert.deepEqual(tally(answers), { 200: 5, rate_limited: 7 });
  const refused = answers.find(({ error }) => error);
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '60']);
  const there = answers.findIndex(({ status }) => status === 200);
  const reads = [];
  for (const _ of range(60)) reads.push(await call('GET', `/pace/${there}`));
  const { 200: read, rate_limited: damped } = tally(reads);
  assert.ok(read >= 30 && read <= 41 && read + damped === 60, `${read} read, ${damped} damped`);
});

test('usage tells who holds what and what the traffic was, to whom may know', async () => {
  await fine(put('/left/u1', 'x'.repeat(1_000), { user: 'ben' }));
  for (const _ of range(3)) await fine(call('GET', '/left/u1'));
  const told = await usage('left', { span: 'minute' });
  const { rows, users, ...rest } = told;
  assert.deepEqual(Object.keys(rest).sort(), ['at', 'bucket', 'delay_seconds', 'from', 'held', 'owner', 'pending', 'quota', 'span', 'until']);
  assert.deepEqual([rest.bucket, rest.span, rest.quota.bytes], ['left', 'minute', null]);
  assert.ok(users.some(({ user, bytes }) => user === 'ben' && bytes >= 1_000));
  const sums = (rows) => rows.reduce((all, row) => ({ reads: all.reads + row.reads, writes: all.writes + row.writes, in: all.in + row.bytes_in, out: all.out + row.bytes_out }), { reads: 0, writes: 0, in: 0, out: 0 });
  const all = sums(rows);
  assert.ok(all.reads >= 3 && all.writes >= 1 && all.in >= 1_000 && all.out >= 3_000, JSON.stringify(all));
  // A HEAD is a read whose answer has no body, however long the object is.
  assert.equal((await call('HEAD', '/left/u1')).status, 200);
  const again = sums((await usage('left', { span: 'minute' })).rows);
  assert.deepEqual([again.reads, again.out], [all.reads + 1, all.out]);
  for (const span of ['hour', 'day']) {
    const longer = await usage('left', { span });
    assert.deepEqual(sums(longer.rows), again, span);
    assert.ok(longer.rows.every(({ at }) => at % (span === 'hour' ? 3_600 : 86_400) === 0));
  }
  assert.deepEqual([(await call('GET', '/-/usage/left', { params: { span: 'week' } })).error, (await call('GET', '/-/usage/nowhere')).error], ['bad_arg', 'no_such_bucket']);
  const reader = await fetch(it.base + signed('GET', '/-/usage/left', { exp: exp() }, { kid: 'limn-reader', secret: 'limn-reader-secret' }));
  assert.deepEqual([reader.status, reader.headers.get('x-limn-error'), (await fetch(`${it.base}/-/usage/left`)).status], [403, 'access_denied', 403]);
});

test('a user may make as many buckets as its settings say', async () => {
  const made = [];
  for (const i of range(3)) made.push(await call('PUT', `/anns-${i}`, { user: 'ann' }));
  assert.deepEqual(made.map(({ status, error }) => error ?? status), [200, 200, 'too_many_buckets']);
  assert.match(made[2].text, /2 buckets/);
});

test('the objects of a user are listed page by page, over all shards, with where they lie', async () => {
  const mine = range(7).map((i) => `mine/${i}.txt`);
  await Promise.all(mine.map((path) => fine(put(`/right/${path}`, 'x', { user: 'ben' }))));
  await fine(put('/right/mine/dev.txt'));
  const found = [];
  for (let after = ''; after !== null; ) {
    const { objects, next } = JSON.parse((await fine(call('GET', '/-/objects/right', { params: { user: 'ben', prefix: 'mine/', max: '3', after } }))).text);
    assert.ok(objects.length <= 3);
    found.push(...objects);
    after = next;
  }
  assert.deepEqual(found.map(({ key }) => key), mine);
  const { key: path, user, bytes, nodes, sha256, stored } = found[0];
  assert.deepEqual([path, user, bytes, nodes, sha256.length], ['mine/0.txt', 'ben', 1, ['a'], 64]);
  assert.ok(Math.abs(stored - Date.now() / 1_000) < 600);
  const all = JSON.parse((await fine(call('GET', '/-/objects/right', { params: { prefix: 'mine/' } }))).text);
  assert.deepEqual([all.objects.length, all.next], [8, null]);
  assert.deepEqual([(await call('GET', '/-/objects/right', { params: { max: '0' } })).error, (await fetch(`${it.base}/-/objects/right`)).status], ['bad_arg', 403]);
});
