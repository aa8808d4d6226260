// Adds numbers for long between two effects.
#include <unistd.h>

static volatile int sum;

static void add(int number) {
  sum += number; // #ADD
}

int main(void) {
  write(1, "begin\n", 6);
  for (int number = 0; number < 40000000; number++) add(number);
  write(1, "end\n", 4);
  return 0;
}
