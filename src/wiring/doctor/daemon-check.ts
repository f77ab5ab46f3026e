import { request } from "node:http";
import type { Place } from "../../protocol/place.ts";
import { fields, text } from "./model-wires/wire.ts";
import type { DaemonReport } from "./report.ts";

const helloMs = 2_000;
const helloBytesMax = 64 * 1024;

/** Whether a daemon answers on the home's socket. Starts none: that is the hook's part, and what the proof tries. */
export function checkDaemon(place: Place, options: { signal: AbortSignal }): Promise<DaemonReport> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(helloMs)]);
  const away = (why: string): DaemonReport => ({ state: "away", version: null, why });
  return new Promise((resolve) => {
    const asked = request({ socketPath: place.socket, path: "/v1/hello", signal, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        body += part;
        if (body.length > helloBytesMax) asked.destroy(new Error("its answer has no end"));
      });
      response.on("end", () => resolve(readHello(place, response.statusCode ?? 0, body)));
      response.on("error", (error) => resolve(away(`The daemon on ${place.socket} broke off: ${error.message}.`)));
    });
    asked.on("error", (error: NodeJS.ErrnoException) => {
      const gone = error.code === "ENOENT" || error.code === "ECONNREFUSED";
      resolve(
        away(
          gone
            ? `No daemon answers on ${place.socket}.`
            : `The daemon on ${place.socket} does not answer: ${error.message}.`,
        ),
      );
    });
    asked.end();
  });
}

function readHello(place: Place, status: number, body: string): DaemonReport {
  let hello: unknown;
  try {
    hello = JSON.parse(body);
  } catch {
    hello = undefined; // said below, with the status
  }
  const { version, pid } = fields(hello);
  if (status !== 200 || typeof version !== "string")
    return {
      state: "away",
      version: null,
      why: `Something else than a daemon answers on ${place.socket} (status ${status}).`,
    };
  return {
    state: "up",
    version: text(version),
    why: `The daemon ${version} (pid ${String(pid)}) answers on ${place.socket}.`,
  };
}
