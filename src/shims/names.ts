/**
 * The programs that `shim install` stands in front of, of those that this machine has: what loses work, what changes things elsewhere, what
 * runs others. A shim for a program that is not there would make `command -v` lie, so only a name that is asked for by hand gets one.
 */
export const shimNames: readonly string[] = [
  // what deletes and overwrites
  "rm rmdir shred unlink truncate dd wipefs mkfs mkfs.ext4 mkfs.xfs mkfs.btrfs chmod chown git rsync",
  // what changes things elsewhere
  "terraform tofu pulumi kubectl helm aws gcloud az gh docker podman ssh scp",
  "psql mysql mariadb mongosh redis-cli sqlite3 dropdb",
  // what stays, and what becomes another user
  "crontab systemctl launchctl sudo doas",
  // what runs others
  "bash sh zsh dash ksh fish find xargs",
].flatMap((family) => family.split(" "));

/** Programs whose argument may be a script, or code. */
export const shells: ReadonlySet<string> = new Set(["bash", "sh", "zsh", "dash", "ksh", "fish"]);
