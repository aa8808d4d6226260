import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunResult } from '../../simulator/engine/simulation.ts';
import { RealPace } from '../../simulator/host/real-pace.ts';
import type { InputRow } from '../../simulator/journal/records.ts';
import { VIRTUAL_START } from '../../simulator/kernel/time.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import {
  HttpScript,
  responseIn,
  type ScriptImports,
  scriptedComponent,
  wholeOf,
} from '../helpers/scripted-component.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';

const NOTHING = new Uint8Array(0);
const VALUE = { contentType: 'text/plain', body: new TextEncoder().encode('yes') };
const MILLI = 1_000_000n;
/** How far real time goes before the simulation goes after it. */
const STEP_MS = 10;

/** Runs its arguments: `METHOD url`, whose answer it prints, or `sleep ms`. */
function requester(imports: ScriptImports): void {
  const script = new HttpScript(imports);
  for (const line of script.args) {
    const [method = '', url = ''] = line.split(' ');
    if (method === 'sleep') script.timer(Number(url)).block();
    else {
      const future = script.begin(method, url, '');
      future.subscribe().block();
      script.print(wholeOf(responseIn(future)));
    }
  }
}

const program = scriptedComponent(requester);

function approval(timeout: string): string {
  return `GET http://promises.backstitch/self/approval?timeout=${timeout}`;
}

interface Served extends Simulated {
  readonly clock: FakeClock;
  /** Starts an execution, as a connection that comes in. */
  connect(): void;
  keep(execution: string): void;
  /** Lets real time pass, with the simulation at its heels; gives what it came to. */
  pass(milliseconds: number): RunResult['kind'];
  /** Virtual milliseconds. */
  nowMs(): number;
}

interface ServedOptions {
  readonly plan?: object;
  /** Runs it again as it was, without real time. */
  readonly inputs?: readonly InputRow[];
}

/** A simulation that follows a clock; the n-th connection runs the n-th list of requests. */
function serve(programs: readonly (readonly string[])[], options: ServedOptions = {}): Served {
  const clock = new FakeClock();
  const { plan, inputs } = options;
  const simulated: Simulated = simulate(program, {
    args: [],
    count: 0,
    ...(plan === undefined ? {} : { plan }),
    setup: {
      followsRealTime: true,
      workflowFor: (name) => {
        const args = programs[Number(name)] ?? [];
        const { workflow } = simulated;
        return { ...workflow, config: { ...workflow.config, name: `w${name}`, args } };
      },
      ...(inputs === undefined ? { pace: new RealPace(clock, VIRTUAL_START) } : { inputs }),
    },
  });
  const { simulation } = simulated;
  let connections = 0;
  return {
    ...simulated,
    clock,
    connect: () => {
      simulation.inputs.connect(`${connections++}`, NOTHING, true);
    },
    keep: (execution) => {
      simulation.inputs.keepPromise(`${execution}/approval`, VALUE);
    },
    pass: (milliseconds) => {
      for (let passed = 0; passed < milliseconds; passed += STEP_MS) {
        simulation.run();
        clock.pass(STEP_MS);
      }
      return simulation.run().kind;
    },
    nowMs: () => Number(simulation.agenda.now / MILLI),
  };
}

/** What an earlier run wrote is written again when it is run from its inputs, in no real time. */
function expectSameAgain(served: Served, programs: readonly (readonly string[])[], plan?: object) {
  const again = serve(programs, { inputs: served.sink.inputs, ...(plan ? { plan } : {}) });
  again.simulation.run();
  assert.deepEqual(again.sink, served.sink);
}

describe('a simulation that follows real time', () => {
  it('lets a wait run out when real time has got there, and not before', () => {
    const programs = [[approval('30s')]];
    const served = serve(programs);
    served.connect();
    const result = served.simulation.run();
    assert.equal(result.kind, 'paced');
    assert.deepEqual(result.kind === 'paced' && result.promises, ['w0-1/approval']);
    assert.equal(served.pass(29_990), 'paced');
    assert.equal(served.text('w0-1'), '');
    assert.equal(served.pass(50), 'ended');
    assert.match(served.text('w0-1'), /^504/);
    assert.ok(served.nowMs() >= 30_000 && served.nowMs() < 30_100, `${served.nowMs()}`);
    expectSameAgain(served, programs);
  });

  it('gives what comes in time at the time when it comes', () => {
    const programs = [[approval('30s')]];
    const served = serve(programs);
    served.connect();
    served.pass(10_000);
    served.keep('w0-1');
    assert.equal(served.simulation.run().kind, 'ended');
    assert.equal(served.text('w0-1'), '200 yes\n');
    const [execution] = served.simulation.executions;
    const tookMs = Number((execution?.endedAt ?? 0n) / MILLI);
    assert.ok(tookMs >= 10_000 && tookMs < 10_100, `${tookMs}`);
    expectSameAgain(served, programs);
  });

  it('ends waits in the order in which real time comes to their ends', () => {
    const programs = [[approval('30s')], [approval('29s')], ['sleep 2000']];
    const served = serve(programs);
    const endedMs = new Map<string, number>();
    let passedMs = 0;
    const pass = (ms: number): void => {
      for (let step = 0; step < ms; step += 100) {
        served.pass(100);
        passedMs += 100;
        for (const { id, ended } of served.simulation.executions) {
          if (ended && !endedMs.has(id)) endedMs.set(id, passedMs);
        }
      }
    };
    served.connect();
    pass(25_000);
    served.connect();
    pass(1000);
    served.connect();
    pass(40_000);
    const ends = [...endedMs].map(([id, ms]) => `${id} ${Math.floor(ms / 1000)}`);
    assert.deepEqual(ends, ['w2-1 28', 'w0-1 30', 'w1-1 54']);
    expectSameAgain(served, programs);
  });

  it('takes no real time for what is no wait', () => {
    const plan = { faults: [{ kind: 'crash', point: 'performed', at: { effect: 'http.*' } }] };
    const programs = [['POST http://counter/charge']];
    const served = serve(programs, { plan });
    served.connect();
    assert.equal(served.simulation.run().kind, 'ended');
    assert.equal(served.simulation.executions[0]?.recoveries, 1);
    assert.ok(served.nowMs() > 9000, `${served.nowMs()}`);
    expectSameAgain(served, programs, plan);
  });

  it('lets a wait take its whole time also after the world ran ahead', () => {
    const plan = { faults: [{ kind: 'crash', point: 'performed', at: { effect: 'http.*' } }] };
    const programs = [['POST http://counter/charge'], [approval('5s')]];
    const served = serve(programs, { plan });
    served.connect();
    assert.equal(served.simulation.run().kind, 'ended');
    // The node that crashed comes back only now, in a world in which nobody was.
    served.clock.pass(600_000);
    served.connect();
    assert.equal(served.pass(4900), 'paced');
    assert.equal(served.pass(200), 'ended');
    expectSameAgain(served, programs, plan);
  });

  it('lets time pass where nobody is answered, too', () => {
    const programs = [['POST http://counter/charge'], ['POST http://counter/charge']];
    const served = serve(programs);
    served.connect();
    served.simulation.run();
    served.clock.pass(3_600_000);
    served.connect();
    served.simulation.run();
    const [, second] = served.simulation.executions;
    assert.ok((second?.startedAt ?? 0n) >= 3_600_000n * MILLI);
    expectSameAgain(served, programs);
  });

  it('goes on with what a wait has left when its node crashes', () => {
    const plan = { faults: [{ kind: 'crash', node: 'node-a', at: { time: '4s' } }] };
    const programs = [[approval('8s')], [approval('60s')]];
    const served = serve(programs, { plan });
    served.connect();
    served.connect();
    // Its lease has to run out first, while somebody else waits.
    assert.equal(served.pass(12_000), 'paced');
    assert.equal(served.simulation.executions[0]?.status, 'running');
    assert.equal(served.pass(3000), 'paced');
    assert.equal(served.simulation.executions[0]?.recoveries, 1);
    assert.match(served.text('w0-1'), /^504/);
    assert.equal(served.pass(46_000), 'ended');
    expectSameAgain(served, programs, plan);
  });
});
