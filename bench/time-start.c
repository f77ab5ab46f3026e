/*
 * time-start COUNT WARM FILE PROGRAM ARG...: starts the program COUNT times, one after the other, with FILE's bytes in a pipe as its stdin and
 * /dev/null as its output, and prints the nanoseconds from before the start to after the exit, one a line. The first WARM are thrown away.
 * From C, because Node's own spawn costs more than the program that is measured. Ends with 1 when the program does not exit with 0.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static char input[65536]; /* a pipe takes as much without a reader */

static long long now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long long)now.tv_sec * 1000000000 + now.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc < 5) return fputs("Usage: time-start COUNT WARM FILE PROGRAM ARG...\n", stderr), 2;
  int count = atoi(argv[1]), warm = atoi(argv[2]);
  int file = open(argv[3], O_RDONLY | O_CLOEXEC);
  ssize_t bytes = file < 0 ? -1 : read(file, input, sizeof input);
  if (bytes < 0) return perror(argv[3]), 1;
  for (int i = -warm; i < count; i++) {
    int pipes[2];
    if (pipe2(pipes, O_CLOEXEC) != 0 || write(pipes[1], input, (size_t)bytes) != bytes) return perror("pipe"), 1;
    close(pipes[1]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipes[0], 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t child;
    int status;
    long long from = now_ns();
    if (posix_spawn(&child, argv[4], &actions, NULL, argv + 4, environ) != 0) return perror(argv[4]), 1;
    if (waitpid(child, &status, 0) != child) return perror("waitpid"), 1;
    long long took = now_ns() - from;
    posix_spawn_file_actions_destroy(&actions);
    close(pipes[0]);
    if (status != 0) return fprintf(stderr, "%s ended with status %d\n", argv[4], status), 1;
    if (i >= 0) printf("%lld\n", took);
  }
  return 0;
}
