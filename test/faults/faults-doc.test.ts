import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { FaultKind } from '../../simulator/faults/fault.ts';
import { parsePlan } from '../../simulator/faults/plan.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { simulate } from '../helpers/simulate.ts';
import { expectCrashLaw, expectReplayLaw } from '../property/laws.ts';

const ARGS = ['wall', 'monotonic', 'post', 'http://counter/a', 'x', 'wall', 'print', 'end'];
// Long enough for everything in the plans to happen.
const SLEEPS = Array.from({ length: 8 }, () => ['sleep', '9000']).flat();

/** The traces that the page promises for each kind. */
const PROMISED: Readonly<Record<FaultKind, readonly string[]>> = {
  crash: ['node.crashed', 'lease.expired', 'lease.claimed', 'node.restarted', 'call.retried'],
  pause: ['node.paused', 'lease.expired', 'lease.claimed', 'node.resumed', 'commit.refused'],
  'clock-jump': ['clock.jumped'],
  'clock-drift': ['clock.drifted', 'lease.expired'],
  'lose-request': ['request.sent', 'request.lost', 'call.retried'],
  'lose-response': ['response.sent', 'response.lost', 'call.retried'],
};

const page = readFileSync(join(projectRoot, 'docs/faults.md'), 'utf8');

function plansOf(section: string): string[] {
  return [...section.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');
}

describe('docs/faults.md', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  it('has a section with a plan for every kind of fault', () => {
    for (const kind of Object.keys(PROMISED)) {
      const section = page.split(/^## /m).find((text) => text.startsWith(`${kind}\n`));
      assert.ok(section !== undefined, `a section for ${kind}`);
      const kinds = plansOf(section).flatMap((text) =>
        parsePlan(text, kind).faults.map((fault) => fault.kind),
      );
      assert.deepEqual([...new Set(kinds)], [kind]);
    }
  });

  const plans = plansOf(page);
  it('has plans', () => assert.ok(plans.length >= 7));

  for (const text of plans) {
    it(`runs ${text.replace(/\s+/g, ' ').slice(0, 70)}`, () => {
      const { faults } = parsePlan(text, 'docs/faults.md');
      const args = [...ARGS, ...SLEEPS];
      const simulated = simulate(program, { args, plan: JSON.parse(text) as object });
      assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
      expectCrashLaw(simulated);
      expectReplayLaw(simulated);
      for (const { fired, number } of simulated.sink.faults.values()) {
        assert.ok(fired > 0, `fault ${number} fires`);
      }
      const seen = new Set<string>(simulated.sink.traces.map(({ kind }) => kind));
      const [first] = faults;
      if (faults.length > 1 || first === undefined) return;
      for (const kind of PROMISED[first.kind]) assert.ok(seen.has(kind), `${kind} is traced`);
      if (first.kind === 'crash' || first.kind === 'lose-response') {
        assert.equal(simulated.sink.ledgerRows[1]?.duplicateOf, 1);
      }
      if (first.kind === 'pause') {
        assert.equal(simulated.sink.attempts.get('script-1/1')?.outcome, 'fenced');
      }
    });
  }
});
