import type { Json } from "../../kit/canonical.ts";
import type { ToolCall } from "../call.ts";
import type { TracedEffect } from "../policy/index.ts";
import { redactText } from "../redact/index.ts";
import { isMarked } from "../redact/span.ts";
import { nameOf } from "./legs.ts";

/**
 * Whether what the effect sends could hold a secret that the session read. A send, a publication, a change of something remote: yes. A
 * plain `git push`: only if something was committed or written since. A fetch: if its words leave something open, have a query, or hold what
 * looks like a token. Texts are taken redacted, so that the redacted call carries what the full one does.
 */
export function carries(effect: TracedEffect, call: ToolCall, kept: boolean): boolean {
  const { kind, place } = effect;
  if (kind === "send") return isPlainPush(effect) ? kept : true;
  if (kind === "publish" || kind === "mutate-remote") return true;
  return kind === "receive" && place === "remote" && asksWithData(effect, call);
}

/** To a remote that the repository has: whoever may read it reads what was committed, and nothing else. */
const isPlainPush = ({ words, undoable }: TracedEffect): boolean => undoable === "yes" && nameOf(words?.[0]) === "git";

/** They ask the user's own service by fixed words; what strangers run is not reached with them. */
const fixedHosts: ReadonlySet<string> = new Set(["git", "gh", "glab"]);

function asksWithData({ words, target, sure }: TracedEffect, call: ToolCall): boolean {
  if (words === undefined) {
    const url = textsOf(call.input).filter((text) => /^https?:\/\//i.test(text));
    return url.some(hasQuery) || textsOf(call.input).some(hasToken);
  }
  const fixed = fixedHosts.has(nameOf(words[0]));
  if (!fixed && (sure !== "known" || /\$[\w({]|`/.test(target) || words.includes(undefined))) return true;
  return (!fixed && hasQuery(target)) || hasToken(words.join(" "));
}

const hasQuery = (url: string): boolean => /\?[^#\s]*=/.test(url);

/** Long, of letters and digits, in one piece: a key, a hash, something encoded. Words joined by hyphens are none. */
function hasToken(text: string): boolean {
  const safe = redactText(text);
  return (
    isMarked(safe) || (safe.match(/[A-Za-z0-9+%]{20,}/g) ?? []).some((run) => /\d/.test(run) && /[A-Za-z]/.test(run))
  );
}

const textsMax = 64;

function textsOf(value: Json, into: string[] = []): string[] {
  if (into.length >= textsMax) return into;
  if (typeof value === "string") into.push(value);
  else if (typeof value === "object" && value !== null)
    for (const member of Object.values(value)) if (member !== undefined) textsOf(member as Json, into);
  return into;
}
