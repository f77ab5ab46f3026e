import { type Language, literal, noFlow } from "../programs/program.ts";
import {
  argOf,
  connects,
  copies,
  dynamicCode,
  eachBelow,
  loadsFile,
  movesAway,
  opaqueCode,
  opens,
  pathMethod,
  runsShell,
  type Seen,
  sends,
  showsEnvironment,
  signalling,
  touches,
} from "./deeds.ts";

interface Call {
  readonly languages?: readonly Language[];
  /** A text that must be there for the pattern to match: cheap to look for. */
  readonly hint?: string;
  readonly pattern: RegExp;
  does(seen: Seen): void;
}

/** The calls that are known, by language. */
export const calls: readonly Call[] = [
  // Runs commands.
  {
    languages: ["python"],
    pattern:
      /\b(?:os\.(?:system|popen|exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?)|subprocess\.(?:run|call|check_call|check_output|Popen|getoutput|getstatusoutput)|commands\.getoutput|pty\.spawn|pexpect\.(?:run|spawn)|sh\.(?:Command))\s*\(/g,
    does: runsShell,
  },

  {
    languages: ["node"],
    pattern:
      /(?:\b(?:child_process|cp|require\s*\(\s*["'](?:node:)?child_process["']\s*\)|process\.binding\([^)]*\))\s*\.\s*|(?<![.\w$]))(?:exec|execSync|execFile|execFileSync|spawn|spawnSync|fork|\$)\s*\(/g,
    does: runsShell,
  },
  {
    languages: ["node"],
    pattern: /\b(?:Bun\.(?:spawn|spawnSync)|Deno\.(?:run|Command)|execa|execaSync|execaCommand|shell\.exec)\s*\(/g,
    does: runsShell,
  },
  {
    languages: ["perl", "ruby", "php", "lua", "r"],
    pattern:
      /(?<![\w>.$-])(?:(?:Kernel|os|io|IO|Open3|Process)\s*\.\s*)?(?:system2?|exec|popen[23]?e?|shell_exec|passthru|proc_open|pcntl_exec|execute|spawn|capture[23]e?)\s*\(?\s*(?=["'`$@\w[])/g,
    does: runsShell,
  },
  {
    languages: ["perl", "ruby", "php"],
    pattern: /`([^`]+)`/g,
    does: ({ runner, shell, match }) =>
      void runner.code(
        shell,
        "shell",
        literal((match[1] ?? "").replace(/\$?\{[^}]*\}|#\{[^}]*\}/g, "$SIGNALBOX_UNKNOWN")),
        noFlow,
      ),
  },
  {
    languages: ["perl", "ruby"],
    pattern: /(?:\bqx|%x)\s*([{([/|!])([^\])}/|!]*)/g,
    does: ({ runner, shell, match }) => void runner.code(shell, "shell", literal(match[2] ?? ""), noFlow),
  },
  {
    languages: ["perl", "ruby"],
    pattern: /\bopen\s*\(?\s*(?:my\s+)?[\w$:]+\s*,\s*["'](?:-\||\|-?)["']\s*,\s*/g,
    does: runsShell,
  },
  {
    languages: ["perl", "ruby"],
    pattern: /\bopen\s*\(?\s*(?:(?:my\s+)?[\w$]+\s*,\s*)?["']\s*\|([^"']+)["']/g,
    // It is given later what to do.
    does: ({ runner, shell, match }) =>
      void runner.code(shell, "shell", literal(match[1] ?? ""), { ...noFlow, text: undefined }),
  },
  {
    languages: ["php"],
    pattern: /\b(?:include|require)(?:_once)?\s*\(?\s*["'](?:https?|ftp|data|php):/g,
    does: opaqueCode("run code from an address"),
  },
  {
    languages: ["php"],
    hint: "$",
    pattern: /\$\w+\s*=\s*["']\w*["']\s*\.\s*["']\w*["']\s*;[^]*?\$\w+\s*\(/g,
    does: opaqueCode("call a function whose name is put together at run time"),
  },
  { languages: ["applescript"], pattern: /\bdo (?:shell )?script\s+/g, does: runsShell },
  {
    languages: ["applescript"],
    pattern:
      /\b(?:tell app(?:lication)?|with administrator privileges|keystroke|delete|empty trash|set volume|display dialog)\b/gi,
    does: ({ runner, shell, match }) =>
      runner.emit(shell, {
        kind: "mutate-remote",
        what: `steer other programs by AppleScript (${match[0]})`,
        target: "osascript",
        place: "system",
        undoable: "costly",
      }),
  },
  // Dynamic code.
  { languages: ["python"], pattern: /(?<![\w.])(?:exec|eval|compile)\s*\(/g, does: dynamicCode },
  {
    languages: ["python"],
    pattern:
      /\b(?:marshal|pickle|cPickle|dill|cloudpickle|jsonpickle)\.(?:loads?|decode)\s*\(|\byaml\.unsafe_load\w*\s*\(|\bLoader\s*=\s*(?:yaml\.)?(?:Unsafe)?Loader\b|\ballow_pickle\s*=\s*True|\bweights_only\s*=\s*False|\btrust_remote_code\s*=\s*True/g,
    does: opaqueCode("load objects that can run code"),
  },
  {
    languages: ["python"],
    pattern: /\b(?:joblib\.load|torch\.load|pd\.read_pickle|pandas\.read_pickle|runpy\.run_path)\s*\(/g,
    does: loadsFile,
  },
  {
    languages: ["python"],
    pattern: /\b(?:code|IPython)\.(?:interact|embed)\s*\(|\bpdb\.set_trace\s*\(/g,
    does: opaqueCode("take code from whoever types"),
  },
  {
    languages: ["python"],
    hint: "asyncio",
    pattern: /\basyncio\.create_subprocess_(?:shell|exec)\s*\(/g,
    does: runsShell,
  },
  {
    languages: ["python"],
    pattern: /\b(?:ctypes|cffi)\b.*\b(?:CDLL|dlopen|windll|memmove)\b/g,
    does: opaqueCode("call native code"),
  },
  {
    languages: ["node"],
    pattern:
      /(?<![\w.])(?:eval|Function)\s*\(|\bnew\s+Function\s*\(|(?:\bvm|require\s*\(\s*["'](?:node:)?vm["']\s*\))\.run\w*\s*\(/g,
    does: dynamicCode,
  },
  {
    languages: ["node"],
    hint: "eval",
    pattern: /\.(?:then|map|forEach|replace)\s*\(\s*eval\b/g,
    does: opaqueCode("run as code what it is given"),
  },
  {
    languages: ["perl", "ruby", "php", "lua", "r"],
    pattern:
      /(?<![\w>.$-])(?:eval|instance_eval|class_eval|assert|create_function|loadstring|load|dofile)\s*\(?\s*(?=["'$\w[])/g,
    does: dynamicCode,
  },
  // Deletes.
  { languages: ["python"], pattern: /\bshutil\.rmtree\s*\(/g, does: touches("delete", true) },
  {
    languages: ["python"],
    pattern: /\bos\.(?:remove|unlink)\s*\(/g,
    does: touches("delete", false, true),
  },
  {
    languages: ["python"],
    pattern: /\bos\.(?:rmdir|removedirs|truncate)\s*\(/g,
    does: touches("delete"),
  },
  {
    languages: ["python"],
    pattern: /\bPath\s*\(\s*(["'][^"']*["'])\s*\)\s*\.\s*(?:unlink|rmdir)\s*\(/g,
    does: pathMethod("delete"),
  },
  {
    languages: ["python"],
    hint: "Path",
    pattern: /\bPath\s*\(\s*(["'][^"']*["'])\s*\)\s*\.\s*(?:iterdir|r?glob|walk)\s*\(\s*(["'][^"']*["'])?/g,
    does: eachBelow,
  },
  {
    languages: ["node"],
    pattern:
      /\b(?:fs|fsp|fsPromises|promises|require\s*\(\s*["'](?:node:)?fs(?:\/promises|-extra)?["']\s*\)(?:\.promises)?)\s*\.\s*(?:rm|rmSync|rmdir|rmdirSync|remove|removeSync|emptyDir|emptyDirSync)\s*\(/g,
    does: touches("delete", true),
  },
  {
    languages: ["node"],
    pattern:
      /\b(?:fs|fsp|fsPromises|promises|require\s*\(\s*["'](?:node:)?fs(?:\/promises)?["']\s*\)(?:\.promises)?)\s*\.\s*(?:unlink|unlinkSync)\s*\(/g,
    does: touches("delete", false, true),
  },
  {
    languages: ["node"],
    pattern: /(?<![.\w])(?:rmSync|unlinkSync|rmdirSync|rimraf(?:\.sync)?)\s*\(/g,
    does: touches("delete", true),
  },
  { languages: ["node"], hint: "Deno", pattern: /\bDeno\.remove(?:Sync)?\s*\(/g, does: touches("delete", true) },
  {
    languages: ["perl", "php", "lua"],
    pattern: /(?<![\w>$-])(?:os\.)?(?:unlink|rmdir|rmtree|remove_tree|remove)\s*\(?\s*(?=["'$\w])/g,
    does: touches("delete"),
  },
  {
    languages: ["ruby"],
    pattern: /\bFileUtils\.(?:rm_rf|rm_r|rmtree|remove_dir|remove_entry\w*)\s*\(?\s*/g,
    does: touches("delete", true),
  },
  {
    languages: ["ruby"],
    pattern: /\b(?:File|FileUtils|Dir)\.(?:delete|unlink|rm|rm_f|rmdir|truncate)\s*\(?\s*/g,
    does: touches("delete"),
  },
  { languages: ["r"], pattern: /\b(?:unlink|file\.remove)\s*\(/g, does: touches("delete", true) },
  // Writes.
  { languages: ["python"], pattern: /(?<![\w.])(?:io\.)?open\s*\(/g, does: opens },
  {
    languages: ["python"],
    pattern:
      /\bPath\s*\(\s*(["'][^"']*["'])\s*\)\s*\.\s*(?:write_text|write_bytes|touch|mkdir|symlink_to|rename|replace|chmod)\s*\(/g,
    does: pathMethod("write"),
  },
  {
    languages: ["python"],
    pattern: /\bos\.(?:chmod|chown|rename|replace|symlink|link|mknod)\s*\(/g,
    does: touches("write"),
  },
  { languages: ["python"], pattern: /\bshutil\.(?:copy2?|copyfile|copytree)\s*\(/g, does: copies },
  { languages: ["python"], hint: "move", pattern: /\bshutil\.move\s*\(/g, does: movesAway },
  {
    languages: ["node"],
    pattern:
      /(?:\b(?:fs|fsp|fsPromises|promises|require\s*\(\s*["'](?:node:)?fs(?:\/promises)?["']\s*\)(?:\.promises)?)\s*\.\s*|(?<![.\w]))(?:writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|chmod|chmodSync|chown|chownSync)\s*\(/g,
    does: touches("write"),
  },
  {
    languages: ["perl"],
    pattern: /\bopen\s*\(?\s*(?:my\s+)?[\w$]+\s*,\s*["']\s*\+?>{1,2}[^"']*["']\s*,\s*/g,
    does: touches("write"),
  },
  {
    languages: ["perl"],
    pattern: /\bopen\s*\(?\s*(?:my\s+)?[\w$]+\s*,\s*["']\s*\+?>{1,2}\s*([^"'\s]+)["']/g,
    does: ({ runner, shell, match }) => runner.path(shell, argOf(match[1]), { kind: "write" }),
  },
  { languages: ["ruby"], pattern: /\b(?:File|IO)\.(?:write|binwrite)\s*\(?\s*/g, does: touches("write") },
  {
    languages: ["ruby"],
    pattern: /\bFile\.(?:open|new)\s*\(?\s*(["'][^"']*["'])\s*,\s*["'][wa]/g,
    does: pathMethod("write"),
  },
  { languages: ["php"], pattern: /\bfile_put_contents\s*\(/g, does: touches("write") },
  // Network.
  {
    languages: ["python"],
    pattern: /\b(?:requests|httpx|aiohttp|session|client)\.(?:post|put|patch|delete|request)\s*\(/g,
    does: sends("send"),
  },
  {
    languages: ["python"],
    pattern:
      /\b(?:requests|httpx)\.(?:get|head)\s*\(|\burllib\.request\.(?:urlopen|urlretrieve|Request)\s*\(|\burlopen\s*\(/g,
    does: sends("receive"),
  },
  {
    languages: ["python"],
    pattern: /\bsmtplib\.SMTP|\bftplib\.FTP|\bparamiko\.|\bhttp\.client\.HTTPS?Connection\s*\(/g,
    does: sends("send"),
  },
  {
    pattern:
      /\bsocket\.(?:socket|create_connection)\b|\bnet\.(?:connect|createConnection|Socket)\b|\bTCPSocket\.(?:new|open)\b|\bIO::Socket\b|\bfsockopen\b|\bSocket\s*\(\s*\$?\w*\s*,\s*(?:PF|AF)_INET|\buse\s+Socket\b|\bsocket\.tcp\b|\bsocket\s*\(\s*\w+\s*,\s*(?:PF|AF)_INET/g,
    does: connects,
  },
  {
    languages: ["node"],
    pattern:
      /(?<![.\w])fetch\s*\(|(?:\bhttps?|\brequire\s*\(\s*["'](?:node:)?https?["']\s*\))\.(?:request|get)\s*\(|\baxios(?:\.(?:get|request))?\s*\(/g,
    does: sends("receive"),
  },
  { languages: ["node"], pattern: /\baxios\.(?:post|put|patch|delete)\s*\(/g, does: sends("send") },
  {
    languages: ["ruby"],
    pattern:
      /\bNet::HTTP\.(?:post|post_form|start)\s*\(?|\bRestClient\.(?:post|put|delete)\s*\(?|\bHTTParty\.(?:post|put|delete)\s*\(?/g,
    does: sends("send"),
  },
  { languages: ["ruby"], pattern: /\bNet::HTTP\.get\w*\s*\(?|\bURI\.open\s*\(?/g, does: sends("receive") },
  // Processes.
  {
    languages: ["perl", "ruby", "php"],
    pattern: /(?<![\w>.$-])(?:Process\.)?(?:posix_)?kill\s*\(?\s*(?=["'\d:-]|SIG|KILL|TERM)/g,
    does: signalling,
  },
  {
    languages: ["perl", "ruby", "php"],
    pattern: /(?<![\w>$-])(?:POSIX::|Process::\w+\.|posix_)?set(?:uid|gid|euid|resuid)\s*\(/g,
    does: ({ runner, shell, match, language }) =>
      runner.emit(shell, {
        kind: "elevate",
        what: `${language}: ${match[0].replace("(", "")}`,
        target: language,
        place: "system",
        undoable: "costly",
      }),
  },
  { languages: ["python"], pattern: /\bos\.(?:kill|killpg)\s*\(/g, does: signalling },
  {
    languages: ["python"],
    pattern: /\bos\.(?:setuid|setgid|seteuid|setresuid)\s*\(|\bos\.fork\s*\(\)/g,
    does: ({ runner, shell, match }) =>
      runner.emit(shell, {
        kind: "elevate",
        what: `python: ${match[0].replace("(", "")}`,
        target: "python",
        place: "system",
        undoable: "costly",
      }),
  },
  { languages: ["node"], pattern: /\bprocess\.(?:kill|setuid|setgid)\s*\(/g, does: signalling },
  {
    languages: ["perl", "ruby"],
    hint: "fork",
    pattern: /\bfork\s+while\b|\b(?:while\s*\(?\s*(?:1|true)\s*\)?|loop)\s*(?:do|\{)?\s*fork\b/g,
    does: opaqueCode("start processes without end"),
  },
  // Names put together at run time: what is called can't be seen.
  {
    languages: ["php"],
    pattern:
      /\b(?:array_(?:map|walk|filter|reduce)|call_user_func(?:_array)?|usort|register_shutdown_function|forward_static_call)\s*\(\s*["'](?:system|exec|shell_exec|passthru|popen|proc_open|unlink|rmdir|eval|assert|mail|file_put_contents|chmod|rename)["']/g,
    does: opaqueCode("call a function that acts on the machine by its name"),
  },
  {
    languages: ["python"],
    hint: "getattr",
    pattern: /\bgetattr\s*\(\s*(?:__import__|os\b|subprocess\b|builtins\b|__builtins__|importlib|sys\.modules)/g,
    does: opaqueCode("call a function whose name is put together at run time"),
  },
  {
    languages: ["python"],
    hint: "import",
    pattern: /(?:__import__|importlib\.import_module)\s*\(\s*(?!["'][\w.]+["']\s*[,)])/g,
    does: opaqueCode("load a module whose name is put together at run time"),
  },
  {
    languages: ["node"],
    hint: "require",
    pattern: /\brequire\s*\(\s*["'](?![./])[^"']*["']\s*\+/g,
    does: opaqueCode("load a module whose name is put together at run time"),
  },
  {
    languages: ["node"],
    pattern:
      /\b(?:global|globalThis|window|self)\s*\[\s*(?!["']\w+["']\s*\])|\b(?:global|globalThis)\s*\[\s*["'](?:eval|Function|require|process)["']|\.constructor\s*\.\s*constructor\s*\(|\bprocess\s*\.\s*(?:binding|dlopen)\s*\(/g,
    does: opaqueCode("call a function whose name is put together at run time"),
  },
  // The whole environment, shown or sent.
  { languages: ["node"], hint: "process.env", pattern: /^\s*process\.env\s*;?\s*$/g, does: showsEnvironment },
  { languages: ["perl"], hint: "%ENV", pattern: /\b(?:keys|values|each|sort)\s*\(?%ENV\b/g, does: showsEnvironment },
  {
    pattern:
      /\b(?:print|dict|dumps|console\.log|stringify|puts|p|list|str|repr|pprint|say|var_dump|print_r)\s*\(?\s*(?:dict\(|list\()?(?:os\.environ|process\.env|Bun\.env|Deno\.env\.toObject\(\)|ENV|\$_ENV|\$_SERVER|%ENV|getenv\(\))\s*(?:\.(?:items|copy|values|to_h|to_a|inspect)(?:\(\))?)?\s*(?=[),;}]|$)/g,
    does: showsEnvironment,
  },
];
