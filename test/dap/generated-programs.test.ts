import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { compile } from '../guest/symbols/clang.ts';
import { type GeneratedProgram, generatedProgram } from './helpers/generated-program.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstitch-generated-'));
const source = join(folder, 'main.c');
const RUNS = Number(process.env.PROPERTY_RUNS ?? 12);
const LEVELS = ['-O0', '-O0', '-O2'] as const;
/** One for each level, compiled once. */
const PROGRAMS = fc.sample(generatedProgram, { seed: 20_261, numRuns: LEVELS.length });
const WALK_MAX = 300;
const STOPS_MAX = 25;

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
});

/** Where it is, with the values of the innermost frame. */
async function look(client: TestClient): Promise<string> {
  const frames = await client.frames();
  const scope = await client.scope('Locals');
  const values = [...scope.values()].map(({ name, value }) => `${name}=${value}`);
  return `${frames.map(({ name, line }) => `${name}:${line}`).join(' < ')} ${values.join(' ')}`;
}

/** What is seen at each stop until the last, which is of one of the given reasons. */
async function stops(client: TestClient, command: string, last: RegExp): Promise<string[]> {
  const seen: string[] = [];
  while (seen.length < STOPS_MAX) {
    const { reason } = await client.move(command);
    if (last.test(reason)) return seen;
    seen.push(await look(client));
  }
  return seen;
}

async function isAtEnd(client: TestClient): Promise<boolean> {
  return / (exited|trapped)/.test((await client.frames())[0]?.name ?? '');
}

LEVELS.forEach((level, number) => {
  const generated = PROGRAMS[number] as GeneratedProgram;
  describe(`generated program ${number} at ${level}`, () => {
    const client = new TestClient();
    /** The lines of everything that it does, up to a limit. */
    const walked: { readonly line: number; readonly tick: boolean }[] = [];

    before(async () => {
      await prepare(client, generated, level, number);
      for (let step = 0; step < WALK_MAX; step++) {
        const tick = !(await client.scope('Effect')).has('effect');
        walked.push({ line: await client.line(), tick });
        if ((await client.move('stepIn')).reason !== 'step' || (await isAtEnd(client))) break;
      }
      assert.ok(walked.length > 10, generated.source);
    });

    it('shows the same at a statement, however one has come there', async () => {
      const ticks = walked.filter(({ tick }) => tick).length;
      const where = fc.record({
        tick: fc.integer({ min: 1, max: ticks }),
        motions: fc.array(fc.constantFrom('next', 'stepOut', 'stepBack', 'stepIn'), {
          maxLength: 3,
        }),
        steps: fc.nat(8),
      });
      await fc.assert(
        fc.asyncProperty(where, async ({ tick, motions, steps }) => {
          const seek = { execution: `main${number}-1`, tick };
          await client.arrival(() => client.motion('backstitch/seek', seek));
          const first = await client.snapshot();
          let made = 0;
          while (made < steps && !(await isAtEnd(client))) {
            await client.move('stepIn');
            made++;
          }
          for (let step = 0; step < made; step++) await client.move('backstitch/reverseStepIn');
          assert.equal(await client.snapshot(), first);
          for (const motion of motions) await client.move(motion);
          await client.arrival(() => client.motion('backstitch/seek', seek));
          assert.equal(await client.snapshot(), first);
        }),
        { numRuns: RUNS },
      );
    });

    it('is continued in reverse through what it was continued through', async () => {
      const lines = [...new Set(walked.map(({ line }) => line))].filter((line) => line > 0);
      const breakpoint = fc.record(
        {
          line: fc.constantFrom(...lines),
          condition: fc.constantFrom('1', 'c % 2 == 0', 'a > b', 'd != 1'),
          hitCondition: fc.constantFrom('2', '>= 3', '% 2'),
        },
        { requiredKeys: ['line'] },
      );
      await fc.assert(
        fc.asyncProperty(
          fc.array(breakpoint, { minLength: 1, maxLength: 3 }),
          async (breakpoints) => {
            await client.setBreakpointsRequest({ source: { path: source }, breakpoints: [] });
            await client.move('reverseContinue');
            await client.setBreakpointsRequest({ source: { path: source }, breakpoints });
            const here = await look(client);
            const onwards = await stops(client, 'continue', /^end$/);
            const back = await stops(client, 'reverseContinue', /^entry$/);
            const passed = onwards.length === STOPS_MAX ? onwards.slice(0, -1) : onwards;
            // Forwards it begins at the first statement, and does not come to it.
            const comesBack = back.length > passed.length && back.at(-1) === here;
            const found = comesBack ? back.slice(0, -1) : back;
            assert.deepEqual(found.reverse(), passed, generated.source);
          },
        ),
        { numRuns: RUNS },
      );
    });

    // Optimised, a line may begin in several places that belong to one visit.
    const isExact = level === '-O0';
    it('meets a breakpoint as often as single steps pass its line', {
      skip: !isExact,
    }, async () => {
      const { plainLines } = generated;
      await client.setBreakpointsRequest({ source: { path: source }, breakpoints: [] });
      for (const line of plainLines.slice(0, 6)) {
        await client.move('reverseContinue');
        await client.setBreakpointsRequest({ source: { path: source }, breakpoints: [{ line }] });
        const met = (await stops(client, 'continue', /^end$/)).length;
        const visits = walked.slice(1).filter((each) => each.line === line).length;
        // The walk may have ended before the program.
        const all = walked.length < WALK_MAX ? Math.min(visits, STOPS_MAX) : met;
        assert.equal(met, all, `line ${line} of\n${generated.source}`);
        assert.ok(met >= Math.min(visits, STOPS_MAX));
        await client.setBreakpointsRequest({ source: { path: source }, breakpoints: [] });
      }
    });
  });
});

/** Opens a recording of a program, whose source is a file. */
async function prepare(
  client: TestClient,
  { source: text }: GeneratedProgram,
  level: string,
  number: number,
): Promise<void> {
  writeFileSync(source, text);
  const program = join(folder, `main${number}.wasm`);
  writeFileSync(program, await compile({ 'main.c': text }, '-g', level));
  const record = join(folder, `main${number}.backstitch`);
  const recorder = new TestClient();
  await recorder.launchTo({ program, record });
  await recorder.disconnectRequest();
  await client.launchTo({ recording: record, steps: 'statements' });
}
