import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { FaultKind } from '../../simulator/faults/fault.ts';
import { parsePlan } from '../../simulator/faults/plan.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { expectCrashLaw, expectReplayLaw } from '../property/laws.ts';

const FILES = ['append', '/shared/log', 'x', 'read', '/shared/log'];
const ARGS = [
  'wall',
  'monotonic',
  'post',
  'http://counter/a',
  'x',
  ...FILES,
  'wall',
  'print',
  'end',
];
// Long enough for everything in the plans to happen.
const SLEEPS = Array.from({ length: 8 }, () => ['sleep', '9000']).flat();

/** The traces that the page promises for each kind. */
const PROMISED: Readonly<Record<FaultKind, readonly string[]>> = {
  crash: ['node.crashed', 'lease.expired', 'lease.claimed', 'node.restarted', 'call.retried'],
  pause: ['node.paused', 'lease.expired', 'lease.claimed', 'node.resumed', 'commit.refused'],
  'clock-jump': ['clock.jumped'],
  'clock-drift': ['clock.drifted', 'lease.expired'],
  'out-of-memory': ['fault.fired', 'lease.claimed', 'call.retried'],
  resume: ['node.paused', 'node.resumed'],
  restart: ['node.crashed', 'node.restarted'],
  'timer-early': ['timer.moved'],
  'timer-late': ['timer.moved'],
  'timer-twice': ['timer.repeated'],
  'timer-never': ['timer.lost'],
  'store-unreachable': ['commit.held', 'lease.expired', 'lease.claimed', 'link.healed'],
  'store-slow': ['link.healed'],
  'torn-tail': ['journal.torn', 'node.crashed', 'node.restarted'],
  deploy: ['workflow.deployed'],
  'clock-offset': ['clock.jumped'],
  'clock-freeze': ['clock.frozen', 'clock.thawed', 'lease.expired'],
  'clock-strobe': ['clock.strobed'],
  'leap-second': ['clock.jumped'],
  'clock-reset': ['clock.jumped', 'clock.reset'],
  'lose-request': ['request.sent', 'request.lost', 'call.retried'],
  'lose-response': ['response.sent', 'response.lost', 'call.retried'],
  errno: ['fault.fired'],
  'torn-write': ['fault.fired'],
  'misdirected-write': ['fault.fired', 'write.misdirected'],
  'stale-read': ['fault.fired'],
  'corrupt-read': ['fault.fired'],
  full: ['volume.healed'],
  'slow-volume': ['volume.healed'],
  'lost-writes': ['volume.lost'],
  'delay-request': ['fault.fired', 'call.retried'],
  'delay-response': ['fault.fired', 'call.retried'],
  'duplicate-request': ['fault.fired', 'request.arrived', 'response.arrived'],
  'duplicate-response': ['fault.fired', 'response.arrived'],
  'corrupt-request': ['fault.fired'],
  'corrupt-response': ['fault.fired'],
  'truncate-response': ['fault.fired', 'call.retried'],
  'slow-body': ['fault.fired'],
  reset: ['fault.fired', 'call.retried'],
  refuse: ['fault.fired'],
  'dns-failure': ['fault.fired'],
  status: ['fault.fired'],
  partition: ['commit.held', 'lease.expired', 'lease.claimed', 'link.healed', 'call.retried'],
  'slow-link': ['link.healed', 'call.retried'],
  'lossy-link': ['request.held', 'link.healed'],
  clog: ['request.held', 'link.healed', 'call.retried'],
  heal: ['fault.fired'],
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

  function run(text: string): Simulated {
    const simulated = simulate(program, {
      args: [...ARGS, ...SLEEPS],
      plan: JSON.parse(text) as object,
    });
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    expectCrashLaw(simulated);
    expectReplayLaw(simulated);
    for (const { fired, number } of simulated.sink.faults.values()) {
      assert.ok(fired > 0, `fault ${number} fires`);
    }
    return simulated;
  }

  const sections = page.split(/^## /m).map((text) => [/^.*/.exec(text)?.[0], text] as const);
  for (const [kind, promised] of Object.entries(PROMISED)) {
    it(`has a section for ${kind} with plans, and they show as it says`, () => {
      const [, section] = sections.find(([title]) => title === kind) ?? [];
      assert.ok(section !== undefined);
      const plans = plansOf(section);
      assert.ok(plans.length > 0);
      const seen = new Set<string>();
      for (const text of plans) {
        const { faults } = parsePlan(text, 'docs/faults.md');
        assert.ok(faults.some((fault) => fault.kind === kind));
        const { sink } = run(text);
        for (const trace of sink.traces) seen.add(trace.kind);
        if (faults.length > 1) continue;
        if (['crash', 'out-of-memory', 'lose-response'].includes(kind)) {
          assert.equal(sink.ledgerRows[1]?.duplicateOf, 1);
        }
        if (kind === 'pause') {
          assert.equal(sink.attempts.get('script-1/1')?.outcome, 'fenced');
        }
      }
      for (const trace of promised) assert.ok(seen.has(trace), `${trace} is traced`);
    });
  }

  for (const [title, section] of sections) {
    if (title === undefined || title in PROMISED) continue;
    for (const text of plansOf(section)) {
      it(`runs ${text.replace(/\s+/g, ' ').slice(0, 70)}`, () => {
        run(text);
      });
    }
  }
});
