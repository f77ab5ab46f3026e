/**
 * The daemon as the user's own service manager runs it: systemd's user units (a socket that starts the daemon at the first call, and the
 * service behind it) or a launchd agent. It owns the texts of these files, their names and where they go, and the commands that make a
 * service manager take them. It promises: nothing is written before everything was checked; each file is replaced in one rename; only files
 * that it made and that nobody edited are ever changed or removed (each carries a hash of its own text); what it starts is named by absolute
 * paths, with an environment built from nothing, exactly as the launch record says it. It never runs as root, never edits another file, and
 * reaches the system through `ServiceWorld` only. Windows and other service managers are not known to it.
 */
export { plan, type ServicePlan } from "./plan.ts";
export type { ServiceWorld, Unit } from "./types.ts";
export { ServiceRefused } from "./types.ts";
