/** One effect as a readable Markdown document. */
import type { Json, JsonObject } from '../../effects/operation.ts';
import { formatDuration, formatWallTime } from '../../kernel/time.ts';
import type { EffectDetails } from '../protocol.ts';
import { countText, hexDump, textOf } from './bytes-text.ts';
import { frameText, stackText } from './stack-text.ts';

/** Longer bodies are cut here. */
const TEXT_LENGTH_MAX = 64 * 1024;
const DUMP_BYTES_MAX = 4096;

const CLASS_WORDS = {
  read: 'read: a value from outside; drawn anew if a crash takes it away',
  wait: 'wait: for time or input; a crash leaves the rest of the wait',
  output: 'output: shown once',
  call: 'call: sent with a key, so that it can be sent again',
} as const;

const STATE_WORDS = {
  intent: 'intent: asked, no result yet',
  recorded: 'recorded: it has its result, which the program has not seen yet',
  delivered: 'delivered: the program has seen its result',
} as const;

/** What the document needs of an effect's details. */
export type DocumentedEffect = Omit<EffectDetails, 'document'> & {
  /** The node of the attempt that performed it last. */
  readonly node?: string;
};

/** @param startUnixNanos wall time at the simulation's start, nanoseconds since 1970 */
export function effectDocument(effect: DocumentedEffect, startUnixNanos: bigint): string {
  const sections = [
    `# ${effect.execution} #${effect.seq}: ${effect.operation}`,
    `\`${effect.text.replaceAll('`', "'")}\``,
    facts(effect, startUnixNanos),
    valueSection('Asked', effect.args, effect.argsBody),
    valueSection('Got', effect.result, effect.resultBody),
    effect.result === undefined ? 'It has no result yet.' : '',
    stackSection(effect),
    eventsSection(effect),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function facts(effect: DocumentedEffect, startUnixNanos: bigint): string {
  const { node, attempt, startedAt, endedAt, deliveredAt, key } = effect;
  const at = (instant: bigint): string =>
    `${formatDuration(instant)} after the start, ${formatWallTime(startUnixNanos + instant)}`;
  const rows: (readonly [string, string | undefined])[] = [
    ['Class', CLASS_WORDS[effect.class]],
    ['State', STATE_WORDS[effect.state]],
    ['Attempt', node === undefined ? `${attempt}` : `${attempt}, on ${node}`],
    ['Asked', at(startedAt)],
    ['Complete', endedAt === undefined ? undefined : at(endedAt)],
    ['Took', endedAt === undefined ? undefined : formatDuration(endedAt - startedAt)],
    ['Delivered', deliveredAt === undefined ? undefined : at(deliveredAt)],
    ['Idempotency key', key === undefined ? undefined : `\`${key}\``],
  ];
  const lines = rows.flatMap(([name, value]) =>
    value === undefined ? [] : [`- **${name}**: ${value}`],
  );
  return lines.join('\n');
}

function valueSection(
  title: string,
  fields: JsonObject | undefined,
  body: Uint8Array | undefined,
): string {
  if (fields === undefined) return '';
  const { headers, ...rest } = fields;
  const parts = [`## ${title}`];
  const plain = Object.entries(rest);
  if (plain.length > 0) {
    parts.push(plain.map(([name, value]) => `- ${name}: ${fieldText(name, value)}`).join('\n'));
  }
  if (Array.isArray(headers) && headers.length > 0) parts.push(fence('http', headerLines(headers)));
  if (body !== undefined) parts.push(bodyBlock(body));
  return parts.length === 1 ? '' : parts.join('\n\n');
}

/** Nanoseconds are shown in both forms: exact, and as people read them. */
function fieldText(name: string, value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const shown = `\`${text.replaceAll('`', "'")}\``;
  if (!/nanos$/i.test(name) || typeof value !== 'string' || !/^-?\d+$/.test(value)) return shown;
  return `${shown} (${formatDuration(BigInt(value))})`;
}

function headerLines(headers: readonly Json[]): string {
  return headers
    .map((header) => (Array.isArray(header) ? header.join(': ') : JSON.stringify(header)))
    .join('\n');
}

function bodyBlock(body: Uint8Array): string {
  if (body.length === 0) return 'The body is empty.';
  const count = `Body, ${countText(body.length, 'byte')}:`;
  const text = textOf(body);
  if (text === undefined) return `${count}\n\n${fence('', hexDump(body, DUMP_BYTES_MAX))}`;
  const pretty = prettyJson(text);
  if (pretty !== undefined) return `${count}\n\n${fence('json', cut(pretty))}`;
  return `${count}\n\n${fence('', cut(text))}`;
}

function prettyJson(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // It only begins like JSON.
    return undefined;
  }
}

function cut(text: string): string {
  if (text.length <= TEXT_LENGTH_MAX) return text;
  const left = text.length - TEXT_LENGTH_MAX;
  return `${text.slice(0, TEXT_LENGTH_MAX)}\n... ${countText(left, 'character')} more`;
}

/** A fence longer than any run of backticks inside. */
function fence(language: string, text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const marks = '`'.repeat(Math.max(3, longest + 1));
  return `${marks}${language}\n${text.replace(/\n$/, '')}\n${marks}`;
}

function stackSection({ stack }: DocumentedEffect): string {
  if (stack.length === 0) return '';
  const site = stack.find(({ user }) => user);
  const where = site === undefined ? '' : `Called from ${frameText(site)}.\n\n`;
  return `## Source\n\n${where}${fence('', stackText(stack))}`;
}

function eventsSection({ events, startedAt }: DocumentedEffect): string {
  if (events.length === 0) return '';
  const lines = events.map(({ at, text }) => `- ${relative(at - startedAt)}: ${text}`);
  return ['## What happened around it', '', ...lines].join('\n');
}

function relative(nanos: bigint): string {
  return nanos < 0n ? formatDuration(nanos) : `+${formatDuration(nanos)}`;
}
