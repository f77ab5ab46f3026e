import { fileURLToPath } from "node:url";

/**
 * argv -> daemon or cli, and nothing else. The daemon's parts are loaded only when the daemon runs. Called by bin/signalbox.js.
 * @returns the exit code
 */
export async function run(argv: readonly string[]): Promise<number> {
  if (argv[0] === "daemon") {
    const { runDaemon } = await import("./daemon/lifecycle.ts");
    return runDaemon(argv.slice(1));
  }
  const [{ runCli }, { createCliPorts }] = await Promise.all([
    import("./cli/index.ts"),
    import("./daemon/cli-ports.ts"),
  ]);
  return runCli(argv, createCliPorts(program));
}

/** What `daemon` is a verb of. */
const program = fileURLToPath(new URL("../bin/signalbox.js", import.meta.url));
