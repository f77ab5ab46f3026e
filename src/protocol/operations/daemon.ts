import { z } from "zod";
import { Mode } from "../effects.ts";
import { JsonValue } from "../json.ts";
import { operation } from "../operation.ts";
import { PassphraseProof } from "./operator.ts";

export const daemonOperations = {
  "daemon/hello": operation({
    summary: "Exchange versions and learn what the daemon can do.",
    input: z.object({ version: z.string().max(64).optional(), client: z.string().max(64).optional() }),
    output: z.object({
      version: z.string(),
      pid: z.int(),
      home: z.string(),
      /** False when client and daemon should not work together; `fix` is then the command to type. */
      compatible: z.boolean(),
      fix: z.string().nullable(),
      methods: z.array(z.string()),
    }),
    refusals: [],
    access: "agent",
    deadlineMs: 2_000,
    http: "GET /v1/hello",
    mcp: false,
  }),
  "daemon/status": operation({
    summary: "Show the daemon's state: version, mode, sessions, open holds, ledger and data on disk.",
    input: z.object({}),
    output: z.object({
      pid: z.int(),
      version: z.string(),
      home: z.string(),
      socket: z.string(),
      startedAt: z.string(),
      uptimeMs: z.number(),
      mode: Mode,
      sessions: z.int(),
      openHolds: z.int(),
      watchers: z.int(),
      connections: z.int(),
      ledger: z.object({
        entries: z.int(),
        bytes: z.int(),
        bytesMax: z.int(),
        retentionDays: z.number(),
        checkpoint: z.object({ size: z.int(), at: z.string() }).nullable(),
        /** Null when the ledger can be written; else what is wrong and what to do. */
        problem: z.string().nullable(),
      }),
      diskBytes: z.int(),
      policy: z.object({
        rules: z.int(),
        /** What is wrong with a policy file whose last good text is in force instead. */
        problems: z.array(z.string()),
      }),
      /** Sessions that show tool results without verdicts. */
      ungated: z.array(z.object({ session: z.string(), agent: z.string(), why: z.string() })),
    }),
    refusals: [],
    access: "agent",
    deadlineMs: 2_000,
    http: "GET /v1/status",
    mcp: false,
  }),
  "daemon/stop": operation({
    summary: "Drain and stop the daemon; with `stay`, hooks deny until it is started by hand.",
    input: z.object({
      stay: z.boolean().default(false),
      /** For `daemon/stop`, where a passphrase is set. */
      proof: PassphraseProof.optional(),
    }),
    output: z.object({ draining: z.literal(true) }),
    refusals: ["NOT_PERMITTED", "PROOF_NEEDED", "LEDGER_UNAVAILABLE"],
    access: "operator",
    deadlineMs: 10_000,
    http: "POST /v1/stop",
    mcp: false,
  }),
  "daemon/notifications": operation({
    summary: "List the channels by which notifications leave, with what is wrong with them.",
    input: z.object({}),
    output: z.object({
      channels: z.array(
        z.object({ channel: z.string(), kind: z.string(), sent: z.int(), problem: z.string().nullable() }),
      ),
    }),
    refusals: [],
    access: "agent",
    deadlineMs: 2_000,
    http: "GET /v1/notifications",
    mcp: false,
  }),
  "daemon/notify-test": operation({
    summary: "Send a test notification now by one channel, or by all of them.",
    input: z.object({ channel: z.string().max(32).optional() }),
    output: z.object({
      /** What went wrong; null: the channel took it. */
      results: z.array(z.object({ channel: z.string(), problem: z.string().nullable() })),
    }),
    refusals: ["NOT_FOUND", "NOT_PERMITTED"],
    access: "operator",
    deadlineMs: 20_000,
    http: "POST /v1/notifications/test",
    mcp: false,
  }),
  "daemon/config": operation({
    summary: "Show each configuration value with where it comes from.",
    input: z.object({}),
    output: z.object({
      values: z.array(z.object({ key: z.string(), value: JsonValue, source: z.string(), note: z.string().nullable() })),
    }),
    refusals: [],
    access: "agent",
    deadlineMs: 2_000,
    http: "GET /v1/config",
    mcp: false,
  }),
} as const;
