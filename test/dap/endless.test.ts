import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { compile } from '../guest/symbols/clang.ts';
import { componentOfC } from '../helpers/build-component.ts';
import { closeBuilder } from '../helpers/programs.ts';
import { ENDLESS, lineOf } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

after(closeTestHost);

/** A client that has something urgent to say while a motion that it pauses is under way. */
class Impatient extends TestClient {
  constructor() {
    super({ interrupted: () => this.isUrgent && ++this.asked > POLLS_IGNORED });
    const { session } = this;
    const handle = session.handleMessage.bind(session);
    session.handleMessage = (message) => {
      if ('command' in message && message.command === 'pause') this.isUrgent = false;
      handle(message);
    };
  }
  private isUrgent = false;
  private asked = 0;

  /** Begins a motion that does not end, and pauses it. */
  async paused(command: string): Promise<string> {
    const stopped = this.waitForEvent('stopped');
    this.isUrgent = true;
    this.asked = 0;
    await Promise.all([
      this.motion(command, { threadId: 1 }),
      this.motion('pause', { threadId: 1 }),
    ]);
    const { body } = await stopped;
    return (body as { reason: string }).reason;
  }
}

/** How far the program gets before it is paused. */
const POLLS_IGNORED = 2;

const CALL = lineOf(ENDLESS, 'CALL');
const SPIN = lineOf(ENDLESS, 'SPIN');
/** The head of the loop is a statement too. */
const INSIDE = [SPIN, SPIN + 1, CALL - 1, CALL];

const folder = mkdtempSync(join(tmpdir(), 'backstitch-endless-'));
const component = join(folder, 'endless.wasm');

before(async () => {
  writeFileSync(component, await componentOfC('test/dap/programs/endless.c'));
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeBuilder();
});

for (const [kind, program] of [
  ['program', ENDLESS],
  ['component', component],
] as const) {
  it(`a ${kind} that computes for ever can be paused, and travelled from there`, async () => {
    const client = new Impatient();
    await client.launchTo({ program, steps: 'statements', stopOnEntry: true });
    assert.equal(await client.paused('continue'), 'pause');
    assert.ok(INSIDE.includes(await client.line()));
    assert.equal(client.text('stdout'), 'on\n');
    const before = await client.snapshot();
    await client.move('stepIn');
    await client.move('backstitch/reverseStepIn');
    assert.equal(await client.snapshot(), before);
    assert.equal(await client.paused('continue'), 'pause');
    await client.disconnectRequest();
  });
}

it('a program without debug information can be paused, too, and shows its latest effect', async () => {
  const plain = join(folder, 'plain.wasm');
  writeFileSync(plain, await compile({ 'main.c': readFileSync(ENDLESS, 'utf8') }, '-O1'));
  const client = new Impatient();
  await client.launchTo({ program: plain, stopOnEntry: true });
  assert.equal(await client.paused('continue'), 'pause');
  assert.match((await client.frames())[0]?.name ?? '', /fd_write|write/);
  assert.equal(client.text('stdout'), 'on\n');
  assert.equal(await client.paused('continue'), 'pause');
  await client.disconnectRequest();
});

describe('a program that computes for ever', () => {
  it('can be stepped in, and a step that does not end can be paused', async () => {
    const client = new Impatient();
    await client.launchTo({ program: ENDLESS, steps: 'statements', stopOnEntry: true });
    const places: number[] = [];
    for (let step = 0; step < 6; step++) {
      await client.move('next');
      places.push(await client.line());
    }
    assert.ok(INSIDE.includes(places.at(-1) ?? 0), `${places}`);
    while ((await client.line()) !== CALL) await client.move('next');
    await client.move('stepIn');
    assert.equal(await client.line(), SPIN);
    await client.move('stepOut');
    assert.equal(await client.line(), CALL - 1);
    assert.equal(await client.paused('stepOut'), 'pause');
    await client.disconnectRequest();
  });

  it('stops at breakpoints in it', async () => {
    const client = new TestClient();
    const line = SPIN;
    await client.launchTo({ program: ENDLESS, steps: 'statements', stopOnEntry: true }, () =>
      client.setBreakpointsRequest({
        source: { path: ENDLESS },
        breakpoints: [{ line, condition: 'rounds > 1000' }],
      }),
    );
    const stop = await client.move('continue');
    assert.equal(stop.reason, 'breakpoint');
    assert.equal((await client.scope('Locals')).get('rounds')?.value, '1093');
    await client.disconnectRequest();
  });
});
