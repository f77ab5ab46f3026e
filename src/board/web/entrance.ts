import { codeIn } from "./link.ts";
import type { PassView } from "../../protocol/operations/web.ts";

/**
 * How this page gets in: the link's fragment brings a code, which is taken once for a token. The fragment never reaches a server or a
 * log; it is wiped before anything else happens. The token lives in sessionStorage: this tab's, gone when it is closed, and unlike
 * a cookie not sent to other ports of this machine.
 */
export interface Entry {
  readonly token: string;
  readonly pass: PassView;
}

const key = "signalbox-pass";

export function storedEntry(storage: Storage): Entry | undefined {
  const text = storage.getItem(key);
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as Entry;
  } catch {
    storage.removeItem(key); // not ours, or cut off: as if there were none
    return undefined;
  }
}

export function forgetEntry(storage: Storage): void {
  storage.removeItem(key);
}

/** The code of the link, taken out of the address. */
export function takeCode(): string | undefined {
  const code = codeIn(location.hash);
  if (code !== undefined) history.replaceState(null, "", location.pathname);
  return code;
}

/** @returns the entry, or a sentence that says why there is none */
export async function enter(code: string, storage: Storage): Promise<Entry | string> {
  let response: Response;
  try {
    response = await fetch("/v1/web/enter", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code }),
    });
  } catch {
    return "The daemon did not answer.";
  }
  const body = (await response.json()) as Entry & { error?: { message: string } };
  if (!response.ok) return body.error?.message ?? "The daemon refused the link.";
  const entry = { token: body.token, pass: body.pass };
  storage.setItem(key, JSON.stringify(entry));
  return entry;
}

/**
 * Whether who answers on this port is the daemon that gave the pass: asked before the token is shown again, because while the daemon is
 * away any user of this machine could listen in its place. `away`: nobody answers.
 */
export async function proven({ token, pass }: Entry, signal: AbortSignal): Promise<"yes" | "no" | "away"> {
  const nonce = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  const bytes = new TextEncoder();
  const secret = await crypto.subtle.digest("SHA-256", bytes.encode(`signalbox proof ${token}`));
  const hmac = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  let response: Response;
  try {
    response = await fetch("/v1/web/prove", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ pass: pass.id, nonce }),
      signal,
    });
  } catch {
    return "away";
  }
  if (response.status === 503) return "away";
  const { proof = "" } = (await response.json().catch(() => ({}))) as { proof?: string };
  const sent = Uint8Array.from(proof.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return (await crypto.subtle.verify("HMAC", hmac, sent, bytes.encode(nonce))) ? "yes" : "no";
}
