import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { connect } from "../client/index.ts";
import type { OutputOf } from "../protocol/operations/index.ts";
import { provedWords } from "../protocol/passphrase.ts";
import { Refusal } from "../protocol/refusals.ts";
import { oneOf, whole } from "./arguments.ts";
import { Exit, type Verb } from "./index.ts";
import { layerOf, namedPath, readText, userPolicyPath } from "./policy-files.ts";
import { policyTemplate } from "./policy-template.ts";
import { askPresence } from "./presence.ts";
import type { Terminal } from "./terminal.ts";
import { visible } from "./words.ts";
import { proving } from "./proof.ts";

/** The rules: see, try, and make them. What only looks is anybody's; `init` and `trust` need a person at a terminal. */
export function add(program: Command, verb: (command: Command) => Verb): void {
  const policy = program.command("policy").description("See, try and make the rules that verdicts come from.");
  policy
    .command("show")
    .description("Show the rules of each layer and which of them are in force here.")
    .option("--effective", "only what is in force besides the built-in rules, the strictest first")
    .option("--cwd <dir>", "for the workspace of another folder (default: here)")
    .option("--json", "print JSON for scripts")
    .action((options: ShowOptions, command: Command) => show(verb(command), options));
  policy
    .command("init")
    .description("Write a commented policy file of your own, if there is none yet.")
    .action((_: object, command: Command) => init(verb(command)));
  policy
    .command("test")
    .description("Try every example of a policy file and say which fail. Needs no daemon. Exit: 0 all hold, 10 not.")
    .argument("[file]", "default: your own policy file")
    .option("--json", "print JSON for scripts")
    .action((file: string | undefined, _: object, command: Command) => test(verb(command), file));
  policy
    .command("simulate <file>")
    .description("Say which verdicts of the ledger would change with this file in force. Changes nothing.")
    .option("--history [file]", "also judge the commands of your shell's history (a person's terminal only)")
    .option(
      "--as <layer>",
      "user or repository: whose file it would be (default: by its name)",
      oneOf("--as", ["user", "repository"]),
    )
    .option("--last <count>", "how many verdicts, the newest", whole("--last", 1, 100_000), 2_000)
    .option("--examples <count>", "how many of the changes to show", whole("--examples", 0, 10_000), 20)
    .option("--json", "print JSON for scripts")
    .action(async (file: string, options: object, command: Command) =>
      (await import("./policy-simulate.ts")).simulate(verb(command), file, options as never),
    );
  policy
    .command("suggest")
    .description("Turn approvals that you gave again and again into narrow rules, printed as TOML. Applies nothing.")
    .option("--times <count>", "approved at least so often", whole("--times", 1, 10_000), 2)
    .option("--last <count>", "how many verdicts to look through, the newest", whole("--last", 1, 100_000), 5_000)
    .option("--json", "print JSON for scripts")
    .action(async (options: object, command: Command) =>
      (await import("./policy-simulate.ts")).suggest(verb(command), options as never),
    );
  policy
    .command("import")
    .description(
      "Translate the rules of another program to TOML, printed; what can't be is said line by line. Applies nothing.",
    )
    .argument("<from>", "whose rules: claude or codex", oneOf("<from>", ["claude", "codex"]))
    .argument("[file]", "default: ~/.claude/settings.json, ~/.codex/rules/default.rules")
    .option("--json", "print JSON for scripts")
    .action(async (from: "claude" | "codex", file: string | undefined, _: object, command: Command) =>
      (await import("./policy-import.ts")).importRules(verb(command), from, file),
    );
  policy
    .command("trust")
    .description("Trust a repository's .signalbox.toml, exactly as it is now, to loosen as well as tighten.")
    .argument("[file]", "default: .signalbox.toml here")
    .option("--json", "print JSON for scripts")
    .action((file: string | undefined, _: object, command: Command) => trust(verb(command), file));
}

interface ShowOptions {
  readonly effective?: boolean;
  readonly cwd?: string;
}

type Shown = OutputOf<"policy/show">;

async function show({ place, json, terminal }: Verb, { effective, cwd }: ShowOptions): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const answer = await client.call("policy/show", { cwd: resolve(cwd ?? ".") });
  if (json) return terminal.out(JSON.stringify(answer));
  terminal.out((effective === true ? inForce(terminal, answer) : layers(terminal, answer)).join("\n"));
}

function layers(terminal: Terminal, answer: Shown): string[] {
  return [
    ...head(terminal, answer),
    ...answer.layers.flatMap(({ name, path, trusted, problem, rules }) => [
      `\n${terminal.style("strong", name)}${path === null ? "" : `  ${visible(path)}`}${trusted ? "" : terminal.style("warn", "  (not trusted: it can only tighten)")}`,
      ...problemLines(terminal, problem),
      ...rules.map(
        ({ id, verdict, summary, inForce }) =>
          `  ${verdict.padEnd(6)} ${id.padEnd(34)} ${terminal.style("faint", visible(summary))}${inForce ? "" : terminal.style("warn", "  not in force")}`,
      ),
    ]),
    ...ignoredLines(terminal, answer),
  ];
}

const strictness = ["deny", "hold", "allow"];

function inForce(terminal: Terminal, answer: Shown): string[] {
  const rules = answer.layers
    .filter(({ name }) => name !== "builtin")
    .flatMap(({ name, rules }) => rules.filter((rule) => rule.inForce).map((rule) => ({ name, ...rule })))
    .toSorted((a, b) => strictness.indexOf(a.verdict) - strictness.indexOf(b.verdict));
  const builtin = answer.layers.find(({ name }) => name === "builtin")?.rules.length ?? 0;
  return [
    ...head(terminal, answer),
    "",
    ...rules.map(
      ({ name, verdict, id, summary }) =>
        `  ${verdict.padEnd(6)} ${id.padEnd(34)} ${name.padEnd(12)} ${terminal.style("faint", visible(summary))}`,
    ),
    `${rules.length === 0 ? "Nothing but the" : "  and the"} ${builtin} built-in rules (signalbox policy show). The strictest that matches wins.`,
    ...answer.layers.flatMap(({ path, problem }) =>
      problem === null ? [] : [`\n${visible(path ?? "")}`, ...problemLines(terminal, problem)],
    ),
    ...ignoredLines(terminal, answer),
  ];
}

const head = (terminal: Terminal, { mode, workspace, added }: Shown): string[] => [
  `mode ${terminal.style("strong", mode)}, workspace ${visible(workspace)}`,
  ...(added.length === 0 ? [] : [`and as workspace too: ${added.map(visible).join(", ")}`]),
];

const problemLines = (terminal: Terminal, problem: string | null): string[] =>
  problem === null
    ? []
    : [
        terminal.style("bad", `  not valid: ${visible(problem)}`),
        "  Its last good text is in force, if there was one.",
      ];

const ignoredLines = (terminal: Terminal, { ignored }: Shown): string[] =>
  ignored.length === 0
    ? []
    : ["", terminal.style("strong", "Not in force:"), ...ignored.map((sentence) => `  ${visible(sentence)}`)];

async function init(verb: Verb): Promise<void> {
  const { terminal, place, json } = verb;
  const path = userPolicyPath(place);
  await askPresence(verb, "policy init");
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, policyTemplate, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new Refusal(
      "CONFLICT",
      `There is ${path} already, and it is left as it is.`,
      "See it: signalbox policy show",
    );
  }
  terminal.out(json ? JSON.stringify({ path }) : `Wrote ${path}: everything in it is a comment until you want it.`);
}

async function test({ terminal, place, json }: Verb, file: string | undefined): Promise<void> {
  const { exampleJudge } = await import("../gate/index.ts");
  const { parsePolicy, tryExamples } = await import("../gate/policy/index.ts");
  const path = file === undefined ? userPolicyPath(place) : resolve(file);
  const parsed = parsePolicy(readText(path, file === undefined ? "signalbox policy init" : undefined), {
    layer: layerOf(path),
    path,
  });
  if ("problem" in parsed) throw new Refusal("INVALID_PARAMS", parsed.problem);
  const results = [...tryExamples(parsed.ok, exampleJudge)];
  const wrong = results.flatMap(({ rule, wrong }) => (wrong === undefined ? [] : [{ rule, wrong }]));
  if (json) terminal.out(JSON.stringify({ path, rules: parsed.ok.rules.length, examples: results.length, wrong }));
  else {
    for (const { rule, wrong: says } of wrong)
      terminal.out(`${terminal.style("bad", "wrong")}  the rule ${rule} ${visible(says)}`);
    terminal.out(
      wrong.length === 0
        ? `${terminal.style("good", "All hold")}: ${results.length} examples of ${parsed.ok.rules.length} rules.`
        : `${wrong.length} of ${results.length} examples do not hold, so ${path} is not valid as it stands.`,
    );
  }
  if (wrong.length > 0) throw new Exit(10);
}

async function trust({ place, json, terminal }: Verb, file: string | undefined): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const named = namedPath(file ?? ".signalbox.toml");
  // What is shown here and what is trusted is one text: an edit in between is refused.
  const text = readText(named);
  if (!json) for (const line of text.trimEnd().split("\n")) terminal.out(terminal.style("faint", `  ${visible(line)}`));
  const read = createHash("sha256").update(text).digest("hex");
  const { path, sha256 } = await proving(client, provedWords.trust, (proof) =>
    client.call("policy/trust", { path: named, sha256: read, proof }),
  );
  terminal.out(
    json
      ? JSON.stringify({ path, sha256 })
      : `Trusted ${path}, exactly as it is now (sha256 ${sha256.slice(0, 16)}…). Any edit takes the trust away.`,
  );
}
