/* Draws random numbers: a recovered program sees the ones that it saw before. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void) {
  unsigned char id[16];
  if (getentropy(id, sizeof id) != 0) {
    perror("getentropy");
    return 1;
  }
  printf("id ");
  for (size_t at = 0; at < sizeof id; at++) printf("%02x", id[at]);
  printf("\n");

  printf("dice");
  for (int roll = 0; roll < 6; roll++) printf(" %u", arc4random_uniform(6) + 1);
  printf("\n");

  /* rand() is not random: it counts on from its seed, so only the seed is an effect. */
  uint32_t seed;
  if (getentropy(&seed, sizeof seed) != 0) return 1;
  srand(seed);
  printf("shuffled");
  for (int left = 5; left > 0; left--) printf(" %d", rand() % left);
  printf("\n");
  return 0;
}
