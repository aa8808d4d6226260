/**
 * What comes in to executions through their inboxes: a request or a connection, which starts one,
 * and more of it afterwards. Real clients' come as inputs; simulated clients are part of the world.
 */
import type { HttpHeaders } from '../effects/http.ts';
import { REQUEST_INBOX, type RequestHead } from '../effects/request.ts';
import { assert } from '../kernel/assert.ts';
import type { Engine } from './engine.ts';
import type { Execution } from './execution.ts';
import type { Inbox } from './inbox.ts';
import { RequestInbox } from './journal-store.ts';
import type { Workflow } from './workflow.ts';

/** The inbox of standard input, in recorded inputs. */
export const STDIN_INBOX = 'stdin';

/** What comes in at a time: a request's body or a connection's input, or part of it. */
export interface IncomingBody {
  readonly body: Uint8Array;
  /** False when more follows. */
  readonly ends: boolean;
  /** Not empty only at the end of a request's body. */
  readonly trailers?: HttpHeaders;
}

/** A request, or a connection where there is no head. */
export interface Incoming extends IncomingBody {
  readonly head: RequestHead | undefined;
}

/** Starts an execution for what came in. */
export function startFor(
  engine: Engine,
  workflow: Workflow,
  { head, body, ends, trailers }: Incoming,
): Execution {
  const request = head === undefined ? undefined : new RequestInbox(head);
  const execution = engine.start(workflow, request);
  const inbox = request?.body ?? execution.journal.stdin;
  inbox.append(body);
  inbox.ended = ends;
  if (request !== undefined && trailers !== undefined) request.trailers = trailers;
  const { method, url } = head ?? {};
  const what = method === undefined || url === undefined ? {} : { method, url };
  const data = {
    inbox: head === undefined ? STDIN_INBOX : REQUEST_INBOX,
    ...what,
    bytes: body.length,
    ends,
  };
  engine.trace({ kind: 'input.arrived', execution: execution.id, data });
  return execution;
}

/** An inbox of an execution, by its name. */
export function inboxOf({ id, journal }: Execution, name: string): Inbox {
  const { stdin, request } = journal;
  if (name === STDIN_INBOX) return stdin;
  assert(request !== undefined, `${id} was not started for a request`);
  return request.body;
}

/** Adds to an inbox and wakes who waits for it. Throws InboxError when it takes no more. */
export function feedInbox(
  engine: Engine,
  execution: Execution,
  name: string,
  { body, ends, trailers }: IncomingBody,
): void {
  const inbox = inboxOf(execution, name);
  inbox.append(body);
  inbox.ended ||= ends;
  const { request } = execution.journal;
  if (request?.body === inbox && trailers !== undefined) request.trailers = trailers;
  const data = { inbox: name, bytes: body.length, ends };
  engine.trace({ kind: 'input.arrived', execution: execution.id, data });
  execution.owner?.poke();
  execution.wakeOnInput?.();
}
