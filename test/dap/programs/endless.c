// Says something and then computes for ever.
#include <unistd.h>

static unsigned spin(unsigned rounds) {
  rounds = rounds * 3 + 1; // #SPIN
  return rounds;
}

int main(void) {
  unsigned rounds = 0;
  write(1, "on\n", 3);
  for (;;) {
    rounds = spin(rounds); // #CALL
  }
}
