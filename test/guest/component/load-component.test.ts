import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { checkStart, loadProgram } from '../../../simulator/guest/program.ts';
import {
  componentOfC,
  componentOfText,
  componentOfWit,
  loadComponentProgram,
} from '../../helpers/build-component.ts';
import { testComponents } from '../../helpers/components.ts';
import { closeBuilder } from '../../helpers/programs.ts';

const SOURCE = 'test/fixtures/programs/component.c';

/** What is said of a component that cannot be loaded or started. */
async function refusalOf(
  bytes: Uint8Array,
  invoke?: string,
): Promise<{ code: string; message: string }> {
  try {
    checkStart(await loadComponentProgram(bytes), invoke);
  } catch (error) {
    return error as { code: string; message: string };
  }
  return assert.fail('it was loaded');
}

function importing(name: string, version: string): Promise<Uint8Array> {
  const [namespace, rest = ''] = name.split(':');
  const [pkg, inner] = rest.split('/');
  return componentOfWit(`
    package ${namespace}:${pkg}@${version};
    interface ${inner} { get: func(key: string) -> option<string>; }
    world imports { import ${inner}; export go: func(); }`);
}

describe('loading a component', () => {
  after(closeBuilder);

  it('gives every core module a name of its own, and finds the user’s', async () => {
    const program = await loadComponentProgram(await componentOfC(SOURCE));
    assert.equal(program.kind, 'component');
    const tags = program.modules.map(({ tag }) => tag);
    assert.equal(new Set(tags).size, tags.length);
    assert.ok(tags.length > 1);
    for (const tag of tags)
      assert.match(tag ?? '', new RegExp(`^backstitch-${program.hash.slice(0, 12)}-\\d$`));
    const lines = program.main.info.customSections.includes('.debug_line');
    assert.ok(lines, 'the main module is the one with source lines');
  });

  const INTERFACES: readonly [name: string, version: string, says: RegExp][] = [
    [
      'wasi:keyvalue/store',
      '0.2.0',
      /imports wasi:keyvalue\/store@0\.2\.0, which is not provided\. Compose it with a component that exports/,
    ],
    [
      'wasi:cli/environment',
      '0.3.0',
      /imports wasi:cli\/environment@0\.3\.0, and of WASI only version 0\.2 is provided\. Build it for WASI 0\.2/,
    ],
    [
      'acme:shop/prices',
      '1.0.0',
      /imports acme:shop\/prices@1\.0\.0, which nothing provides\. Compose it .*`wac plug`/,
    ],
  ];
  for (const [name, version, says] of INTERFACES) {
    it(`refuses an import of ${name}@${version}, and says what would provide it`, async () => {
      const { code, message } = await refusalOf(await importing(name, version));
      assert.equal(code, 'unknown-import');
      assert.match(message, says);
    });
  }

  it('names a function that the component wants from outside', async () => {
    const bytes = await componentOfWit(
      'package a:b; world w { import log: func(text: string); export go: func(); }',
    );
    const { message } = await refusalOf(bytes, 'go()');
    assert.match(message, /imports the function or instance log, which nothing provides/);
  });

  it('says that an HTTP handler is to be served', async () => {
    const bytes = await componentOfText(`
      (component (instance $handler)
        (export "wasi:http/incoming-handler@0.2.6" (instance $handler))
        (core module $m (memory 1)) (core instance (instantiate $m)))`);
    const { code, message } = await refusalOf(bytes);
    assert.equal(code, 'no-entry');
    assert.match(message, /exports wasi:http\/incoming-handler@0\.2\.6.*`backstitch serve`/);
  });

  it('lists the functions of one that only has functions', async () => {
    const bytes = await componentOfWit(
      'package a:b; world w { export add: func(a: u32, b: u32) -> u32; }',
    );
    const { code, message } = await refusalOf(bytes);
    assert.equal(code, 'no-entry');
    assert.match(message, /only add: func\(a: u32, b: u32\) -> u32\. Call one with --invoke/);
  });

  const CALLS: readonly [call: string, code: string, says: RegExp][] = [
    ['sub(1, 2)', 'no-function', /exports no function sub; it exports add/],
    [
      'add(1)',
      'bad-call',
      /add\(1\) does not fit func\(a: u32, b: u32\) -> u32: b: u32 is missing/,
    ],
    ['add', 'bad-call', /a: u32 is missing/],
    ['add(1, 2', 'bad-call', /is not a call of a function/],
    ['(1)', 'bad-call', /is not a call of a function/],
  ];
  for (const [call, code, says] of CALLS) {
    it(`refuses to call ${call}`, async () => {
      const bytes = await componentOfWit(
        'package a:b; world w { export add: func(a: u32, b: u32) -> u32; }',
      );
      const refusal = await refusalOf(bytes, call);
      assert.equal(refusal.code, code);
      assert.match(refusal.message, says);
    });
  }

  it('names the core module that has what is refused', async () => {
    const bytes = await componentOfText(`
      (component
        (core module $m (memory 1 1 shared))
        (core instance (instantiate $m)))`);
    const { code, message } = await refusalOf(bytes);
    assert.ok(code === 'threads' || code === 'invalid', code);
    assert.match(message, /shared/);
  });

  it('refuses a memory that begins above the limit', async () => {
    const bytes = await componentOfText(
      '(component (core module $m (memory 2000)) (core instance (instantiate $m)))',
    );
    const { code, message } = await refusalOf(bytes);
    assert.equal(code, 'memory-limit');
    assert.match(message, /core module 1 of the component: .*125 MiB.*the limit is 64 MiB/);
  });

  it('refuses what is cut short or damaged, and transpiles the next one all the same', async () => {
    const bytes = await componentOfC(SOURCE);
    const { code, message } = await refusalOf(bytes.slice(0, 5000));
    assert.equal(code, 'invalid');
    assert.match(message, /the component is not valid: .*end-of-file.*build it again/);
    assert.equal((await loadComponentProgram(bytes)).kind, 'component');
  });

  it('refuses a draft of the component model by its version', () => {
    const draft = Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0a, 0, 1, 0]);
    assert.throws(
      () => loadProgram(draft, 64),
      /a component of an old draft.*version 10.*WASI 0\.2/,
    );
    const newer = Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x10, 0, 1, 0]);
    assert.throws(() => loadProgram(newer, 64), /a newer version of the format \(version 16\)/);
  });

  it('needs what the transpiler made', async () => {
    const bytes = await componentOfC(SOURCE);
    assert.throws(() => loadProgram(bytes, 64), /was not transpiled/);
    const transpiled = await testComponents().in(undefined).transpile(bytes);
    assert.throws(
      () => loadProgram(bytes, 64, { ...transpiled, source: 'export const a = 1;' }),
      /does not have the shape that is known/,
    );
  });
});
