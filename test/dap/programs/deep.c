// Calls itself as deep as it is told. Lines are found by their markers.
#include <stdio.h>
#include <stdlib.h>

static int down(int left) {
  if (left == 0) {
    return 0; // #BOTTOM
  }
  return down(left - 1) + 1;
}

int main(int argc, char **argv) {
  printf("%d\n", down(argc > 1 ? atoi(argv[1]) : 10)); // #CALL
  return 0;
}
