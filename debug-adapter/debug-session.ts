/**
 * The Debug Adapter Protocol server for one session. Handlers parse, call and map; what they call
 * is in travel/ and beside it.
 *
 * S1  Every request is answered exactly once: by its handler's outcome, its error, or its
 *     cancellation, whichever comes first.
 * S2  A motion is answered before it begins, and ends in exactly one `stopped` event, unless the
 *     session ends first.
 * S3  After the session has ended, requests are answered with an error and nothing runs.
 */
import { DebugSession, Event, InvalidatedEvent, OutputEvent, Response } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Work } from '../simulator/host/mailbox.ts';
import { Arguments } from './arguments.ts';
import { CAPABILITIES } from './capabilities.ts';
import { DebugError, debugErrors } from './debug-error.ts';
import type { DebugMachine } from './debug-host.ts';
import { prepareSteps } from './prepare-steps.ts';
import { type Outcome, REQUESTS } from './requests.ts';
import { SessionState } from './session-state.ts';

const ERROR_ID = 1;

export class BackstitchDebugSession extends DebugSession {
  private readonly state: SessionState;
  /** Requests that wait for their answer, by seq. */
  private readonly open = new Map<number, (error: DebugError) => void>();
  /** The request whose answer something followed last, such as a motion. */
  private followed: number | undefined;
  /** The request that is being handled, inside its handler's call. */
  private current: number | undefined;

  constructor(private readonly host: DebugMachine) {
    super();
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(true);
    this.state = new SessionState(
      { ...host, interrupted: () => host.interrupted(this.work()) },
      {
        event: (name, body) => this.sendEvent(new Event(name, body)),
        output: (text, category, place) => {
          const event = new OutputEvent(text, category);
          this.sendEvent(
            place === undefined
              ? event
              : Object.assign(event, { body: { ...event.body, ...place } }),
          );
        },
        invalidated: () => {
          if (this.state.client.invalidates) this.sendEvent(new InvalidatedEvent(['all']));
        },
        line: (line) => this.convertDebuggerLineToClient(line),
        column: (column) => this.convertDebuggerColumnToClient(column),
        debuggerLine: (line) => this.convertClientLineToDebugger(line),
      },
    );
  }

  /** Takes a message of the client; one that is no DAP message is told to the user and dropped. */
  override handleMessage(message: DebugProtocol.ProtocolMessage): void {
    const problem = problemOf(message);
    if (problem === undefined) super.handleMessage(message);
    else
      this.sendEvent(new OutputEvent(`${debugErrors.badMessage(problem).message}\n`, 'important'));
  }

  /** The connection is gone. Unlike the base class, never ends the process: its owner decides. */
  override shutdown(): void {
    void this.state.close();
  }

  /** Resolves when the session has ended and its recording is whole. */
  closed(): Promise<void> {
    return this.state.closed;
  }

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    // The base class notes how the client counts lines and columns.
    if (request.command === 'initialize') super.dispatchRequest(withArguments(request));
    else this.answer(request);
  }

  protected override initializeRequest(
    response: DebugProtocol.InitializeResponse,
    args: DebugProtocol.InitializeRequestArguments,
  ): void {
    this.state.client = {
      invalidates: args.supportsInvalidatedEvent === true,
      progress: args.supportsProgressReporting === true,
      memory: args.supportsMemoryEvent === true,
    };
    response.body = CAPABILITIES;
    this.sendResponse(response);
  }

  private answer(request: DebugProtocol.Request): void {
    const { command, seq } = request;
    const response = new Response(request) as DebugProtocol.Response;
    let answered = false;
    const finish = (send: () => void): void => {
      if (answered) return;
      answered = true;
      this.open.delete(seq);
      send();
    };
    const fail = (error: unknown): void => finish(() => this.sendFailure(response, error));
    const succeed = ({ body, after }: Outcome): void =>
      finish(() => {
        if (body !== undefined) response.body = body;
        this.sendResponse(response);
        if (after !== undefined) this.followed = seq;
        this.follow(after);
        this.host.whenQuiet?.(() => prepareSteps(this.state, this.host));
      });
    this.current = seq;
    try {
      if (command === 'cancel') {
        this.cancel(new Arguments(command, request.arguments));
        succeed({});
        return;
      }
      const outcome = this.handle(command, new Arguments(command, request.arguments));
      if (!(outcome instanceof Promise)) {
        succeed(outcome);
        return;
      }
      this.open.set(seq, fail);
      outcome.then(succeed, fail);
    } catch (error) {
      fail(error);
    } finally {
      this.current = undefined;
    }
  }

  /** What is computed now, and for whom. */
  private work(): Work {
    const { current, followed } = this;
    if (current !== undefined) return { request: current, isMotion: current === followed };
    const [waiting] = this.open.keys();
    return { request: waiting ?? followed ?? 0, isMotion: waiting === undefined };
  }

  /** What comes after an answer can no longer fail the request; the user is told. */
  private follow(after: (() => void) | undefined): void {
    try {
      after?.();
    } catch (error) {
      this.state.report(error);
    }
  }

  private handle(command: string, args: Arguments): Outcome | Promise<Outcome> {
    const handler = Object.hasOwn(REQUESTS, command) ? REQUESTS[command] : undefined;
    if (handler === undefined) throw debugErrors.unknownRequest(command);
    if (this.state.isOver && command !== 'disconnect') throw debugErrors.sessionOver();
    return handler(this.state, args);
  }

  private cancel(args: Arguments): void {
    const seq = args.optionalInteger('requestId');
    const fail = seq === undefined ? undefined : this.open.get(seq);
    const isProgress = args.optionalText('progressId') !== undefined;
    // A look that is not wanted any more says nothing against the motion after it.
    const stops = isProgress || fail !== undefined || (seq !== undefined && seq === this.followed);
    fail?.(debugErrors.cancelled(`request ${seq}`));
    if (stops) this.state.cancelled();
  }

  private sendFailure(response: DebugProtocol.Response, error: unknown): void {
    const { code, message } = this.host.describe(error);
    response.success = false;
    response.message = message;
    const body = error instanceof DebugError ? error.body : undefined;
    response.body = {
      ...body,
      error: {
        id: ERROR_ID,
        format: '{_text}',
        variables: { _text: message },
        showUser: true,
        code,
      },
    };
    this.sendResponse(response);
  }
}

function problemOf(message: unknown): string | undefined {
  if (typeof message !== 'object' || message === null) return 'it is no object';
  const { type, seq, command } = message as Partial<DebugProtocol.Request>;
  if (type === 'response' || type === 'event') return undefined;
  if (type !== 'request') return `its type is ${JSON.stringify(type)}`;
  if (typeof command !== 'string') return 'the request has no command';
  return Number.isInteger(seq) ? undefined : 'the request has no seq';
}

function withArguments(request: DebugProtocol.Request): DebugProtocol.Request {
  const { arguments: given } = request as { arguments?: unknown };
  const isObject = typeof given === 'object' && given !== null;
  // What a client leaves out has its default in the protocol.
  return { ...request, arguments: { pathFormat: 'path', ...(isObject ? given : {}) } };
}
