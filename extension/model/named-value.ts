/** What commands about values are called with: a row of the debugger's views, or nothing. */

/** A value as the debugger is asked about it. */
export interface NamedValue {
  /** Means the same in the frame that is looked at. */
  readonly expression: string;
  /** Where it is listed; undefined for an expression that somebody typed. */
  readonly listed: { readonly variablesReference: number; readonly name: string } | undefined;
}

/** Reads what the editor passes for a row of Variables or Watch; undefined for anything else. */
export function valueOfRow(argument: unknown): NamedValue | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  const { variable, container } = argument as { variable?: unknown; container?: unknown };
  const { name, evaluateName } = fields(variable);
  if (typeof name !== 'string') return undefined;
  const expression = typeof evaluateName === 'string' ? evaluateName : name;
  const { variablesReference } = fields(container);
  const isListed = typeof variablesReference === 'number' && variablesReference > 0;
  return { expression, listed: isListed ? { variablesReference, name } : undefined };
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
