import { hostOf, isLoopback } from "../paths/hosts.ts";
import { locate } from "../paths/locate.ts";
import { type Arg, literal } from "../programs/program.ts";
import type { Runner } from "./runner.ts";
import type { Shell } from "./state.ts";
import {
  commands,
  libraries,
  soft,
  settingsOnly,
  compilers,
  knownRegistry,
  ownModels,
  quietCommands,
} from "./variables.ts";

/** Variables that make programs run something else: by prefix, `export` and `env`. */

/** What runs afterwards does something else than its name says, and by this alone nobody knows what. */
const steers = (
  runner: Runner,
  shell: Shell,
  what: string,
  target: string,
  place: "workspace" | "remote" = "workspace",
): void => runner.emit(shell, { kind: "opaque", what, target, place, sure: "likely", undoable: "costly" });

/** States what setting the variable to the value does to what runs afterwards. */
export function judgeVariable(runner: Runner, shell: Shell, name: string, value: Arg): void {
  const { text } = value;
  if (name === "PATH") return judgePath(runner, shell, value);
  if (name.startsWith("BASH_FUNC_"))
    return runner.emit(shell, {
      kind: "opaque",
      what: `set ${name}, by which every bash that is started gets a function`,
      target: name,
      sure: "likely",
      undoable: "costly",
    });
  if (commands.has(name)) {
    if (quietCommands.has(text.trim())) return;
    if (name === "PROMPT_COMMAND" || name === "BASH_COMMAND")
      runner.emit(shell, {
        kind: "persist",
        what: `set ${name}, which runs at every prompt`,
        target: name,
        place: "workspace",
        undoable: "costly",
      });
    if (value.fixed < text.length)
      return runner.emit(shell, {
        kind: "opaque",
        what: `set ${name}, which programs run, to something known only when it runs`,
        target: name,
        sure: "opaque",
        undoable: "costly",
      });
    runner.code(shell, "shell", value, runner.noInput);
    if (text.trim().split(/\s/)[0]?.includes("/") === true && !/^\/(?:usr\/(?:local\/)?)?bin\//.test(text.trim()))
      steers(runner, shell, `set ${name}=${text}, so that programs run it`, name);
    return;
  }
  if (hidesHistory(name, text))
    return runner.emit(shell, {
      kind: "write",
      what: `set ${name}=${text}, by which the shell keeps no record of what is run`,
      target: name,
      place: "system",
      undoable: "costly",
    });
  if (/^PS[0124]$/.test(name) && /\$\(|`/.test(text))
    return void runner.code(shell, "shell", { ...value, text: `: "${text}"`, fixed: text.length + 4 }, runner.noInput);
  if (/^(?:GNU)?MAKEFLAGS$/.test(name)) return makeFlags(runner, shell, text);
  if (name === "GOFLAGS") {
    for (const match of text.matchAll(/-(?:toolexec|exec|vettool)=(\S+(?: \S+)*)/g))
      runsInPlace(runner, shell, literal(match[1] ?? ""));
    return;
  }
  if (compilers.has(name)) return runsInPlace(runner, shell, value);
  if (/^(?:https?|all|ftp)_proxy$/i.test(name)) {
    if (text === "" || isLoopback(hostOf(text) ?? text) || value.fixed === 0) return;
    return steers(runner, shell, `set ${name}=${text}, so that all traffic passes there`, text, "remote");
  }
  if (
    /^(?:npm_config_registry|YARN_(?:NPM_)?REGISTRY(?:_SERVER)?|PIP_(?:EXTRA_)?INDEX_URL|UV_(?:EXTRA_|DEFAULT_)?INDEX(?:_URL)?|GOPROXY|CARGO_REGISTRIES_\w+_INDEX|BUNDLE_MIRROR\w*)$/i.test(
      name,
    )
  ) {
    if (text.split(/[,|]/).every((part) => knownRegistry.test(part.trim())) || value.fixed === 0) return;
    return runner.emit(shell, {
      kind: "opaque",
      what: `set ${name}=${text}, so that packages come from there`,
      target: text,
      place: "remote",
      sure: "opaque",
      undoable: "no",
    });
  }
  if (
    /^(?:ANTHROPIC|OPENAI|GEMINI|GOOGLE_GEMINI|CLAUDE_CODE|CODEX|MISTRAL|OPENROUTER|AZURE_OPENAI)_(?:API_)?(?:BASE_URL|BASE|ENDPOINT)$/.test(
      name,
    )
  ) {
    const host = hostOf(text);
    if (text === "" || value.fixed === 0 || (host !== undefined && (isLoopback(host) || ownModels.test(host)))) return;
    return steers(
      runner,
      shell,
      `set ${name}=${text}, so that prompts and keys go there, and what is answered comes from there`,
      text,
      "remote",
    );
  }
  if (
    name === "DOCKER_HOST" &&
    /^(?:tcp|ssh|https?):\/\//.test(text) &&
    !isLoopback(hostOf(text.replace(/^\w+:/, "http:")) ?? "")
  )
    return runner.emit(shell, {
      kind: "mutate-remote",
      what: `set DOCKER_HOST=${text}: steer the containers of another machine`,
      target: text,
      place: "remote",
      undoable: "costly",
    });
  if (name === "GIT_DIR" || name === "GIT_COMMON_DIR" || name === "GIT_WORK_TREE") {
    if (name !== "GIT_WORK_TREE" && /^[/~]/.test(text)) obeyed(runner, shell, text);
    return;
  }
  if (/^GIT_CONFIG_(?:COUNT|KEY_\d+|VALUE_\d+|PARAMETERS)$/.test(name)) {
    if (/^GIT_CONFIG_(?:KEY|PARAM)/.test(name))
      steers(runner, shell, `set ${name}=${text}, which changes what git runs`, name);
    return;
  }
  if (libraries.has(name) || (/^npm_config_.*(?:shell|prefix|registry)$/.test(name) && !name.endsWith("registry"))) {
    if (text === "" || text === "/dev/null" || text === "0" || text === "1" || (name === "ENV" && !text.includes("/")))
      return;
    if (soft.has(name)) {
      const unknown = value.fixed === 0 && text !== "";
      const outside = text
        .split(":")
        .some((part) => part !== "" && !part.startsWith("$") && !runner.isOwn(shell, part));
      if (!outside && !unknown) return;
      if (!/^(?:LD_|DYLD_)/.test(name)) {
        for (const part of text.split(":"))
          if (/^[/~]/.test(part)) obeyed(runner, shell, part, !settingsOnly.has(name));
        return;
      }
    }
    return steers(runner, shell, `set ${name}=${text}, so that programs load code from there`, name);
  }
  if (
    name === "NODE_OPTIONS" ||
    name === "PYTHONINSPECT" ||
    name === "PERL5OPT" ||
    name === "RUBYOPT" ||
    name === "JAVA_TOOL_OPTIONS" ||
    name === "_JAVA_OPTIONS" ||
    name === "MAVEN_OPTS" ||
    name === "GRADLE_OPTS" ||
    name === "SBT_OPTS" ||
    name === "CATALINA_OPTS" ||
    name === "JDK_JAVA_OPTIONS" ||
    name === "BUN_OPTIONS" ||
    name === "NODE_REPL_EXTERNAL_MODULE"
  ) {
    if (
      /(?:--require|-r\b|--import|--loader|--experimental-loader|--eval|-e\b|-M|-I|-m\b|-javaagent|-agentpath|-agentlib|--inspect(?!-publish)|-d\b)/.test(
        text,
      ) &&
      !/^(?:-r|--require|--import|--loader)[= ](?:tsx|ts-node\/register|dotenv\/config|\.\/[\w./-]+)$/.test(text)
    )
      steers(runner, shell, `set ${name}=${text}, so that programs load code from there`, name);
    return;
  }
  if (name === "SHELL" && /^[/~]/.test(text) && !/^\/(?:usr\/(?:local\/)?|opt\/homebrew\/)?bin\//.test(text))
    return obeyed(runner, shell, text, true);
  if (
    (/^(?:NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY)$/.test(name) && text === "0") ||
    (/^GIT_SSL_NO_VERIFY$/.test(name) && /^(?:1|true)$/.test(text))
  )
    return runner.emit(shell, {
      kind: "opaque",
      what: `set ${name}=${text}, so that whoever answers is believed, and what is fetched may be anybody's`,
      target: name,
      place: "remote",
      sure: "likely",
      undoable: "costly",
      instead:
        "Trust the one certificate of your own server, from the workspace: `NODE_EXTRA_CA_CERTS=certs/dev.pem npm test`",
    });
  if (/^(?:NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO)$/.test(name)) {
    if (/^[/~]/.test(text)) obeyed(runner, shell, text, true);
    return;
  }
  if (/^CLAUDE_CODE_(?:DISABLE_HOOKS|SIMPLE)$|^DISABLE_HOOKS$|^OPENCODE_PURE$|^COPILOT_HOME$/.test(name))
    runner.emit(shell, {
      kind: "write",
      what: `set ${name}, by which an agent runs without its hooks`,
      target: name,
      place: "agent-config",
      undoable: "costly",
    });
}

/** The value is run in the place of a tool. */
function runsInPlace(runner: Runner, shell: Shell, line: Arg): void {
  runner.code(shell, "shell", line, runner.noInput);
  const [program] = line.text.trim().split(/\s/);
  if (program?.startsWith("/") === true) obeyed(runner, shell, program, true);
}

/** No work needs it; who does not want to be seen does. */
export const hidesHistory = (name: string, text: string): boolean =>
  name === "HISTFILE"
    ? text === "" || text === "/dev/null"
    : name === "HISTIGNORE"
      ? text === "*"
      : /^(?:HISTSIZE|HISTFILESIZE|SAVEHIST)$/.test(name) && text === "0";

/**
 * Code or settings of a folder that is named: what others left in temp is nobody's; in the home, the folders that tools keep for themselves (`~/.cargo`,
 * `~/go/bin`) are theirs, others are looked at if code is loaded from there.
 */
function obeyed(runner: Runner, shell: Shell, path: string, loads = false): void {
  const at = runner.absolute(shell, path);
  if (at === undefined) return;
  const { place } = locate(at, runner.scene.call.workspace, runner.scene.machine);
  if (place === "temp" || (loads && place === "home" && !toolFolder.test(at)))
    runner.path(shell, { ...literal(path), quoted: false }, { kind: "execute", verb: "obey", injected: loads });
}
const toolFolder =
  /^\/(?:home|Users)\/[^/]+\/\.|^\/root\/\.|\/(?:s?bin|node_modules|site-packages|dist-packages|vendor_ruby)(?:\/|$)/;

/** `--eval`, and functions of make that run a shell. */
function makeFlags(runner: Runner, shell: Shell, text: string): void {
  for (const match of text.matchAll(/\$[({]shell\s+([^)}]*)/g))
    runner.code(shell, "shell", literal(match[1] ?? ""), runner.noInput);
  if (/--eval|(?:^|\s)-E|(?:^|\s)SHELL=|(?:^|\s)-f/.test(text))
    runner.emit(shell, {
      kind: "opaque",
      what: `set make's flags to ${text}, by which it runs code of theirs`,
      target: "MAKEFLAGS",
      sure: "likely",
      undoable: "costly",
    });
}

/** Folders put before the usual ones decide which program a name means. */
function judgePath(runner: Runner, shell: Shell, value: Arg): void {
  for (const part of value.text.split(":")) {
    if (part === "" || part.startsWith("$") || part.includes("$(")) continue;
    if (
      /^\/(?:usr\/(?:local\/)?)?s?bin$/.test(part) ||
      /^\/(?:opt|snap|nix|Library|Applications)\//.test(part) ||
      /^\/usr\/(?:lib|local|games)/.test(part)
    )
      continue;
    const path = runner.absolute(shell, part);
    if (path === undefined) continue;
    const { machine, call } = runner.scene;
    const { place } = locate(path, call.workspace, machine);
    if (place === "workspace" || place === "worktree") continue;
    if (
      place === "home" &&
      (toolFolder.test(`${path}/`) || /\/(?:scripts|shims|sdk|tools|platform-tools)(?:\/|$)/i.test(path))
    )
      continue;
    runner.emit(shell, {
      kind: "opaque",
      what: `put ${part} into PATH, so that names of programs may mean others`,
      target: part,
      sure: "likely",
      undoable: "costly",
    });
  }
}
