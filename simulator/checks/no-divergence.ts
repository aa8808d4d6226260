import type { Check } from './check.ts';

/** Replay asks for what the journal records. */
export const NO_DIVERGENCE: Check = {
  name: 'no-divergence',
  says: 'every execution that is taken over does again what its journal says it did',
  judge: ({ run: { history } }) =>
    history
      .executions()
      .filter(({ status }) => status === 'diverged')
      .map(({ id, reason }) => ({
        check: 'no-divergence',
        message: `${reason ?? id}. What a program does may depend on nothing that is not an effect`,
        execution: id,
        severity: 'error' as const,
      })),
};
