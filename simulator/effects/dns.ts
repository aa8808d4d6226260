import { jsonOperation } from './json-operation.ts';

export interface DnsArgs {
  /** A host name such as `shop.example`; never an address. */
  readonly name: string;
}

/** The addresses in the order to try them, such as `10.0.0.1`; none when there is no such name. */
export interface DnsResult {
  readonly addresses: readonly string[];
}

/** Asks which addresses a host has. */
export const dnsLookup = jsonOperation<DnsArgs, DnsResult>('dns.lookup', 'read');
