/** Standard streams: input from the durable inbox, output shown once. */
import type { Operation } from '../../effects/operation.ts';
import { type OutputArgs, type OutputResult, stdinRead } from '../../effects/stdio.ts';
import { type Interest, lookAtAll } from '../waiting.ts';
import { type ByteSink, type ByteSource, closed, WRITE_BYTES_MAX } from './streams.ts';
import type { TimerPort } from './timer.ts';

const EMPTY = new Uint8Array(0);
const STDIN: Interest = { kind: 'inbox', inbox: 'stdin' };
const READY: Interest = { kind: 'ready' };

export class StdinSource implements ByteSource {
  private ended = false;

  constructor(private readonly port: TimerPort) {}

  interest(): Interest {
    return this.ended ? READY : STDIN;
  }

  read(length: number): Uint8Array {
    if (this.ended) closed();
    if (length === 0) return EMPTY;
    const [found] = lookAtAll(this.port, [STDIN]);
    return found === undefined ? EMPTY : this.blockingRead(length);
  }

  blockingRead(length: number): Uint8Array {
    if (this.ended) closed();
    const { body } = this.port.effect(stdinRead, { length });
    if (body.length > 0) return body;
    this.ended = true;
    closed();
  }
}

/** Each write is one effect: it is shown as soon as it is durable, so there is nothing to flush. */
export class OutputSink implements ByteSink {
  constructor(
    private readonly port: TimerPort,
    private readonly operation: Operation<OutputArgs, OutputResult>,
  ) {}

  interest(): Interest {
    return READY;
  }

  room(): number {
    return WRITE_BYTES_MAX;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length > 0) this.port.effect(this.operation, { body: bytes });
  }

  flush(): void {}
}
