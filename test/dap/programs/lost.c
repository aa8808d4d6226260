// Reads clocks in two rounds, with a line of output between them: a crash in the second round takes
// away what was read since then. Lines are found by their markers.
#include <stdio.h>
#include <time.h>

static int total;

static void visit(int number) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now); // #READ
  total += number;                     // #ADD
}

int main(void) {
  for (int number = 1; number <= 2; number++) visit(number);
  puts("two"); // #OUTPUT
  for (int number = 3; number <= 6; number++) visit(number); // #ROUND
  printf("%d\n", total); // #END
  return 0;
}
