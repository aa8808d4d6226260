// Says a few things from functions, loops and lines that the debugger's tests stop at. Lines are
// found by their markers, so lines may come and go.
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void say(const char *text) {
  write(1, text, strlen(text)); // #SAY
}

static void twice(const char *text) {
  say(text); // #FIRST
  say("\n"); // #SECOND
}

static int add(int one, int other) {
  int sum = one + other; // #PURE
  return sum;
}

static long long clock_of(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now); // #CLOCK
  return now.tv_sec;
}

int main(int argc, char **argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 3;
  long long start = clock_of(CLOCK_MONOTONIC); // #START
  for (int round = 0; round < rounds; round++) {
    int number = add(round, 1); // #SUM

    twice("round"); // #LOOP
  }
  if (argc > 2 && strcmp(argv[2], "trap") == 0) {
    say("falling\n");
    __builtin_trap(); // #TRAP
  }
  if (argc > 2 && strcmp(argv[2], "read") == 0) {
    char line[64];
    long length = read(0, line, sizeof line); // #READ
    write(1, line, length > 0 ? length : 0);
  }
  say("end\n"); // #END
  return argc > 2 && strcmp(argv[2], "fail") == 0 ? 3 : clock_of(CLOCK_MONOTONIC) < start;
}
