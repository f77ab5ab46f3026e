import { spawn, spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join, relative } from "node:path";

/**
 * `npm run test:agents [-- words for node --test]`: runs test/agents/*.agents.ts in a network namespace
 * that has only `lo`, so nothing can be looked up outside whatever an agent tries. Where the system gives no namespace, the agents' own
 * switches must do, and this says so.
 */
const repository = join(import.meta.dirname, "..", "..");
const files = globSync("test/agents/*.agents.ts", { cwd: repository }).toSorted();
const words = process.argv.slice(2);
const named = words.filter((word) => !word.startsWith("-"));
const chosen = named.length === 0 ? files : files.filter((file) => named.some((name) => file.includes(name)));
if (chosen.length === 0) throw new Error(`no test of agents is named "${named.join(" ")}": ${files.join(" ")}`);
const flags = words.filter((word) => word.startsWith("-"));
const suite = ["--test-global-setup=test/support/suite.ts", "--test-concurrency=2"];
const test = [process.execPath, "--test", ...suite, ...flags, ...chosen];

const isOffline = Object.values(networkInterfaces()).every((list) => list?.every(({ internal }) => internal) ?? true);
/** As root a namespace is to be had for the asking; else one of users is needed too, in which we keep our own name. */
const ways = [
  ["unshare", "--net", "--"],
  ["unshare", "--user", "--map-current-user", "--keep-caps", "--net", "--"],
];
const loopback = 'ip link set lo up && exec "$@"';
const way = isOffline
  ? []
  : ways.find(([file = "", ...args]) => spawnSync(file, [...args, "sh", "-c", loopback, "sh", "true"]).status === 0);
const command = way === undefined || way.length === 0 ? test : [...way, "sh", "-c", loopback, "sh", ...test];
if (way === undefined)
  process.stdout.write(
    "No network namespace is to be had here: agents run with the machine's network, held back by their own switches only.\n",
  );
else process.stdout.write(`Offline: ${chosen.map((file) => relative("test/agents", file)).join(" ")}\n`);

const [file = "", ...args] = command;
const child = spawn(file, args, { cwd: repository, stdio: "inherit" });
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 130);
});
