import {
  builds,
  destroysLocal,
  effect,
  elevates,
  nothing,
  persists,
  publishes,
  receives,
  writes,
  withArgs,
  runs,
} from "./acts.ts";
import { type Act, type Acts, type Arg, type Command, isLiteral, literal, type Program, type Use } from "./program.ts";

/** Containers of this machine are the developer's own; what they may touch of it, what is lost with them and what leaves for a registry is not. */

/** Where a container gets at the machine itself. */
const machineFolder =
  /^\/(?:$|(?:etc|root|proc|sys|dev|boot|usr|lib|lib64|bin|sbin|var|home|Users|private|run|opt|mnt|host)(?:\/(?!shm$|fuse$|dri$|kvm$|snd).*)?$)|docker\.sock|containerd\.sock|podman\.sock|crio\.sock/;
/** Caches of package managers are made to be shared. */
const sharedCache =
  /^(?:~|\/(?:home|Users)\/[^/]+)\/(?:\.cache|\.m2|\.npm|\.gradle|\.cargo\/registry|\.pnpm-store|\.yarn|go\/pkg)(?:\/|$)/;

function mounts(use: Use, source: Arg, readOnly: boolean): void {
  const { text } = source;
  // A bare name is a volume of Docker's own.
  if (!/[/~.$]/.test(text)) return;
  if (/^(?:\$\{?PWD\}?|\$\(pwd\)|`pwd`|\.)(?:\/|$)/.test(text)) return;
  if (sharedCache.test(text) || text.startsWith(use.workspaceRoot)) return;
  if (text.startsWith("/tmp/")) return;
  if (/^\/etc\/(?:localtime|timezone|resolv\.conf|hosts|ssl|ca-certificates)/.test(text) && readOnly) return;
  if (machineFolder.test(text) && !/^\/(?:home|Users)\/[^/]+\/./.test(text) && !/^\/(?:opt|mnt)\/./.test(text))
    return use.emit({
      kind: "elevate",
      what: `${use.title}: give the container ${text} of this machine`,
      target: text,
      place: "system",
      undoable: "costly",
    });
  if (/^~?\/?$/.test(text) || /^\/(?:home|Users)\/[^/]+\/?$/.test(text))
    return use.emit({
      kind: "elevate",
      what: `${use.title}: give the container the whole home folder`,
      target: text,
      place: "home",
      undoable: "costly",
    });
  use.path(source, readOnly ? { kind: "read", tree: true } : { kind: "write", verb: "mount for writing", keeps: true });
}

const part = (arg: Arg, text: string): Arg => ({
  ...arg,
  text,
  fixed: Math.min(arg.fixed, text.length),
  quoted: false,
});

const mountFlag: Act = (use, [arg]) => {
  if (arg === undefined) return;
  if (/(?:^|,)(?:type|src|source|target|dst|destination)=/.test(arg.text)) {
    const source = /(?:^|,)(?:src|source)=([^,]*)/.exec(arg.text)?.[1];
    if (source !== undefined && !/(?:^|,)type=(?:volume|tmpfs)/.test(arg.text))
      mounts(use, part(arg, source), /(?:^|,)(?:readonly|ro)(?:=true)?(?:,|$)/.test(arg.text));
    return;
  }
  const [source = "", , mode = ""] = arg.text.split(":");
  mounts(use, part(arg, source), /\bro\b/.test(mode));
};

const whenValue =
  (pattern: RegExp, what: string): Act =>
  (use, [arg]) => {
    if (arg !== undefined && pattern.test(arg.text)) elevates(what)(use, [arg]);
  };

const isolation = {
  "--privileged [x]": (use: Use, [arg]: readonly Arg[]) => {
    if (arg?.text !== "false") elevates(`${use.title}: run a container with all rights over this machine`)(use, []);
  },
  "-v --volume --mount <x>": mountFlag,
  "--pid --ipc --uts --userns --cgroupns <x>": whenValue(/^host/, "share the machine's own name space"),
  "--cap-add <x>": whenValue(
    /^(?!(?:CAP_)?(?:NET_BIND_SERVICE|CHOWN|SETUID|SETGID|FOWNER|KILL|IPC_LOCK|SYS_NICE|DAC_OVERRIDE|AUDIT_WRITE|FSETID|MKNOD|SETFCAP|SETPCAP|SYS_CHROOT|NET_RAW)$)/i,
    "add a capability over this machine",
  ),
  "--device <x>": whenValue(
    /^\/dev\/(?!dri|kvm|snd|fuse|video|net\/tun|nvidia|bus\/usb|tty|shm|null)/,
    "give the container a device",
  ),
  "--security-opt <x>": whenValue(/unconfined|disable|systempaths|label[:=]/, "take the container's protection away"),
  "--volumes-from --device-cgroup-rule --gpus --network --net --restart --name --hostname -h -e --env --env-file -p --publish --expose -u --user -w --workdir --entrypoint -l --label --label-file --add-host --dns --dns-search --network-alias --ip --link -m --memory --memory-swap --cpus --cpuset-cpus -c --cpu-shares --shm-size --ulimit --tmpfs --platform --pull --log-driver --log-opt --stop-signal --stop-timeout --health-cmd --health-interval --health-retries --health-timeout --health-start-period --sysctl --isolation --runtime --cidfile -a --attach --detach-keys --annotation --pids-limit --group-add --mac-address --oom-score-adj --storage-opt --domainname --cgroup-parent --index --pod --secret --userns-remap <x>":
    nothing,
} as const;

/** What in a container is worth reading: it may lose data that outlives it, or show secrets. The rest is the developer's own affair. */
const telling =
  /\b(?:rm|rmdir|unlink|shred|drop|truncate|delete|flush\w*|mkfs|dd|dropdb|destroy|purge|wipe|env|printenv|shadow|curl|wget|nc|ncat|nsenter|chroot|insmod|reset|fresh|rollback|down)\b|secret|\.env\b|\.pem\b|id_rsa|credentials|\/proc\/1\//i;

/** A command given to a container, after the container's or image's name. */
const inside: Act = (use, [where, ...words]) => {
  use.emit({ kind: "execute", what: `${use.title} ${where?.text ?? ""}`, target: where?.text ?? use.name });
  // `docker run $(docker build -q .)` runs what was built here; what else an image is found by may be anybody's.
  if (where?.fixed === 0 && /^\$\(|^`/.test(where.text) && !/docker|podman|buildx|cat |git /.test(where.text))
    use.emit({
      kind: "opaque",
      what: `${use.title}: run an image that is known only when it runs (${where.text})`,
      target: where.text,
      sure: "opaque",
      undoable: "no",
    });
  if (where === undefined || words.length === 0) return;
  const line = /^(?:\/(?:usr\/)?bin\/)?(?:ba|da|a|z)?sh$/.test(words[0]?.text ?? "") ? words.at(-1) : undefined;
  const text = words.map((word) => word.text).join(" ");
  if (telling.test(text) || use.stdin.remote || use.stdin.decoded) {
    if (line !== undefined && words.length > 2) use.code("shell", line, { remote: where.text });
    else if (words.length > 0 && use.stdin.text !== "" && line !== undefined && words.length === 1)
      use.stdinCode("shell");
    else
      use.code(
        "shell",
        { ...literal(words.map(shellWord).join(" ")), secret: words.some((word) => word.secret) },
        { remote: where.text },
      );
  }
  use.output({ text: undefined });
};
const shellWord = (word: Arg): string =>
  /^[\w@%+=:,./-]+$/.test(word.text) ? word.text : `'${word.text.replaceAll("'", `'\\''`)}'`;

const lost = (what: string): Act => destroysLocal(what, "no", "many");

/** One container by name is one's own; all that run are whoever's. */
const named =
  (what: string, loses: boolean): Act =>
  (use, args) => {
    const sure = args.length > 0 && args.every(isLiteral);
    if (sure && !loses) return builds(use, args);
    use.emit({
      kind: loses ? "delete" : "signal",
      what: withArgs(what, args),
      target: args[0]?.text ?? use.name,
      place: "system",
      reach: sure ? "one" : "many",
      undoable: loses ? "no" : "costly",
    });
  };

const removes =
  (what: string): Act =>
  (use, args) =>
    named(
      what,
      use.has("-f") ||
        use.has("-v") ||
        use.has("--force") ||
        use.has("--volumes") ||
        use.has("-a") ||
        use.has("--all") ||
        !args.every(isLiteral),
    )(use, args);

const buildFlags = {
  "-f --file -t --tag --build-arg --target --platform --ssh --cache-from --cache-to --iidfile --progress --label --network --add-host --builder --build-context --metadata-file --ulimit --shm-size -m --memory --provenance --sbom --attest --annotation --format --layers --squash-all --isolation --set <x>":
    nothing,
  "--push": publishes("push the image that is built"),
  "--secret <x>": ((use, [arg]) => {
    const source = /(?:^|,)(?:src|source)=([^,]*)/.exec(arg?.text ?? "")?.[1];
    if (arg !== undefined && source !== undefined && /^[~/]/.test(source))
      use.path(part(arg, source), { kind: "read" });
  }) as Act,
  "--allow <x>": whenValue(/insecure|security|host/, "build with more rights over this machine"),
  "-v --volume <x>": mountFlag,
  "-o --output <x>": ((use, [arg]) => {
    const dest =
      /(?:^|,)dest=([^,]*)/.exec(arg?.text ?? "")?.[1] ?? (arg?.text.includes("=") === false ? arg.text : undefined);
    if (arg !== undefined && dest !== undefined && dest !== "-") use.path(part(arg, dest), { kind: "write" });
    else if (/push=true|type=registry/.test(arg?.text ?? "")) publishes("push the image that is built")(use, []);
  }) as Act,
} as const;
const build: Command = { flags: buildFlags, does: builds };

const composeVolumes: Act = (use) => {
  if (use.has("-v") || use.has("--volumes")) lost("take the containers down and delete their volumes")(use, []);
  else if (use.has("--rmi")) named("take the containers down and delete their images", true)(use, []);
  else builds(use, []);
};

export const compose: Command = {
  flags: {
    "-f --file -p --project-name --profile --env-file --project-directory --ansi --parallel --progress <x>": nothing,
    "--dry-run": "inert",
  },
  subcommands: {
    "up|start|restart|create|scale|pause|unpause|wait|watch|ps|ls|logs|top|events|config|convert|images|port|version|stats|attach|stop|kill|volumes|viz|export|commit|bridge":
      {
        flags: {
          "-t --timeout --scale --tail --since --until --pull --exit-code-from --attach --no-attach -s --signal --format --filter --index -o --output --wait-timeout <x>":
            nothing,
        },
        does: builds,
      },
    pull: receives,
    build,
    run: {
      flags: { ...isolation, "-T --rm -d -i -t --no-deps --build --service-ports": nothing },
      stop: true,
      does: inside,
    },
    exec: { flags: { ...isolation, "-T -d -i -t": nothing }, stop: true, does: inside },
    down: {
      flags: { "-v --volumes": nothing, "--rmi <x>": nothing, "-t --timeout <x>": nothing },
      does: composeVolumes,
    },
    rm: {
      flags: { "-f --force": nothing, "-s --stop": nothing, "-v --volumes": nothing },
      does: (use, args) =>
        use.has("-v") ? lost("delete containers with their volumes")(use, args) : builds(use, args),
    },
    cp: copies(),
    push: publishes("push the images"),
    publish: publishes("publish the application"),
  },
  otherwise: builds,
};

/** `container:path` on one side, a path of this machine on the other. */
function copies(): Act {
  return (use, args) => {
    const [from, to] = args.slice(-2);
    const far = (arg: Arg): boolean => /^[\w][\w.-]*:|^\$/.test(arg.text);
    if (from !== undefined && from.text !== "-" && !far(from)) use.path(from, { kind: "read", tree: true });
    if (to !== undefined && to.text !== "-" && !far(to)) use.path(to, { kind: "write", verb: "copy to" });
  };
}

/** The environment of a container is where its passwords stand. */
const inspects: Act = (use, args) => {
  if (use.values("-f").some(({ text }) => /\.Env\b|\bEnv\b|json \.Config\b|json \.\s*}/.test(text)))
    return effect({
      kind: "read",
      what: `${use.title}: show the environment of a container`,
      place: "system",
      secret: "reads",
    })(use, args);
  builds(use, args);
};

const reading =
  "ps|images|logs|info|version|stats|top|port|events|history|diff|search|wait|attach|container ls|container list|container ps|container logs|container top|container stats|container port|container diff|image ls|image list|image history|network ls|network list|network inspect|volume ls|volume list|volume inspect|system df|system info|system events|context ls|context list|context show|context inspect|plugin ls|plugin inspect|manifest inspect|buildx ls|buildx inspect|buildx du|buildx version|buildx imagetools inspect|builder ls|service ls|service ps|service logs|service inspect|stack ls|stack ps|stack services|node ls|node ps|node inspect|secret ls|secret inspect|config ls|config inspect|swarm ca|scout quickview|scout cves|scout recommendations|sbom|trust inspect|pod ps|pod inspect|pod logs|pod stats|machine ls|machine list|machine inspect|machine info|healthcheck run|image inspect|mcp|model ls|model list|debug|init|completion|help";

const change = (what: string): Act => changesCluster(what);
function changesCluster(what: string): Act {
  return (use, args) =>
    use.emit({
      kind: "mutate-remote",
      what: withArgs(what, args),
      target: args[0]?.text ?? use.name,
      place: "remote",
      undoable: "costly",
    });
}
const farDaemon: Act = (use, [arg]) => {
  if (arg !== undefined && /^(?:ssh|tcp|https?):\/\/(?!localhost|127\.)/.test(arg.text))
    changesCluster("work on another machine's containers")(use, [arg]);
};
const removal: Acts = removes("remove containers for good");

const docker: Command = {
  flags: {
    "-H --host <x>": farDaemon,
    "--context --config -l --log-level --tlscacert --tlscert --tlskey --namespace --url --connection --root --storage-driver --cgroup-manager <x>":
      nothing,
  },
  subcommands: {
    [reading]: {
      flags: { "-f --filter --format -n --last --tail --since --until --no-trunc -h <x>": nothing },
      does: builds,
    },
    "logs|container logs|service logs": {
      flags: { "-f --follow": nothing, "-n --tail --since --until <x>": nothing },
      does: builds,
    },
    "inspect|container inspect": { flags: { "-f --format --type <x>": nothing }, does: inspects },
    "run|container run|create|container create": {
      flags: { ...isolation, "-d -i -t --rm --init --read-only -P --publish-all --no-healthcheck -q": nothing },
      clusters: true,
      stop: true,
      does: inside,
    },
    "exec|container exec": { flags: { ...isolation, "-d -i -t": nothing }, stop: true, does: inside },
    "build|image build|buildx build|builder build|buildx bake": build,
    "start|restart|pause|unpause|rename|update|commit|tag|container start|container restart|container pause|container unpause|container rename|container commit|image tag|network create|network connect|network disconnect|volume create|buildx create|buildx use|buildx stop|buildx imagetools|manifest create|manifest annotate|pod create|pod start|generate|machine init|machine start|model run|model pull|desktop start|desktop status":
      {
        flags: {
          "-t --time -s --signal --restart --memory --cpus -d --driver --subnet --gateway --label --name --opt -o -m --message -a --author -c --change --platform <x>":
            nothing,
        },
        does: builds,
      },
    "stop|kill|container stop|container kill|pod stop|pod kill": {
      flags: { "-t --time -s --signal <x>": nothing },
      does: named("end containers", false),
    },
    "rm|container rm|container remove|pod rm": { flags: { "-f --force -v --volumes -l": nothing }, does: removal },
    "rmi|image rm|image remove": { flags: { "-f --force": nothing }, does: removes("remove images") },
    "image prune": {
      flags: { "-a --all": nothing, "--filter <x>": nothing },
      does: (use, args) =>
        use.has("-a") ? lost("delete every image that no container uses")(use, args) : builds(use, args),
    },
    "builder prune|buildx prune|buildx rm": builds,
    "network rm|network remove": builds,
    "network prune|container prune|pod prune": lost("delete everything that does not run now"),
    "volume rm|volume remove|volume prune": {
      does: lost("delete volumes with the data in them"),
      instead:
        "See what is in use first: `docker volume ls`; without volumes, only this project: `docker compose down`",
    },
    "system prune|system reset|machine rm|machine reset|desktop reset": {
      does: lost("delete containers, networks, images and perhaps volumes"),
      instead: "Clear only what this project made, or only the caches: `docker compose down`, `docker builder prune`",
    },
    "cp|container cp": copies(),
    "pull|image pull": receives,
    "push|image push|manifest push|trust sign|model push|artifact push": publishes("push the image to its registry"),
    "save|image save|export|container export": { flags: { "-o --output <file>": writes }, does: builds },
    "load|image load|import|image import": {
      flags: { "-i --input <file>": (use, args) => args.forEach((arg) => use.path(arg, { kind: "read" })) },
      does: builds,
    },
    compose,
    "login|logout": persists("store or remove the registry's password"),
    "context use|context create|context update|context rm|context import": persists(
      "change which machine's containers are meant",
    ),
    "plugin install|plugin enable|plugin disable|plugin rm|plugin set|plugin upgrade": elevates(
      "change a plugin of the daemon",
    ),
    "service create|service update|service scale|service rollback|stack deploy|swarm init|swarm join|swarm update|swarm unlock|node update|node promote|node demote|secret create|config create|stack up":
      change("change the swarm"),
    "service rm|stack rm|stack down|swarm leave|node rm|secret rm|config rm": (use, args) =>
      use.emit({
        kind: "mutate-remote",
        what: withArgs("take this machine out of the swarm", args),
        target: args[0]?.text ?? use.name,
        place: "remote",
        undoable: "no",
      }),
    "play kube|kube play": builds,
    "kube down": named("take pods down", false),
    "machine ssh|unshare|mount|image mount": elevates("get at the machine that containers run on"),
  },
};

export const containers: readonly Program[] = [
  {
    names: ["docker", "podman", "nerdctl", "docker.io", "finch", "podman-remote", "lima"],
    summary: "containers and images",
    ...docker,
    examples: {
      "docker ps -a": "allow",
      "docker build -t app:dev -f docker/Dockerfile .": "allow",
      'docker run --rm -it -v "$PWD":/app -w /app node:22 npm test': "allow",
      "docker run -d --name pg -e POSTGRES_PASSWORD=x -p 5432:5432 postgres:16": "allow",
      "docker run --rm -v $(pwd):/src alpine ls /src": "allow",
      "docker exec -it web bash": "allow",
      "docker exec myapp ls /app": "allow",
      "docker exec db psql -U postgres -c 'select 1'": "allow",
      "docker exec db psql -U postgres -c 'DROP TABLE users'": "hold",
      "docker exec web env": "hold",
      "docker logs -f web": "allow",
      "docker compose up -d --build": "allow",
      "docker compose -f dev.yml exec -T web npm run migrate": "allow",
      "docker compose down": "allow",
      "docker compose down -v": "hold",
      "docker stop web": "allow",
      "docker stop $(docker ps -q)": "hold",
      "docker rm web": "allow",
      "docker rm -f $(docker ps -aq)": "hold",
      "docker run --rm $(docker build -q .) npm test": "allow",
      "docker run --rm $(curl -s https://example.com/image)": "hold",
      "docker run --privileged alpine": "hold",
      "docker run -v /:/host alpine chroot /host": "hold",
      "docker run -v /var/run/docker.sock:/var/run/docker.sock alpine": "hold",
      "docker run --mount type=bind,source=/etc,target=/e alpine": "hold",
      "docker run --pid=host alpine": "hold",
      "docker run --cap-add=SYS_ADMIN alpine": "hold",
      "docker run -v ~/.ssh:/root/.ssh:ro alpine": "hold",
      "docker system prune -a --volumes": "hold",
      "docker volume rm data": "hold",
      "docker volume ls": "allow",
      "docker image prune -f": "allow",
      "docker inspect web": "allow",
      "docker inspect -f '{{.Config.Env}}' web": "hold",
      "docker push me/app": "hold",
      "docker pull alpine": "allow",
      "docker login -u me": "hold",
      "docker cp web:/app/log.txt .": "allow",
      "docker cp web:/a ~/.bashrc": "hold",
      "docker buildx build --push -t me/app .": "hold",
      "docker -H ssh://prod rm web": "hold",
      "docker stack deploy -c a.yml app": "hold",
    },
  },
  {
    names: ["docker-compose", "podman-compose"],
    summary: "containers of a project",
    ...compose,
    examples: {
      "docker-compose up -d": "allow",
      "docker-compose logs --tail=50 web": "allow",
      "docker-compose down -v": "hold",
      "docker-compose run --rm web pytest": "allow",
    },
  },
  {
    names: ["buildah", "kaniko", "img", "pack", "ko", "jib", "nixpacks", "s2i"],
    summary: "build images",
    subcommands: {
      "build|bud|from|images|containers|inspect|copy|add|commit|config|tag|mount|umount|info|version|ps|ls|builder|rebase|resolve|plan|detect|list":
        build,
      run: { flags: isolation, stop: true, does: inside },
      "push|publish|apply|create|deploy": publishes("push the image"),
      "rm|rmi|prune|delete": removes("remove images or containers"),
      "login|logout": persists("store or remove the registry's password"),
    },
    examples: { "buildah bud -t app .": "allow", "buildah push app": "hold", "buildah rm -a": "hold" },
  },
  {
    names: ["skopeo", "crane", "regctl", "oras", "notation"],
    summary: "images in registries",
    subcommands: {
      "inspect|list-tags|ls|manifest|digest|config|blob|tag ls|repo ls|image inspect|image manifest|verify|triangulate|tree|discover|catalog|validate|pull|export|download|version|repo tags":
        receives,
      "copy|sync|push|append|mutate|tag|attach|sign|attest|upload|image copy|generate|index|flatten|rebase": publishes(
        "change what the registry holds",
      ),
      "delete|tag delete|image delete|tag rm|clean": (use, args) =>
        use.emit({
          kind: "mutate-remote",
          what: withArgs("delete from the registry", args),
          target: args[0]?.text ?? use.name,
          place: "remote",
          undoable: "no",
        }),
      "login|logout|auth login|generate-key-pair": persists("store or remove the registry's password or a key"),
    },
    examples: {
      "skopeo inspect docker://alpine": "allow",
      "skopeo delete docker://r/x": "hold",
      "crane push a.tar r/x": "hold",
    },
  },
  {
    names: [
      "crictl",
      "ctr",
      "runc",
      "crun",
      "containerd",
      "dockerd",
      "lxc",
      "lxc-start",
      "lxc-attach",
      "incus",
      "machinectl",
      "systemd-nspawn",
    ],
    summary: "container runtimes of the machine",
    subcommands: {
      "ps|images|info|version|stats|inspect|inspecti|inspectp|logs|pods|list|ls|state|events|spec|image ls|image list|images ls|images list|containers ls|containers list|namespaces ls|tasks ls|status|show|list-images|config show|config get|network list|storage list|profile list|remote list":
        builds,
      "pull|image pull|images pull": receives,
      "rm|rmi|rmp|image rm|image remove|images rm|images remove|containers rm|containers delete|delete|network delete|storage delete":
        destroysLocal("remove images or containers"),
    },
    otherwise: elevates("work on the machine's own containers"),
    does: elevates("start a container with the machine's rights"),
    examples: {
      "crictl ps": "allow",
      "crictl rmp -fa": "hold",
      "ctr images ls": "allow",
      "ctr images rm x": "hold",
      "runc run x": "hold",
    },
  },
  {
    names: ["singularity", "apptainer", "toolbox", "distrobox"],
    summary: "containers for science and desktops",
    subcommands: {
      "exec|run|shell|enter|test": {
        flags: { "-B --bind <x>": mountFlag, "--pwd -c --container -n --name <x>": nothing },
        stop: true,
        // These two have the home of the machine, and all that is in it.
        does: (use, args) => {
          const own = use.name === "toolbox" || use.name === "distrobox";
          const dashes = use.all.findIndex(({ text }) => text === "--");
          if (own && dashes >= 0) use.run(use.all.slice(dashes + 1));
          else if (own && use.name === "toolbox") runs(use, args);
          else inside(use, args);
        },
      },
      "build|pull|inspect|cache list|list|search|verify|version|create": builds,
      "push|sign": publishes("push the image"),
      "rm|cache clean|delete|stop": removes("remove it"),
    },
    examples: {
      "apptainer exec img.sif python a.py": "allow",
      "apptainer push a.sif library://x": "hold",
      "toolbox run rm -rf ~": "deny",
    },
  },
  {
    names: ["lazydocker", "dive", "ctop", "dockerfilelint", "container-diff"],
    summary: "look at containers",
    does: builds,
    examples: { "dive app:dev": "allow" },
  },
];
