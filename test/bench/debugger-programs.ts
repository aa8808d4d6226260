/** Programs for the debugger to walk through: C sources, built without optimisation. */

/** Its first argument is how often it goes round its first loop. */
export const WALKED = `
#include <stdio.h>
#include <stdlib.h>

static unsigned mix(unsigned value) {
  unsigned high = value >> 16;
  unsigned low = value & 0xffff;
  return high * 31 + low * 17 + 1;
}

static unsigned rare(unsigned sum) {
  return sum ^ 1; // #RARE
}

static unsigned work(int rounds) {
  unsigned sum = 0;
  int quarter = rounds / 4;
  for (int round = 1; round <= rounds; round++) {
    sum += mix(round);
    sum ^= sum >> 3;
    if (round % quarter == 0) sum = rare(sum);
  }
  return sum;
}

static unsigned finish(unsigned sum) {
  for (unsigned index = 0; index < 20000; index++) { // #NEAR
    sum = mix(sum + index);
    sum += index;
  }
  return sum;
}

int main(int argc, char **argv) {
  unsigned sum = work(argc > 1 ? atoi(argv[1]) : 1);
  sum = finish(sum);
  printf("%u\\n", sum);
  return 0;
}
`;

/** Statements in a round of its first loop. */
export const WALKED_STATEMENTS = 7;
/** Statements after it, about. */
export const WALKED_END = 120_000;

/** Fifty frames deep with variables in each, next to a large array. */
export const DEEP = `
#include <stdio.h>

#define COUNT 10000

struct point { int x, y; char name[16]; };

static int values[COUNT];

static int descend(int level, struct point *from) {
  struct point here = {level, level * 2, "here"};
  double ratio = level / 3.0;
  long long wide = (long long)level << 32;
  int copies[8] = {level};
  if (level == 0) {
    return values[here.x] + copies[0]; // #DEEPEST
  }
  int below = descend(level - 1, &here);
  return below + (int)ratio + (int)wide + from->x;
}

int main(void) {
  int (*all)[COUNT] = &values;
  for (int index = 0; index < COUNT; index++) (*all)[index] = index;
  struct point first = {1, 2, "first"};
  printf("%d\\n", descend(48, &first));
  return 0;
}
`;

/** A small program in Rust, with the large library that comes with it. */
export const LEDGER = `
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

#[derive(Debug, Clone)]
struct Entry { id: u64, account: String, amount: i64, tags: Vec<String> }

fn parse(line: &str) -> Result<Entry, Box<dyn std::error::Error>> {
    let mut parts = line.split(',');
    let id = parts.next().ok_or("no id")?.trim().parse()?;
    let account = parts.next().ok_or("no account")?.trim().to_string();
    let amount = parts.next().ok_or("no amount")?.trim().parse()?;
    let tags = parts.map(|each| each.trim().to_string()).collect();
    Ok(Entry { id, account, amount, tags })
}

fn main() {
    let text = "1, alice, 100, food\\n2, bob, -20, rent, late\\n3, alice, 7\\nx, y, z";
    let mut totals: BTreeMap<String, i64> = BTreeMap::new();
    let mut seen: HashMap<u64, Entry> = HashMap::new();
    for line in text.lines() {
        match parse(line) {
            Ok(entry) => {
                *totals.entry(entry.account.clone()).or_default() += entry.amount;
                seen.insert(entry.id, entry);
            }
            Err(error) => println!("skipped {line:?}: {error}"),
        }
    }
    let mut report = String::new();
    for (account, total) in &totals { writeln!(report, "{account:>10} {total:6.2}").unwrap(); }
    print!("{report}");
    let mut all: Vec<_> = seen.values().collect();
    all.sort_by_key(|entry| (entry.amount, entry.id));
    println!("{all:#?}");
}
`;

/** A program with debug information of some size: functions with variables, each called. */
export function largeProgram(functions: number): string {
  const bodies: string[] = [];
  const calls: string[] = [];
  for (let index = 0; index < functions; index++) {
    bodies.push(`
static int step${index}(int value, const char *text) {
  int first = value * ${index + 1};
  double ratio = first / ${index + 2}.0;
  struct pair both = {first, (int)ratio};
  for (int round = 0; round < 3; round++) {
    int inner = both.one + round;
    if (inner % 2 == 0) both.two += inner;
    else both.one -= text[0];
  }
  return both.one + both.two;
}`);
    calls.push(`  sum += step${index}(sum, "${index}");`);
  }
  return `#include <stdio.h>
struct pair { int one, two; };
${bodies.join('\n')}
int main(void) {
  unsigned sum = 0;
${calls.join('\n')}
  printf("%u\\n", sum);
  return 0;
}
`;
}
