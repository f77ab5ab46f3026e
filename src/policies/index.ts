/**
 * The policy files in force. This room reads the layers from disk when they change, keeps the last good text of each in the
 * store, remembers which repository files the operator trusts by hash, and keeps the mode. What the text means it does not know: reading
 * and putting together are handed in.
 *
 * Promises: an invalid, unreadable or vanished-while-invalid file never loosens: the last good text stays in force, over
 * restarts too, and the problem is told. A repository's file is read as a plain file of at most `repositoryPolicyBytesMax`, through
 * no link. Trust is for one exact text. Every change of mode, trust, layer or rule is an entry.
 * Limits: `workspacesMax` workspaces' policies are kept compiled, the longest unused is dropped.
 */
export { createPolicies, policiesMigrations, type LayerState, type Policies, type PoliciesPorts } from "./policies.ts";
