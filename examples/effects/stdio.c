/* Writes to both outputs, in turns and in pieces. Each piece is shown once. */
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IONBF, 0);
  printf("hello from %s\n", argc > 1 ? argv[1] : "nobody");
  fprintf(stderr, "a warning\n");
  for (int percent = 0; percent <= 100; percent += 50) {
    printf("%d%% ", percent);
    fflush(stdout);
    sleep(1);
  }
  printf("\n");
  fprintf(stderr, "another warning\n");
  return 0;
}
