import { useBoardState, usePage } from "../hooks.ts";
import { Confirm } from "../parts/modal.tsx";

/** The kill switch: one question, because it also stops what goes well. */
export function StopAll({ onClose }: { onClose: () => void }) {
  const { board, desk } = usePage();
  const { status } = useBoardState();
  return (
    <Confirm
      title="Stop every agent?"
      text={
        <p>
          Every tool call of every agent is denied from now on, until you let them go on.
          {status === undefined || status.openHolds === 0
            ? ""
            : ` What is held (${status.openHolds} now) goes on waiting and can only be denied.`}{" "}
          Nothing that already runs is ended.
        </p>
      }
      action="Stop all"
      onClose={onClose}
      onConfirm={() => {
        onClose();
        void desk.attempt(async () => {
          await board.call("policy/mode", { mode: "panic" });
          return "Stopped: every tool call is denied.";
        });
      }}
    />
  );
}
