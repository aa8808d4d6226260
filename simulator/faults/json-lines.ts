/** The lines on which the values of a JSON text stand, so that what is said of one can name it. */

/** Values beyond these are not found; their messages then name no line. */
const VALUES_MAX = 200_000;
/** Nor are those that are deeper than this. */
const DEPTH_MAX = 32;

interface Container {
  readonly path: string;
  /** The number of the item that comes; undefined in an object. */
  item: number | undefined;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:\n]|[^\s{}[\],:"]+/g;

/**
 * The line of each value, from 1, by its path: `$.faults[2].at`.
 *
 * @param text which JSON.parse accepts
 */
export function jsonLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const open: Container[] = [];
  let line = 1;
  let key: string | undefined;
  for (const [token] of text.matchAll(TOKEN)) {
    const inside = open.at(-1);
    if (token === '\n') line++;
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',') {
      if (inside?.item !== undefined) inside.item++;
      key = undefined;
    } else if (token !== ':') {
      if (inside !== undefined && inside.item === undefined && key === undefined) {
        key = String(JSON.parse(token));
        if (open.length <= DEPTH_MAX) lines.set(`${inside.path}.${key}`, line);
        continue;
      }
      const isDeep = open.length > DEPTH_MAX;
      const path = isDeep ? '' : pathOf(inside, key);
      if (!isDeep && !lines.has(path)) lines.set(path, line);
      if (lines.size >= VALUES_MAX) return lines;
      if (token === '{') open.push({ path, item: undefined });
      if (token === '[') open.push({ path, item: 0 });
      key = undefined;
    }
  }
  return lines;
}

function pathOf(inside: Container | undefined, key: string | undefined): string {
  if (inside === undefined) return '$';
  return inside.item === undefined ? `${inside.path}.${key}` : `${inside.path}[${inside.item}]`;
}

/** The line of a value, or of the innermost one around it that is there; undefined for none. */
export function lineOf(lines: ReadonlyMap<string, number>, path: string): number | undefined {
  for (let at = path; ; ) {
    const line = lines.get(at);
    if (line !== undefined) return line;
    const around = at.replace(/(?:\.[^.[]*|\[\d+\]|[^.[\]]+|\W)$/, '');
    if (around === at) return undefined;
    at = around;
  }
}
