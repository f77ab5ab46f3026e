import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { Refusal } from "../protocol/refusals.ts";
import { daemonArguments, homeFiles } from "../protocol/place.ts";
import type { Verb } from "./index.ts";

/** A daemon that was started and serves. */
export interface Started {
  readonly pid: number;
  /** Resolves with its exit code when it ends; only for a daemon in the foreground. */
  readonly ended: Promise<number>;
  stop(signal: NodeJS.Signals): void;
}

/**
 * Starts the daemon with an environment built from nothing and waits until it says that it serves (one byte on descriptor 3).
 * @param detach  it goes on when this process ends
 * @param test    a new home is marked as made for tests
 * @throws Refusal INTERNAL with what the daemon said when it ends before it serves
 */
export async function startDaemon(
  { place, ports }: Verb,
  { detach, settings, test = false }: { detach: boolean; settings: readonly string[]; test?: boolean },
): Promise<Started> {
  const { cleanEnvironment } = await ports.environment();
  const child = spawn(
    process.execPath,
    [
      ...daemonArguments(place, ports.main),
      ...settings.flatMap((pair) => ["--set", pair]),
      ...(test ? ["--test"] : []),
      "--ready-fd",
      "3",
    ],
    {
      cwd: "/",
      detached: detach,
      env: cleanEnvironment(),
      stdio: ["ignore", "ignore", "pipe", "pipe"],
    },
  );
  let complaint = "";
  let serving = false;
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-4_096);
    // Until it serves, what it says is why it does not: that is told once, by the refusal.
    if (!detach && serving) process.stderr.write(text);
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
  });
  const ready = child.stdio[3] as Readable;
  const serves = await new Promise<boolean>((resolve) => {
    ready.once("data", () => {
      serving = true;
      resolve(true);
    });
    ready.once("close", () => resolve(false));
    void ended.then(
      () => resolve(false),
      () => resolve(false),
    );
  });
  if (!serves) {
    const code = await ended;
    throw new Refusal(
      "INTERNAL",
      complaint.trim() === ""
        ? `The daemon ended with code ${code} before it served.`
        : complaint.trim().replace(/^signalbox: /, ""),
      complaint.trim() !== "" ? undefined : `Its log: ${join(place.home, homeFiles.log)}`,
    );
  }
  if (detach) {
    child.stderr?.destroy();
    ready.destroy();
    child.unref();
  }
  return { pid: child.pid ?? 0, ended, stop: (signal) => child.kill(signal) };
}
