/** An expression that cannot be understood or computed; the message is for people. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly code = 'expression';

  constructor(
    message: string,
    /** Where in its text, in characters from 0; undefined when it is no one place. */
    readonly position?: number,
  ) {
    super(position === undefined ? message : `${message} (at column ${position + 1})`);
  }
}
