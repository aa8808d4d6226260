import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluateGlue, glueFault } from '../../../simulator/guest/component/glue.ts';

const refuse = (): never => assert.fail('nothing is to be instantiated');

/** What a body of the glue's only function returns. */
function evaluated(body: string): unknown {
  const source = `"use components";\nexport function instantiate(a, b, c) {\n${body}\n}\n\nexport const _util = {\n}\n`;
  return evaluateGlue(source)(refuse, {}, refuse);
}

describe('the glue of a component', () => {
  it('is given nothing that differs from run to run', () => {
    assert.equal(evaluated('return Math.random;'), undefined);
    assert.equal(evaluated('return Math.max(1, 2) + Math.floor(0.5);'), 2);
    for (const name of ['Date', 'process', 'performance', 'crypto', 'fetch', 'require', 'Buffer']) {
      assert.equal(evaluated(`return ${name};`), undefined, name);
      assert.equal(evaluated(`return globalThis.${name};`), undefined, `globalThis.${name}`);
    }
    assert.deepEqual(evaluated('return Object.keys(globalThis);'), ['WebAssembly']);
  });

  it('cannot change what the next one is given', () => {
    assert.throws(() => evaluated('Math.floor = () => 1;'), TypeError);
    assert.throws(() => evaluated('globalThis.kept = 1;'), TypeError);
    assert.throws(() => evaluated('WebAssembly.Instance = class {};'), TypeError);
  });

  it('cannot wait, also where the engine can switch stacks', () => {
    for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']) {
      assert.throws(() => evaluated(`${name}(() => {}, 0);`), /waits asynchronously/, name);
    }
    assert.equal(evaluated('return WebAssembly.Suspending;'), undefined);
    // What would be promised is the plain function.
    assert.equal(evaluated('return WebAssembly.promising(() => 7)();'), 7);
  });

  it('prints nothing', () => {
    assert.equal(evaluated('console.error("x"); console.debug("y"); return 1;'), 1);
  });

  const OTHER_SHAPES: readonly [name: string, source: string][] = [
    ['nothing', ''],
    [
      'another export',
      '"use components";\nexport function instantiate() {}\nexport const more = 1;',
    ],
    ['an import', '"use components";\nexport function instantiate() {}\nimport "x";'],
    ['no instantiate', '"use components";\nexport function start() {}'],
    ['a syntax error', '"use components";\nexport function instantiate() { ( }'],
  ];
  for (const [name, source] of OTHER_SHAPES) {
    it(`of another shape is refused: ${name}`, () => {
      assert.throws(() => evaluateGlue(source), {
        code: 'invalid',
        message: /does not have the shape that is known/,
      });
    });
  }

  it('is told from others by its errors', () => {
    const thrown = (call: () => unknown): unknown => {
      try {
        return call();
      } catch (error) {
        return error;
      }
    };
    const own = thrown(() => evaluated('throw new TypeError("not a handle");'));
    assert.equal(glueFault(own)?.message, 'not a handle');
    assert.equal(glueFault(new TypeError('ours')), undefined);
    assert.equal(glueFault('a text'), undefined);
    const missing = thrown(() =>
      evaluated(`throw new Error("unexpectedly undefined instance import 'getIt', was it?");`),
    );
    assert.throws(() => glueFault(missing), {
      code: 'unknown-import',
      message: /imports getIt of an interface of WASI that is provided without it/,
    });
    const coded = Object.assign(own as Error, { code: 'known' });
    assert.equal(glueFault(coded), undefined);
  });
});
