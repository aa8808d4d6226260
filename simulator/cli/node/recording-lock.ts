/**
 * Keeps two writers from one recording: a file `<recording>-lock` that names its owner.
 *
 * K1: it is created whole or not at all, and by one process only.
 * K2: the lock of a process that is gone is taken over; the lock of a living one never.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { RecordingError, recordingErrors } from '../../journal/recording-error.ts';

const LOCK_SUFFIX = '-lock';
/** Each try removes one lock of a dead process; several at once are a race with others. */
const TRIES_MAX = 5;

interface LockOwner {
  readonly pid: number;
  /** Tells a process from a later one with the same number; empty where that cannot be known. */
  readonly started: string;
}

export class RecordingLock {
  private readonly path: string;
  private held = false;

  /** Throws RecordingError `locked`. */
  constructor(name: string, recordingPath: string) {
    this.path = recordingPath + LOCK_SUFFIX;
    this.acquire(name);
  }

  release(): void {
    if (!this.held) return;
    this.held = false;
    rmSync(this.path, { force: true });
  }

  private acquire(name: string): void {
    const owner: LockOwner = { pid: process.pid, started: startOf(process.pid) };
    // A link to a finished file appears at once with its content; creating and then writing one
    // would let another process read it half-written.
    const draft = `${this.path}-${process.pid}-${threadId}`;
    try {
      writeFileSync(draft, `${JSON.stringify(owner)}\n`);
      for (let attempt = 0; attempt < TRIES_MAX && !this.held; attempt++) this.tryOnce(name, draft);
    } catch (thrown) {
      if (thrown instanceof RecordingError) throw thrown;
      throw recordingErrors.writeFailed(name, thrown);
    } finally {
      rmSync(draft, { force: true });
    }
    if (!this.held) throw recordingErrors.locked(name, 'several processes at once', this.path);
  }

  private tryOnce(name: string, draft: string): void {
    if (createExclusively(draft, this.path)) {
      this.held = true;
      return;
    }
    this.refuseIfAlive(name, this.path);
    // Taken aside first: between the two, another process may have put its own lock there.
    const aside = `${draft}-stale`;
    try {
      renameSync(this.path, aside);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw thrown;
    }
    try {
      this.refuseIfAlive(name, aside);
    } catch (locked) {
      createExclusively(aside, this.path);
      throw locked;
    } finally {
      rmSync(aside, { force: true });
    }
  }

  private refuseIfAlive(name: string, lock: string): void {
    const owner = readOwner(lock);
    if (owner === undefined || !isAlive(owner)) return;
    throw recordingErrors.locked(name, `process ${owner.pid}`, this.path);
  }
}

/** Makes `path` a copy of the finished file `draft`; false when there is such a file already. */
function createExclusively(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') return false;
    if (code === 'ENOENT' || code === 'ENOSPC') throw thrown;
  }
  try {
    // This file system has no hard links.
    writeFileSync(path, readFileSync(draft), { flag: 'wx' });
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  }
}

/**
 * Removes the lock that a worker thread of this process left when it was terminated. Only for
 * whoever terminated it: nobody can tell that a thread is gone by its number.
 */
export function breakLockOfThisProcess(recordingPath: string): void {
  const path = recordingPath + LOCK_SUFFIX;
  if (readOwner(path)?.pid === process.pid) rmSync(path, { force: true });
}

function readOwner(path: string): LockOwner | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof owner !== 'object' || owner === null) return undefined;
    const { pid, started } = owner as Partial<Record<keyof LockOwner, unknown>>;
    if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0) return undefined;
    return { pid, started: typeof started === 'string' ? started : '' };
  } catch {
    // It is gone, or no lock of ours: either way nobody holds it.
    return undefined;
  }
}

function isAlive(owner: LockOwner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (thrown) {
    // EPERM: it lives, and belongs to another user.
    if ((thrown as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const started = startOf(owner.pid);
  return owner.started === '' || started === '' || started === owner.started;
}

/** The time at which a process started, in ticks since boot, where the system tells (Linux). */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may itself hold spaces and parentheses. The state follows it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
