/* Appends to a log on a shared volume, which outlives the program and its node. Unlike private
 * files, a volume is outside: each write to it is an effect. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINES = 3 };

static void must(int result, const char *what) {
  if (result >= 0) return;
  perror(what);
  exit(1);
}

static void append(const char *line) {
  int fd = open("/data/visits.log", O_WRONLY | O_CREAT | O_APPEND, 0600);
  must(fd, "open");
  must((int)write(fd, line, strlen(line)), "write");
  must(fsync(fd), "fsync");
  must(close(fd), "close");
}

int main(void) {
  char line[64];
  for (int number = 1; number <= LINES; number++) {
    snprintf(line, sizeof line, "visit %d\n", number);
    append(line);
  }

  FILE *log = fopen("/data/visits.log", "r");
  if (log == NULL) must(-1, "fopen");
  while (fgets(line, sizeof line, log) != NULL) printf("%s", line);
  fclose(log);

  struct stat status;
  must(stat("/data/visits.log", &status), "stat");
  printf("%lld bytes on the volume\n", (long long)status.st_size);
  return 0;
}
