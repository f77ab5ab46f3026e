import { z } from "zod";
import type { ClientDialect, ForeignFrame } from "../../../protocol/client-dialect.ts";
import { limits } from "../../../protocol/limits.ts";
import type { Refusal, RefusalCode } from "../../../protocol/refusals.ts";
import { read, wordsOf } from "../reading.ts";
import type { IaiPorts } from "./ports.ts";

const types = ["status", "user_initiated_sleep", "force_wake", "force_rem", "pause", "resume", "session_open"] as const;
type ControlType = (typeof types)[number];

/** Longer ones are cut, as iai cuts them. */
const reasonCharsMax = 500;
const sessionCharsMax = 128;
const commandsShown = 16;

const clipped = (most: number) => z.string().transform((text) => text.toWellFormed().slice(0, most).toWellFormed());

const Frame = {
  sleep: z.object({ reason: clipped(reasonCharsMax).nullish() }),
  pause: z.object({
    seconds: z
      .int()
      .min(1)
      .max(limits.upkeepPauseMsMax / 1_000)
      .nullish(),
  }),
  sessionOpen: z.object({ session_id: clipped(sessionCharsMax).nullish() }),
} as const;

/**
 * iai's control frames: bare objects both ways. A reply means that the command is queued; only the scheduler moves the state, and
 * `status` tells what became of a command by the `command_id` of its reply (a field more than iai has).
 * @param ports  undefined where nothing can be recorded: every frame is then refused as iai does without a control plane
 */
export function iaiControl(ports: IaiPorts | undefined): ClientDialect {
  return {
    name: "iai",
    matches: ({ type }) => types.some((known) => known === type),
    // Replies carry no id: they leave in the order of the questions.
    ordered: true,
    fault: (refusal, frame) => ({ ok: false, reason: reasonOf(refusal, frame), error: wordsOf(refusal) }),
    open: (peer) => ({
      async serve(frame) {
        peer.send(ports === undefined ? unwired : await reply(frame, ports));
      },
    }),
  };
}

const unwired = { ok: false, reason: "control_plane_unwired" };

async function reply(frame: ForeignFrame, ports: IaiPorts): Promise<object> {
  const { upkeep } = ports;
  const type = frame["type"] as ControlType;
  switch (type) {
    case "status":
      return status(ports);
    case "user_initiated_sleep": {
      const { reason } = read(Frame.sleep, frame, type);
      const { id } = await upkeep.ask("sleep", reason ?? "");
      return { ok: true, state: "TRANSITIONING", command_id: id };
    }
    case "force_wake": {
      const { id } = await upkeep.ask("wake", type);
      return { ok: true, reason: "wake_queued", command_id: id };
    }
    case "force_rem": {
      const { id } = await upkeep.ask("dream", type);
      return { ok: true, reason: "rem_queued", command_id: id };
    }
    case "pause": {
      const { seconds } = read(Frame.pause, frame, type);
      const { command, until } = await upkeep.pause(seconds ?? undefined);
      return { ok: true, paused: true, paused_until: until, command_id: command.id };
    }
    case "resume": {
      const { id } = await upkeep.resume();
      return { ok: true, paused: false, command_id: id };
    }
    case "session_open": {
      const { session_id: session } = read(Frame.sessionOpen, frame, type);
      const { id } = await upkeep.ask("session", session ?? "");
      if (session !== undefined && session !== null && session !== "") ports.sessionOpened(session);
      return { ok: true, reason: "session_open_queued", command_id: id };
    }
  }
}

function status(ports: IaiPorts): object {
  const { upkeep, version, startedAt } = ports;
  const { state, paused, pausedUntil, lastTurnAt, commands } = upkeep.status();
  return {
    ok: true,
    state,
    // iai has two machines that may drift apart; ours is one.
    fsm_state: state,
    uptime_sec: Math.floor(ports.uptimeMs() / 1_000),
    version,
    last_tick_at: lastTurnAt,
    // It rests when nobody works, at whatever time of day: no window is learnt.
    quiet_window: null,
    pending_digest: null,
    daemon_started_at: startedAt,
    scheduler_paused: paused,
    paused_until: pausedUntil,
    commands: commands.slice(0, commandsShown).map((command) => ({
      command_id: command.id,
      kind: command.kind,
      state: command.state,
      asked_at: command.askedAt,
      ended_at: command.endedAt,
      note: command.note,
    })),
  };
}

/** Our refusals in iai's words; what is not here is the control plane's own trouble. */
const reasons: Partial<Record<RefusalCode, string>> = {
  PARSE_ERROR: "invalid_message",
  INVALID_REQUEST: "invalid_message",
  INVALID_PARAMS: "invalid_message",
  TOO_LARGE: "invalid_message",
  LEDGER_UNAVAILABLE: "state_write_failed",
};

function reasonOf({ code }: Refusal, frame: ForeignFrame | undefined): string {
  if (code === "CONFLICT" && frame?.["type"] === "user_initiated_sleep") return "already_sleeping";
  return reasons[code] ?? "control_plane_error";
}
