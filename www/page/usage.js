/** What a bucket holds, what its traffic was, how near it is to its quota. */
import { chart, filled } from './chart.js';
import { failure, h } from './dom.js';
import * as place from './place.js';
import { usage } from './server.js';
import { session } from './session.js';
import { bytes, count, some } from './words.js';

const clock = (at) => new Date(at * 1000).toISOString().slice(11, 16);
const day = (at) => new Date(at * 1000).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const SPANS = [
  ['minute', 'Last hour', 3600, 60, clock],
  ['hour', 'Last two days', 2 * 86_400, 3600, (at) => `${day(at)} ${clock(at)}`],
  ['day', 'Last 30 days', 30 * 86_400, 86_400, day],
];

function meter(name, used, most, print) {
  const part = Math.min(used / most, 1);
  return h('div', { class: part >= 0.9 ? 'meter near' : 'meter' },
    h('p', {}, h('strong', {}, name), ` ${print(used)} of ${print(most)}`, part >= 0.9 && h('em', {}, ' · nearly full')),
    h('div', { class: 'track', role: 'meter', 'aria-label': `${name}: ${print(used)} of ${print(most)}`, 'aria-valuemin': '0', 'aria-valuemax': String(most), 'aria-valuenow': String(Math.min(used, most)) }, h('span', { style: { width: `${part * 100}%` } })));
}

const figure = (name, text, small) => h('div', { class: 'figure' }, h('dt', {}, name), h('dd', {}, text, small && h('small', {}, small)));

export async function usageView(main, { bucket }, { signIn }) {
  let shown = 0;
  const body = h('div', {});
  const spans = h('div', { class: 'segments', role: 'group', 'aria-label': 'Time' }, SPANS.map(([, title], i) => h('button', { type: 'button', 'aria-pressed': String(i === shown), onclick: () => {
    shown = i;
    Array.from(spans.children).forEach((button, at) => button.setAttribute('aria-pressed', String(at === i)));
    load();
  } }, title)));

  async function load() {
    const [span, , length, step, time] = SPANS[shown];
    // The row under way is shown too, so the end lies behind it.
    const until = Math.floor(Date.now() / 1000 / step) * step + step;
    try {
      const told = await usage(bucket, { span, from: String(until - length), until: String(until) });
      const rows = filled(told.rows, until - length, until, step);
      const { quota, held, pending } = told;
      body.replaceChildren(...[
        h('dl', { class: 'figures' },
          figure('Held', bytes(held.bytes), some(held.objects, 'object')),
          figure('Under way', bytes(pending.bytes), some(pending.objects, 'upload')),
          told.owner && figure('Owner', told.owner),
          figure('Reads', count(rows.reduce((sum, row) => sum + row.reads, 0)), SPANS[shown][1].toLowerCase())),
        (quota.bytes || quota.objects) && h('section', { class: 'card meters', 'aria-label': 'Quota' }, h('h2', {}, 'Quota'),
          quota.bytes && meter('Bytes', held.bytes + pending.bytes, quota.bytes, bytes),
          quota.objects && meter('Objects', held.objects + pending.objects, quota.objects, count)),
        h('div', { class: 'charts' }, chart({ title: 'Requests', rows, time, print: (n) => count(Math.round(n * 10) / 10), series: [{ key: 'reads', name: 'reads' }, { key: 'writes', name: 'writes' }] }),
        chart({ title: 'Traffic', rows, time, print: bytes, series: [{ key: 'bytes_out', name: 'out' }, { key: 'bytes_in', name: 'in' }] }),
        chart({ title: 'Held over time', rows, time, print: bytes, kind: 'area', limit: quota.bytes ?? undefined, series: [{ key: 'bytes', name: 'bytes held' }] }),
        told.users.length > 0 && h('section', { class: 'card', 'aria-label': 'Users' }, h('h2', {}, 'Users'), h('div', { class: 'scroll' }, h('table', {},
          h('thead', {}, h('tr', {}, ['User', 'Bytes', 'Objects', 'Quota'].map((name) => h('th', { scope: 'col' }, name)))),
          h('tbody', {}, told.users.map((user) => h('tr', {}, h('th', { scope: 'row' }, user.user), h('td', {}, bytes(user.bytes)), h('td', {}, count(user.objects)), h('td', {}, user.quota?.bytes ? `${bytes(user.total?.bytes ?? user.bytes)} of ${bytes(user.quota.bytes)}` : 'none')))))))),
        h('p', { class: 'note' }, `Traffic is added every ${told.delay_seconds} seconds; times are UTC.`)].filter(Boolean));
    } catch (error) {
      const help = error.wantsKey && h('button', { type: 'button', class: 'main', onclick: signIn }, session.keyId ? 'Use another key' : 'Sign in');
      body.replaceChildren(failure(error, help));
    }
  }

  document.title = `Usage of ${bucket} · Limn`;
  main.replaceChildren(h('nav', { class: 'crumbs', 'aria-label': 'Folders' }, h('a', { href: place.folder(bucket) }, `← ${bucket}`)),
    h('div', { class: 'title-row' }, h('h1', { tabindex: '-1' }, 'Usage'), spans), body);
  if (session.keyId) await load();
  else body.replaceChildren(h('div', { class: 'card hint' }, h('p', {}, 'Usage is told to a key with the grant “usage”.'), h('button', { type: 'button', class: 'main', onclick: signIn }, 'Sign in')));
  return () => {};
}
