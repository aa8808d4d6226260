/** Names of the recordings that the editor makes by itself. */

/** Runs that begin in one second and still get a name each. */
const NAMES_TRIED_MAX = 1000;

/** `order-20260102-150405.backstitch`; `taken` tells which names are in use. */
export function recordingName(
  workflow: string,
  at: Date,
  taken: (name: string) => boolean,
): string {
  const stem = workflow.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 64) || 'simulation';
  const stamp = at.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const base = `${stem}-${stamp}`;
  for (let count = 1; count < NAMES_TRIED_MAX; count++) {
    const name = `${count === 1 ? base : `${base}-${count}`}.backstitch`;
    if (!taken(name)) return name;
  }
  throw new Error(`there are ${NAMES_TRIED_MAX} recordings named ${base} already`);
}
