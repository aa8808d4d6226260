/** Turns the bytes that programs print into text, piece by piece. */
import type { HostEvent } from '../../simulator/host/protocol.ts';

type OutputEvent = Extract<HostEvent, { kind: 'output' }>;

/** Streams whose half-read characters are kept; beyond that, each piece is read by itself. */
const STREAMS_MAX = 1000;

export class ProgramOutput {
  private readonly decoders = new Map<string, TextDecoder>();
  private last: string | undefined;
  private atLineStart = true;

  /** `labelled` puts the execution's name above what it prints, for several in one place. */
  text({ execution, stream, bytes }: OutputEvent, labelled: boolean): string {
    const text = this.decoder(`${execution}/${stream}`).decode(bytes, { stream: true });
    if (text === '') return '';
    const needsLabel = labelled && this.last !== execution;
    const label = needsLabel ? `${this.atLineStart ? '' : '\n'}[${execution}]\n` : '';
    this.last = execution;
    this.atLineStart = text.endsWith('\n');
    return label + text;
  }

  private decoder(stream: string): TextDecoder {
    const known = this.decoders.get(stream);
    if (known !== undefined) return known;
    const decoder = new TextDecoder();
    if (this.decoders.size < STREAMS_MAX) this.decoders.set(stream, decoder);
    return decoder;
  }
}
