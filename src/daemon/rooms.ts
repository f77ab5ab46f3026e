import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { alive, ancestryOf, createFacts, processOf, scanProcesses, sessionLeaderOf } from "../facts/index.ts";
import { builtin, builtinRules, exampleJudge, judge, traceEffects, type Trail } from "../gate/index.ts";
import { compile, narrowRule, parsePolicy, type Policy, type PolicyLayer } from "../gate/policy/index.ts";
import { redact as redactWhole, redactCommand } from "../gate/redact/index.ts";
import { createHolds, holdsMigrations } from "../holds/index.ts";
import type { Clock } from "../kit/clock.ts";
import type { Json } from "../kit/canonical.ts";
import type { Log } from "../kit/log.ts";
import { remembering } from "../kit/unchanged.ts";
import { Scope } from "../kit/scope.ts";
import { ledgerMigrations, newOrigin, openLedger } from "../ledger/index.ts";
import { memoryMigrations } from "../memory/index.ts";
import { createNotify } from "../notify/index.ts";
import { createOperator, createPasses, createVault, passesMigrations, vaultMigrations } from "../operator/index.ts";
import { createPolicies, policiesMigrations } from "../policies/index.ts";
import { limits } from "../protocol/limits.ts";
import type { HoldView } from "../protocol/operations/holds.ts";
import { homeFiles, type Place } from "../protocol/place.ts";
import { Refusal } from "../protocol/refusals.ts";
import { createSessions, sessionsMigrations } from "../sessions/index.ts";
import { openStore } from "../store/index.ts";
import { startUpkeep, upkeepMigrations } from "../upkeep/index.ts";
import { configChangeObjection, grantsAllow, isRecorded } from "../wiring/index.ts";
import { lookMs as backstopLookMs } from "../backstop/index.ts";
import { createBackstop } from "./backstop.ts";
import { createClients } from "./clients/index.ts";
import { type Config, type ConfigValue, processEnvironment } from "./config.ts";
import type { Serving } from "./door.ts";
import { createHandlers } from "./handlers.ts";
import { openFingerprint } from "./home.ts";
import { createHooks } from "./hooks.ts";
import { createNotices } from "./notices.ts";
import { type Judged, type JudgingPorts, judgeWithFacts } from "./judging.ts";
import { machinePlaces } from "./machine.ts";
import { createMemoryDesk } from "./memory.ts";
import { createMemoryRelease, memoryLookMs } from "./memory-release.ts";
import { createPolicyDesk } from "./policy-desk.ts";
import { createNoteReaders } from "./note-readers.ts";
import { createPresence } from "./presence.ts";
import { createRecorder } from "./recorder.ts";
import { createRecording } from "./recording.ts";
import { heldInput, redactedBeginnings } from "./short-input.ts";
import { openHoldsOf } from "./session-desk.ts";
import { lookMs, SessionObserver } from "./session-observer.ts";
import { createShims, shellAgent } from "./shims.ts";
import { createSimulation } from "./simulation.ts";
import { createStatus } from "./status.ts";
import { isTestHome } from "./test-home.ts";
import { createUpkeepDesk } from "./upkeep.ts";
import { createToolCalls } from "./tool-calls.ts";
import { createWeb } from "./web.ts";
import { webWatch } from "./web-watch.ts";

export interface RoomsOptions {
  readonly place: Place;
  readonly config: Config;
  readonly values: readonly ConfigValue[];
  readonly version: string;
  /** `up --test`: a new home is marked as made for tests. */
  readonly test: boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** What is opened is pushed here, so that it closes in the other order. */
  readonly building: AsyncDisposableStack;
  stop(): void;
}

/**
 * Builds the rooms and ties them together: rooms never import each other, they meet here.
 * @throws StoreFault when the database can't be used
 */
export function buildRooms(options: RoomsOptions): Serving {
  const { place, config, values, version, clock, log, building } = options;
  const inHome = (name: string) => join(place.home, name);
  const store = building.use(
    openStore({
      path: inHome(homeFiles.database),
      migrations: [
        ...ledgerMigrations,
        ...policiesMigrations,
        ...sessionsMigrations,
        ...holdsMigrations,
        ...passesMigrations,
        ...memoryMigrations,
        ...vaultMigrations,
        ...upkeepMigrations,
      ],
    }),
  );
  const ledger = building.use(
    openLedger({
      store,
      clock,
      keysDir: inHome(homeFiles.keys),
      checkpointsFile: inHome(homeFiles.checkpoints),
      archiveDir: inHome(homeFiles.archive),
      origin: newOrigin(),
      report: (what, error) => log.warn({ err: error, what }, "background work of the ledger failed"),
      limits: {
        checkpointEntriesMax: config.ledger.checkpointEntriesMax,
        checkpointMsMax: config.ledger.checkpointMsMax,
        ageMsMax: config.ledger.retentionDays * 86_400_000,
        bytesMax: config.ledger.bytesMax,
      },
    }),
  );
  const test = isTestHome(ledger, store, options.test);
  const fingerprint = openFingerprint(place.home);
  const hook = inHome(homeFiles.hook);
  const policies = createPolicies<PolicyLayer, Policy>({
    store,
    write: (entry) => ledger.write(entry),
    configDir: place.configDir,
    uid: userInfo().uid,
    nowMs: () => clock.nowMs(),
    parse: (text, about) => parsePolicy(text, { ...about, exampleJudge }),
    compile: (layers, { mode }) => compile(layers, { mode, builtin }),
    report: (problem) => log.warn({ problem }, "a policy file is not in force as it stands"),
  });
  const facts = createFacts({
    ...machinePlaces(place),
    made: ({ agent, session }, path) => sessions.made({ agent, session }, path),
  });
  const sessions = createSessions({
    store,
    clock,
    write: (entry) => ledger.write(entry),
    limits,
    log,
    workspaceAt: (cwd) => facts.workspaceAt(cwd),
    projectAt: (cwd) => facts.projectAt(cwd),
    processOf,
    epoch: randomBytes(6).toString("hex"),
    openHolds: (key) => openHoldsOf(holds, key),
    onEnded: (key) =>
      void holds
        .settle({ ...key, by: "SessionEnd" })
        .catch((error: unknown) => log.error({ err: error }, "holds of an ended session could not be settled")),
  });
  building.defer(async () => {
    // What came since the last sweep; a store that fails has said so already, and nothing else may stay open for it.
    await sessions
      .save()
      .catch((error: unknown) => log.warn({ err: error }, "what sessions were doing could not be saved"));
  });
  const observer = new SessionObserver({
    sessions,
    clock,
    log,
    workspaceAt: (cwd) => facts.workspaceAt(cwd),
    projectAt: (cwd) => facts.projectAt(cwd),
    scan: scanProcesses,
    discover: config.sessions.discover,
  });
  const judging: JudgingPorts = {
    judge,
    find: (queries, context, signal) => facts.find(queries, context, signal),
    machine: () => facts.machine(),
    policyAt: (workspace) => policies.at(workspace),
  };
  const policyDesk = createPolicyDesk({
    policies,
    builtin: builtinRules,
    workspaceAt: (cwd) => facts.workspaceAt(cwd),
    parse: (text, about) => parsePolicy(text, { ...about, exampleJudge }),
    write: (entry) => ledger.append(entry),
  });
  const notify = building.use(
    createNotify({
      clock,
      log,
      settings: config.notify,
      watched: () => holds.watchers > 0,
      environment: processEnvironment(),
    }),
  );
  const notices = createNotices(notify, {
    kinds: new Set(config.notify.rules.flatMap(({ when }) => when)),
    project: ({ agent, session, cwd }) => sessions.find({ agent, session })?.workspace.root ?? cwd,
    webUrl: () => web.url,
  });
  const redact = (input: Readonly<Record<string, Json>>) => redactedBeginnings(input, redactWhole);
  const judgeHeld = (hold: HoldView, input: HoldView["input"]) => {
    const session = sessions.find({ agent: hold.agent, session: hold.session });
    if (session === undefined)
      throw new Refusal(
        "CONFLICT",
        `The session of ${hold.id} is not known any more.`,
        "Deny it; the agent can ask again.",
      );
    return judgeWithFacts(
      judging,
      {
        ...hold,
        input: input as Readonly<Record<string, Json>>,
        workspace: session.workspace,
        trail: sessions.trail({ agent: hold.agent, session: hold.session }) as Trail,
      },
      new AbortController().signal,
    );
  };
  const holds = createHolds({
    store,
    clock,
    log,
    write: (entry) => ledger.write(entry),
    limits: {
      ...limits,
      holdWaitMs: config.holds.waitMs,
      holdAgeMsMax: config.holds.ageMsMax,
      approvalAgeMsMax: config.holds.approvalAgeMsMax,
    },
    startGraceMs: config.holds.startGraceMs,
    fingerprint,
    alive,
    judgeEdited: async (hold, input) => ({
      judged: await judgeHeld(hold, input as HoldView["input"]),
      redactedInput: heldInput(redact(input)),
    }),
    proposeRule: (hold) =>
      proposeRule(
        hold,
        sessions.find({ agent: hold.agent, session: hold.session })?.workspace.root ?? hold.cwd,
        judging,
      ),
    saveRule: (_, rule) => policyDesk.saveRule(rule),
    onChange: (hold) => {
      sessions.holdsChanged({ agent: hold.agent, session: hold.session });
      notices.hold(hold);
    },
  });
  // Paths and reasons come again and again.
  const redactKnown = remembering(redactCommand, 4_096);
  const toolCalls = createToolCalls({
    ...judging,
    store,
    ledger,
    holds,
    sessions,
    fingerprint,
    redact,
    redactText: redactKnown,
    madeBy,
  });
  const operator = createOperator({
    hook,
    clock,
    agents: () =>
      sessions
        .live()
        .filter(({ agent }) => agent !== shellAgent) // people
        .map(({ process, startedAtMs }) => ({
          pid: process?.pid ?? null,
          startTicks: process?.startTime,
          startedAtMs,
        })),
  });
  const passes = createPasses({ store, clock, write: (entry) => ledger.write(entry) });
  const vault = createVault({ store, clock, write: (entry) => ledger.write(entry) });
  const status = createStatus({
    place,
    version,
    clock,
    config,
    ledger,
    sessions,
    holds,
    policy: {
      mode: () => policies.at("/").mode,
      rules: () =>
        builtinRules.length + policies.layers("/").reduce((count, { layer }) => count + (layer?.rules.length ?? 0), 0),
      problems: () => policies.problems(),
    },
    connections: () => countConnections(),
  });
  const web = createWeb({
    config: config.web,
    operator,
    passes,
    watch: webWatch({ holds, sessions, ledger, status, clock }),
    log,
  });
  let countConnections = () => 0;

  const backstop = building.use(
    // closed after the scope, whose tasks open its watchers
    createBackstop({
      clock,
      log,
      sessions: () => sessions.places(),
      append: (entry) => ledger.append(entry),
      redactText: redactKnown,
      spawn: (name, task) => scope.spawn(name, task),
    }),
  );
  const scope = building.use(new Scope((task, error) => log.error({ task, err: error }, "a background task failed")));
  notices.follow(sessions, scope.signal);
  startUpkeep({
    scope,
    clock,
    log,
    tasks: [
      { name: "hold-sweep", periodMs: 1_000, run: () => holds.sweep() },
      { name: "session-sweep", periodMs: 5_000, run: () => sessions.sweep() },
      // A daemon that is killed knows afterwards what each session did a second before.
      { name: "session-save", periodMs: 1_000, run: () => sessions.save() },
      { name: "session-look", periodMs: lookMs, run: (signal) => observer.look(signal) },
      { name: "recording-sweep", periodMs: 15_000, firstMs: 500, run: (signal) => recording.sweep(signal) },
      { name: "terminal-sweep", periodMs: 30_000, run: () => shims.sweep() },
      ...(config.backstop.enabled
        ? [{ name: "backstop-look", periodMs: backstopLookMs, run: (signal: AbortSignal) => backstop.look(signal) }]
        : []),
      { name: "pass-sweep", periodMs: 60_000, run: () => passes.sweep() },
      { name: "memory-release", periodMs: memoryLookMs, run: createMemoryRelease({ log }) },
      { name: "ledger-retention", periodMs: 3_600_000, run: (signal) => ledger.sweep({ signal }) },
    ],
  });

  const presence = createPresence({
    operator,
    passes,
    vault,
    webDecides: config.web.decides,
    session: (hold) => sessions.find({ agent: hold.agent, session: hold.session }),
  });
  const memory = createMemoryDesk({
    store,
    clock,
    ledger,
    sessions,
    presence,
    notesRead: createNoteReaders({ operator, sessions, ledger, store }),
    fingerprint,
    redact: redactCommand,
    projectAt: (cwd) => facts.projectAt(cwd),
  });
  const upkeep = createUpkeepDesk({
    store,
    scope,
    clock,
    log,
    ledger,
    memory: memory.memory,
    live: () => sessions.live(),
  });
  const recorder = createRecorder({
    ...judging,
    workspaceAt: (cwd) => facts.workspaceAt(cwd),
    sessionAt: (key) => sessions.find(key)?.workspace,
    append: (entry) => ledger.append(entry),
    redact,
    redactText: redactKnown,
  });
  const recording = createRecording({ recorder, clock, log, home: place.home, sessionLeaderOf });
  const shims = createShims({
    judging,
    toolCalls,
    sessions,
    holds,
    ledger,
    presence,
    clock,
    log,
    holdWaitMs: config.holds.waitMs,
    workspaceAt: (cwd) => facts.workspaceAt(cwd),
    ancestryOf,
    sessionLeaderOf,
    alive,
  });
  return {
    allow: (access, call) => presence.allow(access, call),
    drain: () => holds.drain(),
    countConnections: (count) => {
      countConnections = count;
    },
    web,
    handlers: createHandlers({
      web: web.handlers,
      vault,
      place,
      version,
      values,
      toolCalls,
      recorder,
      holds,
      ledger,
      sessions,
      presence,
      policyDesk,
      simulation: createSimulation({ judging, layersOf: (at) => policies.layers(at), policyDesk, ledger }),
      memory,
      upkeep,
      status,
      notify,
      stop: async ({ stay }) => {
        if (stay) writeStay(inHome(homeFiles.stay));
        setImmediate(() => options.stop());
      },
    }),
    clients: createClients({
      socketOf: (agent) => join(dirname(place.socket), "agents", agent, "sock"),
      config,
      test,
      clock,
      log,
      store,
      ledger,
      holds,
      sessions,
      operator,
      presence,
      vault,
      judging,
      redact,
      look: () => observer.look(scope.signal, true),
      redactText: redactCommand,
      version,
      memory,
      upkeep,
      projectAt: (cwd) => facts.projectAt(cwd),
      workspaceAt: (cwd) => facts.workspaceAt(cwd),
      stop: async () => void setImmediate(() => options.stop()),
    }),
    hook: createHooks({
      before: (hooks) => recording.before(shims.before(hooks)),
      toolCalls,
      sessions,
      holds,
      ledger,
      clock,
      log,
      holdWaitMs: config.holds.waitMs,
      sessionBrief: async (session) =>
        config.memory.sessionBrief ? memory.brief(session, config.memory.briefCharsMax) : "",
      askInClaude: config.holds.interactiveClaude === "ask",
      grants: (agent) => grantsAllow(place, agent),
      redact,
      redactText: redactKnown,
      configObjection: (change) =>
        configChangeObjection({ ...change, hook, home: place.home, wired: isRecorded(place, "claude-code") }),
    }),
  };
}

function writeStay(path: string): void {
  writeFileSync(path, "signalbox down --stay: hooks deny until `signalbox up`\n", { mode: 0o600 });
}

/** The narrow rule that approving as a rule saves; effects are found anew, since the stored ones have lost the words that they came from. */
function proposeRule(hold: HoldView, workspace: string, judging: JudgingPorts): string {
  const call = {
    ...hold,
    input: hold.input as Readonly<Record<string, Json>>,
    workspace: { root: workspace, added: [], ordinary: true },
  };
  const effects = traceEffects(call, judging.machine(), new Map(), judging.policyAt(workspace));
  const rule = narrowRule({ ...call, effects, workspace, userHome: judging.machine().userHome }, exampleJudge);
  if ("ok" in rule) return rule.ok;
  throw new Refusal("CONFLICT", rule.problem, "Approve it once instead: signalbox hold approve");
}

/** Paths that an allowed call makes: those that it writes and that were not there when it was judged. */
function madeBy({ effects, facts }: Judged): string[] {
  return effects.flatMap(({ kind, target }) => {
    const fact = kind === "write" ? facts[`path:${target}`] : undefined;
    return fact?.startsWith("missing ") === true ? [fact.slice("missing ".length)] : [];
  });
}
