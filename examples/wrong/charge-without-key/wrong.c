/* Collects the monthly fee of a member: collect <member> <month> <cents>
 *
 * Has the bank debit the member's account, and then tells the club that the fee is paid. */
#include <backstitch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MONTH_SIZE = 8 };

/* Sends a request; ends the program unless the service answers with a 2xx. */
static void send(const char *method, const char *url, const char *body) {
  backstitch_reply reply;
  int error = backstitch_http(method, url, "Content-Type: application/json\r\n", body, &reply);
  if (error != 0 || reply.status < 200 || reply.status > 299) {
    fprintf(stderr, "%s %s: %s\n", method, url, error == 0 ? reply.body : strerror(error));
    exit(1);
  }
  backstitch_reply_free(&reply);
}

int main(int argc, char **argv) {
  if (argc != 4 || strlen(argv[1]) > 32 || strlen(argv[2]) >= MONTH_SIZE || atol(argv[3]) <= 0) {
    fprintf(stderr, "usage: collect <member> <month> <cents>\n");
    return 64;
  }
  const char *member = argv[1], *month = argv[2];
  char body[192], url[128];

  snprintf(body, sizeof body, "{\"account\":\"%s\",\"cents\":%ld}", member, atol(argv[3]));
  send("POST", "https://bank.example/debits", body);

  snprintf(url, sizeof url, "https://club.example/members/%s/fees/%s", member, month);
  send("PUT", url, "{\"paid\":true}");
  printf("%s has paid for %s\n", member, month);
  return 0;
}
