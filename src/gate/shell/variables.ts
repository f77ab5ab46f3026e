/** Variables by what their value is to the programs that obey them. */

/** The value is a line of shell or a command's path. */
export const commands = new Set(
  `BASH_COMMAND PROMPT_COMMAND PAGER MANPAGER GIT_PAGER GH_PAGER LESSOPEN LESSCLOSE EDITOR VISUAL GIT_EDITOR GIT_SEQUENCE_EDITOR GIT_SSH GIT_SSH_COMMAND GIT_PROXY_COMMAND GIT_EXTERNAL_DIFF GIT_ASKPASS
   SSH_ASKPASS SUDO_ASKPASS GIT_TEMPLATE_DIR BROWSER SUDO_EDITOR FCEDIT HGEDITOR SVN_EDITOR SVN_SSH CVS_RSH RSYNC_RSH RSYNC_CONNECT_PROG TAR_OPTIONS GPG_TTY_PROGRAM KUBE_EDITOR KUBECTL_EXTERNAL_DIFF
   RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER CARGO_BUILD_RUSTC_WRAPPER MAKE_SHELL SYSTEMD_PAGER SYSTEMD_EDITOR DELTA_PAGER BAT_PAGER PSQL_PAGER PSQL_EDITOR AWS_PAGER npm_config_script_shell npm_config_editor
   npm_config_git npm_config_shell`.split(/\s+/),
);
/** The value is code or a library that is loaded into what runs. */
export const libraries = new Set(
  `LD_PRELOAD LD_AUDIT LD_LIBRARY_PATH DYLD_INSERT_LIBRARIES DYLD_LIBRARY_PATH DYLD_FRAMEWORK_PATH BASH_ENV ENV ZDOTDIR PYTHONSTARTUP PYTHONHOME PERL5DB PERL5LIB PERLLIB RUBYLIB GCONV_PATH LOCPATH NLSPATH TERMINFO
   GIT_EXEC_PATH GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_CONFIG NODE_PATH PYTHONPATH CLASSPATH LUA_PATH LUA_CPATH R_PROFILE R_PROFILE_USER CARGO_HOME RUSTC OPENSSL_CONF OPENSSL_ENGINES SSLKEYLOGFILE
   MAKEFILES INPUTRC SCREENRC VIMINIT EXINIT GIMP2_DIRECTORY XDG_CONFIG_HOME GDBINIT MYVIMRC LESSKEY CORECLR_PROFILER_PATH DOTNET_STARTUP_HOOKS PYTHONBREAKPOINT npm_config_globalconfig npm_config_userconfig
   KUBECONFIG DOCKER_CONFIG WGETRC CURL_HOME`.split(/\s+/),
);
/** Common and harmless when they lead into the workspace, temp or nowhere. */
export const soft = new Set([
  "PYTHONPATH",
  "NODE_PATH",
  "CLASSPATH",
  "LD_LIBRARY_PATH",
  "DYLD_LIBRARY_PATH",
  "CARGO_HOME",
  "XDG_CONFIG_HOME",
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_SYSTEM",
  "GIT_CONFIG",
  "RUSTC",
  "KUBECONFIG",
  "DOCKER_CONFIG",
  "PERL5LIB",
  "RUBYLIB",
  "LUA_PATH",
  "LUA_CPATH",
  "TERMINFO",
  "SSLKEYLOGFILE",
  "npm_config_userconfig",
  "npm_config_globalconfig",
  "WGETRC",
  "CURL_HOME",
  "GIT_ATTR_SOURCE",
]);
/** Among the soft: places of a tool's own settings and caches, which people keep in their home. */
export const settingsOnly = new Set(
  "CARGO_HOME XDG_CONFIG_HOME KUBECONFIG DOCKER_CONFIG TERMINFO SSLKEYLOGFILE npm_config_userconfig npm_config_globalconfig".split(
    " ",
  ),
);
export const compilers = new Set("CC CXX CPP LD AR AS NM RANLIB FC HOSTCC CARGO_BUILD_RUSTC".split(" "));
export const knownRegistry =
  /^(?:direct|off|none|)$|^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1)(?:[:/]|$)|^https:\/\/(?:registry\.npmjs\.org|registry\.yarnpkg\.com|registry\.npmmirror\.com|pypi\.org|download\.pytorch\.org|proxy\.golang\.org|goproxy\.cn|goproxy\.io|rubygems\.org|index\.crates\.io)(?:\/|$)/;
/** Who answers to these keys in the first place. */
export const ownModels =
  /(?:^|\.)(?:anthropic\.com|openai\.com|googleapis\.com|mistral\.ai|openrouter\.ai|openai\.azure\.com|amazonaws\.com)$/;
export const quietCommands = new Set([
  "cat",
  "less",
  "more",
  "true",
  ":",
  "vi",
  "vim",
  "nano",
  "emacs",
  "code",
  "code --wait",
  "echo",
  "false",
  "ssh",
  "head",
  "/bin/true",
  "/usr/bin/true",
  "/bin/false",
  "/bin/cat",
  "sccache",
  "ccache",
  "firefox",
  "chrome",
  "chromium",
  "none",
  "",
  "0",
  "1",
]);
