/**
 * Redaction: secrets are taken out of everything before it is stored or shown. A secret becomes `__redacted-<kind>__`: one plain word that
 * neither a shell, a URL nor JSON reads as more than a word, so shape, quotes and word count stay and the redacted call is judged
 * as the full one was. What a shell would expand stays, since it runs. Redacting twice changes nothing. Every finder takes time linear in
 * the text. It knows shapes (`ghp_...`, JWT, PEM) and names (`TOKEN=`, `--password`, headers, JSON keys, URLs); a secret that has
 * neither, such as a bare word in a sentence, it can't know. `visible` makes hidden characters of a text seen, for showing only.
 */
export { redact, redactText, redactText as redactCommand, secretKinds } from "./redact.ts";
export { visible } from "../../kit/text.ts";
