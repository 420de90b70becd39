// Flat drawings: a lighthouse, balloons, a slice of orange, a boat at sea, hills.
import { random } from './random.mjs';

const svg = (width, height, body) => `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${body}</svg>`;

const ramp = (id, ...stops) => `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops.map(([at, colour]) => `<stop offset="${at}" stop-color="${colour}"/>`).join('')}</linearGradient>`;

function waves(width, y, height, length, phase, colour) {
  let d = `M0 ${y + height * Math.sin(phase)}`;
  for (let x = 0; x <= width; x += 8) d += `L${x} ${(y + height * Math.sin((x / length) * 2 * Math.PI + phase)).toFixed(2)}`;
  return `<path d="${d}V2000H0Z" fill="${colour}"/>`;
}

const cloud = (x, y, size, opacity) => `<g transform="translate(${x} ${y}) scale(${size})" fill="#fff" opacity="${opacity}"><ellipse cx="0" cy="0" rx="90" ry="26"/><circle cx="-30" cy="-16" r="30"/><circle cx="14" cy="-28" r="40"/><circle cx="52" cy="-10" r="26"/></g>`;

const gull = (x, y, size) => `<path d="M${x - 26 * size} ${y - 8 * size}Q${x - 12 * size} ${y - 18 * size} ${x} ${y}Q${x + 12 * size} ${y - 18 * size} ${x + 26 * size} ${y - 8 * size}" fill="none" stroke="#24395c" stroke-width="${4 * size}" stroke-linecap="round"/>`;

export function lighthouse() {
  const next = random(5);
  let rocks = '', glints = '';
  for (let i = 0; i < 46; i++) {
    const x = 100 + next() * 1000, r = 26 + next() * 64, y = 1330 + Math.abs(x - 620) * 0.3 + next() * 90;
    const tone = 38 + Math.floor(next() * 34);
    rocks += `<path d="M${x - r} ${y + r * 0.6}L${x - r * 0.7} ${y - r * 0.3}L${x - r * 0.1} ${y - r * 0.7}L${x + r * 0.6} ${y - r * 0.4}L${x + r} ${y + r * 0.6}Z" fill="rgb(${tone + 14},${tone + 10},${tone + 18})"/><path d="M${x - r * 0.7} ${y - r * 0.3}L${x - r * 0.1} ${y - r * 0.7}L${x} ${y + r * 0.1}L${x - r} ${y + r * 0.6}Z" fill="#ffb38a" opacity=".28"/>`;
  }
  for (let i = 0; i < 90; i++) {
    const y = 1130 + next() ** 2 * 420, w = 16 + next() * 90 * ((y - 1100) / 300);
    glints += `<rect x="${next() * 1200 - w / 2}" y="${y}" width="${w}" height="${2 + next() * 4}" rx="2" fill="#ffe0b8" opacity="${0.15 + next() * 0.4}"/>`;
  }
  return svg(1200, 1600, `<defs>${ramp('sky', [0, '#274b8f'], [0.45, '#7f8fc4'], [0.75, '#f7a98c'], [1, '#ffd9a0'])}${ramp('sea', [0, '#d98f86'], [0.25, '#5a78a8'], [1, '#173255'])}
<linearGradient id="tower" x1="0" x2="1" y1="0" y2="0"><stop offset="0" stop-color="#fffaf0"/><stop offset=".55" stop-color="#e9dfe0"/><stop offset="1" stop-color="#9b93ad"/></linearGradient>
<linearGradient id="red" x1="0" x2="1" y1="0" y2="0"><stop offset="0" stop-color="#f0523f"/><stop offset=".55" stop-color="#cf3338"/><stop offset="1" stop-color="#7d1f3a"/></linearGradient>
<radialGradient id="lamp"><stop offset="0" stop-color="#fff6c8"/><stop offset=".25" stop-color="#ffe58a" stop-opacity=".75"/><stop offset="1" stop-color="#ffe08a" stop-opacity="0"/></radialGradient>
<radialGradient id="sun"><stop offset="0" stop-color="#fff3cf"/><stop offset=".3" stop-color="#ffd58c" stop-opacity=".8"/><stop offset="1" stop-color="#ffc27a" stop-opacity="0"/></radialGradient>
<linearGradient id="beam" x1="1" x2="0" y1="0" y2="0"><stop offset="0" stop-color="#fff2b8" stop-opacity=".6"/><stop offset="1" stop-color="#fff2b8" stop-opacity="0"/></linearGradient>
<clipPath id="body"><path d="M545 470H695L745 1330H495Z"/></clipPath></defs>
<rect width="1200" height="1120" fill="url(#sky)"/><circle cx="230" cy="1060" r="340" fill="url(#sun)"/><circle cx="230" cy="1060" r="62" fill="#fff3cf"/>
${cloud(930, 300, 1.7, 0.55)}${cloud(240, 520, 1.3, 0.45)}${cloud(1010, 720, 1.1, 0.4)}${cloud(420, 190, 0.9, 0.4)}${cloud(860, 880, 0.8, 0.3)}
<rect y="1100" width="1200" height="500" fill="url(#sea)"/>${glints}
<path d="M620 400L-40 200V470Z" fill="url(#beam)"/>
<path d="M60 1470Q300 1300 480 1290Q620 1270 770 1300Q960 1320 1160 1480L1200 1600H0Z" fill="#3c3448"/>${rocks}
<path d="M545 470H695L745 1330H495Z" fill="url(#tower)"/><g clip-path="url(#body)"><path d="M480 560L760 600V740L480 700Z M480 850L760 890V1040L480 1000Z M480 1150L760 1190V1340H480Z" fill="url(#red)"/></g>
<path d="M600 1330V1240Q620 1210 640 1240V1330Z" fill="#3b2340"/><path d="M608 800V770Q620 752 632 770V800Z M608 1090V1060Q620 1042 632 1060V1090Z M610 540V516Q620 502 630 516V540Z" fill="#3b3a5c"/>
<rect x="520" y="446" width="200" height="26" rx="6" fill="#45304e"/><path d="M528 446V412H712V446 M560 446V412 M592 446V412 M648 446V412 M680 446V412" fill="none" stroke="#45304e" stroke-width="7"/>
<rect x="566" y="348" width="108" height="98" fill="#ffe9a8"/><path d="M566 348V446 M602 348V446 M638 348V446 M674 348V446" stroke="#45304e" stroke-width="7"/><path d="M548 350Q620 236 692 350Z" fill="url(#red)"/><circle cx="620" cy="282" r="11" fill="#45304e"/><path d="M620 275V238" stroke="#45304e" stroke-width="6"/>
<circle cx="620" cy="400" r="200" fill="url(#lamp)"/>
<path d="M60 1540Q200 1470 360 1500T640 1510T900 1500T1200 1540V1600H0Z" fill="#1a3355"/><path d="M0 1560Q160 1520 320 1550T660 1550T1000 1550T1200 1560V1600H0Z" fill="#12243f"/>
${gull(330, 700, 1.5)}${gull(420, 640, 1)}${gull(880, 560, 1.2)}${gull(250, 780, 0.8)}`);
}

function balloon(x, y, r, colours) {
  let gores = '';
  for (let i = colours.length - 1; i >= 0; i--) {
    const w = (r * (i + 1)) / colours.length;
    gores += `<path d="M${x} ${y - r}C${x + w * 1.36} ${y - r} ${x + w * 1.2} ${y + r * 0.55} ${x + w * 0.22} ${y + r * 1.22}H${x - w * 0.22}C${x - w * 1.2} ${y + r * 0.55} ${x - w * 1.36} ${y - r} ${x} ${y - r}Z" fill="${colours[i]}"/>`;
  }
  return `${gores}<path d="M${x} ${y - r}C${x + r * 1.36} ${y - r} ${x + r * 1.2} ${y + r * 0.55} ${x + r * 0.22} ${y + r * 1.22}H${x}C${x + r} ${y + r * 0.4} ${x + r * 0.9} ${y - r * 0.7} ${x} ${y - r}Z" fill="#40104a" opacity=".2"/>
<path d="M${x - r * 0.2} ${y + r * 1.22}L${x - r * 0.13} ${y + r * 1.5} M${x + r * 0.2} ${y + r * 1.22}L${x + r * 0.13} ${y + r * 1.5}" stroke="#5a3a22" stroke-width="${r * 0.03}"/><rect x="${x - r * 0.16}" y="${y + r * 1.48}" width="${r * 0.32}" height="${r * 0.24}" rx="${r * 0.05}" fill="#8a5a30"/>`;
}

export const balloons = () => svg(900, 600, `<defs>${ramp('air', [0, '#1f8fe0'], [0.7, '#a6e0f5'], [1, '#fff3c4'])}${ramp('a', [0, '#7cc242'], [1, '#2f8f3a'])}${ramp('b', [0, '#f6c52e'], [1, '#d98a1a'])}</defs>
<rect width="900" height="600" fill="url(#air)"/>${cloud(150, 150, 0.9, 0.8)}${cloud(760, 110, 1.1, 0.75)}${cloud(480, 330, 0.7, 0.6)}
<path d="M0 470Q200 380 420 450T900 410V600H0Z" fill="#4fa8a0"/><path d="M0 520Q260 430 520 500T900 470V600H0Z" fill="url(#a)"/><path d="M0 570Q300 500 560 555T900 530V600H0Z" fill="url(#b)"/>
${balloon(640, 330, 52, ['#fde047', '#22a6b3', '#f5f5f5', '#eb4d8a'])}${balloon(120, 345, 38, ['#fff', '#7c3aed', '#facc15', '#7c3aed'])}${balloon(770, 245, 84, ['#fff2b0', '#e11d74', '#fbbf24', '#7c2ae8', '#06a6d9'])}${balloon(330, 190, 128, ['#fff6c8', '#f43f3f', '#ffd21f', '#14a44d', '#1450c8', '#e6198b'])}`);

export function orange() {
  const at = (angle, r) => `${(256 + r * Math.cos(angle)).toFixed(1)} ${(256 + r * Math.sin(angle)).toFixed(1)}`;
  let parts = '';
  for (let i = 0; i < 10; i++) {
    const a = (i / 10) * 2 * Math.PI + 0.06, b = ((i + 1) / 10) * 2 * Math.PI - 0.06, m = (a + b) / 2;
    parts += `<path d="M${at(m, 26)}L${at(a, 178)}A182 182 0 0 1 ${at(b, 178)}Z" fill="#ff9a1f" stroke="#ff9a1f" stroke-width="12" stroke-linejoin="round"/><path d="M${at(m, 60)}L${at(a + 0.1, 160)}A164 164 0 0 1 ${at(m, 166)}Z" fill="#ffbe55"/>`;
  }
  return svg(512, 512, `<defs><radialGradient id="shade"><stop offset=".6" stop-color="#000" stop-opacity=".35"/><stop offset="1" stop-color="#000" stop-opacity="0"/></radialGradient></defs>
<ellipse cx="262" cy="276" rx="238" ry="226" fill="url(#shade)"/><circle cx="256" cy="250" r="222" fill="#f57f0a"/><g transform="translate(0 -6)"><circle cx="256" cy="256" r="204" fill="#fff1cf"/>${parts}<circle cx="256" cy="256" r="16" fill="#fff1cf"/></g>
<path d="M330 62Q372 -6 470 22Q430 98 338 76Z" fill="#3fa34d"/><path d="M336 70Q392 40 452 30" fill="none" stroke="#9bd77a" stroke-width="6" stroke-linecap="round"/>`);
}

// One frame of a loop; turn runs from 0 to 1.
export function boat(turn) {
  const phase = turn * 2 * Math.PI, rise = 5 * Math.sin(phase), tilt = 4 * Math.cos(phase);
  return svg(320, 240, `<defs>${ramp('sky', [0, '#5ab8e8'], [1, '#fdf0c8'])}</defs><rect width="320" height="240" fill="url(#sky)"/><circle cx="252" cy="56" r="24" fill="#ffd34d"/>
${cloud(70 + 6 * Math.sin(phase), 52, 0.4, 0.9)}${cloud(190 - 5 * Math.sin(phase), 84, 0.28, 0.8)}${waves(320, 158, 5, 160, -phase, '#3d8fc4')}
<g transform="translate(150 ${150 + rise}) rotate(${tilt})"><path d="M0 -92V4" stroke="#6b4226" stroke-width="4"/><path d="M5 -88L56 -8H5Z" fill="#fff"/><path d="M-5 -76L-40 -8H-5Z" fill="#f2704f"/><path d="M0 -96L18 -90L0 -84Z" fill="#d92f4c"/><path d="M-56 0H64Q52 30 34 30H-34Q-50 26 -56 0Z" fill="#7a3b2a"/><path d="M-56 0H64L61 8H-54Z" fill="#b5603c"/></g>
${waves(320, 180, 6, 106.67, phase, '#2474ad')}${waves(320, 208, 6, 160, phase + 2, '#155a91')}`);
}

export const hills = () => svg(640, 480, `<defs>${ramp('sky', [0, '#ffd9c2'], [1, '#fff4e0'])}</defs><rect width="640" height="480" fill="url(#sky)"/><circle cx="430" cy="170" r="70" fill="#ff8a5c"/>
<path d="M0 270Q120 170 240 250T480 230T640 210V480H0Z" fill="#e8a598"/><path d="M0 320Q160 220 320 310T640 280V480H0Z" fill="#b5728f"/><path d="M0 380Q120 300 300 360T640 330V480H0Z" fill="#6f4a7e"/><path d="M0 440Q200 350 380 420T640 390V480H0Z" fill="#38305e"/>
${[70, 96, 118, 520, 548, 584].map((x, i) => `<path d="M${x} ${330 + (i % 3) * 14}L${x - 15} ${404 + (i % 3) * 8}H${x + 15}Z" fill="#221f45"/>`).join('')}${gull(250, 120, 0.6)}${gull(290, 104, 0.45)}`);
