export interface Difference {
  readonly sign: "-" | "+" | " ";
  readonly text: string;
}

/** Two texts whose differing parts are larger than this, multiplied, are shown as one replaced by the other. */
const cellsMax = 250_000;

/** The lines of two texts as one list in which as many as can be stay: the longest common subsequence of what is between a like beginning and a like end. */
export function difference(before: readonly string[], after: readonly string[]): Difference[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail))
    tail += 1;
  const old = before.slice(head, before.length - tail);
  const fresh = after.slice(head, after.length - tail);
  return [
    ...signed(" ", before.slice(0, head)),
    ...(old.length * fresh.length > cellsMax ? [...signed("-", old), ...signed("+", fresh)] : aligned(old, fresh)),
    ...signed(" ", before.slice(before.length - tail)),
  ];
}

const signed = (sign: Difference["sign"], lines: readonly string[]): Difference[] =>
  lines.map((text) => ({ sign, text }));

function aligned(old: readonly string[], fresh: readonly string[]): Difference[] {
  const width = fresh.length + 1;
  /** How many lines can stay of what is left from row and column on. */
  const stay = new Uint32Array((old.length + 1) * width);
  const at = (row: number, column: number): number => stay[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row -= 1)
    for (let column = fresh.length - 1; column >= 0; column -= 1)
      stay[row * width + column] =
        old[row] === fresh[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
  const lines: Difference[] = [];
  let [row, column] = [0, 0];
  while (row < old.length || column < fresh.length) {
    const [taken, put] = [old[row], fresh[column]];
    if (taken !== undefined && taken === put) {
      lines.push({ sign: " ", text: taken });
      row += 1;
      column += 1;
    } else if (taken !== undefined && (put === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ sign: "-", text: taken });
      row += 1;
    } else if (put !== undefined) {
      lines.push({ sign: "+", text: put });
      column += 1;
    }
  }
  return lines;
}
