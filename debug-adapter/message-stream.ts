/**
 * DAP messages over a pair of byte streams: `Content-Length: <n>`, an empty line, and n bytes of
 * JSON (DAP specification, "Base protocol"). The framing of @vscode/debugadapter is not used,
 * because a message that is no JSON ends its session, and a length without end fills its memory.
 */
import type { Readable, Writable } from 'node:stream';
import type { DebugProtocol } from '@vscode/debugprotocol';

/** A header or a message that is longer ends the connection. */
export const HEADER_BYTES_MAX = 8 * 1024;
export const MESSAGE_BYTES_MAX = 64 * 1024 * 1024;

const HEADER_END = Buffer.from('\r\n\r\n');
const CONTENT_LENGTH = /^content-length:\s*(\d{1,12})\s*$/im;
/** The only ones there are. Another line is of another protocol, such as a web page's request. */
const HEADER_LINE = /^content-(?:length|type):/i;

/** What a session looks like from its connection. */
export interface MessageHandler {
  handleMessage(message: DebugProtocol.ProtocolMessage): void;
  onDidSendMessage(listener: (message: object) => void): unknown;
}

/** Splits a stream of bytes into the texts of messages. */
export class MessageSplitter {
  private chunks: Buffer[] = [];
  private length = 0;
  private wanted: number | undefined;

  /** Throws RangeError when the other side does not speak the protocol; nothing can follow. */
  take(bytes: Uint8Array): string[] {
    this.chunks.push(Buffer.from(bytes));
    this.length += bytes.length;
    const texts: string[] = [];
    for (;;) {
      this.wanted ??= this.readHeader();
      if (this.wanted === undefined || this.length < this.wanted) return texts;
      texts.push(this.consume(this.wanted).toString('utf8'));
      this.wanted = undefined;
    }
  }

  /** The length of the message that follows; undefined while the header is not whole. */
  private readHeader(): number | undefined {
    if (this.length === 0) return undefined;
    const all = this.join();
    const end = all.subarray(0, HEADER_BYTES_MAX).indexOf(HEADER_END);
    if (end === -1) {
      if (all.length >= HEADER_BYTES_MAX) throw new RangeError('the header has no end');
      return undefined;
    }
    const header = this.consume(end + HEADER_END.length).toString('latin1', 0, end);
    if (!header.split('\r\n').every((line) => HEADER_LINE.test(line))) {
      throw new RangeError('the header has a line that is none of this protocol');
    }
    const [, digits] = CONTENT_LENGTH.exec(header) ?? [];
    if (digits === undefined) throw new RangeError('the header has no Content-Length');
    const length = Number(digits);
    if (length > MESSAGE_BYTES_MAX) throw new RangeError(`a message of ${length} bytes`);
    return length;
  }

  private consume(count: number): Buffer {
    const all = this.join();
    this.chunks = [all.subarray(count)];
    this.length = all.length - count;
    return all.subarray(0, count);
  }

  private join(): Buffer {
    const all = this.chunks.length === 1 ? (this.chunks[0] as Buffer) : Buffer.concat(this.chunks);
    this.chunks = [all];
    return all;
  }
}

/** Connects a session to a client; resolves when the client's side has ended. */
export function connectStreams(
  session: MessageHandler,
  input: Readable,
  output: Writable,
): Promise<void> {
  session.onDidSendMessage((message) => {
    const body = Buffer.from(JSON.stringify(message), 'utf8');
    if (!output.writable) return;
    output.write(`Content-Length: ${body.length}\r\n\r\n`);
    output.write(body);
  });
  return new Promise((resolve) => {
    const splitter = new MessageSplitter();
    const finish = (): void => {
      input.removeAllListeners('data');
      resolve();
    };
    input.on('data', (bytes: Uint8Array) => {
      try {
        for (const text of splitter.take(bytes)) session.handleMessage(parseMessage(text));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        finish();
      }
    });
    // A client that is gone makes writing fail; reading tells the same.
    output.on('error', finish);
    input.once('error', finish).once('end', finish).once('close', finish);
  });
}

/** Text that is no JSON becomes a message that the session refuses by its own words. */
function parseMessage(text: string): DebugProtocol.ProtocolMessage {
  try {
    return JSON.parse(text) as DebugProtocol.ProtocolMessage;
  } catch {
    return text as unknown as DebugProtocol.ProtocolMessage;
  }
}
