/** A secret's place in a text, and its kind in kebab-case (`github-token`). */
export interface Span {
  readonly begin: number;
  readonly end: number;
  readonly kind: string;
}

/**
 * What stands in a secret's place: plain letters, so that it is one word with no meaning to a shell, a URL or JSON, and the redacted
 * call is judged as the full one was.
 */
export const marker = (kind: string): string => `__redacted-${kind}__`;

const markerPattern = /__redacted-([a-z0-9-]+)__/g;

export const isMarked = (text: string): boolean => /__redacted-[a-z0-9-]+__/.test(text);

export function markedKinds(text: string): string[] {
  return Array.from(text.matchAll(markerPattern), ([, kind]) => kind as string);
}

/** The text with every span replaced. Spans that overlap become one, of the first's kind. */
export function replaceSpans(text: string, spans: readonly Span[]): string {
  let out = "";
  let at = 0;
  for (const { begin, end, kind } of joined(spans)) {
    out += text.slice(at, begin) + marker(kind);
    at = end;
  }
  return out + text.slice(at);
}

function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.begin - b.begin || b.end - a.end)) {
    const before = result.at(-1);
    if (before !== undefined && span.begin < before.end)
      result[result.length - 1] = { ...before, end: Math.max(before.end, span.end) };
    else if (span.end > span.begin) result.push(span);
  }
  return result;
}
