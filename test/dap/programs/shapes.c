// Data and calls of unusual shapes: very deep, very long, and without an end.
#include <stdio.h>

struct node {
  int value;
  struct node *next;
};

static int many[100000];

static int dive(int level) {
  if (level == 0) {
    return many[7]; // #BOTTOM
  }
  return dive(level - 1) + 1;
}

int main(void) {
  struct node first = {1, 0};
  struct node second = {2, &first};
  first.next = &second;
  for (int index = 0; index < 100000; index++) many[index] = index;
  puts("begin");
  int sum = dive(4000);
  printf("%d\n", sum);
  return first.value == 2; // #LAST
}
