import type { Arguments } from './arguments.ts';

const WHOLE_NUMBER = /^-?\d{1,40}$/;

/** Whether a client wants numbers in base 16. */
export function wantsHex(args: Arguments): boolean {
  return args.optionalObject('format')?.flag('hex', false) ?? false;
}

/** A value as it is shown; only whole numbers have another form in base 16. */
export function formatted(value: string, hex: boolean): string {
  if (!hex || !WHOLE_NUMBER.test(value)) return value;
  const number = BigInt(value);
  return number < 0n ? `-0x${(-number).toString(16)}` : `0x${number.toString(16)}`;
}
