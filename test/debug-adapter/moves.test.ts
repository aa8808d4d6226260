import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Moves, type StepKind } from '../../debug-adapter/travel/statements/moves.ts';
import type {
  ScanRange,
  Standing,
  StatementScan,
  Visit,
} from '../../debug-adapter/travel/statements/visit.ts';
import { runs } from '../property/random-cases.ts';

/** A call: what it does, in order; a number is that many statements. */
interface Call {
  /** Whether the function has statements; a library's has none. */
  readonly own: boolean;
  readonly body: readonly (number | Call)[];
}

interface Seen extends Visit {
  readonly chain: readonly number[];
}

const call: fc.Arbitrary<Call> = fc.letrec<{ call: Call }>((tie) => ({
  call: fc.record({
    own: fc.boolean(),
    body: fc.array(
      fc.oneof({ weight: 2, arbitrary: fc.integer({ min: 1, max: 3 }) }, tie('call')),
      {
        maxLength: 5,
        depthIdentifier: 'calls',
      },
    ),
  }),
})).call;

function visitsOf(calls: readonly Call[]): Seen[] {
  const seen: Seen[] = [];
  let activations = 0;
  const run = ({ own, body }: Call, outside: readonly number[]): void => {
    const chain = own ? [++activations, ...outside] : outside;
    for (const part of body) {
      if (typeof part !== 'number') run(part, chain);
      else if (own) {
        for (let count = 0; count < part; count++) {
          const activation = chain[0] as number;
          const tick = seen.length + 1;
          seen.push({ tick, offset: tick, depth: chain.length, activation, chain });
        }
      }
    }
  };
  for (const each of calls) run(each, []);
  return seen;
}

class Listed implements StatementScan {
  looked = 0;
  constructor(private readonly visits: readonly Seen[]) {}
  get total(): number {
    return this.visits.length;
  }
  scan({ from, to, depthMax }: ScanRange, visit: (visit: Visit) => boolean): void {
    for (const each of this.visits.slice(Math.max(0, from - 1), Math.max(0, to))) {
      if (each.depth > depthMax) continue;
      this.looked++;
      if (visit(each)) return;
    }
  }
}

/** What a step means, said in the simplest way. */
function expected(seen: readonly Seen[], from: Seen, kind: StepKind, back: boolean) {
  const targets = kind === 'over' ? from.chain : from.chain.slice(1);
  const rest = seen.filter(({ tick }) => (back ? tick < from.tick : tick > from.tick));
  const ordered = back ? rest.reverse() : rest;
  const fits = ordered.filter(({ depth }) => depth <= Math.max(1, targets.length));
  const target = fits.find(({ activation }) => targets.includes(activation));
  const other = fits.find(({ activation }) => kind === 'over' || activation !== from.activation);
  if (from.chain.length > 1) return (target ?? other)?.tick;
  return other?.tick;
}

const standing = ({ tick, chain }: Seen): Standing => ({ tick, chain, isWithin: false });

describe('steps over statements', () => {
  it('are what they are said to be, forwards and backwards, in any program', () => {
    fc.assert(
      fc.property(fc.array(call, { minLength: 1, maxLength: 3 }), (calls) => {
        const seen = visitsOf(calls);
        const moves = new Moves(new Listed(seen));
        for (const from of seen) {
          for (const kind of ['over', 'out'] as const) {
            const at = standing(from);
            assert.equal(moves.forward(at, kind), expected(seen, from, kind, false));
            assert.equal(moves.backward(at, kind), expected(seen, from, kind, true));
          }
        }
      }),
      { numRuns: runs(200) },
    );
  });

  it('lead back to where a step within one call began', () => {
    fc.assert(
      fc.property(fc.array(call, { minLength: 1, maxLength: 3 }), (calls) => {
        const seen = visitsOf(calls);
        const moves = new Moves(new Listed(seen));
        for (const from of seen) {
          const next = seen[(moves.forward(standing(from), 'over') ?? 0) - 1];
          if (next?.activation !== from.activation) continue;
          assert.equal(moves.backward(standing(next), 'over'), from.tick);
        }
      }),
      { numRuns: runs(200) },
    );
  });

  it('find the entry of every call on the stack', () => {
    const seen = visitsOf([{ own: true, body: [2, { own: true, body: [3] }, 1] }]);
    const moves = new Moves(new Listed(seen));
    assert.equal(moves.entryOf(standing(seen[4] as Seen), 0), 3);
    assert.equal(moves.entryOf(standing(seen[4] as Seen), 1), 1);
    assert.equal(moves.entryOf(standing(seen[4] as Seen), 2), undefined);
  });

  it('look at few statements where the answer is near, and at all where it is far', () => {
    const inner: Call = { own: true, body: [100_000] };
    const seen = visitsOf([{ own: true, body: [600, inner, 1] }]);
    const listed = new Listed(seen);
    const moves = new Moves(listed);
    const last = standing(seen.at(-1) as Seen);
    assert.equal(moves.backward(last, 'over'), 600);
    assert.ok(listed.looked <= 600, `${listed.looked}`);
    listed.looked = 0;
    assert.equal(moves.backward(standing(seen[599] as Seen), 'over'), 599);
    assert.ok(listed.looked <= 512, `${listed.looked}`);
  });
});
