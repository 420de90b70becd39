// The wordmark: letters as rounded strokes, so that no font is needed, with a pale rim for dark pictures.
const LETTERS = 'M196 30V128 M246 74V128 M290 74V128 M290 96Q290 74 312 74T334 96V128 M334 96Q334 74 356 74T378 96V128 M422 74V128 M422 98Q422 74 447 74T472 98V128';

const letters = (colour, width, more = '') => `<g fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round" ${more}>
  <path d="${LETTERS}"/></g><circle cx="246" cy="42" r="${width * 0.62}" fill="${colour}" ${more}/>`;

export const logo = `<svg xmlns="http://www.w3.org/2000/svg" width="512" height="160">
<defs>
  <linearGradient id="ink" gradientUnits="userSpaceOnUse" x1="180" y1="30" x2="490" y2="130"><stop offset="0" stop-color="#ff7a3c"/><stop offset="1" stop-color="#d92f7c"/></linearGradient>
  <linearGradient id="dusk" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#3b2a7e"/><stop offset=".55" stop-color="#d8457d"/><stop offset="1" stop-color="#ffb057"/></linearGradient>
  <clipPath id="frame"><rect x="24" y="20" width="120" height="120" rx="30"/></clipPath>
  <filter id="soft" x="-20%" y="-30%" width="140%" height="160%"><feGaussianBlur stdDeviation="5"/></filter>
</defs>
<g opacity=".28" filter="url(#soft)"><rect x="24" y="25" width="120" height="120" rx="30" fill="#1a1030"/>${letters('#1a1030', 20, 'transform="translate(0 5)"')}</g>
<rect x="20" y="16" width="128" height="128" rx="34" fill="#fff" opacity=".92"/>
${letters('#ffffff', 25, 'opacity=".92"')}
<g clip-path="url(#frame)">
  <rect x="24" y="20" width="120" height="120" fill="url(#dusk)"/>
  <circle cx="104" cy="66" r="17" fill="#fff3d6"/>
  <path d="M10 140L62 66Q68 58 74 66L126 140Z" fill="#2a1c5a"/>
  <path d="M62 66Q68 58 74 66L86 83L76 79L68 88L60 80L50 83Z" fill="#fff"/>
  <path d="M70 145L112 98Q117 93 122 98L165 145Z" fill="#1a1240"/>
</g>
${letters('url(#ink)', 18)}
</svg>`;
