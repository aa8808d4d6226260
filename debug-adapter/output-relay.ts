import type { ShownOutput } from '../simulator/engine/journal-store.ts';

/** The text of an output, as soon as it is whole characters. */
export interface OutputText {
  readonly text: string;
  readonly stream: 'stdout' | 'stderr';
}

/** Turns what executions write into text; a character may be cut between two writes. */
export class OutputRelay {
  private readonly decoders = new Map<string, TextDecoder>();

  take({ execution, stream, bytes }: ShownOutput): OutputText | undefined {
    const key = `${stream} ${execution}`;
    let decoder = this.decoders.get(key);
    if (decoder === undefined) {
      decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      this.decoders.set(key, decoder);
    }
    const text = decoder.decode(bytes, { stream: true });
    return text === '' ? undefined : { text, stream };
  }
}
