import type { HookAnswer } from "../dialects/agents/index.ts";
import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import { GateRecord } from "../protocol/operations/gate.ts";
import { Refusal } from "../protocol/refusals.ts";
import { takeSpool } from "../recording/index.ts";
import type { ProcessId } from "../sessions/index.ts";
import type { HookPort } from "../transport/http/index.ts";
import { diskRefusal } from "./disk.ts";
import type { Recorder } from "./recorder.ts";
import { terminalSession } from "./shims.ts";

export interface RecordingPorts {
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly home: string;
  readonly sessionLeaderOf: (pid: number) => ProcessId | undefined;
}

export interface Recording {
  /** The end of `/hooks/shell/command`, which shells that are recorded tell; everything else goes to `hooks`. */
  before(hooks: HookPort): HookPort;
  /** Enters what was typed while no daemon ran. */
  sweep(signal: AbortSignal): Promise<void>;
}

const taken: HookAnswer = { exit: 0, stdout: "", stderr: "" };
/** The shell keeps it, as when no daemon answers (hook/relay.c). */
const notTaken: HookAnswer = { exit: 3, stdout: "", stderr: "" };

export function createRecording({ recorder, clock, log, home, sessionLeaderOf }: RecordingPorts): Recording {
  return {
    before: (hooks) => async (request, signal) => {
      if (request.agent !== "shell" || request.event !== "command") return hooks(request, signal);
      const [cwd, code, command] = request.body.toString("utf8").split("\0");
      const leader = sessionLeaderOf(Number(request.headers["x-signalbox-ppid"]));
      const record = GateRecord.safeParse({
        session: leader === undefined ? "unknown" : terminalSession(leader),
        cwd,
        input: { command },
        exitCode: Number(code),
        ranAt: new Date(clock.nowMs()).toISOString(),
      });
      if (!record.success || request.tooLarge) return taken; // no shell of ours says so, and keeping it would not mend it
      try {
        await recorder.record(record.data, signal);
        return taken;
      } catch (error) {
        if (!signal.aborted)
          log.error({ err: error }, "what a person typed could not be recorded; their shell keeps it");
        return notTaken;
      }
    },
    async sweep(signal) {
      await takeSpool(home, async (record) => {
        try {
          await recorder.record(record, signal);
        } catch (error) {
          if (signal.aborted || error instanceof Refusal || diskRefusal(error) !== undefined) throw error;
          // It would fail the next time too, and stand in the way of all that were typed after it.
          log.error(
            { err: error, ranAt: record.ranAt },
            "a line that a person typed could not be classed; it is left out",
          );
        }
      });
    },
  };
}
