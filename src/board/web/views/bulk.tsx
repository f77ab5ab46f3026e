import { useState } from "preact/hooks";
import { count } from "../../../kit/text.ts";
import type { HoldDecision, HoldView } from "../../../protocol/operations/holds.ts";
import { callText, stopped } from "../../../protocol/words.ts";
import { useBoardState, usePage } from "../hooks.ts";
import { Actions, Modal } from "../parts/modal.tsx";

/** Decides all that are marked, after one look at the whole list. */
export function Bulk({ holds, onDone }: { holds: readonly HoldView[]; onDone: () => void }) {
  const { board, desk } = usePage();
  const { link, status } = useBoardState();
  const live = link.state === "live";
  const [asking, setAsking] = useState<"approve" | "deny" | undefined>(undefined);
  const [words, setWords] = useState("");
  const final = holds.filter(({ undoable }) => !undoable).length;

  const decide = async (decision: HoldDecision) => {
    setAsking(undefined);
    const results = await Promise.all(
      holds.map((hold) =>
        board.call("hold/decide", { id: hold.id, ...decision }).then(
          () => undefined,
          (error: unknown) => (error as Error).message,
        ),
      ),
    );
    const refused = results.filter((why) => why !== undefined);
    const done = holds.length - refused.length;
    if (done > 0) desk.say("done", `${decision.decision === "deny" ? "Denied" : "Approved"} ${count(done, "hold")}.`);
    for (const why of new Set(refused)) desk.say("refused", `Not done: ${why}`);
    onDone();
  };
  return (
    <div class="bulk">
      <span>{count(holds.length, "hold")} marked</span>
      <button
        type="button"
        class="primary"
        disabled={!live || status?.mode === "panic"}
        onClick={() => setAsking("approve")}
      >
        Approve all
      </button>
      <button type="button" disabled={!live} onClick={() => setAsking("deny")}>
        Deny all
      </button>
      <button type="button" class="quiet" onClick={onDone}>
        Unmark
      </button>
      {asking !== undefined && (
        <Modal
          title={`${asking === "approve" ? "Approve" : "Deny"} ${count(holds.length, "hold")}?`}
          onClose={() => setAsking(undefined)}
          wide
        >
          <ul class="bulk-list">
            {holds.map((hold) => (
              <li key={hold.id}>
                <code>{callText(hold.tool, hold.input)}</code>
                <span class="faint"> {stopped(hold.reason)}</span>
                {!hold.undoable && <strong> can’t be undone</strong>}
              </li>
            ))}
          </ul>
          {asking === "deny" && (
            <label class="field">
              Why? The agents read it.
              <textarea
                rows={2}
                maxLength={1_024}
                value={words}
                onInput={(event) => setWords(event.currentTarget.value)}
              />
            </label>
          )}
          {asking === "approve" && final > 0 && (
            <p class="accent">{count(final, "of them", "of them")} can’t be undone.</p>
          )}
          <Actions
            action={asking === "approve" ? "Approve all" : "Deny all"}
            onAction={() =>
              void decide(asking === "approve" ? { decision: "approve", scope: "once" } : { decision: "deny", words })
            }
            onClose={() => setAsking(undefined)}
          />
        </Modal>
      )}
    </div>
  );
}
