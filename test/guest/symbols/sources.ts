import type { Sources } from './clang.ts';

/**
 * Every call on the way to an effect notes its own line first, so that the program itself tells
 * which lines its stack should show.
 */
export const SOURCES: Sources = {
  'src/main.c': `#include <stdio.h>
#include <stdlib.h>
#include "lib/calls.h"

static int compare(const void *a, const void *b) {
  CALL(effect());
  return *(const int *)a - *(const int *)b;
}

static void inner(int depth) {
  int local = depth * 2;
  if (local > 2)
    CALL(effect());
  else CALL(inner(depth + 1));
  local++;
}

int never_called(int x) {
  return x * 77;
}

int main(void) {
  CALL(inner(0));
  CALL(from_header());
  int numbers[2] = {2, 1};
  CALL(qsort(numbers, 2, sizeof(int), compare));
  CALL(in_other_unit());
  setvbuf(stdout, NULL, _IONBF, 0);
  CALL(puts("x"));
  return 0;
}
`,
  'src/lib/calls.h': `#define IMPORT(n) __attribute__((import_module("test"), import_name(n)))
IMPORT("effect") void effect(void);
IMPORT("enter") void enter(int line);
IMPORT("leave") void leave(void);
#define CALL(call) (enter(__LINE__), call, leave())
void in_other_unit(void);
static inline void from_header(void) {
  CALL(effect());
}
`,
  'src/lib/other.c': `#include "calls.h"
void in_other_unit(void) {

  CALL(effect());
}
`,
};
