/**
 * Passes our standard input on to executions while they run, and a person's answers to their
 * questions. Owns what is still on its way to the host.
 */
import type { QuestionView } from '../host/protocol.ts';
import type { HostClient } from './node/host-client.ts';
import type { LiveInput } from './node/live-input.ts';
import type { OutputStream } from './node/terminal.ts';

const ANSWERS: Readonly<Record<string, 'retry' | 'fail'>> = {
  r: 'retry',
  retry: 'retry',
  f: 'fail',
  fail: 'fail',
};

export interface FeedSetup {
  readonly client: HostClient;
  readonly input: LiveInput;
  readonly stderr: OutputStream;
  /** The host has taken in all that was sent. */
  readonly onSettled: () => void;
}

export class InputFeed {
  private executions: readonly string[] = [];
  private pending = 0;
  private following = false;
  private ended = false;
  private question: QuestionView | undefined;

  constructor(private readonly setup: FeedSetup) {}

  /** More can come. */
  get open(): boolean {
    return this.following && !this.ended;
  }

  /** Something is on its way that the host has not taken in. */
  get busy(): boolean {
    return this.pending > 0;
  }

  /** Every execution gets the same input; `first` has come before. */
  begin(executions: readonly string[], first: Uint8Array): void {
    this.executions = executions;
    if (first.length > 0) this.send(first, false);
    this.follow();
  }

  /** Asks about the first question; the next line of input is its answer. */
  ask(questions: readonly QuestionView[]): void {
    const [question] = questions;
    if (question === undefined || this.isAsking(question)) return;
    this.question = question;
    this.setup.stderr.write(
      `${question.execution} #${question.seq}: ${question.call}\n` +
        'It was sent, and what became of it is not known. [r]etry it, or let it [f]ail? ',
    );
    this.follow();
  }

  stop(): void {
    this.setup.input.stop();
    this.following = false;
  }

  private follow(): void {
    if (this.following) return;
    this.following = true;
    this.setup.input.follow((bytes, ends) => this.receive(bytes, ends));
  }

  private isAsking({ execution, seq }: QuestionView): boolean {
    return this.question?.execution === execution && this.question.seq === seq;
  }

  private receive(bytes: Uint8Array, ends: boolean): void {
    if (this.question !== undefined && !ends) {
      this.answer(this.question, new TextDecoder().decode(bytes).trim().toLowerCase());
      return;
    }
    if (ends) this.ended = true;
    if (this.executions.length > 0) this.send(bytes, ends);
    else this.setup.onSettled();
  }

  private answer({ execution, seq }: QuestionView, text: string): void {
    const answer = ANSWERS[text];
    if (answer === undefined) {
      this.setup.stderr.write('Type r to retry it, or f to let it fail: ');
      return;
    }
    this.question = undefined;
    this.track(this.setup.client.request({ kind: 'answer', execution, seq, answer }));
  }

  private send(bytes: Uint8Array, ends: boolean): void {
    for (const execution of this.executions) {
      this.track(this.setup.client.request({ kind: 'feed', execution, bytes, ends }));
    }
  }

  private track(request: Promise<unknown>): void {
    this.pending++;
    const settled = (): void => {
      this.pending--;
      if (this.pending === 0) this.setup.onSettled();
    };
    // The host refuses only when all is over, which it also tells.
    request.then(settled, settled);
  }
}
