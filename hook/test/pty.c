/*
 * pty CMD ARGS...: runs a command as a person at a terminal would: in a session of its own, which it leads, with a
 * pseudo-terminal as its controlling terminal and no program of the caller's among its ancestors. Its terminal is joined to our
 * stdin and stdout; we exit with its code. Only for tests; docs/threat-model.md says why the guard can tell this from a person
 * (the session is younger than the agent's), and when it can't.
 *
 * SIGTERM ends us, which hangs up the terminal and so ends the command.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static int fail(const char *what) {
  fprintf(stderr, "pty: %s: %s\n", what, strerror(errno));
  return 125;
}

/* In the command's process: the new session gets the terminal. */
static void become_command(const char *terminal, char **argv) {
  setsid();
  int tty = open(terminal, O_RDWR);
  if (tty < 0 || ioctl(tty, TIOCSCTTY, 0) != 0) _exit(fail("controlling terminal"));
  for (int descriptor = 0; descriptor < 3; descriptor++) dup2(tty, descriptor);
  if (tty > 2) close(tty);
  execvp(argv[0], argv);
  _exit(fail(argv[0]));
}

/* Between us and the command: its parent, itself an orphan, so that the command has none of our ancestors. */
static void keep(const char *terminal, char **argv, int master, int result) {
  setsid();
  pid_t command = fork();
  if (command == 0) {
    close(master);
    close(result);
    become_command(terminal, argv);
  }
  close(master);
  for (int descriptor = 0; descriptor < 3; descriptor++) close(descriptor); /* our caller waits for these to close */
  int status = 0;
  while (command > 0 && waitpid(command, &status, 0) < 0 && errno == EINTR) continue;
  int code = command < 0 ? 125 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  _exit(write(result, &code, sizeof code) == (ssize_t)sizeof code ? 0 : 1);
}

static int relay(int master, int result) {
  char bytes[65536];
  struct pollfd polled[3] = {{.fd = 0, .events = POLLIN}, {.fd = master, .events = POLLIN}, {.fd = result, .events = POLLIN}};
  int code = 125;
  for (;;) {
    if (poll(polled, 3, -1) < 0 && errno != EINTR) return fail("poll");
    if (polled[0].revents) {
      ssize_t got = read(0, bytes, sizeof bytes);
      if (got > 0 && write(master, bytes, (size_t)got) != got) return fail("terminal");
      if (got <= 0) polled[0].fd = -1; /* a terminal has no end of file to pass on but the character */
      if (got == 0 && write(master, "\004", 1) != 1) return fail("terminal");
    }
    if (polled[1].revents) {
      ssize_t got = read(master, bytes, sizeof bytes);
      if (got > 0 && write(1, bytes, (size_t)got) != got) return fail("stdout");
      if (got <= 0) return fail("terminal");
    } else if (polled[2].revents) /* the command ended, and all that it said is passed on */
      break;
  }
  ssize_t got;
  do got = read(result, &code, sizeof code);
  while (got < 0 && errno == EINTR);
  return code;
}

int main(int argc, char **argv) {
  int result[2];
  if (argc < 2) return fprintf(stderr, "usage: pty CMD ARGS...\n"), 125;
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) return fail("pseudo-terminal");
  char *terminal = ptsname(master);
  /* Held open, so that the command's end is told by `result`, after all that it said, and not by an error of the terminal. */
  int slave = open(terminal, O_RDWR | O_NOCTTY);
  if (slave < 0 || pipe(result) != 0) return fail("pipe");
  struct termios mode;
  if (tcgetattr(slave, &mode) == 0) {
    mode.c_lflag &= ~(tcflag_t)ECHO; /* tests read what the command says, not what they typed */
    mode.c_oflag &= ~(tcflag_t)OPOST;
    tcsetattr(slave, TCSANOW, &mode);
  }
  struct winsize size = {.ws_row = 40, .ws_col = 120};
  ioctl(slave, TIOCSWINSZ, &size);
  for (int i = 0; i < 2; i++) fcntl(result[i], F_SETFD, FD_CLOEXEC);
  fcntl(master, F_SETFD, FD_CLOEXEC);
  fcntl(slave, F_SETFD, FD_CLOEXEC);
  pid_t between = fork();
  if (between == 0) {
    close(result[0]);
    pid_t keeper = fork();
    if (keeper == 0) keep(terminal, argv + 1, master, result[1]);
    _exit(keeper < 0 ? 1 : 0);
  }
  int status;
  if (between < 0 || waitpid(between, &status, 0) < 0 || status != 0) return fail("fork");
  close(result[1]);
  int code = relay(master, result[0]);
  close(slave);
  return code;
}
