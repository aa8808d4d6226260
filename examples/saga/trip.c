/* Books a trip, or nothing at all: trip <traveller> <destination>
 *
 * A trip is a flight, a hotel and a payment, at three services that know nothing of each other and
 * share no transaction. So the program is a saga: it does one step after the other, and remembers
 * for each how to undo it. When a step is refused - the payment service turns some travellers
 * down - what was done is undone, the latest first, until the services are as they were.
 *
 * There is no state machine and no table of sagas. The list of what may have to be undone is an array
 * in memory, and a crash at any instant, also in the middle of undoing, leaves it as it was: the
 * program goes on where it stopped, and every reservation ends up either kept or cancelled, once. */
#include <backstitch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRIES = 5, STEPS_MAX = 8 };

/* A reservation that is made or may have been. */
typedef struct {
  const char *what;
  char url[128];
} reservation;

static reservation reservations[STEPS_MAX];
static int reservation_count;

/* Sends a request, again after a pause while the service does not answer or has an error of its
 * own. Returns the status; 0 when it never answered, and nobody knows what became of the request. */
static int call(const char *method, const char *url, const char *body) {
  for (int try = 1; try <= TRIES; try++) {
    if (try > 1) sleep(30u << try);
    backstitch_reply reply;
    int error = backstitch_http(method, url, "Content-Type: application/json\r\n", body, &reply);
    int status = error == 0 ? reply.status : 0;
    if (status == 0 || status >= 500)
      printf("%s %s: %s\n", method, url, error == 0 ? reply.body : strerror(error));
    backstitch_reply_free(&reply);
    if (status != 0 && status < 500) return status;
  }
  return 0;
}

/* Makes a reservation under the trip's own id, so that asking twice makes one. It is on the list
 * before it is asked for: an answer that never comes may have been a yes. Returns whether it is made. */
static int reserve(const char *what, const char *url, const char *trip, const char *body) {
  reservation *entry = &reservations[reservation_count++];
  entry->what = what;
  snprintf(entry->url, sizeof entry->url, "%s/%s", url, trip);
  int status = call("PUT", entry->url, body);
  int is_made = status >= 200 && status <= 299;
  printf("%s: %s\n", what, is_made ? "reserved" : status == 0 ? "no answer" : "refused");
  if (!is_made && status != 0) reservation_count--;
  return is_made;
}

/* Cancels what is or may be reserved, the latest first. Returns whether all of it is gone. */
static int undo_all(void) {
  int is_all_gone = 1;
  while (reservation_count > 0) {
    const reservation *entry = &reservations[--reservation_count];
    int status = call("DELETE", entry->url, NULL);
    int is_gone = (status >= 200 && status <= 299) || status == 404;
    printf("%s: %s\n", entry->what, is_gone ? "cancelled" : "could not be cancelled");
    is_all_gone = is_all_gone && is_gone;
  }
  return is_all_gone;
}

int main(int argc, char **argv) {
  if (argc != 3 || strlen(argv[1]) > 32 || strlen(argv[2]) > 32) {
    fprintf(stderr, "usage: trip <traveller> <destination>\n");
    return 64;
  }
  uint32_t number;
  if (getentropy(&number, sizeof number) != 0) {
    perror("getentropy");
    return 1;
  }
  char trip[16], body[160];
  snprintf(trip, sizeof trip, "T%08" PRIx32, number);
  snprintf(body, sizeof body, "{\"traveller\":\"%s\",\"destination\":\"%s\"}", argv[1], argv[2]);

  if (reserve("flight", "https://flight.example/seats", trip, body) &&
      reserve("hotel", "https://hotel.example/rooms", trip, body)) {
    /* The traveller has an hour to think about it. */
    sleep(60 * 60);
    if (reserve("payment", "https://payment.example/payments", trip, body)) {
      printf("%s goes to %s\n", argv[1], argv[2]);
      return 0;
    }
  }
  int is_undone = undo_all();
  printf("%s stays at home\n", argv[1]);
  return is_undone ? 3 : 4;
}
