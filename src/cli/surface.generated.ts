// Made from src/protocol/operations by `npm run docs`. Edit the table, not this file.
import type { OperationName } from "../protocol/operations/index.ts";

/** A verb that only calls an operation and shows its answer. */
export interface SurfaceVerb {
  readonly operation: OperationName;
  /** e.g. ["hold", "show"]. */
  readonly words: readonly string[];
  readonly summary: string;
  readonly fields: readonly SurfaceField[];
  /** It is a stream: it ends when the caller ends it. */
  readonly stream: boolean;
}

export interface SurfaceField {
  /** As the operation calls it. */
  readonly name: string;
  /** Given by its place; else by `--flag`. */
  readonly positional: boolean;
  readonly flag: string;
  readonly type: "string" | "number" | "boolean" | "json";
  readonly choices?: readonly string[];
  readonly required: boolean;
  readonly default?: unknown;
  readonly description?: string;
}

export const surface: readonly SurfaceVerb[] = [
  {
    "operation": "hold/list",
    "words": [
      "hold",
      "list"
    ],
    "summary": "List the tool calls that await a person, oldest first.",
    "fields": [
      {
        "name": "state",
        "positional": false,
        "flag": "state",
        "type": "string",
        "choices": [
          "open",
          "approved",
          "denied",
          "used",
          "expired",
          "withdrawn",
          "settled",
          "all"
        ],
        "required": false,
        "default": "open"
      },
      {
        "name": "session",
        "positional": false,
        "flag": "session",
        "type": "string",
        "required": false
      },
      {
        "name": "limit",
        "positional": false,
        "flag": "limit",
        "type": "number",
        "required": false,
        "default": 100
      }
    ],
    "stream": false
  },
  {
    "operation": "hold/get",
    "words": [
      "hold",
      "show"
    ],
    "summary": "Show one hold: the tool call, its effects and what was decided.",
    "fields": [
      {
        "name": "id",
        "positional": true,
        "flag": "id",
        "type": "string",
        "required": true
      }
    ],
    "stream": false
  },
  {
    "operation": "hold/rule",
    "words": [
      "hold",
      "rule"
    ],
    "summary": "Show the narrow rule that approving this hold as a rule would save.",
    "fields": [
      {
        "name": "id",
        "positional": true,
        "flag": "id",
        "type": "string",
        "required": true
      }
    ],
    "stream": false
  },
  {
    "operation": "hold/grants",
    "words": [
      "hold",
      "grants"
    ],
    "summary": "List what is approved for whole sessions, newest first.",
    "fields": [
      {
        "name": "session",
        "positional": false,
        "flag": "session",
        "type": "string",
        "required": false
      },
      {
        "name": "limit",
        "positional": false,
        "flag": "limit",
        "type": "number",
        "required": false,
        "default": 100
      }
    ],
    "stream": false
  },
  {
    "operation": "hold/revoke",
    "words": [
      "hold",
      "revoke"
    ],
    "summary": "Take back what was approved for a session: the next such call is held again.",
    "fields": [
      {
        "name": "id",
        "positional": true,
        "flag": "id",
        "type": "string",
        "required": true
      }
    ],
    "stream": false
  },
  {
    "operation": "ledger/list",
    "words": [
      "ledger",
      "list"
    ],
    "summary": "List ledger entries, newest first unless `after` is given.",
    "fields": [
      {
        "name": "after",
        "positional": false,
        "flag": "after",
        "type": "number",
        "required": false
      },
      {
        "name": "before",
        "positional": false,
        "flag": "before",
        "type": "number",
        "required": false
      },
      {
        "name": "kind",
        "positional": false,
        "flag": "kind",
        "type": "string",
        "required": false
      },
      {
        "name": "session",
        "positional": false,
        "flag": "session",
        "type": "string",
        "required": false
      },
      {
        "name": "limit",
        "positional": false,
        "flag": "limit",
        "type": "number",
        "required": false,
        "default": 50
      }
    ],
    "stream": false
  },
  {
    "operation": "ledger/get",
    "words": [
      "ledger",
      "show"
    ],
    "summary": "Show one ledger entry.",
    "fields": [
      {
        "name": "seq",
        "positional": true,
        "flag": "seq",
        "type": "number",
        "required": true
      }
    ],
    "stream": false
  },
  {
    "operation": "ledger/prove",
    "words": [
      "ledger",
      "prove"
    ],
    "summary": "Make an inclusion proof for one entry against the newest checkpoint.",
    "fields": [
      {
        "name": "seq",
        "positional": true,
        "flag": "seq",
        "type": "number",
        "required": true
      }
    ],
    "stream": false
  },
  {
    "operation": "ledger/key",
    "words": [
      "ledger",
      "key"
    ],
    "summary": "Show the ledger's root public key and its newest checkpoint, to keep somewhere else.",
    "fields": [],
    "stream": false
  },
  {
    "operation": "session/list",
    "words": [
      "session",
      "list"
    ],
    "summary": "List the sessions that the daemon knows, latest first.",
    "fields": [
      {
        "name": "state",
        "positional": false,
        "flag": "state",
        "type": "string",
        "choices": [
          "working",
          "waiting",
          "idle",
          "finished-unseen",
          "limited",
          "error",
          "gone"
        ],
        "required": false
      },
      {
        "name": "agent",
        "positional": false,
        "flag": "agent",
        "type": "string",
        "required": false
      },
      {
        "name": "project",
        "positional": false,
        "flag": "project",
        "type": "string",
        "required": false
      },
      {
        "name": "ended",
        "positional": false,
        "flag": "ended",
        "type": "json",
        "required": false
      },
      {
        "name": "archived",
        "positional": false,
        "flag": "archived",
        "type": "json",
        "required": false
      },
      {
        "name": "limit",
        "positional": false,
        "flag": "limit",
        "type": "number",
        "required": false,
        "default": 100
      }
    ],
    "stream": false
  },
  {
    "operation": "session/show",
    "words": [
      "session",
      "show"
    ],
    "summary": "Show one session with its latest tool calls.",
    "fields": [
      {
        "name": "session",
        "positional": true,
        "flag": "session",
        "type": "string",
        "required": true
      },
      {
        "name": "agent",
        "positional": false,
        "flag": "agent",
        "type": "string",
        "required": false
      },
      {
        "name": "calls",
        "positional": false,
        "flag": "calls",
        "type": "number",
        "required": false,
        "default": 20
      }
    ],
    "stream": false
  },
  {
    "operation": "session/rename",
    "words": [
      "session",
      "rename"
    ],
    "summary": "Give a session a name of your own; an empty one takes it away.",
    "fields": [
      {
        "name": "session",
        "positional": true,
        "flag": "session",
        "type": "string",
        "required": true
      },
      {
        "name": "name",
        "positional": true,
        "flag": "name",
        "type": "string",
        "required": true
      },
      {
        "name": "agent",
        "positional": false,
        "flag": "agent",
        "type": "string",
        "required": false
      }
    ],
    "stream": false
  },
  {
    "operation": "session/pin",
    "words": [
      "session",
      "pin"
    ],
    "summary": "Keep a session at the top of the boards.",
    "fields": [
      {
        "name": "session",
        "positional": true,
        "flag": "session",
        "type": "string",
        "required": true
      },
      {
        "name": "agent",
        "positional": false,
        "flag": "agent",
        "type": "string",
        "required": false
      },
      {
        "name": "pinned",
        "positional": false,
        "flag": "pinned",
        "type": "json",
        "required": false
      }
    ],
    "stream": false
  },
  {
    "operation": "session/archive",
    "words": [
      "session",
      "archive"
    ],
    "summary": "Take a session off the boards; it stays searchable, and a new event of it brings it back.",
    "fields": [
      {
        "name": "session",
        "positional": true,
        "flag": "session",
        "type": "string",
        "required": true
      },
      {
        "name": "agent",
        "positional": false,
        "flag": "agent",
        "type": "string",
        "required": false
      },
      {
        "name": "archived",
        "positional": false,
        "flag": "archived",
        "type": "json",
        "required": false
      }
    ],
    "stream": false
  },
  {
    "operation": "session/search",
    "words": [
      "session",
      "search"
    ],
    "summary": "Search the sessions of all time by name, prompt, folder, branch or id.",
    "fields": [
      {
        "name": "query",
        "positional": true,
        "flag": "query",
        "type": "string",
        "required": true
      },
      {
        "name": "limit",
        "positional": false,
        "flag": "limit",
        "type": "number",
        "required": false,
        "default": 50
      }
    ],
    "stream": false
  }
];
