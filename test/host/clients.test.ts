import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type ClientConfig,
  defaultWorkflow,
  defaultWorld,
  type WorkflowConfig,
} from '../../simulator/config/config.ts';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import { parsePlan } from '../../simulator/faults/plan.ts';
import type { TranspiledComponent } from '../../simulator/guest/component/transpiled-component.ts';
import { type ClientReport, clientReports } from '../../simulator/host/client-reports.ts';
import { withClients } from '../../simulator/host/client-setup.ts';
import type { LoadedSimulation } from '../../simulator/host/loaded-simulation.ts';
import { SimulationRun } from '../../simulator/host/simulation-run.ts';
import { SourceSites } from '../../simulator/host/source-sites.ts';
import { timelineText } from '../../simulator/host/text/timeline-text.ts';
import { verifyExecution } from '../../simulator/host/verify.ts';
import { NANOS_PER_SECOND } from '../../simulator/kernel/time.ts';
import { closeExamples, type Example, loadExample } from '../examples/run-example.ts';
import { assertGolden } from '../golden/golden.ts';
import { testComponents } from '../helpers/components.ts';
import { handlerComponent } from '../helpers/handler-component.ts';
import { MemorySink } from '../helpers/memory-sink.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';

const NO_SERVICES = (): never => assert.fail('there are no services');

function client(name: string, path: string, more: Partial<ClientConfig> = {}): ClientConfig {
  return {
    ...{ name, workflow: 'web', content: { kind: 'text', text: '' } },
    message: { kind: 'request', method: 'GET', path, headers: [['x-from', name]] },
    ...{ atNanos: 0n, everyNanos: 0n, count: 1, jitterNanos: 0n, timeoutNanos: undefined },
    ...more,
  };
}

interface Ran {
  readonly run: SimulationRun;
  readonly sink: MemorySink;
  readonly reports: readonly ClientReport[];
}

function runLoaded(
  loaded: LoadedSimulation,
  faults: readonly object[] = [],
  loadService: Example['loadService'] = NO_SERVICES,
): Ran {
  const sink = new MemorySink();
  const plan = parsePlan(JSON.stringify({ faults }), 'plan.json');
  const run = new SimulationRun({ loaded, plan, loadService, recording: sink });
  assert.equal(run.simulation.run().kind, 'ended');
  return { run, sink, reports: clientReports(run.history) };
}

/** What every client got, which no crash changes. */
function gotten({ reports }: Ran): readonly string[] {
  return reports.map(
    ({ client: name, number, answer }) =>
      `${name} ${number} ${answer?.outcome} ${answer?.status} ${answer?.bytes} ${answer?.text}`,
  );
}

/** Runs it once for each crash point of every effect of every execution; returns how many. */
function crashEverywhere(
  loaded: LoadedSimulation,
  loadService: Example['loadService'],
  check: (crashed: Ran, undisturbed: Ran) => void,
): number {
  const undisturbed = runLoaded(loaded, [], loadService);
  let crashes = 0;
  for (const [execution, entries] of undisturbed.sink.entries) {
    for (const { seq } of entries) {
      for (const point of EFFECT_POINTS) {
        const fault = { kind: 'crash', point, at: { execution, seq } };
        const crashed = runLoaded(loaded, [fault], loadService);
        const where = `crash at the point "${point}" of ${execution} #${seq}`;
        assert.equal([...crashed.sink.faults.values()][0]?.fired, 1, where);
        assert.deepEqual(gotten(crashed), gotten(undisturbed), where);
        for (const { status, reason } of crashed.run.simulation.executions) {
          assert.equal(status, 'completed', `${where}: ${reason}`);
        }
        check(crashed, undisturbed);
        crashes++;
      }
    }
  }
  return crashes;
}

describe('clients of an HTTP handler', () => {
  let wasm: Uint8Array;
  let component: TranspiledComponent;

  before(async () => {
    wasm = await handlerComponent();
    component = await testComponents().in(undefined).transpile(wasm);
  });

  function handler(
    clients: readonly ClientConfig[],
    workflow: Partial<WorkflowConfig> = {},
  ): LoadedSimulation {
    const build = { kind: 'module', module: 'handler.wasm', build: undefined } as const;
    const bytes = (each: ClientConfig): Uint8Array =>
      new TextEncoder().encode(each.content.kind === 'text' ? each.content.text : '');
    return {
      world: { ...defaultWorld(), clients },
      workflows: [
        {
          config: { ...defaultWorkflow('web', build), ...workflow },
          ...{ wasm, component, origin: '/handler.wasm', mounts: [] },
          ...{ stdin: new Uint8Array(0), stdinEnds: true },
        },
      ],
      services: new Map(),
      volumes: new Map(),
      contents: new Map(clients.map((each) => [each.name, bytes(each)])),
    };
  }

  const echo = (name: string, text: string): ClientConfig =>
    client(name, '/echo', {
      message: { kind: 'request', method: 'POST', path: '/echo', headers: [] },
      content: { kind: 'text', text },
    });

  it('get what it answers, as at a real port', () => {
    const ran = runLoaded(
      handler([
        client('hello', '/hello', { count: 2, everyNanos: NANOS_PER_SECOND }),
        client('sleep', '/sleep'),
        client('teapot', '/status/418'),
        client('silent', '/nothing'),
        client('trapped', '/trap'),
        client('half', '/half'),
        echo('echo', 'this and that'),
      ]),
    );
    assert.deepEqual(gotten(ran).toSorted(), [
      'echo 1 answered 200 13 this and that',
      'half 1 cut 200 4 half',
      'hello 1 answered 200 6 hello\n',
      'hello 2 answered 200 6 hello\n',
      'silent 1 nothing undefined 0 ',
      'sleep 1 answered 200 6 slept\n',
      'teapot 1 answered 418 0 ',
      'trapped 1 nothing undefined 0 ',
    ]);
    const [first] =
      ran.sink.entries.get(ran.run.simulation.executions[0]?.id ?? ('' as never)) ?? [];
    assert.equal(first?.operation.name, 'request.receive');
    assert.deepEqual(first?.result, {
      method: 'GET',
      url: 'http://localhost/hello',
      headers: [
        ['host', 'localhost'],
        ['x-from', 'hello'],
      ],
      body: new Uint8Array(0),
    });
  });

  it('get the same, whatever effect the node crashes at', () => {
    const loaded = handler([
      client('sleep', '/sleep', { count: 2, everyNanos: NANOS_PER_SECOND / 2n }),
      echo('echo', 'x'.repeat(9000)),
    ]);
    const crashes = crashEverywhere(loaded, NO_SERVICES, ({ run }) => {
      for (const row of run.history.executions()) {
        const verified = verifyExecution(run, new SourceSites(run), row);
        assert.equal(verified.kind, 'same', verified.kind === 'diverged' ? verified.message : '');
      }
    });
    assert.ok(crashes >= 30, `${crashes}`);
  });

  it('alone start its executions, once each, also when it is made ready again', () => {
    const loaded = handler([client('hello', '/hello')], { count: 5 });
    const ready = withClients(withClients(loaded));
    const ran = runLoaded(ready);
    assert.deepEqual(
      ran.run.simulation.executions.map(({ id }) => id),
      ['web-1'],
    );
  });

  it('leave a run of another workflow as it is', () => {
    const loaded = handler([client('other', '/hello', { workflow: 'other' })]);
    assert.deepEqual(withClients(loaded).world.clients, []);
    assert.deepEqual(withClients(loaded).workflows, loaded.workflows);
  });

  it('cannot send it plain bytes', () => {
    const loaded = handler([client('nc', '/', { message: { kind: 'bytes' } })]);
    assert.throws(
      () => withClients(loaded),
      /client nc has "send", but web answers HTTP; give it a "request"/,
    );
  });

  it('cannot send to a workflow that others start', () => {
    const loaded = handler([client('hello', '/hello')], { starts: ['web'] });
    assert.throws(() => withClients(loaded), /web is started by what comes in/);
  });
});

describe('clients of the till', () => {
  let example: Example;

  before(async () => {
    example = await loadExample('serve', 'till');
  });

  after(closeExamples);

  const run = (faults: readonly object[] = []): Ran =>
    runLoaded(example.loaded, faults, example.loadService);

  it('pay once, and the auditor sees the total', () => {
    assert.deepEqual(gotten(run()), [
      'alice 1 answered 200 22 receipt 1: 4200 cents\n',
      'queue 1 answered 200 22 receipt 2: 1250 cents\n',
      'queue 2 answered 200 22 receipt 3: 1250 cents\n',
      'queue 3 answered 200 22 receipt 4: 1250 cents\n',
      'auditor 1 answered 200 11 7950 cents\n',
    ]);
  });

  it('pay once, whatever effect the node crashes at', () => {
    const { loaded, loadService } = example;
    const clients = loaded.world.clients.filter(({ name }) => name !== 'queue');
    const fewer = { ...loaded, world: { ...loaded.world, clients } };
    const crashes = crashEverywhere(fewer, loadService, ({ sink }) => {
      for (const { duplicateBy } of sink.ledgerRows) assert.notEqual(duplicateBy, 'content');
      const keys = sink.ledgerRows.flatMap(({ key }) => key ?? []);
      assert.equal(new Set(keys).size, 1);
    });
    assert.ok(crashes >= 20, `${crashes}`);
  });

  it('write the same recording in every run', () => {
    assert.deepEqual(run().sink, run().sink);
  });

  it('are in the timeline', () => {
    const crash = { kind: 'crash', point: 'performed', at: { execution: 'till-1', seq: 1 } };
    const { history } = run([crash]).run;
    const text = timelineText(history, { colors: false });
    assert.match(text, /^till-1, started by client alice #1 /m);
    assert.match(text, /^queue sent 3 times$/m);
    assertGolden('timeline/clients', text);
  });

  it('are told apart in the timeline when they fail', async () => {
    const { config: build } = example.loaded.workflows[0] ?? assert.fail();
    const lines = await buildProgram('test/fixtures/programs/lines.c');
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    const raw = (name: string, more: Partial<ClientConfig>): ClientConfig =>
      client(name, '/', { workflow: 'till', message: { kind: 'bytes' }, ...more });
    const every = { count: 12, everyNanos: NANOS_PER_SECOND };
    const clients = [
      raw('many', every),
      raw('hasty', { timeoutNanos: NANOS_PER_SECOND }),
      raw('cut', {}),
    ];
    const { run: ran } = runLoaded({
      ...example.loaded,
      world: { ...defaultWorld(), clients },
      workflows: [
        {
          ...{ config: build, wasm: lines.bytes, origin: '/lines.wasm', mounts: [] },
          ...{ stdin: new Uint8Array(0), stdinEnds: true },
        },
      ],
      services: new Map(),
      contents: new Map([
        ['many', bytes('say hello\n')],
        ['hasty', bytes('sleep 5000\n')],
        ['cut', bytes('say half\ntrap\n')],
      ]),
    });
    await closeBuilder();
    const text = timelineText(ran.history, { colors: false });
    assertGolden('timeline/clients-failed', text.slice(text.indexOf('many sent')));
  });
});
