import type { CallOf, OutputOf } from "../../protocol/operations/index.ts";
import type { RefusalCode } from "../../protocol/refusals.ts";
import { type RouteName, routes } from "./routes.ts";

/** What the daemon answered instead of doing it, for the person. */
export class Refused extends Error {
  readonly code: RefusalCode;
  readonly hint: string | undefined;

  constructor(code: RefusalCode, message: string, hint?: string) {
    super(message);
    this.name = "Refused";
    this.code = code;
    this.hint = hint;
  }
}

export type Call = <Name extends RouteName>(
  name: Name,
  fields: CallOf<Name>,
  options?: { signal?: AbortSignal },
) => Promise<OutputOf<Name>>;

/**
 * Calls operations in the name of a pass. No call is made while the daemon is away, so that the token is shown to nobody else.
 * @param ready  whether the daemon was proven to be ours and has not gone since
 */
export function createCall(token: string, ready: () => boolean): Call {
  return async (name, fields, { signal } = {}) => {
    if (!ready())
      throw new Refused("DAEMON_AWAY", "The daemon is away, so nothing was sent.", "It is tried again by itself.");
    const [method = "GET", template = ""] = routes[name].split(" ");
    const rest: Record<string, unknown> = { ...(fields as object) };
    const path = template.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
      const value = String(rest[field]);
      delete rest[field];
      return encodeURIComponent(value);
    });
    const query = method === "GET" ? queryOf(rest) : "";
    const response = await fetch(path + query, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(method === "GET" ? {} : { "Content-Type": "application/json" }),
      },
      ...(method === "GET" ? {} : { body: JSON.stringify(rest) }),
      ...(signal === undefined ? {} : { signal }),
    }).catch((error: unknown) => {
      if (signal?.aborted === true) throw error;
      throw new Refused(
        "DAEMON_AWAY",
        "The daemon did not answer; whether it heard is not known.",
        "Look again when it is back.",
      );
    });
    return (await bodyOf(response)) as OutputOf<typeof name>;
  };
}

export async function bodyOf(response: Response): Promise<unknown> {
  const body = (await response.json().catch(() => ({}))) as {
    error?: { code: RefusalCode; message: string; hint?: string };
  };
  if (response.ok) return body;
  const { code = "INTERNAL", message = `The daemon answered ${response.status}.`, hint } = body.error ?? {};
  throw new Refused(code, message, hint);
}

function queryOf(fields: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined);
  return pairs.length === 0
    ? ""
    : `?${new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, String(value)]))}`;
}
