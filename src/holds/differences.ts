type FactValues = Readonly<Record<string, string>>;

const shownMax = 3;
const valueCharsMax = 80;

/** What differs between the facts of an approval and those of now, in words; `undefined` when nothing does. */
export function difference(before: FactValues, now: FactValues): string | undefined {
  const changed = keysOf(before, now).filter((key) => before[key] !== now[key]);
  if (changed.length === 0) return undefined;
  const shown = changed
    .slice(0, shownMax)
    .map((key) => `${key} was ${shorten(before[key])} and is ${shorten(now[key])}`);
  const rest = changed.length - shown.length;
  return `${shown.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`;
}

/** Whether a fact that both know has another value: a fact that is not asked for any more contradicts nothing. */
export function contradicts(before: FactValues, now: FactValues): boolean {
  return Object.keys(before).some((key) => Object.hasOwn(now, key) && now[key] !== before[key]);
}

function keysOf(before: FactValues, now: FactValues): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
}

function shorten(value: string | undefined): string {
  if (value === undefined) return "not asked for";
  return value.length <= valueCharsMax ? `"${value}"` : `"${value.slice(0, valueCharsMax - 1)}…"`;
}
