import type { Json } from "../../kit/canonical.ts";
import { isPackageManifest, judgeContent } from "./content.ts";
import { judgePatch } from "./patch.ts";
import { verbOf } from "../programs/verbs.ts";
import { literal, noFlow } from "../programs/program.ts";
import { hostOf, isLoopback, isMetadata } from "../paths/hosts.ts";
import type { Runner } from "../shell/runner.ts";
import { prescan } from "../shell/prescan.ts";
import { Shell } from "../shell/state.ts";

/** Turns any tool call into effects in the runner's scene. Names of tools are those of the hosts' own documentation. */
export function judgeTool(runner: Runner): void {
  const { call, machine } = runner.scene;
  const shell = Shell.start(call.cwd, machine);
  const name = call.tool;
  const { input } = call;
  if (/^powershell$/i.test(name)) {
    const line = commandOf(input);
    return line === undefined
      ? runner.scene.notSure("run a command that is not given as text")
      : void runner.code(shell, "powershell", literal(line), noFlow);
  }
  if (shellTools.has(name)) return judgeShell(runner, shell, commandOf(input));
  const kind = tools.get(name) ?? (name.startsWith("mcp__") || name.includes("__") ? "mcp" : undefined);
  switch (kind) {
    case "write":
      return writes(runner, shell, input);
    case "patch":
      return judgePatch(runner, shell, text(input, "input", "patch", "patch_text", "content", "command") ?? "");
    case "read":
      return reads(runner, shell, input, false);
    case "search":
      return reads(runner, shell, input, true);
    case "fetch":
      return fetches(runner, shell, input);
    case "ask":
      return;
    case "spawn":
      return runner.emit(shell, {
        kind: "execute",
        what: `${name}: start another agent in this session`,
        target: name,
      });
    case "mcp":
      return judgeMcp(runner, shell, name, input);
    case undefined:
      return unknownTool(runner, shell, name, input);
  }
}

/** integrations: Bash (Claude Code, Codex), run_shell_command (Gemini, Qwen), Shell (Cursor), bash (Copilot, OpenCode), Execute (Droid)... */
const shellTools = new Set(
  `Bash bash sh zsh shell Shell run_shell_command run_command run_terminal_command run_terminal_cmd run_in_terminal runInTerminal Execute execute_bash execute_command executeCommand terminal exec exec_command
   shell_command local_shell powershell PowerShell BashTool container.exec Monitor unified_exec developer__shell execute`.split(
    /\s+/,
  ),
);

const tools = new Map<string, "write" | "patch" | "read" | "search" | "fetch" | "ask" | "spawn" | "mcp">([
  ...(
    [
      "Write",
      "Edit",
      "MultiEdit",
      "NotebookEdit",
      "write_file",
      "replace",
      "edit_file",
      "create_file",
      "write",
      "edit",
      "multiedit",
      "Create",
      "str_replace_editor",
      "str_replace_based_edit_tool",
      "str_replace",
      "create",
      "fs_write",
      "write_to_file",
      "insert_edit_into_file",
      "search_replace",
      "editFile",
      "createFile",
      "notebook_edit",
      "Delete",
      "delete_file",
    ] as const
  ).map((name) => [name, "write"] as const),
  ...(["apply_patch", "ApplyPatch", "patch", "apply_diff"] as const).map((name) => [name, "patch"] as const),
  ...(
    [
      "Read",
      "read_file",
      "read",
      "view",
      "fs_read",
      "NotebookRead",
      "ReadFile",
      "readFile",
      "read_many_files",
      "view_image",
      "open_file",
    ] as const
  ).map((name) => [name, "read"] as const),
  ...(
    [
      "Glob",
      "Grep",
      "LS",
      "glob",
      "grep",
      "list",
      "ls",
      "list_directory",
      "search_file_content",
      "grep_search",
      "file_search",
      "codebase_search",
      "list_dir",
      "search",
      "semantic_search",
      "rg",
      "LSP",
    ] as const
  ).map((name) => [name, "search"] as const),
  ...(
    [
      "WebFetch",
      "WebSearch",
      "web_fetch",
      "google_web_search",
      "web_search",
      "webfetch",
      "websearch",
      "fetch",
      "FetchUrl",
      "fetch_webpage",
      "browser_navigate",
    ] as const
  ).map((name) => [name, "fetch"] as const),
  ...(
    [
      "AskUserQuestion",
      "ExitPlanMode",
      "EnterPlanMode",
      "exit_plan_mode",
      "ask_user",
      "request_user_input",
      "TodoWrite",
      "TodoRead",
      "todowrite",
      "todoread",
      "update_plan",
      "write_todos",
      "Skill",
      "skill",
      "SlashCommand",
      "ToolSearch",
      "TaskOutput",
      "TaskCreate",
      "TaskGet",
      "TaskUpdate",
      "TaskList",
      "BashOutput",
      "BashOutputTool",
      "KillShell",
      "KillBash",
      "TaskStop",
      "StructuredOutput",
      "report_intent",
      "think",
      "get_goal",
      "update_goal",
      "save_memory",
      "ListMcpResourcesTool",
      "ReadMcpResourceTool",
      "wait",
      "sleep",
      "question",
      "list_bash",
      "read_bash",
      "stop_bash",
      "get_internal_docs",
      "activate_skill",
    ] as const
  ).map((name) => [name, "ask"] as const),
  ...(
    [
      "Agent",
      "Task",
      "task",
      "spawn_agent",
      "delegate_to_agent",
      "codebase_investigator",
      "SendMessage",
      "send_input",
      "resume_agent",
      "wait_agent",
      "close_agent",
      "TeamCreate",
      "Workflow",
      "runSubagent",
    ] as const
  ).map((name) => [name, "spawn"] as const),
]);

function commandOf(input: Readonly<Record<string, Json>>): string | undefined {
  for (const key of ["command", "cmd", "commandLine", "CommandLine", "script", "code", "input"]) {
    const value = input[key];
    if (typeof value === "string") return value;
    if (Array.isArray(value) && value.every((part) => typeof part === "string")) {
      const words = value as readonly string[];
      // `["bash", "-lc", "line"]` is a line of shell.
      if (words.length >= 3 && /^(?:\/\S*\/)?(?:ba|z|da|k)?sh$/.test(words[0] ?? "") && /^-\w*c$/.test(words[1] ?? ""))
        return words[2];
      return words
        .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
        .join(" ");
    }
  }
  return undefined;
}

function judgeShell(runner: Runner, shell: Shell, command: string | undefined): void {
  const { scene } = runner;
  if (command === undefined) return scene.notSure("run a command that is not given as text");
  const folder = text(scene.call.input, "cwd", "workdir", "working_directory", "directory", "dir_path", "Cwd");
  if (folder !== undefined && folder !== "") shell.cwd = runner.absolute(shell, folder);
  const why = prescan(command);
  if (why !== undefined) return scene.notSure(why);
  const out = runner.code(shell, "shell", literal(command), noFlow);
  if (out.shows === true)
    runner.emit(shell, {
      kind: "read",
      what: "print a secret of the environment to the agent",
      target: "environment",
      secret: "reads",
    });
}

export function text(input: Readonly<Record<string, Json>>, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = input[key];
    if (typeof value === "string") return value;
  }
  return undefined;
}

const pathKeys = [
  "file_path",
  "filePath",
  "path",
  "notebook_path",
  "absolute_path",
  "TargetFile",
  "target_file",
  "filename",
  "file",
  "dir_path",
  "directory",
  "uri",
] as const;

function writes(runner: Runner, shell: Shell, input: Readonly<Record<string, Json>>): void {
  // Which of two names a host takes is its own affair: each is judged.
  const [path, ...others] = pathKeys.flatMap((key) => (typeof input[key] === "string" ? [input[key] as string] : []));
  const { tool } = runner.scene.call;
  if (path === undefined) return runner.scene.notSure(`${tool}: write to a file that the call does not name`);
  const command = text(input, "command");
  if (command === "view") return reads(runner, shell, input, false);
  const deletes = /^delete/i.test(tool);
  for (const other of others)
    if (other !== path)
      runner.path(shell, { ...literal(other), quoted: !other.startsWith("~") }, { kind: deletes ? "delete" : "write" });
  const content = text(
    input,
    "content",
    "file_text",
    "new_string",
    "newString",
    "new_str",
    "insert_text",
    "new_source",
    "code_edit",
    "text",
    "contents",
  );
  runner.path(
    shell,
    { ...literal(path), quoted: !path.startsWith("~") },
    {
      kind: deletes ? "delete" : "write",
      verb: deletes ? "delete" : "write",
      ...(content === undefined || content === "" ? {} : { content }),
    },
  );
  if (content !== undefined) judgeContent(runner, shell, path, content, isPackageManifest(path));
}

/** Strings at any depth, the first of them: what a tool nobody knows is told. */
const stringsMax = 128;
function strings(value: Json | undefined, found: string[] = [], depth = 0): readonly string[] {
  if (typeof value === "string") found.push(value);
  else if (typeof value === "object" && value !== null && depth < 8)
    for (const each of Object.values(value)) if (found.length < stringsMax) strings(each, found, depth + 1);
  return found;
}

/** Whatever a tool is called, a secret's path among its arguments is read, and ours is none of its business. */
function namedPaths(runner: Runner, shell: Shell, input: Readonly<Record<string, Json>>): void {
  for (const each of strings(input)) {
    const path = each.replace(/^file:\/\//, "");
    if (path.length > 512 || /\s/.test(path) || !/^(?:~|\.{0,2}\/)|^\.env/.test(path)) continue;
    runner.path(shell, { ...literal(path), quoted: !path.startsWith("~") }, { kind: "read" });
  }
}

function reads(runner: Runner, shell: Shell, input: Readonly<Record<string, Json>>, tree: boolean): void {
  const { tool } = runner.scene.call;
  const path = text(input, ...pathKeys);
  const glob = text(input, "glob", "include", "pattern");
  const paths = input["paths"];
  if (Array.isArray(paths))
    for (const each of paths)
      if (typeof each === "string")
        runner.path(shell, { ...literal(each), quoted: !each.startsWith("~") }, { kind: "read", tree });
  if (path !== undefined && path !== "")
    runner.path(
      shell,
      { ...literal(path), quoted: !path.startsWith("~") },
      { kind: "read", tree: tree && !/glob|ls|list/i.test(tool) },
    );
  // A pattern of files may name secrets: `**/.env`.
  if (glob !== undefined && /grep|search/i.test(tool) && text(input, "glob", "include") !== undefined) {
    const named = text(input, "glob", "include") ?? "";
    const pattern = named.replace(/^(?:\*\*\/)+/, "");
    runner.path(shell, { ...literal(pattern), quoted: true, glob: /[*?[{]/.test(pattern) }, { kind: "read" });
  }
  if (tool.startsWith("read_many"))
    for (const each of strings(input["include"]))
      runner.path(
        shell,
        { ...literal(each), quoted: !each.startsWith("~"), glob: /[*?[{]/.test(each) },
        { kind: "read" },
      );
}

function fetches(runner: Runner, shell: Shell, input: Readonly<Record<string, Json>>): void {
  const { tool } = runner.scene.call;
  const url = text(input, "url", "uri", "prompt", "query") ?? "";
  const host = hostOf(/https?:\/\/\S+/.exec(url)?.[0] ?? url);
  if (host !== undefined && isMetadata(host))
    return runner.emit(shell, {
      kind: "read",
      what: `${tool}: ask the cloud's metadata service, which gives out credentials`,
      target: host,
      place: "remote",
      secret: "reads",
    });
  if (/^file:\/\//i.test(url)) return runner.path(shell, literal(url.slice(7)), { kind: "read" });
  if (host !== undefined && isLoopback(host))
    return runner.emit(shell, { kind: "execute", what: `${tool}: talk to ${host}`, target: host });
  runner.emit(shell, {
    kind: "receive",
    what: `${tool}: fetch ${url.slice(0, 160)}`,
    target: host ?? "",
    place: "remote",
  });
}

/** MCP tools are known by their names' verbs and by arguments that are paths or commands. */
function judgeMcp(runner: Runner, shell: Shell, name: string, input: Readonly<Record<string, Json>>): void {
  const parts = name.split("__").filter((part) => part !== "" && part !== "mcp");
  const [server, tool] = [parts[0] ?? name, parts.at(-1) ?? name];
  if (server === "signalbox")
    return /(?:approve|deny|decide|down|trust|mode|unwire|wire)/.test(tool)
      ? runner.emit(shell, {
          kind: "write",
          what: `${name}: decide for the operator`,
          target: tool,
          place: "signalbox",
          undoable: "no",
        })
      : undefined;
  namedPaths(runner, shell, input);
  const command = text(input, "command", "cmd", "script");
  if (command !== undefined) {
    if (/(?:shell|bash|exec|run|terminal|command)/i.test(tool)) return judgeShell(runner, shell, command);
    // A name that says less than the argument does.
    if (/^\s*[\w./~-]+\s+\S/.test(command)) judgeShell(runner, shell, command);
  }
  const verb = verbOf(tool) ?? verbOf(tool.split(/[_-]/).slice(-1)[0] ?? "");
  const paths = Object.entries(input)
    .filter((entry): entry is [string, string] => typeof entry[1] === "string")
    .filter(
      ([key, value]) =>
        /path|file|dir|folder|source|destination|target/i.test(key) &&
        (/[/~.]/.test(value) || key.includes("path")) &&
        !/^https?:/.test(value),
    );
  if (paths.length > 0 && /(?:file|fs|disk|edit|serena|code|desktop|directory)/i.test(`${server} ${tool}`)) {
    for (const [key, value] of paths) {
      const from = /source|from|old/i.test(key);
      const kind =
        verb === "reads" || from || /^(?:read|get|list|search|view)/.test(tool)
          ? "read"
          : verb === "destroys"
            ? "delete"
            : "write";
      runner.path(shell, { ...literal(value), quoted: !value.startsWith("~") }, { kind, tree: kind === "delete" });
    }
    const content = text(input, "content", "text", "new_text");
    if (content !== undefined && paths[0] !== undefined)
      judgeContent(runner, shell, paths[0][1], content, isPackageManifest(paths[0][1]));
    return;
  }
  const sql = text(input, "sql", "query", "statement");
  if (sql !== undefined && /(?:sql|postgres|mysql|database|db|supabase|query)/i.test(`${server} ${tool}`)) {
    runner.code(shell, "sql", literal(sql), noFlow);
    if (/^\s*(?:select|explain|show|describe|with)\b/i.test(sql) || verb === "reads")
      return runner.emit(shell, { kind: "receive", what: `${name}: ask a database`, target: server, place: "remote" });
  }
  const url = text(input, "url", "uri");
  if (
    url !== undefined &&
    (verb === undefined || verb === "reads") &&
    /(?:fetch|browse|navigate|scrape|crawl|open|goto)/i.test(tool)
  )
    return fetches(runner, shell, input);
  if (
    verb === "reads" ||
    /^(?:resolve|search|query|get|list|read|fetch|find|browser_(?:snapshot|navigate|take|console|network|wait|tabs|resize|close)|screenshot|snapshot|think|sequentialthinking|context|docs)/i.test(
      tool,
    )
  )
    return runner.emit(shell, { kind: "receive", what: `${name}: ask ${server}`, target: server, place: "remote" });
  if (verb === "destroys")
    return runner.emit(shell, {
      kind: "mutate-remote",
      what: `${name}: delete or end something at ${server}`,
      target: server,
      place: "remote",
      undoable: "no",
    });
  if (verb === "changes")
    return runner.emit(shell, {
      kind: "mutate-remote",
      what: `${name}: change something at ${server}`,
      target: server,
      place: "remote",
      undoable: "costly",
    });
  runner.emit(shell, {
    kind: "opaque",
    what: `${name}: call a tool of ${server} whose name does not tell what it does`,
    target: server,
    place: "remote",
    sure: "opaque",
    undoable: "costly",
  });
}

function unknownTool(runner: Runner, shell: Shell, name: string, input: Readonly<Record<string, Json>>): void {
  namedPaths(runner, shell, input);
  const command = text(input, "command", "cmd");
  if (command !== undefined) return judgeShell(runner, shell, command);
  const path = text(input, ...pathKeys);
  const verb = verbOf(name);
  if (path !== undefined && verb !== undefined) {
    const kind = verb === "reads" ? "read" : verb === "destroys" ? "delete" : "write";
    return runner.path(shell, { ...literal(path), quoted: !path.startsWith("~") }, { kind });
  }
  if (verb === "reads")
    return runner.emit(shell, { kind: "receive", what: `${name}: look something up`, target: name, place: "remote" });
  runner.emit(shell, {
    kind: "opaque",
    what: `${name}: use a tool that Signalbox does not know`,
    target: name,
    sure: "opaque",
    undoable: "costly",
  });
}
