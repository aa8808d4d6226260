import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tagModule } from '../../../simulator/guest/component/tag-module.ts';
import { ProgramLocator, readFrames } from '../../../simulator/guest/symbols/index.ts';
import { type CoreModule, inspectModule } from '../../../simulator/guest/wasm/index.ts';
import { componentOfText } from '../../helpers/build-component.ts';

const TEXT = `(module $own (func $first unreachable) (func $second (export "go") call $first))`;
const TAG = 'backstitch-0123456789ab-3';

function customSection(...content: number[]): number[] {
  return [0, content.length, ...content];
}

/** A name section that calls the module `x`. */
const NAME_SECTION = customSection(4, 0x6e, 0x61, 0x6d, 0x65, 0, 2, 1, 0x78);

function trapOf(bytes: Uint8Array): string {
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>),
  );
  try {
    (exports.go as () => void)();
  } catch (error) {
    return (error as Error).stack ?? '';
  }
  return assert.fail('it did not trap');
}

describe('a module with a tag', () => {
  it('is named by it in V8’s stack frames, and keeps its offsets and names', async () => {
    const bytes = await componentOfText(TEXT);
    const info = inspectModule(bytes) as CoreModule;
    const tagged = tagModule(bytes, info, TAG);
    assert.equal(tagged.codeShift, 0);
    const frames = readFrames(trapOf(tagged.bytes));
    assert.deepEqual(
      frames.map(({ tag }) => tag),
      [TAG, TAG],
    );
    const module = { bytes, info, codeShift: tagged.codeShift, tag: TAG };
    const located = new ProgramLocator({ modules: [module], main: module }).frames(frames);
    assert.deepEqual(
      located.map(({ functionName }) => functionName),
      ['first', 'second'],
    );
    const plain = readFrames(trapOf(bytes));
    assert.deepEqual(
      frames.map(({ offset }) => offset),
      plain.map(({ offset }) => offset),
    );
  });

  it('has its offsets moved back where a name section stood before the code', async () => {
    const plain = await componentOfText(TEXT);
    const bytes = Uint8Array.from([...plain.slice(0, 8), ...NAME_SECTION, ...plain.slice(8)]);
    const info = inspectModule(bytes) as CoreModule;
    const tagged = tagModule(bytes, info, TAG);
    assert.equal(tagged.codeShift, -NAME_SECTION.length);
    const [frame] = readFrames(trapOf(tagged.bytes));
    const [before] = readFrames(trapOf(plain));
    assert.equal(
      (frame?.offset ?? 0) - tagged.codeShift,
      (before?.offset ?? 0) + NAME_SECTION.length,
    );
    assert.equal(frame?.tag, TAG);
  });

  it('is not one whose own name only looks like a tag', () => {
    const lines = [
      '    at f (wasm://wasm/backstitch-0c1fa2:wasm-function[0]:0x1e)',
      '    at f (wasm://wasm/backstitch-0123456789ab-x-0c1fa2:wasm-function[0]:0x1e)',
      '    at f (wasm://wasm/my-backstitch-0123456789ab-3-0c1fa2:wasm-function[0]:0x1e)',
    ];
    assert.deepEqual(readFrames(lines.join('\n')), Array(3).fill({ functionIndex: 0, offset: 30 }));
  });
});
