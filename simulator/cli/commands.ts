/** Every command with its options: what the parser knows and what the help shows. */
import { PERSISTENCE_LEVELS } from '../journal/records.ts';
import type { CommandSpec, OptionSpec } from './option-parser.ts';

const HELP: OptionSpec = { name: 'help', short: 'h', help: 'show this help' };
const JSON_OUTPUT: OptionSpec = { name: 'json', help: 'print JSON, one object a line' };
const ALL: OptionSpec = { name: 'all', help: 'leave nothing out of the timeline' };

export const RUN: CommandSpec = {
  name: 'run',
  usage: '<module|workflow> [options] [-- program arguments]',
  summary: 'run a program as a durable workflow',
  positionals: ['module, source, folder or workflow'],
  takesRest: true,
  options: [
    { name: 'seed', value: 'N', help: 'decide everything random from this number' },
    { name: 'faults', value: 'FILE|none', help: 'a fault plan, instead of the configured one' },
    {
      name: 'check',
      value: 'FILE|NAME',
      many: true,
      help: 'ask the checks of a module, or one check, or all, about the run at its end',
    },
    {
      name: 'record',
      short: 'o',
      value: 'FILE',
      help: 'where to record; .backstitch/recordings/<workflow>.backstitch unless given',
    },
    { name: 'resume', value: 'RECORDING', help: 'go on with a recording whose process was killed' },
    {
      name: 'dir',
      value: 'GUEST=HOST[:ro]',
      many: true,
      help: 'mount a copy of a folder; see --write-back',
    },
    { name: 'write-back', help: 'at the end, copy mounted folders back to the disk' },
    { name: 'env', value: 'KEY=VALUE', many: true, help: 'set an environment variable' },
    {
      name: 'persistence',
      value: PERSISTENCE_LEVELS.join('|'),
      help: 'how much of an execution outlives a crash',
    },
    { name: 'stdin', value: 'FILE|-|none', help: 'standard input of the program' },
    {
      name: 'answer',
      value: 'retry|fail',
      help: 'answer every question about a call whose outcome is unknown',
    },
    {
      name: 'promise',
      value: 'NAME=VALUE',
      many: true,
      help: 'keep a promise, such as order-1/approval=yes',
    },
    {
      name: 'message',
      value: 'EXECUTION=TEXT',
      many: true,
      help: 'send an execution a message',
    },
    { name: 'invoke', value: 'CALL', help: "the function to call, such as 'add(1, 2)'" },
    { name: 'timeout', value: 'DURATION', help: 'give up after this much real time, such as 30s' },
    { name: 'pace', value: 'MS', help: 'wait this long before every effect, to watch' },
    {
      name: 'debug-port',
      value: 'N',
      help: 'let debuggers attach at this port of this machine; 0 takes a free one',
    },
    { name: 'debug-wait', help: 'begin when one has attached; see --debug-port' },
    { name: 'timeline', negatable: true, help: 'print what happened at the end (the default)' },
    ALL,
    { name: 'quiet', short: 'q', help: 'print only what the program prints, and errors' },
    JSON_OUTPUT,
    HELP,
  ],
  notes: [
    'Standard output of the program goes to standard output. The timeline follows it on a terminal,',
    'and goes to standard error otherwise.',
  ],
};

export const SERVE: CommandSpec = {
  name: 'serve',
  usage: '<module|workflow> [options] [-- program arguments]',
  summary: 'answer real requests, each by an execution of its own',
  positionals: ['module, source, folder or workflow'],
  takesRest: true,
  options: [
    { name: 'port', value: 'N', help: 'listen on this port; 8080 unless given, 0 takes any' },
    { name: 'host', value: 'ADDRESS', help: 'listen there; 127.0.0.1 unless given' },
    {
      name: 'control-port',
      value: 'N',
      help: 'keep promises and send messages at this port, too; 0 takes any',
    },
    { name: 'inetd', help: 'a connection is standard input and output, also for components' },
    { name: 'max-concurrent', value: 'N', help: 'refuse more than this at a time; 256' },
    { name: 'max-body', value: 'BYTES', help: 'refuse longer requests, such as 64k or 16M' },
    { name: 'timeout', value: 'DURATION', help: 'how long a client waits for a response; 2m' },
    {
      name: 'time',
      value: 'HOW',
      help: 'real: waits of programs take real time, as is done unless told; virtual: none',
    },
    { name: 'rotate', value: 'N', help: 'end a part of the recording after N executions, or 64M' },
    ...RUN.options.filter(({ name }) =>
      [
        ...['seed', 'faults', 'record', 'dir', 'env', 'persistence', 'answer', 'debug-port'],
      ].includes(name),
    ),
    {
      name: 'quiet',
      short: 'q',
      help: 'print only the address, what the program prints, and errors',
    },
    JSON_OUTPUT,
    HELP,
  ],
  notes: [
    'A component that exports wasi:http/incoming-handler answers HTTP requests. Any other program',
    'is given each connection as its standard input and output. Ctrl-C ends it in good order.',
  ],
};

export const REPLAY: CommandSpec = {
  name: 'replay',
  usage: '<recording> [options]',
  summary: 'execute a recording again and find where it diverges',
  positionals: ['recording'],
  options: [
    { name: 'module', value: 'FILE', help: 'replay with another version of the program' },
    { name: 'timeout', value: 'DURATION', help: 'give up after this much real time' },
    JSON_OUTPUT,
    HELP,
  ],
};

export const INSPECT: CommandSpec = {
  name: 'inspect',
  usage: '<recording> [options]',
  summary: 'show what a recording holds; runs nothing',
  positionals: ['recording'],
  options: [
    { name: 'timeline', help: 'what happened, in order of time' },
    { name: 'journal', help: 'every effect of every execution, in one line' },
    { name: 'ledger', help: 'what the services saw' },
    { name: 'sql', value: 'QUERY', help: 'a query over its views; see docs/recording.md' },
    {
      name: 'compare',
      value: 'RECORDING',
      help: 'effect by effect with another, such as a branch of it; exits with 1 when they differ',
    },
    { name: 'sources', help: 'replay it, to name source lines in the timeline' },
    ALL,
    JSON_OUTPUT,
    HELP,
  ],
};

export const EXPLORE: CommandSpec = {
  name: 'explore',
  usage: '<module|workflow> [options]',
  summary: 'try what can go wrong, and shrink what breaks to the smallest plan',
  positionals: ['module, source, folder or workflow'],
  manyPositionals: true,
  options: [
    { name: 'runs', value: 'N', help: 'try this many at most' },
    { name: 'time', value: 'DURATION', help: 'stop after this much real time; 60s without --runs' },
    { name: 'seed', value: 'N', help: 'decide what is tried from this number' },
    { name: 'workers', value: 'N', help: 'try in so many threads; as many as there are cores' },
    { name: 'only', value: 'NAMES', help: 'only these strategies, with commas between them' },
    { name: 'checks', value: 'FILE', help: 'a module of checks, instead of the configured one' },
    { name: 'save', value: 'FOLDER', help: 'save each error that is found as a scenario there' },
    { name: 'report', value: 'FILE', help: 'write what it came to, for --resume and --merge' },
    { name: 'resume', value: 'FILE', help: 'go on where a report ends, and write it anew' },
    { name: 'shard', value: 'I/N', help: 'try the part I of N, such as 1/4' },
    { name: 'merge', help: 'put together the reports that are given instead of a workflow' },
    JSON_OUTPUT,
    HELP,
  ],
  notes: [
    'Strategies: crashes, faults, clocks, pairs, partitions, schedules, swarms; and, only when asked',
    'for, corruptions.',
    'Exits with 71 when a check fails. Ctrl-C ends it, and keeps what was found.',
  ],
};

export const CHECK: CommandSpec = {
  name: 'check',
  usage: '[scenarios or folders] [options]',
  summary: 'run scenarios that were saved, and tell which checks fail',
  positionals: ['scenario or folder'],
  manyPositionals: true,
  options: [JSON_OUTPUT, HELP],
  notes: ['Without names, it runs those in the folder scenarios. Exits with 71 when one fails.'],
};

export const COMPARE: CommandSpec = {
  name: 'compare',
  usage: '<module|workflow> [options]',
  summary: 'run a fault plan at every persistence level, and show what each costs',
  positionals: ['module, source, folder or workflow'],
  options: [
    { name: 'plan', value: 'FILE', help: 'the fault plan; the configured one when left out' },
    { name: 'seed', value: 'N', help: 'decide everything random from this number' },
    JSON_OUTPUT,
    HELP,
  ],
  notes: [
    'The level "step" is compared where the workflow names its steps; see docs/exploring.md.',
  ],
};

export const DEBUG_ADAPTER: CommandSpec = {
  name: 'debug-adapter',
  usage: '[options]',
  summary: 'serve the Debug Adapter Protocol, on standard input and output or a port',
  positionals: [],
  options: [{ name: 'port', value: 'N', help: 'listen on this port of 127.0.0.1' }, HELP],
};

export const COMMANDS: readonly CommandSpec[] = [
  RUN,
  SERVE,
  EXPLORE,
  CHECK,
  COMPARE,
  REPLAY,
  INSPECT,
  DEBUG_ADAPTER,
];
