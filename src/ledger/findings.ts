import type { Finding } from "./types.ts";

const findingsMax = 32;

/** Sorted, lowest entry first, faults that are not at one entry last; the last ones give way when there are too many. */
export class Findings {
  readonly list: Finding[] = [];

  add(seq: number | null, problem: string): void {
    const order = (finding: Finding): number => finding.seq ?? Number.MAX_SAFE_INTEGER;
    this.list.push({ seq, problem });
    this.list.sort((a, b) => order(a) - order(b));
    this.list.length = Math.min(this.list.length, findingsMax);
  }
}
