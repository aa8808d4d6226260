import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import {
  HttpScript,
  readFrom,
  type ScriptImports,
  scriptedComponent,
} from '../helpers/scripted-component.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';

const WAIT_MS = 3_000;
const NANOS_PER_MS = 1_000_000n;

/** Waits for input or a time, three times over, and says which of the two it was and what it read. */
const program = scriptedComponent((imports: ScriptImports) => {
  const script = new HttpScript(imports);
  const stdin = script.stdin();
  for (let round = 0; round < 3; round++) {
    const input = stdin.subscribe();
    const timer = script.timer(WAIT_MS);
    const ready = script.poll([input, timer]);
    const text = ready.includes(0) ? ` ${readFrom(stdin, 3) ?? 'end'}` : '';
    script.print(`${ready.join('+')}${text}`);
    input[Symbol.dispose]();
    timer[Symbol.dispose]();
  }
});

interface Given {
  readonly stdin: string;
  readonly ends: boolean;
  readonly faults?: readonly object[];
}

function run({ stdin, ends, faults = [] }: Given): Simulated {
  const simulated = simulate(program, { args: [], stdin, stdinEnds: ends, plan: { faults } });
  assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
  return simulated;
}

function seconds({ simulation }: Simulated): bigint {
  return simulation.agenda.now / NANOS_PER_MS / 1000n;
}

const CASES: readonly (readonly [name: string, given: Given, text: string, seconds: bigint])[] = [
  ['the deadline where no input comes', { stdin: '', ends: false }, '1\n1\n1\n', 9n],
  [
    'the input where there is some',
    { stdin: 'abcdefghi', ends: false },
    '0 abc\n0 def\n0 ghi\n',
    0n,
  ],
  ['the input as long as there is some', { stdin: 'abcd', ends: false }, '0 abc\n0 d\n1\n', 3n],
  ['the end of the input', { stdin: 'ab', ends: true }, '0 ab\n0 end\n0 end\n', 0n],
];

describe('a program that waits for its input and for a deadline', () => {
  for (const [name, given, text, duration] of CASES) {
    it(`is told of ${name}`, () => {
      const simulated = run(given);
      assert.equal(simulated.text(), text);
      assert.equal(seconds(simulated), duration);
    });
  }

  it('reads the same wherever its node crashes', () => {
    const given = { stdin: 'abcd', ends: false };
    const effects = run(given).sink.entries.get('script-1' as ExecutionId)?.length ?? 0;
    assert.ok(effects > 6);
    for (let seq = 0; seq < effects; seq++) {
      for (const point of EFFECT_POINTS) {
        const crash = { kind: 'crash', point, at: { execution: 'script-1', seq } };
        const simulated = run({ ...given, faults: [crash] });
        // Its time may be over as well by when another node has taken over.
        assert.match(simulated.text(), /^0(\+1)? abc\n0(\+1)? d\n1\n$/, `${point} of #${seq}`);
      }
    }
  });

  it('is woken by input that comes while it is suspended', () => {
    const simulated = simulate(
      scriptedComponent((imports: ScriptImports) => {
        const script = new HttpScript(imports);
        const stdin = script.stdin();
        script.print(script.poll([stdin.subscribe(), stdin.subscribe()]).join('+'));
        script.print(`${readFrom(stdin, 10)}`);
      }),
      { args: [], stdin: '', stdinEnds: false },
    );
    const { simulation, text } = simulated;
    assert.equal(simulation.run().kind, 'waiting');
    simulation.inputs.feed('script-1' as ExecutionId, new TextEncoder().encode('late'), false);
    assert.equal(simulation.run().kind, 'ended');
    assert.equal(text(), '0+1\nlate\n');
  });
});
