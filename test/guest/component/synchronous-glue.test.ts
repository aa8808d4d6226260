import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { JCO_OPTIONS } from '../../../simulator/cli/node/load-jco.ts';
import type { RequestHead } from '../../../simulator/effects/request.ts';
import { loadComponent } from '../../../simulator/guest/component/component-program.ts';
import { HTTP_HANDLER } from '../../../simulator/guest/component/run-handler.ts';
import { synchronousGlue } from '../../../simulator/guest/component/synchronous-glue.ts';
import type { TranspiledComponent } from '../../../simulator/guest/component/transpiled-component.ts';
import { contentHash } from '../../../simulator/guest/content-hash.ts';
import { PREVIEW2_INTERFACES } from '../../../simulator/guest/preview2/preview2.ts';
import type { GuestProgram } from '../../../simulator/guest/program.ts';
import { componentOfC } from '../../helpers/build-component.ts';
import { loadTestJco, testComponents } from '../../helpers/components.ts';
import { handlerComponent } from '../../helpers/handler-component.ts';
import type { MemorySink } from '../../helpers/memory-sink.ts';
import { closeBuilder } from '../../helpers/programs.ts';
import { type Simulated, simulate } from '../../helpers/simulate.ts';
import { assertSameSink } from '../../property/sink-text.ts';

const PAGES_MAX = 1024;
const COMMANDS = ['ten.c', 'poll.c', 'sleeper.c', 'count.c'] as const;
const PATHS = [
  '/hello',
  '/echo',
  '/sleep',
  '/status/404',
  '/bytes/9000',
  '/nothing',
  '/trap',
  '/half',
];

/** The source as jco makes it. */
async function sourceOf(component: Uint8Array): Promise<string> {
  const { files } = await (await loadTestJco()).generate(component, JCO_OPTIONS);
  const [, source] = files.find(([name]) => name === `${JCO_OPTIONS.name}.js`) ?? [];
  return new TextDecoder().decode(source);
}

function load(bytes: Uint8Array, transpiled: TranspiledComponent): GuestProgram {
  return loadComponent(bytes, contentHash(bytes), PAGES_MAX, transpiled, PREVIEW2_INTERFACES);
}

/** A component with the glue as jco makes it, and as it is used. */
async function bothOf(bytes: Uint8Array): Promise<readonly [GuestProgram, GuestProgram]> {
  const transpiled = await testComponents().in(undefined).transpile(bytes);
  const untouched = { ...transpiled, source: await sourceOf(bytes) };
  assert.ok(transpiled.source !== untouched.source, 'nothing was done');
  return [load(bytes, untouched), load(bytes, transpiled)];
}

function serve(program: GuestProgram): MemorySink {
  const simulated: Simulated = simulate(program, {
    args: [],
    count: 0,
    workflow: { invoke: HTTP_HANDLER },
    setup: { workflowFor: () => simulated.workflow },
  });
  const { simulation, sink } = simulated;
  for (const path of PATHS) {
    const head: RequestHead = { method: 'POST', url: `http://test${path}`, headers: [] };
    simulation.inputs.request('script', head, {
      body: new TextEncoder().encode('a body'),
      ends: true,
    });
    simulation.run();
  }
  return sink;
}

describe('glue without tasks', () => {
  let handler: Uint8Array;
  let source: string;

  before(async () => {
    handler = await handlerComponent();
    source = await sourceOf(handler);
  });

  after(closeBuilder);

  it('is made of what the transpiler makes, which is a third of it', async () => {
    for (const bytes of [handler, await componentOfC('test/fixtures/programs/ten.c')]) {
      const whole = await sourceOf(bytes);
      const without = synchronousGlue(whole);
      assert.ok(without.length < whole.length / 2, `${without.length} of ${whole.length}`);
      assert.doesNotMatch(without, /AsyncTask|_lowerImportBackwardsCompat|WebAssembly\.Global/);
    }
  });

  it('answers requests as the whole does', async () => {
    const [untouched, synchronous] = await bothOf(handler);
    const expected = serve(untouched);
    assert.equal(expected.executions.size, PATHS.length);
    assertSameSink(serve(synchronous), expected);
  });

  for (const name of COMMANDS) {
    it(`runs as the whole does: ${name}`, async () => {
      const programs = await bothOf(await componentOfC(`test/fixtures/programs/${name}`));
      for (const direct of [true, false]) {
        const [expected, actual] = programs.map((program) => {
          const { simulation, sink } = simulate({ ...program, direct } as GuestProgram, {
            args: ['5'],
            stdin: 'one\ntwo\n',
          });
          simulation.run();
          return sink;
        });
        assert.ok(expected !== undefined && actual !== undefined);
        assert.ok(expected.entries.size > 0);
        assertSameSink(actual, expected);
      }
    });
  }

  const CHANGES: readonly (readonly [what: string, from: RegExp | string, to: string])[] = [
    ['an asynchronous import', 'isAsync: false,', 'isAsync: true,'],
    ['an import of an asynchronous type', 'funcTypeIsAsync: false,', 'funcTypeIsAsync: true,'],
    ['an import that is said to wait', /^ {2}_trampoline0\.fnName/m, '_trampoline0.manuallyAsync'],
    ['an import that may suspend', '_jcoMaySuspend: false', '_jcoMaySuspend: true'],
    ['an asynchronous export', 'function handle(', 'async function handle('],
    ['a task that is asked for more', 'task.setCalleeIsAsync(false)', 'task.resourceScopeId()'],
    ['a state that is changed', '.throwIfTrapped()', '.mayLeave = false'],
    ['flags that are read', 'let exports0;', 'let exports0 = INSTANCE_FLAGS.get(0);'],
    ['blocking that is read', 'let exports0;', 'let exports0 = CURRENT_TASK_MAY_BLOCK.value;'],
    ['a helper that has to do with tasks', 'let exports0;', 'let exports0 = clearCurrentTask;'],
    ['a library that does something', 'let dv =', 'dv();\n  let dv ='],
    ['a library that cannot be read', 'let dv =', '} let dv ='],
    ['a library that does not name traps', 'function _normalizeCoreTrap(', 'function _trapOf('],
    ['no library', 'const module0 = getCoreModule(', 'const module0 = getModule('],
    ['no function', 'export function instantiate(', 'export function start('],
  ];
  for (const [what, from, to] of CHANGES) {
    it(`is left as it is: ${what}`, () => {
      const at = source.search(/^const module0 = /m);
      const inLibrary = what.startsWith('a library') || what.startsWith('no ');
      const changed = inLibrary
        ? source.replace(from, to)
        : source.slice(0, at) + source.slice(at).replace(from, to);
      assert.ok(changed !== source, 'the transpiler writes it otherwise now');
      assert.ok(synchronousGlue(changed) === changed, 'something was done');
    });
  }
});
