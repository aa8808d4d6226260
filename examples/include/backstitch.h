/*
 * backstitch.h: HTTP requests for WebAssembly programs that run in Backstitch.
 *
 * WASI preview 1 has no outgoing network, so Backstitch gives programs one more import module,
 * `backstitch`, with three functions. This header declares them and adds a few conveniences; it
 * has no other dependency than the C library and needs nothing to link.
 *
 * Every request is journaled. After a crash the program runs again from its beginning, and a
 * request whose response had been recorded is answered from the journal without being sent. A
 * request whose response had not been recorded is sent again with the same Idempotency-Key
 * header, which Backstitch adds to every request that could change something at the service.
 *
 * The shortest use:
 *
 *     backstitch_reply reply;
 *     int error = backstitch_http("POST", "http://payment/charge",
 *                                 "Content-Type: application/json\r\n",
 *                                 "{\"cents\":4200}", &reply);
 *     if (error != 0) { errno = error; perror("charge"); exit(1); }
 *     printf("%d %s\n", reply.status, reply.body);
 *     backstitch_reply_free(&reply);
 */
#ifndef BACKSTITCH_H
#define BACKSTITCH_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BACKSTITCH_IMPORT(name) \
  __attribute__((__import_module__("backstitch"), __import_name__(name)))

/* A request waits this long when it names no timeout. */
#define BACKSTITCH_TIMEOUT_MS_DEFAULT 30000

/* Parts of a response, for backstitch_http_read. */
#define BACKSTITCH_PART_HEADERS 0
#define BACKSTITCH_PART_BODY 1

/* A response that Backstitch holds, until backstitch_http_close. Lengths are in bytes. */
typedef struct {
  uint32_t handle;
  uint32_t status;
  uint32_t headers_len;
  uint32_t body_len;
} backstitch_response;

/*
 * Sends a request and waits for the whole response.
 *
 * `method` is a token such as GET; `url` is absolute, http or https, in UTF-8. `headers` are lines
 * of the form `Name: value`, each ended by \r\n or \n; NULL with length 0 for none. `body` is any
 * bytes. `timeout_ms` 0 means the default. Strings need no zero byte at the end.
 *
 * Returns 0 and fills `out`, or one of these errno values and leaves `out` alone:
 *   EINVAL        the method, the URL or a header is malformed
 *   EILSEQ        one of them is not UTF-8
 *   E2BIG         method over 64 bytes, URL over 64 KiB, headers over 256 KiB, body over 16 MiB
 *   EMFILE        256 responses are open: close some
 *   ETIMEDOUT     no response came in time; the request may have been carried out
 *   ECONNREFUSED  the service does not accept connections; nothing was carried out
 *   ECONNRESET    the connection broke; the request may have been carried out
 *   EHOSTUNREACH  no service has this name
 *   ECANCELED     a crash came between sending and recording, and the policy of this route
 *                 forbids sending again: only the service knows whether it was carried out
 *   EIO           the service failed in a way that is no HTTP response
 *   EFAULT        a pointer leads outside the memory
 *
 * An HTTP error status such as 404 or 500 is a response, not an error of this function.
 */
int32_t backstitch_http_request(const char *method, uint32_t method_len, const char *url,
                                uint32_t url_len, const char *headers, uint32_t headers_len,
                                const void *body, uint32_t body_len, uint32_t timeout_ms,
                                backstitch_response *out) BACKSTITCH_IMPORT("http_request");

/*
 * Copies a part of an open response, from `offset` on, at most `length` bytes. The headers are
 * text: lines of the form `name: value\r\n`, names in lower case. Sets `*read` to the number of
 * bytes copied, 0 at the end. Returns 0, EBADF for an unknown handle, EINVAL for an unknown part,
 * or EFAULT.
 */
int32_t backstitch_http_read(uint32_t handle, uint32_t part, uint32_t offset, void *buffer,
                             uint32_t length, uint32_t *read) BACKSTITCH_IMPORT("http_read");

/* Lets go of a response. Returns 0, or EBADF for an unknown handle. */
int32_t backstitch_http_close(uint32_t handle) BACKSTITCH_IMPORT("http_close");

/* A whole response in memory of the program's own; let go of with backstitch_reply_free. */
typedef struct {
  int status;
  /* Both end with a zero byte that their lengths do not count. */
  char *headers;
  uint32_t headers_len;
  char *body;
  uint32_t body_len;
} backstitch_reply;

static inline void backstitch_reply_free(backstitch_reply *reply) {
  free(reply->headers);
  free(reply->body);
  memset(reply, 0, sizeof *reply);
}

/* Copies one part of a response into new memory; NULL when there is none left. */
static inline char *backstitch_copy_part(uint32_t handle, uint32_t part, uint32_t length) {
  char *bytes = (char *)malloc((size_t)length + 1);
  uint32_t done = 0;
  while (bytes != NULL && done < length) {
    uint32_t count = 0;
    int32_t error = backstitch_http_read(handle, part, done, bytes + done, length - done, &count);
    if (error != 0 || count == 0) {
      free(bytes);
      return NULL;
    }
    done += count;
  }
  if (bytes != NULL) bytes[length] = '\0';
  return bytes;
}

/*
 * Sends `body_len` bytes and fetches the whole response. `headers` may be NULL. Returns 0, an
 * errno of backstitch_http_request, or ENOMEM; on failure `reply` is all zeros.
 */
static inline int backstitch_http_bytes(const char *method, const char *url, const char *headers,
                                        const void *body, uint32_t body_len, uint32_t timeout_ms,
                                        backstitch_reply *reply) {
  backstitch_response head;
  memset(reply, 0, sizeof *reply);
  int32_t error = backstitch_http_request(method, strlen(method), url, strlen(url), headers,
                                          headers == NULL ? 0 : strlen(headers), body, body_len,
                                          timeout_ms, &head);
  if (error != 0) return error;
  reply->status = (int)head.status;
  reply->headers_len = head.headers_len;
  reply->body_len = head.body_len;
  reply->headers = backstitch_copy_part(head.handle, BACKSTITCH_PART_HEADERS, head.headers_len);
  reply->body = backstitch_copy_part(head.handle, BACKSTITCH_PART_BODY, head.body_len);
  backstitch_http_close(head.handle);
  if (reply->headers != NULL && reply->body != NULL) return 0;
  backstitch_reply_free(reply);
  return ENOMEM;
}

/* The same for a body that is a string, or NULL for none, and the default timeout. */
static inline int backstitch_http(const char *method, const char *url, const char *headers,
                                  const char *body, backstitch_reply *reply) {
  return backstitch_http_bytes(method, url, headers, body, body == NULL ? 0 : strlen(body), 0,
                               reply);
}

/*
 * Finds the first header with this name, in any case. Returns its value inside `reply`, which
 * ends at the end of the line and not with a zero byte, and sets `*length`; NULL when there is
 * none.
 */
static inline const char *backstitch_header(const backstitch_reply *reply, const char *name,
                                            size_t *length) {
  size_t name_length = strlen(name);
  for (const char *line = reply->headers; line != NULL && *line != '\0';) {
    const char *end = strstr(line, "\r\n");
    if (end == NULL) end = line + strlen(line);
    if ((size_t)(end - line) > name_length && line[name_length] == ':' &&
        strncasecmp(line, name, name_length) == 0) {
      const char *value = line + name_length + 1;
      while (value < end && *value == ' ') value++;
      *length = (size_t)(end - value);
      return value;
    }
    line = *end == '\0' ? end : end + 2;
  }
  return NULL;
}

#ifdef __cplusplus
}
#endif

#endif
