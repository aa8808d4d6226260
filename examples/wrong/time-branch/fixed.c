/* Takes an order for a lamp: order <customer>
 *
 * Lamps are on sale until midnight, the end of 27 November 2026 in UTC. The customer gets a mail
 * that confirms the price, and then the card is charged. */
#include <backstitch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SALE_CENTS = 2900, USUAL_CENTS = 4900 };
static const time_t SALE_END = 1795824000;

static long price_cents(void) {
  return time(NULL) < SALE_END ? SALE_CENTS : USUAL_CENTS;
}

/* Sends a request; ends the program unless the service answers with a 2xx. */
static void send(const char *url, const char *body) {
  backstitch_reply reply;
  int error = backstitch_http("POST", url, "Content-Type: application/json\r\n", body, &reply);
  if (error != 0 || reply.status < 200 || reply.status > 299) {
    fprintf(stderr, "%s: %s\n", url, error == 0 ? reply.body : strerror(error));
    exit(1);
  }
  backstitch_reply_free(&reply);
}

static void confirm(const char *customer, long cents) {
  char body[192];
  snprintf(body, sizeof body, "{\"to\":\"%s\",\"subject\":\"Your lamp\",\"cents\":%ld}", customer,
           cents);
  send("https://mail.example/messages", body);
}

static void charge(const char *customer, long cents) {
  char body[128];
  snprintf(body, sizeof body, "{\"customer\":\"%s\",\"cents\":%ld}", customer, cents);
  send("https://payment.example/charges", body);
}

int main(int argc, char **argv) {
  if (argc != 2 || strlen(argv[1]) > 32) {
    fprintf(stderr, "usage: order <customer>\n");
    return 64;
  }
  /* The clock is asked once. From here on the price is a value, however long the rest takes. */
  long cents = price_cents();
  confirm(argv[1], cents);
  charge(argv[1], cents);
  printf("a lamp for %s\n", argv[1]);
  return 0;
}
