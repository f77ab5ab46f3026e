/**
 * Why the store can't do its work.
 * `newer` the database was written by newer code · `foreign` the file is some other program's database · `corrupt` SQLite can't
 * read it · `unwritable` permissions or a read-only disk · `full` no space · `busy` too much waits already, or another process
 * holds the database · `closed` the store was closed · `io` anything else that the disk answered.
 */
export type StoreFaultKind = "newer" | "foreign" | "corrupt" | "unwritable" | "full" | "busy" | "closed" | "io";

/** A fault of the disk or the database: `message` is a sentence for a person, `hint` the next command to type. */
export class StoreFault extends Error {
  readonly kind: StoreFaultKind;
  readonly hint: string;

  constructor(kind: StoreFaultKind, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreFault";
    this.kind = kind;
    this.hint = hint;
  }
}

/** Primary result codes of SQLite (sqlite.org/rescode.html) that are about the machine and not about the statement. */
const kindOfCode: Readonly<Record<number, StoreFaultKind>> = {
  3: "unwritable", // SQLITE_PERM
  5: "busy", // SQLITE_BUSY
  6: "busy", // SQLITE_LOCKED
  7: "io", // SQLITE_NOMEM
  8: "unwritable", // SQLITE_READONLY
  10: "io", // SQLITE_IOERR
  11: "corrupt", // SQLITE_CORRUPT
  13: "full", // SQLITE_FULL
  14: "unwritable", // SQLITE_CANTOPEN
  15: "io", // SQLITE_PROTOCOL
  26: "corrupt", // SQLITE_NOTADB
};

/** Turns an error of `node:sqlite` that the machine caused into a StoreFault; any other error (a bug, a refusal) is `undefined`. */
export function storeFaultOf(error: unknown, path: string): StoreFault | undefined {
  if (error instanceof StoreFault) return error;
  if (!(error instanceof Error)) return undefined;
  const { errcode, errno, code } = error as { errcode?: number; errno?: number; code?: string };
  if (code === "ENOSPC" || code === "EDQUOT") return explain("full", path, error);
  if (code === "EACCES" || code === "EROFS" || code === "EPERM") return explain("unwritable", path, error);
  const result = errcode ?? (code === "ERR_SQLITE_ERROR" ? errno : undefined);
  if (result === undefined) return undefined;
  // The low byte is the primary code, the rest says more. A full disk under the WAL file arrives as an I/O error of write.
  const kind = kindOfCode[result & 0xff];
  return kind === undefined ? undefined : explain(kind, path, error);
}

function explain(kind: StoreFaultKind, path: string, cause: Error): StoreFault {
  const why = cause.message;
  switch (kind) {
    case "full":
      return new StoreFault(
        kind,
        `The disk that holds ${path} is full; nothing more can be recorded, so every tool call is denied.`,
        "Free some space, then: signalbox status",
        { cause },
      );
    case "unwritable":
      if (/EROFS|read-only file system/i.test(why))
        return new StoreFault(
          kind,
          `${path} lies on a read-only file system; nothing can be recorded, so every tool call is denied.`,
          "Mount it writable, or choose another home: signalbox --home DIR up",
          { cause },
        );
      return new StoreFault(
        kind,
        `${path} can't be written (${why}); nothing can be recorded, so every tool call is denied.`,
        "Make the file and its folder yours and writable, then: signalbox up",
        { cause },
      );
    case "corrupt":
      return new StoreFault(kind, `${path} is damaged (${why}).`, "signalbox ledger recover", { cause });
    case "busy":
      return new StoreFault(kind, `${path} is held by another process (${why}).`, "signalbox status", { cause });
    case "io":
    case "newer":
    case "foreign":
    case "closed":
      return new StoreFault(kind, `The disk failed under ${path} (${why}).`, "signalbox doctor", { cause });
  }
}
