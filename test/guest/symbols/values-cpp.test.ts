import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type StoppedProgram, stopAt } from './stopped-program.ts';

const SOURCE = `
#include <array>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

namespace shop {
enum class Kind : unsigned char { Plain = 1, Gift };
struct Base {
  int id = 7;
  static int total;
  virtual ~Base() {}
};
int Base::total = 3;
struct Cart : Base {
  std::string owner;
  std::vector<int> items;
  Kind kind = Kind::Gift;
  union { int cents; float rate; };
  int work(int x);
};

int Cart::work(int x) {
  cents = 50;
  std::string text = "short", longer = "a text that is too long to be kept inside of it";
  std::string_view part = std::string_view(longer).substr(2, 4);
  std::map<int, std::string> names = {{1, "one"}, {2, "two"}, {3, "three"}};
  std::map<int, int> squares;
  for (int i = 0; i < 1000; i++) squares[i * 7 % 1000] = i;
  std::unordered_map<std::string, int> counts = {{"a", 1}};
  std::set<char> letters = {'c', 'a', 'b'};
  std::optional<int> some = 5, none;
  std::unique_ptr<Cart> nobody;
  auto shared = std::make_shared<int>(9);
  std::array<int, 3> fixed = {1, 2, 3};
  std::deque<int> deque = {1, 2, 3};
  deque.push_front(0);
  std::variant<int, double> either = 2.5;
  std::list<long long> list = {4, 5};
  std::pair<int, char> pair{1, 'x'};
  std::tuple<int, double, std::string> tuple{1, 2.5, "t"};
  std::vector<bool> flags = {true, false, true};
  std::vector<std::string> words = {"x", "y"};
  std::vector<int> empty;
  int &reference = x;
  char32_t character = U'\\u00e9';
  auto nothing = nullptr;
  std::vector<int> many(10000);
  for (int i = 0; i < 10000; i++) many[i] = i;
  int end = x; // #BP
  return end + text.size() + part.size() + names.size() + squares.size() + counts.size() +
    letters.size() + *some + none.has_value() + (nobody == nothing) + *shared + fixed[0] +
    deque.size() + (int)either.index() + list.size() + pair.first + std::get<0>(tuple) +
    flags.size() + words.size() + empty.size() + reference + character + many[3];
}
}

int main() {
  shop::Cart cart;
  cart.owner = "me";
  cart.items = {1, 2, 3};
  return cart.work(4) == 0;
}
`;

const EXPECTED: Readonly<Record<string, string>> = {
  x: '4',
  text: '"short"',
  longer: '"a text that is too long to be kept inside of it"',
  part: '"text"',
  names: '(3) {[1]: "one", [2]: "two", [3]: "three"}',
  counts: '(1) {["a"]: 1}',
  letters: "(3) {97 'a', 98 'b', 99 'c'}",
  some: '5',
  none: 'nullopt',
  nobody: 'nullptr',
  shared: '9',
  fixed: '(3) {1, 2, 3}',
  deque: '(4) {0, 1, 2, 3}',
  either: '2.5',
  list: '(2) {4, 5}',
  pair: "{first: 1, second: 120 'x'}",
  tuple: '{1, 2.5, "t"}',
  flags: '(3) {true, false, true}',
  words: '(2) {"x", "y"}',
  empty: '(0) {}',
  reference: '4',
  character: "'é'",
  nothing: 'NULL',
};

const EXPRESSIONS: Readonly<Record<string, string>> = {
  'this->owner': '"me"',
  owner: '"me"',
  'owner == "me"': 'true',
  'this->id': '7',
  id: '7',
  'shop::Base::total': '<the linker dropped it, since nothing uses it>',
  'kind == shop::Kind::Gift': 'true',
  'kind == Kind::Plain': 'false',
  cents: '50',
  'items[1] + 1': '3',
  'items[3]': 'there is no element 3: there are 3 (at column 6)',
  'names[2]': '"two"',
  'counts["a"]': '1',
  '*some * 2': '10',
  '*shared': '9',
  'words[1] != "y"': 'false',
  'text[1]': "104 'h'",
  'longer[2]': "116 't'",
  'part[0] + 1': '117',
  'text[5]': 'there is no element 5: there are 5 (at column 5)',
  'reference + x': '8',
  '(shop::Cart *)this == this': 'true',
  'sizeof(shop::Kind)': '1',
  'many[9999]': '9999',
  'squares[7]': '1',
};

describe('variables of a C++ program', () => {
  let found: Promise<StoppedProgram> | undefined;
  const program = () => {
    found ??= stopAt({ 'a.cpp': SOURCE }, '#BP', ['-O0', '-std=c++20', '-fno-exceptions']);
    return found;
  };

  it('are shown as their types are thought of', async () => {
    const stopped = await program();
    for (const [name, text] of Object.entries(EXPECTED)) {
      assert.equal(stopped.value(name).text, text, name);
    }
    assert.deepEqual(stopped.debug.problems, []);
  });

  it('are read in expressions', async () => {
    const stopped = await program();
    for (const [expression, text] of Object.entries(EXPRESSIONS)) {
      assert.equal(textOf(stopped, expression), text, expression);
    }
  });

  it('have the members of their class, its bases and its static members', async () => {
    const stopped = await program();
    const members = stopped.value('this').named();
    assert.deepEqual(
      members.map(({ name, value, role }) => `${role ?? 'member'} ${name} = ${value.text}`),
      [
        'base shop::Base = {id: 7}',
        'member owner = "me"',
        'member items = (3) {1, 2, 3}',
        'member kind = Gift',
        'member cents = 50',
        'member rate = 7.00649e-44',
      ],
    );
    const base = members[0]?.value.named().map(({ name, value }) => `${name} = ${value.text}`);
    assert.deepEqual(base, ['id = 7', 'total = <the linker dropped it, since nothing uses it>']);
  });

  it('show all entries of a tree in order', async () => {
    const squares = (await program()).value('squares');
    const entries = squares.indexed(0, 2000);
    assert.deepEqual(
      entries.map(({ name }) => name),
      Array.from({ length: 1000 }, (_, index) => `[${index}]`),
    );
  });

  it('are paged without touching the rest', async () => {
    const many = (await program()).value('many');
    assert.equal(many.indexedCount, 10_000);
    const page = many.indexed(5_000, 100);
    assert.deepEqual([page.length, page[0]?.name, page[99]?.value.text], [100, '[5000]', '5099']);
    assert.deepEqual(many.indexed(9_990, 100).length, 10);
    assert.deepEqual(many.indexed(10_000, 100), []);
  });

  it('name the frames as the source does', async () => {
    const { frames } = await program();
    assert.deepEqual(
      frames.slice(0, 2).map(({ name }) => name),
      ['shop::Cart::work', 'main'],
    );
  });

  it('have short names of their types', async () => {
    const stopped = await program();
    const types = ['text', 'names', 'counts', 'words', 'shared', 'reference'];
    assert.deepEqual(
      types.map((name) => stopped.value(name).typeName),
      [
        'std::string',
        'std::map<int, std::string>',
        'std::unordered_map<std::string, int>',
        'std::vector<std::string>',
        'std::shared_ptr<int>',
        'int &',
      ],
    );
  });
});

function textOf(stopped: StoppedProgram, expression: string): string {
  try {
    return stopped.evaluate(expression).text;
  } catch (error) {
    return (error as Error).message;
  }
}
