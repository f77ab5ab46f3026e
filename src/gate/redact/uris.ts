import { isMarked } from "./span.ts";
import type { Span } from "./span.ts";

/**
 * Passwords before the `@` of a URL, also those of Go's MySQL form `user:password@tcp(host)`. A name without a password stays, unless
 * it is long and mixed enough to be a token.
 */
export function findUserinfo(text: string, found: Span[]): void {
  let next = 0;
  for (let at = text.indexOf("://"); at !== -1; at = text.indexOf("://", next)) {
    const run = /[^\s"'`<>\\|]{0,2048}/y;
    run.lastIndex = at + 3;
    const rest = run.exec(text)?.[0] ?? "";
    const authority = /^[^/?#]*/.exec(rest)?.[0] ?? "";
    let sign = authority.lastIndexOf("@");
    // A password with a slash is no URL, and is written all the same: what follows the colon is then no port.
    if (sign === -1 && /^[^:@]+:(?!\d{1,5}$)./.test(authority)) sign = rest.lastIndexOf("@");
    // Without an @ in all of it, no URL inside it has one either.
    next = at + 3 + (rest.includes("@") ? 0 : rest.length);
    if (sign <= 0) continue;
    next = at + 3 + sign;
    const userinfo = rest.slice(0, sign);
    const colon = userinfo.indexOf(":");
    const begin = at + 3 + colon + 1;
    const end = at + 3 + sign;
    const value = text.slice(begin, end);
    const hidden = value !== "" && !isMarked(value) && !/^(\$|\{|%[sdv]$)/.test(value);
    if (hidden && (colon !== -1 || looksLikeToken(value)))
      found.push({ begin, end, kind: colon === -1 ? "token" : "password" });
  }
  if (!text.includes("@")) return;
  for (const match of text.matchAll(/(?<![\w.-])[\w.-]{1,64}:([^\s@"'`:]{1,256})@(?:tcp|unix|udp)\(/g)) {
    const begin = match.index + match[0].indexOf(":") + 1;
    const value = match[1] as string;
    if (!isMarked(value) && !value.startsWith("$")) found.push({ begin, end: begin + value.length, kind: "password" });
  }
}

const looksLikeToken = (value: string): boolean => value.length >= 20 && /\d/.test(value) && /[A-Za-z]/.test(value);
