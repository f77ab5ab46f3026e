import type { Span } from "./span.ts";

/**
 * Secrets that are known by their shape. `hint` must occur in the text for the pattern to be tried at all, so a text without secrets
 * costs one search per row. Patterns begin with their hint's surroundings and hold no nested repetition: they are linear. The
 * lookbehind keeps them from beginning inside a word.
 */
const rows: readonly (readonly [kind: string, hint: string, pattern: RegExp])[] = [
  ["aws-key-id", "AKIA", /(?<![A-Za-z0-9])AKIA[A-Z0-9]{16}(?![A-Za-z0-9])/g],
  ["aws-key-id", "ASIA", /(?<![A-Za-z0-9])ASIA[A-Z0-9]{16}(?![A-Za-z0-9])/g],
  ["github-token", "ghp_", /(?<![A-Za-z0-9])ghp_[A-Za-z0-9]{16,}/g],
  ["github-token", "gho_", /(?<![A-Za-z0-9])gho_[A-Za-z0-9]{16,}/g],
  ["github-token", "ghu_", /(?<![A-Za-z0-9])ghu_[A-Za-z0-9]{16,}/g],
  ["github-token", "ghs_", /(?<![A-Za-z0-9])ghs_[A-Za-z0-9]{16,}/g],
  ["github-token", "ghr_", /(?<![A-Za-z0-9])ghr_[A-Za-z0-9]{16,}/g],
  ["github-token", "github_pat_", /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{16,}/g],
  ["gitlab-token", "glpat-", /(?<![A-Za-z0-9])glpat-[\w.-]{16,}/g],
  ["gitlab-token", "gl", /(?<![A-Za-z0-9])gl(?:ptt|dt|rt|cbt|ft|soat|agent|imt)-[\w.-]{16,}/g],
  ["slack-token", "xox", /(?<![A-Za-z0-9])xox[abeoprs][-.][A-Za-z0-9.-]{10,}/g],
  ["slack-token", "xapp-", /(?<![A-Za-z0-9])xapp-[A-Za-z0-9-]{10,}/g],
  ["slack-webhook", "hooks.slack.com/", /(?<=hooks\.slack\.com\/(?:services|workflows)\/)[A-Za-z0-9/_-]{20,}/g],
  ["discord-webhook", "/api/webhooks/", /(?<=\/api\/webhooks\/)\d{6,}\/[\w-]{20,}/g],
  ["anthropic-key", "sk-ant-", /(?<![A-Za-z0-9])sk-ant-[\w-]{10,}/g],
  ["openai-key", "sk-", /(?<![A-Za-z0-9-])sk-(?:proj|svcacct|admin|or-v1)-[\w-]{16,}/g],
  ["api-key", "sk-", /(?<![A-Za-z0-9-])sk-(?=[A-Za-z]{0,64}\d)[A-Za-z0-9]{20,}/g],
  ["stripe-key", "k_live_", /(?<![A-Za-z0-9])[rs]k_live_[A-Za-z0-9]{10,}/g],
  ["stripe-key", "k_test_", /(?<![A-Za-z0-9])[rs]k_test_[A-Za-z0-9]{10,}/g],
  ["webhook-secret", "whsec_", /(?<![A-Za-z0-9])whsec_[A-Za-z0-9+/=]{16,}/g],
  ["google-key", "AIza", /(?<![A-Za-z0-9])AIza[\w-]{30,}/g],
  ["google-token", "ya29.", /(?<![A-Za-z0-9])ya29\.[\w-]{16,}/g],
  ["google-secret", "GOCSPX-", /(?<![A-Za-z0-9])GOCSPX-[\w-]{16,}/g],
  ["npm-token", "npm_", /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{30,}/g],
  ["pypi-token", "pypi-", /(?<![A-Za-z0-9])pypi-[\w-]{40,}/g],
  ["rubygems-token", "rubygems_", /(?<![A-Za-z0-9])rubygems_[a-f0-9]{40,}/g],
  ["jwt", "eyJ", /(?<![A-Za-z0-9])eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?/g],
  ["huggingface-token", "hf_", /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,}/g],
  ["sendgrid-key", "SG.", /(?<![A-Za-z0-9])SG\.[\w-]{16,}\.[\w-]{16,}/g],
  ["twilio-key", "SK", /(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])/g],
  ["digitalocean-token", "_v1_", /(?<![A-Za-z0-9])do[opr]_v1_[a-f0-9]{40,}/g],
  ["shopify-token", "shp", /(?<![A-Za-z0-9])shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}/g],
  ["telegram-token", ":AA", /(?<![0-9])\d{8,10}:AA[\w-]{32,}/g],
  ["vault-token", "hv", /(?<![A-Za-z0-9])hv[sbr]\.[\w-]{20,}/g],
  ["terraform-token", ".atlasv1.", /(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,}/g],
  ["doppler-token", "dp.", /(?<![A-Za-z0-9])dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{30,}/g],
  ["linear-key", "lin_api_", /(?<![A-Za-z0-9])lin_api_[A-Za-z0-9]{24,}/g],
  ["notion-token", "ntn_", /(?<![A-Za-z0-9])ntn_[A-Za-z0-9]{30,}/g],
  ["databricks-token", "dapi", /(?<![A-Za-z0-9])dapi[a-f0-9]{32}/g],
  ["newrelic-key", "NRAK-", /(?<![A-Za-z0-9])NRAK-[A-Z0-9]{20,}/g],
  ["grafana-token", "glsa_", /(?<![A-Za-z0-9])glsa_[A-Za-z0-9_]{32,}/g],
  ["grafana-token", "glc_", /(?<![A-Za-z0-9])glc_[A-Za-z0-9+/=]{32,}/g],
  ["supabase-token", "sbp_", /(?<![A-Za-z0-9])sbp_[a-f0-9]{40}/g],
  ["supabase-key", "sb_secret_", /(?<![A-Za-z0-9])sb_secret_[\w-]{16,}/g],
  ["netlify-token", "nfp_", /(?<![A-Za-z0-9])nfp_[A-Za-z0-9]{30,}/g],
  ["fly-token", "fm2_", /(?<![A-Za-z0-9])fm2_[A-Za-z0-9+/=_-]{30,}/g],
  ["planetscale-token", "pscale_", /(?<![A-Za-z0-9])pscale_(?:tkn|pw|oauth)_[\w.-]{24,}/g],
  ["sentry-token", "sntry", /(?<![A-Za-z0-9])sntry[su]_[\w+/=-]{24,}/g],
  ["atlassian-token", "ATATT3x", /(?<![A-Za-z0-9])ATATT3x[\w=-]{24,}/g],
  ["figma-token", "figd_", /(?<![A-Za-z0-9])figd_[\w-]{24,}/g],
  ["groq-key", "gsk_", /(?<![A-Za-z0-9])gsk_[A-Za-z0-9]{30,}/g],
  ["xai-key", "xai-", /(?<![A-Za-z0-9-])xai-[A-Za-z0-9]{30,}/g],
  ["replicate-token", "r8_", /(?<![A-Za-z0-9])r8_[A-Za-z0-9]{30,}/g],
  ["perplexity-key", "pplx-", /(?<![A-Za-z0-9])pplx-[A-Za-z0-9]{30,}/g],
  ["tailscale-key", "tskey-", /(?<![A-Za-z0-9])tskey-[A-Za-z0-9-]{16,}/g],
  ["docker-token", "dckr_pat_", /(?<![A-Za-z0-9])dckr_pat_[\w-]{16,}/g],
  ["heroku-key", "HRKU-", /(?<![A-Za-z0-9])HRKU-[\w-]{30,}/g],
  ["mailgun-key", "key-", /(?<![A-Za-z0-9-])key-[0-9a-f]{32}(?![A-Za-z0-9])/g],
  ["crates-token", "cio", /(?<![A-Za-z0-9])cio[A-Za-z0-9]{32}(?![A-Za-z0-9])/g],
  ["age-key", "AGE-SECRET-KEY-1", /AGE-SECRET-KEY-1[A-Z0-9]{20,}/g],
];

const shapes: ReadonlySet<string> = new Set(rows.map(([kind]) => kind));

/** Any of the hints: one look instead of one for each, and most texts have none. */
const anyHint = new RegExp([...new Set(rows.map(([, hint]) => hint.replaceAll(".", "\\.")))].join("|"));

export function findShapes(text: string, found: Span[]): void {
  if (anyHint.test(text))
    for (const [kind, hint, pattern] of rows) {
      if (!text.includes(hint)) continue;
      for (const match of text.matchAll(pattern))
        found.push({ begin: match.index, end: match.index + match[0].length, kind });
    }
  if (text.includes("-----BEGIN ")) findPrivateKeys(text, found);
}

/** Whether a token is written out, or the mark that stands for one that was; or a password in the address of a host that is not this one. */
export function holdsToken(text: string): boolean {
  if (text.includes("__redacted-"))
    for (const match of text.matchAll(/__redacted-([a-z-]{1,40})__/g)) if (shapes.has(match[1] ?? "")) return true;
  if (
    text.includes("@") &&
    /https?:\/\/[^\s/:@]{1,128}:[^\s/@$<{*]{6,256}@(?!localhost|127\.|\[::1|0\.0\.0\.0)/.test(text)
  )
    return true;
  const found: Span[] = [];
  findShapes(text, found);
  return found.length > 0;
}

/** The body between `-----BEGIN ... PRIVATE KEY-----` and its end, or the next quote, or the end of the text. */
function findPrivateKeys(text: string, found: Span[]): void {
  const header = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:\\r|\\n|\s){0,4}/g;
  for (let match = header.exec(text); match !== null; match = header.exec(text)) {
    const begin = match.index + match[0].length;
    const rest = /-----END|["'`]/g;
    rest.lastIndex = begin;
    let end = rest.exec(text)?.index ?? text.length;
    while (end > begin && /\s/.test(text[end - 1] as string)) end--;
    if (text.slice(end - 2, end) === "\\n") end -= 2;
    if (end > begin && !/^__redacted-[a-z-]+__$/.test(text.slice(begin, end)))
      found.push({ begin, end, kind: "private-key" });
    header.lastIndex = Math.max(end, begin);
  }
}
