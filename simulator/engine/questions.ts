import type { ExecutionId, Seq } from '../journal/entry.ts';
import type { Attempt } from './attempt.ts';
import type { OutcomeAnswer } from './http-flight.ts';

/** A call whose outcome is unknown, and about which a person is to decide. */
export interface Question {
  readonly execution: ExecutionId;
  readonly seq: Seq;
}

interface OpenQuestion extends Question {
  readonly attempt: Attempt;
  readonly onAnswer: (answer: OutcomeAnswer) => void;
}

/** The questions that wait for a person's answer: at most one for each execution, by its owner. */
export class Questions {
  private readonly byExecution = new Map<ExecutionId, OpenQuestion>();

  open(): readonly Question[] {
    return [...this.byExecution.values()].map(({ execution, seq }) => ({ execution, seq }));
  }

  isOpen(execution: ExecutionId, seq: Seq): boolean {
    return this.byExecution.get(execution)?.seq === seq;
  }

  add(attempt: Attempt, seq: Seq, onAnswer: (answer: OutcomeAnswer) => void): void {
    const { id } = attempt.execution;
    this.byExecution.set(id, { execution: id, seq, attempt, onAnswer });
  }

  /** False when there is no such question, or no longer. */
  answer(execution: ExecutionId, seq: Seq, answer: OutcomeAnswer): boolean {
    const question = this.byExecution.get(execution);
    if (question?.seq !== seq) return false;
    this.byExecution.delete(execution);
    question.onAnswer(answer);
    return true;
  }

  /** The attempt no longer wants to know; false when it had not asked. */
  withdraw(attempt: Attempt): boolean {
    const { id } = attempt.execution;
    return this.byExecution.get(id)?.attempt === attempt && this.byExecution.delete(id);
  }
}
