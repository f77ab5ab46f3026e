/*
 * Fuzzes what the hook reads from outside: the daemon's answer, the launch record and a folder of shims' file. By a loop of its own,
 * fuzz-hook <inputs> <seed>, that mutates valid inputs; with clang, -DLIBFUZZER -fsanitize=fuzzer makes it libFuzzer's.
 */
#include "hook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A copy of exactly that size, so that AddressSanitizer sees a read of one byte too many. */
static void check_answer(const char *bytes, size_t count) {
  char *exact = calloc(count > 0 ? count : 1, 1);
  if (count > 0) memcpy(exact, bytes, count);
  struct answer answer = {0};
  enum parsed whole = answer_parse(exact, count, &answer);
  if (whole == parsed_whole && answer.status == 200) {
    if (answer.exit_code < 0 || answer.exit_code > 255 || answer.stdout_bytes > answer.body_bytes ||
        answer.body_at > count || count - answer.body_at < answer.body_bytes)
      abort();
  }
  /* What is bad or whole stays so with more bytes, and a beginning of a good answer is never bad. */
  for (size_t part = 0; part < count; part += 1 + count / 16) {
    enum parsed early = answer_parse(exact, part, &answer);
    if (early == parsed_bad && whole != parsed_bad) abort();
    if (early == parsed_whole && whole == parsed_bad) abort();
  }
  free(exact);
}

static void check_record(const char *bytes, size_t count) {
  static struct record record;
  const char *why = NULL;
  if (count > record_bytes_max) return;
  memcpy(record.text, bytes, count);
  if (!record_parse(count, &record, &why)) {
    if (why == NULL) abort();
    return;
  }
  if (record.socket[0] != '/' || strlen(record.socket) > socket_path_bytes_max) abort();
  for (int i = 1; record.argv[i] != NULL; i++) (void)strlen(record.argv[i]);
  for (int i = 0; record.envp[i] != NULL; i++)
    if (strchr(record.envp[i], '=') == NULL) abort();
}

static void check_shims(const char *bytes, size_t count) {
  char *exact = malloc(count > 0 ? count : 1);
  const char *home = NULL;
  if (count > 0) memcpy(exact, bytes, count);
  if (shims_parse(exact, count, &home) && (home[0] != '/' || home < exact || home + strlen(home) >= exact + count)) abort();
  free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
  check_answer((const char *)bytes, count);
  check_record((const char *)bytes, count);
  check_shims((const char *)bytes, count);
  return 0;
}

#if !defined(LIBFUZZER)
static uint64_t state;
static uint64_t next(void) { /* xorshift64* */
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545f4914f6cdd1dull;
}

static const char *const seeds[] = {
    "HTTP/1.1 200 OK\r\nX-Signalbox-Exit: 2\r\nX-Signalbox-Stdout-Bytes: 2\r\nContent-Length: 7\r\n\r\n{}sorry",
    "HTTP/1.1 200 OK\r\ncontent-length:0\r\nDate: Sat\r\nx-signalbox-stdout-bytes: 0\r\nX-SIGNALBOX-EXIT: 0\r\n\r\n",
    "HTTP/1.1 503 Service Unavailable\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "signalbox-launch 1\nsocket /run/user/1000/signalbox/sock\nexec /usr/bin/node\narg --disable-sigusr1\narg \nenv A=b\n",
    "signalbox-shims 1\nhome /home/u/.local/state/signalbox\n",
};
static const char *const words[] = {"\r\n", "\r\n\r\n", ": ",       "255", "256",       "33554433", "999999999999",
                                    "\n",   "env ",     "socket /", "=",   "Content-Length: ", "X-Signalbox-Exit: ", "-1"};

int main(int argc, char **argv) {
  long inputs = argc > 1 ? atol(argv[1]) : 100000;
  state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  if (state == 0) state = 1;
  for (long input = 0; input < inputs; input++) {
    char bytes[1024];
    const char *seed = seeds[next() % (sizeof seeds / sizeof *seeds)];
    size_t count = strlen(seed);
    memcpy(bytes, seed, count);
    for (uint64_t edits = next() % 6; edits > 0; edits--) {
      size_t at = count > 0 ? next() % count : 0;
      const char *word = words[next() % (sizeof words / sizeof *words)];
      size_t length = strlen(word);
      switch (next() % 5) {
        case 0: bytes[at] = (char)next(); break;
        case 1: count = at; break;
        case 2:
          if (count + length <= sizeof bytes) {
            memmove(bytes + at + length, bytes + at, count - at);
            memcpy(bytes + at, word, length);
            count += length;
          }
          break;
        case 3:
          if (count > 0) memmove(bytes + at, bytes + at + 1, --count - at);
          break;
        default:
          if (count * 2 <= sizeof bytes) memcpy(bytes + count, bytes, count), count *= 2;
      }
    }
    LLVMFuzzerTestOneInput((const uint8_t *)bytes, count);
  }
  printf("%ld inputs\n", inputs);
  return 0;
}
#endif
