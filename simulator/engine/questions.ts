import type { ExecutionId, Seq } from '../journal/entry.ts';
import type { TraceRow } from '../journal/records.ts';
import type { Attempt } from './attempt.ts';
import type { OutcomeAnswer } from './http-exchange.ts';

/** A call whose outcome is unknown, and about which a person is to decide. */
export interface Question {
  readonly execution: ExecutionId;
  readonly seq: Seq;
}

interface OpenQuestion extends Question {
  readonly attempt: Attempt;
  readonly onAnswer: (answer: OutcomeAnswer) => void;
}

/** The questions that wait for a person's answer: at most one for each effect, by its owner. */
export class Questions {
  private readonly byEffect = new Map<string, OpenQuestion>();

  constructor(private readonly engine: { trace(row: Omit<TraceRow, 'at'>): void }) {}

  open(): readonly Question[] {
    return [...this.byEffect.values()].map(({ execution, seq }) => ({ execution, seq }));
  }

  isOpen(execution: ExecutionId, seq: Seq): boolean {
    return this.byEffect.has(nameOf(execution, seq));
  }

  /** Whether an execution waits for any answer. */
  private isAsking(execution: ExecutionId): boolean {
    return [...this.byEffect.values()].some((question) => question.execution === execution);
  }

  /** Asks a person what became of a call; the execution waits for the answer. */
  ask(attempt: Attempt, seq: Seq, onAnswer: (answer: OutcomeAnswer) => void): void {
    const { execution } = attempt;
    if (execution.owner !== attempt) {
      attempt.end('fenced', 'another node has taken over since');
      return;
    }
    const { id } = execution;
    const followAnswer = (answer: OutcomeAnswer): void => {
      this.engine.trace({ kind: 'question.answered', execution: id, seq, data: { answer } });
      if (!this.isAsking(id)) execution.setStatus('running');
      onAnswer(answer);
    };
    this.byEffect.set(nameOf(id, seq), { execution: id, seq, attempt, onAnswer: followAnswer });
    execution.setStatus('asking');
    this.engine.trace({ kind: 'question.asked', execution: id, seq });
  }

  /** False when there is no such question, or no longer. */
  answer(execution: ExecutionId, seq: Seq, answer: OutcomeAnswer): boolean {
    const name = nameOf(execution, seq);
    const question = this.byEffect.get(name);
    if (question === undefined) return false;
    this.byEffect.delete(name);
    question.onAnswer(answer);
    return true;
  }

  /** The attempt no longer wants to know about an effect: its response came after all. */
  withdraw(attempt: Attempt, seq: Seq): void {
    const { execution } = attempt;
    const name = nameOf(execution.id, seq);
    if (this.byEffect.get(name)?.attempt !== attempt) return;
    this.byEffect.delete(name);
    if (!this.isAsking(execution.id)) execution.setStatus('running');
  }

  /** The attempt no longer wants to know anything. */
  withdrawAll(attempt: Attempt): void {
    for (const [name, question] of this.byEffect) {
      if (question.attempt === attempt) this.byEffect.delete(name);
    }
  }
}

function nameOf(execution: ExecutionId, seq: Seq): string {
  return `${execution}/${seq}`;
}
