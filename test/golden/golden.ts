import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../helpers/project-root.ts';

/**
 * Holds a text against `test/golden/<name>.txt`. With UPDATE_GOLDEN=1 the file is written anew, to
 * be looked at before it is committed.
 */
export function assertGolden(name: string, actual: string): void {
  const file = join(projectRoot, 'test/golden', `${name}.txt`);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, actual);
    return;
  }
  let expected: string;
  try {
    expected = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`${file} does not exist; run the test with UPDATE_GOLDEN=1 and look at it`, {
      cause,
    });
  }
  assert.equal(actual, expected, `${file} differs; UPDATE_GOLDEN=1 rewrites it`);
}
