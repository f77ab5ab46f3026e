import type { SessionState } from "../../../protocol/session-view.ts";
import { stateWord } from "../../model/index.ts";

/** How far the arm is raised, in degrees: level is stop, raised is clear, upright rests. */
const arms: Readonly<Record<SessionState, number>> = {
  waiting: 0,
  error: 0,
  limited: -22,
  working: -48,
  "finished-unseen": -90,
  idle: -90,
  gone: -90,
};

/**
 * A semaphore's arm: level when somebody has to stop and look, raised when the line is clear, upright when nothing runs. Shape says it
 * before colour does; a lamp marks what nobody has seen yet.
 */
export function Signal({ state, large = false }: { state: SessionState; large?: boolean }) {
  return (
    <svg class={`signal signal-${state}${large ? " signal-large" : ""}`} viewBox="0 0 20 20" aria-hidden="true">
      <path class="signal-post" d="M5 9v9" />
      <path class="signal-arm" d="M5 9.500h12" transform={`rotate(${arms[state]} 5 9.500)`} />
      <circle class="signal-pivot" cx="5" cy="9.500" r="1.700" />
      {state === "finished-unseen" && <circle class="signal-lamp" cx="12.500" cy="13" r="3" />}
      {state === "error" && <path class="signal-cross" d="m11 13 4 4m0-4-4 4" />}
    </svg>
  );
}

export function SignalWithWord({ session }: { session: Parameters<typeof stateWord>[0] }) {
  return (
    <>
      <Signal state={session.state} />
      <span class="hidden">{stateWord(session)}: </span>
    </>
  );
}
