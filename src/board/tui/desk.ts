import type { Client } from "../../client/index.ts";
import type { HoldView } from "../../protocol/operations/holds.ts";
import type { EntryView } from "../../protocol/operations/ledger.ts";
import type { SessionView } from "../../protocol/session-view.ts";
import type { BoardState, SortOrder } from "../model/index.ts";
import type { Dialogs } from "./dialogs.ts";
import type { Style } from "./line.ts";
import type { ListRow } from "./list-view.ts";
import type { View } from "./layout.ts";

/** What the person has set: how they look at the board, not what is on it. */
export interface Settings {
  view: View;
  /** The detail has the page to itself. */
  whole: boolean;
  detailTop: number;
  search: string;
  order: SortOrder;
  /** Sessions that are over are listed, too. */
  gone: boolean;
  readonly folds: Set<string>;
  /** Ids of holds that are to be decided together. */
  readonly marks: Set<string>;
}

/** What whoever started the board hands in: what it may not know by itself. */
export interface BoardPorts {
  readonly socket: string;
  /** Starts the daemon in the background and returns when it serves. @throws with a sentence */
  readonly startDaemon: () => Promise<void>;
  /** $VISUAL or $EDITOR, and TMUX, of the person's terminal. */
  readonly environment: () => Promise<{ readonly editor: string | undefined; readonly tmux: string | undefined }>;
  readonly mouse: boolean;
}

/** What a command works with: what is chosen, whom to ask, and the daemon. Made by `BoardApp`. */
export interface Desk {
  readonly state: BoardState;
  readonly settings: Settings;
  readonly dialogs: Dialogs;
  readonly ports: BoardPorts;
  readonly signal: AbortSignal;
  /** What is listed, and which of it is chosen. */
  readonly rows: readonly ListRow[];
  readonly row: ListRow | undefined;
  /** What the keys decide: the chosen hold, or the first of the chosen session. */
  readonly hold: HoldView | undefined;
  readonly session: SessionView | undefined;
  readonly entry: EntryView | undefined;
  /** @throws Refusal DAEMON_AWAY */
  readonly client: () => Client;
  readonly say: (style: Style, text: string) => void;
  readonly move: (by: number) => void;
  readonly pick: (id: string) => void;
  readonly scroll: (by: number) => void;
  /** A page of the list, in rows. */
  readonly page: number;
  /** Gives the terminal away while `task` runs. */
  readonly lend: <T>(task: () => Promise<T>) => Promise<T>;
  readonly redraw: () => void;
  readonly suspend: () => void;
  readonly older: () => Promise<void>;
  readonly quit: () => void;
}
