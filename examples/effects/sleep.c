/* Waits in every way there is, from a millisecond to a month. */
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <wasi/api.h>

static void until(time_t end) {
  struct timespec deadline = {.tv_sec = end};
  clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &deadline, NULL);
}

/* Waits for several deadlines at one time; gives the userdata of those that have passed. */
static int first_of(const unsigned *millis, int count) {
  __wasi_subscription_t subscriptions[8];
  __wasi_event_t events[8];
  for (int at = 0; at < count; at++) {
    subscriptions[at] = (__wasi_subscription_t){
        .userdata = at,
        .u = {.tag = __WASI_EVENTTYPE_CLOCK,
              .u.clock = {.id = __WASI_CLOCKID_MONOTONIC, .timeout = millis[at] * 1000000ULL}}};
  }
  __wasi_size_t passed = 0;
  if (__wasi_poll_oneoff(subscriptions, events, count, &passed) != 0 || passed == 0) return -1;
  return (int)events[0].userdata;
}

int main(void) {
  struct timespec moment = {.tv_nsec = 1000000};
  nanosleep(&moment, NULL);
  printf("slept for a millisecond\n");

  sleep(5);
  printf("slept for five seconds\n");

  if (poll(NULL, 0, 1500) != 0) return 1;
  printf("polled nothing for a second and a half\n");

  const unsigned alarms[] = {60000, 2000, 30000};
  printf("of the alarms at 60, 2 and 30 seconds, number %d rang first\n", first_of(alarms, 3) + 1);

  time_t start = time(NULL);
  until(start + 30 * 24 * 60 * 60);
  int on_time = time(NULL) - start >= 30 * 24 * 60 * 60;
  printf("a month later: %s\n", on_time ? "awake" : "awake too early");
  return on_time ? 0 : 1;
}
