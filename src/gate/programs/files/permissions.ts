import { list } from "../acts.ts";
import { type Act, literal, type Program } from "../program.ts";

/** Who may read, write and run a file. */

/** Gives rights and takes none from their owner: nothing stops working. */
const onlyAdds = /^(?:[uga]*\+[rwxX]+)(?:,[uga]*\+[rwxX]+)*$|^0?7[0-7][0-7]$/;

const changesMode: Act = (use, args) => {
  // `chmod -x file`: a mode that looks like a flag.
  const less = use.all.find(({ text }) => /^-[rwxXst]+$/.test(text));
  const [mode, ...files] = use.has("--reference")
    ? [literal(""), ...args]
    : less === undefined
      ? args
      : [less, ...args];
  if (mode === undefined) return;
  const many = use.has("-R");
  const wide =
    /(?:^|[^\d])0?[0-7]?(?:777|666|77[67]|[4267]7{3})$/.test(mode.text) ||
    /(?:^|,)(?:[ugoa]*o[ugoa]*|a|)\+[rx]*w/.test(mode.text) ||
    /(?:^|,)a=rwx/.test(mode.text);
  const setuid = /^[4267][0-7]{3}$|^0[4267][0-7]{3}$|[ug]*\+[rwx]*s/.test(mode.text);
  for (const file of files) {
    if (use.name === "chmod" && many && /^0*0{1,3}$|^[ugoa]*(?:=|-rwx)$/.test(mode.text))
      use.emit({
        kind: "delete",
        what: `take all permissions away from ${file.text} and everything below it`,
        target: file.text,
        place: "system",
        undoable: "costly",
      });
    if (use.name === "chmod" && setuid)
      use.emit({
        kind: "elevate",
        what: `let ${file.text} run with its owner's rights`,
        target: file.text,
        place: "system",
        undoable: "costly",
      });
    else if (use.name === "chmod" && wide)
      use.emit({
        kind: "elevate",
        what: `let everybody on this machine write ${file.text}${many ? " and everything below it" : ""}`,
        target: file.text,
        place: "system",
        undoable: "costly",
        instead: "Give yourself the right that is missing: `chmod u+w build` or `chmod +x run.sh`",
      });
    if (many && use.isWhole(file))
      use.emit({
        kind: "elevate",
        what: `change the permissions of ${file.text} and everything below it`,
        target: file.text,
        place: "system",
        reach: "all",
        undoable: "no",
      });
    use.path(file, {
      kind: "write",
      verb: `${use.name} ${mode.text}`,
      keeps: true,
      tree: many,
      ...(many && !onlyAdds.test(mode.text) ? { undoable: "costly" as const } : {}),
    });
  }
};

const owner: Act = (use, args) => {
  const [who, ...files] = args;
  // To oneself, in one's own folder: nothing changes hands.
  const user = use.variable("USER")?.text;
  if (
    use.name.endsWith("chown") &&
    user !== undefined &&
    (who?.text === user || who?.text === `${user}:${user}`) &&
    files.every((file) => !use.liesOutside(file) && !use.isWhole(file))
  )
    return files.forEach((file) => use.path(file, { kind: "write", verb: use.name, keeps: true, undoable: "yes" }));
  const root = /^(?:root|0)?:?(?:root|wheel|0)?$/.test(who?.text ?? "");
  for (const file of files)
    use.path(file, {
      kind: "write",
      verb: `${use.name} ${who?.text ?? ""}`,
      keeps: true,
      tree: use.has("-R"),
      undoable: use.has("-R") || root ? "no" : "costly",
    });
  if (files.length > 0)
    use.emit({
      kind: "elevate",
      what: `give ${list(files)}${use.has("-R") ? " and everything below" : ""} to ${who?.text ?? "another user"}`,
      target: files[0]?.text ?? "",
      place: "system",
      reach: use.has("-R") && files.some((file) => use.isWhole(file)) ? "all" : "one",
      undoable: "costly",
    });
};

export const permissions: readonly Program[] = [
  {
    names: ["chmod", "gchmod"],
    summary: "Sets permissions",
    flags: { "-R --recursive": [], "--reference <file>": [], "-v": [], "-f": [], "-c": [] },
    clusters: false,
    does: changesMode,
    examples: {
      "chmod +x run.sh": "allow",
      "chmod 755 run.sh": "allow",
      "chmod 777 x": "hold",
      "chmod -R 777 /": "deny",
      "chmod -R 777 .": "hold",
      "chmod -R u+w dist": "allow",
      "chmod u+s /bin/bash": "hold",
    },
  },
  {
    names: ["chown", "chgrp", "gchown"],
    summary: "Gives files to others",
    flags: { "-R --recursive": [], "-h": [], "-v": [], "-f": [], "--reference <file>": [] },
    does: owner,
    examples: { "chown -R root:root /etc": "deny", "chown -R me:me ~": "deny", "chown me file": "hold" },
  },
];
