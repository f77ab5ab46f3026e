import type { IncomingMessage, ServerResponse } from "node:http";
import type { ConnectionInfo } from "../../protocol/handlers.ts";
import { limits } from "../../protocol/limits.ts";
import { operations } from "../../protocol/operations/index.ts";
import { guard } from "./guard.ts";

/** One file of the board, in memory. */
export interface WebFile {
  readonly type: string;
  readonly body: Buffer;
  /** The same, compressed; absent where that would not be shorter. */
  readonly gzip?: Buffer;
  /** Quoted, as it stands in the header. */
  readonly etag: string;
  /** Its path changes with its content. */
  readonly immutable: boolean;
}

export interface WebPort {
  /** Further host names, without port, under which the operator reaches the board. */
  readonly names: readonly string[];
  /** The file of that path, of a fixed map. */
  file(path: string): WebFile | undefined;
  /** Whose token that is; undefined when it is nobody's or has ended. */
  pass(token: string): { readonly id: string; readonly ended: AbortSignal } | undefined;
}

/** No script, style, picture or connection of anybody else, no frame round it, no form that leaves it. */
const headers = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; manifest-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
} as const;

/** What a browser without a pass may ask for: how it gets one, and whether this is the daemon that gave it one. */
const open: ReadonlySet<string> = new Set(
  ["web/enter", "web/prove"].map((name) => operations[name as "web/enter"].http),
);

/**
 * What stands between a browser and the operations: the guard against other sites, the board's own files, then the pass.
 * @returns who calls, when the request is for the routes; undefined when it has been answered here
 */
export function admit(
  request: IncomingMessage,
  response: ServerResponse,
  connection: ConnectionInfo,
  web: WebPort,
): ConnectionInfo | undefined {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const refused = guard(request, web.names);
  if (refused !== undefined) return answer(response, 403, { Connection: "close" }, refused);
  const path = (request.url ?? "/").split(/[?#]/, 1)[0] ?? "/";
  if (!path.startsWith("/v1/")) return serveFile(request, response, web.file(path));

  response.setHeader("Cache-Control", "no-store");
  if (open.has(`${request.method} ${path}`)) {
    const length = Number(request.headers["content-length"] ?? Number.NaN);
    if (length <= limits.strangerBodyBytesMax) return connection;
    return refuse(response, 413, "TOO_LARGE", "This needs a short body whose length is told.", undefined);
  }
  const [, token] = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(request.headers.authorization ?? "") ?? [];
  const pass = token === undefined ? undefined : web.pass(token);
  if (pass === undefined)
    return refuse(response, 401, "NOT_PERMITTED", "This browser has no pass, or it has ended.", "Type: signalbox web");
  // Streams end with their pass, whatever they stream.
  const end = () => void request.socket.destroy();
  pass.ended.addEventListener("abort", end, { once: true });
  response.once("close", () => pass.ended.removeEventListener("abort", end));
  const { id, kind, closed } = connection;
  return { id, kind, closed, fd: undefined, pass: pass.id };
}

function serveFile(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  file: WebFile | undefined,
): undefined {
  if (method !== "GET" && method !== "HEAD") return answer(response, 405, { Allow: "GET, HEAD" }, "Only GET.\n");
  if (file === undefined) return answer(response, 404, {}, "There is no such page.\n");
  const caching = { ETag: file.etag, "Cache-Control": file.immutable ? "max-age=31536000, immutable" : "no-cache" };
  if (headers["if-none-match"] === file.etag) return answer(response, 304, caching, undefined);
  const gzip = /\bgzip\b/.test(String(headers["accept-encoding"])) ? file.gzip : undefined;
  const encoding = gzip === undefined ? {} : { "Content-Encoding": "gzip" };
  return answer(
    response,
    200,
    { ...caching, ...encoding, Vary: "Accept-Encoding", "Content-Type": file.type },
    gzip ?? file.body,
  );
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  hint: string | undefined,
): undefined {
  const body = JSON.stringify({ error: { code, message, hint } });
  return answer(response, status, { "Content-Type": "application/json", Connection: "close" }, body);
}

function answer(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer | undefined,
): undefined {
  const type = body === undefined || "Content-Type" in headers ? {} : { "Content-Type": "text/plain; charset=utf-8" };
  const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
  response.writeHead(status, { ...type, ...length, ...headers }).end(body);
  return undefined;
}
