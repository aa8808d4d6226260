import { REALM_BEGIN, REALM_END } from './realm-source.ts';

/**
 * The prelude of the realm of checks. It builds what a check looks at from the steps of a run, and asks
 * each check where its kind says. The shape of the steps is RunStep.
 */
export const CHECK_SOURCE = `
${REALM_BEGIN}
  const KINDS = ['end', 'always', 'sometimes', 'eventually'];
  let checks = [];

  globalThis.__start = (entry) => {
    loaded.clear();
    checks = Object.entries(load(entry)).filter(([name]) => name !== '__esModule' && name !== 'default');
    for (const [name, check] of checks) {
      if (typeof check !== 'function') fail('it exports ' + name + ', which is no function');
      if (check.kind !== undefined && !KINDS.includes(check.kind)) {
        fail(name + '.kind is ' + show(check.kind) + '; expected one of ' + KINDS.join(', '));
      }
    }
    if (checks.length === 0) fail('it exports no function');
    return checks.map(([name, check]) => ({ name, kind: check.kind ?? 'end' }));
  };

  const beginning = (services) => ({
    executions: [],
    ledgers: Object.fromEntries(services.map((name) => [name, []])),
    volumes: {},
    traces: [],
    faults: [],
  });
  const replace = (rows, row, isSame) => {
    const at = rows.findIndex(isSame);
    if (at < 0) rows.push(row);
    else rows[at] = { ...rows[at], ...row };
  };
  const executionOf = (run, id) => run.executions.find((each) => each.id === id);
  const STEPS = {
    execution: (run, row) => {
      if (executionOf(run, row.id) === undefined) run.executions.push({ stdout: '', stderr: '', entries: [] });
      const known = executionOf(run, row.id) ?? run.executions.at(-1);
      Object.assign(known, row);
    },
    entry: (run, { execution, ...row }) => { executionOf(run, execution).entries[row.seq] = row; },
    restart: (run, { execution }) => { executionOf(run, execution).entries = []; },
    output: (run, { execution, stream, text }) => { executionOf(run, execution)[stream] += text; },
    ledger: (run, { service, ...row }) => { run.ledgers[service].push(row); },
    trace: (run, row) => { run.traces.push(row); },
    fault: (run, row) => replace(run.faults, row, ({ number }) => number === row.number),
    volumes: (run, { volumes }) => { run.volumes = volumes; },
  };
  /** Steps after which a check of the kind always is asked. */
  const ASKED = ['entry', 'ledger', 'output'];

  const textsOf = (name, result) => {
    if (result === undefined || result === null || result === true) return [];
    if (result === false) return [name + ' does not hold'];
    if (typeof result === 'string') return [result];
    if (Array.isArray(result)) return result.flatMap((each) => textsOf(name, each));
    return fail('it returned ' + show(result) + '; expected a text, a list of texts, or nothing when all is well');
  };

  /** What a check says of a run, asked where its kind says. */
  const ask = (name, check, { services, steps, lastFault }) => {
    const run = beginning(services);
    const kind = check.kind ?? 'end';
    let texts = [];
    for (const [at, [step, row]] of steps.entries()) {
      STEPS[step](run, row);
      const isAsked = kind === 'always' ? ASKED.includes(step) : kind === 'eventually' && at >= lastFault;
      if (!isAsked) continue;
      texts = textsOf(name, check(run));
      if (kind === 'always' ? texts.length > 0 : texts.length === 0) return { texts };
    }
    if (kind === 'always') return { texts };
    const result = check(run);
    return kind === 'sometimes' ? { texts: [], held: result === true } : { texts: textsOf(name, result) };
  };

  globalThis.__call = () => {
    const { nowMs: now, without, ...run } = JSON.parse(bridge.input);
    nowMs = now;
    const answers = [];
    for (const [name, check] of checks) {
      if (without.includes(name)) continue;
      // Whoever breaks this off knows by it which check was asked.
      bridge.open = name;
      try {
        // Each has a run of its own, to change as it likes.
        const { texts, held } = ask(name, check, answers.length === 0 ? run : JSON.parse(bridge.input));
        answers.push({ name, texts, held: held ?? null });
      } catch (error) {
        answers.push({ name, texts: [], held: null, failure: { message: String(error?.message ?? error), name: String(error?.name ?? ''), stack: String(error?.stack ?? '') } });
      }
    }
    bridge.open = undefined;
    bridge.output = JSON.stringify(answers);
  };
${REALM_END}
`;
