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

enum { SPREAD_MS = 10000, LOCK_TRIES = 600 };

static const char *const LAST = "/data/last-invoice";
static const char *const LOCK = "/data/last-invoice.lock";

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void unlock(void) {
  if (unlink(LOCK) != 0) perror(LOCK);
}

/* Makes a file that is not there: of all who try, one succeeds. The file is removed when the
 * program ends. A crash of the machine does not end it: it goes on where it was. */
static void lock(void) {
  for (int try = 1; try <= LOCK_TRIES; try++) {
    int fd = open(LOCK, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd >= 0) {
      close(fd);
      atexit(unlock);
      return;
    }
    if (errno != EEXIST) die(LOCK);
    sleep(1);
  }
  fprintf(stderr, "%s: held by another for too long\n", LOCK);
  exit(2);
}

/* Counts up the number in the file. */
static long next_number(void) {
  long number = 0;
  lock();
  FILE *file = fopen(LAST, "r+");
  if (file == NULL || fscanf(file, "%ld", &number) != 1) die(LAST);
  rewind(file);
  fprintf(file, "%ld\n", ++number);
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
