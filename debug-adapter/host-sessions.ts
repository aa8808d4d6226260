/**
 * The debug sessions of one host, told apart by the numbers that its clients give them.
 *
 * H1  A session begins with its first message, and is not begun again once it has ended: requests
 *     that come later are answered here.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { debugErrors } from './debug-error.ts';
import type { BackstitchDebugSession } from './debug-session.ts';
import { lateAnswer } from './late-answer.ts';

export class HostSessions {
  private readonly sessions = new Map<number, BackstitchDebugSession | 'over'>();
  private lateSeq = 0;

  constructor(
    private readonly begin: (session: number) => BackstitchDebugSession,
    private readonly emit: (session: number, message: object) => void,
  ) {}

  /** A message of a session's client. */
  take(number: number, message: DebugProtocol.ProtocolMessage): void {
    const session = this.sessions.get(number) ?? this.beginSession(number);
    if (session !== 'over') {
      session.handleMessage(message);
      return;
    }
    if (message.type !== 'request') return;
    const answer = lateAnswer(message as DebugProtocol.Request, debugErrors.sessionOver().message);
    this.emit(number, { ...answer, seq: ++this.lateSeq });
  }

  private beginSession(number: number): BackstitchDebugSession {
    const session = this.begin(number);
    this.sessions.set(number, session);
    session.onDidSendMessage((message) => this.emit(number, message));
    // What it has seen of a simulation is not kept for those who have left.
    void session.closed().then(() => this.sessions.set(number, 'over'));
    return session;
  }
}
