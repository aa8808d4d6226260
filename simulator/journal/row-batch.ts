/**
 * The rows since the last flush, encoded as one frame of the log.
 *
 * B1: a row of an entry says how it was at an `entry` call; of an unfinished entry, at the last one.
 * B2: an entry that an earlier frame holds is written as what changed, so that its arguments (a
 *     request's body) are on disk once.
 */
import type { EffectValue } from '../effects/operation.ts';
import { assert } from '../kernel/assert.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Entry, ExecutionId, PendingState, Seq } from './entry.ts';
import { recordingErrors } from './recording-error.ts';
import { FRAME_HEADER_BYTES, sealFrame } from './recording-log.ts';
import {
  IDS_PER_EXECUTION,
  LOG_CODES,
  NAMES_MAX,
  NO_DUE_TIME,
  RESERVED_META,
  TABLES,
} from './recording-schema.ts';
import type {
  AttemptRow,
  ChoiceRow,
  ExecutionRow,
  FaultRow,
  InputRow,
  LedgerRow,
  RecordingSink,
  TraceRow,
} from './records.ts';

/** A batch that reaches either is flushed early; more durable than asked for harms nobody. */
export const BATCH_BYTES_MAX = 8 << 20;
export const BATCH_ENTRIES_MAX = 1 << 16;

/** What of an entry changes; see MUTABLE_ENTRY_COLUMNS. */
type EntryState = Pick<Entry, 'attempt' | 'result' | 'endedAt' | 'deliveredAt' | 'pending'>;

/** What the next frame must say of an entry: its state as of the last `entry` call. */
interface EntrySlot extends EntryState {
  /** Any version of it: only its lasting fields are used. */
  readonly entry: Entry;
  /** An earlier frame holds it, or this one already does. */
  written: boolean;
  dirty: boolean;
}

interface ExecutionSlots {
  readonly number: number;
  /** Entries of this batch, and written ones that are not delivered yet. */
  readonly bySeq: Map<Seq, EntrySlot>;
}

export class RowBatch implements Omit<RecordingSink, 'flush'> {
  private readonly bytes = new ByteWriter();
  private readonly executions = new Map<ExecutionId, ExecutionSlots>();
  private latest: { readonly id: ExecutionId; readonly slots: ExecutionSlots } | undefined;
  /** Executions that have ended since the batch began: most need not be kept in memory. */
  private ended: ExecutionId[] = [];
  private dirty: { readonly slots: ExecutionSlots; readonly slot: EntrySlot }[] = [];

  /** `names` holds those of earlier frames and files; `label` names the recording in messages. */
  constructor(
    private readonly label: string,
    private readonly names: Map<string, number>,
  ) {
    this.bytes.skip(FRAME_HEADER_BYTES);
  }

  get isFull(): boolean {
    return this.bytes.length >= BATCH_BYTES_MAX || this.dirty.length >= BATCH_ENTRIES_MAX;
  }

  /** The batch as a frame, valid until the next row; undefined when there is no row. */
  seal(): Uint8Array | undefined {
    for (const { slots, slot } of this.dirty) this.writeSlot(slots, slot);
    this.dirty = [];
    const frame = this.bytes.view();
    if (frame.length === FRAME_HEADER_BYTES) return undefined;
    sealFrame(frame);
    return frame;
  }

  /** Begins the next batch, once the frame is durable. */
  clear(): void {
    assert(this.dirty.length === 0, 'a batch is cleared only after it was sealed');
    this.bytes.length = FRAME_HEADER_BYTES;
    for (const id of this.ended) {
      // Its number is still known by its name, should anything of it follow.
      if (this.executions.get(id)?.bySeq.size === 0) this.executions.delete(id);
    }
    this.ended = [];
    this.latest = undefined;
  }

  meta(key: string, value: string): void {
    const reserved: readonly string[] = Object.values(RESERVED_META);
    assert(!reserved.includes(key), `meta key ${key} belongs to the recording's format`);
    this.bytes.byte(LOG_CODES.meta);
    this.bytes.text(key);
    this.bytes.text(value);
  }

  blob(hash: string, label: string, content: Uint8Array): void {
    this.bytes.byte(TABLES.blob.code);
    this.bytes.text(hash);
    this.bytes.text(label);
    this.bytes.blob(content);
  }

  execution(row: ExecutionRow): void {
    const number = this.slotsOf(row.id).number;
    const { bytes } = this;
    bytes.byte(TABLES.execution.code);
    bytes.integer(number);
    bytes.text(row.workflow);
    bytes.text(row.module);
    bytes.text(row.level);
    bytes.text(row.status);
    bytes.optionalInteger(row.exitCode);
    bytes.optionalText(row.reason);
    bytes.nanos(row.startedAt);
    bytes.nanos(row.endedAt);
    if (row.endedAt !== undefined) this.ended.push(row.id);
  }

  attempt(row: AttemptRow): void {
    const id = this.slotsOf(row.execution).number * IDS_PER_EXECUTION + row.number;
    const node = this.name(row.node);
    const { bytes } = this;
    bytes.byte(TABLES.attempt.code);
    bytes.integer(id);
    bytes.integer(node);
    bytes.integer(row.epoch);
    bytes.integer(row.replayed);
    bytes.nanos(row.startedAt);
    bytes.nanos(row.endedAt);
    bytes.optionalText(row.outcome);
    bytes.optionalText(row.detail);
  }

  entry(execution: ExecutionId, entry: Entry): void {
    const slots = this.slotsOf(execution);
    let slot = slots.bySeq.get(entry.seq);
    if (slot === undefined && entry.deliveredAt !== undefined) {
      // Nearly every entry of a read or an output comes once, finished: it needs no slot.
      this.writeWhole(slots, entry, entry);
      return;
    }
    if (slot === undefined || !isSameRow(slot.entry, entry)) {
      if (slot !== undefined) slot.dirty = false;
      slot = slotOf(entry);
      slots.bySeq.set(entry.seq, slot);
    } else {
      slot.attempt = entry.attempt;
      slot.result = entry.result;
      slot.endedAt = entry.endedAt;
      slot.deliveredAt = entry.deliveredAt;
      slot.pending = entry.pending;
      if (slot.dirty) return;
    }
    slot.dirty = true;
    this.dirty.push({ slots, slot });
  }

  lost(execution: ExecutionId, attempt: number, entry: Entry): void {
    const { number } = this.slotsOf(execution);
    const operation = this.name(entry.operation.name);
    this.bytes.byte(TABLES.lostEntry.code);
    this.bytes.integer(number * IDS_PER_EXECUTION + entry.seq);
    this.bytes.integer(attempt);
    this.writeEntryColumns(operation, entry, entry);
  }

  restart(execution: ExecutionId): void {
    const slots = this.slotsOf(execution);
    for (const slot of slots.bySeq.values()) slot.dirty = false;
    slots.bySeq.clear();
    this.bytes.byte(LOG_CODES.restart);
    this.bytes.integer(slots.number);
  }

  ledger(row: LedgerRow): void {
    const service = this.name(row.service);
    const execution = this.optionalName(row.execution);
    const { bytes } = this;
    bytes.byte(TABLES.ledger.code);
    bytes.integer(service);
    bytes.integer(row.number);
    bytes.nanos(row.at);
    bytes.optionalInteger(execution);
    bytes.optionalInteger(row.seq);
    bytes.optionalText(row.key);
    bytes.text(row.method);
    bytes.text(row.url);
    bytes.optionalText(row.headers.length === 0 ? undefined : JSON.stringify(row.headers));
    bytes.blob(row.body.length === 0 ? undefined : row.body);
    bytes.optionalInteger(row.status);
    const { responseHeaders, responseBody } = row;
    bytes.optionalText(responseHeaders.length === 0 ? undefined : JSON.stringify(responseHeaders));
    bytes.blob(responseBody.length === 0 ? undefined : responseBody);
    bytes.optionalInteger(row.duplicateOf);
    bytes.optionalText(row.duplicateBy);
    bytes.optionalText(row.note);
  }

  trace(row: TraceRow): void {
    const kind = this.name(row.kind);
    const node = this.optionalName(row.node);
    const service = this.optionalName(row.service);
    const execution = this.optionalName(row.execution);
    const { bytes } = this;
    bytes.byte(TABLES.trace.code);
    bytes.nanos(row.at);
    bytes.integer(kind);
    bytes.optionalInteger(node);
    bytes.optionalInteger(service);
    bytes.optionalInteger(execution);
    bytes.optionalInteger(row.seq);
    bytes.optionalText(row.data === undefined ? undefined : JSON.stringify(row.data));
  }

  fault(row: FaultRow): void {
    this.bytes.byte(TABLES.fault.code);
    this.bytes.integer(row.number);
    this.bytes.text(JSON.stringify(row.plan));
    this.bytes.integer(row.injected ? 1 : 0);
    this.bytes.integer(row.fired);
  }

  input(row: InputRow): void {
    const data = JSON.stringify(row.data);
    this.bytes.byte(TABLES.input.code);
    this.bytes.integer(row.number);
    this.bytes.integer(row.step);
    this.bytes.text(row.kind);
    this.bytes.optionalText(data === '{}' ? undefined : data);
    this.bytes.blob(row.body);
  }

  choice(row: ChoiceRow): void {
    const stream = this.name(row.stream);
    this.bytes.byte(TABLES.choice.code);
    this.bytes.integer(stream);
    this.bytes.integer(row.value);
  }

  private writeSlot(slots: ExecutionSlots, slot: EntrySlot): void {
    // Another entry took its place, or its execution was restarted.
    if (!slot.dirty) return;
    const { entry } = slot;
    if (slot.written) {
      this.bytes.byte(LOG_CODES.entryUpdate);
      this.bytes.integer(slots.number * IDS_PER_EXECUTION + entry.seq);
      this.writeMutableColumns(slot);
    } else {
      this.writeWhole(slots, entry, slot);
    }
    slot.written = true;
    slot.dirty = false;
    if (slot.deliveredAt !== undefined) slots.bySeq.delete(entry.seq);
  }

  private writeWhole(slots: ExecutionSlots, entry: Entry, state: EntryState): void {
    const operation = this.name(entry.operation.name);
    this.bytes.byte(TABLES.entry.code);
    this.bytes.integer(slots.number * IDS_PER_EXECUTION + entry.seq);
    this.writeEntryColumns(operation, entry, state);
  }

  /** In the order of MUTABLE_ENTRY_COLUMNS. */
  private writeMutableColumns(slot: EntrySlot): void {
    const { bytes } = this;
    bytes.integer(slot.attempt);
    bytes.nanos(slot.endedAt);
    bytes.nanos(slot.deliveredAt);
    this.writeDueTime(slot.pending);
    this.writeResult(slot.entry, slot.result);
  }

  private writeEntryColumns(operation: number, entry: Entry, state: EntryState): void {
    const { bytes } = this;
    bytes.integer(operation);
    bytes.integer(state.attempt);
    bytes.integer(entry.argsHash);
    bytes.nanos(entry.startedAt);
    bytes.nanos(state.endedAt);
    bytes.nanos(state.deliveredAt);
    this.writeDueTime(state.pending);
    bytes.optionalText(entry.key);
    const args = entry.operation.argsJson(entry.args);
    bytes.optionalText(args === '{}' ? undefined : args);
    bytes.blob(entry.args.body);
    this.writeResult(entry, state.result);
  }

  private writeDueTime(pending: PendingState | undefined): void {
    if (pending === undefined) this.bytes.null();
    else if (pending.dueAt === undefined) this.bytes.integer(NO_DUE_TIME);
    else this.bytes.nanos(pending.dueAt);
  }

  private writeResult(entry: Entry, result: EffectValue | undefined): void {
    this.bytes.optionalText(result === undefined ? undefined : entry.operation.resultJson(result));
    this.bytes.blob(result?.body);
  }

  private slotsOf(id: ExecutionId): ExecutionSlots {
    if (this.latest !== undefined && this.latest.id === id) return this.latest.slots;
    let slots = this.executions.get(id);
    if (slots === undefined) {
      slots = { number: this.name(id), bySeq: new Map() };
      this.executions.set(id, slots);
    }
    this.latest = { id, slots };
    return slots;
  }

  private optionalName(text: string | undefined): number | undefined {
    return text === undefined ? undefined : this.name(text);
  }

  /** The number of a name; must be called before the row that uses it is begun. */
  private name(text: string): number {
    const known = this.names.get(text);
    if (known !== undefined) return known;
    const number = this.names.size + 1;
    if (number > NAMES_MAX) throw recordingErrors.tooManyNames(this.label, NAMES_MAX);
    this.names.set(text, number);
    this.bytes.byte(TABLES.name.code);
    this.bytes.integer(number);
    this.bytes.text(text);
    return number;
  }
}

/** Whether two versions of an entry differ in nothing but its mutable columns. */
function isSameRow(one: Entry, other: Entry): boolean {
  if (one === other) return true;
  return (
    one.args === other.args &&
    one.operation === other.operation &&
    one.argsHash === other.argsHash &&
    one.key === other.key &&
    one.startedAt === other.startedAt
  );
}

function slotOf(entry: Entry): EntrySlot {
  return {
    entry,
    written: false,
    dirty: false,
    attempt: entry.attempt,
    result: entry.result,
    endedAt: entry.endedAt,
    deliveredAt: entry.deliveredAt,
    pending: entry.pending,
  };
}
