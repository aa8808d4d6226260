import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import fc from 'fast-check';
import { lineOf, STEPS } from './helpers/programs.ts';
import { closeTestHost } from './helpers/test-host.ts';
import { assertAnsweredOnce, Wire } from './helpers/wire.ts';

after(closeTestHost);

const MOTIONS = ['next', 'stepIn', 'stepOut', 'stepBack', 'continue', 'reverseContinue'] as const;

type Action = (wire: Wire) => Promise<void>;

/** One legal thing to do at a stop; motions wait for the stop that they lead to. */
const actions: fc.Arbitrary<{ readonly name: string; readonly act: Action }> = fc.oneof(
  fc.constantFrom(...MOTIONS).map((command) => ({
    name: command,
    act: async (wire: Wire) => {
      const stops = wire.events('stopped').length;
      await wire.ask(command, { threadId: 1 });
      await wire.until(() => wire.events('stopped').length > stops);
    },
  })),
  fc.record({ start: fc.nat(5), levels: fc.nat(5) }).map(({ start, levels }) => ({
    name: `stackTrace ${start} ${levels}`,
    act: async (wire: Wire) => {
      const { body } = await wire.ask('stackTrace', { threadId: 1, startFrame: start, levels });
      const frame = body.stackFrames[0];
      if (frame === undefined) return;
      const { body: found } = await wire.ask('scopes', { frameId: frame.id });
      for (const { variablesReference } of found.scopes) {
        const { success } = await wire.ask('variables', { variablesReference });
        assert.equal(success, true);
      }
    },
  })),
  fc.constantFrom('SAY', 'FIRST', 'LOOP', 'END', 'PURE').map((marker) => ({
    name: `breakpoint ${marker}`,
    act: async (wire: Wire) => {
      const breakpoints = [{ line: lineOf(STEPS, marker) }];
      await wire.ask('setBreakpoints', { source: { path: STEPS }, breakpoints });
    },
  })),
  fc
    .constantFrom([], ['crash', 'fault'], ['trap', 'exit', 'retry', 'divergence'])
    .map((filters) => ({
      name: `filters ${filters.join()}`,
      act: async (wire: Wire) => {
        await wire.ask('setExceptionBreakpoints', { filters });
      },
    })),
  fc
    .constantFrom('args', 'result.status', '.effects', '.timeline', '.seek 2', 'nothing')
    .map((text) => ({
      name: `evaluate ${text}`,
      act: async (wire: Wire) => {
        const stops = wire.events('stopped').length;
        const { success } = await wire.ask('evaluate', { expression: text, context: 'repl' });
        if (text === '.seek 2' && success)
          await wire.until(() => wire.events('stopped').length > stops);
      },
    })),
  fc
    .constantFrom('threads', 'loadedSources', 'exceptionInfo', 'pause', 'backstitch/timeline')
    .map((command) => ({
      name: command,
      act: async (wire: Wire) => {
        const stops = wire.events('stopped').length;
        await wire.ask(command, { threadId: 1 });
        if (command === 'pause') await wire.until(() => wire.events('stopped').length > stops);
      },
    })),
);

const COMMANDS = [
  ...MOTIONS,
  ...['initialize', 'launch', 'attach', 'configurationDone', 'restart', 'terminate', 'pause'],
  ...['setBreakpoints', 'setFunctionBreakpoints', 'setExceptionBreakpoints'],
  ...['breakpointLocations', 'threads', 'stackTrace', 'scopes', 'variables', 'evaluate'],
  ...['completions', 'exceptionInfo', 'source', 'loadedSources', 'cancel', 'backstitch/seek'],
  ...['backstitch/inject', 'backstitch/timeline', 'goto', 'toString', '__proto__', 'nonsense'],
];

describe('every request', () => {
  it('is answered exactly once, in any legal sequence, and motions stop exactly once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(actions, { maxLength: 25 }), async (sequence) => {
        const wire = new Wire();
        await wire.launch({ program: STEPS, args: ['2', 'fail'] });
        for (const { act } of sequence) await act(wire);
        await wire.ask('disconnect');
        assertAnsweredOnce(wire);
        await wire.session.closed();
      }),
      { numRuns: 40 },
    );
  });

  it('is answered exactly once, whatever is sent in whatever order', async () => {
    const request = fc.tuple(
      fc.constantFrom(...COMMANDS),
      fc.oneof(
        fc.constant({
          threadId: 1,
          frameId: 1,
          variablesReference: 1,
          execution: 'steps-1',
          seq: 1,
        }),
        fc.constant({
          program: STEPS,
          source: { path: STEPS },
          line: 1,
          breakpoints: [{ line: 1 }],
        }),
        fc.object({ maxDepth: 2 }),
        fc.anything({ maxDepth: 1 }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { maxLength: 20 }),
        fc.boolean(),
        async (requests, first) => {
          const wire = new Wire();
          if (first) await wire.launch({ program: STEPS });
          for (const [command, args] of requests) wire.send(command, args);
          await wire.ask('disconnect');
          await wire.until(() => wire.answers().length >= wire.requests);
          assertAnsweredOnce(wire);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('a message that is none', () => {
  const messages: readonly unknown[] = [
    null,
    'text',
    7,
    [],
    {},
    { type: 'request' },
    { type: 'request', command: 7, seq: 1 },
    { type: 'request', command: 'threads' },
    { type: 'other', seq: 1 },
    { type: 'response', seq: 1, request_seq: 99 },
    { type: 'event', event: 'hello', seq: 2 },
  ];
  it('is refused in words, and the session goes on', async () => {
    const wire = new Wire();
    await wire.launch({ program: STEPS });
    for (const message of messages) {
      wire.session.handleMessage(message as DebugProtocol.ProtocolMessage);
    }
    const refused = wire
      .events('output')
      .filter(({ body }) => /not a DAP message/.test(body.output));
    assert.equal(refused.length, messages.length - 2);
    assert.equal((await wire.ask('threads')).success, true);
  });

  it('does not hide what an unknown request lacks', async () => {
    const wire = new Wire();
    const answer = await wire.ask('nonsense');
    assert.equal(answer.success, false);
    assert.match(answer.message ?? '', /does not know the request "nonsense"/);
    assert.match(
      (await wire.ask('stackTrace')).message ?? '',
      /"threadId": a whole number is missing/,
    );
  });
});
