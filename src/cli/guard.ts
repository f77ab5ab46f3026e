import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { basename, join } from "node:path";
import { connect } from "../client/index.ts";
import { newId } from "../protocol/ids.ts";
import { homeFiles } from "../protocol/place.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Verb } from "./index.ts";
import { startDaemon } from "./launch.ts";

/**
 * Runs an agent below this process with the shims first on its PATH. What it starts by name is then asked about in the agent's name: the daemon
 * is told of a session whose process is this one, and finds it above every shim.
 * @returns its exit code, or 128 and the signal's number
 */
export async function guard(verb: Verb, name: string, args: readonly string[]): Promise<number> {
  const { place, ports } = verb;
  const shims = await ports.shims();
  if (shims.status(place).linked.length === 0) shims.install(place, []);
  await ensureDaemon(verb);
  const session = { agent: basename(name).slice(0, 64), session: newId("sess"), cwd: process.cwd() };
  await tell(verb, "session-start", session);

  const child = spawn(name, [...args], { stdio: "inherit", env: shims.environment(place) });
  // The terminal sends its own signals to the whole group, this process among it; it stays until the agent has ended.
  for (const signal of ["SIGINT", "SIGQUIT"] as const) process.on(signal, () => {});
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + constants.signals[signal ?? "SIGTERM"];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    verb.terminal.err(
      `signalbox: ${name} can't be run: ${code === "ENOENT" ? "there is no such program on PATH" : (error as Error).message}`,
    );
    return code === "ENOENT" ? 127 : 126;
  } finally {
    await tell(verb, "session-end", session);
  }
}

async function ensureDaemon(verb: Verb): Promise<void> {
  try {
    await using _ = await connect({ socket: verb.place.socket });
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "DAEMON_AWAY") throw error;
    await startDaemon(verb, { detach: true, settings: [] });
  }
}

/** By the hook client, as any agent would: its parent, this process, is then the session's. */
async function tell({ place }: Verb, event: "session-start" | "session-end", session: object): Promise<void> {
  const hook = spawn(join(place.home, homeFiles.hook), ["--home", place.home, "generic", event], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  hook.stdin.end(JSON.stringify(session));
  await once(hook, "close");
}
