import { useState } from "preact/hooks";
import { simulatedText } from "../../../protocol/hold-words.ts";
import type { OutputOf } from "../../../protocol/operations/index.ts";
import { flat } from "../../model/index.ts";
import { complaint } from "../desk.ts";
import { useBoardState, usePage } from "../hooks.ts";
import { Marked } from "../parts/call-text.tsx";

const example = `[[rule]]
id = "no-prod"
verdict = "deny"
reason = "production is changed by the pipeline only"
command = ["kubectl ** --context prod **"]
examples = [{ command = "kubectl delete pod web-1 --context prod", verdict = "deny" }]
`;
const lastSteps = [100, 500, 1_000] as const;

/** What a rule would have done to the verdicts that are recorded, before anybody puts it in force. Nothing is saved from here. */
export function Simulate() {
  const { board } = usePage();
  const { link } = useBoardState();
  const [text, setText] = useState(example);
  const [last, setLast] = useState<number>(500);
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<OutputOf<"policy/simulate"> | string | undefined>(undefined);
  const run = async () => {
    setBusy(true);
    setResult(await board.call("policy/simulate", { add: text, last }).catch(complaint));
    setBusy(false);
  };
  return (
    <section aria-labelledby="simulate-title" class="simulate">
      <h2 id="simulate-title">Try a rule</h2>
      <p class="faint">What it would have changed, had it stood at the end of your policy. Nothing is saved.</p>
      <label class="field">
        <span class="hidden">Rule, as TOML</span>
        <textarea
          class="mono"
          rows={8}
          maxLength={65_536}
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <div class="actions">
        <button type="button" disabled={busy || link.state !== "live" || text.trim() === ""} onClick={() => void run()}>
          {busy ? "Judging…" : "Try it"}
        </button>
        <select
          aria-label="On how many verdicts"
          value={last}
          onChange={(event) => setLast(Number(event.currentTarget.value))}
        >
          {lastSteps.map((count) => (
            <option key={count} value={count}>
              on the last {count} verdicts
            </option>
          ))}
        </select>
      </div>
      <div role="status">{result !== undefined && <Result result={result} />}</div>
    </section>
  );
}

function Result({ result }: { result: OutputOf<"policy/simulate"> | string }) {
  if (typeof result === "string") return <p class="callout">{result}</p>;
  const { changes, counts, unknown } = result;
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <p>
        <strong>{simulatedText(result)}</strong>
        {unknown > 0 && <span class="faint"> {unknown} could not be judged again.</span>}
      </p>
      {changes.length > 0 && (
        <ol class="register">
          {changes.map(({ entry, tool, what, before, after }) => (
            <li key={entry}>
              <span class="entry-line">
                <span class="entry-seq">{entry}</span>
                <span class={`verdict verdict-${after.verdict}`}>
                  <span class="hidden">{before.verdict} becomes </span>
                  {after.verdict}
                </span>
                <span class="entry-about mono">
                  <Marked text={flat(what.startsWith(tool) || tool === "Bash" ? what : `${tool}: ${what}`)} />
                </span>
                <span class="outcome">{after.verdict === "allow" ? `${before.rule} no more` : after.rule}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
      {changes.length < total && <p class="faint">The newest {changes.length} are shown.</p>}
    </>
  );
}
