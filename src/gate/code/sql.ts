import { literal, noFlow } from "../programs/program.ts";
import type { Runner } from "../shell/runner.ts";
import type { Shell } from "../shell/state.ts";

/** Statements by their verbs. In a database that is a file of ours, what is only added is no more than a write to that file. */
const adds = /^(?:INSERT(?!\s+OR\s+REPLACE)|CREATE|ALTER\s+TABLE\s+\S+\s+ADD)\b/i;

/** Clients' own commands (`\!`, `.shell`) run shells. */
export function judgeSql(runner: Runner, shell: Shell, text: string, ownFile = false): void {
  const bare = text.replace(/--[^\n]*|\/\*[^]*?\*\//g, " ");
  for (const line of bare.split("\n")) {
    const escape = /^\s*(?:\\!|\.(?:shell|system)\b|system\b|\\o\s*\||\\copy\b.*\bprogram\b|!)\s*(.*)$/i.exec(line);
    if (escape !== null) runner.code(shell, "shell", literal((escape[1] ?? "").replace(/^['"]|['"]$/g, "")), noFlow);
    const piped = /^\s*\.(?:import|output|once|read|excel)\b[^|]*?['"]?\|\s*(.*?)['"]?(?:\s+\w+)?$/i.exec(line);
    if (piped?.[1] !== undefined) runner.code(shell, "shell", literal(piped[1].replace(/['"]$/, "")), noFlow);
    const load = /^\s*\.(?:load|read|import)\s+(\S+)/i.exec(line);
    if (load !== null && /load/i.test(line))
      runner.emit(shell, {
        kind: "opaque",
        what: `load ${load[1] ?? "an extension"} into the database client`,
        target: "sql",
        sure: "opaque",
        undoable: "no",
      });
    if (/^\s*\.(?:restore|recover)\s+\S/i.test(line))
      runner.emit(shell, {
        kind: "mutate-remote",
        what: `replace what is in the database (${line.trim().slice(0, 80)})`,
        target: "sql",
        place: "remote",
        undoable: "no",
      });
    const output = /^\s*\.(?:output|once|backup|dump|save)\s+(\S+)/i.exec(line);
    if (output?.[1] !== undefined && !/^['"]?\|/.test(output[1]))
      runner.path(shell, literal(output[1]), { kind: "write" });
  }
  for (const match of bare.matchAll(
    /\b(load_extension|writefile|readfile|read_(?:csv|json|parquet|text|blob)(?:_auto)?)\s*\(\s*'([^']+)'|\bCOPY\b[^;]*?\b(TO|FROM)\s+'([^']+)'/gi,
  )) {
    const [, called = "", argument, copies, file] = match;
    const path = argument ?? file ?? "";
    if (/^load_/i.test(called))
      runner.emit(shell, {
        kind: "opaque",
        what: `load ${path} into the database client`,
        target: "sql",
        sure: "opaque",
        undoable: "no",
      });
    else if (!/^(?:https?|s3|gs):/.test(path))
      runner.path(shell, literal(path), {
        kind: /^write/i.test(called) || /^to$/i.test(copies ?? "") ? "write" : "read",
      });
  }
  for (const statement of split(bare)) {
    const said = statement.replace(/\s+/g, " ").trim();
    // It tells how it would be done, and does it only with ANALYZE.
    if (/^EXPLAIN\b(?!.{0,40}\bANALY[ZS]E\b)/i.test(said)) continue;
    const words = said.replace(
      /^(?:EXPLAIN(?: ANALYZE)?|WITH\b.*?\)\s*(?=SELECT|INSERT|UPDATE|DELETE)|BEGIN|START TRANSACTION)\s*;?\s*/i,
      "",
    );
    const undoable = statementLoss(withoutTexts(words));
    if (undoable === undefined || (ownFile && undoable === "costly" && adds.test(words))) continue;
    runner.emit(shell, {
      kind: "mutate-remote",
      what: `change the database: ${said.slice(0, 120)}`,
      target: "sql",
      place: "remote",
      undoable,
    });
  }
}

/** What stands in quotes is data, unless the statement has a function that runs text. */
const withoutTexts = (said: string): string =>
  /^(?:SELECT|WITH|VALUES|SHOW|INSERT|UPDATE|DELETE|EXPLAIN)\b/i.test(said) &&
  !/\b(?:dblink\w*|query_to_xml|exec\w*|xp_\w+|sp_\w+|eval|sqlite_exec|pg_\w+_file\w*|lo_\w+|load_file)\s*\(/i.test(
    said,
  )
    ? said.replace(/'(?:[^']|'')*'/g, "''")
    : said;

/** Undefined for statements that only read. */
function statementLoss(said: string): "no" | "costly" | undefined {
  if (/^(?:DROP|TRUNCATE|FLUSHALL|FLUSHDB|PURGE|RESET\s+MASTER|SHUTDOWN|KILL)\b/i.test(said)) return "no";
  if (
    /\bDELETE\s+FROM\b|\bDROP\s+(?:TABLE|DATABASE|SCHEMA|COLUMN|INDEX|VIEW|USER|ROLE|CONSTRAINT|PARTITION)\b|\bTRUNCATE\s+(?:TABLE\s+)?\w/i.test(
      said,
    )
  )
    return "no";
  if (/\bUPDATE\s+[\w."`]+\s+SET\b/i.test(said)) return /\bWHERE\b/i.test(said) ? "costly" : "no";
  if (
    /\bINTO\s+(?:OUTFILE|DUMPFILE)\b|\bTO\s+PROGRAM\b|\bFROM\s+PROGRAM\b|\bLOAD_FILE\s*\(|\bLOAD\s+DATA\b|\bxp_cmdshell\b|\bpg_read_file\b|\blo_(?:import|export)\b|\bCREATE\s+(?:OR\s+REPLACE\s+)?FUNCTION\b.*\bLANGUAGE\s+['"]?(?:C|plpython|plperl)/i.test(
      said,
    )
  )
    return "no";
  if (/\bpg_terminate_backend\b|\bpg_cancel_backend\b/i.test(said)) return "no";
  if (
    /^(?:INSERT|REPLACE|MERGE|UPSERT|ALTER|GRANT|REVOKE|RENAME|SET\s+(?:GLOBAL|PASSWORD)|CALL|EXEC(?:UTE)?|COPY\s+\S+(?:\s*\([^)]*\))?\s+FROM|VACUUM\s+FULL|REINDEX|LOCK|COMMENT|REASSIGN|SECURITY|ATTACH|DETACH|IMPORT|DO|LOAD)\b/i.test(
      said,
    )
  )
    return "costly";
  if (/^CREATE\b/i.test(said)) return "costly";
  return undefined;
}

/** At `;` outside of quotes. */
function split(text: string): string[] {
  const out: string[] = [];
  let from = 0;
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (quote !== "") {
      if (c === quote) quote = "";
    } else if (c === "'" || c === '"' || c === "`") quote = c;
    else if (c === ";") {
      out.push(text.slice(from, i));
      from = i + 1;
    }
  }
  out.push(text.slice(from));
  return out.filter((statement) => statement.trim() !== "").slice(0, 512);
}
