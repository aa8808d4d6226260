import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { compile } from '../guest/symbols/clang.ts';
import { compileRust, rustMissing } from '../guest/symbols/rustc.ts';
import { componentOfC } from '../helpers/build-component.ts';
import { closeBuilder } from '../helpers/programs.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { CPP_PROGRAM, RUST_PROGRAM } from './helpers/language-programs.ts';
import { ORDER, ORDER_SOURCE, STEPS } from './helpers/programs.ts';
import { type ActedProgram, type SessionAction, sessionAction } from './helpers/session-actions.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';
import { assertAnsweredOnce, Wire } from './helpers/wire.ts';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 10);
const LENGTH = { minLength: 5, maxLength: 25 };
const CPP_FLAGS = ['-g', '-O0', '-fno-exceptions'];
const folder = mkdtempSync(join(tmpdir(), 'backstitch-sessions-'));

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
  await closeBuilder();
});

interface Case {
  readonly name: string;
  readonly program: ActedProgram;
  readonly skip?: string | undefined;
  launch(): object | Promise<object>;
}

const steps: ActedProgram = {
  source: STEPS,
  lines: 50,
  execution: 'steps-1',
  expressions: ['round', 'one + other', 'argv[0]', 'text', 'sum == 2'],
};
const order: ActedProgram = {
  source: ORDER_SOURCE,
  lines: 140,
  execution: 'order-1',
  expressions: ['order', 'charge_id', 'reply.status', 'try', 'line'],
};
const crash = { faults: join(ORDER, 'faults/crash-after-charge.json') };

const COMPONENT = 'test/fixtures/programs/component.c';
const component: ActedProgram = {
  source: join(projectRoot, COMPONENT),
  lines: 58,
  execution: 'component-1',
  expressions: ['index', 'verb', 'argv[1]', 'argc == 4'],
};

const CASES: readonly Case[] = [
  {
    name: 'a program that traps',
    program: steps,
    launch: () => ({ program: STEPS, args: ['2', 'trap'] }),
  },
  { name: 'an order', program: order, launch: () => ({ program: ORDER }) },
  {
    name: 'an order through a crash',
    program: order,
    launch: () => ({ program: ORDER, ...crash }),
  },
  { name: 'a recording', program: order, launch: recording },
  {
    name: 'a program in C++',
    program: acted('things', 'cpp', CPP_PROGRAM, ['names', 'total', 'ages["one"]']),
    launch: async () => built('things', await compile({ 'things.cpp': CPP_PROGRAM }, ...CPP_FLAGS)),
  },
  {
    name: 'a program in Rust',
    program: acted('main', 'rs', RUST_PROGRAM, ['names', 'total', 'found']),
    skip: rustMissing(),
    launch: () => built('main', compileRust(RUST_PROGRAM)),
  },
  {
    name: 'a component',
    program: component,
    launch: async () => ({
      ...built('component', await componentOfC(COMPONENT)),
      args: ['clock', 'sleep', 'print', 'trap'],
    }),
  },
];

function acted(
  name: string,
  extension: string,
  text: string,
  expressions: readonly string[],
): ActedProgram {
  const lines = text.split('\n').length;
  return { source: `/${name}.${extension}`, lines, execution: `${name}-1`, expressions };
}

function built(name: string, bytes: Uint8Array): object {
  const program = join(folder, `${name}.wasm`);
  writeFileSync(program, bytes);
  return { program };
}

async function recording(): Promise<object> {
  const file = join(folder, 'order.backstitch');
  const recorder = new TestClient();
  await recorder.launchTo({ program: ORDER, record: file, ...crash });
  await recorder.disconnectRequest();
  return { recording: file };
}

/** Ends in the middle of something, or not. */
const ending = fc.constantFrom(undefined, 'continue', 'reverseContinue', 'stepIn', 'stepBack');

async function run(
  launch: object,
  actions: readonly SessionAction[],
  last: string | undefined,
): Promise<void> {
  const wire = new Wire();
  await wire.launch({ ...launch, steps: 'statements' });
  for (const { act } of actions) await act(wire);
  if (last !== undefined) wire.send(last, { threadId: 1 });
  await wire.ask('disconnect');
  await wire.until(() => wire.answers().length >= wire.requests);
  // Late requests are refused, and nothing stops any more.
  const { stops } = wire;
  assert.equal((await wire.ask('next', { threadId: 1 })).success, false);
  await wire.session.closed();
  assertAnsweredOnce(wire);
  assert.equal(wire.stops, stops);
}

describe('sessions that nobody planned', () => {
  for (const { name, program, launch, skip } of CASES) {
    it(`answer once and stop once: ${name}`, { skip }, async () => {
      const args = await launch();
      const plan = fc.array(sessionAction(program), LENGTH);
      await fc.assert(
        fc.asyncProperty(plan, ending, (actions, last) => run(args, actions, last)),
        {
          numRuns: RUNS,
          endOnFailure: true,
          reporter: ({ counterexample, seed, errorInstance }) => {
            if (counterexample === null) return;
            const [actions, last] = counterexample;
            const text = [...actions.map((each) => each.name), last ?? 'disconnect'].join('\n');
            throw new Error(`seed ${seed}:\n${text}`, { cause: errorInstance });
          },
        },
      );
    });
  }
});
