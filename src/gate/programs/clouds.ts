import {
  act,
  asks,
  builds,
  mutatesRemote,
  nothing,
  persists,
  publishes,
  reads,
  revealsSecret,
  sendsFiles,
  writes,
} from "./acts.ts";
import type { Act, Arg, Program } from "./program.ts";
import { byVerbs } from "./service-verbs.ts";

/** The big clouds' clients. Thousands of subcommands: named here is what their verb does not tell; the verb tells the rest. */

const destroys = (what: string): Act => mutatesRemote(what, "no");

const isStore = ({ text }: Arg): boolean =>
  /^(?:(?:s3|gs|az|oss|cos|b2|r2|oci|wasb|abfss?|https?):\/\/|[\w-]{2,}:)/.test(text);

/** Copies between here and an object store: what leaves is sent, what comes is a file. */
const copies: Act = (use, args) => {
  const [from, to] = [args[0], args.at(-1)];
  if (from === undefined || to === undefined || args.length < 2) return;
  const deletes =
    (use.name === "rclone" && use.title.endsWith("sync")) ||
    use.has("--delete") ||
    use.has("-d") ||
    use.has("--delete-destination");
  if (isStore(to)) {
    if (!isStore(from)) act(reads, use, [from]);
    const what = `${use.title}: copy ${from.text} to ${to.text}`;
    if (deletes)
      use.emit({
        kind: "mutate-remote",
        what: `${what} and delete what is not here`,
        target: to.text,
        place: "remote",
        undoable: "no",
        reach: "many",
      });
    else use.emit({ kind: "send", what, target: to.text, place: "remote", undoable: "no" });
    return;
  }
  use.net(from, { kind: "receive" });
  if (to.text !== "-") use.path(to, { kind: deletes ? "delete" : "write", tree: deletes, keeps: !deletes });
};

/** `az rest --method delete`, `gcloud ... --command`, `oci raw-request`: a request of its own method. */
const request: Act = (use) => {
  const method = (use.value("--method") ?? use.value("--http-method"))?.text.toLowerCase() ?? "get";
  if (method === "get" || method === "head") act(asks, use, []);
  else mutatesRemote(`${method.toUpperCase()} a resource`, method === "delete" ? "no" : "costly")(use, []);
};

const awsSecrets =
  /^(?:secretsmanager (?:get-secret-value|batch-get-secret-value|get-random-password)|sts (?:get-session-token|assume-role|get-federation-token|assume-role-with-\S+)|ecr get-login|ecr get-login-password|ecr get-authorization-token|ecr-public get-login-password|codeartifact get-authorization-token|iam create-access-key|iam create-service-specific-credential|rds generate-db-auth-token|kms decrypt|kms generate-data-key|ssm get-parameters?\S* .*--with-decryption|configure export-credentials|lightsail get-\S*key\S*|ec2 (?:get-password-data|create-key-pair)|redshift get-cluster-credentials|cognito-idp admin-initiate-auth)/;

export const clouds: readonly Program[] = [
  {
    names: ["aws", "awslocal"],
    summary: "Amazon Web Services",
    help: "word",
    flags: {
      "--profile --region --output --query --endpoint-url --ca-bundle --cli-input-json --cli-input-yaml --color --cli-read-timeout --cli-connect-timeout --filters --filter --max-items --page-size --starting-token <x>":
        nothing,
      "--dryrun --dry-run --generate-cli-skeleton": "inert",
      "--with-decryption": revealsSecret("print a decrypted parameter"),
    },
    subcommands: {
      "s3 ls": asks,
      "s3 cp|s3 sync": {
        flags: {
          "--exclude --include --acl --storage-class --sse --content-type --cache-control --metadata <x>": nothing,
        },
        does: copies,
      },
      "s3 mv": destroys("move objects"),
      "s3 rm|s3 rb": destroys("delete objects or a bucket"),
      "s3 mb": mutatesRemote("make a bucket"),
      "s3 presign": revealsSecret("print a link that needs no credential"),
      "s3 website": publishes("make the bucket a public site"),
      "s3api put-bucket-policy|s3api put-bucket-acl|s3api put-object-acl|s3api put-public-access-block|s3api delete-public-access-block":
        mutatesRemote("change who may read the bucket", "costly"),
      "configure list|configure get|configure list-profiles": (use, args) => {
        if (args.some(({ text }) => /secret|token/i.test(text))) revealsSecret("print a credential")(use, args);
      },
      "configure|configure set|configure sso|configure import|sso login|sso logout|login": persists(
        "change the credentials or settings in ~/.aws",
      ),
      "eks update-kubeconfig|ecs execute-command|ssm start-session|ssm send-command|ec2-instance-connect ssh|emr ssh": (
        use,
        args,
      ) =>
        use.title.endsWith("update-kubeconfig")
          ? builds(use, [])
          : mutatesRemote("run commands on a machine", "no")(use, args),
      "lambda invoke|stepfunctions start-execution|batch submit-job|sqs receive-message|sqs purge-queue": (
        use,
        args,
      ) =>
        use.title.endsWith("receive-message")
          ? act(asks, use, [])
          : mutatesRemote(
              use.title.split(" ").slice(-1)[0] ?? "invoke",
              use.title.endsWith("purge-queue") ? "no" : "costly",
            )(use, args),
      "cloudformation deploy|cloudformation package|deploy push": mutatesRemote("deploy", "costly"),
      "logs tail|logs filter-log-events|logs start-query|logs get-query-results|cloudformation validate-template|cloudformation detect-stack-drift|dynamodb scan|dynamodb query|dynamodb batch-get-item|s3api head-object|s3api head-bucket|ce get-cost-and-usage|athena start-query-execution|history":
        asks,
    },
    otherwise: byVerbs(awsSecrets, "pair"),
    examples: {
      "aws s3 ls s3://bucket": "allow",
      "aws ec2 describe-instances --filters Name=tag:env,Values=prod": "allow",
      "aws --profile prod ec2 terminate-instances --instance-ids i-1": "hold",
      "aws s3 rm s3://bucket --recursive": "hold",
      "aws s3 rm help": "allow",
      "aws s3 cp build.zip s3://bucket/": "hold",
      "aws s3 cp s3://bucket/data data --recursive": "allow",
      "aws s3 cp s3://bucket/data.json data.json": "allow",
      "aws s3 sync s3://bucket ~/restore --delete": "hold",
      "aws secretsmanager get-secret-value --secret-id a": "hold",
      "aws ssm get-parameter --name /a --with-decryption": "hold",
      "aws ssm get-parameter --name /a": "allow",
      "aws lambda list-functions": "allow",
      "aws iam create-access-key": "hold",
      "aws sts get-caller-identity": "allow",
      "aws logs delete-log-group --log-group-name a": "hold",
      "aws events list-rules": "allow",
      "aws transfer list-servers": "allow",
    },
  },
  {
    names: ["gcloud"],
    summary: "Google Cloud",
    flags: {
      "--project --account --region --zone --format --filter --limit --sort-by --configuration --impersonate-service-account --verbosity --location --organization --billing-account --flags-file --uri <x>":
        nothing,
      "--command <line>": (use, [line]) => {
        if (line !== undefined) use.code("shell", line, { remote: "a machine of Google Cloud" });
      },
    },
    subcommands: {
      "auth print-access-token|auth print-identity-token|auth application-default print-access-token":
        revealsSecret("print an access token"),
      "secrets versions access": revealsSecret("print a secret"),
      "iam service-accounts keys create|alpha services api-keys get-key-string|services api-keys get-key-string|sql users set-password|compute reset-windows-password":
        revealsSecret("make or print a credential"),
      "auth login|auth revoke|auth application-default login|auth application-default revoke|auth activate-service-account|config set|config unset|config configurations create|config configurations activate|config configurations delete|auth configure-docker|init":
        persists("change the credentials or settings of gcloud"),
      "auth list|config list|config get|config get-value|config configurations list|info|version|components list|topic|help|cheat-sheet|emulators|beta emulators":
        nothing,
      "components install|components update|components remove": mutatesRemote("change gcloud's own parts", "costly"),
      "compute ssh|compute scp|compute start-iap-tunnel|app instances ssh|cloud-shell ssh|workstations ssh":
        mutatesRemote("reach into a machine", "costly"),
      "container clusters get-credentials": builds,
      "storage cp|storage rsync": { flags: { "--delete-unmatched-destination-objects": nothing }, does: copies },
      "storage cat|storage ls|storage du|storage hash|logging read|asset search-all-resources|projects get-iam-policy|builds log|run services logs|app logs tail|app logs read|functions logs read|functions call":
        asks,
      "storage rm|storage buckets delete|storage mv": destroys("delete objects or a bucket"),
      "functions deploy|run deploy|app deploy|deploy releases create|builds submit|firestore import|sql import":
        mutatesRemote("deploy or load"),
    },
    otherwise: byVerbs(/(?:^| )secrets versions access\b/, "groups"),
    examples: {
      "gcloud compute instances list --project shop": "allow",
      "gcloud --project list compute instances delete vm": "hold",
      "gcloud sql instances delete prod": "hold",
      "gcloud auth print-access-token": "hold",
      "gcloud config set project shop": "hold",
      "gcloud logging read 'severity>=ERROR' --limit 5": "allow",
      "gcloud run deploy api --source .": "hold",
      "gcloud run services list": "allow",
      "gcloud storage rm gs://bucket/**": "hold",
    },
  },
  {
    names: ["gsutil", "s3cmd", "s5cmd", "b2", "azcopy", "rclone", "mc", "ossutil"],
    summary: "object stores",
    flags: {
      "-h -o -p -c --profile --endpoint-url --config --include --exclude --filter --transfers --checkers --max-age --bwlimit <x>":
        nothing,
      "-d --delete --delete-removed --delete-destination": nothing,
      "--remove": destroys("delete what the source has not"),
      "-n --dry-run": "inert",
    },
    stop: false,
    subcommands: {
      "ls|la|du|stat|cat|head|info|version|hash|get-metadata|lsl|lsd|lsf|lsjson|size|check|md5sum|sha1sum|about|listremotes|tree|diff|find|list|jobs list|jobs show|alias list|admin info|ping|ready|retention info|tag list|ilm ls|acl get|iam get|versioning get|lifecycle get|cors get|file info|bucket list|bucket get|account get|cryptcheck|ncdu|touch --help|help|anonymous get|anonymous list|legalhold info|encrypt info|version info|quota info|replicate ls|event ls|watch|sql|support|ls-buckets":
        asks,
      "cp|copy|get|put|sync|rsync|mirror|copyto|file upload|file download|download-file|upload-file|pipe": copies,
      "config|configure|alias set|alias import|alias remove|login|logout|config create|config delete|config update|authorize-account|account authorize|account clear":
        persists("change the store's settings or credentials"),
      "rm|rb|del|delete|remove|purge|deletefile|rmdir|rmdirs|cleanup|mv|move|moveto|delete-bucket|delete-file-version|bucket delete|delete-file|dedupe|undo|expire|abortmp|settier|admin user remove|admin policy remove|admin bucket|ilm rm|version suspend|jobs clean|jobs remove|file hide|hide-file":
        destroys("delete or move what is stored"),
      "mb|mkdir|make|mk|setmeta|touch|create-bucket|bucket create|tag set|setacl|acl|acl ch|acl set|iam|iam ch|iam set|defacl|policy|anonymous set|cors|cors set|lifecycle|lifecycle set|ilm add|ilm import|versioning|versioning set|web|website|notification|event add|replicate add|encrypt set|retention set|legalhold set|quota set|admin user add|admin policy attach|admin service restart|link|share|signurl|presign":
        mutatesRemote("change what is stored or who may read it"),
      "serve|mount|rcd": mutatesRemote("serve what is stored"),
    },
    otherwise: byVerbs(),
    examples: {
      "gsutil ls gs://bucket": "allow",
      "gsutil -m rm -r gs://bucket": "hold",
      "rclone lsd remote:": "allow",
      "rclone purge remote:backup": "hold",
      "rclone sync build remote:site": "hold",
      "mc ls play": "allow",
      "mc rm --recursive --force play/bucket": "hold",
      "azcopy list https://x.blob.core.windows.net/c": "allow",
    },
  },
  {
    names: ["az"],
    summary: "Azure",
    flags: {
      "-g --resource-group -n --name -s --subscription -o --output --query -l --location --ids --account-name --vault-name --server --tags -u --uri --url -b --body --headers --resource --source --pattern -c --container-name <x>":
        nothing,
      "-m --method <method>": nothing,
    },
    subcommands: {
      rest: request,
      "account get-access-token|keyvault secret show|keyvault secret download|keyvault key download|storage account keys list|storage account show-connection-string|acr credential show|acr login --expose-token|aks get-credentials --admin|cosmosdb keys list|redis list-keys|servicebus namespace authorization-rule keys list|eventhubs namespace authorization-rule keys list|webapp deployment list-publishing-profiles|webapp deployment list-publishing-credentials|functionapp keys list|search admin-key show|batch account keys list|cognitiveservices account keys list|ad sp create-for-rbac|ad app credential reset|ad sp credential reset|storage container generate-sas|storage blob generate-sas|storage account generate-sas|signalr key list|iot hub connection-string show":
        revealsSecret("print or make a credential"),
      "login|logout|account set|account clear|configure|config set|acr login|extension add|extension remove|cloud set|devops login":
        persists("change Azure's credentials or settings"),
      "aks get-credentials|bicep build|bicep install|bicep lint|version|find|feedback|self-test|interactive|upgrade --help":
        builds,
      "ssh vm|vm run-command invoke|aks command invoke|webapp ssh|container exec|containerapp exec|vmss run-command invoke":
        mutatesRemote("run commands on a machine", "no"),
      "storage blob upload|storage blob upload-batch|storage file upload|storage blob sync|storage copy|storage blob copy":
        sendsFiles,
      "storage blob download|storage blob download-batch|storage file download": {
        flags: { "-f --file -d --destination <path>": writes },
        does: asks,
      },
      "deployment group what-if|deployment sub what-if|deployment group validate|deployment sub validate|graph query|monitor log-analytics query|monitor metrics list|cdn name-exists|storage account check-name|acr check-name|webapp log tail|pipelines runs show|boards query":
        asks,
    },
    otherwise: byVerbs(
      /\b(?:list-keys|regenerate-keys?|show-connection-string|get-access-token|keys list)\b/,
      "groups",
    ),
    examples: {
      "az vm list -g rg -o table": "allow",
      "az group delete --name rg --yes": "hold",
      "az monitor metrics alert delete -n a": "hold",
      "az search service delete -n a": "hold",
      "az keyvault secret show --vault-name v -n s": "hold",
      "az rest --method get --url /subscriptions": "allow",
      "az rest --method delete --url /subscriptions/1": "hold",
      "az account get-access-token": "hold",
      "az storage blob delete -c c -n b": "hold",
    },
  },
  {
    names: [
      "oci",
      "ibmcloud",
      "aliyun",
      "tccli",
      "hcloud",
      "doctl",
      "linode-cli",
      "linode",
      "vultr-cli",
      "vultr",
      "scw",
      "civo",
      "exo",
      "ovhcloud",
      "upctl",
      "openstack",
      "yc",
      "bx",
      "nova",
      "govc",
      "packet",
      "metal",
      "koyeb",
      "render",
      "northflank",
      "kamatera",
      "stackit",
      "nebius",
      "runpodctl",
      "vastai",
      "modal",
      "equinix",
      "databricks",
      "snow",
      "confluent",
      "ccloud",
      "mongocli",
      "elastic",
      "ecctl",
      "fastly",
      "akamai",
      "bunny",
      "cloudflared",
      "flarectl",
      "ngrok",
      "tailscale",
      "newrelic",
      "datadog",
      "dog",
      "pd",
      "opsgenie",
      "grafana-cli",
      "grizzly",
      "honeycomb",
      "okta",
      "auth0",
      "cf",
      "apigeecli",
      "kong",
      "deck",
      "openshift-install",
      "rosa",
      "ocm",
      "cloud66",
    ],
    summary: "other clouds' and services' clients, judged by the verb",
    flags: {
      "-p --profile -c --context --config --config-file -r --region -o --output --format -t --token --access-token --api-key --compartment-id --namespace-name --project -g -q --query --tenant -e --environment --env --org --organization -s --service-id --service --server -l --label --zone --name -n --id <x>":
        nothing,
      "--http-method <method>": nothing,
      "--dry-run": "inert",
    },
    subcommands: {
      "auth token|auth print-token|iam oauth-tokens|iam create-token|auth get-token|auth create-token":
        revealsSecret("print a token"),
      "auth init|auth login|auth switch|login|logout|configure|config set|config init|setup config|context create|context use|context set|profile create|profile set":
        persists("change the client's credentials or settings"),
      "auth list|config list|config get|config show|config view|version|completion|help|whoami|account get|account|regions|plans|status|ip|ping|netcheck|profile list|auth-tokens|health|me|self|evaluate|config init":
        asks,
      "compute ssh|ssh|exec|server ssh|connect": mutatesRemote("reach into a machine", "costly"),
      "raw-request|api-call|api": (use) => request(use, []),
      "tunnel list|tunnel info|serve status|funnel status": asks,
      "up|down|tunnel|http|tcp|start|serve|funnel|share": mutatesRemote(
        "open a way to this machine or change its network",
      ),
    },
    otherwise: byVerbs(/\b(?:oauth-tokens|create-api-key|kubeconfig show|reveal|show-secret|credential create)\b/),
    examples: {
      "doctl compute droplet list": "allow",
      "doctl compute droplet delete 12 -f": "hold",
      "oci os ns get": "allow",
      "oci compute instance terminate --instance-id x": "hold",
      "hcloud server list": "allow",
      "hcloud server delete web": "hold",
      "fastly service list": "allow",
      "ngrok http 3000": "hold",
      "ibmcloud iam oauth-tokens": "hold",
    },
  },
];
