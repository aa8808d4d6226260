/** The commands of the debug console; each is a row of the table. Other input is an expression. */
import type { Json } from '../simulator/effects/operation.ts';
import { EFFECT_POINTS } from '../simulator/faults/fault.ts';
import { isAbsolutePath } from '../simulator/guest/symbols/index.ts';
import { effectText } from '../simulator/host/text/effect-text.ts';
import type { ExecutionId } from '../simulator/journal/entry.ts';
import { debugErrors } from './debug-error.ts';
import { typedValue } from './parse-edit.ts';
import type { Traveller } from './travel/traveller.ts';

/** What commands can do besides looking at the traveller. */
export interface ReplActions {
  readonly traveller: Traveller;
  readonly execution: ExecutionId;
  seek(execution: string, seq: number): string;
  inject(fault: unknown): Promise<string>;
  /** Changes what a path names in the result of the effect at hand. */
  edit(path: string, value: Json): Promise<string>;
  /** @param record absolute; beside the recording when it is left out */
  branch(record: string | undefined): Promise<string>;
  branches(): string;
  feed(execution: string, text: string): string;
  endInput(execution: string): string;
  answer(answer: 'retry' | 'fail'): string;
  keepPromise(promise: string, value: string): string;
  sendMessage(execution: string, text: string): string;
  /** Prints the values of an expression over time. */
  history(expression: string): string;
  timeline(): string;
}

interface ReplCommand {
  readonly usage: string;
  readonly help: string;
  run(rest: string, actions: ReplActions): string | Promise<string>;
}

/** Effects that one `.effects` lists. */
const EFFECTS_LISTED_MAX = 200;

export const REPL_COMMANDS: Readonly<Record<string, ReplCommand>> = {
  help: {
    usage: '.help',
    help: 'lists the commands',
    run: () => helpText(),
  },
  effects: {
    usage: '.effects [execution] [from]',
    help: 'lists effects of an execution',
    run: listEffects,
  },
  seek: {
    usage: '.seek [execution] <seq>',
    help: 'goes to an effect, past or to come',
    run: (rest, actions) => {
      const words = rest.split(/\s+/).filter(Boolean);
      const seq = words.at(-1) ?? '';
      if (!/^#?\d+$/.test(seq) || words.length > 2) throw usage('seek');
      const execution = words.length === 2 ? words[0] : actions.execution;
      return actions.seek(execution ?? actions.execution, Number(seq.replace('#', '')));
    },
  },
  inject: {
    usage: '.inject {"kind": "crash", "point": "performed"}',
    help: `lets a fault befall the effect at hand (points: ${EFFECT_POINTS.join(', ')})`,
    run: (rest, actions) => actions.inject(parseJson(rest)),
  },
  edit: {
    usage: '.edit result.status 500',
    help: 'changes the result of the effect at hand: a field, all of it (.edit result {...}), or its .edit body',
    run: (rest, actions) => {
      const [path, text] = firstWord(rest);
      if (path === '' || text === '') throw usage('edit');
      return actions.edit(path, path === 'body' ? text : typedValue(text));
    },
  },
  branch: {
    usage: '.branch [recording]',
    help: 'begins a branch here in which nothing is different yet',
    run: (rest, actions) => {
      if (rest !== '' && !isAbsolutePath(rest)) throw usage('branch');
      return actions.branch(rest === '' ? undefined : rest);
    },
  },
  branches: {
    usage: '.branches',
    help: 'lists the branches of this session, and where they are recorded',
    run: (_, actions) => actions.branches(),
  },
  feed: {
    usage: '.feed <text>',
    help: 'gives the program a line of standard input',
    run: (rest, actions) => actions.feed(actions.execution, `${rest}\n`),
  },
  eof: {
    usage: '.eof',
    help: 'ends standard input',
    run: (_, actions) => actions.endInput(actions.execution),
  },
  answer: {
    usage: '.answer retry|fail',
    help: 'says what to do about a call whose outcome is unknown',
    run: (rest, actions) => {
      if (rest !== 'retry' && rest !== 'fail') throw usage('answer');
      return actions.answer(rest);
    },
  },
  promise: {
    usage: '.promise <name> <value>',
    help: 'keeps a promise, such as order-1/approval',
    run: (rest, actions) => {
      const [name, value] = firstWord(rest);
      if (name === '') throw usage('promise');
      return actions.keepPromise(name, value);
    },
  },
  message: {
    usage: '.message <execution> <text>',
    help: 'sends an execution a message',
    run: (rest, actions) => {
      const [execution, text] = firstWord(rest);
      if (execution === '') throw usage('message');
      return actions.sendMessage(execution, text);
    },
  },
  history: {
    usage: '.history <expression>',
    help: 'lists every value that an expression over variables had',
    run: (rest, actions) => {
      if (rest === '') throw usage('history');
      return actions.history(rest);
    },
  },
  timeline: {
    usage: '.timeline',
    help: 'prints what happened in the whole simulation',
    run: (_, actions) => actions.timeline(),
  },
};

/** Runs a line that begins with a dot; throws DebugError. */
export async function runReplCommand(line: string, actions: ReplActions): Promise<string> {
  const [, name = '', rest = ''] = /^\.(\w*)\s*([\s\S]*)$/.exec(line.trim()) ?? [];
  const command = Object.hasOwn(REPL_COMMANDS, name) ? REPL_COMMANDS[name] : undefined;
  if (command === undefined) {
    throw debugErrors.badArguments(`.${name}`, `there is no such command.\n${helpText()}`);
  }
  return command.run(rest.trim(), actions);
}

function helpText(): string {
  const rows = Object.values(REPL_COMMANDS);
  const width = Math.max(...rows.map(({ usage: text }) => text.length));
  const lines = rows.map(({ usage: text, help }) => `${text.padEnd(width)}  ${help}`);
  const fields = 'Anything else is an expression over the effect at hand, such as args.url.';
  return [...lines, fields].join('\n');
}

function listEffects(rest: string, { traveller, execution }: ReplActions): string {
  const words = rest.split(/\s+/).filter(Boolean);
  const from = /^\d+$/.test(words.at(-1) ?? '') ? Number(words.pop()) : 0;
  const id = (words[0] ?? execution) as ExecutionId;
  const entries = traveller.view.history.entries(id).slice(from, from + EFFECTS_LISTED_MAX);
  if (entries.length === 0) return `${id} has no effects from #${from} on`;
  const { place } = traveller.position;
  return entries
    .map((entry) => {
      const here = place.kind === 'effect' && place.execution === id && place.seq === entry.seq;
      return `${here ? '>' : ' '} #${entry.seq} ${effectText(entry)}`;
    })
    .join('\n');
}

/** The first word, and what follows the space after it. */
function firstWord(text: string): readonly [string, string] {
  const [, word = '', rest = ''] = /^(\S+)(?:\s([\s\S]*))?$/.exec(text) ?? [];
  return [word, rest];
}

function usage(name: string): Error {
  return debugErrors.badArguments(`.${name}`, `write ${REPL_COMMANDS[name]?.usage ?? ''}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usage('inject');
  }
}
