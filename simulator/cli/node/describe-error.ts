import type { ProblemReport, SourcePlace } from '../../host/protocol.ts';

/** An error as people are to see it; an unforeseen one keeps its stack for a report. */
export function describeError(error: unknown): ProblemReport {
  if (!(error instanceof Error)) {
    return { severity: 'error', code: 'internal', message: String(error) };
  }
  const { code, place } = error as { code?: unknown; place?: unknown };
  if (typeof code !== 'string') {
    const message = `something went wrong inside Backstitch: ${error.stack ?? error.message}`;
    return { severity: 'error', code: 'internal', message };
  }
  return {
    severity: 'error',
    code,
    message: error.message,
    ...(isPlace(place) ? { place } : {}),
  };
}

function isPlace(value: unknown): value is SourcePlace {
  return typeof value === 'object' && value !== null && 'file' in value && 'line' in value;
}
