/** Prints one result of a benchmark, as one JSON object on a line of standard output. */
export function report(bench: string, value: number, unit: string, peer: string | null): void {
  const rounded = Number(value.toPrecision(4));
  process.stdout.write(`${JSON.stringify({ bench, value: rounded, unit, peer })}\n`);
}

/** The middle of several measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Milliseconds that a call takes: the median of several, after one that warms up. */
export async function medianMs(times: number, call: () => unknown): Promise<number> {
  await call();
  const measured: number[] = [];
  for (let index = 0; index < times; index++) {
    const start = performance.now();
    await call();
    measured.push(performance.now() - start);
  }
  return median(measured);
}

/** The value below which 95 of 100 measurements lie. */
export function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;
}
