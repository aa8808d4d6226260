/* Talks to a service over HTTP: reading, writing, headers, refusals, timeouts and lost hosts. */
#include <backstitch.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SHOP "https://shop.example"

static int request(const char *method, const char *url, const char *headers, const char *body,
                   uint32_t timeout_ms) {
  printf("%s %s\n", method, url);
  backstitch_reply reply;
  int error = backstitch_http_bytes(method, url, headers, body, body == NULL ? 0 : strlen(body),
                                    timeout_ms, &reply);
  if (error != 0) {
    printf("  no answer: %s\n", strerror(error));
    return error;
  }
  size_t length;
  const char *location = backstitch_header(&reply, "Location", &length);
  printf("  %d %s\n", reply.status, reply.body);
  if (location != NULL) printf("  it is at %.*s\n", (int)length, location);
  backstitch_reply_free(&reply);
  return 0;
}

int main(void) {
  int failed = 0;
  failed |= request("GET", SHOP "/stock?item=lamp", NULL, NULL, 0);
  failed |= request("POST", SHOP "/orders", "Content-Type: application/json\r\n",
                    "{\"item\":\"lamp\",\"count\":2}", 0);
  failed |= request("GET", SHOP "/orders/1", "Accept: application/json\r\n", NULL, 0);
  failed |= request("DELETE", SHOP "/orders/7", NULL, NULL, 0);
  failed |= request("GET", SHOP "/slow", NULL, NULL, 5000) != ETIMEDOUT;
  failed |= request("GET", "https://nowhere.example/", NULL, NULL, 0) != EHOSTUNREACH;
  failed |= request("GET", "not a url", NULL, NULL, 0) != EINVAL;
  return failed != 0;
}
