// A dashboard as on a screen: flat areas, thin lines and small details, with bars in place of text.
import { random } from './random.mjs';

const BLUE = '#3f6df6', GREEN = '#1fae7a', CORAL = '#f2704f', VIOLET = '#8b5cf6', INK = '#27324a', DIM = '#9aa6bd', LINE = '#e6eaf2';
const next = random(71);

const bar = (x, y, w, h, colour, rx = h / 2) => `<rect x="${x}" y="${y}" width="${w.toFixed(1)}" height="${h}" rx="${rx}" fill="${colour}"/>`;
const card = (x, y, w, h) => `<rect x="${x}" y="${y + 3}" width="${w}" height="${h}" rx="14" fill="#dfe5f0"/><rect x="${x + 0.5}" y="${y + 0.5}" width="${w - 1}" height="${h - 1}" rx="14" fill="#fff" stroke="${LINE}"/>`;

// Words of uneven length read as a line of text.
function words(x, y, width, h, colour) {
  let out = '';
  for (let at = x; at < x + width - 8;) {
    const w = Math.min(x + width - at, 14 + next() * 46);
    out += bar(at, y, w, h, colour);
    at += w + 8;
  }
  return out;
}

function series(x, y, w, h, points, low, high) {
  let level = low + next() * 0.2;
  return Array.from({ length: points }, (_, i) => {
    level = Math.min(high, Math.max(low, level + (next() - 0.46) * 0.16));
    return [x + (w * i) / (points - 1), y + h * (1 - level)];
  });
}

function smooth(points) {
  let d = `M${points[0].join(' ')}`;
  for (let i = 1; i < points.length; i++) {
    const [px, py] = points[i - 1], [x, y] = points[i], middle = (px + x) / 2;
    d += `C${middle} ${py} ${middle} ${y} ${x} ${y}`;
  }
  return d;
}

function sidebar() {
  let out = `<rect width="264" height="1080" fill="#141c33"/>${bar(32, 32, 40, 40, BLUE, 12)}<path d="M40 62L50 46L57 56L61 51L66 62Z" fill="#fff"/>${bar(86, 44, 96, 16, '#fff')}`;
  for (let i = 0; i < 9; i++) {
    const y = 124 + i * 52, active = i === 1;
    if (active) out += bar(16, y - 14, 232, 44, '#26345c', 10);
    out += bar(36, y - 2, 20, 20, active ? BLUE : '#4b5a80', i % 2 ? 10 : 5) + bar(74, y + 3, 60 + next() * 70, 10, active ? '#fff' : '#8e9bbd');
  }
  return out + `<circle cx="52" cy="1024" r="22" fill="${CORAL}"/><circle cx="52" cy="1017" r="8" fill="#ffe3d8"/><path d="M37 1038a15 13 0 0 1 30 0z" fill="#ffe3d8"/>${bar(88, 1010, 96, 11, '#dfe6fa')}${bar(88, 1030, 66, 9, '#6d7ba3')}`;
}

function figures() {
  return [BLUE, GREEN, CORAL, VIOLET].map((colour, i) => {
    const x = 296 + i * 402, line = series(x + 210, 160, 148, 56, 14, 0.1, 0.95);
    return card(x, 116, 386, 148) + words(x + 26, 144, 110, 10, DIM) + bar(x + 26, 174, 104, 30, INK, 6) + bar(x + 138, 188, 30, 16, INK, 4)
      + bar(x + 26, 224, 54, 20, i === 2 ? '#fde4dd' : '#d9f4e8', 10) + bar(x + 38, 231, 30, 7, i === 2 ? CORAL : GREEN)
      + `<path d="${smooth(line)}" fill="none" stroke="${colour}" stroke-width="3" stroke-linecap="round"/><circle cx="${line[13][0]}" cy="${line[13][1]}" r="5" fill="${colour}"/>`;
  }).join('');
}

function chart() {
  const x = 296, y = 288, w = 1056, h = 376, first = series(x + 72, y + 84, 950, 230, 30, 0.3, 0.92), second = series(x + 72, y + 84, 950, 230, 30, 0.08, 0.5);
  let out = card(x, y, w, h) + bar(x + 28, y + 28, 150, 15, INK) + bar(x + 860, y + 24, 78, 24, '#eef2fb', 12) + bar(x + 878, y + 33, 42, 7, DIM) + bar(x + 950, y + 24, 78, 24, BLUE, 12) + bar(x + 968, y + 33, 42, 7, '#fff');
  for (let i = 0; i < 6; i++) out += `<path d="M${x + 72} ${y + 84 + i * 46 + 0.5}H${x + 1022}" stroke="${LINE}"/>${bar(x + 28, y + 80 + i * 46, 28, 8, DIM)}`;
  for (let i = 0; i < 10; i++) out += bar(x + 72 + i * 103, y + 338, 34, 8, DIM);
  const area = (points, id) => `<path d="${smooth(points)}V${y + 314}H${x + 72}Z" fill="url(#${id})"/>`;
  const line = (points, colour, dash = '') => `<path d="${smooth(points)}" fill="none" stroke="${colour}" stroke-width="3" ${dash}/>`;
  const [px, py] = first[19];
  return out + area(first, 'blue') + area(second, 'violet') + line(first, BLUE) + line(second, VIOLET, 'stroke-dasharray="9 6"')
    + `<path d="M${px} ${y + 84}V${y + 314}" stroke="${BLUE}" stroke-dasharray="3 4"/><circle cx="${px}" cy="${py}" r="7" fill="#fff" stroke="${BLUE}" stroke-width="4"/>`
    + bar(px - 58, py - 66, 116, 48, INK, 8) + bar(px - 42, py - 52, 56, 8, '#8e9bbd') + bar(px - 42, py - 36, 84, 9, '#fff');
}

function ring() {
  const x = 1368, y = 288, round = 2 * Math.PI * 84;
  let out = card(x, y, 520, 376) + bar(x + 28, y + 28, 130, 15, INK), turn = 0;
  [[0.42, BLUE], [0.27, GREEN], [0.19, VIOLET], [0.12, CORAL]].forEach(([part, colour], i) => {
    out += `<circle cx="${x + 164}" cy="${y + 208}" r="84" fill="none" stroke="${colour}" stroke-width="36" stroke-dasharray="${part * round - 4} ${round}" transform="rotate(${turn * 360 - 90} ${x + 164} ${y + 208})"/>`
      + bar(x + 312, y + 120 + i * 52, 16, 16, colour, 5) + words(x + 342, y + 123 + i * 52, 86, 10, INK) + bar(x + 446, y + 123 + i * 52, 40, 10, DIM);
    turn += part;
  });
  return out + bar(x + 132, y + 194, 64, 20, INK, 5) + bar(x + 142, y + 224, 44, 8, DIM);
}

function table() {
  const x = 296, y = 688;
  let out = card(x, y, 1592, 360) + bar(x + 28, y + 26, 170, 15, INK) + `<rect x="${x + 1}" y="${y + 62}" width="1590" height="36" fill="#f5f7fc"/>`;
  [28, 420, 700, 960, 1180, 1420].forEach((at) => { out += bar(x + at, y + 76, 60 + next() * 40, 8, DIM); });
  for (let i = 0; i < 6; i++) {
    const top = y + 98 + i * 43, mark = [GREEN, GREEN, BLUE, CORAL, GREEN, VIOLET][i], pale = { [GREEN]: '#d9f4e8', [BLUE]: '#e1e9ff', [CORAL]: '#fde4dd', [VIOLET]: '#ece4fe' }[mark];
    out += `<path d="M${x + 1} ${top + 43.5}H${x + 1591}" stroke="${i < 5 ? LINE : '#fff'}"/><circle cx="${x + 42}" cy="${top + 22}" r="13" fill="${[CORAL, BLUE, VIOLET, GREEN, '#f0b429', '#5aa9e6'][i]}"/>`
      + words(x + 68, top + 17, 150 + next() * 130, 10, INK) + words(x + 420, top + 17, 100 + next() * 80, 9, DIM) + words(x + 700, top + 17, 90 + next() * 60, 9, DIM)
      + bar(x + 960, top + 11, 92, 22, pale, 11) + bar(x + 978, top + 18, 56, 8, mark) + bar(x + 1180, top + 18, 180, 8, '#eaeef6') + bar(x + 1180, top + 18, 30 + next() * 140, 8, BLUE) + bar(x + 1420, top + 17, 50 + next() * 50, 10, INK);
  }
  return out;
}

export const screenshot = `<svg xmlns="http://www.w3.org/2000/svg" width="1920" height="1080">
<defs>
  <linearGradient id="blue" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${BLUE}" stop-opacity=".32"/><stop offset="1" stop-color="${BLUE}" stop-opacity="0"/></linearGradient>
  <linearGradient id="violet" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${VIOLET}" stop-opacity=".25"/><stop offset="1" stop-color="${VIOLET}" stop-opacity="0"/></linearGradient>
</defs>
<rect width="1920" height="1080" fill="#f3f5fa"/>
${sidebar()}
<rect x="264" width="1656" height="84" fill="#fff"/><path d="M264 84.5H1920" stroke="${LINE}"/>
${bar(296, 32, 180, 20, INK, 6)}${bar(1330, 24, 360, 38, '#f3f5fa', 19)}<circle cx="1354" cy="42" r="6" fill="none" stroke="${DIM}" stroke-width="2"/><path d="M1358 47L1363 52" stroke="${DIM}" stroke-width="2"/>${words(1376, 38, 130, 9, DIM)}
<circle cx="1740" cy="43" r="19" fill="#eef2fb"/><circle cx="1752" cy="30" r="6" fill="${CORAL}"/>${bar(1784, 24, 104, 38, BLUE, 10)}${bar(1806, 39, 60, 9, '#fff')}
${figures()}${chart()}${ring()}${table()}
</svg>`;
