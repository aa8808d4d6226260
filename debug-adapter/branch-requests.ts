/** The requests that change what happens, and those about branches. */
import type { Json } from '../simulator/effects/operation.ts';
import { isAbsolutePath } from '../simulator/guest/symbols/index.ts';
import { compareHistories } from '../simulator/host/compare-histories.ts';
import { comparisonText } from '../simulator/host/text/comparison-text.ts';
import { placeText } from '../simulator/host/text/stack-text.ts';
import { PLAIN_STYLE } from '../simulator/host/text/style.ts';
import { executionId } from '../simulator/journal/entry.ts';
import type { Arguments } from './arguments.ts';
import { type EffectPlace, faultAt } from './branching.ts';
import { editAt, parseEdit } from './parse-edit.ts';
import type { RequestHandler } from './requests.ts';
import type { SessionState } from './session-state.ts';
import type { Change } from './travel/change.ts';
import { effectFields, type SeenEffect } from './travel/seen-effect.ts';

export const BRANCH_REQUESTS: Readonly<Record<string, RequestHandler>> = {
  'backstitch/inject': async (state, args) => {
    const { branch, after } = await state.branching.inject(args.value('fault'));
    return { body: { branch }, after };
  },
  'backstitch/edit': async (state, args) => {
    const at = placeOf(state, args) ?? state.branching.effectAtHand();
    const edit = parseEdit(args.value('result'), args.flag('whole', false));
    const { branch, after } = await state.branching.edit(at, edit);
    return { body: { branch }, after };
  },
  'backstitch/branch': async (state, args) => {
    state.requireStopped();
    const at = placeOf(state, args) ?? state.branching.nextEffect();
    const { after } = await state.branching.begin(at, changesOf(args, at), recordOf(args));
    return { body: { recording: state.target.recordedAt ?? null }, after };
  },
  'backstitch/branches': (state) => ({ body: { branches: state.branching.book.list() } }),
  'backstitch/compare': async (state, args) => {
    state.requireStopped();
    return { body: { text: await compareWith(state, pathOf(args, 'recording')) } };
  },
};

/** Changes what a path names in the result of an effect, such as `result.status`. */
export function changeResult(state: SessionState, effect: SeenEffect, path: string, value: Json) {
  const { result = {} } = effectFields(effect);
  const { execution, seq, attempt, state: stage } = effect;
  const lostWith = stage === 'lost' ? attempt : undefined;
  return state.branching.edit({ execution, seq, lostWith }, editAt(path, value, result));
}

/** Undefined when the request names no effect. */
function placeOf(state: SessionState, args: Arguments): EffectPlace | undefined {
  const at = args.optionalObject('at') ?? args;
  const seq = at.optionalInteger('seq');
  if (seq === undefined) return undefined;
  const execution = at.optionalText('execution') ?? state.traveller.position.place.execution;
  return { execution: executionId(execution), seq };
}

function changesOf(args: Arguments, at: EffectPlace): Change[] {
  const edits = args.list('edits').map((each): Change => {
    const edit = parseEdit(each.value('result'), each.flag('whole', false));
    return { kind: 'edit', edit };
  });
  const fault = args.value('fault');
  if (fault === undefined) return edits;
  return [...edits, { kind: 'fault', fault: faultAt(fault, at) }];
}

function recordOf(args: Arguments): string | undefined {
  return args.optionalText('record') === undefined ? undefined : pathOf(args, 'record');
}

function pathOf(args: Arguments, name: string): string {
  const path = args.text(name);
  return isAbsolutePath(path) ? path : args.fail(name, 'an absolute path is wanted');
}

/** A recording, the first, and the simulation that is debugged, the second. */
async function compareWith(state: SessionState, path: string): Promise<string> {
  const recorded = await state.branching.openRecording(path);
  try {
    const { view, book } = state.target;
    return comparisonText(compareHistories(recorded.history, view.history), {
      style: PLAIN_STYLE,
      all: false,
      siteOf: (execution, seq) => {
        const { frames, userIndex } = book.stackAt(execution, seq);
        const source = frames[userIndex]?.source;
        return source === undefined ? undefined : placeText(source);
      },
    });
  } finally {
    recorded.close();
  }
}
