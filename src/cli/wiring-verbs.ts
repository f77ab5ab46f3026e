import type { Command } from "commander";
import { Refusal } from "../protocol/refusals.ts";
import { oneOf } from "./arguments.ts";
import { Exit, type Verb } from "./index.ts";
import type { HostReport, WirePlan } from "./ports.ts";
import { askPresence } from "./presence.ts";
import type { Terminal } from "./terminal.ts";
import { visible } from "./words.ts";

export function add(program: Command, verb: (command: Command) => Verb): void {
  program
    .command("wire <agent>")
    .summary("Let an agent ask before it acts.")
    .description(
      "Put the hook into an agent's settings (claude-code, codex, gemini, copilot, opencode; generic says how to call it).",
    )
    .option(
      "--print",
      "show what it would install and write nothing there (hook and launch record are put into the home)",
    )
    .option("--grant", "what policy allows then runs without the agent's own permission question")
    .action((agent: string, options: { print?: boolean; grant?: boolean }, command: Command) =>
      wire(verb(command), agent, options),
    );
  program
    .command("unwire <agent>")
    .summary("Take the hook out of an agent's settings again.")
    .description(
      "Take the hook out of an agent's settings again: the very bytes from before, if nobody edited them since.",
    )
    .action((agent: string, _: object, command: Command) => unwire(verb(command), agent));
  program
    .command("doctor [agents...]")
    .summary("Prove that each wired agent really asks.")
    .description("Prove each wired agent by running it against a mock model with a call that must be denied.")
    .action((agents: string[], _: object, command: Command) => doctor(verb(command), agents));
}

async function wire(verb: Verb, agent: string, { print, grant }: { print?: boolean; grant?: boolean }): Promise<void> {
  const { terminal, place, ports, json } = verb;
  const wiring = await ports.wiring();
  if (agent === "generic") {
    const how = wiring.howToCallHook(place);
    return terminal.out(json ? JSON.stringify({ agent, how }) : how);
  }
  known(wiring.agents, agent);
  if (grant === true && print !== true) await askPresence(verb, `wire ${agent} --grant`);
  const plan = wiring.planWire(place, agent, { grant: grant === true });
  if (print === true) {
    plan.applyHome();
    return terminal.out(plan.shown.trimEnd());
  }
  plan.apply();
  const notes = agent === "codex" ? await trustCodex(verb, plan.notes) : plan.notes;
  const { switchedOff } = plan;
  if (json)
    return terminal.out(JSON.stringify({ agent, changed: plan.changes, files: plan.files, notes, switchedOff }));
  const asks = plan.changes ? `${agent} is wired: every tool call of its asks first.` : `${agent} was wired already.`;
  say(verb, plan, switchedOff.length === 0 ? asks : `${agent} is wired, and its hooks are switched off:`, notes);
  terminal.out(`Prove it: ${terminal.style("accent", `signalbox doctor ${agent}`)}`);
}

const trustMsMax = 20_000;

/** Codex runs no hook that its user has not trusted; with the person present that is said here, else they say it in Codex. */
async function trustCodex(verb: Verb, notes: readonly string[]): Promise<readonly string[]> {
  try {
    await askPresence(verb, "wire codex (trust its hooks)");
  } catch (error) {
    if (error instanceof Refusal && error.code === "NOT_PERMITTED")
      return [...notes, `Signalbox did not do that for you: ${error.message}`];
    throw error;
  }
  return (await verb.ports.wiring()).trustCodex(verb.place, { signal: AbortSignal.timeout(trustMsMax) });
}

async function unwire(verb: Verb, agent: string): Promise<void> {
  const { terminal, place, ports, json } = verb;
  const wiring = await ports.wiring();
  known(wiring.agents, agent);
  const plan = wiring.planUnwire(place, agent);
  if (plan.changes) await askPresence(verb, `unwire ${agent}`);
  plan.apply();
  if (json) return terminal.out(JSON.stringify({ agent, changed: plan.changes, files: plan.files, notes: plan.notes }));
  say(
    verb,
    plan,
    plan.changes ? `${agent} is unwired: its tool calls are not judged any more.` : `${agent} was not wired.`,
    plan.notes,
  );
}

function say({ terminal }: Verb, { files, switchedOff }: WirePlan, headline: string, notes: readonly string[]): void {
  terminal.out(terminal.style("strong", headline));
  for (const why of switchedOff) terminal.out(`  ${terminal.style("bad", why)}`);
  for (const file of files) terminal.out(`  wrote ${file}`);
  for (const note of notes) terminal.out(`  ${terminal.style("faint", note)}`);
}

function known(agents: readonly string[], agent: string): void {
  oneOf("The agent", [...agents, "generic"])(agent);
  if (agent === "generic")
    throw new Refusal(
      "INVALID_PARAMS",
      "There are no settings to change for generic.",
      "How to call the hook: signalbox wire generic",
    );
}

const marks = {
  denied: ["good", "proved  "],
  closed: ["warn", "closed  "],
  open: ["bad", "OPEN    "],
  "not-provable": ["warn", "unproven"],
  "not-run": ["faint", "not run "],
} as const;

async function doctor({ terminal, place, ports, json }: Verb, agents: readonly string[]): Promise<void> {
  const wiring = await ports.wiring();
  for (const agent of agents) known(wiring.agents, agent);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort(new Error("interrupted")));
  const onAgent = (agent: string) => void (json || terminal.err(terminal.style("faint", `asking ${agent}...`)));
  const report = await (await ports.doctor()).run(place, agents, { signal: stop.signal, onAgent });
  if (json) terminal.out(JSON.stringify(report));
  else {
    terminal.out(
      `${report.daemon.state === "up" ? terminal.style("good", "up      ") : terminal.style("bad", "AWAY    ")}  daemon  ${report.daemon.why}`,
    );
    for (const host of report.hosts) show(terminal, host);
    if (report.hosts.length === 0)
      terminal.out("No agent that can be wired was found on this machine. Any other program: signalbox wire generic");
  }
  if (!report.ok) throw new Exit(10);
}

function show(terminal: Terminal, { agent, version, testedVersion, proof, findings, notCovered }: HostReport): void {
  const [style, mark] = marks[proof.state];
  const tested =
    version === null || version === testedVersion ? "" : terminal.style("faint", ` (tested with ${testedVersion})`);
  terminal.out(
    `${terminal.style(style, mark)}  ${terminal.style("strong", agent)}${version === null ? "" : ` ${version}`}${tested}  ${proof.why}`,
  );
  if (proof.told !== null) terminal.out(`          the model was told: ${visible(proof.told)}`);
  for (const { severity, what, fix } of findings) {
    terminal.out(`          ${severity === "open" ? terminal.style("bad", "open") : severity}: ${what}`);
    if (fix !== undefined) terminal.out(`            fix: ${terminal.style("accent", fix)}`);
  }
  for (const way of notCovered) terminal.out(`          ${terminal.style("faint", `not covered: ${way}`)}`);
}
