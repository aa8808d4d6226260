/**
 * A recording that ends one part and begins the next while its simulation goes on. The simulation
 * does not notice: only where it is written down changes.
 *
 * P1  Each part holds the setup, and whole journals of all executions that end in it: those that
 *     were in flight when it began are carried over, with what they had done so far.
 * P2  A part is let go of when the beginning of the next is durable, so a death at any time loses
 *     nothing.
 * P3  An earlier run's part that is written again holds what it held: it is quiet until its place.
 */
import type { History } from '../journal/history.ts';
import type { FaultRow, InputRow, RecordingSink } from '../journal/records.ts';
import type { HostEnvironment, HostRecording } from './host-environment.ts';
import { isAdded, PART_KEY, partPath, type RecordingPart } from './recording-part.ts';

/** When a part is long enough. */
export interface PartLimits {
  /** Executions that have ended in it. */
  readonly executions: number;
  /** Bytes of its log. */
  readonly logBytes: number;
}

/** What is written down, as far as a part's beginning needs it. */
export interface PartedSimulation {
  readonly history: History;
  steps(): number;
}

export interface PartedSetup {
  /** Opens the recording of a part, by its number. */
  readonly open: (number: number) => HostRecording;
  /** The part to begin with; one that is not the first is quiet until its place. */
  readonly part: RecordingPart;
  /** Undefined ends no part, until `limitParts`. */
  readonly limits: PartLimits | undefined;
}

/** Where a recording in parts is, and how long they are. */
export interface PartedPlace {
  /** Where the part to begin with is recorded, absolute. */
  readonly record: string;
  /** Where the first part is; later ones are beside it. */
  readonly firstPart: string;
  readonly part: RecordingPart;
  readonly limits: PartLimits | undefined;
}

export function recordInParts(
  environment: Pick<HostEnvironment, 'record'>,
  { record, firstPart, part, limits }: PartedPlace,
): PartedRecording {
  const placeOf = (number: number): string =>
    number === part.number ? record : partPath(firstPart, number);
  return new PartedRecording({
    open: (number) => environment.record(placeOf(number)),
    part,
    limits,
  });
}

type Row<K extends keyof RecordingSink> = Parameters<RecordingSink[K]>;

export class PartedRecording implements HostRecording {
  private current: HostRecording;
  private part: RecordingPart;
  private simulation: PartedSimulation | undefined;
  private isQuiet: boolean;
  private limits: PartLimits | undefined;
  private inputs = 0;
  private ended = 0;
  private readonly metas = new Map<string, string>();
  private readonly blobs = new Map<string, Row<'blob'>>();
  private readonly faults = new Map<number, FaultRow>();
  private readonly added: InputRow[] = [];

  constructor(private readonly setup: PartedSetup) {
    this.part = setup.part;
    this.isQuiet = setup.part.number > 1;
    this.limits = setup.limits;
    this.current = setup.open(setup.part.number);
  }

  /** Told once, when the simulation has been made, which writes its setup down before that. */
  watch(simulation: PartedSimulation): void {
    this.simulation = simulation;
  }

  /** From now on parts end; while a recording overtakes another, that is the one that counts. */
  limitParts(limits: PartLimits | undefined): void {
    this.limits = limits;
  }

  get logBytes(): number {
    return this.current.logBytes;
  }

  /**
   * Ends the part when it is long enough, at a place where an input could come in; gives the number
   * of the next. Throws RecordingError, and then the part goes on.
   */
  endIfLong(): number | undefined {
    const { limits } = this;
    if (limits === undefined || this.isQuiet) return undefined;
    const isLong = this.ended >= limits.executions || this.logBytes >= limits.logBytes;
    if (!isLong) return undefined;
    const last = this.current;
    const lastPart = this.part;
    const number = lastPart.number + 1;
    const next = this.setup.open(number);
    try {
      this.current = next;
      this.part = { number, steps: this.simulation?.steps() ?? 0, inputs: this.inputs };
      this.begin();
      next.flush();
    } catch (error) {
      this.current = last;
      this.part = lastPart;
      next.leave();
      throw error;
    }
    this.ended = 0;
    last.leave();
    return number;
  }

  /** Writes down what the part has of what was before it. */
  private begin(): void {
    const { current, simulation } = this;
    for (const [key, value] of this.metas) current.meta(key, value);
    if (this.part.number > 1) current.meta(PART_KEY, JSON.stringify(this.part));
    for (const blob of this.blobs.values()) current.blob(...blob);
    for (const fault of this.faults.values()) current.fault(fault);
    for (const input of this.added) current.input(input);
    const open = simulation?.history.executions().filter(({ endedAt }) => endedAt === undefined);
    for (const execution of open ?? []) {
      current.execution(execution);
      const { id } = execution;
      const { history } = simulation as PartedSimulation;
      for (const attempt of history.attempts(id)) current.attempt(attempt);
      for (const entry of history.entries(id)) current.entry(id, entry);
      for (const { attempt, entry } of history.lostEntries(id)) current.lost(id, attempt, entry);
    }
  }

  /** Where a row goes now; undefined while it belongs to an earlier part. */
  private place(): HostRecording | undefined {
    if (!this.isQuiet) return this.current;
    const isBefore =
      (this.simulation?.steps() ?? 0) <= this.part.steps && this.inputs <= this.part.inputs;
    if (isBefore) return undefined;
    this.isQuiet = false;
    this.begin();
    return this.current;
  }

  meta(...row: Row<'meta'>): void {
    this.metas.set(...row);
    this.place()?.meta(...row);
  }

  blob(...row: Row<'blob'>): void {
    this.blobs.set(row[0], row);
    this.place()?.blob(...row);
  }

  execution(...row: Row<'execution'>): void {
    const place = this.place();
    place?.execution(...row);
    if (place !== undefined && row[0].endedAt !== undefined) this.ended++;
  }

  attempt(...row: Row<'attempt'>): void {
    this.place()?.attempt(...row);
  }

  entry(...row: Row<'entry'>): void {
    this.place()?.entry(...row);
  }

  lost(...row: Row<'lost'>): void {
    this.place()?.lost(...row);
  }

  restart(...row: Row<'restart'>): void {
    this.place()?.restart(...row);
  }

  ledger(...row: Row<'ledger'>): void {
    this.place()?.ledger(...row);
  }

  trace(...row: Row<'trace'>): void {
    this.place()?.trace(...row);
  }

  fault(...row: Row<'fault'>): void {
    this.faults.set(row[0].number, row[0]);
    this.place()?.fault(...row);
  }

  input(...row: Row<'input'>): void {
    if (isAdded(row[0])) {
      this.added.push(row[0]);
      if (!this.isQuiet) this.current.input(...row);
      return;
    }
    this.inputs++;
    this.place()?.input(...row);
  }

  choice(...row: Row<'choice'>): void {
    this.place()?.choice(...row);
  }

  flush(): void {
    if (!this.isQuiet) this.current.flush();
  }

  async close(): Promise<void> {
    if (this.isQuiet) {
      // It ends before its place has come: what it holds is its beginning.
      this.isQuiet = false;
      this.begin();
    }
    await this.current.close();
  }

  leave(): void {
    this.current.leave();
  }
}
