import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CliPorts, RecordingPort, ShimsPort, WirePlan, WiringPort } from "../cli/ports.ts";
import type { WiredAgent } from "../wiring/index.ts";
import { systemClock } from "../kit/clock.ts";
import { homeFiles, type Place } from "../protocol/place.ts";
import { Refusal } from "../protocol/refusals.ts";

/** Makes what the CLI is handed. Each room is loaded when a verb first needs it, so `signalbox status` loads none. */
export function createCliPorts(main: string): CliPorts {
  return {
    main,
    environment: async () => {
      const { cleanEnvironment, loadConfig } = await import("./config.ts");
      return {
        cleanEnvironment,
        checkConfig: (place, settings) => {
          loadConfig(place);
          try {
            loadConfig(place, settings);
          } catch (error) {
            throw new Refusal("INVALID_PARAMS", (error as Error).message);
          }
        },
        explainConfig: (place) => loadConfig(place).values,
      };
    },
    wiring: () => wiringPort(main),
    doctor: async () => {
      const [{ runDoctor }, { processEnvironment }] = await Promise.all([
        import("../wiring/doctor/index.ts"),
        import("./config.ts"),
      ]);
      return {
        run: (place, agents, { signal, onAgent }) =>
          runDoctor({
            place,
            environment: processEnvironment(),
            ...(agents.length === 0 ? {} : { agents: agents as readonly WiredAgent[] }),
            cwd: process.cwd(),
            nonce: () => randomBytes(16).toString("hex"),
            signal,
            onAgent,
          }),
      };
    },
    offline: () => import("./offline.ts"),
    recover: async (place) => (await import("../ledger/index.ts")).recoverLedger(place),
    serveNexoMcp: async (options) =>
      (await import("../transport/mcp/index.ts")).serveNexoMcp({
        ...options,
        input: process.stdin,
        output: process.stdout,
      }),
    service: async () => {
      const { servicePlan } = await import("./service.ts");
      return (place) => servicePlan(place, main);
    },
    shims: () => shimsPort(main),
    recording: () => recordingPort(main),
    serveMcp: async (options) =>
      (await import("../transport/mcp/index.ts")).serveMcp({
        ...options,
        input: process.stdin,
        output: process.stdout,
      }),
    board: async () => (await import("./board.ts")).boardPort,
  };
}

async function wiringPort(main: string): Promise<WiringPort> {
  const [wiring, { processEnvironment }, { hookBuilt, launchOf }] = await Promise.all([
    import("../wiring/index.ts"),
    import("./config.ts"),
    import("./launch.ts"),
  ]);
  const world = (place: Place) => ({ place, environment: processEnvironment() });
  const agentNamed = (name: string) => {
    const agent = wiring.wiredAgents.find((known) => known === name);
    if (agent === undefined)
      throw new Refusal("INVALID_PARAMS", `"${name}" is not one of: ${wiring.wiredAgents.join(", ")}.`);
    return agent;
  };
  const asPlan = (plan: ReturnType<typeof wiring.planWire>): WirePlan => ({
    changes: plan.changes,
    files: plan.edits.map(({ path }) => path),
    shown: plan.shown,
    notes: plan.notes,
    switchedOff: plan.switchedOff,
    applyHome: () => wiring.applyHome(plan),
    apply: () => wiring.apply(plan),
  });
  return {
    agents: wiring.wiredAgents,
    discover: (place) => wiring.discover(world(place)),
    planWire: (place, name, { grant }) =>
      asPlan(
        wiring.planWire({
          ...world(place),
          agent: agentNamed(name),
          grant,
          hookBinary: builtHook(hookBuilt),
          launch: launchOf(place, main),
          nowMs: systemClock.nowMs(),
          random: randomBytes(8).toString("hex"),
        }),
      ),
    planUnwire: (place, name) => asPlan(wiring.planUnwire({ ...world(place), agent: agentNamed(name) })),
    howToCallHook: (place) => wiring.howToCallHook(world(place)),
    trustCodex: async (place, { signal }) => {
      const binary = wiring.discover(world(place)).find(({ id }) => id === "codex")?.program;
      if (binary === undefined)
        return ["Codex itself is not on this machine; once it is, trust the hooks in it: /hooks"];
      const { trustCodexHooks } = await import("../wiring/doctor/index.ts");
      const { why } = await trustCodexHooks({ world: world(place), binary, signal });
      return [why];
    },
    hookBinary: () => builtHook(hookBuilt),
  };
}

async function shimsPort(main: string): Promise<ShimsPort> {
  const [shims, wiring, { processEnvironment }, { hookBuilt, launchOf }] = await Promise.all([
    import("../shims/index.ts"),
    import("../wiring/index.ts"),
    import("./config.ts"),
    import("./launch.ts"),
  ]);
  const at = (place: Place) => ({
    folder: join(place.home, homeFiles.shims),
    home: place.home,
    hook: join(place.home, homeFiles.hook),
  });
  const path = () => processEnvironment()["PATH"];
  return {
    install: (place, names) => {
      const hookBinary = builtHook(hookBuilt);
      wiring.applyHome({ homeEdits: wiring.homeEdits({ hookBinary, place, launch: launchOf(place, main) }) });
      return shims.installShims(at(place), names, path());
    },
    uninstall: (place, names) => shims.uninstallShims(at(place), names),
    status: (place) => shims.shimStatus(at(place), path()),
    environment: (place) => ({ ...processEnvironment(), PATH: shims.pathWithShims(at(place), path()) }),
  };
}

async function recordingPort(main: string): Promise<RecordingPort> {
  const [recording, { processEnvironment }, { sessionLeaderOf }, { terminalSession }] = await Promise.all([
    import("../recording/index.ts"),
    import("./config.ts"),
    import("../facts/index.ts"),
    import("./shims.ts"),
  ]);
  const environment = processEnvironment();
  const at = (place: Place) => ({
    home: place.home,
    hook: join(place.home, homeFiles.hook),
    spool: [process.execPath, main, "--home", place.home, "record", "spool"],
    userHome: environment["HOME"] ?? homedir(),
    zdotdir: environment["ZDOTDIR"],
  });
  const named = (name: string) => recording.shells.find((shell) => shell === name) ?? "bash";
  return {
    install: (place, shell) => recording.installRecording(named(shell), at(place)),
    uninstall: (place, shell) => recording.uninstallRecording(named(shell), at(place)),
    status: (place) => recording.shells.map((shell) => recording.recordingStatus(shell, at(place))),
    spool: (place, { cwd, code, command }) => {
      const leader = sessionLeaderOf(process.pid);
      recording.addToSpool(place.home, {
        agent: "shell",
        session: leader === undefined ? "unknown" : terminalSession(leader),
        cwd,
        tool: "Bash",
        input: { command },
        exitCode: code,
        ranAt: new Date(systemClock.nowMs()).toISOString(),
      });
    },
  };
}

/** The hook client of this checkout or package, built now if it is not there yet. */
function builtHook(hookBuilt: string): string {
  if (existsSync(hookBuilt)) return hookBuilt;
  const script = fileURLToPath(new URL("../../scripts/build-hook.js", import.meta.url));
  try {
    execFileSync(process.execPath, [script], { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Refusal(
      "INTERNAL",
      `The hook client could not be built: ${(stderr ?? "").trim() || message}`,
      "npm run hook",
    );
  }
  return hookBuilt;
}
