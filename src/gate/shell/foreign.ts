/**
 * Forms that zsh or fish would run and that bash reads as harmless words. The parser is for bash, so where the agent's shell is another these are
 * looked for in the text, outside of single quotes.
 */
export function foreignForms(text: string): readonly string[] {
  const bare = text.replace(/'[^']*'/g, "''");
  const found: string[] = [];
  for (const [pattern, what] of forms) if (pattern.test(bare)) found.push(what);
  return found;
}

const forms: readonly (readonly [RegExp, string])[] = [
  [/(?:^|[\s=])=\(/, "run a zsh substitution `=(...)`, which is not read"],
  [/\((?:[^()\s]*[,#])?(?:e[:{['"+]|\+[A-Za-z_]|o\+|O\+)[^)]*\)/, "run a zsh glob qualifier with code in it"],
  [/\$\{\([^)]*e[^)]*\)/, "expand a value as code by zsh's `(e)`"],
  [
    /(?:^|[\s;|&])(?:zmodload|zpty|zsocket|ztcp|sched|add-zsh-hook|zle|autoload)\b/,
    "use a zsh module that runs or connects",
  ],
  [
    /(?:^|[;|&]\s*)(?:begin\b|set\s+-[gUx]+\s|function\s+\w+\s*--|end\s*$|abbr\s)/m,
    "use forms of fish that are not read",
  ],
  [/(?:^|[\s=])=\w+(?:\s|$)/, "use zsh's `=name`"],
];
