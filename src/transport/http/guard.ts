import type { IncomingMessage } from "node:http";

/** Names under which the loopback listener is meant to be asked for; a page that rebinds its own name to 127.0.0.1 is not among them. */
const ownNames = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Refuses what a web page of somebody else could send to a loopback port: a foreign Host (DNS rebinding), a foreign Origin, a
 * cross-site fetch, and a body whose type a plain form can send (no preflight). Returns why, or undefined when it may pass. Not for the Unix socket, which
 * no page can reach.
 */
export function guard({ headers, method }: Pick<IncomingMessage, "headers" | "method">): string | undefined {
  const { host, origin } = headers;
  if (host === undefined || !ownNames.has(nameOf(host)))
    return "This host name is not served here. Use http://localhost.\n";
  if (origin !== undefined && origin !== `http://${host}`) return "Requests from other sites are not served.\n";
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none")
    return "Requests from other sites are not served.\n";
  const type = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (method !== "GET" && method !== "HEAD" && type !== "application/json")
    return "Send the body as application/json.\n";
  return undefined;
}

const nameOf = (host: string): string => host.toLowerCase().replace(/:[0-9]{1,5}$/, "");
