/** What the script of a shell calls. */
export interface Callers {
  readonly hook: string;
  readonly home: string;
  /** The command that spools, as words. */
  readonly spool: readonly string[];
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** `__signalbox_tell FOLDER CODE LINE`, the same in both shells: the hook client, and if no daemon takes it, the spool. */
const tell = ({ hook, home, spool }: Callers): string => `__signalbox_tell() {
  printf '%s\\0' "$@" | ${[hook, "--home", home, "shell", "command"].map(quoted).join(" ")} ||
    printf '%s\\0' "$@" | ${spool.map(quoted).join(" ")}
}`;

/**
 * bash: by its own history at the next prompt, so no DEBUG trap is taken; first in PROMPT_COMMAND, because only there `$?` is the command's, which
 * those after it are given again (but under `set -e`, where a hook that fails would end the shell). Of an array this is the first element, the only one
 * that a bash before 5.1 runs.
 * A line that replaced its like (`erasedups`) keeps the number, so its text tells; a line marked * was edited and has not run.
 */
export const bashScript = (callers: Callers): string => `# Written by: signalbox record install bash
if [[ $- == *i* && -z \${__signalbox_folder-} ]]; then
${tell(callers)}
__signalbox_record() {
  local code=$? line
  line=$(HISTTIMEFORMAT= builtin history 1)
  if [[ $line =~ ^[[:space:]]*([0-9]+)([*]?)[[:space:]]+(.*)$ ]]; then
    if [[ -n \${__signalbox_seen-} && ( \${BASH_REMATCH[1]} != "$__signalbox_seen" ||
      ( -z \${BASH_REMATCH[2]} && \${BASH_REMATCH[3]} != "$__signalbox_line" ) ) ]]; then
      ( __signalbox_tell "$__signalbox_folder" "$code" "\${BASH_REMATCH[3]}" </dev/null >/dev/null 2>&1 & )
    fi
    __signalbox_seen=\${BASH_REMATCH[1]} __signalbox_line=\${BASH_REMATCH[3]}
  else
    __signalbox_seen=0 __signalbox_line=
  fi
  __signalbox_folder=$PWD
  [[ $- == *e* ]] || return "$code"
}
__signalbox_folder=$PWD
# A shell below one that exports it has it already.
[[ \${PROMPT_COMMAND-} == *__signalbox_record* ]] || PROMPT_COMMAND="__signalbox_record\${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
fi
`;

/** zsh: its own arrays of hooks, beside whatever is in them. */
export const zshScript = (callers: Callers): string => `# Written by: signalbox record install zsh
if [[ -o interactive && -z \${__signalbox_ready-} ]]; then
__signalbox_ready=1
${tell(callers)}
__signalbox_preexec() {
  if [[ $1 == ' '* ]]; then __signalbox_line=; else __signalbox_line=$1; fi
  __signalbox_folder=$PWD
}
__signalbox_precmd() {
  local code=$?
  if [[ -n \${__signalbox_line-} ]]; then
    ( __signalbox_tell "$__signalbox_folder" "$code" "$__signalbox_line" </dev/null >/dev/null 2>&1 & )
    __signalbox_line=
  fi
  return $code
}
precmd_functions=(__signalbox_precmd $precmd_functions)
preexec_functions+=(__signalbox_preexec)
fi
`;
