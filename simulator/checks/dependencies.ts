/**
 * The perturbation check: finds what requests depend on, by running the undisturbed simulation again
 * with one reading of a clock, or one random number, changed at a time.
 */
import { type ClockArgs, clockRead } from '../effects/clock.ts';
import type { Perturbation } from '../explore/trial.ts';
import type { EffectSite } from '../faults/injector.ts';
import type { Entry, ExecutionId } from '../journal/entry.ts';
import type { ExecutionRow } from '../journal/records.ts';
import type { Violation } from './check.ts';
import type { Observed } from './observed.ts';
import { perturbationsOf, readingName } from './perturbing.ts';
import { differingPart, type RequestPart, requestsOf, type SentRequest } from './request-list.ts';

const NAME = 'depends-on';

/** Readings that are changed at most, in the order of the run. */
export const READS_MAX = 200;
const TEXT_LENGTH_MAX = 80;

/** A request that another reading changes. */
export interface Dependency {
  readonly execution: ExecutionId;
  readonly read: Entry;
  readonly request: SentRequest;
  /** What of it changes; `sending` when it is not sent, or another one is in its place. */
  readonly part: RequestPart | 'sending';
  /** What changes it, and what comes of it. */
  readonly changes: readonly Change[];
  /**
   * Whether the reading decides between few values, as a branch on the time does; false when what was
   * read is copied, as in a time stamp.
   */
  readonly decides: boolean;
}

export interface Change {
  /** Such as `an hour later`. */
  readonly how: string;
  readonly perturb: Perturbation;
  readonly was: string;
  readonly is: string;
}

/** Something that a reading should not decide, with what shows it. */
export interface FoundDependency {
  readonly violation: Violation;
  /** The request. */
  readonly at: EffectSite;
  readonly perturb: Perturbation;
}

/** Runs the undisturbed simulation with what is changed; gives what is seen. */
export type PerturbedRun = (perturb: readonly Perturbation[]) => Pick<Observed, 'history'>;

/** Yields between the runs that it takes. */
export function* dependenciesOf(
  calm: Pick<Observed, 'history'>,
  run: PerturbedRun,
): Generator<void, readonly Dependency[]> {
  const found: Dependency[] = [];
  let reads = 0;
  for (const { id } of calm.history.executions()) {
    for (const read of calm.history.entries(id)) {
      const perturbed = perturbationsOf(read);
      if (perturbed.length === 0) continue;
      if (++reads > READS_MAX) return found;
      const changes = new Map<
        number,
        { request: SentRequest; part: Dependency['part']; changes: Change[] }
      >();
      for (const { how, edit } of perturbed) {
        yield;
        const perturb = { execution: id, seq: read.seq, edit };
        const other = run([perturb]);
        const difference = firstChange(requestsOf(calm.history, id), requestsOf(other.history, id));
        if (difference === undefined) continue;
        const { request, part, was, is } = difference;
        const known = changes.get(request.seq) ?? { request, part, changes: [] };
        known.changes.push({ how, perturb, was, is });
        changes.set(request.seq, known);
      }
      for (const each of changes.values()) {
        found.push({
          execution: id,
          read,
          ...each,
          decides: isDecision(each.changes, perturbed.length),
        });
      }
    }
  }
  return found;
}

/** One other value for several other readings, and none for some: a branch was taken. */
function isDecision(changes: readonly Change[], tried: number): boolean {
  return tried > 1 && changes.length < tried && new Set(changes.map(({ is }) => is)).size === 1;
}

function firstChange(requests: readonly SentRequest[], others: readonly SentRequest[]) {
  for (const [index, request] of requests.entries()) {
    const other = others[index];
    if (
      other === undefined ||
      other.method !== request.method ||
      hostOf(other) !== hostOf(request)
    ) {
      const is = other === undefined ? 'nothing' : `${other.method} ${other.url}`;
      return { request, part: 'sending' as const, was: `${request.method} ${request.url}`, is };
    }
    const difference = differingPart(request, other);
    if (difference !== undefined) return { request, ...difference };
  }
  return undefined;
}

function hostOf({ url }: SentRequest): string {
  return /^[a-z]+:\/\/[^/?#]*/i.exec(url)?.[0] ?? url;
}

/** What of the dependencies is wrong, or may be; nothing else is worth a word. */
export function judgeDependencies(
  calm: Pick<Observed, 'history'>,
  dependencies: readonly Dependency[],
): readonly FoundDependency[] {
  return dependencies.flatMap((dependency) => {
    const row = calm.history.execution(dependency.execution);
    const [change] = dependency.changes;
    const judged = row && judge(calm, row, dependency, dependencies);
    if (change === undefined || judged === undefined) return [];
    const { execution, request } = dependency;
    const { severity, message } = judged;
    const violation = { check: NAME, message, execution, seq: request.seq, severity };
    const at = { execution, seq: request.seq, effect: request.effect };
    return [{ violation, at, perturb: change.perturb }];
  });
}

function judge(
  calm: Pick<Observed, 'history'>,
  { level }: ExecutionRow,
  dependency: Dependency,
  all: readonly Dependency[],
): Pick<Violation, 'severity' | 'message'> | undefined {
  const { part, read, request, decides } = dependency;
  const text = dependencyText(dependency);
  if (part === 'idempotency key' && level !== 'effect') {
    const why = `At persistence level ${level}, a crash has it read anew, and the service takes the request that is repeated for another one`;
    return { severity: 'error', message: `${text}. ${why}` };
  }
  if (!decides || !request.isUnsafe || read.operation.name !== clockRead.name) return undefined;
  const sent = requestsOf(calm.history, dependency.execution);
  const before = sent.filter(({ seq, isUnsafe }) => isUnsafe && seq < read.seq);
  if (before.length === 0) return undefined;
  const rival = all.find((other) => isRival(other, dependency));
  if (rival !== undefined) {
    const why = `So does ${partText(rival)}, on #${rival.read.seq}: when time passes between the two, as in a crash or a slow answer, they contradict each other. Read the clock once, and hand on what it said`;
    return { severity: 'error', message: `${text}. ${why}` };
  }
  const why = `Requests were sent before it was read, so that a crash or a slow answer decides; if that is not meant, read the clock before the first request`;
  return { severity: 'warning', message: `${text}. ${why}` };
}

/** Whether an earlier reading of the same clock decides an earlier request by the same instant. */
function isRival(other: Dependency, { execution, read, request, changes }: Dependency): boolean {
  return (
    other.decides &&
    other.execution === execution &&
    other.request.isUnsafe &&
    other.read.operation.name === read.operation.name &&
    (other.read.args as ClockArgs).clock === (read.args as ClockArgs).clock &&
    other.request.seq < read.seq &&
    other.request.seq < request.seq &&
    other.changes.map(({ how }) => how).join() === changes.map(({ how }) => how).join()
  );
}

function dependencyText(dependency: Dependency): string {
  const { read, execution, changes } = dependency;
  const [change] = changes;
  const example =
    change && `: ${change.how}, it is ${shown(change.is)} instead of ${shown(change.was)}`;
  return `${partText(dependency)} depends on the ${readingName(read)} ${execution} #${read.seq}${example ?? ''}`;
}

function partText({ part, request: { method, url, execution, seq } }: Dependency): string {
  const request = `${method} ${url} (${execution} #${seq})`;
  return part === 'sending' ? `whether ${request} is sent` : `the ${part} of ${request}`;
}

function shown(text: string): string {
  if (text === '') return 'empty';
  return text.length <= TEXT_LENGTH_MAX ? text : `${text.slice(0, TEXT_LENGTH_MAX - 3)}...`;
}
