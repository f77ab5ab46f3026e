/*
 * connect-load SOCKET SECONDS PER_SECOND: opens connections to a Unix socket for so long, at most so many a second. Every fourth asks with the line
 * on stdin and waits for the first bytes of its answer, up to 64 at once; the others go without a word. Prints how many were opened, asked and
 * answered. From C, because the client must cost the machine less than the daemon that is measured.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { asking_max = 64, wait_ms_max = 10000 };

static struct pollfd asking[asking_max];
static int asking_now;
static long opened, asked, answered;

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* Takes what was answered; waits up to `ms` for the first. */
static void take_answers(int ms) {
  if (asking_now == 0) return;
  int ready = poll(asking, (nfds_t)asking_now, ms);
  if (ready < 0 && errno != EINTR) fail("poll");
  for (int i = asking_now - 1; i >= 0 && ready > 0; i--) {
    if (asking[i].revents == 0) continue;
    char bytes[4096];
    if (read(asking[i].fd, bytes, sizeof bytes) > 0) answered++;
    close(asking[i].fd);
    asking[i] = asking[--asking_now];
  }
}

int main(int argc, char **argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc != 4 || strlen(argv[1]) >= sizeof address.sun_path) return fputs("Usage: connect-load SOCKET SECONDS PER_SECOND\n", stderr), 2;
  strcpy(address.sun_path, argv[1]);
  double span = atof(argv[2]), rate = atof(argv[3]);
  char question[4096];
  ssize_t bytes = read(0, question, sizeof question);
  if (bytes <= 0) fail("stdin");
  double from = seconds_now();
  for (double now = from; now - from < span; now = seconds_now()) {
    if ((double)opened >= (now - from) * rate) {
      /* Ahead of the rate: waits for answers, or a moment. */
      if (asking_now > 0) take_answers(1);
      else nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
      continue;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("socket");
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    if (opened++ % 4 != 0) {
      close(fd);
      continue;
    }
    if (write(fd, question, (size_t)bytes) != bytes) fail("write");
    asked++;
    asking[asking_now++] = (struct pollfd){.fd = fd, .events = POLLIN};
    if (asking_now == asking_max) take_answers(wait_ms_max);
    if (asking_now == asking_max) return fputs("nothing was answered for 10 s\n", stderr), 1;
  }
  double took = seconds_now() - from;
  for (double until = seconds_now() + wait_ms_max / 1e3; asking_now > 0 && seconds_now() < until;) take_answers(100);
  printf("{\"opened\":%ld,\"asked\":%ld,\"answered\":%ld,\"seconds\":%.3f}\n", opened, asked, answered, took);
  return 0;
}
