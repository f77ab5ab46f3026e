import { asks, nothing, persists, revealsSecret, runsOwn, withArgs } from "./acts.ts";
import type { Act, Command, Program, Use } from "./program.ts";

/** Clusters: looking is free, what shows secrets or changes what runs is not. A cluster named as one of this machine is the developer's own. */

const ownCluster =
  /^(?:kind-[\w.-]+|minikube|docker-desktop|docker-for-desktop|k3d-[\w.-]+|rancher-desktop|orbstack|colima[\w-]*|microk8s)$/;
const isOwn = (use: Use): boolean => ownCluster.test(use.value("--context")?.text ?? "");
const isDry = (use: Use): boolean => use.has("--dry-run") && use.value("--dry-run")?.text !== "none";

const change =
  (what: string, undoable: "costly" | "no" = "costly"): Act =>
  (use, args) => {
    if (isDry(use) || (isOwn(use) && undoable === "costly")) return asks(use, args);
    use.emit({
      kind: "mutate-remote",
      what: withArgs(what, args),
      target: args[0]?.text ?? use.name,
      place: "remote",
      undoable,
    });
  };
const lose = (what: string): Act => change(what, "no");

/** Names alone are no secret; any other form of output shows the values. */
const gets: Act = (use, args) => {
  const form = use.value("-o")?.text ?? "";
  const ofSecrets = args.some(({ text }) =>
    /(?:^|,)(?:secrets?|sealedsecrets?|externalsecrets?)(?:[./,]|$)/i.test(text),
  );
  const raw = use.value("--raw")?.text ?? "";
  if ((ofSecrets && form !== "" && !/^(?:name|wide)$/.test(form)) || /\/secrets(?:\/|$)/.test(raw))
    return revealsSecret(`${use.title}: show the values of secrets`)(use, args);
  asks(use, args);
};

const common = {
  "-n --namespace -l --selector -f --filename -c --container --cluster --kubeconfig --user -s --server --token --field-selector --sort-by --tail --since --since-time --type -k --kustomize --replicas --timeout --grace-period --image --as --as-group --template -L --label-columns --port --target-port --name --overrides --restart --env --limits --requests --from-literal --from-file --from-env-file --docker-server --docker-username --docker-password --docker-email --cert --key --certificate-authority --field-manager --chunk-size --request-timeout --max-log-requests --address -v --revision --to-revision --min --max --cpu-percent --for --duration --verb --resource --clusterrole --role --serviceaccount --api-group --prune-allowlist <x>":
    nothing,
  "-o --output <x>": nothing,
  "--context <x>": nothing,
  "-p --patch <x>": nothing,
  "--raw <x>": nothing,
  "--dry-run [x]": nothing,
} as const;

const kubectl: Command = {
  flags: common,
  subcommands: {
    get: gets,
    "describe|logs|top|explain|api-resources|api-versions|version|cluster-info|cluster-info dump|diff|auth can-i|auth whoami|events|wait|rollout status|rollout history|kustomize|completion|options|config get-contexts|config current-context|config get-clusters|config get-users|plugin list|port-forward|certificate list|neat|tree|ns|ctx|who-can|lineage|stern|krew list|krew search|krew info":
      asks,
    "config view": {
      flags: { "--raw": nothing },
      does: (use, args) =>
        use.has("--raw") ? revealsSecret("show the credentials of the clusters")(use, args) : asks(use, args),
    },
    "create token": revealsSecret("make and print a token"),
    "config use-context|config set-context|config rename-context": (use, args) =>
      args.some(({ text }) => ownCluster.test(text) || text === "--current") || use.has("--current")
        ? runsOwn(use, args)
        : persists("change which cluster later commands go to")(use, args),
    "config set|config set-cluster|config set-credentials|config delete-context|config delete-cluster|config delete-user|config unset":
      persists("change the settings by which clusters are reached"),
    "apply|create|run|expose|autoscale|label|annotate|set|rollout restart|rollout undo|rollout pause|rollout resume|patch|edit|scale|uncordon|certificate approve|certificate deny|auth reconcile|debug|apply edit-last-applied|apply set-last-applied":
      change("change what runs in the cluster"),
    "replace|taint|cordon": change("change what runs in the cluster"),
    "delete|drain|evict": lose("delete from or empty the cluster"),
    "exec|attach|rsh|cp|proxy": {
      stop: true,
      flags: { "-i --stdin -t --tty": nothing },
      does: (use, args) => {
        if (isOwn(use)) return asks(use, args);
        change("reach into what runs in the cluster")(use, args);
      },
    },
    "krew install|krew upgrade|krew uninstall": persists("install a plugin"),
  },
};

export const kubernetes: readonly Program[] = [
  {
    names: ["kubectl", "k", "kubecolor", "microk8s.kubectl"],
    summary: "Kubernetes' client",
    instead: "Look at what is there, and at what would change: `kubectl get pods`, `kubectl diff -f k8s/`",
    ...kubectl,
    examples: {
      "kubectl get pods -n shop -o wide": "allow",
      "kubectl logs -f deploy/web -n shop --tail=50": "allow",
      "kubectl describe node n1": "allow",
      "kubectl get secrets": "allow",
      "kubectl get secret db -o yaml": "hold",
      "kubectl get secret db -o jsonpath='{.data.password}' | base64 -d": "hold",
      "kubectl get cm,secret -o json": "hold",
      "kubectl get deploy -o yaml": "allow",
      "kubectl config view --raw": "hold",
      "kubectl config current-context": "allow",
      "kubectl config use-context prod": "hold",
      "kubectl apply -f a.yaml": "hold",
      "kubectl apply -f a.yaml --dry-run=client": "allow",
      "kubectl apply -f a.yaml --dry-run=none": "hold",
      "kubectl --context kind-dev apply -f a.yaml": "allow",
      "kubectl delete ns prod": "hold",
      "kubectl drain n1": "hold",
      "kubectl scale deploy/web --replicas=0": "hold",
      "kubectl rollout restart deploy/web": "hold",
      "kubectl rollout status deploy/web": "allow",
      "kubectl exec -it web-0 -- sh": "hold",
      "kubectl port-forward svc/web 8080:80": "allow",
      "kubectl auth can-i delete pods": "allow",
      "kubectl create token admin": "hold",
      "kubectl diff -f a.yaml": "allow",
    },
  },
  {
    names: ["oc"],
    summary: "OpenShift's client",
    ...kubectl,
    subcommands: {
      ...kubectl.subcommands,
      "status|projects|project|adm top|adm must-gather|adm inspect|registry info|image info": asks,
      whoami: {
        flags: { "-t --show-token": nothing },
        does: (use, args) => (use.has("-t") ? revealsSecret("print the login token")(use, args) : asks(use, args)),
      },
      "login|logout": persists("store or remove the login to a cluster"),
      "new-app|new-build|new-project|start-build|import-image|tag|process|policy|adm policy|adm upgrade|adm taint|adm cordon|adm uncordon|secrets link|set":
        change("change what runs in the cluster"),
      "adm drain|adm prune": lose("empty or prune the cluster"),
      extract: revealsSecret("take secrets out of the cluster"),
    },
    examples: {
      "oc get pods": "allow",
      "oc whoami -t": "hold",
      "oc adm policy add-cluster-role-to-user cluster-admin me": "hold",
      "oc status": "allow",
    },
  },
  {
    names: [
      "k9s",
      "stern",
      "kubetail",
      "kail",
      "popeye",
      "kubescape",
      "kube-bench",
      "kube-score",
      "polaris",
      "kube-capacity",
      "krr",
      "kubespy",
    ],
    summary: "look at clusters",
    flags: {
      "-n --namespace -l --selector --context --kubeconfig -c --container -o --output --since --tail <x>": nothing,
    },
    does: asks,
    examples: { "k9s --readonly": "allow", "stern web -n shop": "allow" },
  },
  {
    names: ["kubectx", "kubens", "kubeswitch"],
    summary: "choose the cluster or the name space",
    flags: { "-c --current": "inert", "-d <x>": persists("delete a context") },
    does: (use, args) =>
      args.every(({ text }) => ownCluster.test(text)) || use.name === "kubens"
        ? runsOwn(use, args)
        : persists("change which cluster later commands go to")(use, args),
    examples: { kubectx: "allow", "kubectx prod": "hold", "kubectx minikube": "allow", "kubens shop": "allow" },
  },
];
