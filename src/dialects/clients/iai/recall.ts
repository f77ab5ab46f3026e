import type { NoteView } from "../../../protocol/operations/memory.ts";
import type { IaiCaller, IaiHit, IaiPorts } from "./ports.ts";

/** iai counts a token as four characters. */
export const charsPerToken = 4;
const hitsMax = 50;
const antiHitsMax = 3;
const neighboursMax = 3;
const firstTurnTokens = 400;

/** Words by which a client asks for what was said, word for word. */
const verbatim = /"|\b(?:verbatim|exact(?:ly)?|quote|said|wrote)\b|\bday \d+\b/i;

/** `memory_recall`: what was found, what it replaced, and with a session's first recall its brief. */
export async function recall(
  { cue, budget_tokens: budget }: { readonly cue: string; readonly budget_tokens: number },
  caller: IaiCaller,
  ports: IaiPorts,
): Promise<object> {
  const { hits } = await ports.recall({ query: cue, charsMax: budget * charsPerToken, limit: hitsMax }, caller);
  const firstTurn = caller.session !== undefined && ports.takeFirstTurn(caller.session);
  return {
    hits: hits.map((hit) => iaiHit(hit, ports)),
    anti_hits: hits
      .flatMap(({ via }) => (via === null ? [] : [via]))
      .slice(0, antiHitsMax)
      .map((id) => iaiHit({ note: ports.note(id), score: 0, why: "superseded", via: null }, ports)),
    activation_trace: hits.map(({ note, via }) => via ?? note.id),
    budget_used: tokensOf(hits.map(({ note }) => note)),
    cue_mode: verbatim.test(cue) ? "verbatim" : "concept",
    // No schemas are induced, so there are no patterns to observe.
    patterns_observed: [],
    _knobs_applied: {},
    overnight_digest: digest(ports),
    ...(firstTurn ? { first_turn_recall: await firstTurnRecall(caller, ports) } : {}),
  };
}

async function firstTurnRecall(caller: IaiCaller, ports: IaiPorts): Promise<object> {
  const { notes } = await ports.brief(firstTurnTokens * charsPerToken, caller);
  return {
    hits: notes.map((note) => iaiHit({ note, score: 0, why: "known at the session's beginning", via: null }, ports)),
    budget_tokens: firstTurnTokens,
    budget_used: tokensOf(notes),
    warm_lru_size: notes.length,
    warm_lru_source: "notes",
  };
}

function iaiHit({ note, score, why }: IaiHit, ports: IaiPorts): object {
  return {
    record_id: note.id,
    score: Math.round(score * 10_000) / 10_000,
    reason: why,
    literal_surface: note.text,
    adjacent_suggestions: [...ports.neighbours(note.id, neighboursMax)],
    valid_from: note.writtenAt,
    valid_to: note.supersededAt,
  };
}

export const tokensOf = (notes: readonly Pick<NoteView, "text">[]): number =>
  Math.ceil(notes.reduce((chars, { text }) => chars + text.length, 0) / charsPerToken);

/** Ten counters of the newest round of upkeep, zero before the first. iai's own names for them are not known to us. */
function digest({ upkeep }: IaiPorts): Readonly<Record<string, number>> {
  const { tasks, commands } = upkeep.status();
  const count = (task: string, field: string): number => {
    const value = tasks.find(({ name }) => name === task)?.result?.[field];
    return typeof value === "number" ? value : 0;
  };
  return {
    tasks_done: tasks.filter(({ outcome }) => outcome === "done").length,
    tasks_failed: tasks.filter(({ outcome }) => outcome === "failed").length,
    tasks_interrupted: tasks.filter(({ outcome }) => outcome === "interrupted").length,
    tasks_due: tasks.filter(({ due }) => due).length,
    tasks_resting: tasks.filter(({ restsUntil }) => restsUntil !== null).length,
    notes_merged: count("note-consolidation", "merged"),
    links_decayed: count("note-consolidation", "decayed"),
    links_pruned: count("note-consolidation", "pruned"),
    notes_retired: count("note-retention", "notes"),
    commands_waiting: commands.filter(({ state }) => state === "queued" || state === "running").length,
  };
}
