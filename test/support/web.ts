import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { type IncomingMessage, request } from "node:http";
import type { Person } from "./daemon.ts";

/**
 * A port that is free on 127.0.0.1 and ::1 now, below those that the system gives to whoever asks for any. Another test that looks for one at the same
 * time hardly takes the same; browsers refuse none of these.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_768);
    if ((await isFree(port, "127.0.0.1")) && (await isFree(port, "::1"))) return port;
  }
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", ({ code }: NodeJS.ErrnoException) => {
      if (code === "EADDRINUSE") resolve(false);
      else if (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT")
        resolve(true); // a system without IPv6
      else reject(new Error(`${host}:${port} could not be looked at: ${code}`));
    });
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

export interface WebReply {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

/** One request to the loopback port, with exactly these headers: what a browser would never send can be sent too. */
export function askWeb(
  port: number,
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: string; host?: string } = {},
): Promise<WebReply> {
  return new Promise((resolve, reject) => {
    const headers = {
      host: `localhost:${port}`,
      ...(options.body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    };
    const asked = request(
      { host: options.host ?? "127.0.0.1", port, method, path, agent: false, headers },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      },
    );
    asked.once("error", reject);
    asked.end(options.body);
  });
}

/** The link that `signalbox web` prints for a person at a terminal. */
export async function linkOf(person: Person): Promise<string> {
  const { code, text } = await person.type("--json", "web", "--no-open");
  const url = /"url":"([^"]+)"/.exec(text)?.[1];
  if (code !== 0 || url === undefined) throw new Error(`signalbox web made no link: ${text}`);
  return url;
}

/** Takes the code of a link for a token, as the page does. */
export async function enterWith(port: number, link: string): Promise<{ token: string; pass: string }> {
  const code = /#code=(.+)$/.exec(link)?.[1] ?? "";
  const reply = await askWeb(port, "POST", "/v1/web/enter", { body: JSON.stringify({ code }) });
  if (reply.status !== 200) throw new Error(reply.text);
  const { token, pass } = JSON.parse(reply.text) as { token: string; pass: { id: string } };
  return { token, pass: pass.id };
}
