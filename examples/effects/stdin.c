/* Answers standard input line by line. The input is a durable inbox: a line that was read once
 * is not asked for again, whatever crashes in between. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  char line[128];
  int lines = 0;
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    for (char *at = line; *at != '\0'; at++) *at = (char)toupper((unsigned char)*at);
    printf("%d: %s\n", ++lines, line);
  }
  printf("%d lines\n", lines);
  return ferror(stdin) ? 1 : 0;
}
