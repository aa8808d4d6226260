/* Reads both clocks: the wall clock says what time it is, the monotonic one how long things take. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static long long nanos(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) != 0) return -1;
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(void) {
  time_t now = time(NULL);
  char date[32];
  strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
  printf("it is %s\n", date);

  struct timespec resolution;
  if (clock_getres(CLOCK_MONOTONIC, &resolution) != 0) return 1;
  printf("the clock ticks every %lld ns\n",
         resolution.tv_sec * 1000000000LL + resolution.tv_nsec);

  long long before = nanos(CLOCK_MONOTONIC);
  usleep(250 * 1000);
  long long elapsed = nanos(CLOCK_MONOTONIC) - before;
  printf("a nap of 250 ms took %s\n", elapsed >= 250 * 1000000LL ? "at least that" : "less");
  return elapsed >= 250 * 1000000LL ? 0 : 1;
}
