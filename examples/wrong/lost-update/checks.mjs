/** No two invoices have the same number. */
export function numberedOnce({ executions }) {
  const lines = executions.map(({ stdout }) => stdout.trim()).filter((line) => line !== '');
  const twice = lines.find((line, at) => lines.indexOf(line) !== at);
  if (twice !== undefined) return `there are two of ${twice}`;
}
