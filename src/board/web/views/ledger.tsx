import { useEffect, useMemo, useState } from "preact/hooks";
import { count, visible } from "../../../kit/text.ts";
import type { EntryView } from "../../../protocol/operations/ledger.ts";
import type { OutputOf } from "../../../protocol/operations/index.ts";
import { entryAbout, entryVerdict } from "../../../protocol/entry-words.ts";
import { flat } from "../../model/index.ts";
import { useAsked, useBoardState, usePage } from "../hooks.ts";
import { Marked } from "../parts/call-text.tsx";
import { Empty, Fact } from "../parts/small.tsx";
import { go } from "../route.ts";

const pageSize = 100;
const kinds = [
  ["", "everything"],
  ["gate/judged", "verdicts"],
  ["hold/opened", "holds"],
  ["hold/decided", "decisions"],
  ["tool/finished", "outcomes"],
  ["policy/mode-set", "modes"],
  ["session/started", "beginnings"],
  ["pass/made", "browsers let in"],
] as const;

/** The register: every movement, newest first, and what vouches that none was changed. */
export function LedgerPage({ session }: { session: string | undefined }) {
  const { board } = usePage();
  const { entries: live } = useBoardState();
  const [kind, setKind] = useState("");
  const [words, setWords] = useState("");
  const [older, setOlder] = useState<readonly EntryView[]>([]);
  const [chosen, setChosen] = useState<number | undefined>(undefined);
  const filtered = kind !== "" || session !== undefined;
  const filter = { ...(kind === "" ? {} : { kind }), ...(session === undefined ? {} : { session }) };
  const first = useAsked(
    (signal) =>
      filtered ? board.call("ledger/list", { ...filter, limit: pageSize }, { signal }) : Promise.resolve(undefined),
    [kind, session],
  );
  useEffect(() => setOlder([]), [kind, session]);

  const base = useMemo(() => {
    if (!filtered) return live;
    const asked = first.state === "known" ? (first.value?.entries ?? []) : [];
    const newest = asked[0]?.seq ?? -1;
    const fresh = live.filter(
      (entry) =>
        entry.seq > newest &&
        (kind === "" || entry.kind === kind) &&
        (session === undefined || entry.session === session),
    );
    return first.state === "known" ? [...fresh, ...asked] : [];
  }, [live, first, kind, session]);
  const all = useMemo(() => {
    const last = base.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
    return [...base, ...older.filter(({ seq }) => seq < last)];
  }, [base, older]);
  const shown = useMemo(() => {
    const wanted = words
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "");
    if (wanted.length === 0) return all;
    return all.filter((entry) => {
      const text =
        `${entry.seq} ${entry.kind} ${entry.agent ?? ""} ${entry.session ?? ""} ${entryVerdict(entry)} ${JSON.stringify(entry.payload)}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    });
  }, [all, words]);
  const more = async () => {
    const before = all.at(-1)?.seq;
    if (before === undefined) return;
    const { entries } = await board.call("ledger/list", { ...filter, before, limit: pageSize });
    setOlder((known) => [...known, ...entries]);
  };

  return (
    <div class="page ledger">
      <div class="page-head">
        <h1>Ledger</h1>
        <Verify />
      </div>
      <div class="tools">
        <input
          type="search"
          placeholder="Find in what is shown"
          aria-label="Find in what is shown"
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
        <select aria-label="Kind" value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
          {kinds.map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
        {session !== undefined && (
          <button type="button" class="chip" onClick={() => go({ page: "ledger" })} aria-label="Show every session">
            session {visible(session).slice(0, 12)} ×
          </button>
        )}
      </div>
      {shown.length === 0 ? (
        <Empty title={first.state === "asking" && filtered ? "Looking…" : "No entry matches."} />
      ) : (
        <ol class="register register-wide">
          {shown.map((entry) => (
            <Entry
              key={entry.seq}
              entry={entry}
              open={chosen === entry.seq}
              onToggle={() => setChosen(chosen === entry.seq ? undefined : entry.seq)}
            />
          ))}
        </ol>
      )}
      {(all.at(-1)?.seq ?? 0) > 0 && (
        <button type="button" class="more" onClick={() => void more()}>
          Older
        </button>
      )}
    </div>
  );
}

function Entry({ entry, open, onToggle }: { entry: EntryView; open: boolean; onToggle: () => void }) {
  const word = entryVerdict(entry);
  const at = new Date(entry.at);
  return (
    <li class={open ? "entry entry-open" : "entry"}>
      <button type="button" class="entry-button" aria-expanded={open} onClick={onToggle}>
        <span class="entry-seq">{entry.seq}</span>
        <time dateTime={entry.at}>
          {at.toLocaleDateString([], { month: "short", day: "numeric" })}{" "}
          {at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" })}
        </time>
        <span class="entry-kind">{entry.kind}</span>
        <span class={`verdict verdict-${word || "none"}`}>{word}</span>
        <span class="entry-about mono">
          <Marked text={flat(entryAbout(entry))} />
        </span>
      </button>
      {open && (
        <div class="entry-detail">
          <dl class="facts">
            {entry.agent !== null && <Fact name="Agent">{visible(entry.agent)}</Fact>}
            {entry.session !== null && (
              <Fact name="Session">
                <a href={`#/ledger/${encodeURIComponent(entry.session)}`}>{visible(entry.session)}</a>
              </Fact>
            )}
            <Fact name="Leaf">
              <code>{entry.leaf}</code>
            </Fact>
            <Fact name="Proof">
              <code>signalbox ledger prove {entry.seq}</code>
            </Fact>
          </dl>
          <pre class="json" tabIndex={0} aria-label="Details">
            <code>{entry.payload === null ? "dropped" : visible(JSON.stringify(entry.payload, null, 2))}</code>
          </pre>
        </div>
      )}
    </li>
  );
}

/** Checks every hash and signature, and says which anchor vouches up to where. */
function Verify() {
  const { board, desk } = usePage();
  const [report, setReport] = useState<OutputOf<"ledger/verify"> | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const verify = async () => {
    setBusy(true);
    await desk.attempt(async () => {
      setReport(await board.call("ledger/verify", {}));
      return undefined;
    });
    setBusy(false);
  };
  return (
    <div class="verify">
      <button type="button" disabled={busy} onClick={() => void verify()}>
        {busy ? "Checking…" : "Verify"}
      </button>
      <div role="status">
        {report !== undefined && (
          <>
            <p class={report.ok ? "verify-ok" : "verify-bad"}>
              <strong>{report.ok ? "Whole." : "It was changed."}</strong> {count(report.entries, "entry", "entries")}{" "}
              checked in {Math.max(1, Math.round(report.tookMs))} ms.
            </p>
            {report.anchors.length === 0 ? (
              <p class="faint">No signed checkpoint vouches for it yet.</p>
            ) : (
              <ul>
                {report.anchors.map(({ where, upTo }) => (
                  <li key={where}>
                    <strong>{where}</strong> vouches up to entry {upTo}
                  </li>
                ))}
              </ul>
            )}
            {report.ok && report.vouchedUpTo !== null && report.vouchedUpTo < report.entries - 1 && (
              <p class="faint">
                {count(report.entries - 1 - report.vouchedUpTo, "entry is", "entries are")} newer than the newest signed
                checkpoint.
              </p>
            )}
            {report.findings.map(({ seq, problem }) => (
              <p key={problem} class="accent">
                {seq === null ? "" : `Entry ${seq}: `}
                {problem}
              </p>
            ))}
            <p class="faint">
              A rollback to an old copy shows only against a checkpoint kept elsewhere:{" "}
              <code>signalbox ledger key</code>
            </p>
          </>
        )}
      </div>
    </div>
  );
}
