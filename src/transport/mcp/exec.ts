import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { type Clock } from "../../kit/clock.ts";
import { limits } from "../../protocol/limits.ts";
import type { CallOf } from "../../protocol/operations/index.ts";
import { Refusal } from "../../protocol/refusals.ts";
import { wordIssues } from "../../protocol/wording.ts";
import type { Line } from "./line.ts";
import type { Asker } from "./permission.ts";
import { shown } from "./shown.ts";

const Command = z.object({
  command: z.string().min(1).max(limits.shellBytesMax).describe("what bash runs"),
  cwd: z.string().max(4096).optional().describe("where; default: the project's folder"),
  timeoutMs: z
    .int()
    .min(100)
    .max(limits.execMsMax)
    .default(limits.execMsDefault)
    .describe("after that the command and all that it started are ended"),
});
type Command = z.output<typeof Command>;

export interface ExecPorts {
  readonly line: Pick<Line, "call">;
  readonly asker: Asker;
  readonly clock: Clock;
  /** Aborts when the host has gone: whatever runs is ended then. */
  readonly closing: AbortSignal;
}

interface Ran {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Registers `exec` for agents that have no hooks: the command is judged, held where a person must look, and only then run by bash in a process
 * group of its own, with no stdin. Cancelled, out of time or left by the host, the whole group is ended.
 */
export function addExecTool(server: McpServer, ports: ExecPorts): void {
  server.registerTool(
    "exec",
    {
      title: "Run a command",
      description: "Runs a shell command after Signalbox has judged it; a held one waits for a person.",
      inputSchema: shown(Command),
    },
    async (given, { mcpReq }) => {
      const read = Command.safeParse(given);
      if (!read.success) return failed(`Nothing was run: ${wordIssues(read.error)}`);
      try {
        return await judgeAndRun(read.data, ports, AbortSignal.any([mcpReq.signal, ports.closing]));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return failed(`Nothing was run: ${error.message} ${error.hint ?? ""}`.trimEnd());
      }
    },
  );
}

const failed = (text: string) => ({ isError: true, content: [{ type: "text" as const, text }] });

async function judgeAndRun(asked: Command, { line, asker, clock }: ExecPorts, signal: AbortSignal) {
  const call = { ...asker, cwd: resolve(asker.cwd, asked.cwd ?? "."), tool: "Bash", toolCallId: randomUUID() };
  const { verdict, reason, hold, input } = await line.call(
    "gate/request",
    { ...call, input: { command: asked.command } },
    signal,
  );
  if (verdict === "deny") return failed(reason);
  if (verdict === "hold")
    return failed(
      `${reason} Nobody has decided yet (${hold ?? "held"}). Do something else, and try exactly this again once the operator has approved it.`,
    );
  const edited = input?.["command"];
  const command = typeof edited === "string" ? edited : asked.command;
  const ran = await run(command, call.cwd, asked.timeoutMs, clock, signal);
  const status = ran.exitCode === 0 ? "done" : "failed";
  const text = [
    ...(command === asked.command ? [] : [`A person changed the command; this ran: ${command}`]),
    ran.timedOut ? `ended after ${asked.timeoutMs} ms` : `exit code ${ran.exitCode ?? ran.signal ?? "unknown"}`,
    ...(ran.stdout === "" ? [] : ["stdout:", ran.stdout]),
    ...(ran.stderr === "" ? [] : ["stderr:", ran.stderr]),
  ].join("\n");
  const exitCode = ran.exitCode === null ? {} : { exitCode: ran.exitCode };
  const unentered = await report({ ...call, input: { command }, status, text, ...exitCode }, line);
  return {
    ...(status === "done" ? {} : { isError: true }),
    content: [{ type: "text" as const, text: unentered === undefined ? text : `${text}\n${unentered}` }],
  };
}

/** @returns a sentence where it could not be entered: the command ran all the same, and who is told otherwise would run it again */
async function report(outcome: CallOf<"gate/outcome">, line: ExecPorts["line"]): Promise<string | undefined> {
  try {
    await line.call("gate/outcome", outcome, AbortSignal.timeout(limits.drainMs)); // told also of what was cancelled
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `It was run. Its outcome could not be entered: ${why}`;
  }
}

/** Between asking a group to end and ending it. */
const graceMs = 2_000;
/** What a command left in the background may hold its output open for. */
const leftOpenMs = 500;

async function run(command: string, cwd: string, timeoutMs: number, clock: Clock, asked: AbortSignal): Promise<Ran> {
  const over = new AbortController();
  const signal = AbortSignal.any([asked, over.signal]);
  // -p: neither a start file (BASH_ENV) nor functions of the environment, which a cloned repository may set, change what was judged.
  const child = spawn("/bin/bash", ["-p", "-c", command], { cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let timedOut = false;
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((done, fail) => {
    child.once("error", (error) =>
      fail(new Refusal("INVALID_PARAMS", `bash can't be started in ${cwd}: ${error.message}`)),
    );
    child.once("exit", (code, by) => done([code, by]));
  });
  const stop = async () => {
    endGroup(child.pid, "SIGTERM");
    await clock.sleep(graceMs, { signal: over.signal }).then(
      () => endGroup(child.pid, "SIGKILL"),
      () => {}, // it ended in time
    );
  };
  const late = clock.sleep(timeoutMs, { signal }).then(
    () => {
      timedOut = true;
      return stop();
    },
    () => (over.signal.aborted ? undefined : stop()),
  );
  const outputs = [collect(child.stdout), collect(child.stderr)] as const;
  const closed = once(child, "close").catch(() => {}); // `ended` tells of what went wrong
  try {
    const [exitCode, by] = await ended;
    await Promise.race([closed, clock.sleep(leftOpenMs, { signal: AbortSignal.timeout(leftOpenMs * 2) })]);
    return { exitCode, signal: by, timedOut, stdout: outputs[0](), stderr: outputs[1]() };
  } finally {
    over.abort(new Error("the command has ended"));
    await late;
    // A cancelled command's children may have outlived it.
    if (timedOut || asked.aborted) endGroup(child.pid, "SIGKILL");
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // all of it has ended
  }
}

/** The first half and the last half of what may be kept; what is between is counted. */
function collect(stream: Readable): () => string {
  const half = limits.execOutputBytesMax / 2;
  let [head, tail, total] = [Buffer.alloc(0), Buffer.alloc(0), 0];
  stream.on("data", (chunk: Buffer) => {
    total += chunk.length;
    const first = chunk.subarray(0, Math.max(0, half - head.length));
    head = Buffer.concat([head, first]);
    tail = Buffer.concat([tail, chunk.subarray(first.length)]).subarray(-half);
  });
  return () => {
    const left = total - head.length - tail.length;
    return `${head.toString("utf8")}${left > 0 ? `\n… ${left} bytes left out …\n` : ""}${tail.toString("utf8")}`;
  };
}
