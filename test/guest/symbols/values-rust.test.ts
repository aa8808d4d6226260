import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileRust, rustMissing } from './rustc.ts';
import { type StoppedProgram, stopModule } from './stopped-program.ts';

const SOURCE = `
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

static GREETING: &str = "hello";

enum Shape { Unit, Circle(f64), Rect { w: u32, h: u32 } }
#[derive(Clone, Copy)]
enum Level { Low = 1, High = 200 }
struct Point { x: i32, y: i32 }
struct Meters(f32);

fn work(a: i32, name: &str) -> i32 {
  let string = String::from("h\\u{e9}llo \\"x\\"");
  let empty = String::new();
  let bytes = vec![1u8, 2, 3];
  let strings = vec![String::from("a"), String::from("b")];
  let some: Option<i32> = Some(3);
  let none: Option<Box<i32>> = None;
  let boxed: Option<Box<i32>> = Some(Box::new(5));
  let result: Result<i32, String> = Err("bad".into());
  let shapes = [Shape::Unit, Shape::Circle(1.5), Shape::Rect { w: 2, h: 3 }];
  let level = Level::High;
  let low = Level::Low;
  let tuple = (1u8, 'x', 2.5f32, true);
  let meters = Meters(4.5);
  let point = Box::new(Point { x: -1, y: 2 });
  let rc = Rc::new(Point { x: 1, y: 2 });
  let other = Rc::clone(&rc);
  let shared: Arc<str> = Arc::from("shared");
  let cell = Cell::new(4);
  let ref_cell = RefCell::new(vec![1]);
  let borrow = ref_cell.borrow_mut();
  let mut map = HashMap::new();
  map.insert("k".to_string(), 1);
  let numbers: HashMap<u32, u32> = (0..100).map(|n| (n, n * n)).collect();
  let set: HashSet<i32> = [7].into_iter().collect();
  let tree: BTreeMap<i32, i32> = (0..500).map(|n| (n, n * 2)).collect();
  let tree_set: BTreeSet<&str> = ["b", "a"].into_iter().collect();
  let mut ring: VecDeque<i32> = VecDeque::with_capacity(4);
  for n in 0..6 { if n > 3 { ring.pop_front(); } ring.push_back(n); }
  let slice = &bytes[1..];
  let path = std::path::PathBuf::from("/tmp/x");
  let mutex = Mutex::new(3);
  let unit = ();
  let big = i128::MAX;
  let text: Option<&str> = Some("opt");
  let cow = std::borrow::Cow::Borrowed("cow");
  let pointer: *const i32 = &a;
  let many: Vec<u32> = (0..10_000).collect();
  let sum = a + name.len() as i32; // #BP
  let _ = (&string, &empty, &strings, &some, &none, &boxed, &result, level, low, &tuple, &meters);
  let _ = (&point, &rc, &other, &shared, &cell, borrow.len(), &map, &numbers, &set, &tree);
  let _ = (&tree_set, &ring, slice, &path, &mutex, unit, big, text, pointer, &many, GREETING);
  let _: &std::borrow::Cow<str> = &cow;
  for shape in &shapes {
    match shape { Shape::Unit => (), Shape::Circle(r) => drop(r), Shape::Rect { w, h } => drop((w, h)) }
  }
  sum + rc.x + rc.y + point.x + point.y + meters.0 as i32
}

fn main() {
  std::process::exit(work(2, "nm") & 1);
}
`;

const EXPECTED: Readonly<Record<string, string>> = {
  a: '2',
  name: '"nm"',
  string: '"héllo \\"x\\""',
  empty: '""',
  bytes: '(3) [1, 2, 3]',
  strings: '(2) ["a", "b"]',
  some: 'Some(3)',
  none: 'None',
  boxed: 'Some(5)',
  result: 'Err("bad")',
  shapes: '{Unit, Circle(1.5), Rect {w: 2, h: 3}}',
  level: 'High',
  low: 'Low',
  tuple: "(1, 'x', 2.5, true)",
  meters: '(4.5)',
  point: '{x: -1, y: 2}',
  rc: '{x: 1, y: 2} (2 owners)',
  shared: '"shared"',
  cell: '4',
  ref_cell: '(1) [1] (borrowed mutably)',
  map: '(1) {["k"]: 1}',
  set: '(1) [7]',
  tree: '(500) {[0]: 0, [1]: 2, [2]: 4, [3]: 6, [4]: 8, [5]: 10, [6]: 12, [7]: 14, ...}',
  tree_set: '(2) ["a", "b"]',
  ring: '(4) [2, 3, 4, 5]',
  slice: '(2) [2, 3]',
  path: '"/tmp/x"',
  mutex: '3',
  unit: '()',
  big: '170141183460469231731687303715884105727',
  text: 'Some("opt")',
  cow: 'Borrowed("cow")',
};

const EXPRESSIONS: Readonly<Record<string, string>> = {
  'a + 1': '3',
  'tuple.0': '1',
  'tuple.1': "'x'",
  'point.x': '-1',
  'rc.y * 10': '20',
  '*pointer': '2',
  'some.0 + 1': '4',
  'shapes[2].w': '2',
  'strings[1]': '"b"',
  'strings[1] == "b"': 'true',
  'many[9999]': '9999',
  'tree[499]': '998',
  'map["k"]': '1',
  'string == "héllo \\"x\\""': 'true',
  'a as u8 as char': "'\\x02'",
  'numbers[99]': '9801',
  'level == Level::High': 'true',
  'meters.0 > 4.25': 'true',
};

const skip = rustMissing() ?? false;

describe('variables of a Rust program', { skip }, () => {
  let stopped: StoppedProgram | undefined;
  const program = () => {
    stopped ??= stopModule(compileRust(SOURCE), { 'main.rs': SOURCE }, '#BP');
    return stopped;
  };

  it('are shown as their types are thought of', () => {
    for (const [name, text] of Object.entries(EXPECTED)) {
      assert.equal(program().value(name).text, text, name);
    }
    assert.deepEqual(program().debug.problems, []);
  });

  it('are read in expressions', () => {
    for (const [expression, text] of Object.entries(EXPRESSIONS)) {
      assert.equal(program().evaluate(expression).text, text, expression);
    }
  });

  it('are named by evaluateName so that they are found again', () => {
    for (const name of ['tuple', 'strings', 'shapes', 'rc', 'tree', 'map', 'boxed', 'ring']) {
      const children = [...program().value(name).named(), ...program().value(name).indexed(0, 3)];
      for (const { value } of children) {
        if (value.evaluateName === undefined) continue;
        assert.equal(program().evaluate(value.evaluateName).text, value.text, value.evaluateName);
      }
    }
  });

  it('show each entry of a hash map and of a tree once, page by page', () => {
    const numbers = program().value('numbers');
    assert.equal(numbers.indexedCount, 100);
    const entries = [0, 30, 60, 90].flatMap((start) => numbers.indexed(start, 30));
    const sorted = entries.map(({ name, value }) => `${name} ${value.text}`).sort();
    const expected = Array.from({ length: 100 }, (_, n) => `[${n}] ${n * n}`).sort();
    assert.deepEqual(sorted, expected);
    const tree = program().value('tree').indexed(0, 500);
    assert.deepEqual(
      tree.map(({ name, value }) => `${name} ${value.text}`),
      Array.from({ length: 500 }, (_, n) => `[${n}] ${n * 2}`),
    );
  });

  it('have short names of their types', () => {
    const types = ['name', 'strings', 'map', 'boxed', 'point'];
    assert.deepEqual(
      types.map((name) => program().value(name).typeName),
      ['&str', 'Vec<String>', 'HashMap<String, i32>', 'Option<Box<i32>>', 'Box<main::Point>'],
    );
  });
});
