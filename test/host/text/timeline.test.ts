import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { defaultWorkflow } from '../../../simulator/config/config.ts';
import type { Workflow } from '../../../simulator/engine/workflow.ts';
import type { GuestProgram } from '../../../simulator/guest/program.ts';
import type { TimelineOptions } from '../../../simulator/host/text/timeline-text.ts';
import { seqOf } from '../../../simulator/journal/entry.ts';
import { ServiceError } from '../../../simulator/world/service.ts';
import { assertGolden } from '../../golden/golden.ts';
import { buildProgram, closeBuilder } from '../../helpers/programs.ts';
import type { ScriptOptions } from '../../helpers/simulate.ts';
import { type ShownSimulation, showSimulation } from './shown-simulation.ts';

/** Every family of effects, a call in the middle, and a sleep of a day. */
const STORY = [
  ...['wall', 'random', '8', 'print', 'begun', 'post', 'http://counter/charges', 'pay'],
  ...['append', '/shared/log', 'paid', 'sleep', '86400000', 'wall', 'warn', 'late'],
  ...['get', 'http://counter/charges'],
];
const ESCAPE = '\u001b';
/** The number of the effect that posts; tests below say so if the program changes. */
const POST = 3;

const at = { execution: 'script-1', seq: POST };

interface Scene {
  readonly name: string;
  readonly options?: (Partial<ScriptOptions> & Parameters<typeof showSimulation>[1]) | undefined;
  readonly shown?: Partial<TimelineOptions>;
  /** Lines that must be there, whatever else changes in the golden text. */
  readonly says: readonly RegExp[];
}

function plan(...faults: object[]): { args: string[]; plan: object } {
  return { args: STORY, plan: { faults } };
}

const PAUSE = { kind: 'pause', point: 'intent', at, for: '20s' };
const ASK = { unknownOutcome: [{ method: '*', url: '*', policy: 'ask' }] } as const;

const SCENES: readonly Scene[] = [
  { name: 'undisturbed', says: [/completed with exit code 0/, /counter saw 2 requests$/m] },
  ...(['before', 'intent', 'performed', 'recorded'] as const).map((point) => ({
    name: `crash-${point}`,
    options: plan({ kind: 'crash', point, at }),
    says: [/✗ node-a crashed/, /attempt 2 on node-b/, /completed with exit code 0/],
  })),
  {
    name: 'crash-loses-reads',
    options: plan({ kind: 'crash', point: 'before', at: { execution: 'script-1', seq: 2 } }),
    says: [/lost with node-a/, /clock\.read #0, random\.read #1/],
  },
  {
    name: 'lost-request',
    options: plan({ kind: 'lose-request', at }),
    says: [/request of #3 was lost/, /↻ #3 is sent again/, /saw 2 requests$/m],
  },
  {
    name: 'cut-off',
    options: plan({ kind: 'partition', isolate: ['@owner'], point: 'performed', at, for: '15s' }),
    says: [/is cut off for 15 s/, /does not get through/, /connected again/, /attempt 2 on node-b/],
  },
  {
    name: 'reset-after',
    options: plan({ kind: 'reset', when: 'after', at }),
    says: [/connection of #3 is reset after the service has done it/, /↻ #3 is sent again/],
  },
  {
    name: 'torn-write',
    options: plan({ kind: 'torn-write', at: { effect: 'volume.write' } }),
    says: [/writes only half, and is told all/],
  },
  {
    name: 'lost-response',
    options: plan({ kind: 'lose-response', at }),
    says: [/response to #3 was lost/, /1 of them again with the same key/],
  },
  {
    name: 'zombie',
    options: plan(PAUSE),
    says: [/lease of node-a .* is over/, /node-a goes on/, /was fenced/],
  },
  {
    name: 'clock-jump',
    options: plan({ kind: 'clock-jump', clock: 'wall', by: '-1h', at: { effect: 'clock.read' } }),
    says: [/the wall clock of node-a jumps 1 h back/],
  },
  {
    name: 'clock-drift',
    options: plan({
      kind: 'clock-drift',
      clock: 'wall',
      ppm: 200,
      for: '20ms',
      at: { effect: 'clock.read' },
    }),
    says: [/runs fast by 200 us a second for 20 ms/, /keeps time again/],
  },
  {
    name: 'trap',
    options: { args: ['print', 'one', 'trap'] },
    says: [/trapped with exit code 134/, /✗ trapped: unreachable/],
  },
  { name: 'exit-code', options: { args: ['exit', '3'] }, says: [/completed with exit code 3/] },
  {
    name: 'cancelled',
    options: {
      args: ['print', 'waiting', 'input'],
      stdinEnds: false,
      drive: (simulation) => {
        simulation.run();
        for (const { id } of simulation.executions) simulation.inputs.cancel(id);
        simulation.run();
      },
    },
    says: [/^script-1 {2}cancelled/],
  },
  {
    name: 'waiting-for-input',
    options: { args: ['input', 'print', 'done'], stdinEnds: false },
    says: [/it waits for time to pass or for input/],
  },
  {
    name: 'fed',
    options: {
      args: ['input', 'print', 'done'],
      stdinEnds: false,
      drive: (simulation) => {
        simulation.run();
        for (const { id } of simulation.executions) {
          simulation.inputs.feed(id, new TextEncoder().encode('hello\n'), true);
        }
        simulation.run();
      },
    },
    says: [/← 6 bytes came in on stdin, the last/, /"hello\\n"/],
  },
  {
    name: 'asked',
    options: { ...plan({ kind: 'lose-response', at }), workflow: ASK },
    says: [/what became of #3 is not known/, /it waits for a person's answer/],
  },
  {
    name: 'answered',
    options: {
      ...plan({ kind: 'lose-response', at }),
      workflow: ASK,
      drive: (simulation) => {
        simulation.run();
        for (const { id } of simulation.executions)
          simulation.inputs.answer(id, seqOf(POST), 'retry');
        simulation.run();
      },
    },
    says: [/a person answered what becomes of #3: retry/],
  },
  {
    name: 'level-workflow',
    options: {
      ...plan({ kind: 'crash', point: 'performed', at }),
      workflow: { persistence: 'workflow' },
    },
    says: [/begins anew/, /lost with node-a/],
  },
  {
    name: 'level-none',
    options: { ...plan({ kind: 'crash', point: 'intent', at }), workflow: { persistence: 'none' } },
    says: [/persistence level none keeps nothing/],
  },
  {
    name: 'service-failed',
    options: {
      args: STORY,
      setup: {
        servicePrograms: new Map([
          [
            'counter',
            {
              handle: () => {
                throw new ServiceError('counter', 'TypeError: x is undefined', 'counter.mjs:3');
              },
            },
          ],
        ]),
      },
    },
    says: [/counter failed at counter\.mjs:3/, /it failed/],
  },
  {
    name: 'long-run',
    options: { args: Array.from({ length: 300 }, () => 'wall') },
    says: [/effects more, #24 to #\d+: clock\.read ×\d+/],
  },
  {
    name: 'many-executions',
    options: { args: ['print', 'hello'], count: 20 },
    says: [/4 executions more: 4 completed/, /^20 completed; /m],
  },
  { name: 'narrow', options: plan(PAUSE), shown: { width: 60 }, says: [/attempt 2 on node-b/] },
  {
    name: 'ascii',
    options: plan({ kind: 'lose-response', at }),
    shown: { unicode: false },
    says: [/\.- attempt 1 on node-a/, /-> 200/],
  },
  {
    name: 'colors',
    options: plan({ kind: 'crash', point: 'performed', at }),
    shown: { colors: true },
    says: [new RegExp(`${ESCAPE}\\[31m✗ node-a crashed`)],
  },
];

describe('a timeline', () => {
  let program: GuestProgram;
  const show = (scene: Scene): ShownSimulation =>
    showSimulation(program, { args: STORY, ...scene.options });
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  for (const scene of SCENES) {
    it(`tells the story of ${scene.name} as its golden file has it`, () => {
      const text = show(scene).timeline(scene.shown);
      for (const said of scene.says) assert.match(text, said);
      assertGolden(`timeline/${scene.name}`, text);
    });

    it(`keeps ${scene.name} tidy: no trailing spaces, no line too long, in order of time`, () => {
      const width = 60 + (scene.name.length % 3) * 40;
      const text = show(scene).timeline({ ...scene.shown, colors: false, width });
      for (const line of text.split('\n')) {
        assert.equal(line, line.trimEnd());
        assert.ok([...line].length <= width, `${[...line].length} columns: ${line}`);
      }
      assert.ok(text.endsWith('\n') && !text.endsWith('\n\n'));
    });
  }

  it('says of an execution that another one started who that was', () => {
    const child: Workflow = {
      config: {
        ...defaultWorkflow('child', { kind: 'module', module: 'script.wasm', build: undefined }),
        args: ['get', 'http://executions.backstitch/self/messages', 'print', 'done'],
      },
      program,
      stdin: new Uint8Array(0),
      stdinEnds: true,
      mounts: [],
    };
    const args = [
      ...['post', 'http://executions.backstitch/child', 'hello'],
      ...['post', 'http://executions.backstitch/child-1/messages', 'go'],
      ...['get', 'http://promises.backstitch/self/approval?timeout=1h'],
      ...['get', 'http://executions.backstitch/child-1/result'],
    ];
    const shown = showSimulation(program, {
      args,
      workflow: { starts: ['child'] },
      setup: { workflowFor: () => child },
    });
    const text = shown.timeline({ sites: () => undefined });
    assert.match(text, /^child-1, started by script-1 #0 {2}completed with exit code 0/m);
    assertGolden('timeline/conversation', text);
  });

  it('shows every effect with --all', () => {
    const shown = showSimulation(program, { args: Array.from({ length: 300 }, () => 'wall') });
    const lines = shown.timeline({ all: true }).split('\n');
    const entries = shown.history.entries(shown.execution.id);
    assert.ok(entries.length > 300);
    for (const { seq } of entries) {
      assert.ok(
        lines.some((line) => line.includes(` #${seq} `)),
        `#${seq}`,
      );
    }
    assert.ok(!lines.some((line) => line.includes('more')));
  });

  it('keeps long numbers of effects apart from what follows', async () => {
    const count = await buildProgram('test/fixtures/programs/count.c');
    const text = showSimulation(count, { args: ['6000'] }).timeline({ width: 80 });
    assert.match(text, /#11999 stdout\.write ▏line 5999/);
    assert.doesNotMatch(text, /#\d+[a-z]/);
  });

  it('has only ASCII in its ASCII form', () => {
    for (const scene of SCENES) {
      const text = show(scene).timeline({ unicode: false });
      assert.match(text, /^[\n\x20-\x7e]*$/, scene.name);
    }
  });

  it('says nothing of a simulation without executions', () => {
    const shown = showSimulation(program, { args: ['print', 'x'], count: 1, drive: () => {} });
    assert.match(shown.timeline(), /^script-1 {2}running/);
  });
});
