import {
  builds,
  changesSystem,
  destroysLocal,
  elevates,
  nothing,
  opaque,
  persists,
  revealsSecret,
  script,
  when,
  withArgs,
} from "./acts.ts";
import { type Act, type Arg, isLiteral, type Program, type Use } from "./program.ts";
import { verbOf } from "./verbs.ts";

/** The machine's own services, kernel, network and clock: looking is free, what stays changed or stops others is not. */

const changes = (what: string): Act => changesSystem(what, "costly", "many");
const halts: Act = (use, args) =>
  use.emit({
    kind: "signal",
    what: withArgs("stop or restart the machine", args),
    target: use.name,
    place: "system",
    undoable: "no",
    reach: "all",
  });

/** Reads when every word is known to, else changes. */
const unless =
  (reading: (use: Use, args: readonly Arg[]) => boolean, what: string): Act =>
  (use, args) =>
    (reading(use, args) ? builds : changes(what))(use, args);
const words =
  (reading: RegExp) =>
  (_: Use, args: readonly Arg[]): boolean =>
    args.length === 0 || args.some(({ text }) => reading.test(text));

export const services: readonly Program[] = [
  {
    names: ["ipmitool", "ipmi-power", "racadm", "ilorest", "hponcfg", "redfishtool"],
    summary: "management boards of servers",
    flags: { "-H -U -P -I -L -p -r -u -h --url --user --password -f <x>": nothing },
    clusters: false,
    does: (use, args) => {
      const said = args.map(({ text }) => text).join(" ");
      if (
        /^(?:get\w*|sensor|sdr|sel (?:list|elist|info)|fru|lan print|mc info|user list|(?:chassis )?power status|chassis status|help|version|list|select)\b/.test(
          said,
        )
      )
        return builds(use, []);
      use.emit({
        kind: "mutate-remote",
        what: `${use.name}: steer a server's power or settings (${said.slice(0, 80)})`,
        target: use.name,
        place: "remote",
        undoable: "no",
      });
    },
    examples: {
      "ipmitool sensor list": "allow",
      "ipmitool power status": "allow",
      "ipmitool chassis power off": "hold",
    },
  },
  {
    names: ["certutil", "pk12util", "modutil"],
    summary: "stores of certificates",
    flags: { "-d -n -t -i -o -k -w -W -f -s <x>": nothing },
    clusters: false,
    does: (use, args) => {
      const verb = use.all.find(({ text }) =>
        /^[-/](?:[ADMFEKNTS]|(?:add|del)store|urlcache|decode|encode|importpfx|add|delete|force)$/.test(text),
      );
      if (use.name === "pk12util")
        return revealsSecret("take keys out of a store of certificates, or put them in")(use, []);
      if (verb !== undefined)
        return use.emit({
          kind: "persist",
          what: `${use.name} ${verb.text}: change which certificates are trusted, or fetch by it`,
          target: use.name,
          place: "system",
          undoable: "costly",
        });
      builds(use, args);
    },
    examples: {
      "certutil -L -d sql:nssdb": "allow",
      "certutil -A -n x -t C,, -i ca.crt -d sql:/home/dev/.pki/nssdb": "hold",
    },
  },
  {
    names: ["keytool"],
    summary: "Java's stores of keys and certificates",
    flags: { "-file -alias -keystore -storepass -keypass -storetype -dname -keyalg -keysize -validity <x>": nothing },
    clusters: false,
    does: (use) => {
      const store = use.value("-keystore");
      if (use.has("-cacerts") && !use.has("-list"))
        return use.emit({
          kind: "persist",
          what: "keytool: change which certificates every Java program trusts",
          target: "cacerts",
          place: "system",
          undoable: "costly",
        });
      if (
        store !== undefined &&
        ["-delete", "-importcert", "-import", "-genkeypair", "-genkey"].some((flag) => use.has(flag))
      )
        use.path(store, { kind: "write", keeps: !use.has("-delete") });
      else builds(use, []);
    },
    examples: {
      "keytool -list -keystore certs/dev.jks": "allow",
      "keytool -genkeypair -alias dev -keystore build/dev.jks": "allow",
      "keytool -importcert -cacerts -file ca.crt -alias x": "hold",
    },
  },
  {
    names: ["netsh"],
    summary: "Windows' network settings",
    clusters: false,
    does: (use, args) => {
      const said = args.map(({ text }) => text).join(" ");
      if (/\bkey=clear\b/i.test(said)) return revealsSecret("show the passwords of networks")(use, []);
      if (/\b(?:set|add|delete|reset|import|export|start|stop|connect|disconnect)\b/i.test(said))
        return changes("change a setting of the network")(use, args);
      builds(use, []);
    },
    examples: { "netsh interface show interface": "allow", "netsh advfirewall set allprofiles state off": "hold" },
  },
  {
    names: ["systemctl"],
    summary: "systemd's services",
    instead: "Look at it: `systemctl status nginx`; for work of this project run the program itself",
    flags: {
      "-H --host -M --machine -t --type --state -p --property -o --output -n --lines --root --job-mode -s --signal --kill-whom <x>":
        nothing,
      "--user": nothing,
    },
    subcommands: {
      "status|show|cat|help|list-units|list-unit-files|list-timers|list-sockets|list-jobs|list-dependencies|list-machines|list-automounts|list-paths|is-active|is-enabled|is-failed|is-system-running|get-default|--failed|whoami":
        builds,
      "start|stop|restart|reload|reload-or-restart|try-restart|condrestart|kill|isolate|freeze|thaw|clean|reset-failed|daemon-reload|daemon-reexec|import-environment|set-environment|unset-environment|rescue|emergency|cancel|log-level|service-log-level":
        changes("start, stop or change a service of the machine"),
      "enable|disable|mask|unmask|reenable|preset|preset-all|link|edit|revert|set-property|set-default|add-wants|add-requires|bind|mount-image":
        persists("change which services run from now on"),
      "poweroff|reboot|halt|kexec|soft-reboot|suspend|hibernate|hybrid-sleep|suspend-then-hibernate|exit|switch-root":
        halts,
    },
    otherwise: changes("do something to a service of the machine"),
    does: when((use) => use.operands.length === 0, builds, changes("do something to a service of the machine")),
    examples: {
      "systemctl status nginx": "allow",
      "systemctl --user list-units": "allow",
      "systemctl list-timers --all": "allow",
      "systemctl is-active docker": "allow",
      "systemctl stop sshd": "hold",
      "systemctl enable --now x.service": "hold",
      "systemctl --user enable x": "hold",
      "systemctl mask x": "hold",
      "systemctl daemon-reload": "hold",
      "systemctl reboot": "hold",
      "systemctl nginx stop": "hold",
    },
  },
  {
    names: [
      "service",
      "rc-service",
      "invoke-rc.d",
      "sv",
      "supervisorctl",
      "initctl",
      "monit",
      "s6-svc",
      "rc-status",
      "rcctl",
      "svcadm",
    ],
    summary: "services of the machine",
    flags: { "-c -s -u -p <x>": nothing, "--status-all": "inert" },
    does: unless(
      words(/^(?:status|--status-all|show|list|avail|summary|version|help|get|tail|check|fg|validate)$/),
      "start, stop or change a service of the machine",
    ),
    examples: {
      "service nginx status": "allow",
      "service --status-all": "allow",
      "service nginx stop": "hold",
      "supervisorctl restart all": "hold",
      "rc-status": "allow",
    },
  },
  {
    names: ["journalctl"],
    summary: "the machine's log",
    flags: {
      "-u --unit --user-unit -n --lines -o --output -S --since -U --until -b --boot -p --priority -g --grep -t --identifier -M --machine -D --directory --file --output-fields -F --field --root --cursor --facility <x>":
        nothing,
      "--vacuum-size --vacuum-time --vacuum-files <x>": destroysLocal("delete the machine's logs", "no", "many"),
      "--rotate --flush --relinquish-var --setup-keys --update-catalog": changes("change how logs are kept"),
    },
    does: builds,
    examples: {
      "journalctl -u nginx -n 50 --no-pager": "allow",
      "journalctl -xe": "allow",
      "journalctl --vacuum-time=1s": "hold",
    },
  },
  {
    names: ["launchctl"],
    summary: "macOS' services",
    subcommands: {
      "list|print|print-disabled|print-cache|blame|examine|dumpstate|dumpjpcategory|hostinfo|resolveport|managerpid|manageruid|managername|error|variant|version|procinfo|help|plist":
        builds,
      "load|bootstrap|enable|submit|kickstart|start|setenv|config|asuser|bsexec|attach|debug|unload|bootout|disable|remove|stop|unsetenv|kill|reboot|limit|uncache|limit":
        persists("change what runs from now on"),
    },
    otherwise: persists("change what runs from now on"),
    examples: {
      "launchctl list": "allow",
      "launchctl load ~/Library/LaunchAgents/x.plist": "hold",
      "launchctl bootout gui/501/x": "hold",
    },
  },
  {
    names: ["crontab", "fcrontab", "incrontab"],
    summary: "commands that run by the clock",
    instead: "Write the schedule into a file of the workspace, for the operator to install: `touch jobs.cron`",
    flags: {
      "-u <user>": nothing,
      "-l --list": nothing,
      "-r --remove": destroysLocal("delete every command that runs by the clock", "no", "all"),
      "-i": nothing,
      "-e --edit": persists("change which commands run by the clock"),
    },
    does: (use, args) => {
      if (use.has("-l") || use.has("-r") || use.has("-e")) return;
      persists("replace the commands that run by the clock")(use, args);
    },
    examples: {
      "crontab -l": "allow",
      "crontab -r": "hold",
      "crontab new.txt": "hold",
      "(crontab -l; echo '* * * * * x') | crontab -": "hold",
      "crontab -e": "hold",
    },
  },
  {
    names: ["atq", "atrm"],
    summary: "commands that run later",
    does: builds,
    examples: { atq: "allow", "atrm 3": "allow" },
  },
  {
    names: ["shutdown", "reboot", "halt", "poweroff", "telinit", "kexec", "pm-suspend", "pm-hibernate"],
    summary: "stop or restart the machine",
    instead: "End only what this session started: `kill %1`",
    does: when((use) => use.name === "shutdown" && use.has("-c"), builds, halts),
    examples: {
      reboot: "hold",
      "shutdown -h now": "hold",
      "shutdown -c": "allow",
      "poweroff -f": "hold",
      "reboot --help": "allow",
    },
  },
  {
    names: ["init"],
    summary: "the first process: a run level stops or restarts the machine",
    does: (use, args) => (/^[0-6sSqQuU]$/.test(args[0]?.text ?? "") ? halts : builds)(use, args),
    examples: { "init 0": "hold", "init 6": "hold", "init q": "hold" },
  },
  {
    names: ["sysctl"],
    summary: "settings of the kernel",
    flags: {
      "-w --write": nothing,
      "-p --load --system": nothing,
      "-a -A --all -n --values -N -e -q -b": nothing,
      "-r --pattern <x>": nothing,
    },
    does: unless(
      (use, args) => !use.has("-w") && !use.has("-p") && args.every((arg) => isLiteral(arg) && !arg.text.includes("=")),
      "change a setting of the kernel",
    ),
    examples: {
      "sysctl -a": "allow",
      "sysctl vm.swappiness": "allow",
      "sysctl -n hw.ncpu": "allow",
      "sysctl -w vm.swappiness=1": "hold",
      "sysctl kernel.randomize_va_space=0": "hold",
      "sysctl -p": "hold",
    },
  },
  {
    names: ["modprobe", "insmod", "rmmod", "depmod", "dkms", "kmodsign", "kextload", "kextunload", "kmutil", "bpftool"],
    summary: "modules of the kernel",
    flags: { "-n --dry-run --show-depends --show-modversions --resolve-alias -c --showconfig": "inert" },
    does: (use, args) =>
      (/^(?:status|showloaded|list|show|prog (?:list|show)|map (?:list|show))$/.test(args[0]?.text ?? "") ||
        (args[1]?.text ?? "") === "list" ||
        (args[1]?.text ?? "") === "show"
        ? builds
        : elevates("load or remove code of the kernel"))(use, args),
    examples: { "modprobe -n loop": "allow", "insmod ./x.ko": "hold", "rmmod x": "hold", "dkms status": "allow" },
  },
  {
    names: ["mount", "mount.nfs", "mount.cifs", "swapon", "fusermount", "fusermount3"],
    summary: "puts file systems into the tree",
    flags: {
      "-l -v --show-labels": nothing,
      "-t --types -o --options -O --source --target -L -U <x>": nothing,
      "-u -z": nothing,
      "-s --show --summary [x]": "inert",
    },
    does: (use, args) => {
      if (args.length === 0 && !use.all.some(({ text }) => text === "-a" || text === "--all")) return builds(use, args);
      if (use.name.startsWith("fusermount") && args.every(({ text }) => /^(?:~|\/home|\/tmp|\.|\w)/.test(text)))
        return builds(use, args);
      elevates("put a file system into the machine's tree")(use, args);
    },
    examples: {
      mount: "allow",
      "mount -t tmpfs tmpfs /mnt": "hold",
      "mount -o remount,rw /": "hold",
      "mount --bind / /mnt": "hold",
      "mount -l | grep nfs": "allow",
    },
  },
  {
    names: ["umount", "unmount", "swapoff"],
    summary: "takes file systems out of the tree",
    flags: { "-t --types -O <x>": nothing, "-a --all": nothing },
    does: (use, args) => {
      if (
        !use.has("-a") &&
        args.length > 0 &&
        args.every(({ text }) => /^(?:~\/|\/(?:home|Users)\/[^/]+\/|\/tmp\/|\/Volumes\/|\.{1,2}\/|\w)/.test(text)) &&
        use.name !== "swapoff"
      )
        return builds(use, args);
      changes("take a file system out of the machine's tree")(use, args);
    },
    examples: { "umount ~/mnt": "allow", "umount -a": "hold", "umount /boot": "hold" },
  },
  {
    names: ["iptables", "ip6tables", "iptables-legacy", "iptables-nft", "ebtables", "arptables"],
    summary: "the firewall",
    flags: { "-t --table -n --numeric -v --verbose --line-numbers -x <x>": nothing },
    clusters: false,
    does: unless(
      (use) =>
        use.all.some(({ text }) => /^-(?:n?v?[LS]n?v?x?|vn?L|nvL|Lnv|nL|-list|-list-rules|C|-check)$/.test(text)) &&
        !use.all.some(({ text }) =>
          /^-(?:[ADIRFZNXPE]|-(?:append|delete|insert|replace|flush|zero|new-chain|delete-chain|policy))/.test(text),
        ),
      "change the firewall",
    ),
    examples: {
      "iptables -L -n": "allow",
      "iptables -S": "allow",
      "iptables -F": "hold",
      "iptables -t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-port 8080": "hold",
      "iptables -P INPUT ACCEPT": "hold",
      "iptables -t nat -L -n -v": "allow",
    },
  },
  {
    names: [
      "nft",
      "ufw",
      "firewall-cmd",
      "ipset",
      "pfctl",
      "iptables-restore",
      "iptables-save",
      "ip6tables-save",
      "ip6tables-restore",
      "fail2ban-client",
      "ipfw",
      "shorewall",
      "awall",
    ],
    summary: "the firewall",
    clusters: false,
    does: unless(
      (use) =>
        /^iptables-save|^ip6tables-save/.test(use.name) ||
        (use.all.length > 0 &&
          use.all.some(({ text }) =>
            /^(?:list|status|show|version|-s|-sr|-sa|-sn|-ss|--list-\S+|--get-\S+|--state|--query-\S+|-L|--version|get|banned|ping|test)$/.test(
              text,
            ),
          ) &&
          !use.all.some(({ text }) =>
            /^(?:--(?:add|remove|set|reload|permanent|complete-reload|panic)|flush|delete|destroy|add|-[FfedXk]$|set$|enable|disable|reset|insert)/.test(
              text,
            ),
          )),
      "change the firewall",
    ),
    examples: {
      "ufw status verbose": "allow",
      "ufw disable": "hold",
      "ufw --force reset": "hold",
      "nft list ruleset": "allow",
      "nft flush ruleset": "hold",
      "nft -f rules.nft": "hold",
      "firewall-cmd --list-all": "allow",
      "firewall-cmd --add-port=80/tcp --permanent": "hold",
      "iptables-save": "allow",
      "pfctl -d": "hold",
    },
  },
  {
    names: [
      "ip",
      "bridge",
      "tc",
      "ifconfig",
      "route",
      "ethtool",
      "iwconfig",
      "iw",
      "brctl",
      "ovs-vsctl",
      "wg",
      "wg-quick",
      "vconfig",
      "ifup",
      "ifdown",
      "dhclient",
      "dhcpcd",
      "zerotier-cli",
    ],
    summary: "the machine's network",
    flags: { "-f -family -n -netns --netns -b <x>": nothing },
    clusters: false,
    does: (use, args) => {
      const said = use.all.map(({ text }) => text);
      if (use.name === "ip" && said.includes("netns") && said.includes("exec"))
        return elevates("run a command in another network name space")(use, args);
      const change = said.some((word) =>
        /^(?:add|del|delete|set|change|replace|flush|append|up|down|link-up|attach|detach|addbr|delbr|addif|delif|add-br|del-br|add-port|del-port|netmask|mtu|hw|promisc|-?arp|genkey|join|leave|syncconf|setconf|addconf|save|exec|connect|disconnect|restore|-[sKGACLEUWXf]|--change|--set\S*|--offload|--reset)$/.test(
          word,
        ),
      );
      const daemon = /^(?:ifup|ifdown|dhclient|dhcpcd|wg-quick|vconfig)$/.test(use.name);
      const address = use.name === "ifconfig" && said.some((word) => /^\d+\.\d+/.test(word));
      const keys =
        use.name === "wg" && said.some((word) => /^(?:showconf|show)$/.test(word)) && said.includes("private-key");
      if (keys || (use.name === "wg" && said.includes("showconf")))
        return use.emit({
          kind: "read",
          what: "wg: show the private key",
          target: "wg",
          place: "system",
          secret: "reads",
        });
      (change || daemon || address
        ? use.name === "wg" && /^(?:genkey|genpsk|pubkey)$/.test(said[0] ?? "")
          ? builds
          : changes("change the machine's network")
        : builds)(use, args);
    },
    examples: {
      "ip addr show": "allow",
      "ip -br a": "allow",
      "ip route": "allow",
      "ip link set eth0 down": "hold",
      "ip route del default": "hold",
      ifconfig: "allow",
      "ifconfig en0": "allow",
      "ifconfig eth0 down": "hold",
      "route -n": "allow",
      "route -n get 8.8.8.8": "allow",
      "route add default gw 10.0.0.1": "hold",
      "tc qdisc show": "allow",
      "tc qdisc add dev eth0 root netem delay 1s": "hold",
      "wg-quick up wg0": "hold",
      "ethtool eth0": "allow",
    },
  },
  {
    names: [
      "nmcli",
      "networksetup",
      "scutil",
      "netplan",
      "hostnamectl",
      "timedatectl",
      "localectl",
      "loginctl",
      "systemd-resolve",
      "networkctl",
      "bluetoothctl",
      "wpa_cli",
      "systemsetup",
      "pmset",
      "nvram",
      "tlp",
      "tuned-adm",
      "chronyc",
      "ntpdate",
      "hwclock",
      "rfkill",
      "boltctl",
      "coredumpctl",
      "busctl",
      "portablectl",
      "homectl",
      "userdbctl",
      "update-rc.d",
      "chkconfig",
      "rc-update",
      "ntsysv",
      "sysv-rc-conf",
    ],
    summary: "settings of the machine",
    clusters: false,
    does: (use, args) => {
      const said = args.map(({ text }) => text);
      const flags = use.all.map(({ text }) => text).filter((text) => text.startsWith("-"));
      if (use.name === "nmcli" && flags.some((flag) => /^-(?:\w*s|-show-secrets)$/.test(flag)))
        return revealsSecret("show the passwords of networks")(use, args);
      if (use.name === "coredumpctl" && /^(?:dump|debug|gdb)$/.test(said[0] ?? ""))
        return revealsSecret("show the memory of a process, with the secrets in it")(use, args);
      if (flags.some((flag) => /^-(?:list|get|show|print|version)/.test(flag)) && use.name !== "nvram")
        return builds(use, args);
      if (
        flags.some(
          (flag) =>
            /^--(?:list|get|dns|proxy|nwi|status|show)/.test(flag) ||
            (use.name === "pmset" && flag === "-g") ||
            (use.name === "nvram" && flag === "-p") ||
            (use.name === "hwclock" && /^(?:-r|--show|--get)$/.test(flag)),
        )
      )
        return builds(use, args);
      if (flags.some((flag) => /^-(?:-)?set/.test(flag))) return changes("change a setting of the machine")(use, args);
      if (
        said.some((word) =>
          /^(?:set(?:-\S+)?|add|delete|del|remove|modify|mod|up|down|connect|disconnect|on|off|enable|disable|defaults|reload|apply|try|terminate-\S+|kill-\S+|lock-\S+|unlock-\S+|enable-linger|disable-linger|attach|block|unblock|makestep|call|edit|import|clone|activate|deactivate|rescan|pair|flush-caches|create|update|resize|passwd|reconfigure)$/.test(
            word,
          ),
        )
      )
        return changes("change a setting of the machine")(use, args);
      const asks =
        said.length === 0 ||
        said.some((word) =>
          /^(?:status|show|list|general|device|d|dev|g|c|con|connection|get|info|tracking|sources|sourcestats|show-\S+|list-\S+|timesync-status|statistics|tree|introspect|monitor|dump|user-status|session-status|seat-status|query|lldp|radio|r|wifi|ip|leases)$/.test(
            word,
          ),
        );
      if (use.name === "ntpdate" || (use.name === "nvram" && !flags.includes("-p")) || !asks)
        return changes("change a setting of the machine")(use, args);
      builds(use, args);
    },
    examples: {
      "nmcli device status": "allow",
      "nmcli -s connection show home": "hold",
      "nmcli con delete x": "hold",
      "networksetup -listallhardwareports": "allow",
      "networksetup -setdnsservers Wi-Fi 1.1.1.1": "hold",
      timedatectl: "allow",
      "timedatectl set-ntp false": "hold",
      "hostnamectl set-hostname x": "hold",
      hostnamectl: "allow",
      "loginctl list-sessions": "allow",
      "loginctl enable-linger me": "hold",
      "update-rc.d x defaults": "hold",
      "chkconfig --list": "allow",
      "pmset -g": "allow",
      "nvram boot-args=x": "hold",
      "loginctl terminate-user me": "hold",
    },
  },
  {
    names: [
      "grub-install",
      "update-grub",
      "grub-mkconfig",
      "efibootmgr",
      "bootctl",
      "mkinitcpio",
      "update-initramfs",
      "dracut",
      "bless",
      "lilo",
      "flashrom",
      "fwupdmgr",
      "mokutil",
      "dpkg-reconfigure",
      "bcdedit",
    ],
    summary: "how the machine starts",
    does: (use, args) =>
      ((use.all.length === 0 && /^(?:efibootmgr|bootctl)$/.test(use.name)) ||
        use.all.some(({ text }) => /^(?:-v|status|list|get-\S+|--sb-state|--list-\S+|-p)$/.test(text))
        ? builds
        : elevates("change how the machine starts"))(use, args),
    examples: {
      efibootmgr: "allow",
      "efibootmgr -b 0001 -B": "hold",
      "update-grub": "hold",
      "bootctl status": "allow",
      "fwupdmgr update": "hold",
    },
  },
  {
    names: [
      "dmesg",
      "logrotate",
      "logger",
      "wall",
      "write",
      "mesg",
      "mpstat",
      "sar",
      "pidstat",
      "nvidia-smi",
      "rocm-smi",
      "powertop",
      "iotop",
      "iftop",
      "bmon",
      "nload",
      "glances",
      "atop",
      "nmon",
      "slabtop",
    ],
    summary: "see how the machine does",
    flags: {
      "-C --clear -c --read-clear": (use) =>
        use.name === "dmesg" ? destroysLocal("empty the kernel's log")(use, []) : undefined,
      "-n --console-level -l --level --facility -t --tag -p --priority -s --state <x>": nothing,
      "-r --gpu-reset -pl -pm -mig -lgc -rgc": (use) =>
        use.name === "nvidia-smi" ? changes("change the graphics card")(use, []) : undefined,
    },
    clusters: false,
    does: (use, args) =>
      (use.name === "wall" || use.name === "write"
        ? changes("write to everybody's terminal")
        : use.name === "logrotate" && args.some(({ text }) => text.startsWith("/") || text.startsWith("~"))
          ? changes("rotate the machine's logs")
          : builds)(use, args),
    examples: {
      "dmesg | tail -50": "allow",
      "dmesg -T": "allow",
      "dmesg -C": "hold",
      "nvidia-smi": "allow",
      "logrotate -f ~/Downloads/x.conf": "hold",
      "wall hi": "hold",
    },
  },
  {
    names: ["renice", "schedtool", "oomd"],
    summary: "priorities of processes",
    does: builds,
    examples: { "renice -n 10 -p 1234": "allow" },
  },
  {
    names: [
      "nginx",
      "apachectl",
      "apache2ctl",
      "httpd",
      "caddy",
      "haproxy",
      "varnishd",
      "squid",
      "traefik",
      "envoy",
      "named",
      "sshd",
      "openvpn",
      "dnsmasq",
    ],
    summary: "servers",
    flags: {
      "-t -T -V --configtest": "inert",
      "-c -f --config --conf -p -g -k <x>": nothing,
      "-s <x>": changes("steer the machine's server"),
    },
    subcommands: {
      "run|validate|fmt|adapt|file-server|reverse-proxy|respond|list-modules|environ|hash-password|build-info|configtest|status|version|healthcheck":
        builds,
      "start|stop|reload|restart|graceful|graceful-stop|trust|untrust|upgrade|add-package":
        changes("steer the machine's server"),
    },
    does: builds,
    clusters: false,
    examples: { "nginx -t": "allow", "nginx -s stop": "hold", "caddy run": "allow", "caddy validate": "allow" },
  },
  {
    names: ["certbot", "acme.sh", "lego", "dehydrated"],
    summary: "certificates from an authority",
    subcommands: { "certificates|plugins|show_account|list": builds },
    otherwise: persists("get, change or give up a certificate"),
    does: persists("get, change or give up a certificate"),
    examples: { "certbot certificates": "allow", "certbot revoke --cert-name x": "hold" },
  },
  {
    names: [
      "borg",
      "restic",
      "duplicity",
      "rsnapshot",
      "timeshift",
      "tmutil",
      "snapper",
      "bacula",
      "kopia",
      "rdiff-backup",
      "vorta",
    ],
    summary: "backups",
    flags: { "-r --repo -p --password-file -c --config --tag --host --path <x>": nothing, "-n --dry-run": "inert" },
    subcommands: {
      "list|info|check|snapshots|stats|ls|find|diff|cat|version|export-tar|mount|umount|extract|verify|dump|status|latestbackup|listbackups|destinationinfo|listlocalsnapshots|collection-status|list-current-files|snapshot list|repository status|policy show|compare|cache|key list|configtest|self-test|init|create|backup|snapshot create|--list":
        builds,
      restore: changes("restore files over those that are there"),
      "key export": opaque("print the key of the backup"),
    },
    otherwise: destroysLocal("delete or change backups", "no", "many"),
    does: when(
      (use) => use.has("--list") || use.operands.length === 0 || verbOf(use.operands.at(-1)?.text ?? "") === "reads",
      builds,
      destroysLocal("delete or change backups", "no", "many"),
    ),
    examples: {
      "borg list repo": "allow",
      "borg mount repo::a /mnt/b": "allow",
      "borg delete repo": "hold",
      "restic snapshots": "allow",
      "restic forget --prune latest": "hold",
      "tmutil delete /x": "hold",
    },
  },
  {
    names: ["run-parts"],
    summary: "run every script of a folder",
    flags: { "--test --list": "inert", "-a --arg -u --umask <x>": nothing },
    does: script("shell"),
    examples: { "run-parts --test /etc/cron.daily": "allow", "run-parts /etc/cron.daily": "hold" },
  },
];
