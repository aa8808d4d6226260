/* Packs a parcel and hands it over, when it is told to. The order is its standard input, which is
 * the body of the request that started it; what it prints is its result.
 *
 * It waits for one message, "deliver" or "return", from whoever started it. */
#include <backstitch.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PACKING_SECONDS = 2 * 60 * 60, RETURNED = 1 };

/* The decision, however long it takes to come. */
static int is_to_deliver(void) {
  backstitch_reply message;
  int error =
      backstitch_http("GET", "http://executions.backstitch/self/messages", NULL, NULL, &message);
  int is_yes = error == 0 && message.status == 200 && strcmp(message.body, "deliver") == 0;
  backstitch_reply_free(&message);
  return is_yes;
}

int main(void) {
  char order[64] = "";
  if (fgets(order, sizeof order, stdin) == NULL) return 2;
  sleep(PACKING_SECONDS);
  if (!is_to_deliver()) {
    printf("%s is back in stock\n", order);
    return RETURNED;
  }
  char body[128];
  snprintf(body, sizeof body, "{\"order\":\"%s\"}", order);
  backstitch_reply reply;
  int error = backstitch_http("POST", "https://carrier.example/parcels",
                              "Content-Type: application/json\r\n", body, &reply);
  if (error != 0 || reply.status >= 300) {
    fprintf(stderr, "carrier: %s\n", error == 0 ? reply.body : strerror(error));
    return 2;
  }
  printf("handed over, %s\n", reply.body);
  backstitch_reply_free(&reply);
  return 0;
}
