import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ENTRY_LANGUAGES, findEntryPoint } from '../../../extension/model/entry-points.ts';

interface Case {
  readonly language: string;
  readonly what: string;
  readonly text: string;
  /** The line, counting from 0. */
  readonly line: number | undefined;
}

const CASES: readonly Case[] = [
  {
    language: 'c',
    what: 'main with arguments',
    text: 'int x;\nint main(int argc, char **argv) {',
    line: 1,
  },
  { language: 'c', what: 'main with its brace below', text: 'int main(void)\n{\n}', line: 0 },
  { language: 'c', what: 'a declaration', text: 'int main(void);\n', line: undefined },
  { language: 'c', what: 'a call', text: 'void f() { int x = main(); }', line: undefined },
  { language: 'c', what: 'another name', text: 'int mainly(void) {}', line: undefined },
  {
    language: 'c',
    what: 'a comment',
    text: '/* for:\nint main(void) {\n*/\nint f() {}',
    line: undefined,
  },
  {
    language: 'c',
    what: 'a comment before it',
    text: '/* two\nlines */\nint main(void) {}',
    line: 2,
  },
  { language: 'c', what: 'quotes in a comment', text: "// it's\nint main(void) {}", line: 1 },
  { language: 'c', what: 'a quote in quotes', text: "char q = '\"';\nint main(void) {}", line: 1 },
  { language: 'c', what: 'a text', text: 'char *s = "\\\nint main(void) {";', line: undefined },
  { language: 'cpp', what: 'C linkage', text: 'extern "C" int main() {}', line: 0 },
  { language: 'cpp', what: 'a trailing type', text: 'auto main() -> int {}', line: 0 },
  { language: 'rust', what: 'main', text: "fn f<'a>(x: &'a str) {}\nfn main() {}", line: 1 },
  { language: 'rust', what: 'a method', text: 'impl A {\n  fn main() {}\n}', line: undefined },
  {
    language: 'rust',
    what: 'documentation',
    text: '/// ```\n/// fn main() {}\n/// ```',
    line: undefined,
  },
  { language: 'go', what: 'main', text: 'package main\n\nfunc main() {\n}', line: 2 },
  { language: 'go', what: 'a raw text', text: 'var s = `\nfunc main() {\n`', line: undefined },
  { language: 'go', what: 'a method', text: 'func (a A) main() {}', line: undefined },
  { language: 'zig', what: 'main', text: '// hi\npub fn main() !void {}', line: 1 },
  {
    language: 'zig',
    what: 'a text of several lines',
    text: 'const s =\n\\\\pub fn main() {',
    line: undefined,
  },
  {
    language: 'typescript',
    what: '_start',
    text: 'let x = 1;\nexport function _start(): void {}',
    line: 1,
  },
  { language: 'typescript', what: 'main', text: 'function main() {}', line: undefined },
  { language: 'python', what: 'an unknown language', text: 'int main() {}', line: undefined },
];

describe('the entry of a program', () => {
  for (const { language, what, text, line } of CASES) {
    it(`${line === undefined ? 'is not' : 'is'} found in ${language}: ${what}`, () => {
      assert.equal(findEntryPoint(language, text), line);
    });
  }

  it('is a line of the text, whatever the text is', () => {
    const pieces = fc.constantFrom(
      'int main(',
      'fn main(',
      ')',
      '{',
      ';',
      '\n',
      '"',
      "'",
      '/*',
      '*/',
    );
    const texts = fc.array(fc.oneof(pieces, fc.string({ maxLength: 5 })), { maxLength: 30 });
    fc.assert(
      fc.property(fc.constantFrom(...ENTRY_LANGUAGES), texts, (language, parts) => {
        const text = parts.join('');
        const line = findEntryPoint(language, text);
        assert.ok(line === undefined || line < text.split('\n').length);
      }),
    );
  });

  it('is found in a large text without delay', () => {
    const text = `${"/* \" */ x('a');\n".repeat(100_000)}int main(void) {}`;
    assert.equal(findEntryPoint('c', text), 100_000);
  });
});
