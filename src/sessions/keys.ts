import type { SessionKey } from "./types.ts";

/** A session's name as the key of a map: the length of the agent's name comes first, so that no characters in either can make two one. */
export const keyOf = ({ agent, session }: SessionKey): string => `${agent.length}:${agent}${session}`;

export function refOf(key: string): SessionKey {
  const start = key.indexOf(":") + 1;
  const end = start + Number(key.slice(0, start - 1));
  return { agent: key.slice(start, end), session: key.slice(end) };
}
