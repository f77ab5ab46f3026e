import type { Rule } from "./rule.ts";

/** Denied in every mode: nothing brings these back, or they take the guard away. */
export const catastrophic: readonly Rule[] = [
  {
    id: "signalbox-itself",
    verdict: "deny",
    catastrophic: true,
    summary: "Touching Signalbox's own files, socket, verbs or process",
    match: [
      {
        place: "signalbox",
        kind: [
          "write",
          "delete",
          "execute",
          "send",
          "signal",
          "persist",
          "read",
          "mutate-remote",
          "opaque",
          "elevate",
          "rewrite-history",
        ],
      },
    ],
    reason: "which is the guard itself: an agent can neither steer nor release it",
    instead: "Leave it and tell the operator what you need; looking is fine: `signalbox status`",
    examples: { "signalbox hold approve hold_1": "deny", "signalbox down": "deny", "signalbox status": "allow" },
  },
  {
    id: "agent-settings",
    verdict: "deny",
    catastrophic: true,
    summary: "Changing the settings by which an agent's hooks and permissions are found",
    match: { place: "agent-config", kind: ["write", "delete", "persist", "execute", "opaque"] },
    reason: "by which the agent's own hooks and permissions are decided",
    instead: "Ask the operator to change the agent's settings; reading them is fine: `cat .claude/settings.json`",
    examples: {
      "echo '{}' > ~/.claude/settings.json": "deny",
      "rm ~/.codex/config.toml": "deny",
      "rm -rf ~/.claude": "deny",
    },
  },
  {
    id: "delete-root-or-home",
    verdict: "deny",
    catastrophic: true,
    summary: "Deleting the root, a home or a whole system folder",
    match: { kind: "delete", place: ["system", "home"], reach: "all", target: ["/", "/**"] },
    reason: "which can't be brought back and takes far more than any task needs",
    instead: "Name the one file or folder that you mean, inside the workspace: `rm -rf build`",
    examples: { "rm -rf /": "deny", "rm -rf ~": "deny", "rm -rf /etc": "deny", "rm -rf /*": "deny" },
  },
  {
    id: "write-device",
    verdict: "deny",
    catastrophic: true,
    summary: "Writing to a raw device",
    match: [{ kind: ["write", "delete"], place: "device" }],
    reason: "which destroys what is on the device",
    instead: "Write to a file of the workspace: `dd if=/dev/zero of=disk.img bs=1M count=1`",
    examples: { "dd if=/dev/zero of=/dev/sda": "deny", "echo x > /dev/sda": "deny", "echo x > /dev/null": "allow" },
  },
];
