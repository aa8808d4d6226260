import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { exportedFunctions } from '../../../simulator/guest/component/component-program.ts';
import { readComponent } from '../../../simulator/guest/component/read-component.ts';
import { componentOfText, componentOfWit } from '../../helpers/build-component.ts';

const WIT = `
package test:shop@1.2.0;
interface types {
  resource basket { constructor(); add: func(item: string); }
  record item { name: string, price: option<f64> }
  variant state { open, closed(u32), failed(result<_, string>) }
  flags access { read, write-all }
  type items = list<item>;
}
interface api {
  use types.{item, items, state, access};
  enum size { small, large }
  sell: func(what: items, size: size, access: access) -> result<state, string>;
  pair: func(a: tuple<char, s64>) -> option<item>;
}
world shop {
  import types;
  import log: func(text: string);
  export api;
  export add: func(a: u32, b: u32) -> u32;
  export nothing: func();
}`;

describe('what a component offers', () => {
  let bytes: Uint8Array;
  before(async () => {
    bytes = await componentOfWit(WIT);
  });

  it('are its imports with their versions', () => {
    const { imports, problem } = readComponent(bytes);
    assert.deepEqual(imports, ['test:shop/types@1.2.0', 'log']);
    assert.equal(problem, undefined);
  });

  it('are its functions with their types, also those of exported interfaces', () => {
    const item = 'record { name: string, price: option<f64> }';
    const state = 'variant { open, closed(u32), failed(result<_, string>) }';
    assert.deepEqual(exportedFunctions(readComponent(bytes).exports), [
      { name: 'add', type: 'func(a: u32, b: u32) -> u32' },
      { name: 'nothing', type: 'func()' },
      {
        name: 'test:shop/api@1.2.0#sell',
        type:
          `func(what: list<${item}>, size: enum { small, large }, ` +
          `access: flags { read, write-all }) -> result<${state}, string>`,
      },
      {
        name: 'test:shop/api@1.2.0#pair',
        type: `func(a: tuple<char, s64>) -> option<${item}>`,
      },
    ]);
  });

  it('is found through components inside of it', async () => {
    const nested = await componentOfText(`
      (component
        (component $inner
          (type $number s16)
          (core module $m (func (export "f") (param i32) (result i32) local.get 0))
          (core instance $i (instantiate $m))
          (func (export "same") (param "it" $number) (result $number)
            (canon lift (core func $i "f"))))
        (instance $made (instantiate $inner))
        (alias export $made "same" (func $same))
        (export "outer-same" (func $same))
        (instance $bag (export "again" (func $same)))
        (export "bag" (instance $bag)))`);
    assert.deepEqual(exportedFunctions(readComponent(nested).exports), [
      { name: 'outer-same', type: 'func(it: s16) -> s16' },
      { name: 'bag#again', type: 'func(it: s16) -> s16' },
    ]);
  });

  it('is read up to what is not known, and says where that is', () => {
    const cut = bytes.subarray(0, Math.floor(bytes.length * 0.6));
    const { imports, problem } = readComponent(cut);
    assert.deepEqual(imports, ['test:shop/types@1.2.0', 'log']);
    assert.match(problem?.message ?? '', /at byte \d+/);
  });

  it('never breaks down over damaged bytes', () => {
    const damage = fc.array(fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(damage, fc.nat(), (changes, cut) => {
        const bad = bytes.slice(0, bytes.length - (cut % 64));
        for (const { at, byte } of changes) bad[at % bad.length] = byte;
        const { exports } = readComponent(bad);
        assert.ok(Array.isArray(exportedFunctions(exports)));
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses types that are endless when they are written out', async () => {
    const pairs = Array.from(
      { length: 60 },
      (_, index) => `(type $t${index + 1} (tuple $t${index} $t${index}))`,
    );
    const many = await componentOfText(`(component (type $t0 (tuple u8)) ${pairs.join(' ')})`);
    assert.match(readComponent(many).problem?.message ?? '', /more than 100000 parts/);
    const lists = Array.from(
      { length: 150 },
      (_, index) => `(type $t${index + 1} (list $t${index}))`,
    );
    const deep = await componentOfText(`(component (type $t0 (list u8)) ${lists.join(' ')})`);
    assert.match(readComponent(deep).problem?.message ?? '', /deeper than 100 levels/);
  });
});
