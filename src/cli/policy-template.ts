/** What `policy init` writes: nothing is in force until a line is uncommented. A test uncomments all of it. */
export const policyTemplate = `# Your policy: what you want otherwise than the rules that Signalbox brings (signalbox policy show).
# It is read again at each change. A file that is not valid changes nothing: the last good one stays in force.
# Try it before you save it:  signalbox policy test FILE    signalbox policy simulate FILE
# All fields:  docs/guides/policy.md

# Where the daemon starts: attended, away, unattended, observe or panic.
# mode = "attended"

# Folders that count as workspace besides each session's own repository.
# [workspace]
# added = ["~/notes"]

# The strictest rule wins. Every rule says by examples what it does; they are tried when the file is read.
# [[rule]]
# id = "no-prod-deploys"
# verdict = "deny"
# reason = "production is changed by the pipeline only"
# instead = "open a pull request"
# command = ["kubectl ** --context prod **", "kubectl ** --context=prod **"]
# examples = [
#   { command = "kubectl delete pod web-1 --context prod", verdict = "deny" },
#   { command = "kubectl get pods --context dev", verdict = "allow" },
# ]

# An allow rule takes back a hold of Signalbox's own rules, and nothing else.
# [[rule]]
# id = "my-scratch"
# verdict = "allow"
# reason = "files there are scratch"
# kind = ["write", "delete"]
# target = "~/scratch/**"
# examples = [{ command = "rm -rf ~/scratch/old", verdict = "allow" }]
`;
