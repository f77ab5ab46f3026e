import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Refusal } from "../../protocol/refusals.ts";
import type { SessionView } from "../../protocol/session-view.ts";
import { sessionTitle } from "../model/index.ts";

const run = promisify(execFile);
const answerMsMax = 3_000;

/**
 * Goes to the terminal of a session: its window, its pane, and, where this board sits in the same tmux server, its session too. The
 * pane is named by its exact id on the exact socket, so that no other pane can be meant.
 * @param here  the value of TMUX where the board runs, if it does: `<socket>,<pid>,<number>`
 * @throws Refusal NOT_FOUND  when it is not known where it runs, or the pane is gone
 */
export async function jumpTo(session: SessionView, here: string | undefined, signal: AbortSignal): Promise<void> {
  const pane = session.terminal?.tmuxPane ?? undefined;
  if (pane === undefined || !/^%\d+$/.test(pane))
    throw new Refusal(
      "NOT_FOUND",
      `It is not known in which pane of tmux ${sessionTitle(session)} runs.`,
      `Its process is ${session.pid ?? "not known"}, its folder ${session.cwd}`,
    );
  const socket = session.terminal?.tmuxSocket ?? here?.split(",")[0];
  const server = socket === undefined ? [] : ["-S", socket];
  const tmux = (...args: readonly string[]) => run("tmux", [...server, ...args], { signal, timeout: answerMsMax });
  try {
    await tmux("select-window", "-t", pane);
    await tmux("select-pane", "-t", pane);
    if (here !== undefined && here.split(",")[0] === socket) await tmux("switch-client", "-t", pane);
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Refusal("NOT_FOUND", `tmux did not go to pane ${pane}: ${(stderr ?? "").trim() || message}.`);
  }
}
