import type { OperationName, OutputOf } from "../protocol/operations/index.ts";
import type { Terminal } from "./terminal.ts";
import { duration, moment, visible } from "./words.ts";

type UpkeepOperation = Extract<OperationName, `daemon/upkeep${string}`>;
type Texts = { [Name in UpkeepOperation]: (terminal: Terminal, answer: OutputOf<Name>) => string };

export const upkeepTexts: Texts = {
  "daemon/upkeep": (terminal, { state, since, pausedUntil, tasks, commands }) =>
    [
      `${terminal.style("strong", stateWords[state])} since ${moment(since)}${pausedUntil === null ? "" : `; ${terminal.style("warn", "paused")} until ${moment(pausedUntil)}`}`,
      ...tasks.map(({ name, due, running, outcome, lastEndedAt, restsUntil, result }) => {
        const last = lastEndedAt === null ? "not run yet" : `${outcome} ${moment(lastEndedAt)}`;
        const now = running ? "running" : restsUntil !== null ? `rests until ${moment(restsUntil)}` : due ? "due" : "";
        const said = result === null ? "" : `  ${visible(JSON.stringify(result))}`;
        return `  ${name.padEnd(20)} ${last}${now === "" ? "" : `, ${now}`}${terminal.style("faint", said)}`;
      }),
      ...commands
        .slice(0, commandsShown)
        .map(
          ({ id, kind, state: stage, by, askedAt, note }) =>
            `  ${id}  ${kind.padEnd(7)} ${stage}${note === null || note === "" ? "" : `: ${visible(note)}`}  (${visible(by)}, ${duration(Date.now() - Date.parse(askedAt))} ago)`,
        ),
    ].join("\n"),
  "daemon/upkeep-run": (_, { command }) => `Queued as ${command.id}. What becomes of it: signalbox upkeep show`,
  "daemon/upkeep-pause": (_, { pausedUntil }) => `Paused until ${moment(pausedUntil)}; then it resumes by itself.`,
  "daemon/upkeep-resume": (_, { command }) => `Resumed: ${visible(command.note ?? "")}.`,
};

const commandsShown = 8;

const stateWords = {
  WAKE: "awake",
  DROWSY: "drowsy",
  TRANSITIONING: "falling asleep",
  SLEEP: "asleep",
  DREAMING: "at work",
  HIBERNATION: "resting, nothing is due",
} as const;
