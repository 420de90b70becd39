// The web client under Node.js: the published signatures, URLs in both grammars, srcset.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { signed } from '../scripts/limn/sign.mjs';
import { Limn, base64url, ossProgram, sha256, sign } from '../www/limn.js';

const key = { id: 'limn-dev', secret: 'limn-dev-secret' };
const signatureOf = (url) => new URL(url, 'http://h').searchParams.get('s');

test('the published signatures', async () => {
  for (const [method, path, params, s] of [
    ['GET', '/vault/cat.jpg', { w: 200 }, 'dJ_7qGbQOYgZAcm7kQSrmlieBFRz3wFpVwcgf3EXSPA'],
    ['HEAD', '/vault/a b/图+1.png', { w: 320, wmt: '© Acme' }, 'vvSixfKAdF5GJwuwEcCJsLqEEnzwybXMS23-QMe-12Y'],
    ['PUT', '/vault/cat.jpg', {}, 'CBUKIDDoZdItVG7kfDGwFMQNRefWs7jwjBiBeVPqm9I'],
  ]) {
    assert.equal(signatureOf(await sign(method, path, params, key, { until: 1790000000 })), s, path);
    assert.equal(signatureOf(await sign(method, path, { ...params, exp: 1790000000 }, key)), s, `${path}, exp as a parameter`);
  }
});

test('it signs as the other programs do what is awkward', async () => {
  for (const [path, params] of [
    ['/vault/ a  b .jpg', { wmt: ' two  spaces ' }],
    ["/vault/!$&'()*+,;=:@.jpg", { wmt: "!$&'()*,;:@", rect: '1,2,3,4' }],
    ['/vault/naïve/图片/🐈.jpg', { wmt: '猫 🐈', é: 'è' }],
    ['/vault/cat.jpg', { wm2: 'b', wm: 'a', trim: '', 'x-oss-process': 'image/resize,w_1|image/format,png' }],
  ]) {
    const mine = await sign('GET', path, params, key, { until: 1790000000 });
    assert.equal(signatureOf(mine), signatureOf(signed('GET', path, { ...params, exp: '1790000000' })), path);
    const read = new URL(mine, 'http://h');
    assert.equal(decodeURIComponent(read.pathname), path);
    for (const [name, value] of Object.entries(params)) assert.equal(read.searchParams.get(name), value);
  }
});

test('URLs in both grammars', async () => {
  const photos = new Limn({ endpoint: 'https://img.example.com/', bucket: 'photos', key });
  assert.equal(photos.url('a b/cat.jpg'), 'https://img.example.com/photos/a%20b/cat.jpg');
  assert.equal(photos.url('cat.jpg', { w: 200, gray: true, h: undefined, wmt: 'a&b' }), 'https://img.example.com/photos/cat.jpg?w=200&gray=1&wmt=a%26b');
  assert.equal(photos.ossUrl('cat.jpg', 'image/resize,w_200', { v: 2 }), 'https://img.example.com/photos/cat.jpg?x-oss-process=image/resize,w_200&v=2');
  const url = await photos.signedUrl('cat.jpg', { w: 200 }, { until: 1790000000 });
  assert.match(url, /^https:\/\/img\.example\.com\/photos\/cat\.jpg\?w=200&exp=1790000000&kid=limn-dev&s=[\w-]{43}$/);
  const soon = Number(new URL(await photos.signedUrl('cat.jpg')).searchParams.get('exp')) - Date.now() / 1000;
  assert.ok(soon > 3590 && soon <= 3600);
});

test('srcset keeps the ratio and signs each URL', async () => {
  const photos = new Limn({ bucket: 'photos', key });
  assert.equal(photos.srcset('cat.jpg', { f: 'auto' }, [200, 400]), '/photos/cat.jpg?f=auto&w=200 200w, /photos/cat.jpg?f=auto&w=400 400w');
  assert.equal(photos.srcset('cat.jpg', { w: 300, h: 200, fit: 'cover' }, [600]), '/photos/cat.jpg?w=600&h=400&fit=cover 600w');
  const set = (await photos.signedSrcset('cat.jpg', {}, [200, 400], { until: 1790000000 })).split(', ');
  assert.deepEqual(set.map((one) => one.split(' ')[1]), ['200w', '400w']);
  assert.notEqual(signatureOf(set[0].split(' ')[0]), signatureOf(set[1].split(' ')[0]));
});

test('short parameters as OSS programs', () => {
  for (const [params, program, lacks = []] of [
    [{}, null],
    [{ w: 200 }, 'image/resize,w_200'],
    [{ w: 200, h: 100, fit: 'cover' }, 'image/resize,m_fill,w_200,h_100,limit_0'],
    [{ w: 100, dpr: 2, r: 10 }, 'image/resize,w_200/rounded-corners,r_20'],
    [{ w: 'auto', h: 10 }, 'image/resize,h_10'],
    [{ pct: 40, rot: 450 }, 'image/resize,p_40/rotate,90'],
    [{ rect: '10,0,90,0', ls: 50 }, 'image/crop,w_90,x_10/resize,l_50'],
    [{ w: 200, f: 'pjpg', q: 'high' }, 'image/resize,w_200/format,jpg/quality,Q_85/interlace,1'],
    [{ p: 'thumb', v: 3 }, 'style/thumb'],
    [{ w: 60, h: 100, fit: 'cover', g: 'fp', fx: 0.2 }, 'image/resize,m_fill,w_60,h_100,limit_0', ['g']],
    [{ w: 0.5, sat: -60, gray: '0' }, null, ['w', 'sat']],
    [{ wm: 'logo' }, null, ['wm']],
    [{ wm: `b64:${base64url('marks/logo.png')}`, wms: 25, wmg: 'n', wmo: 60 }, `image/watermark,image_${base64url('marks/logo.png?x-oss-process=image/resize,P_25')},t_60,g_north`],
    [{ wmt: '© Limn', wmc: 'fff', wmz: 20, tile: '8,4' }, `image/watermark,text_${base64url('© Limn')},color_ffffff,size_20,fill_1,padx_8,pady_4`],
    [{ blur: 3, sharp: 100, bri: -5 }, 'image/bright,-5/blur,r_9,s_3/sharpen,100'],
    [{ blur: 0.5, sharp: 50 }, null, ['blur', 'sharp']],
  ]) {
    const made = ossProgram(params);
    assert.deepEqual([made.program, made.lacks], [program, lacks], JSON.stringify(params));
  }
  assert.deepEqual(ossProgram({ w: 1, v: 3, dl: 'cat.jpg' }).beside, { v: '3', dl: 'cat.jpg' });
});

test('what is wrong is told', async () => {
  const photos = new Limn({ bucket: 'photos' });
  assert.throws(() => new Limn({ bucket: 'No' }), /A bucket's name/);
  assert.throws(() => photos.url(''), /name of an object/);
  assert.throws(() => photos.url('a', { w: NaN }), /parameter w is NaN/);
  await assert.rejects(photos.signedUrl('a'), /needs an access key/);
  await assert.rejects(sign('GET', 'vault/a', {}, key), /begins with \//);
});

test('digests and base64url', async () => {
  assert.equal(await sha256('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.equal(base64url('©?>'), 'wqk_Pg');
  assert.equal(base64url(new Uint8Array([255, 254])), '__4');
});

test('the example of docs/page.md does what it says', async () => {
  const docs = readFileSync(new URL('../docs/page.md', import.meta.url), 'utf8');
  const [, code] = /^```js\n(.*?)^```$/ms.exec(docs);
  const lines = code.replace("'./limn.js'", JSON.stringify(new URL('../www/limn.js', import.meta.url).href)).replace('process.env.LIMN_SECRET', "'a-secret'");
  const results = lines.replace(/^(?:await )?(?:photos|vault|ossProgram)[.(].*;/gm, (call) => `said.push(${call.replace(/;$/, '')});`);
  const { said } = await import(`data:text/javascript,${encodeURIComponent(`export const said = [];\n${results}`)}`);
  assert.equal(said.length, 5);
  const promised = [...code.matchAll(/\/\/ (…\S+|\{ program: '[^']+')/g)].map(([, text]) => text.replace('…', ''));
  const told = said.map((one) => (typeof one === 'string' ? one : `{ program: '${one.program}'`));
  for (const text of promised) assert.ok(told.some((one) => one.includes(text)), text);
  assert.equal(promised.length, 4);
});
