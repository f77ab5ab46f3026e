import {
  asks,
  builds,
  code,
  mutatesRemote,
  nothing,
  persists,
  publishes,
  revealsSecret,
  script,
  writes,
} from "./acts.ts";
import { commonTools } from "./common-tools.ts";
import { runsTool } from "./packages.ts";
import type { Act, Program } from "./program.ts";
import { secretVariable } from "../paths/secrets.ts";
import { byVerbs } from "./service-verbs.ts";

/** Platforms that run applications, and services behind an API. Looking is free; deploying, deleting and paying are not. */

const destroys = (what: string): Act => mutatesRemote(what, "no");
const changes = (what: string): Act => mutatesRemote(what, "costly");
const signsIn = persists("change the login or settings of the client");
const runsTools = runsTool(commonTools);

export const platforms: readonly Program[] = [
  {
    names: ["vercel", "now"],
    summary: "Vercel",
    flags: {
      "--cwd --scope -S --token -t -A --local-config --global-config -Q -e --env -b --build-env -m --meta --target --regions --name <x>":
        nothing,
    },
    subcommands: {
      "dev|build|init|list|ls|inspect|logs|whoami|help|switch|projects ls|project ls|project inspect|domains ls|domains inspect|dns ls|env ls|env list|certs ls|alias ls|teams ls|telemetry|bisect|git|blob list|integration list|httpstat|curl|target ls":
        asks,
      "env pull|pull|link": builds,
      "deploy|redeploy|promote|rollback|rolling-release": publishes("deploy to Vercel"),
      "env add|env update|alias|alias set|domains add|domains buy|domains move|domains transfer-in|dns add|dns import|certs issue|project add|projects add|teams add|teams invite|secrets add|blob put|git connect|git disconnect|integration add":
        changes("change the project"),
      "remove|rm|env rm|env remove|alias rm|alias remove|domains rm|domain remove|domains remove|dns rm|dns remove|certs rm|certs remove|project rm|projects rm|project remove|secrets rm|blob del|cache purge|integration remove":
        destroys("delete"),
      "login|logout": signsIn,
    },
    does: publishes("deploy to Vercel"),
    examples: { "vercel ls": "allow", "vercel --prod": "hold", "vercel env rm API_KEY": "hold", "vercel dev": "allow" },
  },
  {
    names: ["netlify", "ntl"],
    summary: "Netlify",
    flags: { "-d --dir -s --site -m --message --auth --filter --context --functions --alias <x>": nothing },
    subcommands: {
      "dev|build|status|link|unlink|init|serve|functions:list|functions:serve|functions:create|functions:invoke|sites:list|open|watch|recipes|lm:info|logs|logs:function|blobs:list|blobs:get|completion|help":
        asks,
      "deploy|deploy --prod": publishes("deploy to Netlify"),
      "env:set|env:import|env:clone|sites:create|addons:create|blobs:set|clone|switch|claim":
        changes("change the site"),
      "env:unset|sites:delete|addons:delete|blobs:delete": destroys("delete"),
      "env:list|env:get": revealsSecret("print the site's variables"),
      "login|logout": signsIn,
    },
    otherwise: byVerbs(),
    examples: { "netlify dev": "allow", "netlify deploy --prod": "hold", "netlify sites:delete abc": "hold" },
  },
  {
    names: ["fly", "flyctl"],
    summary: "Fly.io",
    flags: {
      "-a --app -c --config -t --access-token -o --org -r --region -i --image --machine -n --name --vm-size --size <x>":
        nothing,
    },
    subcommands: {
      "status|logs|apps list|list apps|ips list|secrets list|volumes list|volumes show|volume list|machine list|machines list|machine status|machines show|releases|regions list|platform regions|platform vm-sizes|config show|config validate|config env|checks list|image show|postgres list|pg list|redis list|certs list|certs show|services list|scale show|info|doctor|version|docs|open|dashboard|dig|ping|proxy|agent ping|orgs list|history|auth whoami|help|storage list|mpg list|mysql list":
        asks,
      "auth token|tokens create|tokens create deploy|tokens list --help": revealsSecret("print or make a token"),
      "auth login|auth logout|auth docker|wireguard create|wireguard reset": signsIn,
      "ssh console|ssh sftp|ssh issue|console|machine exec|postgres connect|pg connect|mpg connect": {
        flags: {
          "-C --command <line>": (use, [line]) =>
            line === undefined ? undefined : use.code("shell", line, { remote: "a machine of Fly.io" }),
        },
        does: changes("reach into a machine"),
      },
      "deploy|launch": publishes("deploy to Fly.io"),
    },
    otherwise: byVerbs(),
    examples: {
      "fly status -a shop": "allow",
      "fly deploy": "hold",
      "fly apps destroy shop --yes": "hold",
      "fly secrets set KEY=x": "hold",
      "flyctl postgres destroy db": "hold",
    },
  },
  {
    names: ["heroku"],
    summary: "Heroku",
    flags: { "-a --app -r --remote -t --team -n --num -p --ps -d --dyno -s --source --confirm <x>": nothing },
    subcommands: {
      "apps|apps:info|apps:list|ps|logs|releases|releases:info|releases:output|addons|addons:info|addons:plans|addons:services|domains|features|labs|access|pg|pg:info|pg:ps|pg:diagnose|pg:locks|pg:outliers|pg:backups|pg:backups:info|pg:backups:schedules|redis:info|pipelines|pipelines:info|pipelines:diff|buildpacks|regions|stack|stack:list|status|spaces|teams|members|certs|certs:info|webhooks|maintenance|drains|git:remote|auth:whoami|whoami|help|version|plugins|local|ci|notifications|usage":
        asks,
      "config|config:get": (use, args) =>
        (args.length > 0 && args.every(({ text }) => !secretVariable(text))
          ? asks
          : revealsSecret("print the app's settings, secrets among them"))(use, args),
      "auth:token|pg:credentials:url|redis:credentials|authorizations:create|authorizations:info|pg:backups:url":
        revealsSecret("print a credential"),
      "login|logout|auth:login|auth:logout|keys:add|container:login|plugins:install|autocomplete": signsIn,
      "run|run:detached|ps:exec|pg:psql|ps:copy|redis:cli|rake|console": changes("run a command in the app"),
      "pg:reset|pg:pull --help|pg:push|pg:backups:delete|pg:backups:restore|pg:copy|pg:kill|pg:killall|apps:destroy|destroy|addons:destroy|domains:remove|domains:clear|config:unset|pipelines:destroy|ps:kill|redis:reset|releases:rollback|rollback|access:remove|certs:remove|drains:remove|keys:clear|keys:remove|webhooks:remove|spaces:destroy":
        destroys("delete or reset"),
      "pg:pull|pg:backups:download": builds,
    },
    otherwise: byVerbs(),
    examples: {
      "heroku apps": "allow",
      "heroku logs --tail -a shop": "allow",
      "heroku pg:reset DATABASE": "hold",
      "heroku config -a shop": "hold",
      "heroku apps:destroy shop": "hold",
      "heroku run bash": "hold",
    },
  },
  {
    names: ["wrangler"],
    summary: "Cloudflare's client",
    flags: {
      "-c --config -e --env --cwd --account-id --name --namespace-id --binding --zone-id --record-id --database --compatibility-date --ip --port <x>":
        nothing,
      "--dry-run": "inert",
    },
    subcommands: {
      "dev|init|types|check|build|whoami|docs|tail|versions list|versions view|deployments list|deployments view|deployments status|deployments|kv namespace list|kv key list|kv key get|kv:namespace list|kv:key list|kv:key get|r2 bucket list|r2 bucket info|r2 object get|d1 list|d1 info|d1 migrations list|d1 export|d1 insights|queues list|queues info|secret list|pages dev|pages project list|pages deployment list|pages deployment tail|pages functions build|vectorize list|vectorize get|vectorize query|hyperdrive list|hyperdrive get|workflows list|dns-records list|pipelines list|containers list|cert list|telemetry|generate|help|complete":
        asks,
      "d1 execute": {
        flags: {
          "--command <sql>": code("sql"),
          "--file <file>": script("sql"),
          "--local": nothing,
          "--remote": changes("run SQL on the live database"),
        },
        does: builds,
      },
      "d1 migrations apply": { flags: { "--remote": changes("migrate the live database") }, does: builds },
      "deploy|publish|pages deploy|pages publish|versions upload|versions deploy|triggers deploy|rollback":
        publishes("deploy to Cloudflare"),
      "login|logout": signsIn,
      "secret put|secret bulk|versions secret put|kv key put|kv:key put|kv:bulk put|kv bulk put|r2 object put":
        changes("put a value"),
    },
    otherwise: byVerbs(),
    examples: {
      "wrangler dev --port 8787": "allow",
      "wrangler deploy": "hold",
      "wrangler deploy --dry-run": "allow",
      "wrangler d1 execute app --local --command 'select 1'": "allow",
      "wrangler d1 execute app --remote --command 'select 1'": "hold",
      "wrangler kv key list --namespace-id a": "allow",
      "wrangler r2 bucket delete b": "hold",
    },
  },
  {
    names: ["supabase"],
    summary: "Supabase",
    flags: {
      "--project-ref --workdir --db-url --schema -s --password -p --experimental -o --output --linked-ref -f --file --network-id <x>":
        nothing,
    },
    subcommands: {
      "start|stop|status|init|link|unlink|db diff|db lint|db dump|db start|migration new|migration list|migration up|gen types|gen keys|gen signing-key|functions new|functions serve|functions list|projects list|orgs list|branches list|branches get|test|test db|test new|inspect|inspect db|services|secrets list|postgres-config get|ssl-enforcement get|backups list|help|completion|seed|snippets list|storage ls|db pull":
        builds,
      "db reset": { flags: { "--linked --db-url": destroys("empty the live database") }, does: localReset() },
      "db push|migration repair|migration squash|functions deploy|config push|storage cp|storage mv|domains create|secrets set|branches create|branches update|projects create|network-restrictions update|postgres-config update|ssl-enforcement update|vanity-subdomains activate|encryption update-root-key|sso add|sso update":
        changes("change the live project"),
      "migration down|functions delete|secrets unset|projects delete|branches delete|storage rm|domains delete|sso remove|vanity-subdomains delete|backups restore":
        destroys("delete"),
      "projects api-keys": revealsSecret("print the project's keys"),
      "login|logout": signsIn,
    },
    otherwise: byVerbs(),
    examples: {
      "supabase start": "allow",
      "supabase db diff": "allow",
      "supabase db push": "hold",
      "supabase projects delete abc": "hold",
      "supabase db reset": "hold",
    },
  },
  {
    names: ["firebase"],
    summary: "Firebase",
    flags: {
      "-P --project --token --only --except -m --message --account --import --export-on-exit --config -c <x>": nothing,
    },
    subcommands: {
      "serve|emulators:start|emulators:exec|emulators:export|init|projects:list|apps:list|apps:sdkconfig|apps:android:sha:list|functions:list|functions:log|hosting:sites:list|hosting:sites:get|hosting:channel:list|database:get|database:instances:list|firestore:indexes|firestore:databases:list|firestore:databases:get|remoteconfig:get|remoteconfig:versions:list|ext|ext:info|ext:list|target|use|open|setup:emulators:database|help|dataconnect:sdk:generate|apphosting:backends:list|functions:config:get|functions:shell|login:list|experiments:list":
        asks,
      "auth:export": revealsSecret("export the accounts of the users"),
      "functions:secrets:access|login:ci": revealsSecret("print a secret"),
      "deploy|hosting:clone|hosting:channel:deploy|appdistribution:distribute": publishes("deploy to Firebase"),
      "database:remove|firestore:delete|hosting:disable|functions:delete|hosting:sites:delete|hosting:channel:delete|firestore:databases:delete|functions:secrets:destroy|functions:secrets:prune|apps:android:sha:delete|ext:uninstall|remoteconfig:rollback|apphosting:backends:delete":
        destroys("delete"),
      "login|logout|login:add|login:use": signsIn,
    },
    otherwise: changes("change the project"),
    examples: {
      "firebase emulators:start": "allow",
      "firebase deploy --only functions": "hold",
      "firebase firestore:delete --all-collections": "hold",
    },
  },
  {
    names: ["railway"],
    summary: "Railway",
    flags: { "-s --service -e --environment -p --project --filter --tail --lines -n <x>": nothing },
    subcommands: {
      "status|logs|list|whoami|open|docs|service list|deployment list|volume list|domain list|metrics|link|unlink|environment list|init|help|completion|service status|starship|project list|version|check_updates|functions list":
        asks,
      run: { stop: true, does: runsTools },
      "variables|variable list|variables list|shell": revealsSecret(
        "print the service's variables, secrets among them",
      ),
      "up|deploy|redeploy|restart|add|domain|environment new|volume add|service scale|scale|deployment redeploy|functions new|functions push|variables set|variable set":
        changes("deploy or change the project"),
      "down|delete|environment delete|volume delete|deployment remove|variable delete|functions delete":
        destroys("delete"),
      "ssh|connect|login|logout": signsIn,
    },
    otherwise: byVerbs(),
    examples: {
      "railway status --json": "allow",
      "railway logs": "allow",
      "railway up": "hold",
      "railway variables": "hold",
      "railway run npm test": "allow",
    },
  },
  {
    names: [
      "stripe",
      "twilio",
      "sentry-cli",
      "sendgrid",
      "mailgun",
      "paddle",
      "shopify",
      "contentful",
      "sanity",
      "square",
      "braintree",
      "plaid",
      "intercom",
      "hubspot",
      "sfdx",
      "sf",
      "launchdarkly",
      "ldcli",
      "unleash",
      "flipt",
      "optimizely",
      "segment",
      "posthog",
      "mixpanel",
      "amplitude",
      "imgix",
      "cloudinary",
      "expo-cli",
      "convex",
      "appwrite",
      "nhost",
      "hasura",
      "pocketbase",
      "directus",
      "strapi",
      "ghost",
      "replicate",
      "huggingface-cli",
      "hf",
      "kaggle",
      "wandb",
      "dvc",
      "clearml",
      "neptune",
      "cog",
      "ollama",
      "openai",
      "llm",
      "elevenlabs",
      "deepgram",
      "zapier",
      "n8n",
      "m365",
      "pnp",
      "gam",
      "gws",
    ],
    summary: "services with an API, judged by the verb",
    flags: {
      "-d --data -H --header -p --profile --project --org -o --output -e --env --environment --dataset --api-key --token --auth-token -k --key --config -c --limit -l --log-level -u --url --account --from --to --body -m --message -f --file --forward-to --live-mode <x>":
        nothing,
      "--dry-run": "inert",
    },
    subcommands: {
      "login|logout|auth login|auth logout|profiles:use|profiles:create|configure|config set|auth add|auth": signsIn,
      "listen|logs tail|logs|samples|docs|open|dev|init|serve|run|version|help|completion|info|doctor|list|ls|whoami|config --list|status|theme check|theme dev|theme pull|app dev|app build|app generate|app info|hydrogen dev|typegen generate|schema extract|schema validate|console|migrate status|metadata diff|pull|show|ps|offline|build|codegen|typecheck|repro|dag|metrics|plots|diff|sync":
        asks,
      "evaluate|bash-hook|get|retrieve|search|events list|fixtures --help|releases list|projects list|organizations list|issues list|debug-files check|sourcemaps explain|sourcemaps inject|send-event --help":
        asks,
      "trigger|fixtures|post|send-event|send-envelope|releases new|releases finalize|releases set-commits|deploys new|sourcemaps upload|debug-files upload|upload-dif|upload-sourcemaps|theme push|app deploy|deploy|publish|push|upload|dataset import|apply|metadata apply|migrate apply|import|create|phone-numbers:buy:local|api:core:messages:create|email:send|api_keys roll|models upload|repo create|kernels push|datasets create|launch":
        changes("change something at the service, or send or pay for something"),
      "export|dataset export|download|models download|datasets download|competitions download": {
        flags: { "--out -o --path <path>": writes },
        does: asks,
      },
      "delete|rm|remove|unset|dataset delete|theme delete|metadata clear|data clear|reset|gc": destroys("delete"),
    },
    otherwise: byVerbs(),
    examples: {
      "stripe products list": "allow",
      "stripe listen --forward-to localhost:4242": "allow",
      "stripe products delete prod_1": "hold",
      "stripe api_keys roll": "hold",
      "twilio api:core:messages:create --to +1 --body x": "hold",
      "sentry-cli releases list": "allow",
      "ollama list": "allow",
      "hf download org/model": "allow",
      "convex deploy": "hold",
      "ldcli flags list --project default": "allow",
      "shopify theme dev": "allow",
    },
  },
];

/** Resets the local database of the project: its content is gone, but no one else's. */
function localReset(): Act {
  return (use) =>
    use.emit({
      kind: "delete",
      what: "reset the project's local database",
      target: "the local database",
      place: "system",
      undoable: "no",
      reach: "many",
    });
}
