/**
 * The clients of a simulation: they send requests, or open connections, to workflows at virtual
 * times, as real clients do to `backstitch serve`. It owns when they send, who waits for a turn,
 * and what each has got.
 *
 * K1  Every sending ends once: the client is answered, cut, given nothing, or leaves.
 * K2  No more than `maxConcurrent` of one workflow are being answered; the others have their turn
 *     in the order in which they were sent.
 * K3  A client gets nothing that is not durable, and nothing twice.
 * K4  Who leaves takes nothing back: the execution goes on, and has all of its input.
 */
import type { ExecutionId } from '../journal/entry.ts';
import { assert } from '../kernel/assert.ts';
import type { QueuedEvent } from '../kernel/event-queue.ts';
import { after, VIRTUAL_START, type VirtualNanos } from '../kernel/time.ts';
import type { Happening } from './agenda.ts';
import type { Client, ClientOutcome } from './client.ts';
import { ClientAnswer } from './client-answer.ts';
import type { Engine } from './engine.ts';
import { feedInbox, STDIN_INBOX, startFor } from './incoming.ts';
import type { ShownOutput, ShownResponse } from './journal-store.ts';
import type { Workflow } from './workflow.ts';

/** One thing that a client sent. */
interface Sending {
  readonly client: Client;
  /** Counts from 1. */
  readonly number: number;
  readonly sentAt: VirtualNanos;
  readonly answer: ClientAnswer;
  patience: QueuedEvent<Happening> | undefined;
  /** Undefined while it waits for its turn. */
  execution: ExecutionId | undefined;
}

/** What was sent to one workflow and is not over. */
interface Line {
  answering: number;
  readonly waiting: Set<Sending>;
}

export interface ClientsSetup {
  readonly engine: Engine;
  readonly clients: readonly Client[];
  /** Of one workflow. */
  readonly maxConcurrent: number;
  readonly workflowFor: (name: string) => Workflow | undefined;
}

export class Clients {
  /** Sendings that are to come or are not over. */
  open = 0;
  private readonly answering = new Map<ExecutionId, Sending>();
  private readonly lines = new Map<string, Line>();

  constructor(private readonly setup: ClientsSetup) {
    for (const client of setup.clients) {
      this.open += client.count;
      this.schedule(client, 1);
    }
  }

  /** Part of a response has become durable. */
  takeResponse({ execution, seq, part }: ShownResponse): void {
    const sending = this.answering.get(execution);
    if (sending?.answer.takeResponse(seq, part) === true) this.end(sending, 'answered');
  }

  /** Output has become durable: that of a connection is the client's. */
  takeOutput({ execution, seq, stream, bytes }: ShownOutput): void {
    const sending = this.answering.get(execution);
    if (stream !== 'stdout' || sending === undefined) return;
    if (sending.client.sends.head === undefined) sending.answer.takeBytes(seq, bytes);
  }

  /** An execution has ended; its client gets no more than it has. */
  ended(id: ExecutionId, isCompleted: boolean): void {
    const sending = this.answering.get(id);
    if (sending === undefined) return;
    const { answer, client } = sending;
    const isConnection = client.sends.head === undefined;
    const lacksStatus = client.speaksHttp && statusOf(sending) === undefined;
    if (lacksStatus || (!answer.hasBegun && !(isConnection && isCompleted))) {
      this.end(sending, 'nothing');
    } else {
      // The end of a connection is the end of an answer only where the program came to its own.
      this.end(sending, isConnection && isCompleted ? 'answered' : 'cut');
    }
  }

  private schedule(client: Client, number: number): void {
    const { agenda, choices } = this.setup.engine;
    const { name, atNanos, everyNanos, jitterNanos } = client;
    const planned = after(VIRTUAL_START, atNanos + BigInt(number - 1) * everyNanos);
    const late = jitterNanos === 0n ? 0 : choices.below(`client ${name}`, Number(jitterNanos) + 1);
    agenda.at(after(planned, BigInt(late)), () => this.send(client, number));
  }

  private send(client: Client, number: number): void {
    const { engine } = this.setup;
    const { agenda } = engine;
    if (number < client.count) this.schedule(client, number + 1);
    const answer = new ClientAnswer();
    const sending: Sending = {
      ...{ client, number, sentAt: agenda.now, answer },
      ...{ patience: undefined, execution: undefined },
    };
    const { name, what, sends, timeoutNanos } = client;
    const data = { client: name, number, what, bytes: sends.body.length };
    engine.trace({ kind: 'client.sent', data });
    if (timeoutNanos !== undefined) {
      sending.patience = agenda.in(timeoutNanos, () => this.leave(sending));
    }
    const line = this.lineOf(client);
    line.waiting.add(sending);
    this.admit(line);
  }

  /** Lets those begin whose turn it is. */
  private admit(line: Line): void {
    for (const sending of line.waiting) {
      if (line.answering >= this.setup.maxConcurrent) return;
      line.waiting.delete(sending);
      line.answering++;
      this.start(sending);
    }
  }

  private start(sending: Sending): void {
    const { engine, workflowFor } = this.setup;
    const { workflow: name, sends } = sending.client;
    const workflow = workflowFor(name);
    assert(workflow !== undefined, `no workflow ${name} answers clients`);
    const { id } = startFor(engine, workflow, sends);
    engine.trace({
      kind: 'execution.started',
      execution: id,
      data: { by: `client ${sending.client.name} #${sending.number}` },
    });
    sending.execution = id;
    this.answering.set(id, sending);
  }

  private leave(sending: Sending): void {
    const { engine } = this.setup;
    const { execution: id, client } = sending;
    const execution = id === undefined ? undefined : engine.executions.get(id);
    this.end(sending, 'left');
    // Its connection breaks: whatever the program waits to read does not come.
    const isOpen = client.sends.head === undefined && !client.sends.ends;
    if (isOpen && execution?.ended === false) {
      feedInbox(engine, execution, STDIN_INBOX, { body: new Uint8Array(0), ends: true });
    }
  }

  private end(sending: Sending, outcome: ClientOutcome): void {
    const { engine } = this.setup;
    const { client, number, sentAt, answer, execution } = sending;
    sending.patience?.cancel();
    this.open--;
    const line = this.lineOf(client);
    if (execution === undefined) line.waiting.delete(sending);
    else {
      this.answering.delete(execution);
      line.answering--;
      // The next one begins when what ends this one is done.
      if (line.waiting.size > 0) engine.agenda.in(0n, () => this.admit(line));
    }
    const { status, bytes, text } = answer.summary(isHttpBytes(client));
    engine.trace({
      kind: 'client.answered',
      ...(execution === undefined ? {} : { execution }),
      data: {
        ...{ client: client.name, number, what: client.what, outcome, bytes, text },
        ...(status === undefined ? {} : { status }),
        tookNanos: (engine.agenda.now - sentAt).toString(),
      },
    });
  }

  private lineOf({ workflow }: Client): Line {
    const line = this.lines.get(workflow) ?? { answering: 0, waiting: new Set<Sending>() };
    this.lines.set(workflow, line);
    return line;
  }
}

function isHttpBytes({ speaksHttp, sends }: Client): boolean {
  return speaksHttp && sends.head === undefined;
}

function statusOf({ answer, client }: Sending): number | undefined {
  return answer.summary(isHttpBytes(client)).status;
}
