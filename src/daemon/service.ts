import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { homedir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { findPlace, type Place } from "../protocol/place.ts";
import { Refusal } from "../protocol/refusals.ts";
import { plan, type ServicePlan, ServiceRefused, type ServiceWorld } from "../service/index.ts";
import { processEnvironment } from "./config.ts";
import { launchOf } from "./launch.ts";

const commandMsMax = 60_000;

/** The plan for this home on this machine, with what it refuses said as the CLI says refusals. */
export function servicePlan(place: Place, main: string): ServicePlan {
  const made = said(() =>
    plan({ ...launchOf(place, main), suffix: suffixOf(place), socket: place.socket, home: place.home }, world()),
  );
  return {
    ...made,
    install: () => saidLater(made.install()),
    uninstall: () => saidLater(made.uninstall()),
    status: () => saidLater(made.status()),
  };
}

/** The default home's units have the plain name; those of any other are told apart by it. */
function suffixOf(place: Place): string | null {
  const { SIGNALBOX_HOME: _, ...environment } = processEnvironment();
  if (findPlace({ environment }).home === place.home) return null;
  return createHash("sha256").update(place.home).digest("hex").slice(0, 8);
}

function world(): ServiceWorld {
  const environment = processEnvironment();
  const config = environment["XDG_CONFIG_HOME"];
  return {
    platform: process.platform,
    userHome: homedir(),
    configHome: config !== undefined && isAbsolute(config) ? config : join(homedir(), ".config"),
    uid: userInfo().uid,
    run: (file, args) =>
      new Promise((resolve) => {
        const options = { timeout: commandMsMax, maxBuffer: 1024 * 1024, encoding: "utf8" } as const;
        execFile(file, [...args], options, (error, stdout, stderr) => {
          const code =
            error === null ? 0 : typeof error.code === "number" ? error.code : error.killed === true ? 124 : null;
          resolve({ code, output: `${stdout}${stderr}` });
        });
      }),
  };
}

function asRefusal(error: unknown): unknown {
  return error instanceof ServiceRefused ? new Refusal("CONFLICT", error.message, error.hint) : error;
}

function said<T>(does: () => T): T {
  try {
    return does();
  } catch (error) {
    throw asRefusal(error);
  }
}

async function saidLater<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    throw asRefusal(error);
  }
}
