import { effectParts } from '../../simulator/host/text/effect-text.ts';
import { traceText } from '../../simulator/host/text/trace-text.ts';
import type { History } from '../../simulator/journal/history.ts';
import { formatDuration, formatWallTime } from '../../simulator/kernel/time.ts';
import { effectFields, type SeenEffect } from '../travel/seen-effect.ts';
import { group, jsonNode, leaf, type VariableNode } from './variable-node.ts';

const STATES: Record<SeenEffect['state'], string> = {
  upcoming: 'about to be performed',
  intent: 'asked, no result yet',
  recorded: 'has its result, which the program has not seen yet',
  delivered: 'done: the program got this result',
  lost: 'lost in a crash, before it was durable',
};

const CLASSES = {
  read: 'read: drawn anew if a crash takes it away',
  wait: 'wait: a crash leaves the rest of the wait',
  output: 'output: shown once',
  call: 'call: intent, performed, recorded, delivered',
} as const;

/** The scope Effect: what is asked, what came of it, and when. */
export function effectScope(effect: SeenEffect, history: History): VariableNode[] {
  const { operation, key, startedAt, endedAt, deliveredAt } = effect;
  const fields = effectFields(effect);
  const at = (instant: bigint): string =>
    `${formatDuration(instant)} after the start, ${formatWallTime(history.startUnixNanos + instant)}`;
  const nodes = [
    { ...leaf('effect', `${operation.name} #${effect.seq}`), expression: 'effect' },
    leaf('class', CLASSES[operation.class]),
    leaf('state', STATES[effect.state]),
    jsonNode('args', fields.args, 'args'),
    resultNode(effect, fields.result),
    leaf('attempt', attemptText(effect, history)),
    leaf('started', at(startedAt)),
  ];
  if (key !== undefined) nodes.push({ ...leaf('key', key), expression: 'key' });
  if (endedAt !== undefined) {
    nodes.push(leaf('ended', at(endedAt)), leaf('duration', formatDuration(endedAt - startedAt)));
  }
  if (deliveredAt !== undefined) nodes.push(leaf('delivered', at(deliveredAt)));
  const around = eventsOf(effect, history);
  if (around.length > 0) nodes.push(group('events', `${around.length}`, () => around));
  return nodes;
}

/** Which attempt asked; a call or a wait may have been finished by a later one. */
function attemptText(
  { execution, attempt, state, startedAt }: SeenEffect,
  history: History,
): string {
  const begun = history.attempts(execution).filter((each) => each.startedAt <= startedAt);
  const asked = begun.at(-1)?.number ?? attempt;
  if (state === 'lost' || asked >= attempt) return `${attempt}`;
  return `${asked}, finished by attempt ${attempt}`;
}

function resultNode(effect: SeenEffect, result: object | undefined): VariableNode {
  if (result === undefined) return leaf('result', 'not known yet');
  const text = effectParts({ ...effect, argsHash: 0, pending: undefined }).got;
  const node = jsonNode('result', result, 'result');
  return text === undefined || text === '' ? node : { ...node, value: text };
}

/** What happened around it: messages, faults, retries. */
function eventsOf({ execution, seq }: SeenEffect, history: History): VariableNode[] {
  return history
    .traces()
    .filter((row) => row.execution === execution && row.seq === seq)
    .map((row) => leaf(formatDuration(row.at), traceText(row)));
}
