/**
 * The plugin that `wire opencode` installs: OpenCode has no command hooks, so this runs the hook client for it. Plain
 * JavaScript without imports of ours, because it runs inside OpenCode (Bun). It fails closed: on a tool call every answer but
 * "exit 0 with a JSON object or nothing" is thrown, which is how OpenCode stops the tool and tells the model.
 */
export function opencodePlugin({ hook, home }: { readonly hook: string; readonly home: string }): string {
  return `${opencodeMark} Remove it with: signalbox unwire opencode
// It asks Signalbox before each tool call and stops the call unless the answer is a clear yes.
import { spawn } from "node:child_process";

const hook = ${JSON.stringify(hook)};
const home = ${JSON.stringify(home)};
const answerBytesMax = 16 * 1024 * 1024;

function run(event, payload, timeoutMs) {
  return new Promise((resolve, reject) => {
    // An empty environment: nothing that a repository sets may steer the hook.
    const child = spawn(hook, ["--home", home, "opencode", event], { env: {}, stdio: ["pipe", "pipe", "pipe"] });
    let out = "";
    let err = "";
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error("Signalbox did not answer in time, so the call was stopped. Try again; if it stays so: signalbox doctor opencode"));
    }, timeoutMs);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new Error("Signalbox's hook could not be started (" + error.message + "), so the call was stopped. Mend it with: signalbox wire opencode"));
    });
    child.stdout.setEncoding("utf8").on("data", (text) => {
      out += text;
      if (out.length > answerBytesMax) child.kill("SIGKILL");
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      if (err.length < 65536) err += text;
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, out, err });
    });
    child.stdin.on("error", () => {}); // the hook ended early: its exit says what there is to say
    child.stdin.end(JSON.stringify(payload));
  });
}

// For what is only reported: a daemon that is away must not disturb the session.
async function report(event, payload) {
  try {
    await run(event, payload, 10_000);
  } catch {
    // the ledger then has a verdict without an outcome, and says so
  }
}

const reported = new Set([
  "session.created",
  "session.idle",
  "session.deleted",
  "session.error",
  "permission.asked",
  "permission.replied",
]);

export const Signalbox = async ({ directory }) => ({
  "tool.execute.before": async (input, output) => {
    const payload = { hook_event_name: "tool.execute.before", directory, input, output: { args: output.args } };
    const { code, signal, out, err } = await run("tool.execute.before", payload, 300_000);
    if (code !== 0) throw new Error(err.trim() || "Signalbox's hook ended with " + (signal ?? "code " + code) + ", so the call was stopped.");
    if (out.trim() === "") return;
    let answer;
    try {
      answer = JSON.parse(out);
    } catch {
      throw new Error("Signalbox's answer could not be read, so the call was stopped. See: signalbox doctor opencode");
    }
    if (answer === null || typeof answer !== "object" || Array.isArray(answer) || "decision" in answer)
      throw new Error("Signalbox's answer was not an approval, so the call was stopped.");
    if (answer.args === undefined) return;
    for (const key of Object.keys(output.args)) delete output.args[key];
    Object.assign(output.args, answer.args);
  },
  "tool.execute.after": async (input, output) => {
    const { title, output: text, metadata } = output ?? {};
    const exit = metadata?.exit;
    await report("tool.execute.after", {
      hook_event_name: "tool.execute.after",
      directory,
      input,
      output: { title, output: typeof text === "string" ? text.slice(0, 1_000_000) : undefined, metadata: { exit } },
    });
  },
  "chat.message": async (input, output) => {
    const parts = (output?.parts ?? []).filter((part) => part.type === "text").map((part) => ({ type: "text", text: part.text }));
    await report("chat.message", { hook_event_name: "chat.message", directory, input: { sessionID: input.sessionID }, output: { parts } });
  },
  event: async ({ event }) => {
    if (!reported.has(event?.type)) return; // most events fire per token
    const name = "event." + event.type;
    const sessionID = event.properties?.sessionID ?? event.properties?.info?.id;
    const { permission, error } = event.properties ?? {};
    const properties = {
      sessionID,
      permission: typeof permission === "string" ? permission : undefined,
      error: error && { name: error.name, data: { message: String(error.data?.message ?? "").slice(0, 1_000) } },
    };
    await report(name, { hook_event_name: name, directory, input: { type: event.type, properties } });
  },
});
`;
}

/** The first line of every version of it. */
export const opencodeMark = '// Made by "signalbox wire opencode".';
