import { join } from "node:path";
import { sealed } from "./sealed.ts";
import { type ServiceLaunch, type ServiceManager, ServiceRefused, type ServiceWorld } from "./types.ts";

const systemctl = "systemctl";

/**
 * systemd's user manager: the socket unit holds the path from login on and starts the service at the first call, which waits in the
 * socket until it is answered. Facts: systemd.socket(5), systemd.service(5), systemd.exec(5).
 */
export function systemd(launch: ServiceLaunch, world: ServiceWorld): ServiceManager {
  const name = `signalbox${launch.suffix === null ? "" : `-${launch.suffix}`}`;
  const folder = join(world.configHome, "systemd", "user");
  const [socket, service] = [`${name}.socket`, `${name}.service`];
  const user = (...args: readonly string[]) => ({ file: systemctl, args: ["--user", ...args] });
  return {
    name: "systemd",
    units: [
      { path: join(folder, socket), text: sealed(socketUnit(launch)) },
      { path: join(folder, service), text: sealed(serviceUnit(launch, socket)) },
    ],
    async away() {
      const { code, output } = await world.run(systemctl, ["--user", "show-environment"]);
      if (code === 0) return undefined;
      if (code === null) return "systemctl is not on this machine";
      return `systemd's user manager does not answer (${lastLine(output)})`;
    },
    start: [user("daemon-reload"), user("enable", "--now", socket)],
    stop: [{ ...user("disable", "--now", socket, service), mayFail: true }],
    afterRemoval: [user("daemon-reload"), { ...user("reset-failed", service), mayFail: true }],
    active: async () => (await world.run(systemctl, ["--user", "is-active", "--quiet", socket])).code === 0,
  };
}

const lastLine = (output: string): string => output.trim().split("\n").at(-1)?.slice(0, 200) ?? "";

function socketUnit({ socket }: ServiceLaunch): string {
  return `[Unit]
Description=Signalbox: the socket at which coding agents ask before they act

[Socket]
ListenStream=${specifiers(socket)}
SocketMode=0600
DirectoryMode=0700
Backlog=4096

[Install]
WantedBy=sockets.target
`;
}

/**
 * Hardened as far as a user's unit can be that starts git, notifiers and agents in the user's own folders: no new privileges, but no
 * namespaces of its own, since it must see the very files and processes that agents see.
 */
function serviceUnit({ exec, args, environment }: ServiceLaunch, socket: string): string {
  return `[Unit]
Description=Signalbox: the daemon that coding agents ask before they act
Requires=${socket}
After=${socket}
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Type=exec
ExecStart=${[exec, ...args].map((each) => word(each)).join(" ")}
${Object.entries(environment)
  .map(([name, value]) => `Environment=${word(`${name}=${value}`, false)}\n`)
  .join("")}UnsetEnvironment=NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT OPENSSL_CONF
WorkingDirectory=/
UMask=0077
Restart=on-failure
RestartSec=1
RestartPreventExitStatus=2 3
KillMode=mixed
TimeoutStopSec=30
NoNewPrivileges=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
`;
}

/** A word of a command line: quoted, with what systemd would expand doubled (systemd.syntax(7), systemd.service(5)). */
function word(text: string, variables = true): string {
  if (/[\n\r\0]/.test(text))
    throw new ServiceRefused(
      `A unit file can't hold a line break: ${JSON.stringify(text.slice(0, 200))}.`,
      "Choose another home: signalbox --home /abs/path service install",
    );
  const plain = specifiers(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  return `"${variables ? plain.replaceAll("$", "$$$$") : plain}"`;
}

const specifiers = (text: string): string => text.replaceAll("%", "%%");
