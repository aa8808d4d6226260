import { compareLevels, type LevelReport } from '../explore/compare-levels.ts';
import type { HostEnvironment } from './host-environment.ts';
import type { CompareOptions } from './protocol-options.ts';
import { checkPlan } from './run-setup.ts';

/** Runs a plan at every persistence level, in memory only; tells how far it is. */
export async function compare(
  environment: HostEnvironment,
  { target: wanted, plan: file, seed: given }: CompareOptions,
): Promise<readonly LevelReport[]> {
  const { loaded, plan: configured } = await environment.load(wanted, (message) =>
    environment.emit({ kind: 'progress', message }),
  );
  const plan = file === undefined ? configured : await environment.readPlan(file);
  checkPlan(plan, loaded);
  const services = await environment.serviceLoader(loaded.services);
  const seed = given ?? loaded.world.seed;
  const onlooker = {
    onEffect: (execution: string, seq: number) => environment.beat(execution, seq),
  };
  const reports: LevelReport[] = [];
  for (const report of compareLevels({ loaded, services, plan, seed, onlooker })) {
    reports.push(report);
    environment.emit({ kind: 'progress', message: `ran at level ${report.level}` });
    await environment.yieldToRequests();
  }
  return reports;
}
