/** Texts longer than this are looked at anew each time. */
const textCharsMax = 512;

/**
 * The same change of texts, quicker for those that it leaves as they are: these are remembered, at most `textsMax`, the oldest forgotten.
 * What it does change is not kept, so that no secret stays in memory because it was looked for.
 */
export function remembering(change: (text: string) => string, textsMax: number): (text: string) => string {
  const unchanged = new Set<string>();
  return (text) => {
    if (text.length > textCharsMax) return change(text);
    if (unchanged.has(text)) return text;
    const changed = change(text);
    if (changed !== text) return changed;
    if (unchanged.size >= textsMax) unchanged.delete(unchanged.values().next().value as string);
    unchanged.add(text);
    return text;
  };
}
