/** Small programs in other languages than C, to walk through. */

export const CPP_PROGRAM = `#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct Shape {
  virtual ~Shape() = default;
  virtual int area() const = 0;
};
struct Square : Shape {
  int side;
  explicit Square(int side) : side(side) {}
  int area() const override { return side * side; }
};

template <typename T> static T sum(const std::vector<T> &values) {
  T total{};
  for (const T &each : values) total += each;
  return total;
}

int main() {
  std::vector<std::string> names = {"one", "two"};
  std::map<std::string, int> ages;
  for (const auto &name : names) ages[name] = static_cast<int>(name.size());
  std::unique_ptr<Shape> shape = std::make_unique<Square>(3);
  std::vector<int> numbers = {shape->area(), ages["one"]};
  int total = sum(numbers);
  std::printf("%d\\n", total);
  std::printf("%s\\n", sum(names).c_str());
  return 0;
}
`;

export const RUST_PROGRAM = `use std::collections::HashMap;

fn longest<'a>(names: &[&'a str]) -> Option<&'a str> {
    let mut found: Option<&str> = None;
    for name in names {
        if found.map_or(true, |best| name.len() > best.len()) {
            found = Some(name);
        }
    }
    found
}

fn main() {
    let names = vec!["one", "three"];
    let mut ages: HashMap<String, usize> = HashMap::new();
    for name in &names {
        ages.insert(name.to_string(), name.len());
    }
    let total: usize = ages.values().sum();
    println!("{} {:?}", total, longest(&names));
}
`;
