import type { ExecutionId, Seq } from '../journal/entry.ts';
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

  open(): readonly Question[] {
    return [...this.byEffect.values()].map(({ execution, seq }) => ({ execution, seq }));
  }

  isOpen(execution: ExecutionId, seq: Seq): boolean {
    return this.byEffect.has(nameOf(execution, seq));
  }

  /** Whether an execution waits for any answer. */
  isAsking(execution: ExecutionId): boolean {
    return [...this.byEffect.values()].some((question) => question.execution === execution);
  }

  add(attempt: Attempt, seq: Seq, onAnswer: (answer: OutcomeAnswer) => void): void {
    const { id } = attempt.execution;
    this.byEffect.set(nameOf(id, seq), { execution: id, seq, attempt, onAnswer });
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

  /** The attempt no longer wants to know about an effect; false when it had not asked. */
  withdraw(attempt: Attempt, seq: Seq): boolean {
    const name = nameOf(attempt.execution.id, seq);
    return this.byEffect.get(name)?.attempt === attempt && this.byEffect.delete(name);
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
