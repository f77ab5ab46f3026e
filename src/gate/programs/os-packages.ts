import { asks, builds, changesSystem, destroysLocal, nothing, opaque, persists } from "./acts.ts";
import { type Act, isLiteral, type Program, type Use } from "./program.ts";

/** Package managers of the machine: what they install is everybody's, and lies outside the workspace. */

const installs = changesSystem("install or update software of the machine", "costly");
const removes = destroysLocal("take software off the machine", "no");
const sources = persists("change where the machine's software comes from");
const words = (reading: RegExp, use: Use): boolean =>
  use.operands.some((arg) => isLiteral(arg) && reading.test(arg.text));
const flag = (pattern: RegExp, use: Use): boolean => use.all.some((arg) => isLiteral(arg) && pattern.test(arg.text));

/** `pacman -Qs`: one capital letter says the operation. */
const byLetter: Act = (use, args) => {
  if (use.all.length === 0 || flag(/^-(?:Q|F|T|V|Si|Ss|Sl|Sg|Sp|Ps|Gp?|-query|-version|h|-help|-files|-deptest)/, use))
    return builds(use, args);
  if (flag(/^-(?:R|Sc|Scc|-remove|Yc)/, use)) return removes(use, args);
  installs(use, args);
};

/** `nix develop -c npm test`: what stands after the flag is run. */
const runsRest: Act = (use) => {
  const at = use.all.findIndex(({ text }) => text === "-c" || text === "--command");
  if (at >= 0 && at + 1 < use.all.length) use.run(use.all.slice(at + 1));
};

export const osPackages: readonly Program[] = [
  {
    names: ["apt", "apt-get", "aptitude", "apt-cache", "apt-mark", "apt-file", "nala", "tasksel"],
    summary: "Debian's packages",
    flags: {
      "-s --simulate --just-print --dry-run --recon --no-act": "inert",
      "-o --option -c --config-file -t --target-release <x>": nothing,
    },
    subcommands: {
      "list|show|search|policy|depends|rdepends|showpkg|showsrc|madison|pkgnames|dumpavail|stats|unmet|why|why-not|check|changelog|download|source|indextargets|showhold|showmanual|showauto|versions|find|moo|help|history|dump|xvcg|dotty|apt-file":
        builds,
      "install|upgrade|dist-upgrade|full-upgrade|safe-upgrade|reinstall|build-dep|satisfy|update|dselect-upgrade|hold|unhold|manual|auto|fix-broken|markauto|unmarkauto":
        installs,
      "remove|purge|autoremove|autopurge|forget-new": removes,
      "clean|autoclean": builds,
      "edit-sources|fetch": sources,
    },
    otherwise: installs,
    examples: {
      "apt list --installed": "allow",
      "apt-get install -y jq": "hold",
      "apt-get install -s jq": "allow",
      "apt-cache policy jq": "allow",
      "apt purge openssh-server": "hold",
      "apt search fzf": "allow",
      "apt-get autoremove": "hold",
    },
  },
  {
    names: ["dpkg", "dpkg-query", "dpkg-deb", "dpkg-divert", "debconf-set-selections", "alien"],
    summary: "Debian's single packages",
    clusters: false,
    does: (use, args) => {
      if (use.name === "dpkg-deb" && flag(/^-(?:x|X|e|R|-extract|-raw-extract)$/, use)) {
        const to = args.at(-1);
        return to === undefined || args.length < 2
          ? undefined
          : use.path(to, { kind: "write", tree: true, keeps: true });
      }
      if (flag(/^-(?:r|P|-remove|-purge)$/, use)) return removes(use, args);
      if (
        use.name === "dpkg-query" ||
        use.name === "dpkg-deb" ||
        flag(
          /^-(?:l|L|s|S|c|I|p|C|V|W|f|-list\w*|-status|-search|-get-selections|-print-\S+|-audit|-verify|-info|-contents|-compare-versions|-version|-help)$/,
          use,
        )
      )
        return builds(use, args);
      installs(use, args);
    },
    examples: {
      "dpkg -l": "allow",
      "dpkg -L jq": "allow",
      "dpkg --print-architecture": "allow",
      "dpkg -i a.deb": "hold",
      "dpkg -P sudo": "hold",
      "dpkg-deb -x a.deb build/x": "allow",
    },
  },
  {
    names: ["yum", "dnf", "microdnf", "zypper", "urpmi", "tdnf", "rpm-ostree", "swupd"],
    summary: "packages of Fedora, SUSE and their kin",
    flags: {
      "--assumeno --dry-run": "inert",
      "-c --config --releasever --enablerepo --disablerepo -x --exclude --setopt <x>": nothing,
    },
    subcommands: {
      "list|info|search|provides|whatprovides|repolist|repoquery|check-update|check|deplist|history|history list|history info|group list|grouplist|module list|updateinfo|se|if|lr|lu|what-provides|packages|patches|products|services|repos|status|help|version|download|list-updates|changelog|needs-restarting|db":
        builds,
      "remove|erase|autoremove|rm|purge-kernels|history undo|history rollback|group remove|swap|rollback|removelock|rr|removerepo":
        removes,
      "clean|makecache|refresh|ref": builds,
      "config-manager|copr enable|copr disable|addrepo|ar|modifyrepo|mr|addservice": sources,
    },
    otherwise: installs,
    examples: {
      "dnf list installed": "allow",
      "dnf install gcc": "hold",
      "yum remove openssh": "hold",
      "zypper se vim": "allow",
      "dnf config-manager --add-repo http://x/y.repo": "hold",
    },
  },
  {
    names: ["rpm", "rpm2cpio", "rpmbuild", "rpmspec", "rpmlint", "createrepo"],
    summary: "single packages of Red Hat and its kin",
    does: (use, args) => {
      if (use.name !== "rpm" || flag(/^-(?:q|V|K|-query|-verify|-checksig|-eval|-showrc|-version)/, use))
        return builds(use, args);
      (flag(/^-(?:e|-erase)/, use) ? removes : installs)(use, args);
    },
    examples: {
      "rpm -qa": "allow",
      "rpm -qi bash": "allow",
      "rpm -e sudo": "hold",
      "rpm -Uvh a.rpm": "hold",
      "rpmbuild -ba x.spec": "allow",
    },
  },
  {
    names: ["pacman", "yay", "paru", "pamac", "trizen", "pikaur"],
    summary: "Arch's packages",
    clusters: false,
    does: byLetter,
    examples: {
      "pacman -Qs vim": "allow",
      "pacman -Ss vim": "allow",
      "pacman -Syu": "hold",
      "pacman -Rns sudo": "hold",
      "yay -S google-chrome": "hold",
    },
  },
  {
    names: [
      "emerge",
      "eix",
      "equery",
      "xbps-install",
      "xbps-query",
      "xbps-remove",
      "slackpkg",
      "installpkg",
      "removepkg",
      "eopkg",
      "pkg",
      "pkg_add",
      "pkg_delete",
      "pkg_info",
      "pkgin",
      "guix",
      "opkg",
      "tlmgr",
      "tazpkg",
    ],
    summary: "packages of other systems",
    flags: { "-p --pretend -n --dry-run": "inert" },
    does: (use, args) => {
      if (
        /^(?:eix|equery|xbps-query|pkg_info)$/.test(use.name) ||
        flag(/^(?:-s|--search|-S|--searchdesc|--info)$/, use) ||
        words(
          /^(?:search|info|list|show|query|which|check|describe|build|shell|environment|time-machine|graph|size|lint|version|help|audit|stats|repos|list-installed|files)$/,
          use,
        )
      )
        return builds(use, args);
      if (
        /^(?:xbps-remove|removepkg|pkg_delete)$/.test(use.name) ||
        flag(/^(?:-C|--unmerge|--depclean|-c)$/, use) ||
        words(/^(?:remove|delete|purge|autoremove|rm|gc|uninstall)$/, use)
      )
        return removes(use, args);
      installs(use, args);
    },
    examples: {
      "emerge -p vim": "allow",
      "emerge vim": "hold",
      "pkg info": "allow",
      "pkg delete -a": "hold",
      "xbps-query -Rs vim": "allow",
      "guix search x": "allow",
    },
  },
  {
    names: ["apk"],
    summary: "Alpine's packages",
    flags: { "-s --simulate": "inert", "-X --repository -p --root -t --virtual <x>": nothing },
    subcommands: {
      "info|list|search|policy|stats|dot|index|verify|manifest|version|audit|fetch": builds,
      del: removes,
    },
    otherwise: installs,
    examples: { "apk info": "allow", "apk add curl": "hold", "apk del curl": "hold" },
  },
  {
    names: ["brew", "port", "mas", "fink", "softwareupdate"],
    summary: "packages of a Mac",
    flags: { "-n --dry-run": "inert", "-l --list -p --print-path --history": nothing },
    subcommands: {
      "list|ls|info|abv|search|deps|uses|outdated|config|doctor|home|desc|cat|log|leaves|formulae|casks|commands|missing|options|readall|which-formula|tap-info|analytics state|services list|services info|bundle check|bundle list|installed|contents|variants|dependents|rdeps|file|location|livecheck|lint|notes|provides|echo|version|account|lucky|which|audit|style|test|help|shellenv|command|fetch|prefix|cellar|caskroom|repository|cache|env|--prefix|--cellar|--version|--repository|--cache|linkage|gist-logs|nothing":
        builds,
      "uninstall|remove|rm|autoremove|cleanup|untap|unlink|zap|deactivate|reclaim|bundle cleanup|bundle zap": removes,
      "services start|services restart|services stop|services run|services kill|services cleanup|load|unload": persists(
        "change which services run from now on",
      ),
      "tap|edit|create|extract|pin|unpin|link|switch|analytics off|analytics on": sources,
      "bundle exec": { stop: true, does: (use, args) => use.run(args) },
    },
    otherwise: installs,
    does: (use, args) => {
      if (
        use.all.some(({ text }) =>
          /^(?:-l|--list|-p|--print-path|--history|-v|--version|--prefix|--cellar|--repository|--cache|--env|--config|--caskroom)$/.test(
            text,
          ),
        ) ||
        use.all.length === 0
      )
        builds(use, args);
      else installs(use, args);
    },
    examples: {
      "brew list --formula": "allow",
      "brew info jq": "allow",
      "brew --prefix openssl": "allow",
      "brew install jq": "hold",
      "brew uninstall jq": "hold",
      "brew services start redis": "hold",
      "brew services list": "allow",
      "port installed": "allow",
      "softwareupdate -l": "allow",
    },
  },
  {
    names: ["snap", "flatpak"],
    summary: "packaged applications",
    flags: { "-n --dry-run": "inert" },
    subcommands: {
      "list|find|info|search|version|changes|tasks|services|logs|connections|interface|known|model|warnings|get|remotes|remote-ls|remote-info|history|ps|document-list|permissions|permission-show|config|build|build-init|build-finish|help":
        builds,
      run: { stop: true, does: builds },
      "remove|uninstall|purge": removes,
      "remote-add|remote-delete|remote-modify|override|connect|disconnect|set|unset|alias|unalias|enable|disable|start|stop|restart|permission-set":
        sources,
    },
    otherwise: installs,
    examples: {
      "snap list": "allow",
      "snap install x": "hold",
      "flatpak list": "allow",
      "flatpak uninstall --all": "hold",
      "snap remove lxd": "hold",
    },
  },
  {
    names: ["nix", "devbox", "devenv", "flox"],
    summary: "Nix, which builds in its own store",
    flags: {
      "--option --arg --argstr -f --file --extra-experimental-features --experimental-features -I -o --out-link --override-input -j --max-jobs -L <x>":
        nothing,
      "-c --command ...": runsRest,
      "--expr <x>": nothing,
    },
    clusters: false,
    subcommands: {
      "build|eval|search|flake show|flake metadata|flake info|flake check|flake update|flake lock|flake init|flake new|fmt|log|path-info|why-depends|show-config|show-derivation|derivation show|store ls|store cat|store info|store ping|store verify|store diff-closures|registry list|hash|hash file|hash path|key generate-secret|print-dev-env|repl|edit|doctor|profile list|profile history|config show|config check|derivation|nar ls|bundle|init|add|info|list|version|generate|update|services ls|up|processes|test|inputs":
        builds,
      "develop|shell|run": (use, args) => {
        const far = args.find(
          ({ text }) =>
            /^(?:github|gitlab|sourcehut|git\+|https?|tarball|path:\/)/.test(text) &&
            !/^github:(?:NixOS|nix-community)\//i.test(text),
        );
        if (far === undefined) builds(use, args);
        else opaque("run what another's flake holds")(use, [far]);
      },
      "profile install|profile add|profile upgrade|upgrade-nix|global": installs,
      "profile remove|profile wipe-history|profile rollback|store gc|store delete|store optimise": removes,
      "registry add|registry remove|registry pin": sources,
      "copy|store sign|store copy-log|push": (use, args) =>
        use.emit({
          kind: "send",
          what: `${use.title}: copy to another store`,
          target: args[0]?.text ?? "",
          place: "remote",
          undoable: "no",
        }),
    },
    examples: {
      "nix build .#app": "allow",
      "nix flake update": "allow",
      "nix develop -c npm test": "allow",
      "nix develop -c rm -rf /": "deny",
      "nix run nixpkgs#jq -- .": "allow",
      "nix run github:evil/x": "hold",
      "nix profile install nixpkgs#jq": "hold",
      "nix store gc": "hold",
    },
  },
  {
    names: ["nix-shell"],
    summary: "a shell with packages",
    flags: {
      "-p --packages -A --attr -I --arg --argstr -E --expr --keep <x>": nothing,
      "--run --command <line>": (use, args) => args.forEach((line) => use.code("shell", line)),
      "-i <x>": nothing,
    },
    does: builds,
    examples: { "nix-shell -p jq --run 'jq . a.json'": "allow", "nix-shell --run 'rm -rf ~'": "deny" },
  },
  {
    names: [
      "nix-build",
      "nix-instantiate",
      "nix-store",
      "nix-env",
      "nix-collect-garbage",
      "nix-channel",
      "nixos-rebuild",
      "darwin-rebuild",
      "home-manager",
      "nix-prefetch-url",
      "nix-prefetch-git",
      "nix-hash",
      "nix-copy-closure",
      "nix-init",
      "nixpkgs-review",
      "nix-tree",
    ],
    summary: "Nix's older commands",
    flags: { "-A --attr -f --file -p --profile -I --arg --argstr --flake <x>": nothing, "--dry-run": "inert" },
    does: (use, args) => {
      const { name } = use;
      if (/^nix-(?:build|instantiate|hash|prefetch-\w+|init|tree)$|^nixpkgs-review$/.test(name))
        return builds(use, args);
      if (
        name === "nix-collect-garbage" ||
        flag(/^(?:--gc|--delete|--delete-generations|-e|--uninstall)$/, use) ||
        words(/^(?:remove-generations|expire-generations|uninstall)$/, use)
      )
        return removes(use, args);
      if (
        flag(/^(?:-q|--query|-r|--realise|--realize|--list|--list-generations|--verify|-qa\w*)$/, use) ||
        words(/^(?:build|dry-build|dry-activate|build-vm|generations|packages|news|list-generations|repl)$/, use)
      )
        return builds(use, args);
      (name === "nix-channel" ? sources : installs)(use, args);
    },
    examples: {
      "nix-env -q": "allow",
      "nix-env -iA nixpkgs.jq": "hold",
      "nix-collect-garbage -d": "hold",
      "nixos-rebuild switch": "hold",
      "nixos-rebuild build": "allow",
      "nix-channel --list": "allow",
    },
  },
  {
    names: ["winget", "choco", "scoop"],
    summary: "packages of Windows",
    flags: { "-i --id -s --source -v --version -n --name <x>": nothing },
    subcommands: {
      "list|search|show|find|info|outdated|export|status|which|cat|home|prefix|checkup|config|hash|validate|features|source list|bucket list|help|depends":
        builds,
      "uninstall|remove|cleanup|reset|bucket rm|source remove|source reset": removes,
      "bucket add|source add|pin|hold|unhold": sources,
    },
    otherwise: installs,
    examples: {
      "winget list": "allow",
      "choco install git": "hold",
      "scoop search jq": "allow",
      "winget uninstall x": "hold",
    },
  },
  {
    names: [
      "update-alternatives",
      "alternatives",
      "add-apt-repository",
      "apt-add-repository",
      "apt-key",
      "ldconfig",
      "update-ca-certificates",
      "update-ca-trust",
      "trust",
      "mkcert",
      "installer",
      "unattended-upgrade",
      "do-release-upgrade",
      "needrestart",
      "locale-gen",
      "update-locale",
      "ubuntu-drivers",
      "debconf-show",
    ],
    summary: "settings of installed software",
    clusters: false,
    does: (use, args) => {
      if (
        use.name === "debconf-show" ||
        flag(
          /^(?:--list|--display|--query|--get-selections|list|-p|--pkgs\S*|--files|--pkg-info|-CAROOT|--dry-run|-r|devices)$/,
          use,
        ) ||
        words(/^(?:list|devices)$/, use)
      )
        return builds(use, args);
      if (use.name === "mkcert" && !flag(/^-(?:un)?install$/, use)) return builds(use, args);
      sources(use, args);
    },
    examples: {
      "update-alternatives --list editor": "allow",
      "update-alternatives --set editor /usr/bin/vim.basic": "hold",
      "add-apt-repository ppa:x/y": "hold",
      "mkcert localhost": "allow",
      "mkcert -install": "hold",
    },
  },
  {
    names: [
      "makepkg",
      "dpkg-buildpackage",
      "debuild",
      "abuild",
      "pbuilder",
      "mock",
      "fpm",
      "nfpm",
      "snapcraft",
      "flatpak-builder",
      "appimagetool",
      "checkinstall",
      "equivs-build",
    ],
    summary: "build packages",
    flags: { "-i --install": installs },
    subcommands: {
      "upload|push|release|upload-metadata|close|promote|register": (use, args) =>
        use.emit({
          kind: "publish",
          what: `${use.title}: publish the package`,
          target: args[0]?.text ?? use.name,
          place: "remote",
          undoable: "no",
        }),
    },
    does: builds,
    otherwise: asks,
    examples: {
      "makepkg -s": "allow",
      "makepkg -si": "hold",
      "snapcraft upload a.snap": "hold",
      "nfpm package": "allow",
    },
  },
];
