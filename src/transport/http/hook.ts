import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Log } from "../../kit/log.ts";
import type { ConnectionInfo } from "../../protocol/handlers.ts";
import { limits } from "../../protocol/limits.ts";
import { Refusal } from "../../protocol/refusals.ts";
import { readBody } from "./body.ts";

/** What a hook binary sent: `POST /hooks/<agent>/<event>` with its stdin as body. Nothing in it has been looked at. */
export interface HookRequest {
  readonly agent: string;
  readonly event: string;
  readonly body: Buffer;
  /** The payload was longer than `hookBodyBytesMax`; `body` holds its beginning. */
  readonly tooLarge: boolean;
  readonly headers: IncomingHttpHeaders;
  readonly connection: ConnectionInfo;
}

/** What the hook binary prints and how it exits. */
interface HookAnswer {
  readonly exit: number;
  readonly stdout: string | Uint8Array;
  readonly stderr: string | Uint8Array;
}

/** @param signal  aborts when the hook has gone before its answer (its host killed it, or gave up) */
export type HookPort = (request: HookRequest, signal: AbortSignal) => Promise<HookAnswer>;

export interface HookPorts {
  readonly connection: ConnectionInfo;
  readonly hook: HookPort;
  readonly log: Log;
}

const path = /^\/hooks\/([A-Za-z0-9._-]{1,64})\/([A-Za-z0-9._-]{1,64})$/;

/**
 * Answers one hook call: 200 with `X-Signalbox-Exit`, `X-Signalbox-Stdout-Bytes` and a body of the stdout bytes followed by the stderr
 * bytes. Any other status tells the hook binary that there is no answer, and it answers its host from its own static text.
 */
export async function answerHook(request: IncomingMessage, response: ServerResponse, ports: HookPorts): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort(new Refusal("CANCELLED", "the hook's connection was lost"));
  });
  const named = path.exec(request.url ?? "");
  const body = await readBody(request, limits.hookBodyBytesMax);
  if (body === undefined) return; // gone before its payload was whole: nothing was asked
  if (named === null || request.method !== "POST")
    return plain(response, 404, "Hooks are told by: POST /hooks/<agent>/<event>\n");
  const { 1: agent = "", 2: event = "" } = named;
  const { connection, hook, log } = ports;
  try {
    const { bytes, tooLarge } = body;
    const asked = { agent, event, body: bytes, tooLarge, headers: request.headers, connection };
    const { exit, stdout, stderr } = await hook(asked, gone.signal);
    const [out, err] = [Buffer.from(stdout as string), Buffer.from(stderr as string)];
    if (response.destroyed) return;
    response.writeHead(200, {
      "X-Signalbox-Exit": exit,
      "X-Signalbox-Stdout-Bytes": out.length,
      "Content-Length": out.length + err.length,
    });
    response.end(err.length === 0 ? out : Buffer.concat([out, err]));
  } catch (error) {
    if (gone.signal.aborted) return; // nobody is there to be told, and the port has its own record of what it did
    if (error instanceof Refusal && error.code === "DRAINING") return plain(response, 503, `${error.message}\n`);
    log.error({ agent, event, err: error }, "a hook call failed");
    plain(response, 500, "The daemon failed inside; its log says why.\n");
  }
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain", "Content-Length": Buffer.byteLength(text) }).end(text);
}
