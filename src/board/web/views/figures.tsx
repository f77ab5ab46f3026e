import { useMemo, useState } from "preact/hooks";
import { count, duration } from "../../../kit/text.ts";
import { sentence } from "../../../protocol/words.ts";
import { folderName, money } from "../../model/index.ts";
import { type Asked, useAsked, usePage } from "../hooks.ts";
import { Bars, type Bar } from "../parts/bars.tsx";
import { Spans } from "../parts/spans.tsx";
import { nowMs } from "../clock.ts";

const ranges = [
  [24, 48, "24 hours"],
  [168, 56, "7 days"],
  [720, 60, "30 days"],
] as const;

/** How it went: verdicts over time, the rules that spoke, how long agents waited for a person, what projects cost. */
export function FiguresPage() {
  const { board } = usePage();
  const [range, setRange] = useState<(typeof ranges)[number]>(ranges[0]);
  const [hours, spans, words] = range;
  const figures = useAsked((signal) => board.call("ledger/figures", { hours, spans }, { signal }), [hours]);
  const holds = useAsked((signal) => board.call("hold/list", { state: "all", limit: 1_000 }, { signal }), [hours]);
  const sessions = useAsked(
    (signal) => board.call("session/list", { ended: true, archived: true, limit: 1_000 }, { signal }),
    [hours],
  );
  const fromMs = nowMs() - hours * 3_600_000;

  const waits = useMemo(() => {
    if (holds.state !== "known") return undefined;
    return holds.value.holds
      .filter(({ decidedAt, openedAt }) => decidedAt !== null && Date.parse(openedAt) >= fromMs)
      .map(({ decidedAt, openedAt }) => Date.parse(decidedAt ?? openedAt) - Date.parse(openedAt))
      .sort((a, b) => a - b);
  }, [holds]);
  const costs = useMemo(() => {
    if (sessions.state !== "known") return undefined;
    const byProject = new Map<string, number>();
    for (const session of sessions.value.sessions)
      if (session.costUsd !== null && Date.parse(session.lastSeenAt) >= fromMs)
        byProject.set(session.project, (byProject.get(session.project) ?? 0) + session.costUsd);
    return [...byProject].sort((a, b) => b[1] - a[1]).slice(0, 12);
  }, [sessions]);

  return (
    <div class="page figures">
      <div class="page-head">
        <h1>Figures</h1>
        <div class="switch" role="group" aria-label="How far back">
          {ranges.map((each) => (
            <button key={each[0]} type="button" aria-pressed={each === range} onClick={() => setRange(each)}>
              {each[2]}
            </button>
          ))}
        </div>
      </div>
      {figures.state !== "known" ? (
        <NotYet asked={figures} />
      ) : (
        <>
          <section class="figure figure-wide" aria-labelledby="verdicts-title">
            <h2 id="verdicts-title">Verdicts</h2>
            <Totals verdicts={figures.value.verdicts} words={words} />
            <Spans verdicts={figures.value.verdicts} to={figures.value.to} />
            {!figures.value.whole && (
              <p class="faint">
                Only the newest {figures.value.counted} are counted, from{" "}
                {new Date(figures.value.countedFrom).toLocaleString()} on.
              </p>
            )}
          </section>
          <section class="figure" aria-labelledby="rules-figure">
            <h2 id="rules-figure">Rules that held or denied</h2>
            <Bars
              none="No rule had to."
              bars={figures.value.rules.map(
                ({ rule, hold, deny }): Bar => ({
                  name: rule,
                  value: hold + deny,
                  text: [hold > 0 ? `${hold} held` : "", deny > 0 ? `${deny} denied` : ""]
                    .filter((part) => part !== "")
                    .join(", "),
                  mono: true,
                }),
              )}
            />
          </section>
        </>
      )}
      <section class="figure" aria-labelledby="waits-title">
        <h2 id="waits-title">How long agents waited for you</h2>
        {waits === undefined ? <NotYet asked={holds} /> : <Waits waits={waits} />}
      </section>
      <section class="figure" aria-labelledby="costs-title">
        <h2 id="costs-title">Cost by project</h2>
        {costs === undefined ? (
          <NotYet asked={sessions} />
        ) : (
          <Bars
            none="No agent told what it cost."
            bars={costs.map(([project, usd]): Bar => ({ name: folderName(project), value: usd, text: money(usd) }))}
          />
        )}
      </section>
    </div>
  );
}

/** In place of figures that are asked for, or were refused: a sentence, never an empty space. */
function NotYet({ asked }: { asked: Asked<unknown> }) {
  return <p class="faint">{asked.state === "refused" ? sentence(asked.error.message) : "Counting…"}</p>;
}

function Totals({
  verdicts,
  words,
}: {
  verdicts: readonly { allow: number; hold: number; deny: number }[];
  words: string;
}) {
  const sum = (name: "allow" | "hold" | "deny") => verdicts.reduce((total, span) => total + span[name], 0);
  return (
    <p class="totals">
      <span>
        <strong>{sum("allow")}</strong> allowed
      </span>
      <span>
        <strong class="accent">{sum("hold")}</strong> held
      </span>
      <span>
        <strong>{sum("deny")}</strong> denied
      </span>
      <span class="faint">in {words}</span>
    </p>
  );
}

const steps = [
  [10_000, "under 10 s"],
  [60_000, "under a minute"],
  [300_000, "under 5 min"],
  [1_800_000, "under half an hour"],
  [Number.POSITIVE_INFINITY, "longer"],
] as const;

function Waits({ waits }: { waits: readonly number[] }) {
  const median = waits[Math.floor(waits.length / 2)];
  let from = 0;
  const bars = steps.map(([to, name]): Bar => {
    const value = waits.filter((ms) => ms >= from && ms < to).length;
    from = to;
    return { name, value, text: String(value) };
  });
  if (median === undefined) return <p class="faint">Nothing was decided in that time.</p>;
  return (
    <>
      <p class="totals">
        <span>
          <strong>{duration(median)}</strong> in the middle
        </span>
        <span class="faint">of {count(waits.length, "decision")}</span>
      </p>
      <Bars bars={bars} none="" />
    </>
  );
}
