/** One line of the table. Times are in milliseconds unless `unit` says otherwise. */
export interface Row {
  readonly what: string;
  /** What DESIGN section 13 asks for, in words; empty for a baseline. */
  readonly budget: string;
  readonly p50?: number;
  readonly p99?: number;
  readonly unit: string;
  /** A single figure instead of percentiles. */
  readonly value?: number;
  /** This row's p50 (or value) over that row's. */
  readonly against?: string;
  readonly note?: string;
}

/** Nearest-rank percentile of unsorted samples. */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1))] ?? Number.NaN;
}

export function row(what: string, budget: string, samples: readonly number[], rest: Partial<Row> = {}): Row {
  return { what, budget, p50: percentile(samples, 50), p99: percentile(samples, 99), unit: "ms", ...rest };
}

/** Times `once` `count` times after `warm` runs that are thrown away. */
export async function sample(count: number, warm: number, once: () => unknown): Promise<number[]> {
  const samples: number[] = [];
  for (let i = -warm; i < count; i += 1) {
    const from = process.hrtime.bigint();
    await once();
    if (i >= 0) samples.push(Number(process.hrtime.bigint() - from) / 1e6);
  }
  return samples;
}
