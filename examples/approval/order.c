/* Has an order shipped once a person has approved it: order <id>
 *
 * The order starts another workflow, `ship`, which packs the parcel meanwhile. Then it waits for up
 * to three days for the promise `self/approval`, which somebody keeps: in the editor, with
 * `--promise order-1/approval=yes`, or with an HTTP request. It tells `ship` what was decided in a
 * message, and waits for how that ends.
 *
 * All of it is plain HTTP to two hosts that Backstitch answers for itself. While the order waits,
 * it is on no node and costs nothing; whatever crashes, there is one child and one message. */
#include <backstitch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { URL_MAX = 160, NOT_SHIPPED = 3 };

/* Sends a request; ends the program when there is no response, or none of these two statuses. */
static backstitch_reply ask(const char *method, const char *url, const char *body, int status,
                            int otherwise) {
  backstitch_reply reply;
  int error = backstitch_http(method, url, "Content-Type: text/plain\r\n", body, &reply);
  if (error == 0 && (reply.status == status || reply.status == otherwise)) return reply;
  fprintf(stderr, "%s %s: %s\n", method, url, error == 0 ? reply.body : strerror(error));
  exit(1);
}

/* Starts a shipment and copies its address, http://executions.backstitch/ship-1. */
static void start_shipment(const char *order, char *url) {
  backstitch_reply started = ask("POST", "http://executions.backstitch/ship", order, 201, 201);
  size_t length = 0;
  const char *location = backstitch_header(&started, "Location", &length);
  snprintf(url, URL_MAX, "%.*s", (int)length, location == NULL ? "" : location);
  backstitch_reply_free(&started);
}

/* Whether somebody says yes within three days. */
static int is_approved(const char *order) {
  backstitch_reply reply =
      ask("GET", "http://promises.backstitch/self/approval?timeout=3d", NULL, 200, 504);
  int is_yes = reply.status == 200 && strcmp(reply.body, "yes") == 0;
  if (reply.status == 504) printf("%s: nobody decided in three days\n", order);
  else printf("%s: %s\n", order, is_yes ? "approved" : "turned down");
  backstitch_reply_free(&reply);
  return is_yes;
}

int main(int argc, char **argv) {
  const char *order = argc > 1 ? argv[1] : "A-1";
  char shipment[URL_MAX], url[URL_MAX + 16];
  start_shipment(order, shipment);
  printf("%s: being packed\n", order);

  const char *decision = is_approved(order) ? "deliver" : "return";
  snprintf(url, sizeof url, "%s/messages", shipment);
  backstitch_reply sent = ask("POST", url, decision, 202, 202);
  backstitch_reply_free(&sent);

  /* 424 says that the shipment did not end well; what it printed is there all the same. */
  snprintf(url, sizeof url, "%s/result", shipment);
  backstitch_reply result = ask("GET", url, NULL, 200, 424);
  int is_shipped = result.status == 200;
  printf("%s: %s", order, is_shipped ? result.body : "not shipped\n");
  backstitch_reply_free(&result);
  return is_shipped ? 0 : NOT_SHIPPED;
}
