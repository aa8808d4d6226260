/** JSON for plain data that also holds bigints and maps. */

const BIGINT_TAG = '$bigint';
const MAP_TAG = '$map';

export function encodePlain(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return { [BIGINT_TAG]: item.toString() };
    if (item instanceof Map) return { [MAP_TAG]: [...item] };
    return item;
  });
}

/** Throws SyntaxError on text that encodePlain did not write. */
export function decodePlain(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null) return item;
    const { [BIGINT_TAG]: digits, [MAP_TAG]: pairs } = item as Record<string, unknown>;
    if (typeof digits === 'string') return BigInt(digits);
    if (Array.isArray(pairs)) return new Map(pairs as [unknown, unknown][]);
    return item;
  });
}
