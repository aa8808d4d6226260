/** What a recording keeps of its services, so that it runs again without the files they came from. */
import type { RecordedExchange, ServiceSource } from '../world/service-source.ts';

/** A service as a recording's setup has it: bytes by their content hash. */
export type KeptService =
  | { readonly entry: string; readonly files: ReadonlyMap<string, string> }
  | { readonly recording: string; readonly exchanges: readonly KeptExchange[] }
  | { readonly origin: string; readonly wasm: string };

type KeptExchange = Omit<RecordedExchange, 'body'> & { readonly body: string };

/** @param blob keeps bytes under a label, and gives their hash */
export function keepService(
  name: string,
  source: ServiceSource,
  blob: (label: string, bytes: Uint8Array) => string,
): KeptService {
  if ('files' in source) {
    const encoder = new TextEncoder();
    const hashes = [...source.files].map(
      ([path, text]) => [path, blob(`service ${name} ${path}`, encoder.encode(text))] as const,
    );
    return { entry: source.entry, files: new Map(hashes) };
  }
  if ('wasm' in source) {
    return { origin: source.origin, wasm: blob(`service ${name}`, source.wasm) };
  }
  const exchanges = source.exchanges.map((exchange) => ({
    ...exchange,
    body: blob(`service ${name} answer ${exchange.number}`, exchange.body),
  }));
  return { recording: source.recording, exchanges };
}

/** Reads back what `keepService` kept. */
export function readKeptService(
  kept: KeptService,
  bytesOf: (hash: string) => Uint8Array,
): ServiceSource {
  if ('files' in kept) {
    const decoder = new TextDecoder();
    const texts = [...kept.files].map(
      ([path, hash]) => [path, decoder.decode(bytesOf(hash))] as const,
    );
    return { entry: kept.entry, files: new Map(texts) };
  }
  if ('wasm' in kept) return { origin: kept.origin, wasm: bytesOf(kept.wasm) };
  const exchanges = kept.exchanges.map((exchange) => ({
    ...exchange,
    // JSON leaves out what is undefined.
    key: exchange.key,
    status: exchange.status,
    note: exchange.note,
    body: bytesOf(exchange.body),
  }));
  return { recording: kept.recording, exchanges };
}
