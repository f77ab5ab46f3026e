/*
 * A shim: this program started under another name, by a link in a folder of shims that stands first on PATH. It asks the daemon whether the
 * program of that name may run with these arguments, and becomes that program, or says why not and exits with 126 (127: there is no
 * such program behind the shims). It knows no policy: what is asked, shown and decided are the daemon's words.
 *
 *   POST /hooks/shim/exec     body: the folder, the program's path, what stdin is, argv[0], argv[1].., each ended by a NUL
 *   POST /hooks/shim/wait     what the answer named, a NUL, and the same body, while a person decides
 *   POST /hooks/shim/decide   what the answer named, a newline, the line that was typed
 * The answer's exit code, if it is not 0, is ours, and its stderr bytes are said. With exit code 0 its stdout bytes are
 *   exec           become the program
 *   wait <what>    show the stderr bytes, then ask `wait`
 *   ask <what>     the same, and what is typed on the terminal meanwhile is told by `decide`
 *
 * Which home: `.signalbox` beside the link, never the environment. Which program: the first of that name on PATH that is no shim. Passed on
 * as they are: argv (with argv[0]), environment, folder, descriptors (closed ones too), signal dispositions and mask.
 */
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "hook.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif

extern char **environ;

enum { not_run = 126, not_found = 127, folders_file_bytes_max = 4096, ask_ms = 280000, decide_ms = 20000 };
static const char folders_file[] = ".signalbox";
/* Where programs are looked for without a PATH. */
static const char standard_path[] = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/* ---- which shim this is ----------------------------------------------------------------------------------------------- */

/* The path that was executed. argv[0] is the caller's to choose. */
static const char *own_path(char **argv) {
#if defined(__linux__)
  const char *path = (const char *)getauxval(AT_EXECFN);
  if (path != NULL) return path;
#endif
  return argv[0] != NULL ? argv[0] : "signalbox-hook";
}

static const char *name_of(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? path : slash + 1;
}

bool is_shim(char **argv) { return strncmp(name_of(own_path(argv)), "signalbox-hook", 14) != 0; }

/* The next folder of a PATH, "." for an empty one; NULL after the last. */
static const char *next_folder(const char **rest, char folder[path_bytes_max]) {
  while (*rest != NULL) {
    const char *start = *rest, *end = strchr(start, ':');
    size_t length = end == NULL ? strlen(start) : (size_t)(end - start);
    *rest = end == NULL ? NULL : end + 1;
    if (length >= path_bytes_max) continue; /* no file could be named in it either */
    memcpy(folder, start, length);
    folder[length] = 0;
    if (length == 0) strcpy(folder, ".");
    return folder;
  }
  return NULL;
}

static bool holds_shims(const char *folder) {
  char path[path_bytes_max + 16];
  struct stat status;
  snprintf(path, sizeof path, "%s/%s", folder, folders_file);
  return lstat(path, &status) == 0;
}

bool shims_parse(char *text, size_t bytes, const char **home) {
  static const char first[] = "signalbox-shims 1\nhome /";
  size_t start = sizeof first - 1;
  if (bytes <= start || bytes > folders_file_bytes_max || memcmp(text, first, start) != 0) return false;
  char *end = memchr(text + start, '\n', bytes - start);
  if (end == NULL || end + 1 != text + bytes || memchr(text, 0, bytes) != NULL) return false;
  *end = 0;
  *home = text + start - 1;
  return strlen(*home) <= path_bytes_max - 32;
}

/* The home that the folder's file names. Whoever could write that file could lead us to another daemon. */
static const char *home_of(const char *folder) {
  static char text[folders_file_bytes_max + 1];
  char path[path_bytes_max + 16];
  const char *home = NULL;
  struct stat status;
  snprintf(path, sizeof path, "%s/%s", folder, folders_file);
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return NULL;
  ssize_t got = -1;
  if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 022) == 0 &&
      (status.st_uid == geteuid() || status.st_uid == 0))
    do got = read(descriptor, text, sizeof text);
    while (got < 0 && errno == EINTR);
  close(descriptor);
  return got > 0 && shims_parse(text, (size_t)got, &home) ? home : NULL;
}

/* The folder of this shim: where it was executed, or, known by its name alone, the first folder of shims on PATH. */
static bool own_folder(const char *path, char folder[path_bytes_max]) {
  const char *slash = strrchr(path, '/');
  if (slash == NULL) {
    const char *rest = getenv("PATH");
    while (next_folder(&rest, folder) != NULL)
      if (holds_shims(folder)) return true;
    return false;
  }
  size_t length = slash == path ? 1 : (size_t)(slash - path);
  if (length >= path_bytes_max) return false;
  memcpy(folder, path, length);
  folder[length] = 0;
  return true;
}

/* ---- which program it stands for -------------------------------------------------------------------------------------- */

static bool is_this_program(const struct stat *candidate) {
#if defined(__linux__)
  struct stat own;
  return stat("/proc/self/exe", &own) == 0 && own.st_dev == candidate->st_dev && own.st_ino == candidate->st_ino;
#else
  return (void)candidate, false;
#endif
}

/* The first program of that name on PATH that is no shim of anybody's: two folders of shims would call each other for ever. */
static bool find_program(const char *name, char program[path_bytes_max]) {
  const char *rest = getenv("PATH");
  char folder[path_bytes_max];
  struct stat status;
  if (rest == NULL) rest = standard_path;
  while (next_folder(&rest, folder) != NULL) {
    int length = snprintf(program, path_bytes_max, "%s/%s", folder, name);
    if (length < 0 || length >= path_bytes_max) continue;
    if (stat(program, &status) != 0 || !S_ISREG(status.st_mode) || access(program, X_OK) != 0) continue;
    if (!holds_shims(folder) && !is_this_program(&status)) return true;
  }
  return false;
}

/* ---- asking ----------------------------------------------------------------------------------------------------------- */

static bool add(struct buffer *body, const char *text) {
  size_t bytes = strlen(text) + 1;
  if (!make_room(body, bytes, payload_bytes_max)) return false;
  memcpy(body->bytes + body->count, text, bytes);
  body->count += bytes;
  return true;
}

/* A script may come by stdin: a person's terminal is another thing than what a download is piped into. */
static const char *stdin_kind(bool closed) {
  struct stat status;
  if (closed || fstat(0, &status) != 0) return "none";
  if (isatty(0)) return "terminal";
  if (S_ISREG(status.st_mode)) return "file";
  return S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) ? "pipe" : "device";
}

static bool describe(struct buffer *body, const char *program, bool stdin_closed, char **argv) {
  char *folder = getcwd(NULL, 0);
  /* A folder that was removed has no name any more; the daemon says what that means. */
  bool whole = add(body, folder == NULL ? "" : folder) && add(body, program) && add(body, stdin_kind(stdin_closed));
  free(folder);
  for (; whole && *argv != NULL; argv++) whole = add(body, *argv);
  return whole;
}

static bool says(const struct buffer *input, const struct answer *answer, const char *word) {
  size_t length = strlen(word);
  return answer->stdout_bytes >= length && memcmp(input->bytes + answer->body_at, word, length) == 0;
}

/* The card and what follows from it: on stderr where that is a terminal, else on the terminal itself, if there is one. */
static void show(int terminal, const struct buffer *input, const struct answer *answer) {
  const char *text = input->bytes + answer->body_at + answer->stdout_bytes;
  size_t bytes = answer->body_bytes - answer->stdout_bytes;
  /* A card that nobody could be shown is still in the hold queue, with a notification. */
  (void)write_all(isatty(2) || terminal < 0 ? 2 : terminal, text, bytes);
}

static bool never(struct beside *beside) { return (void)beside, true; }
static struct beside nothing = {.descriptor = -1, .events = 0, .happened = never};

/* The person at this very terminal, who may answer here. */
struct person {
  struct beside beside; /* first: what `happened` is given */
  const struct call *call;
  char what[128];
};

/* A line was typed: the daemon decides who typed it, and what becomes of it. */
static bool typed(struct beside *beside) {
  struct person *person = (struct person *)beside;
  static struct buffer input;
  static struct fault fault;
  char text[128 + 1 + 512];
  struct answer answer;
  int start = snprintf(text, sizeof text, "%s\n", person->what);
  ssize_t got = read(beside->descriptor, text + start, sizeof text - (size_t)start);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (got <= 0) { /* the end of a terminal is no decision; somebody else may make one */
    beside->descriptor = -1;
    return true;
  }
  struct buffer body = {.bytes = text, .count = (size_t)(start + got), .room = sizeof text};
  struct call call = *person->call;
  call.deadline = now_ms() + decide_ms;
  call.beside = &nothing;
  if (ask_daemon(&call, "decide", &body, &input, &answer, &fault) == asked_well)
    show(beside->descriptor, &input, &answer);
  else {
    (void)write_all(2, fault.text, strlen(fault.text));
    (void)write_all(2, "\n", 1);
  }
  return true;
}

static int refuse(const char *name, const char *program, const char *why) {
  char text[sizeof(struct fault) + 2 * path_bytes_max + 256];
  int length = snprintf(text, sizeof text,
                        "signalbox: %s was not run. %s\nWithout Signalbox, a person can run it by its own path: %s\n", name,
                        why, program);
  (void)write_all(2, text, length < (int)sizeof text ? (size_t)length : sizeof text - 1);
  return not_run;
}

/* What an answer names, of "ask <what>" or "wait <what>"; false if it says neither, or too much. */
static bool names(const struct buffer *input, const struct answer *answer, const char *word, char what[128]) {
  size_t length = strlen(word);
  if (!says(input, answer, word) || answer->stdout_bytes - length >= 128) return false;
  memcpy(what, input->bytes + answer->body_at + length, answer->stdout_bytes - length);
  what[answer->stdout_bytes - length] = 0;
  return true;
}

/* 0: run it. Else the exit code, and why has been said. */
static int ask(const struct call *template, const char *name, const char *program, const struct buffer *body) {
  static struct fault fault;
  struct buffer input = {0}, again = {0};
  struct answer answer;
  struct call call = *template;
  struct person person = {.beside = nothing, .call = template};
  int terminal = -1;
  for (const char *event = "exec";; event = "wait") {
    call.deadline = now_ms() + ask_ms;
    call.beside = &person.beside;
    if (ask_daemon(&call, event, again.count > 0 ? &again : body, &input, &answer, &fault) != asked_well)
      return refuse(name, program, fault.text);
    if (answer.exit_code != 0 || says(&input, &answer, "exec")) break;
    bool asks = names(&input, &answer, "ask ", person.what);
    if (!asks && !names(&input, &answer, "wait ", person.what))
      return refuse(name, program, "Signalbox's daemon said something that this shim does not know. Run: signalbox doctor");
    again.count = 0;
    if (!add(&again, person.what) || !make_room(&again, body->count, payload_bytes_max))
      return refuse(name, program, "There is too little memory to ask.");
    memcpy(again.bytes + again.count, body->bytes, body->count);
    again.count += body->count;
    if (terminal < 0) terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (asks && terminal >= 0)
      person.beside = (struct beside){.descriptor = terminal, .events = POLLIN, .happened = typed};
    show(terminal, &input, &answer);
  }
  if (answer.exit_code != 0) {
    const char *text = input.bytes + answer.body_at + answer.stdout_bytes;
    (void)write_all(2, text, answer.body_bytes - answer.stdout_bytes);
  }
  if (terminal >= 0) close(terminal);
  free(input.bytes);
  free(again.bytes);
  return answer.exit_code;
}

/* ---- becoming it ------------------------------------------------------------------------------------------------------ */

/* Returns only if it can't be run. A script without a first line of its own is run by sh, as execvp does. */
static int become(const char *program, int argc, char **argv) {
  execve(program, argv, environ);
  if (errno == ENOEXEC && argc > 0) {
    char **shell = calloc((size_t)argc + 2, sizeof *shell);
    if (shell != NULL) {
      shell[0] = "/bin/sh";
      shell[1] = (char *)program;
      memcpy(shell + 2, argv + 1, (size_t)argc * sizeof *shell); /* with the NULL at its end */
      execve(shell[0], shell, environ);
      free(shell);
    }
  }
  int failure = errno;
  fprintf(stderr, "signalbox: %s can't be run: %s\n", program, strerror(failure));
  return failure == ENOENT ? not_found : not_run;
}

int shim_main(int argc, char **argv) {
  static struct record record;
  static struct fault fault;
  char folder[path_bytes_max], program[path_bytes_max];
  const char *path = own_path(argv), *name = name_of(path);
  struct sigaction ignored = {.sa_handler = SIG_IGN}, before;
  int closed = fill_standard_descriptors();
  const char *home = own_folder(path, folder) ? home_of(folder) : NULL;
  if (!find_program(name, program)) {
    fprintf(stderr, "signalbox: %s: no such program on PATH behind the shims\n", name);
    return not_found;
  }
  if (home == NULL) {
    say(&fault, "The shim %s does not know which Signalbox it belongs to: %s beside it is missing or not this user's. Run: "
                "signalbox shim install", path, folders_file);
    return refuse(name, program, fault.text);
  }
  if (!record_read(home, &record, &fault)) return refuse(name, program, fault.text);
  struct buffer body = {0};
  if (!describe(&body, program, closed & 1, argv)) return refuse(name, program, "There is too little memory to ask.");
  sigaction(SIGPIPE, &ignored, &before);
  struct call call = {.home = home, .agent = "shim", .without = "shim uninstall", .record = &record, .decides = true};
  int code = ask(&call, name, program, &body);
  sigaction(SIGPIPE, &before, NULL);
  if (code != 0) return code;
  free(body.bytes);
  for (int descriptor = 0; descriptor < 3; descriptor++)
    if (closed & 1 << descriptor) close(descriptor);
  return become(program, argc, argv);
}
