// Cost against megapixels.

/** Least squares of ms = fixed + each * megapixels. */
export function line(points) {
  const n = points.length, sum = (of) => points.reduce((total, point) => total + of(point), 0);
  const [x, y] = [sum((p) => p.megapixels) / n, sum((p) => p.ms) / n];
  const each = sum((p) => (p.megapixels - x) * (p.ms - y)) / sum((p) => (p.megapixels - x) ** 2);
  return { fixed: y - each * x, each, points: n };
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
