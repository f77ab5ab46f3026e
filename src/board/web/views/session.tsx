import { useEffect, useState } from "preact/hooks";
import { bytes, count, visible } from "../../../kit/text.ts";
import type { RecentCall, SessionView } from "../../../protocol/session-view.ts";
import { callText } from "../../../protocol/words.ts";
import { branchText, doing, keyOf, money, percent, sessionTitle, stateWord, tokens } from "../../model/index.ts";
import { useAsked, useBoardState, useLatest, usePage } from "../hooks.ts";
import { Marked } from "../parts/call-text.tsx";
import { Actions, Modal } from "../parts/modal.tsx";
import { Empty, Fact, Gauge, Since, takesTyping } from "../parts/small.tsx";
import { Signal } from "../parts/signal.tsx";
import { Timeline } from "../parts/timeline.tsx";
import { go, pathOf } from "../route.ts";

const callsShown = 50;

export function SessionDetail({ agent, session: id, keys }: { agent: string; session: string; keys: boolean }) {
  const { board, desk } = usePage();
  const state = useBoardState();
  const known = state.sessions.get(keyOf(agent, id));
  const asked = useAsked(
    (signal) => board.call("session/show", { agent, session: id, calls: callsShown }, { signal }),
    [agent, id, known?.lastSeenAt, known?.toolCalls, known?.state],
  );
  const session = known ?? (asked.state === "known" ? asked.value.session : undefined);
  const [renaming, setRenaming] = useState(false);

  useEffect(() => {
    if (session?.state !== "finished-unseen" || state.link.state !== "live") return;
    void board.call("session/seen", { agent, session: id }).catch(() => {}); // it stays "not seen yet", which is true enough
  }, [session?.state, state.link.state]);

  const pin = () =>
    session !== undefined &&
    void desk.attempt(async () => {
      await board.call("session/pin", { agent, session: id, pinned: !session.pinned });
      return undefined;
    });
  const latest = useLatest({ pin, keys });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!latest.current.keys || event.key !== "p" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!takesTyping(event.target)) latest.current.pin();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);

  if (session === undefined)
    return <Empty title={asked.state === "refused" ? asked.error.message : "Looking for it…"} />;
  const holds = [...state.holds.values()].filter((hold) => hold.agent === agent && hold.session === id);
  return (
    <article class="card" aria-labelledby="card-title">
      <header class="card-head">
        <button type="button" class="quiet back" onClick={() => go({ page: "board" })}>
          ‹ Board
        </button>
        <h2 id="card-title">{sessionTitle(session)}</h2>
        <p class="state-line">
          <Signal state={session.state} />
          <span>
            <strong>{stateWord(session)}</strong> <Since iso={session.since} />
            <span class="faint"> · {visible(session.why)}</span>
          </span>
        </p>
        <div class="head-actions">
          <button type="button" onClick={() => setRenaming(true)}>
            Rename
          </button>
          <button type="button" onClick={pin} aria-pressed={session.pinned}>
            {session.pinned ? "Unpin" : "Pin"}
          </button>
          <button
            type="button"
            onClick={() =>
              void desk.attempt(async () => {
                await board.call("session/archive", { agent, session: id, archived: !session.archived });
                return session.archived ? "Back on the boards." : "Archived; a new event of it brings it back.";
              })
            }
          >
            {session.archived ? "Bring back" : "Archive"}
          </button>
        </div>
      </header>
      {session.ungated !== null && (
        <p class="callout">
          <strong>Not judged.</strong> {visible(session.ungated)} See: <code>signalbox doctor</code>
        </p>
      )}
      {holds.length > 0 && (
        <ul class="session-holds">
          {holds.map((hold) => (
            <li key={hold.id}>
              <a href={pathOf({ page: "hold", id: hold.id })}>
                <Signal state="waiting" />
                <span class="mono">{callText(hold.tool, hold.input).split("\n", 1)[0]}</span>
                <Since iso={hold.openedAt} label="has waited" />
              </a>
            </li>
          ))}
        </ul>
      )}
      {session.current !== null && holds.length === 0 && (
        <p class="now mono">
          <Marked text={doing(session)} />
        </p>
      )}
      <Gauges session={session} />
      <dl class="facts">
        <Fact name="Agent">
          {session.agent}
          {session.model === null ? "" : `, ${visible(session.model)}`}
          {session.effort === null ? "" : `, ${visible(session.effort)} effort`}
        </Fact>
        {session.firstPrompt !== null && <Fact name="First asked">{visible(session.firstPrompt)}</Fact>}
        <Fact name="Project">
          <code>{visible(session.project)}</code>
        </Fact>
        {session.cwd !== session.project && (
          <Fact name="Folder">
            <code>{visible(session.cwd)}</code>
          </Fact>
        )}
        {session.git !== null && (
          <Fact name="Branch">
            {branchText(session)}
            {session.git.addedLines + session.git.removedLines > 0 && (
              <span class="faint">
                {" "}
                +{session.git.addedLines} −{session.git.removedLines} lines
              </span>
            )}
          </Fact>
        )}
        <Fact name="Began">
          <Since iso={session.startedAt} /> ago, {count(session.toolCalls, "tool call")}
        </Fact>
        {session.tokens !== null && (
          <Fact name="Tokens">
            {tokens(session.tokens.input)} in, {tokens(session.tokens.output)} out
            <span class="faint">
              , cache {tokens(session.tokens.cacheRead)} read, {tokens(session.tokens.cacheWrite)} written
            </span>
          </Fact>
        )}
        {session.process !== null && (
          <Fact name="Process">
            {session.pid}, {percent(session.process.cpuPercent)} CPU, {bytes(session.process.residentBytes)}
          </Fact>
        )}
        {session.terminal?.tmuxPane != null && <Fact name="tmux pane">{visible(session.terminal.tmuxPane)}</Fact>}
        {session.parent !== null && (
          <Fact name="Child of">
            <a href={pathOf({ page: "session", ...session.parent })}>{visible(session.parent.session)}</a>
          </Fact>
        )}
        {session.children.length > 0 && (
          <Fact name="Children">
            {session.children.map((child) => (
              <a key={`${child.agent} ${child.session}`} href={pathOf({ page: "session", ...child })}>
                {visible(child.session)}{" "}
              </a>
            ))}
          </Fact>
        )}
        <Fact name="Session">
          <code>{visible(session.id)}</code>
        </Fact>
      </dl>
      <h3>
        Latest tool calls <a href={pathOf({ page: "ledger", session: id })}>all in the ledger</a>
      </h3>
      {asked.state === "known" && <Timeline calls={asked.value.calls} />}
      <Calls calls={asked.state === "known" ? asked.value.calls : undefined} />
      {renaming && <Rename session={session} onClose={() => setRenaming(false)} />}
    </article>
  );
}

function Gauges({ session }: { session: SessionView }) {
  const { context, rateLimits, costUsd } = session;
  if (context === null && rateLimits.length === 0 && costUsd === null) return null;
  return (
    <div class="gauges">
      {context !== null && (
        <Gauge
          label="Context"
          value={context.percent}
          text={`${percent(context.percent)} of ${tokens(context.windowTokens)}`}
        />
      )}
      {rateLimits.map(({ name, usedPercent, resetsAt }) => (
        <Gauge
          key={name}
          label={`Limit ${visible(name)}`}
          value={usedPercent}
          text={`${percent(usedPercent)}${resetsAt === null ? "" : `, anew ${new Date(resetsAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`}`}
        />
      ))}
      {costUsd !== null && (
        <div class="gauge">
          <span class="gauge-label">Cost</span>
          <span class="gauge-money">{money(costUsd)}</span>
        </div>
      )}
    </div>
  );
}

/** Latest first, one line each: a register of what it did. */
function Calls({ calls }: { calls: readonly RecentCall[] | undefined }) {
  if (calls === undefined) return <p class="faint">Looking…</p>;
  if (calls.length === 0) return <p class="faint">It has not asked for anything yet.</p>;
  return (
    <ol class="register">
      {calls.map(({ entry, at, tool, what, verdict, outcome }) => (
        <li key={entry}>
          <span class="entry-line">
            <time dateTime={at} title={new Date(at).toLocaleString()}>
              {new Date(at).toLocaleTimeString([], {
                hour: "2-digit",
                minute: "2-digit",
                second: "2-digit",
                hourCycle: "h23",
              })}
            </time>
            <span class={`verdict verdict-${verdict}`}>{verdict}</span>
            <span class="entry-about mono">
              <Marked text={what.startsWith(tool) ? what : `${tool === "Bash" ? "" : `${tool} `}${what}`} />
            </span>
            <span class="outcome">{outcome ?? (verdict === "allow" ? "runs" : "")}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}

function Rename({ session, onClose }: { session: SessionView; onClose: () => void }) {
  const { board, desk } = usePage();
  const [name, setName] = useState(session.name ?? "");
  const save = async () => {
    onClose();
    await desk.attempt(async () => {
      await board.call("session/rename", { agent: session.agent, session: session.id, name });
      return undefined;
    });
  };
  return (
    <Modal title="Name this session" onClose={onClose}>
      <label class="field">
        Empty gives it back its own.
        <input
          type="text"
          maxLength={120}
          value={name}
          autoFocus
          onInput={(event) => setName(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && !event.isComposing && void save()}
        />
      </label>
      <Actions action="Save" onAction={() => void save()} onClose={onClose} />
    </Modal>
  );
}
