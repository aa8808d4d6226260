// A lock file between processes, so that two runs do not install into one folder at the same time.
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ScriptError, say } from './run.mjs';

const POLL_MS = 500;
const UNNAMED_MS_MAX = 10_000;
const LOCK_WAIT_MS_MAX = 20 * 60_000;

function tryAcquire(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw new ScriptError(`could not create the lock ${path}: ${error.message}`);
  }
}

/** True when the process that holds the lock has ended without letting go of it. */
function isStale(path) {
  let holder;
  let ageMs;
  try {
    holder = Number(readFileSync(path, 'utf8'));
    ageMs = Date.now() - statSync(path).mtimeMs;
  } catch {
    // It was released between our two looks.
    return false;
  }
  // An empty file belongs to a process that is about to write its id, unless it ended just then.
  if (!Number.isInteger(holder) || holder === 0) return ageMs > UNNAMED_MS_MAX;
  try {
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** Runs `work` while holding the lock at `path`; waits for another holder up to a limit. */
export async function withLock(path, work) {
  const startedMs = performance.now();
  let announced = false;
  while (!tryAcquire(path)) {
    if (isStale(path)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!announced) say(`waiting for another run that holds ${path}`);
    announced = true;
    if (performance.now() - startedMs > LOCK_WAIT_MS_MAX) {
      throw new ScriptError(
        `another run has held ${path} for ${LOCK_WAIT_MS_MAX / 60_000} minutes. End it, or remove the file.`,
      );
    }
    await delay(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}
