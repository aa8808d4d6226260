import type { DebugProtocol } from '@vscode/debugprotocol';
import type { EFFECT_FILTER } from './exception-book.ts';
import type { ExceptionKind } from './travel/happening.ts';

interface FilterRow {
  readonly label: string;
  readonly description: string;
  readonly default: boolean;
  readonly conditionDescription?: string;
}

const CALL_CONDITION =
  'Names of effects that it befalls, such as http.*, or an expression over the call, such as ' +
  'execution == "order-1"';

const FILTERS: Readonly<Record<ExceptionKind | typeof EFFECT_FILTER, FilterRow>> = {
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
  effect: {
    label: 'Any effect',
    description: 'The program asks for anything that the world has to answer',
    default: false,
    conditionDescription:
      'Names of effects such as http.*, or an expression such as args.method == "POST"',
  },
};

const exceptionBreakpointFilters = Object.entries(FILTERS).map(([filter, row]) => ({
  filter,
  supportsCondition: true,
  conditionDescription: CALL_CONDITION,
  ...row,
}));

/** What the adapter can do, as it tells clients. */
export const CAPABILITIES: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsFunctionBreakpoints: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsDataBreakpoints: true,
  supportsSetVariable: true,
  supportsSetExpression: true,
  supportsDataBreakpointBytes: true,
  supportsReadMemoryRequest: true,
  supportsWriteMemoryRequest: true,
  supportsDisassembleRequest: true,
  supportsInstructionBreakpoints: true,
  supportsEvaluateForHovers: true,
  supportsStepBack: true,
  supportsSteppingGranularity: true,
  supportsStepInTargetsRequest: true,
  supportsRestartFrame: true,
  supportsRestartRequest: true,
  supportsTerminateRequest: true,
  supportTerminateDebuggee: true,
  supportSuspendDebuggee: true,
  supportsExceptionInfoRequest: true,
  supportsLoadedSourcesRequest: true,
  supportsBreakpointLocationsRequest: true,
  supportsCancelRequest: true,
  supportsModulesRequest: true,
  additionalModuleColumns: [{ attributeName: 'size', label: 'Size', type: 'string' }],
  supportsExceptionFilterOptions: true,
  supportsTerminateThreadsRequest: true,
  supportsValueFormattingOptions: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ['.'],
  supportsClipboardContext: true,
  exceptionBreakpointFilters,
};
