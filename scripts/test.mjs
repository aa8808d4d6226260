// `npm test`: installs and builds what is missing, then runs every test but the end-to-end ones.
// `npm run test:e2e` (--e2e): also installs a real VS Code, packages the VSIX, and runs test/e2e against it.
// Other arguments are test files, folders, or options of run-tests.mjs.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './lib/project.mjs';
import { inherit, runScript, say, seconds } from './lib/run.mjs';

const E2E = 'test/e2e';
// node's own exit code when a test fails; others mean that the tests did not run.
const STORY_FAILED = 1;

function runTests(args, env) {
  return inherit(process.execPath, [join(root, 'scripts/run-tests.mjs'), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
  });
}

async function runE2e(args) {
  const { setUpE2e } = await import('./e2e-setup.mjs');
  const { packageVsix } = await import('./package.mjs');
  const startedMs = performance.now();
  const installed = await setUpE2e();
  const vsix = await packageVsix();
  say(`end-to-end set-up took ${seconds(startedMs)}`);
  const options = args.filter((argument) => argument.startsWith('--'));
  const named = args.filter((argument) => !argument.startsWith('--'));
  const env = {
    BACKSTITCH_E2E: JSON.stringify({ ...installed, vsix }),
    // Two editors and their browsers at once would only slow each other down.
    TEST_CONCURRENCY: '1',
  };
  let code = 0;
  for (const story of named.length > 0 ? named : stories()) {
    code = Math.max(code, await tellStory(story, () => runTests([story, ...options], env)));
  }
  return code;
}

function stories() {
  const names = readdirSync(join(root, E2E)).filter((name) => name.endsWith('.test.ts'));
  return names.map((name) => `${E2E}/${name}`);
}

/**
 * On a machine that nobody watches (CI), a story that fails is told once more in a new window: what fails
 * twice is an error, and what fails once is said aloud. Both leave their screenshots.
 */
async function tellStory(story, tell) {
  const code = await tell();
  if (code !== STORY_FAILED || !process.env.CI) return code;
  say(`${story} failed; telling it once more`);
  const again = await tell();
  if (again === 0) say(`UNSTEADY: ${story} failed once and then passed; what failed is above`);
  return again;
}

await runScript(async () => {
  await ensureInstalled();
  const args = process.argv.slice(2).filter((argument) => argument !== '--e2e');
  if (process.argv.includes('--e2e')) return await runE2e(args);
  await ensureBuilt();
  return await runTests(args, {});
});
