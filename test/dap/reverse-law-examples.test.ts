import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, describe, it } from 'node:test';
import { projectRoot } from '../helpers/project-root.ts';
import { type Arrival, TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

const ROOT = join(projectRoot, 'examples');
const folder = mkdtempSync(join(tmpdir(), 'backstitch-reverse-law-'));

/** Ways that are walked there and back, spread evenly over an execution, and their lengths. */
const WAYS = 4;
const STEPS = 3;
/** Executions of one run that are walked through. */
const EXECUTIONS_MAX = 2;
/** Breakpoints that are continued through, and the stops at them. */
const BREAKPOINTS_MAX = 3;
const STOPS_MAX = 5;
/** Bytes of memory that are compared, from its beginning: data and stack of programs in C. */
const MEMORY_BYTES = 2 ** 18;
/** Beyond the last effect of every example. */
const PAST_ALL = 1_000_000;
/** Effects after which an execution has no statement any more. */
const EFFECTS_AT_END_MAX = 8;

interface Walked {
  readonly workflows: readonly string[];
  /** A plan beside the example, under which it runs. */
  readonly faults?: string;
  /** What cannot be found here and is needed to build it. */
  readonly missing?: string | false;
}

const RUST = !hasRust() && 'rustc with the target wasm32-wasip1';
const GO = !hasGo() && 'go 1.21 or later, and a POSIX shell';
const WRONG: Walked = { workflows: ['wrong'], faults: 'plan.json' };

/** All examples, by their folders. */
const EXAMPLES: Readonly<Record<string, Walked>> = {
  approval: { workflows: ['order'] },
  assemblyscript: { workflows: ['invoice'] },
  'bindings rust': { workflows: ['rust'], missing: RUST },
  'bindings go': { workflows: ['go'], missing: GO },
  cpp: { workflows: ['invoice'] },
  effects: {
    workflows: ['clock', 'random', 'sleep', 'http', 'files', 'volume', 'stdin', 'stdio'],
  },
  go: { workflows: ['invoice'], missing: GO },
  javascript: { workflows: ['parcel'] },
  order: { workflows: ['order'], faults: 'faults/crash-after-charge.json' },
  python: {
    workflows: ['invoice'],
    missing: outputOf('componentize-py', ['--version']) === undefined && 'componentize-py',
  },
  quickjs: { workflows: ['raffle'] },
  rust: { workflows: ['invoice'], missing: RUST },
  saga: { workflows: ['trip', 'declined'] },
  serve: { workflows: ['till'] },
  'wrong/charge-without-key': WRONG,
  'wrong/check-then-act': WRONG,
  'wrong/lease-wall-clock': WRONG,
  'wrong/lost-update': WRONG,
  'wrong/retry-double-send': WRONG,
  'wrong/time-branch': WRONG,
  zig: {
    workflows: ['invoice'],
    missing: outputOf('zig', ['version']) === undefined && 'zig',
  },
};

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
});

function outputOf(command: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

function hasRust(): boolean {
  const home = outputOf('rustc', ['--print', 'sysroot']);
  return home !== undefined && existsSync(join(home, 'lib/rustlib/wasm32-wasip1'));
}

function hasGo(): boolean {
  const [, minor] = /go1\.(\d+)/.exec(outputOf('go', ['version']) ?? '') ?? [];
  return Number(minor) >= 21 && process.platform !== 'win32';
}

/** Folders of examples, from the folder of them all. */
function exampleFolders(path = ROOT): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'backstitch.json') return [relative(ROOT, path).replaceAll('\\', '/')];
    return entry.isDirectory() ? exampleFolders(join(path, entry.name)) : [];
  });
}

interface Instant {
  readonly execution: string;
  readonly seq: number;
  readonly tick: number | null;
  readonly line?: number;
  readonly source?: { readonly path: string };
}

/** A recording of an example, opened. */
class Walk {
  private readonly client = new TestClient();

  async open(launch: object, name: string): Promise<void> {
    const recording = join(folder, `${name.replaceAll(/[ /]/g, '-')}.backstitch`);
    const recorder = new TestClient();
    await recorder.launchTo({ ...launch, record: recording });
    await recorder.disconnectRequest();
    await this.client.launchTo({ recording, steps: 'statements' });
  }

  async close(): Promise<void> {
    await this.client.disconnectRequest();
  }

  async executions(): Promise<string[]> {
    const { body } = await this.client.threadsRequest();
    return body.threads.map(({ name }) => name.split(' ')[0] ?? name);
  }

  seek(where: object): Promise<Arrival> {
    return this.client.arrival(() => this.client.motion('backstitch/seek', where));
  }

  async position(): Promise<Instant> {
    const { body } = await this.client.customRequest('backstitch/position');
    return body as Instant;
  }

  /** All that is to be seen at a stop, and the memory of the program. */
  private async look({ threadId, description }: Arrival): Promise<string> {
    const args = { memoryReference: '0x0', count: MEMORY_BYTES };
    // Effects have no memory to be read where programs have no statements.
    const { body } = await this.client
      .customRequest('readMemory', args)
      .catch(() => ({ body: {} }));
    const memory = createHash('sha256')
      .update(body.data ?? '')
      .digest('hex');
    return [isEnd(description), await this.client.snapshot(threadId), memory].join('\n');
  }

  /** Some steps on from an instant, and as many back. */
  async thereAndBack(from: object): Promise<void> {
    const start = await this.seek(from);
    const { threadId } = start;
    const seen = [await this.look(start)];
    while (seen.length <= STEPS) {
      const stop = await this.client.move('stepIn', threadId);
      seen.push(await this.look(stop));
      if (isEnd(stop.description)) break;
    }
    const steps = seen.length - 1;
    assert.ok(steps > 0, 'there is nothing after it');
    const again: string[] = [];
    for (let step = 0; step < steps; step++) {
      again.push(await this.look(await this.client.move('backstitch/reverseStepIn', threadId)));
    }
    expectSame(again.reverse(), seen.slice(0, -1));
  }

  /** Where ways begin: at the first instant of an execution, at the last, and in between. */
  async starts(execution: string): Promise<object[]> {
    let { threadId } = await this.seek({ execution, seq: PAST_ALL });
    let last = await this.position();
    for (let step = 0; step < EFFECTS_AT_END_MAX && last.tick === null; step++) {
      ({ threadId } = await this.client.move('backstitch/reverseStepIn', threadId));
      last = await this.position();
    }
    const { tick, seq } = last;
    if (tick !== null) return spread(1, tick).map((each) => ({ execution, tick: each }));
    const effects = seq + EFFECTS_AT_END_MAX;
    return spread(0, effects - 1).map((each) => ({ execution, seq: each }));
  }

  /** Continues through breakpoints on the lines of some instants, and back through them. */
  async continued(instants: readonly Instant[]): Promise<void> {
    const [path] = instants.flatMap(({ source }) => source?.path ?? []);
    if (path === undefined) return;
    const own = instants.filter(({ source }) => source?.path === path);
    const lines = [...new Set(own.flatMap(({ line }) => line ?? []))].slice(0, BREAKPOINTS_MAX);
    const breakpoints = lines.map((line) => ({ line }));
    let stop = await this.toBeginning();
    const beginning = await this.look(stop);
    await this.client.setBreakpointsRequest({ source: { path }, breakpoints });
    const seen: string[] = [];
    while (seen.length < STOPS_MAX) {
      stop = await this.client.move('continue', stop.threadId);
      if (stop.reason === 'end') break;
      seen.push(await this.look(stop));
    }
    assert.ok(seen.length > 0, `nothing stops on ${lines.join()}`);
    // From a stop, going back comes to the one before it.
    const expected = stop.reason === 'end' ? seen : seen.slice(0, -1);
    const again: string[] = [];
    for (const _ of expected) {
      stop = await this.client.move('reverseContinue', stop.threadId);
      again.push(await this.look(stop));
    }
    expectSame(again.reverse(), expected);
    // There may be a breakpoint at the beginning too.
    stop = await this.client.move('reverseContinue', stop.threadId);
    expectSame([await this.look(stop)], [beginning]);
  }

  /** What befalls executions on the way stops as well. */
  private async toBeginning(): Promise<Arrival> {
    for (;;) {
      const stop = await this.client.move('reverseContinue');
      if (stop.reason === 'entry') return stop;
    }
  }
}

/** Names the first that differs: all of them would be too long to read. */
function expectSame(actual: readonly string[], expected: readonly string[]): void {
  assert.equal(actual.length, expected.length);
  const index = expected.findIndex((each, at) => each !== actual[at]);
  if (index >= 0) assert.equal(actual[index], expected[index], `stop ${index}`);
}

function isEnd(description: string): boolean {
  return / (exited|trapped|was terminated)/.test(description);
}

/** Some whole numbers, evenly between two, those included as far as a way from there is not empty. */
function spread(first: number, last: number): number[] {
  const latest = Math.max(first, last - STEPS + 1);
  const at = (way: number) => first + Math.round(((latest - first) * way) / (WAYS - 1));
  return [...new Set(Array.from({ length: WAYS }, (_, way) => at(way)))];
}

async function expectReverseLaw(walk: Walk): Promise<number> {
  const instants: Instant[] = [];
  const executions = (await walk.executions()).slice(0, EXECUTIONS_MAX);
  for (const execution of executions) {
    for (const start of await walk.starts(execution)) {
      await walk.thereAndBack(start);
      instants.push(await walk.position());
    }
  }
  await walk.continued(instants);
  return instants.length;
}

describe('the reverse law over the examples', () => {
  it('is held over all of them', () => {
    const walked = Object.keys(EXAMPLES).map((name) => name.split(' ')[0]);
    assert.deepEqual(exampleFolders().sort(), [...new Set(walked)].sort());
  });

  for (const [name, { workflows, faults, missing }] of Object.entries(EXAMPLES)) {
    const skip = missing ? `needs ${missing}, which is not on this machine` : false;
    const path = join(ROOT, name.split(' ')[0] ?? name);
    for (const workflow of workflows) {
      it(`holds for ${workflow} of ${name}`, { skip }, async () => {
        const plan = faults === undefined ? {} : { faults: join(path, faults) };
        const walk = new Walk();
        await walk.open({ program: path, workflow, ...plan }, `${name} ${workflow}`);
        assert.ok((await expectReverseLaw(walk)) > 0);
        await walk.close();
      });
    }
  }
});
