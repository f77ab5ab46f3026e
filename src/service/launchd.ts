import { join } from "node:path";
import { sealed } from "./sealed.ts";
import type { ServiceLaunch, ServiceManager, ServiceWorld } from "./types.ts";

const launchctl = "/bin/launchctl";

/**
 * launchd of macOS. No `Sockets` in the job: launchd hands a socket over through launch_activate_socket(3) only, which Node can't call, and
 * sets no LISTEN_FDS; a daemon that bound its own path beside would strand the call that started it. So the job starts at login and binds
 * itself. Facts: launchd.plist(5), launchctl(1).
 */
export function launchd(launch: ServiceLaunch, world: ServiceWorld): ServiceManager {
  const label = `dev.signalbox.daemon${launch.suffix === null ? "" : `.${launch.suffix}`}`;
  const path = join(world.userHome, "Library", "LaunchAgents", `${label}.plist`);
  const domain = `gui/${world.uid}`;
  return {
    name: "launchd",
    units: [{ path, text: sealed(jobOf(launch, label), true) }],
    async away() {
      const { code } = await world.run(launchctl, ["print", domain]);
      return code === 0 ? undefined : `launchd has no session for this user (${domain})`;
    },
    start: [
      { file: launchctl, args: ["bootout", `${domain}/${label}`], mayFail: true },
      { file: launchctl, args: ["bootstrap", domain, path] },
    ],
    stop: [{ file: launchctl, args: ["bootout", `${domain}/${label}`], mayFail: true }],
    afterRemoval: [],
    active: async () => (await world.run(launchctl, ["print", `${domain}/${label}`])).code === 0,
  };
}

function jobOf({ exec, args, environment, home }: ServiceLaunch, label: string): string {
  const strings = [exec, ...args].map((argument) => `    <string>${escaped(argument)}</string>`).join("\n");
  const variables = Object.entries(environment)
    .map(([name, value]) => `    <key>${escaped(name)}</key>\n    <string>${escaped(value)}</string>`)
    .join("\n");
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${escaped(label)}</string>
  <key>ProgramArguments</key>
  <array>
${strings}
  </array>
  <key>EnvironmentVariables</key>
  <dict>
${variables}
  </dict>
  <key>WorkingDirectory</key>
  <string>/</string>
  <key>Umask</key>
  <integer>63</integer>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>5</integer>
  <key>ExitTimeOut</key>
  <integer>30</integer>
  <key>ProcessType</key>
  <string>Interactive</string>
  <key>StandardErrorPath</key>
  <string>${escaped(join(home, "log", "launchd.log"))}</string>
</dict>
</plist>
`;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
