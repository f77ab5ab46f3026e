import type { Command } from "commander";
import { connect } from "../client/index.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Verb } from "./index.ts";
import type { ServicePort } from "./ports.ts";
import { askPresence } from "./presence.ts";

export function add(program: Command, verb: (command: Command) => Verb): void {
  const service = program
    .command("service")
    .summary("Let systemd or launchd run the daemon.")
    .description(
      "Let the service manager of your login (systemd --user, launchd) run the daemon. Nobody needs it: hooks start the daemon by themselves.",
    );
  service
    .command("install")
    .summary("Write the unit files and start.")
    .description(
      "Write the unit files and have the service manager start the daemon: with systemd at the first call on its socket, with launchd at login.",
    )
    .option("--print", "show the files and write nothing")
    .action((options: { print?: true }, command: Command) => install(verb(command), options.print === true));
  service
    .command("uninstall")
    .summary("Stop it there and remove the unit files.")
    .description("Stop it there and remove exactly the files that `service install` wrote; the home stays.")
    .action((_: object, command: Command) => uninstall(verb(command)));
  service
    .command("status")
    .summary("Is it installed, does it run there.")
    .description(
      "Show whether the unit files are installed as this version would write them, and whether they are active.",
    )
    .action((_: object, command: Command) => status(verb(command)));
}

async function install(verb: Verb, print: boolean): Promise<void> {
  const { terminal, json } = verb;
  const port = await portOf(verb);
  if (print) {
    if (json) return terminal.out(JSON.stringify({ manager: port.manager, files: port.units }));
    return terminal.out(
      port.units
        .map(({ path, text }) => `# ${path}\n${text}`)
        .join("\n")
        .trimEnd(),
    );
  }
  await refuseBesideAnother(verb, port);
  const written = await port.install();
  if (json) return terminal.out(JSON.stringify({ manager: port.manager, written }));
  terminal.out(
    terminal.style(
      "strong",
      written.length === 0 ? "It was installed already." : `${port.manager} runs the daemon from now on.`,
    ),
  );
  for (const path of written) terminal.out(`  wrote ${path}`);
}

/** The service manager would take the socket from under a daemon that was started by hand or by a hook, and its own could not have the home. */
async function refuseBesideAnother({ place }: Verb, port: ServicePort): Promise<void> {
  if ((await port.status()).active) return;
  try {
    await using client = await connect({ socket: place.socket });
    const { pid } = await client.call("daemon/hello", {});
    throw new Refusal(
      "CONFLICT",
      `A daemon that was not started by the service manager serves this home (pid ${pid}), so nothing was changed.`,
      "signalbox down && signalbox service install",
    );
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "DAEMON_AWAY") throw error;
  }
}

async function uninstall(verb: Verb): Promise<void> {
  const { terminal, json } = verb;
  const port = await portOf(verb);
  if ((await port.status()).installed !== "none") await askPresence(verb, "service uninstall");
  const removed = await port.uninstall();
  if (json) return terminal.out(JSON.stringify({ manager: port.manager, removed }));
  terminal.out(
    terminal.style(
      "strong",
      removed.length === 0
        ? "It was not installed."
        : "It is uninstalled; the hooks start the daemon when they need it.",
    ),
  );
  for (const path of removed) terminal.out(`  removed ${path}`);
}

const installedWords = {
  all: "installed",
  other: "installed by another version or from another place; mend it: signalbox service install",
  edited: "edited since it was installed, so it is left alone",
  none: "not installed",
} as const;

async function status(verb: Verb): Promise<void> {
  const { terminal, json } = verb;
  const port = await portOf(verb);
  const now = await port.status();
  if (json)
    return terminal.out(JSON.stringify({ manager: port.manager, ...now, files: port.units.map(({ path }) => path) }));
  terminal.out(`${port.manager}: ${installedWords[now.installed]}, ${now.active ? "active" : "not active"}`);
  if (now.away !== null) terminal.out(`  ${terminal.style("faint", now.away)}`);
  if (now.installed !== "none") for (const { path } of port.units) terminal.out(`  ${path}`);
}

const portOf = async ({ ports, place }: Verb): Promise<ServicePort> => (await ports.service())(place);
