import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { HostCommand } from "./run-host.ts";

/**
 * A client of `codex app-server` over stdio, for a few calls: JSON-RPC 2.0 a line, without the `jsonrpc` key.
 * Source: codex app-server generate-json-schema of 0.169.0.
 */
export interface AppServer extends AsyncDisposable {
  /** @throws Error with the server's own words, or when it ends before it answers */
  call(method: string, params: unknown): Promise<unknown>;
}

/** @param signal  ends the server, and every call that waits */
export async function startAppServer(command: HostCommand, options: { signal: AbortSignal }): Promise<AppServer> {
  const { signal } = options;
  signal.throwIfAborted();
  const child = spawn(command.file, [...command.args], {
    cwd: command.cwd,
    env: { ...command.environment },
    stdio: ["pipe", "pipe", "ignore"],
    signal,
    killSignal: "SIGKILL",
  });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let ended: Error | undefined;
  const end = (error: Error) => {
    ended ??= error;
    for (const call of waiting.values()) call.reject(ended);
    waiting.clear();
  };
  child.once("error", end);
  child.stdin.on("error", end);
  const gone = new Promise<void>((resolve) => {
    child.once("close", (code) => {
      end(new Error(`codex app-server ended with ${code} before it answered`));
      resolve();
    });
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const message = readMessage(line);
    const call = message?.id === undefined ? undefined : waiting.get(message.id);
    if (message?.id === undefined || call === undefined) return; // a notification, or a request of its own that needs no answer here
    waiting.delete(message.id);
    if (message.error === undefined) call.resolve(message.result);
    else call.reject(new Error(`codex app-server says: ${message.error}`));
  });
  let lastId = 0;
  const send = (message: object) => child.stdin.write(`${JSON.stringify(message)}\n`);
  const call = (method: string, params: unknown): Promise<unknown> => {
    if (ended !== undefined) return Promise.reject(ended);
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      send({ id, method, params });
    });
  };
  const stop = async () => {
    child.stdin.end();
    child.kill("SIGKILL");
    await gone;
  };
  try {
    await call("initialize", { clientInfo: { name: "signalbox", title: "Signalbox", version: "0" }, capabilities: {} });
    send({ method: "initialized" });
  } catch (error) {
    await stop();
    throw error;
  }
  return { call, [Symbol.asyncDispose]: stop };
}

interface Message {
  readonly id: number | undefined;
  readonly result: unknown;
  readonly error: string | undefined;
}

function readMessage(line: string): Message | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined; // a line of its log on stdout is no message
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { id, result, error, method } = value as { id?: unknown; result?: unknown; error?: unknown; method?: unknown };
  if (method !== undefined || typeof id !== "number") return undefined;
  const words = (error as { message?: unknown } | undefined)?.message;
  return {
    id,
    result,
    error: error === undefined ? undefined : typeof words === "string" ? words : JSON.stringify(error),
  };
}
