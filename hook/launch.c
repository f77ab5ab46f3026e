/* Reaching the daemon: its socket, the launch record, and one start among many hooks with a clean environment. See hook.h. */
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
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

static void path_in(char *path, const char *home, const char *name) {
  snprintf(path, path_bytes_max, "%s/%s", home, name); /* main checked that it fits */
}

/* ---- the socket ------------------------------------------------------------------------------------------------------- */

/* The listener must be ours, or root's (a system socket unit): nobody else may give verdicts. */
static bool peer_is_trusted(int descriptor) {
#if defined(__linux__)
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  uid_t uid = peer.uid;
#else
  uid_t uid;
  gid_t gid;
  if (getpeereid(descriptor, &uid, &gid) != 0) return false;
#endif
  return uid == geteuid() || uid == 0;
}

/* A connected descriptor, or -1 with errno; ENOENT and ECONNREFUSED mean "away". */
static int connect_daemon(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return errno = ENAMETOOLONG, -1;
  strcpy(address.sun_path, path);
  int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
  if (descriptor < 0) return -1;
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  fcntl(descriptor, F_SETFL, O_NONBLOCK); /* a full backlog then says EAGAIN instead of waiting without end */
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0) {
    if (peer_is_trusted(descriptor)) return descriptor;
    errno = EPERM;
  }
  int failure = errno;
  close(descriptor);
  errno = failure;
  return -1;
}

/* ---- the record ------------------------------------------------------------------------------------------------------- */

bool record_parse(size_t bytes, struct record *record, const char **why) {
  size_t args = 1, envs = 0;
  char *line = record->text, *end = record->text + bytes;
  memset(record->argv, 0, sizeof record->argv);
  memset(record->envp, 0, sizeof record->envp);
  record->socket[0] = 0;
  *end = 0;
  for (bool first = true; line < end; first = false) {
    char *stop = memchr(line, '\n', (size_t)(end - line));
    if (stop == NULL) return *why = "its last line is cut off", false;
    *stop = 0;
    if (strlen(line) != (size_t)(stop - line)) return *why = "it contains a NUL byte", false;
    if (first) {
      if (strcmp(line, "signalbox-launch 1") != 0) return *why = "it is not of a version that this hook knows", false;
    } else if (strncmp(line, "socket /", 8) == 0 && record->socket[0] == 0) {
      if (strlen(line + 7) > socket_path_bytes_max) return *why = "its socket's path is too long", false;
      strcpy(record->socket, line + 7);
    } else if (strncmp(line, "exec /", 6) == 0 && record->argv[0] == NULL) {
      record->argv[0] = line + 5;
    } else if (strncmp(line, "arg ", 4) == 0) {
      if (args > record_words_max) return *why = "it has too many arguments", false;
      record->argv[args++] = line + 4;
    } else if (strncmp(line, "env ", 4) == 0 && strchr(line + 4, '=') > line + 4) {
      if (envs >= record_words_max) return *why = "it has too many variables", false;
      record->envp[envs++] = line + 4;
    } else
      return *why = "it has a line that this hook does not know", false;
    line = stop + 1;
  }
  if (bytes == 0 || record->socket[0] == 0) return *why = "it names no socket", false;
  return true;
}

/* Whoever could write here could name the program that answers for Signalbox. */
static bool is_ours(const struct stat *status) { return status->st_uid == geteuid() && (status->st_mode & 022) == 0; }

bool record_read(const char *home, struct record *record, struct fault *fault) {
  char path[path_bytes_max];
  struct stat status;
  const char *why = NULL;
  if (stat(home, &status) != 0) {
    say(fault, "Signalbox's home %s can't be read (%s), so nothing is allowed. Run: signalbox doctor", home,
        strerror(errno));
    return false;
  }
  if (!S_ISDIR(status.st_mode) || !is_ours(&status)) {
    say(fault, "Signalbox's home %s must be a folder that only its owner can change, so nothing is allowed. Run: chmod 700 '%s'",
        home, home);
    return false;
  }
  path_in(path, home, "launch");
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0 && errno == ENOENT) {
    *record = (struct record){0};
    size_t length = strlen(home) + sizeof "/sock" - 1;
    if (length <= socket_path_bytes_max) {
      snprintf(record->socket, sizeof record->socket, "%s/sock", home);
      return true;
    }
    why = "there is none, and the home's path is too long for a socket";
  } else if (descriptor < 0)
    why = strerror(errno);
  else {
    size_t count = 0;
    ssize_t got = 1;
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || !is_ours(&status))
      why = "it must be a file that only its owner can change";
    while (why == NULL && got > 0) {
      got = read(descriptor, record->text + count, record_bytes_max - count);
      if (got < 0 && errno != EINTR) why = strerror(errno);
      if (got > 0 && (count += (size_t)got) == record_bytes_max) why = "it is too long";
      if (got < 0 && errno == EINTR) got = 1;
    }
    close(descriptor);
    if (why == NULL && record_parse(count, record, &why)) return true;
  }
  say(fault, "Signalbox's launch record %s can't be used: %s. So nothing is allowed. Run: signalbox doctor", path, why);
  return false;
}

static bool launch_forbidden(const char *home) {
  char path[path_bytes_max];
  struct stat status;
  path_in(path, home, "stay");
  return lstat(path, &status) == 0;
}

/* ---- the failed try, remembered across processes ---------------------------------------------------------------------- */

/* Names this boot, so that the time since boot that is written beside it means something. Wall time would step. */
static void boot_name(char name[64]) {
  strcpy(name, "unknown");
#if defined(__linux__)
  int descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  ssize_t got = descriptor < 0 ? -1 : read(descriptor, name, 36);
  if (got > 0) name[got] = 0;
  if (descriptor >= 0) close(descriptor);
#elif defined(__APPLE__)
  size_t size = 63;
  char text[64] = {0};
  if (sysctlbyname("kern.bootsessionuuid", text, &size, NULL, 0) == 0) strcpy(name, text);
#endif
}

static bool failed_lately(int descriptor) {
  char boot[64], text[128] = {0}, of[64];
  long long at;
  if (pread(descriptor, text, sizeof text - 1, 0) <= 0 || sscanf(text, "failed %lld %63s", &at, of) != 2) return false;
  boot_name(boot);
  int64_t since = now_ms() - at;
  return strcmp(boot, of) == 0 && since >= 0 && since < start_again_ms;
}

/* If this can't be written, the next hook tries again: slower, but no less safe. */
static void remember(int descriptor, bool failed) {
  char boot[64], text[128];
  boot_name(boot);
  int length = failed ? snprintf(text, sizeof text, "failed %lld %s\n", (long long)now_ms(), boot) : 0;
  if (ftruncate(descriptor, 0) == 0 && failed) (void)!pwrite(descriptor, text, (size_t)length, 0);
}

/* ---- the start -------------------------------------------------------------------------------------------------------- */

/* The daemon's stderr until it has a log of its own: a crash at start must not be silent. */
static int open_launch_log(const char *home) {
  char path[path_bytes_max];
  struct stat status;
  path_in(path, home, "log");
  mkdir(path, 0700); /* mostly there already */
  path_in(path, home, "log/launch.log");
  int descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (descriptor >= 0 && fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) {
    if (status.st_size > 1024 * 1024) (void)!ftruncate(descriptor, 0);
    return descriptor;
  }
  if (descriptor >= 0) close(descriptor);
  return open("/dev/null", O_WRONLY);
}

static void close_from(int first, int keep) {
#if defined(__linux__) && defined(SYS_close_range)
  if (keep > first) syscall(SYS_close_range, (unsigned)first, (unsigned)keep - 1, 0);
  if (syscall(SYS_close_range, (unsigned)(keep >= first ? keep + 1 : first), ~0u, 0) == 0) return;
#endif
  struct rlimit limit;
  int end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
  for (int descriptor = first; descriptor < end; descriptor++)
    if (descriptor != keep) close(descriptor);
}

static void reset_signals(void) {
  sigset_t none;
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL); /* KILL and STOP refuse, rightly */
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the grandchild. Never returns; `told` (closed by a successful exec) carries errno back. */
static void become_daemon(const char *home, const struct record *record, int told) {
  int null = open("/dev/null", O_RDWR), log = open_launch_log(home);
  if (null < 0 || log < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(log, 2) < 0 || chdir("/") != 0) _exit(1);
  close_from(3, told);
  reset_signals();
  umask(077);
  execve(record->argv[0], record->argv, (char *const *)record->envp);
  int failure = errno;
  (void)!write(told, &failure, sizeof failure);
  _exit(1);
}

/* Forks twice, so that the daemon belongs to nobody. 0, or the errno of what failed. */
static int start_daemon(const char *home, const struct record *record) {
  int pipes[2], failure = 0, status;
  if (pipe(pipes) != 0) return errno;
  /* Above 2 they are, because main filled those; on exec the writing end closes, which the read below sees as success. */
  fcntl(pipes[0], F_SETFD, FD_CLOEXEC);
  fcntl(pipes[1], F_SETFD, FD_CLOEXEC);
  pid_t child = fork();
  if (child == 0) {
    setsid();
    pid_t grandchild = fork();
    if (grandchild == 0) become_daemon(home, record, pipes[1]);
    failure = errno;
    if (grandchild < 0) (void)!write(pipes[1], &failure, sizeof failure);
    _exit(grandchild < 0);
  }
  if (child < 0) failure = errno;
  close(pipes[1]);
  if (child > 0) {
    ssize_t got;
    do got = read(pipes[0], &failure, sizeof failure);
    while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof failure) failure = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  }
  close(pipes[0]);
  return failure;
}

/* Connects, starting the daemon if no other hook does, within `start_wait_ms`. A connected descriptor, or -1 with the fault. */
static int launch_daemon(const char *home, const struct record *record, struct fault *fault) {
  char path[path_bytes_max];
  bool leading = false;
  int connection;
  if (record->argv[0] == NULL) {
    say(fault,
        "Signalbox's daemon is away and %s/launch does not say how to start it, so nothing is allowed. Run: signalbox up",
        home);
    return -1;
  }
  path_in(path, home, "launching");
  int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (lock < 0) {
    say(fault, "Signalbox's daemon is away and can't be started: %s: %s. Run: signalbox doctor", path, strerror(errno));
    return -1;
  }
  int64_t until = now_ms() + start_wait_ms;
  for (;;) {
    if ((connection = connect_daemon(record->socket)) >= 0) break;
    /* Whoever waits takes the lock over when it gets free: then the leader has failed, and said so in the file, or was killed. */
    if (!leading && flock(lock, LOCK_EX | LOCK_NB) == 0) {
      leading = true;
      if ((connection = connect_daemon(record->socket)) >= 0) break;
      if (failed_lately(lock)) {
        leading = false;
        say(fault,
            "Signalbox's daemon is away and could not be started a moment ago, so nothing is allowed. Run: signalbox doctor; "
            "its words are in %s/log/launch.log",
            home);
        break;
      }
      int failure = start_daemon(home, record);
      if (failure != 0) {
        say(fault, "Signalbox's daemon is away and %s can't be run (%s), so nothing is allowed. Run: signalbox doctor",
            record->argv[0], strerror(failure));
        break;
      }
    }
    if (now_ms() >= until) {
      say(fault,
          "Signalbox's daemon is away and did not start within %d seconds, so nothing is allowed. Try the call again; if it "
          "stays so, run: signalbox doctor; its words are in %s/log/launch.log",
          start_wait_ms / 1000, home);
      break;
    }
    pause_ms(5);
  }
  if (leading) remember(lock, connection < 0);
  close(lock); /* and unlocks */
  return connection;
}

/* ---- both ------------------------------------------------------------------------------------------------------------- */

/*
 * Connects, or starts the daemon for an event that decides. A call whose connection was lost waits for the daemon's return
 * until its deadline, because a person may be about to approve it; one that was told of a drain leaves the starting to others,
 * else `signalbox down` would never last while a hold waits.
 */
enum reached reach_daemon(const struct call *call, enum before before, int *connection, struct fault *fault) {
  const struct record *record = call->record;
  static int64_t launched_at; /* 0 = not yet; a daemon that crashes at every call is not started at every turn */
  int64_t lost_at = now_ms();
  for (int pause = 2;; pause = pause < 100 ? pause * 2 : 100) {
    *connection = connect_daemon(record->socket);
    if (*connection >= 0) return reached_daemon;
    int failure = errno;
    if (failure != ENOENT && failure != ECONNREFUSED && failure != EAGAIN) {
      say(fault, "Signalbox's daemon can't be reached at %s (%s), so nothing is allowed. Run: signalbox doctor",
          record->socket, strerror(failure));
      return reached_nobody;
    }
    if (failure != EAGAIN) {
      if (!call->decides) return reached_nobody;
      if (launch_forbidden(call->home)) {
        say(fault,
            "Signalbox was stopped to stay stopped, so nothing is allowed. A person can start it with: signalbox up, or "
            "go on without it: signalbox %s",
            call->without);
        return reached_nobody;
      }
      bool due = before == never_met || (before == lost_it && now_ms() - lost_at >= lost_grace_ms);
      if (due && (launched_at == 0 || now_ms() - launched_at >= start_again_ms)) {
        launched_at = now_ms();
        *connection = launch_daemon(call->home, record, fault);
        if (*connection >= 0) return reached_daemon;
        if (before == never_met) return reached_nobody;
      }
    }
    if (now_ms() + pause >= call->deadline) return reached_late;
    struct pollfd beside = {.fd = call->beside->descriptor}; /* what was typed is read once somebody can be told */
    if (poll(&beside, 1, pause) > 0 && !call->beside->happened(call->beside)) return reached_late;
  }
}
