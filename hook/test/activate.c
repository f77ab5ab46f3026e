/*
 * activate PATH PROGRAM [ARGS...]: socket activation as systemd does it, for tests.
 *
 * Binds and listens on PATH, says "listening" on stdout, waits until a connection is there without accepting it, then runs PROGRAM with
 * the socket as descriptor 3, LISTEN_FDS=1 and LISTEN_PID=its pid (sd_listen_fds(3)). Passes SIGTERM on, ends as PROGRAM ends, and
 * never removes PATH. LISTEN_PID_OFF in the environment is added to the pid that it tells, to tell a wrong one.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t child;

static void pass_on(int signal) {
  if (child > 0) kill((pid_t)child, signal);
}

static void fail(const char *what) {
  perror(what);
  exit(125);
}

int main(int argc, char **argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc < 3 || strlen(argv[1]) >= sizeof address.sun_path) return 125;
  strcpy(address.sun_path, argv[1]);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  umask(0177);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 64) != 0) fail(argv[1]);
  umask(0077);
  if (dup2(fd, 3) != 3) fail("dup2");
  if (fd != 3) close(fd);
  puts("listening");
  fflush(stdout);

  struct sigaction action = {.sa_handler = pass_on};
  sigaction(SIGTERM, &action, NULL);
  struct pollfd called = {.fd = 3, .events = POLLIN};
  if (poll(&called, 1, -1) != 1) fail("poll");

  pid_t pid = fork();
  if (pid < 0) fail("fork");
  if (pid == 0) {
    const char *off = getenv("LISTEN_PID_OFF");
    char text[32];
    snprintf(text, sizeof text, "%d", (int)getpid() + (off == NULL ? 0 : atoi(off)));
    unsetenv("LISTEN_PID_OFF");
    setenv("LISTEN_PID", text, 1);
    setenv("LISTEN_FDS", "1", 1);
    execv(argv[2], argv + 2);
    fail(argv[2]);
  }
  child = pid;
  int status;
  while (waitpid(pid, &status, 0) != pid)
    ;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
