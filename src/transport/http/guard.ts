import type { IncomingMessage } from "node:http";

/** Names under which the loopback listener is meant to be asked for; a page that rebinds its own name to 127.0.0.1 is not among them. */
const ownNames = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Refuses what a web page of somebody else could send to a loopback port: a foreign Host (DNS rebinding), a foreign Origin, a
 * cross-site fetch, and a body whose type a plain form can send (no preflight). Returns why, or undefined when it may pass. Not for the Unix socket, which
 * no page can reach.
 * @param names  further host names that the operator configured, without port: those of a tunnel of their own
 */
export function guard(
  { headers, method }: Pick<IncomingMessage, "headers" | "method">,
  names: readonly string[] = [],
): string | undefined {
  const { host, origin } = headers;
  const further = host !== undefined && names.includes(nameOf(host));
  if (host === undefined || !(ownNames.has(nameOf(host)) || further))
    return "This host name is not served here. Use http://localhost.\n";
  if (origin !== undefined && origin !== `http://${host}` && !(further && origin === `https://${host}`))
    return "Requests from other sites are not served.\n";
  const site = headers["sec-fetch-site"];
  const opened =
    method === "GET" && headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
  if (!opened && site !== undefined && site !== "same-origin" && site !== "none")
    return "Requests from other sites are not served.\n";
  // A link that is followed brings nothing but the page; whatever the page then does comes from its own origin.
  const type = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (method !== "GET" && method !== "HEAD" && type !== "application/json")
    return "Send the body as application/json.\n";
  return undefined;
}

const nameOf = (host: string): string => host.toLowerCase().replace(/:[0-9]{1,5}$/, "");
