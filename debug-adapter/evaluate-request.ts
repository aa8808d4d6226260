import { keepPromise, sendMessage } from '../simulator/host/outside-values.ts';
import { timelineText } from '../simulator/host/text/timeline-text.ts';
import { type ExecutionId, executionId, seqOf } from '../simulator/journal/entry.ts';
import type { Arguments } from './arguments.ts';
import { debugErrors } from './debug-error.ts';
import { type ReplActions, runReplCommand } from './repl-commands.ts';
import type { Outcome } from './requests.ts';
import type { SessionState } from './session-state.ts';
import { evaluate, valueText } from './travel/expression.ts';
import { parseExpression } from './travel/expression-parser.ts';
import { effectFields } from './travel/seen-effect.ts';
import { jsonNode } from './variables/variable-node.ts';

/** An expression over the effect at hand, or a command of the debug console. */
export function evaluateRequest(state: SessionState, args: Arguments): Outcome | Promise<Outcome> {
  const text = args.text('expression');
  const context = args.optionalText('context') ?? 'watch';
  const frameId = args.optionalInteger('frameId');
  const place = frameId === undefined ? undefined : state.view.placeOf(frameId);
  const { traveller } = state;
  if (context === 'repl' && text.trimStart().startsWith('.')) {
    return runCommand(state, text, place?.execution ?? traveller.position.place.execution);
  }
  state.requireStopped();
  const effect = traveller.effectAt(place ?? traveller.position.place);
  if (effect === undefined) {
    throw debugErrors.noEffectHere((place ?? traveller.position.place).execution);
  }
  const value = evaluate(parseExpression(text), effectFields(effect));
  if (context === 'clipboard') {
    const whole = typeof value === 'object' ? JSON.stringify(value, null, 2) : valueText(value);
    return { body: { result: whole, variablesReference: 0 } };
  }
  const { value: result, ...shown } = state.view.variable(jsonNode(text, value));
  return { body: { ...shown, result } };
}

async function runCommand(
  state: SessionState,
  line: string,
  execution: ExecutionId,
): Promise<Outcome> {
  const after: (() => void)[] = [];
  const result = await runReplCommand(line, replActions(state, execution, after));
  const body = { result, variablesReference: 0 };
  return {
    body,
    after: () => {
      for (const each of after) each();
    },
  };
}

function replActions(
  state: SessionState,
  execution: ExecutionId,
  after: (() => void)[],
): ReplActions {
  const { traveller, target } = state;
  const live = (what: string) => {
    if (target.live === undefined) throw debugErrors.notLive(what);
    return target.live.run.simulation;
  };
  return {
    traveller,
    execution,
    seek: (id, seq) => {
      after.push(state.startMotion(() => traveller.seek(executionId(id), seq)));
      return `going to ${id} #${seq}`;
    },
    inject: async (fault) => {
      const outcome = await state.inject(fault);
      after.push(outcome.after);
      return outcome.branch ? 'injected: a branch begins here' : 'injected: go on to see it happen';
    },
    feed: (id, text) => {
      live('.feed').inputs.feed(executionId(id), new TextEncoder().encode(text), false);
      after.push(() => state.resumeWaiting());
      return `${id} has ${JSON.stringify(text)} to read`;
    },
    endInput: (id) => {
      live('.eof').inputs.feed(executionId(id), new Uint8Array(0), true);
      after.push(() => state.resumeWaiting());
      return `the standard input of ${id} has ended`;
    },
    answer: (answer) => {
      const { place } = traveller.position;
      const simulation = live('.answer');
      const seq = seqOf(place.kind === 'effect' ? place.seq : 0);
      if (simulation.inputs.answer(place.execution, seq, answer)) return `answered: ${answer}`;
      throw debugErrors.badArguments('.answer', `${place.execution} #${seq} asks nothing`);
    },
    keepPromise: (promise, text) => {
      const kept = keepPromise(live('.promise'), { promise, ...textValue(text) });
      after.push(() => state.resumeWaiting());
      return kept ? `${promise} is kept` : `${promise} was kept before; its first value stays`;
    },
    sendMessage: (id, text) => {
      const sent = sendMessage(live('.message'), { execution: id, ...textValue(text) });
      after.push(() => state.resumeWaiting());
      return sent ? `${id} has a message` : `${id} has ended, and takes no messages`;
    },
    timeline: () => timelineText(traveller.view.history, { colors: false }),
  };
}

function textValue(text: string) {
  return { contentType: 'text/plain; charset=utf-8', bytes: new TextEncoder().encode(text) };
}
