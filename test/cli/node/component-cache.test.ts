import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { ComponentCache } from '../../../simulator/cli/node/component-cache.ts';
import { decodeEntry, encodeEntry } from '../../../simulator/cli/node/component-entry.ts';
import { JCO_VERSION, type Jco, JcoTranspiler } from '../../../simulator/cli/node/load-jco.ts';
import type { TranspiledComponent } from '../../../simulator/guest/component/transpiled-component.ts';
import { projectRoot } from '../../helpers/project-root.ts';

const MADE: TranspiledComponent = {
  source: '"use components"; // ☃',
  coreModules: new Map([
    ['component.core.wasm', Uint8Array.of(1, 2, 3)],
    ['component.core2.wasm', new Uint8Array(0)],
  ]),
  imports: ['wasi:cli/exit'],
  exports: ['wasi:cli/run@0.2.6'],
};
const BYTES = Uint8Array.of(0, 1, 2, 3);

/** Counts how often it is asked. */
function countingTranspiler() {
  const transpiler = {
    count: 0,
    transpile: async () => {
      transpiler.count++;
      return MADE;
    },
  };
  return transpiler;
}

describe('the cache of transpiled components', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'backstitch-components-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const entries = () => readdirSync(join(folder, 'build'));
  const fresh = (transpiler: ReturnType<typeof countingTranspiler>, version = '1') =>
    new ComponentCache(transpiler, version).in(join(folder, 'build'));

  it('transpiles a component once, for this process and for the next', async () => {
    const transpiler = countingTranspiler();
    const first = fresh(transpiler);
    assert.deepEqual(await first.transpile(BYTES), MADE);
    assert.equal(await first.transpile(BYTES), await first.transpile(BYTES));
    assert.deepEqual(await fresh(transpiler).transpile(BYTES), MADE);
    assert.equal(transpiler.count, 1);
    assert.equal(entries().length, 1);
    assert.equal(readFileSync(join(folder, '.gitignore'), 'utf8'), '*\n');
  });

  it('transpiles anew for another component and another version', async () => {
    const transpiler = countingTranspiler();
    await fresh(transpiler).transpile(BYTES);
    await fresh(transpiler, '2').transpile(BYTES);
    await fresh(transpiler).transpile(Uint8Array.of(9));
    assert.equal(transpiler.count, 3);
  });

  it('makes a damaged entry again', async () => {
    const transpiler = countingTranspiler();
    await fresh(transpiler).transpile(BYTES);
    const [name = ''] = entries();
    const path = join(folder, 'build', name);
    const whole = readFileSync(path);
    for (const bad of [Buffer.alloc(0), whole.subarray(0, 40), Buffer.from('{}')]) {
      writeFileSync(path, bad);
      assert.deepEqual(await fresh(transpiler).transpile(BYTES), MADE);
      assert.deepEqual(readFileSync(path), whole);
    }
    assert.equal(transpiler.count, 4);
  });

  it('does without a folder that cannot be written to', async () => {
    writeFileSync(join(folder, 'file'), '');
    const cache = new ComponentCache(countingTranspiler(), '1');
    assert.deepEqual(await cache.in(join(folder, 'file', 'build')).transpile(BYTES), MADE);
  });

  it('keeps a limited number of them', async () => {
    const transpiler = countingTranspiler();
    const cache = fresh(transpiler);
    for (let index = 0; index < 25; index++) await cache.transpile(Uint8Array.of(index));
    assert.equal(entries().length, 20);
  });

  it('forgets a failure', async () => {
    let count = 0;
    const failing = {
      transpile: async () => {
        if (count++ === 0) throw new Error('not now');
        return MADE;
      },
    };
    const cache = new ComponentCache(failing, '1').in(undefined);
    await assert.rejects(cache.transpile(BYTES), /not now/);
    assert.deepEqual(await cache.transpile(BYTES), MADE);
  });
});

describe('an entry of the cache', () => {
  it('comes back as it was', () => assert.deepEqual(decodeEntry(encodeEntry(MADE)), MADE));

  it('counts as none when any of it is changed', () => {
    const whole = encodeEntry(MADE);
    const change = fc.tuple(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(change, ([at, by]) => {
        const bad = Uint8Array.from(whole);
        bad[at] = (bad[at] ?? 0) ^ by;
        assert.equal(decodeEntry(bad), undefined);
        assert.equal(decodeEntry(whole.subarray(0, at)), undefined);
      }),
    );
  });
});

describe('the transpiler', () => {
  const files: [string, Uint8Array][] = [
    ['component.core.wasm', Uint8Array.of(1)],
    ['component.js', new TextEncoder().encode('glue')],
  ];
  const generated = { files, imports: ['a'], exports: [['b', 'instance']] as [string, string][] };

  /** Throws `error` on its first call, and works after that. */
  function loaderThatFails(error: Error, said = '') {
    const loaded = { count: 0 };
    let isFirst = true;
    const load = async (): Promise<Jco> => {
      loaded.count++;
      return {
        generate: async () => {
          if (!isFirst) return generated;
          isFirst = false;
          throw error;
        },
        takeSaid: () => said,
      };
    };
    return { loaded, load };
  }

  it('is loaded anew after a panic, and says what was the matter', async () => {
    const panic = new WebAssembly.RuntimeError('unreachable');
    const { loaded, load } = loaderThatFails(panic, 'panicked at src/lib.rs:\nnot yet implemented');
    const transpiler = new JcoTranspiler(load);
    await assert.rejects(transpiler.transpile(BYTES), {
      code: 'invalid',
      message: /jco .* cannot translate: panicked at src\/lib\.rs:: not yet implemented\. Build/,
    });
    const made = await transpiler.transpile(BYTES);
    assert.deepEqual(made, {
      source: 'glue',
      coreModules: new Map([['component.core.wasm', Uint8Array.of(1)]]),
      imports: ['a'],
      exports: ['b'],
    });
    assert.equal(loaded.count, 2);
  });

  it('stays when it says itself that a component is not valid', async () => {
    const payload = 'failed to parse\n\nCaused by:\n    bad magic (at offset 0x0)';
    const refusal = Object.assign(new Error(payload), { payload });
    const { loaded, load } = loaderThatFails(refusal);
    const transpiler = new JcoTranspiler(load);
    await assert.rejects(transpiler.transpile(BYTES), {
      code: 'invalid',
      message: /the component is not valid: failed to parse: bad magic \(at offset 0x0\)\./,
    });
    await transpiler.transpile(BYTES);
    assert.equal(loaded.count, 1);
  });

  it('is of the version that is installed', () => {
    const { version } = createRequire(join(projectRoot, 'package.json'))(
      join(projectRoot, 'node_modules/@bytecodealliance/jco/package.json'),
    ) as { version: string };
    assert.equal(JCO_VERSION, version);
  });
});
