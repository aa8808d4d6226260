import assert from 'node:assert/strict';
import { it } from 'node:test';
import { findCustomSection } from '../../../simulator/guest/wasm/index.ts';
import { coreModule } from '../wasm/errors.ts';
import { compile } from './clang.ts';
import { stopModule } from './stopped-program.ts';

/** Types laid out as Zig does it, under names as long as those that Zig gives them. */
const SOURCE = `
struct __const_u8 { const char *ptr; unsigned len; };
struct __u16 { unsigned short *ptr; unsigned len; };
struct _u32 { unsigned data; unsigned char some; };
int main(void) {
  unsigned short numbers[3] = {1, 2, 3};
  struct __const_u8 text = {"hello there", 5};
  struct __u16 slice = {numbers, 3};
  struct _u32 some = {7, 1}, none = {0, 0};
  return text.len + slice.len + some.data + none.some == 0; // #BP
}
`;

const NAMES = [
  ['__const_u8', '[]const u8'],
  ['__u16', '[]u16'],
  ['_u32', '?u32'],
] as const;

const LANGUAGE_C11 = 0x1d;
const LANGUAGE_ZIG = 0x27;

it('slices and optionals of Zig are shown as its source has them', async () => {
  const bytes = await compile({ 'a.c': SOURCE }, '-g', '-O0', '-gdwarf-4');
  const { sections } = coreModule(bytes);
  const strings = findCustomSection(sections, '.debug_str')?.payload ?? assert.fail();
  for (const [name, zig] of NAMES) {
    const at = Buffer.from(bytes).indexOf(`\0${name}\0`, strings.start, 'latin1') + 1;
    assert.ok(at > strings.start && at < strings.end, name);
    bytes.set(new TextEncoder().encode(zig), at);
  }
  const info = findCustomSection(sections, '.debug_info')?.payload ?? assert.fail();
  const language = bytes.indexOf(LANGUAGE_C11, info.start + 12);
  assert.ok(language < info.start + 24);
  bytes[language] = LANGUAGE_ZIG;
  const stopped = stopModule(bytes, { 'a.c': SOURCE }, '#BP');
  assert.deepEqual(
    ['text', 'slice', 'some', 'none'].map((name) => stopped.value(name).text),
    ['"hello"', '(3) [1, 2, 3]', '7', 'null'],
  );
  assert.equal(stopped.value('text').typeName, '[]const u8');
  assert.equal(stopped.evaluate('slice[1] + *some').text, '9');
});
