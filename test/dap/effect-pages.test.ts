import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { compile } from '../guest/symbols/clang.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

const ROUNDS = 1_500;
const EFFECTS_PER_PAGE = 1_000;
const PROGRAM = `
#include <stdio.h>
int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  for (int i = 0; i < ${ROUNDS}; i++) printf("line %d\\n", i);
}
`;

describe('a program without sources', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backstitch-effect-pages-'));
  const program = join(folder, 'plain.wasm');
  const recording = join(folder, 'plain.backstitch');

  before(async () => {
    writeFileSync(program, await compile({ 'main.c': PROGRAM }, '-O0'));
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await closeTestHost();
  });

  /** The innermost frame, the line of its text that it stands at, and how many there are. */
  async function standing(client: TestClient) {
    const [frame, ...others] = await client.frames();
    assert.ok(frame?.source);
    assert.equal(frame.presentationHint, undefined);
    assert.deepEqual(
      others.filter(({ source }) => source !== undefined),
      [],
    );
    const { name, sourceReference = 0, path } = frame.source;
    assert.equal(path, undefined);
    const { body } = await client.sourceRequest({ sourceReference });
    const lines = body.content.trimEnd().split('\n');
    return { name, sourceReference, line: lines[frame.line - 1], count: lines.length };
  }

  it('stands in the list of its effects, which grows as it goes on', async () => {
    const client = new TestClient();
    await client.launchTo({ program, stopOnEntry: true });
    const first = await standing(client);
    assert.deepEqual(
      [first.name, first.line, first.count],
      ['plain-1 effects', '#0 comes next, or the end', 1],
    );
    await client.move('next');
    const second = await standing(client);
    assert.match(second.line ?? '', /^#1 /);
    await client.move('stepBack');
    assert.match((await standing(client)).line ?? '', /^#0 stdout\.write "line 0/);
  });

  it('has one text for a page of what was recorded, and others for other pages', async () => {
    const ran = new TestClient();
    await ran.launchTo({ program, record: recording, stopAtEnd: true, stopOnEntry: false });
    await ran.disconnectRequest();
    const client = new TestClient();
    const at = (seq: number) =>
      client.customRequest('backstitch/seek', { execution: 'plain-1', seq });
    await client.launchTo({ recording, stopOnEntry: true });
    const first = await standing(client);
    assert.equal(first.count, EFFECTS_PER_PAGE);
    await client.move('next');
    const next = await standing(client);
    assert.equal(next.sourceReference, first.sourceReference);
    assert.match(next.line ?? '', /^#1 stdout\.write "line/);
    await client.arrival(() => at(EFFECTS_PER_PAGE + 1));
    const later = await standing(client);
    assert.equal(later.name, `plain-1 effects from #${EFFECTS_PER_PAGE}`);
    assert.match(later.line ?? '', new RegExp(`^#${EFFECTS_PER_PAGE + 1} stdout\\.write`));
    assert.notEqual(later.sourceReference, first.sourceReference);
  });

  it('says how to stop at effects where a line of that list is given a breakpoint', async () => {
    const client = new TestClient();
    await client.launchTo({ program, stopOnEntry: true });
    const { sourceReference } = await standing(client);
    const { body } = await client.setBreakpointsRequest({
      source: { name: 'plain-1 effects', sourceReference },
      breakpoints: [{ line: 1 }],
    });
    const [breakpoint] = body.breakpoints;
    assert.equal(breakpoint?.verified, false);
    assert.match(breakpoint?.message ?? '', /function breakpoint .*http\.\*/);
  });
});
