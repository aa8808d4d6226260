// `npm test`: installs and builds what is missing, then runs every test but the end-to-end ones.
// `npm run test:e2e` (--e2e): also installs a real VS Code, packages the VSIX, and runs test/e2e against it.
// Other arguments are test files, folders, or options of run-tests.mjs.
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './lib/project.mjs';
import { inherit, runScript, say, seconds } from './lib/run.mjs';

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
  const named = args.some((argument) => !argument.startsWith('--'));
  return await runTests(named ? args : ['test/e2e', ...args], {
    BACKSTITCH_E2E: JSON.stringify({ ...installed, vsix }),
    // Two editors and their browsers at once would only slow each other down.
    TEST_CONCURRENCY: '1',
  });
}

await runScript(async () => {
  await ensureInstalled();
  const args = process.argv.slice(2).filter((argument) => argument !== '--e2e');
  if (process.argv.includes('--e2e')) return await runE2e(args);
  await ensureBuilt();
  return await runTests(args, {});
});
