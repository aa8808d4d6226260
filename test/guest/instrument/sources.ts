/** C programs to travel in: with calls of all kinds, effects on the way, and memory to look at. */

/** Recursion, a list, a callback through the C library, the clock, randomness, output. */
export const MIXED = `
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

struct node { int value; struct node *next; };

static int calls;

static int fib(int n) {
  calls++;
  if (n < 2) return n;
  return fib(n - 1) + fib(n - 2);
}

static int compare(const void *one, const void *other) {
  int left = *(const int *)one;
  int right = *(const int *)other;
  return (left > right) - (left < right);
}

static struct node *push(struct node *head, int value) {
  struct node *node = malloc(sizeof *node);
  node->value = value;
  node->next = head;
  return node;
}

int main(void) {
  int numbers[5] = {5, 3, 1, 4, 2};
  struct timespec now;
  unsigned char byte;
  struct node *list = 0;
  clock_gettime(CLOCK_REALTIME, &now);
  getentropy(&byte, 1);
  qsort(numbers, 5, sizeof numbers[0], compare);
  for (int index = 0; index < 5; index++) {
    list = push(list, numbers[index] * fib(index));
  }
  double sum = 0;
  while (list != 0) {
    struct node *rest = list->next;
    sum += list->value;
    free(list);
    list = rest;
  }
  printf("%d %g\\n", calls, sum);
  return 0;
}
`;

/** Recurses for a moment, then divides by the number of its arguments less one. */
export const TRAPPING = `
int depth;

static int divide(int by) {
  depth++;
  int left = 100;
  return left / by;
}

int main(int argc, char **argv) {
  int sum = 0;
  for (int index = 3; index >= 0; index--) {
    sum += divide(index);
  }
  return sum;
}
`;

/** Computes for ever, in a call. */
export const ENDLESS = `
volatile unsigned spin;

static void turn(void) {
  for (;;) {
    spin++;
  }
}

int main(void) {
  turn();
  return 0;
}
`;

/** Writes to \`watched\` in as many ways as C has. */
export const STORING = `
#include <stdio.h>
#include <string.h>

struct record { char text[16]; short small; int number; long long wide; float part; double whole; };

struct record before, watched, after;

static void fill(struct record *record, int number) {
  record->number = number;
  record->small = (short)number;
  record->wide = number;
  record->part = (float)number;
  record->whole = number;
  record->text[3] = (char)number;
}

int main(void) {
  fill(&before, 1);
  fill(&watched, 2);
  fill(&after, 3);
  strcpy(watched.text, "hello");
  memcpy(&watched, &before, sizeof watched);
  memset(&after, 0, sizeof after);
  memset(&watched, 7, sizeof watched);
  printf("%d\\n", watched.number);
  return 0;
}
`;
