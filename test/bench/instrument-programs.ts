/** Programs that compute and do nothing else; each prints one number at its end. */

const QUICKSORT = `
#include <stdio.h>
#include <stdlib.h>

static unsigned state = 1;

static unsigned next(void) {
  state = state * 1664525u + 1013904223u;
  return state >> 8;
}

static void sort(int *values, int low, int high) {
  if (low >= high) return;
  int pivot = values[(low + high) / 2];
  int left = low;
  int right = high;
  while (left <= right) {
    while (values[left] < pivot) left++;
    while (values[right] > pivot) right--;
    if (left <= right) {
      int kept = values[left];
      values[left] = values[right];
      values[right] = kept;
      left++;
      right--;
    }
  }
  sort(values, low, right);
  sort(values, left, high);
}

int main(int argc, char **argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 1;
  static int values[20000];
  unsigned sum = 0;
  for (int round = 0; round < rounds; round++) {
    for (int index = 0; index < 20000; index++) values[index] = (int)next();
    sort(values, 0, 19999);
    sum += (unsigned)values[round % 20000];
  }
  printf("%u\\n", sum);
  return 0;
}
`;

const SHA256 = `
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t constants[64];
static uint32_t state[8];

static uint32_t rotate(uint32_t value, int count) {
  return (value >> count) | (value << (32 - count));
}

static void block(const uint8_t *bytes) {
  uint32_t words[64];
  for (int index = 0; index < 16; index++) {
    words[index] = (uint32_t)bytes[index * 4] << 24 | (uint32_t)bytes[index * 4 + 1] << 16 |
                   (uint32_t)bytes[index * 4 + 2] << 8 | bytes[index * 4 + 3];
  }
  for (int index = 16; index < 64; index++) {
    uint32_t first = words[index - 15];
    uint32_t second = words[index - 2];
    uint32_t low = rotate(first, 7) ^ rotate(first, 18) ^ (first >> 3);
    uint32_t high = rotate(second, 17) ^ rotate(second, 19) ^ (second >> 10);
    words[index] = words[index - 16] + low + words[index - 7] + high;
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int index = 0; index < 64; index++) {
    uint32_t sum = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    uint32_t choice = (e & f) ^ (~e & g);
    uint32_t one = h + sum + choice + constants[index] + words[index];
    uint32_t other = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
    uint32_t two = other + majority;
    h = g;
    g = f;
    f = e;
    e = d + one;
    d = c;
    c = b;
    b = a;
    a = one + two;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

int main(int argc, char **argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 1;
  uint8_t bytes[64];
  for (int index = 0; index < 64; index++) constants[index] = (uint32_t)index * 2654435761u;
  for (int round = 0; round < rounds * 100; round++) {
    memset(bytes, round & 0xff, sizeof bytes);
    block(bytes);
  }
  printf("%u\\n", state[0]);
  return 0;
}
`;

const NBODY = `
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT 5

struct body { double x, y, z, vx, vy, vz, mass; };

static struct body bodies[COUNT];

static void advance(double step) {
  for (int first = 0; first < COUNT; first++) {
    struct body *one = &bodies[first];
    for (int second = first + 1; second < COUNT; second++) {
      struct body *other = &bodies[second];
      double dx = one->x - other->x;
      double dy = one->y - other->y;
      double dz = one->z - other->z;
      double squared = dx * dx + dy * dy + dz * dz;
      double magnitude = step / (squared * sqrt(squared));
      one->vx -= dx * other->mass * magnitude;
      one->vy -= dy * other->mass * magnitude;
      one->vz -= dz * other->mass * magnitude;
      other->vx += dx * one->mass * magnitude;
      other->vy += dy * one->mass * magnitude;
      other->vz += dz * one->mass * magnitude;
    }
  }
  for (int index = 0; index < COUNT; index++) {
    struct body *body = &bodies[index];
    body->x += step * body->vx;
    body->y += step * body->vy;
    body->z += step * body->vz;
  }
}

int main(int argc, char **argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 1;
  for (int index = 0; index < COUNT; index++) {
    bodies[index] = (struct body){index * 1.5, index * index, 1.0 / (index + 1), 0, 0, 0, index + 1};
  }
  for (int round = 0; round < rounds * 1000; round++) advance(0.001);
  printf("%.9f\\n", bodies[0].x);
  return 0;
}
`;

/** Allocates and frees, and recurses. */
const TREES = `
#include <stdio.h>
#include <stdlib.h>

struct node { struct node *left, *right; };

static struct node *grow(int depth) {
  struct node *node = malloc(sizeof *node);
  node->left = depth > 0 ? grow(depth - 1) : NULL;
  node->right = depth > 0 ? grow(depth - 1) : NULL;
  return node;
}

static int fell(struct node *node) {
  if (node == NULL) return 0;
  int count = 1 + fell(node->left) + fell(node->right);
  free(node);
  return count;
}

int main(int argc, char **argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 1;
  int count = 0;
  for (int round = 0; round < rounds * 10; round++) count += fell(grow(8 + round % 4));
  printf("%d\\n", count);
  return 0;
}
`;

/** Loops over arrays, three deep. */
const MATRIX = `
#include <stdio.h>
#include <stdlib.h>

#define SIZE 96

static double left[SIZE][SIZE], right[SIZE][SIZE], product[SIZE][SIZE];

static void multiply(void) {
  for (int row = 0; row < SIZE; row++) {
    for (int column = 0; column < SIZE; column++) {
      double sum = 0;
      for (int index = 0; index < SIZE; index++) sum += left[row][index] * right[index][column];
      product[row][column] = sum;
    }
  }
}

int main(int argc, char **argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 1;
  for (int row = 0; row < SIZE; row++) {
    for (int column = 0; column < SIZE; column++) {
      left[row][column] = row + 1.0 / (column + 1);
      right[row][column] = column - row * 0.5;
    }
  }
  for (int round = 0; round < rounds; round++) {
    multiply();
    left[round % SIZE][0] += product[0][round % SIZE] * 1e-9;
  }
  printf("%.6f\\n", product[SIZE - 1][SIZE - 1]);
  return 0;
}
`;

/** Counts words in a table, by their text. */
const WORDS = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 4096

struct word { char text[12]; int count; };

static struct word table[SLOTS];

static unsigned hash(const char *text) {
  unsigned value = 2166136261u;
  for (; *text != 0; text++) value = (value ^ (unsigned char)*text) * 16777619u;
  return value;
}

static struct word *find(const char *text) {
  unsigned slot = hash(text) % SLOTS;
  while (table[slot].count > 0 && strcmp(table[slot].text, text) != 0) slot = (slot + 1) % SLOTS;
  return &table[slot];
}

static void spell(unsigned number, char *text) {
  do {
    *text++ = (char)('a' + number % 26);
    number /= 26;
  } while (number > 0);
  *text = 0;
}

int main(int argc, char **argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 1;
  char text[12];
  unsigned state = 7;
  unsigned most = 0;
  for (int round = 0; round < rounds * 1000; round++) {
    state = state * 1664525u + 1013904223u;
    spell((state >> 8) % 2000, text);
    struct word *word = find(text);
    if (word->count++ == 0) strcpy(word->text, text);
    if ((unsigned)word->count > most) most = word->count;
  }
  printf("%u\\n", most);
  return 0;
}
`;

export interface BenchProgram {
  readonly name: string;
  readonly source: string;
  /** What it is to be called with so that it runs for some tenths of a second. */
  readonly rounds: { readonly '-O0': number; readonly '-O2': number };
}

export const BENCH_PROGRAMS: readonly BenchProgram[] = [
  { name: 'quicksort', source: QUICKSORT, rounds: { '-O0': 60, '-O2': 100 } },
  { name: 'sha256', source: SHA256, rounds: { '-O0': 300, '-O2': 3000 } },
  { name: 'nbody', source: NBODY, rounds: { '-O0': 300, '-O2': 1500 } },
  { name: 'trees', source: TREES, rounds: { '-O0': 60, '-O2': 80 } },
  { name: 'matrix', source: MATRIX, rounds: { '-O0': 60, '-O2': 300 } },
  { name: 'words', source: WORDS, rounds: { '-O0': 600, '-O2': 2000 } },
];
