import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { EXIT, exitCodeOf } from '../../simulator/cli/exit-codes.ts';
import { projectRoot } from '../helpers/project-root.ts';

describe('exit codes', () => {
  const CODES: readonly (readonly [problem: string, code: number])[] = [
    ['component', 65],
    ['config-invalid', 65],
    ['plan', 65],
    ['service', 65],
    ['newer-version', 65],
    ['compile-failed', 65],
    ['missing', 66],
    ['unreadable', 66],
    ['unknown-workflow', 64],
    ['query', 64],
    ['no-compiler', 69],
    ['divergence', 70],
    ['internal', 70],
    ['disk-full', 73],
    ['locked', 73],
  ];
  for (const [problem, code] of CODES) {
    it(`are ${code} for ${problem}`, () => assert.equal(exitCodeOf(problem), code));
  }

  it('are all listed in docs/command-line.md', () => {
    const text = readFileSync(join(projectRoot, 'docs/command-line.md'), 'utf8');
    for (const code of Object.values(EXIT)) assert.ok(text.includes(`| ${code} |`), `${code}`);
  });
});
