import { opaque, runs, writes } from "../acts.ts";
import { literal, type Program } from "../program.ts";
import { joined } from "./joined.ts";

/** Programs that run others on another machine or in a terminal or name space of their own. */

export const machines: readonly Program[] = [
  {
    names: ["ssh", "autossh", "mosh", "slogin", "rsh", "dropbear-client", "dbclient"],
    summary: "Runs a command on another machine",
    instead: "Do it here, or tell the operator what to run there",
    stop: true,
    flags: {
      "-p <port>": [],
      "-i <file>": [],
      "-o <option>": (use, args) => {
        const option = /^(?:ProxyCommand|LocalCommand|KnownHostsCommand)[= ](.+)$/i.exec(args[0]?.text ?? "");
        if (option?.[1] !== undefined && option[1] !== "none") use.code("shell", literal(option[1]));
      },
      "-l <user>": [],
      "-F <file>": [],
      "-J <host>": [],
      "-L <forward>": [],
      "-R <forward>": opaque("open a way into this machine from another"),
      "-D <port>": [],
      "-W <host>": [],
      "-b <address>": [],
      "-c <cipher>": [],
      "-E <file>": writes,
      "-e <char>": [],
      "-m <mac>": [],
      "-Q <query>": "inert",
      "-S <path>": [],
      "-w <tun>": [],
      "-O <command>": [],
      "-V": "inert",
      "-G": "inert",
      "-T": [],
    },
    does: (use, args) => {
      const [host, ...words] = args;
      if (host === undefined) return;
      // `ssh -T git@github.com` says who one is there, and gives no shell.
      if (
        words.length === 0 &&
        use.has("-T") &&
        /^git@(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)$/.test(host.text)
      )
        return use.net(host, { kind: "receive" });
      use.emit({
        kind: "mutate-remote",
        what: `run ${
          words.length === 0
            ? "a shell"
            : words
                .map((word) => word.text)
                .join(" ")
                .slice(0, 160)
        } on ${host.text}`,
        target: host.text,
        place: "remote",
        undoable: "costly",
        secret: use.stdin.secret ? "sends" : "none",
      });
      if (words.length > 0) use.code("shell", joined(words), { remote: host.text });
    },
    examples: {
      "ssh host uptime": "hold",
      "ssh host 'rm -rf /data'": "hold",
      "ssh -V": "allow",
      "ssh -T git@github.com": "allow",
    },
  },
  {
    names: ["wsl"],
    summary: "Runs a command in Linux from Windows",
    stop: true,
    flags: {
      "-d --distribution <name>": [],
      "-u --user <name>": [],
      "--cd <dir>": [],
      "-e --exec": [],
      "--shutdown": [],
      "--unregister <name>": opaque("delete a Linux installation"),
      "-l --list": "inert",
    },
    does: runs,
    examples: { "wsl -e ls": "allow", "wsl --unregister Ubuntu": "hold" },
  },
];
