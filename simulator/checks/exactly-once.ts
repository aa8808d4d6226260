import type { LedgerRow } from '../journal/records.ts';
import { assert } from '../kernel/assert.ts';
import type { Check, Judged, Violation } from './check.ts';
import { type DoneAgain, deeds, deedsDoneAgain, masked } from './deeds.ts';
import { type Observed, workedOut } from './observed.ts';

const NAME = 'exactly-once';

const decoder = new TextDecoder();

/** Methods that do the same however often they are done (RFC 9110, 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['PUT', 'DELETE']);

/** What a program does to the outside is done once, however often the request for it is sent. */
export const EXACTLY_ONCE: Check = {
  name: NAME,
  says: 'no service does again what it did already for the same effect, or more than undisturbed',
  judge: (judged) => {
    const repeated = deedsDoneAgain(judged.run);
    const known = new Set(repeated.flatMap(({ again }) => again));
    return [...repeated.map(violationOfRepeat), ...moreThanCalm(judged, known)];
  },
};

function violationOfRepeat({ first, again }: DoneAgain): Violation {
  const { service, key, execution, seq } = first;
  const reason =
    key === undefined
      ? `they came without an idempotency key, so that ${service} could not tell`
      : `both came with the idempotency key ${key}, and ${service} did not heed it`;
  const done = first.note === undefined ? '' : ` (${first.note})`;
  return {
    check: NAME,
    message: `${service} did ${requestText(first)} ${times(again.length + 1)}${done} for one effect, ${effectText(first)}: ${reason}`,
    ...(execution === undefined || seq === undefined ? {} : { execution, seq }),
    severity: 'error',
  };
}

/** What was done more often than in the undisturbed run, besides what is `known` already. */
function moreThanCalm({ run, calm, alike }: Judged, known: ReadonlySet<LedgerRow>): Violation[] {
  if (calm === undefined) return [];
  const calmly = groupsOf(calm);
  const suspects = [...groupsOf(run)].filter(([group, rows]) => {
    const usual = calmly.get(group)?.length ?? 0;
    // What is never done undisturbed is done because of the faults, such as to make up for them.
    return usual > 0 && rows.filter((row) => !known.has(row)).length > usual;
  });
  if (suspects.length === 0) return [];
  const alikely = groupsOf(alike());
  return suspects.flatMap(([group, rows]) => {
    const usual = calmly.get(group)?.length ?? 0;
    const isUsual = rows.length <= (alikely.get(group)?.length ?? 0);
    return isUsual ? [] : [violationOfMore(rows, usual)];
  });
}

/** What was done, by what is asked for, whatever the names and numbers in it. */
function groupsOf(run: Observed): ReadonlyMap<string, readonly LedgerRow[]> {
  return workedOut(run, grouped);
}

function grouped(run: Observed): ReadonlyMap<string, readonly LedgerRow[]> {
  const groups = new Map<string, LedgerRow[]>();
  for (const row of deeds(run)) {
    if (IDEMPOTENT.has(row.method)) continue;
    const [url = ''] = row.url.split('?');
    const group = `${row.service} ${row.method} ${masked(url)}`;
    groups.set(group, [...(groups.get(group) ?? []), row]);
  }
  return groups;
}

function violationOfMore(rows: readonly LedgerRow[], usual: number): Violation {
  // Of several that differ, one that is there twice is what happened.
  const bodies = rows.map(({ body }) => decoder.decode(body));
  const twice = rows.filter(
    (_, at) => bodies.indexOf(bodies[at] ?? '') !== bodies.lastIndexOf(bodies[at] ?? ''),
  );
  const shown = twice.length > 1 ? twice : rows;
  const last = shown.at(-1);
  assert(last !== undefined, 'more than none are some');
  const { execution, seq } = last;
  const keys = new Set(shown.map(({ key }) => key));
  const differ = keys.size === shown.length && !keys.has(undefined);
  const reason = differ ? '. Each had another idempotency key, so nothing told the repeat' : '';
  const where = shown.map(effectText).join(', ');
  return {
    check: NAME,
    message: `${last.service} did ${requestText(last)} ${times(rows.length)} (${where}); the undisturbed run does it ${times(usual)}${reason}`,
    ...(execution === undefined || seq === undefined ? {} : { execution, seq }),
    severity: 'error',
  };
}

function requestText({ method, url }: LedgerRow): string {
  return `${method} ${url}`;
}

function effectText({ execution, seq }: LedgerRow): string {
  return execution === undefined ? 'from outside' : `${execution} #${seq}`;
}

function times(count: number): string {
  if (count === 1) return 'once';
  return count === 2 ? 'twice' : `${count} times`;
}
