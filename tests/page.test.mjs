// The page in a real Chromium against the built Worker: every flow, without an error in the console.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { signed } from '../scripts/limn/sign.mjs';
import { Limn, ossProgram } from '../www/limn.js';
import { DESKTOP, PHONE, browser, findings, picture, signIn } from './page/browser.mjs';
import { limn } from './worker/limn.mjs';

const demo = (file) => readFileSync(new URL(`../.tools/demo/${file}`, import.meta.url));
const soon = () => String(Math.floor(Date.now() / 1000) + 600);
const html = { accept: 'text/html,*/*;q=0.8' };
const DEV = {};
let it, chromium;

const put = async (path, body, headers = {}) => {
  const answer = await fetch(it.base + signed('PUT', path, { exp: soon() }), { method: 'PUT', body, headers });
  assert.equal(answer.status, 200, await answer.text());
};
const params = (page) => page.evaluate(() => Object.fromEntries(new URLSearchParams(location.hash.split('?')[1] ?? '')));
const fact = (page, name) => page.locator(`[data-fact="${name}"]`);
/** Waits until the result's facts are those of the present parameters. */
const result = (page, text) => fact(page, 'result').filter({ hasText: text }).waitFor();
const control = (page, key) => page.locator(`[data-key="${key}"] :is(select, input[type="text"])`).first();
const group = (page, title) => page.locator('details.group', { has: page.locator('summary', { hasText: title }) });
async function openGroup(page, title) {
  const box = group(page, title);
  if (!(await box.evaluate((element) => element.open))) await box.locator('summary').click();
}

before(async () => {
  it = await limn({
    LIMN_BUCKET_SMALL: { name: 'small', nodes: ['a'], access: 'public-read', parameters: 'open', public_list: true, quota: { bytes: 2_000_000, objects: 10 } },
  });
  const tiny = await sharp({ create: { width: 16, height: 12, channels: 3, background: '#c63' } }).png().toBuffer();
  await Promise.all([
    ...['photo.jpg', 'rotated.jpg', 'photo.webp', 'gradient-alpha.png', 'animated.gif', 'screenshot.png', 'palette.png', 'cmyk.jpg', 'grey.jpg'].map((file) => put(`/demo/${file}`, demo(file))),
    put('/demo/marks/logo.png', demo('logo.png')),
    put('/vault/secret cat+1.jpg', demo('progressive.jpg')),
    put('/small/one.jpg', demo('grey.jpg')),
    put('/demo/notes.txt', 'not an image', { 'content-type': 'text/plain' }),
  ]);
  for (let i = 0; i < 65; i += 5) await Promise.all([0, 1, 2, 3, 4].map((j) => put(`/demo/many/${String(i + j).padStart(3, '0')}.png`, tiny)));
  chromium = await browser(it.base);
});
after(async () => {
  await chromium?.close();
  await it?.stop();
});

test('the page and its files are served under a strict policy', async () => {
  const index = await fetch(`${it.base}/`, { headers: html });
  assert.equal(index.status, 200);
  assert.equal(index.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.equal(index.headers.get('vary'), 'Accept, Authorization');
  const text = await index.text();
  assert.ok(!/https?:\/\//.test(text), 'no other host is named');
  assert.ok(!/<script(?![^>]*src=)|<style|style=|onclick=/.test(text), 'no code or style inline');
  const types = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml' };
  for (const [, path] of text.matchAll(/"(\/-\/www\/[^"]+)"/g)) {
    const file = await fetch(it.base + path);
    assert.deepEqual([file.status, file.headers.get('content-type')], [200, types[path.split('.').at(-1)]], path);
    for (const answer of [index, file]) {
      assert.match(answer.headers.get('content-security-policy'), /^default-src 'none'; script-src 'self'; /);
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(answer.headers.get('cache-control'), 'no-cache');
    }
    const etag = file.headers.get('etag');
    assert.ok(etag, path);
    const again = await fetch(it.base + path, { headers: { 'if-none-match': etag } });
    assert.deepEqual([again.status, again.headers.get('etag')], [304, etag]);
    const head = await fetch(it.base + path, { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers.get('etag'), (await head.arrayBuffer()).byteLength], [200, etag, 0]);
  }
  for (const [path, status] of [['/-/www/fonts/sans.ttf', 404], ['/-/www/limn.d.ts', 404], ['/-/www/none.js', 404], ['/-/www/', 404], ['/-/www/page%2Fmain.js', 200]]) {
    assert.equal((await fetch(it.base + path)).status, status, path);
  }
  assert.equal((await fetch(`${it.base}/`)).status, 403, 'tools get the list of buckets, or are refused');
  const list = await fetch(it.base + signed('GET', '/', { exp: soon() }), { headers: html });
  assert.match(await list.text(), /ListAllMyBucketsResult/);
});

test('the gallery: thumbnails, folders, names, pages', async () => {
  const { page, close } = await chromium.open('');
  await page.locator('[data-object="photo.jpg"] .thumb.seen').waitFor();
  assert.equal(await page.locator('h1').textContent(), 'demo');
  assert.equal(await page.locator('.grid .tile').count(), 10);
  await page.locator('[data-object="animated.gif"] .thumb.seen').waitFor();
  await picture(page, 'gallery-stranger');
  await page.getByPlaceholder('Begins with').fill('ph');
  await page.locator('.grid .tile').nth(2).waitFor({ state: 'detached' });
  assert.equal(await page.locator('.grid .tile').count(), 2);
  await page.getByPlaceholder('Begins with').fill('nothing');
  await page.getByText('Nothing here begins so.').waitFor();
  await page.getByPlaceholder('Begins with').fill('');
  await page.getByRole('link', { name: 'many/' }).click();
  await page.getByText('Page 1').waitFor();
  assert.equal(await page.locator('.grid .tile').count(), 60);
  assert.ok(await page.getByRole('button', { name: '← Previous' }).isDisabled());
  await page.getByRole('button', { name: 'Next →' }).click();
  await page.getByText('Page 2').waitFor();
  assert.deepEqual(await page.locator('.grid .tile .name').allTextContents(), ['060.png', '061.png', '062.png', '063.png', '064.png']);
  assert.ok(await page.getByRole('button', { name: 'Next →' }).isDisabled());
  await page.getByRole('button', { name: '← Previous' }).click();
  await page.getByText('Page 1').waitFor();
  await page.goBack();
  await page.locator('[data-object="photo.jpg"]').waitFor();
  await close();
});

test('a private bucket says what it wants; the secret stays in the page', async () => {
  const { page, sent, close } = await chromium.open('#/vault/', { refused: [403] });
  await page.getByText('This bucket needs a valid signature.').waitFor();
  await picture(page, 'refused');
  await page.getByRole('alert').getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Access key id').fill('limn-dev');
  await page.getByLabel('Secret').fill('not-the-secret');
  await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('signature').first().waitFor();
  await page.getByRole('button', { name: 'Use another key' }).waitFor();
  await signIn(page);
  await page.locator('[data-object="secret cat+1.jpg"] .thumb.seen').waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length + localStorage.length), 0, 'kept in memory unless asked');
  await page.reload();
  await page.getByText('This bucket needs a valid signature.').waitFor();
  await signIn(page, { keep: true });
  await page.locator('[data-object="secret cat+1.jpg"]').waitFor();
  await page.reload();
  await page.locator('[data-object="secret cat+1.jpg"] .thumb.seen').waitFor();
  await page.locator('#key').click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByText('This bucket needs a valid signature.').waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  assert.deepEqual(sent.filter((request) => /limn-dev-secret|not-the-secret/.test(request)), []);
  assert.ok(sent.some((request) => request.includes('kid=limn-dev')));
  await close();
});

test('several files go up with progress; what is refused is told and tried again', async () => {
  const { page, close } = await chromium.open('#/demo/up/', { key: DEV, refused: [409, 415] });
  await page.getByText('No quota;').waitFor();
  await page.getByLabel('Files to upload').setInputFiles([
    { name: 'a b©.jpg', mimeType: 'image/jpeg', buffer: demo('grey.jpg') },
    { name: 'logo.png', mimeType: 'image/png', buffer: demo('logo.png') },
    { name: 'broken.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no jpeg at all') },
  ]);
  const line = (name) => page.locator(`.upload[data-name="${name}"]`);
  const becomes = (name, state) => page.locator(`.upload[data-name="${name}"][data-state="${state}"]`).waitFor();
  await becomes('logo.png', 'done');
  await becomes('broken.jpg', 'failed');
  assert.match(await line('broken.jpg').locator('.said').textContent(), /\w+ .*\./, 'the server says why');
  assert.match(await line('logo.png').locator('.said').textContent(), /up\/logo\.png · \d+ × \d+ · on a \(1 of 1 copy\)/);
  await page.locator('[data-object="up/logo.png"] .thumb.seen').waitFor();
  await picture(page, 'uploads');

  // The same name again is a conflict, until replacing is allowed.
  const same = { name: 'logo.png', mimeType: 'image/png', buffer: demo('palette.png') };
  await page.getByRole('button', { name: 'Clear the list' }).click();
  await page.getByLabel('Files to upload').setInputFiles(same);
  await becomes('logo.png', 'failed');
  await page.getByLabel('Replace what has the same name').check();
  await page.getByRole('button', { name: 'Clear the list' }).click();
  await page.getByLabel('Files to upload').setInputFiles(same);
  await becomes('logo.png', 'done');

  // By drop, under a name of Limn's.
  await page.getByLabel('Named').fill('{sha256:16}.{ext}');
  await page.evaluate(() => {
    const canvas = new OffscreenCanvas(40, 30);
    canvas.getContext('2d').fillRect(0, 0, 20, 30);
    return canvas.convertToBlob({ type: 'image/png' }).then((blob) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([blob], 'dropped.png', { type: 'image/png' }));
      for (const type of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
    });
  });
  await becomes('dropped.png', 'done');
  assert.match(await line('dropped.png').locator('.said a').textContent(), /^up\/[0-9a-f]{16}\.png$/);
  await close();
});

test('an upload is cancelled on its way and tried again', async () => {
  const { page, close } = await chromium.open('#/demo/slow/', { key: DEV, refused: ['net::ERR_INTERNET_DISCONNECTED'] });
  await page.getByText('No quota;').waitFor();
  const line = page.locator('.upload[data-name="big.jpg"]');
  const network = await page.context().newCDPSession(page);
  await network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 100_000 });
  await page.getByLabel('Files to upload').setInputFiles({ name: 'big.jpg', mimeType: 'image/jpeg', buffer: demo('photo.jpg') });
  await line.locator('.state').filter({ hasText: /^[1-9]\d? %$/ }).waitFor();
  const { value, max } = await line.locator('progress').evaluate(({ value, max }) => ({ value, max }));
  assert.ok(value > 0 && value < max && max === demo('photo.jpg').length);
  await line.getByRole('button', { name: 'Cancel' }).click();
  await page.locator('.upload[data-state="cancelled"]').waitFor();
  await network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  assert.equal(await page.locator('[data-object="slow/big.jpg"]').count(), 0);
  await line.getByRole('button', { name: 'Retry' }).click();
  await page.locator('.upload[data-state="done"]').waitFor();
  await page.locator('[data-object="slow/big.jpg"]').waitFor();

  await network.send('Network.emulateNetworkConditions', { offline: true, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await page.getByLabel('Files to upload').setInputFiles({ name: 'lost.png', mimeType: 'image/png', buffer: demo('logo.png') });
  await page.locator('.upload[data-name="lost.png"][data-state="failed"]').getByText('The connection broke; try again.').waitFor();
  await network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await page.locator('.upload[data-name="lost.png"]').getByRole('button', { name: 'Retry' }).click();
  await page.locator('.upload[data-name="lost.png"][data-state="done"]').waitFor();
  await close();
});

test('what is left of a quota, and its end', async () => {
  const { page, close } = await chromium.open('#/small/', { key: DEV, refused: [507] });
  const size = demo('grey.jpg').length;
  await page.getByText(/^Quota left: 1\.\d MB of 2 MB, 9 of 10 objects$/).waitFor();
  assert.ok(size < 1_000_000);
  await page.getByLabel('Files to upload').setInputFiles({ name: 'large.jpg', mimeType: 'image/jpeg', buffer: demo('photo.jpg') });
  await page.locator('.upload[data-state="failed"] .said').filter({ hasText: /quota|bytes/i }).waitFor();
  await close();
});

test('every parameter has a control, every OSS operation a step', async () => {
  const table = await (await fetch(`${it.base}/-/ops.json`)).json();
  const { page, close } = await chromium.open('#/demo/photo.jpg?w=300');
  await result(page, '300 × 225');
  for (const { name, values } of table.parameters) {
    const labelled = page.locator(`[data-key="${name}"] label`);
    assert.equal(await labelled.count(), 1, name);
    assert.ok(await page.locator(`[data-key="${name}"] .help`).filter({ hasText: values }).count(), `${name} tells its values`);
  }
  assert.equal(await page.locator('[data-key="effect"] option').count(), table.effects.length + 1);
  await page.getByRole('button', { name: 'OSS program', exact: true }).click();
  const add = page.getByLabel('Add an operation');
  const known = table.operations.filter(({ oss }) => oss).map(({ name }) => name);
  assert.deepEqual((await add.locator('option').allTextContents()).slice(1), known);
  await add.selectOption('rotate');
  await page.locator('.step').nth(1).waitFor();
  assert.equal((await params(page))['x-oss-process'], 'image/resize,w_300/rotate,90');
  await result(page, '225 × 300');
  await page.getByRole('button', { name: 'rotate,180' }).click();
  await result(page, '300 × 225');
  await page.getByRole('button', { name: 'Move rotate up' }).click();
  assert.equal((await params(page))['x-oss-process'], 'image/rotate,180/resize,w_300');
  await page.getByRole('button', { name: 'Remove rotate' }).click();
  await page.waitForFunction(() => document.querySelector('.code-block').textContent.includes('resize,w_300'));
  assert.doesNotMatch(await page.locator('.code-block').textContent(), /srcset/, 'no key may stand beside a program');
  assert.ok(await page.getByRole('button', { name: 'Next.js' }).isDisabled());
  await picture(page, 'program');
  assert.equal((await params(page))['x-oss-process'], 'image/resize,w_300');
  await close();
});

test('controls make the image and both links at once', async () => {
  const { page, close } = await chromium.open('#/demo/photo.jpg');
  await result(page, '4000 × 3000 · JPEG');
  assert.match(await fact(page, 'source').textContent(), /4000 × 3000 · JPG · [\d.]+ [kM]B/);
  assert.match(await fact(page, 'cache').textContent(), /^Original/);
  await control(page, 'w').fill('200');
  await result(page, '200 × 150 · JPEG');
  assert.match(await fact(page, 'result').textContent(), /−9\d(\.\d)? %/);
  await openGroup(page, 'Output');
  await control(page, 'f').selectOption('webp');
  await result(page, 'WEBP');
  assert.match(await fact(page, 'cache').textContent(), /^Made for this request, now kept$/);
  await openGroup(page, 'Colour');
  await page.getByRole('slider', { name: 'Brightness, slider' }).fill('20');
  await page.locator('[data-key="bri"].set').waitFor();
  const link = (name) => page.locator(`[data-link="${name}"]`);
  await page.waitForFunction(() => document.querySelector('[data-link="oss"]').value.includes('bright,20'));
  const [short, oss] = [await link('short').inputValue(), await link('oss').inputValue()];
  assert.equal(short, `${it.base}/demo/photo.jpg?w=200&f=webp&bri=20`);
  assert.equal(oss, `${it.base}/demo/photo.jpg?x-oss-process=image/resize,w_200/bright,20/format,webp`);
  const [a, b] = await Promise.all([fetch(short), fetch(oss)]);
  assert.deepEqual([a.status, a.headers.get('etag')], [200, b.headers.get('etag')]);
  await page.getByRole('button', { name: 'Copy the link, Short parameters' }).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), short);
  await control(page, 'sat').fill('-50');
  await page.getByText('OSS has no word for sat; this link leaves it out.').waitFor();
  await page.reload();
  await result(page, '200 × 150 · WEBP');
  assert.equal(await control(page, 'w').inputValue(), '200', 'the address bar keeps it');
  await picture(page, 'editor');
  await page.getByRole('button', { name: 'Start anew' }).click();
  await result(page, '4000 × 3000');
  assert.deepEqual(await params(page), {});
  await close();
});

test('both grammars make the same bytes wherever OSS has the words', async () => {
  const table = await (await fetch(`${it.base}/-/ops.json`)).json();
  const client = new Limn({ endpoint: it.base, bucket: 'demo' });
  const more = ['w=120&h=90&fit=pad', 'w=200&h=100&fit=crop&g=c&q=high', 'rect=10,20,300,200&ss=80&f=png', `wm=b64:bWFya3MvbG9nby5wbmc&wms=30&wmg=n&wmo=40&w=200&dpr=2`, 'w=150&wmt=%C2%A9%20Limn&wmc=fc0&wmz=18&wmg=sw&wmx=4&f=png&tile=6,3', 'w=80&blur=3&con=-20&rot=90&r=12&f=pjpg', 'ls=90&en=1&or=0&qr=60'];
  let compared = 0;
  for (const query of [...table.parameters.map(({ example }) => example), ...more]) {
    const asked = Object.fromEntries(new URLSearchParams(query));
    const { program, beside, lacks } = ossProgram(asked);
    if (lacks.length || !program || asked.explain) continue;
    const [short, oss] = await Promise.all([fetch(client.url('grey.jpg', asked)), fetch(client.ossUrl('grey.jpg', program, beside))]);
    assert.equal(short.status, 200, `${query}: ${short.status === 200 ? '' : await short.text()}`);
    assert.equal(oss.headers.get('etag'), short.headers.get('etag'), `${query} and ${program}`);
    compared++;
  }
  assert.ok(compared >= 25, `${compared} compared`);
});

test('what is wrong with a value is told in the server’s words', async () => {
  const { page, close } = await chromium.open('#/demo/photo.jpg?w=100', { refused: [400, 404] });
  await result(page, '100 × 75');
  await control(page, 'w').fill('20000');
  await page.getByRole('alert').getByText('w must be an integer from 1 to 16384').waitFor();
  await picture(page, 'bad-value');
  await control(page, 'w').fill('120');
  await result(page, '120 × 90');
  await openGroup(page, 'Marks');
  await control(page, 'wm').fill('nolog');
  await page.getByRole('alert').filter({ hasText: 'no_such_mark' }).waitFor();
  await close();
});

test('a mark is dragged into place, and moved by keys', async () => {
  const { page, close } = await chromium.open('#/demo/photo.jpg?w=600&wm=logo');
  const handle = page.locator('.handle');
  await handle.waitFor();
  const frame = await page.locator('.result .frame').boundingBox();
  const box = await handle.boundingBox();
  assert.ok(box.x > frame.x + frame.width / 2 && box.y > frame.y + frame.height / 2, 'it begins in the south-east');
  await picture(page, 'mark');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(frame.x + 40 + box.width / 2, frame.y + 30 + box.height / 2, { steps: 8 });
  await page.mouse.up();
  await page.waitForFunction(() => location.hash.includes('wmg=nw'));
  const scale = 600 / frame.width;
  const now = await params(page);
  assert.ok(Math.abs(Number(now.wmx) - 40 * scale) <= 3 && Math.abs(Number(now.wmy) - 30 * scale) <= 3, JSON.stringify(now));
  // The picture follows: the handle is laid where the mark is seen in it.
  await page.waitForFunction(() => document.querySelector('.busy').hidden && document.querySelectorAll('.handle').length === 1);
  await page.waitForFunction(([x, y]) => {
    const { left, top } = document.querySelector('.handle')?.getBoundingClientRect() ?? {};
    return Math.abs(left - x) < 4 && Math.abs(top - y) < 4;
  }, [frame.x + 40, frame.y + 30]);
  await handle.focus();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction(([x, y]) => {
    const asked = new URLSearchParams(location.hash.split('?')[1]);
    return Number(asked.get('wmx')) === x && Number(asked.get('wmy')) === y;
  }, [Number(now.wmx) + 10, Number(now.wmy) + 1]);
  await openGroup(page, 'Marks');
  assert.equal(await control(page, 'wmg').inputValue(), 'nw', 'the controls follow');
  await page.getByRole('button', { name: 'Mark 2' }).click();
  await control(page, 'wm2t').fill('Limn');
  await page.locator('.handle[data-mark="2"]').waitFor();
  await close();
});

test('the focal point is set by a click and by keys', async () => {
  const { page, close } = await chromium.open('#/demo/photo.jpg?w=200&h=400&fit=cover');
  await result(page, '200 × 400');
  await page.getByRole('button', { name: 'Focal point' }).click();
  const image = page.locator('.aim img');
  await image.waitFor();
  const box = await image.boundingBox();
  await page.mouse.click(box.x + box.width * 0.8, box.y + box.height * 0.25);
  await page.waitForFunction(() => location.hash.includes('g=fp'));
  const now = await params(page);
  assert.ok(Math.abs(Number(now.fx) - 0.8) < 0.01 && Math.abs(Number(now.fy) - 0.25) < 0.01, JSON.stringify(now));
  await page.locator('.cross').focus();
  for (const key of ['ArrowLeft', 'ArrowLeft', 'Shift+ArrowDown']) await page.keyboard.press(key);
  await page.waitForFunction(() => Math.abs(Number(new URLSearchParams(location.hash.split('?')[1]).get('fy')) - 0.35) < 0.011);
  const moved = await params(page);
  assert.ok(Math.abs(Number(moved.fx) - Number(now.fx) + 0.02) < 0.002, JSON.stringify(moved));
  await picture(page, 'focal-point');
  await page.getByRole('button', { name: 'Result' }).click();
  await result(page, '200 × 400');
  await close();
});

test('a picture that comes late does not set back what was moved since', async () => {
  const { page, close } = await chromium.open('#/demo/photo.jpg?w=200&h=400&fit=cover&g=fp&fx=0.5&fy=0.5');
  await result(page, '200 × 400');
  const { promise: made, resolve: isMade } = Promise.withResolvers();
  const { promise: held, resolve: letGo } = Promise.withResolvers();
  await page.route((url) => url.searchParams.get('fx') === '0.49', async (route) => {
    const response = await route.fetch();
    isMade();
    await held;
    await route.fulfill({ response }).catch(() => {});
  });
  await page.getByRole('button', { name: 'Focal point' }).click();
  const left = () => page.locator('.cross').press('ArrowLeft');
  await left();
  await made;
  await left();
  letGo();
  // Time for it to be drawn, and less than the page waits for further keys.
  await page.waitForTimeout(100);
  await left();
  await page.locator('.cross[aria-label^="Focal point at 47 %"]').waitFor();
  assert.equal((await params(page)).fx, '0.47');
  await close();
});

test('before and after lie under a slider', async () => {
  const { page, close } = await chromium.open('#/demo/photo.jpg?w=800&gray=1');
  await result(page, '800 × 600');
  await page.getByRole('button', { name: 'Before and after' }).click();
  const slider = page.getByRole('slider', { name: 'How much of the image before is shown' });
  await slider.focus();
  for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
  assert.equal(await page.locator('.both').evaluate((element) => element.style.getPropertyValue('--part')), '55%');
  await picture(page, 'before-after');
  const box = await slider.boundingBox();
  await page.mouse.click(box.x + box.width * 0.2, box.y + box.height / 2);
  const part = Number.parseFloat(await page.locator('.both').evaluate((element) => element.style.getPropertyValue('--part')));
  assert.ok(part > 15 && part < 25, String(part));
  // The result is shown grey to the right of the line, the source in colour to its left.
  await close();
});

test('links are signed in the page, with an end', async () => {
  const { page, close } = await chromium.open('#/vault/secret cat+1.jpg?w=300', { key: DEV, refused: [403] });
  await result(page, '300 × 225');
  assert.equal(await fact(page, 'node').textContent(), 'a · stored by dev');
  await page.getByLabel('Good for').selectOption('3600');
  await page.waitForFunction(() => {
    const exp = Number(new URL(document.querySelector('[data-link="short"]').value).searchParams.get('exp'));
    return Math.abs(exp - Date.now() / 1000 - 3600) < 20;
  });
  for (const name of ['short', 'oss']) {
    const url = await page.locator(`[data-link="${name}"]`).inputValue();
    assert.equal((await fetch(url)).status, 200, url);
    assert.equal((await fetch(url.replace(/w[=_]300/, (found) => found.replace('300', '301')))).status, 403);
  }
  await page.getByLabel('Sign', { exact: true }).uncheck();
  await page.waitForFunction(() => !document.querySelector('[data-link="short"]').value.includes('kid='));
  await page.getByText('What will be done').click();
  await page.getByText('image/resize,w_300').waitFor();
  await picture(page, 'signed');
  await close();
});

test('code for pages and frameworks, which works', async () => {
  const { page, close } = await chromium.open('#/demo/photo.jpg?w=400&f=auto&sharp=20');
  await result(page, '400 × 300');
  const shown = async (name) => {
    await page.getByRole('button', { name, exact: true }).click();
    return page.locator('.code-block').textContent();
  };
  const works = async (url, width) => {
    const answer = await fetch(url);
    assert.equal(answer.status, 200, url);
    assert.equal((await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).width, width, url);
  };
  const urls = (text) => [...text.matchAll(/https?:\/\/[^\s",)]+/g)].map(([url]) => url.replaceAll('&amp;', '&'));
  const img = await shown('<img>');
  assert.match(img, /srcset="[^"]+ 200w,\s+[^"]+ 400w,\s+[^"]+ 800w"/);
  assert.match(img, /width="400" height="300"/);
  for (const [url, width] of urls(img).map((url) => [url, Number(new URL(url).searchParams.get('w'))])) await works(url, width);
  assert.match(await shown('<picture>'), /<source type="image\/webp"/);
  const css = await shown('CSS');
  await works(urls(css)[1], 800);
  const module_ = (text) => import(`data:text/javascript,${encodeURIComponent(text)}`);
  const next = await module_(await shown('Next.js'));
  await works(next.default({ src: '/photo.jpg', width: 240, quality: 60 }), 240);
  const astro = await module_(await shown('Astro'));
  await works(astro.default.getURL({ src: 'photo.jpg', width: 120, format: 'jpeg', fit: 'scale-down', quality: 'mid' }), 120);
  assert.deepEqual(astro.default.getHTMLAttributes({ src: 'x', width: 1, height: 2, format: 'webp', class: 'a' }), { class: 'a', width: 1, height: 2, loading: 'lazy', decoding: 'async' });
  const nuxt = (await shown('Nuxt')).replace(/^import .*$/m, 'const defineProvider = (it) => it;').replace('<{ baseURL?: string }>', '');
  const provider = (await module_(nuxt)).default;
  await works(provider.getImage('/photo.jpg', { modifiers: { width: 90, format: 'webp' } }).url, 90);
  assert.match(provider.getImage('/photo.jpg', { modifiers: { width: 90 } }).url, /\?f=auto&sharp=20&w=90$/, 'what was set here holds where the framework says nothing');
  await picture(page, 'code');
  await close();
});

test('a purge asks first and is then seen', async () => {
  const { page, close } = await chromium.open('#/demo/grey.jpg?w=140', { key: DEV });
  await result(page, '140 × 105');
  await page.reload();
  await signIn(page);
  await fact(page, 'cache').filter({ hasText: /^Hit in memory/ }).waitFor();
  await page.getByRole('button', { name: 'Purge' }).click();
  await page.getByRole('dialog').getByText('All caches forget everything made of grey.jpg.').waitFor();
  await picture(page, 'purge');
  await page.getByRole('dialog').getByRole('button', { name: 'Purge' }).click();
  await page.locator('.toast').filter({ hasText: 'Purged' }).waitFor();
  await page.reload();
  await fact(page, 'cache').filter({ hasText: /^Made for this request/ }).waitFor();
  await close();
});

test('an object is deleted only after a question', async () => {
  await put('/demo/gone/soon.png', demo('logo.png'));
  const { page, close } = await chromium.open('#/demo/gone/soon.png', { key: DEV });
  await fact(page, 'result').waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Nothing is here yet.').waitFor();
  assert.equal((await fetch(`${it.base}/demo/gone/soon.png`)).status, 404);
  await close();
});

test('usage and quota as charts', async () => {
  const { page, close } = await chromium.open('#-/usage/small', { key: DEV });
  await page.getByRole('heading', { name: 'Requests' }).waitFor();
  assert.match(await page.locator('.figures').textContent(), /Held.*1 object/);
  assert.equal(await page.getByRole('meter').count(), 2);
  assert.ok(await page.locator('.chart svg rect').count() > 0, 'the uploads of this test are bars');
  assert.match(await page.getByRole('img', { name: /^Requests/ }).getAttribute('aria-label'), /writes: [1-9]/);
  await page.getByRole('button', { name: 'Last 30 days' }).click();
  await page.locator('small').filter({ hasText: 'last 30 days' }).waitFor();
  await page.locator('.numbers summary').first().click();
  assert.ok(await page.locator('.numbers tbody tr').count() > 0);
  await picture(page, 'usage');
  await close();
});

test('the nodes and how they are', async () => {
  const { page, close } = await chromium.open('#-/nodes');
  await page.locator('[data-node="a"].well').getByText('Answers').waitFor();
  await picture(page, 'nodes');
  await close();
});

test('what is no image is told so', async () => {
  const { page, close } = await chromium.open('#/demo/notes.txt', { refused: [415, 400] });
  await page.getByText('The browser cannot show text/plain').waitFor();
  await close();
});

test('all of it by keys alone', async () => {
  const { page, close } = await chromium.open('#/demo/');
  await page.locator('[data-object="photo.jpg"]').waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'skip');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  assert.equal(await page.evaluate(() => location.hash), '#/demo/', 'the view stays');
  for (let i = 0; i < 40 && !(await page.evaluate(() => document.activeElement.dataset?.object === 'photo.jpg')); i++) await page.keyboard.press('Tab');
  const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(ring, 'solid', 'the focus is seen');
  await page.keyboard.press('Enter');
  await fact(page, 'result').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1', 'the focus follows the view');
  for (let i = 0; i < 60 && !(await page.evaluate(() => document.activeElement.closest('[data-key="w"]'))); i++) await page.keyboard.press('Tab');
  await page.keyboard.type('150');
  await result(page, '150 × 113');
  await close();
});

const VIEWS = [
  ['welcome', '#', '.welcome', false],
  ['gallery', '#/demo/', '[data-object="photo.jpg"] .thumb.seen', true],
  ['editor', '#/demo/photo.jpg?w=500&h=500&fit=cover&wm=logo&sat=30&f=webp', '.handle', true],
  ['usage', '#-/usage/small', '.chart', true],
  ['nodes', '#-/nodes', '.node', false],
];

for (const scheme of ['light', 'dark']) {
  for (const [device, size] of [['desktop', DESKTOP], ['phone', PHONE]]) {
    test(`nothing serious for axe-core: ${scheme}, ${device}`, async () => {
      const { page, close } = await chromium.open('#/demo/', { key: { keep: true }, size, scheme });
      for (const [name, hash, there] of VIEWS) {
        await page.evaluate((hash) => { location.hash = hash; }, hash);
        await page.locator(there).first().waitFor();
        if (name === 'editor') await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
        if (name === 'editor') await page.locator('.plan-text').waitFor();
        assert.deepEqual(await findings(page), [], `${name}`);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `${name} is ${over} px too wide`);
        if (name === 'editor') await page.evaluate(() => document.querySelectorAll('details.group:not(:first-child)').forEach((details) => { details.open = false; }));
        await picture(page, `${name}-${scheme}-${device}`);
      }
      await page.locator('#key').click();
      assert.deepEqual(await findings(page), [], 'the dialog');
      await picture(page, `sign-in-${scheme}-${device}`);
      await close();
    });
  }
}

test('without the setting all is as it was', async () => {
  await it.restart({ LIMN: { mode: 'development', page: false } });
  assert.equal((await fetch(`${it.base}/`, { headers: html })).status, 403);
  assert.equal((await fetch(`${it.base}/-/www/page/main.js`)).status, 404);
  assert.equal((await fetch(`${it.base}/demo/photo.jpg?wmt=Limn&w=90`)).status, 200, 'fonts are read as before');
});
