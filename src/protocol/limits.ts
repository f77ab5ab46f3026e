/** Every bound of the daemon in one place; each says what happens when it is reached. Units are in the names. */
export const limits = {
  /** A longer NDJSON frame is answered with an error and skipped; the connection lives. */
  frameBytesMax: 4 * 1024 * 1024,
  /** A larger hook payload can't be read: a deciding event is denied, another passes. */
  hookBodyBytesMax: 4 * 1024 * 1024,
  /** One connection's unanswered requests; more wait unread in the socket (backpressure). */
  inFlightPerConnectionMax: 256,
  /** One more connection is answered BUSY and closed. */
  connectionsMax: 2_048,
  /** A reader that lets this many bytes pile up is closed with a reason in the log. */
  connectionWriteBytesMax: 16 * 1024 * 1024,
  /** Streams of one connection; one more is answered BUSY. */
  streamsPerConnectionMax: 32,
  /** Unsent answers above which no more frames of their connection are read. */
  connectionWritePauseBytes: 1024 * 1024,
  /** A frame or HTTP request that has begun and not ended for this long ends its connection with an error. */
  frameMsMax: 30_000,
  /** A silent connection with nothing in flight is closed after this long; at the connection cap the longest silent one after `connectionIdleMsMin`. */
  connectionIdleMsMax: 6 * 3_600_000,
  connectionIdleMsMin: 60_000,
  /** HTTP between two requests. */
  httpIdleMsMax: 60_000,
  /** A client that has closed its sending half gets what is answered within this time; what still waits is then cancelled. */
  halfCloseMsMax: 2_000,
  /** Members of one JSON-RPC batch; a longer batch is one error. */
  batchMax: 256,
  /** Nesting of a JSON payload; deeper is refused at the edge. */
  jsonDepthMax: 128,
  /** A longer shell text is judged not-sure without being parsed. */
  shellBytesMax: 64 * 1024,
  /** Open holds of one session; the next tool call that would be held is denied with a reason that says so. */
  holdsPerSessionMax: 64,
  /** Open holds in all. */
  holdsMax: 4_096,
  /** How long an agent waits for a person, below every host's own limit. */
  holdWaitMs: 270_000,
  /** An undecided hold expires. */
  holdAgeMsMax: 24 * 3_600_000,
  /** An approval that nobody used expires. */
  approvalAgeMsMax: 15 * 60_000,
  /** "For the session" ends at the latest. */
  sessionGrantAgeMsMax: 12 * 3_600_000,
  /** Browsers that hold a web pass; one more ends the pass that was silent longest. */
  passesMax: 16,
  /** A web pass ends at the latest. */
  passAgeMsMax: 12 * 3_600_000,
  /** The one-use code in the link that `signalbox web` makes; an unused one is forgotten. */
  passCodeMsMax: 30_000,
  /** Links that wait to be opened; one more ends the oldest. */
  passCodesMax: 8,
  /** Connections of browsers on the loopback port; one more is closed. */
  loopbackConnectionsMax: 128,
  /** Body of a request that carries no web pass. */
  strangerBodyBytesMax: 4_096,
  /** The newest verdicts that figures are made of. */
  figureEntriesMax: 20_000,
  /** Sessions remembered in memory; the longest silent one is forgotten first (its rows stay). */
  sessionsMax: 4_096,
  /** An ended session leaves the boards after this long; it stays listed with `ended` and searchable. */
  endedSessionShownMs: 24 * 3_600_000,
  /** A session of which no process is known (a socket's client, a system without /proc) has ended when it was silent for this long; whatever comes of it resumes it. */
  silentSessionMsMax: 2 * 3_600_000,
  /** Streams of sessions; one more is refused BUSY. */
  sessionWatchersMax: 512,
  /** A reader with more changed sessions than this waiting for it gets a snapshot instead. */
  sessionsBehindMax: 256,
  /** Answers kept for a repeated request key. */
  requestKeysMax: 8_192,
  requestKeyAgeMsMax: 10 * 60_000,
  /** A longer string of a recorded input is cut, with a note of its length. */
  ledgerStringCharsMax: 8_192,
  /** Characters of a held call's input that are kept to be shown, redacted: longer texts end in how much follows. */
  heldInputCharsMax: 65_536,
  /** Of one text of any input: more is neither looked through for secrets nor kept. */
  heldStringCharsMax: 65_536,
  /** Text of an outcome that is kept. */
  outcomeTextBytesMax: 4_096,
  /** Of each output of a command that the MCP tool `exec` ran; the middle of a longer one is left out. */
  execOutputBytesMax: 64 * 1024,
  /** How long such a command may run; then its process group is ended. */
  execMsDefault: 120_000,
  execMsMax: 3_600_000,
  /** What persons typed while no daemon ran; more is left out. */
  recordSpoolBytesMax: 4 * 1024 * 1024,
  effectTargetCharsMax: 512,
  reasonCharsMax: 1_024,
  effectsMax: 256,
  /** Repository policy layer. */
  repositoryPolicyBytesMax: 64 * 1024,
  repositoryPolicyRulesMax: 200,
  policyBytesMax: 1024 * 1024,
  policyRulesMax: 2_000,
  /** A longer note is refused: a note is one thing worth knowing, not a file. */
  noteCharsMax: 8_192,
  noteSubjectCharsMax: 256,
  /** Notes of one import; a file is sent in as many as it takes. */
  noteImportMax: 200,
  noteTagsMax: 16,
  noteTagCharsMax: 64,
  noteKeyCharsMax: 256,
  /** Notes of one project, superseded ones included (global ones count as a project); one more is refused until some are forgotten. */
  notesPerProjectMax: 10_000,
  notesMax: 200_000,
  /** Upkeep forgets captured turns after this long. */
  noteTurnAgeMsMax: 90 * 24 * 3_600_000,
  /** Keys of captures and marks of forgotten notes: the oldest go first, and then a repeated capture is a new one. */
  noteKeysMax: 200_000,
  noteTombstonesMax: 50_000,
  /** Notes that one call can link to each other; every pair is a row. */
  noteLinkedMax: 16,
  /** Words and phrases of one recall; more are left out. */
  recallTermsMax: 12,
  recallQueryCharsMax: 1_024,
  recallHitsMax: 50,
  /** Characters of notes in one recall. */
  recallCharsMax: 64_000,
  /** A pause of the upkeep ends at the latest. */
  upkeepPauseMsMax: 7 * 24 * 3_600_000,
  ledgerAgeMsMax: 90 * 24 * 3_600_000,
  ledgerBytesMax: 2 * 1024 ** 3,
  checkpointEntriesMax: 1_000,
  checkpointMsMax: 60_000,
  checkpointIdleMs: 3_600_000,
  /** Proofs of the passphrase that are taken within `challengeMsMax`. */
  challengesMax: 256,
  challengeMsMax: 60_000,
  drainMs: 10_000,
  /** Ledger entries that a board keeps to show; older ones are asked for again. */
  boardEntriesMax: 1_000,
  logFileBytesMax: 8 * 1024 * 1024,
  logFilesMax: 4,
} as const;
