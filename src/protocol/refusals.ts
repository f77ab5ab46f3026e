/**
 * The catalogue of refusals: expected errors that are part of the contract. One row gives the JSON-RPC number, the HTTP
 * status, the CLI's exit code and whether trying again can help. Codes are never reused; a test pins the table.
 */
export const refusals = {
  PARSE_ERROR: { rpc: -32700, http: 400, exit: 2, retryable: false },
  INVALID_REQUEST: { rpc: -32600, http: 400, exit: 2, retryable: false },
  UNKNOWN_METHOD: { rpc: -32601, http: 404, exit: 2, retryable: false },
  INVALID_PARAMS: { rpc: -32602, http: 400, exit: 2, retryable: false },
  /** Internal: the wire sees an opaque `ref`, the log has the cause. */
  INTERNAL: { rpc: -32603, http: 500, exit: 1, retryable: false },
  NOT_FOUND: { rpc: -32004, http: 404, exit: 4, retryable: false },
  NOT_PERMITTED: { rpc: -32003, http: 403, exit: 5, retryable: false },
  /** The caller may, once it proves the operator's passphrase: `operator/challenge`, then the same call with `proof`. */
  PROOF_NEEDED: { rpc: -32028, http: 428, exit: 5, retryable: false },
  CONFLICT: { rpc: -32009, http: 409, exit: 6, retryable: false },
  EXPIRED: { rpc: -32010, http: 410, exit: 6, retryable: false },
  TOO_LARGE: { rpc: -32013, http: 413, exit: 2, retryable: false },
  BUSY: { rpc: -32029, http: 429, exit: 7, retryable: true },
  DRAINING: { rpc: -32030, http: 503, exit: 7, retryable: true },
  /** The ledger can't be written or read: nothing is allowed until it is mended. */
  LEDGER_UNAVAILABLE: { rpc: -32050, http: 503, exit: 8, retryable: true },
  VERSION_MISMATCH: { rpc: -32051, http: 409, exit: 9, retryable: false },
  /** No daemon answers on the socket (made by the client, never sent). */
  DAEMON_AWAY: { rpc: -32052, http: 503, exit: 3, retryable: true },
  CANCELLED: { rpc: -32800, http: 499, exit: 130, retryable: true },
} as const;

export type RefusalCode = keyof typeof refusals;

/**
 * An expected error that the caller is meant to read.
 * @param message  what happened, and to which id
 * @param hint     the next command to type, or what else would help
 */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly hint: string | undefined;

  constructor(code: RefusalCode, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "Refusal";
    this.code = code;
    this.hint = hint;
  }
}
