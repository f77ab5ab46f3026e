import { readdirSync } from "node:fs";
import { join } from "node:path";
import { playTranscript } from "../../support/transcript.ts";

const folder = join(import.meta.dirname, "../../contract/clients");

for (const name of readdirSync(folder).filter((each) => each.endsWith(".ndjson"))) playTranscript(join(folder, name));
