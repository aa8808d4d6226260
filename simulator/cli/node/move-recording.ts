import { existsSync, renameSync, rmSync } from 'node:fs';

/** Gives a finished recording its own name; whatever has that name was overtaken by it. */
export function moveRecording(from: string, to: string): void {
  if (from === to) {
    for (const suffix of ['', '-log', '-lock']) rmSync(`${to}-resumed${suffix}`, { force: true });
    return;
  }
  if (!existsSync(from)) return;
  renameSync(from, to);
  for (const suffix of ['-log', '-lock']) rmSync(to + suffix, { force: true });
}
