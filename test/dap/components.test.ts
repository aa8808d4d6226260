import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { componentOfC } from '../helpers/build-component.ts';
import { closeBuilder } from '../helpers/programs.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { lineOf } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

const SOURCE = join(projectRoot, 'test/fixtures/programs/component.c');

describe('debugging a component', () => {
  let folder: string;
  let program: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstitch-debug-component-'));
    program = join(folder, 'program.wasm');
    writeFileSync(program, await componentOfC('test/fixtures/programs/component.c'));
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await closeTestHost();
    await closeBuilder();
  });

  it('stops at lines of its source, forwards and backwards', async () => {
    const client = new TestClient();
    const lines = [lineOf(SOURCE, 'CLOCK'), lineOf(SOURCE, 'PRINT')];
    const args = ['clock', 'sleep', 'print', 'clock'];
    let verified: (boolean | undefined)[] = [];
    const arrival = await client.launchTo({ program, args }, async () => {
      const { body } = await client.setBreakpointsRequest({
        source: { path: SOURCE },
        breakpoints: lines.map((line) => ({ line })),
      });
      verified = body.breakpoints.map((each) => each.verified);
    });
    assert.deepEqual(verified, [true, true]);
    assert.equal(arrival.reason, 'breakpoint');
    const places = [await client.place()];
    for (let index = 0; index < 2; index++) {
      assert.equal((await client.move('continue')).reason, 'breakpoint');
      places.push(await client.place());
    }
    const [clock, print] = lines;
    assert.deepEqual(places, [
      `main component.c:${clock}`,
      `main component.c:${print}`,
      `main component.c:${clock}`,
    ]);
    assert.equal((await client.move('reverseContinue')).reason, 'breakpoint');
    assert.equal(await client.place(), places[1]);
  });
});
