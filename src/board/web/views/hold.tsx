import { useEffect, useState } from "preact/hooks";
import type { HoldView } from "../../../protocol/operations/holds.ts";
import { otherFields } from "../../../protocol/call-input.ts";
import { effectLines, stopped, undoText } from "../../../protocol/words.ts";
import { visible } from "../../../kit/text.ts";
import { folderName, keyOf, sessionTitle } from "../../model/index.ts";
import { useAsked, useBoardState, usePage } from "../hooks.ts";
import { CallText, Marked } from "../parts/call-text.tsx";
import { Empty, Fact, Since } from "../parts/small.tsx";
import { go, pathOf } from "../route.ts";
import { Decide } from "./decide.tsx";

/** One hold: everything a person needs to decide it, the call itself first. */
export function HoldDetail({ id, keys }: { id: string; keys: boolean }) {
  const { holds, link } = useBoardState();
  const [last, setLast] = useState<HoldView | undefined>(undefined);
  const open = holds.get(id);
  useEffect(() => {
    if (open !== undefined) setLast(open);
  }, [open]);
  const hold = open ?? last;
  return hold === undefined ? (
    <Past id={id} known={link.state !== "connecting"} />
  ) : (
    <Card hold={open ?? hold} keys={keys && open !== undefined} />
  );
}

/** A hold that was decided before this page was opened: a link from a notification may lead here. */
function Past({ id, known }: { id: string; known: boolean }) {
  const { board } = usePage();
  const answer = useAsked((signal) => board.call("hold/get", { id }, { signal }), [id]);
  if (answer.state === "known") return <Card hold={answer.value.hold} keys={false} />;
  if (answer.state === "refused") return <Empty title={answer.error.message} />;
  return <Empty title={known ? "Looking for it…" : "Connecting…"} />;
}

function Card({ hold, keys }: { hold: HoldView; keys: boolean }) {
  const { sessions } = useBoardState();
  const session = sessions.get(keyOf(hold.agent, hold.session));
  const effects = effectLines(hold.reason, hold.effects);
  const others = otherFields(hold.input);
  return (
    <article class="card" aria-labelledby="card-title">
      <header class="card-head">
        <button type="button" class="quiet back" onClick={() => go({ page: "board" })}>
          ‹ Board
        </button>
        <h2 id="card-title">
          <a href={pathOf({ page: "session", agent: hold.agent, session: hold.session })}>
            {session === undefined ? hold.agent : sessionTitle(session)}
          </a>{" "}
          <span class="card-asks">asks to use {visible(hold.tool)}</span>
        </h2>
        <p class="faint">
          {hold.agent} in {session === undefined ? visible(hold.cwd) : folderName(session.project)} ·{" "}
          {hold.state !== "open" ? "asked" : hold.waiting > 0 ? "has waited" : "waits no more; asked"}{" "}
          <Since iso={hold.openedAt} />
          {hold.state !== "open" || hold.waiting === 0 ? " ago" : ""}
        </p>
      </header>
      <CallText tool={hold.tool} input={hold.input} />
      {others.length > 0 && (
        <ul class="effects faint" aria-label="The rest of its input">
          {others.map((text) => (
            <li key={text}>
              <Marked text={text} />
            </li>
          ))}
        </ul>
      )}
      <div class="card-why">
        <p class="reason">
          <Marked text={visible(stopped(hold.reason))} />
        </p>
        {effects.length > 0 && (
          <ul class="effects">
            {effects.map((text) => (
              <li key={text}>
                <Marked text={visible(text)} />
              </li>
            ))}
          </ul>
        )}
        <p class={hold.undoable ? "undo" : "undo undo-no"}>{undoText(hold.effects)}</p>
      </div>
      {hold.state === "open" ? (
        <Decide hold={hold} keys={keys} />
      ) : (
        <p class="decided">
          <strong>{hold.state}</strong>
          {hold.words === null || hold.words === "" ? "" : `: ${visible(hold.words)}`}
        </p>
      )}
      <dl class="facts">
        <Fact name="Rule">
          <code>{hold.rule}</code>
        </Fact>
        <Fact name="Folder">
          <code>{visible(hold.cwd)}</code>
        </Fact>
        <Fact name="Entry">
          <a href={pathOf({ page: "ledger", session: hold.session })}>{hold.entry}</a>
        </Fact>
        <Fact name="Expires">
          <time dateTime={hold.expiresAt}>{new Date(hold.expiresAt).toLocaleString()}</time>
        </Fact>
        <Fact name="Hold">
          <code>{hold.id}</code>
        </Fact>
      </dl>
    </article>
  );
}
