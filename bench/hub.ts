import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { setTimeout as later } from "node:timers/promises";
import { plainEnvironment, preToolUse, root, type TestDaemon } from "../test/support/daemon.ts";
import type { ReaderReport } from "./hub-reader.ts";
import { timeStarts } from "./starts.ts";
import { percentile, type Row, row } from "./stats.ts";

export interface HubLoad {
  readonly sessions: number;
  /** One of them is stopped with SIGSTOP in the middle, and one takes its time over every push. */
  readonly readers: number;
  readonly updatesPerSecond: number;
  readonly seconds: number;
}

export interface HubResult {
  readonly latencies: readonly number[];
  readonly pushes: number;
  /** Readers, the slow and the stopped one included, that do not have the newest update of every session. */
  readonly behind: number;
  /** Snapshots that the stopped reader got: its first, and the one after it went on. */
  readonly stoppedSnapshots: number;
  readonly residentBytes: { readonly before: number; readonly after: number };
}

const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

/** Many sessions, many readers, updates over the real hook endpoint. */
export async function loadHub(
  daemon: TestDaemon,
  { sessions, readers, updatesPerSecond, seconds }: HubLoad,
): Promise<HubResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const post = (event: string, session: number, more: object) =>
    hookCall(agent, daemon.place.socket, event, {
      session_id: `s${session}`,
      cwd: daemon.place.home,
      hook_event_name: event,
      ...more,
    });
  for (let from = 0; from < sessions; from += 64)
    await Promise.all(
      Array.from({ length: Math.min(64, sessions - from) }, (_, index) =>
        post("SessionStart", from + index, { source: "startup" }),
      ),
    );
  const children: ChildProcess[] = [];
  const reader = async (count: number, slowMs = 0) => {
    const child = fork(join(root, "bench/hub-reader.ts"), [daemon.place.socket, String(count), String(slowMs)], {
      execArgv: [],
    });
    children.push(child);
    await once(child, "message");
    return child;
  };
  try {
    const stopped = await reader(1);
    const slow = await reader(1, 100);
    const quick = [await reader(Math.ceil((readers - 2) / 2)), await reader(Math.floor((readers - 2) / 2))];
    const newest = new Map<string, number>();
    const updates = updatesPerSecond * seconds;
    let before = residentBytes(daemon);
    const startedMs = nowMs();
    const sending: Promise<void>[] = [];
    for (let update = 1; update <= updates; update += 1) {
      if (update === Math.ceil(updates / 4)) stopped.kill("SIGSTOP");
      if (update === Math.ceil(updates / 3)) before = residentBytes(daemon);
      const session = (update * 7_919) % sessions;
      newest.set(`s${session}`, update);
      sending.push(post("StatusLine", session, { session_name: `${update} ${nowMs()}` }));
      const ahead = startedMs + (update * 1_000) / updatesPerSecond - nowMs();
      if (ahead > 1) await later(ahead);
    }
    await Promise.all(sending);
    const after = residentBytes(daemon);
    stopped.kill("SIGCONT");
    const reports: ReaderReport[] = [];
    for (const child of [...quick, slow, stopped]) reports.push(await reportWhenCurrent(child, newest));
    const all = reports.flatMap(({ last }) => last);
    return {
      latencies: reports.slice(0, 2).flatMap(({ latencies }) => latencies),
      pushes: reports.reduce((sum, { pushes }) => sum + pushes, 0),
      behind: all.filter((last) => !isCurrent(last, newest)).length,
      stoppedSnapshots: reports.at(-1)?.snapshots[0] ?? 0,
      residentBytes: { before, after },
    };
  } finally {
    for (const child of children) child.kill("SIGKILL");
    agent.destroy();
  }
}

const isCurrent = (last: ReaderReport["last"][number], newest: ReadonlyMap<string, number>): boolean => {
  const has = new Map(last);
  return [...newest].every(([session, update]) => has.get(session) === update);
};

/** Readers that were behind are given time to read what waits for them. */
async function reportWhenCurrent(child: ChildProcess, newest: ReadonlyMap<string, number>): Promise<ReaderReport> {
  for (let tries = 0; ; tries += 1) {
    child.send("report");
    const [report] = (await once(child, "message")) as [ReaderReport];
    if (tries === 100 || report.last.every((last) => isCurrent(last, newest))) return report;
    await later(100);
  }
}

function hookCall(agent: Agent, socketPath: string, event: string, payload: object): Promise<void> {
  const body = JSON.stringify(payload);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        agent,
        socketPath,
        method: "POST",
        path: `/hooks/claude-code/${event}`,
        headers: { host: "signalbox", "content-type": "application/json", "content-length": Buffer.byteLength(body) },
      },
      (answer) => {
        answer.resume();
        answer.once("end", () =>
          answer.statusCode === 200 ? resolve() : reject(new Error(`HTTP ${answer.statusCode}`)),
        );
      },
    );
    sent.once("error", reject);
    sent.end(body);
  });
}

function residentBytes({ child }: TestDaemon): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) * 1_024;
}

export async function benchHub(daemon: TestDaemon): Promise<Row[]> {
  const load = { sessions: 1_000, readers: 100, updatesPerSecond: 200, seconds: 30 };
  const { latencies, behind, stoppedSnapshots, residentBytes: resident, pushes } = await loadHub(daemon, load);
  const growth = (resident.after - resident.before) / 1e6;
  return [
    {
      what: "session update to reader; 1,000 sessions, 100 readers, 200 updates/s, 30 s",
      budget: "p99 <= 50 ms",
      p50: percentile(latencies, 50),
      p99: percentile(latencies, 99),
      unit: "ms",
      note: `${behind} readers without every newest state; ${pushes.toLocaleString("en-US")} pushes`,
    },
    {
      what: "the same, resident memory gained while one reader was stopped",
      budget: "flat",
      value: growth,
      unit: "MB",
      note: `of ${(resident.before / 1e6).toFixed(0)} MB; the stopped reader then got ${stoppedSnapshots - 1} snapshot`,
    },
  ];
}

/** What a hook costs while a board is open and sessions are live, beside the same without. In turns, since the machine is never quite still. */
export async function benchHookBesideBoard(daemon: TestDaemon): Promise<Row[]> {
  const { place } = daemon;
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const payload = JSON.stringify(preToolUse("bench", place.home, "Bash", { command: "npm test" }));
  const hooks = (count: number, warm: number) =>
    timeStarts(join(root, "build/signalbox-hook"), ["--home", place.home, "claude-code", "PreToolUse"], {
      count,
      warm,
      input: payload,
      env: plainEnvironment,
    });
  const liveSessions = 50;
  const [without, beside]: [number[], number[]] = [[], []];
  try {
    await hooks(1, 20);
    for (let turn = 0; turn < 5; turn += 1) {
      without.push(...(await hooks(60, 0)));
      const board = fork(join(root, "bench/hub-reader.ts"), [place.socket, "1", "0"], { execArgv: [] });
      await once(board, "message");
      let working = true;
      const work = (async () => {
        // Each live session says something every second or so.
        for (let update = 0; working; update += 1) {
          const session = { session_id: `live${update % liveSessions}`, cwd: place.home };
          await hookCall(agent, place.socket, "StatusLine", { ...session, session_name: `${update} 0` });
          await later(1_000 / liveSessions);
        }
      })();
      beside.push(...(await hooks(60, 0)));
      working = false;
      await work;
      board.kill("SIGKILL");
    }
  } finally {
    agent.destroy();
  }
  return [
    row("hook, start to exit, nobody watching", "", without),
    row("hook, start to exit, a board open and 50 sessions live", "within 20 % of without", beside, {
      against: "hook, start to exit, nobody watching",
    }),
  ];
}
