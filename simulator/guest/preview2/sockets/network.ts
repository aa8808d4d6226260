/** wasi:sockets/network: addresses, and what goes wrong with them. */
import { InvariantError } from '../../../kernel/assert.ts';
import { fail } from '../component-error.ts';
import type { IoError } from '../streams.ts';

export type NetworkErrorCode =
  | 'access-denied'
  | 'invalid-argument'
  | 'concurrency-conflict'
  | 'not-in-progress'
  | 'would-block'
  | 'invalid-state'
  | 'new-socket-limit'
  | 'address-not-bindable'
  | 'address-in-use'
  | 'remote-unreachable'
  | 'connection-refused'
  | 'connection-reset'
  | 'timeout'
  | 'datagram-too-large'
  | 'name-unresolvable';

export type AddressFamily = 'ipv4' | 'ipv6';

/** Four bytes, or eight groups of 16 bits. */
export interface IpAddress {
  readonly tag: AddressFamily;
  readonly val: readonly number[];
}

export interface SocketAddress {
  readonly tag: AddressFamily;
  readonly val: {
    readonly port: number;
    readonly address: readonly number[];
    readonly flowInfo?: number;
    readonly scopeId?: number;
  };
}

/** What went wrong with a stream that is a socket's; the cause of its error. */
export class NetworkFailure {
  constructor(readonly code: NetworkErrorCode) {}
}

/** The code of the network that an error of a stream has; undefined for other streams. */
export function networkErrorCode({ cause }: IoError): NetworkErrorCode | undefined {
  return cause instanceof NetworkFailure ? cause.code : undefined;
}

/** The whole network; there is one, and everybody may use it. */
export class Network {}

export function failNetwork(code: NetworkErrorCode): never {
  fail(code);
}

export function isUnspecified({ val }: SocketAddress): boolean {
  return val.address.every((part) => part === 0);
}

export function isLoopback({ tag, val }: SocketAddress): boolean {
  if (tag === 'ipv4') return val.address[0] === 127;
  return val.address.every((part, index) => part === (index === 7 ? 1 : 0));
}

/** Neither multicast nor broadcast, and no IPv4 address in the clothes of an IPv6 one. */
function isUnicast({ tag, val: { address } }: SocketAddress): boolean {
  const [first = 0] = address;
  if (tag === 'ipv4') return first < 224;
  const isMapped = address.slice(0, 5).every((part) => part === 0) && address[5] === 0xffff;
  return first < 0xff00 && !isMapped;
}

/** Throws `invalid-argument` for what a socket of this family cannot be bound to. */
export function checkLocal(family: AddressFamily, address: SocketAddress): void {
  if (address.tag !== family || !isUnicast(address)) failNetwork('invalid-argument');
}

/** Whether a socket of this family can send to an address. */
export function isRemote(family: AddressFamily, address: SocketAddress): boolean {
  const isOne = !isUnspecified(address) && address.val.port !== 0;
  return address.tag === family && isUnicast(address) && isOne;
}

/** Throws `invalid-argument` for what a socket of this family cannot reach. */
export function checkRemote(family: AddressFamily, address: SocketAddress): void {
  if (!isRemote(family, address)) failNetwork('invalid-argument');
}

/** An address as text. An IPv6 one is written in full, which is enough to tell it from others. */
export function addressText({ tag, val: { address } }: SocketAddress): string {
  if (tag === 'ipv4') return address.join('.');
  return address.map((group) => group.toString(16)).join(':');
}

/** The address that `addressText` has written, with a port. */
export function socketAddress(text: string, port: number): SocketAddress {
  const address = parseIpv4(text) ?? parseIpv6(text);
  if (address === undefined) throw new InvariantError(`${text} is no address`);
  const { tag, val } = address;
  if (tag === 'ipv4') return { tag, val: { port, address: val } };
  return { tag, val: { port, flowInfo: 0, address: val, scopeId: 0 } };
}

/** Any address of the machine itself, at any port. */
export function anyAddress(family: AddressFamily): SocketAddress {
  return socketAddress(family === 'ipv4' ? '0.0.0.0' : '::', 0);
}

/** An address in dotted notation, or undefined when the text is none. */
export function parseIpv4(text: string): IpAddress | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) {
    return undefined;
  }
  const val = parts.map(Number);
  return val.every((part) => part <= 255) ? { tag: 'ipv4', val } : undefined;
}

const GROUP = /^[0-9a-f]{1,4}$/i;

/** An IPv6 address without a zone, or undefined when the text is none. */
export function parseIpv6(text: string): IpAddress | undefined {
  const halves = text.split('::');
  const [head = '', tail] = halves;
  if (halves.length > 2) return undefined;
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array<string>(missing).fill('0'), ...after];
  if (!groups.every((group) => GROUP.test(group))) return undefined;
  return { tag: 'ipv6', val: groups.map((group) => Number.parseInt(group, 16)) };
}
