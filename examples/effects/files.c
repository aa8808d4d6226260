/* Uses private files, which are as much a part of the program's state as its memory. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void must(int result, const char *what) {
  if (result >= 0) return;
  perror(what);
  exit(1);
}

static void write_text(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  must(fd, path);
  must((int)write(fd, text, strlen(text)), path);
  must(close(fd), path);
}

static void show(const char *path) {
  char text[64];
  int fd = open(path, O_RDONLY);
  must(fd, path);
  ssize_t length = read(fd, text, sizeof text);
  must((int)length, path);
  printf("%s: %.*s\n", path, (int)length, text);
  must(close(fd), path);
}

static int by_name(const struct dirent **left, const struct dirent **right) {
  return strcmp((*left)->d_name, (*right)->d_name);
}

static int not_dots(const struct dirent *entry) {
  return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static void list(const char *path) {
  struct dirent **entries;
  int count = scandir(path, &entries, not_dots, by_name);
  must(count, path);
  printf("%s holds", path);
  for (int at = 0; at < count; at++) {
    printf(" %s", entries[at]->d_name);
    free(entries[at]);
  }
  printf("\n");
  free(entries);
}

int main(void) {
  must(mkdir("/work", 0700), "mkdir /work");
  must(mkdir("/work/drafts", 0700), "mkdir /work/drafts");

  write_text("/work/drafts/letter.txt", "dear reader");
  show("/work/drafts/letter.txt");

  must(symlink("drafts/letter.txt", "/work/latest"), "symlink");
  char target[64] = "";
  must((int)readlink("/work/latest", target, sizeof target - 1), "readlink");
  printf("/work/latest points to %s\n", target);
  show("/work/latest");

  must(link("/work/drafts/letter.txt", "/work/copy.txt"), "link");
  struct stat status;
  must(stat("/work/copy.txt", &status), "stat");
  printf("/work/copy.txt has %d names and %lld bytes\n", (int)status.st_nlink,
         (long long)status.st_size);

  must(rename("/work/drafts/letter.txt", "/work/drafts/sent.txt"), "rename");
  printf("after the rename, /work/latest is %s\n",
         stat("/work/latest", &status) != 0 && errno == ENOENT ? "dangling" : "still there");

  int fd = open("/work/drafts/sent.txt", O_RDWR | O_APPEND);
  must(fd, "open");
  must((int)write(fd, ", goodbye", 9), "append");
  must(ftruncate(fd, 14), "truncate");
  must(close(fd), "close");
  show("/work/copy.txt");

  list("/work");
  if (rmdir("/work/drafts") == 0 || errno != ENOTEMPTY) return 1;
  must(unlink("/work/drafts/sent.txt"), "unlink");
  must(rmdir("/work/drafts"), "rmdir");
  list("/work");
  return 0;
}
