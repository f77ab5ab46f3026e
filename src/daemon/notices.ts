import type { Notify } from "../notify/index.ts";
import type { HoldView } from "../protocol/operations/holds.ts";

/** What rooms report, as notices that stand and are cleared. */
export interface Notices {
  hold(hold: HoldView): void;
}

export interface NoticesPorts {
  /** The workspace of a hold's session. */
  project(hold: HoldView): string;
}

export function createNotices(notify: Pick<Notify, "raise" | "clear">, ports: NoticesPorts): Notices {
  return {
    hold(hold) {
      if (hold.state !== "open") return notify.clear(hold.id);
      if (hold.waiting === 0) return; // nobody waits for it: the agent's own dialog, or one that went away
      notify.raise({
        kind: "hold",
        key: hold.id,
        agent: hold.agent,
        session: hold.session,
        project: ports.project(hold),
        text: `${hold.tool}: ${hold.reason}`,
        action: "Decide with: signalbox hold watch",
      });
    },
  };
}
