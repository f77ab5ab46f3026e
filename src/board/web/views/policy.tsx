import { visible } from "../../../kit/text.ts";
import type { Mode } from "../../../protocol/effects.ts";
import { modeWords } from "../../../protocol/words.ts";
import { useMemo, useState } from "preact/hooks";
import { folderName } from "../../model/index.ts";
import { useAsked, useBoardState, usePage } from "../hooks.ts";
import { Confirm } from "../parts/modal.tsx";
import { Empty } from "../parts/small.tsx";
import { Simulate } from "./simulate.tsx";

const layerWords = {
  builtin: "Built in",
  organisation: "Organisation",
  user: "Yours",
  repository: "Repository",
  session: "Session",
} as const;

/** In the order in which the words have them; the table of effects itself carries zod, which a page has no use for. */
const modes = Object.keys(modeWords) as Mode[];

/** Which rules are in force where, who says so, and the mode. */
export function PolicyPage() {
  const { board, desk } = usePage();
  const { sessions, status } = useBoardState();
  const [cwd, setCwd] = useState("");
  const [words, setWords] = useState("");
  const workspaces = useMemo(
    () => [...new Set([...sessions.values()].map(({ workspace }) => workspace))].sort(),
    [sessions],
  );
  const asked = useAsked(
    (signal) => board.call("policy/show", cwd === "" ? {} : { cwd }, { signal }),
    [cwd, status?.mode, status?.policy.rules],
  );
  const choose = (mode: Mode) =>
    void desk.attempt(async () => {
      await board.call("policy/mode", { mode });
      return `The mode is now ${mode}: ${modeWords[mode]}`;
    });
  const [asking, setAsking] = useState<Mode | undefined>(undefined);
  const wanted = words.toLowerCase();
  return (
    <div class="page policy">
      <div class="page-head">
        <h1>Policy</h1>
      </div>
      <section aria-labelledby="mode-title">
        <h2 id="mode-title">Mode</h2>
        <div class="modes" role="group" aria-labelledby="mode-title">
          {modes.map((mode) => (
            <button
              key={mode}
              type="button"
              aria-pressed={status?.mode === mode}
              onClick={() =>
                status?.mode !== mode && (mode === "observe" || mode === "panic" ? setAsking(mode) : choose(mode))
              }
            >
              <strong>{mode}</strong>
              <span>{modeWords[mode].replace(/ Back to normal.*/, "")}</span>
            </button>
          ))}
        </div>
        {asking !== undefined && (
          <Confirm
            title={asking === "observe" ? "Only observe?" : "Stop every agent?"}
            text={<p>From now on {modeWords[asking].replace(/ Back to normal.*/, "")}</p>}
            action={asking === "observe" ? "Only observe" : "Stop all"}
            onClose={() => setAsking(undefined)}
            onConfirm={() => {
              setAsking(undefined);
              choose(asking);
            }}
          />
        )}
      </section>
      <section aria-labelledby="rules-title">
        <h2 id="rules-title">Rules</h2>
        <div class="tools">
          <select aria-label="Workspace" value={cwd} onChange={(event) => setCwd(event.currentTarget.value)}>
            <option value="">everywhere</option>
            {workspaces.map((path) => (
              <option key={path} value={path}>
                in {folderName(path)}
              </option>
            ))}
          </select>
          <input
            type="search"
            placeholder="Find a rule"
            aria-label="Find a rule"
            value={words}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
          <button type="button" onClick={() => document.getElementById("simulate-title")?.scrollIntoView()}>
            Try a rule
          </button>
        </div>
        {asked.state === "refused" && <Empty title={asked.error.message} />}
        {asked.state === "asking" && <Empty title="Looking…" />}
        {asked.state === "known" && (
          <>
            {asked.value.ignored.map((text) => (
              <p key={text} class="callout">
                {visible(text)}
              </p>
            ))}
            {asked.value.layers.map(({ name, path, trusted, problem, rules }) => {
              const shown = rules.filter(({ id, summary, verdict }) =>
                `${id} ${summary} ${verdict}`.toLowerCase().includes(wanted),
              );
              return (
                <section key={`${name} ${path ?? ""}`} class="layer">
                  <h3>
                    {layerWords[name]} <span class="heading-count">{rules.length}</span>
                    {path !== null && <code>{visible(path)}</code>}
                    {name === "repository" && <span class="faint">{trusted ? "trusted" : "may only tighten"}</span>}
                  </h3>
                  {problem !== null && <p class="callout">{visible(problem)}</p>}
                  <ul class="rules">
                    {shown.map(({ id, verdict, summary, inForce }) => (
                      <li key={id} class={inForce ? undefined : "rule-off"}>
                        <span class={`verdict verdict-${verdict}`}>{verdict}</span>
                        <span>
                          {visible(summary)} <code>{visible(id)}</code>
                          {!inForce && <span class="faint"> not in force</span>}
                        </span>
                      </li>
                    ))}
                  </ul>
                </section>
              );
            })}
          </>
        )}
        <p class="faint">
          Ask about one command: <code>signalbox check -- ‘git push --force’</code>
        </p>
      </section>
      <Simulate />
    </div>
  );
}
