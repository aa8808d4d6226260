/**
 * Passes our standard input on to executions while they run, a person's answers to their questions,
 * and the values of promises. Owns what is still on its way to the host.
 */
import type { QuestionView } from '../host/protocol.ts';
import { promiseWaitText } from '../host/text/promise-text.ts';
import { TEXT_TYPE } from './given-values.ts';
import type { HostClient } from './node/host-client.ts';
import type { LiveInput } from './node/live-input.ts';
import type { OutputStream } from './node/terminal.ts';

const ANSWERS: Readonly<Record<string, 'retry' | 'fail'>> = {
  r: 'retry',
  retry: 'retry',
  f: 'fail',
  fail: 'fail',
};

/** What the next line of input is for, other than for the program. */
interface Prompt {
  /** The same for the same question. */
  readonly id: string;
  readonly text: string;
  /** Takes a line without its end; false when it is no answer, and is asked for again. */
  take(line: string): boolean;
}

export interface FeedSetup {
  readonly client: HostClient;
  readonly input: LiveInput;
  readonly stderr: OutputStream;
  /** Whether it keeps what it fed, for `given`. */
  readonly keeps: boolean;
  /** The host has taken in all that was sent. */
  readonly onSettled: () => void;
}

export class InputFeed {
  private executions: readonly string[] = [];
  private pending = 0;
  private following = false;
  private ended = false;
  private prompt: Prompt | undefined;
  private hasAnswered = false;
  private readonly fed: Uint8Array[] = [];

  constructor(private readonly setup: FeedSetup) {}

  /** More can come. */
  get open(): boolean {
    return this.following && !this.ended;
  }

  /** Our input is at its end. */
  get over(): boolean {
    return this.ended;
  }

  /** Something is on its way that the host has not taken in. */
  get busy(): boolean {
    return this.pending > 0;
  }

  /** What executions were fed so far, and whether a person answered something meanwhile. */
  get given(): { readonly bytes: Uint8Array; readonly hasAnswers: boolean } {
    return { bytes: new Uint8Array(Buffer.concat(this.fed)), hasAnswers: this.hasAnswered };
  }

  /** Every execution gets the same input; `first` has come before. */
  begin(executions: readonly string[], first: Uint8Array): void {
    this.executions = executions;
    if (first.length > 0) this.send(first, false);
    this.follow();
  }

  /** Asks about the first question, or else for the first promise; the next line answers. */
  ask(questions: readonly QuestionView[], promises: readonly string[]): void {
    const [question] = questions;
    const [promise] = promises;
    if (question !== undefined) this.show(this.questionPrompt(question));
    else if (promise !== undefined) this.show(this.promisePrompt(promise));
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

  private show(prompt: Prompt): void {
    if (this.prompt?.id === prompt.id) return;
    this.prompt = prompt;
    this.setup.stderr.write(prompt.text);
    this.follow();
  }

  private questionPrompt({ execution, seq, call }: QuestionView): Prompt {
    return {
      id: `question ${execution} ${seq}`,
      text:
        `${execution} #${seq}: ${call}\n` +
        'It was sent, and what became of it is not known. [r]etry it, or let it [f]ail? ',
      take: (line) => {
        const answer = ANSWERS[line.trim().toLowerCase()];
        if (answer === undefined) {
          this.setup.stderr.write('Type r to retry it, or f to let it fail: ');
          return false;
        }
        this.track(this.setup.client.request({ kind: 'answer', execution, seq, answer }));
        return true;
      },
    };
  }

  private promisePrompt(promise: string): Prompt {
    return {
      id: `promise ${promise}`,
      text: `${promiseWaitText(promise)}; type its value: `,
      take: (line) => {
        const bytes = new TextEncoder().encode(line);
        const value = { promise, contentType: TEXT_TYPE, bytes };
        this.track(this.setup.client.request({ kind: 'promise', ...value }));
        return true;
      },
    };
  }

  private receive(bytes: Uint8Array, ends: boolean): void {
    const { prompt } = this;
    if (prompt !== undefined && !ends) {
      const line = new TextDecoder().decode(bytes).replace(/\r?\n$/, '');
      if (!prompt.take(line)) return;
      this.prompt = undefined;
      this.hasAnswered = true;
      return;
    }
    if (ends) this.ended = true;
    if (this.executions.length > 0) this.send(bytes, ends);
    else this.setup.onSettled();
  }

  private send(bytes: Uint8Array, ends: boolean): void {
    if (this.setup.keeps) this.fed.push(bytes);
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
