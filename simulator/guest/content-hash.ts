import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** SHA-256 in hex: how programs and everything in a recording are told apart. */
export function contentHash(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}
