/** One object: its preview, controls, links, code. */
import { ossProgram } from '../limn.js';
import { h, say, settled } from './dom.js';
import { Links } from './links.js';
import * as place from './place.js';
import { parameterControl } from './controls.js';
import { programEditor } from './program.js';
import { confirmation, purgeButton } from './purge.js';
import { explain, info, list, operations, placing, remove } from './server.js';
import { session } from './session.js';
import { Stage } from './stage.js';
import { grouped, numbered } from './vocabulary.js';
import { bytes, change, count, format, verdict } from './words.js';

const OSS = 'x-oss-process';

export async function editor(main, { bucket, object, params: first }, { signIn }) {
  let params = { ...first };
  let source = null;
  let placed = null;
  let mark = 1;
  const table = await operations();

  const stage = new Stage({ bucket, object, signIn, change: (some) => set(some, { redraw: true }), facts: tellFacts });
  const links = new Links({ bucket, object });
  const facts = h('dl', { class: 'facts', 'aria-label': 'What came out' });
  const panel = h('div', { class: 'panel-body' });
  const modes = h('div', { class: 'segments', role: 'group', 'aria-label': 'Grammar' },
    [[false, 'Parameters'], [true, 'OSS program']].map(([oss, title]) => h('button', { type: 'button', 'data-oss': String(oss), onclick: () => speak(oss) }, title)));

  const refresh = settled(() => stage.update(params), 200);
  /** Takes parameters over; null removes one. */
  function set(some, { redraw = false } = {}) {
    params = { ...params, ...some };
    for (const [name, value] of Object.entries(params)) if (value === null) delete params[name];
    history.replaceState(null, '', place.object(bucket, object, params));
    links.update(params);
    reset.hidden = Object.keys(params).length === 0;
    stage.expect(params);
    refresh();
    if (redraw) draw();
  }

  const reset = h('button', { type: 'button', class: 'quiet', hidden: Object.keys(params).length === 0, onclick: () => ((params = {}), set({}, { redraw: true })) }, 'Start anew');

  function speak(oss) {
    if (oss === OSS in params) return;
    const { program, beside, lacks } = ossProgram(params);
    if (oss && lacks.length) say(`OSS has no word for ${lacks.join(', ')}; the program begins without.`, { shown: true });
    // A program has an order that keys do not have, so the way back begins anew.
    params = oss ? { [OSS]: program ?? 'image/resize,w_400', ...beside } : {};
    set({}, { redraw: true });
  }

  let last = null;
  function tellFacts(made) {
    last = made;
    const rows = [];
    if (source) rows.push(['Source', `${source.width} × ${source.height} · ${source.format.toUpperCase()} · ${bytes(source.bytes)}${source.frames > 1 ? ` · ${count(source.frames)} frames` : ''}`]);
    if (made) {
      const size = made.size ? `${made.size.width} × ${made.size.height} · ` : '';
      rows.push(['Result', `${size}${format(made.type)} · ${bytes(made.bytes)}${source && made.url ? ` · ${change(source.bytes, made.bytes)}` : ''}`]);
      rows.push(['Cache', verdict(made.cache)]);
      if (placed) rows.push([placed.nodes.length === 1 ? 'Node' : 'Nodes', `${placed.nodes.join(', ')} · stored by ${placed.user}`]);
      if (made.upgrade) rows.push(['AVIF', 'is being made; this stands in for it']);
      links.size = made.size;
      links.update(params);
    }
    facts.replaceChildren(...rows.map(([name, text]) => h('div', {}, h('dt', {}, name), h('dd', { 'data-fact': name.toLowerCase() }, text))));
    facts.dataset.ready = String(Boolean(made));
  }

  /** Which groups are open outlives a redraw. */
  const open = new Set(['Size']);

  function draw() {
    const focused = document.activeElement?.closest('[data-key]')?.dataset.key;
    const oss = OSS in params;
    for (const button of modes.children) button.setAttribute('aria-pressed', String(button.dataset.oss === String(oss)));
    panel.replaceChildren(...(oss ? [programEditor(table.operations, params[OSS], (program) => set({ [OSS]: program }))] : grouped(table.parameters).map(group)));
    if (focused) panel.querySelector(`[data-key="${focused}"] :is(input, select)`)?.focus();
  }

  function group({ title, parameters }) {
    const isMarks = title === 'Marks';
    const keys = parameters.map(({ name }) => (isMarks ? numbered(name, mark) : name));
    const here = () => keys.filter((key) => key in params).length;
    const badge = h('span', { class: 'badge', hidden: !here() }, String(here()));
    const report = (key) => (value) => {
      set({ [key]: value });
      badge.textContent = String(here());
      badge.hidden = !here();
      box.querySelector(`[data-key="${key}"]`)?.classList.toggle('set', value !== null);
    };
    const controls = parameters.map((parameter, i) => {
      const key = keys[i];
      return parameterControl(parameter, { key, value: params[key], report: report(key), effects: table.effects, list: parameter.name === 'wm' ? 'marks' : undefined });
    });
    const pick = isMarks && h('div', { class: 'segments small', role: 'group', 'aria-label': 'Which mark' },
      [1, 2, 3].map((number) => h('button', { type: 'button', 'aria-pressed': String(number === mark), onclick: () => ((mark = number), draw()) }, `Mark ${number}`)));
    const box = h('details', { class: 'group', open: open.has(title), ontoggle: () => open[box.open ? 'add' : 'delete'](title) },
      h('summary', {}, title, ' ', badge), pick, isMarks && h('p', { class: 'help' }, 'A mark that is set can be dragged on the preview.'), controls);
    return box;
  }

  const marks = h('datalist', { id: 'marks' }, h('option', { value: 'logo' }));
  const folder = object.includes('/') ? object.slice(0, object.lastIndexOf('/') + 1) : '';
  const plan = h('details', { class: 'card plan', ontoggle: tellPlan }, h('summary', {}, 'What will be done'), h('div', { class: 'plan-body' }));
  async function tellPlan() {
    if (!plan.open) return;
    const body = plan.querySelector('.plan-body');
    try {
      const told = await explain(bucket, object, params);
      const row = (name, text) => h('div', {}, h('dt', {}, name), h('dd', {}, text));
      body.replaceChildren(h('code', { class: 'plan-text' }, told.plan || 'the image as it is'), h('dl', { class: 'facts' },
        row('Decoded at', `${told.decoded.width} × ${told.decoded.height}`), row('Memory', bytes(told.memory_bytes)), row('Work', `${count(told.work)} additions`),
        told.refused && row('Refused', told.refused)));
    } catch (error) {
      body.replaceChildren(h('p', { class: 'note' }, error.message));
    }
  }

  main.replaceChildren(
    h('nav', { class: 'crumbs', 'aria-label': 'Folders' }, h('a', { href: place.folder(bucket, folder) }, '← ', folder ? `${bucket}/${folder}` : bucket)),
    h('div', { class: 'title-row' }, h('h1', { tabindex: '-1' }, object.slice(folder.length)), h('div', { class: 'actions' },
      purgeButton(bucket, { files: [object] }, `everything made of ${object}`),
      h('button', {
        type: 'button', class: 'quiet danger', disabled: !session.keyId,
        onclick: () => confirmation({ title: `Delete ${object}?`, text: 'The object and everything made of it are gone for good.', action: 'Delete', run: async () => {
          await remove(bucket, object);
          say(`Deleted ${object}.`, { shown: true });
          location.hash = place.folder(bucket, folder);
        } }),
      }, 'Delete'))),
    h('div', { class: 'editor' },
      h('section', { class: 'look', 'aria-label': 'Preview' }, h('div', { class: 'bar' }, stage.tabs, reset), stage.element, facts),
      h('section', { class: 'card panel', 'aria-label': 'Controls' }, modes, panel, marks),
      h('div', { class: 'take' }, links.element, links.code, session.keyId && plan)));
  document.title = `${object} · Limn`;

  draw();
  links.update(params);
  stage.update(params);
  info(bucket, object).then((told) => {
    // Told as stored; shown upright.
    const turned = told.orientation >= 5;
    source = { ...told, width: turned ? told.height : told.width, height: turned ? told.width : told.height };
    tellFacts(last);
  }, () => {});
  if (session.keyId) placing(bucket, object).then((told) => ((placed = told), tellFacts(last)), () => {});
  list(bucket, { prefix: 'marks/', max: 50 }).then(({ objects }) => {
    marks.append(...objects.map(({ key }) => h('option', { value: `b64:${links.coded(key)}`, label: key })));
  }, () => {});
  return () => stage.stop();
}
