import type { SessionKey } from "./types.ts";

/** A session's name as the key of a map; an agent's name has no NUL. */
export const keyOf = ({ agent, session }: SessionKey): string => `${agent}\0${session}`;

export function refOf(key: string): SessionKey {
  const end = key.indexOf("\0");
  return { agent: key.slice(0, end), session: key.slice(end + 1) };
}
