/* Uses the C library's files, directories, clocks and streams; tells what it sees on stdout. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void tell(const char *what, int result) {
  if (result < 0) printf("%s: %s\n", what, strerror(errno));
  else printf("%s: %d\n", what, result);
}

static void list(const char *path) {
  DIR *directory = opendir(path);
  if (directory == NULL) {
    tell(path, -1);
    return;
  }
  printf("%s:", path);
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    if (entry->d_name[0] != '.') printf(" %s%s", entry->d_name, entry->d_type == DT_DIR ? "/" : "");
  }
  printf("\n");
  closedir(directory);
}

static void files(void) {
  char line[64];
  struct stat stat_buffer;
  tell("mkdir", mkdir("/work", 0777));
  tell("mkdir again", mkdir("/work", 0777));
  FILE *file = fopen("/work/notes.txt", "w+");
  fprintf(file, "first line\nsecond line\n");
  fseek(file, 6, SEEK_SET);
  printf("read: %s", fgets(line, sizeof line, file));
  printf("offset: %ld\n", ftell(file));
  fclose(file);
  file = fopen("/work/notes.txt", "a");
  fputs("third\n", file);
  fclose(file);
  tell("stat", stat("/work/notes.txt", &stat_buffer));
  printf("size %lld, regular %d, links %lu\n", (long long)stat_buffer.st_size,
         S_ISREG(stat_buffer.st_mode), (unsigned long)stat_buffer.st_nlink);
  tell("symlink", symlink("notes.txt", "/work/link"));
  tell("link", link("/work/notes.txt", "/work/hard"));
  tell("rename", rename("/work/hard", "/work/moved"));
  ssize_t length = readlink("/work/link", line, sizeof line);
  printf("readlink: %.*s\n", (int)length, line);
  tell("lstat link", lstat("/work/link", &stat_buffer));
  printf("is link: %d\n", S_ISLNK(stat_buffer.st_mode));
  list("/work");
  tell("open missing", open("/work/missing", O_RDONLY));
  tell("open directory for writing", open("/work", O_RDWR));
  tell("rmdir", rmdir("/work"));
  tell("truncate", truncate("/work/moved", 5));
  tell("access", access("/work/moved", R_OK));
  int fd = open("/work/moved", O_RDONLY);
  tell("unlink", unlink("/work/moved"));
  length = read(fd, line, sizeof line);
  printf("read unlinked: %.*s\n", (int)length, line);
  close(fd);
  tell("unlink link", unlink("/work/link"));
  tell("unlink notes", unlink("/work/notes.txt"));
  list("/work");
  tell("rmdir", rmdir("/work"));
  list("/work");
}

static void many_files(void) {
  char path[64];
  mkdir("/many", 0777);
  for (int index = 0; index < 300; index++) {
    snprintf(path, sizeof path, "/many/a-file-with-a-long-name-%03d", index);
    fclose(fopen(path, "w"));
  }
  int removed = 0;
  DIR *directory = opendir("/many");
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/many/%s", entry->d_name);
    if (unlink(path) == 0) removed++;
  }
  closedir(directory);
  printf("removed %d, rmdir %d\n", removed, rmdir("/many"));
}

static void time_and_chance(void) {
  struct timespec before, after, nap = {.tv_sec = 90, .tv_nsec = 5};
  unsigned char bytes[8];
  clock_gettime(CLOCK_MONOTONIC, &before);
  tell("nanosleep", nanosleep(&nap, NULL));
  clock_gettime(CLOCK_MONOTONIC, &after);
  printf("slept %lld s\n", (long long)(after.tv_sec - before.tv_sec));
  time_t now = time(NULL);
  printf("now %s", asctime(gmtime(&now)));
  tell("getentropy", getentropy(bytes, sizeof bytes));
  printf("entropy %02x%02x\n", bytes[0], bytes[7]);
}

static void streams(void) {
  char line[64];
  struct pollfd wanted[2] = {{.fd = 0, .events = POLLIN}, {.fd = 1, .events = POLLOUT}};
  printf("tty: %d %d\n", isatty(0), isatty(1));
  tell("poll", poll(wanted, 2, 1000));
  printf("events: %d %d\n", wanted[0].revents == POLLIN, wanted[1].revents == POLLOUT);
  while (fgets(line, sizeof line, stdin) != NULL) printf("input: %s", line);
  printf("end of input: %d\n", feof(stdin));
  tell("lseek stdin", (int)lseek(0, 0, SEEK_CUR));
  fprintf(stderr, "to stderr\n");
}

int main(int argc, char **argv) {
  printf("%s with %d, HOME=%s\n", argv[0], argc - 1, getenv("HOME"));
  files();
  many_files();
  time_and_chance();
  streams();
  printf("no newline");
  return 42;
}
