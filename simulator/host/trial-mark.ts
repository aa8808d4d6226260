/** How a host that explores tells which trial it is at, in front of an execution's id. */
const MARK = /^trial (?<number>-?\d+) (?<execution>.*)$/s;

export function trialMark(number: number): string {
  return `trial ${number}`;
}

const CHECKS = 'checks';

/** Told while the checks of a workspace are asked. */
export function checksMark(number: number): string {
  return `${trialMark(number)} ${CHECKS}`;
}

/** Whether a host told last that it was asking checks. */
export function isChecksMark(text: string): boolean {
  return MARK.exec(text)?.groups?.execution === CHECKS;
}

/** Reads what a host told; undefined when it was at no trial. */
export function parseTrialMark(
  text: string,
): { readonly trial: number; readonly execution: string } | undefined {
  const { number, execution } = MARK.exec(text)?.groups ?? {};
  if (number === undefined || execution === undefined) return undefined;
  return { trial: Number(number), execution };
}
