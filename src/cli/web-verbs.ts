import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { type Client, connect } from "../client/index.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Verb } from "./index.ts";
import { startDaemon } from "./launch.ts";
import { count, duration } from "./words.ts";

export function add(program: Command, verb: (command: Command) => Verb): void {
  program
    .command("web")
    .summary("Open the board in a browser.")
    .description(
      "Make a link that opens the board once, within 30 s, and open it. The browser may then decide what this terminal may, " +
        "as long as this terminal stays open, for at most 12 h.",
    )
    .option("--no-open", "print the link only")
    .option("--list", "list the browsers that may enter")
    .option("--revoke [pass]", "shut out one of them, or all")
    .action(async (options: WebOptions, command: Command) => {
      const given = verb(command);
      if (options.list === true) return list(given);
      if (options.revoke !== undefined) return revoke(given, options.revoke);
      return link(given, options.open);
    });
}

interface WebOptions {
  readonly open: boolean;
  readonly list?: boolean;
  readonly revoke?: string | true;
}

async function link(verb: Verb, open: boolean): Promise<void> {
  const { terminal, json } = verb;
  await using client = await reach(verb);
  const { url, expiresAt } = await client.call("web/link", {});
  if (json) return terminal.out(JSON.stringify({ url, expiresAt }));
  const opened = open && terminal.interactive && (await openBrowser(verb, url));
  terminal.out(`${terminal.style("strong", "The board")}  ${terminal.style("accent", url)}`);
  terminal.out(
    terminal.style(
      "faint",
      `${opened ? "Your browser opens it" : "Open it in a browser on this machine"}; the link works once, within 30 s. Keep this terminal open to decide there.`,
    ),
  );
}

/** The daemon, started when it is away: who opens the board wants it up. */
async function reach(verb: Verb): Promise<Client> {
  const { place } = verb;
  try {
    return await connect({ socket: place.socket });
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "DAEMON_AWAY") throw error;
    await startDaemon(verb, { detach: true, settings: [] });
    return connect({ socket: place.socket });
  }
}

/**
 * The code must not stand in a command line, which every user of the machine can read: the browser is given a file of ours that sends it on.
 * @returns false when there is no desktop to open it on
 */
async function openBrowser({ place, ports }: Verb, url: string): Promise<boolean> {
  const env = (await ports.environment()).cleanEnvironment();
  const program =
    process.platform === "darwin"
      ? "/usr/bin/open"
      : env["DISPLAY"] === undefined && env["WAYLAND_DISPLAY"] === undefined
        ? undefined
        : ["/usr/bin/xdg-open", "/run/current-system/sw/bin/xdg-open"].find((path) => existsSync(path));
  if (program === undefined) return false;
  const page = join(place.home, redirectName);
  writeFileSync(page, `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${url}">\n`, {
    mode: 0o600,
  });
  const child = spawn(program, [page], { env, stdio: "ignore", detached: true });
  const started = await new Promise<boolean>((resolve) => {
    child.once("spawn", () => resolve(true));
    child.once("error", () => resolve(false)); // then the printed link is the way
  });
  child.unref();
  return started;
}

const redirectName = "open-board.html";

async function list({ terminal, json, place }: Verb): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const answer = await client.call("web/list", {});
  if (json) return terminal.out(JSON.stringify(answer));
  if (answer.url === null) return terminal.out("The web board is not served. Open it: signalbox web");
  terminal.out(`The web board is served at ${answer.url}`);
  if (answer.passes.length === 0) terminal.out("No browser may enter. Make a link: signalbox web");
  const ago = (iso: string) => duration(Date.now() - Date.parse(iso));
  for (const { id, madeAt, usedAt, terminal: device, decides } of answer.passes)
    terminal.out(
      `${terminal.style("strong", id)}  ${decides ? "decides " : "looks   "}  made ${ago(madeAt)} ago in terminal ${device}, used ${ago(usedAt)} ago`,
    );
}

async function revoke({ terminal, json, place }: Verb, pass: string | true): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const answer = await client.call("web/revoke", pass === true ? {} : { pass });
  if (json) return terminal.out(JSON.stringify(answer));
  terminal.out(
    answer.ended === 0
      ? "No browser had a pass."
      : `${count(answer.ended, "browser")} shut out. A new link: signalbox web`,
  );
}
