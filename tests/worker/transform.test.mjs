// Operations beyond the common module, answers that are no images, and what buckets allow, in the built Worker.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { signed } from '../../scripts/limn/sign.mjs';
import { limn, raw } from './limn.mjs';

const photo = readFileSync('.tools/demo/photo.jpg');
const soon = () => String(Math.floor(Date.now() / 1000) + 600);
let it;

const open = { nodes: ['a'], access: 'public-read', parameters: 'open', styles: ['demo'] };
before(async () => {
  it = await limn({
    LIMN_BUCKET_ODD: { ...open, name: 'odd', legacy: true, delimiter: '-', fallbacks: { none: 'fallback.png' }, fonts: { mine: 'fonts/mine.ttf', lost: 'fonts/lost.ttf' }, style_override: true },
    LIMN_BUCKET_SAFE: { ...open, name: 'safe', protect: ['jpg'] },
  });
  const square = await sharp({ create: { width: 60, height: 60, channels: 3, background: '#0000ff' } }).png().toBuffer();
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40"><rect width="80" height="40" fill="#f00"/><text x="5" y="30" font-size="24" fill="#fff">Hi</text></svg>';
  const frames = Buffer.concat([0, 120, 240].map((v) => Buffer.alloc(40 * 30 * 3, v)));
  const gif = await sharp(frames, { raw: { width: 40, height: 90, channels: 3, pageHeight: 30 } }).gif({ delay: [100, 200, 300], loop: 0 }).toBuffer();
  for (const [target, body] of [
    ['/demo/photo.jpg', photo], ['/demo/drawing.svg', svg], ['/demo/moving.gif', gif], ['/odd/photo.jpg', photo],
    ['/odd/fallback.png', square], ['/odd/notes.txt', 'words'], ['/odd/fonts/mine.ttf', readFileSync('www/fonts/sans-bold.ttf')], ['/safe/photo.jpg', photo], ['/vault/photo.jpg', photo],
  ]) {
    const answer = await fetch(it.base + signed('PUT', target, { exp: soon() }), { method: 'PUT', body });
    assert.equal(answer.status, 200, `${target}: ${await answer.text()}`);
  }
});
after(() => it?.stop());

const get = (target, headers = {}) => fetch(it.base + target, { headers, redirect: 'manual' });
async function picture(target, headers) {
  const answer = await get(target, headers);
  const body = Buffer.from(await answer.arrayBuffer());
  assert.equal(answer.status, 200, `${target}: ${body}`);
  return { ...(await sharp(body, { animated: true }).metadata()), body, headers: answer.headers };
}
async function refused(answer, status, code) {
  const body = await answer.text();
  assert.deepEqual([answer.status, answer.headers.get('x-limn-error')], [status, code], body);
}

test('text, drawings and effects come from the second module', async () => {
  const plain = await picture('/demo/photo.jpg?w=200&f=png');
  const text = await picture('/demo/photo.jpg?w=200&f=png&wmt=%C2%A9%20%CE%A9%D0%96&wmc=f00&wmg=c');
  assert.deepEqual([text.width, text.height], [plain.width, plain.height]);
  const pixels = await sharp(text.body).removeAlpha().raw().toBuffer();
  let red = 0;
  for (let i = 0; i < pixels.length; i += 3) red += pixels[i] > 250 && pixels[i + 1] < 5 && pixels[i + 2] < 5;
  assert.ok(red > 100, `${red} red pixels`);
  const drawing = await picture('/demo/drawing.svg?w=40');
  assert.deepEqual([drawing.format, drawing.width, drawing.height], ['png', 40, 20]);
  assert.notDeepEqual((await picture('/demo/photo.jpg?w=200&f=png&effect=sepia')).body, plain.body);
  await refused(await get('/demo/photo.jpg?w=200&wmt=%E5%9B%BE'), 400, 'bad_arg');
  await refused(await get('/demo/photo.jpg?w=200&wmt=a&wmf=comic'), 404, 'no_such_font');
});

test('a bucket brings fonts of its own', async () => {
  const text = (font) => picture(`/odd/photo.jpg?w=200&f=png&wmt=Limn&wmf=${font}`);
  const [mine, bold, sans] = await Promise.all(['mine', 'sans-bold', 'sans'].map(text));
  assert.deepEqual(mine.body, bold.body);
  assert.notDeepEqual(mine.body, sans.body);
  const type = Buffer.from('mine').toString('base64url');
  await picture(`/odd/photo.jpg?x-oss-process=image/resize,w_200/watermark,text_TGltbg,type_${type}`);
  await refused(await get('/odd/photo.jpg?w=200&wmt=Limn&wmf=lost'), 404, 'no_such_font');
  await refused(await get('/odd/photo.jpg?w=200&wmt=Limn&wmf=photo'), 404, 'no_such_font');
});

test('an animation stays one, in GIF and WebP, and gives single frames', async () => {
  for (const [query, format] of [['w=20', 'gif'], ['w=20&f=webp', 'webp'], ['f=webp&wmt=x&wmz=10', 'webp']]) {
    const made = await picture(`/demo/moving.gif?${query}`);
    assert.deepEqual([made.format, made.pages, made.delay], [format, 3, [100, 200, 300]], query);
  }
  assert.equal((await picture('/demo/moving.gif?w=20&f=jpg')).pages ?? 1, 1);
  const second = await picture('/demo/moving.gif?frame=1&f=png');
  assert.deepEqual([...(await sharp(second.body).removeAlpha().raw().toBuffer()).subarray(0, 3)], [120, 120, 120]);
  assert.deepEqual((await picture('/demo/moving.gif?n=2&f=webp&ll=1')).delay, [300, 300]);
  await refused(await get('/demo/moving.gif?frame=3'), 400, 'bad_arg');
});

test('AVIF follows the WebP that stands in for it', async () => {
  const accept = { accept: 'image/avif,image/webp,*/*' };
  const first = await picture('/demo/photo.jpg?w=300&f=auto', accept);
  assert.deepEqual([first.format, first.headers.get('x-limn-upgrade')], ['webp', 'pending']);
  assert.match(first.headers.get('cache-control'), /max-age=60$/);
  let later;
  for (let i = 0; i < 60 && later?.format !== 'heif'; i++) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    later = await picture('/demo/photo.jpg?w=300&f=auto', accept);
  }
  assert.deepEqual([later.format, later.headers.get('content-type'), later.headers.get('x-limn-upgrade')], ['heif', 'image/avif', null]);
  assert.ok(later.body.length < first.body.length);
  assert.notEqual(later.headers.get('etag'), first.headers.get('etag'));
  assert.equal((await picture('/demo/photo.jpg?w=200&f=avif')).headers.get('content-type'), 'image/avif');
  await refused(await get('/demo/photo.jpg?w=1200&f=avif'), 422, 'image_too_large');
});

test('facts instead of images', async () => {
  const info = await (await get('/demo/photo.jpg?info=1')).json();
  assert.deepEqual([info.format, info.width, info.height, info.bytes], ['jpg', 4000, 3000, photo.length]);
  const oss = await (await get('/demo/photo.jpg?x-oss-process=image/info')).json();
  assert.deepEqual([oss.ImageWidth.value, oss.Format.value], ['4000', 'jpg']);
  assert.match((await (await get('/demo/photo.jpg?x-oss-process=image/average-hue')).json()).RGB, /^0x[0-9a-f]{6}$/);
  assert.ok((await (await get('/demo/photo.jpg?info=palette')).json()).palette.length > 1);
  assert.ok((await (await get('/demo/photo.jpg?info=blurhash')).json()).blurhash.length > 6);
});

test('explain is for administrators', async () => {
  const target = signed('GET', '/demo/photo.jpg', { exp: soon(), w: '200', explain: '1' });
  const facts = await (await get(target)).json();
  assert.deepEqual([facts.plan, facts.decode_scale, facts.result.width], ['image/resize,w_200', 0.125, 200]);
  await refused(await get('/demo/photo.jpg?w=200&explain=1'), 403, 'signature_required');
  await refused(await get(signed('GET', '/demo/photo.jpg', { exp: soon(), explain: '1' }, { kid: 'limn-reader', secret: 'limn-reader-secret' })), 403, 'access_denied');
});

test('sys/saveas stores what it makes, with a signed header and the right to write', async () => {
  const body = `x-oss-process=image/resize,w_90/format,png|sys/saveas,o_${Buffer.from('saved/a.png').toString('base64url')}`;
  const post = (kid, secret, path = '/vault/photo.jpg') => {
    const date = new Date().toUTCString();
    const text = `POST\n\n\n${date}\nx-oss-date:${date}\n${path}?x-oss-process`;
    const authorization = `OSS ${kid}:${createHmac('sha1', secret).update(text).digest('base64')}`;
    return raw(it.port, { method: 'POST', path: `${path}?x-oss-process`, headers: { 'x-oss-date': date, authorization }, body });
  };
  const done = await post('limn-dev', 'limn-dev-secret');
  assert.equal(done.status, 200, String(done.body));
  assert.deepEqual(JSON.parse(done.body).object, 'saved/a.png');
  const saved = await picture(signed('GET', '/vault/saved/a.png', { exp: soon() }));
  assert.deepEqual([saved.format, saved.width], ['png', 90]);
  const reader = await post('limn-reader', 'limn-reader-secret');
  assert.deepEqual([reader.status, reader.headers['x-limn-error']], [403, 'access_denied']);
  assert.match(String(reader.body), /<Code>AccessDenied<\/Code>/);
  assert.equal((await post('limn-dev', 'wrong')).status, 403);
  const link = await fetch(it.base + signed('POST', '/vault/photo.jpg', { exp: soon(), 'x-oss-process': '' }), { method: 'POST', body });
  await refused(link, 403, 'signature_required');
});

test('fallbacks keep the status; dl names the file', async () => {
  const none = await get('/odd/nothing.jpg?w=30&default=none');
  assert.deepEqual([none.status, none.headers.get('content-type'), none.headers.get('x-limn-error')], [404, 'image/png', 'no_such_key']);
  assert.equal((await sharp(Buffer.from(await none.arrayBuffer())).metadata()).width, 30);
  const away = await get('/odd/notes.txt?w=30&default=redirect');
  assert.deepEqual([away.status, away.headers.get('location')], [302, '/odd/notes.txt']);
  await refused(await get('/odd/photo.jpg?w=30&default=other'), 400, 'bad_arg');
  const saved = await picture('/odd/photo.jpg?w=30&dl=my%20c%C3%A4t.jpg');
  assert.equal(saved.headers.get('content-disposition'), "attachment; filename=\"my c_t.jpg\"; filename*=UTF-8''my%20c%C3%A4t.jpg");
});

test('delimiters, the older form, other clouds, overridden styles, protected sources', async () => {
  const thumb = await picture('/odd/photo.jpg-thumb');
  assert.deepEqual([thumb.width, thumb.height], [160, 160]);
  assert.equal((await picture('/odd/photo.jpg@90w_1l.png')).format, 'png');
  for (const query of ['x-image-process=image/resize,w_90', 'x-tos-process=image/resize,w_90', 'x-bce-process=image/resize,w_90', 'image_process=resize,w_90']) {
    assert.equal((await picture(`/odd/photo.jpg?${query}`)).width, 90, query);
  }
  assert.equal((await picture('/odd/photo.jpg?p=card&w=100&h=100')).width, 100);
  await refused(await get('/demo/photo.jpg?p=card&w=100'), 400, 'bad_arg');
  for (const target of ['/safe/photo.jpg', '/safe/photo.jpg?w=90', '/safe/photo.jpg?x-oss-process=image/resize,w_90', '/safe/photo.jpg?x-oss-process=style/thumb|image/resize,w_90']) {
    await refused(await get(target), 403, 'access_denied');
  }
  assert.equal((await picture('/safe/photo.jpg!thumb')).width, 160);
  assert.equal((await picture(signed('GET', '/safe/photo.jpg', { w: '90' }))).width, 90);
});
