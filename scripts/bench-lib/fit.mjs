// Cost against megapixels.

/**
 * Least squares of ms = fixed + each * megapixels, of errors as shares of what was measured: else the largest
 * pictures alone would make the line. `off` is the largest such error.
 */
export function line(points) {
  const sum = (of) => points.reduce((total, { megapixels, ms }) => total + of(megapixels, ms) / ms ** 2, 0);
  const all = sum(() => 1), [x, y] = [sum((mp) => mp) / all, sum((_, ms) => ms) / all];
  const each = sum((mp, ms) => (mp - x) * (ms - y)) / sum((mp) => (mp - x) ** 2), fixed = y - each * x;
  return { fixed, each, points: points.length, off: Math.max(...points.map(({ megapixels, ms }) => Math.abs(fixed + each * megapixels - ms) / ms)) };
}

/** For each series of jobs and each contender that did two sizes or more of it, its line. */
export function fits(results) {
  const found = [];
  for (const series of new Set(results.map((result) => result.series).filter(Boolean))) {
    const jobs = results.filter((result) => result.series === series);
    for (const name of new Set(jobs.flatMap(({ lines }) => lines.map((one) => one.name)))) {
      const points = jobs.flatMap(({ megapixels, lines }) => lines.filter((one) => one.name === name && !one.error).map(({ min }) => ({ megapixels, ms: min })));
      if (points.length > 1) found.push({ series, name, ...line(points) });
    }
  }
  return found;
}
