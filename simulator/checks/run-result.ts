/** What a run comes to for those outside: what is compared when two runs should be the same. */
import type { ExecutionId } from '../journal/entry.ts';
import type { ExecutionRow } from '../journal/records.ts';
import { concatBytes } from '../kernel/concat-bytes.ts';
import { deeds } from './deeds.ts';
import { type Observed, workedOut } from './observed.ts';

/** One thing that can be compared, such as what an execution printed. */
export interface ResultPart {
  /** What it is, for a sentence: `the standard output of order-1`. */
  readonly name: string;
  readonly execution: ExecutionId | undefined;
  readonly value: string;
  /** Whether executions beside one another change it, each what another has left. */
  readonly isShared?: true;
}

const decoder = new TextDecoder();

export function resultOf(run: Observed): readonly ResultPart[] {
  return workedOut(run, partsOf);
}

function partsOf(run: Observed): readonly ResultPart[] {
  const executions = run.history.executions().flatMap((row) => executionParts(run, row));
  return [...executions, ...ledgerParts(run), ...volumeParts(run)];
}

function executionParts({ outputs }: Observed, row: ExecutionRow): readonly ResultPart[] {
  const { id: execution } = row;
  const shown = (stream: 'stdout' | 'stderr'): string =>
    decoder.decode(
      concatBytes(
        outputs
          .filter((output) => output.execution === execution && output.stream === stream)
          .map(({ bytes }) => bytes),
      ),
    );
  return [
    { name: `the end of ${execution}`, execution, value: endText(row) },
    { name: `the standard output of ${execution}`, execution, value: shown('stdout') },
    { name: `the standard error of ${execution}`, execution, value: shown('stderr') },
  ];
}

function endText({ status, exitCode }: ExecutionRow): string {
  return exitCode === undefined ? status : `${status} with exit code ${exitCode}`;
}

/** What each service did, each thing once and in no order. */
function ledgerParts(run: Observed): readonly ResultPart[] {
  const done = new Map<string, Set<string>>();
  for (const { service, method, url, body } of deeds(run)) {
    const texts = done.get(service) ?? new Set();
    texts.add(`${method} ${url} ${decoder.decode(body)}`.trimEnd());
    done.set(service, texts);
  }
  return [...done]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([service, texts]) => ({
      name: `what was done to ${service}`,
      execution: undefined,
      value: [...texts].sort().join('\n'),
    }));
}

function volumeParts({ volumes }: Observed): readonly ResultPart[] {
  return [...volumes].map(([name, image]) => ({
    name: `what the volume ${name} holds`,
    execution: undefined,
    isShared: true,
    value: image()
      .map((entry) => {
        if (entry.type === 'directory') return `${entry.path}/`;
        if (entry.type === 'symlink') return `${entry.path} -> ${entry.target}`;
        const bytes = typeof entry.bytes === 'function' ? entry.bytes() : entry.bytes;
        return `${entry.path}: ${decoder.decode(bytes)}`;
      })
      .sort()
      .join('\n'),
  }));
}

/** A part that has another value in another result. */
export interface PartDifference {
  readonly part: ResultPart;
  readonly was: string;
}

/** The first part in which one result differs from another, of either; undefined when none does. */
export function firstDifference(
  result: readonly ResultPart[],
  other: readonly ResultPart[],
): PartDifference | undefined {
  return differences(result, other)[0];
}

/** All parts in which one result differs from another, of either. */
export function differences(
  result: readonly ResultPart[],
  other: readonly ResultPart[],
): readonly PartDifference[] {
  const others = new Map(other.map(({ name, value }) => [name, value]));
  const names = new Set(result.map(({ name }) => name));
  const changed = result.flatMap((part) => {
    const was = others.get(part.name) ?? '';
    return was === part.value ? [] : [{ part, was }];
  });
  const missing = other.filter(({ name, value }) => !names.has(name) && value !== '');
  return [
    ...changed,
    ...missing.map((part) => ({ part: { ...part, value: '' }, was: part.value })),
  ];
}
