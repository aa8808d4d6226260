import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ProbeSession } from '../../../simulator/guest/instrument/index.ts';
import { loadProgram } from '../../../simulator/guest/program.ts';
import { componentBytes } from '../../helpers/component-of.ts';
import { testComponents } from '../../helpers/components.ts';
import { closeBuilder } from '../../helpers/programs.ts';
import { describeDump, type Recorded, record, recordC } from './instrument-harness.ts';
import { MIXED } from './sources.ts';

const MEMORY_MIB = 64;

describe('a component with probes', () => {
  let core: Recorded;
  let component: Recorded;

  before(async () => {
    core = await recordC({ 'main.c': MIXED }, '-O0');
    const bytes = await componentBytes(core.program.bytes);
    const transpiled = await testComponents().in(undefined).transpile(bytes);
    component = record(loadProgram(bytes, MEMORY_MIB, transpiled));
  });
  after(closeBuilder);

  it('has the statements of the core module that it was made of', () => {
    assert.deepEqual(component.statements, core.statements);
    const session = new ProbeSession();
    assert.equal(component.replay(component.withProbes(), session).kind, 'finished');
    assert.ok(session.tick > 100);
  });

  it('stops at every tick, the same whatever the build', () => {
    const run = component.withProbes();
    const scan = component.withProbes({ scan: true });
    const total = new ProbeSession();
    component.replay(run, total);
    const outermost = new Set<string>();
    for (let tick = 1; tick <= total.tick; tick += 3) {
      const session = new ProbeSession({ stopAt: tick });
      assert.equal(component.replay(run, session).kind, 'stopped');
      const scanned = new ProbeSession({ onTick: (at) => (at === tick ? 0 : 1) });
      assert.equal(component.replay(scan, scanned).kind, 'stopped');
      assert.equal(describeDump(scanned.stopped), describeDump(session.stopped));
      const last = session.stopped?.frames.at(-1);
      outermost.add(`${last?.module} ${last?.functionIndex}`);
    }
    // What the glue calls after a stop is no part of the stack.
    assert.equal(outermost.size, 1);
  });

  it('stops inside of every effect, with the frames of the adapter above those of the program', () => {
    const run = component.withProbes();
    const tag = component.program.main.tag;
    for (const { seq } of component.entries) {
      const session = new ProbeSession();
      const end = component.replay(run, session, (entry) => entry.seq === seq);
      assert.deepEqual(end, { kind: 'stopped', replayed: seq });
      const frames = session.stopped?.frames ?? [];
      assert.ok(frames.every(({ kind }) => kind === 'call'));
      assert.notEqual(frames[0]?.module, tag);
      assert.ok(frames.some(({ module, depth }) => module === tag && depth === 1));
    }
  });
});
