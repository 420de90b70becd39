/** Short parameters as the OSS program that makes the same image, in the order in which Limn does them. */
import { base64url, fromBase64url } from './limn-encoding.js';

/** fit → mode of resize, and whether enlarging is refused. */
const FITS = {
  max: ['lfit', true], inside: ['lfit', false], clip: ['lfit', false], contain: ['lfit', false],
  outside: ['mfit', false], min: ['mfit', false], cover: ['fill', false], crop: ['fill', true], pad: ['pad', false],
  fill: ['fixed', false], stretch: ['fixed', false], squeeze: ['fixed', false], scale: ['fixed', false],
};
const POINTS = { n: 'north', e: 'east', s: 'south', w: 'west', c: 'center' };
const QUALITIES = { low: 50, med: 70, high: 85 };
/** What stands beside either grammar. */
const BESIDE = ['v', 'dl', 'default', 'explain'];
/** Keys without a word in OSS, and the values that change nothing. */
const LACKING = {
  trim: [], pad: [], flip: [], sat: ['0'], gam: ['1'], hue: ['0'], gray: ['0'], duotone: [], effect: [], pixelate: [], bg: [],
  mb: [], effort: ['fast'], anim: ['1'], n: [], frame: [], meta: ['copyright'], cs: ['srgb'], info: [],
};

const integer = (text) => (/^-?\d+$/.test(text ?? '') ? Number(text) : null);

/** One translation under way. */
class Translation {
  actions = [];
  lacks = [];

  constructor(params) {
    this.params = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== null && value !== undefined).map(([name, value]) => [name, String(value)]));
    this.dpr = Number(this.params.dpr ?? 1);
  }

  get(name) {
    return this.params[name];
  }

  lack(name) {
    if (!this.lacks.includes(name)) this.lacks.push(name);
  }

  /** Pixels after the device pixel ratio; a ratio of the image has no word in OSS. */
  pixels(name, text = this.get(name)) {
    if (text === undefined || text === 'auto') return null;
    const value = integer(text);
    if (value === null) return this.lack(name), null;
    return Math.max(Math.round(value * this.dpr), value > 0 ? 1 : 0);
  }

  push(action, ...args) {
    this.actions.push([action, ...args.filter((arg) => arg !== null && arg !== undefined && arg !== '')].join(','));
  }
}

/** `key_value`, unless there is no value or it is what stands if nothing is said. */
const arg = (key, value, usual) => (value === null || value === undefined || value === usual ? '' : `${key}_${value}`);

function cut(t) {
  if (t.get('or') === '0') t.push('auto-orient', '0');
  if (t.get('rect') === undefined) return;
  const sides = t.get('rect').split(',').map(integer);
  if (sides.length !== 4 || sides.includes(null)) return t.lack('rect');
  const [x, y, w, h] = sides;
  t.push('crop', arg('w', w, 0), arg('h', h, 0), arg('x', x, 0), arg('y', y, 0));
}

function resize(t) {
  const [mode, refuses] = FITS[t.get('fit') ?? 'max'] ?? [];
  if (!mode) return t.lack('fit');
  const limit = t.get('en') === undefined ? refuses : t.get('en') === '0';
  const percent = integer(t.get('pct'));
  const sides = ['w', 'h', 'ls', 'ss'].map((name) => t.pixels(name));
  if (percent !== null) return t.push('resize', arg('p', percent));
  if (sides.every((side) => side === null)) return undefined;
  const [w, h, l, s] = sides;
  if (['fill', 'pad'].includes(mode) && !['c', 'center', undefined].includes(t.get('g'))) t.lack('g');
  return t.push('resize', arg('m', mode, 'lfit'), arg('w', w), arg('h', h), arg('l', l), arg('s', s), arg('limit', limit ? 1 : 0, 1));
}

function colours(t) {
  const degrees = integer(t.get('rot')) % 360;
  if (degrees) t.push('rotate', degrees);
  for (const [name, action] of [['bri', 'bright'], ['con', 'contrast']]) {
    if (integer(t.get(name))) t.push(action, t.get(name));
  }
  if (t.get('blur') !== undefined) {
    // OSS takes whole numbers up to 50; Limn cuts its own at three sigma.
    const sigma = integer(t.get('blur'));
    if (sigma >= 1 && sigma * 3 <= 50) t.push('blur', arg('r', sigma * 3), arg('s', sigma));
    else t.lack('blur');
  }
  if (t.get('sharp') === '100') t.push('sharpen', 100);
  else if (integer(t.get('sharp'))) t.lack('sharp');
  if (t.get('r') === 'max') t.push('circle', 'r_4096');
  else if (t.get('r') !== undefined) t.push('rounded-corners', arg('r', t.pixels('r')));
}

/** RRGGBB; null of a colour by name. */
function hex(text) {
  const digits = text.replace(/^#/, '').toLowerCase();
  if (/^[0-9a-f]{3}$/.test(digits)) return digits.replace(/./g, '$&$&');
  return /^[0-9a-f]{6}([0-9a-f]{2})?$/.test(digits) ? digits.slice(0, 6) : null;
}

function mark(t, number) {
  const key = (name) => (number === 1 ? name : name === 'tile' ? `tile${number}` : name.replace(/^wm/, `wm${number}`));
  const get = (name) => t.get(key(name));
  const [picture, text] = [get('wm'), get('wmt')];
  if (picture === undefined && text === undefined) return;
  // Only the bucket's settings know what object a mark's name stands for.
  if (picture !== undefined && !picture.startsWith('b64:')) return t.lack(key('wm'));
  const args = [];
  if (picture !== undefined) {
    const scale = integer(get('wms'));
    const reference = fromBase64url(picture.slice(4));
    if (reference === null) return t.lack(key('wm'));
    args.push(arg('image', base64url(scale ? `${reference}?x-oss-process=image/resize,P_${scale}` : reference)));
  }
  if (text !== undefined) {
    const colour = hex(get('wmc') ?? '000');
    if (colour === null) t.lack(key('wmc'));
    args.push(arg('text', text.startsWith('b64:') ? text.slice(4) : base64url(text)));
    if (get('wmf') !== undefined) args.push(arg('type', base64url(get('wmf'))));
    args.push(arg('color', colour, '000000'), arg('size', t.pixels(key('wmz'), get('wmz') ?? '40'), 40));
    args.push(arg('shadow', integer(get('wmsh')), 0), arg('rotate', get('wmr') === undefined ? null : integer(get('wmr')) % 360, 0));
  }
  const [x, y] = ['wmx', 'wmy'].map((name) => t.pixels(key(name), get(name) ?? '10'));
  args.push(arg('t', integer(get('wmo')), 100), arg('g', POINTS[get('wmg')] ?? get('wmg'), 'se'), arg('x', x, 10), arg('y', y, 10));
  const tile = get('tile');
  if (tile !== undefined && tile !== '0') {
    const [dx, dy] = tile === '1' ? [0, 0] : tile.split(',').map((gap) => t.pixels(key('tile'), gap));
    args.push('fill_1', arg('padx', dx, 0), arg('pady', dy, 0));
  }
  t.push('watermark', ...args);
}

function output(t) {
  const format = t.get('f') ?? 'keep';
  if (['jpg', 'png', 'webp', 'avif'].includes(format)) t.push('format', format);
  else if (format === 'pjpg') t.push('format', 'jpg');
  else if (format !== 'keep') t.lack('f');
  if (t.get('ll') === '1') t.push('quality', 'lossless');
  else if (t.get('q') !== undefined) t.push('quality', arg('Q', QUALITIES[t.get('q')] ?? t.get('q')));
  else if (t.get('qr') !== undefined) t.push('quality', arg('q', t.get('qr')));
  if (t.get('prog') === '1' || format === 'pjpg') t.push('interlace', '1');
}

/**
 * The program, what stands beside it in the query, and the keys that OSS has no word for: the program leaves them out.
 * `program` is null where there is nothing to do. Keys go by their first names (`w`, not `width`).
 * @returns {{ program: string | null, beside: Record<string, string>, lacks: string[] }}
 */
export function ossProgram(params) {
  const t = new Translation(params);
  const beside = Object.fromEntries(BESIDE.filter((name) => t.get(name) !== undefined).map((name) => [name, t.get(name)]));
  if (t.get('p') !== undefined) return { program: `style/${t.get('p')}`, beside, lacks: [] };
  if (t.get('info') === 'hue') return { program: 'image/average-hue', beside, lacks: [] };
  cut(t);
  resize(t);
  colours(t);
  for (const number of [1, 2, 3]) mark(t, number);
  output(t);
  for (const [name, idle] of Object.entries(LACKING)) {
    if (t.get(name) !== undefined && !idle.includes(t.get(name))) t.lack(name);
  }
  return { program: t.actions.length ? `image/${t.actions.join('/')}` : null, beside, lacks: t.lacks };
}
