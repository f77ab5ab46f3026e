import type { ServerResponse } from "node:http";
import { type Clock, every } from "../../kit/clock.ts";
import { streamEnded } from "../../protocol/json-rpc.ts";
import { limits } from "../../protocol/limits.ts";
import { refusals } from "../../protocol/refusals.ts";
import type { Task } from "../dispatch.ts";
import { pushText } from "../push-text.ts";
import type { Answer, Origin } from "../running.ts";

/** A comment this often keeps proxies and readers from taking silence for death. */
const heartbeatMs = 15_000;

/** The part of an origin that writes a stream's pushes as server-sent events: event name = push method, data = its params. */
export function eventsOrigin(response: ServerResponse): Pick<Required<Origin>, "push" | "ended" | "caughtUp"> {
  return {
    push: (method, params) => writeEvent(response, method, params),
    ended: (refusal) => {
      const error = refusal && {
        code: refusals[refusal.code].rpc,
        message: refusal.message,
        data: { code: refusal.code },
      };
      writeEvent(response, streamEnded, error === undefined ? {} : { error });
      response.end();
    },
    caughtUp: async () => {
      if (!response.writableNeedDrain || response.destroyed) return;
      await new Promise<void>((resolve) => {
        response.once("drain", resolve);
        response.once("close", resolve);
      });
    },
  };
}

/** Sends a stream's answer as the event `open`, lets its pushes follow, and keeps the connection warm until it is over. */
export function openEvents(
  response: ServerResponse,
  answer: Extract<Answer, { result: unknown }>,
  task: Task,
  clock: Clock,
): void {
  response.writeHead(200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
  });
  writeEvent(response, "open", answer.result);
  task.flow();
  const over = new AbortController();
  response.once("close", () => over.abort(new Error("the stream is over")));
  void every(clock, heartbeatMs, () => void response.write(": still here\n\n"), { signal: over.signal });
}

/** JSON has no raw newlines, so one `data:` line holds it. False when the reader is gone, or too slow and dropped. */
function writeEvent(response: ServerResponse, event: string, data: unknown): boolean {
  if (response.destroyed || response.writableEnded) return false;
  response.write(`event: ${event}\ndata: ${pushText(data)}\n\n`);
  if (response.writableLength <= limits.connectionWriteBytesMax) return true;
  response.destroy();
  return false;
}
