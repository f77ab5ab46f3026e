import { accounts } from "./accounts.ts";
import { agents } from "./agents.ts";
import { checks } from "./checks.ts";
import { clouds } from "./clouds.ts";
import { compiledLanguages } from "./compiled-languages.ts";
import { conditions } from "./conditions.ts";
import { containers } from "./containers.ts";
import { crypto } from "./crypto.ts";
import { databases } from "./databases.ts";
import { desktop } from "./desktop.ts";
import { developerTools } from "./developer-tools.ts";
import { disks } from "./disks.ts";
import { editors } from "./editors.ts";
import { files } from "./files/index.ts";
import { forges } from "./forges.ts";
import { git } from "./git/index.ts";
import { infrastructure } from "./infrastructure.ts";
import { javascript } from "./javascript.ts";
import { kubernetes } from "./kubernetes.ts";
import { network } from "./network.ts";
import { osPackages } from "./os-packages.ts";
import { platforms } from "./platforms.ts";
import { processes } from "./processes.ts";
import type { Program } from "./program.ts";
import { python } from "./python.ts";
import { secretManagers } from "./secret-managers.ts";
import { services } from "./services.ts";
import { signalbox } from "./signalbox.ts";
import { wrappers } from "./wrappers/index.ts";

/** Every program that the gate knows by name. One import and one line per family; a name that two families claim is a mistake that a test finds. */
export const families: readonly (readonly Program[])[] = [
  wrappers,
  conditions,
  files,
  git,
  processes,
  signalbox,
  agents,
  javascript,
  python,
  compiledLanguages,
  checks,
  databases,
  infrastructure,
  clouds,
  forges,
  platforms,
  secretManagers,
  developerTools,
  containers,
  kubernetes,
  services,
  disks,
  accounts,
  osPackages,
  editors,
  desktop,
  crypto,
  network,
];

export const programs: ReadonlyMap<string, Program> = new Map(
  families.flat().flatMap((program) => program.names.map((name) => [name, program] as const)),
);
