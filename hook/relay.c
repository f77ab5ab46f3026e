/* stdin -> POST -> stdout, stderr, exit code; and the asking itself, for shims too. See hook.h for the protocol. */
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "hook.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/random.h>
#endif

/* ---- what each host's events need ------------------------------------------------------------------------------------- */

/* The forms in which the hosts read a deny (recorded from the real programs). */
enum form { silent, undelivered, hook_output, permission_request, flat_permission, flat_decision, flat_verdict, behavior };

/*
 * The deciding events of src/protocol/agents.ts, which a test compares, with the forms of src/dialects/agents.
 * Only events that decide fail closed: exit 2 on UserPromptSubmit would swallow a prompt and on Stop force another round.
 * A deny is the host's own JSON on stdout, the reason on stderr and exit 2; a permission request is answered by JSON alone.
 */
static const struct rule {
  const char *agent, *event;
  enum form form;
  int deadline_ms;
} rules[] = {
    {"claude-code", "PreToolUse", hook_output, 280000},
    {"claude-code", "PermissionRequest", permission_request, 280000},
    {"codex", "PreToolUse", hook_output, 280000},
    {"codex", "PermissionRequest", permission_request, 280000},
    {"gemini", "BeforeTool", flat_decision, 280000},
    {"copilot", "preToolUse", flat_permission, 280000},
    {"copilot", "PreToolUse", hook_output, 280000}, /* in PascalCase it reads Claude's form, but not for permissions */
    {"copilot", "permissionRequest", behavior, 280000},
    {"copilot", "PermissionRequest", behavior, 280000},
    {"opencode", "tool.execute.before", flat_decision, 280000},
    {"generic", "tool-call", flat_verdict, 280000},
    /* What a person typed: nobody waits for an answer, but whoever told it keeps it until somebody took it. */
    {"shell", "command", undelivered, 2000},
    /* Hosts that are quitting wait about a second. */
    {NULL, "SessionEnd", silent, 1000},
    {NULL, "sessionEnd", silent, 1000},
    {NULL, NULL, silent, 5000},
};

/* The first row that fits. An agent that is not in the table fails closed on every event that decides for another. */
static const struct rule *find_rule(const char *agent, const char *event) {
  bool known = false;
  for (const struct rule *rule = rules; rule->agent != NULL; rule++)
    if (strcmp(rule->agent, agent) == 0) known = true;
  const struct rule *rule = rules;
  while (rule->event != NULL &&
         (strcmp(rule->event, event) != 0 || (known && rule->agent != NULL && strcmp(rule->agent, agent) != 0)))
    rule++;
  return rule;
}

static bool fails_closed(const struct rule *rule) { return rule->form != silent && rule->form != undelivered; }

/* Writes all or says false. A host that does not read blocks us until it kills us: it would not hear a deny either. */
bool write_all(int descriptor, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t wrote = write(descriptor, bytes, count);
    if (wrote < 0 && errno == EAGAIN) {
      struct pollfd room = {.fd = descriptor, .events = POLLOUT};
      if (poll(&room, 1, -1) < 0 && errno != EINTR) return false;
    } else if (wrote < 0 && errno != EINTR)
      return false;
    else if (wrote > 0) {
      bytes += wrote;
      count -= (size_t)wrote;
    }
  }
  return true;
}

/* Text for inside a JSON string. What is not plain ASCII becomes '?': such bytes only come from a path, and only to be read. */
static size_t json_text(char *out, size_t room, const char *text) {
  size_t used = 0;
  for (; *text != 0 && used + 3 < room; text++) {
    if (*text == '"' || *text == '\\') out[used++] = '\\';
    out[used++] = *text >= 0x20 && *text < 0x7f ? *text : '?';
  }
  out[used] = 0;
  return used;
}

/* The answer without a daemon. */
static int answer_statically(const struct rule *rule, const char *reason) {
  static char text[2 * sizeof(struct fault)], out[sizeof text + 256];
  if (rule->form == silent) return 0;
  if (rule->form == undelivered) return 3;
  json_text(text, sizeof text, reason);
  const char *format = "";
  switch (rule->form) {
    case silent:
    case undelivered: break;
    case hook_output:
      format = "{\"hookSpecificOutput\":{\"hookEventName\":\"PreToolUse\",\"permissionDecision\":\"deny\","
               "\"permissionDecisionReason\":\"%s\"}}";
      break;
    case permission_request:
      format = "{\"hookSpecificOutput\":{\"hookEventName\":\"PermissionRequest\","
               "\"decision\":{\"behavior\":\"deny\",\"message\":\"%s\"}}}";
      break;
    case flat_permission: format = "{\"permissionDecision\":\"deny\",\"permissionDecisionReason\":\"%s\"}"; break;
    case flat_decision: format = "{\"decision\":\"deny\",\"reason\":\"%s\"}"; break;
    case flat_verdict: format = "{\"verdict\":\"deny\",\"reason\":\"%s\"}"; break;
    case behavior: format = "{\"behavior\":\"deny\",\"message\":\"%s\"}"; break;
  }
  int length = snprintf(out, sizeof out, format, text);
  bool told = write_all(1, out, (size_t)length);
  if (told && (rule->form == permission_request || rule->form == behavior)) return 0;
  /* Nothing more can be done about a stderr that does not take it: the exit code still denies. */
  if (write_all(2, reason, strlen(reason))) (void)write_all(2, "\n", 1);
  return 2;
}

void say(struct fault *fault, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(fault->text, sizeof fault->text, format, arguments);
  va_end(arguments);
}

/* ---- time and randomness ---------------------------------------------------------------------------------------------- */

int64_t now_ms(void) {
  struct timespec now;
#if defined(CLOCK_BOOTTIME)
  clock_gettime(CLOCK_BOOTTIME, &now);
#else
  clock_gettime(CLOCK_MONOTONIC, &now); /* macOS: counts sleep */
#endif
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void pause_ms(int ms) {
  struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
  nanosleep(&pause, NULL); /* woken early is fine: every caller looks again */
}

static bool random_key(char key[33]) {
  unsigned char bytes[16];
#if defined(__linux__)
  if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) return false;
#else
  arc4random_buf(bytes, sizeof bytes);
#endif
  for (size_t i = 0; i < sizeof bytes; i++) snprintf(key + 2 * i, 3, "%02x", bytes[i]);
  return true;
}

/* ---- the answer ------------------------------------------------------------------------------------------------------- */

/* A decimal number that fills the value but for blanks around it. */
static bool header_number(const char *value, size_t length, size_t max, size_t *number) {
  while (length > 0 && (*value == ' ' || *value == '\t')) value++, length--;
  while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t')) length--;
  if (length == 0 || length > 9) return false;
  *number = 0;
  for (size_t i = 0; i < length; i++) {
    if (value[i] < '0' || value[i] > '9') return false;
    *number = *number * 10 + (size_t)(value[i] - '0');
  }
  return *number <= max;
}

static bool name_is(const char *line, size_t length, const char *name) {
  if (length != strlen(name)) return false;
  for (size_t i = 0; i < length; i++)
    if (tolower((unsigned char)line[i]) != name[i]) return false;
  return true;
}

enum parsed answer_parse(const char *bytes, size_t count, struct answer *answer) {
  static const char version[] = "HTTP/1.1 ";
  size_t known = count < sizeof version - 1 ? count : sizeof version - 1;
  if (memcmp(bytes, version, known) != 0) return parsed_bad;
  size_t head_max = count < answer_head_bytes_max ? count : answer_head_bytes_max, head = 0;
  for (size_t at = 0; head == 0 && at + 4 <= head_max; at++)
    if (memcmp(bytes + at, "\r\n\r\n", 4) == 0) head = at + 2;
  if (head == 0) return count >= answer_head_bytes_max ? parsed_bad : parsed_more;

  enum { content_length, exit_code, stdout_bytes, headers };
  static const char *const names[headers] = {"content-length", "x-signalbox-exit", "x-signalbox-stdout-bytes"};
  static const size_t max[headers] = {answer_bytes_max, 255, answer_bytes_max};
  size_t value[headers] = {0};
  bool seen[headers] = {false};
  size_t status = 0;
  if (head < 12 || !header_number(bytes + 9, 3, 999, &status)) return parsed_bad;
  *answer = (struct answer){.status = (int)status};
  if (status != 200) return parsed_whole; /* nothing else of it is used */

  for (size_t at = 0; at < head;) {
    const char *line = bytes + at, *end = memchr(line, '\r', head - at);
    if (end == NULL || end + 1 >= bytes + head || end[1] != '\n') return parsed_bad;
    size_t length = (size_t)(end - line);
    const char *colon = memchr(line, ':', length);
    if (at > 0) {
      if (colon == NULL) return parsed_bad;
      size_t name = (size_t)(colon - line);
      if (name_is(line, name, "transfer-encoding")) return parsed_bad;
      for (int i = 0; i < headers; i++) {
        if (!name_is(line, name, names[i])) continue;
        if (seen[i] || !header_number(colon + 1, length - name - 1, max[i], &value[i])) return parsed_bad;
        seen[i] = true;
      }
    }
    at += length + 2;
  }
  for (int i = 0; i < headers; i++)
    if (!seen[i]) return parsed_bad;
  if (value[stdout_bytes] > value[content_length]) return parsed_bad;
  answer->exit_code = (int)value[exit_code];
  answer->stdout_bytes = value[stdout_bytes];
  answer->body_at = head + 2;
  answer->body_bytes = value[content_length];
  return count - answer->body_at >= answer->body_bytes ? parsed_whole : parsed_more;
}

/* ---- one request over one connection ---------------------------------------------------------------------------------- */

/* Makes room for `more` bytes; false at the limit or without memory. */
bool make_room(struct buffer *buffer, size_t more, size_t max) {
  if (buffer->room - buffer->count >= more) return true;
  if (buffer->count > max) return false;
  size_t room = buffer->room * 2 > buffer->count + more ? buffer->room * 2 : buffer->count + more;
  if (room > max + more) room = max + more;
  char *bytes = realloc(buffer->bytes, room);
  if (bytes == NULL) return false;
  buffer->bytes = bytes;
  buffer->room = room;
  return true;
}

enum outcome { answered, lost, malformed, overdue, unheard };

/*
 * Sends head and body while it reads, because the daemon may answer before it has read all. Beside the connection one more descriptor
 * is looked at: what happens there may end the wait, so that the daemon withdraws the hold.
 */
static enum outcome exchange(int connection, const char *head, const struct buffer *body, const struct call *call,
                             struct buffer *input, struct answer *answer) {
  size_t head_bytes = strlen(head), sent = 0, total = head_bytes + body->count;
  input->count = 0;
  for (;;) {
    int64_t left = call->deadline - now_ms();
    if (left <= 0) return overdue;
    struct pollfd polled[2] = {{.fd = connection, .events = POLLIN},
                               {.fd = call->beside->descriptor, .events = call->beside->events}};
    if (sent < total) polled[0].events |= POLLOUT;
    if (poll(polled, 2, (int)left) < 0 && errno != EINTR) return lost;
    if (polled[1].revents && !call->beside->happened(call->beside)) return unheard;
    if (polled[0].revents & POLLOUT && sent < total) {
      const char *from = sent < head_bytes ? head + sent : body->bytes + (sent - head_bytes);
      size_t most = sent < head_bytes ? head_bytes - sent : total - sent;
      ssize_t wrote = write(connection, from, most);
      if (wrote > 0) sent += (size_t)wrote;
      else if (wrote < 0 && errno != EAGAIN && errno != EINTR)
        sent = total; /* the daemon reads no more; its answer may be waiting */
    }
    if ((polled[0].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
    if (!make_room(input, 16384, answer_bytes_max + answer_head_bytes_max)) return malformed;
    ssize_t got = read(connection, input->bytes + input->count, input->room - input->count);
    if (got == 0) return lost;
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got < 0) return lost;
    input->count += (size_t)got;
    switch (answer_parse(input->bytes, input->count, answer)) {
      case parsed_more: break;
      case parsed_whole: return answered;
      case parsed_bad: return malformed;
    }
  }
}

enum asked ask_daemon(const struct call *call, const char *event, const struct buffer *body, struct buffer *input,
                      struct answer *answer, struct fault *fault) {
  char head[512], key[33];
  if (!random_key(key)) return say(fault, "Signalbox's hook got no random bytes from the system."), asked_nobody;
  int64_t drain_until = 0;
  int pause = 20; /* grows: a daemon that closes at once may have too many connections */
  for (enum before before = never_met;;) {
    int connection;
    int64_t asked = call->deadline;
    enum outcome outcome = overdue;
    switch (reach_daemon(call, before, &connection, fault)) {
      case reached_nobody: return asked_nobody;
      case reached_late: break;
      case reached_daemon:
        snprintf(head, sizeof head,
                 "POST /hooks/%s/%s HTTP/1.1\r\nHost: signalbox\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                 "X-Signalbox-Pid: %ld\r\nX-Signalbox-Ppid: %ld\r\nX-Signalbox-Request: %s\r\n"
                 "X-Signalbox-Deadline-Ms: %lld\r\nConnection: close\r\n\r\n",
                 call->agent, event, body->count, (long)getpid(), (long)getppid(), key,
                 (long long)(call->deadline - now_ms()));
        asked = now_ms();
        outcome = exchange(connection, head, body, call, input, answer);
        close(connection);
    }
    switch (outcome) {
      case unheard: return asked_unheard;
      case overdue:
        say(fault, "Signalbox did not answer in time, so this is not allowed. If it waits for a person, "
                   "ask for it to be approved (signalbox hold list), then try the same call again.");
        return asked_nobody;
      case malformed:
        say(fault, "Signalbox's daemon sent an answer that this hook can't read, so nothing is allowed. "
                   "They may be of different versions. Run: signalbox doctor");
        return asked_nobody;
      case lost:
        if (before == never_met) before = lost_it;
        pause_ms(pause);
        pause = pause < 320 ? pause * 2 : 500;
        continue;
      case answered: break;
    }
    if (answer->status == 200) return asked_well;
    /* One that let the call wait before it drained is another one than drained before. */
    if (drain_until == 0 || now_ms() - asked >= lost_grace_ms) drain_until = now_ms() + drain_wait_ms;
    if (answer->status != 503 || now_ms() >= drain_until || !call->decides) {
      say(fault, "Signalbox's daemon refused this call (HTTP %d), so nothing is allowed. Run: signalbox doctor",
          answer->status);
      return asked_nobody;
    }
    before = was_draining;
    pause_ms(50);
  }
}

/* ---- the hook --------------------------------------------------------------------------------------------------------- */

static int print_answer(const struct rule *rule, const struct buffer *input, const struct answer *answer) {
  const char *body = input->bytes + answer->body_at;
  bool told = write_all(1, body, answer->stdout_bytes);
  if (!write_all(2, body + answer->stdout_bytes, answer->body_bytes - answer->stdout_bytes)) told = false;
  /* Half a verdict is none. */
  return told || !fails_closed(rule) ? answer->exit_code : 2;
}

/* A vanished reader of our stdout: the agent was killed, or cancelled the call. */
static bool reader_left(struct beside *beside) { return (void)beside, false; }

static int relay(struct call call, const char *event, const struct rule *rule, const struct buffer *body) {
  static struct record record;
  static struct fault fault;
  struct beside reader = {.descriptor = 1, .events = 0, .happened = reader_left};
  struct buffer input = {0};
  struct answer answer;
  if (!record_read(call.home, &record, &fault)) return answer_statically(rule, fault.text);
  call.record = &record;
  call.beside = &reader;
  switch (ask_daemon(&call, event, body, &input, &answer, &fault)) {
    case asked_unheard: return fails_closed(rule) ? 2 : 0;
    case asked_nobody: return answer_statically(rule, fault.text);
    case asked_well: break;
  }
  return print_answer(rule, &input, &answer);
}

/* ---- arguments and stdin ---------------------------------------------------------------------------------------------- */

/* All of stdin. False with errno: EFBIG over the limit, ETIME at the deadline, or what read said. */
static bool read_payload(struct buffer *body, int64_t deadline) {
  for (;;) {
    if (!make_room(body, 65536, payload_bytes_max)) return errno = EFBIG, false;
    struct pollfd input = {.fd = 0, .events = POLLIN};
    int64_t left = deadline - now_ms();
    int ready = left <= 0 ? 0 : poll(&input, 1, (int)left);
    if (ready == 0) return errno = ETIME, false;
    ssize_t got = ready < 0 ? -1 : read(0, body->bytes + body->count, body->room - body->count);
    if (got < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (got == 0) return true;
    if (got > 0) body->count += (size_t)got;
    if (body->count > payload_bytes_max) return errno = EFBIG, false;
  }
}

/* Names become part of the request line and of sentences. */
static bool is_name(const char *text) {
  size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
  return length > 0 && length <= 64 && text[length] == 0;
}

/* A descriptor 0, 1 or 2 that is closed would be given to the socket. */
int fill_standard_descriptors(void) {
  int descriptor, filled = 0;
  while ((descriptor = open("/dev/null", O_RDWR)) >= 0 && descriptor <= 2) filled |= 1 << descriptor;
  if (descriptor > 2) close(descriptor);
  return filled;
}

/* A host, or nohup, may have left these ignored or blocked; ended by one, the connection closes and the hold is withdrawn. */
static void restore_signals(void) {
  static const int ends[] = {SIGTERM, SIGHUP, SIGINT};
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    signal(ends[i], SIG_DFL);
    sigaddset(&set, ends[i]);
  }
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
}

#if defined(HOOK_WITHOUT_MAIN) /* the fuzzer has its own */
#define main hook_main
int hook_main(int argc, char **argv);
#endif
int main(int argc, char **argv) {
  int64_t started = now_ms();
  if (is_shim(argv)) return shim_main(argc, argv);
  if (argc == 2 && strcmp(argv[1], "--peer") == 0) return peer_main(3);
  fill_standard_descriptors();
  restore_signals();
  if (argc == 2 && strcmp(argv[1], "--version") == 0) return write_all(1, "signalbox-hook 1\n", 17) ? 0 : 1;
  if (argc != 5 || strcmp(argv[1], "--home") != 0 || !is_name(argv[3]) || !is_name(argv[4])) {
    static const char usage[] = "Usage: signalbox-hook --home /absolute/home <agent> <event>. To repair an agent's settings: "
                                "signalbox wire <agent>\n";
    (void)write_all(2, usage, sizeof usage - 1);
    return 2; /* a deny to every host: a command that was tampered with must not open the gate */
  }
  const char *home = argv[2], *agent = argv[3], *event = argv[4];
  const struct rule *rule = find_rule(agent, event);
  int64_t deadline = started + rule->deadline_ms;
  static struct fault fault;
  if (home[0] != '/' || strlen(home) > path_bytes_max - 32) {
    say(&fault, "Signalbox's home must be an absolute path of at most %d bytes. Run: signalbox wire %s",
        path_bytes_max - 32, agent);
    return answer_statically(rule, fault.text);
  }
  struct buffer body = {0};
  if (!read_payload(&body, deadline)) {
    if (errno == EFBIG)
      say(&fault, "This call is larger than %d MiB, too large to be judged, so it is not allowed. Make it smaller.",
          payload_bytes_max / 1024 / 1024);
    else
      say(&fault, "The agent's hook payload could not be read (%s), so this call is not allowed.", strerror(errno));
    return answer_statically(rule, fault.text);
  }
  char without[80];
  snprintf(without, sizeof without, "unwire %s", agent);
  struct call call = {.home = home, .agent = agent, .without = without, .decides = fails_closed(rule), .deadline = deadline};
  return relay(call, event, rule, &body);
}
