import { builds, changesSystem, elevates, nothing, persists, when } from "./acts.ts";
import { type Act, isLiteral, type Program, type Use } from "./program.ts";

/** Users, groups, rights on files and the guards of the system. */

const says = (use: Use, pattern: RegExp): boolean => use.all.some((arg) => isLiteral(arg) && pattern.test(arg.text));
const changesUsers: Act = changesSystem("change the machine's users or groups", "costly");
/** After the rights that are given come the files they are given on. */
const setsOnFiles =
  (skip: number): Act =>
  (use, args) => {
    for (const file of args.slice(skip)) use.path(file, { kind: "write", verb: "change the rights on", keeps: true });
  };

export const accounts: readonly Program[] = [
  {
    names: [
      "useradd",
      "adduser",
      "usermod",
      "userdel",
      "deluser",
      "groupadd",
      "addgroup",
      "groupmod",
      "groupdel",
      "delgroup",
      "gpasswd",
      "newusers",
      "vipw",
      "vigr",
      "chpasswd",
      "chgpasswd",
      "chfn",
      "lchage",
      "luseradd",
      "pwconv",
      "grpconv",
      "pwunconv",
      "newuidmap",
      "sysadminctl",
      "dseditgroup",
      "createhomedir",
      "pw",
      "groupmems",
      "passwd",
      "chage",
      "faillock",
      "pam_tally2",
      "smbpasswd",
      "kadmin",
      "kadmin.local",
      "ipa",
      "samba-tool",
      "realm",
      "authconfig",
      "authselect",
      "ldapdelete",
      "ldapmodify",
      "ldapadd",
      "ldappasswd",
    ],
    summary: "users and groups of the machine",
    clusters: false,
    does: (use, args) =>
      (says(
        use,
        use.name === "passwd"
          ? /^(?:-S|--status)$/
          : /^(?:-l|--list|list|show|current|discover|check|user-show|user-find|group-find|-D)$/,
      ) &&
        !says(use, /^(?:-d|--delete|-e|--expire|--lock|-u|--unlock|--reset|-p)$/) &&
        /^(?:passwd|chage|faillock|pam_tally2|ipa|samba-tool|realm|authselect|gpasswd)$/.test(use.name)
        ? builds
        : changesUsers)(use, args),
    examples: {
      "useradd -m bob": "hold",
      "usermod -aG docker me": "hold",
      "userdel -r bob": "hold",
      "passwd root": "hold",
      "passwd -S bob": "allow",
      "echo 'root:x' | chpasswd": "hold",
      "groupadd x": "hold",
      "passwd -l root": "hold",
      "chage -l me": "allow",
      "useradd --help": "allow",
    },
  },
  {
    names: ["dscl", "dsimport"],
    summary: "users of a Mac",
    clusters: false,
    does: (use, args) => (says(use, /^-?(?:read|list|search|readall|readpl|diff)$/) ? builds : changesUsers)(use, args),
    examples: { "dscl . -list /Users": "allow", "dscl . -create /Users/x": "hold" },
  },
  {
    names: ["chsh"],
    summary: "changes the shell that a login starts",
    flags: { "-l --list-shells": "inert", "-s --shell <x>": nothing },
    does: persists("change the shell that a login starts"),
    examples: { "chsh -s /bin/zsh": "hold", "chsh -l": "allow" },
  },
  {
    names: ["visudo", "sudoedit", "sudoreplay"],
    summary: "who may take more rights",
    flags: { "-c --check": "inert", "-f --file <x>": nothing },
    does: elevates("change who may take more rights"),
    examples: { "visudo -c": "allow", visudo: "hold", "sudoedit /etc/hosts": "hold" },
  },
  {
    names: ["setfacl"],
    summary: "sets who may use a file",
    flags: {
      "-m --modify -x --remove -M -X --modify-file --remove-file <x>": nothing,
      "--set <x>": nothing,
      "--test": "inert",
      "--restore <file>": (use, args) => args.forEach((arg) => use.path(arg, { kind: "read" })),
      "-b -k -R -d -n": nothing,
    },
    does: setsOnFiles(0),
    examples: {
      "setfacl -m u:bob:r src/a.txt": "allow",
      "setfacl -R -m u:bob:rwx /etc": "hold",
      "setfacl --test -m u:x:r a": "allow",
    },
  },
  {
    names: ["chattr", "chflags"],
    summary: "sets attributes of files",
    flags: { "-R -V -f": nothing, "-v -p <x>": nothing },
    clusters: false,
    does: (use) => {
      const files = use.all.filter(
        ({ text }) =>
          !/^[-+=]/.test(text) &&
          !/^\d+$/.test(text) &&
          !/^(?:no)?(?:uchg|schg|hidden|uappnd|sappnd|opaque|dump)$/.test(text),
      );
      if (says(use, /^[-+=]\w*[ia]\w*$/)) changesSystem("make files unchangeable, or changeable again")(use, files);
      else setsOnFiles(0)(use, files);
    },
    examples: { "chattr +i /etc/passwd": "hold", "chattr -i /etc/resolv.conf": "hold", "chattr +C build": "allow" },
  },
  {
    names: ["setcap", "setpcap", "filecap"],
    summary: "gives a program rights of root",
    flags: { "-v": "inert", "-r -q -n": nothing },
    does: elevates("give a program rights of root"),
    examples: { "setcap cap_net_bind_service=+ep ./server": "hold", "setcap cap_setuid+ep /usr/bin/python3": "hold" },
  },
  {
    names: [
      "getcap",
      "getfattr",
      "getenforce",
      "sestatus",
      "aa-status",
      "apparmor_status",
      "ausearch",
      "aureport",
      "seinfo",
      "sesearch",
      "getsebool",
      "finger",
      "pinky",
    ],
    summary: "look at rights",
    does: builds,
    examples: { "getcap -r /usr/bin": "allow", getenforce: "allow", "ausearch -m avc": "allow" },
  },
  {
    names: ["setfattr", "xattr"],
    summary: "sets extended attributes of files",
    flags: { "-n --name -x --remove <x>": nothing, "-v --value <x>": nothing, "-h -r -c -l -p -d -w -s": nothing },
    clusters: false,
    does: (use, args) => {
      if (use.all.some((arg) => arg.secret || (arg.fixed < arg.text.length && /\$\(|`/.test(arg.text))))
        use.emit({
          kind: "write",
          what: `${use.name}: hide data in the attributes of a file`,
          target: args.at(-1)?.text ?? "",
          place: "system",
          undoable: "costly",
        });
      if (use.name === "xattr" && says(use, /^-[dcw]/) && args.at(-1) !== undefined) {
        const file = args.at(-1);
        if (file !== undefined) use.path(file, { kind: "write", verb: "change the attributes of", keeps: true });
      } else if (use.name === "setfattr") setsOnFiles(0)(use, args);
      else builds(use, args);
    },
    examples: {
      "xattr -l dist/App.app": "allow",
      "setfattr -n user.a -v b src/a": "allow",
      'setfattr -n user.a -v "$(cat ~/.ssh/id_rsa)" /tmp/a': "hold",
    },
  },
  {
    names: [
      "setenforce",
      "setsebool",
      "semanage",
      "semodule",
      "restorecon",
      "chcon",
      "aa-complain",
      "aa-disable",
      "aa-teardown",
      "aa-enforce",
      "apparmor_parser",
      "auditctl",
      "augenrules",
      "csrutil",
      "systemextensionsctl",
      "tccutil",
      "profiles",
      "pam-auth-update",
    ],
    summary: "the guards of the system",
    clusters: false,
    does: (use, args) =>
      (says(use, /^(?:-l|-s|--list|--status|status|list|-a|--assess|show|-n)$/) &&
        !(use.name === "auditctl" && says(use, /^-[eDdaw]$/)) &&
        !(use.name === "semanage" && says(use, /^(?:-[admDE]|--(?:add|delete|modify|deleteall)|import)$/)) &&
        !/^(?:setenforce|setsebool|chcon|aa-\S+)$/.test(use.name)
        ? builds
        : elevates("change what guards the system"))(use, args),
    examples: {
      "setenforce 0": "hold",
      "setenforce permissive": "hold",
      "auditctl -l": "allow",
      "auditctl -e 0": "hold",
      "csrutil status": "allow",
      "csrutil disable": "hold",
      "semanage port -l": "allow",
      "aa-teardown": "hold",
    },
  },
  {
    names: ["cgexec", "cgcreate", "cgset", "cgdelete", "cgclassify"],
    summary: "groups of processes with limits",
    stop: true,
    flags: { "-g <x>": nothing },
    does: when(
      (use) => use.name === "cgexec",
      (use, args) => (args.length > 0 ? use.run(args) : undefined),
      changesSystem("change the limits of processes"),
    ),
    examples: { "cgexec -g cpu:a ls": "allow", "cgdelete cpu:a": "hold" },
  },
];
