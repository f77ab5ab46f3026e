import { runBoard } from "../board/tui/index.ts";
import type { BoardPort } from "../cli/ports.ts";

/** What the terminal board is handed besides the socket: the few values of the person's own environment that it follows. */
export const boardPort: BoardPort = {
  run: (options, { signal }) =>
    runBoard(
      {
        ...options,
        environment: async () => {
          const { processEnvironment } = await import("./config.ts");
          const { VISUAL: visual, EDITOR: editor, TMUX: tmux } = processEnvironment();
          return { editor: nonEmpty(visual) ?? nonEmpty(editor), tmux: nonEmpty(tmux) };
        },
      },
      { signal },
    ),
};

const nonEmpty = (value: string | undefined): string | undefined => (value === "" ? undefined : value);
