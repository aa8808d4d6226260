/**
 * The WASI that the transpiler itself runs on, in place of the package's own, which starts a worker
 * and reads files. It is pure: no environment, no files, and random bytes that are all zero, so that
 * equal components become equal code. What it says when it breaks down is kept.
 */

/** More than any message of a panic. */
const SAID_LENGTH_MAX = 4096;

let said = '';

/** What the transpiler has printed since the last time. */
export function takeSaid(): string {
  const text = said;
  said = '';
  return text;
}

class OutputStream {
  checkWrite(): bigint {
    return BigInt(SAID_LENGTH_MAX);
  }
  write(bytes: Uint8Array): void {
    said = (said + new TextDecoder().decode(bytes)).slice(0, SAID_LENGTH_MAX);
  }
  blockingWriteAndFlush(bytes: Uint8Array): void {
    this.write(bytes);
  }
  flush(): void {}
  blockingFlush(): void {}
}

class InputStream {}
class IoError {}
class Terminal {}
class Descriptor {}
class DirectoryEntryStream {}

export const environment = { getEnvironment: (): [] => [] };
export const exit = {
  exit: (): never => {
    throw new WebAssembly.RuntimeError('the transpiler ended itself');
  },
};
export const stdin = { getStdin: () => new InputStream() };
export const stdout = { getStdout: () => new OutputStream() };
export const stderr = { getStderr: () => new OutputStream() };
export const terminalInput = { TerminalInput: Terminal };
export const terminalOutput = { TerminalOutput: Terminal };
export const terminalStdin = { getTerminalStdin: () => undefined };
export const terminalStdout = { getTerminalStdout: () => undefined };
export const terminalStderr = { getTerminalStderr: () => undefined };
export const preopens = { getDirectories: (): [] => [] };
export const types = {
  Descriptor,
  DirectoryEntryStream,
  filesystemErrorCode: () => undefined,
};
export const error = { Error: IoError };
export const streams = { InputStream, OutputStream };
export const random = {
  getRandomBytes: (length: bigint) => new Uint8Array(Number(length)),
};
