import { type ChildProcess, spawn } from "node:child_process";

/**
 * A process that stands for an agent: it starts hooks when it is told to, so that they have a parent which lives as long as its session
 * and is younger than the person's terminal. Spoken to over IPC by `Agent` in daemon.ts.
 */
export type ToAgent =
  | {
      readonly id: number;
      readonly file: string;
      readonly args: readonly string[];
      readonly stdin: string;
      readonly env: Readonly<Record<string, string | undefined>>;
    }
  | { readonly kill: number };
export interface FromAgent {
  readonly id: number;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const children = new Map<number, ChildProcess>();
process.on("message", (message: ToAgent) => {
  if ("kill" in message) return void children.get(message.kill)?.kill("SIGTERM");
  const { id, file, args, stdin, env } = message;
  const child = spawn(file, [...args], { env, cwd: "/", stdio: "pipe" });
  children.set(id, child);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => {}); // a hook that ends without reading its input is no fault of ours
  child.once("close", (code) => {
    children.delete(id);
    process.send?.({ id, code: code ?? 128, stdout, stderr } satisfies FromAgent);
  });
  child.stdin.end(Buffer.from(stdin, "base64"));
});
process.once("disconnect", () => process.exit(0));
