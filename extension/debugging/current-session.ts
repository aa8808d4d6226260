/** The debug session that a person looks at, and what it is asked. */
import * as vscode from 'vscode';
import { parsePosition, type SeenInstant } from '../model/instant.ts';
import { refusal } from '../simulations/host.ts';

export const DEBUG_TYPE = 'backstitch';

/** The active session when it is one of ours. */
export function currentSession(): vscode.DebugSession | undefined {
  const active = vscode.debug.activeDebugSession;
  return active?.type === DEBUG_TYPE ? active : undefined;
}

/** The active session; throws what tells a person that there is none. */
export function requireSession(): vscode.DebugSession {
  const session = currentSession();
  if (session !== undefined) return session;
  throw refusal(
    'not-debugging',
    'Nothing is being debugged. Debug a workflow or an execution first.',
  );
}

/** The frame that is selected in the call stack, or the innermost one. */
export function currentFrameId(): number | undefined {
  const item = vscode.debug.activeStackItem;
  return item instanceof vscode.DebugStackFrame ? item.frameId : undefined;
}

/** The arguments of a motion: the thread that is selected. */
export function currentThread(): { readonly threadId?: number } {
  const { threadId } = vscode.debug.activeStackItem ?? {};
  return threadId === undefined ? {} : { threadId };
}

/** Where a session stands; throws what the debugger says while it runs. */
export async function positionOf(session: vscode.DebugSession): Promise<SeenInstant> {
  const seen = parsePosition(await session.customRequest('backstitch/position'));
  if (seen !== undefined) return seen;
  throw refusal('no-position', 'The debugger did not say where it is.');
}
