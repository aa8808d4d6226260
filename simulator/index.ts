/** The public face of the simulator: everything here runs in any JavaScript host. */
export { type Config, defaultWorkflow, defaultWorld } from './config/config.ts';
export { parseConfig } from './config/parse-config.ts';
export { operationByName } from './effects/registry.ts';
export { DivergenceError } from './engine/divergence.ts';
export { type ReplayEnd, replay } from './engine/replayer.ts';
export {
  type RunResult,
  Simulation,
  type SimulationObserver,
  type SimulationSetup,
  type UpcomingEffect,
} from './engine/simulation.ts';
export type { Workflow } from './engine/workflow.ts';
export type { Fault, FaultPlan } from './faults/fault.ts';
export { parseFault, parsePlan, planJson } from './faults/plan.ts';
export { planText } from './faults/plan-text.ts';
export { type GuestProgram, loadProgram } from './guest/program.ts';
export type { HostEnvironment } from './host/host-environment.ts';
export type { LoadedSimulation } from './host/loaded-simulation.ts';
export { openSimulation } from './host/recorded-simulation.ts';
export { HostSession } from './host/session.ts';
export { SimulationRun, type SimulationView } from './host/simulation-run.ts';
export { SourceSites } from './host/source-sites.ts';
export { timelineText } from './host/text/timeline-text.ts';
export { canonicalText } from './journal/canonical-text.ts';
export { type History, LiveHistory } from './journal/history.ts';
export { openRecording } from './journal/recording.ts';
export { createRecording } from './journal/recording-writer.ts';
export type { RecordingSink } from './journal/records.ts';
export type { ServiceProgram } from './world/service.ts';
