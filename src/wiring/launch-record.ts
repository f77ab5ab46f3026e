import { isAbsolute } from "node:path";
import type { Place } from "../protocol/place.ts";
import { type Launch, WiringRefused } from "./wiring.ts";

/**
 * The launch record: how the hook client starts the daemon when none answers. Read by hook/ (which parses lines, not JSON), so
 * its form is a contract: `signalbox-launch 1`, then `socket`, `exec`, `arg` in order, and `env`, one value a line.
 * @throws WiringRefused for a value that no line can carry
 */
export function launchRecord(place: Place, launch: Launch): string {
  if (!isAbsolute(launch.exec))
    throw new WiringRefused(`The Node binary must be an absolute path, not "${launch.exec}".`);
  const lines = [
    "signalbox-launch 1",
    `socket ${place.socket}`,
    `exec ${launch.exec}`,
    ...launch.args.map((argument) => `arg ${argument}`),
    ...Object.entries(launch.environment).map(([name, value]) => `env ${name}=${value}`),
  ];
  const bad = lines.find((line) => /[\n\r\0]/.test(line));
  if (bad !== undefined)
    throw new WiringRefused(`The launch record can't hold a line break: ${JSON.stringify(bad.slice(0, 200))}`);
  return `${lines.join("\n")}\n`;
}

/** Warns when what the record names lies in a folder that people delete or move. */
export function launchNotes(launch: Launch): string[] {
  const main = launch.args.find((argument) => isAbsolute(argument));
  const paths = [launch.exec, ...(main === undefined ? [] : [main])];
  const checkout = paths.filter((path) => path.includes("/node_modules/") || path.endsWith(".ts"));
  if (checkout.length === 0) return [];
  return [
    `The daemon is started from ${checkout.join(" and ")}: if that folder moves or goes, tool calls are denied until you wire again.`,
  ];
}
