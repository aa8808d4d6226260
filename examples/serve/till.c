/*
 * A till behind a real port. `backstitch serve till` starts this program once for every connection,
 * with the connection as its standard input and output, as inetd does; so it reads one HTTP request,
 * answers it and ends. Nothing in it knows that a node may crash between the charge and the receipt.
 *
 *     curl -d 4200 http://127.0.0.1:8080/charges
 *     curl http://127.0.0.1:8080/total
 */
#include <backstitch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BODY_MAX 1024

static void answer(int status, const char *text) {
  printf("HTTP/1.0 %d %s\r\n", status, status == 200 ? "OK" : "Error");
  printf("Content-Type: text/plain\r\nContent-Length: %zu\r\n\r\n%s", strlen(text), text);
}

/* Passes a request on to the payment service, and its answer to the client. */
static void pay(const char *method, const char *url, const char *body) {
  backstitch_reply reply;
  int error = backstitch_http(method, url, "", body, &reply);
  if (error != 0) {
    fprintf(stderr, "%s %s: %s\n", method, url, strerror(error));
    answer(502, "the payment service does not answer\n");
    return;
  }
  answer((int)reply.status, reply.body);
  backstitch_reply_free(&reply);
}

int main(void) {
  char method[16];
  char path[256];
  char line[1024];
  char body[BODY_MAX + 1] = "";
  size_t length = 0;
  if (fgets(line, sizeof line, stdin) == NULL) return 0;
  if (sscanf(line, "%15s %255s", method, path) != 2) {
    answer(400, "this is no HTTP\n");
    return 0;
  }
  while (fgets(line, sizeof line, stdin) != NULL && line[strspn(line, "\r\n")] != 0) {
    if (strncasecmp(line, "Content-Length:", 15) == 0) length = strtoul(line + 15, NULL, 10);
  }
  if (length > BODY_MAX) {
    answer(413, "too long\n");
    return 0;
  }
  fread(body, 1, length, stdin);
  if (strcmp(method, "POST") == 0 && strcmp(path, "/charges") == 0) {
    pay("POST", "http://payment.example/charges", body); // #CHARGE
  } else if (strcmp(method, "GET") == 0 && strcmp(path, "/total") == 0) {
    pay("GET", "http://payment.example/total", "");
  } else {
    answer(404, "there is /charges and /total\n");
  }
  return 0;
}
