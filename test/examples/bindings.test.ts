import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { closeExamples, loadExample, runExample } from './run-example.ts';

after(closeExamples);

function outputOf(command: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

function hasRust(): boolean {
  const home = outputOf('rustc', ['--print', 'sysroot']);
  return home !== undefined && existsSync(join(home, 'lib/rustlib/wasm32-wasip1'));
}

/** Go before 1.21 has no go:wasmimport. */
function hasGo(): boolean {
  const [, minor] = /go1\.(\d+)/.exec(outputOf('go', ['version']) ?? '') ?? [];
  return Number(minor) >= 21;
}

const languages = [
  { name: 'rust', isThere: hasRust(), lost: 'Host is unreachable (os error 23)' },
  { name: 'go', isThere: hasGo() && process.platform !== 'win32', lost: 'Host is unreachable' },
];

for (const { name, isThere, lost } of languages) {
  const skip = isThere ? false : `there is no ${name} for wasip1 on this machine`;
  test(`the ${name} binding builds, and its requests and errors arrive`, { skip }, async () => {
    const { exitCode, stdout, stderr } = runExample(await loadExample('bindings', name));
    assert.equal(stderr, '');
    assert.equal(
      stdout,
      '201 {"id":"ch_1","order":"A-17","cents":4200,"currency":"EUR","status":"paid"}\n' +
        `nowhere: ${lost}\n`,
    );
    assert.equal(exitCode, 0);
  });
}
