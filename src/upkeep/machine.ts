import type { UpkeepState } from "../protocol/operations/upkeep.ts";
import type { UpkeepTimes } from "./types.ts";

/** What the scheduler sees when it takes its turn. */
export interface Scene {
  readonly state: UpkeepState;
  /** Since somebody last worked. */
  readonly idleMs: number;
  readonly paused: boolean;
  /** Tasks that are due and do not rest. */
  readonly due: boolean;
  /** They have been due for too long to wait for a quiet hour. */
  readonly overdue: boolean;
  /** Somebody asked for it since the last turn. */
  readonly asked: "sleep" | "wake" | "dream" | undefined;
  /** Somebody worked since the state began. */
  readonly stirred: boolean;
  /** A round of tasks runs; `pressing` when it does not give way to whoever works. */
  readonly dream: "none" | "running" | "pressing";
  /** The round began in its sleep, so it sleeps on when the round has ended. */
  readonly slept: boolean;
}

/**
 * The whole machine: which state follows, given what is seen. Pure; `scheduler.ts` is the only caller that acts on it.
 * DREAMING is entered only when a round may start, and left only when it has ended or must stop.
 */
export function transition(scene: Scene, times: Pick<UpkeepTimes, "drowsyAfterMs" | "sleepAfterMs">): UpkeepState {
  const { state, idleMs, paused, due, overdue, asked, stirred, dream, slept } = scene;
  if (state === "DREAMING") {
    if (asked === "wake" || paused) return "WAKE";
    if (dream === "pressing") return "DREAMING";
    if (stirred) return "WAKE";
    if (dream === "running") return "DREAMING";
    return slept || idleMs >= times.drowsyAfterMs || asked === "sleep" ? "SLEEP" : "WAKE";
  }
  if (asked === "wake") return "WAKE";
  if (!paused && (asked === "dream" || (overdue && due))) return "DREAMING";
  if (asked === "sleep") return asleep(state) ? state : "TRANSITIONING";
  if (stirred && state !== "WAKE") return "WAKE";
  switch (state) {
    case "WAKE":
      return idleMs >= times.drowsyAfterMs ? "DROWSY" : "WAKE";
    case "DROWSY":
      return idleMs >= times.sleepAfterMs ? "SLEEP" : "DROWSY";
    case "TRANSITIONING":
      return "SLEEP";
    case "SLEEP":
      if (due) return paused ? "SLEEP" : "DREAMING";
      return "HIBERNATION";
    case "HIBERNATION":
      return due && !paused ? "SLEEP" : "HIBERNATION";
  }
}

/** Whether it sleeps already, so that asking for it again changes nothing. */
export function asleep(state: UpkeepState): boolean {
  return state !== "WAKE" && state !== "DROWSY";
}
