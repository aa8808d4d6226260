/* Sells lamps: answers POST /orders, whose body is the name of the customer.
 *
 * Started once for every connection, with the connection as its standard input and output. */
#include <backstitch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NAME_MAX = 32, PRECONDITION_FAILED = 412 };

static void answer(int status, const char *text) {
  printf("HTTP/1.0 %d %s\r\n", status, status == 200 ? "OK" : "Error");
  printf("Content-Type: text/plain\r\nContent-Length: %zu\r\n\r\n%s", strlen(text), text);
}

/* Sends a request; ends the program when the service does not answer or has an error of its own. */
static backstitch_reply ask(const char *method, const char *url, const char *headers,
                            const char *body) {
  backstitch_reply reply;
  int error = backstitch_http(method, url, headers, body, &reply);
  if (error == 0 && reply.status < 500) return reply;
  answer(502, "the stock does not answer\n");
  exit(1);
}

/* How many lamps are left, and the condition that this is still so. */
static long stock(char *condition, size_t size) {
  backstitch_reply reply = ask("GET", "https://stock.example/lamps", NULL, NULL);
  size_t length = 0;
  const char *version = backstitch_header(&reply, "ETag", &length);
  snprintf(condition, size, "If-Match: %.*s\r\n", (int)length, version == NULL ? "" : version);
  long count = atol(reply.body);
  backstitch_reply_free(&reply);
  return count;
}

/* Sells a lamp if the stock is still what it was when it was looked at, and else looks again. */
static void sell(const char *customer) {
  char condition[64];
  while (stock(condition, sizeof condition) > 0) {
    backstitch_reply sale = ask("POST", "https://stock.example/lamps/sales", condition, customer);
    int is_sold = sale.status != PRECONDITION_FAILED;
    if (is_sold) answer(200, sale.body);
    backstitch_reply_free(&sale);
    if (is_sold) return;
  }
  answer(409, "sold out\n");
}

/* Reads a request; gives the length of its body, or -1 when it is none that is answered here. */
static long read_head(void) {
  char line[1024];
  long length = 0;
  if (fgets(line, sizeof line, stdin) == NULL) return -1;
  int is_order = strncmp(line, "POST /orders ", 13) == 0;
  while (fgets(line, sizeof line, stdin) != NULL && line[strspn(line, "\r\n")] != 0) {
    if (strncasecmp(line, "Content-Length:", 15) == 0) length = atol(line + 15);
  }
  return is_order && length > 0 && length <= NAME_MAX ? length : -1;
}

int main(void) {
  char customer[NAME_MAX + 1] = "";
  long length = read_head();
  if (length < 0) {
    answer(400, "POST /orders with a name\n");
    return 0;
  }
  fread(customer, 1, (size_t)length, stdin);
  sell(customer);
  return 0;
}
