import { useEffect, useRef, useState } from "preact/hooks";
import { visible } from "../../../kit/text.ts";
import { editable, editedInput, simulatedText } from "../../../protocol/hold-words.ts";
import type { HoldDecision, HoldView } from "../../../protocol/operations/holds.ts";
import { nowMs } from "../clock.ts";
import { complaint } from "../desk.ts";
import { useBoardState, useLatest, usePage } from "../hooks.ts";
import { Actions, Confirm, Modal } from "../parts/modal.tsx";
import { Key, takesTyping } from "../parts/small.tsx";

type Step = "once" | "session" | "rule" | "deny" | "edit";
const stepsByKey: Readonly<Record<string, Step>> = { a: "once", s: "session", r: "rule", d: "deny", e: "edit" };

/** A card that has just taken another's place is not decided by a key that was meant for the other. */
const swapMs = 400;

/** The ways to decide: one key each, and one question more where it can't be undone. */
export function Decide({ hold, keys }: { hold: HoldView; keys: boolean }) {
  const { board, desk } = usePage();
  const { link, status } = useBoardState();
  const [step, setStep] = useState<Step | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const shownAtMs = useRef(nowMs());
  const live = link.state === "live";
  /** What is released while everything is stopped would be denied to the agent all the same. */
  const stoppedAll = status?.mode === "panic";

  const decide = async (decision: HoldDecision) => {
    setStep(undefined);
    setBusy(true);
    await desk.decide(hold, decision);
    setBusy(false);
  };
  const begin = (next: Step) => {
    if (
      busy ||
      !live ||
      (stoppedAll && next !== "deny") ||
      ((next === "session" || next === "rule") && !hold.undoable) ||
      (next === "edit" && !hold.editable)
    )
      return;
    if (next === "once" && hold.undoable) void decide({ decision: "approve", scope: "once" });
    else if (next === "session") void decide({ decision: "approve", scope: "session" });
    else setStep(next);
  };
  const latest = useLatest({ begin, keys, step });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const now = latest.current;
      const next = stepsByKey[event.key];
      if (next === undefined || !now.keys || now.step !== undefined || event.repeat || event.defaultPrevented) return;
      if (event.ctrlKey || event.metaKey || event.altKey || takesTyping(event.target)) return;
      event.preventDefault();
      if (nowMs() - shownAtMs.current < swapMs)
        return desk.say("refused", "This hold has just come up, so that key was not taken. Look, then press it again.");
      now.begin(next);
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);

  return (
    <div class="decide">
      {stoppedAll && <p class="decide-note">Everything is stopped: nothing can be approved until agents may go on.</p>}
      <button type="button" class="primary" disabled={busy || !live || stoppedAll} onClick={() => begin("once")}>
        Approve <Key>a</Key>
      </button>
      <button type="button" disabled={busy || !live} onClick={() => begin("deny")}>
        Deny <Key>d</Key>
      </button>
      {hold.editable && (
        <button type="button" disabled={busy || !live || stoppedAll} onClick={() => begin("edit")}>
          Edit <Key>e</Key>
        </button>
      )}
      {hold.undoable && (
        <button type="button" disabled={busy || !live || stoppedAll} onClick={() => begin("session")}>
          For this session <Key>s</Key>
        </button>
      )}
      {hold.undoable && (
        <button type="button" disabled={busy || !live || stoppedAll} onClick={() => begin("rule")}>
          As a rule <Key>r</Key>
        </button>
      )}
      {step === "once" && (
        <Confirm
          title="This can’t be undone"
          text={<p>{hold.reason} Approve it all the same?</p>}
          action="Approve"
          onClose={() => setStep(undefined)}
          onConfirm={() => void decide({ decision: "approve", scope: "once" })}
        />
      )}
      {step === "deny" && (
        <Deny onClose={() => setStep(undefined)} onDeny={(words) => void decide({ decision: "deny", words })} />
      )}
      {step === "edit" && (
        <Edit
          hold={hold}
          onClose={() => setStep(undefined)}
          onEdit={(input) => void decide({ decision: "edit", input })}
        />
      )}
      {step === "rule" && (
        <RuleFirst
          ask={async () => {
            const { rule } = await board.call("hold/rule", { id: hold.id });
            return { rule, effect: simulatedText(await board.call("policy/simulate", { add: rule })) };
          }}
          onClose={() => setStep(undefined)}
          onSave={() => void decide({ decision: "approve", scope: "rule" })}
        />
      )}
    </div>
  );
}

function Deny({ onClose, onDeny }: { onClose: () => void; onDeny: (words: string) => void }) {
  const [words, setWords] = useState("");
  return (
    <Modal title="Deny" onClose={onClose}>
      <label class="field">
        Why? The agent reads it. It may stay empty.
        <textarea
          rows={3}
          maxLength={1_024}
          value={words}
          autoFocus
          onInput={(event) => setWords(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            onDeny(words);
          }}
        />
      </label>
      <Actions action="Deny" shortcut="↵" onAction={() => onDeny(words)} onClose={onClose} />
    </Modal>
  );
}

function Edit({
  hold,
  onClose,
  onEdit,
}: {
  hold: HoldView;
  onClose: () => void;
  onEdit: (input: Extract<HoldDecision, { decision: "edit" }>["input"]) => void;
}) {
  // As it was when it was opened: its caller may leave meanwhile, which the daemon then says.
  const [{ label, text }] = useState(() => editable(hold, "editor"));
  const [edited, setEdited] = useState(text);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const approve = () => {
    try {
      onEdit(editedInput(hold, edited, "editor"));
    } catch (error) {
      setProblem(complaint(error));
    }
  };
  return (
    <Modal title="Edit, then approve" onClose={onClose} wide>
      <label class="field">
        {label}
        <textarea
          class="mono"
          rows={Math.min(18, Math.max(3, text.split("\n").length + Math.ceil(text.length / 70)))}
          value={edited}
          spellcheck={false}
          autoFocus
          aria-invalid={problem !== undefined}
          aria-describedby="edit-problem"
          onInput={(event) => {
            setEdited(event.currentTarget.value);
            setProblem(undefined);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) approve();
          }}
        />
      </label>
      <p id="edit-problem" class="accent" role="alert">
        {problem}
      </p>
      <p class="faint">What you approve is judged again; policy’s own denials stay denials.</p>
      <Actions action="Approve this" shortcut="Ctrl ↵" onAction={approve} onClose={onClose} />
    </Modal>
  );
}

function RuleFirst({
  ask,
  onClose,
  onSave,
}: {
  ask: () => Promise<{ rule: string; effect: string }>;
  onClose: () => void;
  onSave: () => void;
}) {
  const [known, setKnown] = useState<{ rule: string; effect: string } | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  useEffect(() => {
    ask().then(
      (answer) => setKnown(answer),
      (error: unknown) => setProblem(complaint(error)),
    );
  }, []);
  return (
    <Modal title="Approve and save as a rule" onClose={onClose} wide>
      {problem !== undefined && <p role="alert">{problem}</p>}
      {known !== undefined && (
        <>
          <p>
            <strong>{known.effect}</strong> This is added to your policy:
          </p>
          <pre class="rule" tabIndex={0}>
            <code>{visible(known.rule.trimEnd())}</code>
          </pre>
        </>
      )}
      <Actions action="Save and approve" disabled={known === undefined} onAction={onSave} onClose={onClose} />
    </Modal>
  );
}
