/* Takes one order from payment to shipment: order <id> <amount in cents>
 *
 * Charges the card, waits three days for the warehouse, has the parcel shipped and prints a
 * receipt. What it did is noted in a file that the receipt is printed from. */
#include <backstitch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 4, WAREHOUSE_SECONDS = 3 * 24 * 60 * 60 };

static void die(const char *what) {
  perror(what);
  exit(1);
}

/* Appends a line with the time to the order's notes, and shows it. */
static void note(const char *path, const char *what, const char *detail) {
  char when[32], line[256];
  time_t now = time(NULL);
  strftime(when, sizeof when, "%Y-%m-%d %H:%M", gmtime(&now));
  snprintf(line, sizeof line, "%s  %s %s", when, what, detail);
  puts(line);

  FILE *notes = fopen(path, "a");
  if (notes == NULL) die(path);
  fprintf(notes, "%s\n", line);
  if (fclose(notes) != 0) die(path);
}

static void print_file(const char *path) {
  char line[256];
  FILE *file = fopen(path, "r");
  if (file == NULL) die(path);
  while (fgets(line, sizeof line, file) != NULL) printf("  %s", line);
  fclose(file);
}

/* Sends a request until the service answers with something better than an error of its own, with
 * a longer pause before each try. Ends the program when it never does. */
static backstitch_reply request(const char *method, const char *url, const char *headers,
                                const char *body) {
  for (int try = 1; try <= TRIES; try++) {
    if (try > 1) sleep(1u << try);
    backstitch_reply reply;
    int error = backstitch_http(method, url, headers, body, &reply);
    if (error == 0 && reply.status < 500) return reply;
    fprintf(stderr, "%s %s failed, try %d of %d: %s\n", method, url, try, TRIES,
            error == 0 ? reply.body : strerror(error));
    backstitch_reply_free(&reply);
  }
  fprintf(stderr, "%s %s: giving up\n", method, url);
  exit(2);
}

/* Copies the value of a text field out of a reply, a flat JSON object, and lets go of the reply.
 * Ends the program unless the service answered with a 2xx. */
static void take_field(backstitch_reply *reply, const char *name, char *value, size_t size) {
  if (reply->status < 200 || reply->status > 299) {
    fprintf(stderr, "refused with %d: %s\n", reply->status, reply->body);
    exit(3);
  }
  char start[64];
  snprintf(start, sizeof start, "\"%s\":\"", name);
  const char *found = strstr(reply->body, start);
  const char *text = found == NULL ? "" : found + strlen(start);
  snprintf(value, size, "%.*s", (int)strcspn(text, "\""), text);
  backstitch_reply_free(reply);
}

static void charge(const char *order, long cents, char *id, size_t id_size) {
  /* The payment service takes equal keys for one charge: a second try never pays twice. */
  uint64_t nonce;
  if (getentropy(&nonce, sizeof nonce) != 0) die("getentropy");
  const char *currency = getenv("CURRENCY");
  char headers[128], body[256];
  snprintf(headers, sizeof headers, "Idempotency-Key: %s-%016" PRIx64 "\r\n", order, nonce);
  snprintf(body, sizeof body, "{\"order\":\"%s\",\"cents\":%ld,\"currency\":\"%s\"}", order, cents,
           currency == NULL ? "EUR" : currency);
  backstitch_reply reply = request("POST", "https://payment.example/charges", headers, body);
  take_field(&reply, "id", id, id_size);
}

/* Whether the charge still stands: customers may take their money back while they wait. */
static int is_paid(const char *charge_id) {
  char url[128], status[32];
  snprintf(url, sizeof url, "https://payment.example/charges/%s", charge_id);
  backstitch_reply reply = request("GET", url, NULL, NULL);
  take_field(&reply, "status", status, sizeof status);
  return strcmp(status, "paid") == 0;
}

static void ship(const char *order, char *tracking, size_t tracking_size) {
  char body[128];
  snprintf(body, sizeof body, "{\"order\":\"%s\"}", order);
  backstitch_reply reply = request("POST", "https://warehouse.example/shipments", NULL, body);
  take_field(&reply, "tracking", tracking, tracking_size);
}

int main(int argc, char **argv) {
  if (argc != 3 || atol(argv[2]) <= 0 || strlen(argv[1]) > 32) {
    fprintf(stderr, "usage: order <id> <amount in cents>\n");
    return 64;
  }
  const char *order = argv[1];
  char notes[64], charge_id[64], tracking[64];
  if (mkdir("/orders", 0700) != 0) die("/orders");
  snprintf(notes, sizeof notes, "/orders/%s.txt", order);

  note(notes, "accepted", order);
  charge(order, atol(argv[2]), charge_id, sizeof charge_id);
  note(notes, "charged", charge_id);

  sleep(WAREHOUSE_SECONDS);
  if (!is_paid(charge_id)) {
    note(notes, "cancelled: the payment was taken back,", charge_id);
    return 4;
  }
  ship(order, tracking, sizeof tracking);
  note(notes, "shipped", tracking);

  printf("receipt for %s\n", order);
  print_file(notes);
  return 0;
}
