import { emitKeypressEvents } from "node:readline";
import { createInterface } from "node:readline/promises";
import { connect } from "../client/index.ts";
import type { HoldDecision, HoldView } from "../protocol/operations/holds.ts";
import { Refusal } from "../protocol/refusals.ts";
import { holdCard, holdLine } from "./hold-card.ts";
import { decidedText, parseInput } from "./hold-words.ts";
import type { Verb } from "./index.ts";

/**
 * `signalbox hold watch`: shows the oldest open hold as a card and decides it with one key. Without a terminal it prints one line
 * (one JSON object with `--json`) for each hold that opens or is decided, until interrupted.
 */
export async function watch(verb: Verb): Promise<void> {
  const { terminal, place } = verb;
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort(new Error("interrupted")));
  process.once("SIGTERM", () => stop.abort(new Error("terminated")));
  await using client = await connect({ socket: place.socket });
  const open = new Map<string, HoldView>();
  const desk = terminal.interactive && !verb.json ? new Desk(verb, open, client, stop) : undefined;
  const say = (hold: HoldView) => terminal.out(verb.json ? JSON.stringify(hold) : holdLine(terminal, hold, Date.now()));
  const changed = (hold: HoldView) => {
    if (hold.state === "open") open.set(hold.id, hold);
    else open.delete(hold.id);
    if (desk === undefined) say(hold);
    else desk.changed(hold);
  };
  const stream = await client.stream("hold/watch", {}, (pushed) => changed((pushed as { hold: HoldView }).hold), {
    signal: stop.signal,
  });
  for (const hold of stream.first.holds) {
    open.set(hold.id, hold);
    if (desk === undefined) say(hold);
  }
  desk?.begin();
  try {
    await stream.ended;
    if (!stop.signal.aborted)
      throw new Refusal(
        "DAEMON_AWAY",
        "The daemon ended.",
        "Watch again: signalbox up --detach && signalbox hold watch",
      );
  } finally {
    desk?.end();
  }
}

const keys = "[a] approve once  [s] for the session  [r] as a rule  [d] deny with words  [e] edit  [n] next  [q] quit";

/** The interactive side: one card at a time, oldest first. */
class Desk {
  readonly #verb: Verb;
  readonly #open: Map<string, HoldView>;
  readonly #client: Awaited<ReturnType<typeof connect>>;
  readonly #stop: AbortController;
  #current: string | undefined;
  /** While the person types words, new holds are not drawn over them. */
  #typing = false;

  constructor(
    verb: Verb,
    open: Map<string, HoldView>,
    client: Awaited<ReturnType<typeof connect>>,
    stop: AbortController,
  ) {
    this.#verb = verb;
    this.#open = open;
    this.#client = client;
    this.#stop = stop;
  }

  begin(): void {
    emitKeypressEvents(process.stdin);
    process.stdin.setRawMode(true);
    process.stdin.on("keypress", this.#pressed);
    this.#draw();
  }

  end(): void {
    process.stdin.off("keypress", this.#pressed);
    process.stdin.setRawMode(false);
    process.stdin.pause();
  }

  changed(hold: HoldView): void {
    if (this.#typing) return;
    if (this.#current === undefined || hold.id === this.#current) this.#draw();
    else this.#verb.terminal.out(this.#verb.terminal.style("faint", `${this.#open.size} open`));
  }

  readonly #pressed = (_: string | undefined, key: { name?: string; ctrl?: boolean }): void => {
    if (this.#typing) return;
    if ((key.ctrl === true && key.name === "c") || key.name === "q") return this.#stop.abort(new Error("quit"));
    const current = this.#current === undefined ? undefined : this.#open.get(this.#current);
    if (current === undefined) return;
    const act = { a: "once", s: "session", r: "rule", d: "deny", e: "edit" }[key.name ?? ""];
    if (key.name === "n") return this.#draw(this.#next());
    if (act !== undefined) void this.#act(current, act).catch((error: unknown) => this.#complain(error));
  };

  async #act(hold: HoldView, act: string): Promise<void> {
    if (act === "deny")
      return this.#decide(hold, {
        decision: "deny",
        words: await this.#ask("Why (the agent reads it; empty for none): "),
      });
    if (act === "edit") return this.#edit(hold);
    if (act === "rule") {
      const { rule } = await this.#client.call("hold/rule", { id: hold.id });
      this.#verb.terminal.out(`\nThis rule is added to your policy:\n\n${rule.trimEnd()}\n`);
      if (!/^y/i.test(await this.#ask("Save it? [y/N] "))) return this.#draw();
    }
    return this.#decide(hold, { decision: "approve", scope: act as "once" });
  }

  async #edit(hold: HoldView): Promise<void> {
    if (!hold.editable)
      return this.#complain(
        new Error("Its caller no longer waits, so there is nothing left to edit. Deny it with words instead."),
      );
    const command = hold.input["command"];
    const text = await this.#ask(
      typeof command === "string" ? "Command: " : "Input (JSON): ",
      typeof command === "string" ? command : JSON.stringify(hold.input),
    );
    const input = typeof command === "string" ? { ...hold.input, command: text } : parseInput(text, "What you typed");
    return this.#decide(hold, { decision: "edit", input });
  }

  async #decide(hold: HoldView, decision: HoldDecision): Promise<void> {
    const answer = await this.#client.call("hold/decide", { id: hold.id, ...decision });
    this.#verb.terminal.out(this.#verb.terminal.style("good", decidedText(decision, answer)));
    this.#open.delete(hold.id);
    this.#draw();
  }

  async #ask(question: string, prefill = ""): Promise<string> {
    this.#typing = true;
    const line = createInterface({ input: process.stdin, output: process.stdout });
    try {
      const answer = line.question(question, { signal: this.#stop.signal });
      if (prefill !== "") line.write(prefill);
      return (await answer).trim();
    } finally {
      line.close();
      process.stdin.setRawMode(true);
      process.stdin.resume();
      this.#typing = false;
    }
  }

  #complain(error: unknown): void {
    const { terminal } = this.#verb;
    terminal.err(`${terminal.style("bad", "not done:")} ${error instanceof Error ? error.message : String(error)}`);
    if (error instanceof Refusal && error.hint !== undefined) terminal.err(`  ${error.hint}`);
  }

  #next(): string | undefined {
    const ids = [...this.#open.keys()];
    return ids[(ids.indexOf(this.#current ?? "") + 1) % ids.length];
  }

  #draw(
    id: string | undefined = this.#open.has(this.#current ?? "") ? this.#current : this.#open.keys().next().value,
  ): void {
    const { terminal } = this.#verb;
    this.#current = id;
    const hold = id === undefined ? undefined : this.#open.get(id);
    terminal.out("─".repeat(Math.min(terminal.columns, 100)));
    if (hold === undefined)
      return terminal.out(
        `Nothing is held. Agents work on; a hold appears here when one opens.  ${terminal.style("faint", "[q] quit")}`,
      );
    terminal.out(holdCard(terminal, hold, Date.now()));
    const others = this.#open.size - 1;
    terminal.out(`${others > 0 ? `\n${others} more open.` : ""}\n${terminal.style("faint", keys)}`);
  }
}
