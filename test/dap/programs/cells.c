// Changes values in every way that the debugger's tests watch for: by stores, by library functions,
// by the host, in calls that come and go. Lines are found by their markers.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct cell {
  int count;
  char text[8];
};

static int total;            // #TOTAL
static struct cell shared;   // #SHARED
static char answer[8];

static int add(int one, int other) {
  int sum = one; // #ONE
  sum += other;  // #OTHER
  total += sum;  // #ADD
  return sum;    // #RETURN
}

static void fill(struct cell *cell, const char *text) {
  cell->count++;            // #COUNT
  strcpy(cell->text, text); // #COPY
}

static int countdown(int from) {
  int left = from;                          // #LEFT
  if (left > 0) left = countdown(left - 1); // #DEEPER
  return left + 1;                          // #LEFT_RETURN
}

int main(void) {
  int kept = 1;                          // #KEPT
  struct cell *cell = calloc(1, sizeof *cell);
  for (int round = 1; round <= 3; round++) {
    kept = add(round, kept);             // #CALL
  }
  fill(&shared, "one");                  // #FILL
  fill(cell, "heap");                    // #FILL_HEAP
  fill(cell, "heap");                    // #AGAIN
  read(0, answer, sizeof answer);        // #READ
  printf("%d %s\n", add(total, kept), answer); // #PRINT
  total = 7;                             // #SEVEN
  total = 7;                             // #SEVEN_AGAIN
  kept = countdown(2);                   // #COUNTDOWN
  free(cell);
  return 0; // #END
}
