// Prints what was measured.

const MB = 1024 * 1024;
const mb = (bytes) => (bytes / MB).toFixed(1);

/** Rows in columns, the first of them the heads; `left` are the columns that hold words. */
export function columns(rows, left) {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  const print = (row) => row.map((cell, c) => (left.includes(c) ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  ').trimEnd();
  return [print(rows[0]), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.slice(1).map(print)].join('\n');
}

/** A block for each job. */
export function times(results) {
  const head = ['', 'min ms', 'median', 'x Limn', 'bytes', 'SSIM', 'MB', 'beside'];
  return results.map(({ title, lines }) => `${title}\n${columns([head, ...lines.map(cells)], [0])}`).join('\n\n');
}

function cells(line) {
  const name = `  ${line.name}${line.note ? ` (${line.note})` : ''}`;
  if (line.error) return [`${name} failed: ${line.error}`, ...Array(7).fill('')];
  return [
    name, line.min.toFixed(1), line.median.toFixed(1), line.ratio?.toFixed(2) ?? '-', String(line.bytes),
    line.ssim?.toFixed(4) ?? '-', line.resident ? `${mb(line.beside)} rss` : mb(line.memory), mb(line.beside),
  ];
}

/** Lines fitted through jobs. */
export function lines(fits) {
  const head = ['cost against megapixels', '', 'ms fixed', 'ms a MP', 'sizes', 'off by'];
  return columns([head, ...fits.map(({ series, name, fixed, each, points, off }) => [series, name, fixed.toFixed(1), each.toFixed(2), String(points), `${(off * 100).toFixed(0)} %`])], [0, 1]);
}

/** Bytes at equal SSIM. */
export function sizes(ladders) {
  const head = ['bytes at equal SSIM', 'ours', 'theirs', 'ratio', 'SSIM from', 'to'];
  const rows = ladders.flatMap(({ picture, pairs }) => pairs.map(({ ours, theirs, ratio, from, to }) => [picture, ours, theirs, ratio?.toFixed(3) ?? 'do not meet', from?.toFixed(4) ?? '', to?.toFixed(4) ?? '']));
  return columns([head, ...rows], [0, 1, 2]);
}

/** How long an AVIF takes, from the ladder's fastest step to its slowest. */
export function waits(ladders) {
  const head = ['seconds for an AVIF', '', 'MP', 'fastest', 'slowest'];
  const rows = ladders.flatMap(({ picture, megapixels, steps }) => ['limn avif', 'libaom, effort 4'].filter((name) => steps[name]).map((name) => {
    const seconds = steps[name].map(({ ms }) => ms / 1000);
    return [picture, name, megapixels.toFixed(1), Math.min(...seconds).toFixed(1), Math.max(...seconds).toFixed(1)];
  }));
  return columns([head, ...rows], [0, 1]);
}

/** SSIM with the full filter. */
export function nearness(reductions) {
  const head = ['SSIM with the full filter', 'Limn', 'sharp'];
  return columns([head, ...reductions.map(({ title, limn, sharp }) => [title, limn?.toFixed(4) ?? '-', sharp?.toFixed(4) ?? '-'])], [0]);
}

/** What a new isolate pays beyond compilation. */
export function starts({ warm, first, ratio, initialisation }) {
  const init = initialisation === undefined ? 'not built' : `${initialisation.toFixed(2)} ms`;
  return `start-up: the main module's initialisation ${init}; 2 MP JPEG -> 320 jpg in a fresh instance ${first.toFixed(1)} ms, in a warm one ${warm.toFixed(1)} ms (${ratio.toFixed(2)})`;
}

/** Each bar with the jobs that it was held against. */
export function barLines(bars) {
  return bars.map(({ name, sense, limit, state, parts }) => [
    `${name} ${sense} ${limit}: ${state}`,
    ...parts.map((part) => `    ${part.state.padEnd(12)}  ${part.shown.padStart(8)}  ${part.title}`),
  ].join('\n')).join('\n');
}
