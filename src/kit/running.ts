import { readFileSync } from "node:fs";

/**
 * Whether a process runs. One that has ended and was not waited for by its parent (in a container, often for ever) does not, though
 * the system still knows its number.
 */
export function running(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // somebody else's now
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return process.platform !== "linux"; // it ended between the two questions, or this system has no /proc
  }
}
