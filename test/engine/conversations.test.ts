import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import {
  HttpScript,
  responseIn,
  type ScriptImports,
  scriptedComponent,
  wholeOf,
} from '../helpers/scripted-component.ts';
import { type ScriptOptions, type Simulated, simulate } from '../helpers/simulate.ts';
import { entriesOf, expectCrashLaw, expectReplayLaw } from '../property/laws.ts';

/** Runs its arguments, each a request: `METHOD url body`; prints each answer's status and body. */
function requester(imports: ScriptImports): void {
  const script = new HttpScript(imports);
  for (const [index, line] of script.args.entries()) {
    const [method = '', url = '', ...body] = line.split(' ');
    const future = script.begin(method, url, body.join(' '));
    future.subscribe().block();
    script.print(`${index}: ${wholeOf(responseIn(future))}`);
  }
}

const program = scriptedComponent(requester);
const EXECUTIONS = 'http://executions.backstitch';
const PROMISES = 'http://promises.backstitch';

interface Running extends Simulated {
  readonly output: string;
}

/** Runs until nothing is left to happen; `child` is a workflow of the same program. */
function start(
  args: readonly string[],
  childArgs: readonly string[],
  options: Partial<ScriptOptions> = {},
  guest: GuestProgram = program,
): Simulated {
  const simulated: Simulated = simulate(guest, {
    args,
    workflow: { starts: ['child'] },
    ...options,
    setup: {
      ...options.setup,
      workflowFor: (name) =>
        name === 'child'
          ? {
              ...simulated.workflow,
              config: { ...simulated.workflow.config, name: 'child', args: childArgs },
            }
          : undefined,
    },
  });
  return simulated;
}

function finished(simulated: Simulated): Running {
  assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
  const isWhole = simulated.simulation.executions.every(({ status }) => status === 'completed');
  if (isWhole) expectReplayLaw(simulated);
  return { ...simulated, output: simulated.text() };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const PARENT = [
  `POST ${EXECUTIONS}/child order A-17`,
  `GET ${EXECUTIONS}/child-1/result`,
  `GET ${EXECUTIONS}/child-1`,
];
const CHILD = [`POST http://counter/charge card`];
const COUNTED = '0: 200 POST is number 1\n';

describe('executions that have to do with one another', () => {
  it('start others, wait for them and take what they printed', () => {
    const { output, simulation } = finished(start(PARENT, CHILD));
    assert.equal(
      output,
      [
        '0: 201 {"id":"child-1","workflow":"child"}\n',
        `1: 200 ${COUNTED}`,
        '2: 200 {"status":"completed","exitCode":0}\n',
        '',
      ].join('\n'),
    );
    assert.deepEqual(
      simulation.executions.map(({ id }) => id),
      ['script-1', 'child-1'],
    );
  });

  it('start one child, whatever crashes', () => {
    const calm = finished(start(PARENT, CHILD));
    const ids = ['script-1', 'child-1'];
    for (const execution of ids) {
      for (let seq = 0; seq < entriesOf(calm, execution).length; seq++) {
        for (const point of EFFECT_POINTS) {
          const plan = { faults: [{ kind: 'crash', point, at: { execution, seq } }] };
          const recovered = finished(start(PARENT, CHILD, { plan }));
          assert.equal(recovered.output, calm.output, `${execution} ${seq} ${point}`);
          assert.equal(recovered.simulation.executions.length, 2);
          expectCrashLaw(recovered);
        }
      }
    }
  });

  it('say what is wrong with what they ask', () => {
    const { output } = finished(
      start(
        [
          `POST ${EXECUTIONS}/unknown x`,
          `GET ${EXECUTIONS}/nobody-7`,
          `GET ${EXECUTIONS}/nobody-7/result`,
          `PATCH ${EXECUTIONS}/self`,
          `GET ${PROMISES}/never?timeout=soon`,
          `GET ${PROMISES}/never?timeout=30s`,
          `GET ${EXECUTIONS}/self/messages?timeout=1h`,
        ],
        [],
      ),
    );
    assert.deepEqual(
      output.split('\n').flatMap((line) => /^\d: (\d+)/.exec(line)?.[1] ?? []),
      ['404', '404', '404', '404', '400', '504', '504'],
    );
  });

  it('start only what their workflow names', () => {
    const { output, simulation } = finished(start(PARENT, CHILD, { workflow: { starts: [] } }));
    assert.match(output, /^0: 404 .*child is no workflow that script may start; .*"starts/);
    assert.equal(simulation.executions.length, 1);
  });

  it('tell how a child failed', () => {
    const parent = [
      `POST ${EXECUTIONS}/child x`,
      `DELETE ${EXECUTIONS}/child-1`,
      ...PARENT.slice(1),
    ];
    const { output } = finished(start(parent, [`GET ${PROMISES}/never`]));
    assert.match(output, /^1: 200 \{"settled":true\}$/m);
    assert.match(output, /^2: 424 $/m);
    assert.match(output, /^3: 200 \{"status":"cancelled","reason":"cancelled"\}$/m);
  });

  it('wait for a promise for months, on no node, until somebody keeps it', () => {
    const simulated = start([`GET ${PROMISES}/self/approval`], []);
    const waiting = simulated.simulation.run();
    assert.deepEqual(waiting, { kind: 'waiting', questions: [], promises: ['script-1/approval'] });
    assert.equal(simulated.simulation.executions[0]?.owner, undefined);
    const value = { contentType: 'text/plain', body: bytes('yes') };
    assert.equal(simulated.simulation.inputs.keepPromise('script-1/approval', value), true);
    assert.equal(simulated.simulation.inputs.keepPromise('script-1/approval', value), false);
    assert.equal(finished(simulated).output, '0: 200 yes\n');
    const again = start([`GET ${PROMISES}/self/approval`], [], {});
    assert.equal(again.simulation.run().kind, 'waiting');
  });

  it('no longer wait for a promise whose time is over', () => {
    const args = [`GET ${PROMISES}/self/approval?timeout=3d`, `GET ${EXECUTIONS}/self/messages`];
    const rest = start(args, []).simulation.run();
    assert.deepEqual(rest, { kind: 'waiting', questions: [], promises: [] });
    for (const persistence of ['none', 'workflow'] as const) {
      const forgetful = start([`GET ${PROMISES}/self/approval`], [], { workflow: { persistence } });
      const { promises } = forgetful.simulation.run() as { promises?: readonly string[] };
      assert.deepEqual(promises, ['script-1/approval'], persistence);
    }
  });

  it('keep promises of one another, once', () => {
    const parent = [
      `POST ${EXECUTIONS}/child x`,
      `GET ${PROMISES}/shared`,
      `PUT ${PROMISES}/shared late`,
    ];
    const { output } = finished(start(parent, [`PUT ${PROMISES}/shared early`]));
    assert.match(output, /^1: 200 early$/m);
    assert.match(output, /^2: 409 \{"settled":false\}$/m);
  });

  it('send messages, which are received in order, each once, whatever crashes', () => {
    const parent = [
      `POST ${EXECUTIONS}/child x`,
      `POST ${EXECUTIONS}/child-1/messages one`,
      `POST ${EXECUTIONS}/child-1/messages two`,
      `GET ${EXECUTIONS}/child-1/result`,
    ];
    const child = [`GET ${EXECUTIONS}/self/messages`, `GET ${EXECUTIONS}/self/messages`];
    const calm = finished(start(parent, child));
    assert.match(calm.output, /3: 200 0: 200 one\n1: 200 two\n/);
    for (const point of EFFECT_POINTS) {
      for (const execution of ['script-1', 'child-1']) {
        for (let seq = 0; seq < entriesOf(calm, execution).length; seq++) {
          const plan = { faults: [{ kind: 'crash', point, at: { execution, seq } }] };
          const recovered = finished(start(parent, child, { plan }));
          assert.equal(recovered.output, calm.output, `${execution} ${seq} ${point}`);
        }
      }
    }
  });

  it('take messages from outside', () => {
    const simulated = start([`GET ${EXECUTIONS}/self/messages`], []);
    assert.equal(simulated.simulation.run().kind, 'waiting');
    const id = 'script-1' as ExecutionId;
    const message = { contentType: 'text/plain', body: bytes('hello') };
    assert.equal(simulated.simulation.inputs.sendMessage(id, message), true);
    assert.equal(finished(simulated).output, '0: 200 hello\n');
    assert.equal(simulated.simulation.inputs.sendMessage(id, message), false);
  });

  it('run again from what came in, with the same end', () => {
    const args = [`GET ${PROMISES}/self/approval`, `GET ${EXECUTIONS}/self/messages`];
    const first = start(args, []);
    first.simulation.run();
    first.simulation.inputs.keepPromise('script-1/approval', {
      contentType: 'a/b',
      body: bytes('yes'),
    });
    first.simulation.run();
    const id = 'script-1' as ExecutionId;
    first.simulation.inputs.sendMessage(id, { contentType: 'a/b', body: bytes('go') });
    const { output, sink } = finished(first);
    const second = simulate(program, { args, setup: { inputs: sink.inputs } });
    assert.equal(finished(second).output, output);
  });

  it('are cancelled at a place that is named before they are there', () => {
    for (const after of [0, -1]) {
      const data = { execution: 'child-1', after };
      const inputs = [{ number: 1, step: 0, kind: 'cancel', data, body: undefined }] as const;
      const simulated = start(PARENT, CHILD, { setup: { inputs } });
      assert.match(finished(simulated).output, /"status":"cancelled"/);
      // Its only call was made, and nothing came after that; or it did not even begin.
      assert.equal(simulated.sink.ledgerRows.length, after + 1);
      assert.equal(simulated.text('child-1'), '');
    }
  });

  it('race several of them against a time', () => {
    const racing = scriptedComponent((imports) => {
      const script = new HttpScript(imports);
      script.begin('POST', `${EXECUTIONS}/child`, '').subscribe().block();
      const result = script.begin('GET', `${EXECUTIONS}/child-1/result`, '');
      const promise = script.begin('GET', `${PROMISES}/never`, '');
      for (;;) {
        const all = [result.subscribe(), promise.subscribe(), script.timer(60_000)];
        const ready = script.poll(all);
        for (const pollable of all) pollable[Symbol.dispose]();
        script.print(`ready ${ready.join(' ')}`);
        if (ready.includes(0)) script.print(wholeOf(responseIn(result)));
        if (!ready.includes(2)) return;
      }
    });
    const workflow = start([], [], {}, racing);
    // The child is a program of its own, which sleeps for a minute and a half.
    const sleeper = scriptedComponent((imports) => {
      const script = new HttpScript(imports);
      script.timer(90_000).block();
      script.print('slept');
    });
    const simulated = simulate(racing, {
      args: [],
      workflow: { starts: ['child'] },
      setup: {
        workflowFor: (name) => ({
          ...workflow.workflow,
          program: sleeper,
          config: { ...workflow.workflow.config, name },
        }),
      },
    });
    assert.equal(finished(simulated).output, 'ready 2\nready 0\n200 slept\n\n');
  });
});
