/*
 * The hook client: what a coding agent runs at every hook. It hands the hook's stdin to the daemon, prints what the daemon
 * answers and exits with the code that the daemon gives. It reads no environment, parses no JSON and knows no policy. Where no
 * daemon answers, it denies what decides (a table below says which events do) and stays silent about everything else.
 *
 *   signalbox-hook --home /abs/home <agent> <event>    relay.c, with launch.c to start a daemon that is away
 *   signalbox-hook --peer                              peer.c: who is at the other end of the socket on descriptor 3
 *   signalbox-hook --version
 *   rm -r x                                            shim.c: started under another name, a link to it in a folder of shims
 *
 * Request, on the daemon's socket, one per connection:
 *   POST /hooks/<agent>/<event> HTTP/1.1
 *   Host: signalbox
 *   Content-Type: application/json
 *   Content-Length: <bytes of stdin>
 *   X-Signalbox-Pid: <own pid>            X-Signalbox-Ppid: <parent's pid>
 *   X-Signalbox-Request: <32 hex>         the same on every reconnection: the daemon answers a key once
 *   X-Signalbox-Deadline-Ms: <remaining>  after that this process has given its static answer
 *   Connection: close
 * Answer:
 *   HTTP/1.1 200 ...
 *   Content-Length: <n>                   never chunked; nothing is sent before the answer
 *   X-Signalbox-Exit: <0..255>
 *   X-Signalbox-Stdout-Bytes: <m>         the body's first m bytes go to stdout, the rest to stderr
 * 503 means "draining": the call is tried again for up to `drain_wait_ms`. Any other status, or an answer that breaks these
 * rules, is the static answer.
 *
 * Launch record, `<home>/launch`, at most 64 KiB, written by `signalbox wire` and `up` (owner ours, not writable by others):
 *   signalbox-launch 1
 *   socket /abs/sock                      exactly one
 *   exec /abs/node                        at most one; without it nothing can be started
 *   arg <text>                            argv[1..], in order, the rest of the line to the letter (may be empty)
 *   env NAME=value                        the whole environment of the daemon
 * Every line ends with one newline; an unknown word is a fault, so that a record of a newer version is never half understood.
 * Without a record the socket is `<home>/sock` and nothing can be started. `<home>/stay` (any content) forbids starting.
 * `<home>/launching` is ours: its lock makes one hook of many start the daemon, its text remembers a failed try.
 */
#ifndef SIGNALBOX_HOOK_H
#define SIGNALBOX_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  payload_bytes_max = 64 * 1024 * 1024, /* more stdin is not read: the static answer */
  answer_bytes_max = 32 * 1024 * 1024,
  answer_head_bytes_max = 16 * 1024,
  path_bytes_max = 1024,
  socket_path_bytes_max = 100, /* as protocol/place.ts */
  record_bytes_max = 64 * 1024,
  record_words_max = 64,     /* `arg` lines, and `env` lines */
  start_wait_ms = 5000,      /* a daemon that does not accept by then has failed to start; a cold start on a busy machine takes over two */
  start_again_ms = 30 * 1000, /* and is not tried again before */
  lost_grace_ms = 1000,      /* a lost daemon may be restarting: look this long before starting another */
  drain_wait_ms = 12 * 1000, /* a little over the daemon's own limit for draining */
};

/* The launch record. Strings point into `text`. */
struct record {
  char text[record_bytes_max + 1];
  char socket[socket_path_bytes_max + 1];
  char *argv[record_words_max + 2]; /* argv[0] is `exec`, NULL if there is none */
  char *envp[record_words_max + 1];
};

/* A sentence for a person and an agent: what happened, to what, and what to type. Cut at the end if it is too long. */
struct fault {
  char text[path_bytes_max + 512];
};

/* launch.c: reaching the daemon */
bool record_read(const char *home, struct record *record, struct fault *fault);
bool record_parse(size_t bytes, struct record *record, const char **why); /* `text` holds that many bytes */

/* What may happen beside the connection while an answer is awaited. */
struct beside {
  int descriptor; /* -1: nothing */
  short events;   /* for poll(2), which reports errors and hang-ups anyway */
  bool (*happened)(struct beside *); /* false: nobody waits for the answer any more */
};

/* One call of a hook, as far as reaching the daemon goes. */
struct call {
  const char *home, *agent;
  const char *without; /* what a person types to go on without us */
  const struct record *record;
  bool decides;     /* its event fails closed, and is worth starting a daemon for */
  int64_t deadline; /* on now_ms() */
  struct beside *beside;
};
/* What the daemon has been to this call so far. */
enum before { never_met, lost_it, was_draining };
enum reached { reached_daemon, reached_nobody, reached_late };
enum reached reach_daemon(const struct call *call, enum before before, int *connection, struct fault *fault);

/* relay.c: stdin -> request -> answer */
int64_t now_ms(void); /* monotonic, counts time asleep where the system can say it */
void pause_ms(int ms);
void say(struct fault *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The daemon's answer, read out of the bytes so far. */
struct answer {
  int status;
  int exit_code;
  size_t stdout_bytes;
  size_t body_at, body_bytes;
};
enum parsed { parsed_more, parsed_whole, parsed_bad };
enum parsed answer_parse(const char *bytes, size_t count, struct answer *answer);

struct buffer {
  char *bytes;
  size_t count, room;
};
bool make_room(struct buffer *buffer, size_t more, size_t max);
bool write_all(int descriptor, const char *bytes, size_t count);
int fill_standard_descriptors(void); /* a bit for each of 0, 1, 2 that was closed */

/* Asks once, over as many connections as it takes; `input` holds the answer's bytes. Without an answer `fault` has the sentence. */
enum asked { asked_well, asked_nobody, asked_unheard };
enum asked ask_daemon(const struct call *call, const char *event, const struct buffer *body, struct buffer *input,
                      struct answer *answer, struct fault *fault);

/* shim.c */
bool is_shim(char **argv);
int shim_main(int argc, char **argv);
/* Reads `signalbox-shims 1`, `home /abs`: where a folder of shims belongs. */
bool shims_parse(char *text, size_t bytes, const char **home);

/* peer.c */
int peer_main(int descriptor);

#endif
