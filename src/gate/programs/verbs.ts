/** What a program does that nobody listed, by the verb that its subcommand is named with. */

const reading = new Set(
  `list ls get show describe desc info status stat view print search find query inspect explain validate verify check lint diff plan whoami who version versions help docs
   logs log tail top stats count cat history preview doctor ping lookup locate browse dump-config fetch read resolve preview current which env-list outdated audit why tree graph
   ps images events usage metrics summary report compare analyze analyse examine display watch wait page pages schema man test tests probe estimate simulate dry-run download pull batch-get
   retrieve oncall parse scan detect classify balance recent whois calc evaluate explain-plan get-all inspect-all
   lists gets lanes target targets scan-status completion completions discover head peek select filter check-auth config-list me about size format fmt build compile init`.split(
    /\s+/,
  ),
);
const destroying = new Set(
  `delete del destroy drop purge terminate remove rm rmi wipe erase kill uninstall deprovision decommission obliterate nuke prune flush reset revoke rollback truncate clear cleanup
   unlink detach deregister disassociate cancel abort shutdown halt stop disable deactivate archive expire invalidate unpublish yank evict drain rotate forget overwrite force-delete trash
   discard teardown suspend lock ban block deny expunge down leave empty cleanse retire userdel groupdel batch-delete bulk-delete destroy-all undeploy deauthorize disconnect release-address zap shred schedule-deletion`.split(
    /\s+/,
  ),
);
const changing = new Set(
  `create add new set put apply deploy publish push upload send post patch update edit modify change enable start restart reboot scale resize move mv rename copy cp transfer promote merge
   approve grant allow attach associate register import restore replace rollout trigger invoke execute exec run install upgrade migrate write insert provision configure assign bind link
   unset untag tag sync rsync share unshare submit release ship failover resume retry rerun dispatch renew swap alter rekey seal unseal activate authorize enroll invite impersonate switch
   reassign fork close reopen mark toggle pause join login logout`.split(/\s+/),
);

/** Among the reading ones: words that also name what is read, after which the verb comes. */
const subjects = new Set(
  `logs log events event images image usage metrics metric reports report pages page schema schemas docs versions version stats graph graphs tests test views view files lists list profiles
   profile target targets lanes history cache info status locations queries filters completions sizes plans plan searches checks summaries`.split(
    /\s+/,
  ),
);
export const isSubject = (word: string): boolean => subjects.has(word.toLowerCase());

export type Verb = "reads" | "destroys" | "changes";

/** The verb in a word such as `list`, `delete-stack`, `apps:destroy`, `DeleteBucket`. The first part that is a verb tells, else the last. */
export function verbOf(word: string): Verb | undefined {
  if (word.length > 64) return undefined;
  const whole = kind(word.toLowerCase());
  if (whole !== undefined) return whole;
  const parts = word
    .replace(/([a-z\d])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .split(/[-_:./]+/)
    .filter((part) => part !== "");
  if (parts.length < 2) return undefined;
  if (/[:.]/.test(word)) return kind(parts.at(-1) ?? "") ?? kind(parts[0] ?? "");
  // `batch-get-builds`: how many, then the verb.
  if (/^(?:batch|bulk|multi|force|async|admin)$/.test(parts[0] ?? "") && parts.length > 2) {
    const second = kind(parts[1] ?? "");
    if (second !== undefined) return second;
  }
  const first = kind(parts[0] ?? "");
  if (first !== undefined) return first;
  const last = kind(parts.at(-1) ?? "");
  // A `record-set` is a thing.
  return last === "reads" || parts.at(-1) === "set" ? undefined : last;
}

const kind = (word: string): Verb | undefined =>
  destroying.has(word) ? "destroys" : reading.has(word) ? "reads" : changing.has(word) ? "changes" : undefined;

/** `kafka-delete-records`, `lvremove`: programs whose name is the verb. */
export const destroysByName = (name: string): boolean =>
  name.split(/[-_.]/).some((part) => destroying.has(part)) || /(?:remove|delete|destroy|purge|erase)$/.test(name);

/** Flags that say by themselves that something is destroyed or forced. */
export const forcingFlag = (flag: string): boolean =>
  /^--?(?:delete|destroy|purge|force|force-delete|prune|wipe|drop|remove|delete-all|remove-all|yes-i-really.*|i-know.*|nuke|erase|terminate|overwrite-all)$/.test(
    flag,
  );
