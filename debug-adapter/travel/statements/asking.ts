/** Questions to somebody while a program waits, which may catch whatever is thrown through it. */
export class Asking {
  private failure: { readonly error: unknown } | undefined;

  /** The answer; true, which stops the program, once a question has thrown. */
  ask(question: () => boolean): boolean {
    if (this.failure !== undefined) return true;
    try {
      return question();
    } catch (error) {
      this.failure = { error };
      return true;
    }
  }

  /** The program is out of the way: throws what a question has thrown. */
  done(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }
}
