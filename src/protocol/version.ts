import { readFileSync } from "node:fs";

/** This program's version, as package.json states it. */
export function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  if (
    typeof manifest === "object" &&
    manifest !== null &&
    "version" in manifest &&
    typeof manifest.version === "string"
  )
    return manifest.version;
  throw new Error(
    "package.json beside src/ states no version; this checkout is damaged. Try: git checkout package.json",
  );
}
