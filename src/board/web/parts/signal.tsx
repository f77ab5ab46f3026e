import type { SessionState } from "../../../protocol/session-view.ts";
import { stateWord } from "../../model/index.ts";

/** How far the arm hangs, in degrees: level is stop, lowered is clear. */
const arms: Readonly<Record<SessionState, number>> = {
  waiting: 0,
  error: 0,
  limited: 24,
  working: 46,
  "finished-unseen": 46,
  idle: 78,
  gone: 78,
};

/**
 * A semaphore's arm: level when somebody has to stop and look, lowered when the line is clear, hanging when nothing runs. Shape says it
 * before colour does; an open ring marks what nobody has seen yet.
 */
export function Signal({ state, large = false }: { state: SessionState; large?: boolean }) {
  return (
    <svg class={`signal signal-${state}${large ? " signal-large" : ""}`} viewBox="0 0 20 20" aria-hidden="true">
      <path class="signal-post" d="M5 2.500v15" />
      {state === "gone" ? null : <path class="signal-arm" d="M5 6h11" transform={`rotate(${arms[state]} 5 6)`} />}
      {state === "finished-unseen" && <circle class="signal-ring" cx="15" cy="4.500" r="2.500" />}
      {state === "error" && <path class="signal-cross" d="m11.500 11.500 5 5m0-5-5 5" />}
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
