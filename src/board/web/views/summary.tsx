import { bytes, count, duration } from "../../../kit/text.ts";
import { modeWords } from "../../../protocol/words.ts";
import { type BoardState, costOf, money, needsOf } from "../../model/index.ts";
import { nowMs } from "../clock.ts";
import { EntryLine } from "../parts/entry-line.tsx";
import { Fact } from "../parts/small.tsx";

const entriesShown = 14;
/** What somebody would want to hear; every hook that came is in the ledger itself. */
const telling = /^(gate\/judged|gate\/recorded|hold\/|policy\/|tool\/unfinished|session\/ungated|daemon\/|pass\/)/;

function needsText(state: BoardState): string {
  const { holds, sessions } = needsOf(state);
  if (holds === 0)
    return sessions === 0 ? "Nothing is held." : `${count(sessions, "session needs", "sessions need")} you.`;
  return `${count(holds, "hold waits", "holds wait")} for you${sessions === 0 ? "" : `, and ${count(sessions, "session")}`}.`;
}

/** What stands beside the list while nothing is chosen: how it goes on the whole line, and what happened last. */
export function Summary({ state }: { state: BoardState }) {
  const { sessions, status, entries } = state;
  const live = [...sessions.values()].filter((session) => session.state !== "gone");
  const working = live.filter((session) => session.state === "working").length;
  const cost = costOf(live);
  const latest = entries.filter(({ kind }) => telling.test(kind)).slice(0, entriesShown);
  return (
    <div class="summary">
      <p class="summary-line">
        {needsText(state)}{" "}
        <span class="faint">
          {working === 0 ? "No agent is working" : `${count(working, "agent is", "agents are")} working`}
          {live.length > working ? ` of ${live.length}` : ""}
          {cost === undefined ? "" : `; ${money(cost)} so far`}.
        </span>
      </p>
      {status !== undefined && (
        <dl class="facts">
          <Fact name="Mode">
            {status.mode} <span class="faint">{modeWords[status.mode]}</span>
          </Fact>
          <Fact name="Ledger">
            {count(status.ledger.entries, "entry", "entries")}, {bytes(status.ledger.bytes)}
            {status.ledger.checkpoint !== null && (
              <span class="faint"> · signed to entry {status.ledger.checkpoint.size - 1}</span>
            )}
          </Fact>
          <Fact name="Policy">{count(status.policy.rules, "rule")}</Fact>
          <Fact name="Daemon">
            {status.version}, up {duration(nowMs() - Date.parse(status.startedAt))}
          </Fact>
        </dl>
      )}
      <h2>Latest</h2>
      {latest.length === 0 ? (
        <p class="faint">Nothing was asked yet.</p>
      ) : (
        <ol class="register">
          {latest.map((entry) => (
            <li key={entry.seq}>
              <EntryLine entry={entry} />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
