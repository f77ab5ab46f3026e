/*
 * hook --peer: who made the connection on descriptor 3, as one line of JSON. Node can't ask the kernel this.
 *
 *   {"pid":9,"uid":1000,"group":9,"foreground":9,"session":7,"tty":"136:3","now":81234,"unit":100,
 *    "processes":[{"pid":9,"parent":7,"group":9,"start":8110,"name":"node","program":"/usr/bin/node","arguments":["node","x"]},
 *                 ...]}
 *   {"unknown":"why"}
 *
 * `processes` begins with the peer and goes up to the first process; `group`, `foreground` and `session` are process ids, and
 * the session's and the group's leaders are added behind the ancestors where they are none of them. `start` and `now` count
 * `unit`s per second since boot (macOS: since 1970). `tty` is empty without a controlling terminal. Strings carry bytes as the
 * characters U+0000 to U+00FF. The credentials are those of whoever called connect(): a descriptor that was passed on or
 * inherited still names its maker (docs/threat-model.md).
 */
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "hook.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/sysmacros.h>
#if !defined(SO_PEERPIDFD)
#define SO_PEERPIDFD 77 /* Linux 6.5; older headers do not know it */
#endif
#elif defined(__APPLE__)
#include <libproc.h>
#include <sys/proc_info.h>
#include <sys/sysctl.h>
#include <sys/un.h>
#endif

enum { ancestors_max = 64, text_bytes_max = 1024, arguments_max = 6 };

struct process {
  long pid, parent, group, session, foreground;
  unsigned long tty;
  unsigned long long start;
  char name[64], program[text_bytes_max], arguments[text_bytes_max];
  size_t arguments_bytes;
};

static int unknown(const char *why) {
  printf("{\"unknown\":\"%s\"}\n", why);
  return fflush(stdout) == 0 ? 0 : 1;
}

static void print_string(const char *text, size_t count) {
  putchar('"');
  for (size_t i = 0; i < count; i++) {
    unsigned char byte = (unsigned char)text[i];
    if (byte < 0x20 || byte >= 0x7f || byte == '"' || byte == '\\') printf("\\u%04x", byte);
    else putchar(byte);
  }
  putchar('"');
}

#if defined(__linux__)

static size_t read_file(long pid, const char *name, char *bytes, size_t room) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%ld/%s", pid, name);
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  size_t count = 0;
  for (ssize_t got = 1; descriptor >= 0 && got > 0 && count < room; count += got > 0 ? (size_t)got : 0)
    got = read(descriptor, bytes + count, room - count);
  if (descriptor >= 0) close(descriptor);
  return count;
}

/* proc(5), stat: `pid (name) state ppid pgrp session tty_nr tpgid ...`, starttime is field 22; the name may contain anything. */
static bool read_process(long pid, struct process *process) {
  char text[1024], path[64];
  size_t count = read_file(pid, "stat", text, sizeof text - 1);
  text[count] = 0;
  char *open = strchr(text, '('), *close = strrchr(text, ')');
  memset(process, 0, sizeof *process);
  char state;
  int tty;
  if (open == NULL || close == NULL || close < open ||
      sscanf(close + 1, " %c %ld %ld %ld %d %ld %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &state,
             &process->parent, &process->group, &process->session, &tty, &process->foreground, &process->start) != 7)
    return false;
  if (state == 'Z' || state == 'X') return false;
  process->pid = pid;
  process->tty = (unsigned)tty;
  snprintf(process->name, sizeof process->name, "%.*s", (int)(close - open - 1), open + 1);
  snprintf(path, sizeof path, "/proc/%ld/exe", pid);
  ssize_t length = readlink(path, process->program, sizeof process->program - 1);
  process->program[length > 0 ? length : 0] = 0; /* another user's is not ours to read */
  process->arguments_bytes = read_file(pid, "cmdline", process->arguments, sizeof process->arguments);
  return true;
}

static void print_tty(unsigned long tty) { printf("\"%u:%u\"", major((dev_t)tty), minor((dev_t)tty)); }

static unsigned long long clock_units(long *unit) {
  struct timespec now;
  *unit = sysconf(_SC_CLK_TCK);
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (unsigned long long)now.tv_sec * (unsigned long long)*unit +
         (unsigned long long)now.tv_nsec * (unsigned long long)*unit / 1000000000ull;
}

/* `*pin` stays readable for nothing until the process ends; -1 where the kernel has none. */
static bool find_peer(int descriptor, long *pid, long *uid, int *pin) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid <= 0) return false;
  *pid = peer.pid;
  *uid = (long)peer.uid;
  size = sizeof *pin;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERPIDFD, pin, &size) == 0) return true;
  *pin = -1;
  return errno == ENOPROTOOPT; /* anything else means that the process is gone */
}

static bool has_ended(int pin) {
  struct pollfd polled = {.fd = pin, .events = POLLIN};
  return pin >= 0 && poll(&polled, 1, 0) != 0;
}

#elif defined(__APPLE__)

static bool read_process(long pid, struct process *process) {
  struct proc_bsdinfo info;
  memset(process, 0, sizeof *process);
  if (proc_pidinfo((int)pid, PROC_PIDTBSDINFO, 0, &info, sizeof info) != (int)sizeof info) return false;
  if (info.pbi_status == 5 /* SZOMB */) return false;
  process->pid = pid;
  process->parent = info.pbi_ppid;
  process->group = info.pbi_pgid;
  process->session = getsid((pid_t)pid);
  process->foreground = (long)(int)info.e_tpgid;
  process->tty = info.e_tdev == (uint32_t)-1 ? 0 : info.e_tdev;
  process->start = info.pbi_start_tvsec * 1000000ull + info.pbi_start_tvusec;
  snprintf(process->name, sizeof process->name, "%s", info.pbi_name[0] != 0 ? info.pbi_name : info.pbi_comm);
  if (proc_pidpath((int)pid, process->program, sizeof process->program) <= 0) process->program[0] = 0;
  /* KERN_PROCARGS2: the count, the program's path, NULs, then the arguments. */
  static char text[1024 * 1024];
  size_t size = sizeof text;
  int query[3] = {CTL_KERN, KERN_PROCARGS2, (int)pid};
  if (sysctl(query, 3, text, &size, NULL, 0) == 0 && size > sizeof(int)) {
    size_t at = sizeof(int);
    while (at < size && text[at] != 0) at++;
    while (at < size && text[at] == 0) at++;
    size_t count = size - at < sizeof process->arguments ? size - at : sizeof process->arguments;
    int arguments;
    memcpy(&arguments, text, sizeof arguments);
    memcpy(process->arguments, text + at, count);
    for (size_t i = 0; i < count && arguments > 0; i++)
      if (process->arguments[i] == 0 && --arguments >= 0) process->arguments_bytes = i + 1;
  }
  return true;
}

static void print_tty(unsigned long tty) { printf("\"%lu:%lu\"", (tty >> 24) & 0xff, tty & 0xffffff); }

static unsigned long long clock_units(long *unit) {
  struct timespec now;
  *unit = 1000000;
  clock_gettime(CLOCK_REALTIME, &now);
  return (unsigned long long)now.tv_sec * 1000000ull + (unsigned long long)now.tv_nsec / 1000;
}

static bool find_peer(int descriptor, long *pid, long *uid, int *pin) {
  pid_t peer;
  uid_t user;
  gid_t group;
  socklen_t size = sizeof peer;
  *pin = -1; /* macOS pins no process: the start time read twice must do */
  if (getsockopt(descriptor, SOL_LOCAL, LOCAL_PEERPID, &peer, &size) != 0 || peer <= 0) return false;
  if (getpeereid(descriptor, &user, &group) != 0) return false;
  *pid = peer;
  *uid = (long)user;
  return true;
}

static bool has_ended(int pin) { return pin >= 0; }

#endif

#if defined(__linux__) || defined(__APPLE__)

/* The chain from `pid` to the first process. 0 if one of them can't be read or there are too many. */
static size_t read_chain(long pid, struct process *chain) {
  size_t count = 0;
  for (; pid > 0 && count < ancestors_max; pid = chain[count++].parent)
    if (!read_process(pid, &chain[count])) return 0;
  return pid > 0 ? 0 : count;
}

static bool same_chain(const struct process *a, const struct process *b, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (a[i].pid != b[i].pid || a[i].parent != b[i].parent || a[i].start != b[i].start || a[i].session != b[i].session)
      return false;
  return true;
}

static void add_leader(long pid, struct process *chain, size_t *count) {
  for (size_t i = 0; i < *count; i++)
    if (chain[i].pid == pid) return;
  if (pid > 0 && read_process(pid, &chain[*count])) (*count)++;
}

static void print_process(const struct process *process) {
  printf("{\"pid\":%ld,\"parent\":%ld,\"group\":%ld,\"start\":%llu,\"name\":", process->pid, process->parent,
         process->group, process->start);
  print_string(process->name, strlen(process->name));
  printf(",\"program\":");
  print_string(process->program, strlen(process->program));
  printf(",\"arguments\":[");
  size_t at = 0;
  for (int i = 0; i < arguments_max && at < process->arguments_bytes; i++) {
    size_t length = strnlen(process->arguments + at, process->arguments_bytes - at);
    if (i > 0) putchar(',');
    print_string(process->arguments + at, length);
    at += length + 1;
  }
  printf("]}");
}

int peer_main(int descriptor) {
  static struct process chain[ancestors_max + 2], again[ancestors_max];
  long pid, uid, unit;
  int pin;
  if (!find_peer(descriptor, &pid, &uid, &pin)) return unknown("the kernel names no living process for this connection");
  /* A parent may end while it is read: its children then move to another, so the chain must be the same twice. */
  size_t count = 0;
  for (int attempt = 0; attempt < 3 && count == 0; attempt++) {
    count = read_chain(pid, chain);
    if (count == 0 || read_chain(pid, again) != count || !same_chain(chain, again, count)) count = 0;
  }
  if (count == 0) return unknown("the process that connected, or one of its ancestors, can't be read or has ended");
  size_t processes = count;
  add_leader(chain[0].session, chain, &processes);
  add_leader(chain[0].group, chain, &processes);
  struct process last;
  if (has_ended(pin) || !read_process(pid, &last) || last.start != chain[0].start)
    return unknown("the process that connected has ended");
  unsigned long long now = clock_units(&unit);
  printf("{\"pid\":%ld,\"uid\":%ld,\"group\":%ld,\"foreground\":%ld,\"session\":%ld,\"tty\":", pid, uid, chain[0].group,
         chain[0].foreground, chain[0].session);
  if (chain[0].tty == 0) printf("\"\"");
  else print_tty(chain[0].tty);
  printf(",\"now\":%llu,\"unit\":%ld,\"processes\":[", now, unit);
  for (size_t i = 0; i < processes; i++) {
    if (i > 0) putchar(',');
    print_process(&chain[i]);
  }
  printf("]}\n");
  return fflush(stdout) == 0 ? 0 : 1;
}

#else

int peer_main(int descriptor) {
  (void)descriptor;
  return unknown("this hook can't ask this system who connected");
}

#endif
