import { useMemo, useRef, useState } from "preact/hooks";
import { callText } from "../../../protocol/words.ts";
import { doing, flat, sessionTitle } from "../../model/index.ts";
import type { Overlay } from "../app.tsx";
import { useBoardState } from "../hooks.ts";
import { Modal } from "../parts/modal.tsx";
import type { Preferences } from "../preferences.ts";
import { go, type Route } from "../route.ts";

interface Command {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly run: () => void;
}

const shownMax = 12;
const pages = ["board", "ledger", "figures", "policy", "settings"] as const;

/** Everything that can be done or gone to, by typing a part of its name. */
export function Palette({
  onClose,
  onOverlay,
  choose,
  preferences,
}: {
  onClose: () => void;
  onOverlay: (overlay: Overlay) => void;
  choose: (changed: Partial<Preferences>) => void;
  preferences: Preferences;
}) {
  const { sessions, holds } = useBoardState();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);

  const commands = useMemo((): Command[] => {
    const to = (route: Route) => () => {
      onClose();
      go(route);
    };
    const set = (changed: Partial<Preferences>) => () => {
      onClose();
      choose(changed);
    };
    const dark = preferences.theme === "dark";
    return [
      ...[...holds.values()].map((hold) => ({
        id: hold.id,
        title: flat(callText(hold.tool, hold.input)),
        about: "held",
        run: to({ page: "hold", id: hold.id }),
      })),
      ...pages.map((page) => ({ id: page, title: `Go to ${page}`, about: "page", run: to({ page }) })),
      {
        id: "theme",
        title: dark ? "Light colours" : "Dark colours",
        about: "look",
        run: set({ theme: dark ? "light" : "dark" }),
      },
      {
        id: "grouping",
        title: preferences.grouping === "need" ? "Group by project" : "Group by need",
        about: "look",
        run: set({ grouping: preferences.grouping === "need" ? "project" : "need" }),
      },
      { id: "help", title: "Keys and help", about: "help", run: () => onOverlay("help") },
      { id: "stop", title: "Stop every agent", about: "panic", run: () => onOverlay("stop-all") },
      ...[...sessions.values()]
        .filter((session) => !session.archived)
        .map((session) => ({
          id: `${session.agent} ${session.id}`,
          title: sessionTitle(session),
          about: flat(doing(session), 60) || session.agent,
          run: to({ page: "session", agent: session.agent, session: session.id }),
        })),
    ];
  }, [sessions, holds, preferences]);
  const wanted = text.toLowerCase().split(/\s+/);
  const shown = commands
    .filter(({ title, about }) => wanted.every((word) => `${title} ${about}`.toLowerCase().includes(word)))
    .slice(0, shownMax);
  const chosen = Math.min(at, shown.length - 1);
  return (
    <Modal title="Commands" onClose={onClose} wide>
      <input
        type="text"
        role="combobox"
        aria-label="Command, session or hold"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={shown.length === 0 ? undefined : `palette-${chosen}`}
        placeholder="Type a command, a session, a hold"
        autoFocus
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setAt(Math.min(shown.length - 1, chosen + 1));
          else if (event.key === "ArrowUp") setAt(Math.max(0, chosen - 1));
          else if (event.key === "Enter") shown[chosen]?.run();
          else return;
          event.preventDefault();
        }}
      />
      <ul class="palette" id="palette-list" role="listbox" aria-label="Commands" ref={list}>
        {shown.map(({ id, title, about, run }, index) => (
          <li
            key={id}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === chosen}
            onClick={run}
            onMouseMove={() => setAt(index)}
          >
            <span>{title}</span>
            <span class="faint">{about}</span>
          </li>
        ))}
        {shown.length === 0 && (
          <li role="option" aria-selected="false" aria-disabled="true" class="faint">
            Nothing is called that.
          </li>
        )}
      </ul>
    </Modal>
  );
}
