import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FileContent } from '../../../simulator/world/files/file-content.ts';

const SIZE_MAX = 300_000;

type Step =
  | { readonly do: 'write'; readonly at: number; readonly size: number; readonly fill: number }
  | { readonly do: 'resize'; readonly size: number }
  | { readonly do: 'reserve'; readonly at: number; readonly size: number }
  | { readonly do: 'clone' };

const offset = fc.oneof(fc.nat(SIZE_MAX / 2), fc.constantFrom(0, 255, 256, 65_535, 65_536));
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('write' as const),
    at: offset,
    size: fc.oneof(fc.nat(300), fc.nat(SIZE_MAX / 2)),
    fill: fc.integer({ min: 1, max: 255 }),
  }),
  fc.record({ do: fc.constant('resize' as const), size: fc.oneof(offset, fc.nat(SIZE_MAX)) }),
  fc.record({ do: fc.constant('reserve' as const), at: offset, size: fc.nat(70_000) }),
  fc.record({ do: fc.constant('clone' as const) }),
);

/** The same content as one plain array. */
class Model {
  bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes.slice();
  }

  resize(size: number): void {
    const next = new Uint8Array(size);
    next.set(this.bytes.subarray(0, size));
    this.bytes = next;
  }

  grow(size: number): void {
    if (size > this.bytes.length) this.resize(size);
  }
}

test('chunked content reads like one array, counts what it said, and clones stay apart', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.nat(140_000), (steps, imageSize) => {
      const image = new Uint8Array(imageSize).fill(9);
      const sides: [FileContent, Model][] = [[FileContent.of(image), new Model(image)]];
      for (const change of steps) {
        const [content, model] = sides[sides.length - 1] as [FileContent, Model];
        if (change.do === 'clone') {
          sides.push([content.clone(), new Model(model.bytes)]);
          continue;
        }
        apply(content, model, change);
      }
      for (const [content, model] of sides) {
        assert.equal(content.size, model.bytes.length);
        assert.ok(Buffer.from(content.read(0, SIZE_MAX * 2)).equals(model.bytes));
        const middle = Math.floor(model.bytes.length / 3);
        const part = content.read(middle, 70_000);
        assert.ok(Buffer.from(part).equals(model.bytes.subarray(middle, middle + 70_000)));
      }
      assert.ok(image.every((byte) => byte === 9));
    }),
    { numRuns: 200 },
  );
});

function apply(content: FileContent, model: Model, change: Exclude<Step, { do: 'clone' }>): void {
  const before = content.counted;
  switch (change.do) {
    case 'resize':
      content.resize(change.size);
      model.resize(change.size);
      assert.ok(content.counted <= before);
      return;
    case 'reserve':
      assert.equal(
        counted(content, change, () => content.reserve(change.at, change.size)),
        true,
      );
      model.grow(change.at + change.size);
      return;
    case 'write': {
      const bytes = new Uint8Array(change.size).fill(change.fill);
      assert.equal(
        counted(content, change, () => content.write(change.at, bytes)),
        true,
      );
      if (change.size === 0) return;
      model.grow(change.at + change.size);
      model.bytes.set(bytes, change.at);
    }
  }
}

/** Whether the content grew by as much as it had announced. */
function counted(
  content: FileContent,
  { at, size }: { readonly at: number; readonly size: number },
  change: () => void,
): boolean {
  const announced = content.counted + content.growth(at, size);
  change();
  return content.counted === announced;
}
