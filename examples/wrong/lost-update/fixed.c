/* Gives an invoice its number, the one after the last: invoice
 *
 * The last number is in a file on a volume that all machines share. Many invoices are made at the
 * end of the month, so each waits for a moment first, for not all to want the volume at once. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SPREAD_MS = 10000 };

static const char *const LAST = "/data/last-invoice";

static void die(const char *what) {
  perror(what);
  exit(1);
}

/* Makes the file of a number. Of all who make one file with O_EXCL, one succeeds. */
static int take(long number) {
  char path[48];
  snprintf(path, sizeof path, "/data/invoice-%ld", number);
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (fd < 0 && errno == EEXIST) return 0;
  if (fd < 0 || fsync(fd) != 0 || close(fd) != 0) die(path);
  return 1;
}

/* Counts up the number in the file, which only says where to begin. */
static long next_number(void) {
  long number = 0;
  FILE *file = fopen(LAST, "r+");
  if (file == NULL || fscanf(file, "%ld", &number) != 1) die(LAST);
  do number++;
  while (!take(number));
  rewind(file);
  fprintf(file, "%ld\n", number);
  if (fflush(file) != 0 || fsync(fileno(file)) != 0 || fclose(file) != 0) die(LAST);
  return number;
}

int main(void) {
  uint32_t random;
  if (getentropy(&random, sizeof random) != 0) die("getentropy");
  usleep(random % SPREAD_MS * 1000);
  printf("invoice %ld\n", next_number());
  return 0;
}
