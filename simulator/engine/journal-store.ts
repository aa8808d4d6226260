/**
 * The durable side of every execution: its journal, its epoch and its inboxes. It outlives nodes.
 *
 * S1  A commit is taken whole or refused whole; it is refused when its epoch is not the latest.
 * S2  An entry that is stored is never taken back, except when an execution at level `workflow`
 *     starts again.
 * S3  What is stored shares nothing mutable with an attempt.
 */
import type { Message } from '../effects/conversation.ts';
import type { HttpHeaders } from '../effects/http.ts';
import {
  REQUEST_INBOX,
  type RequestHead,
  type ResponsePart,
  responseBody,
  responseInform,
  responseSend,
} from '../effects/request.ts';
import { stdinRead } from '../effects/stdio.ts';
import type { Entry, ExecutionId, Seq } from '../journal/entry.ts';
import type { RecordingSink } from '../journal/records.ts';
import { assert } from '../kernel/assert.ts';
import { Inbox } from './inbox.ts';

/** Shown to a person: the moment at which an output entry becomes durable. */
export interface ShownOutput {
  readonly execution: ExecutionId;
  readonly seq: Seq;
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

/** Part of a response that an execution gives to the client it was started for. */
export interface ShownResponse {
  readonly execution: ExecutionId;
  readonly seq: Seq;
  readonly part: ResponsePart;
}

/** The request that an execution was started for. */
export class RequestInbox {
  readonly body = new Inbox(REQUEST_INBOX);
  /** Of the whole body; known when it has ended. */
  trailers: HttpHeaders = [];
  constructor(readonly head: RequestHead) {}
}

export class DurableJournal {
  readonly entries: Entry[] = [];
  /** Messages to this execution, in the order of their arrival; what was taken stays. */
  readonly messages: Message[] = [];
  request: RequestInbox | undefined;
  readonly stdin = new Inbox(stdinRead.name);
  /** The latest step that has ended, and its last entry, at level `step`. */
  endedStep: { readonly step: number; readonly lastSeq: Seq } | undefined;
  /** Raised by every claim; 0 before the first. */
  epoch = 0;

  constructor(readonly execution: ExecutionId) {}
}

export class JournalStore {
  constructor(
    private readonly sink: Pick<RecordingSink, 'entry' | 'restart'>,
    private readonly onOutput: (output: ShownOutput) => void,
    private readonly onResponse: (response: ShownResponse) => void = () => {},
  ) {}

  /** Stores entries, new ones and new states of stored ones; false when the epoch is fenced. */
  commit(journal: DurableJournal, epoch: number, entries: readonly Entry[]): boolean {
    if (epoch !== journal.epoch) return false;
    for (const entry of entries) this.store(journal, entry);
    return true;
  }

  /** Forgets the entries of an execution that starts again from its beginning. */
  restart(journal: DurableJournal): void {
    journal.entries.length = 0;
    this.sink.restart(journal.execution);
  }

  /** Forgets the entries behind the first ones, of a step that is done again. */
  keepFirst(journal: DurableJournal, count: number): void {
    const kept = journal.entries.slice(0, count);
    this.restart(journal);
    journal.entries.push(...kept);
    for (const entry of kept) this.sink.entry(journal.execution, entry);
  }

  private store(journal: DurableJournal, entry: Entry): void {
    const { entries } = journal;
    assert(entry.seq <= entries.length, `${journal.execution} skips entry ${entries.length}`);
    const isNew = entry.seq === entries.length;
    // Entries of reads and outputs never change again; those of calls and waits do.
    entries[entry.seq] = isFinal(entry) ? entry : { ...entry };
    this.sink.entry(journal.execution, entry);
    if (isNew && entry.operation.class === 'output') this.show(journal.execution, entry);
  }

  private show(execution: ExecutionId, entry: Entry): void {
    const { name } = entry.operation;
    if (RESPONSE_PARTS.has(name)) {
      this.onResponse({ execution, seq: entry.seq, part: entry.args as ResponsePart });
      return;
    }
    const stream = OUTPUT_STREAMS[name];
    if (stream === undefined) return;
    const bytes = entry.args.body ?? new Uint8Array(0);
    this.onOutput({ execution, seq: entry.seq, stream, bytes });
  }
}

const RESPONSE_PARTS: ReadonlySet<string> = new Set([
  responseInform.name,
  responseSend.name,
  responseBody.name,
]);

const OUTPUT_STREAMS: Readonly<Record<string, 'stdout' | 'stderr'>> = {
  'stdout.write': 'stdout',
  'stderr.write': 'stderr',
};

export function isFinal(entry: Entry): boolean {
  return entry.operation.class === 'read' || entry.operation.class === 'output';
}
