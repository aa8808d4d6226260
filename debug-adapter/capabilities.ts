import type { DebugProtocol } from '@vscode/debugprotocol';
import type { ExceptionKind } from './travel/happening.ts';

interface FilterRow {
  readonly label: string;
  readonly description: string;
  readonly default: boolean;
}

const FILTERS: Readonly<Record<ExceptionKind, FilterRow>> = {
  trap: { label: 'Traps', description: 'The program trapped or was aborted', default: true },
  divergence: {
    label: 'Divergence',
    description: 'Replay asked for something other than what was recorded',
    default: true,
  },
  crash: { label: 'Crashes', description: 'The node that ran it crashed', default: false },
  fault: {
    label: 'Faults',
    description: 'A fault of the plan happened: a pause, a wrong clock, a lost message',
    default: false,
  },
  retry: { label: 'Retries', description: 'The engine sent a call again', default: false },
  exit: {
    label: 'Failed exits',
    description: 'An execution ended with another exit code than 0, failed or was lost',
    default: false,
  },
};

const exceptionBreakpointFilters = Object.entries(FILTERS).map(([filter, row]) => ({
  filter,
  ...row,
}));

/** What the adapter can do, as it tells clients. */
export const CAPABILITIES: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsFunctionBreakpoints: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsEvaluateForHovers: true,
  supportsStepBack: true,
  supportsRestartFrame: true,
  supportsRestartRequest: true,
  supportsTerminateRequest: true,
  supportsExceptionInfoRequest: true,
  supportsLoadedSourcesRequest: true,
  supportsBreakpointLocationsRequest: true,
  supportsCancelRequest: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ['.'],
  supportsClipboardContext: true,
  exceptionBreakpointFilters,
};
