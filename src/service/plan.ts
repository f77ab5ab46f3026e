import { lstatSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { launchd } from "./launchd.ts";
import { isUnedited } from "./sealed.ts";
import { systemd } from "./systemd.ts";
import {
  type Command,
  type ServiceLaunch,
  type ServiceManager,
  ServiceRefused,
  type ServiceWorld,
  type Unit,
} from "./types.ts";

export interface ServicePlan {
  /** systemd or launchd. */
  readonly manager: string;
  readonly units: readonly Unit[];
  /** @returns the paths that were written; none when everything stood there already */
  install(): Promise<readonly string[]>;
  /** @returns the paths that were removed; none when nothing of ours was there */
  uninstall(): Promise<readonly string[]>;
  status(): Promise<ServiceStatus>;
}

interface ServiceStatus {
  /** all: as `install` would write them; other: ours, of another version or place; edited: somebody changed them; none. */
  readonly installed: "all" | "other" | "edited" | "none";
  readonly active: boolean;
  /** Why the service manager can't be asked; null when it can. */
  readonly away: string | null;
}

/** @throws ServiceRefused on a system whose service manager is not known */
export function plan(launch: ServiceLaunch, world: ServiceWorld): ServicePlan {
  const manager = managerOf(launch, world);
  const { units } = manager;
  return {
    manager: manager.name,
    units,
    async install() {
      await mustAnswer(manager);
      for (const unit of units) refuseEdited(unit);
      const stale = units.filter(({ path, text }) => textAt(path) !== text);
      if (stale.length === 0 && (await manager.active())) return [];
      for (const { path, text } of stale) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileAtomic.sync(path, text, { mode: 0o644 });
      }
      await runAll(manager.start, world);
      return stale.map(({ path }) => path);
    },
    async uninstall() {
      const there = units.filter(({ path }) => textAt(path) !== undefined);
      if (there.length === 0) return [];
      for (const unit of there) refuseEdited(unit);
      // Without a manager nothing of it can run; the files go all the same.
      const away = await manager.away();
      if (away === undefined) await runAll(manager.stop, world);
      for (const { path } of there) rmSync(path);
      if (away === undefined) await runAll(manager.afterRemoval, world);
      return there.map(({ path }) => path);
    },
    async status() {
      const texts = units.map((unit) => ({ unit, text: textAt(unit.path) }));
      const away = (await manager.away()) ?? null;
      const installed = texts.every(({ text }) => text === undefined)
        ? "none"
        : texts.some(({ text }) => text !== undefined && !isUnedited(text))
          ? "edited"
          : texts.every(({ unit, text }) => text === unit.text)
            ? "all"
            : "other";
      return { installed, active: away === null && (await manager.active()), away };
    },
  };
}

function managerOf(launch: ServiceLaunch, world: ServiceWorld): ServiceManager {
  if (world.platform === "linux") return systemd(launch, world);
  if (world.platform === "darwin") return launchd(launch, world);
  throw new ServiceRefused(
    `Signalbox knows no service manager of ${world.platform}. Nothing is lost: the hooks start the daemon when they need it.`,
    "signalbox up --detach",
  );
}

async function mustAnswer(manager: ServiceManager): Promise<void> {
  const away = await manager.away();
  if (away !== undefined)
    throw new ServiceRefused(
      `Nothing was changed: ${away}. Nothing is lost: the hooks start the daemon when they need it.`,
      "See what it would install: signalbox service install --print",
    );
}

const unitBytesMax = 65_536;

/** The file's text; undefined when there is none. */
function textAt(path: string): string | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isFile() || stat.size > unitBytesMax) return "";
  return readFileSync(path, "utf8");
}

function refuseEdited({ path }: Unit): void {
  const text = textAt(path);
  if (text === undefined || isUnedited(text)) return;
  throw new ServiceRefused(
    `${path} was not made by Signalbox, or was edited since, so nothing was changed.`,
    `Move it away, then try again: mv '${path}' '${path}.mine'`,
  );
}

async function runAll(commands: readonly Command[], world: ServiceWorld): Promise<void> {
  for (const { file, args, mayFail } of commands) {
    const { code, output } = await world.run(file, args);
    if (code === 0 || mayFail === true) continue;
    const line = [file, ...args].join(" ");
    throw new ServiceRefused(`"${line}" failed: ${output.trim().slice(-500) || `exit ${code}`}.`, `See why: ${line}`);
  }
}
