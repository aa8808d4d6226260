import { ByteReader, type CoreModule, findCustomSection } from '../wasm/index.ts';
import { DebugInfoError, damagedDebugInfo } from './debug-info-error.ts';
import { LineRows, ROW_FLAGS } from './line-rows.ts';
import { isAbsolutePath, joinPath, type SourceFile, sourceFile } from './source-path.ts';

/** One of a large program has some megabytes. */
const TEXT_LENGTH_MAX = 256 * 2 ** 20;

const DATA_URL = /^data:application\/json;(?:charset=[\w-]+;)?base64,/;

/** The URL of a module's source map, as its section says; undefined when it has none. */
export function sourceMapUrl(
  bytes: Uint8Array,
  { sections }: Pick<CoreModule, 'sections'>,
): string | undefined {
  const section = findCustomSection(sections, 'sourceMappingURL');
  if (section === undefined) return undefined;
  try {
    return new ByteReader(bytes, section.payload, damagedDebugInfo).lossyName('a URL');
  } catch (error) {
    if (error instanceof DebugInfoError) return undefined;
    throw error;
  }
}

/** The source map that a URL holds in itself; undefined when it leads to a file. */
function embeddedSourceMap(url: string): string | undefined {
  const [head] = DATA_URL.exec(url) ?? [];
  if (head === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(url.slice(head.length)), (each) => each.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    // It is no base64: the program has no source map then.
    return undefined;
  }
}

/**
 * The name of the file beside a module that a URL leads to; undefined for any other URL. A module
 * says by itself what its map is, so that nothing else of a machine is read than what is named so.
 */
export function sourceMapName(url: string): string | undefined {
  return /^(?:\.\/)?([^/\\:]+\.map)$/.exec(url)?.[1];
}

/**
 * What is used of a source map, as the text of one; undefined for text that is none.
 *
 * @param placed where a source is, from the module
 */
export function plainSourceMap(
  text: string,
  placed: (source: string) => string,
): string | undefined {
  try {
    const { sources, mappings } = parseSourceMap(text);
    return JSON.stringify({ version: 3, sources: sources.map(placed), mappings });
  } catch (error) {
    if (error instanceof DebugInfoError) return undefined;
    throw error;
  }
}

/** The files that a source map names; none for text that is no source map. */
export function sourceMapFiles(text: string): SourceFile[] {
  try {
    return parseSourceMap(text).sources.map((path) => sourceFile(path, undefined, undefined));
  } catch (error) {
    if (error instanceof DebugInfoError) return [];
    throw error;
  }
}

/** The text of the map of a module: that of a file of its own, or what the module holds. */
export function sourceMapOf(
  bytes: Uint8Array,
  module: Pick<CoreModule, 'sections'>,
  own: string | undefined,
): string | undefined {
  if (own !== undefined) return own;
  const url = sourceMapUrl(bytes, module);
  return url === undefined ? undefined : embeddedSourceMap(url);
}

interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

/**
 * The rows of a source map of WebAssembly: version 3, where a column of the only line is an offset
 * from the start of the module. Throws DebugInfoError when it is none.
 */
export function readSourceMap(text: string, module: CoreModule): LineRows {
  const { sources, mappings } = parseSourceMap(text);
  const rows = new LineRows(mappings.length >>> 3);
  const fileIds = sources.map((path) => rows.fileId(sourceFile(path, undefined, undefined)));
  const codeStart = module.code?.start ?? 0;
  const { starts, ends } = module.bodies;
  let body = 0;
  let first = 0;
  const endSequence = () => {
    const start = rows.addresses[first] ?? 0;
    const end = (ends[body] ?? 0) - codeStart;
    if (rows.length > first) rows.sequences.push({ start, end, first, last: rows.length });
    first = rows.length;
  };
  for (const { offset, source, line, column } of readMappings(mappings)) {
    while (body < ends.length && offset >= (ends[body] as number)) {
      endSequence();
      body++;
    }
    const fileId = fileIds[source];
    const inside = body < ends.length && offset >= (starts[body] as number);
    if (!inside || fileId === undefined || line < 0) continue;
    rows.push(offset - codeStart, line + 1, column + 1, fileId, ROW_FLAGS.statement);
  }
  endSequence();
  return rows;
}

function parseSourceMap(text: string): SourceMap {
  if (text.length > TEXT_LENGTH_MAX) throw new DebugInfoError('the source map is too large', 0);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\)\]\}'[^\n]*/, ''));
  } catch {
    throw new DebugInfoError('the source map is not JSON', 0);
  }
  const { sources, mappings, sourceRoot } = (parsed ?? {}) as Record<string, unknown>;
  if (!Array.isArray(sources) || typeof mappings !== 'string') {
    throw new DebugInfoError('the source map has no sources or mappings', 0);
  }
  // AssemblyScript names a folder here that there is none of, for the tools of browsers.
  const isRoot = typeof sourceRoot === 'string' && isAbsolutePath(sourceRoot);
  const root = isRoot ? sourceRoot : undefined;
  return { sources: sources.map((each) => joinPath(root, String(each))), mappings };
}

interface Mapping {
  readonly offset: number;
  readonly source: number;
  /** These count from 0. */
  readonly line: number;
  readonly column: number;
}

/** Mappings in order of their offsets; one without a source is left out. */
function readMappings(mappings: string): Mapping[] {
  const found: Mapping[] = [];
  let [offset, source, line, column] = [0, 0, 0, 0];
  for (const segment of (mappings.split(';')[0] ?? '').split(',')) {
    const [offsetBy, sourceBy, lineBy, columnBy] = readNumbers(segment);
    offset += offsetBy ?? 0;
    if (sourceBy === undefined || lineBy === undefined || columnBy === undefined) continue;
    source += sourceBy;
    line += lineBy;
    column += columnBy;
    found.push({ offset, source, line, column });
  }
  return found.sort((one, other) => one.offset - other.offset);
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CONTINUES = 0x20;
const DIGIT_BITS = 5;
const DIGIT_MASK = 0x1f;

/** Base 64 numbers of variable length, the sign in the lowest bit. */
function readNumbers(segment: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let scale = 1;
  for (const character of segment) {
    const digit = DIGITS.indexOf(character);
    if (digit === -1) return numbers;
    value += (digit & DIGIT_MASK) * scale;
    if ((digit & CONTINUES) !== 0) {
      scale *= 2 ** DIGIT_BITS;
      if (scale > Number.MAX_SAFE_INTEGER) return numbers;
      continue;
    }
    const size = Math.floor(value / 2);
    numbers.push(value % 2 === 1 ? -size : size);
    value = 0;
    scale = 1;
  }
  return numbers;
}
