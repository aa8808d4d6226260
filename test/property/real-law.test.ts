import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { WorldConfig } from '../../simulator/config/config.ts';
import type { RealAnswer, RealFailure, RealRequest } from '../../simulator/engine/real-requests.ts';
import type { Simulation, SimulationObserver } from '../../simulator/engine/simulation.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import type { InputRow } from '../../simulator/journal/records.ts';
import { RandomStream } from '../../simulator/kernel/random-stream.ts';
import { headerValue, type ServiceRequest, wholeBody } from '../../simulator/world/service.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { countingService, type Simulated, simulate } from '../helpers/simulate.ts';
import { expectReplayLaw } from './laws.ts';
import { anyCase, anyFault, type Case, checkCase, optionsOf, runs } from './random-cases.ts';
import { assertSameSink } from './sink-text.ts';

const RUNS = 200;
const TURNS_MAX = 20_000;
/** Longer than some timeouts, and shorter than others. */
const TOOK_MS_MAX = 12_000;
const FAILURES: readonly RealFailure[] = ['refused', 'unknown-host', 'reset', 'timeout'];

const REAL: WorldConfig['services'] = [
  {
    ...{ name: 'counter', hosts: ['counter'], latencyNanos: 0n },
    ...{ real: true, timeoutNanos: 6_000_000_000n, rateLimit: undefined },
  },
];

/** A real world that answers in any order, late, or not at all. */
class AnyRealWorld {
  readonly sent: RealRequest[] = [];
  private readonly open: RealRequest[] = [];
  private readonly service = countingService();

  constructor(private readonly stream: RandomStream) {}

  send(request: RealRequest): void {
    this.sent.push(request);
    this.open.push(request);
  }

  /** Lets time pass for some requests, and answers one every now and then. */
  act(simulation: Simulation): void {
    for (const { number } of this.open) {
      if (this.chance(2)) simulation.inputs.realTimePassed(number, this.nanos());
    }
    if (this.open.length === 0 || this.chance(2)) return;
    const [request] = this.open.splice(this.stream.nextUint32() % this.open.length, 1);
    assert.ok(request !== undefined);
    assert.ok(simulation.inputs.answerReal(request.number, this.answer(request)));
  }

  private answer({ request }: RealRequest): RealAnswer {
    const realNanos = this.nanos();
    if (this.chance(4)) {
      const failure = FAILURES[this.stream.nextUint32() % FAILURES.length] ?? 'reset';
      return { kind: 'failed', failure, detail: 'as it happens', realNanos };
    }
    const key = headerValue(request.headers, 'idempotency-key');
    const response = this.service.handle(request, { wallNanos: 0n, random: () => 0, key });
    const { status, headers, pieces } = response;
    return { kind: 'answered', status, headers, body: wholeBody(pieces), realNanos };
  }

  private chance(oneIn: number): boolean {
    return this.stream.nextUint32() % oneIn === 0;
  }

  private nanos(): bigint {
    return BigInt(this.stream.nextUint32() % TOOK_MS_MAX) * 1_000_000n;
  }
}

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly key: string | undefined;
  readonly body: Uint8Array;
}

function withKey(request: ServiceRequest): Asked {
  return { ...request, key: headerValue(request.headers, 'idempotency-key') };
}

/** How often each request was made, by what makes two equal. */
function countsOf(requests: readonly Asked[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { method, url, key, body } of requests) {
    const like = `${method} ${url} ${key} ${Buffer.from(body).toString('hex')}`;
    counts.set(like, (counts.get(like) ?? 0) + 1);
  }
  return counts;
}

describe('a simulation that asks real hosts', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function start(tested: Case, observer: SimulationObserver, inputs: readonly InputRow[]) {
    const options = optionsOf(tested);
    const world = { ...options.world, services: REAL };
    const setup = { observer, inputs, servicePrograms: new Map() };
    return simulate(program, { ...options, world, setup });
  }

  /** Stops anywhere, and lets the real world act wherever it stops. */
  function run(tested: Case, chance: number, inputs: readonly InputRow[] = []) {
    const stream = new RandomStream(chance, 'real');
    const real = new AnyRealWorld(stream);
    const stopped = new Set<string>();
    const simulated = start(
      tested,
      {
        poll: () => stream.nextUint32() % 5 === 0,
        stopsBefore: ({ execution, attempt, seq }) => {
          const id = `${execution}/${attempt}/${seq}`;
          if (stopped.has(id) || stream.nextUint32() % 5 !== 0) return false;
          stopped.add(id);
          return true;
        },
        onRealRequest: (request) => real.send(request),
      },
      inputs,
    );
    for (let turns = 0; ; turns++) {
      assert.ok(turns < TURNS_MAX, 'it does not end');
      const { kind } = simulated.simulation.run();
      if (kind === 'ended') return { ...simulated, real };
      assert.notEqual(kind, 'waiting');
      real.act(simulated.simulation);
    }
  }

  /** Without anybody real. */
  function runAgain(tested: Case, { sink }: Pick<Simulated, 'sink'>): Simulated {
    const observer: SimulationObserver = {
      onRealRequest: ({ request }) => assert.fail(`${request.url} was really asked again`),
    };
    const again = start(tested, observer, sink.inputs);
    assert.deepEqual(again.simulation.run(), { kind: 'ended' });
    assert.equal(again.simulation.inputs.areLeft, false);
    return again;
  }

  it('is the same when it is run again with the answers, wherever they came in', () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), (tested, chance) => {
        checkCase({ ...tested, chance }, () => {
          const first = run(tested, chance);
          expectReplayLaw(first);
          assert.equal(first.sink.ledgerRows.length, first.real.sent.length);
          assertSameSink(runAgain(tested, first).sink, first.sink);
        });
      }),
      { numRuns: runs(RUNS) },
    );
  });

  it('asks beyond the answers of an earlier run only for what that did not ask', () => {
    fc.assert(
      fc.property(anyCase, anyFault, fc.nat(), (tested, fault, chance) => {
        checkCase({ ...tested, fault, chance }, () => {
          const { sink } = run(tested, chance);
          const other = { ...tested, faults: [...tested.faults, fault] };
          const branch = run(other, chance + 1, sink.inputs);
          const given = countsOf(sink.ledgerRows);
          const sent = countsOf(branch.real.sent.map(({ request }) => withKey(request)));
          for (const [like, count] of countsOf(branch.sink.ledgerRows)) {
            const beyond = Math.max(0, count - (given.get(like) ?? 0));
            assert.equal(sent.get(like) ?? 0, beyond, like);
          }
          expectReplayLaw(branch);
          assertSameSink(runAgain(other, branch).sink, branch.sink);
        });
      }),
      { numRuns: runs(RUNS / 2) },
    );
  });
});
