/* Pays out what is due today: payout
 *
 * It runs on several machines at once, so that nothing stops when one of them is down. Whoever
 * holds the lease pays; the others wait, and take over when it is over. */
#include <backstitch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LEASE_SECONDS = 5, PRECONDITION_FAILED = 412 };

#define LEASE_URL "https://keys.example/payout-lease"

typedef struct {
  /* Of the entry in the key store; each change makes it larger. */
  long version;
  /* When it ends, in seconds since 1970; 0 when nobody holds it. */
  long long until;
} lease;

/* Sends a request; ends the program when the service fails. */
static backstitch_reply ask(const char *method, const char *url, const char *headers,
                            const char *body) {
  backstitch_reply reply;
  int error = backstitch_http(method, url, headers, body, &reply);
  if (error == 0 && (reply.status < 300 || reply.status == PRECONDITION_FAILED)) return reply;
  fprintf(stderr, "%s %s: %s\n", method, url, error == 0 ? reply.body : strerror(error));
  exit(1);
}

static lease read_lease(void) {
  lease found = {0, 0};
  backstitch_reply reply = ask("GET", LEASE_URL, NULL, NULL);
  sscanf(reply.body, "%ld %lld", &found.version, &found.until);
  backstitch_reply_free(&reply);
  return found;
}

/* Changes the lease, unless somebody else has changed it meanwhile. Returns whether it did. */
static int write_lease(lease *held, long long until) {
  char headers[64], body[32];
  snprintf(headers, sizeof headers, "If-Match: %ld\r\n", held->version);
  snprintf(body, sizeof body, "%lld", until);
  backstitch_reply reply = ask("PUT", LEASE_URL, headers, body);
  int is_written = reply.status != PRECONDITION_FAILED;
  backstitch_reply_free(&reply);
  if (is_written) *held = (lease){held->version + 1, until};
  return is_written;
}

static int is_over(const lease *held) {
  return time(NULL) >= held->until;
}

static lease acquire(void) {
  for (;;) {
    lease held = read_lease();
    if (is_over(&held) && write_lease(&held, time(NULL) + LEASE_SECONDS)) return held;
    sleep(1);
  }
}

/* Asks the bank in the name of a lease, whose version is the fencing token: the bank refuses it
 * once it has seen a larger one. What the holder of a lease believes of the time does not matter. */
static backstitch_reply ask_bank(const char *method, const char *url, const lease *held,
                                 const char *body) {
  char headers[64];
  snprintf(headers, sizeof headers, "Fencing-Token: %ld\r\n", held->version);
  return ask(method, url, headers, body);
}

/* Pays one account. Returns whether the lease still stands. */
static int pay(const lease *held, const char *account) {
  backstitch_reply reply = ask_bank("POST", "https://bank.example/payouts", held, account);
  int is_paid = reply.status != PRECONDITION_FAILED;
  backstitch_reply_free(&reply);
  return is_paid;
}

/* Pays all accounts that are due, as long as the lease lasts. Returns whether all are paid. */
static int pay_all(const lease *held) {
  backstitch_reply due = ask_bank("GET", "https://bank.example/due", held, NULL);
  int is_done = due.status != PRECONDITION_FAILED;
  char *account = is_done ? strtok(due.body, " ") : NULL;
  for (; is_done && account != NULL; account = strtok(NULL, " ")) {
    is_done = !is_over(held) && pay(held, account);
  }
  backstitch_reply_free(&due);
  return is_done;
}

int main(void) {
  for (;;) {
    lease held = acquire();
    if (!pay_all(&held)) continue;
    write_lease(&held, 0);
    printf("all is paid\n");
    return 0;
  }
}
